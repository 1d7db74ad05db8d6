//! Each kind of row that Kafka's own tool prints, played by groups of our own, and compared cell for cell.
use std::collections::BTreeMap;
use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::fixture::{BOOTSTRAP, alone, kafka, kubeconfig, lab};
use crate::kafka_tools::{Cells, Place, Reading, members};
use crate::lag_oracle::{lag_items, partitions_by_place, same_cells, text};
use crate::program::plimsoll;
use crate::wait::until;

/// Two partitions on every broker, and one that is on broker 3 alone.
const TOPIC: &str = "rows";
pub(crate) const LONE: &str = "rows-lone";
pub(crate) const EMPTY: &str = "rows-empty";
const ACTIVE: &str = "rows-active";
const NEW: &str = "rows-new";
const MOVING: &str = "rows-moving";
const GROUPS: [&str; 4] = [EMPTY, ACTIVE, NEW, MOVING];
pub(crate) const SETTLES: Duration = Duration::from_secs(60);
const UNDO_TRIES: u32 = 20;

/// A console consumer that never commits; ended when it is dropped.
struct Consumer {
    group: &'static str,
    command: Child,
}

impl Consumer {
    fn start(group: &'static str, topic: &str) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lab/lab.py");
        let command = Command::new("python3")
            .args([script, "kafka", "console-consumer", "--group", group])
            .args(["--topic", topic])
            .args(["--command-property", "enable.auto.commit=false"])
            .args(["--command-property", "session.timeout.ms=60000"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Consumer { group, command }
    }

    /// The tool runs below the command that started it.
    fn processes(&self) -> Vec<String> {
        let below = self.command.id().to_string();
        let found = fs::read_dir("/proc").unwrap().flatten();
        found
            .filter_map(|entry| {
                let pid = entry.file_name().into_string().ok()?;
                let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
                let parent = stat.rsplit_once(") ")?.1.split(' ').nth(1)?;
                (parent == below).then_some(pid)
            })
            .collect()
    }

    fn signal(&self, signal: &str) {
        let all = self.processes();
        assert!(!all.is_empty(), "{} has no process", self.group);
        Command::new("kill").arg(signal).args(all).status().unwrap();
    }
}

impl Drop for Consumer {
    fn drop(&mut self) {
        // Asked to end it leaves its group: one that is killed is a member for a minute more.
        for signal in ["-CONT", "-TERM"] {
            let all = self.processes();
            let _ = Command::new("kill").arg(signal).args(all).status();
        }
        let _ = self.command.wait();
    }
}

/// What was made for the test.
pub(crate) struct Undo;

impl Drop for Undo {
    fn drop(&mut self) {
        // A group may have a member that was not heard of for less than a session.
        for _ in 0..UNDO_TRIES {
            let of = GROUPS.map(|group| ["--group", group]).concat();
            let delete = [&["kafka", "consumer-groups", "--delete"], &*of].concat();
            let _ = lab(&delete);
            let left = lab(&["kafka", "groups", "--list"]).stdout;
            if !GROUPS.iter().any(|group| left.contains(group)) {
                break;
            }
        }
        for topic in [TOPIC, LONE] {
            let _ = lab(&["kafka", "topics", "--delete", "--topic", topic]);
        }
    }
}

pub(crate) fn make_topic(topic: &str, replicas: &str) {
    let create = [
        "--create",
        "--topic",
        topic,
        "--replica-assignment",
        replicas,
    ];
    kafka("topics", &create);
    let records = [
        "--num-records",
        "40",
        "--record-size",
        "10",
        "--throughput",
        "-1",
    ];
    kafka(
        "producer-perf",
        &[&["--topic", topic][..], &records].concat(),
    );
}

pub(crate) fn commit(group: &str, topic: &str, offset: &str) {
    let to = ["--reset-offsets", "--to-offset", offset, "--execute"];
    let of = ["--group", group, "--topic", topic];
    kafka("consumer-groups", &[&to[..], &of].concat());
}

fn is_ours(group: &str) -> bool {
    GROUPS.contains(&group)
}

/// Groups and partitions of ours, as the tool says of them and as we do, which must be the same.
fn compared(what: &str) -> (Reading, BTreeMap<Place, Value>) {
    let mut oracle = Reading::consumers();
    oracle.groups.retain(|group, _| is_ours(group));
    oracle.partitions.retain(|(group, ..), _| is_ours(group));
    let ours = same_rows(what, &oracle, &lag_items());
    (oracle, ours)
}

/// Our partitions of the groups that the tool was asked of.
pub(crate) fn same_rows(what: &str, oracle: &Reading, items: &[Value]) -> BTreeMap<Place, Value> {
    let groups: Vec<Value> = items
        .iter()
        .filter(|item| oracle.groups.contains_key(&text(item, "group")))
        .cloned()
        .collect();
    let ours_by_name: BTreeMap<String, Cells> = groups
        .iter()
        .map(|item| {
            let name = text(item, "group");
            let cells = same_cells(item, &oracle.groups[&name]);
            (name, cells)
        })
        .collect();
    assert_eq!(ours_by_name, oracle.groups, "{what}");
    let ours = partitions_by_place(&groups);
    let cells: BTreeMap<Place, Cells> = ours
        .iter()
        .map(|(place, item)| {
            let wanted = oracle.partitions.get(place);
            let wanted = wanted.unwrap_or_else(|| panic!("{what}: the tool has no {place:?}"));
            (place.clone(), same_cells(item, wanted))
        })
        .collect();
    assert_eq!(cells, oracle.partitions, "{what}");
    ours
}

pub(crate) fn row<'a>(reading: &'a Reading, group: &str, topic: &str) -> &'a Cells {
    let found = reading
        .partitions
        .iter()
        .find(|((of, name, _), _)| of == group && name == topic);
    found.unwrap_or_else(|| panic!("no {group} {topic}")).1
}

pub(crate) fn known(cells: &Cells) -> [bool; 3] {
    ["committed", "lag", "member"].map(|name| cells[name].is_some())
}

fn has_members(group: &str, count: usize) {
    until(&format!("{group} has {count} members"), SETTLES, || {
        (members(group).len() == count).then_some(())
    });
}

#[test]
fn every_kind_of_row_is_what_kafkas_tool_prints() {
    let _lab = alone();
    let _undo = Undo;
    make_topic(TOPIC, "1:2:3,2:3:1");
    make_topic(LONE, "3");
    for (group, offset) in [(EMPTY, "5"), (ACTIVE, "3")] {
        commit(group, TOPIC, offset);
        commit(group, LONE, offset);
    }
    let _active = Consumer::start(ACTIVE, TOPIC);
    let _new = Consumer::start(NEW, TOPIC);
    let frozen = Consumer::start(MOVING, TOPIC);
    for group in [ACTIVE, NEW, MOVING] {
        has_members(group, 1);
    }

    let (reading, _) = compared("at rest");
    assert_eq!(known(row(&reading, ACTIVE, TOPIC)), [true, true, true]);
    assert_eq!(known(row(&reading, ACTIVE, LONE)), [true, true, false]);
    assert_eq!(known(row(&reading, NEW, TOPIC)), [false, false, true]);
    assert_eq!(known(row(&reading, EMPTY, TOPIC)), [true, true, false]);
    assert_eq!(reading.groups[EMPTY]["state"].as_deref(), Some("Empty"));

    // One that is frozen does not join again: the group waits for it until its session ends.
    compared_while_it_rebalances(&frozen);

    nobody_knows("rows-none");
}

fn compared_while_it_rebalances(frozen: &Consumer) {
    frozen.signal("-STOP");
    let _joins = Consumer::start(MOVING, TOPIC);
    let state = || {
        let items = lag_items();
        let item = items.iter().find(|item| item["group"] == MOVING).cloned();
        item.map(|item| text(&item, "state"))
    };
    until("the group rebalances", SETTLES, || {
        (state().as_deref() == Some("PreparingRebalance")).then_some(())
    });
    let (reading, _) = compared("while it rebalances");
    let told = reading.groups[MOVING]["state"].as_deref();
    assert_eq!(
        told,
        Some("PreparingRebalance"),
        "it has to last while both are asked"
    );
}

fn nobody_knows(group: &str) {
    let tool = ["kafka", "consumer-groups", "--describe", "--group", group];
    let said = lab(&tool);
    let said = format!("{}{}", said.stdout, said.stderr);
    assert!(said.contains(&format!("{group} not found")), "{said}");
    let kubeconfig = kubeconfig();
    let site = ["--context", "lab-admin", "--kubeconfig", &kubeconfig];
    let kafka = ["--bootstrap-server", BOOTSTRAP];
    let answer = plimsoll(&[&["lag", group][..], &site, &kafka].concat());
    assert_ne!(answer.code, 0, "{answer:?}");
    assert!(answer.stderr.contains(group), "{answer:?}");
}
