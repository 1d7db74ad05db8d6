//! The probe: does the cluster take writes, and which broker is slow?

use crate::{
    insight::Picture,
    model::{Name, PartitionId, Site},
};

use super::{Change, Note, Plan};

/// The key of a probe's records, and the name of the header that carries the probe's id.
pub const MARK: &str = "plimsoll-probe";

/// Plans to write one record to each partition of a topic.
pub fn probe(picture: &Picture, topic: &Name) -> Result<Plan, String> {
    let site = &picture.site;
    let Some(known) = site.kafka.topics.get(topic) else {
        return Err(format!("there is no topic {topic}"));
    };
    let partitions: Vec<i32> = known.meta.partitions.iter().map(|of| of.index).collect();
    let mut notes = Vec::new();
    if known.meta.internal || topic.starts_with("__") {
        notes.push(Note::refuse(format!(
            "{topic} is internal: its records mean something to Kafka"
        )));
    }
    let policy = known
        .config
        .as_ref()
        .and_then(|config| config.cleanup_policy.clone());
    match policy {
        Some(policy) if policy.contains("compact") => notes.push(Note::refuse(compacted(topic))),
        Some(_) => {}
        None => notes.push(Note::warn(
            "its cleanup.policy is not known yet; it is asked again before anything is written",
        )),
    }
    let moving = |index: i32| PartitionId {
        topic: topic.clone(),
        partition: index,
    };
    let leaderless = partitions
        .iter()
        .filter(|index| {
            site.kafka
                .partition(&moving(**index))
                .is_some_and(|(p, _)| p.leader.is_none())
        })
        .count();
    if leaderless > 0 {
        notes.push(Note::warn(format!(
            "{leaderless} partitions have no leader and cannot take a write"
        )));
    }
    let readers: Vec<String> = site
        .kafka
        .groups
        .iter()
        .filter(|group| {
            let commits = group
                .commits(&site.kafka)
                .into_iter()
                .flat_map(|commits| &commits.value.topics);
            commits.into_iter().any(|(of, _)| of == topic)
        })
        .map(|group| group.listed.id.to_string())
        .collect();
    if !readers.is_empty() {
        notes.push(Note::warn(format!(
            "its consumers will read these records: {}; they must bear with a record of key {MARK}",
            readers.join(", ")
        )));
    }
    let facts = vec![
        ("topic", format!("{topic}, {} partitions", partitions.len())),
        (
            "writes",
            format!(
                "one record of about 100 bytes to each partition: key {MARK}, header {MARK} with the probe's id, acks=all"
            ),
        ),
        (
            "reads",
            "each record back from its leader, by our own Fetch".to_owned(),
        ),
    ];
    Ok(Plan {
        command: command(site, topic),
        change: Change::Probe {
            topic: topic.clone(),
            partitions,
        },
        facts,
        notes,
        undo: Err("nothing to undo: the records go with the topic's retention"),
        groups: Vec::new(),
    })
}

/// The same without the screen.
fn command(site: &Site, topic: &Name) -> String {
    let brokers = site.kafka.cluster.iter();
    let mut brokers = brokers.flat_map(|cluster| &cluster.value.brokers);
    let server = brokers.next().map_or_else(
        || "HOST:PORT".to_owned(),
        |of| format!("{}:{}", of.host, of.port),
    );
    let context = &site.name;
    format!("plimsoll --context {context} --bootstrap-server {server} probe --topic {topic}")
}

/// Why a compacted topic is refused.
pub fn compacted(topic: &str) -> String {
    format!(
        "{topic} is compacted: a probe's record would stay in it for ever, or take the place of another"
    )
}
