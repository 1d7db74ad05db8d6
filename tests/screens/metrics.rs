//! Charts of the demo world, five minutes after its start: what is asked for, what is drawn, and where the cursor stands.

use std::sync::OnceLock;

use plimsoll::{
    app::{Effect, Interest},
    model::{ChartAsk, ChartOf, Envelope, Key, SECOND, Source, State, Update},
    source::demo::World,
};

use crate::{
    screen::{Screen, Session, options},
    world::{self, START},
};

const SMALL: (u16, u16) = (80, 24);
const MIDDLE: (u16, u16) = (120, 40);
const WIDE: (u16, u16) = (160, 50);
const TINY: (u16, u16) = (40, 10);

/// A demo world, and a session that has heard all of it.
struct Live {
    world: World,
    session: Session,
}

fn five_minutes() -> (World, Vec<Envelope>) {
    static LIVED: OnceLock<(World, Vec<Envelope>)> = OnceLock::new();
    let lived = LIVED.get_or_init(|| {
        let mut world = World::new(7, 1.0, START);
        let mut said = world.opening();
        for second in 1..=300 {
            said.extend(world.step(START.plus(second * SECOND)));
        }
        (world, said)
    });
    lived.clone()
}

fn live(size: (u16, u16)) -> Live {
    let (world, said) = five_minutes();
    let mut options = options();
    options.demo = true;
    options.site = "demo".into();
    let mut session = Session::new(options, START, size);
    session.feed(said);
    Live { world, session }
}

/// The charts that were asked for last.
fn asked(effects: &[Effect]) -> Option<ChartAsk> {
    let mut interests = effects.iter().rev().filter_map(|effect| match effect {
        Effect::Interest(Interest { charts, .. }) => Some(charts.clone()),
        _ => None,
    });
    interests.next().flatten()
}

impl Live {
    /// Presses keys; what is asked for is answered.
    fn press(&mut self, keys: &str) -> Option<ChartAsk> {
        let ask = asked(&self.session.press(keys));
        if let Some(ask) = &ask {
            self.session.feed([self.world.answer(ask)]);
        }
        ask
    }

    fn screen(&mut self) -> Screen<'_> {
        self.session.screen()
    }
}

#[test]
fn the_brokers_charts_fit_every_size() {
    for (size, name) in [
        (SMALL, "metrics-80x24"),
        (MIDDLE, "metrics-120x40"),
        (WIDE, "metrics-160x50"),
        (TINY, "metrics-40x10"),
    ] {
        let mut live = live(size);
        let ask = live.press("8").unwrap();
        assert_eq!((ask.of, ask.range), (ChartOf::Brokers, 900_000));
        let screen = live.screen();
        screen
            .assert_has("Metrics: brokers")
            .assert_has("[15m] 1h 6h 24h")
            .assert_has("bytes in")
            .assert_has("a broker 0 ");
        if size != TINY {
            screen
                .assert_has("brokers◂ groups  pods")
                .assert_has("Prometheus, every 5s")
                .assert_has("now 08:05:00 UTC")
                .assert_has("bytes out");
        }
        if size == MIDDLE || size == WIDE {
            screen
                .assert_has("produce p99")
                .assert_has("request handlers idle")
                .assert_has("07:50")
                .assert_has("08:05");
        }
        // Charts take the whole width, where lists have the object beside them.
        if size != WIDE {
            screen.snapshot(name);
        }
    }
}

#[test]
fn a_failed_scrape_is_a_gap_and_the_cursor_says_so() {
    let mut live = live(SMALL);
    live.press("8 enter");
    let screen = live.screen();
    screen.assert_has("⏎ open  p next part  right later");
    live.press("?");
    live.screen()
        .assert_has("on these charts")
        .assert_has("a shorter range");
    live.press("esc");
    let now = live.screen().lines.join("\n");
    assert!(now.contains("at cursor") || now.contains("now"), "{now}");
    // The cursor goes back to 07:52:30: the world missed its scrapes from 07:51 to 07:53.
    live.press(&"left ".repeat(150));
    let screen = live.screen();
    screen.assert_has("at 07:52:30 UTC").assert_has("at cursor");
    let broker = screen.lines.iter().find(|line| line.contains("a broker 0"));
    let cells: Vec<&str> = broker.unwrap().split_whitespace().collect();
    assert_eq!(cells[3], "-", "no value in the gap: {broker:?}");
    // In the whole column of that moment there is nothing but the cursor.
    let column = screen.lines.iter().filter(|line| line.contains('┊'));
    assert_eq!(column.count(), 9, "{screen}");
    screen.snapshot("metrics-gap-80x24");
    live.press("right right right right right right right right");
    let screen = live.screen();
    screen.assert_has("at 07:53:10 UTC");
    let broker = screen.lines.iter().find(|line| line.contains("a broker 0"));
    assert!(broker.unwrap().contains("i/s"), "{broker:?}");
    live.press("G");
    live.screen().assert_has("now 08:05:00 UTC");
    live.press("g");
    live.screen().assert_has("at 07:50:00 UTC");
}

#[test]
fn ranges_are_asked_for_with_a_generation_of_their_own_and_late_answers_are_dropped() {
    let mut live = live(MIDDLE);
    let first = live.press("8").unwrap();
    let late = live.world.answer(&first);
    let second = live.press("-").unwrap();
    assert!(second.generation > first.generation);
    assert_eq!(second.range, 3_600_000);
    live.screen()
        .assert_has("15m [1h] 6h 24h")
        .assert_has("Prometheus, every 15s")
        .assert_has("07:05");
    live.session.feed([late]);
    live.screen().assert_has("Prometheus, every 15s");
    let day = asked(&live.session.press("- - -")).unwrap();
    assert_eq!(day.range, 86_400_000);
    // Until the answer is there, nothing of another range is drawn as this one.
    live.screen()
        .assert_has("1h 6h [24h]")
        .assert_has("being read");
    live.session.feed([live.world.answer(&day)]);
    live.screen().assert_has("Prometheus, every 5m");
    assert_eq!(live.press("+ + + + +").unwrap().range, 900_000);
    assert_eq!(
        asked(&live.session.press("1")),
        None,
        "nobody looks any more"
    );
}

#[test]
fn groups_and_pods_are_those_that_matter_most() {
    let mut live = live(MIDDLE);
    live.press("8");
    let groups = live.press("p").unwrap();
    assert_eq!(groups.of, ChartOf::Groups);
    assert_eq!(groups.only.len(), 8);
    live.screen()
        .assert_has("Metrics: groups")
        .assert_has("groups◂")
        .assert_has("lag, records")
        .assert_has("committed, records")
        .assert_has("a fraud 1.10M");
    let pods = live.press("p").unwrap();
    assert_eq!(pods.of, ChartOf::Pods);
    live.screen()
        .assert_has("Metrics: pods")
        .assert_has("memory")
        .assert_has("CPU held back");
    live.screen().snapshot("metrics-pods-120x40");
    assert_eq!(live.press("p").unwrap().of, ChartOf::Brokers);
}

#[test]
fn an_object_shows_its_own_charts_and_a_series_opens_its_object() {
    let mut live = live(MIDDLE);
    live.press("enter");
    assert_eq!(live.screen().title(), "group fraud");
    let ask = live.press("8").unwrap();
    assert_eq!(ask.of, ChartOf::Group("fraud".into()));
    live.screen()
        .assert_has("group fraud: charts")
        .assert_has("lag, records");
    live.press("esc");
    assert_eq!(live.screen().title(), "group fraud");
    // From the chart of all brokers to the second of them.
    live.press("1");
    live.press("8");
    live.press("enter j");
    live.screen().assert_has("▌b broker 1");
    live.press("enter");
    assert_eq!(live.screen().title(), "broker 1");
    let ask = live.press("8").unwrap();
    assert_eq!(ask.of, ChartOf::Broker(plimsoll::model::BrokerId(1)));
    live.screen().assert_has("broker 1: charts");
    live.session.press(": p o d space f r a u d enter");
    live.press("8");
    live.screen().assert_has("memory").assert_has("%");
}

#[test]
fn without_prometheus_own_samples_are_drawn_and_said_to_be() {
    let mut session = Session::new(options(), START, MIDDLE);
    session.feed(
        five_minutes()
            .1
            .into_iter()
            .filter(|envelope| match &envelope.update {
                Update::Series(_) => false,
                Update::Health(report) => report.source != Source::Series,
                _ => true,
            }),
    );
    session.press("8");
    session
        .screen()
        .assert_has("own samples since 08:00:")
        .assert_has("records in")
        .assert_has("no Prometheus is read, and we do not sample it ourselves");
    session.press("p");
    session
        .screen()
        .assert_has("lag, records")
        .assert_has("a fraud 1.10M")
        .assert_has("own samples since 08:00:0");
}

#[test]
fn what_a_server_lacks_is_said_with_the_names_that_were_looked_for() {
    let mut live = live(MIDDLE);
    let ask = asked(&live.session.press("8")).unwrap();
    let mut envelope = live.world.answer(&ask);
    if let Update::Chart(answer) = &mut envelope.update {
        let lost = plimsoll::model::Signal::HandlerIdle;
        answer.series.retain(|of| of.signal != lost);
        answer.lacking.push(plimsoll::model::Lacking {
            signal: lost,
            names: vec!["some_idle_total".into(), "other_idle".into()],
        });
    }
    live.session.feed([envelope.clone()]);
    live.screen()
        .assert_has("Prometheus has none of some_idle_total, other_idle");
    // A failure keeps what was read, and says so.
    if let Update::Chart(answer) = &mut envelope.update {
        answer.series.clear();
        answer.failed = Some("http://p:9090: range query: no answer in 10 s".into());
    }
    live.session.feed([envelope]);
    live.screen()
        .assert_has("old: http://p:9090: range query: no answer in 10 s")
        .assert_has("a broker 0 ");
}

#[test]
fn in_ascii_lines_are_letters() {
    let (world, said) = five_minutes();
    let mut options = options();
    options.ascii = true;
    let mut session = Session::new(options, START, SMALL);
    session.feed(said);
    let ask = asked(&session.press("8 enter")).unwrap();
    session.feed([world.answer(&ask)]);
    session.press("left left left");
    let screen = session.screen();
    for line in &screen.lines {
        assert!(line.is_ascii(), "{line}");
    }
    screen.assert_has(">a broker 0").assert_has("aaa");
    screen.snapshot("metrics-ascii-80x24");
}

#[test]
fn what_is_drawn_of_a_silent_prometheus_says_how_old_it_is() {
    let mut live = live(MIDDLE);
    live.press("8");
    live.screen().assert_has("now 08:05:00 UTC");
    live.session.wait(46 * SECOND);
    live.screen()
        .assert_has("newest 08:05:00 UTC, 46s old")
        .assert_has("Prometheus, every 5s");
    let silent = world::health(Source::Series, State::Unreachable, "no answer in 8s");
    live.session.feed([silent]);
    live.session.wait(SECOND);
    live.screen()
        .assert_has("newest 08:05:00 UTC, 47s old")
        .assert_has("Prometheus is unreachable; every 5s");
    live.press("enter");
    let screen = live.screen();
    screen.assert_has("newest");
    assert!(!screen.has(" now "), "{screen}");
}

#[test]
fn a_cursor_that_the_range_has_left_behind_is_that_of_now() {
    let mut live = live(MIDDLE);
    let ask = live.press("8").unwrap();
    live.press("g");
    live.screen().assert_has("at 07:50:00 UTC");
    for second in 301..=330 {
        let now = START.plus(second * SECOND);
        let said = live.world.step(now);
        live.session.now = now;
        live.session.feed(said);
    }
    let answer = live.world.answer(&ask);
    live.session.feed([answer]);
    let screen = live.screen();
    screen.assert_has("now 08:05:30 UTC");
    assert!(!screen.has("at 07:50:00 UTC"), "{screen}");
}

#[test]
fn a_refused_prometheus_says_why() {
    let mut session = Session::new(options(), START, SMALL);
    session.feed(world::checkout());
    session.feed([world::health(
        Source::Series,
        State::Unreachable,
        "connection refused",
    )]);
    session.press("8");
    session
        .screen()
        .assert_has("Prometheus is unreachable: connection refused");
    assert_eq!(session.screen().selected(), None::<Key>);
}
