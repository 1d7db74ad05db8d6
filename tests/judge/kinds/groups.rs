//! Who gets which partition, where commits are kept, which numbers of pods are of use.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll::{
    insight::{self, Subscriber},
    plan,
};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AssignorInput {
    /// Partitions by topic.
    topics: BTreeMap<String, i32>,
    members: Vec<MemberInput>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MemberInput {
    id: String,
    #[serde(default)]
    instance_id: Option<String>,
    topics: Vec<String>,
}

type Assigned = BTreeMap<String, BTreeMap<String, Vec<i32>>>;

pub(crate) fn assignor(input: AssignorInput) -> Result<Assigned, String> {
    let ids: BTreeSet<&String> = input.members.iter().map(|of| &of.id).collect();
    if ids.len() < input.members.len() {
        return Err("a member id stands twice".into());
    }
    if input.topics.values().any(|count| *count < 0) {
        return Err("a topic has fewer than 0 partitions".into());
    }
    let subscribers: Vec<Subscriber> = input
        .members
        .into_iter()
        .map(|of| Subscriber {
            member: of.id,
            instance: of.instance_id,
            topics: of.topics,
        })
        .collect();
    let assigned = insight::range(&input.topics, &subscribers);
    Ok(assigned
        .into_iter()
        .map(|(member, topics)| (member, topics.into_iter().collect()))
        .collect())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CoordinatorInput {
    group: String,
    #[serde(default = "offsets_partitions")]
    partitions: usize,
}

fn offsets_partitions() -> usize {
    50
}

#[derive(Serialize)]
pub(crate) struct Coordinator {
    hash: i32,
    partition: Option<i32>,
}

pub(crate) fn coordinator(input: CoordinatorInput) -> Result<Coordinator, String> {
    Ok(Coordinator {
        hash: insight::java_hash(&input.group),
        partition: insight::offsets_partition(&input.group, input.partitions),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UsefulInput {
    partitions: usize,
}

pub(crate) fn useful(input: UsefulInput) -> Result<Vec<usize>, String> {
    Ok(plan::useful_counts(input.partitions))
}
