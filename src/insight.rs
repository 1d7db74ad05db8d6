//! What it means: pure functions of the model. Every number comes with the evidence it was made from.

mod assignor;
mod chart;
mod coordinator;
mod findings;
mod history;
mod index;
mod join;
mod lag;
mod load;
mod ownership;
mod pattern;
mod picture;
mod ranking;
mod rates;
mod replication;
mod shell;
mod status;
mod timelag;
mod why;
mod window;

pub use assignor::{Assignment, Subscriber, range};
pub use chart::{Chart, ChartLine, Origin, chart, value_at};
pub use coordinator::{java_hash, offsets_partition};
pub use findings::{Finding, Severity, count};
pub use history::{
    Expected, GroupHistory, GroupStatus, History, Meaning, Outlook, Rebalances,
    coordinator_is_degraded, offsets_home,
};
pub use index::{Index, sum_usage};
pub use join::{Confidence, Join, Link, broker_pod, member_pod, pod_owner, pod_workload};
pub use lag::{
    Facts, GroupLag, Isolation, Lawful, Marks, PartitionLag, PartitionState, Presence, Round, Want,
    group_lag, group_partitions, law,
};
pub use load::{BrokerLoad, Flow, GroupLoad, Load, PodLoad};
pub use ownership::{
    Candidate, Claims, Evidence, MemberSeen, Ownership, PodSeen, Testimony, is_streams_client,
    literal,
};
pub use pattern::{
    Hot, MemberView, PartitionView, Poison, Slow, Storm, Stuck, Swing, flapping, ghosts, hot,
    oscillation, poison, shared_use, slow, storm, stuck,
};
pub use picture::Picture;
pub use ranking::{Ranking, rank};
pub use rates::{Drain, Limit, Log, Loss, Rates, drain, group_drain, rate, retention, slope};
pub use replication::{
    ClusterReplication, PartitionHealth, cluster_replication, effective_min_isr, partition_health,
};
pub use shell::{Reach, command_line};
pub use status::{
    Circumstances, Growth, Judgement, Pace, Rewound, Rules, Sample, Series, Status, judge,
};
pub use timelag::{TimeLag, When, when};
pub use why::{Cause, CauseKind, Look, Proof, Why, why};
pub use window::{Column, Window};
