//! The lag law: what the offsets of one partition amount to. Unknown is never 0.

use crate::model::GroupKind;

/// Where a reader stops.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Isolation {
    /// At the high watermark: as Kafka's own tools count.
    #[default]
    ReadUncommitted,
    /// At the last stable offset.
    ReadCommitted,
}

/// What is known of the partition itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Presence {
    #[default]
    There,
    /// The topic, or the partition, is no longer in the metadata.
    Deleted,
    /// No metadata was read.
    Unread,
}

/// Of when the offsets are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Round {
    /// Of the last round, both of them.
    #[default]
    Same,
    /// One of them is of an earlier round: no lag can be made of the two.
    Earlier,
    /// One of them is older than three rounds.
    Old,
}

/// What one poll knows of a partition of a group.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    pub kind: GroupKind,
    pub isolation: Isolation,
    pub presence: Presence,
    pub round: Round,
    pub has_leader: bool,
    /// The topic was deleted and made again under its name.
    pub recreated: bool,
    pub start: Option<i64>,
    /// Of a share group: the share-partition start offset.
    pub committed: Option<i64>,
    /// The high watermark.
    pub end: Option<i64>,
    /// The last stable offset.
    pub stable: Option<i64>,
    /// What the broker itself answers: of a share group.
    pub told: Option<i64>,
    /// Fewer replicas are in sync than min.insync.replicas.
    pub under_min_isr: bool,
    /// cleanup.policy has `compact`.
    pub compacted: bool,
    /// The partition was added less than five minutes ago.
    pub new: bool,
    /// That the commit is before the log start has held for two polls and two commits.
    pub loss_is_sure: bool,
}

impl Facts {
    pub fn of(kind: GroupKind) -> Self {
        Facts {
            kind,
            isolation: Isolation::default(),
            presence: Presence::There,
            round: Round::Same,
            has_leader: true,
            recreated: false,
            start: None,
            committed: None,
            end: None,
            stable: None,
            told: None,
            under_min_isr: false,
            compacted: false,
            new: false,
            loss_is_sure: false,
        }
    }
}

/// What the numbers of a partition amount to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PartitionState {
    /// Committed, within the log.
    Ok,
    /// Nothing is committed: where the group would start is not known.
    Uncommitted,
    /// Committed beyond the end: the log was cut or the commit set by hand. Counts as 0 in sums, which then carry a mark.
    Ahead,
    /// As Ahead, and the topic was deleted and made again since.
    Recreated,
    /// Committed before the log start, for one look: the reader may have read on without committing.
    AtRisk,
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
            PartitionState::Recreated => "recreated",
            PartitionState::AtRisk => "at risk",
            PartitionState::Lost => "lost",
            PartitionState::NoLeader => "no leader",
            PartitionState::Deleted => "deleted",
            PartitionState::Unknown => "unknown",
            PartitionState::Stale => "stale",
        }
    }
}

/// What else is to be known of a number that looks as it should.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// The high watermark does not move while too few replicas are in sync: there may be more than it shows.
    pub frozen: bool,
    /// Offsets were compacted away: there are at most so many records.
    pub at_most: bool,
    /// Just added, and the group may not have found it yet.
    pub new: bool,
}

impl Marks {
    /// The words of JSON.
    pub fn words(self) -> Vec<&'static str> {
        let marks = [
            (self.frozen, "hw frozen"),
            (self.at_most, "compacted"),
            (self.new, "new"),
        ];
        marks
            .into_iter()
            .filter(|(set, _)| *set)
            .map(|(_, word)| word)
            .collect()
    }
}

/// A partition by the law.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lawful {
    /// end - committed as Kafka's tools print it: negative where the commit is ahead.
    pub lag: Option<i64>,
    /// Records that were deleted before they were read.
    pub lost: Option<i64>,
    /// Records that can still be read.
    pub readable: Option<i64>,
    pub state: PartitionState,
    pub marks: Marks,
}

/// Applies the law.
pub fn law(of: &Facts) -> Lawful {
    // Without a leader the old end is not the end any more.
    let end = match of.isolation {
        Isolation::ReadUncommitted => of.end,
        Isolation::ReadCommitted => of.stable,
    }
    .filter(|_| of.has_leader);
    let known = of.presence == Presence::There && of.round == Round::Same;
    let raw = match of.kind {
        GroupKind::Share => of.told,
        // As Kafka's tool: a task without a commit starts at the log start.
        GroupKind::Streams => end
            .zip(of.committed.or(of.start))
            .map(|(end, from)| end.saturating_sub(from)),
        _ => end
            .zip(of.committed)
            .map(|(end, committed)| end.saturating_sub(committed)),
    };
    let lag = raw.filter(|_| known && of.has_leader);
    let lost = of
        .start
        .zip(of.committed)
        .map(|(start, committed)| start.saturating_sub(committed).max(0));
    let readable = end
        .zip(of.committed)
        .filter(|_| known)
        .map(|(end, committed)| {
            end.saturating_sub(committed.max(of.start.unwrap_or(committed)))
                .max(0)
        });
    let ahead = lag.is_some_and(|lag| lag < 0);
    let state = match of.presence {
        Presence::Deleted => PartitionState::Deleted,
        Presence::Unread => PartitionState::Unknown,
        Presence::There
            if of.committed.is_none() && (of.kind != GroupKind::Streams || lag.is_some()) =>
        {
            PartitionState::Uncommitted
        }
        Presence::There if !of.has_leader => PartitionState::NoLeader,
        Presence::There if of.round == Round::Old => PartitionState::Unknown,
        Presence::There if of.round == Round::Earlier => PartitionState::Stale,
        Presence::There if lag.is_none() => PartitionState::Unknown,
        Presence::There if ahead && of.recreated => PartitionState::Recreated,
        Presence::There if ahead => PartitionState::Ahead,
        Presence::There if lost.is_some_and(|lost| lost > 0) => {
            if of.loss_is_sure {
                PartitionState::Lost
            } else {
                PartitionState::AtRisk
            }
        }
        Presence::There => PartitionState::Ok,
    };
    Lawful {
        lag,
        lost,
        readable,
        state,
        marks: Marks {
            frozen: of.under_min_isr && of.presence == Presence::There,
            at_most: of.compacted,
            new: of.new && of.committed.is_none(),
        },
    }
}
