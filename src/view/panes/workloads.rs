//! Workloads and their pods.

use std::borrow::Cow;

use crate::{
    app::{Cell, Column, Cx, Fact, List, Page, Pane, PaneId, Role, Section, SortKey, Unit},
    insight::{pod_workload, sum_usage},
    model::{Key, PodRow, SeriesKey, Signal, Source, WorkloadId, WorkloadRow},
    view::text,
};

use super::{
    cells::{self, Listed, words},
    home::warnings,
    sources::why_empty,
};

pub(super) static PANE: Workloads = Workloads;
pub(super) struct Workloads;

const COLUMNS: &[Column] = &[
    Column::left("NAMESPACE", 10).flex(1).drop(1),
    Column::left("NAME", 13).flex(2),
    Column::right("READY", 7).unit(Unit::Shown),
    Column::right("RESTARTS", 9).drop(2),
    Column::left("REASON", 14).flex(1),
    Column::right("CPU", 7).unit(Unit::Cores).drop(4),
    Column::right("MEMORY", 8).unit(Unit::Bytes).drop(3),
    Column::left("KIND", 11).drop(5),
    Column::right("UPDATED", 8).drop(7),
    Column::left("OF LIMIT", 10).drop(6).unit(Unit::Share),
];

struct All<'a> {
    cx: &'a Cx<'a>,
    rows: Vec<&'a WorkloadRow>,
}

/// The worst that the pods of a workload say of themselves.
fn reason<'a>(pods: impl Iterator<Item = &'a PodRow>) -> Option<(Cow<'a, str>, Role)> {
    let mut worst: Option<(u8, Cow<'a, str>, Role)> = None;
    for pod in pods {
        let role = cells::pod_role(pod);
        let (rank, words) = match role {
            Role::Bad => (3, Cow::Borrowed(&*pod.status)),
            Role::Warn => (2, Cow::Borrowed(&*pod.status)),
            _ => match &pod.last_exit {
                Some(exit) if pod.restarts > 0 => (1, Cow::Owned(format!("was {}", exit.reason))),
                _ => continue,
            },
        };
        if worst.as_ref().is_none_or(|(known, ..)| rank > *known) {
            worst = Some((rank, words, if rank == 1 { Role::Dim } else { role }));
        }
    }
    worst.map(|(_, words, role)| (words, role))
}

/// Memory in use of all pods that have a limit, as a share of their limits; None while one of them was not measured.
fn memory_share<'a>(cx: &Cx<'_>, pods: impl Iterator<Item = &'a PodRow>) -> Option<f64> {
    let limited = pods.filter_map(|pod| Some((&pod.id, pod.memory_limit?)));
    let mut sums = (0, 0);
    for (id, limit) in limited {
        sums.0 += cx.picture.site.pods.usage(id)?.memory;
        sums.1 += limit;
    }
    (sums.1 > 0).then(|| sums.0 as f64 / sums.1 as f64)
}

impl All<'_> {
    fn both(&self, row: usize, column: usize) -> (Cell<'_>, SortKey<'_>) {
        let unknown = (Cell::unknown(), SortKey::Unknown);
        let Some(workload) = self.rows.get(row) else {
            return unknown;
        };
        let site = &self.cx.picture.site;
        let pods = || self.cx.picture.index.workload_pods(site, &workload.id);
        match column {
            0 => words(&*workload.id.namespace, Role::Dim),
            1 => words(&*workload.id.name, Role::Strong),
            2 => {
                let role = if workload.ready < workload.desired {
                    Role::Warn
                } else {
                    Role::Good
                };
                let missing = f64::from(workload.desired) - f64::from(workload.ready);
                (
                    Cell::new(format!("{}/{}", workload.ready, workload.desired), role),
                    SortKey::Number(missing),
                )
            }
            3 => cells::number(Some(pods().map(|pod| i64::from(pod.restarts)).sum())),
            4 => match reason(pods()) {
                Some((reason, role)) => words(reason, role),
                None => (Cell::text(""), SortKey::Unknown),
            },
            5 => cells::cpu(self.cx, sum_usage(site, pods()), site.pod_usage_at),
            6 => cells::memory(self.cx, sum_usage(site, pods()), site.pod_usage_at),
            7 => words(&*workload.id.kind, Role::Dim),
            8 => cells::number(Some(i64::from(workload.updated))),
            _ => cells::share(self.cx, memory_share(self.cx, pods()), (0.85, 0.95)),
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
            .map_or(Key::Log(0), |workload| Key::Workload(workload.id.clone()))
    }

    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        self.both(row, column).0
    }

    fn sort_key(&self, row: usize, column: usize) -> SortKey<'_> {
        self.both(row, column).1
    }
}

impl Pane for Workloads {
    fn id(&self) -> PaneId {
        PaneId::Workloads
    }

    fn title(&self) -> &'static str {
        "Workloads"
    }

    fn sources(&self) -> &'static [Source] {
        &[Source::Deployments, Source::StatefulSets, Source::Pods]
    }

    fn digit(&self) -> Option<char> {
        Some('5')
    }

    fn shows_usage(&self) -> bool {
        true
    }

    fn page<'a>(&self, cx: &'a Cx<'a>) -> Page<'a> {
        let rows = cx
            .picture
            .site
            .workloads()
            .filter(|row| cx.shows(&row.id.namespace))
            .collect();
        Page {
            title: cells::title(cx, "Workloads", self.sources()),
            facts: Vec::new(),
            sections: vec![Section {
                title: "".into(),
                list: Box::new(All { cx, rows }),
                empty: why_empty(cx, Source::Deployments, "workloads"),
                sort: Some((1, false)),
            }],
        }
    }

    fn object<'a>(&self, cx: &'a Cx<'a>, key: &Key) -> Option<Page<'a>> {
        match key {
            Key::Workload(id) => workload_page(cx, id),
            Key::Pod(id) => cx.picture.site.pods.get(id).map(|pod| pod_page(cx, pod)),
            _ => None,
        }
    }
}

const PODS: &[Column] = &[
    Column::left("POD", 20).flex(3),
    Column::right("READY", 6).unit(Unit::Shown),
    Column::left("STATUS", 16).flex(1),
    Column::right("RESTARTS", 9),
    Column::right("CPU", 6).unit(Unit::Cores),
    Column::right("MEMORY", 7).unit(Unit::Bytes),
    Column::right("OF LIMIT", 9).unit(Unit::Percent),
    Column::left("NODE", 14).flex(1).drop(1),
    Column::right("AGE", 4).drop(2).unit(Unit::Time),
    Column::left("LAST EXIT", 16).drop(3),
];

/// Pods in rows, for every page that has some.
pub(super) fn pods_section<'a>(
    cx: &'a Cx<'a>,
    rows: Vec<&'a PodRow>,
    with_namespace: bool,
) -> Section<'a> {
    Section {
        title: format!("pods: {}", rows.len()).into(),
        list: Box::new(Listed {
            columns: PODS,
            rows,
            key: |pod| Key::Pod(pod.id.clone()),
            cell: Box::new(move |pod, column| {
                let usage = cx.picture.site.pods.usage(&pod.id);
                match column {
                    0 if with_namespace => words(pod.id.to_string(), Role::Strong),
                    0 => words(pod.id.name.to_string(), Role::Strong),
                    1 => words(format!("{}/{}", pod.ready, pod.containers), Role::Text),
                    2 => words(pod.status.to_string(), cells::pod_role(pod)),
                    3 => cells::number(Some(i64::from(pod.restarts))),
                    4 => cells::cpu(cx, usage, cx.picture.site.pod_usage_at),
                    5 => cells::memory(cx, usage, cx.picture.site.pod_usage_at),
                    6 => cells::memory_share(usage.map(|usage| usage.memory), pod.memory_limit),
                    7 => cells::name(pod.node.as_ref()),
                    8 => match pod.created {
                        Some(at) => (
                            Cell::text(cx.age(at)),
                            SortKey::Number(cx.now.since(at) as f64),
                        ),
                        None => (Cell::unknown(), SortKey::Unknown),
                    },
                    _ => match &pod.last_exit {
                        Some(exit) => words(format!("{} ({})", exit.reason, exit.code), Role::Warn),
                        None => (Cell::text(""), SortKey::Unknown),
                    },
                }
            }),
        }),
        empty: "no pods".into(),
        sort: Some((0, false)),
    }
}

fn workload_page<'a>(cx: &'a Cx<'a>, id: &WorkloadId) -> Option<Page<'a>> {
    let site = &cx.picture.site;
    let row = site.workload(id);
    let pods: Vec<&PodRow> = cx.picture.index.workload_pods(site, id).collect();
    if row.is_none() && pods.is_empty() {
        return None;
    }
    let mut facts = Vec::new();
    if let Some(row) = row {
        let role = if row.ready < row.desired {
            Role::Warn
        } else {
            Role::Good
        };
        facts.push(Fact::new(
            "ready",
            vec![
                Cell::new(format!("{} of {}", row.ready, row.desired), role),
                Cell::dim(format!(
                    "{} updated, {} available",
                    row.updated, row.available
                )),
            ],
        ));
    }
    let scaler = site.autoscalers.iter().find(|scaler| {
        scaler.namespace == id.namespace
            && scaler.target.kind == id.kind
            && scaler.target.name == id.name
    });
    if let Some(scaler) = scaler {
        facts.push(Fact::new(
            "autoscaler",
            vec![
                Cell::text(match scaler.desired {
                    Some(desired) => format!("{} to {}, wants {desired}", scaler.min, scaler.max),
                    None => format!("{} to {}", scaler.min, scaler.max),
                }),
                Cell::dim(format!("HorizontalPodAutoscaler {}", scaler.name)),
            ],
        ));
    }
    let mut groups: Vec<_> = pods
        .iter()
        .flat_map(|pod| cx.picture.index.pod_groups(site, pod))
        .collect();
    groups.sort_by(|a, b| a.listed.id.cmp(&b.listed.id));
    groups.dedup_by(|a, b| a.listed.id == b.listed.id);
    for group in groups {
        let lag = cx
            .picture
            .history
            .group(&group.listed.id)
            .map(|history| cells::group_lag(&history.lag).0);
        let mut parts = vec![Cell::text(&*group.listed.id)];
        parts.extend(lag.map(|lag| Cell::new(format!("lag {}", lag.text), lag.role)));
        facts.push(Fact::new("group", parts).link(Some(Key::Group(group.listed.id.clone()))));
    }
    facts.extend(warnings(cx, &id.namespace, &id.kind, &id.name));
    Some(Page {
        title: format!("{} {}/{}", id.kind, id.namespace, id.name).into(),
        facts,
        sections: vec![pods_section(cx, pods, false)],
    })
}

const MEMBERSHIPS: &[Column] = &[
    Column::left("GROUP", 20).flex(1),
    Column::left("CLIENT", 20).flex(1),
    Column::right("PARTS", 6),
    Column::right("LAG OF GROUP", 13),
];

fn pod_page<'a>(cx: &'a Cx<'a>, pod: &'a PodRow) -> Page<'a> {
    let site = &cx.picture.site;
    let usage = site.pods.usage(&pod.id);
    let mut facts = vec![Fact::new(
        "status",
        vec![
            Cell::new(&*pod.status, cells::pod_role(pod)),
            Cell::text(format!("{}/{} ready", pod.ready, pod.containers)),
            Cell::dim(format!("{} restarts", pod.restarts)),
        ],
    )];
    if let Some(exit) = &pod.last_exit {
        let when = exit
            .at
            .map_or_else(String::new, |at| format!("{} ago", cx.age(at)));
        let words = format!("{} (code {})", exit.reason, exit.code);
        facts.push(Fact::new(
            "last exit",
            vec![Cell::new(words, Role::Warn), Cell::dim(when)],
        ));
    }
    let workload = pod_workload(site, pod);
    let (cell, _) = cells::linked(cx, &workload, ToString::to_string);
    facts.push(
        Fact::new("workload", vec![cell, Cell::dim(workload.evidence)])
            .link(workload.to.map(Key::Workload)),
    );
    if let Some(node) = &pod.node {
        let fact = Fact::new("node", vec![Cell::text(&**node)]);
        facts.push(fact.link(Some(Key::Node(node.clone()))).first());
    }
    let ip = pod
        .ip
        .as_ref()
        .map_or_else(Cell::unknown, |ip| Cell::text(&**ip));
    facts.push(Fact::new("address", vec![ip]));
    let limit = |limit: Option<String>| {
        limit.map_or("no limit".to_owned(), |limit| format!("limit {limit}"))
    };
    let trend = |signal| {
        let ring = site.ring(SeriesKey::Pod(pod.id.clone()), signal);
        let bars = ring.map(|ring| text::sparkline(ring, 24, cx.ascii));
        bars.map(Cell::text)
    };
    let mut cpu = vec![
        cells::cpu(cx, usage, cx.picture.site.pod_usage_at).0,
        Cell::dim(limit(pod.cpu_limit.map(text::cores))),
    ];
    cpu.extend(trend(Signal::CpuMillicores));
    facts.push(Fact::new("cpu", cpu));
    let mut memory = vec![
        cells::memory(cx, usage, cx.picture.site.pod_usage_at).0,
        cells::memory_share(usage.map(|usage| usage.memory), pod.memory_limit).0,
        Cell::dim(limit(pod.memory_limit.map(text::bytes))),
    ];
    memory.extend(trend(Signal::MemoryBytes));
    facts.push(Fact::new("memory", memory));
    facts.extend(warnings(cx, &pod.id.namespace, "Pod", &pod.id.name));
    let brokers = site
        .kafka
        .cluster
        .iter()
        .flat_map(|cluster| &cluster.value.brokers);
    for broker in brokers {
        let join = crate::insight::broker_pod(site, broker);
        if join.pod.to.is_some_and(|found| found.id == pod.id) {
            facts.push(
                Fact::new("broker", vec![Cell::text(broker.id.to_string())])
                    .link(Some(Key::Broker(broker.id))),
            );
        }
    }
    let memberships = cx.picture.index.pod_members(site, pod);
    Page {
        title: format!("pod {}", pod.id).into(),
        facts,
        sections: vec![Section {
            title: format!("memberships: {}", memberships.len()).into(),
            list: Box::new(Listed {
                columns: MEMBERSHIPS,
                rows: memberships,
                key: |(group, _)| Key::Group(group.listed.id.clone()),
                cell: Box::new(move |(group, member), column| match column {
                    0 => words(group.listed.id.to_string(), Role::Strong),
                    1 => words(member.client_id.to_string(), Role::Text),
                    2 => cells::tally(member.owned.iter().map(|o| o.partitions.len()).sum()),
                    _ => {
                        let history = cx.picture.history.group(&group.listed.id);
                        history.map_or((Cell::unknown(), SortKey::Unknown), |h| {
                            cells::group_lag(&h.lag)
                        })
                    }
                }),
            }),
            empty: "no member of a group runs in this pod".into(),
            sort: Some((0, false)),
        }],
    }
}
