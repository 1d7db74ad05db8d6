//! Rows of the things that run pods, and of what scales them.
use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use super::Reference;

/// A Deployment or a `StatefulSet`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkloadRow {
    /// The namespace.
    pub namespace: Arc<str>,
    /// `Deployment` or `StatefulSet`.
    pub kind: Arc<str>,
    /// The name.
    pub name: Arc<str>,
    /// The uid.
    pub uid: Arc<str>,
    /// `spec.replicas`; the API's default of 1 where it is absent.
    pub desired: u32,
    /// `status.readyReplicas`.
    pub ready: u32,
    /// `status.updatedReplicas`: pods of the newest template.
    pub updated: u32,
    /// `status.availableReplicas`.
    pub available: u32,
    /// `spec.selector.matchLabels`; empty if the selector uses expressions only.
    pub selector: BTreeMap<Arc<str>, Arc<str>>,
    /// `metadata.generation`.
    pub generation: Option<i64>,
    /// `status.observedGeneration`: behind `generation` means not yet acted upon.
    pub observed_generation: Option<i64>,
    /// The controller among its owners.
    pub owner: Option<Reference>,
    /// Creation, in milliseconds since the epoch.
    pub created_at: Option<i64>,
    /// Label `app.kubernetes.io/name`.
    pub app: Option<Arc<str>>,
    /// What its pod template says that may be the id of a consumer group: at most 4, each at most 249 bytes.
    pub groups: Vec<Arc<str>>,
}

/// A `ReplicaSet`: the link from a pod to its Deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplicaSetRow {
    /// The namespace.
    pub namespace: Arc<str>,
    /// The name.
    pub name: Arc<str>,
    /// The controller among its owners, a Deployment as a rule.
    pub owner: Option<Reference>,
    /// `spec.replicas`.
    pub desired: u32,
    /// `status.readyReplicas`.
    pub ready: u32,
}

/// A `HorizontalPodAutoscaler` (autoscaling/v2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutoscalerRow {
    /// The namespace.
    pub namespace: Arc<str>,
    /// The name.
    pub name: Arc<str>,
    /// What it scales.
    pub target: Reference,
    /// `spec.minReplicas`; the API's default of 1 where it is absent.
    pub min: u32,
    /// `spec.maxReplicas`.
    pub max: u32,
    /// `status.currentReplicas`, once it has looked.
    pub current: Option<u32>,
    /// `status.desiredReplicas`, once it has looked.
    pub desired: Option<u32>,
}

/// A `ScaledObject` (keda.sh/v1alpha1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScaledObjectRow {
    /// The namespace.
    pub namespace: Arc<str>,
    /// The name.
    pub name: Arc<str>,
    /// What it scales; a Deployment where `spec.scaleTargetRef` has no kind.
    pub target: Reference,
    /// `consumerGroup` of its triggers of type `kafka` and `apache-kafka`, each once.
    pub groups: Vec<Arc<str>>,
    /// `spec.minReplicaCount`; KEDA's default is 0.
    pub min: Option<u32>,
    /// `spec.maxReplicaCount`; KEDA's default is 100.
    pub max: Option<u32>,
    /// An annotation tells it to leave the count as it is, or at a number.
    pub paused: bool,
}
