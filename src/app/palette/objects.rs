//! The objects that the `:` line finds.

use std::fmt::{Display, Write};

use crate::{
    insight::Picture,
    model::{Key, PartitionId},
};

use super::{Best, Candidate, Command, Query};

/// Names are written into one buffer, and become texts of their own only where they are among the best.
struct Names<'q, 'b> {
    query: &'q Query<'q>,
    best: &'b mut Best,
    name: String,
}

impl Names<'_, '_> {
    fn each(&mut self, kind: &'static str, name: impl Display, key: impl FnOnce() -> Key) {
        self.name.clear();
        if write!(self.name, "{name}").is_err() {
            return;
        }
        let Some(fit) = self.query.fit(kind, &self.name) else {
            return;
        };
        let name = &self.name;
        self.best.offer(fit.score, || Candidate {
            kind,
            name: name.clone(),
            fits: fit.at,
            keys: String::new(),
            command: Command::Object(key()),
        });
    }
}

pub(super) fn offer(query: &Query<'_>, picture: &Picture, best: &mut Best) {
    let site = &picture.site;
    let asked = |kind| query.kind.is_none_or(|only| only == kind);
    let mut names = Names {
        query,
        best,
        name: String::new(),
    };
    for group in site.kafka.groups.iter().filter(|_| asked("group")) {
        let id = &group.listed.id;
        names.each("group", id, || Key::Group(id.clone()));
    }
    for group in site.kafka.groups.iter().filter(|_| asked("member")) {
        for member in group.members.iter().flat_map(|of| &of.value.members) {
            let group = &group.listed.id;
            names.each("member", format_args!("{} of {group}", member.id), || {
                Key::Member {
                    group: group.clone(),
                    member: member.id.clone(),
                }
            });
        }
    }
    // Partitions differ from their topic by their number alone: without a digit the topic is meant.
    let digits = query
        .words
        .iter()
        .any(|w| w.contains(|c: char| c.is_ascii_digit()));
    let partitions = asked("partition") && (digits || query.kind.is_some());
    for topic in site.kafka.topics.iter() {
        let name = &topic.meta.name;
        if asked("topic") {
            names.each("topic", name, || Key::Topic(name.clone()));
        }
        for partition in topic.meta.partitions.iter().filter(|_| partitions) {
            let id = PartitionId {
                topic: name.clone(),
                partition: partition.index,
            };
            names.each("partition", &id, || Key::Partition(id.clone()));
        }
    }
    let brokers = site.kafka.cluster.iter().flat_map(|of| &of.value.brokers);
    for broker in brokers.filter(|_| asked("broker")) {
        names.each(
            "broker",
            format_args!("{} {}", broker.id, broker.host),
            || Key::Broker(broker.id),
        );
    }
    for workload in site.workloads().filter(|_| asked("workload")) {
        let id = &workload.id;
        names.each(
            "workload",
            format_args!("{}/{}", id.namespace, id.name),
            || Key::Workload(id.clone()),
        );
    }
    for pod in site.pods.iter().filter(|_| asked("pod")) {
        names.each("pod", &pod.id, || Key::Pod(pod.id.clone()));
    }
    for node in site.nodes.iter().filter(|_| asked("node")) {
        names.each("node", &node.name, || Key::Node(node.name.clone()));
    }
    for source in site.health.keys().filter(|_| asked("source")) {
        names.each("source", source, || Key::Source(*source));
    }
}
