//! Nodes, with the pods and brokers on them.

use crate::{
    app::{Cell, Column, Cx, Fact, List, Page, Pane, PaneId, Role, Section, SortKey, Unit},
    model::{Key, NodeRow, Source},
    view::text,
};

use super::{
    cells::{self, words},
    home::warnings,
    sources::why_empty,
    workloads::pods_section,
};

pub(super) static PANE: Nodes = Nodes;
pub(super) struct Nodes;

const COLUMNS: &[Column] = &[
    Column::left("NODE", 16).flex(2),
    Column::left("READY", 9),
    Column::left("ZONE", 10).flex(1).drop(3),
    Column::right("PODS", 5).drop(2),
    Column::left("BROKERS", 8).flex(1).drop(1),
    Column::right("CPU", 7).unit(Unit::Cores).drop(4),
    Column::right("MEMORY", 8).unit(Unit::Bytes).drop(4),
    Column::left("CONDITIONS", 14).flex(2).drop(5),
    Column::left("OF CPU", 10).drop(6).unit(Unit::Share),
    Column::left("OF MEMORY", 10).drop(6).unit(Unit::Share),
];

struct All<'a> {
    cx: &'a Cx<'a>,
    rows: Vec<&'a NodeRow>,
}

fn ready(node: &NodeRow) -> (Cell<'static>, SortKey<'static>) {
    match (node.ready, node.unschedulable) {
        (Some(true), false) => words("ready", Role::Good),
        (Some(true), true) => words("cordoned", Role::Warn),
        (Some(false), _) => words("not ready", Role::Bad),
        (None, _) => words("unknown", Role::Bad),
    }
}

impl All<'_> {
    fn both(&self, row: usize, column: usize) -> (Cell<'_>, SortKey<'_>) {
        let unknown = (Cell::unknown(), SortKey::Unknown);
        let Some(node) = self.rows.get(row) else {
            return unknown;
        };
        let site = &self.cx.picture.site;
        let usage = site.node_usage.get(&node.name).copied();
        match column {
            0 => words(&*node.name, Role::Strong),
            1 => ready(node),
            2 => cells::name(node.zone.as_ref()),
            3 => cells::tally(self.cx.picture.index.node_load(&node.name)),
            4 => {
                let ids: Vec<String> = self
                    .cx
                    .picture
                    .index
                    .node_brokers(&node.name)
                    .iter()
                    .map(ToString::to_string)
                    .collect();
                words(ids.join(","), Role::Text)
            }
            5 => cells::cpu(self.cx, usage, site.node_usage_at),
            6 => cells::memory(self.cx, usage, site.node_usage_at),
            8 => {
                let used = usage.map(|of| of.cpu as f64);
                let all = node.cpu_allocatable.filter(|all| *all > 0);
                let share = used.zip(all).map(|(used, all)| used / all as f64);
                cells::share(self.cx, share, (0.85, 0.95))
            }
            9 => {
                let used = usage.map(|of| of.memory as f64);
                let all = node.memory_allocatable.filter(|all| *all > 0);
                let share = used.zip(all).map(|(used, all)| used / all as f64);
                cells::share(self.cx, share, (0.85, 0.95))
            }
            _ => {
                let conditions: Vec<&str> = node.conditions.iter().map(|c| &**c).collect();
                words(conditions.join(", "), Role::Warn)
            }
        }
    }
}

impl List for All<'_> {
    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn len(&self) -> usize {
        self.rows.len()
    }

    fn key(&self, row: usize) -> Key {
        self.rows
            .get(row)
            .map_or(Key::Log(0), |node| Key::Node(node.name.clone()))
    }

    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        self.both(row, column).0
    }

    fn sort_key(&self, row: usize, column: usize) -> SortKey<'_> {
        self.both(row, column).1
    }
}

impl Pane for Nodes {
    fn id(&self) -> PaneId {
        PaneId::Nodes
    }

    fn title(&self) -> &'static str {
        "Nodes"
    }

    fn sources(&self) -> &'static [Source] {
        &[Source::Nodes]
    }

    fn digit(&self) -> Option<char> {
        Some('6')
    }

    fn shows_usage(&self) -> bool {
        true
    }

    fn page<'a>(&self, cx: &'a Cx<'a>) -> Page<'a> {
        Page {
            title: cells::title(cx, "Nodes", self.sources()),
            facts: Vec::new(),
            sections: vec![Section {
                title: "".into(),
                list: Box::new(All {
                    cx,
                    rows: cx.picture.site.nodes.iter().collect(),
                }),
                empty: why_empty(cx, Source::Nodes, "nodes"),
                sort: Some((0, false)),
            }],
        }
    }

    fn object<'a>(&self, cx: &'a Cx<'a>, key: &Key) -> Option<Page<'a>> {
        let Key::Node(name) = key else { return None };
        let site = &cx.picture.site;
        let pods: Vec<_> = cx
            .picture
            .index
            .node_pods(site, name)
            .filter(|pod| cx.shows(&pod.id.namespace))
            .collect();
        let node = site.nodes.get(name);
        if node.is_none() && pods.is_empty() {
            return None;
        }
        let mut facts = Vec::new();
        match node {
            Some(node) => {
                let conditions: Vec<&str> = node.conditions.iter().map(|c| &**c).collect();
                facts.push(Fact::new(
                    "state",
                    vec![ready(node).0, Cell::new(conditions.join(", "), Role::Warn)],
                ));
                facts.push(Fact::new(
                    "zone",
                    vec![
                        node.zone
                            .as_ref()
                            .map_or_else(Cell::unknown, |zone| Cell::text(&**zone)),
                    ],
                ));
                let usage = site.node_usage.get(&node.name).copied();
                let of = |limit: Option<String>| {
                    limit.map_or_else(String::new, |limit| format!("of {limit}"))
                };
                facts.push(Fact::new(
                    "cpu",
                    vec![
                        cells::cpu(cx, usage, cx.picture.site.node_usage_at).0,
                        Cell::dim(of(node.cpu_allocatable.map(text::cores))),
                    ],
                ));
                facts.push(Fact::new(
                    "memory",
                    vec![
                        cells::memory(cx, usage, cx.picture.site.node_usage_at).0,
                        Cell::dim(of(node.memory_allocatable.map(text::bytes))),
                    ],
                ));
            }
            None => facts.push(Fact::new(
                "state",
                vec![Cell::new("the node itself cannot be read", Role::Warn)],
            )),
        }
        for &broker in cx.picture.index.node_brokers(name) {
            facts.push(
                Fact::new("broker", vec![Cell::text(broker.to_string())])
                    .link(Some(Key::Broker(broker)))
                    .first(),
            );
        }
        facts.extend(
            warnings(cx, "", "Node", name)
                .into_iter()
                .chain(warnings(cx, "default", "Node", name)),
        );
        Some(Page {
            title: format!("node {name}").into(),
            facts,
            sections: vec![pods_section(cx, pods, true)],
        })
    }
}
