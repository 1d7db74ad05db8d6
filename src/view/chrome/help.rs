//! The keys, over the page.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{ACTIONS, App},
    view::{Part, Theme},
};

use super::{layer, run};

pub(in crate::view) fn draw(buffer: &mut Buffer, area: Rect, app: &App, top: usize, theme: &Theme) {
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
