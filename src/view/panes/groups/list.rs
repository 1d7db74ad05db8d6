//! The list of all groups.

use crate::{
    app::{Cell, Column, Cx, List, Role, SortKey},
    insight::GroupHistory,
    model::{Group, Key, Ledger, Source},
    view::{panes::cells, text},
};

const COLUMNS: &[Column] = &[
    Column::left("GROUP", 14).flex(2),
    Column::right("LAG", 9),
    Column::right("/S", 7),
    Column::left("TREND", 10).drop(4),
    Column::left("STATE", 10).flex(1).drop(2),
    Column::right("MEM", 4).drop(3),
    Column::left("WORKLOAD", 17).flex(2).drop(1),
    Column::left("TYPE", 8).drop(6),
    Column::right("COORD", 6).drop(7),
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
            0 => Cell::new(&*group.listed.id, Role::Strong),
            1 => {
                let lag = history.map_or_else(Cell::unknown, |of| cells::group_lag(&of.lag).0);
                let read = group
                    .commits(&self.cx.picture.site.kafka)
                    .map_or(group.listed_at, |commits| commits.at);
                match cells::stale_age(self.cx, Source::Lag, read) {
                    Some(age) => Cell::new(format!("{} {age}", lag.text), Role::Stale),
                    None => lag,
                }
            }
            2 => growth().map_or_else(Cell::unknown, |growth| {
                let sampled = history.and_then(|of| of.ring.last());
                let old = sampled.and_then(|(at, _)| cells::stale_age(self.cx, Source::Lag, at));
                let role = match history {
                    _ if old.is_some() => Role::Stale,
                    Some(history) if history.rises => Role::Bad,
                    _ if growth < 0.0 => Role::Good,
                    _ => Role::Dim,
                };
                Cell::new(text::rate(growth), role)
            }),
            3 => {
                let bars = history.map(|of| text::sparkline(&of.ring, 10, self.cx.ascii));
                Cell::text(bars.unwrap_or_default())
            }
            4 => Cell::new(&*group.listed.state, state_role(&group.listed.state)),
            5 => group
                .members
                .as_ref()
                .map_or_else(Cell::unknown, |of| cells::tally(of.value.members.len()).0),
            6 => match self.cx.picture.index.group_workload(number) {
                Some(link) => {
                    cells::linked(self.cx, link, |id| format!("{}/{}", id.namespace, id.name)).0
                }
                None => Cell::unknown(),
            },
            7 => Cell::dim(group.listed.kind.word()),
            _ => cells::number(Some(i64::from(group.listed.coordinator.0))).0,
        }
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
        by == (0, false)
    }

    fn epoch(&self, column: usize) -> u64 {
        match column {
            1..=3 => self.cx.picture.history.generation(),
            6 => self.cx.picture.index.members_generation(),
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
            0 => SortKey::Text((&*group.listed.id).into()),
            1 => SortKey::number(history().and_then(|of| of.lag.known).map(|lag| lag as f64)),
            2 | 3 => SortKey::number(history().and_then(GroupHistory::growth)),
            4 => SortKey::Text((&*group.listed.state).into()),
            5 => SortKey::number(
                group
                    .members
                    .as_ref()
                    .map(|members| members.value.members.len() as f64),
            ),
            6 => {
                let link = picture.index.group_workload(number);
                link.and_then(|link| link.to.as_ref())
                    .map_or(SortKey::Unknown, |id| {
                        SortKey::Text(format!("{}/{}", id.namespace, id.name).into())
                    })
            }
            7 => SortKey::Text(group.listed.kind.word().into()),
            _ => SortKey::Number(f64::from(group.listed.coordinator.0)),
        }
    }
}
