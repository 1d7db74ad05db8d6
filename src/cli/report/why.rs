//! Why groups are behind: ranked causes, each with its numbers and the command that prints them.

use serde_json::{Value, json};

use crate::{
    insight::{Cause, Picture, Proof, Why, why},
    model::{Name, Time},
};

use super::{
    Item,
    json::{item, moment},
    lag,
};

/// The names of [`flat`] rows: one number of one cause; nothing found is a row too.
pub(super) const FLAT: &[&str] = &[
    "group",
    "status",
    "lag",
    "verdict",
    "rank",
    "cause",
    "subject",
    "what",
    "cause_lag",
    "name",
    "value",
    "threshold",
    "source",
    "at",
    "age_seconds",
    "command",
];

/// The answers for these groups; one that does not exist has none.
pub(super) fn items(picture: &Picture, named: &[String], now: Time) -> Vec<Item> {
    named
        .iter()
        .filter_map(|name| why(picture, &Name::from(name.as_str()), now))
        .map(|found| answer(&found, now))
        .collect()
}

fn answer(found: &Why, now: Time) -> Item {
    let causes = (1..)
        .zip(&found.causes)
        .map(|(rank, of): (usize, _)| cause(rank, of, now));
    let looked = found
        .looked_at
        .iter()
        .map(|look| json!({ "at": look.at, "seen": look.seen }));
    let mut row = item(json!({
        "group": found.group,
        "verdict": found.verdict(),
        "too_early": found.too_early,
        "lag": found.lag.known,
        "lag_unknown": found.lag.unknown,
    }));
    row.extend(lag::status(found.status));
    row.extend(lag::outlook(&found.outlook));
    row.insert("causes".into(), causes.collect());
    row.insert("looked_at".into(), looked.collect());
    row
}

fn cause(rank: usize, of: &Cause, now: Time) -> Value {
    let evidence = of.proofs.iter().map(|of| proof(of, now));
    json!({
        "rank": rank,
        "cause": of.kind.word(),
        "fault": of.kind.is_fault(),
        "subject": of.subject.to_string(),
        "what": of.what,
        "lag": of.lag,
        "evidence": evidence.collect::<Vec<Value>>(),
    })
}

fn proof(of: &Proof, now: Time) -> Value {
    json!({
        "name": of.name,
        "value": of.value,
        "threshold": of.threshold,
        "source": of.source.name(),
        "at": of.at.map(moment),
        "age_seconds": of.age(now),
        "command": of.command,
    })
}

/// One row for each number of each cause.
pub(super) fn flat(items: &[Item]) -> Vec<Item> {
    let take = |row: &mut Item, from: &Item, keys: &[(&str, &str)]| {
        for (to, key) in keys {
            row.insert((*to).into(), from.get(*key).cloned().unwrap_or_default());
        }
    };
    let mut rows = Vec::new();
    for group in items {
        let mut of_group = Item::new();
        let same = ["group", "status", "lag", "verdict"].map(|key| (key, key));
        take(&mut of_group, group, &same);
        let before = rows.len();
        for cause in objects(group, "causes") {
            let mut of_cause = of_group.clone();
            let keys = [
                ("rank", "rank"),
                ("cause", "cause"),
                ("subject", "subject"),
                ("what", "what"),
                ("cause_lag", "lag"),
            ];
            take(&mut of_cause, cause, &keys);
            for proof in objects(cause, "evidence") {
                let mut row = of_cause.clone();
                row.extend(proof.clone());
                rows.push(row);
            }
        }
        if rows.len() == before {
            rows.push(of_group);
        }
    }
    rows
}

/// For people: the verdict, then each cause with its numbers, then what was looked at.
pub(super) fn text(items: &[Item]) -> String {
    let mut lines = Vec::new();
    for group in items {
        lines.push(format!(
            "group {}: {} (status {}, lag {})",
            word(group, "group"),
            word(group, "verdict"),
            word(group, "status"),
            word(group, "lag")
        ));
        for cause in objects(group, "causes") {
            lines.push(format!(
                "{:>3}. {}",
                word(cause, "rank"),
                word(cause, "what")
            ));
            for proof in objects(cause, "evidence") {
                let limit = told(proof, "threshold")
                    .map_or_else(String::new, |limit| format!(" (limit {limit})"));
                let age = told(proof, "age_seconds")
                    .map_or_else(String::new, |age| format!(", {age} s ago"));
                lines.push(format!(
                    "       {}: {}{limit}, {}{age}",
                    word(proof, "name"),
                    word(proof, "value"),
                    word(proof, "source")
                ));
                lines.extend(told(proof, "command").map(|command| format!("         $ {command}")));
            }
        }
        lines.push("  looked at:".to_owned());
        for look in objects(group, "looked_at") {
            lines.push(format!("    {}: {}", word(look, "at"), word(look, "seen")));
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

fn objects<'a>(of: &'a Item, key: &str) -> impl Iterator<Item = &'a Item> {
    let list = of.get(key).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_object)
}

/// A value in words; None for what is not known.
fn told(of: &Item, key: &str) -> Option<String> {
    match of.get(key) {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(crate::cli::exit::printable(text)),
        Some(other) => Some(other.to_string()),
    }
}

fn word(of: &Item, key: &str) -> String {
    told(of, key).unwrap_or_else(|| "-".to_owned())
}
