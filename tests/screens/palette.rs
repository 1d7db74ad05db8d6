//! The `:` line: what it finds, and what enter does.

use plimsoll::{
    app::{Effect, Subject},
    model::Key,
};

use crate::{
    screen::{Session, options},
    world::{self, START},
};

fn demo(size: (u16, u16)) -> Session {
    let mut session = Session::new(options(), START, size);
    session.feed(world::demo(7, 300));
    session
}

/// What the line finds, as `kind name`.
fn found(session: &mut Session, text: &str) -> Vec<String> {
    let found = session.app.candidates(text);
    found
        .iter()
        .map(|of| format!("{} {}", of.kind, of.name))
        .collect()
}

#[test]
fn objects_of_every_kind_are_found_by_some_of_their_letters() {
    let mut session = demo((120, 40));
    session.press("2 enter");
    for (text, best) in [
        ("fraud", "group fraud"),
        ("frd", "group fraud"),
        ("topic pay", "topic payments"),
        ("payments-2", "partition payments-2"),
        ("deploy fraud", "workload finance/fraud"),
        ("no wc2", "node worker-c2"),
        ("b 3", "broker 3 demo-kafka-3"),
        ("groups", "pane groups"),
        ("hom", "pane home"),
        ("theme sol", "theme solarized"),
        ("member fraud", "member "),
        ("pod fraud", "pod finance/fraud-"),
    ] {
        let all = found(&mut session, text);
        let first = all.first().cloned().unwrap_or_default();
        assert!(first.starts_with(best), "{text}: {all:#?}");
    }
}

#[test]
fn what_fits_is_marked_and_what_is_chosen_opens() {
    let mut session = demo((80, 24));
    session.press(": f r d");
    let screen = session.screen();
    let y = screen
        .lines
        .iter()
        .position(|line| line.contains("▌group"))
        .unwrap();
    let marked: String = (0..80)
        .map(|x| &screen.buffer[(x, u16::try_from(y).unwrap())])
        .filter(|cell| cell.modifier.contains(ratatui::style::Modifier::UNDERLINED))
        .map(ratatui::buffer::Cell::symbol)
        .collect();
    assert_eq!(marked, "frd", "{screen}");
    session.press("enter");
    assert_eq!(
        session.app.view().subject,
        Subject::Object(Key::Group("fraud".into()))
    );
}

#[test]
fn actions_are_found_with_their_keys_and_run_where_the_cursor_is() {
    let mut session = demo((120, 40));
    session.press("2 j");
    let selected = session.screen().selected().unwrap();
    session.press(":");
    session.type_in("do open");
    session
        .screen()
        .assert_has("open what is selected")
        .assert_has("enter");
    session.press("enter");
    assert_eq!(session.app.view().subject, Subject::Object(selected));
    assert_eq!(session.press(": r e f r e s h"), []);
    let effects = session.press(": a s k space a l l enter");
    assert!(effects.is_empty(), "the line was open already: {effects:?}");
    session.press("esc");
    assert_eq!(
        session.press(": a s k space a l l enter"),
        [Effect::Refresh]
    );
    session.screen().assert_has("all sources are asked again");
    assert_eq!(session.press(": q enter"), [Effect::Quit]);
    assert_eq!(session.press(": q u i t enter"), [Effect::Quit]);
}

#[test]
fn a_context_is_left_for_another() {
    let mut options = options();
    options.prefs.contexts = vec!["prod-eu".to_owned(), "staging".to_owned()];
    options.prefs.reach.context = Some("prod-eu".to_owned());
    let mut session = Session::new(options, START, (80, 24));
    session.feed(world::checkout());
    assert_eq!(found(&mut session, "ctx"), found(&mut session, "ctx "));
    assert_eq!(
        found(&mut session, "ctx "),
        ["context prod-eu", "context staging"]
    );
    let effects = session.press(": s t a g i n g enter");
    assert_eq!(effects.last(), Some(&Effect::Switch("staging".to_owned())));
    assert_eq!(session.press(": c t x space e u enter"), []);
    session.screen().assert_has("this is prod-eu already");
}

#[test]
fn a_theme_is_asked_for_by_name() {
    let mut session = demo((80, 24));
    let effects = session.press(": t h e m e space s o l a enter");
    assert_eq!(effects.last(), Some(&Effect::Theme("solarized".to_owned())));
}

#[test]
fn nothing_found_keeps_the_line_and_the_chosen_one_stays_on_screen() {
    let mut session = demo((80, 24));
    session.press(": z q x j enter");
    session.screen().assert_has("nothing is called \"zqxj\"");
    session.press("ctrl-u");
    session.press(&"tab ".repeat(30));
    let screen = session.screen();
    assert_eq!(
        screen
            .lines
            .iter()
            .filter(|line| line.starts_with("│▌"))
            .count(),
        1,
        "{screen}"
    );
}
