//! The shapes of the JSON, as they are promised to scripts.

use serde_json::Value;

/// Kind, the words that ask for it, and the keys of one item in order.
pub(crate) const REPORTS: &[(&str, &[&str], &[&str])] = &[
    (
        "lag",
        &["lag"],
        &[
            "group",
            "type",
            "protocol",
            "state",
            "coordinator",
            "members",
            "lag",
            "lag_unknown",
            "lag_ahead",
            "partitions",
            "workload",
            "confidence",
            "probability",
            "status",
            "status_partitions",
            "lag_seconds",
            "lag_seconds_more_than",
            "inflow",
            "outflow",
            "drain",
            "drain_seconds",
            "unknown_because",
        ],
    ),
    (
        "groups",
        &["snapshot", "groups"],
        &[
            "group",
            "type",
            "protocol",
            "state",
            "coordinator",
            "members",
            "lag",
            "lag_unknown",
            "lag_ahead",
            "partitions",
            "workload",
            "confidence",
            "probability",
            "status",
            "status_partitions",
            "lag_seconds",
            "lag_seconds_more_than",
            "inflow",
            "outflow",
            "drain",
            "drain_seconds",
            "unknown_because",
        ],
    ),
    (
        "topics",
        &["snapshot", "topics"],
        &[
            "topic",
            "partitions",
            "replication",
            "min_isr",
            "under_replicated",
            "under_min_isr",
            "offline",
            "bytes",
            "internal",
        ],
    ),
    (
        "partitions",
        &["snapshot", "partitions"],
        &[
            "topic",
            "partition",
            "leader",
            "replicas",
            "isr",
            "offline",
            "start",
            "end",
            "bytes",
        ],
    ),
    (
        "brokers",
        &["snapshot", "brokers"],
        &[
            "id",
            "host",
            "port",
            "rack",
            "controller",
            "leaders",
            "replicas",
            "under_replicated",
            "bytes",
            "pod",
            "node",
            "zone",
        ],
    ),
    (
        "pods",
        &["snapshot", "pods"],
        &[
            "namespace",
            "name",
            "status",
            "ready",
            "containers",
            "restarts",
            "node",
            "ip",
            "owner_kind",
            "owner_name",
            "cpu_milli",
            "memory_bytes",
        ],
    ),
    (
        "workloads",
        &["snapshot", "workloads"],
        &[
            "namespace",
            "kind",
            "name",
            "desired",
            "ready",
            "updated",
            "cpu_milli",
            "memory_bytes",
        ],
    ),
    (
        "nodes",
        &["snapshot", "nodes"],
        &[
            "name",
            "ready",
            "zone",
            "pods",
            "cpu_milli",
            "memory_bytes",
            "conditions",
        ],
    ),
    (
        "sources",
        &["snapshot", "sources"],
        &[
            "source", "system", "state", "since", "last_ok", "requests", "errors", "bytes", "why",
        ],
    ),
    (
        "home",
        &["snapshot"],
        &[
            "severity",
            "kind",
            "name",
            "what",
            "why",
            "lag",
            "growth_per_second",
        ],
    ),
];

/// The keys of one partition of a group.
pub(crate) const GROUP_PARTITION: &[&str] = &[
    "topic",
    "partition",
    "start",
    "committed",
    "end",
    "lag",
    "state",
    "leader",
    "member",
    "client_id",
    "host",
    "pod",
    "status",
    "marks",
    "lost",
    "readable",
    "lag_seconds",
    "lag_seconds_more_than",
    "inflow",
    "outflow",
    "drain",
    "drain_seconds",
    "commit_interval_seconds",
];

/// The keys of an object, in its order.
pub(crate) fn keys(object: &Value) -> Vec<&str> {
    object
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

/// Keys whose values are never anything but whole numbers of at least 0, or null.
const COUNTS: &[&str] = &[
    "coordinator",
    "members",
    "replication",
    "min_isr",
    "under_replicated",
    "under_min_isr",
    "bytes",
    "leaders",
    "containers",
    "restarts",
    "cpu_milli",
    "memory_bytes",
    "desired",
    "updated",
    "requests",
    "errors",
    "port",
    "start",
    "end",
    "partition",
];

/// Unknown is null, never -1; whole numbers are whole; moments are UTC.
pub(crate) fn check_values(kind: &str, item: &Value) {
    for (key, value) in item.as_object().unwrap() {
        if COUNTS.contains(&key.as_str()) {
            assert!(
                value.is_null() || value.is_u64(),
                "{kind}: {key} is {value}"
            );
        }
        if key == "since" || key == "last_ok" {
            let moment = value.as_str();
            assert!(
                moment.is_none_or(|at| at.ends_with('Z')),
                "{kind}: {key} is {value}"
            );
        }
        assert_ne!(*value, Value::from(-1), "{kind}: {key}");
        assert_ne!(
            *value,
            Value::from(""),
            "{kind}: {key} is empty instead of null"
        );
    }
    let ready = &item["ready"];
    match kind {
        "nodes" => assert!(ready.is_boolean() || ready.is_null()),
        "pods" | "workloads" => assert!(ready.is_u64()),
        _ => {}
    }
}
