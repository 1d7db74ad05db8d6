//! Strimzi's custom resources as the API writes them, and their row.
//! One slice serves all kinds and both versions (`v1`, `v1beta2`): they differ in nothing that is read here.
use serde::Deserialize;

use super::{Meta, cap, count, nullable};
use crate::net::kube::{
    intern::Interner,
    rows::{Condition, Key, Object, Row, StrimziKind, StrimziRow},
};

#[derive(Debug, Deserialize)]
pub struct Custom {
    metadata: Meta,
    #[serde(default, deserialize_with = "nullable")]
    spec: Spec,
    #[serde(default, deserialize_with = "nullable")]
    status: Status,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Spec {
    replicas: Option<i64>,
    mode: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Status {
    #[serde(deserialize_with = "nullable")]
    conditions: Vec<RawCondition>,
    observed_generation: Option<i64>,
    replicas: Option<i64>,
    #[serde(deserialize_with = "nullable")]
    node_ids: Vec<i32>,
    #[serde(deserialize_with = "nullable")]
    roles: Vec<String>,
    kafka_version: Option<String>,
    cluster_id: Option<String>,
    #[serde(deserialize_with = "nullable")]
    listeners: Vec<Listener>,
    pods: Option<i64>,
    ready_pods: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RawCondition {
    #[serde(rename = "type")]
    kind: String,
    status: String,
    #[serde(deserialize_with = "nullable")]
    reason: String,
    #[serde(deserialize_with = "nullable")]
    message: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Listener {
    name: String,
    bootstrap_servers: Option<String>,
}

impl Object for Custom {
    fn meta(&self) -> &Meta {
        &self.metadata
    }
}

fn kind_of(kind: &str) -> StrimziKind {
    match kind {
        "KafkaNodePool" => StrimziKind::KafkaNodePool,
        "KafkaRebalance" => StrimziKind::KafkaRebalance,
        "StrimziPodSet" => StrimziKind::StrimziPodSet,
        _ => StrimziKind::Kafka,
    }
}

impl Row for StrimziRow {
    type Object = Custom;

    fn from_object(kind: &str, custom: Custom, interner: &mut Interner) -> Self {
        let Custom {
            metadata,
            spec,
            status,
        } = custom;
        let kind = kind_of(kind);
        let (desired, ready) = match kind {
            StrimziKind::KafkaNodePool => (spec.replicas, status.replicas),
            StrimziKind::StrimziPodSet => (status.pods, status.ready_pods),
            StrimziKind::Kafka | StrimziKind::KafkaRebalance => (None, None),
        };
        let cluster = match kind {
            StrimziKind::Kafka => Some(&metadata.name),
            _ => metadata.labels.get("strimzi.io/cluster"),
        };
        let mode = (kind == StrimziKind::KafkaRebalance)
            .then(|| interner.intern(spec.mode.as_deref().unwrap_or("full")));
        let mut text = |text: &str| interner.intern(text);
        Self {
            kind,
            namespace: text(&metadata.namespace),
            name: text(&metadata.name),
            cluster: cluster.map(|cluster| text(cluster)),
            conditions: status
                .conditions
                .iter()
                .map(|condition| Condition {
                    kind: text(&condition.kind),
                    status: text(&condition.status),
                    reason: text(&condition.reason),
                    message: text(cap(&condition.message)),
                })
                .collect(),
            desired: count(desired),
            ready: count(ready),
            node_ids: status.node_ids,
            roles: status.roles.iter().map(|role| text(role)).collect(),
            kafka_version: status.kafka_version.map(|version| text(&version)),
            cluster_id: status
                .cluster_id
                .filter(|_| kind == StrimziKind::Kafka)
                .map(|id| text(&id)),
            listeners: status
                .listeners
                .iter()
                .filter_map(|listener| {
                    Some((
                        text(&listener.name),
                        text(listener.bootstrap_servers.as_deref()?),
                    ))
                })
                .collect(),
            mode,
            generation: metadata.generation,
            observed_generation: status.observed_generation,
        }
    }

    fn key(&self) -> Key {
        Key {
            namespace: self.namespace.clone(),
            name: self.name.clone(),
        }
    }
}
