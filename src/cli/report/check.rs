//! `plimsoll check lag`: is a group as near the end as it should be? The exit code is the answer.

use serde_json::json;

use crate::{
    insight::{Picture, Want, group_lag, group_partitions},
    model::{Name, Time},
};

use super::{Item, json::item, table::Column};

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct LagCheck {
    pub group: String,
    /// Records.
    pub max: Option<i64>,
    pub max_seconds: Option<f64>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Answer {
    Yes,
    No(String),
    /// Neither can be said.
    Unknown(String),
}

pub(super) const COLUMNS: &[Column] = &[
    ("GROUP", "group"),
    ("ANSWER", "answer"),
    ("LAG", "lag"),
    ("MAX", "max"),
    ("LAG-SECONDS", "lag_seconds"),
    ("MAX-SECONDS", "max_seconds"),
    ("WHY", "why"),
];

pub(super) fn items(check: &LagCheck, picture: &Picture, now: Time) -> Vec<Item> {
    let Some(group) = picture
        .site
        .kafka
        .groups
        .get(&Name::from(check.group.as_str()))
    else {
        return Vec::new();
    };
    let partitions = group_partitions(&picture.site, group, Want::All);
    let lag = group_lag(&partitions);
    let history = picture.history.group(&check.group);
    let time = history.and_then(|of| {
        of.outlook(&picture.site, &partitions, now)
            .expected
            .time_lag
    });
    let seconds = match (lag.whole(), time) {
        // Nothing to read: no record waits.
        (Some(0), _) => Some((0.0, true)),
        (_, Some(crate::insight::TimeLag::Seconds(seconds))) => Some((seconds, true)),
        (_, Some(crate::insight::TimeLag::MoreThan(seconds))) => Some((seconds, false)),
        (_, None) => None,
    };
    let mut answer = Answer::Yes;
    if let Some(max) = check.max {
        match (lag.known, lag.unknown) {
            (Some(known), _) if known > max => {
                answer = Answer::No(format!("lag {} is above {max}", lag.words()));
            }
            (Some(_), 0) => {}
            (None, 0) if lag.uncommitted == 0 => {}
            _ => {
                let out = lag
                    .left_out()
                    .unwrap_or_else(|| "nothing is committed".to_owned());
                answer = Answer::Unknown(format!("the lag is not known: {out}"));
            }
        }
    }
    if let (Some(max), false) = (check.max_seconds, matches!(answer, Answer::No(_))) {
        match seconds {
            Some((seconds, _)) if seconds > max => {
                answer = Answer::No(format!("{seconds:.1} s behind are above {max} s"));
            }
            Some((_, true)) => {}
            _ => {
                answer = Answer::Unknown(
                    "how old the next record is is not known: give --for 30s to take samples"
                        .to_owned(),
                );
            }
        }
    }
    let why = match &answer {
        Answer::Yes => None,
        Answer::No(why) | Answer::Unknown(why) => Some(why.clone()),
    };
    vec![item(json!({
        "group": group.listed.id,
        "answer": match answer {
            Answer::Yes => Some(true),
            Answer::No(_) => Some(false),
            Answer::Unknown(_) => None,
        },
        "lag": lag.known,
        "lag_unknown": lag.unknown,
        "max": check.max,
        "lag_seconds": seconds.filter(|(_, exact)| *exact).map(|(seconds, _)| seconds),
        "lag_seconds_more_than": seconds.filter(|(_, exact)| !exact).map(|(seconds, _)| seconds),
        "max_seconds": check.max_seconds,
        "why": why,
    }))]
}
