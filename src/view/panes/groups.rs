//! Groups: lag, its growth, and the pods behind the members.

use crate::{
    app::{Cell, Column, Cx, Fact, List, Page, Pane, PaneId, Role, Section, SortKey},
    insight::{
        GroupHistory, PartitionLag, PartitionState, Want, group_lag, group_partitions, member_pod,
    },
    model::{BrokerId, Group, Key, Member, Name, Source, Time},
    view::text,
};

use super::cells::{self, Listed, words};

mod behind;
mod list;
mod partitions;
mod status;
mod why;

pub(super) use partitions::partition_state;

use list::{All, state_role};
use partitions::partitions_list;
use status::{outlook, status};

pub(super) static PANE: Groups = Groups;
pub(super) struct Groups;

impl Pane for Groups {
    fn id(&self) -> PaneId {
        PaneId::Groups
    }

    fn title(&self) -> &'static str {
        "Groups"
    }

    fn sources(&self) -> &'static [Source] {
        &[Source::Lag, Source::Metadata]
    }

    fn digit(&self) -> Option<char> {
        Some('2')
    }

    fn page<'a>(&self, cx: &'a Cx<'a>) -> Page<'a> {
        Page {
            title: cells::title(cx, "Groups", self.sources()),
            facts: Vec::new(),
            sections: vec![Section {
                title: "".into(),
                list: Box::new(All { cx }),
                empty: super::sources::why_empty(cx, Source::Lag, "groups"),
                sort: Some((list::LAG, true)),
            }],
        }
    }

    fn why<'a>(&self, cx: &'a Cx<'a>, key: &Key) -> Option<Page<'a>> {
        match key {
            Key::Group(id) => why::page(cx, id),
            _ => None,
        }
    }

    fn object<'a>(&self, cx: &'a Cx<'a>, key: &Key) -> Option<Page<'a>> {
        let groups = &cx.picture.site.kafka.groups;
        match key {
            Key::Group(id) => groups.get(id).map(|group| group_page(cx, group)),
            Key::Member { group, member } => {
                let group = groups.get(group)?;
                let members = &group.members.as_ref()?.value.members;
                let member = members.iter().find(|of| of.id == *member)?;
                Some(member_page(cx, group, member))
            }
            _ => None,
        }
    }
}

fn group_page<'a>(cx: &'a Cx<'a>, group: &'a Group) -> Page<'a> {
    let partitions = group_partitions(&cx.picture.site, group, Want::All);
    let members = group
        .members
        .iter()
        .flat_map(|members| &members.value.members);
    let member_rows: Vec<&Member> = members.collect();
    let stale = if group.owners_stale {
        " (owners of before the rebalance)"
    } else {
        ""
    };
    Page {
        title: format!("group {}", group.listed.id).into(),
        facts: group_facts(cx, group, &partitions),
        sections: vec![
            Section {
                title: format!("members: {}{stale}", member_rows.len()).into(),
                list: members_list(cx, group, member_rows, &partitions),
                empty: no_members(group).into(),
                sort: Some((5, true)),
            },
            Section {
                title: format!("partitions: {}", partitions.len()).into(),
                list: partitions_list(cx, group, partitions),
                empty: "nothing committed and nothing assigned".into(),
                sort: Some((4, true)),
            },
        ],
    }
}

fn no_members(group: &Group) -> String {
    match &group.members {
        Some(_) => format!("no members ({})", group.listed.state),
        None => "members are being read".to_owned(),
    }
}

/// Whether a number was read so long ago that it must not pass for one of now. The page changes when that comes.
fn is_old(cx: &Cx<'_>, read: Time) -> bool {
    const FRESH: i64 = 30_000;
    cx.rolls_at(read.plus(FRESH + 1));
    cx.now.since(read) > FRESH
}

fn group_facts<'a>(
    cx: &'a Cx<'a>,
    group: &'a Group,
    partitions: &[PartitionLag<'_>],
) -> Vec<Fact<'a>> {
    let history = cx.picture.history.group(&group.listed.id);
    // What a silent coordinator committed last is still the best that is known of the sum.
    let lag = match history {
        Some(history) if !group.has_fresh_commits(&cx.picture.site.kafka) => history.lag,
        _ => group_lag(partitions),
    };
    let mut parts = vec![cells::group_lag(&lag).0];
    if let Some(growth) = history.and_then(GroupHistory::growth) {
        let role = if growth > 0.0 { Role::Warn } else { Role::Good };
        parts.push(Cell::new(format!("{}/s over 1m", text::rate(growth)), role));
    }
    if let Some(history) = history {
        parts.push(Cell::text(text::sparkline(&history.ring, 24, cx.ascii)));
    }
    for (count, what) in [
        (lag.unknown, "unknown"),
        (lag.uncommitted, "uncommitted"),
        (lag.ahead, "ahead"),
        (lag.lost, "behind the log start"),
    ] {
        if count > 0 {
            parts.push(Cell::new(format!("{count} {what}"), Role::Warn));
        }
    }
    if let Some(commits) = group.commits(&cx.picture.site.kafka)
        && is_old(cx, commits.at)
    {
        parts.push(Cell::new(
            format!("read {} ago", cx.age(commits.at)),
            Role::Stale,
        ));
    }
    let setting = group.members.as_ref().map(|members| &members.value.setting);
    let mut state = vec![
        Cell::new(&*group.listed.state, state_role(&group.listed.state)),
        Cell::text(group.listed.kind.word()),
    ];
    if &*group.listed.protocol_type != group.listed.kind.word() {
        state.push(Cell::dim(&*group.listed.protocol_type));
    }
    if let Some(setting) = setting {
        if !setting.assignor.is_empty() {
            state.push(Cell::dim(format!("assignor {}", setting.assignor)));
        }
        if let Some(epoch) = setting.epoch {
            state.push(Cell::dim(format!("epoch {epoch}")));
        }
    }
    let coordinator = group.listed.coordinator;
    let mut facts = vec![Fact::new("lag", parts)];
    if let Some(history) = history {
        let mut parts = vec![status(history.status_at(cx.now))];
        parts.extend(outlook(&history.outlook_at(
            &cx.picture.site,
            partitions,
            cx.now,
        )));
        facts.push(Fact::new("status", parts));
    }
    facts.push(Fact::new("state", state));
    let number = cx.picture.site.kafka.groups.number(&group.listed.id);
    if let Some(link) = number.and_then(|number| cx.picture.index.group_workload(number)) {
        let (cell, _) = cells::linked(cx, link, ToString::to_string);
        let evidence = Cell::dim(&*link.evidence);
        let to = link.to.clone().map(Key::Workload);
        facts.push(Fact::new("workload", vec![cell, evidence]).link(to));
    }
    facts.push(
        Fact::new(
            "coordinator",
            vec![Cell::text(format!("broker {coordinator}"))],
        )
        .link(Some(Key::Broker(BrokerId(coordinator.0)))),
    );
    facts
}

const MEMBERS: &[Column] = &[
    Column::left("CLIENT", 14).flex(1),
    Column::left("HOST", 13).drop(1),
    Column::left("POD", 21).flex(3),
    Column::left("NODE", 12).flex(1),
    Column::right("PARTS", 6),
    Column::right("LAG", 8),
    Column::left("POD STATE", 16).drop(3),
];

fn members_list<'a>(
    cx: &'a Cx<'a>,
    group: &'a Group,
    members: Vec<&'a Member>,
    partitions: &[PartitionLag<'_>],
) -> Box<dyn List + 'a> {
    let id = group.listed.id.clone();
    let rows: Vec<(Name, &Member, Option<i64>)> = members
        .into_iter()
        .map(|member| {
            let of = partitions
                .iter()
                .filter(|p| p.owner.is_some_and(|owner| owner.id == member.id));
            // With a part that is not known the sum is not known; what was never committed is no part of it.
            let counted = of.filter(|p| p.state != PartitionState::Uncommitted);
            let known = counted.map(|p| p.lag.map(|lag| lag.max(0)));
            let lag = known.reduce(|sum, lag| Some(sum? + lag?)).flatten();
            (id.clone(), member, lag)
        })
        .collect();
    Box::new(Listed {
        columns: MEMBERS,
        rows,
        key: |(group, member, _)| Key::Member {
            group: group.clone(),
            member: member.id.clone(),
        },
        cell: Box::new(move |(_, member, lag), column| {
            let join = member_pod(&cx.picture.site, member);
            match column {
                0 => words(member.client_id.to_string(), Role::Text),
                1 => words(member.host.to_string(), Role::Dim),
                2 => cells::linked(cx, &join.pod, |pod| pod.id.to_string()),
                3 => cells::name(join.pod.to.and_then(|pod| pod.node.as_ref())),
                4 => cells::tally(member.owned.iter().map(|o| o.partitions.len()).sum()),
                5 => cells::number(*lag),
                _ => match join.pod.to {
                    Some(pod) => words(pod.status.to_string(), cells::pod_role(pod)),
                    None => (Cell::unknown(), SortKey::Unknown),
                },
            }
        }),
    })
}

fn member_page<'a>(cx: &'a Cx<'a>, group: &'a Group, member: &'a Member) -> Page<'a> {
    let join = member_pod(&cx.picture.site, member);
    let pod = join.pod.to;
    let (pod_cell, _) = cells::linked(cx, &join.pod, |pod| pod.id.to_string());
    let mut facts = vec![
        Fact::new("group", vec![Cell::text(&*group.listed.id)])
            .link(Some(Key::Group(group.listed.id.clone()))),
        Fact::new("client id", vec![Cell::text(&*member.client_id)]),
        Fact::new("member id", vec![Cell::dim(&*member.id)]),
        Fact::new("host", vec![Cell::text(&*member.host)]),
        Fact::new("pod", vec![pod_cell])
            .link(pod.map(|pod| Key::Pod(pod.id.clone())))
            .first(),
        Fact::new("evidence", vec![Cell::dim(join.pod.evidence)]),
    ];
    if let Some(pod) = pod {
        facts.push(Fact::new(
            "pod state",
            vec![
                Cell::new(&*pod.status, cells::pod_role(pod)),
                Cell::dim(format!("{} restarts", pod.restarts)),
            ],
        ));
        if let Some(node) = &pod.node {
            facts.push(
                Fact::new("node", vec![Cell::text(&**node)]).link(Some(Key::Node(node.clone()))),
            );
        }
    }
    if let Some(id) = join.workload {
        facts.push(
            Fact::new("workload", vec![Cell::text(id.to_string())]).link(Some(Key::Workload(id))),
        );
    }
    if let Some(instance) = &member.instance_id {
        facts.push(Fact::new("instance", vec![Cell::text(&**instance)]));
    }
    let owned: Vec<PartitionLag<'a>> = group_partitions(&cx.picture.site, group, Want::All)
        .into_iter()
        .filter(|partition| partition.owner.is_some_and(|owner| owner.id == member.id))
        .collect();
    Page {
        title: format!("member {}", member.client_id).into(),
        facts,
        sections: vec![Section {
            title: format!("partitions: {}", owned.len()).into(),
            list: partitions_list(cx, group, owned),
            empty: "no partitions".into(),
            sort: Some((4, true)),
        }],
    }
}
