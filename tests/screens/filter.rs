//! The filter line, from the keys to the rows that are left.

use plimsoll::model::SECOND;

use crate::{
    screen::{Session, options},
    world::{self, START},
};

fn demo(size: (u16, u16)) -> Session {
    let mut session = Session::new(options(), START, size);
    session.feed(world::demo(7, 300));
    session
}

fn typed(session: &mut Session, pane: &str, filter: &str) {
    session.press(pane);
    session.press("/ ctrl-u");
    session.type_in(filter);
}

#[test]
fn terms_leave_rows_out_by_text_by_column_and_by_number() {
    let mut session = demo((160, 50));
    session.press("2");
    let all = session.screen().column(0, "GROUP").len();
    typed(&mut session, "2", "lag>1k");
    let lags = session.screen().column(0, "LAG");
    assert!(!lags.is_empty() && lags.len() < all, "{lags:?}");
    assert!(
        lags.iter()
            .all(|lag| lag.ends_with('M') || lag.parse::<i64>().unwrap() > 1_000),
        "{lags:?}"
    );
    session.press("enter");
    typed(&mut session, "2", "!lag>1k");
    assert_eq!(session.screen().column(0, "GROUP").len(), all - lags.len());
    session.press("enter");
    typed(&mut session, "2", "state:empty");
    let states = session.screen().column(0, "STATUS");
    assert!(
        !states.is_empty() && states.iter().all(|state| state.starts_with("STOP")),
        "{states:?}"
    );
    session.press("enter");
    typed(&mut session, "2", "group:~^f.*d$");
    assert_eq!(session.screen().column(0, "GROUP"), ["fraud"]);
    session.press("enter");
    typed(&mut session, "5", "ns:finance mem>1Ki");
    let spaces = session.screen().column(0, "NAMESPACE");
    assert!(
        !spaces.is_empty() && spaces.iter().all(|ns| ns == "finance"),
        "{spaces:?}"
    );
}

#[test]
fn what_passes_by_its_age_passes_no_longer_when_it_is_older() {
    let mut session = Session::new(options(), START, (120, 40));
    let mut young = world::pod("shop/young", "10.0.0.1", "n");
    young.created = Some(START.plus(-60 * SECOND));
    let mut old = world::pod("shop/old", "10.0.0.2", "n");
    old.created = Some(START.plus(-3_600 * SECOND));
    session.feed([world::pods(vec![young, old])]);
    typed(&mut session, "O", "age<5m");
    session.press("enter");
    assert_eq!(session.screen().column(0, "NAME"), ["young"]);
    let wake = session.app.next_wake().unwrap();
    assert!(wake <= START.plus(SECOND), "{wake:?}");
    session.wait(241 * SECOND);
    assert_eq!(session.screen().column(0, "NAME"), Vec::<String>::new());
    typed(&mut session, "O", "age>5m");
    session.press("enter");
    assert_eq!(session.screen().column(0, "NAME").len(), 2);
}

#[test]
fn a_wrong_filter_says_why_and_filters_nothing_away() {
    let mut session = demo((120, 40));
    session.press("2");
    let all = session.screen().keys();
    for (filter, why) in [
        ("~[", "is no pattern yet"),
        ("lag>abc", "LAG is compared with a number such as 100"),
        (
            "lgg>3",
            "no column is called \"lgg\" here; there are status, group, lag",
        ),
    ] {
        typed(&mut session, "2", filter);
        let screen = session.screen();
        screen.assert_has(why);
        assert_eq!(screen.keys(), all, "{filter}");
        session.press("enter");
        session.screen().assert_has("(part of it is wrong)");
        session.press("esc");
    }
}

#[test]
fn the_line_shows_the_grammar_and_each_view_keeps_its_filter() {
    let mut session = demo((80, 24));
    session.press("2 /");
    session
        .screen()
        .assert_has("words !not key:value ~regex lag>1k age<2h");
    session.type_in("lag>1k");
    session.press("enter 3 / p a y enter");
    session.screen().assert_has("/pay · ");
    session.press("2");
    session.screen().assert_has("/lag>1k · ");
    session.press("3");
    session.screen().assert_has("/pay · ");
}

#[test]
fn a_filter_of_a_column_leaves_the_other_lists_of_a_page_alone() {
    let mut session = demo((160, 50));
    session.press("2");
    typed(&mut session, "2", "fraud");
    session.press("enter enter");
    let rows = session.screen().keys().len();
    session.press("/");
    session.type_in("topic:nosuch");
    let screen = session.screen();
    screen.assert_has("no row passes the filter");
    assert!(
        !screen.keys().is_empty() && screen.keys().len() < rows,
        "{screen}"
    );
}
