//! Rates, drain time, and what retention will do.

use plimsoll::{
    insight::{self, Drain, Limit, Log, Rates},
    model::Time,
};
use serde::{Deserialize, Serialize};

use super::moment;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RatesInput {
    /// Seconds and number of each sample, oldest first.
    samples: Vec<(f64, f64)>,
}

#[derive(Serialize)]
pub(crate) struct RatesAnswer {
    per_second: Option<f64>,
}

pub(crate) fn rates(input: RatesInput) -> Result<RatesAnswer, String> {
    let samples: Vec<(Time, f64)> = input
        .samples
        .into_iter()
        .map(|(at, value)| (moment(at), value))
        .collect();
    Ok(RatesAnswer {
        per_second: insight::rate(&samples),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ForecastInput {
    #[serde(default)]
    partitions: Vec<PartitionInput>,
    #[serde(default)]
    retention: Option<RetentionInput>,
}

/// Rates in records a second.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PartitionInput {
    lag: i64,
    inflow: f64,
    outflow: f64,
    #[serde(default)]
    error: f64,
    /// Seconds; with both, what comes in between a commit and the poll that sees it counts as caught up.
    #[serde(default)]
    commit_interval_seconds: f64,
    #[serde(default)]
    poll_seconds: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RetentionInput {
    lag: i64,
    #[serde(default)]
    committed: Option<i64>,
    #[serde(default)]
    start: Option<i64>,
    #[serde(default)]
    start_per_second: Option<f64>,
    #[serde(default)]
    inflow: Option<f64>,
    #[serde(default)]
    outflow: Option<f64>,
    #[serde(default)]
    time_lag_seconds: Option<f64>,
    #[serde(default)]
    retention_ms: Option<f64>,
    #[serde(default)]
    retention_bytes: Option<f64>,
    /// Of the log now.
    #[serde(default)]
    bytes: Option<f64>,
    #[serde(default)]
    records: Option<i64>,
}

#[derive(Serialize)]
pub(crate) struct ForecastAnswer {
    partitions: Vec<DrainAnswer>,
    group: Option<DrainAnswer>,
    loss: Option<LossAnswer>,
}

#[derive(Serialize)]
struct DrainAnswer {
    /// `caught_up`, `in` or `never`.
    is: &'static str,
    seconds: Option<f64>,
    low_seconds: Option<f64>,
    high_seconds: Option<f64>,
    growth_per_hour: Option<f64>,
}

#[derive(Serialize)]
struct LossAnswer {
    /// `start`, `age` or `size`.
    by: &'static str,
    in_seconds: f64,
}

fn told(drain: Drain) -> DrainAnswer {
    let mut answer = DrainAnswer {
        is: "caught_up",
        seconds: None,
        low_seconds: None,
        high_seconds: None,
        growth_per_hour: None,
    };
    match drain {
        Drain::CaughtUp => {}
        Drain::In { seconds, low, high } => {
            answer.is = "in";
            answer.seconds = Some(seconds);
            answer.low_seconds = Some(low);
            answer.high_seconds = high;
        }
        Drain::Never { growth_per_hour } => {
            answer.is = "never";
            answer.growth_per_hour = Some(growth_per_hour);
        }
    }
    answer
}

pub(crate) fn forecast(input: ForecastInput) -> Result<ForecastAnswer, String> {
    let drains: Vec<Drain> = input
        .partitions
        .iter()
        .map(|of| {
            let rates = Rates {
                inflow: of.inflow,
                outflow: of.outflow,
                error: of.error,
            };
            let grain = rates.grain(of.commit_interval_seconds, of.poll_seconds);
            insight::drain(of.lag, rates, grain)
        })
        .collect();
    let loss = input.retention.and_then(|of| {
        insight::retention(&Log {
            lag: of.lag,
            kept_behind: of.committed.zip(of.start).map(|(at, start)| at - start),
            start_rate: of.start_per_second,
            inflow: of.inflow,
            outflow: of.outflow,
            time_lag: of.time_lag_seconds,
            retention_seconds: of.retention_ms.map(|millis| millis / 1_000.0),
            retention_bytes: of.retention_bytes,
            bytes: of.bytes,
            records: of.records,
        })
    });
    Ok(ForecastAnswer {
        group: insight::group_drain(drains.iter().copied()).map(told),
        partitions: drains.into_iter().map(told).collect(),
        loss: loss.map(|loss| LossAnswer {
            by: match loss.by {
                Limit::Start => "start",
                Limit::Age => "age",
                Limit::Size => "size",
            },
            in_seconds: loss.in_seconds,
        }),
    })
}
