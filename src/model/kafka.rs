//! Rows of what Kafka knows: brokers, topics with their partitions, groups with their commits and members.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use serde::{Deserialize, Serialize};

use super::{BrokerId, Name, PartitionId, PodId, Row, Table, Time};

/// A value and the moment at which it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact<T> {
    pub value: T,
    pub at: Time,
}

/// A broker as the cluster's metadata names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broker {
    pub id: BrokerId,
    pub host: Name,
    pub port: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rack: Option<Name>,
}

/// The cluster itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Name>,
    /// The leader of the metadata quorum (`KRaft`), not what Metadata answers: that is any live broker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub controller: Option<BrokerId>,
    pub brokers: Vec<Broker>,
    /// Where Kafka's own tools reach the brokers, when they cannot be reached from here but through the API server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inside: Option<Inside>,
}

/// A broker's pod, and where in it Kafka's tools are: a prefix of their names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inside {
    pub pod: PodId,
    pub tools: Name,
}

/// A partition as metadata has it. `replicas` are in order of preference.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partition {
    pub index: i32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leader: Option<BrokerId>,
    pub epoch: i32,
    pub replicas: Vec<BrokerId>,
    pub isr: Vec<BrokerId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offline: Vec<BrokerId>,
    /// Replicas that a reassignment adds: they are not missed before the move is over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adding: Vec<BrokerId>,
}

impl Partition {
    /// Replicas that should be in sync and are not; as Kafka's own tool counts, without those being added.
    pub fn lagging(&self) -> impl Iterator<Item = BrokerId> + '_ {
        let missed = |id: &BrokerId| !self.isr.contains(id) && !self.adding.contains(id);
        self.replicas.iter().copied().filter(missed)
    }
}

/// A topic as metadata has it, partitions sorted by index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicMetadata {
    pub name: Name,
    /// The topic's id: another id under the same name is another topic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Name>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub internal: bool,
    pub partitions: Vec<Partition>,
}

/// One answer of Metadata, DescribeCluster and DescribeQuorum together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    pub cluster: Cluster,
    pub topics: Vec<TopicMetadata>,
}

/// The settings of a topic that change what its numbers mean.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicConfig {
    pub topic: Name,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_isr: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cleanup_policy: Option<Name>,
    /// Milliseconds and bytes; None for "for ever", as Kafka's -1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_ms: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_bytes: Option<i64>,
}

/// Which end of a log was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OffsetKind {
    /// The log start (EARLIEST).
    Start,
    /// The high watermark (LATEST, read_uncommitted).
    End,
    /// The last stable offset (LATEST, read_committed).
    Stable,
}

/// Offsets of one topic's partitions, those that answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicOffsets {
    pub topic: Name,
    pub offsets: Vec<(i32, i64)>,
}

/// One round of ListOffsets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OffsetListing {
    pub kind: OffsetKind,
    pub topics: Vec<TopicOffsets>,
}

/// When the record at an offset was written, found by its timestamp.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    pub id: PartitionId,
    pub offset: i64,
    pub written: Time,
    /// Milliseconds by which it may be off.
    pub within: i64,
}

/// What we hold of a partition besides its metadata.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PartitionOffsets {
    pub start: Option<Fact<i64>>,
    pub end: Option<Fact<i64>>,
    pub stable: Option<Fact<i64>>,
    /// Size of the leader's log.
    pub bytes: Option<u64>,
}

/// A topic: metadata, settings, offsets. `offsets` runs along `meta.partitions`.
#[derive(Clone, Debug, PartialEq)]
pub struct Topic {
    pub meta: TopicMetadata,
    pub config: Option<TopicConfig>,
    pub offsets: Vec<PartitionOffsets>,
    /// Bytes of all replicas, once every broker that holds one has answered at some time.
    pub bytes: Option<u64>,
    /// When it was seen to have another id than before: deleted, and made again under its name.
    pub recreated: Option<Time>,
    /// When it was seen to have more partitions than before, and the first of those.
    pub grown: Option<(Time, i32)>,
}

impl Topic {
    /// The partition and what is known of its log.
    pub fn partition(&self, index: i32) -> Option<(&Partition, PartitionOffsets)> {
        let at = self
            .meta
            .partitions
            .binary_search_by_key(&index, |p| p.index)
            .ok()?;
        Some((
            self.meta.partitions.get(at)?,
            self.offsets.get(at).copied().unwrap_or_default(),
        ))
    }
}

impl Row for Topic {
    type Key = Name;
    fn key(&self) -> Name {
        self.meta.name.clone()
    }
    fn order(&self, key: &Name) -> Ordering {
        self.meta.name.cmp(key)
    }
}

/// The protocol a group speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupKind {
    Classic,
    /// KIP-848.
    Consumer,
    Share,
    Streams,
    Other,
}

impl GroupKind {
    /// The word that Kafka's tools use, in small letters.
    pub fn word(self) -> &'static str {
        match self {
            GroupKind::Classic => "classic",
            GroupKind::Consumer => "consumer",
            GroupKind::Share => "share",
            GroupKind::Streams => "streams",
            GroupKind::Other => "other",
        }
    }
}

/// A group as its coordinator lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedGroup {
    pub id: Name,
    pub kind: GroupKind,
    /// `consumer`, `connect`, … Only `consumer` has assignments that can be read.
    pub protocol_type: Name,
    pub state: Name,
    pub coordinator: BrokerId,
}

/// One round of ListGroups: a group of a broker that did not answer is kept as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupListing {
    pub answered: Vec<BrokerId>,
    pub groups: Vec<ListedGroup>,
}

/// What is committed for a partition. Of a share group `offset` is the share-partition start offset and `lag` what the
/// broker answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommittedPartition {
    pub partition: i32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lag: Option<i64>,
}

/// All commits of one group, by topic; topics and partitions sorted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupCommits {
    pub group: Name,
    pub topics: Vec<(Name, Vec<CommittedPartition>)>,
}

/// The partitions of one topic that a member owns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owned {
    pub topic: Name,
    pub partitions: Vec<i32>,
}

/// A member of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub id: Name,
    pub client_id: Name,
    /// Where the coordinator sees it come from, without the slash that Java puts in front.
    pub host: Name,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_id: Option<Name>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<i32>,
    pub owned: Vec<Owned>,
    /// When we saw it first.
    #[serde(skip)]
    pub since: Option<Time>,
}

/// What a group's members agreed on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberSetting {
    /// The assignor's name.
    pub assignor: Name,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<i32>,
}

/// One group's description.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupMembers {
    pub group: Name,
    pub state: Name,
    pub setting: MemberSetting,
    pub members: Vec<Member>,
    /// The group moves partitions about, so `members` own nothing now: the last owners stay, marked stale.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rebalancing: bool,
}

/// A group, joined from its listing, its commits and its description.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    pub listed: ListedGroup,
    /// When the coordinator listed it last.
    pub listed_at: Time,
    commits: Option<Fact<GroupCommits>>,
    /// Read in a round whose end offsets are still to come: a lag is made of both or of neither.
    pending: Option<Fact<GroupCommits>>,
    pub members: Option<Fact<GroupMembers>>,
    /// The owners shown are those of before the rebalance.
    pub owners_stale: bool,
}

impl Group {
    /// A group that was listed for the first time.
    pub fn new(listed: ListedGroup, listed_at: Time) -> Self {
        Group {
            listed,
            listed_at,
            commits: None,
            pending: None,
            members: None,
            owners_stale: false,
        }
    }

    /// Takes in what is committed. The very first is shown at once: there is nothing older that it would disagree with.
    pub(super) fn commit(&mut self, read: Fact<GroupCommits>) {
        if self.commits.is_none() {
            self.commits = Some(read);
        } else {
            self.pending = Some(read);
        }
    }

    /// What was read in the round that just ended takes the place of what was read before.
    pub(super) fn close(&mut self) {
        if let Some(read) = self.pending.take() {
            self.commits = Some(read);
        }
    }

    /// Its commits of a round whose end offsets are still to come.
    pub(super) fn pending(&self, kafka: &Kafka) -> Option<&Fact<GroupCommits>> {
        self.pending.as_ref().filter(|_| !kafka.closing)
    }

    /// Its commits of the last round that came to its end, or of an earlier one where its coordinator did not answer.
    pub fn commits(&self, kafka: &Kafka) -> Option<&Fact<GroupCommits>> {
        let closed = self.pending.as_ref().filter(|_| kafka.closing);
        closed.or(self.commits.as_ref())
    }

    /// Whether its commits, if it has any, are of the last whole round: its coordinator answered.
    pub fn has_fresh_commits(&self, kafka: &Kafka) -> bool {
        self.commits(kafka)
            .is_none_or(|commits| kafka.is_of_round(commits.at))
    }
}

impl Row for Group {
    type Key = Name;
    fn key(&self) -> Name {
        self.listed.id.clone()
    }
    fn order(&self, key: &Name) -> Ordering {
        self.listed.id.cmp(key)
    }
}

/// One replica in a log dir.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirReplica {
    pub topic: Name,
    pub partition: i32,
    pub bytes: u64,
}

/// One log dir of a broker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogDir {
    pub path: Name,
    /// Why the dir cannot be read, where it cannot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Name>,
    /// Of the volume; None below Kafka 3.3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usable: Option<u64>,
    pub replicas: Vec<DirReplica>,
}

/// All log dirs of a broker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrokerDisk {
    pub broker: BrokerId,
    pub dirs: Vec<LogDir>,
}

impl BrokerDisk {
    /// Bytes of all replicas on this broker.
    pub fn bytes(&self) -> u64 {
        self.dirs
            .iter()
            .flat_map(|dir| &dir.replicas)
            .map(|replica| replica.bytes)
            .sum()
    }

    /// Used share of all its volumes, 0 to 1; None where one of them does not tell.
    pub fn used_share(&self) -> Option<f64> {
        let mut volumes = self.dirs.iter().map(|dir| Some((dir.total?, dir.usable?)));
        let (total, usable) = volumes.try_fold((0, 0), |(all, free), volume| {
            let (total, usable) = volume?;
            Some((all + total, free + usable))
        })?;
        (total > 0).then(|| 1.0 - usable as f64 / total as f64)
    }
}

/// A partition that is moving.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reassignment {
    pub id: PartitionId,
    pub adding: Vec<BrokerId>,
    pub removing: Vec<BrokerId>,
}

/// Everything known of one Kafka cluster.
#[derive(Clone, Debug, Default)]
pub struct Kafka {
    pub cluster: Option<Fact<Cluster>>,
    pub topics: Table<Topic>,
    pub groups: Table<Group>,
    pub disks: BTreeMap<BrokerId, Fact<BrokerDisk>>,
    pub reassignments: Vec<Reassignment>,
    /// Of the partitions whose groups are looked at, sorted by partition and offset.
    pub stamps: Vec<Stamp>,
    /// When the groups were listed last, and when that was in the last round that came to its end.
    pub listed_at: Option<Time>,
    pub round: Option<Time>,
    /// Milliseconds between that round and the one before it.
    pub round_every: Option<i64>,
    /// Ids of topics that are gone, so that one that comes back under its name is known for another.
    pub(super) gone: BTreeMap<Name, Option<Name>>,
    /// That round's commits are being put in the place of the earlier ones.
    pub(super) closing: bool,
}

impl Kafka {
    /// Topics that are gone and whose ids are remembered.
    pub const GONE: usize = 1_024;

    /// Remembers the ids of topics that are not among these rows, and forgets those that are.
    pub(super) fn remember_gone(&mut self, rows: &[Topic]) {
        let known = rows
            .iter()
            .filter(|row| self.topics.get(&row.meta.name).is_some());
        if known.count() == self.topics.len() && self.gone.is_empty() {
            return;
        }
        let here: BTreeSet<&Name> = rows.iter().map(|row| &row.meta.name).collect();
        self.gone.retain(|name, _| !here.contains(name));
        for topic in self.topics.iter() {
            if !here.contains(&topic.meta.name) && self.gone.len() < Self::GONE {
                self.gone
                    .insert(topic.meta.name.clone(), topic.meta.id.clone());
            }
        }
    }

    /// Whether something read at this moment belongs to the last whole round. What is older comes from a broker that did
    /// not answer in it, and says nothing beside fresh numbers.
    pub fn is_of_round(&self, at: Time) -> bool {
        self.round.is_none_or(|began| at >= began)
    }

    pub fn broker(&self, id: BrokerId) -> Option<&Broker> {
        self.cluster
            .as_ref()?
            .value
            .brokers
            .iter()
            .find(|broker| broker.id == id)
    }

    /// When the newest record was written that is not after this offset and whose time is known, and its offset.
    pub fn stamp(&self, id: &PartitionId, offset: i64) -> Option<(Time, i64)> {
        let after = self
            .stamps
            .partition_point(|stamp| (&stamp.id, stamp.offset) <= (id, offset));
        let stamp = self.stamps.get(after.checked_sub(1)?)?;
        (stamp.id == *id).then_some((stamp.written, stamp.offset))
    }

    pub fn partition(&self, id: &PartitionId) -> Option<(&Partition, PartitionOffsets)> {
        self.topics.get(&id.topic)?.partition(id.partition)
    }
}
