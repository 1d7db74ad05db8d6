//! Kafka in a StatefulSet: told by the labels that Bitnami's and Confluent's charts, Confluent's operator and Redpanda put on
//! their pods, or by a port.
use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Cluster, Evidence, Listener};

/// A label that only a broker's pod has, and its values.
const LABELS: &[(&str, &[&str])] = &[
    ("platform.confluent.io/type", &["kafka"]),
    ("app.kubernetes.io/name", &["kafka", "redpanda"]),
    ("app", &["kafka", "cp-kafka", "redpanda"]),
];
/// Labels that say that it is a part of such a chart, but no broker.
const NO_BROKER: &[(&str, &[&str])] = &[(
    "app.kubernetes.io/component",
    &[
        "zookeeper",
        "metrics",
        "exporter",
        "console",
        "connect",
        "controller",
    ],
)];
/// Where brokers listen for clients, the usual one first.
const PORTS: &[u16] = &[9092, 9094, 9093, 19092, 29092];
/// Names that charts give to a port for clients, the surest first.
const NAMES: &[&str] = &["kafka", "client", "kafka-client", "tcp-client", "internal"];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Set {
    metadata: Meta,
    spec: Spec,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Meta {
    name: String,
    namespace: String,
    labels: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Spec {
    service_name: Option<String>,
    selector: Selector,
    template: Template,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Selector {
    match_labels: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Template {
    metadata: Meta,
    spec: PodSpec,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PodSpec {
    containers: Vec<Container>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Container {
    ports: Option<Vec<Port>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Port {
    name: Option<String>,
    container_port: u16,
}

/// The cluster that a StatefulSet is; none where nothing tells so.
pub(super) fn cluster(set: &Set) -> Option<Cluster> {
    let Meta {
        name, namespace, ..
    } = &set.metadata;
    let labels = &set.spec.template.metadata.labels;
    if labelled(labels, NO_BROKER).is_some() && !is_combined(set) {
        return None;
    }
    let listener = listener(set)?;
    let (evidence, told) = match labelled(labels, LABELS) {
        Some((key, value)) => (
            Evidence::Labels,
            format!("its pods are labelled {key}={value}"),
        ),
        None => (
            Evidence::Port,
            format!("its pods have port {}", listener.port),
        ),
    };
    let selector: Vec<String> = set
        .spec
        .selector
        .match_labels
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    // Without one, every pod of the namespace would be a broker.
    if selector.is_empty() {
        return None;
    }
    let service = set.spec.service_name.as_deref().unwrap_or(name);
    Some(Cluster {
        namespace: namespace.clone(),
        name: name.clone(),
        evidence,
        why: format!("StatefulSet {namespace}/{name}: {told}"),
        listeners: vec![listener],
        selector: selector.join(","),
        domain: format!("{service}.{namespace}.svc.cluster.local"),
    })
}

fn labelled<'a>(
    labels: &'a BTreeMap<String, String>,
    known: &[(&'static str, &[&str])],
) -> Option<(&'static str, &'a str)> {
    known.iter().find_map(|(key, values)| {
        let value = labels.get(*key)?;
        values.contains(&&**value).then_some((*key, &**value))
    })
}

/// Bitnami's chart calls nodes that are both broker and controller by the latter; they alone have a port for clients.
fn is_combined(set: &Set) -> bool {
    let controller = labelled(
        &set.spec.template.metadata.labels,
        &[("app.kubernetes.io/component", &["controller"])],
    );
    controller.is_some() && ports(set).any(|port| port.container_port == 9092)
}

fn ports(set: &Set) -> impl Iterator<Item = &Port> {
    let containers = set.spec.template.spec.containers.iter();
    containers.flat_map(|container| container.ports.iter().flatten())
}

fn listener(set: &Set) -> Option<Listener> {
    let rank = |port: &Port| {
        let number = PORTS
            .iter()
            .position(|known| *known == port.container_port)?;
        let name = port.name.as_deref().unwrap_or_default();
        let name = NAMES.iter().position(|known| *known == name);
        Some((name.unwrap_or(NAMES.len()), number))
    };
    let best = ports(set)
        .filter_map(|port| Some((rank(port)?, port)))
        .min_by_key(|(rank, _)| *rank)?
        .1;
    Some(Listener {
        name: best.name.clone().unwrap_or_else(|| "port".to_owned()),
        port: best.container_port,
        internal: true,
        security: None,
        roots: Vec::new(),
    })
}
