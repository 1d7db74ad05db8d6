//! Strimzi's custom resources as the API writes them, and their row.
//! One slice serves all kinds and both versions (`v1`, `v1beta2`): they differ only in where the id of a group stands.
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{Meta, cap, count, nullable, template::Literals};
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
#[serde(rename_all = "camelCase", default)]
struct Spec {
    replicas: Option<i64>,
    mode: Option<String>,
    /// `KafkaConnect` in v1.
    group_id: Option<String>,
    /// `KafkaConnect` in v1beta2, and `KafkaConnector`.
    #[serde(deserialize_with = "nullable")]
    config: Config,
    /// `KafkaMirrorMaker2` in v1.
    #[serde(deserialize_with = "nullable")]
    target: Target,
    /// `KafkaMirrorMaker2` in v1beta2: the alias of one of the clusters.
    connect_cluster: Option<String>,
    #[serde(deserialize_with = "nullable")]
    clusters: Vec<MirrorCluster>,
}

/// What is asked for of a configuration in Kafka's own words, whose values may be of any type.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Config {
    #[serde(rename = "group.id", deserialize_with = "word")]
    group_id: Option<String>,
    #[serde(rename = "consumer.override.group.id", deserialize_with = "word")]
    consumer_group_id: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Target {
    group_id: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct MirrorCluster {
    alias: String,
    #[serde(deserialize_with = "nullable")]
    config: Config,
}

fn word<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

impl Spec {
    /// The group of this object's members: as it is set, or as Strimzi or Connect name it by default.
    fn group(&self, kind: StrimziKind, name: &str) -> Option<String> {
        match kind {
            StrimziKind::KafkaConnect => {
                let set = self.group_id.as_ref().or(self.config.group_id.as_ref());
                Some(set.cloned().unwrap_or_else(|| "connect-cluster".to_owned()))
            }
            StrimziKind::KafkaConnector => {
                let set = self.config.consumer_group_id.clone();
                Some(set.unwrap_or_else(|| format!("connect-{name}")))
            }
            StrimziKind::KafkaMirrorMaker2 => {
                let alias = self.connect_cluster.as_deref();
                let mut clusters = self.clusters.iter();
                let cluster = clusters.find(|cluster| Some(&*cluster.alias) == alias);
                let set = self.target.group_id.as_ref();
                let set = set.or_else(|| cluster?.config.group_id.as_ref());
                Some(set.map_or_else(|| "mirrormaker2-cluster".to_owned(), String::clone))
            }
            _ => None,
        }
    }
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
        "KafkaConnect" => StrimziKind::KafkaConnect,
        "KafkaConnector" => StrimziKind::KafkaConnector,
        "KafkaMirrorMaker2" => StrimziKind::KafkaMirrorMaker2,
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
            StrimziKind::KafkaConnect | StrimziKind::KafkaMirrorMaker2 => (spec.replicas, None),
            StrimziKind::Kafka | StrimziKind::KafkaRebalance | StrimziKind::KafkaConnector => {
                (None, None)
            }
        };
        let mut groups = Literals::default();
        if let Some(group) = spec.group(kind, &metadata.name) {
            groups.add(&group);
        }
        let cluster = match kind {
            StrimziKind::Kafka | StrimziKind::KafkaConnect | StrimziKind::KafkaMirrorMaker2 => {
                Some(&metadata.name)
            }
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
            groups: groups.iter().map(&mut text).collect(),
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
