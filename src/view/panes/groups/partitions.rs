//! The partitions of a group: where it stands in each, who owns it, and what that means.

use std::cell::OnceCell;

use crate::{
    app::{Cell, Column, Cx, List, Role, SortKey},
    insight::{Marks, Meaning, PartitionLag, PartitionState, member_pod},
    model::{Group, Key},
    view::{
        panes::cells::{self, Listed, words},
        text,
    },
};

use super::{
    is_old,
    status::{drain, status_role, status_word, time_lag},
};

const PARTITIONS: &[Column] = &[
    Column::left("TOPIC", 9).flex(2),
    Column::right("PART", 4),
    Column::right("COMMITTED", 10),
    Column::right("END", 10).drop(5),
    Column::right("LAG", 7),
    Column::left("STATUS", 9),
    Column::right("TIME", 5).drop(1),
    Column::left("STATE", 11).drop(4),
    Column::left("OWNER", 13).flex(3),
    Column::right("IN/S", 6).drop(3),
    Column::right("OUT/S", 6).drop(3),
    Column::right("DRAIN", 6).drop(2),
    Column::right("LEADER", 6).drop(6),
    Column::right("START", 10).drop(7),
];

pub(in crate::view::panes) fn partition_state(
    state: PartitionState,
    marks: Marks,
) -> (Cell<'static>, SortKey<'static>) {
    let role = match state {
        PartitionState::Ok => Role::Good,
        PartitionState::Uncommitted | PartitionState::Deleted => Role::Dim,
        PartitionState::Unknown
        | PartitionState::Ahead
        | PartitionState::Recreated
        | PartitionState::AtRisk => Role::Warn,
        PartitionState::Stale => Role::Stale,
        PartitionState::Lost | PartitionState::NoLeader => Role::Bad,
    };
    // What looks as it should may still be something else than it seems.
    match marks.words().first() {
        Some(word) if matches!(state, PartitionState::Ok | PartitionState::Uncommitted) => {
            words(*word, if marks.frozen { Role::Bad } else { Role::Dim })
        }
        _ => words(state.word(), role),
    }
}

pub(super) fn partitions_list<'a>(
    cx: &'a Cx<'a>,
    group: &'a Group,
    rows: Vec<PartitionLag<'a>>,
) -> Box<dyn List + 'a> {
    let history = cx.picture.history.group(&group.listed.id);
    let rows: Vec<(PartitionLag<'a>, OnceCell<Option<Meaning>>)> =
        rows.into_iter().map(|row| (row, OnceCell::new())).collect();
    Box::new(Listed {
        columns: PARTITIONS,
        rows,
        key: |(partition, _)| Key::Partition(partition.id.clone()),
        cell: Box::new(move |(partition, meaning), column| {
            let meaning = || {
                meaning
                    .get_or_init(|| {
                        let history = history?;
                        let sampled = history.window.last();
                        let sampled = sampled.filter(|at| !is_old(cx, *at)).unwrap_or(cx.now);
                        history.meaning(&cx.picture.site, group, partition, sampled)
                    })
                    .as_ref()
            };
            partition_cell(cx, partition, &meaning, column)
        }),
    })
}

fn partition_cell<'a, 'm>(
    cx: &Cx<'_>,
    partition: &PartitionLag<'_>,
    meaning: &dyn Fn() -> Option<&'m Meaning>,
    column: usize,
) -> (Cell<'a>, SortKey<'a>) {
    match column {
        0 => words(partition.id.topic.to_string(), Role::Text),
        1 => cells::number(Some(i64::from(partition.id.partition))),
        2 => cells::exact(partition.committed),
        3 => match partition.end {
            Some(end) if is_old(cx, end.at) => (
                Cell::new(end.value.to_string(), Role::Stale),
                SortKey::Number(end.value as f64),
            ),
            end => cells::exact(end.map(|end| end.value)),
        },
        4 => match (partition.lag, partition.marks.at_most) {
            // Offsets that were compacted away are no records.
            (Some(lag), true) => (
                Cell::text(format!("{}{}", cx.mark("≤", "<="), text::count(lag))),
                SortKey::Number(lag as f64),
            ),
            (lag, _) => cells::number(lag),
        },
        5 => match meaning() {
            Some(of) => (
                Cell::new(
                    status_word(of.judgement.status),
                    status_role(of.judgement.status),
                ),
                SortKey::Number(f64::from(of.judgement.status as u8)),
            ),
            None => (Cell::unknown(), SortKey::Unknown),
        },
        6 => time_lag(meaning().and_then(|of| of.time_lag)),
        7 => match partition.end {
            Some(end) if is_old(cx, end.at) => {
                words(format!("stale {}", cx.age(end.at)), Role::Stale)
            }
            _ => partition_state(partition.state, partition.marks),
        },
        8 => match partition.owner {
            Some(owner) => {
                let join = member_pod(&cx.picture.site, owner);
                match join.pod.to {
                    Some(pod) => words(pod.id.name.to_string(), Role::Text),
                    None => words(owner.client_id.to_string(), Role::Dim),
                }
            }
            None => (Cell::unknown(), SortKey::Unknown),
        },
        9 => rate(meaning().and_then(|of| Some(of.rates?.inflow))),
        10 => rate(meaning().and_then(|of| Some(of.rates?.outflow))),
        11 => drain(meaning().and_then(|of| of.drain)),
        12 => cells::number(partition.leader.map(i64::from)),
        _ => cells::exact(partition.start),
    }
}

fn rate<'a>(of: Option<f64>) -> (Cell<'a>, SortKey<'a>) {
    match of {
        Some(rate) => (
            Cell::text(text::per_second(rate).trim_end_matches("/s").to_owned()),
            SortKey::Number(rate),
        ),
        None => (Cell::unknown(), SortKey::Unknown),
    }
}
