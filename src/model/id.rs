//! Names of things, as small typed values.

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    sync::{Arc, LazyLock},
};

use serde::{Deserialize, Serialize};

use super::Source;

/// An interned name: cheap to clone, compared by content.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Name(pub Arc<str>);

impl PartialEq for Name {
    /// Most equal names are one: then nothing is read.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl Eq for Name {}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        if Arc::ptr_eq(&self.0, &other.0) {
            Ordering::Equal
        } else {
            self.0.cmp(&other.0)
        }
    }
}

impl Name {
    /// The text of the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Name {
    fn default() -> Self {
        static EMPTY: LazyLock<Arc<str>> = LazyLock::new(|| Arc::from(""));
        Name(Arc::clone(&EMPTY))
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Name(Arc::from(text))
    }
}

impl From<String> for Name {
    fn from(text: String) -> Self {
        Name(Arc::from(text))
    }
}

impl From<Arc<str>> for Name {
    fn from(text: Arc<str>) -> Self {
        Name(text)
    }
}

impl std::ops::Deref for Name {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &*self.0)
    }
}

/// A Kafka node id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BrokerId(pub i32);

impl fmt::Display for BrokerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A topic's partition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PartitionId {
    pub topic: Name,
    pub partition: i32,
}

impl fmt::Display for PartitionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.topic, self.partition)
    }
}

/// A pod.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PodId {
    pub namespace: Name,
    pub name: Name,
}

impl fmt::Display for PodId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

/// What runs pods: a Deployment, a `StatefulSet`, or any other kind that owns them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WorkloadId {
    pub namespace: Name,
    pub kind: Name,
    pub name: Name,
}

impl WorkloadId {
    /// Reads what it is displayed as: `namespace/Kind/name`.
    pub fn parse(text: &str) -> Option<Self> {
        match text.split('/').collect::<Vec<_>>().as_slice() {
            [namespace, kind, name]
                if [namespace, kind, name].iter().all(|part| !part.is_empty()) =>
            {
                Some(WorkloadId {
                    namespace: (*namespace).into(),
                    kind: (*kind).into(),
                    name: (*name).into(),
                })
            }
            _ => None,
        }
    }
}

impl fmt::Display for WorkloadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.namespace, self.kind, self.name)
    }
}

/// Any noun of the model. A selection follows its key, not its place on the screen, and Enter opens it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Key {
    Group(Name),
    Member {
        group: Name,
        member: Name,
    },
    Topic(Name),
    Partition(PartitionId),
    Broker(BrokerId),
    Pod(PodId),
    Workload(WorkloadId),
    Node(Name),
    Source(Source),
    /// An event of Kubernetes, by its own namespace and name.
    Event(PodId),
    /// A line of the answer to why a group is behind, with the number of the cause that it belongs to.
    Cause {
        group: Name,
        cause: u32,
        line: u32,
    },
    /// A line of our own log, by its number since the start.
    Log(u64),
}

/// What kind of thing a key names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Noun {
    Group,
    Member,
    Topic,
    Partition,
    Broker,
    Pod,
    Workload,
    Node,
    Source,
    Event,
    Cause,
    Log,
}

impl Key {
    /// The kind of thing that it names.
    pub fn noun(&self) -> Noun {
        match self {
            Key::Group(_) => Noun::Group,
            Key::Member { .. } => Noun::Member,
            Key::Topic(_) => Noun::Topic,
            Key::Partition(_) => Noun::Partition,
            Key::Broker(_) => Noun::Broker,
            Key::Pod(_) => Noun::Pod,
            Key::Workload(_) => Noun::Workload,
            Key::Node(_) => Noun::Node,
            Key::Source(_) => Noun::Source,
            Key::Event(_) => Noun::Event,
            Key::Cause { .. } => Noun::Cause,
            Key::Log(_) => Noun::Log,
        }
    }

    /// The namespace that it is in.
    pub fn namespace(&self) -> Option<&str> {
        match self {
            Key::Pod(id) => Some(&id.namespace),
            Key::Workload(id) => Some(&id.namespace),
            _ => None,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::Group(name) => write!(f, "group {name}"),
            Key::Member { member, .. } => write!(f, "member {member}"),
            Key::Topic(name) => write!(f, "topic {name}"),
            Key::Partition(id) => write!(f, "partition {id}"),
            Key::Broker(id) => write!(f, "broker {id}"),
            Key::Pod(id) => write!(f, "pod {id}"),
            Key::Workload(id) => write!(f, "{} {}/{}", id.kind, id.namespace, id.name),
            Key::Node(name) => write!(f, "node {name}"),
            Key::Source(source) => write!(f, "source {source}"),
            Key::Event(id) => write!(f, "event {id}"),
            Key::Cause { group, cause, .. } => write!(f, "cause {cause} of group {group}"),
            Key::Log(line) => write!(f, "log line {line}"),
        }
    }
}
