//! Every list and every object's page of the demo world at four sizes: what must be read there, cell by cell. The smallest
//! screen keeps the columns that say what is wrong.

use crate::{
    screen::{Session, options},
    world::{self, START},
};

const SIZES: [(u16, u16); 4] = [(40, 10), (80, 24), (120, 40), (160, 50)];

/// Row, column and text.
type Cell = (&'static str, &'static str, &'static str);

fn session(size: (u16, u16), keys: &str) -> Session {
    let mut options = options();
    options.demo = true;
    options.site = "demo".into();
    let mut session = Session::new(options, START, size);
    session.feed(world::demo(7, 300));
    session.press(keys);
    session
}

/// Checks cells at all sizes, from 80 columns on, and at 120: the widest screen has the object beside a narrower list.
fn check(keys: &str, always: &[Cell], usual: &[Cell], wide: &[Cell]) {
    for size in SIZES {
        let mut session = session(size, keys);
        let screen = session.screen();
        screen.assert_framed();
        let usual = usual.iter().filter(|_| size.0 >= 80);
        let wide = wide.iter().filter(|_| size.0 == 120);
        for (row, column, text) in always.iter().chain(usual).chain(wide) {
            screen.assert_cell(row, column, text);
        }
    }
}

#[test]
fn groups_say_how_far_behind_they_are() {
    check(
        "2",
        &[("fraud", "LAG", "1.10M"), ("fraud", "/S", "+488")],
        &[
            ("fraud", "STATUS", "WARN 6/6"),
            ("fraud", "TIME", "28m"),
            ("fraud", "DRAIN", "never"),
            ("fraud", "WORKLOAD", "● finance/fraud"),
        ],
        &[
            ("fraud", "TREND", "▇▇▇▇██████"),
            ("fraud", "STATE", "Stable"),
            ("fraud", "MEM", "1"),
        ],
    );
}

#[test]
fn topics_say_what_they_miss_and_how_evenly_they_are_spread() {
    check(
        "3 / p a y m e n t s enter",
        &[("payments", "UNDER", "0"), ("payments", "OFFLINE", "0")],
        &[
            ("payments", "PARTS", "6"),
            ("payments", "RF", "3"),
            ("payments", "MIN ISR", "2"),
            ("payments", "BYTES", "607Gi"),
        ],
        &[("payments", "POLICY", "delete")],
    );
    let mut session = session((120, 40), "3");
    let screen = session.screen();
    let skew = screen.cell("payments", "SKEW");
    assert!(skew.starts_with("1.") && skew.contains('x'), "{skew}");
    assert!(screen.cell("payments", "IN/S").ends_with("/s"), "{screen}");
    assert!(screen.cell("payments", "OF ALL").ends_with('%'), "{screen}");
}

#[test]
fn brokers_say_what_is_not_in_sync_and_how_full_they_are() {
    check(
        "4",
        &[
            ("kafka/demo-kafka-1", "ID", "♛1"),
            ("kafka/demo-kafka-1", "UNDER", "0"),
        ],
        &[
            ("kafka/demo-kafka-1", "NODE", "worker-b1"),
            ("kafka/demo-kafka-1", "RACK", "eu-1b"),
            ("kafka/demo-kafka-1", "LEADERS", "36"),
            ("kafka/demo-kafka-1", "DISK", "295Gi"),
        ],
        &[("kafka/demo-kafka-1", "FULL", "██▉░░ 59%")],
    );
}

#[test]
fn workloads_say_who_is_not_ready_and_why() {
    check(
        "5 / c h e c k o u t enter",
        &[
            ("checkout", "READY", "3/3"),
            ("checkout", "REASON", "was OOMKilled"),
        ],
        &[
            ("checkout", "NAMESPACE", "shop"),
            ("checkout", "RESTARTS", "3"),
            ("checkout", "CPU", "820m"),
        ],
        &[("checkout", "KIND", "Deployment")],
    );
    let mut session = session((120, 40), "5");
    let share = session.screen().cell("checkout", "OF LIMIT");
    assert!(share.ends_with('%') && share.contains('█'), "{share}");
}

#[test]
fn nodes_say_whether_they_are_ready_and_what_they_carry() {
    check(
        "6",
        &[
            ("worker-a1", "READY", "ready"),
            ("worker-a1", "BROKERS", "0"),
        ],
        &[("worker-a1", "ZONE", "eu-1a"), ("worker-a1", "PODS", "6")],
        &[],
    );
    let mut session = session((120, 40), "6");
    let screen = session.screen();
    for column in ["OF CPU", "OF MEMORY"] {
        assert!(screen.cell("worker-a1", column).ends_with('%'), "{screen}");
    }
}

#[test]
fn sources_say_how_they_are_at_every_size() {
    check(
        "0 / l a g enter",
        &[("lag", "STATE", "live")],
        &[("lag", "EVERY", "5s")],
        &[],
    );
}

#[test]
fn objects_have_their_name_on_every_screen_and_their_first_neighbour_under_the_cursor() {
    let pages = [
        (
            "2 enter",
            "group fraud",
            "member 71d575d0-3d8d-4a7c-a348-9c4d78bcd064",
        ),
        (
            "2 enter enter",
            "member fraud-556xkdqdx9-mv2wj",
            "pod finance/fraud-556xkdqdx9-mv2wj",
        ),
        (
            "2 enter enter enter",
            "pod finance/fraud-556xkdqdx9-mv2wj",
            "node worker-c2",
        ),
        ("6 enter", "node worker-a1", "broker 0"),
        ("4 enter", "broker 0", "topic __consumer_offsets"),
        (
            ": t o p i c space p a y m e n t s enter",
            "topic payments",
            "partition payments-0",
        ),
        (
            ": f i n a n c e / f r a u d enter",
            "Deployment finance/fraud",
            "pod finance/fraud-556xkdqdx9-mv2wj",
        ),
        (": s o u r c e space l a g enter", "source lag", ""),
    ];
    for size in SIZES {
        for (keys, title, neighbour) in pages {
            let mut session = session(size, keys);
            let screen = session.screen();
            screen.assert_framed();
            assert_eq!(screen.title(), title, "{keys} at {size:?}");
            let under = screen.selected().map(|key| key.to_string());
            assert_eq!(under.unwrap_or_default(), neighbour, "{keys} at {size:?}");
            let shown: String = title.chars().take(20).collect();
            screen.assert_has(&shown);
        }
    }
}

/// Whatever is wrong with however many systems, at whatever width: what may be done is on the screen, whole.
#[test]
fn the_mode_is_never_cut() {
    use plimsoll::model::{Source, State};
    let mut options = options();
    options.read_only = false;
    options.production = true;
    options.site = "a-context-with-quite-a-long-name".into();
    let mut session = Session::new(options, START, (80, 24));
    session.feed(world::demo(7, 300));
    for sources in [
        &[Source::Series][..],
        &[Source::PodMetrics, Source::Lag],
        Source::ALL,
    ] {
        let lost = sources
            .iter()
            .map(|of| world::health(*of, State::Unreachable, "gone"));
        session.feed(lost);
        session.wait(3_600_000);
        for columns in 40..170 {
            session.resize(columns, 24);
            let screen = session.screen();
            let first = &screen.lines[0];
            assert!(
                first.trim_end().ends_with("PRODUCTION │ GUARDED"),
                "{columns}: {first}"
            );
            for system in ["k8s", "kafka", "prom"] {
                assert!(columns < 80 || first.contains(system), "{columns}: {first}");
            }
        }
    }
}
