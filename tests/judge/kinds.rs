//! The kinds of questions. Each takes its input whole and may refuse it.
#![allow(
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    clippy::too_many_lines,
    clippy::panic,
    clippy::unwrap_used,
    reason = "one shape for all kinds; cases are written by hand"
)]

mod baseline;
mod forecast;
mod groups;
mod lag;
mod owner;
mod pattern;
mod status;
mod timelag;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

type Judge = fn(Value) -> Result<Value, String>;

const KINDS: &[(&str, Judge)] = &[
    ("assignor", |input| ask(input, groups::assignor)),
    ("bisect", |input| ask(input, timelag::bisect)),
    ("burrow", |input| ask(input, baseline::burrow)),
    ("coordinator", |input| ask(input, groups::coordinator)),
    ("forecast", |input| ask(input, forecast::forecast)),
    ("keda", |input| ask(input, baseline::keda)),
    ("lag", |input| ask(input, lag::lag)),
    ("owner", |input| ask(input, owner::owner)),
    ("pattern", |input| ask(input, pattern::pattern)),
    ("rates", |input| ask(input, forecast::rates)),
    ("status", |input| ask(input, status::status)),
    ("timelag", |input| ask(input, timelag::timelag)),
    ("useful-counts", |input| ask(input, groups::useful)),
];

fn ask<I: DeserializeOwned, O: Serialize>(
    input: Value,
    judge: impl Fn(I) -> Result<O, String>,
) -> Result<Value, String> {
    let input: I = serde_json::from_value(input).map_err(|error| error.to_string())?;
    serde_json::to_value(judge(input)?).map_err(|error| error.to_string())
}

/// The names of all kinds.
pub(crate) fn names() -> String {
    let names: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
    names.join(", ")
}

/// The answer of a kind to an input, or to each of a list of inputs.
pub(crate) fn answer(kind: &str, input: Value) -> Result<Value, String> {
    let judge = KINDS
        .iter()
        .find(|(name, _)| *name == kind)
        .map(|(_, judge)| judge)
        .ok_or_else(|| format!("no KIND is called {kind:?}; there are {}", names()))?;
    match input {
        Value::Array(inputs) => {
            let one = |(index, input)| judge(input).map_err(|why| format!("input {index}: {why}"));
            let answers: Result<Vec<Value>, String> =
                inputs.into_iter().enumerate().map(one).collect();
            Ok(Value::Array(answers?))
        }
        input => judge(input),
    }
}

/// Seconds, which need not be whole, as a moment.
fn moment(seconds: f64) -> plimsoll::model::Time {
    #[allow(clippy::cast_possible_truncation, reason = "seconds of a case")]
    let millis = (seconds * 1_000.0).round() as i64;
    plimsoll::model::Time(millis)
}
