//! Which sources feed which report, whether they have answered, and what of them is missing.

use std::time::Duration;

use crate::{
    cli::{args::View, exit::Complaint},
    model::{Health, Name, Site, Source, State, System, Time},
};

use super::{Subject, spoken};

/// The sources whose answers stand in the report's columns, the one that gives the rows first.
fn feeding(subject: &Subject) -> &'static [Source] {
    use Source::{
        Deployments, Lag, LogDirs, LogStart, Members, Metadata, NodeMetrics, Nodes, PodMetrics,
        Pods, ReplicaSets, StatefulSets, TopicConfigs,
    };
    match subject {
        Subject::Lag(_) => &[Lag, Metadata, Members, LogStart, Pods],
        Subject::Check(_) => &[Lag, Metadata],
        Subject::Why(_) => &[
            Lag,
            Metadata,
            Members,
            LogStart,
            TopicConfigs,
            Pods,
            Nodes,
            Deployments,
            StatefulSets,
            ReplicaSets,
        ],
        Subject::View(View::Groups) => &[Lag, Metadata, Members, LogStart, Pods, ReplicaSets],
        Subject::View(View::Topics) => &[Metadata, TopicConfigs, LogDirs],
        Subject::View(View::Partitions) => &[Metadata, Lag, LogStart, LogDirs],
        Subject::View(View::Brokers) => &[Metadata, LogDirs, Pods, Nodes],
        Subject::View(View::Workloads) => {
            &[Deployments, StatefulSets, Pods, ReplicaSets, PodMetrics]
        }
        Subject::View(View::Pods) => &[Pods, PodMetrics],
        Subject::View(View::Nodes) => &[Nodes, Pods, NodeMetrics],
        Subject::View(View::Home | View::Sources) => Source::ALL,
    }
}

/// The system that gives the rows; None where any will do.
pub(super) fn system(subject: &Subject) -> Option<System> {
    match subject {
        Subject::View(View::Home | View::Sources) => None,
        other => feeding(other).first().map(|source| source.system()),
    }
}

/// Whether the report has no rows without this source.
pub(super) fn gives_rows(subject: &Subject, source: Source) -> bool {
    match subject {
        Subject::View(View::Home | View::Sources) => false,
        other => feeding(other).first() == Some(&source),
    }
}

/// How far a source has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// Has not said anything final yet.
    Awaited,
    Well,
    /// Is not there, which is a fact and no fault.
    Absent,
    /// Failed, was refused, or is old.
    Sick,
    /// Says nothing because its whole system does not answer; the sources that do say so speak for it.
    Silent,
}

fn standing(site: &Site, source: Source) -> Standing {
    let Some(health) = site.health.get(&source) else {
        return if is_down(site, source.system()) {
            Standing::Silent
        } else {
            Standing::Awaited
        };
    };
    match &health.report.state {
        State::Live => Standing::Well,
        State::Missing => Standing::Absent,
        State::Syncing { .. } | State::Throttled => Standing::Awaited,
        State::Stale | State::Unreachable | State::Unauthorized | State::Forbidden { .. } => {
            Standing::Sick
        }
    }
}

/// Whether all that was said of a system is that it cannot be used.
fn is_down(site: &Site, system: System) -> bool {
    let mut heard = site
        .health
        .values()
        .filter(|health| health.report.source.system() == system)
        .peekable();
    heard.peek().is_some()
        && heard.all(|health| match health.report.state {
            State::Unreachable | State::Unauthorized => true,
            // Of a cluster that was not found, or that we may not get to, nothing else will be heard.
            State::Missing | State::Forbidden { .. } => system == System::Kafka,
            _ => false,
        })
}

fn wanted<'a>(
    subject: &'a Subject,
    systems: &'a [System],
) -> impl Iterator<Item = Source> + use<'a> {
    feeding(subject)
        .iter()
        .copied()
        .filter(|source| systems.contains(&source.system()))
}

/// Whether nothing more is to be waited for.
pub(super) fn answered(site: &Site, subject: &Subject, systems: &[System]) -> bool {
    wanted(subject, systems).all(|source| standing(site, source) != Standing::Awaited)
}

/// A source whose part of the report is missing or old.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    pub source: Source,
    /// As in [`State::word`].
    pub state: &'static str,
    pub why: Option<Name>,
}

/// One line for stderr for each reason; sources that fail for the same one share it. What a collector says of itself
/// already has place, reason and remedy.
pub(super) fn complaints(missing: &[Missing]) -> Vec<Complaint> {
    let mut reasons: Vec<(&Missing, Vec<&str>)> = Vec::new();
    for one in missing {
        let alike = |other: &&mut (&Missing, Vec<&str>)| {
            other.0.source.system() == one.source.system()
                && (other.0.state, &other.0.why) == (one.state, &one.why)
        };
        match reasons.iter_mut().find(alike) {
            Some((_, names)) => names.push(one.source.name()),
            None => reasons.push((one, vec![one.source.name()])),
        }
    }
    reasons
        .into_iter()
        .map(|(first, names)| {
            let system = system_name(first.source.system());
            let what = format!("{system}: {} {}", names.join(", "), first.state);
            Complaint::new(what, first.why.as_deref().unwrap_or_default())
        })
        .collect()
}

/// The name of a system in JSON.
pub(super) fn system_name(system: System) -> &'static str {
    match system {
        System::Kubernetes => "kubernetes",
        System::Kafka => "kafka",
        System::Prometheus => "prometheus",
    }
}

/// All that is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AllMissing {
    pub(super) list: Vec<Missing>,
    /// No source at all is well.
    pub(super) nothing: bool,
}

impl AllMissing {
    /// Says of sources that gave no reason that the time was over.
    pub(super) fn explained(mut self, timeout: Duration) -> Self {
        for missing in self.list.iter_mut().filter(|missing| missing.why.is_none()) {
            let why = format!(
                "no whole answer within {}; give it longer with --timeout",
                spoken(timeout)
            );
            missing.why = Some(why.into());
        }
        self
    }
}

/// What is missing now. A report on the sources themselves shows their states, so that it never lacks one.
pub(super) fn missing(site: &Site, subject: &Subject, systems: &[System], now: Time) -> AllMissing {
    if *subject == Subject::View(View::Sources) {
        return AllMissing {
            list: Vec::new(),
            nothing: false,
        };
    }
    let is_old =
        |health: &Health| health.report.state == State::Live && health.stale_for(now).is_some();
    let mut well = 0;
    let mut list = Vec::new();
    for source in wanted(subject, systems) {
        let health = site.health.get(&source);
        let state = match (standing(site, source), health) {
            (Standing::Absent, _) if gives_rows(subject, source) => State::Missing.word(),
            (Standing::Absent | Standing::Silent, _) => continue,
            (Standing::Well, Some(health)) if is_old(health) => State::Stale.word(),
            (Standing::Well, _) => {
                well += 1;
                continue;
            }
            (_, Some(health)) => health.report.state.word(),
            (_, None) => "syncing",
        };
        list.push(Missing {
            source,
            state,
            why: health.and_then(|health| health.report.why.clone()),
        });
    }
    AllMissing {
        nothing: well == 0 && !list.is_empty(),
        list,
    }
}
