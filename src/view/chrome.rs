//! What stands around the page: the header, the tabs, the footer, and the layers over it.

pub(super) mod acting;
pub(super) mod footer;
pub(super) mod header;
pub(super) mod help;
pub(super) mod menu;
pub(super) mod palette;
pub(super) mod slider;
pub(super) mod tabs;
pub(super) mod tiny;

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    widgets::{Clear, Widget},
};

use crate::app::width;

use super::{Part, Theme, body};

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

/// A box over the page; returns what is inside of it.
fn layer(buffer: &mut Buffer, area: Rect, title: &str, ascii: bool, theme: &Theme) -> Rect {
    Clear.render(area, buffer);
    let block = body::block(ascii)
        .border_style(theme.style(Part::Accent))
        .title(format!(" {title} "));
    let inner = block.inner(area);
    block.render(area, buffer);
    inner
}
