//! What the go-to line may mean, over the page.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{App, candidates},
    view::{Part, Theme},
};

use super::{layer, run};

pub(in crate::view) fn draw(
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
