//! What the `:` line may mean, over the page.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{App, Candidate, Cx, Spot, width},
    view::{self, Part, Theme, text},
};

use super::{layer, run};

/// Cells of the kind in front of a name, and what a name gets at least.
const KIND: u16 = 10;
const WIDE: u16 = 76;

pub(in crate::view) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    app: &App,
    (input, chosen): (&str, usize),
    cx: &Cx<'_>,
    theme: &Theme,
) {
    let found = app.candidates(input);
    let high = u16::try_from(found.len().max(1))
        .unwrap_or(u16::MAX)
        .min(14)
        + 2;
    let at = Rect::new(
        area.x,
        area.bottom().saturating_sub(high).max(area.y),
        area.width.min(WIDE),
        high.min(area.height),
    );
    let inner = layer(buffer, at, "go to or do", cx.ascii, theme);
    if found.is_empty() {
        let none = format!("nothing is called {input:?}");
        let line = Rect { height: 1, ..inner };
        run(
            buffer,
            line,
            inner.x + 1,
            &[(&none, theme.style(Part::Warn))],
        );
    }
    // The chosen one is always on screen.
    let top = (chosen + 1).saturating_sub(usize::from(inner.height));
    for (row, (place, each)) in (0..inner.height).zip(found.iter().enumerate().skip(top)) {
        let line = Rect {
            y: inner.y + row,
            height: 1,
            ..inner
        };
        cx.spot(view::area(line), Spot::Choice(place));
        candidate(buffer, line, each, app.options.ascii, theme);
        if place == chosen {
            buffer.set_style(line, theme.style(Part::Selected));
            let mark = if app.options.ascii { ">" } else { "▌" };
            run(buffer, line, line.x, &[(mark, theme.style(Part::Accent))]);
        }
    }
}

fn candidate(buffer: &mut Buffer, line: Rect, of: &Candidate, ascii: bool, theme: &Theme) {
    let kind = [(of.kind, theme.style(Part::Dim))];
    run(buffer, line, line.x + 1, &kind);
    let keys = u16::try_from(width(&of.keys)).unwrap_or(0);
    let from = line.x + KIND;
    let to = line.right().saturating_sub(keys + 2);
    let room = usize::from(to.saturating_sub(from));
    let shown = text::cut(&of.name, room, ascii);
    let mut x = from;
    for (place, letter) in shown.chars().enumerate() {
        let fits = of.fits.binary_search(&place).is_ok();
        let part = if fits { Part::Accent } else { Part::Text };
        let style = theme.style(part);
        let style = if fits {
            style.add_modifier(ratatui::style::Modifier::UNDERLINED)
        } else {
            style
        };
        x = run(buffer, line, x, &[(letter.encode_utf8(&mut [0; 4]), style)]);
    }
    run(buffer, line, to + 1, &[(&of.keys, theme.style(Part::Key))]);
}
