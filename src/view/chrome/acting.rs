//! The layers of a change: the dialog from preview to confirmation, the lock, what is being followed, what was done.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{Activity, App, Cx, Dialog, Mode, Role, Step, width},
    plan::{Note, Outcome, Weight},
    view::{Part, Theme, text},
};

use super::{layer, run};

/// Width of the labels.
const LABEL: usize = 11;
/// Widest and least useful width of a layer.
const WIDE: u16 = 96;

/// A line of a layer: texts with their meaning.
type Line = Vec<(String, Role)>;

/// What a layer says, and its last line, which stays while the rest scrolls.
struct Layer {
    title: String,
    lines: Vec<Line>,
    last: Line,
    top: usize,
    /// The place of the line that is chosen.
    chosen: Option<usize>,
}

pub(in crate::view) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    app: &App,
    cx: &Cx<'_>,
    theme: &Theme,
) {
    let wide = area.width.min(WIDE);
    let room = usize::from(wide.saturating_sub(4));
    let layer_of = match &app.mode {
        Mode::Dialog(dialog) => of_dialog(dialog, app, room),
        Mode::Unlock { pressed, .. } => of_unlock(app, *pressed, room),
        Mode::Following { ticket, top } => match app.acting.followed(*ticket) {
            Some(of) => of_activity(of, *top, room, cx),
            None => return,
        },
        Mode::Journal { chosen } => of_journal(app, *chosen, cx),
        Mode::Unfinished => of_unfinished(app, room, cx),
        _ => return,
    };
    paint(buffer, area, wide, &layer_of, app.options.ascii, theme);
}

fn paint(buffer: &mut Buffer, area: Rect, wide: u16, of: &Layer, ascii: bool, theme: &Theme) {
    let want = u16::try_from(of.lines.len())
        .unwrap_or(u16::MAX)
        .saturating_add(4);
    let high = area.height.min(want);
    let at = Rect::new(
        area.x + (area.width - wide) / 2,
        area.y + (area.height - high) / 2,
        wide,
        high,
    );
    let inner = layer(buffer, at, &of.title, ascii, theme);
    let rows = usize::from(inner.height.saturating_sub(2));
    let most = of.lines.len().saturating_sub(rows);
    let top = of.top.min(most);
    for (row, line) in (0..).zip(of.lines.iter().skip(top).take(rows)) {
        let place = Rect {
            y: inner.y + row,
            height: 1,
            ..inner
        };
        write(buffer, place, line, theme);
        if of.chosen == Some(top + usize::from(row)) {
            buffer.set_style(place, theme.style(Part::Selected));
        }
    }
    if most > top && inner.height > 2 {
        let more = format!("{} more lines: pgdn", most - top);
        let place = Rect {
            y: inner.bottom() - 2,
            height: 1,
            ..inner
        };
        write(buffer, place, &vec![(more, Role::Dim)], theme);
    }
    let place = Rect {
        y: inner.bottom().saturating_sub(1),
        height: 1,
        ..inner
    };
    write(buffer, place, &of.last, theme);
}

fn write(buffer: &mut Buffer, at: Rect, line: &Line, theme: &Theme) {
    let parts: Vec<(&str, ratatui::style::Style)> = line
        .iter()
        .map(|(text, role)| (text.as_str(), theme.role(*role)))
        .collect();
    run(buffer, at, at.x + 1, &parts);
}

/// A label and words, over as many lines as they need.
fn fact(lines: &mut Vec<Line>, label: &str, words: &str, role: Role, room: usize) {
    let wrapped = text::wrap(words, room.saturating_sub(LABEL));
    for (at, part) in wrapped.into_iter().enumerate() {
        let label = if at == 0 { label } else { "" };
        lines.push(vec![
            (format!("{label:<LABEL$}"), Role::Label),
            (part, role),
        ]);
    }
}

/// A note with its mark, which says without colour how much it weighs.
fn note(lines: &mut Vec<Line>, note: &Note, room: usize) {
    let (mark, role) = match note.weight {
        Weight::Refuse => ("NO", Role::Bad),
        Weight::Ask => ("next", Role::Strong),
        Weight::Warn => ("WARNING", Role::Warn),
        Weight::Plain => ("note", Role::Text),
    };
    for (at, part) in text::wrap(&note.text, room.saturating_sub(LABEL))
        .into_iter()
        .enumerate()
    {
        let mark = if at == 0 { mark } else { "" };
        lines.push(vec![(format!("{mark:<LABEL$}"), role), (part, role)]);
    }
}

/// Two buttons; the one that Enter presses stands in brackets.
fn buttons(no: &str, yes: &str, pressed: bool) -> Line {
    let button = |name: &str, on: bool| {
        if on {
            (format!("[ {name} ]"), Role::Strong)
        } else {
            (format!("  {name}  "), Role::Text)
        }
    };
    let gap = ("  ".to_owned(), Role::Text);
    vec![
        button(no, !pressed),
        gap.clone(),
        button(yes, pressed),
        gap,
        ("tab, enter; y".to_owned(), Role::Dim),
    ]
}

fn of_dialog(dialog: &Dialog, app: &App, room: usize) -> Layer {
    let cursor = if app.options.ascii { "_" } else { "█" };
    let mut lines: Vec<Line> = Vec::new();
    if let Some(input) = &dialog.input {
        let current = dialog.current(&app.picture.site);
        let now = current.map_or_else(String::new, |now| format!("   now {now}"));
        let typing = dialog.step == Step::Preview;
        lines.push(vec![
            (format!("{:<LABEL$}", "replicas"), Role::Label),
            (input.text.clone(), Role::Strong),
            (if typing { cursor } else { "" }.to_owned(), Role::Strong),
            (now, Role::Dim),
        ]);
    }
    match &dialog.plan {
        Err(why) => note(&mut lines, &Note::refuse(why.clone()), room),
        Ok(plan) => {
            // What speaks against it is not to be scrolled for.
            let (loud, calm): (Vec<&Note>, Vec<&Note>) =
                plan.notes.iter().partition(|of| of.weight > Weight::Plain);
            for of in loud {
                note(&mut lines, of, room);
            }
            for (label, words) in &plan.facts {
                fact(&mut lines, label, words, Role::Text, room);
            }
            for of in calm {
                note(&mut lines, of, room);
            }
            if !plan.is_asking() {
                fact(&mut lines, "same as", &plan.command, Role::Dim, room);
                let undo = match &plan.undo {
                    Ok(change) => format!("u: {change}"),
                    Err(why) => (*why).to_owned(),
                };
                fact(&mut lines, "undo", &undo, Role::Dim, room);
            }
        }
    }
    let dim = |words: &str| vec![(words.to_owned(), Role::Dim)];
    let last = match (&dialog.plan, dialog.step) {
        (Err(_), _) => dim("esc closes"),
        (Ok(plan), Step::Preview) if plan.refusal().is_some() && dialog.input.is_none() => {
            dim("esc closes")
        }
        (Ok(_), Step::Preview) if dialog.input.is_some() => {
            dim("type a number, + and - change it; enter goes on, esc closes")
        }
        (Ok(_), Step::Preview) => dim("enter goes on, esc closes"),
        (Ok(_), Step::Trying) => vec![(
            "asking the servers what they would say; nothing is changed yet; esc stops".to_owned(),
            Role::Warn,
        )],
        (Ok(_), Step::ReadOnly) => vec![(
            "READ-ONLY: it cannot be done from here; the command above does the same. esc closes"
                .to_owned(),
            Role::Warn,
        )],
        (Ok(plan), Step::Confirm) if plan.refusal().is_some() => {
            dim("it will not be done; esc closes")
        }
        (Ok(plan), Step::Confirm) if app.options.production => vec![
            ("PRODUCTION: ".to_owned(), Role::Bad),
            (
                format!("type {} and enter: ", plan.change.name()),
                Role::Text,
            ),
            (dialog.typed.text.clone(), Role::Strong),
            (cursor.to_owned(), Role::Strong),
        ],
        (Ok(plan), Step::Confirm) => buttons("Cancel", &format!("{}", Verb(plan)), dialog.pressed),
    };
    let step = match dialog.step {
        Step::Preview => "preview",
        Step::Trying => "dry run",
        Step::Confirm => "confirm",
        Step::ReadOnly => "read-only",
    };
    let undo = if dialog.undo_of.is_some() {
        "undo: "
    } else {
        ""
    };
    Layer {
        title: format!("{undo}{} on {} | {step}", dialog.title(), dialog.site),
        lines,
        last,
        top: dialog.top,
        chosen: None,
    }
}

/// What the button does, in words: `Scale to 6`.
struct Verb<'a>(&'a crate::plan::Plan);

impl std::fmt::Display for Verb<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0.change {
            crate::plan::Change::Scale { to, .. } => write!(f, "Scale to {to}"),
            crate::plan::Change::Elect { .. } => f.write_str("Elect"),
            crate::plan::Change::Probe { .. } => f.write_str("Write the records"),
        }
    }
}

fn of_unlock(app: &App, pressed: bool, room: usize) -> Layer {
    let mut lines = Vec::new();
    let site = &app.options.site;
    let words = format!(
        "{site} is guarded: nothing is changed in it before it is unlocked. Unlocked, it locks itself again after 15 minutes; U locks it at once. Each change still shows its plan first and asks."
    );
    for part in text::wrap(&words, room) {
        lines.push(vec![(part, Role::Text)]);
    }
    Layer {
        title: format!("unlock {site}?"),
        lines,
        last: buttons("Stay guarded", "Unlock for 15 min", pressed),
        top: 0,
        chosen: None,
    }
}

fn outcome(of: &Activity) -> (&'static str, Role) {
    match &of.entry.outcome {
        None => ("under way", Role::Warn),
        Some(Outcome::Steady) => ("done", Role::Good),
        Some(Outcome::Unsteady) => ("done, not steady", Role::Warn),
        Some(Outcome::Half) => ("half done", Role::Bad),
        Some(Outcome::Failed { .. }) => ("failed", Role::Bad),
        Some(Outcome::Interrupted) => ("interrupted", Role::Bad),
    }
}

fn of_activity(of: &Activity, top: usize, room: usize, cx: &Cx<'_>) -> Layer {
    let mut lines = Vec::new();
    let (word, role) = outcome(of);
    let end = of.entry.ended.unwrap_or(cx.now);
    let took = if of.is_open() {
        cx.age(of.entry.at)
    } else {
        text::span(end.since(of.entry.at))
    };
    fact(&mut lines, "state", &format!("{word}, {took}"), role, room);
    for (label, words, well) in &of.progress.lines {
        let (mark, role) = match well {
            Some(true) => (cx.mark("✓ ", "ok "), Role::Good),
            Some(false) => (cx.mark("… ", ".. "), Role::Warn),
            None => ("", Role::Text),
        };
        fact(&mut lines, label, &format!("{mark}{words}"), role, room);
    }
    if !of.entry.verdict.is_empty() {
        fact(&mut lines, "verdict", &of.entry.verdict, role, room);
    }
    fact(&mut lines, "same as", &of.entry.command, Role::Dim, room);
    let last = match (&of.undo, of.is_open()) {
        (Ok(_), _) => "u undo   esc hides this; J shows it again",
        (Err(why), false) => why,
        (Err(_), true) => "esc hides this; J shows it again",
    };
    Layer {
        title: of.entry.change.to_string(),
        lines,
        last: vec![(last.to_owned(), Role::Dim)],
        top,
        chosen: None,
    }
}

fn of_journal(app: &App, chosen: usize, cx: &Cx<'_>) -> Layer {
    let mut lines: Vec<Line> = app
        .acting
        .activities
        .iter()
        .rev()
        .map(|of| {
            let (word, role) = outcome(of);
            let undo = if of.entry.undo_of.is_some() {
                "undo: "
            } else {
                ""
            };
            vec![
                (format!("{:>4} ago  ", cx.age(of.entry.at)), Role::Dim),
                (format!("{word:<17}"), role),
                (undo.to_owned(), Role::Dim),
                (of.entry.change.to_string(), Role::Text),
            ]
        })
        .collect();
    let none = lines.is_empty();
    if none {
        lines.push(vec![(
            "nothing was changed in this session".to_owned(),
            Role::Dim,
        )]);
    }
    Layer {
        title: "changes of this session, the newest first".to_owned(),
        lines,
        last: vec![("enter opens   u undo   esc closes".to_owned(), Role::Dim)],
        top: chosen,
        chosen: (!none).then_some(chosen),
    }
}

fn of_unfinished(app: &App, room: usize, cx: &Cx<'_>) -> Layer {
    let mut lines = Vec::new();
    for (_, entry) in &app.acting.unfinished {
        fact(
            &mut lines,
            "was doing",
            &format!(
                "{} on {}, {} ago",
                entry.change,
                entry.site,
                cx.age(entry.at)
            ),
            Role::Strong,
            room,
        );
        fact(&mut lines, "", entry.how_far(), Role::Warn, room);
        if let crate::plan::Change::Scale { workload, .. } = &entry.change
            && entry.site == app.options.site
        {
            let now = app.picture.site.workload(workload).map_or_else(
                || "not read yet".to_owned(),
                |row| format!("{} wanted, {} ready", row.desired, row.ready),
            );
            fact(&mut lines, "now", &now, Role::Text, room);
        }
        fact(&mut lines, "same as", &entry.command, Role::Dim, room);
    }
    Layer {
        title: "an earlier run ended in the middle of a change".to_owned(),
        lines,
        last: vec![(
            "enter notes it in the journal; esc leaves it for the next start".to_owned(),
            Role::Dim,
        )],
        top: 0,
        chosen: None,
    }
}

/// The change that is under way, in a few words for the footer.
pub(in crate::view) fn under_way(app: &App) -> Option<String> {
    let of = app.acting.open()?;
    let pods = of
        .progress
        .lines
        .iter()
        .find(|(label, ..)| *label == "pods");
    let words = pods.map_or_else(|| "sent".to_owned(), |(_, words, _)| words.clone());
    let whole = format!(" J {}: {words} ", of.entry.change.verb());
    (width(&whole) < 60).then_some(whole)
}
