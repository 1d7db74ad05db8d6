//! Groups, topics, partitions and brokers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::{
    cli::report::{Item, json::item, lag::group_item},
    insight::{Picture, broker_pod},
    model::{BrokerId, Kafka, Partition, Site, Time, Topic},
};

pub(super) const GROUP: &[&str] = &[
    "group",
    "type",
    "protocol",
    "state",
    "coordinator",
    "members",
    "lag",
    "lag_unknown",
    "lag_ahead",
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
];

pub(super) const TOPIC: &[&str] = &[
    "topic",
    "partitions",
    "replication",
    "min_isr",
    "under_replicated",
    "under_min_isr",
    "offline",
    "bytes",
    "internal",
];

pub(super) const PARTITION: &[&str] = &[
    "topic",
    "partition",
    "leader",
    "replicas",
    "isr",
    "offline",
    "start",
    "end",
    "bytes",
];

pub(super) const BROKER: &[&str] = &[
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
];

/// Groups as `plimsoll lag` has them, and the workload behind each.
pub(super) fn groups(picture: &Picture, now: Time) -> Vec<Item> {
    let groups = picture.site.kafka.groups.iter();
    groups
        .map(|group| group_item(picture, group, now))
        .collect()
}

/// One item a topic, internal ones too.
pub(super) fn topics(site: &Site) -> Vec<Item> {
    let kafka = &site.kafka;
    kafka.topics.iter().map(topic_item).collect()
}

fn topic_item(topic: &Topic) -> Item {
    let partitions = &topic.meta.partitions;
    let count = |is: &dyn Fn(&Partition) -> bool| partitions.iter().filter(|p| is(p)).count();
    let min_isr = topic.config.as_ref().and_then(|config| config.min_isr);
    item(json!({
        "topic": topic.meta.name,
        "partitions": partitions.len(),
        "replication": partitions.iter().map(|p| p.replicas.len()).max(),
        "min_isr": min_isr,
        "under_replicated": count(&|p| p.lagging().next().is_some()),
        "under_min_isr": min_isr.map(|min| count(&|p| (p.isr.len() as u64) < u64::from(min))),
        "offline": count(&|p| p.leader.is_none()),
        "bytes": topic.bytes,
        "internal": topic.meta.internal,
    }))
}

/// One item a partition, sorted by topic and number.
pub(super) fn partitions(site: &Site) -> Vec<Item> {
    let topics = site.kafka.topics.iter();
    topics
        .flat_map(|topic| topic.meta.partitions.iter().map(move |p| (topic, p)))
        .map(|(topic, partition)| {
            let known = topic.partition(partition.index);
            let offsets = known.map(|(_, offsets)| offsets).unwrap_or_default();
            // Without a leader the old end is not the end any more.
            let end = partition.leader.and(offsets.end);
            item(json!({
                "topic": topic.meta.name,
                "partition": partition.index,
                "leader": partition.leader,
                "replicas": partition.replicas,
                "isr": partition.isr,
                "offline": partition.offline,
                "start": offsets.start.map(|start| start.value),
                "end": end.map(|end| end.value),
                "bytes": offsets.bytes,
            }))
        })
        .collect()
}

/// What a broker carries, by the cluster's metadata.
#[derive(Clone, Copy, Debug, Default)]
struct Load {
    leaders: usize,
    replicas: usize,
    /// Replicas here that are not in sync.
    lagging: usize,
}

fn loads(kafka: &Kafka) -> BTreeMap<BrokerId, Load> {
    let mut loads: BTreeMap<BrokerId, Load> = BTreeMap::new();
    for partition in kafka.topics.iter().flat_map(|topic| &topic.meta.partitions) {
        if let Some(leader) = partition.leader {
            loads.entry(leader).or_default().leaders += 1;
        }
        for replica in &partition.replicas {
            let load = loads.entry(*replica).or_default();
            load.replicas += 1;
            load.lagging += usize::from(partition.lagging().any(|id| id == *replica));
        }
    }
    loads
}

/// One item a broker of the cluster, and one for each that only replicas name: it is down, and has no address.
pub(super) fn brokers(site: &Site) -> Vec<Item> {
    let kafka = &site.kafka;
    let loads = loads(kafka);
    let cluster = kafka.cluster.as_ref().map(|cluster| &cluster.value);
    let known = cluster.into_iter().flat_map(|cluster| &cluster.brokers);
    let ids: BTreeSet<BrokerId> = known.map(|b| b.id).chain(loads.keys().copied()).collect();
    let controller = cluster.and_then(|cluster| cluster.controller);
    ids.into_iter()
        .map(|id| {
            let broker = kafka.broker(id);
            let load = loads.get(&id).copied().unwrap_or_default();
            let join = broker.map(|broker| broker_pod(site, broker));
            let pod = join.as_ref().and_then(|join| join.pod.to);
            let node = join.as_ref().and_then(|join| join.node);
            item(json!({
                "id": id,
                "host": broker.map(|broker| &broker.host),
                "port": broker.map(|broker| broker.port),
                "rack": broker.and_then(|broker| broker.rack.as_ref()),
                "controller": controller.map(|controller| controller == id),
                "leaders": load.leaders,
                "replicas": load.replicas,
                "under_replicated": load.lagging,
                "bytes": kafka.disks.get(&id).map(|disk| disk.value.bytes()),
                "pod": pod.map(|pod| pod.id.to_string()),
                "node": pod.and_then(|pod| pod.node.as_ref()),
                "zone": node.and_then(|node| node.zone.as_ref()),
            }))
        })
        .collect()
}
