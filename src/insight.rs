//! What it means: pure functions of the model. Every number comes with the evidence it was made from.

mod chart;
mod findings;
mod history;
mod index;
mod join;
mod lag;
mod load;
mod picture;
mod ranking;
mod replication;

pub use chart::{Chart, ChartLine, Origin, chart, value_at};
pub use findings::{Finding, Severity, count};
pub use history::{GroupHistory, History};
pub use index::{Index, sum_usage};
pub use join::{
    Confidence, Join, Link, broker_pod, group_workload, member_pod, pod_owner, pod_workload,
};
pub use lag::{GroupLag, PartitionLag, PartitionState, Want, group_lag, group_partitions};
pub use load::{BrokerLoad, Flow, GroupLoad, Load, PodLoad};
pub use picture::Picture;
pub use ranking::{Ranking, rank};
pub use replication::{
    ClusterReplication, PartitionHealth, cluster_replication, effective_min_isr, partition_health,
};
