//! The last line: the keys that mean something here, or the line that is being typed.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{ACTIONS, App, Mode},
    view::{Part, Theme},
};

use super::run;

pub(in crate::view) fn draw(buffer: &mut Buffer, area: Rect, app: &App, theme: &Theme) {
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
