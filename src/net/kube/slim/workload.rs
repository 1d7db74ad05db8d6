//! Deployments, `StatefulSets`, `ReplicaSets` and autoscalers as the API writes them, and their rows.
use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Meta, count, intern_map, nullable, template::Template};
use crate::net::kube::{
    intern::Interner,
    rows::{AutoscalerRow, Key, Object, Reference, ReplicaSetRow, Row, WorkloadRow},
};

/// What Deployment and `StatefulSet` have in common.
#[derive(Debug, Deserialize)]
pub struct Workload {
    metadata: Meta,
    #[serde(default)]
    spec: Spec,
    #[serde(default)]
    status: Status,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Spec {
    replicas: Option<i64>,
    #[serde(deserialize_with = "nullable")]
    selector: Selector,
    #[serde(deserialize_with = "nullable")]
    template: Template,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Selector {
    #[serde(deserialize_with = "nullable")]
    match_labels: BTreeMap<String, String>,
}

/// Counts of 0 are left out by the server.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Status {
    ready_replicas: Option<i64>,
    updated_replicas: Option<i64>,
    available_replicas: Option<i64>,
    observed_generation: Option<i64>,
}

impl Object for Workload {
    fn meta(&self) -> &Meta {
        &self.metadata
    }
}

/// There are as many of these as there were revisions: of their templates nothing is read.
#[derive(Debug, Deserialize)]
pub struct ReplicaSet {
    metadata: Meta,
    #[serde(default)]
    spec: SetSpec,
    #[serde(default)]
    status: Status,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SetSpec {
    replicas: Option<i64>,
}

impl Object for ReplicaSet {
    fn meta(&self) -> &Meta {
        &self.metadata
    }
}

impl Row for WorkloadRow {
    type Object = Workload;

    fn from_object(kind: &str, workload: Workload, interner: &mut Interner) -> Self {
        let Workload {
            metadata,
            spec,
            status,
        } = workload;
        Self {
            namespace: interner.intern(&metadata.namespace),
            kind: interner.intern(kind),
            name: interner.intern(&metadata.name),
            uid: metadata.uid.as_str().into(),
            desired: count(spec.replicas).unwrap_or(1),
            ready: count(status.ready_replicas).unwrap_or(0),
            updated: count(status.updated_replicas).unwrap_or(0),
            available: count(status.available_replicas).unwrap_or(0),
            selector: intern_map(&spec.selector.match_labels, interner),
            generation: metadata.generation,
            observed_generation: status.observed_generation,
            owner: metadata.owner(interner),
            created_at: metadata.created_at(),
            app: metadata
                .labels
                .get("app.kubernetes.io/name")
                .map(|app| interner.intern(app)),
            groups: spec
                .template
                .groups()
                .iter()
                .map(|group| interner.intern(group))
                .collect(),
        }
    }

    fn key(&self) -> Key {
        Key {
            namespace: self.namespace.clone(),
            name: self.name.clone(),
        }
    }
}

impl Row for ReplicaSetRow {
    type Object = ReplicaSet;

    fn from_object(_kind: &str, set: ReplicaSet, interner: &mut Interner) -> Self {
        Self {
            namespace: interner.intern(&set.metadata.namespace),
            name: interner.intern(&set.metadata.name),
            owner: set.metadata.owner(interner),
            desired: count(set.spec.replicas).unwrap_or(1),
            ready: count(set.status.ready_replicas).unwrap_or(0),
        }
    }

    fn key(&self) -> Key {
        Key {
            namespace: self.namespace.clone(),
            name: self.name.clone(),
        }
    }
}

#[derive(Debug, Deserialize)]
pub struct Autoscaler {
    metadata: Meta,
    #[serde(default)]
    spec: AutoscalerSpec,
    #[serde(default, deserialize_with = "nullable")]
    status: AutoscalerStatus,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct AutoscalerSpec {
    scale_target_ref: Target,
    min_replicas: Option<i64>,
    max_replicas: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Target {
    kind: String,
    name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct AutoscalerStatus {
    current_replicas: Option<i64>,
    desired_replicas: Option<i64>,
}

impl Object for Autoscaler {
    fn meta(&self) -> &Meta {
        &self.metadata
    }
}

impl Row for AutoscalerRow {
    type Object = Autoscaler;

    fn from_object(_kind: &str, autoscaler: Autoscaler, interner: &mut Interner) -> Self {
        let Autoscaler {
            metadata,
            spec,
            status,
        } = autoscaler;
        Self {
            namespace: interner.intern(&metadata.namespace),
            name: interner.intern(&metadata.name),
            target: Reference {
                kind: interner.intern(&spec.scale_target_ref.kind),
                name: interner.intern(&spec.scale_target_ref.name),
            },
            min: count(spec.min_replicas).unwrap_or(1),
            max: count(spec.max_replicas).unwrap_or(0),
            current: count(status.current_replicas),
            desired: count(status.desired_replicas),
        }
    }

    fn key(&self) -> Key {
        Key {
            namespace: self.namespace.clone(),
            name: self.name.clone(),
        }
    }
}
