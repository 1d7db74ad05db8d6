//! Home: what hurts now, worst first. The cursor stands on the first.

mod flows;
mod strip;

use std::borrow::Cow;

use crate::{
    app::{App, Cell, Column, Cx, Fact, List, Page, Pane, PaneId, Role, Section, SortKey},
    insight::{Finding, Severity},
    model::{Key, Source, State},
    view::{LABEL, text},
};

use super::cells::{stale_age, words};

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

    /// How old what it is made of is, where that is older than it should be.
    fn age(&self, finding: &Finding) -> Option<String> {
        let Key::Group(id) = &finding.subject else {
            return None;
        };
        let (sampled, _) = self.cx.picture.history.group(id)?.ring.last()?;
        stale_age(self.cx, Source::Lag, sampled)
    }
}

fn role(severity: Severity) -> Role {
    match severity {
        Severity::Broker | Severity::Offline | Severity::UnderMinIsr | Severity::Falling => {
            Role::Bad
        }
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
            _ => match self.age(finding) {
                Some(age) => Cell::new(format!("{age} ago: {}", finding.why), Role::Stale),
                None => Cell::text(finding.why.as_str()),
            },
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

/// How long lag has been seen, while that is too short to say where it goes.
fn too_early(cx: &Cx<'_>) -> Option<String> {
    const ENOUGH: i64 = 60_000;
    let groups = cx.picture.site.kafka.groups.iter();
    let spans = groups.filter_map(|group| {
        let history = cx.picture.history.group(&group.listed.id)?;
        let behind = history.lag.known.is_some_and(|lag| lag > 0);
        let (first, last) = (history.ring.iter().next()?.0, history.ring.last()?.0);
        behind.then(|| last.since(first))
    });
    let longest = spans.max().filter(|span| *span < ENOUGH)?;
    Some(text::span(longest))
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

/// What stands above the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    /// Nothing: the list is all that there is room for.
    List,
    /// A line for the brokers, and one for each part of the load.
    Lines,
    /// A table of the brokers, and charts of the load.
    Charts,
}

impl Layout {
    fn of((columns, rows): (u16, u16)) -> Layout {
        match rows {
            0..18 => Layout::List,
            34.. if columns >= 100 => Layout::Charts,
            _ => Layout::Lines,
        }
    }
}

/// Cells for the values of a fact. Beside a list without findings stands nothing.
fn room(cx: &Cx<'_>) -> usize {
    let columns = cx.size.0;
    let page = if columns >= App::BESIDE && !cx.findings.is_empty() {
        columns * 11 / 20
    } else {
        columns
    };
    usize::from(page.saturating_sub(3 + LABEL + 1))
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

    fn foot_height(&self, (_, rows): (u16, u16)) -> u16 {
        match rows {
            0..9 => 0,
            9..18 => 2,
            _ => 3,
        }
    }

    fn foot<'a>(&self, cx: &Cx<'a>, row: usize) -> Option<Cow<'a, str>> {
        let finding = cx.findings.get(row)?;
        Some(format!("{}: {}", finding.what, finding.why).into())
    }

    fn page<'a>(&self, cx: &'a Cx<'a>) -> Page<'a> {
        let mut facts = Vec::new();
        let room = room(cx);
        match Layout::of(cx.size) {
            Layout::List => {}
            Layout::Lines => {
                facts.push(strip::line(cx, room));
                facts.extend(flows::lines(cx, room));
            }
            Layout::Charts => {
                let table = strip::table(cx, room);
                facts.extend(table.unwrap_or_else(|| vec![strip::line(cx, room)]));
                facts.push(Fact::new("", Vec::new()));
                facts.extend(flows::charts(cx, room));
            }
        }
        if Layout::of(cx.size) != Layout::List {
            facts.extend(progress(cx));
            facts.extend(notes(cx));
        }
        let site = &cx.picture.site;
        let looked = if cx.is_reading() {
            "nothing wrong found so far; the first reading is not complete".to_owned()
        } else if let Some(seen) = too_early(cx) {
            format!(
                "nothing wrong found so far; whether lag grows is known after a minute, {seen} of it seen"
            )
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
