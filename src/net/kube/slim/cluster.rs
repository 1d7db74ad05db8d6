//! Nodes, events and metrics as the API writes them, and their rows.
use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Meta, cap, count, nullable};
use crate::net::kube::{
    intern::Interner,
    quantity::Unit,
    rows::{EventRow, Key, NodeRow, NodeUsage, Object, PodUsage, Row},
};

#[derive(Debug, Deserialize)]
pub struct Node {
    metadata: Meta,
    #[serde(default)]
    spec: NodeSpec,
    #[serde(default)]
    status: NodeStatus,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct NodeSpec {
    unschedulable: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct NodeStatus {
    #[serde(deserialize_with = "nullable")]
    conditions: Vec<NodeCondition>,
    #[serde(deserialize_with = "nullable")]
    allocatable: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct NodeCondition {
    #[serde(rename = "type")]
    kind: String,
    status: String,
}

impl Object for Node {
    fn meta(&self) -> &Meta {
        &self.metadata
    }
}

impl Node {
    fn zone(&self) -> Option<&String> {
        let labels = &self.metadata.labels;
        labels
            .get("topology.kubernetes.io/zone")
            .or_else(|| labels.get("failure-domain.beta.kubernetes.io/zone"))
    }

    /// Ready should be true, everything else false.
    fn abnormal(&self) -> Vec<String> {
        let word = |condition: &NodeCondition| match (
            condition.kind == "Ready",
            condition.status.as_str(),
        ) {
            (true, "True") => None,
            (true, "False") => Some("NotReady".into()),
            (true, _) => Some("Unknown".into()),
            (false, "True") => Some(condition.kind.clone()),
            (false, _) => None,
        };
        self.status.conditions.iter().filter_map(word).collect()
    }
}

impl Row for NodeRow {
    type Object = Node;

    fn from_object(_kind: &str, node: Node, interner: &mut Interner) -> Self {
        let ready = node
            .status
            .conditions
            .iter()
            .find(|condition| condition.kind == "Ready");
        let allocatable = |name: &str, unit: Unit| unit.parse(node.status.allocatable.get(name)?);
        Self {
            name: interner.intern(&node.metadata.name),
            uid: node.metadata.uid.as_str().into(),
            ready: ready.and_then(|condition| match condition.status.as_str() {
                "True" => Some(true),
                "False" => Some(false),
                _ => None,
            }),
            zone: node.zone().map(|zone| interner.intern(zone)),
            conditions: node
                .abnormal()
                .iter()
                .map(|word| interner.intern(word))
                .collect(),
            unschedulable: node.spec.unschedulable,
            cpu_milli: allocatable("cpu", Unit::Milli),
            memory_bytes: allocatable("memory", Unit::One),
            pods_capacity: allocatable("pods", Unit::One).and_then(|pods| u32::try_from(pods).ok()),
            created_at: node.metadata.created_at(),
        }
    }

    fn key(&self) -> Key {
        Key {
            namespace: "".into(),
            name: self.name.clone(),
        }
    }
}

/// core/v1 Event, in both generations: `count` and `lastTimestamp`, or `series` and `eventTime`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    metadata: Meta,
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    involved_object: Involved,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    count: Option<i64>,
    #[serde(default)]
    series: Option<Series>,
    #[serde(default)]
    first_timestamp: Option<jiff::Timestamp>,
    #[serde(default)]
    last_timestamp: Option<jiff::Timestamp>,
    #[serde(default, rename = "eventTime")]
    seen_at: Option<jiff::Timestamp>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Involved {
    kind: String,
    name: String,
    namespace: String,
    uid: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Series {
    count: Option<i64>,
    last_observed_time: Option<jiff::Timestamp>,
}

impl Object for Event {
    fn meta(&self) -> &Meta {
        &self.metadata
    }
}

impl Row for EventRow {
    type Object = Event;

    fn from_object(_kind: &str, event: Event, interner: &mut Interner) -> Self {
        let series = event.series.unwrap_or_default();
        let last = series
            .last_observed_time
            .or(event.last_timestamp)
            .or(event.seen_at)
            .or(event.first_timestamp)
            .or(event.metadata.creation_timestamp);
        Self {
            namespace: interner.intern(&event.metadata.namespace),
            name: event.metadata.name.as_str().into(),
            uid: event.metadata.uid.as_str().into(),
            kind: interner.intern(&event.kind),
            object_kind: interner.intern(&event.involved_object.kind),
            object_name: interner.intern(&event.involved_object.name),
            object_namespace: interner.intern(&event.involved_object.namespace),
            object_uid: event.involved_object.uid.as_deref().map(Into::into),
            reason: interner.intern(&event.reason),
            message: interner.intern(cap(&event.message)),
            count: count(series.count.or(event.count)).unwrap_or(1).max(1),
            last_at: last.map(jiff::Timestamp::as_millisecond),
        }
    }

    fn key(&self) -> Key {
        Key {
            namespace: self.namespace.clone(),
            name: self.name.clone(),
        }
    }
}

/// `PodMetrics` and `NodeMetrics`: the one has containers, the other its own usage.
#[derive(Debug, Deserialize)]
pub(crate) struct Metrics {
    metadata: Meta,
    #[serde(default)]
    timestamp: Option<jiff::Timestamp>,
    #[serde(default, deserialize_with = "nullable")]
    containers: Vec<ContainerMetrics>,
    #[serde(default, deserialize_with = "nullable")]
    usage: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ContainerMetrics {
    #[serde(deserialize_with = "nullable")]
    usage: BTreeMap<String, String>,
}

/// The sum of quantities; `None` if there is none, or if one of them is absent or unreadable.
pub(crate) fn quantity_sum<'a>(
    quantities: impl Iterator<Item = Option<&'a str>>,
    unit: Unit,
) -> Option<u64> {
    let mut sum = None;
    for quantity in quantities {
        sum = Some(unit.parse(quantity?)?.saturating_add(sum.unwrap_or(0)));
    }
    sum
}

impl Metrics {
    /// The usage of a pod.
    pub(crate) fn into_pod(self, interner: &mut Interner) -> PodUsage {
        let sum = |name: &str, unit: Unit| {
            let each = self
                .containers
                .iter()
                .map(|container| container.usage.get(name));
            quantity_sum(each.map(|text| text.map(String::as_str)), unit)
        };
        PodUsage {
            namespace: interner.intern(&self.metadata.namespace),
            name: self.metadata.name.as_str().into(),
            cpu_milli: sum("cpu", Unit::Milli),
            memory_bytes: sum("memory", Unit::One),
            at: self.timestamp.map(jiff::Timestamp::as_millisecond),
        }
    }

    /// The usage of a node.
    pub(crate) fn into_node(self, interner: &mut Interner) -> NodeUsage {
        let usage = |name: &str, unit: Unit| unit.parse(self.usage.get(name)?);
        NodeUsage {
            name: interner.intern(&self.metadata.name),
            cpu_milli: usage("cpu", Unit::Milli),
            memory_bytes: usage("memory", Unit::One),
            at: self.timestamp.map(jiff::Timestamp::as_millisecond),
        }
    }
}
