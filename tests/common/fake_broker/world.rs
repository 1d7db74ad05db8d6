//! The description that the answers are made from.
use std::collections::BTreeMap;

use uuid::Uuid;

use super::{Login, api};

/// A cluster as data. Partitions go round the brokers, groups too.
#[derive(Clone, Debug)]
pub struct World {
    pub cluster_id: String,
    /// Racks by broker id.
    pub brokers: BTreeMap<i32, Option<String>>,
    pub topics: BTreeMap<String, FakeTopic>,
    pub groups: BTreeMap<String, FakeGroup>,
    /// What the brokers say of their versions, by API key; a kind that is not here is not known.
    pub versions: BTreeMap<i16, (i16, i16)>,
    /// Where brokers differ: `(broker, API key)`.
    pub versions_of: BTreeMap<(i32, i16), (i16, i16)>,
    /// The quorum's leader.
    pub leader: i32,
    /// Who may come in; everyone when it is not set.
    pub login: Option<Login>,
    /// `ConsumerGroupDescribe` gives topic ids alone.
    pub hides_topic_names: bool,
    /// Milliseconds that every answer asks to wait.
    pub throttle_ms: i32,
}

/// A topic.
#[derive(Clone, Debug)]
pub struct FakeTopic {
    pub id: Uuid,
    pub internal: bool,
    pub error: i16,
    pub partitions: Vec<FakePartition>,
    pub configs: BTreeMap<String, String>,
}

/// A partition and its log.
#[derive(Clone, Debug)]
pub struct FakePartition {
    /// -1: none.
    pub leader: i32,
    pub epoch: i32,
    pub replicas: Vec<i32>,
    pub isr: Vec<i32>,
    pub offline: Vec<i32>,
    pub start: i64,
    pub stable: i64,
    pub end: i64,
    /// Timestamp of the record at offset 0, if records have any: a second lies between two of them.
    pub written: Option<i64>,
    pub bytes: i64,
    /// What Metadata and `ListOffsets` say of it.
    pub error: i16,
    /// What Fetch brings: batches as they are on disk.
    pub records: bytes::Bytes,
    /// Producer and first offset of aborted transactions.
    pub aborted: Vec<(i64, i64)>,
}

/// A group.
#[derive(Clone, Debug)]
pub struct FakeGroup {
    /// `classic`, `consumer`, `share` or `streams`.
    pub kind: String,
    pub protocol_type: String,
    pub state: String,
    pub coordinator: i32,
    pub members: Vec<FakeMember>,
    /// Committed offsets (of share groups: start offsets) by topic and partition; -1 is none.
    pub offsets: BTreeMap<(String, i32), i64>,
    /// What `OffsetFetch`, `DescribeShareGroupOffsets` and the describes say of it.
    pub error: i16,
}

/// A member.
#[derive(Clone, Debug)]
pub struct FakeMember {
    pub id: String,
    pub client_id: String,
    /// As brokers write it: with a slash before it.
    pub host: String,
    pub assignment: BTreeMap<String, Vec<i32>>,
    /// Sent by a classic group instead of the encoded assignment.
    pub raw_assignment: Option<Vec<u8>>,
}

impl World {
    /// Brokers 1 to `brokers` in three racks, no topics, no groups, the versions of Kafka 4.3.1.
    pub fn new(brokers: i32) -> Self {
        let rack = |id: i32| (id, Some(format!("zone-{}", (id - 1) % 3)));
        Self {
            cluster_id: "fake-cluster".into(),
            brokers: (1..=brokers).map(rack).collect(),
            topics: BTreeMap::new(),
            groups: BTreeMap::new(),
            versions: kafka_4_3(),
            versions_of: BTreeMap::new(),
            leader: 1,
            login: None,
            hides_topic_names: false,
            throttle_ms: 0,
        }
    }

    /// Adds a topic with three replicas (or as many as there are brokers) and offsets 100 to 1000 + index.
    #[must_use]
    pub fn topic(mut self, name: &str, partitions: i32) -> Self {
        let ids: Vec<i32> = self.brokers.keys().copied().collect();
        let shift = self.topics.len();
        let partition = |index: i32| {
            let at = usize::try_from(index).unwrap() + shift;
            let replicas: Vec<i32> = (0..ids.len().min(3))
                .map(|step| ids[(at + step) % ids.len()])
                .collect();
            FakePartition {
                leader: replicas[0],
                epoch: 5,
                isr: replicas.clone(),
                replicas,
                offline: Vec::new(),
                start: 100,
                stable: 990 + i64::from(index),
                end: 1000 + i64::from(index),
                written: None,
                bytes: 1 << 20,
                error: 0,
                records: bytes::Bytes::new(),
                aborted: Vec::new(),
            }
        };
        let topic = FakeTopic {
            id: Uuid::from_u128(0xF000 + shift as u128),
            internal: name.starts_with("__"),
            error: 0,
            partitions: (0..partitions).map(partition).collect(),
            configs: BTreeMap::from([("min.insync.replicas".into(), "2".into())]),
        };
        self.topics.insert(name.into(), topic);
        self
    }

    /// Adds a group that has committed ten below the end of every partition of these topics, with one member that
    /// reads them all.
    #[must_use]
    pub fn group(mut self, name: &str, kind: &str, topics: &[&str]) -> Self {
        let ids: Vec<i32> = self.brokers.keys().copied().collect();
        let mut offsets = BTreeMap::new();
        let mut assignment = BTreeMap::new();
        for topic in topics {
            for (index, partition) in (0_i32..).zip(&self.topics[*topic].partitions) {
                offsets.insert(((*topic).to_owned(), index), partition.end - 10);
                assignment
                    .entry((*topic).to_owned())
                    .or_insert_with(Vec::new)
                    .push(index);
            }
        }
        let member = FakeMember {
            id: format!("{name}-client-1"),
            client_id: format!("{name}-client"),
            host: "/10.0.0.7".into(),
            assignment,
            raw_assignment: None,
        };
        let protocol_type = if kind == "classic" { "consumer" } else { kind };
        let group = FakeGroup {
            kind: kind.into(),
            protocol_type: protocol_type.into(),
            state: "Stable".into(),
            coordinator: ids[self.groups.len() % ids.len()],
            members: vec![member],
            offsets,
            error: 0,
        };
        self.groups.insert(name.into(), group);
        self
    }

    /// `topics` topics of `partitions` each and `groups` groups, in turn of each of the types classic and consumer,
    /// each on one topic.
    pub fn volume(brokers: i32, topics: usize, partitions: i32, groups: usize) -> Self {
        let mut world = Self::new(brokers);
        for topic in 0..topics {
            world = world.topic(&format!("topic-{topic:05}"), partitions);
        }
        for group in 0..groups {
            let kind = if group % 2 == 0 {
                "classic"
            } else {
                "consumer"
            };
            let topic = format!("topic-{:05}", group % topics);
            world = world.group(&format!("group-{group:05}"), kind, &[&topic]);
        }
        world
    }

    /// Brokers speak no higher version of this kind.
    #[must_use]
    pub fn capped(mut self, api: i16, highest: i16) -> Self {
        let low = self.versions[&api].0;
        self.versions.insert(api, (low, highest));
        self
    }

    /// Brokers do not know this kind.
    #[must_use]
    pub fn without(mut self, api: i16) -> Self {
        self.versions.remove(&api);
        self
    }

    /// The range that a broker tells.
    pub fn range(&self, broker: i32, api: i16) -> Option<(i16, i16)> {
        self.versions_of
            .get(&(broker, api))
            .or_else(|| self.versions.get(&api))
            .copied()
    }
}

/// What brokers of Apache Kafka 4.3.1 tell of the kinds that are answered here.
fn kafka_4_3() -> BTreeMap<i16, (i16, i16)> {
    BTreeMap::from([
        (api::FETCH, (4, 18)),
        (api::LIST_OFFSETS, (1, 11)),
        (api::METADATA, (0, 13)),
        (api::OFFSET_FETCH, (1, 10)),
        (api::FIND_COORDINATOR, (0, 6)),
        (api::DESCRIBE_GROUPS, (0, 6)),
        (api::LIST_GROUPS, (0, 5)),
        (api::SASL_HANDSHAKE, (0, 1)),
        (api::API_VERSIONS, (0, 4)),
        (api::DESCRIBE_CONFIGS, (1, 4)),
        (api::DESCRIBE_LOG_DIRS, (1, 5)),
        (api::SASL_AUTHENTICATE, (0, 2)),
        (api::LIST_REASSIGNMENTS, (0, 0)),
        (api::DESCRIBE_QUORUM, (0, 2)),
        (api::DESCRIBE_CLUSTER, (0, 2)),
        (api::CONSUMER_DESCRIBE, (0, 1)),
        (api::SHARE_DESCRIBE, (1, 1)),
        (api::STREAMS_DESCRIBE, (0, 0)),
        (api::SHARE_OFFSETS, (0, 1)),
    ])
}
