//! Partitions in which nothing is committed: held by one member, by one record, or by nobody.

use std::collections::BTreeMap;

use crate::{
    insight::{CauseKind, PartitionLag, Poison, Status, count, poison},
    model::{Key, Name, Source},
};

use super::{
    Case, Cause,
    kafka::{NAMED, names},
    lag_of,
    pods::of_member,
};

pub(super) fn look(case: &Case<'_>, causes: &mut Vec<Cause>) {
    let views = case.views();
    let poisoned = poison(&views);
    poisons(case, &poisoned, causes);
    let mut members: BTreeMap<Option<&Name>, Vec<&PartitionLag<'_>>> = BTreeMap::new();
    for (row, _) in case.with(Status::Stall) {
        if !poisoned.iter().any(|of| of.partition == row.id) {
            let owner = row.owner.map(|member| &member.id);
            members.entry(owner).or_default().push(row);
        }
    }
    for (member, rows) in members {
        // One that goes on elsewhere is slow, and not stuck, unless it is about a few partitions.
        let goes_on = views.iter().any(|view| {
            view.owner.as_ref() == member && view.outflow.is_some_and(|rate| rate > 0.0)
        });
        let few = 4 * rows.len() <= case.rows.len();
        if member.is_some() && goes_on && !few {
            continue;
        }
        causes.extend(stuck(case, member, &rows));
    }
    nobody(case, causes);
}

fn poisons(case: &Case<'_>, poisoned: &[Poison], causes: &mut Vec<Cause>) {
    for of in poisoned {
        let owners = match of.owners {
            0 | 1 => "while its owner goes on elsewhere".to_owned(),
            owners => format!("{owners} owners stopped there"),
        };
        let how = if of.restarts > 0 {
            "its pod was restarted there".to_owned()
        } else {
            owners
        };
        causes.push(Cause {
            kind: CauseKind::Poison,
            subject: Key::Partition(of.partition.clone()),
            what: format!(
                "{} is not got past offset {} ({how}): {}",
                of.partition,
                of.offset,
                if of.sure || of.restarts > 0 {
                    "a record that cannot be processed"
                } else {
                    "suspect that record"
                }
            ),
            lag: lag_of(
                case.rows
                    .iter()
                    .map(|(row, _)| row)
                    .filter(|row| row.id == of.partition),
            ),
            proofs: vec![
                case.proof(
                    format!("committed of {}", of.partition),
                    of.offset,
                    Source::Lag,
                )
                .by(case.describe()),
            ],
        });
    }
}

/// A member that keeps its partitions and commits nothing.
fn stuck(case: &Case<'_>, member: Option<&Name>, rows: &[&PartitionLag<'_>]) -> Option<Cause> {
    let first = rows.first()?;
    let since = case
        .picture
        .history
        .at(case.number)
        .and_then(|history| history.column(first)?.still_since());
    let seconds = since.map_or(0, |since| case.now.since(since) / 1_000);
    let ids = names(rows.iter().map(|row| &row.id));
    let (subject, who) = match (member, first.owner) {
        (Some(id), Some(owner)) => (
            Key::Member {
                group: case.id().clone(),
                member: id.clone(),
            },
            of_member(case, owner),
        ),
        _ => (Key::Partition(first.id.clone()), "the owner".to_owned()),
    };
    let mut proofs = vec![
        case.proof(
            format!("committed of {} unchanged for", first.id),
            format!("{seconds} s"),
            Source::Lag,
        )
        .limit(format!(
            "{} polls",
            case.rows
                .iter()
                .find(|(row, _)| row.id == first.id)
                .and_then(|(_, meaning)| meaning.as_ref())
                .map_or(10, |meaning| meaning.judgement.needed)
        ))
        .by(case.describe()),
    ];
    proofs.extend(rows.iter().take(NAMED).map(|row| {
        case.proof(
            format!("lag of {}", row.id),
            row.lag.unwrap_or_default(),
            Source::Lag,
        )
        .by(case.describe())
    }));
    if let Some(id) = member {
        proofs.push(
            case.proof("still a member", id, Source::Members)
                .by(case.describe_members()),
        );
    }
    Some(Cause {
        kind: CauseKind::Stuck,
        subject,
        what: format!(
            "{who} keeps {} and has committed nothing for {seconds} s: {ids}",
            count(rows.len(), "partition")
        ),
        lag: lag_of(rows.iter().copied()),
        proofs,
    })
}

fn nobody(case: &Case<'_>, causes: &mut Vec<Cause>) {
    let unowned: Vec<_> = case.with(Status::Stop).collect();
    if let Some((first, _)) = unowned.first() {
        let state = &case.group.listed.state;
        causes.push(Cause {
            kind: CauseKind::NoMember,
            subject: Key::Group(case.id().clone()),
            what: format!(
                "nobody reads {} ({state}): {}",
                count(unowned.len(), "partition"),
                names(unowned.iter().map(|(row, _)| &row.id))
            ),
            lag: lag_of(unowned.iter().map(|(row, _)| *row)),
            proofs: vec![
                case.proof("state", state, Source::Lag)
                    .read_at(Some(case.group.listed_at))
                    .limit("Stable")
                    .by(case.describe_state()),
                case.proof(
                    format!("lag of {}", first.id),
                    first.lag.unwrap_or_default(),
                    Source::Lag,
                )
                .by(case.describe()),
            ],
        });
    }
}
