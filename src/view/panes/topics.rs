//! Topics, their partitions, and the groups that read them.

use crate::{
    app::{Cell, Column, Cx, Fact, List, Page, Pane, PaneId, Role, Section, SortKey, Unit},
    insight::{PartitionHealth, PartitionLag, Want, group_partitions, partition_health},
    model::{BrokerId, Key, Ledger, Name, Partition, PartitionId, PartitionOffsets, Source, Topic},
    view::text,
};

use super::{
    cells::{self, Listed, words},
    sources::why_empty,
};

mod partition;

pub(super) static PANE: Topics = Topics;
pub(super) struct Topics;

const COLUMNS: &[Column] = &[
    Column::left("TOPIC", 16).flex(3),
    Column::right("PARTS", 6).drop(1),
    Column::right("RF", 3).drop(4),
    Column::right("MIN ISR", 8).drop(3),
    Column::right("UNDER", 6),
    Column::right("OFFLINE", 8),
    Column::right("BYTES", 8).unit(Unit::Bytes).drop(2),
    Column::left("POLICY", 9).drop(8),
    Column::left("RETENTION", 10).unit(Unit::Time).drop(9),
    Column::right("IN/S", 8).drop(5),
    Column::left("OF ALL", 10).drop(7).unit(Unit::Share),
    Column::left("SKEW", 12).drop(6),
];

struct All<'a> {
    cx: &'a Cx<'a>,
    /// Bytes of all topics whose size is known.
    bytes: u64,
}

/// The sizes of a topic's partitions, each as a bar, and how many times the mean the largest has; None where a size is not
/// known, or there is one partition.
fn skew(topic: &Topic) -> Option<(f64, Vec<f64>)> {
    let sizes = topic.offsets.iter().map(|of| of.bytes.map(|b| b as f64));
    let sizes: Vec<f64> = sizes.collect::<Option<_>>()?;
    let sum: f64 = sizes.iter().sum();
    let most = sizes.iter().copied().fold(0.0, f64::max);
    (sizes.len() > 1 && sum > 0.0).then(|| (most * sizes.len() as f64 / sum, sizes))
}

fn sick(topic: &Topic, what: impl Fn(PartitionHealth) -> bool) -> usize {
    topic
        .meta
        .partitions
        .iter()
        .filter(|p| what(partition_health(topic, p)))
        .count()
}

impl All<'_> {
    fn at(&self, row: usize) -> Option<&Topic> {
        let row = u32::try_from(row).ok()?;
        self.cx.picture.site.kafka.topics.row(row)
    }

    fn both(&self, row: usize, column: usize) -> (Cell<'_>, SortKey<'_>) {
        let unknown = (Cell::unknown(), SortKey::Unknown);
        let Some(topic) = self.at(row) else {
            return unknown;
        };
        let config = topic.config.as_ref();
        match column {
            0 if topic.meta.internal => words(&*topic.meta.name, Role::Dim),
            0 => words(&*topic.meta.name, Role::Strong),
            1 => cells::tally(topic.meta.partitions.len()),
            2 => topic
                .meta
                .partitions
                .iter()
                .map(|p| p.replicas.len())
                .max()
                .map_or(unknown, cells::tally),
            3 => cells::number(config.and_then(|config| config.min_isr).map(i64::from)),
            4 => cells::fault_count(
                sick(topic, |h| {
                    matches!(
                        h,
                        PartitionHealth::UnderReplicated | PartitionHealth::UnderMinIsr
                    )
                }),
                Role::Warn,
            ),
            5 => cells::fault_count(sick(topic, |h| h == PartitionHealth::Offline), Role::Bad),
            6 => cells::bytes(topic.bytes),
            7 => cells::name(config.and_then(|config| config.cleanup_policy.as_ref())),
            9 => match self.cx.picture.load.topics.get(&topic.meta.name) {
                Some(Some(rate)) => (Cell::text(text::per_second(*rate)), SortKey::Number(*rate)),
                _ => unknown,
            },
            10 => {
                let share = topic.bytes.filter(|_| self.bytes > 0);
                let share = share.map(|of| of as f64 / self.bytes as f64);
                // No share of all is too much.
                cells::share(self.cx, share, (2.0, 2.0))
            }
            11 => match skew(topic) {
                Some((times, sizes)) => {
                    let bars = text::levels(&sizes, 7, self.cx.ascii);
                    let role = if times >= 2.0 { Role::Warn } else { Role::Text };
                    (
                        Cell::new(format!("{times:.1}x {bars}"), role),
                        SortKey::Number(times),
                    )
                }
                None => unknown,
            },
            _ => match config.map(|config| config.retention_ms) {
                Some(Some(millis)) => (
                    Cell::text(text::span(millis)),
                    SortKey::Number(millis as f64),
                ),
                Some(None) => (Cell::text("for ever"), SortKey::Number(f64::INFINITY)),
                None => unknown,
            },
        }
    }
}

impl List for All<'_> {
    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn len(&self) -> usize {
        self.cx.picture.site.kafka.topics.len()
    }

    fn ledger(&self) -> Option<Ledger<'_>> {
        Some(self.cx.picture.site.kafka.topics.ledger())
    }

    fn number(&self, key: &Key) -> Option<usize> {
        let Key::Topic(name) = key else { return None };
        self.cx
            .picture
            .site
            .kafka
            .topics
            .number(name)
            .map(|number| number as usize)
    }

    fn is_own_order(&self, by: (usize, bool)) -> bool {
        by == (0, false)
    }

    fn epoch(&self, column: usize) -> u64 {
        match column {
            9 => self.cx.picture.load.generation(),
            _ => 0,
        }
    }

    fn key(&self, row: usize) -> Key {
        self.at(row)
            .map_or(Key::Log(0), |topic| Key::Topic(topic.meta.name.clone()))
    }

    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        self.both(row, column).0
    }

    fn sort_key(&self, row: usize, column: usize) -> SortKey<'_> {
        self.both(row, column).1
    }

    fn filter_text(&self, row: usize, into: &mut String) {
        if let Some(topic) = self.at(row) {
            into.push_str(&topic.meta.name);
        }
    }
}

impl Pane for Topics {
    fn id(&self) -> PaneId {
        PaneId::Topics
    }

    fn title(&self) -> &'static str {
        "Topics"
    }

    fn sources(&self) -> &'static [Source] {
        &[Source::Metadata]
    }

    fn digit(&self) -> Option<char> {
        Some('3')
    }

    fn shows_disks(&self) -> bool {
        true
    }

    fn page<'a>(&self, cx: &'a Cx<'a>) -> Page<'a> {
        Page {
            title: cells::title(cx, "Topics", self.sources()),
            facts: Vec::new(),
            sections: vec![Section {
                title: "".into(),
                list: Box::new(All {
                    cx,
                    bytes: cx
                        .picture
                        .site
                        .kafka
                        .topics
                        .iter()
                        .filter_map(|of| of.bytes)
                        .sum(),
                }),
                empty: why_empty(cx, Source::Metadata, "topics"),
                sort: Some((0, false)),
            }],
        }
    }

    fn object<'a>(&self, cx: &'a Cx<'a>, key: &Key) -> Option<Page<'a>> {
        let topics = &cx.picture.site.kafka.topics;
        match key {
            Key::Topic(name) => topics.get(name).map(|topic| topic_page(cx, topic)),
            Key::Partition(id) => {
                let topic = topics.get(&id.topic)?;
                let (partition, offsets) = topic.partition(id.partition)?;
                Some(partition::page(cx, topic, partition, offsets))
            }
            _ => None,
        }
    }
}

const PARTITIONS: &[Column] = &[
    Column::right("PART", 5),
    Column::right("LEADER", 7),
    Column::left("REPLICAS", 10).flex(1),
    Column::left("ISR", 10).flex(1),
    Column::left("HEALTH", 16),
    Column::right("START", 10).drop(1),
    Column::right("END", 10),
    Column::right("BYTES", 8).drop(2).unit(Unit::Bytes),
];

fn ids(of: &[BrokerId]) -> String {
    of.iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(",")
}

fn health(health: PartitionHealth) -> (Cell<'static>, SortKey<'static>) {
    let role = match health {
        PartitionHealth::Offline | PartitionHealth::UnderMinIsr => Role::Bad,
        PartitionHealth::UnderReplicated => Role::Warn,
        PartitionHealth::Healthy => Role::Good,
    };
    (
        Cell::new(health.word(), role),
        SortKey::Number(f64::from(health as u8)),
    )
}

fn readers<'a>(
    cx: &'a Cx<'a>,
    wanted: impl Fn(&PartitionLag<'a>) -> bool,
    topic: &Name,
) -> Vec<(Name, Vec<PartitionLag<'a>>)> {
    let groups = cx.picture.site.kafka.groups.iter();
    groups
        .filter(|group| {
            let committed = group
                .commits(&cx.picture.site.kafka)
                .into_iter()
                .flat_map(|commits| &commits.value.topics);
            let owned = group
                .members
                .iter()
                .flat_map(|m| &m.value.members)
                .flat_map(|m| &m.owned);
            committed
                .map(|(name, _)| name)
                .chain(owned.map(|o| &o.topic))
                .any(|name| name == topic)
        })
        .map(|group| {
            let mut rows = group_partitions(&cx.picture.site, group, Want::All);
            rows.retain(|row| row.id.topic == *topic && wanted(row));
            (group.listed.id.clone(), rows)
        })
        .filter(|(_, rows)| !rows.is_empty())
        .collect()
}

fn topic_page<'a>(cx: &'a Cx<'a>, topic: &'a Topic) -> Page<'a> {
    const READERS: &[Column] = &[
        Column::left("GROUP", 20).flex(1),
        Column::right("LAG", 9),
        Column::right("PARTS", 6),
    ];
    let config = topic.config.as_ref();
    let setting = |label, value: Option<String>| {
        Fact::new(label, vec![value.map_or_else(Cell::unknown, Cell::text)])
    };
    let retention = config.map(|config| {
        let time = config
            .retention_ms
            .map_or("for ever".to_owned(), text::span);
        match config.retention_bytes {
            Some(bytes) => format!(
                "{time} or {} a partition",
                text::bytes(bytes.unsigned_abs())
            ),
            None => time,
        }
    });
    let facts = vec![
        setting(
            "min ISR",
            config
                .and_then(|config| config.min_isr)
                .map(|n| n.to_string()),
        ),
        setting(
            "policy",
            config
                .and_then(|c| c.cleanup_policy.as_ref())
                .map(ToString::to_string),
        ),
        setting("retention", retention),
        setting(
            "bytes",
            topic
                .bytes
                .map(|b| format!("{} in all replicas", text::bytes(b))),
        ),
    ];
    let rows: Vec<(&Partition, PartitionOffsets)> = topic
        .meta
        .partitions
        .iter()
        .zip(topic.offsets.iter().copied())
        .collect();
    let name = topic.meta.name.clone();
    let partitions = Partitions {
        rows,
        name: name.clone(),
        topic,
    };
    let groups = Listed {
        columns: READERS,
        rows: readers(cx, |_| true, &name),
        key: |(group, _)| Key::Group(group.clone()),
        cell: Box::new(|(group, rows), column| match column {
            0 => words(group.to_string(), Role::Text),
            1 => cells::group_lag(&crate::insight::group_lag(rows)),
            _ => cells::tally(rows.len()),
        }),
    };
    Page {
        title: format!("topic {}", topic.meta.name).into(),
        facts,
        sections: vec![
            Section {
                title: format!("partitions: {}", topic.meta.partitions.len()).into(),
                list: Box::new(partitions),
                empty: "no partitions".into(),
                sort: None,
            },
            Section {
                title: format!("groups: {}", groups.rows.len()).into(),
                list: Box::new(groups),
                empty: "no group has committed to this topic or owns a partition of it".into(),
                sort: Some((1, true)),
            },
        ],
    }
}

struct Partitions<'a> {
    rows: Vec<(&'a Partition, PartitionOffsets)>,
    name: Name,
    topic: &'a Topic,
}

impl Partitions<'_> {
    fn both(&self, row: usize, column: usize) -> (Cell<'_>, SortKey<'_>) {
        let Some((partition, offsets)) = self.rows.get(row) else {
            return (Cell::unknown(), SortKey::Unknown);
        };
        match column {
            0 => cells::number(Some(i64::from(partition.index))),
            1 => match partition.leader {
                Some(leader) => cells::number(Some(i64::from(leader.0))),
                None => words("none", Role::Bad),
            },
            2 => words(ids(&partition.replicas), Role::Text),
            3 => words(ids(&partition.isr), Role::Text),
            4 => health(partition_health(self.topic, partition)),
            5 => cells::exact(offsets.start.map(|start| start.value)),
            6 => cells::exact(partition.leader.and(offsets.end).map(|end| end.value)),
            _ => cells::bytes(offsets.bytes),
        }
    }
}

impl List for Partitions<'_> {
    fn columns(&self) -> &'static [Column] {
        PARTITIONS
    }

    fn len(&self) -> usize {
        self.rows.len()
    }

    fn key(&self, row: usize) -> Key {
        let partition = self
            .rows
            .get(row)
            .map_or(-1, |(partition, _)| partition.index);
        Key::Partition(PartitionId {
            topic: self.name.clone(),
            partition,
        })
    }

    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        self.both(row, column).0
    }

    fn sort_key(&self, row: usize, column: usize) -> SortKey<'_> {
        self.both(row, column).1
    }
}
