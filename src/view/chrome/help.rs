//! The keys, over the page: those of this place first.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{App, Cx, HelpLine, width},
    view::{Part, Theme, text},
};

use super::{layer, run};

pub(in crate::view) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    app: &App,
    top: usize,
    cx: &Cx<'_>,
    theme: &Theme,
) {
    let lines = app.help();
    let (most, least) = App::HELP;
    let wide = area.width.min(most);
    let needed = u16::try_from(lines.len())
        .unwrap_or(u16::MAX)
        .saturating_add(2);
    let high = area.height.min(needed);
    let at = Rect::new(
        area.x + (area.width - wide) / 2,
        area.y + (area.height - high) / 2,
        wide,
        high,
    );
    let shown = usize::from(high.saturating_sub(2));
    // In a wider terminal there are fewer lines than there were.
    let top = top.min(lines.len().saturating_sub(shown));
    let rest = lines.len().saturating_sub(top + shown);
    let title = match (top, rest) {
        (0, 0) => "keys".to_owned(),
        (_, 0) => "keys (end)".to_owned(),
        _ => format!("keys ({rest} more below)"),
    };
    let inner = layer(buffer, at, &title, cx.ascii, theme);
    for (row, line) in (0..inner.height).zip(lines.iter().skip(top)) {
        let place = Rect {
            y: inner.y + row,
            height: 1,
            ..inner
        };
        match line {
            HelpLine::Blank => {}
            HelpLine::Title(title) => {
                let cut = text::cut(title, usize::from(inner.width), cx.ascii);
                run(
                    buffer,
                    place,
                    place.x + 1,
                    &[(&cut, theme.style(Part::Heading))],
                );
            }
            HelpLine::Key { keys, doc } => {
                let gap = " ".repeat(least.saturating_sub(width(keys)).max(1));
                let parts = [
                    (keys.as_str(), theme.style(Part::Key)),
                    (&*gap, theme.style(Part::Text)),
                ];
                let x = run(buffer, place, place.x + 1, &parts);
                run(buffer, place, x, &[(doc, theme.style(Part::Text))]);
            }
        }
    }
}
