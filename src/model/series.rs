//! Series of numbers that Prometheus measured.

use serde::{Deserialize, Serialize};

use super::{BrokerId, Name, PodId, Time};

/// What a series measures. Units are in the names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    BytesInPerSecond,
    BytesOutPerSecond,
    MessagesInPerSecond,
    /// 99th percentile of the total time of Produce requests.
    ProduceMillisP99,
    /// 0 (all threads busy) to 1 (all idle).
    HandlerIdle,
    RequestsPerSecond,
    /// 99th percentile of the total time of consumers' fetches; their long poll is part of it.
    FetchMillisP99,
    /// Partitions that a broker leads and that miss a replica.
    UnderReplicated,
    /// Sum of the lag of a group's partitions, as an exporter sees it.
    GroupLag,
    /// Records that a group commits a second.
    CommittedPerSecond,
    CpuMillicores,
    MemoryBytes,
    /// Share of the CPU periods in which a pod was held back, 0 to 1.
    CpuThrottled,
}

/// Whose series.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeriesKey {
    Broker(BrokerId),
    Group(Name),
    Pod(PodId),
}

/// Samples of one series, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    pub signal: Signal,
    pub of: SeriesKey,
    pub samples: Vec<(Time, f64)>,
}
