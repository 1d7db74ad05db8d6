//! The API server's audit log: a whole session reads what it should, and changes nothing.
use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;

use crate::fixture::{lab, steady};
use crate::program::snapshot;
use crate::screen::Screen;

/// Resource and API group of everything that is watched, or polled where it cannot be watched.
const WATCHED: [(&str, &str); 17] = [
    ("pods", ""),
    ("nodes", ""),
    ("events", ""),
    ("deployments", "apps"),
    ("statefulsets", "apps"),
    ("replicasets", "apps"),
    ("horizontalpodautoscalers", "autoscaling"),
    ("scaledobjects", "keda.sh"),
    ("pods", "metrics.k8s.io"),
    ("nodes", "metrics.k8s.io"),
    ("kafkas", "kafka.strimzi.io"),
    ("kafkanodepools", "kafka.strimzi.io"),
    ("kafkarebalances", "kafka.strimzi.io"),
    ("kafkaconnects", "kafka.strimzi.io"),
    ("kafkaconnectors", "kafka.strimzi.io"),
    ("kafkamirrormaker2s", "kafka.strimzi.io"),
    ("strimzipodsets", "core.strimzi.io"),
];
const SESSION: Duration = Duration::from_secs(8);
const FIRST_SYNC: Duration = Duration::from_secs(20);

#[test]
fn a_viewers_session_lists_every_watched_kind_and_changes_nothing() {
    let _lab = steady();
    let since = Timestamp::now().to_string();
    for view in ["pods", "workloads", "nodes"] {
        assert!(!snapshot(view, "lab-viewer").is_empty(), "{view}");
    }
    let mut screen = Screen::open("lab-viewer");
    screen.wait("the first sync", FIRST_SYNC, |text| {
        text.contains("kafka ● 3/3") && !text.contains("first reading")
    });
    for pane in "1234560".chars() {
        screen.press(&pane.to_string());
        screen.text();
    }
    screen.hold("the program runs", SESSION, |text| !text.is_empty());
    screen.quit();

    let filter = [
        "audit",
        "--user",
        "lab-viewer",
        "--agent",
        "plimsoll",
        "--since",
        &since,
    ];
    let report = lab(&[&filter[..], &["--readonly"]].concat());
    assert_eq!(
        report.code, 0,
        "a session changed something:\n{}",
        report.stdout
    );
    // count, user, verb, resource, API group (none for the core)
    let lists: BTreeSet<(&str, &str)> = report
        .stdout
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|words| words.get(2) == Some(&"list"))
        .map(|words| (words[3], words.get(4).copied().unwrap_or_default()))
        .collect();
    let missing: Vec<_> = WATCHED
        .iter()
        .filter(|kind| !listed(&lists, kind))
        .collect();
    assert!(
        missing.is_empty(),
        "never listed: {missing:?}\n{}",
        report.stdout
    );
}

/// Events are served by the core group and by one of their own.
fn listed(lists: &BTreeSet<(&str, &str)>, kind: &(&str, &str)) -> bool {
    lists.contains(kind) || (kind.0 == "events" && lists.contains(&("events", "events.k8s.io")))
}
