//! Brokers, with the pods and nodes they run on.

use std::collections::BTreeMap;

use crate::{
    app::{Cell, Column, Cx, Fact, List, Page, Pane, PaneId, Role, Section, SortKey, Unit},
    insight::{Join, broker_pod},
    model::{Broker, BrokerId, Key, Name, PodRow, SeriesKey, Signal, Source, Topic},
    view::text,
};

use super::{
    cells::{self, Listed, words},
    sources::why_empty,
};

pub(super) static PANE: Brokers = Brokers;
pub(super) struct Brokers;

const COLUMNS: &[Column] = &[
    Column::right("ID", 4),
    Column::left("POD", 20).flex(2),
    Column::left("NODE", 11).flex(1).drop(3),
    Column::left("RACK", 7).drop(4),
    Column::right("LEADERS", 8).drop(1),
    Column::right("REPL", 5).drop(5),
    Column::right("UNDER", 6),
    Column::right("DISK", 8).unit(Unit::Bytes).drop(2),
    Column::right("IN/S", 8).unit(Unit::Bytes).drop(8),
    Column::right("OUT/S", 8).unit(Unit::Bytes).drop(8),
    Column::right("IDLE", 5).unit(Unit::Share).drop(9),
    Column::left("ADDRESS", 22).flex(1).drop(11),
    Column::left("FULL", 10).drop(7).unit(Unit::Share),
    Column::left("IN, 5M", 10).drop(10),
];

/// What a broker carries, by the cluster's metadata.
#[derive(Clone, Copy, Debug, Default)]
struct Load {
    leaders: usize,
    replicas: usize,
    /// Replicas here that are not in sync.
    lagging: usize,
}

struct Row<'a> {
    id: BrokerId,
    /// None for a broker that only replicas name any more.
    broker: Option<&'a Broker>,
    join: Option<Join<'a>>,
    load: Load,
    disk: Option<u64>,
    controller: bool,
}

fn rows<'a>(cx: &'a Cx<'a>) -> Vec<Row<'a>> {
    let kafka = &cx.picture.site.kafka;
    let mut loads: BTreeMap<BrokerId, Load> = BTreeMap::new();
    for partition in kafka.topics.iter().flat_map(|topic| &topic.meta.partitions) {
        if let Some(leader) = partition.leader {
            loads.entry(leader).or_default().leaders += 1;
        }
        for replica in &partition.replicas {
            let load = loads.entry(*replica).or_default();
            load.replicas += 1;
            load.lagging += usize::from(partition.lagging().any(|id| id == *replica));
        }
    }
    for broker in kafka
        .cluster
        .iter()
        .flat_map(|cluster| &cluster.value.brokers)
    {
        loads.entry(broker.id).or_default();
    }
    let controller = kafka
        .cluster
        .as_ref()
        .and_then(|cluster| cluster.value.controller);
    loads
        .into_iter()
        .map(|(id, load)| {
            let broker = kafka.broker(id);
            Row {
                id,
                broker,
                join: broker.map(|broker| broker_pod(&cx.picture.site, broker)),
                load,
                disk: kafka.disks.get(&id).map(|disk| disk.value.bytes()),
                controller: controller == Some(id),
            }
        })
        .collect()
}

/// What was measured last, unless three refreshes went by since: an old rate is no rate of now.
pub(super) fn latest(cx: &Cx<'_>, id: BrokerId, signal: Signal) -> Option<f64> {
    let (at, value) = cx
        .picture
        .site
        .ring(SeriesKey::Broker(id), signal)?
        .last()?;
    cells::stale_age(cx, Source::Series, at)
        .is_none()
        .then_some(value)
}

/// How full a broker's disks are, where they were read in the last minutes.
pub(super) fn full(cx: &Cx<'_>, id: BrokerId) -> Option<f64> {
    let disk = cx.picture.site.kafka.disks.get(&id)?;
    cells::stale_age(cx, Source::LogDirs, disk.at)
        .is_none()
        .then(|| disk.value.used_share())?
}

fn list<'a>(cx: &'a Cx<'a>) -> Box<dyn List + 'a> {
    Box::new(Listed {
        columns: COLUMNS,
        rows: rows(cx),
        key: |row| Key::Broker(row.id),
        cell: Box::new(move |row, column| {
            let unknown = (Cell::unknown(), SortKey::Unknown);
            let bytes = |signal| match latest(cx, row.id, signal) {
                Some(value) => (Cell::text(text::byte_rate(value)), SortKey::Number(value)),
                None => (Cell::unknown(), SortKey::Unknown),
            };
            match column {
                0 => {
                    let crown = if row.controller {
                        cx.mark("♛", "c")
                    } else {
                        ""
                    };
                    let role = if row.broker.is_some() {
                        Role::Strong
                    } else {
                        Role::Bad
                    };
                    (
                        Cell::new(format!("{crown}{}", row.id), role),
                        SortKey::Number(f64::from(row.id.0)),
                    )
                }
                1 => match &row.join {
                    Some(join) => cells::linked(cx, &join.pod, |pod| pod.id.to_string()),
                    None => words("not in the cluster", Role::Bad),
                },
                2 => cells::name(
                    row.join
                        .as_ref()
                        .and_then(|join| join.pod.to)
                        .and_then(|pod| pod.node.as_ref()),
                ),
                3 => cells::name(row.broker.and_then(|broker| broker.rack.as_ref())),
                4 => cells::tally(row.load.leaders),
                5 => cells::tally(row.load.replicas),
                6 => cells::fault_count(row.load.lagging, Role::Warn),
                7 => cells::bytes(row.disk),
                8 => bytes(Signal::BytesInPerSecond),
                9 => bytes(Signal::BytesOutPerSecond),
                10 => match latest(cx, row.id, Signal::HandlerIdle) {
                    Some(idle) => {
                        let role = if idle < 0.3 { Role::Warn } else { Role::Text };
                        (
                            Cell::new(format!("{:.0}%", idle * 100.0), role),
                            SortKey::Number(idle),
                        )
                    }
                    None => unknown,
                },
                12 => cells::share(cx, full(cx, row.id), (0.85, 0.97)),
                13 => {
                    let ring = cx
                        .picture
                        .site
                        .ring(SeriesKey::Broker(row.id), Signal::BytesInPerSecond);
                    let now = latest(cx, row.id, Signal::BytesInPerSecond);
                    let bars = ring.map(|ring| text::sparkline(ring, 10, cx.ascii));
                    (Cell::text(bars.unwrap_or_default()), SortKey::number(now))
                }
                _ => match row.broker {
                    Some(broker) => words(format!("{}:{}", broker.host, broker.port), Role::Dim),
                    None => unknown,
                },
            }
        }),
    })
}

impl Pane for Brokers {
    fn id(&self) -> PaneId {
        PaneId::Brokers
    }

    fn title(&self) -> &'static str {
        "Brokers"
    }

    fn sources(&self) -> &'static [Source] {
        &[Source::Metadata]
    }

    fn digit(&self) -> Option<char> {
        Some('4')
    }

    fn shows_disks(&self) -> bool {
        true
    }

    fn page<'a>(&self, cx: &'a Cx<'a>) -> Page<'a> {
        Page {
            title: cells::title(cx, "Brokers", self.sources()),
            facts: Vec::new(),
            sections: vec![Section {
                title: "".into(),
                list: list(cx),
                empty: why_empty(cx, Source::Metadata, "brokers"),
                sort: Some((0, false)),
            }],
        }
    }

    fn object<'a>(&self, cx: &'a Cx<'a>, key: &Key) -> Option<Page<'a>> {
        let Key::Broker(id) = key else { return None };
        let row = rows(cx).into_iter().find(|row| row.id == *id)?;
        Some(broker_page(cx, &row))
    }
}

fn facts<'a>(cx: &'a Cx<'a>, row: &Row<'a>) -> Vec<Fact<'a>> {
    let mut facts = Vec::new();
    match row.broker {
        Some(broker) => {
            let role = if row.controller { "controller" } else { "" };
            facts.push(Fact::new(
                "address",
                vec![
                    Cell::text(format!("{}:{}", broker.host, broker.port)),
                    Cell::new(role, Role::Strong),
                ],
            ));
            let rack = broker
                .rack
                .as_ref()
                .map_or_else(Cell::unknown, |rack| Cell::text(&**rack));
            facts.push(Fact::new("rack", vec![rack]));
        }
        None => facts.push(Fact::new(
            "state",
            vec![Cell::new(
                "not in the cluster: only replicas name it",
                Role::Bad,
            )],
        )),
    }
    if let Some(join) = &row.join {
        let (pod, _) = cells::linked(cx, &join.pod, |pod| pod.id.to_string());
        let mut cells = vec![pod];
        if let Some(pod) = join.pod.to {
            cells.push(Cell::new(&*pod.status, cells::pod_role(pod)));
            cells.push(Cell::dim(format!("{} restarts", pod.restarts)));
        }
        facts.push(Fact::new("pod", cells).link(join.pod.to.map(|pod| Key::Pod(pod.id.clone()))));
        facts.push(Fact::new(
            "evidence",
            vec![Cell::dim(join.pod.evidence.clone())],
        ));
        if let Some(node) = join.node {
            let zone = node
                .zone
                .as_ref()
                .map_or_else(String::new, |zone| format!("zone {zone}"));
            facts.push(
                Fact::new("node", vec![Cell::text(&*node.name), Cell::dim(zone)])
                    .link(Some(Key::Node(node.name.clone()))),
            );
        }
    }
    let lagging = if row.load.lagging > 0 {
        Role::Warn
    } else {
        Role::Dim
    };
    facts.push(Fact::new(
        "partitions",
        vec![
            Cell::text(format!(
                "{} led, {} replicas",
                row.load.leaders, row.load.replicas
            )),
            Cell::new(format!("{} out of sync", row.load.lagging), lagging),
        ],
    ));
    facts.extend(measured(cx, row.id));
    facts.extend(
        row.join
            .iter()
            .filter_map(|join| join.pod.to)
            .flat_map(|pod| strimzi(cx, pod)),
    );
    for dir in cx
        .picture
        .site
        .kafka
        .disks
        .get(&row.id)
        .iter()
        .flat_map(|disk| &disk.value.dirs)
    {
        let held: u64 = dir.replicas.iter().map(|replica| replica.bytes).sum();
        let mut cells = vec![
            Cell::text(text::bytes(held)),
            Cell::dim(format!("in {}", dir.path)),
        ];
        if let (Some(total), Some(usable)) = (dir.total, dir.usable) {
            cells.push(Cell::dim(format!(
                "{} of {} free",
                text::bytes(usable),
                text::bytes(total)
            )));
        }
        if let Some(error) = &dir.error {
            cells.push(Cell::new(&**error, Role::Bad));
        }
        facts.push(Fact::new("disk", cells));
    }
    facts
}

/// What Prometheus measured of a broker.
fn measured<'a>(cx: &Cx<'a>, id: BrokerId) -> Option<Fact<'a>> {
    let value = |signal| latest(cx, id, signal);
    let parts: Vec<Cell<'a>> = [
        value(Signal::BytesInPerSecond).map(|v| format!("{}/s in", text::byte_rate(v))),
        value(Signal::BytesOutPerSecond).map(|v| format!("{}/s out", text::byte_rate(v))),
        value(Signal::MessagesInPerSecond).map(|v| format!("{v:.0} records/s")),
        value(Signal::ProduceMillisP99).map(|v| format!("produce p99 {v:.0} ms")),
        value(Signal::HandlerIdle).map(|v| format!("handlers {:.0}% idle", v * 100.0)),
    ]
    .into_iter()
    .flatten()
    .map(Cell::text)
    .collect();
    (!parts.is_empty()).then(|| Fact::new("measured", parts))
}

/// What Strimzi says of the cluster and the pool that a broker's pod belongs to.
fn strimzi<'a>(cx: &Cx<'a>, pod: &PodRow) -> Vec<Fact<'a>> {
    let cluster = pod.label("strimzi.io/cluster");
    let pool = pod.label("strimzi.io/pool-name");
    let rows = cx.picture.site.strimzi.iter();
    rows.filter(|row| row.namespace == pod.id.namespace)
        .filter(|row| match &*row.kind {
            "Kafka" => Some(&row.name) == cluster,
            "KafkaNodePool" => Some(&row.name) == pool,
            "KafkaRebalance" => cluster.is_some(),
            _ => false,
        })
        .map(|row| {
            let mut parts = vec![Cell::text(format!("{} {}", row.kind, row.name))];
            if let (Some(ready), Some(wanted)) = (row.ready, row.replicas) {
                parts.push(Cell::text(format!("{ready} of {wanted}")));
            }
            let conditions: Vec<&str> = row.conditions.iter().map(|c| &**c).collect();
            parts.push(Cell::dim(conditions.join(", ")));
            Fact::new("strimzi", parts)
        })
        .collect()
}

const TOPICS: &[Column] = &[
    Column::left("TOPIC", 20).flex(1),
    Column::right("LED", 5),
    Column::right("REPLICAS", 9),
    Column::right("OUT OF SYNC", 12),
    Column::right("BYTES", 8).unit(Unit::Bytes),
];

const COORDINATED: &[Column] = &[
    Column::left("GROUP", 20).flex(1),
    Column::right("LAG", 9),
    Column::left("STATE", 16),
];

fn broker_page<'a>(cx: &'a Cx<'a>, row: &Row<'a>) -> Page<'a> {
    let kafka = &cx.picture.site.kafka;
    let id = row.id;
    let mut sizes: BTreeMap<&Name, u64> = BTreeMap::new();
    for dir in kafka
        .disks
        .get(&id)
        .iter()
        .flat_map(|disk| &disk.value.dirs)
    {
        for replica in &dir.replicas {
            *sizes.entry(&replica.topic).or_default() += replica.bytes;
        }
    }
    let of_topic = |topic: &'a Topic| {
        let mut load = Load::default();
        for partition in &topic.meta.partitions {
            load.leaders += usize::from(partition.leader == Some(id));
            if partition.replicas.contains(&id) {
                load.replicas += 1;
                load.lagging += usize::from(partition.lagging().any(|lagging| lagging == id));
            }
        }
        (load.replicas > 0).then(|| (topic, load, sizes.get(&topic.meta.name).copied()))
    };
    let topics: Vec<(&Topic, Load, Option<u64>)> =
        kafka.topics.iter().filter_map(of_topic).collect();
    let groups: Vec<&crate::model::Group> = kafka
        .groups
        .iter()
        .filter(|group| group.listed.coordinator == id)
        .collect();
    Page {
        title: format!("broker {id}").into(),
        facts: facts(cx, row),
        sections: vec![
            Section {
                title: format!("topics: {}", topics.len()).into(),
                list: Box::new(Listed {
                    columns: TOPICS,
                    rows: topics,
                    key: |(topic, ..)| Key::Topic(topic.meta.name.clone()),
                    cell: Box::new(|(topic, load, bytes), column| match column {
                        0 => words(topic.meta.name.to_string(), Role::Text),
                        1 => cells::tally(load.leaders),
                        2 => cells::tally(load.replicas),
                        3 => cells::fault_count(load.lagging, Role::Warn),
                        _ => cells::bytes(*bytes),
                    }),
                }),
                empty: "no replicas".into(),
                sort: Some((3, true)),
            },
            Section {
                title: format!("groups it coordinates: {}", groups.len()).into(),
                list: Box::new(Listed {
                    columns: COORDINATED,
                    rows: groups,
                    key: |group| Key::Group(group.listed.id.clone()),
                    cell: Box::new(move |group, column| match column {
                        0 => words(group.listed.id.to_string(), Role::Text),
                        1 => {
                            let history = cx.picture.history.group(&group.listed.id);
                            history.map_or((Cell::unknown(), SortKey::Unknown), |h| {
                                cells::group_lag(&h.lag)
                            })
                        }
                        _ => words(group.listed.state.to_string(), Role::Text),
                    }),
                }),
                empty: "none".into(),
                sort: Some((1, true)),
            },
        ],
    }
}
