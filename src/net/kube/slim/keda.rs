//! KEDA's `ScaledObject` as the API writes it, and its row.
use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Meta, count, nullable};
use crate::net::kube::{
    intern::Interner,
    rows::{Key, Object, Reference, Row, ScaledObjectRow},
};

const PAUSED: &str = "autoscaling.keda.sh/paused";
const PAUSED_AT: &str = "autoscaling.keda.sh/paused-replicas";

#[derive(Debug, Deserialize)]
pub struct ScaledObject {
    metadata: Annotated,
    #[serde(default, deserialize_with = "nullable")]
    spec: Spec,
}

/// Metadata with its annotations, which are read of this kind alone: its objects are few.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Annotated {
    #[serde(flatten)]
    meta: Meta,
    #[serde(deserialize_with = "nullable")]
    annotations: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Spec {
    #[serde(deserialize_with = "nullable")]
    scale_target_ref: Target,
    min_replica_count: Option<i64>,
    max_replica_count: Option<i64>,
    #[serde(deserialize_with = "nullable")]
    triggers: Vec<Trigger>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Target {
    #[serde(deserialize_with = "nullable")]
    kind: String,
    name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Trigger {
    #[serde(rename = "type")]
    kind: String,
    #[serde(deserialize_with = "nullable")]
    metadata: TriggerMetadata,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct TriggerMetadata {
    #[serde(deserialize_with = "nullable")]
    consumer_group: String,
}

impl Annotated {
    /// As KEDA reads it: what is no truth value is true.
    fn is_paused(&self) -> bool {
        let told_so = self.annotations.get(PAUSED).is_some_and(|value| {
            !matches!(&**value, "0" | "f" | "F" | "false" | "FALSE" | "False")
        });
        told_so || self.annotations.contains_key(PAUSED_AT)
    }
}

impl Object for ScaledObject {
    fn meta(&self) -> &Meta {
        &self.metadata.meta
    }
}

impl Row for ScaledObjectRow {
    type Object = ScaledObject;

    fn from_object(_kind: &str, object: ScaledObject, interner: &mut Interner) -> Self {
        let ScaledObject { metadata, spec } = object;
        let mut groups = Vec::new();
        for trigger in spec.triggers {
            let group = trigger.metadata.consumer_group;
            if matches!(&*trigger.kind, "kafka" | "apache-kafka") && !group.is_empty() {
                let group = interner.intern(&group);
                if !groups.contains(&group) {
                    groups.push(group);
                }
            }
        }
        let target = spec.scale_target_ref;
        let kind = match &*target.kind {
            "" => "Deployment",
            kind => kind,
        };
        Self {
            namespace: interner.intern(&metadata.meta.namespace),
            name: interner.intern(&metadata.meta.name),
            target: Reference {
                kind: interner.intern(kind),
                name: interner.intern(&target.name),
            },
            groups,
            min: count(spec.min_replica_count),
            max: count(spec.max_replica_count),
            paused: metadata.is_paused(),
        }
    }

    fn key(&self) -> Key {
        Key {
            namespace: self.namespace.clone(),
            name: self.name.clone(),
        }
    }
}
