//! The search for a record's timestamp, over logs that nobody wrote down.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a model with numbers of its own"
)]

use plimsoll::net::kafka::Bisect;
use proptest::{
    collection::vec,
    prelude::*,
    sample::Index,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

const TOLERANCE: i64 = 1_000;
const BEGAN: i64 = 1_700_000_000_000;

/// Offset and timestamp of each record, oldest first. Records come in bursts and after pauses of any length, and some offsets
/// are no records.
fn logs() -> impl Strategy<Value = Vec<(i64, i64)>> {
    let pause = prop_oneof![
        4 => Just(0_i64),
        4 => 1_i64..10,
        2 => 10_i64..10_000,
        1 => 10_000_i64..10_000_000,
        1 => 10_000_000_i64..1_000_000_000,
    ];
    let skipped = prop_oneof![6 => Just(1_i64), 2 => 2_i64..4, 1 => 4_i64..1_000_000];
    (0_i64..1_000_000, vec((skipped, pause), 1..200)).prop_map(|(first, steps)| {
        let (mut offset, mut timestamp) = (first, BEGAN);
        let mut log = Vec::new();
        for (skipped, pause) in steps {
            log.push((offset, timestamp));
            offset += skipped;
            timestamp += pause;
        }
        log
    })
}

#[test]
fn a_timestamp_is_found_within_the_tolerance_and_thirty_probes_whatever_the_log() {
    let config = Config {
        cases: 3_000,
        failure_persistence: None,
        ..Config::default()
    };
    let random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, random);
    let earlier = prop::option::of((any::<Index>(), 0..=TOLERANCE));
    let since = prop_oneof![Just(0_i64), 1_i64..100_000, 100_000_i64..10_000_000_000];
    let cases = (logs(), any::<Index>(), earlier, since);
    let tried = runner.run(&cases, |(log, target, earlier, since)| {
        let place = target.index(log.len());
        let (target, truth) = log[place];
        let now = log.last().unwrap().1 + since;
        let mut search = Bisect::new(target, now, TOLERANCE);
        if let Some((known, off)) = earlier {
            let (offset, timestamp) = log[known.index(place + 1)];
            search = search.after(offset, timestamp - off);
        }
        while let Some(asked) = search.probe() {
            let first = log.iter().find(|(_, timestamp)| *timestamp >= asked);
            search.answer(first.copied());
        }
        let found = search.found();
        prop_assert!(found.is_some(), "nothing was found");
        let found = found.unwrap();
        prop_assert!(found.within <= TOLERANCE, "{found:?}, {search:?}");
        prop_assert!(
            (found.timestamp - truth).abs() <= found.within,
            "{found:?}, not {truth}"
        );
        prop_assert!(search.probes() <= Bisect::PROBES, "{search:?}");
        Ok(())
    });
    tried.unwrap();
}
