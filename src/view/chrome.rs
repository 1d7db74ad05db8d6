//! What stands around the page: the header, the tabs, the footer, and the layers over it.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    widgets::{Clear, Widget},
};

use crate::{
    app::{ACTIONS, App, Cx, Mode, Role, Subject, candidates, width},
    model::{Health, System},
};

use super::{Part, Theme, body, text};

/// Writes texts one after the other; returns where it ended.
fn run(buffer: &mut Buffer, area: Rect, from: u16, parts: &[(&str, ratatui::style::Style)]) -> u16 {
    let mut x = from;
    for (part, style) in parts {
        let room = usize::from(area.right().saturating_sub(x));
        buffer.set_stringn(x, area.y, part, room, *style);
        x = x
            .saturating_add(u16::try_from(width(part)).unwrap_or(u16::MAX))
            .min(area.right());
    }
    x
}

/// How a system is doing: a mark, a word where one is needed, and what that means.
fn system(app: &App, cx: &Cx<'_>, system: System) -> (String, Role) {
    let of: Vec<&Health> = app
        .picture
        .site
        .health
        .iter()
        .filter(|(source, _)| source.system() == system)
        .map(|(_, health)| health)
        .collect();
    if of.is_empty() {
        return ("-".to_owned(), Role::Dim);
    }
    let sick = of
        .iter()
        .filter(|health| health.report.state.is_sick())
        .max_by_key(|health| {
            let known = health.last_ok.map_or(i64::MAX, |at| cx.now.since(at));
            // One that was well before has an age to tell.
            (
                health.last_ok.is_some(),
                health.report.state.word() == "unreachable",
                known,
            )
        });
    if let Some(sick) = sick {
        let mark = cx.mark("✗", "x");
        let age = sick
            .last_ok
            .map_or_else(String::new, |at| format!(" {}", cx.age(at)));
        return (
            format!("{mark} {}{age}", sick.report.state.word()),
            Role::Bad,
        );
    }
    for health in &of {
        if let (Some(every), Some(at)) = (health.report.every, health.last_ok) {
            cx.rolls_at(at.plus(3 * every + 1));
            if let Some(age) = health.stale_for(cx.now) {
                return (
                    format!("{} stale {}", cx.mark("◌", "o"), text::span(age)),
                    Role::Warn,
                );
            }
        }
    }
    if of
        .iter()
        .any(|health| health.report.state.word() == "syncing")
    {
        return (format!("{} syncing", cx.mark("◌", "o")), Role::Warn);
    }
    (cx.mark("●", "*").to_owned(), Role::Good)
}

pub(super) fn header(buffer: &mut Buffer, area: Rect, app: &App, cx: &Cx<'_>, theme: &Theme) {
    let text = theme.style(Part::Bar);
    let strong = theme.style(Part::Accent);
    let bar = if app.options.ascii { " | " } else { " │ " };
    buffer.set_style(area, text);
    let site = &app.picture.site;
    let brokers = site
        .kafka
        .cluster
        .as_ref()
        .map(|cluster| cluster.value.brokers.len());
    let named = app.known_brokers();
    let counts = [
        (System::Kubernetes, "k8s", site.pods.len(), "pods"),
        (System::Kafka, "kafka", 0, ""),
        (System::Prometheus, "prom", 0, ""),
    ];
    let mut x = run(
        buffer,
        area,
        area.x,
        &[(" plimsoll", strong), (bar, text), (&site.name, text)],
    );
    for (of, name, pods, unit) in counts {
        let (state, role) = system(app, cx, of);
        let extra = match (of, brokers) {
            (System::Kubernetes, _) if pods > 0 => format!(" {pods} {unit}"),
            (System::Kafka, Some(brokers)) => format!(" {brokers}/{named}"),
            _ => String::new(),
        };
        x = run(
            buffer,
            area,
            x,
            &[
                (bar, text),
                (name, text),
                (" ", text),
                (&state, theme.role(role)),
                (&extra, text),
            ],
        );
    }
    let mode = match (app.options.read_only, app.options.demo) {
        (_, true) => "DEMO",
        (true, false) => "READ-ONLY",
        (false, false) => "",
    };
    if !mode.is_empty() {
        run(buffer, area, x, &[(bar, text), (mode, strong)]);
    }
}

pub(super) fn tabs(buffer: &mut Buffer, area: Rect, app: &App, theme: &Theme) {
    let here = app.stack().next().map(|view| &view.subject);
    let mut x = area.x;
    for pane in app.panes {
        let Some(digit) = pane.digit() else { continue };
        let active = here == Some(&Subject::Pane(pane.id()));
        let part = if active { Part::TabActive } else { Part::Tab };
        let key = format!(" {digit} ");
        x = run(
            buffer,
            area,
            x,
            &[
                (&key, theme.style(Part::Key)),
                (pane.title(), theme.style(part)),
            ],
        );
    }
    let trail: Vec<String> = app
        .stack()
        .filter_map(|view| match &view.subject {
            Subject::Object(key) => Some(key.to_string()),
            Subject::Pane(_) => None,
        })
        .collect();
    if !trail.is_empty() {
        let arrow = if app.options.ascii { " > " } else { " ▸ " };
        let room = usize::from(area.right().saturating_sub(x));
        let whole = format!("  {}", trail.join(arrow));
        let cut = text::cut(&whole, room, app.options.ascii);
        run(buffer, area, x, &[(&cut, theme.style(Part::Dim))]);
    }
}

pub(super) fn footer(buffer: &mut Buffer, area: Rect, app: &App, theme: &Theme) {
    let key = theme.style(Part::Key);
    let text = theme.style(Part::Text);
    match &app.mode {
        Mode::Filter { input, .. } => {
            let cursor = if app.options.ascii { "_" } else { "█" };
            let help = "   enter keeps it, esc drops it";
            run(
                buffer,
                area,
                area.x,
                &[
                    (" / ", key),
                    (&input.text, theme.style(Part::Input)),
                    (cursor, key),
                    (help, theme.style(Part::Dim)),
                ],
            );
        }
        Mode::Goto { input, .. } => {
            let cursor = if app.options.ascii { "_" } else { "█" };
            let help = "   a pane or an object; enter goes, tab chooses, esc stays";
            run(
                buffer,
                area,
                area.x,
                &[
                    (" : ", key),
                    (&input.text, theme.style(Part::Input)),
                    (cursor, key),
                    (help, theme.style(Part::Dim)),
                ],
            );
        }
        Mode::Help { .. } => {
            run(
                buffer,
                area,
                area.x,
                &[(" any key", key), (" closes help", text)],
            );
        }
        Mode::Normal => {
            let mut x = area.x;
            let named = ACTIONS.iter().filter(|def| !def.short.is_empty());
            for def in named.filter(|def| app.applies(def.place)) {
                let Some(first) = def.keys.first() else {
                    continue;
                };
                let name = if *first == "enter" && !app.options.ascii {
                    "⏎"
                } else {
                    first
                };
                x = run(
                    buffer,
                    area,
                    x,
                    &[
                        (" ", text),
                        (name, key),
                        (" ", text),
                        (def.short, text),
                        (" ", text),
                    ],
                );
            }
        }
    }
}

fn layer(buffer: &mut Buffer, area: Rect, title: &str, ascii: bool, theme: &Theme) -> Rect {
    Clear.render(area, buffer);
    let block = body::block(ascii)
        .border_style(theme.style(Part::Accent))
        .title(format!(" {title} "));
    let inner = block.inner(area);
    block.render(area, buffer);
    inner
}

pub(super) fn help(buffer: &mut Buffer, area: Rect, app: &App, top: usize, theme: &Theme) {
    let wide = area.width.min(76);
    let high = area.height.min(
        u16::try_from(ACTIONS.len())
            .unwrap_or(u16::MAX)
            .saturating_add(2),
    );
    let at = Rect::new(
        area.x + (area.width - wide) / 2,
        area.y + (area.height - high) / 2,
        wide,
        high,
    );
    let inner = layer(
        buffer,
        at,
        "Help: the keys of this place; j and k scroll",
        app.options.ascii,
        theme,
    );
    let top = top.min(ACTIONS.len().saturating_sub(usize::from(inner.height)));
    for (row, def) in (0..inner.height).zip(ACTIONS.iter().skip(top)) {
        let line = Rect {
            y: inner.y + row,
            height: 1,
            ..inner
        };
        let keys = def.keys.join(" ");
        run(buffer, line, line.x + 1, &[(&keys, theme.style(Part::Key))]);
        run(
            buffer,
            line,
            line.x + 19,
            &[(def.doc, theme.style(Part::Text))],
        );
    }
}

pub(super) fn goto(
    buffer: &mut Buffer,
    area: Rect,
    app: &App,
    input: &str,
    chosen: usize,
    theme: &Theme,
) {
    let found = candidates(input, &app.picture, app.panes);
    let high = u16::try_from(found.len().max(1)).unwrap_or(8) + 2;
    let at = Rect::new(
        area.x,
        area.bottom().saturating_sub(high),
        area.width.min(60),
        high.min(area.height),
    );
    let inner = layer(buffer, at, "go to", app.options.ascii, theme);
    if found.is_empty() {
        let none = format!("nothing is called {input:?}");
        run(
            buffer,
            Rect { height: 1, ..inner },
            inner.x + 1,
            &[(&none, theme.style(Part::Warn))],
        );
    }
    for (row, (label, _)) in (0..inner.height).zip(&found) {
        let line = Rect {
            y: inner.y + row,
            height: 1,
            ..inner
        };
        run(
            buffer,
            line,
            line.x + 1,
            &[(label, theme.style(Part::Text))],
        );
        if usize::from(row) == chosen {
            buffer.set_style(line, theme.style(Part::Selected));
        }
    }
}

/// A terminal too small for a page: one readable line of what is worst.
pub(super) fn tiny(buffer: &mut Buffer, area: Rect, app: &App, cx: &Cx<'_>, theme: &Theme) {
    let sick: Vec<String> = [
        (System::Kubernetes, "k8s"),
        (System::Kafka, "kafka"),
        (System::Prometheus, "prom"),
    ]
    .into_iter()
    .map(|(of, name)| (name, system(app, cx, of)))
    .filter(|(_, (_, role))| matches!(role, Role::Bad | Role::Warn))
    .map(|(name, (state, _))| format!("{name} {state}"))
    .collect();
    let line = match app.findings.first() {
        Some(worst) => format!("{} {}: {}", worst.severity.word(), worst.what, worst.why),
        None if app.is_reading() => "reading; nothing wrong found so far".to_owned(),
        None if sick.is_empty() => "nothing is wrong".to_owned(),
        None => sick.join(", "),
    };
    for (row, part) in (0..area.height).zip(text::wrap(&line, usize::from(area.width))) {
        let at = Rect {
            y: area.y + row,
            height: 1,
            ..area
        };
        run(buffer, at, at.x, &[(&part, theme.style(Part::Text))]);
    }
}
