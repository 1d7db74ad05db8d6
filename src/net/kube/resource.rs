//! The kinds that are read, as data: group, version, plural.
use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// A kind of the API, and how it is addressed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Resource {
    /// The API group; empty for the core group.
    pub group: &'static str,
    /// The version; discovered for custom resources.
    pub version: Cow<'static, str>,
    /// The plural of the URL.
    pub plural: &'static str,
    /// The kind's name.
    pub kind: &'static str,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
}

/// Where the objects of a kind live.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lives {
    InNamespaces,
    InTheCluster,
}

const fn resource(
    group: &'static str,
    version: &'static str,
    plural: &'static str,
    kind: &'static str,
    lives: Lives,
) -> Resource {
    Resource {
        group,
        version: Cow::Borrowed(version),
        plural,
        kind,
        namespaced: matches!(lives, Lives::InNamespaces),
    }
}

impl Resource {
    /// Pods.
    pub const PODS: Self = resource("", "v1", "pods", "Pod", Lives::InNamespaces);
    /// Nodes.
    pub const NODES: Self = resource("", "v1", "nodes", "Node", Lives::InTheCluster);
    /// Events; all of a cluster are watched with the field selector `type=Warning`.
    pub const EVENTS: Self = resource("", "v1", "events", "Event", Lives::InNamespaces);
    /// Deployments.
    pub const DEPLOYMENTS: Self = resource(
        "apps",
        "v1",
        "deployments",
        "Deployment",
        Lives::InNamespaces,
    );
    /// `StatefulSets`.
    pub const STATEFUL_SETS: Self = resource(
        "apps",
        "v1",
        "statefulsets",
        "StatefulSet",
        Lives::InNamespaces,
    );
    /// `ReplicaSets`.
    pub const REPLICA_SETS: Self = resource(
        "apps",
        "v1",
        "replicasets",
        "ReplicaSet",
        Lives::InNamespaces,
    );
    /// `HorizontalPodAutoscalers`.
    pub const AUTOSCALERS: Self = resource(
        "autoscaling",
        "v2",
        "horizontalpodautoscalers",
        "HorizontalPodAutoscaler",
        Lives::InNamespaces,
    );
    /// `Secrets`: one that the user names is read, never a list.
    pub const SECRETS: Self = resource("", "v1", "secrets", "Secret", Lives::InNamespaces);
    /// `PodMetrics`; listed, never watched.
    pub const POD_METRICS: Self = resource(
        "metrics.k8s.io",
        "v1beta1",
        "pods",
        "PodMetrics",
        Lives::InNamespaces,
    );
    /// `NodeMetrics`; listed, never watched.
    pub const NODE_METRICS: Self = resource(
        "metrics.k8s.io",
        "v1beta1",
        "nodes",
        "NodeMetrics",
        Lives::InTheCluster,
    );

    /// The kind of this name, among those that run pods, are pods or nodes, or are Strimzi's; the version of Strimzi's is empty.
    pub fn of_kind(kind: &str) -> Option<Self> {
        use Lives::InNamespaces;
        Some(match kind {
            "Pod" => Self::PODS,
            "Node" => Self::NODES,
            "Deployment" => Self::DEPLOYMENTS,
            "StatefulSet" => Self::STATEFUL_SETS,
            "ReplicaSet" => Self::REPLICA_SETS,
            "DaemonSet" => resource("apps", "v1", "daemonsets", "DaemonSet", InNamespaces),
            "Job" => resource("batch", "v1", "jobs", "Job", InNamespaces),
            "CronJob" => resource("batch", "v1", "cronjobs", "CronJob", InNamespaces),
            "Kafka" => resource("kafka.strimzi.io", "", "kafkas", "Kafka", InNamespaces),
            "KafkaNodePool" => resource(
                "kafka.strimzi.io",
                "",
                "kafkanodepools",
                "KafkaNodePool",
                InNamespaces,
            ),
            "KafkaRebalance" => resource(
                "kafka.strimzi.io",
                "",
                "kafkarebalances",
                "KafkaRebalance",
                InNamespaces,
            ),
            "StrimziPodSet" => resource(
                "core.strimzi.io",
                "",
                "strimzipodsets",
                "StrimziPodSet",
                InNamespaces,
            ),
            _ => return None,
        })
    }

    /// The path of the collection, of one namespace or of all.
    pub fn path(&self, namespace: Option<&str>) -> String {
        let root = if self.group.is_empty() {
            format!("/api/{}", self.version)
        } else {
            format!("/apis/{}/{}", self.group, self.version)
        };
        match namespace {
            Some(namespace) if self.namespaced => {
                format!("{root}/namespaces/{namespace}/{}", self.plural)
            }
            _ => format!("{root}/{}", self.plural),
        }
    }

    /// `plural`, or `group/plural`: as errors and access reviews name it.
    pub fn qualified(&self) -> String {
        if self.group.is_empty() {
            self.plural.into()
        } else {
            format!("{}/{}", self.group, self.plural)
        }
    }
}

/// Which namespaces a watch covers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Scope {
    /// All of them, or the whole of a kind without namespaces.
    All,
    /// One.
    Namespace(String),
}

impl Scope {
    /// The namespace, if it is one.
    pub fn namespace(&self) -> Option<&str> {
        match self {
            Self::All => None,
            Self::Namespace(namespace) => Some(namespace),
        }
    }
}
