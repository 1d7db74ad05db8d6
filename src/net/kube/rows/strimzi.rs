//! Rows of Strimzi's custom resources.
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The Strimzi kinds that are watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum StrimziKind {
    /// `kafka.strimzi.io` Kafka: a cluster.
    Kafka,
    /// `kafka.strimzi.io` `KafkaNodePool`.
    KafkaNodePool,
    /// `kafka.strimzi.io` `KafkaRebalance`.
    KafkaRebalance,
    /// `kafka.strimzi.io` `KafkaConnect`: a cluster of Connect.
    KafkaConnect,
    /// `kafka.strimzi.io` `KafkaConnector`.
    KafkaConnector,
    /// `kafka.strimzi.io` `KafkaMirrorMaker2`.
    KafkaMirrorMaker2,
    /// `core.strimzi.io` `StrimziPodSet`.
    StrimziPodSet,
}

/// A condition of a custom resource. Of a `KafkaRebalance` the type of the true one is its state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// `Ready`, `NotReady`, `Warning`, `ProposalReady`, …
    pub kind: Arc<str>,
    /// `True`, `False` or `Unknown`.
    pub status: Arc<str>,
    /// Why, in a word; may be empty.
    pub reason: Arc<str>,
    /// Why, at most 1 KiB; may be empty.
    pub message: Arc<str>,
}

/// A Strimzi custom resource. What a kind does not have is `None` or empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StrimziRow {
    /// Which kind.
    pub kind: StrimziKind,
    /// The namespace.
    pub namespace: Arc<str>,
    /// The name.
    pub name: Arc<str>,
    /// Label `strimzi.io/cluster`. Of a Kafka, `KafkaConnect` and `KafkaMirrorMaker2` its own name, which their pods bear there.
    pub cluster: Option<Arc<str>>,
    /// `status.conditions`.
    pub conditions: Vec<Condition>,
    /// `spec.replicas` of a node pool, of Connect and of a mirror maker; `status.pods` of a pod set.
    pub desired: Option<u32>,
    /// `status.replicas` of a node pool; `status.readyPods` of a pod set.
    pub ready: Option<u32>,
    /// Node pool: `status.nodeIds`.
    pub node_ids: Vec<i32>,
    /// Node pool: `status.roles` (`broker`, `controller`).
    pub roles: Vec<Arc<str>>,
    /// Kafka: `status.kafkaVersion`.
    pub kafka_version: Option<Arc<str>>,
    /// Kafka: `status.clusterId`, the id that the brokers answer too.
    pub cluster_id: Option<Arc<str>>,
    /// Kafka: bootstrap servers by listener name, from `status.listeners`.
    pub listeners: Vec<(Arc<str>, Arc<str>)>,
    /// `KafkaRebalance`: `spec.mode`, `full` where absent.
    pub mode: Option<Arc<str>>,
    /// The consumer groups that its pods are members of. Of a connector the one it has if it is a sink.
    pub groups: Vec<Arc<str>>,
    /// `metadata.generation`.
    pub generation: Option<i64>,
    /// `status.observedGeneration`: behind `generation` means not yet reconciled.
    pub observed_generation: Option<i64>,
}
