//! `plimsoll snapshot` against kubectl.
use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::fixture::{kubectl, steady};
use crate::program::snapshot;

/// Usage is sampled: two readings of a steady pod differ by a little.
const USAGE_TOLERANCE: f64 = 0.03;

fn listed(args: &[&str]) -> Vec<Value> {
    let list = kubectl(&[args, &["-o", "json"]].concat()).json();
    list["items"].as_array().unwrap().clone()
}

fn key(namespace: &Value, name: &Value) -> String {
    format!(
        "{}/{}",
        namespace.as_str().unwrap_or_default(),
        name.as_str().unwrap()
    )
}

fn by_key(items: Vec<Value>) -> BTreeMap<String, Value> {
    items
        .into_iter()
        .map(|item| (key(&item["namespace"], &item["name"]), item))
        .collect()
}

/// STATUS as `kubectl get pods` prints it, by namespace/name.
fn status_words() -> BTreeMap<String, String> {
    let table = kubectl(&["get", "pods", "-A", "--no-headers"]).success();
    let row = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        (format!("{}/{}", words[0], words[1]), words[3].to_owned())
    };
    table.lines().map(row).collect()
}

/// CPU in thousandths of a core and memory in bytes, as `kubectl top pods` prints them.
fn usage() -> BTreeMap<String, (f64, f64)> {
    let table = kubectl(&["top", "pods", "-A", "--no-headers"]).success();
    let row = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let cpu: f64 = words[2].trim_end_matches('m').parse().unwrap();
        let memory: f64 = words[3].trim_end_matches("Mi").parse().unwrap();
        (
            format!("{}/{}", words[0], words[1]),
            (cpu, memory * 1_048_576.0),
        )
    };
    table.lines().map(row).collect()
}

fn count_containers(pod: &Value, counts: impl Fn(&Value) -> u64) -> u64 {
    let none = Vec::new();
    pod["status"]["containerStatuses"]
        .as_array()
        .unwrap_or(&none)
        .iter()
        .map(counts)
        .sum()
}

fn expected_pod(pod: &Value, statuses: &BTreeMap<String, String>) -> (String, Value) {
    let meta = &pod["metadata"];
    let name = key(&meta["namespace"], &meta["name"]);
    let owner = &meta["ownerReferences"][0];
    let row = json!({
        "status": statuses[&name],
        "ready": count_containers(pod, |one| u64::from(one["ready"] == true)),
        "containers": pod["spec"]["containers"].as_array().unwrap().len(),
        "restarts": count_containers(pod, |one| one["restartCount"].as_u64().unwrap()),
        "node": pod["spec"]["nodeName"],
        "ip": pod["status"]["podIP"],
        "owner_kind": owner["kind"],
        "owner_name": owner["name"],
    });
    (name, row)
}

/// Our item, cut to the cells that the oracle has.
fn cut(item: &Value, like: &Value) -> Value {
    like.as_object()
        .unwrap()
        .keys()
        .map(|name| (name.clone(), item[name].clone()))
        .collect()
}

#[track_caller]
fn check(ours: &BTreeMap<String, Value>, wanted: &BTreeMap<String, Value>) {
    assert_eq!(
        ours.keys().collect::<Vec<_>>(),
        wanted.keys().collect::<Vec<_>>()
    );
    for (name, row) in wanted {
        assert_eq!(&cut(&ours[name], row), row, "{name}");
    }
}

#[test]
fn pods_are_what_kubectl_shows() {
    let _lab = steady();
    let ours = by_key(snapshot("pods", "lab-admin"));
    let statuses = status_words();
    let pods = listed(&["get", "pods", "-A"]);
    check(
        &ours,
        &pods
            .iter()
            .map(|pod| expected_pod(pod, &statuses))
            .collect(),
    );
}

#[test]
fn usage_of_pods_is_what_kubectl_top_shows() {
    let _lab = steady();
    let ours = by_key(snapshot("pods", "lab-admin"));
    let usage = usage();
    assert!(!usage.is_empty());
    for (name, (cpu, memory)) in usage {
        let near = |cell: &str, wanted: f64| {
            let got = ours[&name][cell].as_f64().unwrap_or(f64::NAN);
            let close = (got - wanted).abs() <= 1.0 + wanted * USAGE_TOLERANCE;
            assert!(close, "{cell} of {name}: ours {got}, kubectl {wanted}");
        };
        near("cpu_milli", cpu);
        near("memory_bytes", memory);
    }
}

#[test]
fn nodes_are_what_kubectl_shows() {
    let _lab = steady();
    let ours = by_key(snapshot("nodes", "lab-admin"));
    let pods = listed(&["get", "pods", "-A"]);
    let expected = |node: &Value| {
        let name = &node["metadata"]["name"];
        let conditions = node["status"]["conditions"].as_array().unwrap();
        let ready = conditions
            .iter()
            .any(|one| one["type"] == "Ready" && one["status"] == "True");
        let row = json!({
            "ready": ready,
            "zone": node["metadata"]["labels"]["topology.kubernetes.io/zone"],
            "pods": pods.iter().filter(|pod| &pod["spec"]["nodeName"] == name).count(),
        });
        (key(&Value::Null, name), row)
    };
    check(
        &ours,
        &listed(&["get", "nodes"]).iter().map(expected).collect(),
    );
}

#[test]
fn workloads_are_what_kubectl_shows() {
    let _lab = steady();
    let ours = snapshot("workloads", "lab-admin");
    for kind in ["Deployment", "StatefulSet"] {
        let of_kind = ours
            .iter()
            .filter(|item| item["kind"] == kind)
            .cloned()
            .collect();
        let expected = |workload: &Value| {
            let count = |value: &Value| value.as_u64().unwrap_or(0);
            let row = json!({
                "desired": count(&workload["spec"]["replicas"]),
                "ready": count(&workload["status"]["readyReplicas"]),
                "updated": count(&workload["status"]["updatedReplicas"]),
            });
            (
                key(
                    &workload["metadata"]["namespace"],
                    &workload["metadata"]["name"],
                ),
                row,
            )
        };
        let wanted = listed(&["get", kind, "-A"]);
        assert!(!wanted.is_empty());
        check(&by_key(of_kind), &wanted.iter().map(expected).collect());
    }
}
