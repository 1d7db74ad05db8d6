//! The status of a partition of a group, from polled samples and without a threshold of lag.
//!
//! OffsetFetch tells no commit time, so Burrow's rules, which need them, call a healthy group late as often as the poll
//! and the commit beat against each other. These rules look at thirds of a window instead, and know how often the
//! group commits.

mod pace;
mod trend;

pub use pace::Pace;
pub use trend::Growth;

use crate::model::Time;

/// What the numbers of one poll were. A poll that did not answer is no sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    pub at: Time,
    pub committed: Option<i64>,
    /// The high watermark.
    pub end: i64,
    /// The log start, where it was known at that moment.
    pub start: Option<i64>,
    /// The last stable offset, where it was known at that moment.
    pub stable: Option<i64>,
    /// A member owned the partition.
    pub owned: bool,
}

impl Sample {
    fn lag(&self) -> i64 {
        (self.end - self.committed.unwrap_or(self.end)).max(0)
    }
}

/// Samples at an even distance, oldest first.
#[derive(Clone, Copy, Debug)]
pub struct Series<'a> {
    pub samples: &'a [Sample],
    /// Seconds between two of them.
    pub poll: f64,
}

/// What is the same for all samples.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Lag that is nobody's business.
    pub allowed_lag: i64,
    /// What markers of transactions leave at the end of an idle partition.
    pub residual: i64,
    /// Seconds between commits, see [`Pace`].
    pub commit_interval: f64,
}

impl Rules {
    /// Kafka's own `auto.commit.interval.ms`, in seconds.
    pub const COMMIT_INTERVAL: f64 = 5.0;
    pub const RESIDUAL: i64 = 5;

    pub fn new(commit_interval: f64) -> Self {
        Rules {
            allowed_lag: 0,
            residual: Self::RESIDUAL,
            commit_interval,
        }
    }

    /// Polls before anything is said: three commits must have had their chance.
    pub fn needed(&self, poll: f64) -> usize {
        // More than any window holds is as good as never.
        let commits = (3.0 * self.commit_interval / poll).ceil().min(1e6);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "within 0 and a million"
        )]
        let polls = commits.max(0.0) as usize + 1;
        polls.max(10)
    }
}

/// What is known of the partition and its group besides the samples.
#[derive(Clone, Copy, Debug, Default)]
pub struct Circumstances {
    /// The group has no member: Empty or Dead.
    pub empty: bool,
    pub deleted: bool,
    pub leaderless: bool,
    /// The topic has another id than when the offset was committed.
    pub recreated: bool,
    /// The partition of `__consumer_offsets` that holds the group's commits takes no writes.
    pub coordinator_degraded: bool,
}

/// What a partition amounts to. The order is that of severity: a group is as bad as its worst partition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    #[default]
    Ok,
    /// Behind by what markers of transactions leave at the end of an idle partition.
    Residual,
    /// The group has no member, and nothing is left to read.
    Idle,
    Deleted,
    /// Nothing is committed.
    NoCommit,
    /// Too few samples, or old ones.
    Unknown,
    NoLeader,
    /// The lag grows.
    Warn,
    /// The committed offset went back and has not come up again.
    Rewind,
    /// Committed beyond the end: the log was cut, or the commit was set by hand.
    Ahead,
    /// As Ahead, in a topic that was deleted and made again.
    Recreated,
    /// An open transaction holds up readers of committed records.
    Transaction,
    /// Commits cannot be written.
    Coordinator,
    /// Nothing is committed though a member owns the partition.
    Stall,
    /// Nothing is committed and nobody owns the partition.
    Stop,
    /// Records were deleted before they were read.
    Lost,
}

impl Status {
    /// Every status, mildest first.
    pub const ALL: &[Status] = &[
        Status::Ok,
        Status::Residual,
        Status::Idle,
        Status::Deleted,
        Status::NoCommit,
        Status::Unknown,
        Status::NoLeader,
        Status::Warn,
        Status::Rewind,
        Status::Ahead,
        Status::Recreated,
        Status::Transaction,
        Status::Coordinator,
        Status::Stall,
        Status::Stop,
        Status::Lost,
    ];

    /// The word of JSON.
    pub fn word(self) -> &'static str {
        match self {
            Status::Ok => "ok",
            Status::Residual => "residual",
            Status::Idle => "idle",
            Status::NoCommit => "no_commit",
            Status::Unknown => "unknown",
            Status::Deleted => "deleted",
            Status::NoLeader => "no_leader",
            Status::Warn => "warn",
            Status::Rewind => "rewind",
            Status::Ahead => "ahead",
            Status::Recreated => "recreated",
            Status::Transaction => "transaction",
            Status::Coordinator => "coordinator",
            Status::Stall => "stall",
            Status::Stop => "stop",
            Status::Lost => "lost",
        }
    }

    /// Whether somebody should look at it.
    pub fn is_bad(self) -> bool {
        self >= Status::Warn
    }
}

/// A committed offset that went back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rewound {
    pub at: Time,
    pub from: i64,
    pub to: i64,
}

/// A status, and the numbers that it was made from.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Judgement {
    pub status: Status,
    /// Samples looked at, and how many were needed.
    pub samples: usize,
    pub needed: usize,
    pub rewound: Option<Rewound>,
    pub growth: Option<Growth>,
    /// Since when the committed offset has not moved, where that is what the status says.
    pub still_since: Option<Time>,
}

/// Judges a partition at a moment. The first of the series is the finest; where its samples do not reach back far enough
/// the next is looked at.
pub fn judge(series: &[Series<'_>], rules: &Rules, of: Circumstances, now: Time) -> Judgement {
    let window = series
        .iter()
        .find(|one| one.samples.len() >= rules.needed(one.poll));
    let first = series.first();
    let mut told = Judgement {
        samples: first.map_or(0, |one| one.samples.len()),
        needed: first.map_or(0, |one| rules.needed(one.poll)),
        ..Judgement::default()
    };
    told.status = Status::Unknown;
    let newest = first.and_then(|one| one.samples.last());
    let fresh =
        |poll: f64| newest.is_some_and(|newest| now.since(newest.at) as f64 <= 3_000.0 * poll);
    if of.deleted {
        told.status = Status::Deleted;
        return told;
    }
    if of.leaderless {
        told.status = Status::NoLeader;
        return told;
    }
    let (Some(window), Some(newest), Some(first)) = (window, newest, first) else {
        return told;
    };
    if !fresh(first.poll) {
        return told;
    }
    let needed = rules.needed(window.poll);
    let from = window.samples.len().saturating_sub(needed);
    let window = window.samples.get(from..).unwrap_or_default();
    if is_ahead(first.samples) {
        told.status = if of.recreated {
            Status::Recreated
        } else {
            Status::Ahead
        };
        return told;
    }
    if is_lost(first.samples, rules) {
        told.status = Status::Lost;
        return told;
    }
    let Some(committed) = newest.committed else {
        told.status = Status::NoCommit;
        return told;
    };
    if newest.lag() <= rules.allowed_lag {
        told.status = if of.empty { Status::Idle } else { Status::Ok };
        return told;
    }
    if window.iter().all(|of| of.committed == Some(committed)) {
        told.still_since = window.first().map(|first| first.at);
        told.status = stands_still(first.samples, window, rules, of);
        return told;
    }
    if let Some(rewound) = series.iter().find_map(|one| rewound(one.samples, now)) {
        told.rewound = Some(rewound);
        told.status = Status::Rewind;
        return told;
    }
    told.growth = trend::grows(series, rules);
    told.status = if told.growth.is_some() {
        Status::Warn
    } else {
        Status::Ok
    };
    told
}

/// In two polls: one alone may be the answer of a leader that was replaced.
fn is_ahead(samples: &[Sample]) -> bool {
    let ahead = |of: &Sample| of.committed.is_some_and(|committed| committed > of.end);
    let mut last = samples.iter().rev();
    matches!((last.next(), last.next()), (Some(a), Some(b)) if ahead(a) && ahead(b))
}

/// The commit is what is behind the log start, not always the reader: it may have read on without committing. So for two
/// polls, and for two commits.
fn is_lost(samples: &[Sample], rules: &Rules) -> bool {
    let Some(newest) = samples.last() else {
        return false;
    };
    let below = |of: &&Sample| {
        of.committed == newest.committed
            && matches!((of.committed, of.start), (Some(at), Some(start)) if at < start)
    };
    let held = samples.iter().rev().take_while(below);
    let (count, oldest) = held.fold((0, newest.at), |(count, _), of| (count + 1, of.at));
    count >= 2 && newest.at.since(oldest) as f64 >= 2_000.0 * rules.commit_interval
}

/// The committed offset did not move over the whole window.
fn stands_still(finest: &[Sample], window: &[Sample], rules: &Rules, of: Circumstances) -> Status {
    let Some(newest) = window.last() else {
        return Status::Unknown;
    };
    let committed = newest.committed.unwrap_or_default();
    if window.iter().any(|of| of.end <= committed) {
        return Status::Ok;
    }
    let idle = window.iter().all(|of| of.end == newest.end);
    // What a marker leaves is nobody's backlog, whether somebody reads or not.
    if idle && newest.lag() <= rules.residual && (newest.owned || of.empty) {
        return Status::Residual;
    }
    if is_at_the_brink(window, committed, rules) {
        const HELD_MILLIS: i64 = 60_000;
        let same = |of: &&Sample| of.committed == Some(committed);
        let since = finest.iter().rev().take_while(same).last();
        // The stable offset never goes back, and was no less when that was committed: it has stood as long.
        let held = since.map_or(0, |since| newest.at.since(since.at));
        return if held >= HELD_MILLIS {
            Status::Transaction
        } else {
            Status::Ok
        };
    }
    if of.coordinator_degraded {
        return Status::Coordinator;
    }
    let owned = finest.iter().rev().take(3).any(|of| of.owned);
    if of.empty || !owned {
        Status::Stop
    } else {
        Status::Stall
    }
}

/// Whether the reader is where an open transaction ends what can be read, while the log grows.
fn is_at_the_brink(window: &[Sample], committed: i64, rules: &Rules) -> bool {
    let (Some(oldest), Some(newest)) = (window.first(), window.last()) else {
        return false;
    };
    newest.stable.is_some_and(|stable| {
        (committed..=committed + rules.residual).contains(&stable) && stable < newest.end
    }) && newest.end > oldest.end
}

/// The last time that the committed offset went back and did not come up again, within ten minutes: from the highest that
/// it had to the lowest since.
fn rewound(samples: &[Sample], now: Time) -> Option<Rewound> {
    const KEPT_MILLIS: i64 = 600_000;
    let mut found: Option<Rewound> = None;
    let mut before: Option<i64> = None;
    let committed = samples
        .iter()
        .filter_map(|of| Some((of.at, of.committed?)))
        .filter(|(at, _)| now.since(*at) <= KEPT_MILLIS);
    for (at, offset) in committed {
        match found {
            Some(of) if offset >= of.from => found = None,
            Some(of) if offset < of.to => found = Some(Rewound { to: offset, ..of }),
            Some(_) => {}
            None => {
                if let Some(from) = before.filter(|from| offset < *from) {
                    let to = offset;
                    found = Some(Rewound { at, from, to });
                }
            }
        }
        before = Some(offset);
    }
    found
}
