//! What the typed reads return: plain values of ours. Names are owned `Arc<str>`, so that keeping one never
//! keeps the frame it came in.
mod cluster;
mod groups;
mod offsets;

use std::{collections::BTreeMap, fmt};

pub use cluster::{
    Broker, BrokerState, ClusterDescription, ConfigSource, ConfigValue, LogDir, LogReplica,
    Metadata, Partition, Quorum, QuorumReplica, Reassignment, ResourceConfigs, Topic,
};
pub use groups::{
    DescribedGroup, GroupDescription, GroupType, ListedGroup, Member, StreamsTask, StreamsTasks,
    Subtopology, TopicPartitions,
};
pub use offsets::{
    CommittedOffset, FetchSpec, Fetched, GroupOffsets, Isolation, LeaderPartition, ListedOffset,
    OffsetAt, OffsetSpec, Record, ShareGroupOffsets, ShareOffset, SharePartition, TimestampType,
};

use super::Result;

/// One answer per broker id; a broker that is down is an `Err` and never fails the others.
pub type PerBroker<T> = BTreeMap<i32, Result<T>>;

/// A request kind of the Kafka protocol by its API key; shows its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Api(pub i16);

impl fmt::Display for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match kafka_protocol::messages::ApiKey::try_from(self.0) {
            Ok(key) => write!(f, "{key:?}"),
            Err(()) if self.0 == 89 => f.write_str("StreamsGroupDescribe"),
            Err(()) => write!(f, "request kind {}", self.0),
        }
    }
}

/// An error code of a broker, not 0; shows its protocol name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Code(pub i16);

impl Code {
    /// `None` for 0, the code for success.
    pub fn of(code: i16) -> Option<Self> {
        (code != 0).then_some(Self(code))
    }

    /// `Err` with the code unless it is 0.
    pub fn check(code: i16) -> std::result::Result<(), Self> {
        Self::of(code).map_or(Ok(()), Err)
    }

    /// The name that Kafka's protocol guide gives, such as `NOT_COORDINATOR`; `CODE_n` when it is not known.
    pub fn name(self) -> String {
        if self.0 == -1 {
            return "UNKNOWN_SERVER_ERROR".to_owned();
        }
        let known = kafka_protocol::ResponseError::try_from_code(self.0);
        match known {
            Some(error) if !matches!(error, kafka_protocol::ResponseError::Unknown(_)) => {
                upper_snake(&format!("{error:?}"))
            }
            _ => format!("CODE_{}", self.0),
        }
    }

    /// The ACLs do not allow it: topic (29), group (30), cluster (31).
    pub fn is_authorization(self) -> bool {
        matches!(self.0, 29..=31)
    }

    /// Metadata is stale: ask it again, then retry (leader or replica moved, epoch or topic id unknown).
    pub fn is_stale_routing(self) -> bool {
        matches!(self.0, 3 | 5 | 6 | 8 | 41 | 74 | 75 | 100 | 103)
    }

    /// The group has another coordinator: list the groups again, then retry.
    pub fn is_stale_coordinator(self) -> bool {
        matches!(self.0, 15 | 16)
    }

    /// Passes by itself: wait and ask again (loading, election, unstable offsets, quota).
    pub fn is_passing(self) -> bool {
        matches!(self.0, 7 | 14 | 56 | 78 | 88 | 89)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name(), self.0)
    }
}

/// `NotLeaderOrFollower` as `NOT_LEADER_OR_FOLLOWER`.
fn upper_snake(camel: &str) -> String {
    let mut name = String::with_capacity(camel.len() + 8);
    for letter in camel.chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}

/// What a connection count and the Sources pane need: totals since the client was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Requests written, by kind. `ApiVersions` and the `Sasl*` kinds belong to the opening of connections.
    pub requests: BTreeMap<Api, u64>,
    /// Calls that failed on their way (dial, TLS, login, timeout, closed, decode); broker codes are not counted.
    pub errors: u64,
    /// Bytes read from brokers, frame lengths included.
    pub bytes_in: u64,
    /// Bytes written to brokers, frame lengths included.
    pub bytes_out: u64,
    /// Connections opened, logins included.
    pub connections: u64,
    /// Milliseconds of throttling that brokers have asked for.
    pub throttled_ms: u64,
    /// Whether a broker's throttling holds a connection back right now.
    pub throttled: bool,
    /// Whether the check of server host names is switched off (`ssl.endpoint.identification.algorithm=`).
    pub host_names_unchecked: bool,
}
