//! Home: what hurts now, worst first. The cursor stands on the first.

use crate::{
    app::{Cell, Column, Cx, Fact, List, Page, Pane, PaneId, Role, Section, SortKey},
    insight::{Finding, Severity, cluster_replication},
    model::{BrokerId, Key, State},
    view::text,
};

use super::cells::words;

pub(super) static PANE: Home = Home;
pub(super) struct Home;

const COLUMNS: &[Column] = &[
    Column::left("WHAT", 8),
    Column::left("WHERE", 20).flex(1),
    Column::left("TREND", 12).drop(2),
    Column::left("WHY", 34).flex(4),
];

struct Findings<'a> {
    cx: &'a Cx<'a>,
}

impl Findings<'_> {
    fn at(&self, row: usize) -> Option<&Finding> {
        self.cx.findings.get(row)
    }
}

fn role(severity: Severity) -> Role {
    match severity {
        Severity::Offline | Severity::UnderMinIsr | Severity::Falling => Role::Bad,
        _ => Role::Warn,
    }
}

impl List for Findings<'_> {
    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn len(&self) -> usize {
        self.cx.findings.len()
    }

    fn key(&self, row: usize) -> Key {
        self.at(row)
            .map_or(Key::Log(0), |finding| finding.subject.clone())
    }

    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        let Some(finding) = self.at(row) else {
            return Cell::unknown();
        };
        match column {
            0 => Cell::new(finding.severity.word(), role(finding.severity)),
            1 => Cell::new(finding.what.as_str(), Role::Strong),
            2 => match &finding.subject {
                Key::Group(id) => {
                    let ring = self
                        .cx
                        .picture
                        .history
                        .group(id)
                        .map(|history| &history.ring);
                    ring.map_or_else(
                        || Cell::text(""),
                        |ring| Cell::text(text::sparkline(ring, 12, self.cx.ascii)),
                    )
                }
                _ => Cell::text(""),
            },
            _ => Cell::text(finding.why.as_str()),
        }
    }

    fn sort_key(&self, row: usize, column: usize) -> SortKey<'_> {
        let Some(finding) = self.at(row) else {
            return SortKey::Unknown;
        };
        match column {
            0 => SortKey::Number(row as f64),
            1 => SortKey::Text(finding.what.as_str().into()),
            2 => SortKey::number(finding.growth),
            _ => SortKey::Text(finding.why.as_str().into()),
        }
    }
}

/// The brokers in one line: number and mark each, those that are gone too.
fn strip<'a>(cx: &Cx<'a>) -> Fact<'a> {
    let kafka = &cx.picture.site.kafka;
    let Some(cluster) = &kafka.cluster else {
        return Fact::new("brokers", vec![Cell::dim("not read yet")]);
    };
    let mut known: std::collections::BTreeMap<BrokerId, bool> = cluster
        .value
        .brokers
        .iter()
        .map(|broker| (broker.id, true))
        .collect();
    let mut lagging: std::collections::BTreeMap<BrokerId, usize> =
        std::collections::BTreeMap::new();
    for partition in kafka.topics.iter().flat_map(|topic| &topic.meta.partitions) {
        for replica in &partition.replicas {
            known.entry(*replica).or_insert(false);
            if partition.lagging().any(|id| id == *replica) {
                *lagging.entry(*replica).or_default() += 1;
            }
        }
    }
    let mut cells: Vec<Cell<'a>> = known
        .iter()
        .map(|(id, here)| {
            let behind = lagging.get(id).copied().unwrap_or(0);
            let crown = if cluster.value.controller == Some(*id) {
                cx.mark("♛", "c")
            } else {
                ""
            };
            match (here, behind) {
                (false, _) => Cell::new(format!("{id}{} gone", cx.mark("✗", "x")), Role::Bad),
                (true, 0) => Cell::new(format!("{id}{}{crown}", cx.mark("●", "*")), Role::Good),
                (true, n) => Cell::new(
                    format!("{id}{}{crown} {n} out of sync", cx.mark("◐", "+")),
                    Role::Warn,
                ),
            }
        })
        .collect();
    let count = cluster_replication(&cx.picture.site);
    let sick: Vec<String> = [
        (count.offline, "offline"),
        (count.under_min_isr, "under min ISR"),
        (count.under_replicated, "under-replicated"),
        (kafka.reassignments.len(), "moving"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{count} {what}"))
    .collect();
    let (words, role) = if sick.is_empty() {
        (
            format!("{} partitions, all in sync", count.partitions),
            Role::Dim,
        )
    } else {
        (
            format!("{} partitions: {}", count.partitions, sick.join(", ")),
            Role::Warn,
        )
    };
    cells.push(Cell::new(words, role));
    Fact::new("brokers", cells)
}

/// What is still being read for the first time, by kind.
fn progress<'a>(cx: &Cx<'a>) -> Option<Fact<'a>> {
    let cells: Vec<Cell<'a>> = cx
        .picture
        .site
        .health
        .iter()
        .filter_map(|(source, health)| match health.report.state {
            State::Syncing { got, of: Some(of) } => Some(format!("{source} {got}/{of}")),
            State::Syncing { got, of: None } => Some(format!("{source} {got}")),
            _ => None,
        })
        .map(|words| Cell::new(words, Role::Warn))
        .collect();
    (!cells.is_empty()).then(|| Fact::new("reading", cells))
}

/// What live sources have to say: above all that they may read one namespace only.
fn notes<'a>(cx: &Cx<'a>) -> Option<Fact<'a>> {
    let live = cx.picture.site.health.values();
    let mut said: Vec<&str> = live
        .filter(|health| health.report.state == State::Live)
        .filter_map(|health| health.report.why.as_deref())
        .collect();
    said.sort_unstable();
    said.dedup();
    let first = said.first()?;
    let more = said.len() - 1;
    let mut cells = vec![Cell::new((*first).to_owned(), Role::Warn)];
    if more > 0 {
        cells.insert(0, Cell::dim(format!("{} notes, see Sources:", more + 1)));
    }
    Some(Fact::new("note", cells))
}

impl Pane for Home {
    fn id(&self) -> PaneId {
        PaneId::Home
    }

    fn title(&self) -> &'static str {
        "Home"
    }

    fn digit(&self) -> Option<char> {
        Some('1')
    }

    fn page<'a>(&self, cx: &'a Cx<'a>) -> Page<'a> {
        let mut facts = vec![strip(cx)];
        facts.extend(progress(cx));
        facts.extend(notes(cx));
        let site = &cx.picture.site;
        let looked = if cx.is_reading() {
            "nothing wrong found so far; the first reading is not complete".to_owned()
        } else {
            format!(
                "nothing wrong found in {} groups, {} topics, {} pods, {} nodes, {} sources",
                site.kafka.groups.len(),
                site.kafka.topics.len(),
                site.pods.len(),
                site.nodes.len(),
                site.health.len()
            )
        };
        Page {
            title: "Home".into(),
            facts,
            sections: vec![Section {
                title: "what hurts now, worst first".into(),
                list: Box::new(Findings { cx }),
                empty: looked.into(),
                sort: None,
            }],
        }
    }

    fn object<'a>(&self, _: &'a Cx<'a>, _: &Key) -> Option<Page<'a>> {
        None
    }
}

/// A warning event of an object, for the pages of pods and workloads.
pub(super) fn warnings<'a>(
    cx: &'a Cx<'a>,
    namespace: &str,
    kind: &str,
    name: &str,
) -> Vec<Fact<'a>> {
    let mut about: Vec<_> = cx
        .picture
        .site
        .warnings
        .iter()
        .filter(|event| {
            &*event.namespace == namespace
                && &*event.about.kind == kind
                && &*event.about.name == name
        })
        .collect();
    about.sort_by_key(|event| std::cmp::Reverse(event.last));
    about
        .into_iter()
        .take(5)
        .map(|event| {
            let age = event
                .last
                .map_or_else(String::new, |at| format!("{} ago", cx.age(at)));
            let count = format!("{} x{}", event.reason, event.count);
            Fact::new(
                "warning",
                vec![
                    Cell::dim(age),
                    words(count, Role::Warn).0,
                    Cell::text(&*event.message),
                ],
            )
        })
        .collect()
}
