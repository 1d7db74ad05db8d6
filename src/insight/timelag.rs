//! How old the next record to be read is.
//!
//! Two ways, neither of which needs the right to read records: our own polls (when had the log which end?), and what a search
//! by ListOffsets with timestamps found. Nothing is extrapolated: beyond them the answer is "more than".

use crate::model::Time;

/// When the record at an offset came in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum When {
    /// Nothing is left to read.
    Newest,
    /// Milliseconds since 1970, between two points of the table.
    At(f64),
    /// Before the oldest point.
    Before(Time),
    /// The table says nothing.
    Unknown,
}

/// How far behind in time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TimeLag {
    Seconds(f64),
    /// At least so many.
    MoreThan(f64),
}

impl TimeLag {
    /// The seconds that are sure.
    pub fn at_least(self) -> f64 {
        match self {
            TimeLag::Seconds(seconds) | TimeLag::MoreThan(seconds) => seconds,
        }
    }
}

impl When {
    /// The lag in time at a moment; None where it is unknown.
    pub fn lag(self, now: Time) -> Option<TimeLag> {
        let age = |then: f64| ((now.0 as f64 - then) / 1_000.0).max(0.0);
        match self {
            When::Newest => Some(TimeLag::Seconds(0.0)),
            When::At(then) => Some(TimeLag::Seconds(age(then))),
            When::Before(oldest) => Some(TimeLag::MoreThan(age(oldest.0 as f64))),
            When::Unknown => None,
        }
    }
}

/// When the record at an offset came in: between the last poll that did not have it and the first that had. `ends` are the
/// ends of the log by our polls, newest first; where the end went back, what was before belongs to another log.
pub fn when(ends: impl Iterator<Item = (Time, i64)>, offset: i64) -> When {
    let mut later: Option<(Time, i64)> = None;
    for (at, end) in ends {
        match later {
            None if offset >= end => return When::Newest,
            Some((_, known)) if end > known => break,
            Some((to, high)) if end <= offset => {
                let share = (offset - end) as f64 / (high - end) as f64;
                return When::At(at.0 as f64 + share * to.since(at) as f64);
            }
            _ => {}
        }
        later = Some((at, end));
    }
    later.map_or(When::Unknown, |(oldest, _)| When::Before(oldest))
}
