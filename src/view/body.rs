//! The page in its frame, and from 160 columns on the selected object beside it.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    widgets::{Block, BorderType, Widget},
};

use crate::app::{Align, App, Cell, Column, Cx, Lines, Page, Role, RowRef, Spot, Subject, width};

use super::{Part, Theme, charts, reading, table, text};

/// Width of the labels of facts.
pub(super) const LABEL: u16 = 12;

/// A box, of what the terminal can show.
pub(super) fn block(ascii: bool) -> Block<'static> {
    let block = Block::bordered();
    if ascii {
        block.border_set(ratatui::symbols::border::Set {
            top_left: "+",
            top_right: "+",
            bottom_left: "+",
            bottom_right: "+",
            vertical_left: "|",
            vertical_right: "|",
            horizontal_top: "-",
            horizontal_bottom: "-",
        })
    } else {
        block.border_type(BorderType::Rounded)
    }
}

pub(super) fn frame(
    buffer: &mut Buffer,
    area: Rect,
    title: &str,
    right: &str,
    app: &App,
    theme: &Theme,
) -> Rect {
    let ascii = app.options.ascii;
    let border = theme.style(Part::Border);
    let block = block(ascii).border_style(border);
    let inner = block.inner(area);
    block.render(area, buffer);
    let room = usize::from(area.width.saturating_sub(4));
    let right = text::cut(right, room / 2, ascii);
    let left = text::cut(title, room.saturating_sub(width(&right) + 2), ascii);
    buffer.set_string(
        area.x + 2,
        area.y,
        format!(" {left} "),
        theme.style(Part::Heading),
    );
    if !right.is_empty() {
        let x = area
            .right()
            .saturating_sub(u16::try_from(width(&right)).unwrap_or(0) + 4);
        buffer.set_string(x, area.y, format!(" {right} "), theme.style(Part::Dim));
    }
    inner
}

pub(super) fn draw(buffer: &mut Buffer, area: Rect, app: &App, cx: &Cx<'_>, theme: &Theme) {
    let view = app.view();
    if let (Subject::Read(what, key), true) = (&view.subject, app.is_text()) {
        let title = what.title(key);
        return reading::draw(buffer, area, &title, app, cx, theme);
    }
    if app.charts().is_some() {
        return charts::draw(buffer, area, app, cx, theme);
    }
    let left = Rect {
        width: app.list_width().min(area.width),
        ..area
    };
    let beside = left.width < area.width;
    if let Some(page) = app.page(cx, &view.subject) {
        main(buffer, left, app, cx, &page, theme);
    } else {
        let title = view
            .subject
            .key()
            .map_or_else(String::new, ToString::to_string);
        let inner = frame(buffer, left, &title, "", app, theme);
        let gone = format!("{title} is not there, or no longer; esc goes back");
        buffer.set_stringn(
            inner.x + 1,
            inner.y,
            gone,
            usize::from(inner.width),
            theme.style(Part::Warn),
        );
    }
    if beside {
        let right = Rect {
            x: left.right(),
            width: area.width - left.width,
            ..area
        };
        let selected = app.selected();
        let page = selected
            .as_ref()
            .and_then(|key| app.page(cx, &Subject::Object(key.clone())));
        cx.spot(super::area(right), Spot::Beside);
        match page {
            Some(page) => preview(buffer, right, app, cx, &page, theme),
            None => drop(frame(buffer, right, "", "", app, theme)),
        }
        let divider = Rect {
            x: right.x.saturating_sub(1),
            width: 2,
            ..right
        };
        cx.spot(super::area(divider), Spot::Divider);
    }
}

fn main(buffer: &mut Buffer, area: Rect, app: &App, cx: &Cx<'_>, page: &Page<'_>, theme: &Theme) {
    let view = app.view();
    let lines = app.lines();
    let counts: Vec<String> = lines
        .counts
        .iter()
        .map(|(shown, all)| {
            if shown == all {
                all.to_string()
            } else {
                format!("{shown}/{all}")
            }
        })
        .collect();
    let mut right = if page.sections.is_empty() {
        String::new()
    } else {
        counts.join(" · ")
    };
    if !view.filter.is_empty() {
        let wrong = if lines.fault.is_some() {
            " (part of it is wrong)"
        } else {
            ""
        };
        right = format!("/{}{wrong} · {right}", view.filter.text());
    }
    if !view.marks.is_empty() {
        right = format!("{} · {right}", marked(app));
    }
    if app.options.ascii {
        right = right.replace('·', "|");
    }
    let mut inner = frame(buffer, area, &page.title, &right, app, theme);
    if lines.pinned {
        if let (Some(section), Some(sort)) = (page.sections.first(), lines.sorts.first()) {
            let columns = section.list.columns();
            let at = Rect {
                x: inner.x + 1,
                width: inner.width - 1,
                height: 1,
                ..inner
            };
            let shown = app.columns(&view.subject, 0, columns);
            let slots = table::layout(columns, shown, at.width);
            table::header(buffer, at, columns, &slots, *sort, theme, app.options.ascii);
            titles(cx, at, 0, &slots);
        }
        inner = Rect {
            y: inner.y + 1,
            height: inner.height.saturating_sub(1),
            ..inner
        };
    }
    if let Some(pane) = app.shown_pane() {
        let high = pane.foot_height(app.size()).min(inner.height);
        let at = Rect {
            y: inner.bottom() - high,
            height: high,
            ..inner
        };
        inner.height -= high;
        let said = app.row_here().and_then(|row| pane.foot(cx, row));
        foot(buffer, at, &said.unwrap_or_default(), app, theme);
    }
    let cursor = app.cursor_line();
    let old = is_old(app, &view.subject);
    draw_lines(
        buffer,
        inner,
        Some(app),
        cx,
        page,
        lines,
        view.top(),
        cursor,
        old,
        theme,
    );
}

/// How many rows are marked, and how many of them the filter hides.
fn marked(app: &App) -> String {
    let view = app.view();
    let all = view.marks.len();
    // Without a filter nothing is hidden, and nothing need be counted.
    let seen = if view.filter.is_empty() {
        all
    } else {
        app.marks_seen().len()
    };
    if seen == all {
        format!("{all} marked")
    } else {
        format!("{all} marked, {} hidden", all - seen)
    }
}

/// The titles of a list can be clicked.
fn titles(cx: &Cx<'_>, at: Rect, section: usize, slots: &[table::Slot]) {
    for slot in slots {
        let column = slot.column;
        let area = Rect {
            x: at.x + slot.x,
            width: slot.width,
            ..at
        };
        cx.spot(super::area(area), Spot::Header { section, column });
    }
}

/// What is said of the row under the cursor, under a rule where there is room for one.
fn foot(buffer: &mut Buffer, area: Rect, said: &str, app: &App, theme: &Theme) {
    let ascii = app.options.ascii;
    let mut from = area.y;
    if area.height > 2 {
        let rule = if ascii { "-" } else { "─" };
        let rule = rule.repeat(usize::from(area.width));
        buffer.set_string(area.x, area.y, rule, theme.style(Part::Border));
        from += 1;
    }
    let room = usize::from(area.width.saturating_sub(2));
    let mut parts = text::wrap(said, room);
    let high = usize::from(area.bottom().saturating_sub(from));
    if parts.len() > high {
        let rest = parts.split_off(high.saturating_sub(1)).join(" ");
        parts.push(text::cut(&rest, room, ascii).into_owned());
    }
    for (y, part) in (from..area.bottom()).zip(parts) {
        buffer.set_stringn(area.x + 1, y, part, room, theme.style(Part::Text));
    }
}

/// Whether what a pane lists is old: one of its sources does not answer as it should.
fn is_old(app: &App, subject: &Subject) -> bool {
    let health = &app.picture.site.health;
    let of = app
        .panes
        .iter()
        .find(|pane| *subject == Subject::Pane(pane.id()));
    let sources = of.map_or(&[][..], |pane| pane.sources());
    sources
        .iter()
        .filter_map(|source| health.get(source))
        .any(|health| {
            health.report.state.is_sick()
                || (health.report.every.is_some() && health.stale_for(app.now()).is_some())
        })
}

fn preview(
    buffer: &mut Buffer,
    area: Rect,
    app: &App,
    cx: &Cx<'_>,
    page: &Page<'_>,
    theme: &Theme,
) {
    let inner = frame(buffer, area, &page.title, "", app, theme);
    let lines = Lines::of_page(page);
    draw_lines(buffer, inner, None, cx, page, &lines, 0, None, false, theme);
}

#[expect(
    clippy::too_many_arguments,
    reason = "a page, its lines and where they go; a struct of these has no other use"
)]
fn draw_lines(
    buffer: &mut Buffer,
    area: Rect,
    // None for a page that is only looked at: it has no marks, and clicks on it mean the whole of it.
    app: Option<&App>,
    cx: &Cx<'_>,
    page: &Page<'_>,
    lines: &Lines,
    top: usize,
    cursor: Option<usize>,
    old: bool,
    theme: &Theme,
) {
    let ascii = cx.ascii;
    let room = area.width.saturating_sub(1);
    let shown = |section: usize, columns: &[Column]| match app {
        Some(app) => app.columns(&app.view().subject, section, columns),
        None => (0..columns.len()).collect(),
    };
    let slots: Vec<Vec<table::Slot>> = page
        .sections
        .iter()
        .enumerate()
        .map(|(section, of)| {
            let columns = of.list.columns();
            table::layout(columns, shown(section, columns), room)
        })
        .collect();
    let marks = app.map(|app| &app.view().marks);
    let marks = marks.filter(|marks| !marks.is_empty());
    for (row, line) in (0..area.height).zip(lines.from(top)) {
        let mut is_marked = false;
        let at = Rect {
            x: area.x + 1,
            y: area.y + row,
            width: room,
            height: 1,
        };
        match line {
            RowRef::Blank => {}
            RowRef::Fact(fact) => {
                if let Some(fact) = page.facts.get(fact) {
                    draw_fact(buffer, at, fact, theme, ascii);
                }
            }
            RowRef::Title(section) => {
                if let Some(section) = page.sections.get(section) {
                    buffer.set_stringn(
                        at.x,
                        at.y,
                        &section.title,
                        usize::from(room),
                        theme.style(Part::Strong),
                    );
                }
            }
            RowRef::Header(section) => {
                let sort = lines.sorts.get(section).copied().flatten();
                if let (Some(of), Some(slots)) = (page.sections.get(section), slots.get(section)) {
                    table::header(buffer, at, of.list.columns(), slots, sort, theme, ascii);
                    if app.is_some() {
                        titles(cx, at, section, slots);
                    }
                }
            }
            RowRef::Row(section, index) => {
                if let (Some(of), Some(slots)) = (page.sections.get(section), slots.get(section)) {
                    table::row(buffer, at, (&*of.list, index), slots, old, theme, ascii);
                    is_marked = marks.is_some_and(|marks| marks.contains(&of.list.key(index)));
                }
            }
            RowRef::Empty(section) => {
                if let Some(of) = page.sections.get(section) {
                    let filtered = lines.counts.get(section).is_some_and(|(_, all)| *all > 0);
                    let words = if filtered {
                        "no row passes the filter; esc drops it"
                    } else {
                        &*of.empty
                    };
                    empty(buffer, at, area.bottom(), words, theme);
                }
            }
        }
        let whole = Rect {
            x: area.x,
            width: area.width,
            ..at
        };
        if app.is_some() {
            cx.spot(super::area(whole), Spot::Line(top + usize::from(row)));
        }
        let here = cursor == Some(top + usize::from(row));
        edge(buffer, whole, (here, is_marked), cx, theme);
    }
}

/// Why a list has no rows, in as many lines as that takes.
fn empty(buffer: &mut Buffer, at: Rect, bottom: u16, words: &str, theme: &Theme) {
    let room = usize::from(at.width);
    for (line, part) in (at.y..bottom).zip(text::wrap(words, room)) {
        buffer.set_stringn(at.x, line, part, room, theme.style(Part::Dim));
    }
}

/// The mark of a marked row, and the cursor.
fn edge(
    buffer: &mut Buffer,
    whole: Rect,
    (cursor, marked): (bool, bool),
    cx: &Cx<'_>,
    theme: &Theme,
) {
    if cursor {
        buffer.set_style(whole, theme.style(Part::Selected));
    }
    let mark = match (cursor, marked) {
        (_, true) => cx.mark("✓", "*"),
        (true, false) => cx.mark("▌", ">"),
        (false, false) => return,
    };
    buffer.set_string(whole.x, whole.y, mark, theme.style(Part::Accent));
}

fn draw_fact(
    buffer: &mut Buffer,
    at: Rect,
    fact: &crate::app::Fact<'_>,
    theme: &Theme,
    ascii: bool,
) {
    let label = Cell::new(fact.label, Role::Label);
    let style = theme.role(Role::Label);
    table::field(
        buffer,
        (at.x, at.y),
        LABEL.min(at.width),
        &label,
        Align::Left,
        style,
        ascii,
    );
    let mut x = at.x + LABEL + 1;
    for cell in &fact.cells {
        let room = at.right().saturating_sub(x);
        if room == 0 {
            break;
        }
        let shown = text::cut(&cell.text, usize::from(room), ascii);
        buffer.set_stringn(x, at.y, &shown, usize::from(room), theme.role(cell.role));
        x += u16::try_from(width(&shown)).unwrap_or(room) + 1;
    }
}
