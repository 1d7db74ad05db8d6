//! When a record came in: from a table of polls, and by search.

use plimsoll::{
    insight::{TimeLag, When, when},
    model::Time,
    net::kafka::Bisect,
};
use serde::{Deserialize, Serialize};

use super::moment;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TableInput {
    /// Points that are kept: the newest. All, where it is absent.
    #[serde(default)]
    capacity: Option<usize>,
    /// Offset and seconds of each poll, oldest first.
    points: Vec<(i64, f64)>,
    lookup: Vec<i64>,
    #[serde(default)]
    now: Option<f64>,
}

#[derive(Serialize)]
pub(crate) struct TableAnswer {
    /// Points kept: of a stretch without change its first and its last.
    length: usize,
    /// Why a point was not taken, in the order of the points; null: it was.
    refused: Vec<Option<&'static str>>,
    answers: Vec<Lookup>,
}

#[derive(Serialize)]
pub(crate) struct Lookup {
    offset: i64,
    /// `newest`, `at`, `before` or `unknown`.
    is: &'static str,
    /// Seconds; of `before` those of the oldest point.
    time: Option<f64>,
    /// Seconds behind `now`, where that was given.
    lag_seconds: Option<f64>,
    /// Seconds that it is behind at least.
    more_than_seconds: Option<f64>,
}

pub(crate) fn timelag(input: TableInput) -> Result<TableAnswer, String> {
    let capacity = input.capacity.unwrap_or(usize::MAX).max(2);
    let mut points: Vec<(Time, i64)> = Vec::new();
    let mut refused = Vec::new();
    for (offset, at) in input.points {
        let at = moment(at);
        let word = match points.last() {
            Some((last, _)) if at <= *last => Some("out_of_order"),
            Some((_, end)) if offset < *end => Some("non_monotonic"),
            _ => None,
        };
        refused.push(word);
        if word.is_some() {
            continue;
        }
        if let [.., (_, older), (_, newer)] = points.as_slice()
            && *older == offset
            && *newer == offset
        {
            points.pop();
        }
        points.push((at, offset));
        if points.len() > capacity {
            points.remove(0);
        }
    }
    let answers = input.lookup.into_iter().map(|offset| {
        let found = when(points.iter().rev().copied(), offset);
        let (is, time) = match found {
            When::Newest => ("newest", None),
            When::At(then) => ("at", Some(then / 1_000.0)),
            When::Before(oldest) => ("before", Some(oldest.0 as f64 / 1_000.0)),
            When::Unknown => ("unknown", None),
        };
        let lag = input.now.and_then(|now| found.lag(moment(now)));
        Lookup {
            offset,
            is,
            time,
            lag_seconds: match lag {
                Some(TimeLag::Seconds(seconds)) => Some(seconds),
                _ => None,
            },
            more_than_seconds: match lag {
                Some(TimeLag::MoreThan(seconds)) => Some(seconds),
                _ => None,
            },
        }
    });
    Ok(TableAnswer {
        answers: answers.collect(),
        length: points.len(),
        refused,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BisectInput {
    /// Offset and timestamp in milliseconds of each record of the log, oldest first.
    records: Vec<(i64, i64)>,
    target: i64,
    now_ms: i64,
    #[serde(default = "tolerance")]
    tolerance_ms: i64,
    /// What an earlier search found: offset and timestamp.
    #[serde(default)]
    known: Option<(i64, i64)>,
}

fn tolerance() -> i64 {
    1_000
}

#[derive(Serialize)]
pub(crate) struct BisectAnswer {
    timestamp_ms: Option<i64>,
    within_ms: Option<i64>,
    probes: u32,
    asked_ms: Vec<i64>,
}

pub(crate) fn bisect(input: BisectInput) -> Result<BisectAnswer, String> {
    let mut search = Bisect::new(input.target, input.now_ms, input.tolerance_ms);
    if let Some((offset, timestamp)) = input.known {
        search = search.after(offset, timestamp);
    }
    let mut asked_ms = Vec::new();
    while let Some(asked) = search.probe() {
        asked_ms.push(asked);
        let first = input
            .records
            .iter()
            .find(|(_, timestamp)| *timestamp >= asked);
        search.answer(first.copied());
    }
    let found = search.found();
    Ok(BisectAnswer {
        timestamp_ms: found.map(|found| found.timestamp),
        within_ms: found.map(|found| found.within),
        probes: search.probes(),
        asked_ms,
    })
}
