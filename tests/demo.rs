//! The demo world, as everything behind the channel sees it: its envelopes, and the site that they make.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "demo/kept.rs"]
mod kept;
#[path = "demo/reel.rs"]
mod reel;
#[path = "demo/sound.rs"]
mod sound;

use std::collections::{BTreeMap, BTreeSet};

use plimsoll::{
    model::{
        ChartAsk, ChartOf, Envelope, Name, PartitionId, SECOND, SeriesKey, Signal, Site, Source,
        State, Time, Update,
    },
    source::{
        Wishes,
        demo::{self, World},
    },
};
use sound::{assert_full, assert_members, assert_sound, lags, positions, troubles};

const START: Time = Time(1_800_000_000_000);
const TWENTY_MINUTES: i64 = 1_200;

/// Plays a world second by second. `see` is given the second, what was said in it, and the site after it.
fn play(seed: u64, scale: f64, seconds: i64, mut see: impl FnMut(i64, &[Envelope], &Site)) -> Site {
    let mut world = World::new(seed, scale, START);
    let mut site = Site::new(Name::from("demo"));
    for second in 0..=seconds {
        let said = match second {
            0 => world.opening(),
            _ => world.step(START.plus(second * SECOND)),
        };
        for envelope in &said {
            assert_eq!(envelope.at, START.plus(second * SECOND));
            assert_eq!(&*envelope.site, "demo");
            site.apply(envelope.clone());
        }
        see(second, &said, &site);
    }
    site
}

fn lines(seed: u64, seconds: i64) -> Vec<String> {
    let mut lines = Vec::new();
    play(seed, 1.0, seconds, |_, said, _| {
        lines.extend(said.iter().map(|e| serde_json::to_string(e).unwrap()));
    });
    lines
}

#[test]
fn the_same_seed_says_the_same_bytes_and_another_says_others() {
    let first = lines(3, 400);
    assert!(first.len() > 500);
    assert_eq!(first, lines(3, 400));
    assert_ne!(first, lines(4, 400));
}

#[test]
fn long_steps_say_what_short_ones_do() {
    let (mut short, mut long) = (World::new(5, 1.0, START), World::new(5, 1.0, START));
    assert_eq!(short.opening(), long.opening());
    let mut said = Vec::new();
    for second in 1..=90 {
        said.extend(short.step(START.plus(second * SECOND)));
    }
    assert_eq!(said, long.step(START.plus(90 * SECOND + 999)));
    assert_eq!(
        long.step(START.plus(90 * SECOND)),
        [],
        "time that was lived is not lived again"
    );
}

#[test]
fn a_night_asleep_is_not_made_up_for() {
    let mut world = World::new(5, 1.0, START);
    world.opening();
    let morning = START.plus(8 * 3_600 * SECOND);
    let said = world.step(morning);
    assert!(said.len() < 1_000, "{} envelopes", said.len());
    assert_eq!(said.last().map(|e| e.at), Some(morning));
    assert!(said.iter().all(|e| morning.since(e.at) < 120 * SECOND));
}

#[test]
fn the_opening_says_every_kind_of_thing_that_live_sources_say() {
    let mut tags = BTreeSet::new();
    let mut sources = BTreeMap::new();
    let site = play(1, 1.0, 0, |_, said, _| {
        for envelope in said {
            tags.insert(envelope.update.tag());
            if let Update::Health(report) = &envelope.update {
                let words: &mut Vec<_> = sources.entry(report.source).or_default();
                words.push(report.state.word());
            }
        }
    });
    // Series over a range are only said to somebody who asks for them.
    let unasked = |tag: &&str| *tag != "chart";
    let all: BTreeSet<&str> = Update::TAGS.iter().copied().filter(unasked).collect();
    assert_eq!(tags, all);
    assert_eq!(sources.keys().copied().collect::<Vec<_>>(), {
        let mut all = Source::ALL.to_vec();
        all.sort_unstable();
        all
    });
    for (source, words) in sources {
        assert_eq!(words.last(), Some(&"live"), "{source}");
    }
    assert_full(&site);
    assert_eq!(site.kafka.cluster.as_ref().unwrap().value.brokers.len(), 6);
    assert_eq!(site.nodes.len(), 9);
    assert_eq!(lags(&site).get("dlq-review"), Some(&36));
}

#[test]
fn twenty_minutes_are_sound_whatever_the_seed() {
    for seed in 1..=4 {
        let mut ends: BTreeMap<(PartitionId, u8), i64> = BTreeMap::new();
        let mut counters: BTreeMap<Source, [u64; 3]> = BTreeMap::new();
        let mut commits: BTreeMap<(Name, PartitionId), i64> = BTreeMap::new();
        let site = play(seed, 1.0, TWENTY_MINUTES, |second, said, site| {
            assert_sound(site, second);
            assert_members(said, site);
            for envelope in said {
                match &envelope.update {
                    Update::Offsets(listing) => {
                        for (topic, (partition, offset)) in listing
                            .topics
                            .iter()
                            .flat_map(|t| t.offsets.iter().map(move |o| (&t.topic, *o)))
                        {
                            let topic = topic.clone();
                            let kind = listing.kind as u8;
                            let key = (PartitionId { topic, partition }, kind);
                            let before = ends.insert(key, offset).unwrap_or(0);
                            assert!(before <= offset);
                        }
                    }
                    Update::Health(report) => {
                        let now =
                            [report.requests, report.errors, report.bytes].map(Option::unwrap);
                        let before = counters.insert(report.source, now).unwrap_or_default();
                        assert!(before.iter().zip(now).all(|(b, n)| *b <= n), "{report:?}");
                    }
                    _ => {}
                }
            }
            if second % 5 > 0 {
                return;
            }
            for (group, id, at, ..) in positions(site) {
                assert!(commits.insert((group, id), at).unwrap_or(0) <= at);
            }
        });
        assert_full(&site);
    }
}

#[test]
fn the_slow_group_is_the_worst_at_every_refresh() {
    for seed in 1..=8 {
        let mut history: Vec<BTreeMap<Name, i64>> = Vec::new();
        play(seed, 1.0, TWENTY_MINUTES, |second, _, site| {
            if second % 5 > 0 {
                return;
            }
            let now = lags(site);
            let worst = now.iter().max_by_key(|(_, lag)| **lag).unwrap();
            assert_eq!(&**worst.0, "fraud");
            if let Some(before) = history.len().checked_sub(12).map(|minute| &history[minute]) {
                let growth = |name: &Name| now[name] - before.get(name).unwrap_or(&0);
                let fastest = now.keys().max_by_key(|name| growth(name)).unwrap();
                assert_eq!(&**fastest, "fraud", "seed {seed}, {second} s");
                assert!(growth(fastest) > 15_000);
            }
            history.push(now);
        });
    }
}

#[test]
fn what_brokers_count_is_what_the_logs_grew_by() {
    for seed in [2, 6] {
        let total = |site: &Site| -> i64 {
            let logs = site.kafka.topics.iter().flat_map(|topic| &topic.offsets);
            logs.map(|log| log.end.unwrap().value).sum()
        };
        let (mut counted, mut scraped, mut first, mut compared) = (0.0, 0, 0, 0);
        play(seed, 1.0, TWENTY_MINUTES, |second, said, site| {
            if second == 0 {
                first = total(site);
                return;
            }
            let points = said.iter().filter_map(|e| match &e.update {
                Update::Series(points) => Some(points),
                _ => None,
            });
            let mut rate = None;
            for point in points.flatten() {
                if let (Signal::MessagesInPerSecond, SeriesKey::Broker(_)) =
                    (point.signal, &point.of)
                {
                    *rate.get_or_insert(0.0) += point.samples[0].1;
                }
            }
            let Some(rate) = rate else { return };
            counted += rate * (second - scraped) as f64;
            scraped = second;
            let brokers = site.kafka.cluster.as_ref().unwrap().value.brokers.len();
            if brokers == 6 && site.state(Source::Lag) == Some(&State::Live) {
                let grown = (total(site) - first) as f64;
                assert!(
                    (counted - grown).abs() < 5.0,
                    "{second} s: {counted} {grown}"
                );
                compared += 1;
            }
        });
        assert!(compared > 50, "compared {compared} times");
    }
}

#[test]
fn every_trouble_comes_within_twenty_minutes_and_heals() {
    for seed in 1..=8 {
        let mut seen: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
        let mut stale_run = 0;
        let mut calm: BTreeMap<Name, i64> = BTreeMap::new();
        play(seed, 1.0, TWENTY_MINUTES, |second, said, site| {
            for trouble in troubles(said, site) {
                if trouble == "slow answer" {
                    stale_run += 1;
                } else {
                    let times = seen.entry(trouble).or_insert((second, 0));
                    times.1 = second;
                }
            }
            if stale_run > 2 {
                seen.entry("slow answer").or_insert((second, second));
            }
            if second % 5 > 0 {
                return;
            }
            if site.state(Source::Lag) == Some(&State::Live) {
                stale_run = 0;
            }
            for (group, lag) in lags(site) {
                let usual = *calm.entry(group.clone()).or_insert(lag);
                if &*group != "fraud" && lag > 3 * usual.max(30) {
                    let times = seen.entry("lag burst").or_insert((second, 0));
                    times.1 = second;
                }
            }
        });
        let names: Vec<&str> = seen.keys().copied().collect();
        let all = [
            "broker loss",
            "crash",
            "lag burst",
            "metrics outage",
            "node loss",
            "offline partition",
            "reassignment",
            "rebalance",
            "rollout",
            "slow answer",
            "under min.insync.replicas",
        ];
        assert_eq!(names, all, "seed {seed}");
        assert!(
            seen.values().any(|(first, _)| *first <= 25),
            "seed {seed}: a dull beginning"
        );
    }
}

#[test]
fn every_envelope_survives_a_recording_and_makes_the_same_site() {
    let mut rebuilt = Site::new(Name::from("demo"));
    let site = play(7, 1.0, TWENTY_MINUTES, |_, said, _| {
        for envelope in said {
            let line = serde_json::to_string(envelope).unwrap();
            let read: Envelope = serde_json::from_str(&line).expect(&line);
            assert_eq!(&read, envelope, "{line}");
            rebuilt.apply(read);
        }
    });
    assert_eq!(format!("{rebuilt:?}"), format!("{site:?}"));
}

#[test]
fn a_larger_world_is_as_sound_and_a_smaller_one_keeps_the_slow_group() {
    let size = |scale: f64| {
        let site = play(1, scale, 120, |second, said, site| {
            assert_members(said, site);
            if second % 20 == 0 {
                assert_sound(site, second);
            }
        });
        let worst = lags(&site).into_iter().max_by_key(|(_, lag)| *lag).unwrap();
        assert_eq!(&*worst.0, "fraud");
        [
            site.pods.len(),
            site.nodes.len(),
            site.kafka.topics.len(),
            site.kafka.groups.len(),
        ]
    };
    let (small, one, ten) = (size(0.0), size(1.0), size(10.0));
    for (place, ones) in one.into_iter().enumerate() {
        assert!(small[place] < ones);
        assert!(
            (ones * 7..=ones * 10).contains(&ten[place]),
            "{place}: {one:?} {ten:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_driver_sends_the_opening_and_ends_with_its_listener() {
    let (tx, mut rx) = tokio::sync::mpsc::channel(4);
    let driver = tokio::spawn(demo::run(
        1,
        1.0,
        tx,
        demo::Orders::none(),
        Name::from("harbour"),
        Wishes::default(),
    ));
    let mut tags = BTreeSet::new();
    // All but charts, which nobody asks for here.
    while tags.len() + 1 < Update::TAGS.len() {
        let envelope = rx.recv().await.expect("the driver goes on");
        assert_eq!(&*envelope.site, "harbour");
        tags.insert(envelope.update.tag());
    }
    drop(rx);
    driver.await.expect("the driver ends quietly");
}

#[test]
fn a_range_query_is_answered_alike_twice_with_gaps_and_as_it_was_scraped() {
    let mut world = World::new(7, 1.0, START);
    world.opening();
    let now = START.plus(300 * SECOND);
    let mut scraped = Vec::new();
    for second in 1..=300 {
        for envelope in world.step(START.plus(second * SECOND)) {
            if let Update::Series(points) = envelope.update {
                scraped.extend(points);
            }
        }
    }
    let ask = |of, range| ChartAsk {
        generation: 1,
        of,
        range,
        only: Vec::new(),
    };
    for (of, series) in [
        (ChartOf::Brokers, 6 * 8),
        (ChartOf::Group("fraud".into()), 2),
        (ChartOf::Broker(plimsoll::model::BrokerId(2)), 8),
    ] {
        let asked = ask(of, 900_000);
        let envelope = world.answer(&asked);
        assert_eq!(envelope, world.answer(&asked));
        assert_eq!(envelope.at, now);
        let Update::Chart(answer) = envelope.update else {
            panic!("not a chart");
        };
        assert_eq!(answer.series.len(), series);
        assert_eq!(answer.end.since(answer.start), 900_000);
        for point in &answer.series {
            let runs = plimsoll::model::split(point.samples.iter().copied(), 7_500);
            let ends: Vec<i64> = runs
                .iter()
                .map(|run| run.last().unwrap().0.since(START) / SECOND)
                .collect();
            // The scrapes before the start that failed; there may be another gap where Prometheus was away since.
            let (first, last) = (ends.first(), ends.last());
            assert_eq!((first, last), (Some(&-545), Some(&300)), "{point:?}");
            assert!(point.samples.iter().all(|(_, value)| *value >= 0.0));
        }
        // What was scraped a minute ago is what the range says of that moment.
        let at = START.plus(240 * SECOND);
        let known = scraped.iter().filter(|of| of.samples[0].0 == at);
        for point in known {
            let asked = answer
                .series
                .iter()
                .find(|of| (of.signal, &of.of) == (point.signal, &point.of));
            let Some(asked) = asked else { continue };
            let then = asked.samples.iter().find(|(when, _)| *when == at);
            assert_eq!(then.map(|(_, value)| *value), Some(point.samples[0].1));
        }
    }
}
