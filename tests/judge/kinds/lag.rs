//! The lag law, for the partitions of a group.

use plimsoll::{
    insight::{self, Facts, Isolation, Presence, Round},
    model::GroupKind,
};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LagInput {
    /// `classic`, `consumer`, `share`, `streams` or `other`.
    #[serde(default, rename = "type")]
    kind: Option<GroupKind>,
    /// Readers stop at the last stable offset.
    #[serde(default)]
    read_committed: bool,
    partitions: Vec<PartitionInput>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PartitionInput {
    topic: String,
    partition: i32,
    #[serde(default)]
    start: Option<i64>,
    #[serde(default)]
    committed: Option<i64>,
    #[serde(default)]
    end: Option<i64>,
    #[serde(default)]
    stable: Option<i64>,
    /// Of a share group: what the broker answers.
    #[serde(default)]
    broker_lag: Option<i64>,
    #[serde(default = "yes")]
    leader: bool,
    #[serde(default)]
    deleted: bool,
    #[serde(default)]
    recreated: bool,
    /// Rounds since the older of commit and end was read: 0 is this one.
    #[serde(default)]
    rounds_old: u32,
    #[serde(default)]
    under_min_isr: bool,
    #[serde(default)]
    compacted: bool,
    #[serde(default)]
    new: bool,
    /// That the commit is before the log start has held for two polls and two commits.
    #[serde(default)]
    loss_is_sure: bool,
    #[serde(default)]
    member: Option<String>,
    #[serde(default)]
    host: Option<String>,
    #[serde(default)]
    client_id: Option<String>,
}

fn yes() -> bool {
    true
}

#[derive(Serialize)]
pub(crate) struct LagAnswer {
    /// Sum of what is known, those ahead as 0; null when nothing is.
    lag: Option<i64>,
    /// Partitions that are not in the sum, or in it as 0.
    unknown: usize,
    uncommitted: usize,
    ahead: usize,
    partitions: Vec<PartitionAnswer>,
}

#[derive(Serialize)]
struct PartitionAnswer {
    topic: String,
    partition: i32,
    state: &'static str,
    marks: Vec<&'static str>,
    lag: Option<i64>,
    lost: Option<i64>,
    readable: Option<i64>,
    /// CURRENT-OFFSET, LOG-END-OFFSET, LAG, CONSUMER-ID, HOST, CLIENT-ID as kafka-consumer-groups prints them.
    cells: [String; 6],
}

fn cell(number: Option<i64>) -> String {
    number.map_or_else(|| "-".to_owned(), |number| number.to_string())
}

pub(crate) fn lag(input: LagInput) -> Result<LagAnswer, String> {
    let kind = input.kind.unwrap_or(GroupKind::Classic);
    let mut answer = LagAnswer {
        lag: None,
        unknown: 0,
        uncommitted: 0,
        ahead: 0,
        partitions: Vec::new(),
    };
    let mut sum = insight::GroupLag::default();
    for of in input.partitions {
        let told = insight::law(&Facts {
            isolation: if input.read_committed {
                Isolation::ReadCommitted
            } else {
                Isolation::ReadUncommitted
            },
            presence: if of.deleted {
                Presence::Deleted
            } else {
                Presence::There
            },
            round: match of.rounds_old {
                0 => Round::Same,
                1..=3 => Round::Earlier,
                _ => Round::Old,
            },
            has_leader: of.leader,
            recreated: of.recreated,
            start: of.start,
            committed: of.committed,
            end: of.end,
            stable: of.stable,
            told: of.broker_lag,
            under_min_isr: of.under_min_isr,
            compacted: of.compacted,
            new: of.new,
            loss_is_sure: of.loss_is_sure,
            ..Facts::of(kind)
        });
        sum.add(told.state, told.lag, told.lost);
        // A reader of committed records ends where it stops.
        let end = if input.read_committed {
            of.stable
        } else {
            of.end
        };
        let end = end.filter(|_| of.leader && !of.deleted);
        let word = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        answer.partitions.push(PartitionAnswer {
            state: told.state.word(),
            marks: told.marks.words(),
            lag: told.lag,
            lost: told.lost,
            readable: told.readable,
            cells: [
                cell(of.committed),
                cell(end),
                cell(told.lag),
                word(&of.member),
                of.host
                    .as_ref()
                    .map_or_else(|| "-".to_owned(), |host| format!("/{host}")),
                word(&of.client_id),
            ],
            topic: of.topic,
            partition: of.partition,
        });
    }
    answer.lag = sum.known;
    answer.unknown = sum.unknown;
    answer.uncommitted = sum.uncommitted;
    answer.ahead = sum.ahead;
    Ok(answer)
}
