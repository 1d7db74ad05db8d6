//! What a watch keeps of an object: compact rows with shared strings. Unknown is `None`, never 0.
//!
//! Instants are milliseconds since the epoch, CPU is in thousandths of a core, memory in bytes.
mod pod;
mod strimzi;
mod workload;

pub use pod::{PodRow, Termination};
pub use strimzi::{Condition, StrimziKind, StrimziRow};
pub use workload::{AutoscalerRow, ReplicaSetRow, ScaledObjectRow, WorkloadRow};

use std::sync::Arc;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::net::kube::intern::Interner;

pub(crate) use crate::net::kube::slim::Meta;

/// The name of a row within its kind. Objects without a namespace have an empty one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// The namespace; empty for nodes and their like.
    pub namespace: Arc<str>,
    /// The name.
    pub name: Arc<str>,
}

/// The object that another one belongs to or refers to; it stands in the same namespace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reference {
    /// `ReplicaSet`, `StatefulSet`, `StrimziPodSet`, …
    pub kind: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
}

/// A row that a watch can deliver.
pub trait Row: Clone + std::fmt::Debug + Send + Sync + 'static {
    /// The slice of the API object that is read; everything else in the JSON is skipped.
    type Object: Object;

    /// Makes the row. `kind` is the API kind that is watched, since several kinds may share a row type.
    fn from_object(kind: &str, object: Self::Object, interner: &mut Interner) -> Self;

    /// The key of this row.
    fn key(&self) -> Key;
}

/// An API object as far as a watch must know it.
pub trait Object: DeserializeOwned + Send + 'static {
    /// Name, namespace and version.
    fn meta(&self) -> &Meta;
}

/// A node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeRow {
    /// The name.
    pub name: Arc<str>,
    /// The uid.
    pub uid: Arc<str>,
    /// The Ready condition; `None` where it is absent or Unknown (the node is not heard from).
    pub ready: Option<bool>,
    /// Label `topology.kubernetes.io/zone`, or its older name.
    pub zone: Option<Arc<str>>,
    /// What is not normal: types of pressure conditions that are true, `NotReady` or `Unknown`.
    pub conditions: Vec<Arc<str>>,
    /// Cordoned.
    pub unschedulable: bool,
    /// Allocatable CPU, in thousandths of a core.
    pub cpu_milli: Option<u64>,
    /// Allocatable memory, in bytes.
    pub memory_bytes: Option<u64>,
    /// How many pods fit.
    pub pods_capacity: Option<u32>,
    /// Creation, in milliseconds since the epoch.
    pub created_at: Option<i64>,
}

/// An event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventRow {
    /// The event's own namespace.
    pub namespace: Arc<str>,
    /// The event's own name, which is its key.
    pub name: Arc<str>,
    /// The event's uid.
    pub uid: Arc<str>,
    /// `Normal` or `Warning`.
    pub kind: Arc<str>,
    /// Kind of the object it is about.
    pub object_kind: Arc<str>,
    /// Name of the object it is about.
    pub object_name: Arc<str>,
    /// Namespace of the object it is about; empty for nodes.
    pub object_namespace: Arc<str>,
    /// Uid of the object it is about, if given.
    pub object_uid: Option<Arc<str>>,
    /// `BackOff`, `FailedScheduling`, `Evicted`, …
    pub reason: Arc<str>,
    /// At most 1 KiB, cut at a character.
    pub message: Arc<str>,
    /// How often it was seen; at least 1.
    pub count: u32,
    /// Last seen, in milliseconds since the epoch.
    pub last_at: Option<i64>,
}

/// What metrics.k8s.io says of a pod: the sum over its containers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PodUsage {
    /// The pod's namespace.
    pub namespace: Arc<str>,
    /// The pod's name.
    pub name: Arc<str>,
    /// CPU, in thousandths of a core; `None` if any container's is missing.
    pub cpu_milli: Option<u64>,
    /// Working set, in bytes; `None` if any container's is missing.
    pub memory_bytes: Option<u64>,
    /// When it was measured, in milliseconds since the epoch.
    pub at: Option<i64>,
}

/// What metrics.k8s.io says of a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeUsage {
    /// The node's name.
    pub name: Arc<str>,
    /// CPU, in thousandths of a core.
    pub cpu_milli: Option<u64>,
    /// Working set, in bytes.
    pub memory_bytes: Option<u64>,
    /// When it was measured, in milliseconds since the epoch.
    pub at: Option<i64>,
}
