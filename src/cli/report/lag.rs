//! Groups, their partitions and members.

use serde_json::{Value, json};

use crate::{
    insight::{PartitionLag, Want, group_lag, group_partitions, member_pod},
    model::{Group, Site},
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
];

/// The groups named, or all of them.
pub(super) fn items(site: &Site, named: &[String]) -> Vec<Item> {
    site.kafka
        .groups
        .iter()
        .filter(|group| named.is_empty() || named.iter().any(|name| **name == *group.listed.id))
        .map(|group| group_item(site, group))
        .collect()
}

/// One group with its partitions.
pub(super) fn group_item(site: &Site, group: &Group) -> Item {
    let partitions = group_partitions(site, group, Want::All);
    let lag = group_lag(&partitions);
    let rows: Vec<Value> = partitions
        .iter()
        .map(|partition| partition_value(site, partition))
        .collect();
    item(json!({
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
    }))
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

fn partition_value(site: &Site, partition: &PartitionLag<'_>) -> Value {
    let pod = partition
        .owner
        .and_then(|member| member_pod(site, member).pod.to)
        .map(|pod| pod.id.to_string());
    json!({
        "topic": partition.id.topic,
        "partition": partition.id.partition,
        "start": partition.start,
        "committed": partition.committed,
        "end": partition.end.map(|end| end.value),
        "lag": partition.lag,
        "state": partition.state.word(),
        "leader": partition.leader,
        "member": partition.owner.map(|member| &member.id),
        "client_id": partition.owner.map(|member| &member.client_id),
        "host": partition.owner.map(|member| &member.host),
        "pod": pod,
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
