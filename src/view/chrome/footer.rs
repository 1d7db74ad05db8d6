//! The last line: the keys that mean something here, or the line that is being typed.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{ACTIONS, ActionDef, App, Mode, Place},
    view::{Part, Theme, text},
};

use super::{acting, run};

pub(in crate::view) fn draw(buffer: &mut Buffer, area: Rect, app: &App, theme: &Theme) {
    let key = theme.style(Part::Key);
    let text_style = theme.style(Part::Text);
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
                &[(" any key", key), (" closes help", text_style)],
            );
        }
        Mode::Dialog(_)
        | Mode::Unlock { .. }
        | Mode::Following { .. }
        | Mode::Journal { .. }
        | Mode::Unfinished => {
            run(
                buffer,
                area,
                area.x,
                &[(" esc", key), (" closes", text_style)],
            );
        }
        Mode::Normal if app.notice.is_some() => {
            let notice = app.notice.as_deref().unwrap_or_default();
            let cut = text::cut(
                notice,
                usize::from(area.width.saturating_sub(2)),
                app.options.ascii,
            );
            run(
                buffer,
                area,
                area.x,
                &[(" ", text_style), (&cut, theme.style(Part::Strong))],
            );
        }
        Mode::Normal => {
            let mut x = area.x;
            for def in offered(app) {
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
                        (" ", text_style),
                        (name, key),
                        (" ", text_style),
                        (def.short, text_style),
                        (" ", text_style),
                    ],
                );
            }
            if let Some(words) = acting::under_way(app) {
                let wide = u16::try_from(crate::app::width(&words)).unwrap_or(0);
                let from = area.right().saturating_sub(wide);
                run(buffer, area, from, &[(&words, theme.style(Part::Accent))]);
            }
        }
    }
}

/// The actions that mean something here, and have a word for it. A text's own come first: they are what it is opened for.
fn offered(app: &App) -> Vec<&'static ActionDef> {
    let named = ACTIONS.iter().filter(|def| !def.short.is_empty());
    let offered = named.filter(|def| !(def.changes && app.options.read_only));
    let mut here: Vec<_> = offered.filter(|def| app.applies(def.place)).collect();
    here.sort_by_key(|def| !matches!(def.place, Place::Reading(_)));
    here
}
