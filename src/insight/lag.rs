//! Lag of a partition and of a group. Unknown is never 0.

use std::collections::BTreeMap;

use crate::model::{
    Fact, Group, GroupKind, Kafka, Member, Name, Partition, PartitionId, Site, Topic,
};

use super::count;

/// What the numbers of a partition amount to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PartitionState {
    /// Committed, within the log.
    Ok,
    /// Nothing is committed: where the group would start is not known.
    Uncommitted,
    /// Committed beyond the end: the log was cut or the commit set by hand. Counts as 0 in sums, which then carry a mark.
    Ahead,
    /// Committed before the log start: records between are gone.
    Lost,
    /// The partition has no leader, so its end is not known.
    NoLeader,
    /// The topic is no longer there; its commits are.
    Deleted,
    /// The end offset has not been answered.
    Unknown,
    /// The commit or the end is of an earlier round than the other: no lag can be made of them.
    Stale,
}

impl PartitionState {
    /// One word, as in JSON and on screen.
    pub fn word(self) -> &'static str {
        match self {
            PartitionState::Ok => "ok",
            PartitionState::Uncommitted => "uncommitted",
            PartitionState::Ahead => "ahead",
            PartitionState::Lost => "lost",
            PartitionState::NoLeader => "no leader",
            PartitionState::Deleted => "deleted",
            PartitionState::Unknown => "unknown",
            PartitionState::Stale => "stale",
        }
    }
}

/// One partition of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct PartitionLag<'a> {
    pub id: PartitionId,
    pub start: Option<i64>,
    /// Of a share group: the share-partition start offset.
    pub committed: Option<i64>,
    pub end: Option<Fact<i64>>,
    /// end - committed as Kafka's tool prints it: negative where the commit is ahead. Of a share group what the broker
    /// answers.
    pub lag: Option<i64>,
    pub state: PartitionState,
    pub leader: Option<i32>,
    pub owner: Option<&'a Member>,
}

/// Which partitions of a group are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// Committed or owned.
    All,
    /// Committed only: enough for a sum, and cheaper.
    Committed,
}

/// What holds for all partitions of a group.
struct Whole {
    share: bool,
    /// Its commits are of the last whole round.
    fresh: bool,
    /// Topics were read, so that one that is not among them is gone.
    knows_topics: bool,
}

/// Committed offset, and the lag where the broker tells it.
type Told = (Option<i64>, Option<i64>);

impl Whole {
    fn of(kafka: &Kafka, group: &Group) -> Self {
        Whole {
            share: group.listed.kind == GroupKind::Share,
            fresh: group.has_fresh_commits(kafka),
            knows_topics: kafka.cluster.is_some() && !kafka.topics.is_empty(),
        }
    }

    fn state(
        &self,
        partition: Option<&Partition>,
        committed: Option<i64>,
        start: Option<i64>,
        lag: Option<i64>,
    ) -> PartitionState {
        let Some(partition) = partition else {
            return if self.knows_topics {
                PartitionState::Deleted
            } else {
                PartitionState::Unknown
            };
        };
        let Some(committed) = committed else {
            return PartitionState::Uncommitted;
        };
        if partition.leader.is_none() {
            return PartitionState::NoLeader;
        }
        match lag {
            None => PartitionState::Unknown,
            Some(lag) if lag < 0 => PartitionState::Ahead,
            _ if start.is_some_and(|start| committed < start) => PartitionState::Lost,
            _ => PartitionState::Ok,
        }
    }

    fn row<'a>(
        &self,
        kafka: &Kafka,
        (name, topic): (&Name, Option<&Topic>),
        index: i32,
        (committed, broker_lag): Told,
        owner: Option<&'a Member>,
    ) -> PartitionLag<'a> {
        let found = topic.and_then(|topic| topic.partition(index));
        let leader = found.and_then(|(p, _)| p.leader);
        let offsets = found.map(|(_, offsets)| offsets).unwrap_or_default();
        // Without a leader the old end is not the end any more.
        let end = leader.and(offsets.end);
        let same_round =
            self.fresh && end.is_none_or(|end| self.share || kafka.is_of_round(end.at));
        let lag = if !same_round {
            None
        } else if self.share {
            broker_lag
        } else {
            end.and_then(|end| Some(end.value - committed?))
        };
        let start = offsets.start.map(|start| start.value);
        let state = self.state(found.map(|(p, _)| p), committed, start, lag);
        PartitionLag {
            id: PartitionId {
                topic: name.clone(),
                partition: index,
            },
            state: match state {
                PartitionState::Unknown if !same_round => PartitionState::Stale,
                state => state,
            },
            start,
            committed,
            end,
            lag,
            leader: leader.map(|leader| leader.0),
            owner,
        }
    }
}

/// The partitions of a group, sorted by topic and partition: those with a commit, and those that a member owns.
pub fn group_partitions<'a>(site: &'a Site, group: &'a Group, want: Want) -> Vec<PartitionLag<'a>> {
    let kafka = &site.kafka;
    let whole = Whole::of(kafka, group);
    let commits = group.commits(kafka).into_iter();
    let commits = commits.flat_map(|commits| &commits.value.topics);
    if want == Want::Committed {
        // They are sorted as they were read.
        return commits
            .flat_map(|(name, partitions)| {
                let topic = (name, kafka.topics.get(name));
                let whole = &whole;
                let made = partitions.iter().filter(|commit| commit.offset.is_some());
                made.map(move |of| whole.row(kafka, topic, of.partition, (of.offset, of.lag), None))
            })
            .collect();
    }
    let mut owners: BTreeMap<(&Name, i32), &Member> = BTreeMap::new();
    for member in group
        .members
        .iter()
        .flat_map(|members| &members.value.members)
    {
        for owned in &member.owned {
            for partition in &owned.partitions {
                owners.insert((&owned.topic, *partition), member);
            }
        }
    }
    let mut rows: BTreeMap<(&Name, i32), Told> =
        owners.keys().map(|key| (*key, (None, None))).collect();
    for (topic, partitions) in commits {
        for commit in partitions {
            // A commit that was never made says nothing of a partition that nobody owns.
            if commit.offset.is_some() || owners.contains_key(&(topic, commit.partition)) {
                rows.insert((topic, commit.partition), (commit.offset, commit.lag));
            }
        }
    }
    rows.into_iter()
        .map(|((name, index), told)| {
            let owner = owners.get(&(name, index)).copied();
            let topic = (name, kafka.topics.get(name));
            whole.row(kafka, topic, index, told, owner)
        })
        .collect()
}

/// The lag of a group: a sum of what is known, and how many parts are not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupLag {
    /// Sum over the partitions whose lag is known; those ahead count as 0. None when none is known.
    pub known: Option<i64>,
    pub partitions: usize,
    /// Partitions whose end or commit could not be had.
    pub unknown: usize,
    pub uncommitted: usize,
    pub ahead: usize,
    pub lost: usize,
}

impl GroupLag {
    /// Whether the sum leaves something out or counts something as 0.
    pub fn is_marked(&self) -> bool {
        self.unknown + self.ahead > 0
    }

    /// The sum, where it leaves nothing out.
    pub fn whole(&self) -> Option<i64> {
        self.known.filter(|_| self.unknown == 0)
    }

    /// The sum in words, which say if it leaves something out.
    pub fn words(&self) -> String {
        match (self.known, self.unknown) {
            (None, _) => "unknown".to_owned(),
            (Some(known), 0) => known.to_string(),
            (Some(known), _) => format!("at least {known}"),
        }
    }

    /// What the sum leaves out, if anything.
    pub fn left_out(&self) -> Option<String> {
        let all = count(self.partitions, "partition");
        (self.unknown > 0).then(|| format!("{} of {all} unknown", self.unknown))
    }
}

/// Adds up the lag of a group.
pub fn group_lag(partitions: &[PartitionLag<'_>]) -> GroupLag {
    let mut sum = GroupLag {
        partitions: partitions.len(),
        ..GroupLag::default()
    };
    for partition in partitions {
        match partition.state {
            PartitionState::Uncommitted => sum.uncommitted += 1,
            // As Kafka's own tools, a deleted topic is no part of the sum; it stays on the page.
            PartitionState::Deleted => {}
            PartitionState::NoLeader | PartitionState::Unknown | PartitionState::Stale => {
                sum.unknown += 1;
            }
            PartitionState::Ok | PartitionState::Lost | PartitionState::Ahead => {
                sum.ahead += usize::from(partition.state == PartitionState::Ahead);
                sum.lost += usize::from(partition.state == PartitionState::Lost);
                match partition.lag {
                    Some(lag) => sum.known = Some(sum.known.unwrap_or(0) + lag.max(0)),
                    None => sum.unknown += 1,
                }
            }
        }
    }
    sum
}
