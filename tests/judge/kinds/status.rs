//! The status of a partition from its polls.

use plimsoll::insight::{Circumstances, Judgement, Pace, Rules, Sample, Series, judge};
use serde::{Deserialize, Serialize};

use super::moment;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatusInput {
    poll_seconds: f64,
    /// Seconds between commits; taken from the samples where it is absent.
    #[serde(default)]
    commit_interval_seconds: Option<f64>,
    #[serde(default)]
    allowed_lag: i64,
    #[serde(default)]
    residual_max: Option<i64>,
    #[serde(default)]
    group_empty: bool,
    #[serde(default)]
    topic_deleted: bool,
    #[serde(default)]
    no_leader: bool,
    #[serde(default)]
    topic_recreated: bool,
    #[serde(default)]
    coordinator_degraded: bool,
    /// Seconds; the moment of the last sample where it is absent.
    #[serde(default)]
    now: Option<f64>,
    /// Answer for each sample what would have been said at it, and not only for the last.
    #[serde(default)]
    each: bool,
    samples: Vec<SampleInput>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SampleInput {
    at: f64,
    committed: Option<i64>,
    end: i64,
    #[serde(default)]
    start: Option<i64>,
    #[serde(default)]
    stable: Option<i64>,
    #[serde(default = "yes")]
    owner: bool,
}

fn yes() -> bool {
    true
}

#[derive(Serialize)]
pub(crate) struct StatusAnswer {
    status: &'static str,
    samples: usize,
    needed: usize,
    commit_interval_seconds: f64,
    rewound: Option<RewoundAnswer>,
    growth: Option<GrowthAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statuses: Option<Vec<&'static str>>,
}

#[derive(Serialize)]
struct RewoundAnswer {
    at: f64,
    from: i64,
    to: i64,
    delta: i64,
}

#[derive(Serialize)]
struct GrowthAnswer {
    seconds: f64,
    thirds: [f64; 3],
    grain: f64,
}

pub(crate) fn status(input: StatusInput) -> Result<StatusAnswer, String> {
    if input.poll_seconds <= 0.0 {
        return Err("poll_seconds must be above 0".into());
    }
    if input
        .commit_interval_seconds
        .is_some_and(|seconds| seconds < 0.0)
    {
        return Err("commit_interval_seconds must not be below 0".into());
    }
    let samples: Vec<Sample> = input
        .samples
        .iter()
        .map(|of| Sample {
            at: moment(of.at),
            committed: of.committed,
            end: of.end,
            start: of.start,
            stable: of.stable,
            owned: of.owner,
        })
        .collect();
    let of = Circumstances {
        empty: input.group_empty,
        deleted: input.topic_deleted,
        leaderless: input.no_leader,
        recreated: input.topic_recreated,
        coordinator_degraded: input.coordinator_degraded,
    };
    let at = |count: usize, pace: &Pace| -> (Judgement, f64) {
        let samples = &samples[..count];
        let interval = input
            .commit_interval_seconds
            .or_else(|| pace.interval(input.poll_seconds))
            .unwrap_or(Rules::COMMIT_INTERVAL);
        let rules = Rules {
            allowed_lag: input.allowed_lag,
            residual: input.residual_max.unwrap_or(Rules::RESIDUAL),
            commit_interval: interval,
        };
        let last = samples.last().map(|last| last.at);
        let now = match (count == input.samples.len(), input.now) {
            (true, Some(now)) => moment(now),
            _ => last.unwrap_or_default(),
        };
        let series = Series {
            samples,
            poll: input.poll_seconds,
        };
        (judge(&[series], &rules, of, now), interval)
    };
    let mut pace = Pace::default();
    let mut statuses = Vec::new();
    for (index, sample) in samples.iter().enumerate() {
        pace.feed(sample);
        if input.each {
            statuses.push(at(index + 1, &pace).0.status.word());
        }
    }
    let (told, interval) = at(samples.len(), &pace);
    Ok(StatusAnswer {
        status: told.status.word(),
        samples: told.samples,
        needed: told.needed,
        commit_interval_seconds: interval,
        rewound: told.rewound.map(|of| RewoundAnswer {
            at: of.at.0 as f64 / 1_000.0,
            from: of.from,
            to: of.to,
            delta: of.to - of.from,
        }),
        growth: told.growth.map(|of| GrowthAnswer {
            seconds: of.seconds,
            thirds: of.thirds,
            grain: of.grain,
        }),
        statuses: input.each.then_some(statuses),
    })
}
