//! Workloads, pods and nodes.

use serde_json::json;

use crate::{
    cli::report::{Item, json::item},
    insight::{Picture, sum_usage},
    model::Site,
};

pub(super) const WORKLOAD: &[&str] = &[
    "namespace",
    "kind",
    "name",
    "desired",
    "ready",
    "updated",
    "cpu_milli",
    "memory_bytes",
];

pub(super) const POD: &[&str] = &[
    "namespace",
    "name",
    "status",
    "ready",
    "containers",
    "restarts",
    "node",
    "ip",
    "owner_kind",
    "owner_name",
    "cpu_milli",
    "memory_bytes",
];

pub(super) const NODE: &[&str] = &[
    "name",
    "ready",
    "zone",
    "pods",
    "cpu_milli",
    "memory_bytes",
    "conditions",
];

/// Deployments and `StatefulSet`s; CPU and memory are those of their pods together.
pub(super) fn workloads(picture: &Picture, namespace: Option<&str>) -> Vec<Item> {
    let site = &picture.site;
    site.workloads()
        .filter(|row| namespace.is_none_or(|only| only == &*row.id.namespace))
        .map(|row| {
            let usage = sum_usage(site, picture.index.workload_pods(site, &row.id));
            item(json!({
                "namespace": row.id.namespace,
                "kind": row.id.kind,
                "name": row.id.name,
                "desired": row.desired,
                "ready": row.ready,
                "updated": row.updated,
                "cpu_milli": usage.map(|usage| usage.cpu),
                "memory_bytes": usage.map(|usage| usage.memory),
            }))
        })
        .collect()
}

/// Pods as kubectl names their states; the owner is the one that the pod itself names.
pub(super) fn pods(site: &Site, namespace: Option<&str>) -> Vec<Item> {
    site.pods
        .iter()
        .filter(|pod| namespace.is_none_or(|only| only == &*pod.id.namespace))
        .map(|pod| {
            let usage = site.pods.usage(&pod.id);
            item(json!({
                "namespace": pod.id.namespace,
                "name": pod.id.name,
                "status": pod.status,
                "ready": pod.ready,
                "containers": pod.containers,
                "restarts": pod.restarts,
                "node": pod.node,
                "ip": pod.ip,
                "owner_kind": pod.owner.as_ref().map(|owner| &owner.kind),
                "owner_name": pod.owner.as_ref().map(|owner| &owner.name),
                "cpu_milli": usage.map(|usage| usage.cpu),
                "memory_bytes": usage.map(|usage| usage.memory),
            }))
        })
        .collect()
}

/// Nodes; the pods counted are all that name the node. `ready` is null while the node's own condition is Unknown.
pub(super) fn nodes(picture: &Picture) -> Vec<Item> {
    let site = &picture.site;
    // Where pods cannot be seen, none seen is not none.
    let sees_pods = !site.pods.is_empty();
    site.nodes
        .iter()
        .map(|node| {
            let usage = site.node_usage.get(&node.name);
            let pods = picture.index.node_pods(site, &node.name).count();
            item(json!({
                "name": node.name,
                "ready": node.ready,
                "zone": node.zone,
                "pods": sees_pods.then_some(pods),
                "cpu_milli": usage.map(|usage| usage.cpu),
                "memory_bytes": usage.map(|usage| usage.memory),
                "conditions": node.conditions,
            }))
        })
        .collect()
}
