//! What the numbers of all partitions and members look like together.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll::{
    insight::{self, MemberView, PartitionView, Status},
    model::{Name, PartitionId, Time},
};
use serde::{Deserialize, Serialize};

use super::moment;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PatternInput {
    /// Seconds.
    #[serde(default)]
    now: f64,
    #[serde(default)]
    partitions: Vec<PartitionInput>,
    #[serde(default)]
    members: Vec<MemberInput>,
    /// Seconds, and how many rebalances were seen at once.
    #[serde(default)]
    rebalances: Vec<(f64, usize)>,
    /// Group epochs at moments: rebalances are their steps, and none is missed.
    #[serde(default)]
    epochs: Vec<(f64, i32)>,
    /// Seconds, and the host at which a member came or went.
    #[serde(default)]
    moves: Vec<(f64, String)>,
    #[serde(default)]
    lag: Vec<(f64, f64)>,
    #[serde(default)]
    replicas: Vec<(f64, u32)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PartitionInput {
    topic: String,
    partition: i32,
    /// A status as the kind `status` answers it.
    status: String,
    #[serde(default)]
    lag: Option<i64>,
    #[serde(default)]
    committed: Option<i64>,
    #[serde(default)]
    inflow: Option<f64>,
    #[serde(default)]
    outflow: Option<f64>,
    #[serde(default)]
    lag_grows: bool,
    #[serde(default)]
    owner: Option<String>,
    #[serde(default)]
    owners_since_commit: Option<usize>,
    #[serde(default)]
    restarts_since_commit: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MemberInput {
    id: String,
    #[serde(default)]
    pod_is_gone: bool,
    #[serde(default)]
    workload: Option<String>,
    #[serde(default)]
    topics: BTreeSet<String>,
}

#[derive(Serialize, Default)]
pub(crate) struct PatternAnswer {
    stuck: Option<StuckAnswer>,
    poison: Vec<PoisonAnswer>,
    hot: Option<HotAnswer>,
    slow: Vec<SlowAnswer>,
    storm: Option<StormAnswer>,
    flapping: BTreeMap<String, usize>,
    ghosts: Vec<String>,
    shared_use: BTreeMap<String, Vec<String>>,
    oscillation: Option<SwingAnswer>,
}

#[derive(Serialize)]
struct StuckAnswer {
    partitions: Vec<String>,
    of: usize,
    owner: Option<String>,
    /// `member` where one owns all that are stuck, else `data`.
    suspect: &'static str,
}

#[derive(Serialize)]
struct PoisonAnswer {
    partition: String,
    offset: i64,
    owners: usize,
    restarts: u32,
    sure: bool,
}

#[derive(Serialize)]
struct HotAnswer {
    partition: String,
    times_mean: f64,
    lag_share: f64,
}

#[derive(Serialize)]
struct SlowAnswer {
    member: String,
    per_second: f64,
    median_per_second: f64,
}

#[derive(Serialize)]
struct StormAnswer {
    rebalances: usize,
    exact: bool,
}

#[derive(Serialize)]
struct SwingAnswer {
    crossings: usize,
    mean: f64,
    scalings: usize,
}

fn name(text: &str) -> Name {
    text.into()
}

fn place(id: &PartitionId) -> String {
    format!("{}-{}", id.topic, id.partition)
}

pub(crate) fn pattern(input: PatternInput) -> Result<PatternAnswer, String> {
    let now = moment(input.now);
    let status = |word: &str| {
        let found = Status::ALL.iter().find(|status| status.word() == word);
        found
            .copied()
            .ok_or_else(|| format!("no status is called {word:?}"))
    };
    let partitions: Result<Vec<PartitionView>, String> = input
        .partitions
        .iter()
        .map(|of| {
            Ok(PartitionView {
                id: PartitionId {
                    topic: name(&of.topic),
                    partition: of.partition,
                },
                status: status(&of.status)?,
                lag: of.lag,
                committed: of.committed,
                inflow: of.inflow,
                outflow: of.outflow,
                grows: of.lag_grows,
                owner: of.owner.as_deref().map(name),
                owners_since_commit: of
                    .owners_since_commit
                    .unwrap_or(usize::from(of.owner.is_some())),
                restarts_since_commit: of.restarts_since_commit,
            })
        })
        .collect();
    let partitions = partitions?;
    let members: Vec<MemberView> = input
        .members
        .iter()
        .map(|of| MemberView {
            id: name(&of.id),
            pod_is_gone: of.pod_is_gone,
            workload: of.workload.as_deref().map(name),
            topics: of.topics.iter().map(|topic| name(topic)).collect(),
        })
        .collect();
    let mut rebalances: Vec<(Time, usize)> = input
        .rebalances
        .iter()
        .map(|(at, count)| (moment(*at), *count))
        .collect();
    for pair in input.epochs.windows(2) {
        if let [(_, before), (at, after)] = pair {
            let steps = after.saturating_sub(*before);
            rebalances.push((moment(*at), usize::try_from(steps).unwrap_or(0)));
        }
    }
    let hosts: Vec<(Time, Name)> = input
        .moves
        .iter()
        .map(|(at, host)| (moment(*at), name(host)))
        .collect();
    let lag: Vec<(Time, f64)> = input
        .lag
        .iter()
        .map(|(at, lag)| (moment(*at), *lag))
        .collect();
    let replicas: Vec<(Time, u32)> = input
        .replicas
        .iter()
        .map(|(at, n)| (moment(*at), *n))
        .collect();
    Ok(PatternAnswer {
        stuck: insight::stuck(&partitions).map(|of| StuckAnswer {
            partitions: of.partitions.iter().map(place).collect(),
            of: of.of,
            suspect: if of.owner.is_some() { "member" } else { "data" },
            owner: of.owner.map(|owner| owner.to_string()),
        }),
        poison: insight::poison(&partitions)
            .into_iter()
            .map(|of| PoisonAnswer {
                partition: place(&of.partition),
                offset: of.offset,
                owners: of.owners,
                restarts: of.restarts,
                sure: of.sure,
            })
            .collect(),
        hot: insight::hot(&partitions).map(|of| HotAnswer {
            partition: place(&of.partition),
            times_mean: of.times_mean,
            lag_share: of.lag_share,
        }),
        slow: insight::slow(&partitions)
            .into_iter()
            .map(|of| SlowAnswer {
                member: of.member.to_string(),
                per_second: of.rate,
                median_per_second: of.median,
            })
            .collect(),
        storm: insight::storm(
            &rebalances,
            input.epochs.len() > 1 && input.rebalances.is_empty(),
            now,
        )
        .map(|of| StormAnswer {
            rebalances: of.rebalances,
            exact: of.exact,
        }),
        flapping: insight::flapping(hosts.iter().map(|(at, host)| (*at, host)), now)
            .into_iter()
            .map(|(host, count)| (host.to_string(), count))
            .collect(),
        ghosts: insight::ghosts(&members)
            .iter()
            .map(ToString::to_string)
            .collect(),
        shared_use: insight::shared_use(&members)
            .unwrap_or_default()
            .into_iter()
            .map(|(workload, topics)| {
                let topics = topics.iter().map(ToString::to_string).collect();
                (workload.to_string(), topics)
            })
            .collect(),
        oscillation: insight::oscillation(&lag, &replicas, now).map(|of| SwingAnswer {
            crossings: of.crossings,
            mean: of.mean,
            scalings: of.scalings,
        }),
    })
}
