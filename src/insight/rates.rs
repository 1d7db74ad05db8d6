//! How fast records come in and are committed, and what follows: when the lag is worked off, when records are lost.

use crate::model::Time;

/// Samples before a rate is told.
const FEWEST: usize = 4;
/// What must be left of what comes in for a lag to be called falling.
const MARGIN: f64 = 0.02;

/// A slope that outliers do not bend: the median of the slopes of all pairs (Theil-Sen), in units a second.
pub fn slope(points: &[(Time, f64)]) -> Option<f64> {
    slope_in(points, &mut Bench::default())
}

/// Room to work in: there are tens of thousands of partitions in a round.
#[derive(Clone, Debug, Default)]
pub(super) struct Bench {
    /// Seconds since the first, and the number.
    points: Vec<(f64, f64)>,
    slopes: Vec<f64>,
}

fn slope_in(points: &[(Time, f64)], room: &mut Bench) -> Option<f64> {
    if points.len() < FEWEST {
        return None;
    }
    let (first, last) = (points.first()?, points.last()?);
    // Numbers that only grow, and did not, are most of a cluster that sleeps.
    if points
        .iter()
        .all(|(_, value)| (value - first.1).abs() < 0.5)
        && last.0 > first.0
    {
        return Some(0.0);
    }
    let Bench {
        points: all,
        slopes,
    } = room;
    let seconds = |at: &Time| at.since(first.0) as f64 / 1_000.0;
    all.clear();
    all.extend(points.iter().map(|(at, value)| (seconds(at), *value)));
    slopes.clear();
    for (index, (from, low)) in all.iter().enumerate() {
        let later = all.iter().skip(index + 1).filter(|(to, _)| to > from);
        slopes.extend(later.map(|(to, high)| (high - low) / (to - from)));
    }
    median(slopes)
}

/// The slope of the samples since the number went back last: what was before belongs to another log.
pub fn rate(points: &[(Time, f64)]) -> Option<f64> {
    rate_in(points, &mut Bench::default())
}

fn rate_in(points: &[(Time, f64)], room: &mut Bench) -> Option<f64> {
    let mut pairs = points.iter().zip(points.iter().skip(1));
    let reset = pairs.rposition(|((_, before), (_, after))| after < before);
    slope_in(points.get(reset.map_or(0, |at| at + 1)..)?, room)
}

fn median(of: &mut [f64]) -> Option<f64> {
    if of.is_empty() {
        return None;
    }
    let half = of.len() / 2;
    let is_odd = of.len() % 2 == 1;
    let (below, upper, _) = of.select_nth_unstable_by(half, f64::total_cmp);
    if is_odd {
        return Some(*upper);
    }
    let lower = below.iter().copied().reduce(f64::max)?;
    Some(f64::midpoint(lower, *upper))
}

/// What comes in and what is committed, records a second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rates {
    pub inflow: f64,
    pub outflow: f64,
    /// By how much the difference of the two varies.
    pub error: f64,
}

impl Rates {
    /// From the ends and the committed offsets at the same moments, oldest first.
    pub fn of(ends: &[(Time, f64)], committed: &[(Time, f64)]) -> Option<Rates> {
        Rates::of_in(ends, committed, &mut Bench::default())
    }

    /// The same, with room to work in.
    pub(super) fn of_in(
        ends: &[(Time, f64)],
        committed: &[(Time, f64)],
        room: &mut Bench,
    ) -> Option<Rates> {
        const PARTS: usize = 4;
        let (inflow, outflow) = (rate_in(ends, room)?, rate_in(committed, room)?);
        let net = outflow - inflow;
        // The first and the last of each quarter are enough for how much it varies.
        let parts = ends.len() / PARTS;
        let apart = &mut room.slopes;
        apart.clear();
        apart.extend((0..PARTS).filter_map(|part| {
            let from = part * parts;
            let to = (from + parts).min(ends.len() - 1);
            let over = |of: &[(Time, f64)]| {
                let ((then, low), (at, high)) = (of.get(from)?, of.get(to)?);
                let millis = at.since(*then);
                (millis > 0).then(|| (high - low) * 1_000.0 / millis as f64)
            };
            Some((over(committed)? - over(ends)? - net).abs())
        }));
        Some(Rates {
            inflow: inflow.max(0.0),
            outflow: outflow.max(0.0),
            error: median(apart).unwrap_or(0.0),
        })
    }

    /// Records that may have come in since the last commit that a poll could see.
    pub fn grain(&self, commit_interval: f64, poll: f64) -> f64 {
        self.inflow * (commit_interval + poll)
    }
}

/// When a lag is worked off, if all goes on as it does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Drain {
    /// No more than what came in since the last commit.
    CaughtUp,
    /// In so many seconds; no sooner than `low`, and no later than `high` where that is known.
    In {
        seconds: f64,
        low: f64,
        high: Option<f64>,
    },
    /// Not at this rate: the lag grows by so many records an hour.
    Never { growth_per_hour: f64 },
}

impl Drain {
    /// Later than another: a group is done when its slowest partition is.
    fn lateness(self) -> f64 {
        match self {
            Drain::CaughtUp => -1.0,
            Drain::In { seconds, .. } => seconds,
            Drain::Never { .. } => f64::INFINITY,
        }
    }
}

/// When a partition's lag is worked off.
pub fn drain(lag: i64, rates: Rates, grain: f64) -> Drain {
    let lag = lag.max(0) as f64;
    let net = rates.outflow - rates.inflow;
    if lag <= grain {
        return Drain::CaughtUp;
    }
    // So little that it may as well be nothing.
    if net > MARGIN * rates.inflow.max(1.0) {
        return Drain::In {
            seconds: lag / net,
            low: lag / (net + rates.error),
            high: (net > rates.error).then(|| lag / (net - rates.error)),
        };
    }
    Drain::Never {
        growth_per_hour: (-net).max(0.0) * 3_600.0,
    }
}

/// When a group's lag is worked off: with its slowest partition. Partitions that never are add up.
pub fn group_drain(partitions: impl IntoIterator<Item = Drain>) -> Option<Drain> {
    let mut growth = 0.0;
    let mut highest = Some(0.0_f64);
    let mut latest: Option<Drain> = None;
    for one in partitions {
        match one {
            Drain::Never { growth_per_hour } => growth += growth_per_hour,
            // Any of them may be the last.
            Drain::In { high, .. } => {
                highest = highest.zip(high).map(|(known, high)| known.max(high));
            }
            Drain::CaughtUp => {}
        }
        if latest.is_none_or(|known| one.lateness() > known.lateness()) {
            latest = Some(one);
        }
    }
    Some(match latest? {
        Drain::Never { .. } => Drain::Never {
            growth_per_hour: growth,
        },
        Drain::In { seconds, low, .. } => Drain::In {
            seconds,
            low,
            high: highest,
        },
        Drain::CaughtUp => Drain::CaughtUp,
    })
}

/// What retention does to a partition that is behind.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Log {
    pub lag: i64,
    /// committed - log start.
    pub kept_behind: Option<i64>,
    /// Records a second by which the log start moves.
    pub start_rate: Option<f64>,
    pub inflow: Option<f64>,
    pub outflow: Option<f64>,
    /// Seconds; at least so many.
    pub time_lag: Option<f64>,
    pub retention_seconds: Option<f64>,
    pub retention_bytes: Option<f64>,
    /// Bytes and records of the log now.
    pub bytes: Option<f64>,
    pub records: Option<i64>,
}

/// By which limit records will be lost before they are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The log start comes nearer than the reader gets away.
    Start,
    /// `retention.ms`.
    Age,
    /// `retention.bytes`.
    Size,
}

/// Records that will be lost unread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Loss {
    pub by: Limit,
    /// Seconds until the first of them; 0: it may happen at any moment.
    pub in_seconds: f64,
}

/// Share of the retention that a lag in time may take before it is called a danger.
const RETENTION_SHARE: f64 = 0.8;

/// Whether and when retention overtakes the reader: the soonest of what can be told.
pub fn retention(of: &Log) -> Option<Loss> {
    let net = of
        .inflow
        .zip(of.outflow)
        .map(|(inflow, outflow)| inflow - outflow);
    let by_start = || {
        let kept = of.kept_behind.filter(|kept| *kept >= 0)? as f64;
        let nearer = of.start_rate? - of.outflow?;
        (of.lag > 0 && nearer > 0.0).then(|| Loss {
            by: Limit::Start,
            in_seconds: kept / nearer,
        })
    };
    let by_age = || {
        let (lag, kept) = (of.time_lag?, of.retention_seconds?);
        // While it is behind, each second of its clock takes less or more than one of ours.
        (of.lag > 0 && kept > 0.0 && lag >= RETENTION_SHARE * kept).then(|| Loss {
            by: Limit::Age,
            in_seconds: (kept - lag).max(0.0),
        })
    };
    let by_size = || {
        let records = of.records.filter(|records| *records > 0)? as f64;
        let bytes = of.bytes.filter(|bytes| *bytes > 0.0)?;
        let held = of.retention_bytes? / (bytes / records);
        let lag = of.lag as f64;
        if lag > held {
            return Some(Loss {
                by: Limit::Size,
                in_seconds: 0.0,
            });
        }
        let growth = net.filter(|growth| *growth > 0.0)?;
        (of.lag > 0).then(|| Loss {
            by: Limit::Size,
            in_seconds: (held - lag) / growth,
        })
    };
    [by_start(), by_age(), by_size()]
        .into_iter()
        .flatten()
        .min_by(|a, b| a.in_seconds.total_cmp(&b.in_seconds))
}
