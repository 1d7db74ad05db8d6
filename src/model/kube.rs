//! Rows of Kubernetes objects: numbers, words and moments, never finished text.

use std::{cmp::Ordering, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{Name, PodId, Row, Time, WorkloadId};

/// The controller that owns an object, in the object's own namespace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Owner {
    pub kind: Name,
    pub name: Name,
}

/// How a container of a pod ended last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastExit {
    pub reason: Name,
    pub code: i32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Time>,
}

/// A pod.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PodRow {
    pub id: PodId,
    pub uid: Name,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<Name>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<Name>,
    /// The word that kubectl prints under STATUS.
    pub status: Name,
    /// Ready containers, of `containers`.
    pub ready: u16,
    pub containers: u16,
    /// Restarts of all containers together.
    pub restarts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_exit: Option<Box<LastExit>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// The labels that a join needs, sorted. Pods of one owner share them.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub labels: Arc<[(Name, Name)]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Time>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub deleting: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub host_network: bool,
    /// Its phase is Succeeded or Failed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ended: bool,
    /// Sums over the containers, in thousandths of a core and in bytes; None where a container has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_limit: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_limit: Option<u64>,
}

impl PodRow {
    pub fn label(&self, name: &str) -> Option<&Name> {
        self.labels
            .iter()
            .find(|(key, _)| &**key == name)
            .map(|(_, value)| value)
    }

    /// Whether its labels are those of a Kafka broker.
    pub fn is_broker(&self) -> bool {
        const MARKS: [(&str, &str); 4] = [
            ("strimzi.io/broker-role", "true"),
            ("strimzi.io/kind", "Kafka"),
            ("app.kubernetes.io/name", "kafka"),
            ("app", "kafka"),
        ];
        self.labels.iter().any(|(name, value)| {
            MARKS
                .iter()
                .any(|(of, is)| &**name == *of && &**value == *is)
        })
    }

    /// Whether its containers have ended for good, well or not: it stays as a record, and is no pod that works.
    pub fn has_ended(&self) -> bool {
        self.ended || self.is_completed()
    }

    /// Ended as it should: neither ready nor sick.
    pub fn is_completed(&self) -> bool {
        matches!(&*self.status, "Completed" | "Succeeded")
    }
}

impl Row for PodRow {
    type Key = PodId;
    fn key(&self) -> PodId {
        self.id.clone()
    }
    fn order(&self, key: &PodId) -> Ordering {
        self.id.cmp(key)
    }
}

/// A node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NodeRow {
    pub name: Name,
    /// The Ready condition; None while it is Unknown.
    pub ready: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<Name>,
    /// Conditions that are not as they should be, by type, and `SchedulingDisabled`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Name>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unschedulable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_allocatable: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_allocatable: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Time>,
}

impl Row for NodeRow {
    type Key = Name;
    fn key(&self) -> Name {
        self.name.clone()
    }
    fn order(&self, key: &Name) -> Ordering {
        self.name.cmp(key)
    }
}

/// A Deployment or a `StatefulSet`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkloadRow {
    pub id: WorkloadId,
    /// `spec.replicas` and the counts of its status.
    pub desired: u32,
    pub ready: u32,
    pub updated: u32,
    pub available: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Time>,
    /// Label `app.kubernetes.io/name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<Name>,
    /// What its pod template says that may be the id of a consumer group.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Name>,
}

impl Row for WorkloadRow {
    type Key = WorkloadId;
    fn key(&self) -> WorkloadId {
        self.id.clone()
    }
    fn order(&self, key: &WorkloadId) -> Ordering {
        self.id.cmp(key)
    }
}

/// A `ReplicaSet`: the link between a pod and its Deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplicaSetRow {
    pub id: PodId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
}

impl Row for ReplicaSetRow {
    type Key = PodId;
    fn key(&self) -> PodId {
        self.id.clone()
    }
    fn order(&self, key: &PodId) -> Ordering {
        self.id.cmp(key)
    }
}

/// A `HorizontalPodAutoscaler`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Autoscaler {
    pub namespace: Name,
    pub name: Name,
    pub target: Owner,
    pub min: u32,
    pub max: u32,
    /// None until it has looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desired: Option<u32>,
}

impl Row for Autoscaler {
    type Key = (Name, Name);
    fn key(&self) -> Self::Key {
        (self.namespace.clone(), self.name.clone())
    }
}

/// A `ScaledObject` of KEDA's, which scales by what its triggers count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScaledObjectRow {
    pub namespace: Name,
    pub name: Name,
    pub target: Owner,
    /// The consumer groups whose lag it scales by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Name>,
    /// As they are set; KEDA takes 0 and 100 where they are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u32>,
    /// Told by annotation to leave the count as it is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub paused: bool,
}

impl Row for ScaledObjectRow {
    type Key = (Name, Name);
    fn key(&self) -> Self::Key {
        (self.namespace.clone(), self.name.clone())
    }
}

/// An event of type Warning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    pub namespace: Name,
    pub name: Name,
    /// The object it speaks of.
    pub about: Owner,
    pub reason: Name,
    pub message: Name,
    pub count: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Time>,
}

impl Row for Warning {
    type Key = (Name, Name);
    fn key(&self) -> Self::Key {
        (self.namespace.clone(), self.name.clone())
    }
}

/// What an object uses now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Thousandths of a core.
    pub cpu: u64,
    /// Bytes.
    pub memory: u64,
}

/// What a pod uses now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PodUsage {
    pub id: PodId,
    pub usage: Usage,
}

/// What a node uses now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeUsage {
    pub name: Name,
    pub usage: Usage,
}

/// One of Strimzi's objects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StrimziRow {
    pub kind: Name,
    pub namespace: Name,
    pub name: Name,
    /// Conditions that are true, by type, with their reason where there is one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Name>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replicas: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready: Option<u32>,
    /// The consumer groups that its pods are members of. Of a connector the one it has if it is a sink.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Name>,
    /// Label `strimzi.io/cluster`. Of a Kafka, `KafkaConnect` and `KafkaMirrorMaker2` its own name, which their pods bear there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<Name>,
}

impl Row for StrimziRow {
    type Key = (Name, Name, Name);
    fn key(&self) -> Self::Key {
        (self.kind.clone(), self.namespace.clone(), self.name.clone())
    }
}
