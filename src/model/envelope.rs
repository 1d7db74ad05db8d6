//! All that a source may say. This is also the format of recordings and fixtures: JSON lines of [`Envelope`].

use serde::{Deserialize, Serialize};

use super::{
    Autoscaler, BrokerDisk, ChartAnswer, Delta, GroupCommits, GroupListing, GroupMembers,
    HealthReport, Metadata, Name, NodeRow, NodeUsage, OffsetListing, PodRow, PodUsage, Point,
    Reassignment, ReplicaSetRow, ScaledObjectRow, Stamp, StrimziRow, Time, TopicConfig, Warning,
    WorkloadRow,
};

/// One thing that a source said, when, and of which site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    pub at: Time,
    pub site: Name,
    #[serde(flatten)]
    pub update: Update,
}

macro_rules! updates {
    ($($(#[$doc:meta])* $variant:ident $name:literal ($body:ty),)*) => {
        /// What was said.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "t", content = "d")]
        pub enum Update { $($(#[$doc])* #[serde(rename = $name)] $variant($body),)* }

        impl Update {
            /// The tags of all updates, as they stand in a recording.
            pub const TAGS: &[&'static str] = &[$($name,)*];

            /// The tag of this update.
            pub fn tag(&self) -> &'static str {
                match self { $(Update::$variant(_) => $name,)* }
            }
        }
    };
}

updates! {
    /// How a source is doing.
    Health "health" (HealthReport),
    Pods "pods" (Delta<PodRow>),
    Nodes "nodes" (Delta<NodeRow>),
    Deployments "deployments" (Delta<WorkloadRow>),
    StatefulSets "statefulsets" (Delta<WorkloadRow>),
    ReplicaSets "replicasets" (Delta<ReplicaSetRow>),
    Autoscalers "autoscalers" (Delta<Autoscaler>),
    ScaledObjects "scaledobjects" (Delta<ScaledObjectRow>),
    Warnings "warnings" (Delta<Warning>),
    /// What pods use now; a pod that is not named has no number.
    PodUsage "pod_usage" (Vec<PodUsage>),
    NodeUsage "node_usage" (Vec<NodeUsage>),
    Strimzi "strimzi" (Delta<StrimziRow>),
    Metadata "metadata" (Metadata),
    TopicConfigs "topic_configs" (Vec<TopicConfig>),
    Groups "groups" (GroupListing),
    /// Commits of the groups named; others stay as they were.
    Commits "commits" (Vec<GroupCommits>),
    Offsets "offsets" (OffsetListing),
    /// When records were written, of the partitions that are looked at; instead of all that was told before.
    Stamps "stamps" (Vec<Stamp>),
    /// Members of the groups named; others stay as they were.
    Members "members" (Vec<GroupMembers>),
    /// Disks of the brokers named; others stay as they were.
    LogDirs "log_dirs" (Vec<BrokerDisk>),
    /// All partitions that are moving.
    Reassignments "reassignments" (Vec<Reassignment>),
    /// Samples of series, in any order of series; each one's samples oldest first.
    Series "series" (Vec<Point>),
    /// Series over a range, for what somebody looks at.
    Chart "chart" (ChartAnswer),
}
