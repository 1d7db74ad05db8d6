//! Groups of the four types and their members.
use std::{fmt, sync::Arc};

use super::Code;

/// The protocol by which a group works.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GroupType {
    /// The old protocol: consumers before KIP-848, Connect, schema registries.
    Classic,
    /// KIP-848.
    Consumer,
    /// KIP-932.
    Share,
    /// KIP-1071.
    Streams,
    /// A type that this client does not know, by the broker's word.
    Other(Arc<str>),
}

impl GroupType {
    /// From the broker's word, in any case; `None` when it is empty.
    pub fn of(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "" => return None,
            "classic" => Self::Classic,
            "consumer" => Self::Consumer,
            "share" => Self::Share,
            "streams" => Self::Streams,
            other => Self::Other(other.into()),
        })
    }
}

impl fmt::Display for GroupType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Classic => "classic",
            Self::Consumer => "consumer",
            Self::Share => "share",
            Self::Streams => "streams",
            Self::Other(word) => word,
        })
    }
}

/// One group as its coordinator lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedGroup {
    pub group: Arc<str>,
    /// `consumer`, `connect`, `share`, `streams`, ...; empty for groups that only store offsets.
    pub protocol_type: Arc<str>,
    /// `None` from brokers before 2.6.
    pub state: Option<Arc<str>>,
    /// `None` from brokers before 3.8: try [`GroupType::Consumer`], then classic.
    pub kind: Option<GroupType>,
}

/// One described group, or why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DescribedGroup {
    pub group: Arc<str>,
    /// `GROUP_ID_NOT_FOUND` (69) also where an old broker answers "Dead" without an error.
    pub result: Result<GroupDescription, Code>,
}

/// A group of any type and its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupDescription {
    pub kind: GroupType,
    /// The broker's word: `Stable`, `Empty`, `PreparingRebalance`, `Assigning`, ...
    pub state: Arc<str>,
    /// The assignor (`range`, `uniform`, ...); empty when there is none.
    pub assignor: Arc<str>,
    /// `consumer`, `connect`, ...; empty for groups of the newer protocols.
    pub protocol_type: Arc<str>,
    /// Epoch of the group's metadata; `None` for classic groups.
    pub epoch: Option<i32>,
    /// Epoch of the target assignment; `None` for classic groups. Below `epoch`: being computed.
    pub assignment_epoch: Option<i32>,
    pub members: Vec<Member>,
    /// Of a streams group; empty for the other types and while the topology is not initialized.
    pub topology: Vec<Subtopology>,
}

/// One member of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub member_id: Arc<str>,
    /// Static membership (`group.instance.id`).
    pub instance_id: Option<Arc<str>>,
    pub client_id: Arc<str>,
    /// The address from which the broker sees the client, without the leading slash.
    pub host: Arc<str>,
    pub rack: Option<Arc<str>>,
    /// `None` for members of classic groups.
    pub epoch: Option<i32>,
    /// What it reads now, sorted. Empty while a classic group rebalances, and for protocol types that are not
    /// `consumer`. Of a streams member: the source partitions of its active tasks.
    pub assignment: Vec<TopicPartitions>,
    /// What it will read once the assignment is reconciled; `None` where the protocol has no such thing.
    pub target: Option<Vec<TopicPartitions>>,
    /// A member of a newer group that still speaks the classic protocol; `None` where not told.
    pub classic: Option<bool>,
    /// The tasks of a streams member.
    pub tasks: Option<StreamsTasks>,
}

/// Partitions of one topic, sorted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TopicPartitions {
    /// The name; the id in its text form when neither the broker nor the metadata knows the name.
    pub topic: Arc<str>,
    pub partitions: Vec<i32>,
}

/// The tasks that a streams member works on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamsTasks {
    pub process_id: Arc<str>,
    pub active: Vec<StreamsTask>,
    pub standby: Vec<StreamsTask>,
    pub warmup: Vec<StreamsTask>,
}

/// Tasks of one subtopology.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamsTask {
    pub subtopology: Arc<str>,
    pub partitions: Vec<i32>,
}

/// One connected part of a streams application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subtopology {
    pub id: Arc<str>,
    pub source_topics: Vec<Arc<str>>,
    /// Internally made repartition topics that it reads.
    pub repartition_source_topics: Vec<Arc<str>>,
    pub repartition_sink_topics: Vec<Arc<str>>,
    pub changelog_topics: Vec<Arc<str>>,
}
