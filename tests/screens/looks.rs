//! Ways of drawing: without colour, in ASCII, with wide letters, for one namespace, read-only.

use plimsoll::{
    app::{ACTIONS, LogLevel, LogLine, Msg, Place},
    model::{GroupKind, OffsetKind, Time, Update},
};
use ratatui::style::{Color, Modifier};

use crate::{
    screen::{Session, options},
    world::{self, START, commits, groups, offsets, said},
};

/// Keys that lead to every page and every layer over it.
const PAGES: &[&str] = &[
    "1",
    "2",
    "2 enter",
    "2 enter enter",
    "3",
    "3 enter",
    "3 enter enter",
    "4",
    "4 enter",
    "5",
    "5 enter",
    "5 enter enter",
    "6",
    "6 enter",
    "0",
    "0 enter",
    "L",
    "2 / o",
    "2 / z z z",
];

#[test]
fn without_colour_there_is_none_and_the_cursor_is_still_seen() {
    let mut session = Session::new(options(), START, (120, 40));
    session.feed(world::demo(7, 300));
    session.theme = session.theme.without_colour();
    for keys in PAGES {
        session.press(keys);
        let screen = session.screen();
        for cell in screen.buffer.content() {
            assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset), "{keys}");
        }
        if screen.selected().is_some() {
            let reversed =
                |cell: &ratatui::buffer::Cell| cell.modifier.contains(Modifier::REVERSED);
            assert!(screen.buffer.content().iter().any(reversed), "{keys}");
        }
        session.press("esc esc esc");
    }
    session.press("2");
    let screen = session.screen();
    let rising = screen.style("fraud", "/S");
    assert!(rising.add_modifier.contains(Modifier::BOLD), "{rising:?}");
    screen.snapshot("no-colour");
}

fn ascii() -> Session {
    let mut options = options();
    options.ascii = true;
    let mut session = Session::new(options, START, (160, 50));
    session.feed(world::demo(7, 300));
    let line = LogLine {
        at: START,
        level: LogLevel::Warn,
        target: "plimsoll::source".to_owned(),
        text: "a".repeat(2_000),
    };
    session.app.handle(Msg::Log(line), START);
    session
}

fn assert_ascii(session: &mut Session, keys: &str) {
    let (buffer, _) = session.paint();
    let text = plimsoll::view::text::lines(&buffer);
    let other: String = text.chars().filter(|letter| !letter.is_ascii()).collect();
    assert!(other.is_empty(), "{keys}: {other:?} in\n{text}");
}

#[test]
fn in_ascii_no_other_byte_is_on_the_screen() {
    for size in [(160, 50), (80, 24), (40, 10), (20, 5)] {
        let mut session = ascii();
        session.resize(size.0, size.1);
        for keys in PAGES {
            session.press(keys);
            assert_ascii(&mut session, keys);
            session.press("esc esc esc");
        }
    }
    let mut session = ascii();
    session.press("2");
    let screen = session.screen();
    screen.assert_cell("fraud", "WORKLOAD", "* finance/fraud");
    screen.snapshot("ascii");
}

#[test]
fn in_ascii_the_help_and_the_go_to_line_are_too() {
    for keys in ["?", ":", ": f r a", ": z z z"] {
        let mut session = ascii();
        session.press(keys);
        assert_ascii(&mut session, keys);
    }
}

#[test]
fn in_ascii_troubles_are_too() {
    let mut session = ascii();
    let mut world = plimsoll::source::demo::World::new(7, 1.0, START);
    session.feed(world.opening());
    for minute in 1..=20 {
        session.feed(world.step(START.plus(minute * 60_000)));
        for keys in ["1", "4", "5", "6", "0", "2 enter"] {
            session.press(keys);
            assert_ascii(&mut session, keys);
        }
    }
}

#[test]
fn wide_letters_take_two_cells_and_never_break_the_frame() {
    let names = [
        "注文を処理する消費者グループ東京",
        "ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐ",
        "plain",
    ];
    for columns in 40..90 {
        let mut session = Session::new(options(), START, (columns, 24));
        let listed: Vec<_> = names
            .iter()
            .map(|name| (*name, GroupKind::Classic, "Stable"))
            .collect();
        session.feed([
            world::cluster(1, &[("注文", 1)]),
            groups(&listed),
            offsets(OffsetKind::End, "注文", &[(0, 100)]),
        ]);
        for (lag, name) in (1..).zip(names) {
            session.feed([commits(name, &[("注文", &[Some(100 - lag)])])]);
        }
        session.press("2");
        let screen = session.screen();
        screen.assert_framed();
        assert_eq!(screen.column(0, "LAG"), ["3", "2", "1"], "{screen}");
        session.press("enter");
        session.screen().assert_framed();
    }
    let mut session = Session::new(options(), START, (80, 24));
    session.feed([groups(&[(names[0], GroupKind::Classic, "Stable")])]);
    session.press("2");
    session.screen().snapshot("wide-letters");
}

#[test]
fn a_namespace_filters_what_is_shown_and_not_the_join() {
    let mut options = options();
    options.namespace = Some("shop".into());
    let mut session = Session::new(options, START, (120, 40));
    session.feed(world::demo(7, 300));
    session.press("5");
    let screen = session.screen();
    let shown = screen.column(0, "NAMESPACE");
    assert!(
        !shown.is_empty() && shown.iter().all(|of| of == "shop"),
        "{screen}"
    );
    screen.snapshot("namespace");
    session.press("2");
    session
        .screen()
        .assert_cell("fraud", "WORKLOAD", "● finance/fraud");
    session.press("b");
    session
        .screen()
        .assert_cell("kafka/demo-kafka-1", "NODE", "worker-b1");
}

#[test]
fn read_only_says_so_and_the_demo_says_that_it_is_one() {
    let mut session = Session::new(options(), START, (80, 24));
    session.screen().assert_has("│ READ-ONLY");
    let mut options = options();
    options.demo = true;
    let mut session = Session::new(options, START, (80, 24));
    session.screen().assert_has("│ DEMO");
}

#[test]
fn the_log_shows_the_newest_line_first() {
    let mut session = Session::new(options(), START, (80, 24));
    for (second, level, text) in [
        (0, LogLevel::Info, "begins"),
        (61, LogLevel::Error, "broker 3 does not answer"),
    ] {
        let line = LogLine {
            at: START.plus(second * 1_000),
            level,
            target: "plimsoll::source".to_owned(),
            text: text.to_owned(),
        };
        session
            .app
            .handle(Msg::Log(line), Time(START.0 + second * 1_000));
    }
    session.press("L");
    let screen = session.screen();
    assert_eq!(screen.column(0, "LEVEL"), ["ERROR", "INFO"]);
    screen
        .assert_cell("ERROR", "TIME", "08:01:01")
        .assert_cell("ERROR", "TEXT", "broker 3 does not answer")
        .assert_cell("INFO", "TIME", "08:00:00");
    screen.snapshot("log-80x24");
    session.press("enter");
    assert!(
        session.screen().title().starts_with("Log"),
        "a line opens nothing"
    );
}

#[test]
fn every_line_of_the_help_can_be_read_however_narrow() {
    for columns in [40, 60, 80] {
        let mut session = Session::new(options(), START, (columns, 24));
        session.press("?");
        let mut read = Vec::new();
        loop {
            let screen = session.screen();
            if screen.has("keys (end)") {
                read.extend_from_slice(&screen.lines[3..]);
                break;
            }
            read.push(screen.lines[3].clone());
            session.press("j");
        }
        let read = read.join(" ").replace('│', " ");
        let words: Vec<&str> = read.split_whitespace().collect();
        let flat = words.join(" ");
        // The keys of recordings are told where one is played.
        for def in ACTIONS.iter().filter(|def| def.place != Place::Replay) {
            assert!(flat.contains(def.doc), "{} at {columns}", def.doc);
        }
    }
}

#[test]
fn the_way_here_is_told_as_far_as_it_fits_and_never_cut() {
    let mut session = Session::new(options(), START, (80, 24));
    session.feed(world::demo(7, 300));
    session.press("2 enter enter");
    let member = "member 71d575d0-3d8d-4a7c-a348-9c4d78bcd064";
    for columns in 80..180 {
        session.resize(columns, 24);
        let screen = session.screen();
        let tabs = &screen.lines[1];
        let (_, way) = tabs.split_once("Sources").unwrap();
        let whole = format!("group fraud ▸ {member}");
        let end = format!("… ▸ {member}");
        assert!(
            ["", &end, &whole].contains(&way.trim()),
            "{columns}: {tabs}"
        );
        assert!(columns < 160 || way.trim() == whole, "{columns}: {tabs}");
    }
}

#[test]
fn where_nothing_is_selected_the_list_has_the_whole_width() {
    let mut session = Session::new(options(), START, (160, 50));
    session.feed(world::checkout());
    let screen = session.screen();
    screen.assert_has("nothing wrong found").assert_framed();
    assert_eq!(screen.session.app.list_width(), 160);
    assert_eq!(screen.lines[2].matches('╭').count(), 1, "{screen}");
    session.press("2");
    let screen = session.screen();
    assert_eq!(screen.lines[2].matches('╭').count(), 2, "{screen}");
    // A line of our own log has no page.
    let line = LogLine {
        at: START,
        level: LogLevel::Info,
        target: "net::kafka".to_owned(),
        text: "connected".to_owned(),
    };
    session.app.handle(Msg::Log(line), START);
    session.press("L");
    assert!(session.screen().selected().is_some());
    assert_eq!(session.app.list_width(), 160);
}

#[test]
fn nothing_is_known_yet_and_every_page_says_so() {
    let mut session = Session::new(options(), START, (80, 24));
    for (keys, words) in [
        ("1", "nothing wrong found so far"),
        (
            "2",
            "groups are not read: Kafka is left out or not configured",
        ),
        ("3", "topics are not read: Kafka"),
        ("4", "brokers are not read: Kafka"),
        ("5", "workloads are not read: Kubernetes is left out"),
        ("6", "nodes are not read: Kubernetes is left out"),
        ("0", "nothing is read: all three systems are left out"),
        ("L", "nothing has been logged"),
    ] {
        session.press(keys);
        let screen = session.screen();
        screen.assert_has(words).assert_framed();
        // No row, no cursor, and no key that opens something.
        session.press("enter j G r right p");
        session.screen().assert_has(words);
    }
    session.feed([said(Update::Members(Vec::new()))]);
}
