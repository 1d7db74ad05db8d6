//! What the client read, as rows of the model. Pure.

use std::sync::Arc;

use crate::{
    model::{
        self, BrokerDisk, BrokerId, CommittedPartition, DirReplica, GroupCommits, GroupKind,
        GroupMembers, Inside, MemberSetting, Name, Owned, PartitionId, PodId, Source,
        TopicMetadata, TopicOffsets,
    },
    net::{
        kafka::{
            Api, ByTopic, Code, DescribedGroup, GroupOffsets, GroupType, ListedGroup, ListedOffset,
            LogDir, Metadata, PerBroker, Reassignment, ResourceConfigs, ShareGroupOffsets,
            TopicPartitions,
        },
        reach::BrokerPod,
    },
};

/// The source that a request belongs to.
pub(super) fn source_of(api: Api) -> Option<Source> {
    Some(match api.0 {
        3 | 55 | 60 => Source::Metadata,
        // ListOffsets of the log start are among them: the client counts by kind of request alone.
        2 | 9 | 16 | 90 => Source::Lag,
        15 | 69 | 77 | 89 => Source::Members,
        32 => Source::TopicConfigs,
        35 => Source::LogDirs,
        46 => Source::Reassignments,
        _ => return None,
    })
}

fn ids(of: &[i32]) -> Vec<BrokerId> {
    of.iter().copied().map(BrokerId).collect()
}

pub(super) fn inside(pod: BrokerPod<'_>) -> Inside {
    Inside {
        pod: PodId {
            namespace: Name::from(pod.namespace),
            name: Name::from(pod.name),
        },
        tools: Name::from(pod.tools),
    }
}

pub(super) fn metadata(
    from: &Metadata,
    controller: Option<BrokerId>,
    inside: Option<Inside>,
) -> model::Metadata {
    let broker = |broker: &crate::net::kafka::Broker| model::Broker {
        id: BrokerId(broker.id),
        host: Name::from(Arc::clone(&broker.host)),
        port: broker.port,
        rack: broker.rack.clone().map(Name::from),
    };
    let partition = |partition: &crate::net::kafka::Partition| model::Partition {
        index: partition.index,
        leader: partition.leader.map(BrokerId),
        epoch: partition.leader_epoch.unwrap_or(-1),
        replicas: ids(&partition.replicas),
        isr: ids(&partition.isr),
        offline: ids(&partition.offline),
        adding: Vec::new(),
    };
    let brokers: Vec<_> = from.brokers.iter().map(broker).collect();
    model::Metadata {
        cluster: model::Cluster {
            id: from.cluster_id.clone().map(Name::from),
            // A controller that left the cluster is none.
            controller: controller.filter(|id| brokers.iter().any(|broker| broker.id == *id)),
            brokers,
            inside,
        },
        topics: from
            .topics
            .iter()
            .map(|topic| TopicMetadata {
                name: Name::from(Arc::clone(&topic.name)),
                id: topic.id.map(|id| Name::from(id.to_string())),
                internal: topic.internal,
                partitions: topic.partitions.iter().map(partition).collect(),
            })
            .collect(),
    }
}

pub(super) fn kind(kind: Option<&GroupType>) -> GroupKind {
    match kind {
        Some(GroupType::Classic) | None => GroupKind::Classic,
        Some(GroupType::Consumer) => GroupKind::Consumer,
        Some(GroupType::Share) => GroupKind::Share,
        Some(GroupType::Streams) => GroupKind::Streams,
        Some(GroupType::Other(_)) => GroupKind::Other,
    }
}

pub(super) fn listed(from: &ListedGroup, coordinator: i32) -> model::ListedGroup {
    model::ListedGroup {
        id: Name::from(Arc::clone(&from.group)),
        kind: kind(from.kind.as_ref()),
        protocol_type: Name::from(Arc::clone(&from.protocol_type)),
        state: from
            .state
            .clone()
            .map_or_else(|| Name::from("unknown"), Name::from),
        coordinator: BrokerId(coordinator),
    }
}

/// Puts rows of (topic, partition) into the model's shape: topics sorted, partitions sorted.
fn by_topic<'a>(
    group: &Arc<str>,
    rows: impl Iterator<Item = Result<(&'a Arc<str>, CommittedPartition), Code>>,
) -> Result<GroupCommits, Code> {
    let mut topics = ByTopic::default();
    for row in rows {
        let (topic, partition) = row?;
        topics.rows(topic).push(partition);
    }
    let sorted = |(topic, mut rows): (Arc<str>, Vec<CommittedPartition>)| {
        rows.sort_by_key(|partition| partition.partition);
        (Name::from(topic), rows)
    };
    Ok(GroupCommits {
        group: Name::from(Arc::clone(group)),
        topics: topics.sorted().into_iter().map(sorted).collect(),
    })
}

/// A group's commits. One partition that could not be read makes the whole group keep its old numbers: left out, it
/// would look as if nothing were committed.
pub(super) fn commits(from: &GroupOffsets) -> Result<GroupCommits, Code> {
    let rows = from.result.as_ref().map_err(|code| *code)?;
    by_topic(
        &from.group,
        rows.iter().map(|row| {
            let partition = CommittedPartition {
                partition: row.partition,
                offset: row.result?,
                lag: None,
            };
            Ok((&row.topic, partition))
        }),
    )
}

pub(super) fn share_commits(from: &ShareGroupOffsets) -> Result<GroupCommits, Code> {
    let rows = from.result.as_ref().map_err(|code| *code)?;
    by_topic(
        &from.group,
        rows.iter().map(|row| {
            let at = row.result?;
            let partition = CommittedPartition {
                partition: row.partition,
                offset: at.start,
                lag: at.lag,
            };
            Ok((&row.topic, partition))
        }),
    )
}

/// The partitions that answered with an offset; the others keep their old one, which grows old.
pub(super) fn offsets(answers: PerBroker<Vec<ListedOffset>>, gaps: &mut Gaps) -> Vec<TopicOffsets> {
    let mut topics = ByTopic::default();
    for row in answers.into_values().flatten().flatten() {
        match row.result {
            Ok(at) => {
                let offset = at.offset.map(|offset| (row.partition, offset));
                topics.rows(&row.topic).extend(offset);
            }
            Err(code) => gaps.note(
                "ListOffsets",
                &format!("{}-{}", row.topic, row.partition),
                code,
            ),
        }
    }
    topics
        .sorted()
        .into_iter()
        .map(|(topic, offsets)| TopicOffsets {
            topic: topic.into(),
            offsets,
        })
        .collect()
}

/// What was answered by an error code: how many, and the first in words.
#[derive(Debug, Default)]
pub(super) struct Gaps {
    count: usize,
    first: Option<String>,
}

impl Gaps {
    pub(super) fn note(&mut self, request: &str, of: &str, code: Code) {
        self.count += 1;
        self.first
            .get_or_insert_with(|| format!("{request} of {of}: {code}"));
    }

    /// One line; None where everything was answered.
    pub(super) fn words(&self) -> Option<String> {
        let first = self.first.as_ref()?;
        Some(match self.count {
            1 => first.clone(),
            count => format!("{first}, and {} more", count - 1),
        })
    }
}

fn owned(from: &TopicPartitions) -> Owned {
    Owned {
        topic: Name::from(Arc::clone(&from.topic)),
        partitions: from.partitions.clone(),
    }
}

/// A described group; None, and a gap, for one that could not be described.
pub(super) fn members(from: &DescribedGroup, gaps: &mut Gaps) -> Option<GroupMembers> {
    let described = match &from.result {
        Ok(described) => described,
        Err(code) => {
            gaps.note("describing", &from.group, *code);
            return None;
        }
    };
    // Only these states of the classic protocol hide the assignments.
    let rebalancing = matches!(
        &*described.state,
        "PreparingRebalance" | "CompletingRebalance"
    );
    Some(GroupMembers {
        group: Name::from(Arc::clone(&from.group)),
        state: Name::from(Arc::clone(&described.state)),
        setting: MemberSetting {
            assignor: Name::from(Arc::clone(&described.assignor)),
            epoch: described.epoch,
        },
        members: described
            .members
            .iter()
            .map(|member| model::Member {
                id: Name::from(Arc::clone(&member.member_id)),
                client_id: Name::from(Arc::clone(&member.client_id)),
                host: Name::from(Arc::clone(&member.host)),
                instance_id: member.instance_id.clone().map(Name::from),
                epoch: member.epoch,
                owned: member.assignment.iter().map(owned).collect(),
                since: None,
            })
            .collect(),
        rebalancing,
    })
}

/// The settings of a topic; None where they could not be read.
pub(super) fn config(from: &ResourceConfigs) -> Option<model::TopicConfig> {
    let configs = from.configs.as_ref().ok()?;
    let text = |key: &str| configs.get(key).and_then(|value| value.value.clone());
    let limit = |key: &str| text(key)?.parse::<i64>().ok().filter(|limit| *limit >= 0);
    Some(model::TopicConfig {
        topic: Name::from(Arc::clone(&from.name)),
        min_isr: text("min.insync.replicas").and_then(|value| value.parse().ok()),
        cleanup_policy: text("cleanup.policy").map(Name::from),
        retention_ms: limit("retention.ms"),
        retention_bytes: limit("retention.bytes"),
    })
}

pub(super) fn disk(broker: BrokerId, from: &[LogDir]) -> BrokerDisk {
    let dir = |dir: &LogDir| model::LogDir {
        path: Name::from(Arc::clone(&dir.path)),
        error: dir.error.map(|code| Name::from(code.to_string())),
        total: dir.total_bytes,
        usable: dir.usable_bytes,
        replicas: dir
            .replicas
            .iter()
            .map(|replica| DirReplica {
                topic: Name::from(Arc::clone(&replica.topic)),
                partition: replica.partition,
                bytes: replica.bytes,
            })
            .collect(),
    };
    BrokerDisk {
        broker,
        dirs: from.iter().map(dir).collect(),
    }
}

pub(super) fn reassignment(from: &Reassignment) -> model::Reassignment {
    model::Reassignment {
        id: PartitionId {
            topic: Name::from(Arc::clone(&from.topic)),
            partition: from.partition,
        },
        adding: ids(&from.adding),
        removing: ids(&from.removing),
    }
}
