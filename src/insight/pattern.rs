//! Patterns behind a lag: what the numbers of all partitions and members look like together. Plain numbers in, the pattern
//! and the numbers that made it out.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Name, PartitionId, Time};

use super::Status;

/// Minutes back that rebalances, arrivals and swings of a lag are counted.
const WINDOW_MILLIS: i64 = 600_000;
/// How many of them in that time are a pattern.
const OFTEN: usize = 3;

/// A partition of the group, over the window that its status was made from.
#[derive(Clone, Debug, PartialEq)]
pub struct PartitionView {
    pub id: PartitionId,
    pub status: Status,
    pub lag: Option<i64>,
    pub committed: Option<i64>,
    /// Records a second.
    pub inflow: Option<f64>,
    pub outflow: Option<f64>,
    /// The lag grows.
    pub grows: bool,
    /// The member that owns it.
    pub owner: Option<Name>,
    /// Members that owned it one after the other since the committed offset moved last.
    pub owners_since_commit: usize,
    /// Restarts of the owner's pod since the committed offset moved last.
    pub restarts_since_commit: u32,
}

impl PartitionView {
    fn moves(&self) -> bool {
        self.outflow.is_some_and(|rate| rate > 0.0)
    }
}

/// Some partitions stand still while others go on.
#[derive(Clone, Debug, PartialEq)]
pub struct Stuck {
    pub partitions: Vec<PartitionId>,
    pub of: usize,
    /// The one member that owns all of them: it is suspect; else the data is.
    pub owner: Option<Name>,
}

/// The most of a group's partitions that may stand still for it to be called stuck, and not stalled.
const STUCK_SHARE: f64 = 0.25;

/// Partitions that stall while others of the group progress.
pub fn stuck(partitions: &[PartitionView]) -> Option<Stuck> {
    let still: Vec<&PartitionView> = partitions
        .iter()
        .filter(|of| of.status == Status::Stall)
        .collect();
    let few = still.len() as f64 <= STUCK_SHARE * partitions.len() as f64;
    if still.is_empty() || !few || !partitions.iter().any(PartitionView::moves) {
        return None;
    }
    let owners: BTreeSet<&Option<Name>> = still.iter().map(|of| &of.owner).collect();
    let owner = match owners.into_iter().collect::<Vec<_>>().as_slice() {
        [one] => (*one).clone(),
        _ => None,
    };
    Some(Stuck {
        partitions: still.into_iter().map(|of| of.id.clone()).collect(),
        of: partitions.len(),
        owner,
    })
}

/// A record that nobody gets past.
#[derive(Clone, Debug, PartialEq)]
pub struct Poison {
    pub partition: PartitionId,
    pub offset: i64,
    pub owners: usize,
    pub restarts: u32,
    /// Two members or more stopped at the same offset.
    pub sure: bool,
}

/// A stalled partition in which records come in, and whose owners come and go at one offset, or whose owner works on its
/// other partitions.
pub fn poison(partitions: &[PartitionView]) -> Vec<Poison> {
    let still = || partitions.iter().filter(|of| of.status == Status::Stall);
    // A reader with a backlog in all of its partitions works at one after the other.
    let few = still().count() as f64 <= STUCK_SHARE * partitions.len() as f64;
    still()
        .filter(|of| of.inflow.is_some_and(|rate| rate > 0.0))
        .filter_map(|of| {
            let works_elsewhere = few
                && of.owner.is_some()
                && partitions
                    .iter()
                    .any(|other| other.owner == of.owner && other.id != of.id && other.moves());
            let found =
                of.owners_since_commit > 2 || of.restarts_since_commit >= 2 || works_elsewhere;
            found.then_some(())?;
            Some(Poison {
                partition: of.id.clone(),
                offset: of.committed?,
                owners: of.owners_since_commit,
                restarts: of.restarts_since_commit,
                sure: of.owners_since_commit >= 2,
            })
        })
        .collect()
}

/// One partition gets most of what comes in.
#[derive(Clone, Debug, PartialEq)]
pub struct Hot {
    pub partition: PartitionId,
    /// Its inflow over the mean of all.
    pub times_mean: f64,
    /// Its share of the group's lag, 0 to 1.
    pub lag_share: f64,
}

const HOT_FEWEST: usize = 4;
const HOT_TIMES: f64 = 3.0;
const HOT_LAG_SHARE: f64 = 0.5;

/// The partitions of one topic of the group are compared.
pub fn hot(partitions: &[PartitionView]) -> Option<Hot> {
    let mut topics: BTreeMap<&Name, Vec<&PartitionView>> = BTreeMap::new();
    for of in partitions {
        topics.entry(&of.id.topic).or_default().push(of);
    }
    topics
        .into_values()
        .filter(|of| of.len() >= HOT_FEWEST)
        .filter_map(|of| {
            let rates: Vec<f64> = of.iter().filter_map(|one| one.inflow).collect();
            let mean = rates.iter().sum::<f64>() / rates.len() as f64;
            let all: i64 = of
                .iter()
                .filter_map(|one| one.lag)
                .map(|lag| lag.max(0))
                .sum();
            let hottest = of.iter().max_by(|a, b| {
                a.inflow
                    .unwrap_or(-1.0)
                    .total_cmp(&b.inflow.unwrap_or(-1.0))
            })?;
            if rates.len() < HOT_FEWEST || mean <= 0.0 || all <= 0 {
                return None;
            }
            let times_mean = hottest.inflow? / mean;
            let lag_share = hottest.lag?.max(0) as f64 / all as f64;
            (times_mean >= HOT_TIMES && lag_share >= HOT_LAG_SHARE).then(|| Hot {
                partition: hottest.id.clone(),
                times_mean,
                lag_share,
            })
        })
        .max_by(|a, b| a.times_mean.total_cmp(&b.times_mean))
}

/// A member that commits less than its fellows while its lag grows.
#[derive(Clone, Debug, PartialEq)]
pub struct Slow {
    pub member: Name,
    /// Records a second: its own, and the median of all members.
    pub rate: f64,
    pub median: f64,
}

const SLOW_SHARE: f64 = 0.5;

pub fn slow(partitions: &[PartitionView]) -> Vec<Slow> {
    let mut members: BTreeMap<&Name, (f64, bool)> = BTreeMap::new();
    for of in partitions {
        if let (Some(owner), Some(rate)) = (&of.owner, of.outflow) {
            let entry = members.entry(owner).or_default();
            entry.0 += rate;
            entry.1 |= of.grows;
        }
    }
    if members.len() < 2 {
        return Vec::new();
    }
    let mut rates: Vec<f64> = members.values().map(|(rate, _)| *rate).collect();
    rates.sort_unstable_by(f64::total_cmp);
    let median = match (rates.get((rates.len() - 1) / 2), rates.get(rates.len() / 2)) {
        (Some(low), Some(high)) => f64::midpoint(*low, *high),
        _ => return Vec::new(),
    };
    members
        .into_iter()
        .filter(|(_, (rate, grows))| *grows && *rate < SLOW_SHARE * median)
        .map(|(member, (rate, _))| Slow {
            member: member.clone(),
            rate,
            median,
        })
        .collect()
}

/// Partitions change hands again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Storm {
    /// Rebalances in the last ten minutes.
    pub rebalances: usize,
    /// Every one was counted; else there may have been more between two looks.
    pub exact: bool,
}

/// From the moments at which a rebalance was seen, and how many each look saw (an epoch tells all of them).
pub fn storm(rebalances: &[(Time, usize)], exact: bool, now: Time) -> Option<Storm> {
    let count = rebalances
        .iter()
        .filter(|(at, _)| now.since(*at) <= WINDOW_MILLIS)
        .map(|(_, count)| count)
        .sum();
    (count >= OFTEN).then_some(Storm {
        rebalances: count,
        exact,
    })
}

/// Hosts from which members come and go.
pub fn flapping<'a>(
    moves: impl IntoIterator<Item = (Time, &'a Name)>,
    now: Time,
) -> Vec<(Name, usize)> {
    let mut hosts: BTreeMap<&Name, usize> = BTreeMap::new();
    for (at, host) in moves {
        if now.since(at) <= WINDOW_MILLIS {
            *hosts.entry(host).or_default() += 1;
        }
    }
    hosts
        .into_iter()
        .filter(|(_, count)| *count >= OFTEN)
        .map(|(host, count)| (host.clone(), count))
        .collect()
}

/// How often a lag crosses its mean while the number of pods changes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Swing {
    pub crossings: usize,
    pub mean: f64,
    /// How often the number of pods changed.
    pub scalings: usize,
}

const SWINGS: usize = 6;

/// An autoscaler that follows the lag up and down: it crosses its mean six times in ten minutes while pods come and go.
pub fn oscillation(lag: &[(Time, f64)], replicas: &[(Time, u32)], now: Time) -> Option<Swing> {
    let within = |at: Time| now.since(at) <= WINDOW_MILLIS;
    let values: Vec<f64> = lag
        .iter()
        .filter(|(at, _)| within(*at))
        .map(|(_, value)| *value)
        .collect();
    if values.is_empty() {
        return None;
    }
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    // A value on the line is on neither side of it.
    let sides: Vec<bool> = values
        .iter()
        .filter(|value| (**value - mean).abs() > f64::EPSILON * mean)
        .map(|value| *value > mean)
        .collect();
    let crossings = sides
        .iter()
        .zip(sides.iter().skip(1))
        .filter(|(a, b)| a != b)
        .count();
    let recent: Vec<u32> = replicas
        .iter()
        .filter(|(at, _)| within(*at))
        .map(|(_, count)| *count)
        .collect();
    let scalings = recent
        .iter()
        .zip(recent.iter().skip(1))
        .filter(|(a, b)| a != b)
        .count();
    (crossings >= SWINGS && scalings > 0).then_some(Swing {
        crossings,
        mean,
        scalings,
    })
}

/// A member as far as a pattern needs it.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberView {
    pub id: Name,
    /// Its host was the address of a pod, and no pod has that address now.
    pub pod_is_gone: bool,
    pub workload: Option<Name>,
    pub topics: BTreeSet<Name>,
}

/// Members whose pod is gone: they own partitions until their session ends.
pub fn ghosts(members: &[MemberView]) -> Vec<Name> {
    members
        .iter()
        .filter(|of| of.pod_is_gone)
        .map(|of| of.id.clone())
        .collect()
}

/// Workloads that share a group though they read different topics: each of them makes the other rebalance.
pub fn shared_use(members: &[MemberView]) -> Option<BTreeMap<Name, BTreeSet<Name>>> {
    let mut uses: BTreeMap<Name, BTreeSet<Name>> = BTreeMap::new();
    for of in members {
        if let Some(workload) = &of.workload {
            uses.entry(workload.clone())
                .or_default()
                .extend(of.topics.iter().cloned());
        }
    }
    let different = uses.values().collect::<BTreeSet<_>>().len() > 1;
    (uses.len() > 1 && different).then_some(uses)
}
