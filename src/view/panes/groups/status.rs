//! Statuses and what may be expected, as cells.

use crate::{
    app::{Cell, Role, SortKey},
    insight::{Drain, GroupStatus, Outlook, Status, TimeLag},
    view::text,
};

/// The status of a group: the worst of its partitions, and of how many of them.
pub(in crate::view::panes) fn status<'a>(of: GroupStatus) -> Cell<'a> {
    let word = status_word(of.worst);
    if of.worst.is_bad() && of.of > 1 && of.count > 0 {
        return Cell::new(
            format!("{word} {}/{}", of.count, of.of),
            status_role(of.worst),
        );
    }
    Cell::new(word, status_role(of.worst))
}

/// A status as the screen says it.
pub(in crate::view::panes) fn status_word(status: Status) -> &'static str {
    match status {
        Status::Ok => "OK",
        Status::Residual => "OK resid",
        Status::Idle => "IDLE",
        Status::NoCommit => "NO COMMIT",
        Status::Unknown => "...",
        Status::Deleted => "DELETED",
        Status::NoLeader => "NO LEADER",
        Status::Warn => "WARN",
        Status::Rewind => "REWIND",
        Status::Ahead => "AHEAD",
        Status::Recreated => "RECREATED",
        Status::Transaction => "TXN",
        Status::Coordinator => "COORD",
        Status::Stall => "STALL",
        Status::Stop => "STOP",
        Status::Lost => "LOST",
    }
}

pub(in crate::view::panes) fn status_role(status: Status) -> Role {
    match status {
        Status::Ok | Status::Residual => Role::Good,
        Status::Idle | Status::Unknown | Status::Deleted => Role::Dim,
        Status::NoCommit | Status::Warn | Status::Rewind | Status::Ahead | Status::Recreated => {
            Role::Warn
        }
        Status::NoLeader
        | Status::Transaction
        | Status::Coordinator
        | Status::Stall
        | Status::Stop
        | Status::Lost => Role::Bad,
    }
}

/// How old the next record is, with `>` where that is the least that it may be.
pub(in crate::view::panes) fn time_lag<'a>(of: Option<TimeLag>) -> (Cell<'a>, SortKey<'a>) {
    // More than nothing is not worth saying.
    let of = of.filter(|of| !matches!(of, TimeLag::MoreThan(..1.0)));
    let Some(of) = of else {
        return (Cell::unknown(), SortKey::Unknown);
    };
    let mark = if matches!(of, TimeLag::MoreThan(_)) {
        ">"
    } else {
        ""
    };
    (
        Cell::text(format!("{mark}{}", text::seconds(of.at_least()))),
        SortKey::Number(of.at_least()),
    )
}

/// When a lag is worked off.
pub(in crate::view::panes) fn drain<'a>(of: Option<Drain>) -> (Cell<'a>, SortKey<'a>) {
    match of {
        None => (Cell::unknown(), SortKey::Unknown),
        Some(Drain::CaughtUp) => (Cell::dim("-0-"), SortKey::Number(0.0)),
        Some(Drain::In { seconds, .. }) => {
            (Cell::text(text::seconds(seconds)), SortKey::Number(seconds))
        }
        Some(Drain::Never { .. }) => (Cell::new("never", Role::Warn), SortKey::Number(f64::MAX)),
    }
}

/// What may be expected of a group, in words.
pub(in crate::view::panes) fn outlook<'a>(of: &Outlook) -> Vec<Cell<'a>> {
    let mut parts = Vec::new();
    if let Some(time) = of.expected.time_lag.filter(|time| time.at_least() > 0.0) {
        let (cell, _) = time_lag(Some(time));
        parts.push(Cell::text(format!("{} behind", cell.text)));
    }
    match of.expected.drain {
        None => {}
        Some(Drain::CaughtUp) => parts.push(Cell::new("caught up", Role::Good)),
        Some(Drain::In { seconds, low, high }) => {
            let high = high.map_or_else(|| "?".to_owned(), text::seconds);
            let words = format!(
                "drained in {} ({}-{high})",
                text::seconds(seconds),
                text::seconds(low)
            );
            parts.push(Cell::text(words));
        }
        Some(Drain::Never { growth_per_hour }) => {
            #[expect(clippy::cast_possible_truncation, reason = "records an hour")]
            let growth = text::count(growth_per_hour as i64);
            parts.push(Cell::new(
                format!("never drained at this rate, +{growth}/h"),
                Role::Warn,
            ));
        }
    }
    if let (Some(inflow), Some(outflow)) = (of.inflow, of.outflow) {
        parts.push(Cell::dim(format!(
            "{} in, {} out",
            text::per_second(inflow),
            text::per_second(outflow)
        )));
    }
    parts
}
