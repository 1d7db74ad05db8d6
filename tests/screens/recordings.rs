//! A recording on the screen: its line, its keys, and what it does not do.

use plimsoll::{
    app::{ACTIONS, Effect, Place, Replay},
    model::SECOND,
};

use crate::{
    screen::{Session, options},
    world::{self, START},
};

fn session(size: (u16, u16)) -> Session {
    let replay = Replay::new(world::demo(7, 600), None).unwrap();
    let mut session = Session::new(options(), START, size);
    session.app.play(replay.at(START, START, 1));
    session
}

/// The slider: the line over the last.
fn slider(session: &mut Session) -> String {
    let screen = session.screen();
    screen.lines[screen.lines.len() - 2].clone()
}

#[test]
fn the_slider_says_how_fast_where_and_when() {
    let mut session = session((80, 24));
    let line = slider(&mut session);
    assert!(line.starts_with(" ▶ 1x 00:00 / 10:00 ●──"), "{line}");
    assert!(line.ends_with("── 08:00:00 UTC"), "{line}");
    session.wait(61 * SECOND);
    let line = slider(&mut session);
    assert!(line.starts_with(" ▶ 1x 01:01 / 10:00 ──"), "{line}");
    assert!(line.ends_with("── 08:01:01 UTC"), "{line}");
    session.press(")");
    session.press(")");
    session.wait(10 * SECOND);
    assert!(slider(&mut session).starts_with(" ▶ 4x 01:41 / 10:00 "));
    session.press(".");
    session.wait(3_600 * SECOND);
    assert!(slider(&mut session).starts_with(" || paused 01:41 / 10:00 "));
    assert_eq!(
        session.app.next_wake(),
        None,
        "nothing changes while it is paused"
    );
    session.press("{");
    assert!(slider(&mut session).starts_with(" || paused 01:26 / 10:00 "));
    session.press("}");
    session.press("}");
    session.press(".");
    session.press("(");
    assert!(slider(&mut session).starts_with(" ▶ 2x 01:56 / 10:00 "));
    session
        .screen()
        .assert_has("REPLAY")
        .assert_has("what hurts now");
}

#[test]
fn at_its_end_it_stands_and_begins_anew_when_it_is_told_to_go_on() {
    let mut session = session((80, 24));
    session.wait(3_600 * SECOND);
    assert!(slider(&mut session).starts_with(" || paused 10:00 / 10:00 "));
    assert_eq!(session.app.next_wake(), None);
    session.press(".");
    assert!(slider(&mut session).starts_with(" ▶ 1x 00:00 / 10:00 "));
    session.wait(2 * SECOND);
    assert!(slider(&mut session).starts_with(" ▶ 1x 00:02 / 10:00 "));
}

#[test]
fn it_asks_to_be_woken_when_something_was_said() {
    let mut session = session((80, 24));
    session.paint();
    session.press(")");
    for _ in 0..20 {
        session.paint();
        let wake = session.app.next_wake().unwrap();
        let wait = wake.since(session.now);
        assert!(
            (1..=500).contains(&wait),
            "a second of it at twice the speed: {wait}"
        );
        session.wait(wait);
    }
}

#[test]
fn nothing_is_changed_asked_or_read_of_a_recording() {
    let mut session = session((120, 30));
    session.wait(60 * SECOND);
    session.press("2");
    for (key, words) in [
        ("s", "nothing can be changed in a recording"),
        ("U", "nothing can be changed in a recording"),
        ("u", "nothing can be changed in a recording"),
        ("l", "are not part of a recording"),
        ("y", "are not part of a recording"),
        ("ctrl-r", "a recording has no sources to ask"),
        ("ctrl-s", "this is a recording already"),
    ] {
        let effects = session.press(key);
        let outside = |effect: &&Effect| !matches!(effect, Effect::Interest(_));
        assert_eq!(effects.iter().find(outside), None, "{key}");
        session.screen().assert_has(words);
    }
    let screen = session.screen();
    let last = screen.lines.last().unwrap();
    assert!(!last.contains("scale") && !last.contains("logs"), "{last}");
}

#[test]
fn its_keys_mean_nothing_where_none_is_played() {
    let mut live = Session::new(options(), START, (80, 24));
    live.feed(world::demo(7, 20));
    let before = live.screen().picture();
    for def in ACTIONS.iter().filter(|def| def.place == Place::Replay) {
        for key in def.keys {
            assert_eq!(live.press(key), [], "{key}");
        }
    }
    assert_eq!(live.screen().picture(), before);
    assert_eq!(live.press("ctrl-s"), [Effect::Save]);
}

#[test]
fn its_keys_are_told_where_one_is_played() {
    let mut session = session((100, 120));
    session.press("?");
    let screen = session.screen();
    screen.assert_has("in this recording");
    for def in ACTIONS.iter().filter(|def| def.place == Place::Replay) {
        // A long one goes on in the next line.
        let begins: String = def.doc.chars().take(40).collect();
        screen.assert_has(&begins);
    }
}

#[test]
fn the_rows_of_a_small_screen_are_fewer_by_the_slider_alone() {
    for size in [(80, 24), (40, 10), (160, 50)] {
        let mut live = Session::new(options(), START, size);
        let mut replayed = session(size);
        for session in [&mut live, &mut replayed] {
            session.press("2");
        }
        assert_eq!(live.app.body_height(), replayed.app.body_height() + 1);
        let line = slider(&mut replayed);
        assert!(line.contains(" 00:00 / 10:00 "), "{size:?}: {line}");
    }
}
