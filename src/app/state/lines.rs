//! The lines of a page in order, filtered and sorted; brought up to date only as far as what they depend on changed.

use crate::{
    app::{
        Anchor, App, Column, List, Page, PaneId, Section,
        nav::{Subject, View},
    },
    model::{Key, Name, SECOND, Time},
};

use super::order::{Filtering, Order, Passes};

/// One line of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowRef {
    Fact(usize),
    Blank,
    Title(usize),
    Header(usize),
    /// Section, and the row of the section's list.
    Row(usize, usize),
    /// The sentence for a section without rows.
    Empty(usize),
}

/// What the lines of lists that mark no changes depend on.
#[derive(Clone, Debug, PartialEq)]
struct Of {
    filter: String,
    sort: Option<crate::app::nav::Sort>,
    generation: u64,
    findings: Option<(u64, i64)>,
    log: u64,
    /// Of what is read for the view.
    reading: (u64, u64),
    size: (u16, u16),
    /// Seconds, where the filter reads the time.
    clock: Option<i64>,
}

/// A line, or all rows of a section.
#[derive(Clone, Copy, Debug)]
enum Part {
    Line { line: RowRef, stops: bool },
    Rows(usize),
}

/// A part, and the first of its lines and of its stops.
#[derive(Clone, Copy, Debug)]
struct Span {
    part: Part,
    line: usize,
    stop: usize,
}

/// The lines of the current page.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    subject: Option<Subject>,
    of: Option<Of>,
    spans: Vec<Span>,
    /// The rows of each section.
    orders: Vec<Order>,
    len: usize,
    /// Lines that can be selected.
    stops: usize,
    /// The object of the stop under the cursor.
    cursor: Option<(usize, Option<Key>)>,
    /// Columns of each section.
    columns: Vec<&'static [Column]>,
    /// Sections' order in force: column and direction.
    pub sorts: Vec<Option<(usize, bool)>>,
    /// Rows let through and all rows, of each section.
    pub counts: Vec<(usize, usize)>,
    /// One section and nothing else: its header stays while rows scroll.
    pub pinned: bool,
    /// Rows pass the filter, or cease to, by time alone.
    pub(super) reads_time: bool,
    /// What is wrong with the filter, in words.
    pub fault: Option<String>,
    groups: Vec<Name>,
}

impl Lines {
    /// The lines of a page that is only looked at: no filter, the lists' own order.
    pub fn of_page(page: &Page<'_>) -> Lines {
        let mut lines = Lines::default();
        build(&mut lines, page, &View::pane(PaneId::Home), Time(0));
        lines
    }

    /// When rows may pass the filter that did not, though nothing was heard.
    pub(super) fn next_wake(&self, now: Time) -> Option<Time> {
        self.reads_time.then(|| Time((now.0 / SECOND + 1) * SECOND))
    }

    /// Whether these are lines of a subject, fresh or not.
    pub(super) fn are_of(&self, subject: &Subject) -> bool {
        self.subject.as_ref() == Some(subject)
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// A line by its place.
    pub fn line(&self, at: usize) -> Option<RowRef> {
        let span = self.spans.partition_point(|span| span.line <= at);
        let span = self.spans.get(span.checked_sub(1)?)?;
        match span.part {
            Part::Line { line, .. } => (span.line == at).then_some(line),
            Part::Rows(section) => {
                let row = *self.orders.get(section)?.rows().get(at - span.line)?;
                Some(RowRef::Row(section, row as usize))
            }
        }
    }

    /// The lines from a place on.
    pub fn from(&self, top: usize) -> impl Iterator<Item = RowRef> + '_ {
        (top..self.len).map_while(|at| self.line(at))
    }

    pub fn stops(&self) -> usize {
        self.stops
    }

    /// The line of a stop.
    pub fn line_of(&self, stop: usize) -> Option<usize> {
        if stop >= self.stops {
            return None;
        }
        let span = self.spans.partition_point(|span| span.stop <= stop);
        let mut before = self.spans.get(..span)?.iter().rev();
        let span = before.find(|span| !matches!(span.part, Part::Line { stops: false, .. }))?;
        Some(span.line + (stop - span.stop))
    }

    pub(super) fn selected(&self, at: usize) -> Option<Key> {
        self.cursor
            .as_ref()
            .filter(|(stop, _)| *stop == at)
            .and_then(|(_, key)| key.clone())
    }

    /// The stop on a line.
    pub(super) fn stop_of(&self, line: usize) -> Option<usize> {
        let stop = self.first_from(line);
        (self.line_of(stop) == Some(line)).then_some(stop)
    }

    /// The first stop at or below a line, or the last at or above it.
    pub(super) fn stop_near(&self, line: usize, below: bool) -> Option<usize> {
        let at = self.first_from(line);
        let last = self.stops.checked_sub(1)?;
        let here = self.line_of(at) == Some(line);
        Some(if below || here {
            at.min(last)
        } else {
            at.saturating_sub(1)
        })
    }

    /// The first stop that is not above a line; the number of stops if all are.
    fn first_from(&self, line: usize) -> usize {
        let (mut from, mut to) = (0, self.stops);
        while from < to {
            let middle = usize::midpoint(from, to);
            if self.line_of(middle).is_some_and(|of| of < line) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        from
    }

    /// The row of a stop in its section's list.
    pub(super) fn row_at(&self, at: usize) -> Option<usize> {
        match self.line(self.line_of(at)?)? {
            RowRef::Row(_, row) => Some(row),
            _ => None,
        }
    }

    /// The section of a stop.
    pub(super) fn section_at(&self, at: usize) -> Option<usize> {
        match self.line(self.line_of(at)?)? {
            RowRef::Row(section, _) => Some(section),
            _ => None,
        }
    }

    /// The first row of each section that has rows: the section and its stop.
    fn first_rows(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.spans.iter().filter_map(|span| match span.part {
            Part::Rows(section) => Some((section, span.stop)),
            Part::Line { .. } => None,
        })
    }

    /// The first row of the section behind the one of this stop; from the last the first.
    pub(super) fn next_section(&self, at: usize) -> Option<usize> {
        let here = self.section_at(at);
        let after = self
            .first_rows()
            .find(|(section, stop)| *stop > at && here != Some(*section));
        let first = || self.first_rows().next();
        after.or_else(first).map(|(_, stop)| stop)
    }

    pub(super) fn columns_at(&self, at: usize) -> Option<(usize, &'static [Column])> {
        let section = self.section_at(at).unwrap_or(0);
        Some((section, self.columns.get(section).copied()?))
    }

    pub(super) fn columns_of(&self, section: usize) -> Option<&'static [Column]> {
        self.columns.get(section).copied()
    }

    pub(super) fn groups(&self) -> &[Name] {
        &self.groups
    }

    fn push(&mut self, part: Part, rows: usize) {
        self.spans.push(Span {
            part,
            line: self.len,
            stop: self.stops,
        });
        self.len += rows;
        self.stops += match part {
            Part::Line { stops, .. } => usize::from(stops),
            Part::Rows(_) => rows,
        };
    }

    fn push_line(&mut self, line: RowRef, stops: bool) {
        self.push(Part::Line { line, stops }, 1);
    }
}

impl App {
    pub(super) fn settle_lines(&mut self) {
        let view = self.view().clone();
        let on_log = view.subject == Subject::Pane(PaneId::Log);
        let of = Of {
            filter: view.filter.text().to_owned(),
            sort: view.sort,
            generation: self.picture.generation(),
            findings: self.findings_of,
            log: if on_log {
                self.log.from_newest(0).map_or(0, |(number, _)| number + 1)
            } else {
                0
            },
            reading: self.reading_revision(),
            size: self.size,
            clock: self.lines.reads_time.then_some(self.now.0 / SECOND),
        };
        let mut lines = std::mem::take(&mut self.lines);
        if lines.subject.as_ref() != Some(&view.subject) {
            lines = Lines::default();
            lines.subject = Some(view.subject.clone());
        }
        let changed = lines.of.as_ref() != Some(&of);
        let (at, anchor) = {
            let cx = self.cx();
            let page = self.page(&cx, &view.subject);
            let page = page.unwrap_or(Page {
                title: "".into(),
                facts: Vec::new(),
                sections: Vec::new(),
            });
            if changed {
                build(&mut lines, &page, &view, self.now);
                lines.of = Some(of);
            }
            place(&mut lines, &page, &view)
        };
        self.lines = lines;
        let height = self.body_height();
        let line = self.lines.line_of(at);
        let count = self.lines.len();
        let view = self.view_mut();
        view.at = at;
        if view.anchor.is_some() {
            view.anchor = anchor;
        }
        let height = height.max(1);
        if let Some(line) = line {
            // From the first stop one sees what stands above it too.
            let upper = if at == 0 { 0 } else { line };
            view.top = view.top.min(upper).max((line + 1).saturating_sub(height));
        }
        view.top = view.top.min(count.saturating_sub(height.min(count)));
        self.note_groups();
    }

    /// Notes the groups whose rows are on screen, and those that findings on screen speak of.
    fn note_groups(&mut self) {
        let cx = self.cx();
        let view = self.view();
        let Some(page) = self.page(&cx, &view.subject) else {
            return;
        };
        let shown = self.lines.from(view.top).take(self.body_height());
        let groups: Vec<Name> = shown
            .filter_map(|line| match line {
                RowRef::Row(section, row) => page
                    .sections
                    .get(section)
                    .map(|section| section.list.key(row)),
                _ => None,
            })
            .filter_map(|key| match key {
                Key::Group(id) | Key::Member { group: id, .. } => Some(id),
                _ => None,
            })
            .collect();
        drop(page);
        self.lines.groups = groups;
    }
}

/// Brings the rows of a section into order; returns the order in force.
fn arrange(
    order: &mut Order,
    of: &Section<'_>,
    section: usize,
    view: &View,
    now: Time,
) -> (Option<(usize, bool)>, bool) {
    let list = &*of.list;
    let chosen = view.sort.filter(|sort| sort.section == section);
    let sort = chosen
        .map(|sort| (sort.column, sort.descending))
        .or(of.sort);
    let bound = view.filter.bind(list.columns());
    let reads_time = bound.reads_time(list.columns());
    let mut text = String::new();
    let mut passes = |list: &dyn List, row: usize, known: Option<&str>| {
        bound.passes(list, row, known, &mut text)
    };
    let filter = (!view.filter.is_empty()).then_some(&mut passes as Passes<'_>);
    match list.ledger() {
        Some(ledger) => {
            let seconds = u64::try_from(now.0 / SECOND).unwrap_or(0);
            let filter = filter.map(|passes| Filtering {
                text: view.filter.text(),
                clock: if reads_time { seconds } else { 0 },
                passes,
            });
            order.follow(list, ledger, sort, filter);
        }
        None => order.remake(list, sort, filter),
    }
    (sort, reads_time)
}

fn build(lines: &mut Lines, page: &Page<'_>, view: &View, now: Time) {
    lines.spans.clear();
    (lines.len, lines.stops) = (0, 0);
    lines.columns.clear();
    lines.sorts.clear();
    lines.counts.clear();
    lines
        .orders
        .resize_with(page.sections.len(), Order::default);
    lines.groups.clear();
    lines.reads_time = false;
    lines.pinned = page.facts.is_empty() && page.sections.len() == 1;
    let lists = page.sections.iter().map(|section| section.list.columns());
    lines.fault = view.filter.fault(&lists);
    for (place, fact) in page.facts.iter().enumerate() {
        lines.push_line(RowRef::Fact(place), fact.link.is_some());
    }
    for (section, of) in page.sections.iter().enumerate() {
        let Some(order) = lines.orders.get_mut(section) else {
            continue;
        };
        let (sort, reads_time) = arrange(order, of, section, view, now);
        lines.reads_time |= reads_time;
        let (rows, all) = (order.rows().len(), order.all());
        if !lines.pinned {
            if lines.len > 0 {
                lines.push_line(RowRef::Blank, false);
            }
            if page.sections.len() > 1 || !of.title.is_empty() {
                lines.push_line(RowRef::Title(section), false);
            }
            if rows > 0 {
                lines.push_line(RowRef::Header(section), false);
            }
        }
        lines.columns.push(of.list.columns());
        lines.sorts.push(sort);
        lines.counts.push((rows, all));
        if rows == 0 {
            lines.push_line(RowRef::Empty(section), false);
        } else {
            lines.push(Part::Rows(section), rows);
        }
    }
}

fn key_of(lines: &Lines, page: &Page<'_>, stop: usize) -> Option<(Anchor, Option<Key>)> {
    match lines.line(lines.line_of(stop)?)? {
        RowRef::Row(section, row) => {
            let key = page.sections.get(section)?.list.key(row);
            Some((
                Anchor::Row {
                    section,
                    key: key.clone(),
                },
                Some(key),
            ))
        }
        RowRef::Fact(fact) => {
            let fact = page.facts.get(fact)?;
            Some((Anchor::Fact(fact.label), fact.link.clone()))
        }
        _ => None,
    }
}

/// The stop of what the cursor was on.
fn find(lines: &Lines, page: &Page<'_>, anchor: &Anchor) -> Option<usize> {
    let here = |stop: &usize| key_of(lines, page, *stop).is_some_and(|(found, _)| found == *anchor);
    if let Anchor::Row { section, key } = anchor {
        let list = &page.sections.get(*section)?.list;
        if list.ledger().is_some() {
            let (_, first) = lines.first_rows().find(|(of, _)| of == section)?;
            let place = lines.orders.get(*section)?.place(list.number(key)?)?;
            return Some(first + place);
        }
    }
    (0..lines.stops).find(here)
}

/// Finds the cursor's place again: on the same object, or near where it stood.
fn place(lines: &mut Lines, page: &Page<'_>, view: &View) -> (usize, Option<Anchor>) {
    let last = lines.stops.saturating_sub(1);
    let begins = |stop: &usize| {
        let line = lines.line_of(*stop).and_then(|line| lines.line(line));
        matches!(line, Some(RowRef::Fact(fact)) if page.facts.get(fact).is_some_and(|of| of.first))
    };
    // Facts stand before the rows.
    let facts = (0..lines.stops.min(page.facts.len())).find(begins);
    let row = || lines.first_rows().next().map_or(0, |(_, stop)| stop);
    let at = match &view.anchor {
        None => facts.unwrap_or_else(row),
        Some(anchor) => {
            let near = view.at.min(last);
            let stays = key_of(lines, page, near).is_some_and(|(found, _)| found == *anchor);
            if stays {
                near
            } else {
                find(lines, page, anchor).unwrap_or(near)
            }
        }
    };
    let found = key_of(lines, page, at);
    lines.cursor = found.as_ref().map(|(_, key)| (at, key.clone()));
    (at, found.map(|(anchor, _)| anchor))
}

/// What the cursor is anchored to at a stop.
pub(super) fn anchor_at(lines: &Lines, page: &Page<'_>, stop: usize) -> Option<Anchor> {
    key_of(lines, page, stop).map(|(anchor, _)| anchor)
}
