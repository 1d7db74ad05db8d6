//! A change, and the plan around it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::insight::count;
use crate::model::{BrokerId, Name, PartitionId, WorkloadId};

/// A partition whose leader would be another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaderMove {
    pub id: PartitionId,
    /// None where it has no leader now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<BrokerId>,
    pub to: BrokerId,
}

/// One thing that is done to the world, with nothing left to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Change {
    /// Sets `spec.replicas` of a Deployment or a `StatefulSet`, if it is `from` until then.
    Scale {
        workload: WorkloadId,
        from: u32,
        to: u32,
    },
    /// Preferred leader election for these partitions.
    Elect { moves: Vec<LeaderMove> },
    /// Writes one marked record to each of these partitions and reads it back.
    Probe { topic: Name, partitions: Vec<i32> },
}

impl Change {
    /// The verb, as in the journal and on buttons.
    pub fn verb(&self) -> &'static str {
        match self {
            Change::Scale { .. } => "scale",
            Change::Elect { .. } => "elect leaders",
            Change::Probe { .. } => "probe",
        }
    }

    /// What must be typed to confirm it where the context is marked as production.
    pub fn name(&self) -> &str {
        match self {
            Change::Scale { workload, .. } => &workload.name,
            Change::Elect { .. } => "elect",
            Change::Probe { topic, .. } => topic,
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::Scale { workload, from, to } => write!(
                f,
                "scale {} {}/{} from {from} to {to}",
                workload.kind, workload.namespace, workload.name
            ),
            Change::Elect { moves } => match moves.as_slice() {
                [one] => write!(f, "elect broker {} leader of {}", one.to, one.id),
                several => write!(
                    f,
                    "elect the preferred leaders of {} partitions",
                    several.len()
                ),
            },
            Change::Probe { topic, partitions } => {
                write!(
                    f,
                    "probe {} of topic {topic}",
                    count(partitions.len(), "partition")
                )
            }
        }
    }
}

/// How much a note weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// It is so.
    Plain,
    /// It may be done, and one should know this before.
    Warn,
    /// Something is still missing: before, it cannot be done.
    Ask,
    /// It cannot be done.
    Refuse,
}

/// Something that is to be known of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub weight: Weight,
    pub text: String,
}

impl Note {
    pub fn plain(text: impl Into<String>) -> Self {
        Note {
            weight: Weight::Plain,
            text: text.into(),
        }
    }

    pub fn warn(text: impl Into<String>) -> Self {
        Note {
            weight: Weight::Warn,
            text: text.into(),
        }
    }

    pub fn refuse(text: impl Into<String>) -> Self {
        Note {
            weight: Weight::Refuse,
            text: text.into(),
        }
    }
}

/// A change with all that should be seen before it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub change: Change,
    /// What is, and what would be: label and words.
    pub facts: Vec<(&'static str, String)>,
    pub notes: Vec<Note>,
    /// The same, done with the tools that everybody has.
    pub command: String,
    /// What takes it back, or why nothing does.
    pub undo: Result<Change, &'static str>,
    /// Groups whose lag and members tell how it goes.
    pub groups: Vec<Name>,
}

impl Plan {
    /// Nothing was wanted yet: that is no refusal to be read as one.
    pub fn ask_for_count(&mut self) {
        self.notes.retain(|note| note.weight != Weight::Refuse);
        let words = "type how many are wanted: digits, or + and -";
        let note = Note {
            weight: Weight::Ask,
            text: words.to_owned(),
        };
        self.notes.insert(0, note);
    }

    /// Nothing was wanted yet: what the plan would do is not told.
    pub fn is_asking(&self) -> bool {
        self.notes.iter().any(|note| note.weight == Weight::Ask)
    }

    /// What stands against it; None if it may be done.
    pub fn refusal(&self) -> Option<&str> {
        let mut notes = self.notes.iter();
        let refused = notes.find(|note| note.weight >= Weight::Ask)?;
        Some(&refused.text)
    }
}
