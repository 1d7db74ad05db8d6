//! Why a group is behind: causes, the one to begin with first, each with the numbers that it was found by and the command
//! that shows them without us. That nothing was found is an answer too, with what was looked at.

mod kafka;
mod losses;
mod pods;
mod proof;
mod scaling;
mod still;

use std::collections::BTreeMap;

use crate::model::{Group, Key, Name, Site, Source, State, Time};

use super::{
    GroupLag, GroupStatus, Meaning, Outlook, PartitionLag, PartitionView, Picture, Status, Want,
    group_lag, group_partitions,
};

pub use proof::Proof;

/// What may be behind a lag, in the order in which it is worth looking at: what stands first may be the cause of what
/// stands after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CauseKind {
    /// A partition has no leader.
    NoLeader,
    /// The group's commits cannot be written.
    Coordinator,
    /// A pod behind the group does not stay up.
    PodCrashes,
    /// A pod behind the group is not ready, or its node is not.
    PodSick,
    /// An open transaction holds up readers of committed records.
    Transaction,
    /// Records were deleted before they were read.
    Lost,
    /// Commits lie beyond the end: the log was cut, or the topic was made again.
    Ahead,
    /// The committed offset went back.
    Rewound,
    /// One record is not got past.
    Poison,
    /// A member keeps its partitions and commits nothing.
    Stuck,
    /// A member's pod is gone.
    Ghost,
    /// A pod runs and is no member.
    NotAMember,
    /// Nobody reads.
    NoMember,
    /// Partitions change hands again and again.
    Storm,
    /// One partition gets most of what comes in.
    Hot,
    /// A member is slower than its fellows.
    SlowMember,
    /// A pod is held back by its CPU limit, or is near its memory limit.
    Starved,
    /// More comes in than is committed.
    TooSlow,
    /// Retention will delete records before they are read.
    Retention,
    /// Too few replicas are in sync: there may be more than the numbers show.
    Frozen,
    /// The lag is being worked off.
    CatchingUp,
}

impl CauseKind {
    /// The word of JSON.
    pub fn word(self) -> &'static str {
        match self {
            CauseKind::NoLeader => "no_leader",
            CauseKind::Coordinator => "coordinator",
            CauseKind::PodCrashes => "pod_crashes",
            CauseKind::PodSick => "pod_sick",
            CauseKind::Transaction => "transaction",
            CauseKind::Lost => "lost",
            CauseKind::Ahead => "ahead",
            CauseKind::Rewound => "rewound",
            CauseKind::Poison => "poison",
            CauseKind::Stuck => "stuck",
            CauseKind::Ghost => "ghost",
            CauseKind::NotAMember => "not_a_member",
            CauseKind::NoMember => "no_member",
            CauseKind::Storm => "storm",
            CauseKind::Hot => "hot_partition",
            CauseKind::SlowMember => "slow_member",
            CauseKind::Starved => "starved",
            CauseKind::TooSlow => "too_slow",
            CauseKind::Retention => "retention",
            CauseKind::Frozen => "frozen",
            CauseKind::CatchingUp => "catching_up",
        }
    }

    /// Whether it is a fault; a backlog that is being worked off is none.
    pub fn is_fault(self) -> bool {
        self != CauseKind::CatchingUp
    }
}

/// One cause.
#[derive(Clone, Debug, PartialEq)]
pub struct Cause {
    pub kind: CauseKind,
    /// What Enter opens.
    pub subject: Key,
    /// A sentence for people.
    pub what: String,
    /// Records of the group's lag that lie where it was found.
    pub lag: i64,
    pub proofs: Vec<Proof>,
}

/// One thing that was looked at, and what was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    pub at: &'static str,
    pub seen: String,
}

/// The answer for one group.
#[derive(Clone, Debug, PartialEq)]
pub struct Why {
    pub group: Name,
    pub lag: GroupLag,
    pub status: GroupStatus,
    pub outlook: Outlook,
    pub causes: Vec<Cause>,
    pub looked_at: Vec<Look>,
    /// Some partitions could not be judged yet: what is missing.
    pub too_early: Option<String>,
}

impl Why {
    /// One line: the first cause, or that nothing is wrong.
    pub fn verdict(&self) -> String {
        let faults = self.causes.iter().filter(|cause| cause.kind.is_fault());
        match (faults.clone().next(), &self.too_early) {
            (Some(first), _) => {
                let more = faults.count() - 1;
                match more {
                    0 => first.what.clone(),
                    more => format!("{}; and {more} more", first.what),
                }
            }
            (None, Some(missing)) => format!("nothing wrong found so far: {missing}"),
            (None, None) => match self.causes.first() {
                Some(cause) => format!("nothing wrong found: {}", cause.what),
                None => "nothing wrong found".to_owned(),
            },
        }
    }
}

/// All that the rules look at.
struct Case<'a> {
    picture: &'a Picture,
    group: &'a Group,
    number: u32,
    now: Time,
    rows: Vec<(PartitionLag<'a>, Option<Meaning>)>,
    outlook: Outlook,
    status: GroupStatus,
}

impl<'a> Case<'a> {
    fn site(&self) -> &'a Site {
        &self.picture.site
    }

    fn id(&self) -> &'a Name {
        &self.group.listed.id
    }

    /// Partitions with this status.
    fn with(&self, status: Status) -> impl Iterator<Item = (&PartitionLag<'a>, &Meaning)> {
        self.rows.iter().filter_map(move |(row, meaning)| {
            let meaning = meaning.as_ref()?;
            (meaning.judgement.status == status).then_some((row, meaning))
        })
    }

    fn views(&self) -> Vec<PartitionView> {
        self.rows
            .iter()
            .filter_map(|(row, meaning)| {
                let meaning = meaning.as_ref()?;
                let history = self.picture.history.at(self.number)?;
                let column = history.column(row)?;
                Some(PartitionView {
                    id: row.id.clone(),
                    status: meaning.judgement.status,
                    lag: row.lag,
                    committed: row.committed,
                    inflow: meaning.rates.map(|rates| rates.inflow),
                    outflow: meaning.rates.map(|rates| rates.outflow),
                    grows: meaning.judgement.growth.is_some(),
                    owner: row.owner.map(|member| member.id.clone()),
                    owners_since_commit: column.owners_since_commit(),
                    restarts_since_commit: pods::restarts_since(self, row, column.still_since()),
                })
            })
            .collect()
    }

    /// The last thing that a source said well.
    fn read(&self, source: Source) -> Option<Time> {
        self.site().health.get(&source)?.last_ok
    }

    /// What of these sources could not be read.
    fn unread(&self, sources: &[Source]) -> Option<String> {
        let health = &self.site().health;
        let sick: Vec<String> = sources
            .iter()
            .filter_map(
                |source| match health.get(source).map(|of| &of.report.state) {
                    None => Some(format!("{source} not read")),
                    Some(state @ (State::Syncing { .. } | State::Missing)) => {
                        Some(format!("{source} {}", state.word()))
                    }
                    Some(state) if state.is_sick() => Some(format!("{source} {}", state.word())),
                    Some(_) => None,
                },
            )
            .collect();
        (!sick.is_empty()).then(|| sick.join(", "))
    }
}

/// Sum of the lag of partitions, those ahead as 0.
fn lag_of<'a>(rows: impl IntoIterator<Item = &'a PartitionLag<'a>>) -> i64 {
    rows.into_iter()
        .filter_map(|row| row.lag)
        .map(|lag| lag.max(0))
        .sum()
}

/// Looks for the causes of a group's lag. The index must be up to date.
pub fn why(picture: &Picture, id: &Name, now: Time) -> Option<Why> {
    let number = picture.site.kafka.groups.number(id)?;
    let group = picture.site.kafka.groups.row(number)?;
    let partitions = group_partitions(&picture.site, group, Want::All);
    let lag = group_lag(&partitions);
    let history = picture.history.at(number);
    let outlook = history.map_or_else(Outlook::default, |history| {
        history.outlook(&picture.site, &partitions, now)
    });
    let rows = partitions
        .into_iter()
        .map(|row| {
            let meaning = history.and_then(|of| of.meaning(&picture.site, group, &row, now));
            (row, meaning)
        })
        .collect();
    let case = Case {
        picture,
        group,
        number,
        now,
        rows,
        outlook,
        status: history
            .map(|history| history.status_at(now))
            .unwrap_or_default(),
    };
    let mut causes = Vec::new();
    let mut looked_at = Vec::new();
    kafka::look(&case, &mut causes, &mut looked_at);
    pods::look(&case, &mut causes, &mut looked_at);
    explain_away(&mut causes);
    causes.sort_by(|a, b| a.kind.cmp(&b.kind).then(b.lag.cmp(&a.lag)));
    let too_early = too_early(&case);
    Some(Why {
        group: id.clone(),
        lag,
        status: case.status,
        outlook: case.outlook,
        causes,
        looked_at,
        too_early,
    })
}

/// What one cause says is not said again by what follows from it.
fn explain_away(causes: &mut Vec<Cause>) {
    let mut found: BTreeMap<CauseKind, usize> = BTreeMap::new();
    for cause in causes.iter() {
        *found.entry(cause.kind).or_default() += 1;
    }
    let has = |kind: CauseKind| found.contains_key(&kind);
    let slow_for_a_reason = has(CauseKind::Hot) || has(CauseKind::SlowMember);
    let nobody = has(CauseKind::NoMember);
    let crashes = has(CauseKind::PodCrashes);
    causes.retain(|cause| match cause.kind {
        // A pod that crashes is no member, and comes and goes.
        CauseKind::NotAMember | CauseKind::Storm => !crashes,
        CauseKind::TooSlow => !slow_for_a_reason && !nobody,
        CauseKind::CatchingUp => found.keys().all(|kind| !kind.is_fault()),
        _ => true,
    });
}

fn too_early(case: &Case<'_>) -> Option<String> {
    let waiting: Vec<&Meaning> = case
        .rows
        .iter()
        .filter(|(row, _)| row.lag.is_some_and(|lag| lag > 0))
        .filter_map(|(_, meaning)| meaning.as_ref())
        .filter(|meaning| meaning.judgement.status == Status::Unknown)
        .collect();
    let most = waiting
        .iter()
        .max_by_key(|of| of.judgement.needed.saturating_sub(of.judgement.samples))?;
    Some(format!(
        "{} of {} samples taken for {} of {} partitions with lag",
        most.judgement.samples.min(most.judgement.needed),
        most.judgement.needed,
        waiting.len(),
        case.rows
            .iter()
            .filter(|(row, _)| row.lag.is_some_and(|lag| lag > 0))
            .count()
    ))
}
