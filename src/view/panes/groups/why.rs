//! Why a group is behind: its causes with their numbers, and what was looked at.

use crate::{
    app::{Cell, Column, Cx, Fact, Page, Role, Section, SortKey, wrap},
    insight::{Cause, Proof, Why, why},
    model::{Key, Name},
};

use super::{
    super::cells::{self, Listed},
    status::{outlook, status},
};

const CAUSES: &[Column] = &[Column::right("", 2), Column::left("CAUSE", 40).flex(1)];
const LOOKS: &[Column] = &[
    Column::left("LOOKED AT", 12),
    Column::left("SEEN", 40).flex(1),
];
/// Cells of a line that are not its text: frame, margins, the number.
const AROUND: usize = 9;

/// One line of the list of causes.
struct Line {
    key: Key,
    /// The cause's number, on its first line.
    number: Option<usize>,
    text: String,
    role: Role,
}

/// The page of a group.
pub(in crate::view::panes) fn page<'a>(cx: &'a Cx<'a>, group: &Name) -> Option<Page<'a>> {
    let found = why(cx.picture, group, cx.now)?;
    let room = usize::from(cx.size.0).saturating_sub(AROUND).max(20);
    let mut lines = Vec::new();
    for (number, cause) in (1..).zip(&found.causes) {
        lines.extend(cause_lines(cx, group, number, cause, room));
    }
    let numbered = (0_u32..).zip(lines);
    let lines: Vec<Line> = numbered
        .map(|(number, line)| Line {
            key: Key::Cause {
                group: group.clone(),
                cause: match line.key {
                    Key::Cause { cause, .. } => cause,
                    _ => 0,
                },
                line: number,
            },
            ..line
        })
        .collect();
    let looks: Vec<(u32, &'static str, String)> = (0..)
        .zip(&found.looked_at)
        .map(|(number, look)| (number, look.at, look.seen.clone()))
        .collect();
    Some(Page {
        title: format!("why group {group}").into(),
        facts: facts(cx, &found),
        sections: vec![
            Section {
                title: format!("causes: {}", found.causes.len()).into(),
                list: Box::new(Listed {
                    columns: CAUSES,
                    rows: lines,
                    key: |line| line.key.clone(),
                    cell: Box::new(|line, column| match (column, line.number) {
                        (0, Some(number)) => (
                            Cell::new(number.to_string(), Role::Strong),
                            SortKey::Number(number as f64),
                        ),
                        (0, None) => (Cell::text(""), SortKey::Unknown),
                        _ => (Cell::new(line.text.clone(), line.role), SortKey::Unknown),
                    }),
                }),
                empty: found.verdict().into(),
                sort: None,
            },
            Section {
                title: "looked at".into(),
                list: Box::new(Listed {
                    columns: LOOKS,
                    rows: looks,
                    key: |(number, ..)| Key::Log(u64::from(*number)),
                    cell: Box::new(|(_, at, seen), column| match column {
                        0 => cells::words(*at, Role::Label),
                        _ => cells::words(seen.clone(), Role::Text),
                    }),
                }),
                empty: "nothing".into(),
                sort: None,
            },
        ],
    })
}

fn facts<'a>(cx: &'a Cx<'a>, found: &Why) -> Vec<Fact<'a>> {
    let role = match found.causes.first() {
        Some(cause) if cause.kind.is_fault() => Role::Bad,
        _ if found.too_early.is_some() => Role::Warn,
        _ => Role::Good,
    };
    let room = usize::from(cx.size.0).saturating_sub(18).max(20);
    let verdict = found.verdict();
    let mut facts = Vec::new();
    for (index, line) in wrap(&verdict, room).into_iter().enumerate() {
        let label = if index == 0 { "verdict" } else { "" };
        facts.push(Fact::new(label, vec![Cell::new(line, role)]));
    }
    let mut lag = vec![cells::group_lag(&found.lag).0, status(found.status)];
    lag.extend(outlook(&found.outlook));
    facts.push(Fact::new("lag", lag));
    facts
}

fn cause_lines(cx: &Cx<'_>, group: &Name, number: usize, cause: &Cause, room: usize) -> Vec<Line> {
    let place = u32::try_from(number).unwrap_or(0);
    let line = |number: Option<usize>, text: String, role: Role| Line {
        key: Key::Cause {
            group: group.clone(),
            cause: place,
            line: 0,
        },
        number,
        text,
        role,
    };
    let mut lines = Vec::new();
    let role = if cause.kind.is_fault() {
        Role::Bad
    } else {
        Role::Text
    };
    for (index, text) in wrap(&cause.what, room).into_iter().enumerate() {
        lines.push(line((index == 0).then_some(number), text, role));
    }
    for proof in &cause.proofs {
        let words = proof_words(cx, proof);
        let wide = room.saturating_sub(2);
        for (index, text) in wrap(&words, wide).into_iter().enumerate() {
            let indent = if index == 0 { "" } else { "  " };
            lines.push(line(None, format!("{indent}{text}"), Role::Text));
        }
    }
    let mut commands: Vec<&String> = Vec::new();
    for command in cause
        .proofs
        .iter()
        .filter_map(|proof| proof.command.as_ref())
    {
        if !commands.contains(&command) {
            commands.push(command);
        }
    }
    for command in commands {
        // Not wrapped: what is copied is one line.
        lines.push(line(None, format!("$ {command}"), Role::Dim));
    }
    lines
}

/// `name: value (limit 3), source, 4s`.
fn proof_words(cx: &Cx<'_>, proof: &Proof) -> String {
    let mut words = format!("{}: {}", proof.name, proof.value);
    if let Some(threshold) = &proof.threshold {
        words.extend([" (limit ", threshold, ")"]);
    }
    words.extend([", ", proof.source.name()]);
    if let Some(at) = proof.at {
        words.extend([", ", &cx.age(at), " ago"]);
    }
    words
}
