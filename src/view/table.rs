//! Rows in columns. Only the rows on screen are asked for.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use crate::app::{Align, Cell, Column, List, Role, width};

use super::{Part, Theme, text};

/// A column that is shown: which, where, how wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) column: usize,
    pub(super) x: u16,
    pub(super) width: u16,
}

/// Chooses the columns that fit: the lowest `drop` first, then shares what is left over.
pub(super) fn layout(columns: &[Column], shown: Vec<usize>, room: u16) -> Vec<Slot> {
    let mut chosen = shown;
    let need = |chosen: &[usize]| -> u16 {
        let widths: u16 = chosen
            .iter()
            .filter_map(|c| columns.get(*c))
            .map(|c| c.width)
            .sum();
        widths.saturating_add(u16::try_from(chosen.len().saturating_sub(1)).unwrap_or(u16::MAX))
    };
    while need(&chosen) > room {
        let dropped = chosen
            .iter()
            .enumerate()
            .filter_map(|(place, c)| Some((columns.get(*c)?.drop, place)))
            .filter(|(drop, _)| *drop > 0)
            .max();
        match dropped {
            Some((_, place)) => drop(chosen.remove(place)),
            None => break,
        }
    }
    let spare = room.saturating_sub(need(&chosen));
    let shares: u16 = chosen
        .iter()
        .filter_map(|c| columns.get(*c))
        .map(|c| c.flex)
        .sum();
    let mut x = 0;
    let mut given = 0;
    let mut shares_left = shares;
    let mut slots = Vec::with_capacity(chosen.len());
    for column in chosen {
        let Some(def) = columns.get(column) else {
            continue;
        };
        let extra = if def.flex > 0 && shares_left > 0 {
            let share = (spare - given) * def.flex / shares_left;
            shares_left -= def.flex;
            given += share;
            share
        } else {
            0
        };
        let wide = (def.width + extra).min(room.saturating_sub(x));
        if wide > 0 {
            slots.push(Slot {
                column,
                x,
                width: wide,
            });
        }
        x = x.saturating_add(def.width + extra + 1);
    }
    slots
}

/// Writes a text into a field of one line.
pub(super) fn field(
    buffer: &mut Buffer,
    (x, y): (u16, u16),
    wide: u16,
    cell: &Cell<'_>,
    align: Align,
    style: Style,
    ascii: bool,
) {
    let cut = text::cut(&cell.text, usize::from(wide), ascii);
    let used = u16::try_from(width(&cut)).unwrap_or(wide);
    let from = match align {
        Align::Left => x,
        Align::Right => x + wide.saturating_sub(used),
    };
    buffer.set_stringn(from, y, &cut, usize::from(wide), style);
}

/// The titles, with the mark of the order.
pub(super) fn header(
    buffer: &mut Buffer,
    area: Rect,
    columns: &[Column],
    slots: &[Slot],
    sort: Option<(usize, bool)>,
    theme: &Theme,
    ascii: bool,
) {
    for slot in slots {
        let Some(column) = columns.get(slot.column) else {
            continue;
        };
        let mark = match sort {
            Some((by, true)) if by == slot.column => {
                if ascii {
                    "v"
                } else {
                    "↓"
                }
            }
            Some((by, false)) if by == slot.column => {
                if ascii {
                    "^"
                } else {
                    "↑"
                }
            }
            _ => "",
        };
        // The mark is worth more than the last letter of a title that fills its column.
        let room = usize::from(slot.width).saturating_sub(width(mark));
        let kept: String = column.title.chars().take(room).collect();
        let title = Cell::text(kept + mark);
        let at = (area.x + slot.x, area.y);
        let style = theme.style(Part::Heading);
        field(buffer, at, slot.width, &title, column.align, style, ascii);
    }
}

/// One row; an old one without the colours of what was good or bad then.
pub(super) fn row(
    buffer: &mut Buffer,
    area: Rect,
    (list, row): (&dyn List, usize),
    slots: &[Slot],
    old: bool,
    theme: &Theme,
    ascii: bool,
) {
    for slot in slots {
        let Some(column) = list.columns().get(slot.column) else {
            continue;
        };
        let cell = list.cell(row, slot.column);
        let style = theme.role(if old { Role::Stale } else { cell.role });
        let at = (area.x + slot.x, area.y);
        field(buffer, at, slot.width, &cell, column.align, style, ascii);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] = &[
        Column::left("NAME", 10).flex(1),
        Column::right("LAG", 8),
        Column::left("NOTE", 10).flex(2).drop(1),
        Column::left("MORE", 10).drop(2),
    ];

    #[test]
    fn narrow_screens_lose_the_columns_that_may_go_and_wide_ones_share_the_rest() {
        let names = |room| {
            layout(COLUMNS, (0..4).collect(), room)
                .iter()
                .map(|slot| slot.column)
                .collect::<Vec<_>>()
        };
        assert_eq!(names(41), [0, 1, 2, 3]);
        assert_eq!(names(40), [0, 1, 2]);
        assert_eq!(names(29), [0, 1]);
        let slots = layout(COLUMNS, vec![3, 0], 41);
        let places: Vec<(usize, u16)> = slots.iter().map(|slot| (slot.column, slot.x)).collect();
        assert_eq!(places, [(3, 0), (0, 11)], "in the order that was chosen");
        let wide: u16 = layout(COLUMNS, (0..4).collect(), 101)
            .iter()
            .map(|slot| slot.width)
            .sum();
        assert_eq!(wide + 3, 101);
    }
}
