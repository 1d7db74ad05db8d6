//! Random sessions, recorded and replayed: the same screens, cell by cell, on a machine that has nothing but the file.

use plimsoll::{
    app::Replay,
    model::{Envelope, SECOND, read_recording, write_recording},
    source::discreet,
};
use proptest::prelude::*;
use ratatui::buffer::Cell;

use crate::{
    screen::{Session, options},
    world::{self, START},
};

const SECONDS: i64 = 150;
const SIZE: (u16, u16) = (100, 30);
/// Keys that mean the same on a site and on a recording of it.
const KEYS: &[&str] = &[
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "8",
    "0",
    "O",
    "j",
    "k",
    "G",
    "g",
    "enter",
    "esc",
    "p",
    "w",
    "right",
    "left",
    "r",
    "tab",
    "[",
    "]",
    "/ s enter",
    "space",
    "pgdn",
    "C esc",
    "? esc",
];

/// Something that a user does: so many milliseconds later, these keys.
fn sessions() -> impl Strategy<Value = (u64, Vec<(i64, &'static str)>)> {
    let step = (0..20 * SECOND, prop::sample::select(KEYS));
    (1..4_u64, prop::collection::vec(step, 1..16))
}

fn recorded(said: &[Envelope]) -> Replay {
    let written: Vec<Envelope> = said
        .iter()
        .map(|said| discreet(said).into_owned())
        .collect();
    let text = write_recording(&written).unwrap();
    let read = read_recording(&text).unwrap();
    Replay::new(read.envelopes, read.from).unwrap()
}

/// A session on a recording. Its screen has one line more, the slider.
fn replayed(replay: Replay) -> Session {
    let mut session = Session::new(options(), START, (SIZE.0, SIZE.1 + 1));
    session.app.play(replay);
    session
}

/// The cells of a screen without the header, which says that it is a recording, without the slider, and without the keys
/// below it: there are others.
fn cells(session: &mut Session, slider: bool) -> Vec<Cell> {
    let (buffer, _) = session.paint();
    let rows = 1..buffer.area.height - 1 - u16::from(slider);
    rows.flat_map(|y| (0..buffer.area.width).map(move |x| (x, y)))
        .map(|at| buffer[at].clone())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_random_session_replays_to_the_same_screens((seed, steps) in sessions()) {
        let said = world::demo(seed, SECONDS);
        let replay = recorded(&said);
        let mut live = Session::new(options(), START, SIZE);
        let mut replayed = replayed(replay.at(START, START, 1));
        let mut next = 0;
        let mut now = START;
        for (millis, keys) in steps {
            now = now.plus(millis).min(START.plus(SECONDS * SECOND - 1));
            let heard = said[next..].iter().take_while(|envelope| envelope.at <= now).count();
            live.feed(said[next..next + heard].iter().cloned());
            next += heard;
            for session in [&mut live, &mut replayed] {
                session.wait(now.since(session.now));
                session.press(keys);
            }
            prop_assert_eq!(live.app.now(), replayed.app.now());
            prop_assert_eq!(cells(&mut live, false), cells(&mut replayed, true), "after {}", keys);
        }
    }

    #[test]
    fn however_one_comes_to_a_moment_it_looks_the_same(
        seed in 1..4_u64,
        steps in prop::collection::vec((0..9_000_i64, prop::sample::select(&[".", "{", "}", "(", ")", "2", "1"][..])), 1..20),
        pane in prop::sample::select(&["1", "2", "3", "4", "5", "6", "0"][..]),
    ) {
        let replay = recorded(&world::demo(seed, SECONDS));
        let mut wandered = replayed(replay.clone().at(START, START, 4));
        for (millis, key) in steps {
            wandered.wait(millis);
            wandered.press(key);
        }
        let moment = wandered.app.now();
        let mut straight = replayed(replay.at(moment, START, 1));
        for session in [&mut wandered, &mut straight] {
            session.press(pane);
            session.press("g");
        }
        prop_assert_eq!(straight.app.now(), moment);
        prop_assert_eq!(cells(&mut wandered, true), cells(&mut straight, true));
    }
}
