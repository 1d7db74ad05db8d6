//! Moving about: neighbours, selection, order, filter; and any keys at all.

use std::sync::OnceLock;

use plimsoll::{
    app::{Align, Chord, Effect, Interest, KeyCode, Msg, PaneId},
    model::{Envelope, GroupKind, HealthReport, Key, OffsetKind, SECOND, Source, State, Update},
    source::demo::World,
    view::panes,
};
use proptest::prelude::*;

use crate::{
    screen::{Session, options},
    world::{self, START, at, commits, groups, offsets},
};

fn demo(size: (u16, u16)) -> Session {
    let mut session = Session::new(options(), START, size);
    session.feed(world::demo(7, 300));
    session
}

#[test]
fn from_the_worst_group_one_walks_to_everything_behind_it() {
    let mut session = demo((120, 40));
    let mut walk = |keys: &str, title: &str| {
        session.press(keys);
        assert_eq!(session.screen().title(), title, "after {keys:?}");
    };
    walk("1", "Home");
    walk("enter", "group fraud");
    walk("enter", "member fraud-556xkdqdx9-mv2wj");
    walk("g j enter", "pod finance/fraud-556xkdqdx9-mv2wj");
    walk("g j enter", "node worker-c2");
    walk("g enter", "broker 5");
    walk("/ p a y m e n t s enter G enter", "topic payments-dlq");
    walk("esc", "broker 5");
    walk("k enter", "topic payments");
    walk("j j enter", "partition payments-2");
    walk("p j enter", "group ledger");
    walk("G enter", "partition payments-4");
    for title in [
        "group ledger",
        "partition payments-2",
        "topic payments",
        "broker 5",
    ] {
        walk("esc", title);
    }
    // The filter on the broker's page is dropped before the page is left.
    walk("esc", "broker 5");
    walk("esc", "node worker-c2");
    walk("b", "Brokers");
    walk("enter", "broker 0");
    walk("n", "Nodes");
    walk("j j enter", "node worker-a3");
    walk("esc esc", "Home");
}

#[test]
fn from_home_every_neighbour_is_one_key_away() {
    for size in [(80, 24), (120, 40), (160, 50), (40, 10)] {
        let mut session = demo(size);
        let walk = [
            "Home",
            "group fraud",
            "member fraud-556xkdqdx9-mv2wj",
            "pod finance/fraud-556xkdqdx9-mv2wj",
            "node worker-c2",
            "broker 5",
            "topic __consumer_offsets",
        ];
        for (keys, title) in walk.into_iter().enumerate() {
            if keys > 0 {
                session.press("enter");
            }
            assert_eq!(
                session.screen().title(),
                title,
                "after {keys} keys at {size:?}"
            );
        }
        // And the same way back.
        for title in walk.into_iter().rev().skip(1) {
            session.press("esc");
            assert_eq!(session.screen().title(), title);
        }
    }
}

#[test]
fn a_pane_is_found_again_as_it_was_left() {
    let mut session = demo((80, 24));
    session.press("2 j j / s enter 3 2");
    let screen = session.screen();
    screen.assert_has("/s · ");
    let selected = screen.selected();
    session.press("tab shift-tab");
    assert_eq!(session.screen().selected(), selected);
}

#[test]
fn the_selection_follows_the_key_when_the_order_changes() {
    let mut session = Session::new(options(), START, (80, 24));
    session.feed([
        world::cluster(1, &[("orders", 1)]),
        groups(&[
            ("a", GroupKind::Classic, "Stable"),
            ("b", GroupKind::Classic, "Stable"),
            ("c", GroupKind::Classic, "Stable"),
        ]),
        offsets(OffsetKind::End, "orders", &[(0, 100)]),
        commits("a", &[("orders", &[Some(10)])]),
        commits("b", &[("orders", &[Some(20)])]),
        commits("c", &[("orders", &[Some(30)])]),
    ]);
    session.press("2");
    assert_eq!(session.screen().column(0, "GROUP"), ["a", "b", "c"]);
    // Until the cursor is moved it stays on the worst, whatever that is.
    session.feed([
        commits("c", &[("orders", &[Some(0)])]),
        offsets(OffsetKind::End, "orders", &[]),
    ]);
    let screen = session.screen();
    assert_eq!(screen.column(0, "GROUP"), ["c", "a", "b"]);
    assert_eq!(screen.selected(), Some(Key::Group("c".into())));
    session.press("j");
    session.feed([
        commits("a", &[("orders", &[Some(99)])]),
        offsets(OffsetKind::End, "orders", &[]),
    ]);
    let screen = session.screen();
    assert_eq!(screen.column(0, "GROUP"), ["c", "b", "a"]);
    assert_eq!(screen.selected(), Some(Key::Group("a".into())));
    screen.assert_cell("a", "LAG", "1");
    // What is selected goes away: its neighbour is selected, and Enter opens that.
    let without = |seconds: i64| Envelope {
        at: START.plus(seconds * SECOND),
        ..groups(&[
            ("b", GroupKind::Classic, "Stable"),
            ("c", GroupKind::Classic, "Stable"),
        ])
    };
    session.feed([without(5)]);
    // A coordinator that has just begun may not have read it yet.
    assert_eq!(session.screen().selected(), Some(Key::Group("a".into())));
    session.feed([without(10)]);
    assert_eq!(session.screen().selected(), Some(Key::Group("b".into())));
    session.press("enter");
    assert_eq!(session.screen().title(), "group b");
}

#[test]
fn every_list_sorts_by_every_column_both_ways_and_keeps_the_selection() {
    let pages = [
        "1",
        "2",
        "2 enter",
        "2 enter G",
        "2 enter enter",
        "3",
        "3 G enter",
        "3 G enter enter",
        "3 G enter enter G",
        "4",
        "4 enter",
        "4 enter G",
        "5",
        "5 enter",
        "5 enter enter",
        "6",
        "6 enter",
        "0",
    ];
    for keys in pages {
        let mut session = demo((120, 40));
        session.press(keys);
        session.press("p j");
        let selected = session.screen().selected();
        let columns = session.app.sorted_columns().unwrap().1;
        let section = session.app.sorted_columns().unwrap().0;
        let mut seen = std::collections::BTreeSet::new();
        for _ in columns {
            session.press("right");
            let sort = session.app.lines().sorts[section].unwrap();
            assert_eq!(sort.1, columns[sort.0].descending, "{keys}");
            seen.insert(sort.0);
            assert_eq!(session.screen().selected(), selected, "{keys} {sort:?}");
            session.press("r");
            assert_eq!(
                session.app.lines().sorts[section],
                Some((sort.0, !sort.1)),
                "{keys}"
            );
            assert_eq!(session.screen().selected(), selected, "{keys} {sort:?}");
        }
        assert_eq!(
            seen.len(),
            columns.len(),
            "{keys}: every column was sorted by"
        );
    }
}

#[test]
fn the_order_is_that_of_the_values_not_of_the_letters() {
    let mut session = demo((160, 50));
    session.press("2");
    let number = |text: &str| text.parse::<i64>().ok();
    let lags = session.screen().column(0, "LAG");
    let known: Vec<i64> = lags.iter().skip(1).filter_map(|lag| number(lag)).collect();
    assert!(
        known.len() > 10 && known.is_sorted_by(|a, b| a >= b),
        "{lags:?}"
    );
    assert_eq!(lags.last().unwrap(), "-", "unknown is last");
    session.press("r");
    let lags = session.screen().column(0, "LAG");
    let known: Vec<i64> = lags.iter().filter_map(|lag| number(lag)).collect();
    assert!(known.is_sorted(), "{lags:?}");
    assert_eq!(
        lags.last().unwrap(),
        "-",
        "unknown is last, whatever the direction"
    );
    session.press("left");
    assert!(session.screen().column(0, "GROUP").is_sorted());
    for (pane, column) in [("4", "LEADERS"), ("3", "PARTS"), ("6", "PODS")] {
        session.press(pane);
        let titles = session.app.sorted_columns().unwrap().1;
        for _ in titles {
            let by = session.app.lines().sorts[0].unwrap().0;
            if titles[by].title == column {
                break;
            }
            session.press("right");
        }
        let values: Vec<_> = session
            .screen()
            .column(0, column)
            .iter()
            .map(|v| number(v))
            .collect();
        assert!(values.is_sorted_by(|a, b| a >= b), "{column}: {values:?}");
        assert_eq!(
            titles.iter().find(|of| of.title == column).unwrap().align,
            Align::Right
        );
    }
}

#[test]
fn every_pane_filters_by_what_its_rows_say() {
    for pane in panes::ALL {
        let Some(digit) = pane.digit() else { continue };
        // Charts have no rows.
        if pane.id() == PaneId::Metrics {
            continue;
        }
        let mut session = demo((120, 40));
        session.press(&digit.to_string());
        session.press("j");
        let screen = session.screen();
        let (all, selected) = (screen.keys(), screen.selected().unwrap());
        let words = match &selected {
            Key::Group(name) | Key::Topic(name) | Key::Node(name) => name.to_string(),
            Key::Broker(id) => format!("demo-kafka-{id}"),
            Key::Workload(id) => id.name.to_string(),
            Key::Source(source) => source.name().to_owned(),
            other => panic!("{other:?} on {}", pane.title()),
        };
        session.press("/");
        session.type_in(&words);
        session.press("enter");
        let screen = session.screen();
        assert!(screen.keys().contains(&selected), "{words}:\n{screen}");
        assert!(screen.keys().len() < all.len(), "{words}:\n{screen}");
        assert_eq!(screen.selected(), Some(selected), "{}", pane.title());
        session.press("esc");
        assert_eq!(session.screen().keys(), all);
    }
}

#[test]
fn sources_are_told_what_is_looked_at() {
    let mut session = demo((80, 24));
    let interest = |effects: Vec<Effect>| {
        let last = effects.into_iter().rev().find_map(|effect| match effect {
            Effect::Interest(interest) => Some(interest),
            _ => None,
        });
        last.expect("the interest changed")
    };
    let home = interest(session.press("1"));
    assert!(home.groups.contains("fraud") && !home.usage && !home.disks);
    let brokers = interest(session.press("4"));
    assert!(brokers.groups.is_empty() && brokers.disks);
    let workloads = interest(session.press("5"));
    assert!(workloads.usage && !workloads.disks);
    let group = interest(session.press(": f r a u d enter"));
    assert!(group.groups.contains("fraud"));
    assert_eq!(session.press("j k"), [], "nothing new is looked at");
    assert_eq!(session.press("ctrl-r"), [Effect::Refresh]);
    assert_eq!(session.press("ctrl-l"), [Effect::Redraw]);
    assert_eq!(session.press("ctrl-z"), [Effect::Suspend]);
    assert_eq!(session.press("q"), [Effect::Quit]);
    assert_eq!(session.press("/ q u i t"), [], "typed, not meant");
}

#[test]
fn an_end_that_was_not_read_again_is_old_when_its_time_has_come() {
    let mut session = Session::new(options(), START, (120, 40));
    session.feed(world::checkout());
    session.press("2 enter");
    session.screen().assert_cell("120", "STATE", "ok");
    let wake = session.app.next_wake();
    assert_eq!(wake, Some(START.plus(30 * SECOND + 1)));
    session.wait(30 * SECOND + 1);
    session
        .screen()
        .assert_cell("120", "STATE", "stale 30s")
        .assert_fact("lag", "read 30s ago");
    assert_eq!(session.app.next_wake(), Some(START.plus(31 * SECOND)));
}

#[test]
fn a_pod_that_does_not_start_is_found_when_its_grace_is_over() {
    let mut session = Session::new(options(), START, (120, 40));
    let mut slow = world::pod("shop/web-x-aaaaa", "10.0.0.1", "node-1");
    slow.status = "Pending".into();
    slow.ready = 0;
    slow.created = Some(START);
    session.feed([world::live(Source::Pods, None), world::pods(vec![slow])]);
    assert_eq!(session.screen().keys(), []);
    let wake = session
        .app
        .next_wake()
        .expect("the app asks to be woken when the grace is over");
    session.wait(wake.since(session.now));
    session.wait(61 * SECOND);
    session
        .screen()
        .assert_cell("shop/web-x-aaaaa", "WHAT", "POD");
}

/// What a user and a world may do.
#[derive(Clone, Debug)]
enum Step {
    Key(Chord),
    Type(String),
    Resize(u16, u16),
    Live(i64),
    Wait(i64),
}

fn steps() -> impl Strategy<Value = Step> {
    let known: Vec<Chord> = plimsoll::app::ACTIONS
        .iter()
        .flat_map(|def| def.keys)
        .map(|key| Chord::parse(key).unwrap())
        .collect();
    let open = Chord::plain(KeyCode::Enter);
    prop_oneof![
        6 => prop::sample::select(known).prop_map(Step::Key),
        4 => Just(Step::Key(open)),
        2 => "[a-z0-9:/!? é注-]{1,6}".prop_map(Step::Type),
        2 => (0u16..=200, 0u16..=60).prop_map(|(columns, rows)| Step::Resize(columns, rows)),
        2 => (1i64..40).prop_map(Step::Live),
        1 => (1i64..90_000).prop_map(Step::Wait),
    ]
}

fn living() -> (World, Session) {
    static WORLD: OnceLock<World> = OnceLock::new();
    let world = WORLD.get_or_init(|| World::new(3, 0.5, START));
    let mut world = world.clone();
    let mut session = Session::new(options(), START, (80, 24));
    session.feed(world.opening());
    (world, session)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_keys_at_no_size_break_it(steps in proptest::collection::vec(steps(), 1..60)) {
        let (mut world, mut session) = living();
        for step in steps {
            match step {
                Step::Key(chord) => {
                    for effect in session.app.handle(Msg::Key(chord), session.now) {
                        // Charts are answered, so that they too are drawn at any size.
                        if let Effect::Interest(Interest { charts: Some(ask), .. }) = effect {
                            session.feed([world.answer(&ask)]);
                        }
                    }
                }
                Step::Type(text) => {
                    session.type_in(&text);
                }
                Step::Resize(columns, rows) => {
                    session.resize(columns, rows);
                }
                Step::Live(seconds) => {
                    let said = world.step(session.now.plus(seconds * SECOND));
                    session.feed(said);
                }
                Step::Wait(millis) => {
                    session.wait(millis);
                }
            }
            let (buffer, _) = session.paint();
            let (columns, rows) = session.app.size();
            prop_assert_eq!((buffer.area.width, buffer.area.height), (columns, rows));
            if let Some(wake) = session.app.next_wake() {
                prop_assert!(wake > session.app.now(), "{wake:?} is not after {:?}", session.app.now());
            }
            let lines = session.app.lines();
            let line = session.app.cursor_line();
            if let (Some(line), 8..) = (line, rows) {
                let top = session.app.view().top();
                let shown = top..top + session.app.body_height();
                prop_assert!(shown.contains(&line), "the cursor is off the screen: {line} {shown:?} of {}", lines.len());
            }
        }
    }
}

#[test]
fn ages_go_on_when_nothing_is_heard() {
    let mut session = Session::new(options(), START, (80, 24));
    session.feed(world::checkout());
    session.press("5 enter");
    session.screen();
    let wake = session.app.next_wake();
    assert!(wake.is_none_or(|at| at > START), "{wake:?}");
    let lost = HealthReport::new(Source::Pods, State::Unreachable);
    session.feed([at(START.plus(5 * SECOND), Update::Health(lost))]);
    // A watch was live until it said otherwise.
    session.screen().assert_has("k8s ✗ unreachable 0s");
    assert_eq!(session.app.next_wake(), Some(START.plus(6 * SECOND)));
    session.wait(SECOND);
    session.screen().assert_has("k8s ✗ unreachable 1s");
    session.wait(60 * SECOND);
    session.screen().assert_has("k8s ✗ unreachable 1m");
    assert_eq!(session.app.next_wake(), Some(START.plus(125 * SECOND)));
}

#[test]
fn a_workload_names_each_of_its_groups_once() {
    let mut session = Session::new(options(), START, (80, 24));
    session.feed(world::checkout());
    let both = |id: &str| {
        vec![
            world::member(&format!("{id}-1"), "10.0.0.1", "orders", &[0]),
            world::member(&format!("{id}-2"), "10.0.0.2", "orders", &[1]),
        ]
    };
    session.feed([
        groups(&[
            ("audit", GroupKind::Classic, "Stable"),
            ("checkout", GroupKind::Classic, "Stable"),
        ]),
        world::members("audit", "Stable", both("a")),
        world::members("checkout", "Stable", both("c")),
    ]);
    session.press("5 enter");
    let screen = session.screen();
    let named = |group: &str| {
        screen
            .lines
            .iter()
            .filter(|line| line.contains(group))
            .count()
    };
    assert_eq!(named("group        audit"), 1, "{screen}");
    assert_eq!(named("group        checkout"), 1, "{screen}");
}
