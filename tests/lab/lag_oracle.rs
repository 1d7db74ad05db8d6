//! `plimsoll lag` against Kafka's own tools, cell for cell, on the lab at rest.
use std::collections::BTreeMap;

use serde_json::Value;

use crate::fixture::{Answer, BOOTSTRAP, alone, kubeconfig, kubectl};
use crate::kafka_tools::{Cells, Place, Reading};
use crate::program::{items, plimsoll};
use crate::quiet::Quiet;

pub(crate) fn lag_report() -> Answer {
    let kubeconfig = kubeconfig();
    plimsoll(&[
        "lag",
        "-o",
        "json",
        "--bootstrap-server",
        BOOTSTRAP,
        "--context",
        "lab-admin",
        "--kubeconfig",
        &kubeconfig,
    ])
}

pub(crate) fn lag_items() -> Vec<Value> {
    items("lag", &lag_report().json())
}

/// A JSON scalar as the tools would print it; null is None.
fn printed(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// Our cells that the oracle has as well.
pub(crate) fn same_cells(item: &Value, oracle: &Cells) -> Cells {
    oracle
        .keys()
        .map(|name| (*name, printed(&item[*name])))
        .collect()
}

pub(crate) fn text(item: &Value, name: &str) -> String {
    item[name]
        .as_str()
        .unwrap_or_else(|| panic!("{name} is no text in {item}"))
        .to_owned()
}

pub(crate) fn partitions_by_place(groups: &[Value]) -> BTreeMap<Place, Value> {
    let mut found = BTreeMap::new();
    for group in groups {
        for partition in group["partitions"].as_array().unwrap() {
            let number = partition["partition"].as_u64().unwrap();
            let place = (text(group, "group"), text(partition, "topic"), number);
            assert!(
                found.insert(place, partition.clone()).is_none(),
                "twice: {partition}"
            );
        }
    }
    found
}

/// Pods by IP, as kubectl shows them: `namespace/name`.
fn pods_by_ip() -> BTreeMap<String, String> {
    let pods = kubectl(&["get", "pods", "-A", "-o", "json"]).json();
    let pod = |pod: &Value| {
        let name = format!(
            "{}/{}",
            text(&pod["metadata"], "namespace"),
            text(&pod["metadata"], "name")
        );
        Some((pod["status"]["podIP"].as_str()?.to_owned(), name))
    };
    pods["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(pod)
        .collect()
}

fn check_groups(ours: &[Value], oracle: &Reading) {
    let names: Vec<String> = ours.iter().map(|item| text(item, "group")).collect();
    let mut sorted = names.iter().map(String::as_str).collect::<Vec<_>>();
    sorted.sort_unstable();
    assert_eq!(sorted, oracle.group_names().into_iter().collect::<Vec<_>>());
    for item in ours {
        let wanted = &oracle.groups[&text(item, "group")];
        assert_eq!(&same_cells(item, wanted), wanted, "{item}");
        let sum: i64 = item["partitions"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|partition| partition["lag"].as_i64())
            .map(|lag| lag.max(0))
            .sum();
        assert_eq!(item["lag"], sum, "the lag of {}", item["group"]);
    }
}

#[test]
fn lag_of_every_partition_is_what_kafkas_tools_print() {
    let _lab = alone();
    let quiet = Quiet::begin();
    let groups = lag_items();
    let pods = pods_by_ip();
    let oracle = &quiet.reading;
    assert_eq!(&Reading::take(), oracle, "the lab did not stay quiet");

    let ours = partitions_by_place(&groups);
    assert_eq!(
        ours.keys().collect::<Vec<_>>(),
        oracle.partitions.keys().collect::<Vec<_>>()
    );
    let mut wrong = Vec::new();
    for (place, wanted) in &oracle.partitions {
        let got = same_cells(&ours[place], wanted);
        if &got != wanted {
            wrong.push(format!("{place:?}\n  ours {got:?}\n  tool {wanted:?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} partitions differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    check_groups(&groups, oracle);

    for (place, partition) in &ours {
        let host = partition["host"].as_str().unwrap_or_default();
        assert_eq!(
            printed(&partition["pod"]).as_ref(),
            pods.get(host),
            "the pod of {place:?} on {host}"
        );
    }
    let behind = ours
        .iter()
        .filter(|((group, ..), cells)| group == "fraud" && cells["lag"] != 0);
    assert!(
        behind.count() > 0,
        "a quiet fraud is still behind, or the check is a weak one"
    );
}

/// What the two readings of the tool, one before and one after, allow a number to be.
fn between(ours: &Value, before: &Cells, after: &Cells, name: &str) -> bool {
    let told = |cells: &Cells| {
        cells
            .get(name)
            .cloned()
            .flatten()
            .and_then(|text| text.parse::<i64>().ok())
    };
    match (ours[name].as_i64(), told(before), told(after)) {
        (Some(ours), Some(low), Some(high)) => (low..=high).contains(&ours),
        (None, None, None) => true,
        // It was committed first, or answered last, between the two.
        (_, low, high) => low.is_none() != high.is_none(),
    }
}

#[test]
fn under_load_a_lag_is_within_what_moved_between_two_reads_of_kafkas_tools() {
    let _lab = alone();
    let before = Reading::take();
    let ours = partitions_by_place(&lag_items());
    let after = Reading::take();
    let mut wrong = Vec::new();
    let mut moved = 0;
    for (place, item) in &ours {
        let (Some(low), Some(high)) = (before.partitions.get(place), after.partitions.get(place))
        else {
            continue;
        };
        moved += usize::from(low["end"] != high["end"]);
        for name in ["start", "committed", "end"] {
            if !between(item, low, high, name) {
                wrong.push(format!("{place:?} {name}: {item}\n  {low:?}\n  {high:?}"));
            }
        }
        let offsets = (item["end"].as_i64(), item["committed"].as_i64());
        // Of a share group the broker counts, and not the offsets.
        if let ((Some(end), Some(committed)), Some(lag)) = (offsets, item["lag"].as_i64())
            && place.0 != "lab-share"
            && end - committed != lag
        {
            wrong.push(format!("{place:?}: {end} - {committed} is not {lag}"));
        }
        for name in ["member", "host", "client_id"] {
            if let (Some(a), Some(b)) = (low.get(name), high.get(name))
                && a == b
                && &printed(&item[name]) != a
            {
                wrong.push(format!("{place:?} {name}: {item} is not {a:?}"));
            }
        }
    }
    assert!(moved > 10, "{moved} partitions moved: there was no load");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
