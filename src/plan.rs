//! What could be done, and what it would do.
//!
//! Planners are pure: from a picture and a wish they make a [`Plan`], which says in words what would happen, what speaks
//! against it, which command of kubectl or of Kafka's tools it equals, and how it is undone. Nothing is left for the one
//! who carries it out to choose. [`Watch`] follows what becomes of it until it is steady.

mod change;
mod elect;
mod journal;
mod order;
mod probe;
mod scale;
mod watch;

pub use change::{Change, LeaderMove, Note, Plan, Weight};
pub use elect::{Scope, elect, election_candidates};
pub use journal::{Entry, Outcome};
pub use order::{
    Answer, Done, Elected, Failure, FailureKind, Order, ProbeReport, ProbedBroker, ProbedPartition,
    Said, Task,
};
pub use probe::{MARK, compacted, probe};
pub use scale::{Serves, scale, scale_target, serves, useful_counts};
pub use watch::{Progress, Watch};
