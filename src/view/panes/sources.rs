//! Sources: what is read, how that goes, and what is missing.

use std::borrow::Cow;

use crate::{
    app::{Cell, Column, Cx, Fact, List, Page, Pane, PaneId, Role, Section, SortKey, Unit},
    model::{Health, Key, Source, State},
    view::text,
};

use super::cells::{self, Listed, words};

pub(super) static PANE: Sources = Sources;
pub(super) struct Sources;

const COLUMNS: &[Column] = &[
    Column::left("SOURCE", 16).flex(1),
    Column::left("STATE", 12),
    Column::right("LAST", 6).unit(Unit::Time),
    Column::right("EVERY", 6).unit(Unit::Time),
    Column::right("REQ", 6),
    Column::right("ERR", 4),
    Column::right("BYTES", 7).drop(2).unit(Unit::Bytes),
    Column::left("WHY", 16).flex(4),
];

/// The sentence for a list without rows: what is missing, and why.
pub(super) fn why_empty<'a>(cx: &Cx<'a>, source: Source, what: &str) -> Cow<'a, str> {
    let Some(health) = cx.picture.site.health.get(&source) else {
        return format!(
            "{what} are not read: {:?} is left out or not configured",
            source.system()
        )
        .into();
    };
    let why = health
        .report
        .why
        .as_deref()
        .map_or_else(String::new, |why| format!(": {why}"));
    match &health.report.state {
        State::Live => format!("no {what}").into(),
        State::Syncing { .. } => format!("{what} are being read").into(),
        State::Forbidden { verb, resource } => {
            format!("{what} cannot be read: no right to {verb} {resource}{why}").into()
        }
        state => format!("{what} cannot be read: {}{why}", state.word()).into(),
    }
}

fn state<'a>(cx: &Cx<'_>, health: &Health) -> (Cell<'a>, SortKey<'a>) {
    if let (Some(every), Some(at)) = (health.report.every, health.last_ok) {
        cx.rolls_at(at.plus(3 * every + 1));
        if health.report.state == State::Live && health.stale_for(cx.now).is_some() {
            return words("stale", Role::Warn);
        }
    }
    match &health.report.state {
        State::Syncing { got, of } => {
            let of = of.map_or_else(String::new, |of| format!("/{of}"));
            words(format!("syncing {got}{of}"), Role::Warn)
        }
        State::Live if health.report.paused => words("paused", Role::Dim),
        State::Live => words("live", Role::Good),
        State::Missing => words("missing", Role::Dim),
        other => words(other.word(), Role::Bad),
    }
}

/// Numbers that count up with every poll: coarse, so that a quiet screen stays quiet.
fn last<'a>(cx: &Cx<'_>, health: &Health) -> (Cell<'a>, SortKey<'a>) {
    let Some(at) = health.last_ok else {
        return (Cell::dim("never"), SortKey::Unknown);
    };
    let age = cx.now.since(at) as f64;
    match (&health.report.state, health.report.every) {
        // A live watch is as fresh as the last change: its age says nothing.
        (State::Live, None) if !health.report.paused => (Cell::dim("now"), SortKey::Number(0.0)),
        (State::Live, Some(every)) if cx.now.since(at) <= 3 * every => {
            (Cell::dim("now"), SortKey::Number(0.0))
        }
        _ => (Cell::new(cx.age(at), Role::Warn), SortKey::Number(age)),
    }
}

impl Pane for Sources {
    fn id(&self) -> PaneId {
        PaneId::Sources
    }

    fn title(&self) -> &'static str {
        "Sources"
    }

    fn digit(&self) -> Option<char> {
        Some('0')
    }

    fn page<'a>(&self, cx: &'a Cx<'a>) -> Page<'a> {
        let rows: Vec<&Health> = cx.picture.site.health.values().collect();
        let list: Box<dyn List + 'a> = Box::new(Listed {
            columns: COLUMNS,
            rows,
            key: |health| Key::Source(health.report.source),
            cell: Box::new(move |health, column| match column {
                0 => {
                    let place = Source::ALL
                        .iter()
                        .position(|source| *source == health.report.source);
                    let (cell, _) = words(health.report.source.name(), Role::Strong);
                    (cell, SortKey::number(place.map(|place| place as f64)))
                }
                1 => state(cx, health),
                2 => last(cx, health),
                3 => match health.report.every {
                    Some(every) => (Cell::dim(text::span(every)), SortKey::Number(every as f64)),
                    None => words("watch", Role::Dim),
                },
                4 => cells::number(health.report.requests.and_then(|n| i64::try_from(n).ok())),
                5 => match health.report.errors {
                    Some(errors) => cells::fault_count(
                        usize::try_from(errors).unwrap_or(usize::MAX),
                        Role::Warn,
                    ),
                    None => (Cell::unknown(), SortKey::Unknown),
                },
                6 => cells::bytes(health.report.bytes),
                _ => words(
                    health.report.why.as_deref().unwrap_or("").to_owned(),
                    Role::Text,
                ),
            }),
        });
        Page {
            title: "Sources".into(),
            facts: Vec::new(),
            sections: vec![Section {
                title: "".into(),
                list,
                empty: "nothing is read: all three systems are left out".into(),
                sort: Some((0, false)),
            }],
        }
    }

    fn object<'a>(&self, cx: &'a Cx<'a>, key: &Key) -> Option<Page<'a>> {
        let Key::Source(source) = key else {
            return None;
        };
        let health = cx.picture.site.health.get(source)?;
        let report = &health.report;
        let mut facts = vec![
            Fact::new("reads", vec![Cell::text(source.about())]),
            Fact::new(
                "state",
                vec![
                    state(cx, health).0,
                    Cell::dim(format!("for {}", cx.age(health.since))),
                ],
            ),
            Fact::new("last good", vec![last(cx, health).0]),
        ];
        if let State::Forbidden { verb, resource } = &report.state {
            facts.push(Fact::new(
                "right",
                vec![Cell::new(format!("{verb} {resource}"), Role::Strong)],
            ));
        }
        if let Some(retry) = report.retry_at {
            let wait = retry.since(cx.now).max(0);
            cx.rolls_at(cx.now.plus(1_000));
            facts.push(Fact::new(
                "next try",
                vec![Cell::text(format!("in {}", text::span(wait)))],
            ));
        }
        let asked = [
            report.requests.map(|n| format!("{n} requests")),
            report.errors.map(|n| format!("{n} failed")),
            report.bytes.map(|n| format!("{} read", text::bytes(n))),
        ];
        let asked: Vec<String> = asked.into_iter().flatten().collect();
        if !asked.is_empty() {
            facts.push(Fact::new("asked", vec![Cell::text(asked.join(", "))]));
        }
        for (label, line) in report
            .why
            .iter()
            .flat_map(|why| text::wrap(why, 64))
            .zip(std::iter::once("why").chain(std::iter::repeat("")))
            .map(|(line, label)| (label, line))
        {
            facts.push(Fact::new(label, vec![Cell::text(line)]));
        }
        for note in &health.notes {
            facts.push(Fact::new("note", vec![Cell::new(&**note, Role::Warn)]));
        }
        Some(Page {
            title: format!("source {source}").into(),
            facts,
            sections: Vec::new(),
        })
    }
}
