//! What the app orders, and what it is answered. The wording is the carrier's, the meaning is here.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::{BrokerId, Name, PartitionId};

use super::{Change, Entry, Note, Plan, Weight};

/// An order to whoever makes changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Names the order; answers carry it.
    pub ticket: u64,
    /// The site that was on screen when the dialog opened.
    pub site: Name,
    pub task: Task,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// Find out whether it would be done, without doing it.
    Try(Change),
    /// Do it. The entry is in the journal, on disk, before anything is sent.
    Do(Entry),
    /// It has ended: the entry with its outcome becomes the journal's line.
    Close(Entry),
}

/// What was said to an order.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub ticket: u64,
    pub said: Said,
}

/// The answer itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// What the servers say of it beforehand.
    Tried(Result<Vec<Note>, Failure>),
    Done(Result<Done, Failure>),
    /// The journal could not be written.
    Unwritten(String),
}

/// What was done, as the servers answered or as it was read back.
#[derive(Clone, Debug, PartialEq)]
pub enum Done {
    /// `spec.replicas` as read back; None where that failed.
    Scaled {
        replicas: Option<u32>,
    },
    Elected(Vec<Elected>),
    Probed(ProbeReport),
}

/// What became of one election.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elected {
    pub id: PartitionId,
    /// The leader by the metadata read after it.
    pub leader: Option<BrokerId>,
    /// Why it was not done.
    pub refused: Option<String>,
}

/// What a probe of a topic found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProbeReport {
    pub partitions: Vec<ProbedPartition>,
}

/// One partition of a probe.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProbedPartition {
    pub partition: i32,
    pub leader: Option<BrokerId>,
    pub offset: Option<i64>,
    /// Milliseconds from sending to the acknowledgement of all in-sync replicas, and to the record's being read back.
    pub acknowledged: Option<f64>,
    pub end_to_end: Option<f64>,
    /// What went wrong.
    pub failure: Option<String>,
}

/// The partitions that one broker leads, in a probe.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProbedBroker {
    /// None for partitions that have no leader.
    pub broker: Option<BrokerId>,
    pub partitions: usize,
    pub failed: usize,
    /// Medians, in milliseconds.
    pub acknowledged: Option<f64>,
    pub end_to_end: Option<f64>,
}

impl ProbeReport {
    /// Partitions that took the record and gave it back.
    pub fn fine(&self) -> usize {
        self.partitions
            .iter()
            .filter(|of| of.failure.is_none())
            .count()
    }

    /// Of each broker: its partitions, those that failed, and the median of its times to acknowledge and end to end, the
    /// slowest broker first.
    pub fn brokers(&self) -> Vec<ProbedBroker> {
        let mut leaders: Vec<Option<BrokerId>> =
            self.partitions.iter().map(|of| of.leader).collect();
        leaders.sort_unstable();
        leaders.dedup();
        let mut brokers: Vec<_> = leaders
            .into_iter()
            .map(|leader| {
                let of = || self.partitions.iter().filter(move |of| of.leader == leader);
                let failed = of().filter(|of| of.failure.is_some()).count();
                let acknowledged = median(of().filter_map(|of| of.acknowledged).collect());
                let end_to_end = median(of().filter_map(|of| of.end_to_end).collect());
                ProbedBroker {
                    broker: leader,
                    partitions: of().count(),
                    failed,
                    acknowledged,
                    end_to_end,
                }
            })
            .collect();
        let slow = |time: Option<f64>| time.unwrap_or(f64::INFINITY);
        brokers.sort_by(|a, b| {
            slow(b.acknowledged)
                .total_cmp(&slow(a.acknowledged))
                .then(a.broker.cmp(&b.broker))
        });
        brokers
    }
}

fn median(mut times: Vec<f64>) -> Option<f64> {
    times.sort_by(f64::total_cmp);
    let upper = *times.get(times.len() / 2)?;
    let lower = *times.get(times.len().saturating_sub(1) / 2)?;
    Some(f64::midpoint(lower, upper))
}

/// How a change came to nothing, or may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// A right is missing.
    Forbidden,
    /// The world is not as it was when the plan was made; nothing was changed.
    Conflict,
    /// The server answered that it will not: an admission rule, a quota, an invalid value.
    Rejected,
    /// It never left: no connection, no journal, no such object.
    NotSent,
    /// It was sent and not answered: it may have been done. Never sent again.
    Unanswered,
}

impl FailureKind {
    /// A sentence for people.
    pub fn words(self) -> &'static str {
        match self {
            FailureKind::Forbidden => "forbidden: nothing was changed",
            FailureKind::Conflict => "conflict: nothing was changed",
            FailureKind::Rejected => "rejected: nothing was changed",
            FailureKind::NotSent => "not sent: nothing was changed",
            FailureKind::Unanswered => {
                "sent, no answer: whether it was done is unknown; it is not sent again"
            }
        }
    }
}

/// A failure with the words of whoever failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub kind: FailureKind,
    pub words: String,
    /// The request that changes something has left.
    pub sent: bool,
}

impl Failure {
    pub fn new(kind: FailureKind, words: impl Into<String>) -> Self {
        Failure {
            kind,
            words: words.into(),
            sent: kind != FailureKind::NotSent,
        }
    }

    /// It failed before that: what was read first said so.
    #[must_use]
    pub fn unsent(mut self) -> Self {
        self.sent = false;
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.words(), self.words)
    }
}

impl Plan {
    /// Takes what the servers said beforehand into the plan's notes.
    pub fn learn(&mut self, said: &Result<Vec<Note>, Failure>) {
        match said {
            Ok(notes) => self.notes.extend(notes.iter().cloned()),
            Err(failure) => self.notes.push(Note {
                weight: Weight::Refuse,
                text: failure.to_string(),
            }),
        }
    }
}
