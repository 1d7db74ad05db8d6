//! How each source is doing: what it said last, since when, and why.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Name, Time};

/// The three systems that are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum System {
    Kubernetes,
    Kafka,
    Prometheus,
}

macro_rules! sources {
    ($($variant:ident $name:literal $system:ident $doc:literal,)*) => {
        /// One collector's subject. Each has its own health, so that one missing right hides one thing only.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Source { $(#[doc = $doc] $variant,)* }

        impl Source {
            /// Every source, in the order in which they are shown.
            pub const ALL: &[Source] = &[$(Source::$variant,)*];

            /// The name used on screen, in JSON and by `:`.
            pub fn name(self) -> &'static str {
                match self { $(Source::$variant => $name,)* }
            }

            /// What the source reads, in words.
            pub fn about(self) -> &'static str {
                match self { $(Source::$variant => $doc,)* }
            }

            pub fn system(self) -> System {
                match self { $(Source::$variant => System::$system,)* }
            }
        }
    };
}

sources! {
    Pods "pods" Kubernetes "pods",
    Nodes "nodes" Kubernetes "nodes",
    Deployments "deployments" Kubernetes "Deployments",
    StatefulSets "statefulsets" Kubernetes "StatefulSets",
    ReplicaSets "replicasets" Kubernetes "ReplicaSets, for the owners of pods",
    Autoscalers "horizontalpodautoscalers" Kubernetes "HorizontalPodAutoscalers",
    ScaledObjects "scaledobjects" Kubernetes "KEDA's ScaledObjects",
    Warnings "events" Kubernetes "events of type Warning",
    PodMetrics "pod metrics" Kubernetes "CPU and memory of pods (metrics.k8s.io)",
    NodeMetrics "node metrics" Kubernetes "CPU and memory of nodes (metrics.k8s.io)",
    Strimzi "strimzi" Kubernetes "Strimzi's kinds: Kafka, KafkaNodePool, KafkaRebalance, KafkaConnect, KafkaConnector, KafkaMirrorMaker2, StrimziPodSet",
    Metadata "metadata" Kafka "brokers, topics, partitions, the controller",
    Lag "lag" Kafka "groups, committed and end offsets",
    Members "members" Kafka "members of groups and their assignments",
    LogStart "log start" Kafka "log start and last stable offsets, once a minute",
    TopicConfigs "topic configs" Kafka "min.insync.replicas, cleanup.policy, retention",
    LogDirs "log dirs" Kafka "sizes of partitions and disks",
    Reassignments "reassignments" Kafka "partitions that are moving",
    Series "prometheus" Prometheus "series of brokers, groups and pods",
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What a source last said of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum State {
    /// Answers as it should.
    Live,
    /// Reads for the first time, or again from the start: `got` objects of `of`, where the server tells.
    Syncing { got: u64, of: Option<u64> },
    /// Answered before, but not in time, or only in part.
    Stale,
    /// Cannot be reached.
    Unreachable,
    /// Does not accept who we are.
    Unauthorized,
    /// Accepts who we are, but not what we ask.
    Forbidden { verb: Name, resource: Name },
    /// Asks us to wait.
    Throttled,
    /// Is not there: a kind that is not served, an exporter that is not scraped.
    Missing,
}

impl State {
    /// One word, as in JSON and on screen.
    pub fn word(&self) -> &'static str {
        match self {
            State::Live => "live",
            State::Syncing { .. } => "syncing",
            State::Stale => "stale",
            State::Unreachable => "unreachable",
            State::Unauthorized => "unauthorized",
            State::Forbidden { .. } => "forbidden",
            State::Throttled => "throttled",
            State::Missing => "missing",
        }
    }

    /// Whether the source needs somebody's attention. An absent kind is a fact, not a fault.
    pub fn is_sick(&self) -> bool {
        !matches!(self, State::Live | State::Syncing { .. } | State::Missing)
    }
}

/// What a collector reports after each round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthReport {
    pub source: Source,
    pub state: State,
    /// What, where, why and what to do, in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Name>,
    /// When it will be tried again, after a failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Time>,
    /// How often the source is asked, in milliseconds; None for a watch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<i64>,
    /// The source is read only while it is looked at, and now it is not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub paused: bool,
    /// Requests, failed requests and bytes read since the start; None where the source cannot tell its own from others'.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub errors: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
}

impl HealthReport {
    pub fn new(source: Source, state: State) -> Self {
        HealthReport {
            source,
            state,
            why: None,
            retry_at: None,
            every: None,
            paused: false,
            requests: None,
            errors: None,
            bytes: None,
        }
    }

    /// The source is left alone until somebody looks at it again.
    pub fn paused(source: Source) -> Self {
        let report = HealthReport {
            paused: true,
            ..HealthReport::new(source, State::Live)
        };
        report.because("read only while it is looked at")
    }

    #[must_use]
    pub fn because(mut self, why: impl Into<Name>) -> Self {
        self.why = Some(why.into());
        self
    }
}

/// What we hold of a source: its last report, and when it was last well.
#[derive(Clone, Debug, PartialEq)]
pub struct Health {
    pub report: HealthReport,
    /// Since when it has been in this state.
    pub since: Time,
    /// When it last answered as it should.
    pub last_ok: Option<Time>,
    /// Values that made no sense and were left out, newest last.
    pub notes: Vec<Name>,
}

impl Health {
    /// Notes kept per source.
    pub const NOTES: usize = 8;

    pub fn note(&mut self, text: impl Into<Name>) {
        if self.notes.len() == Self::NOTES {
            self.notes.remove(0);
        }
        self.notes.push(text.into());
    }

    /// Milliseconds since the last good answer, when that is long enough ago that the data must be called old: more
    /// than three polls, or any time at all for a watch that is not live.
    pub fn stale_for(&self, now: Time) -> Option<i64> {
        let age = now.since(self.last_ok?);
        if self.report.paused {
            return None;
        }
        match (&self.report.state, self.report.every) {
            (State::Live | State::Syncing { .. }, None) => None,
            (State::Live | State::Syncing { .. }, Some(every)) => (age > 3 * every).then_some(age),
            _ => Some(age),
        }
    }
}
