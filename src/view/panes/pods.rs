//! All pods: how they are, what they use, where they run, and the groups they work for.

use crate::{
    app::{Cell, Column, Cx, List, Page, Pane, PaneId, Role, Section, SortKey, Unit},
    model::{Key, Ledger, PodRow, Source},
};

use super::{cells, sources::why_empty};

pub(super) static PANE: Pods = Pods;
pub(super) struct Pods;

const NAMESPACE: usize = 0;
const NAME: usize = 1;
const READY: usize = 2;
const STATUS: usize = 3;
const RESTARTS: usize = 4;
const CPU: usize = 5;
const MEMORY: usize = 6;
const SHARE: usize = 7;
const NODE: usize = 8;
const GROUPS: usize = 9;
const IP: usize = 10;
const OWNER: usize = 11;

const COLUMNS: &[Column] = &[
    Column::left("NAMESPACE", 10).flex(1).drop(4),
    Column::left("NAME", 20).flex(3),
    Column::right("READY", 6).drop(2).unit(Unit::Shown),
    Column::left("STATUS", 16).flex(1),
    Column::right("RESTARTS", 9).drop(3),
    Column::right("CPU", 6).drop(6).unit(Unit::Cores),
    Column::right("MEM", 7).drop(7).unit(Unit::Bytes),
    Column::right("%LIMIT", 7).drop(8).unit(Unit::Percent),
    Column::left("NODE", 12).flex(1).drop(9),
    Column::left("GROUPS", 10).flex(1).drop(10),
    Column::left("IP", 13).drop(11),
    Column::left("OWNER", 20).flex(1).drop(12),
    Column::right("AGE", 4).drop(5).unit(Unit::Time),
];

/// The pods of the namespaces that are shown.
struct All<'a> {
    cx: &'a Cx<'a>,
}

impl<'p> All<'p> {
    fn at(&self, row: usize) -> Option<(u32, &'p PodRow)> {
        let number = u32::try_from(row).ok()?;
        Some((number, self.cx.picture.site.pods.row(number)?))
    }

    fn owner(&self, number: u32) -> Option<&'p str> {
        self.cx.picture.index.pod_owner(number)
    }

    /// Names of the groups that a pod works for, with commas between.
    fn groups(&self, pod: &PodRow, into: &mut String) {
        let site = &self.cx.picture.site;
        let mut names = self.cx.picture.index.pod_groups(site, pod).peekable();
        while let Some(name) = names.next() {
            into.push_str(&name.listed.id);
            if names.peek().is_some() {
                into.push(',');
            }
        }
    }

    fn shown(&self, number: u32, pod: &'p PodRow, column: usize) -> Cell<'p> {
        let site = &self.cx.picture.site;
        let usage = || site.pods.usage_of(number);
        match column {
            NAMESPACE => Cell::dim(&*pod.id.namespace),
            NAME => Cell::new(&*pod.id.name, Role::Strong),
            READY => {
                let role = if pod.ready < pod.containers && !pod.is_completed() {
                    Role::Warn
                } else {
                    Role::Text
                };
                Cell::new(format!("{}/{}", pod.ready, pod.containers), role)
            }
            STATUS => Cell::new(&*pod.status, cells::pod_role(pod)),
            RESTARTS => cells::number(Some(i64::from(pod.restarts))).0,
            CPU => cells::cpu(self.cx, usage(), site.pod_usage_at).0,
            MEMORY => cells::memory(self.cx, usage(), site.pod_usage_at).0,
            SHARE => cells::memory_share(usage().map(|used| used.memory), pod.memory_limit).0,
            NODE => pod.node.as_deref().map_or_else(Cell::unknown, Cell::text),
            GROUPS => {
                let mut names = String::new();
                self.groups(pod, &mut names);
                Cell::text(names)
            }
            IP => pod.ip.as_deref().map_or_else(Cell::unknown, Cell::text),
            OWNER => self.owner(number).map_or_else(Cell::unknown, Cell::text),
            _ => pod
                .created
                .map_or_else(Cell::unknown, |at| Cell::text(self.cx.age(at))),
        }
    }

    fn order(&self, number: u32, pod: &'p PodRow, column: usize) -> SortKey<'p> {
        let site = &self.cx.picture.site;
        let usage = || site.pods.usage_of(number);
        let text = |text: Option<&'p str>| {
            text.map_or(SortKey::Unknown, |text| SortKey::Text(text.into()))
        };
        match column {
            NAMESPACE => text(Some(&pod.id.namespace)),
            NAME => text(Some(&pod.id.name)),
            READY => {
                let wanted = if pod.is_completed() {
                    0
                } else {
                    pod.containers
                };
                SortKey::Number(f64::from(wanted.saturating_sub(pod.ready)))
            }
            STATUS => text(Some(&pod.status)),
            RESTARTS => SortKey::Number(f64::from(pod.restarts)),
            CPU => SortKey::number(usage().map(|used| used.cpu as f64)),
            MEMORY => SortKey::number(usage().map(|used| used.memory as f64)),
            SHARE => {
                let used = usage().map(|used| used.memory);
                SortKey::number(cells::percent_of_limit(used, pod.memory_limit))
            }
            NODE => text(pod.node.as_deref()),
            GROUPS => {
                let mut names = String::new();
                self.groups(pod, &mut names);
                match names.as_str() {
                    "" => SortKey::Unknown,
                    _ => SortKey::Text(names.into()),
                }
            }
            IP => text(pod.ip.as_deref()),
            OWNER => text(self.owner(number)),
            _ => SortKey::number(pod.created.map(|at| self.cx.now.since(at) as f64)),
        }
    }
}

impl List for All<'_> {
    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn len(&self) -> usize {
        self.cx.picture.site.pods.len()
    }

    fn ledger(&self) -> Option<Ledger<'_>> {
        Some(self.cx.picture.site.pods.ledger())
    }

    fn number(&self, key: &Key) -> Option<usize> {
        let Key::Pod(id) = key else { return None };
        let number = self.cx.picture.site.pods.number(id)?;
        Some(number as usize)
    }

    fn shows(&self, row: usize) -> bool {
        self.cx.options.namespace.is_none()
            || self
                .at(row)
                .is_some_and(|(_, pod)| self.cx.shows(&pod.id.namespace))
    }

    fn is_own_order(&self, by: (usize, bool)) -> bool {
        by == (NAMESPACE, false)
    }

    fn epoch(&self, column: usize) -> u64 {
        let picture = self.cx.picture;
        match column {
            CPU | MEMORY | SHARE => picture.site.pods.usage_generation(),
            OWNER => picture.site.replica_sets.generation(),
            GROUPS => picture.index.members_generation(),
            _ => 0,
        }
    }

    fn text_epoch(&self) -> u64 {
        self.cx.picture.index.members_generation()
    }

    /// What stays as it is: a row is not found by its use or its age.
    fn filter_text(&self, row: usize, into: &mut String) {
        let Some((_, pod)) = self.at(row) else { return };
        let owner = pod.owner.as_ref().map(|owner| &owner.name);
        let rest = [&pod.node, &pod.ip].map(Option::as_ref);
        let rest = rest.into_iter().chain([owner]).flatten();
        for text in [&pod.id.namespace, &pod.id.name, &pod.status]
            .into_iter()
            .chain(rest)
        {
            into.push_str(text);
            into.push(' ');
        }
        self.groups(pod, into);
    }

    fn key(&self, row: usize) -> Key {
        self.at(row)
            .map_or(Key::Log(0), |(_, pod)| Key::Pod(pod.id.clone()))
    }

    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        self.at(row).map_or_else(Cell::unknown, |(number, pod)| {
            self.shown(number, pod, column)
        })
    }

    fn sort_key(&self, row: usize, column: usize) -> SortKey<'_> {
        self.at(row).map_or(SortKey::Unknown, |(number, pod)| {
            self.order(number, pod, column)
        })
    }
}

impl Pane for Pods {
    fn id(&self) -> PaneId {
        PaneId::Pods
    }

    fn title(&self) -> &'static str {
        "Pods"
    }

    fn sources(&self) -> &'static [Source] {
        &[Source::Pods]
    }

    fn digit(&self) -> Option<char> {
        None
    }

    fn shows_usage(&self) -> bool {
        true
    }

    fn page<'a>(&self, cx: &'a Cx<'a>) -> Page<'a> {
        Page {
            title: cells::title(cx, "Pods", self.sources()),
            facts: Vec::new(),
            sections: vec![Section {
                title: "".into(),
                list: Box::new(All { cx }),
                empty: why_empty(cx, Source::Pods, "pods"),
                sort: Some((NAMESPACE, false)),
            }],
        }
    }

    /// A pod's page is that of Workloads.
    fn object<'a>(&self, _: &'a Cx<'a>, _: &Key) -> Option<Page<'a>> {
        None
    }
}
