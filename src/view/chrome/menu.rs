//! Layers to choose from: the columns of a list, and what is to be copied.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{Chooser, Copied, Cx, Spot, width},
    view::{self, Part, Theme, text},
};

use super::{layer, run};

/// One line: what it is, and more of it.
struct Choice<'a> {
    label: String,
    more: &'a str,
}

pub(in crate::view) fn columns(
    buffer: &mut Buffer,
    area: Rect,
    of: &Chooser,
    cx: &Cx<'_>,
    theme: &Theme,
) {
    let choices = of.columns.iter().map(|(title, on)| Choice {
        label: format!("[{}] {title}", if *on { "x" } else { " " }),
        more: "",
    });
    let choices: Vec<Choice<'_>> = choices.collect();
    menu(buffer, area, ("columns", 34), (&choices, of.at), cx, theme);
}

pub(in crate::view) fn copy(
    buffer: &mut Buffer,
    area: Rect,
    (of, chosen): (&[Copied], usize),
    cx: &Cx<'_>,
    theme: &Theme,
) {
    let choices = of.iter().map(|copied| Choice {
        label: format!("{:<9}", copied.what),
        more: &copied.text,
    });
    let choices: Vec<Choice<'_>> = choices.collect();
    menu(buffer, area, ("copy", 76), (&choices, chosen), cx, theme);
}

fn menu(
    buffer: &mut Buffer,
    area: Rect,
    (title, wide): (&str, u16),
    (choices, chosen): (&[Choice<'_>], usize),
    cx: &Cx<'_>,
    theme: &Theme,
) {
    let high = u16::try_from(choices.len())
        .unwrap_or(u16::MAX)
        .saturating_add(2);
    let high = high.min(area.height);
    let at = Rect::new(
        area.x,
        area.bottom().saturating_sub(high),
        area.width.min(wide),
        high,
    );
    let inner = layer(buffer, at, title, cx.ascii, theme);
    let top = (chosen + 1).saturating_sub(usize::from(inner.height));
    for (row, (place, choice)) in (0..inner.height).zip(choices.iter().enumerate().skip(top)) {
        let line = Rect {
            y: inner.y + row,
            height: 1,
            ..inner
        };
        let room = usize::from(line.width).saturating_sub(width(&choice.label) + 3);
        // Drawn, neither takes a cell: words of two rows would read as one.
        let more = choice.more.replace('\t', cx.mark(" │ ", " | "));
        let more = more.replace('\n', cx.mark(" ⏎ ", " / "));
        let more = text::cut(&more, room, cx.ascii);
        let parts = [
            (choice.label.as_str(), theme.style(Part::Text)),
            (" ", theme.style(Part::Text)),
            (&*more, theme.style(Part::Strong)),
        ];
        run(buffer, line, line.x + 1, &parts);
        if place == chosen {
            buffer.set_style(line, theme.style(Part::Selected));
            let mark = [(cx.mark("▌", ">"), theme.style(Part::Accent))];
            run(buffer, line, line.x, &mark);
        }
        cx.spot(view::area(line), Spot::Choice(place));
    }
}
