//! A partition whose only replica is on a broker that was killed, beside Kafka's own tool. Last of all tests: what Prometheus
//! says of the broker is back only minutes later.
use serde_json::Value;

use crate::fixture::{alone, chaos, kafka, lab};
use crate::kafka_tools::{Reading, live_brokers};
use crate::lag_oracle::lag_report;
use crate::lag_rows::{EMPTY, LONE, SETTLES, Undo, commit, known, make_topic, row, same_rows};
use crate::wait::until;

/// What `lag` ends with when a part could not be read.
const PARTIAL: i32 = 4;

struct Heal;

impl Drop for Heal {
    fn drop(&mut self) {
        let _ = lab(&["chaos", "heal-brokers"]);
    }
}

#[test]
fn a_partition_without_a_leader_has_no_end_and_no_lag() {
    let _lab = alone();
    let _undo = Undo;
    let _heal = Heal;
    make_topic(LONE, "3");
    commit(EMPTY, LONE, "5");
    chaos(&["broker-kill", "3"]);
    until("the broker is fenced", SETTLES, || {
        (live_brokers() == 2).then_some(())
    });
    until("the partition has no leader", SETTLES, || {
        let text = kafka("topics", &["--describe", "--topic", LONE]);
        text.contains("Leader: none").then_some(())
    });

    let oracle = Reading::consumer_group(EMPTY);
    assert_eq!(known(row(&oracle, EMPTY, LONE)), [true, false, false]);
    // Of other partitions a new leader may not know the end as yet.
    let answer = lag_report();
    assert!([0, PARTIAL].contains(&answer.code), "{answer:?}");
    let report: Value = serde_json::from_str(&answer.stdout).unwrap();
    let ours = same_rows(
        "without a leader",
        &oracle,
        report["items"].as_array().unwrap(),
    );
    let place = (EMPTY.to_owned(), LONE.to_owned(), 0);
    assert_eq!(ours[&place]["state"], "no leader");
}
