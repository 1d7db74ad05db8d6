//! What others say, for comparison: Burrow's status of a partition and of a group, KEDA's lag of a partition.

use serde::{Deserialize, Serialize};

/// Either one partition, or the partitions of a group.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BurrowInput {
    /// Of a group; then nothing else is given but the next.
    #[serde(default)]
    partitions: Option<Vec<BurrowPartition>>,
    /// The share of its samples that a partition must have; below it is taken for well.
    #[serde(default)]
    minimum_complete: f64,
    #[serde(default)]
    samples: Option<Vec<Option<Commit>>>,
    #[serde(default)]
    ends: Vec<i64>,
    #[serde(default)]
    lag: Option<u64>,
    #[serde(default)]
    now: Option<i64>,
    #[serde(default)]
    allowed_lag: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BurrowPartition {
    /// Oldest first; null where the ring is not full yet.
    samples: Vec<Option<Commit>>,
    /// The last ends of the log.
    #[serde(default)]
    ends: Vec<i64>,
    lag: u64,
    now: i64,
    #[serde(default)]
    allowed_lag: u64,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct Commit {
    offset: i64,
    time_ms: i64,
    lag: Option<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum Burrow {
    Ok,
    Warn,
    Err,
    Stop,
    Stall,
    Rewind,
}

#[derive(Serialize)]
pub(crate) struct BurrowAnswer {
    status: Burrow,
    complete: f64,
    total_lag: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    partitions: Vec<Burrow>,
}

fn evaluate(samples: &[Commit], of: &BurrowPartition) -> Burrow {
    let (Some(first), Some(last)) = (samples.first(), samples.last()) else {
        return Burrow::Ok;
    };
    if of.lag <= of.allowed_lag {
        return Burrow::Ok;
    }
    let silent = of.now.saturating_mul(1_000).saturating_sub(last.time_ms)
        > last.time_ms.saturating_sub(first.time_ms);
    if silent && !of.ends.iter().any(|end| *end <= last.offset) {
        return Burrow::Stop;
    }
    let back = samples
        .windows(2)
        .position(|pair| pair[1].offset < pair[0].offset);
    if let Some(at) = back
        && !samples[at + 1..]
            .iter()
            .any(|later| later.offset >= samples[at].offset)
    {
        return Burrow::Rewind;
    }
    let was_well = |commit: &Commit| commit.lag.is_some_and(|lag| lag <= of.allowed_lag);
    if samples.iter().any(was_well) {
        return Burrow::Ok;
    }
    if samples.iter().all(|commit| commit.offset == first.offset) {
        return Burrow::Stall;
    }
    let lags: Vec<u64> = samples.iter().filter_map(|commit| commit.lag).collect();
    if lags.windows(2).all(|pair| pair[1] >= pair[0]) {
        return Burrow::Warn;
    }
    Burrow::Ok
}

/// Its status, and the share of the samples that it has.
fn partition(of: &BurrowPartition, minimum: f64) -> (Burrow, f64) {
    let samples: Vec<Commit> = of.samples.iter().flatten().copied().collect();
    let complete = if of.samples.is_empty() {
        0.0
    } else {
        samples.len() as f64 / of.samples.len() as f64
    };
    if complete < minimum {
        return (Burrow::Ok, complete);
    }
    (evaluate(&samples, of), complete)
}

pub(crate) fn burrow(input: BurrowInput) -> Result<BurrowAnswer, String> {
    let Some(partitions) = input.partitions else {
        let of = BurrowPartition {
            samples: input
                .samples
                .ok_or("missing field `samples`, or `partitions`")?,
            ends: input.ends,
            lag: input.lag.ok_or("missing field `lag`")?,
            now: input.now.ok_or("missing field `now`")?,
            allowed_lag: input.allowed_lag,
        };
        let (status, complete) = partition(&of, 0.0);
        return Ok(BurrowAnswer {
            status,
            complete,
            total_lag: of.lag,
            partitions: Vec::new(),
        });
    };
    if input.samples.is_some() || input.lag.is_some() {
        return Err("give `partitions`, or the fields of one partition".into());
    }
    let found: Vec<(Burrow, f64)> = partitions
        .iter()
        .map(|of| partition(of, input.minimum_complete))
        .collect();
    let worst = found
        .iter()
        .map(|(status, _)| *status)
        .max()
        .unwrap_or(Burrow::Ok);
    let whole = found
        .iter()
        .filter(|(_, complete)| *complete >= 1.0)
        .count();
    Ok(BurrowAnswer {
        // Of a group all that is worse than a warning is an error.
        status: if worst > Burrow::Err {
            Burrow::Err
        } else {
            worst
        },
        complete: whole as f64 / found.len().max(1) as f64,
        total_lag: partitions
            .iter()
            .fold(0, |sum: u64, of| sum.saturating_add(of.lag)),
        partitions: found.into_iter().map(|(status, _)| status).collect(),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KedaInput {
    /// -1: nothing is committed.
    committed: i64,
    /// Null: the answer did not name the partition.
    end: Option<i64>,
    /// `earliest` or `latest`.
    #[serde(default = "latest")]
    offset_reset_policy: String,
    #[serde(default)]
    scale_to_zero_on_invalid_offset: bool,
}

fn latest() -> String {
    "latest".to_owned()
}

#[derive(Serialize)]
pub(crate) struct KedaAnswer {
    lag: i64,
}

pub(crate) fn keda(input: KedaInput) -> Result<KedaAnswer, String> {
    let earliest = match input.offset_reset_policy.as_str() {
        "earliest" => true,
        "latest" => false,
        other => {
            return Err(format!(
                "offset_reset_policy is earliest or latest, not {other:?}"
            ));
        }
    };
    let to_zero = input.scale_to_zero_on_invalid_offset;
    let lag = match (input.committed, input.end) {
        (-1, _) if !earliest => i64::from(!to_zero),
        (-1, _) if to_zero => 0,
        (_, None) => 0,
        (-1, Some(end)) => end,
        (committed, Some(end)) => end - committed,
    };
    Ok(KedaAnswer { lag })
}
