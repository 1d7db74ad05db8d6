//! What Kafka's own numbers say of a lag.

use std::collections::BTreeMap;

use crate::{
    insight::{
        CauseKind, Drain, PartitionLag, PartitionState, Status, coordinator_is_degraded, count,
        hot, offsets_home, slow, storm,
    },
    model::{BrokerId, Key, Name, PartitionId, Source, Time},
};

use super::{Case, Cause, Look, lag_of};

/// Partitions named in a sentence.
pub(super) const NAMED: usize = 4;

pub(super) fn names<'a>(ids: impl IntoIterator<Item = &'a PartitionId>) -> String {
    let ids: Vec<String> = ids.into_iter().map(ToString::to_string).collect();
    match ids.len().saturating_sub(NAMED) {
        0 => ids.join(", "),
        more => {
            let first = ids.get(..NAMED).unwrap_or_default();
            format!("{} and {more} more", first.join(", "))
        }
    }
}

pub(super) fn look(case: &Case<'_>, causes: &mut Vec<Cause>, looked_at: &mut Vec<Look>) {
    leaders(case, causes);
    coordinator(case, causes);
    special(case, causes);
    super::still::look(case, causes);
    moves(case, causes);
    load(case, causes);
    super::losses::look(case, causes);
    looked_at.push(Look {
        at: "partitions",
        seen: partitions_seen(case),
    });
    looked_at.push(Look {
        at: "coordinator",
        seen: coordinator_seen(case),
    });
    looked_at.push(Look {
        at: "rebalances",
        seen: rebalances_seen(case),
    });
    looked_at.push(Look {
        at: "rates",
        seen: rates_seen(case),
    });
}

fn partitions_seen(case: &Case<'_>) -> String {
    let mut statuses: BTreeMap<Status, usize> = BTreeMap::new();
    for (_, meaning) in &case.rows {
        let status = meaning
            .as_ref()
            .map_or(Status::Unknown, |of| of.judgement.status);
        *statuses.entry(status).or_default() += 1;
    }
    let words: Vec<String> = statuses
        .iter()
        .rev()
        .map(|(status, count)| format!("{count} {}", status.word()))
        .collect();
    if words.is_empty() {
        return "nothing committed and nothing owned".to_owned();
    }
    format!(
        "{}: {}",
        count(case.rows.len(), "partition"),
        words.join(", ")
    )
}

fn coordinator_seen(case: &Case<'_>) -> String {
    let id = case.group.listed.coordinator;
    match offsets_home(&case.site().kafka, case.id()) {
        Some((partition, Some(leader))) => {
            format!("broker {id}; __consumer_offsets-{partition} is led by broker {leader}")
        }
        Some((partition, None)) => {
            format!("broker {id}; __consumer_offsets-{partition} has no leader")
        }
        None => format!("broker {id}; __consumer_offsets is not in the metadata that we may read"),
    }
}

fn rebalances_seen(case: &Case<'_>) -> String {
    let Some(history) = case.picture.history.at(case.number) else {
        return "not looked at yet".to_owned();
    };
    let within = |(at, count): (Time, usize)| (case.now.since(at) <= 600_000).then_some(count);
    let seen: usize = history
        .rebalances
        .list()
        .into_iter()
        .filter_map(within)
        .sum();
    let exact = if history.rebalances.is_exact() {
        ""
    } else {
        "at least "
    };
    format!("{exact}{seen} in the last 10 minutes that we looked")
}

fn rates_seen(case: &Case<'_>) -> String {
    match (case.outlook.inflow, case.outlook.outflow) {
        (Some(inflow), Some(outflow)) => format!("{inflow:.1}/s in, {outflow:.1}/s committed"),
        _ => "too few samples".to_owned(),
    }
}

fn leaders(case: &Case<'_>, causes: &mut Vec<Cause>) {
    let without: Vec<&PartitionLag<'_>> = case
        .rows
        .iter()
        .map(|(row, _)| row)
        .filter(|row| row.state == PartitionState::NoLeader)
        .collect();
    if let Some(first) = without.first() {
        let ids = names(without.iter().map(|row| &row.id));
        let replicas = case
            .site()
            .kafka
            .partition(&first.id)
            .map(|(partition, _)| partition.replicas.clone())
            .unwrap_or_default();
        let replicas: Vec<String> = replicas.iter().map(ToString::to_string).collect();
        causes.push(Cause {
            kind: CauseKind::NoLeader,
            subject: Key::Partition(first.id.clone()),
            what: format!(
                "{} without a leader: {ids}",
                count(without.len(), "partition")
            ),
            lag: 0,
            proofs: vec![
                case.proof("leader", "none", Source::Metadata)
                    .by(case.describe_topic(&first.id.topic)),
                case.proof(
                    format!("replicas of {}", first.id),
                    replicas.join(", "),
                    Source::Metadata,
                )
                .by(case.describe_topic(&first.id.topic)),
            ],
        });
    }
    let frozen: Vec<&PartitionLag<'_>> = case
        .rows
        .iter()
        .map(|(row, _)| row)
        .filter(|row| row.marks.frozen)
        .collect();
    if let Some(first) = frozen.first() {
        causes.push(Cause {
            kind: CauseKind::Frozen,
            subject: Key::Partition(first.id.clone()),
            what: format!(
                "too few replicas in sync, so the high watermark stands still and more may be waiting: {}",
                names(frozen.iter().map(|row| &row.id))
            ),
            lag: lag_of(frozen.iter().copied()),
            proofs: vec![
                case.proof("partitions under min.insync.replicas", frozen.len(), Source::Metadata)
                    .limit("0")
                    .by(case.describe_topic(&first.id.topic)),
            ],
        });
    }
}

fn coordinator(case: &Case<'_>, causes: &mut Vec<Cause>) {
    let kafka = &case.site().kafka;
    if !coordinator_is_degraded(kafka, case.id()) {
        return;
    }
    let Some((partition, leader)) = offsets_home(kafka, case.id()) else {
        return;
    };
    let topic = Name::from("__consumer_offsets");
    let id = PartitionId {
        topic: topic.clone(),
        partition,
    };
    let isr = kafka.partition(&id).map_or(0, |(of, _)| of.isr.len());
    causes.push(Cause {
        kind: CauseKind::Coordinator,
        subject: leader.map_or(Key::Topic(topic.clone()), |BrokerId(id)| {
            Key::Broker(BrokerId(id))
        }),
        what: format!("commits cannot be written: {id} has {isr} in sync"),
        lag: lag_of(case.rows.iter().map(|(row, _)| row)),
        proofs: vec![
            case.proof(format!("in sync of {id}"), isr, Source::Metadata)
                .limit("min.insync.replicas")
                .by(case.describe_topic(&topic)),
        ],
    });
}

/// Transactions, losses, commits beyond the end, and those that went back.
fn special(case: &Case<'_>, causes: &mut Vec<Cause>) {
    for (status, kind) in [
        (Status::Transaction, CauseKind::Transaction),
        (Status::Lost, CauseKind::Lost),
        (Status::Ahead, CauseKind::Ahead),
        (Status::Recreated, CauseKind::Ahead),
        (Status::Rewind, CauseKind::Rewound),
    ] {
        let with: Vec<_> = case.with(status).collect();
        let Some((first, meaning)) = with.first() else {
            continue;
        };
        let ids = names(with.iter().map(|(row, _)| &row.id));
        let topic = &first.id.topic;
        let committed = first.committed.unwrap_or_default();
        let committed_at = || {
            case.proof(format!("committed of {}", first.id), committed, Source::Lag)
                .by(case.describe())
        };
        let end = first
            .end
            .map_or_else(|| "-".to_owned(), |end| end.value.to_string());
        let end_is = || {
            case.proof(format!("end of {}", first.id), &end, Source::Lag)
                .read_at(first.end.map(|end| end.at))
                .by(case.offsets(topic, "latest"))
        };
        let (what, proofs) = match status {
            Status::Transaction => {
                let found = case.site().kafka.partition(&first.id);
                let stable = found.and_then(|(_, offsets)| offsets.stable);
                let value =
                    stable.map_or_else(|| "-".to_owned(), |stable| stable.value.to_string());
                let proof = case
                    .proof(
                        format!("last stable offset of {}", first.id),
                        value,
                        Source::LogStart,
                    )
                    .read_at(stable.map(|stable| stable.at))
                    .limit(format!("end {end}"))
                    .by(case.transactions(topic, first.id.partition));
                (
                    format!("an open transaction holds up readers of committed records: {ids}"),
                    vec![proof, committed_at(), end_is()],
                )
            }
            Status::Lost => {
                let lost: i64 = with.iter().filter_map(|(row, _)| row.lost).sum();
                let start = first.start.unwrap_or_default();
                let proof = case
                    .proof(
                        format!("log start of {}", first.id),
                        start,
                        Source::LogStart,
                    )
                    .limit(format!("committed {committed}"))
                    .by(case.offsets(topic, "earliest"));
                (
                    format!("up to {lost} records were deleted before they were read: {ids}"),
                    vec![proof, committed_at()],
                )
            }
            Status::Rewind => {
                let words = meaning.judgement.rewound.map_or_else(String::new, |of| {
                    format!(" from {} to {} ({})", of.from, of.to, of.to - of.from)
                });
                (
                    format!("the committed offset of {ids} went back{words}"),
                    vec![committed_at(), end_is()],
                )
            }
            Status::Recreated => (
                format!(
                    "committed beyond the end of a topic that was deleted and made again: {ids}"
                ),
                vec![committed_at(), end_is()],
            ),
            _ => (
                format!(
                    "committed beyond the end, so the log was cut or the offset set by hand: {ids}"
                ),
                vec![committed_at(), end_is()],
            ),
        };
        causes.push(Cause {
            kind,
            subject: Key::Partition(first.id.clone()),
            what,
            lag: lag_of(with.iter().map(|(row, _)| *row)),
            proofs,
        });
    }
}

fn moves(case: &Case<'_>, causes: &mut Vec<Cause>) {
    let Some(history) = case.picture.history.at(case.number) else {
        return;
    };
    let rebalances = &history.rebalances;
    if let Some(of) = storm(&rebalances.list(), rebalances.is_exact(), case.now) {
        let flapping = crate::insight::flapping(rebalances.moves(), case.now);
        let from = match flapping.first() {
            Some((host, times)) => {
                let pods = super::pods::at(case, host);
                format!("; a member at {pods} came or went {times} times")
            }
            None => String::new(),
        };
        let at_least = if of.exact { "" } else { "at least " };
        let mut proofs = vec![
            case.proof(
                "rebalances in 10 minutes",
                format!("{at_least}{}", of.rebalances),
                Source::Members,
            )
            .limit("3")
            .by(case.describe_state()),
        ];
        proofs.extend(flapping.iter().map(|(host, times)| {
            case.proof(
                format!("members that came or went at {host}"),
                times,
                Source::Members,
            )
            .limit("3")
            .by(case.describe_members())
        }));
        causes.push(Cause {
            kind: CauseKind::Storm,
            subject: Key::Group(case.id().clone()),
            what: format!(
                "the group rebalances again and again: {at_least}{} times in 10 minutes{from}",
                of.rebalances
            ),
            lag: 0,
            proofs,
        });
    }
}

/// Members and partitions that get more, or do less, than the others.
fn load(case: &Case<'_>, causes: &mut Vec<Cause>) {
    let views = case.views();
    if let Some(of) = hot(&views) {
        let rate = views
            .iter()
            .find(|view| view.id == of.partition)
            .and_then(|view| view.inflow);
        causes.push(Cause {
            kind: CauseKind::Hot,
            subject: Key::Partition(of.partition.clone()),
            what: format!(
                "{} gets {:.1} times the mean of its topic and has {:.0} % of the lag: more consumers do not help",
                of.partition,
                of.times_mean,
                of.lag_share * 100.0
            ),
            lag: lag_of(case.rows.iter().map(|(row, _)| row).filter(|row| row.id == of.partition)),
            proofs: vec![
                case.proof("inflow over the mean", format!("{:.1}", of.times_mean), Source::Lag)
                    .limit("3")
                    .by(case.offsets(&of.partition.topic, "latest")),
                case.proof("share of the lag", format!("{:.2}", of.lag_share), Source::Lag)
                    .limit("0.50")
                    .by(case.describe()),
                case.proof("records a second in", format!("{:.1}", rate.unwrap_or_default()), Source::Lag)
                    .by(case.offsets(&of.partition.topic, "latest")),
            ],
        });
    }
    for of in slow(&views) {
        let member = case
            .rows
            .iter()
            .filter_map(|(row, _)| row.owner)
            .find(|member| member.id == of.member);
        let who = member.map_or_else(
            || of.member.to_string(),
            |member| super::pods::of_member(case, member),
        );
        causes.push(Cause {
            kind: CauseKind::SlowMember,
            subject: Key::Member {
                group: case.id().clone(),
                member: of.member.clone(),
            },
            what: format!(
                "{who} commits {:.1}/s, the others {:.1}/s",
                of.rate, of.median
            ),
            lag: lag_of(
                case.rows
                    .iter()
                    .map(|(row, _)| row)
                    .filter(|row| row.owner.is_some_and(|owner| owner.id == of.member)),
            ),
            proofs: vec![
                case.proof("committed a second", format!("{:.1}", of.rate), Source::Lag)
                    .limit(format!("half of the median {:.1}", of.median))
                    .by(case.describe()),
            ],
        });
    }
    speed(case, causes);
}

/// Whether as much is committed as comes in.
fn speed(case: &Case<'_>, causes: &mut Vec<Cause>) {
    let growing: Vec<_> = case.with(Status::Warn).collect();
    let young = growing.is_empty() && case.status.worst == Status::Warn;
    let (inflow, outflow) = (case.outlook.inflow, case.outlook.outflow);
    let lag = lag_of(case.rows.iter().map(|(row, _)| row));
    // More comes in than is committed, and more than a minute of it waits: whatever each partition says.
    let overrun = matches!((inflow, outflow), (Some(inflow), Some(outflow))
        if outflow < 0.95 * inflow && lag as f64 > 60.0 * inflow);
    if !growing.is_empty() || young || overrun {
        let members = case.group.members.as_ref().map(|of| of.value.members.len());
        let members = members.map_or_else(String::new, |members| {
            format!(" with {}", count(members, "member"))
        });
        let rates = match (inflow, outflow) {
            (Some(inflow), Some(outflow)) => {
                format!("{inflow:.1}/s come in, {outflow:.1}/s are committed{members}")
            }
            _ => format!("the lag grows{members}"),
        };
        let mut proofs = vec![case.proof("lag", lag, Source::Lag).by(case.describe())];
        if let (Some(inflow), Some(outflow)) = (inflow, outflow) {
            proofs.push(
                case.proof("records a second in", format!("{inflow:.1}"), Source::Lag)
                    .limit(format!("committed {outflow:.1}")),
            );
        } else if let Some(history) = case.picture.history.at(case.number)
            && let Some(growth) = history.growth()
        {
            let source = if history.is_remembered() {
                Source::Series
            } else {
                Source::Lag
            };
            proofs.push(
                case.proof("growth of the lag a second", format!("{growth:.1}"), source)
                    .limit("what commits and polls explain"),
            );
        }
        causes.push(Cause {
            kind: CauseKind::TooSlow,
            subject: Key::Group(case.id().clone()),
            what: format!("too slow: {rates}"),
            lag,
            proofs,
        });
    } else if let Some(Drain::In { seconds, .. }) = case.outlook.expected.drain {
        causes.push(Cause {
            kind: CauseKind::CatchingUp,
            subject: Key::Group(case.id().clone()),
            what: format!("a backlog of {lag} is being worked off, in about {seconds:.0} s"),
            lag,
            proofs: vec![case.proof("lag", lag, Source::Lag).by(case.describe())],
        });
    }
}
