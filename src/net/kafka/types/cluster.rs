//! Brokers, topics, partitions, configurations, disks, the quorum.
use std::{collections::BTreeMap, sync::Arc};

use uuid::Uuid;

use super::Code;

/// One answer to Metadata.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// `None` from brokers that do not tell it.
    pub cluster_id: Option<Arc<str>>,
    /// In `KRaft` a random live broker: take the controller from [`Quorum::leader`] and this one only where the
    /// quorum cannot be asked (`ZooKeeper` mode).
    pub controller_id: Option<i32>,
    /// Live brokers, sorted by id.
    pub brokers: Vec<Broker>,
    /// Topics that may be seen, sorted by name. Topics that ACLs hide are missing without a word.
    pub topics: Vec<Topic>,
}

impl Metadata {
    /// The topic of that name.
    pub fn topic(&self, name: &str) -> Option<&Topic> {
        let at = self
            .topics
            .binary_search_by(|topic| topic.name.as_ref().cmp(name))
            .ok()?;
        self.topics.get(at)
    }
}

/// One live broker and the address that it advertises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broker {
    pub id: i32,
    pub host: Arc<str>,
    pub port: u16,
    pub rack: Option<Arc<str>>,
}

/// One topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    pub name: Arc<str>,
    /// `None` from brokers before 2.8.
    pub id: Option<Uuid>,
    /// `__consumer_offsets` and its like.
    pub internal: bool,
    /// Why the partitions may be missing, such as `LEADER_NOT_AVAILABLE`.
    pub error: Option<Code>,
    /// Sorted by index (brokers answer in any order).
    pub partitions: Vec<Partition>,
}

/// One partition and where its replicas are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    pub index: i32,
    /// `None`: offline, no leader.
    pub leader: Option<i32>,
    /// `None` from brokers before 2.1.
    pub leader_epoch: Option<i32>,
    /// In the order of preference: the first is the preferred leader.
    pub replicas: Vec<i32>,
    pub isr: Vec<i32>,
    /// Replicas on dead brokers or failed disks.
    pub offline: Vec<i32>,
    pub error: Option<Code>,
}

/// The configuration of one topic or broker, as far as asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceConfigs {
    /// The topic's name, or the broker's id.
    pub name: Arc<str>,
    pub configs: Result<BTreeMap<Arc<str>, ConfigValue>, Code>,
}

/// One configuration value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigValue {
    /// `None` for sensitive values and where there is none.
    pub value: Option<Arc<str>>,
    pub source: ConfigSource,
}

/// Where a configuration value was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigSource {
    /// On the topic itself.
    Topic,
    /// On this broker, while it ran.
    Broker,
    /// For all brokers, while they ran.
    BrokerDefault,
    /// In the broker's file.
    File,
    /// Nowhere: Kafka's default.
    Default,
    /// A source that this client does not know, by its number.
    Other(i8),
}

/// One log directory of a broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogDir {
    pub path: Arc<str>,
    /// Bytes of the volume; `None` from brokers before 3.3.
    pub total_bytes: Option<u64>,
    /// Free bytes of the volume; `None` from brokers before 3.3.
    pub usable_bytes: Option<u64>,
    /// Such as `KAFKA_STORAGE_ERROR`: the disk failed.
    pub error: Option<Code>,
    pub replicas: Vec<LogReplica>,
}

/// One replica in a log directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogReplica {
    pub topic: Arc<str>,
    pub partition: i32,
    /// Bytes of all its segments.
    pub bytes: u64,
    /// Records behind the high watermark (or, of a future replica, behind the current one).
    pub offset_lag: i64,
    /// Being moved here from another directory of the same broker.
    pub future: bool,
}

/// One answer to `DescribeCluster`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterDescription {
    pub cluster_id: Arc<str>,
    /// See [`Metadata::controller_id`].
    pub controller_id: Option<i32>,
    /// Sorted by id.
    pub brokers: Vec<BrokerState>,
}

/// A broker, and whether the controller keeps it fenced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerState {
    pub broker: Broker,
    /// `None` below version 2, which lists only brokers that are not fenced.
    pub fenced: Option<bool>,
}

/// The `KRaft` metadata quorum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quorum {
    /// The active controller; `None` while there is no leader.
    pub leader: Option<i32>,
    pub leader_epoch: i32,
    pub high_watermark: i64,
    pub voters: Vec<QuorumReplica>,
    pub observers: Vec<QuorumReplica>,
}

/// One node of the quorum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuorumReplica {
    pub id: i32,
    /// `None` when the leader does not know it.
    pub log_end_offset: Option<i64>,
    /// Milliseconds since 1970, by the leader's clock.
    pub last_fetch_ms: Option<i64>,
    /// Milliseconds since 1970, by the leader's clock.
    pub last_caught_up_ms: Option<i64>,
}

/// One partition that is being moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reassignment {
    pub topic: Arc<str>,
    pub partition: i32,
    /// All replicas now, the added ones included.
    pub replicas: Vec<i32>,
    pub adding: Vec<i32>,
    pub removing: Vec<i32>,
}
