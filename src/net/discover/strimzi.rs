//! Strimzi's `Kafka`, as far as it tells how to get in. The same in all versions with node pools, and in `v1beta2` before.
use serde::Deserialize;

use super::{Cluster, Evidence, Listener, Security};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Kafka {
    metadata: Meta,
    spec: Spec,
    status: Option<Status>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Meta {
    name: String,
    namespace: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Spec {
    kafka: Brokers,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Brokers {
    listeners: Option<Vec<Asked>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    name: String,
    port: u16,
    #[serde(rename = "type")]
    kind: String,
    tls: bool,
    authentication: Option<Authentication>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Authentication {
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Status {
    listeners: Option<Vec<Told>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Told {
    name: String,
    certificates: Option<Vec<String>>,
}

pub(super) fn cluster(kafka: &Kafka) -> Cluster {
    let Meta { name, namespace } = &kafka.metadata;
    let told = || {
        let status = kafka.status.iter();
        status.flat_map(|status| status.listeners.iter().flatten())
    };
    let listener = |asked: &Asked| Listener {
        name: asked.name.clone(),
        port: asked.port,
        internal: asked.kind == "internal",
        security: Some(Security {
            tls: asked.tls,
            login: asked
                .authentication
                .as_ref()
                .map(|login| login.kind.clone()),
        }),
        roots: told()
            .filter(|told| told.name == asked.name)
            .flat_map(|told| told.certificates.iter().flatten().cloned())
            .collect(),
    };
    Cluster {
        namespace: namespace.clone(),
        name: name.clone(),
        evidence: Evidence::Strimzi,
        why: format!("Strimzi's Kafka {namespace}/{name}"),
        listeners: kafka
            .spec
            .kafka
            .listeners
            .iter()
            .flatten()
            .map(listener)
            .collect(),
        // The entity operator and Cruise Control have the cluster's label, too, and another name.
        selector: format!("strimzi.io/cluster={name},strimzi.io/name={name}-kafka"),
        domain: format!("{name}-kafka-brokers.{namespace}.svc"),
    }
}
