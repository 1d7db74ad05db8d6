//! Offsets and records.
use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use uuid::Uuid;

use super::Code;

/// A partition and the broker to ask about its log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeaderPartition {
    pub topic: Arc<str>,
    pub partition: i32,
    pub leader: i32,
    /// With `Some`, a broker that knows another epoch answers `FENCED_LEADER_EPOCH` or `UNKNOWN_LEADER_EPOCH`;
    /// with `None` any leader answers.
    pub leader_epoch: Option<i32>,
}

/// Which offset of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OffsetSpec {
    /// The log start.
    Earliest,
    /// The high watermark: what Kafka's own tool subtracts the committed offset from.
    Latest,
    /// The last stable offset: where a reader of committed transactions stops.
    LatestStable,
    /// The record with the largest timestamp (brokers from 3.0).
    MaxTimestamp,
    /// The first record at or after that many milliseconds since 1970.
    Timestamp(i64),
}

/// One partition's answer to `ListOffsets`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedOffset {
    pub topic: Arc<str>,
    pub partition: i32,
    pub result: Result<OffsetAt, Code>,
}

/// An offset of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OffsetAt {
    /// `None`: no record at or after that timestamp.
    pub offset: Option<i64>,
    /// Milliseconds since 1970, where a record was looked up by its timestamp.
    pub timestamp_ms: Option<i64>,
    pub leader_epoch: Option<i32>,
}

/// The committed offsets of one group, or why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupOffsets {
    pub group: Arc<str>,
    /// Only partitions with something to say: brokers leave out what was never committed.
    pub result: Result<Vec<CommittedOffset>, Code>,
}

/// One committed offset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommittedOffset {
    pub topic: Arc<str>,
    pub partition: i32,
    /// `Ok(None)`: nothing committed.
    pub result: Result<Option<i64>, Code>,
}

/// The offsets of one share group, or why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareGroupOffsets {
    pub group: Arc<str>,
    pub result: Result<Vec<SharePartition>, Code>,
}

/// One share partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharePartition {
    pub topic: Arc<str>,
    pub partition: i32,
    pub result: Result<ShareOffset, Code>,
}

/// Where a share group stands in one partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShareOffset {
    /// The share-partition start offset; `None` before the group first read it.
    pub start: Option<i64>,
    /// As the broker counts it; `None` when it does not know, and from brokers that have only version 0.
    pub lag: Option<i64>,
}

/// Which records a read may see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Isolation {
    /// Also records of open and aborted transactions.
    #[default]
    ReadUncommitted,
    /// Only committed records: aborted ones are filtered here, as the protocol wants it.
    ReadCommitted,
}

/// One bounded read of one partition.
#[derive(Clone, Debug)]
pub struct FetchSpec {
    pub topic: Arc<str>,
    /// Needed where the broker speaks Fetch from version 13; without it version 12 is asked.
    pub topic_id: Option<Uuid>,
    pub partition: i32,
    pub leader: i32,
    /// The first offset wanted.
    pub offset: i64,
    /// Bytes of batches at most; a single larger batch still comes whole.
    pub max_bytes: i32,
    /// How long the broker may wait for one byte to come.
    pub max_wait: Duration,
    pub isolation: Isolation,
    /// Bytes that one answer may inflate to.
    pub max_decompressed: usize,
}

/// What one read brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fetched {
    pub high_watermark: i64,
    pub last_stable_offset: Option<i64>,
    pub log_start_offset: Option<i64>,
    /// From `FetchSpec::offset` on, in the order of offsets; control records are left out.
    pub records: Vec<Record>,
    /// Where to go on reading: after the last whole batch, also when all of it was filtered out.
    pub next_offset: i64,
    /// Why decoding ended early, such as the bound on decompressed bytes or an unknown format; what came before
    /// is in `records`.
    pub cut: Option<String>,
}

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub offset: i64,
    /// Milliseconds since 1970.
    pub timestamp_ms: i64,
    pub timestamp_type: TimestampType,
    pub key: Option<Bytes>,
    pub value: Option<Bytes>,
    /// In order; names may repeat and need not be UTF-8.
    pub headers: Vec<(Bytes, Option<Bytes>)>,
    /// Written in a transaction.
    pub transactional: bool,
    /// `None` for producers that are not idempotent.
    pub producer_id: Option<i64>,
}

/// Who set a record's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimestampType {
    /// The producer.
    Create,
    /// The broker, when it appended the batch.
    LogAppend,
}
