//! The list of all groups.

use crate::{
    app::{Cell, Column, Cx, List, Role, SortKey},
    insight::{Expected, GroupHistory, Status},
    model::{Group, Key, Ledger, Source},
    view::{panes::cells, text},
};

use super::{
    behind::Behind,
    status::{drain, status, time_lag},
};

const STATUS: usize = 0;
const GROUP: usize = 1;
/// What the list is sorted by before the user chose.
pub(super) const LAG: usize = 2;
const RATE: usize = 3;
const TIME: usize = 4;
const DRAIN: usize = 5;
const TREND: usize = 6;
const STATE: usize = 7;
const MEMBERS: usize = 8;
const WORKLOAD: usize = 9;
const PODS: usize = 10;
const NOTE: usize = 11;
const TYPE: usize = 12;

const COLUMNS: &[Column] = &[
    Column::left("STATUS", 9),
    Column::left("GROUP", 10).flex(2),
    Column::right("LAG", 8),
    Column::right("/S", 6),
    Column::right("TIME", 5).drop(1),
    Column::right("DRAIN", 6).drop(4),
    Column::left("TREND", 10).drop(6),
    Column::left("STATE", 9).flex(1).drop(8),
    Column::right("MEM", 3).drop(5),
    Column::left("WORKLOAD", 16).flex(2).drop(2),
    Column::right("PODS", 5).drop(3),
    Column::left("NOTE", 12).flex(1).drop(7),
    Column::left("TYPE", 8).drop(9),
    Column::right("COORD", 6).drop(10),
];

pub(super) struct All<'a> {
    pub(super) cx: &'a Cx<'a>,
}

impl All<'_> {
    fn at(&self, row: usize) -> Option<(u32, &Group)> {
        let number = u32::try_from(row).ok()?;
        Some((number, self.cx.picture.site.kafka.groups.row(number)?))
    }

    fn shown(&self, row: usize, column: usize) -> Cell<'_> {
        let Some((number, group)) = self.at(row) else {
            return Cell::unknown();
        };
        let history = self.cx.picture.history.at(number);
        let growth = || history.and_then(GroupHistory::growth);
        match column {
            STATUS => history.map_or_else(Cell::unknown, |of| status(of.status_at(self.cx.now))),
            GROUP => Cell::new(&*group.listed.id, Role::Strong),
            LAG => {
                let lag = history.map_or_else(Cell::unknown, |of| cells::group_lag(&of.lag).0);
                let read = group
                    .commits(&self.cx.picture.site.kafka)
                    .map_or(group.listed_at, |commits| commits.at);
                match cells::stale_age(self.cx, Source::Lag, read) {
                    Some(age) => Cell::new(format!("{} {age}", lag.text), Role::Stale),
                    None => lag,
                }
            }
            RATE => growth().map_or_else(Cell::unknown, |growth| {
                let sampled = history.and_then(|of| of.ring.last());
                let old = sampled.and_then(|(at, _)| cells::stale_age(self.cx, Source::Lag, at));
                let role = match history {
                    _ if old.is_some() => Role::Stale,
                    Some(history) if history.status.worst == Status::Warn => Role::Bad,
                    _ if growth < 0.0 => Role::Good,
                    _ => Role::Dim,
                };
                Cell::new(text::rate(growth), role)
            }),
            TIME => time_lag(self.expected(number).time_lag).0,
            DRAIN => drain(self.expected(number).drain).0,
            TREND => {
                let bars = history.map(|of| text::sparkline(&of.ring, 10, self.cx.ascii));
                Cell::text(bars.unwrap_or_default())
            }
            STATE => Cell::new(&*group.listed.state, state_role(&group.listed.state)),
            MEMBERS => group
                .members
                .as_ref()
                .map_or_else(Cell::unknown, |of| cells::tally(of.value.members.len()).0),
            WORKLOAD => match self.cx.picture.index.group_workload(number) {
                Some(link) => {
                    cells::linked(self.cx, link, |id| format!("{}/{}", id.namespace, id.name)).0
                }
                None => Cell::unknown(),
            },
            PODS => match self.behind(number) {
                Some(behind) => behind.readiness(),
                None => Cell::unknown(),
            },
            NOTE => match self.behind(number) {
                Some(behind) => behind.note(),
                None => Cell::text(""),
            },
            TYPE => Cell::dim(group.listed.kind.word()),
            _ => cells::number(Some(i64::from(group.listed.coordinator.0))).0,
        }
    }

    fn expected(&self, number: u32) -> Expected {
        let history = self.cx.picture.history.at(number);
        history
            .map(|history| history.expected_at(self.cx.now))
            .unwrap_or_default()
    }

    fn behind(&self, number: u32) -> Option<Behind> {
        let picture = self.cx.picture;
        let workload = picture.index.group_workload(number)?.to.as_ref()?;
        Some(Behind::of(picture, workload, self.cx.now))
    }
}

pub(super) fn state_role(state: &str) -> Role {
    match state {
        "Stable" => Role::Good,
        "Empty" => Role::Dim,
        "Dead" => Role::Bad,
        _ => Role::Warn,
    }
}

impl List for All<'_> {
    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn len(&self) -> usize {
        self.cx.picture.site.kafka.groups.len()
    }

    fn key(&self, row: usize) -> Key {
        self.at(row).map_or(Key::Log(0), |(_, group)| {
            Key::Group(group.listed.id.clone())
        })
    }

    fn ledger(&self) -> Option<Ledger<'_>> {
        Some(self.cx.picture.site.kafka.groups.ledger())
    }

    fn number(&self, key: &Key) -> Option<usize> {
        let Key::Group(id) = key else { return None };
        let number = self.cx.picture.site.kafka.groups.number(id)?;
        Some(number as usize)
    }

    fn is_own_order(&self, by: (usize, bool)) -> bool {
        by == (GROUP, false)
    }

    fn epoch(&self, column: usize) -> u64 {
        match column {
            STATUS | LAG..=TREND => self.cx.picture.history.generation(),
            WORKLOAD => self.cx.picture.index.members_generation(),
            PODS | NOTE => {
                let site = &self.cx.picture.site;
                let pods = site
                    .pods
                    .generation()
                    .wrapping_add(site.pods.usage_generation());
                pods.wrapping_add(self.cx.picture.index.members_generation())
            }
            _ => 0,
        }
    }

    fn text_epoch(&self) -> u64 {
        self.cx.picture.index.members_generation()
    }

    /// The words of a row: a group is not found by the digits of its lag.
    fn filter_text(&self, row: usize, into: &mut String) {
        let Some((number, group)) = self.at(row) else {
            return;
        };
        for text in [
            &*group.listed.id,
            &*group.listed.state,
            group.listed.kind.word(),
        ] {
            into.push_str(text);
            into.push(' ');
        }
        let link = self.cx.picture.index.group_workload(number);
        if let Some(id) = link.and_then(|link| link.to.as_ref()) {
            into.extend([&*id.namespace, "/", &*id.name]);
        }
    }

    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        self.shown(row, column)
    }

    /// Without making the cell: a hundred thousand of them are asked for at once.
    fn sort_key(&self, row: usize, column: usize) -> SortKey<'_> {
        let Some((number, group)) = self.at(row) else {
            return SortKey::Unknown;
        };
        let picture = self.cx.picture;
        let history = || picture.history.at(number);
        match column {
            STATUS => SortKey::number(history().map(|of| f64::from(of.status.worst as u8))),
            GROUP => SortKey::Text((&*group.listed.id).into()),
            LAG => SortKey::number(history().and_then(|of| of.lag.known).map(|lag| lag as f64)),
            RATE | TREND => SortKey::number(history().and_then(GroupHistory::growth)),
            TIME => time_lag(self.expected(number).time_lag).1,
            DRAIN => drain(self.expected(number).drain).1,
            STATE => SortKey::Text((&*group.listed.state).into()),
            MEMBERS => SortKey::number(
                group
                    .members
                    .as_ref()
                    .map(|members| members.value.members.len() as f64),
            ),
            WORKLOAD => {
                let link = picture.index.group_workload(number);
                link.and_then(|link| link.to.as_ref())
                    .map_or(SortKey::Unknown, |id| {
                        SortKey::Text(format!("{}/{}", id.namespace, id.name).into())
                    })
            }
            // By the workload's own counts: to look at the pods of every group would take too long.
            PODS => {
                let link = picture.index.group_workload(number);
                let workload = link.and_then(|link| picture.site.workload(link.to.as_ref()?));
                SortKey::number(workload.map(|of| f64::from(of.desired) - f64::from(of.ready)))
            }
            NOTE => SortKey::Unknown,
            TYPE => SortKey::Text(group.listed.kind.word().into()),
            _ => SortKey::Number(f64::from(group.listed.coordinator.0)),
        }
    }
}
