//! Kafka's own tools as oracles: their tables as maps.
use std::collections::{BTreeMap, BTreeSet};

use crate::fixture::{BOOTSTRAP, kafka};

/// Group, topic, partition.
pub(crate) type Place = (String, String, u64);
/// Cells by name; a name that the tool does not print is absent, a `-` of the tool is None.
pub(crate) type Cells = BTreeMap<&'static str, Option<String>>;

/// What the tools say of every group of the lab.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) groups: BTreeMap<String, Cells>,
    pub(crate) partitions: BTreeMap<Place, Cells>,
}

/// Every table that begins with GROUP: the columns of a row by their heads. The last takes the rest of its line. Of a group
/// that nobody ever joined the tools leave a cell blank.
fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut heads: Vec<String> = Vec::new();
    let mut found = Vec::new();
    for line in text.lines() {
        let mut words: Vec<&str> = line.split_whitespace().collect();
        if words.first() == Some(&"GROUP") {
            heads = words.into_iter().map(str::to_owned).collect();
            continue;
        }
        let blank = ["ASSIGNMENT-STRATEGY", "PROTOCOL"]
            .iter()
            .find_map(|name| heads.iter().position(|head| head == name));
        if let Some(blank) = blank
            && words.len() + 1 == heads.len()
        {
            words.insert(blank, "-");
        }
        if !heads.is_empty() && words.len() >= heads.len() {
            let last = heads.len() - 1;
            let mut cells: Vec<String> = words[..last].iter().map(ToString::to_string).collect();
            cells.push(words[last..].join(" "));
            found.push(heads.iter().cloned().zip(cells).collect());
        }
    }
    found
}

fn cell(text: &str) -> Option<String> {
    (text != "-").then(|| text.to_owned())
}

fn place(row: &BTreeMap<String, String>) -> Place {
    (
        row["GROUP"].clone(),
        row["TOPIC"].clone(),
        row["PARTITION"].parse().unwrap(),
    )
}

/// Log starts or ends (`earliest`, `latest`) of every partition.
fn offsets(time: &str) -> BTreeMap<(String, u64), String> {
    let text = kafka("offsets", &["--time", time]);
    let parse = |line: &str| {
        let mut parts = line.rsplitn(3, ':');
        let (offset, partition, topic) = (parts.next()?, parts.next()?, parts.next()?);
        Some((
            (topic.to_owned(), partition.parse().ok()?),
            offset.to_owned(),
        ))
    };
    text.lines().filter_map(parse).collect()
}

impl Reading {
    /// Asks every tool once.
    pub(crate) fn take() -> Self {
        let mut reading = Self::default();
        reading.list_groups();
        let (starts, ends) = (offsets("earliest"), offsets("latest"));
        reading.read_consumer_groups(&["--all-groups"]);
        reading.read_share_groups();
        reading.read_streams_groups();
        for ((_, topic, partition), cells) in &mut reading.partitions {
            let key = (topic.clone(), *partition);
            cells.insert("start", starts.get(&key).cloned());
            cells.insert("end", ends.get(&key).cloned());
        }
        reading
    }

    /// Asks of consumer groups alone, and of no log.
    pub(crate) fn consumers() -> Self {
        let mut reading = Self::default();
        reading.list_groups();
        reading.read_consumer_groups(&["--all-groups"]);
        reading
    }

    /// Asks of one consumer group alone: of all of them the tool says nothing while the end of one log is not known.
    pub(crate) fn consumer_group(group: &str) -> Self {
        let mut reading = Self::default();
        reading.list_groups();
        reading.groups.retain(|name, _| name == group);
        reading.read_consumer_groups(&["--group", group]);
        reading
    }

    fn list_groups(&mut self) {
        for row in rows(&kafka("groups", &["--list"])) {
            let kind = row["TYPE"].to_lowercase();
            let cells = Cells::from([("type", Some(kind)), ("protocol", cell(&row["PROTOCOL"]))]);
            self.groups.insert(row["GROUP"].clone(), cells);
        }
    }

    fn of_type(&self, wanted: &[&str]) -> Vec<String> {
        let is = |cells: &Cells| {
            cells["type"]
                .as_deref()
                .is_some_and(|kind| wanted.contains(&kind))
        };
        self.groups
            .iter()
            .filter(|(_, cells)| is(cells))
            .map(|(group, _)| group.clone())
            .collect()
    }

    /// State, members and coordinator stand in every group tool's `--state`.
    fn read_states(&mut self, tool: &str, args: &[&str]) {
        for row in rows(&kafka(tool, &[&["--describe", "--state"], args].concat())) {
            let cells = self.groups.get_mut(&row["GROUP"]).unwrap();
            cells.insert("state", cell(&row["STATE"]));
            cells.insert("members", cell(&row["#MEMBERS"]));
            let id = row["(ID)"].trim_matches(['(', ')']);
            cells.insert("coordinator", cell(id));
        }
    }

    fn read_consumer_groups(&mut self, of: &[&str]) {
        self.read_states("consumer-groups", of);
        let args = [&["--describe"], of].concat();
        for row in rows(&kafka("consumer-groups", &args)) {
            let host = row["HOST"].trim_start_matches('/');
            let cells = Cells::from([
                ("committed", cell(&row["CURRENT-OFFSET"])),
                ("lag", cell(&row["LAG"])),
                ("member", cell(&row["CONSUMER-ID"])),
                ("host", cell(host)),
                ("client_id", cell(&row["CLIENT-ID"])),
            ]);
            self.partitions.insert(place(&row), cells);
        }
    }

    /// A share partition has many members: the tool names none.
    fn read_share_groups(&mut self) {
        for group in self.of_type(&["share"]) {
            self.read_states("share-groups", &["--group", &group]);
            for row in rows(&kafka("share-groups", &["--describe", "--group", &group])) {
                let cells = Cells::from([
                    ("committed", cell(&row["START-OFFSET"])),
                    ("lag", cell(&row["LAG"])),
                ]);
                self.partitions.insert(place(&row), cells);
            }
        }
    }

    /// The tool gives members their tasks by number: in the lab a task is a partition of the one input topic.
    fn read_streams_groups(&mut self) {
        for group in self.of_type(&["streams"]) {
            self.read_states("streams-groups", &["--group", &group]);
            let members = rows(&kafka(
                "streams-groups",
                &["--describe", "--group", &group, "--members"],
            ));
            let args = ["--describe", "--group", &group, "--verbose"];
            for row in rows(&kafka("streams-groups", &args)) {
                let owner = members.iter().find(|member| {
                    active_tasks(&member["ASSIGNMENTS"]).contains(&row["PARTITION"])
                });
                let of_member = |column: &str| owner.and_then(|member| cell(&member[column]));
                let cells = Cells::from([
                    ("committed", cell(&row["CURRENT-OFFSET"])),
                    ("lag", cell(&row["OFFSET-LAG"])),
                    ("member", of_member("MEMBER")),
                    ("client_id", of_member("CLIENT-ID")),
                ]);
                self.partitions.insert(place(&row), cells);
            }
        }
    }

    /// What moves while the lab is not at rest, in the tools' own words; asks less than `take`.
    pub(crate) fn offsets_now() -> String {
        let consumers = kafka("consumer-groups", &["--describe", "--all-groups"]);
        let share = kafka("share-groups", &["--describe", "--all-groups"]);
        let streams = kafka(
            "streams-groups",
            &["--describe", "--all-groups", "--verbose"],
        );
        [consumers, share, streams].concat()
    }

    pub(crate) fn group_names(&self) -> BTreeSet<&str> {
        self.groups.keys().map(String::as_str).collect()
    }
}

/// `ACTIVE: 0:[0,1,2];` is the tasks 0, 1 and 2 of one subtopology.
fn active_tasks(text: &str) -> Vec<String> {
    let inside = text
        .split_once('[')
        .and_then(|(_, rest)| rest.split_once(']'));
    inside
        .map(|(tasks, _)| {
            tasks
                .split(',')
                .map(|task| task.trim().to_owned())
                .collect()
        })
        .unwrap_or_default()
}

/// Members of a group with their hosts, as Kafka's own tool names them.
pub(crate) fn members(group: &str) -> Vec<String> {
    let text = kafka(
        "consumer-groups",
        &["--describe", "--group", group, "--members"],
    );
    rows(&text)
        .iter()
        .map(|row| row["HOST"].trim_start_matches('/').to_owned())
        .collect()
}

/// What Kafka's own tool prints of the partitions that a group has committed, summed.
pub(crate) struct Progress {
    committed: i64,
    end: i64,
}

impl Progress {
    pub(crate) fn of(group: &str) -> Self {
        let text = kafka("consumer-groups", &["--describe", "--group", group]);
        let number = |row: &BTreeMap<String, String>, name: &str| row[name].parse::<i64>().ok();
        let parts = rows(&text).into_iter();
        let parts = parts.filter_map(|row| {
            Some((
                number(&row, "CURRENT-OFFSET")?,
                number(&row, "LOG-END-OFFSET")?,
            ))
        });
        parts.fold(
            Self {
                committed: 0,
                end: 0,
            },
            |sum, (committed, end)| Self {
                committed: sum.committed + committed,
                end: sum.end + end,
            },
        )
    }

    pub(crate) fn lag(&self) -> i64 {
        self.end - self.committed
    }

    /// What the lag can have been between two readings: ends and committed offsets only grow, the lag goes up and down.
    pub(crate) fn lags_until(&self, later: &Self) -> std::ops::RangeInclusive<i64> {
        self.end - later.committed..=later.end - self.committed
    }
}

pub(crate) fn lag(group: &str) -> i64 {
    Progress::of(group).lag()
}

/// Brokers that the controller has not fenced.
pub(crate) fn live_brokers() -> usize {
    let text = kafka(
        "cluster",
        &["list-endpoints", "--bootstrap-server", BOOTSTRAP],
    );
    text.lines()
        .filter(|line| line.contains("unfenced"))
        .count()
}
