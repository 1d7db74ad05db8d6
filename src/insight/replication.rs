//! Whether partitions have the replicas they should have.

use crate::model::{Partition, Site, Topic};

/// How a partition stands, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PartitionHealth {
    /// No leader: neither reads nor writes.
    Offline,
    /// Fewer in-sync replicas than min.insync.replicas: writes with acks=all fail.
    UnderMinIsr,
    /// A replica is not in sync.
    UnderReplicated,
    Healthy,
}

impl PartitionHealth {
    pub fn word(self) -> &'static str {
        match self {
            PartitionHealth::Offline => "offline",
            PartitionHealth::UnderMinIsr => "under min ISR",
            PartitionHealth::UnderReplicated => "under-replicated",
            PartitionHealth::Healthy => "ok",
        }
    }
}

/// In-sync replicas that a write with acks=all needs: min.insync.replicas, but never more than there are replicas at all
/// (a broker takes the smaller of both). None where the setting is not known.
pub fn effective_min_isr(topic: &Topic, partition: &Partition) -> Option<u32> {
    let replicas = u32::try_from(partition.replicas.len()).unwrap_or(u32::MAX);
    Some(topic.config.as_ref()?.min_isr?.min(replicas))
}

/// The health of one partition. Where min.insync.replicas is not known, a partition is not called under it.
pub fn partition_health(topic: &Topic, partition: &Partition) -> PartitionHealth {
    let min_isr = effective_min_isr(topic, partition);
    if partition.leader.is_none() {
        PartitionHealth::Offline
    } else if min_isr.is_some_and(|min| (partition.isr.len() as u64) < u64::from(min)) {
        PartitionHealth::UnderMinIsr
    } else if partition.lagging().next().is_some() {
        PartitionHealth::UnderReplicated
    } else {
        PartitionHealth::Healthy
    }
}

/// Counts over all partitions; each partition counts once, under its worst.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClusterReplication {
    pub partitions: usize,
    pub offline: usize,
    pub under_min_isr: usize,
    pub under_replicated: usize,
}

/// Counts the partitions of the site's cluster by health.
pub fn cluster_replication(site: &Site) -> ClusterReplication {
    let mut count = ClusterReplication::default();
    for topic in site.kafka.topics.iter() {
        for partition in &topic.meta.partitions {
            count.partitions += 1;
            match partition_health(topic, partition) {
                PartitionHealth::Offline => count.offline += 1,
                PartitionHealth::UnderMinIsr => count.under_min_isr += 1,
                PartitionHealth::UnderReplicated => count.under_replicated += 1,
                PartitionHealth::Healthy => {}
            }
        }
    }
    count
}
