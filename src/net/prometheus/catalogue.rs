//! Which metric carries which signal, in which dialect: a table.
mod table;

use std::{collections::BTreeSet, sync::Arc};

use serde::{Deserialize, Serialize};

/// A number that we want, whatever a server calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Signal {
    /// Bytes a second produced to a broker.
    BytesIn,
    /// Bytes a second fetched from a broker by consumers.
    BytesOut,
    /// Records a second produced to a broker.
    MessagesIn,
    /// 99th percentile of a produce request, in milliseconds, as the broker computes it.
    ProduceP99,
    /// 99th percentile of a consumer's fetch, in milliseconds; the long poll's wait (500 ms) is part of it.
    FetchP99,
    /// Requests a second that a broker takes, of all kinds.
    Requests,
    /// Idle share of the request handlers, 0 to 1.
    HandlerIdle,
    /// Idle share of the network threads, 0 to 1.
    NetworkIdle,
    /// Partitions led by a broker with fewer replicas in sync than assigned.
    UnderReplicated,
    /// Partitions led by a broker with fewer replicas in sync than `min.insync.replicas`.
    UnderMinIsr,
    /// Partitions without a leader, in the whole cluster.
    OfflinePartitions,
    /// Controllers that think they are the active one; 1 is right.
    ActiveControllers,
    /// Log directories that a broker has lost.
    OfflineLogDirs,
    /// Shrinks a second of the in-sync sets of a broker.
    IsrShrinks,
    /// Bytes of all logs on a broker.
    LogSize,
    /// Used share of a broker's heap, 0 to 1.
    HeapUsed,
    /// Share of the time that a broker's JVM collects garbage, 0 to 1.
    GcShare,
    /// Lag of a group on a topic, in records.
    GroupLag,
    /// Records a second that a group commits on a topic.
    GroupRate,
    /// CPU of a pod, in cores.
    PodCpu,
    /// Working set of a pod, in bytes.
    PodMemory,
    /// Share of a pod's CPU periods that were throttled, 0 to 1.
    PodThrottled,
}

/// Whose names the metrics bear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Dialect {
    /// The example rules of Strimzi for `jmx_exporter`.
    StrimziJmx,
    /// Strimzi's own metrics reporter.
    StrimziReporter,
    /// Confluent's and Grafana's rules.
    Confluent,
    /// Bitnami's rules.
    Bitnami,
    /// Redpanda's public metrics.
    Redpanda,
    /// `kafka_exporter`.
    KafkaExporter,
    /// kminion.
    Kminion,
    /// kubelet, cAdvisor and their like.
    Kubelet,
    /// The JVM agent.
    Jvm,
}

/// What a value is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Subject {
    /// A broker, by the value of the join label: a pod's name or a scrape address.
    Broker(Arc<str>),
    /// A pod.
    Pod {
        /// Its namespace.
        namespace: Arc<str>,
        /// Its name.
        name: Arc<str>,
    },
    /// A group on a topic.
    Group {
        /// The group's id.
        group: Arc<str>,
        /// The topic.
        topic: Arc<str>,
    },
    /// The Kafka cluster as a whole.
    Cluster,
}

/// Which labels of a result name its subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Labelled {
    /// The join label.
    Broker,
    /// None.
    Cluster,
    /// Namespace and pod.
    Pod(&'static str, &'static str),
    /// Group and topic.
    Group(&'static str, &'static str),
}

/// How a metric becomes a signal. In `PromQL`, `$m` stands for the metric, `$by` for the join label, `$w` for the window of rates, `$o` for those that
/// choose pods or groups, and `$s` for the matchers that choose the cluster, each with a comma behind it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    /// Sum by broker of the rates of the series with this matcher.
    SumRate(&'static str),
    /// Largest by broker.
    Max(&'static str),
    /// Smallest by broker.
    Min(&'static str),
    /// Sum by broker.
    Sum(&'static str),
    /// One number by this aggregation.
    Of(&'static str),
    /// Any other expression.
    Text(&'static str),
}

/// A signal in a dialect.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) signal: Signal,
    pub(super) dialect: Dialect,
    /// The metric that must exist.
    pub(super) needs: &'static str,
    pub(super) labelled: Labelled,
    form: Form,
}

impl Entry {
    /// The expression in `PromQL`.
    pub(super) fn expression(
        &self,
        join: &str,
        window: &str,
        matchers: &str,
        only: &str,
    ) -> String {
        let text = match self.form {
            Form::SumRate(matcher) => format!("sum by ($by) (rate($m{{$s{matcher}}}[$w]))"),
            Form::Max(matcher) => format!("max by ($by) ($m{{$s{matcher}}})"),
            Form::Min(matcher) => format!("min by ($by) ($m{{$s{matcher}}})"),
            Form::Sum(matcher) => format!("sum by ($by) ($m{{$s{matcher}}})"),
            Form::Of(aggregation) => format!("{aggregation}($m{{$s}})"),
            Form::Text(text) => text.into(),
        };
        let text = text.replace("$m", self.needs).replace("$by", join);
        let text = text.replace("$w", window).replace("$s", matchers);
        text.replace("$o", only)
    }
}

/// All metrics that the catalogue knows.
pub(super) fn metrics() -> BTreeSet<&'static str> {
    table::ENTRIES.iter().map(|entry| entry.needs).collect()
}

/// The metrics that could carry a signal, in any dialect.
pub fn looked_for(signal: Signal) -> Vec<&'static str> {
    let of = table::ENTRIES.iter().filter(|entry| entry.signal == signal);
    let mut names: Vec<&'static str> = of.map(|entry| entry.needs).collect();
    names.dedup();
    names
}

/// The entry to use for each signal, given the metrics that exist.
pub(super) fn choose(names: &BTreeSet<String>) -> Vec<Entry> {
    let mut chosen = BTreeSet::new();
    let exists = |entry: &&Entry| names.contains(entry.needs);
    table::ENTRIES
        .iter()
        .filter(exists)
        .filter(|entry| chosen.insert(entry.signal))
        .copied()
        .collect()
}

/// The dialects that these metrics belong to.
pub(super) fn dialects(names: &BTreeSet<String>) -> BTreeSet<Dialect> {
    choose(names).iter().map(|entry| entry.dialect).collect()
}
