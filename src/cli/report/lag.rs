//! Groups, their partitions and members.

use serde_json::{Value, json};

use crate::{
    insight::{
        Drain, GroupHistory, GroupStatus, Outlook, PartitionLag, PartitionState, Picture, Status,
        TimeLag, Want, group_lag, group_partitions, member_pod,
    },
    model::{Group, Time},
};

use super::{Item, json::item, table::Column};

/// The names of [`flat`] rows: one partition with its group. `state` and `lag` are the partition's.
pub(super) const FLAT: &[&str] = &[
    "group",
    "type",
    "protocol",
    "group_state",
    "coordinator",
    "members",
    "group_lag",
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
    "group_status",
    "group_lag_seconds",
    "group_drain_seconds",
    "workload",
    "confidence",
];

/// The columns of `kafka-consumer-groups --describe` in its order, then ours.
pub(super) const COLUMNS: &[Column] = &[
    ("GROUP", "group"),
    ("TOPIC", "topic"),
    ("PARTITION", "partition"),
    ("CURRENT-OFFSET", "committed"),
    ("LOG-END-OFFSET", "end"),
    ("LAG", "lag"),
    ("CONSUMER-ID", "member"),
    ("HOST", "host"),
    ("CLIENT-ID", "client_id"),
    ("STATE", "state"),
    ("LOG-START-OFFSET", "start"),
    ("LEADER", "leader"),
    ("POD", "pod"),
    ("TYPE", "type"),
    ("GROUP-STATE", "group_state"),
    ("STATUS", "status"),
    ("LAG-SECONDS", "lag_seconds"),
    ("DRAIN-SECONDS", "drain_seconds"),
    ("WORKLOAD", "workload"),
];

/// The groups named, or all of them.
pub(super) fn items(picture: &Picture, named: &[String], now: Time) -> Vec<Item> {
    let groups = picture.site.kafka.groups.iter();
    groups
        .filter(|group| named.is_empty() || named.iter().any(|name| **name == *group.listed.id))
        .map(|group| group_item(picture, group, now))
        .collect()
}

/// One group with its partitions.
pub(super) fn group_item(picture: &Picture, group: &Group, now: Time) -> Item {
    let site = &picture.site;
    let partitions = group_partitions(site, group, Want::All);
    let lag = group_lag(&partitions);
    let history = picture.history.group(&group.listed.id);
    let rows: Vec<Value> = partitions
        .iter()
        .map(|partition| partition_value(picture, group, history, partition, now))
        .collect();
    let owner = picture.index.owner_of(site, &group.listed.id);
    let mut row = item(json!({
        "group": group.listed.id,
        "type": group.listed.kind.word(),
        "protocol": known_text(&group.listed.protocol_type),
        "state": state(group),
        "coordinator": group.listed.coordinator.0,
        "members": members(group),
        "lag": lag.known,
        "lag_unknown": lag.unknown,
        "lag_ahead": lag.ahead,
        "partitions": rows,
        "workload": owner.and_then(|owner| owner.workload()).map(ToString::to_string),
        "confidence": owner.map(|owner| owner.confidence().word()),
        "probability": owner.and_then(crate::insight::Ownership::probability).map(rounded),
    }));
    row.extend(status(
        history.map(|of| of.status_at(now)).unwrap_or_default(),
    ));
    let found = history.map(|of| of.outlook(site, &partitions, now));
    row.extend(outlook(&found.unwrap_or_default()));
    let is_unknown = |key: &str| row.get(key).is_none_or(Value::is_null);
    let unknown = is_unknown("status") || is_unknown("lag_seconds");
    let why = unknown.then(|| {
        if let Some(left_out) = lag.left_out() {
            format!("{left_out}: their end or commit could not be read")
        } else if lag.partitions > 0 && lag.uncommitted == lag.partitions {
            "nothing is committed".to_owned()
        } else if !is_unknown("status") && !is_unknown("lag_seconds_more_than") {
            "the oldest unread record is older than the first sample".to_owned()
        } else {
            samples_missing(history)
        }
    });
    row.insert("unknown_because".into(), json!(why));
    row
}

/// Two decimals: the weights have no more.
fn rounded(probability: f64) -> f64 {
    (probability * 1_000.0).round() / 1_000.0
}

fn samples_missing(history: Option<&GroupHistory>) -> String {
    let taken = history.map_or(0, |of| of.ring.len());
    format!("{taken} samples taken, too few to tell: give --for 60s")
}

/// The status of a group, as keys of an item.
pub(super) fn status(of: GroupStatus) -> Item {
    let known = of.worst != Status::Unknown;
    item(json!({
        "status": known.then(|| of.worst.word()),
        "status_partitions": (known && of.count > 0).then_some(of.count),
    }))
}

/// What may be expected, as keys of an item.
pub(super) fn outlook(of: &Outlook) -> Item {
    let (exact, at_least) = seconds(of.expected.time_lag);
    let (word, drained) = drain(of.expected.drain);
    item(json!({
        "lag_seconds": exact,
        "lag_seconds_more_than": at_least,
        "inflow": of.inflow.map(rounded),
        "outflow": of.outflow.map(rounded),
        "drain": word,
        "drain_seconds": drained,
    }))
}

/// Seconds that are known, or that it is at least.
fn seconds(of: Option<TimeLag>) -> (Option<f64>, Option<f64>) {
    match of {
        Some(TimeLag::Seconds(seconds)) => (Some(rounded(seconds)), None),
        Some(TimeLag::MoreThan(seconds)) if seconds >= 1.0 => (None, Some(rounded(seconds))),
        // More than nothing is nothing known.
        Some(TimeLag::MoreThan(_)) | None => (None, None),
    }
}

fn drain(of: Option<Drain>) -> (Option<&'static str>, Option<f64>) {
    match of {
        None => (None, None),
        Some(Drain::CaughtUp) => (Some("caught_up"), Some(0.0)),
        Some(Drain::In { seconds, .. }) => (Some("in"), Some(rounded(seconds))),
        Some(Drain::Never { .. }) => (Some("never"), None),
    }
}

/// The newer of what the listing and the description say.
fn state(group: &Group) -> &str {
    match &group.members {
        Some(members) if members.at >= group.listed_at => &members.value.state,
        _ => &group.listed.state,
    }
}

/// A group that is empty or dead has no members, described or not.
fn members(group: &Group) -> Option<usize> {
    match &group.members {
        Some(members) => Some(members.value.members.len()),
        None => matches!(&*group.listed.state, "Empty" | "Dead").then_some(0),
    }
}

fn known_text(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

fn partition_value(
    picture: &Picture,
    group: &Group,
    history: Option<&GroupHistory>,
    partition: &PartitionLag<'_>,
    now: Time,
) -> Value {
    let pod = partition
        .owner
        .and_then(|member| member_pod(&picture.site, member).pod.to)
        .map(|pod| pod.id.to_string());
    let meaning = history.and_then(|of| of.meaning(&picture.site, group, partition, now));
    let meaning = meaning.as_ref();
    let status = meaning.map_or(Status::Unknown, |of| of.judgement.status);
    let (exact, at_least) = seconds(meaning.and_then(|of| of.time_lag));
    let (word, drained) = drain(meaning.and_then(|of| of.drain));
    // That it is lost, and not only at risk, takes time to tell.
    let state = match (partition.state, status) {
        (PartitionState::AtRisk, Status::Lost) => PartitionState::Lost,
        (state, _) => state,
    };
    json!({
        "topic": partition.id.topic,
        "partition": partition.id.partition,
        "start": partition.start,
        "committed": partition.committed,
        "end": partition.end.map(|end| end.value),
        "lag": partition.lag,
        "state": state.word(),
        "leader": partition.leader,
        "member": partition.owner.map(|member| &member.id),
        "client_id": partition.owner.map(|member| &member.client_id),
        "host": partition.owner.map(|member| &member.host),
        "pod": pod,
        "status": (status != Status::Unknown).then(|| status.word()),
        "marks": partition.marks.words(),
        "lost": partition.lost,
        "readable": partition.readable,
        "lag_seconds": exact,
        "lag_seconds_more_than": at_least,
        "inflow": meaning.and_then(|of| of.rates).map(|of| rounded(of.inflow)),
        "outflow": meaning.and_then(|of| of.rates).map(|of| rounded(of.outflow)),
        "drain": word,
        "drain_seconds": drained,
        "commit_interval_seconds": meaning.and_then(|of| of.commit_interval),
    })
}

/// One row for each partition; a group without any has a row of its own.
pub(super) fn flat(items: &[Item]) -> Vec<Item> {
    let mut rows = Vec::new();
    for group in items {
        let of_group = |row: &mut Item| {
            for (name, key) in [
                ("group", "group"),
                ("type", "type"),
                ("protocol", "protocol"),
                ("group_state", "state"),
                ("coordinator", "coordinator"),
                ("members", "members"),
                ("group_lag", "lag"),
                ("group_status", "status"),
                ("group_lag_seconds", "lag_seconds"),
                ("group_drain_seconds", "drain_seconds"),
                ("workload", "workload"),
                ("confidence", "confidence"),
            ] {
                row.insert(name.into(), group.get(key).cloned().unwrap_or_default());
            }
        };
        let partitions = group.get("partitions").and_then(Value::as_array);
        for partition in partitions.into_iter().flatten() {
            let mut row = partition.as_object().cloned().unwrap_or_default();
            of_group(&mut row);
            rows.push(row);
        }
        if partitions.is_none_or(Vec::is_empty) {
            let mut row = Item::new();
            of_group(&mut row);
            rows.push(row);
        }
    }
    rows
}
