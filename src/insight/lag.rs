//! Lag of a partition and of a group. Unknown is never 0.

mod law;

pub use law::{Facts, Isolation, Lawful, Marks, PartitionState, Presence, Round, law};

use std::collections::BTreeMap;

use crate::model::{Fact, Group, GroupKind, Kafka, Member, Name, PartitionId, Site, Time, Topic};

use super::{PartitionHealth, count, partition_health};

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
    /// Records that were deleted before they were read; None where the log start or the commit is not known.
    pub lost: Option<i64>,
    /// Records that can still be read.
    pub readable: Option<i64>,
    /// The last stable offset.
    pub stable: Option<i64>,
    pub state: PartitionState,
    pub marks: Marks,
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
    kind: GroupKind,
    /// Of when its commits are.
    commits: Round,
    /// Topics were read, so that one that is not among them is gone.
    knows_topics: bool,
}

/// Committed offset, and the lag where the broker tells it.
type Told = (Option<i64>, Option<i64>);

impl Whole {
    fn of(kafka: &Kafka, group: &Group) -> Self {
        let read = group.commits(kafka).map(|commits| commits.at);
        Whole {
            kind: group.listed.kind,
            commits: read.map_or(Round::Same, |at| round_of(kafka, at)),
            knows_topics: kafka.cluster.is_some() && !kafka.topics.is_empty(),
        }
    }

    fn row<'a>(
        &self,
        kafka: &Kafka,
        (name, topic): (&Name, Option<&Topic>),
        index: i32,
        (committed, told): Told,
        owner: Option<&'a Member>,
    ) -> PartitionLag<'a> {
        let found = topic.and_then(|topic| Some((topic, topic.partition(index)?)));
        let leader = found.and_then(|(_, (p, _))| p.leader);
        let offsets = found.map(|(_, (_, offsets))| offsets).unwrap_or_default();
        let end = leader.and(offsets.end);
        let share = self.kind == GroupKind::Share;
        let ends = end
            .filter(|_| !share)
            .map_or(Round::Same, |end| round_of(kafka, end.at));
        let start = offsets.start.map(|start| start.value);
        let config = topic.and_then(|topic| topic.config.as_ref());
        let lawful = law(&Facts {
            presence: match found {
                Some(_) => Presence::There,
                None if self.knows_topics => Presence::Deleted,
                None => Presence::Unread,
            },
            round: worse(self.commits, ends),
            has_leader: leader.is_some(),
            recreated: topic.is_some_and(|topic| topic.recreated.is_some()),
            start,
            committed,
            end: end.map(|end| end.value),
            stable: offsets.stable.map(|stable| stable.value),
            told,
            under_min_isr: found.is_some_and(|(topic, (partition, _))| {
                partition_health(topic, partition) == PartitionHealth::UnderMinIsr
            }),
            compacted: config
                .and_then(|config| config.cleanup_policy.as_ref())
                .is_some_and(|policy| policy.contains("compact")),
            new: topic.is_some_and(|topic| is_new(topic, index, kafka.round)),
            ..Facts::of(self.kind)
        });
        PartitionLag {
            id: PartitionId {
                topic: name.clone(),
                partition: index,
            },
            start,
            committed,
            end,
            lag: lawful.lag,
            lost: lawful.lost,
            readable: lawful.readable,
            stable: offsets.stable.map(|stable| stable.value),
            state: lawful.state,
            marks: lawful.marks,
            leader: leader.map(|leader| leader.0),
            owner,
        }
    }
}

/// Rounds after which what was read last says nothing any more.
const ROUNDS: i64 = 3;

fn round_of(kafka: &Kafka, read: Time) -> Round {
    if kafka.is_of_round(read) {
        return Round::Same;
    }
    let every = kafka.round_every.filter(|every| *every > 0);
    match (kafka.round, every) {
        (Some(round), Some(every)) if round.since(read) > ROUNDS * every => Round::Old,
        _ => Round::Earlier,
    }
}

fn worse(a: Round, b: Round) -> Round {
    match (a, b) {
        (Round::Old, _) | (_, Round::Old) => Round::Old,
        (Round::Earlier, _) | (_, Round::Earlier) => Round::Earlier,
        (Round::Same, Round::Same) => Round::Same,
    }
}

/// Added within what consumers take by default to find new partitions (`metadata.max.age.ms`).
fn is_new(topic: &Topic, partition: i32, now: Option<Time>) -> bool {
    const AGE_MILLIS: i64 = 300_000;
    topic.grown.is_some_and(|(at, first)| {
        partition >= first && now.is_some_and(|now| now.since(at) <= AGE_MILLIS)
    })
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

impl GroupLag {
    /// Takes in one partition.
    pub fn add(&mut self, state: PartitionState, lag: Option<i64>, lost: Option<i64>) {
        self.partitions += 1;
        match state {
            PartitionState::Uncommitted => self.uncommitted += 1,
            // As Kafka's own tools, a deleted topic is no part of the sum; it stays on the page.
            PartitionState::Deleted => return,
            PartitionState::NoLeader | PartitionState::Unknown | PartitionState::Stale => {
                self.unknown += 1;
                return;
            }
            PartitionState::Ahead | PartitionState::Recreated => self.ahead += 1,
            PartitionState::Ok | PartitionState::AtRisk | PartitionState::Lost => {
                self.lost += usize::from(lost.is_some_and(|lost| lost > 0));
            }
        }
        match lag {
            Some(lag) => self.known = Some(self.known.unwrap_or(0) + lag.max(0)),
            // Where nothing is committed nothing is missing: the start of the group is nobody's knowledge.
            None if state == PartitionState::Uncommitted => {}
            None => self.unknown += 1,
        }
    }
}

/// Adds up the lag of a group.
pub fn group_lag(partitions: &[PartitionLag<'_>]) -> GroupLag {
    let mut sum = GroupLag::default();
    for of in partitions {
        sum.add(of.state, of.lag, of.lost);
    }
    sum
}
