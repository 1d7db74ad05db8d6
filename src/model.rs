//! What we know: pure values and one way in, [`Site::apply`].
//!
//! Nothing here reads a clock, the environment, a file or a socket, and nothing here knows colours, widths or tasks.
//! A value that makes no sense becomes a note in [`Health`], never a panic.

mod chart;
mod checkpoint;
mod delta;
mod envelope;
mod health;
mod id;
mod kafka;
mod kube;
mod pods;
mod recording;
mod redact;
mod reel;
mod ring;
mod series;
mod site;
mod table;
mod time;
mod trace;

pub use chart::{ChartAnswer, ChartAsk, ChartOf, Lacking};
pub use delta::Delta;
pub use envelope::{Envelope, Update};
pub use health::{Health, HealthReport, Source, State, System};
pub use id::{BrokerId, Key, Name, Noun, PartitionId, PodId, WorkloadId};
pub use kafka::{
    Broker, BrokerDisk, Cluster, CommittedPartition, DirReplica, Fact, Group, GroupCommits,
    GroupKind, GroupListing, GroupMembers, Inside, Kafka, ListedGroup, LogDir, Member,
    MemberSetting, Metadata, OffsetKind, OffsetListing, Owned, Partition, PartitionOffsets,
    Reassignment, Stamp, Topic, TopicConfig, TopicMetadata, TopicOffsets,
};
pub use kube::{
    Autoscaler, LastExit, NodeRow, NodeUsage, Owner, PodRow, PodUsage, ReplicaSetRow,
    ScaledObjectRow, StrimziRow, Usage, Warning, WorkloadRow,
};
pub use pods::Pods;
pub use recording::{
    FORMAT, FormatError, Recorded, read_recording, recording_header, recording_line,
    write_recording,
};
pub use redact::Redaction;
pub use reel::Reel;
pub use ring::Ring;
pub use series::{Point, SeriesKey, Signal};
pub use site::Site;
pub use table::{Ledger, OnChange, Row, Table, weave};
pub use time::{SECOND, Time};
pub use trace::{Run, Trace, split};
