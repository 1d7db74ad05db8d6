//! The lines of a page in order, filtered and sorted; rebuilt only when what they depend on changed.

use crate::{
    app::{
        Anchor, App, Column, Page, PaneId, SortKey,
        nav::{Subject, View},
    },
    model::{Key, Name},
};

/// One line of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowRef {
    Fact(usize),
    Blank,
    Title(usize),
    Header(usize),
    /// Section, and the place of the row in the section's list.
    Row(usize, usize),
    /// The sentence for a section without rows.
    Empty(usize),
}

/// What the lines depend on.
#[derive(Clone, Debug, PartialEq)]
struct Of {
    subject: Subject,
    filter: String,
    sort: Option<crate::app::nav::Sort>,
    generation: u64,
    findings: Option<(u64, i64)>,
    log: u64,
}

/// The lines of the current page.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    of: Option<Of>,
    pub lines: Vec<RowRef>,
    /// Lines that can be selected, as places in `lines`.
    stops: Vec<u32>,
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
    groups: Vec<Name>,
}

impl Lines {
    /// The lines of a page that is only looked at: no filter, the lists' own order.
    pub fn of_page(page: &Page<'_>) -> Lines {
        let mut lines = Lines::default();
        build(&mut lines, page, &View::pane(PaneId::Home));
        lines
    }

    pub fn stops(&self) -> usize {
        self.stops.len()
    }

    /// The line of a stop.
    pub fn line_of(&self, stop: usize) -> Option<usize> {
        self.stops.get(stop).map(|line| *line as usize)
    }

    pub(super) fn selected(&self, at: usize) -> Option<Key> {
        self.cursor
            .as_ref()
            .filter(|(stop, _)| *stop == at)
            .and_then(|(_, key)| key.clone())
    }

    /// The section of a stop.
    pub(super) fn section_at(&self, at: usize) -> Option<usize> {
        match self.lines.get(self.line_of(at)?)? {
            RowRef::Row(section, _) => Some(*section),
            _ => None,
        }
    }

    pub(super) fn columns_at(&self, at: usize) -> Option<(usize, &'static [Column])> {
        let section = self.section_at(at).unwrap_or(0);
        Some((section, self.columns.get(section).copied()?))
    }

    pub(super) fn groups(&self) -> &[Name] {
        &self.groups
    }
}

/// The rows of a section that pass the filter, in order.
fn order(page: &Page<'_>, section: usize, view: &View) -> (Vec<u32>, Option<(usize, bool)>) {
    let Some(of) = page.sections.get(section) else {
        return (Vec::new(), None);
    };
    let list = &*of.list;
    let mut rows: Vec<u32> = (0..u32::try_from(list.len()).unwrap_or(u32::MAX)).collect();
    if !view.filter.is_empty() {
        let mut text = String::new();
        rows.retain(|row| {
            text.clear();
            list.filter_text(*row as usize, &mut text);
            view.filter.matches(&text)
        });
    }
    let chosen = view.sort.filter(|sort| sort.section == section);
    let sort = chosen
        .map(|sort| (sort.column, sort.descending))
        .or(of.sort);
    if let Some((column, descending)) = sort {
        let mut keyed: Vec<(SortKey<'_>, u32)> = rows
            .iter()
            .map(|row| (list.sort_key(*row as usize, column), *row))
            .collect();
        keyed.sort_by(|(a, _), (b, _)| compare(a, b, descending));
        rows = keyed.into_iter().map(|(_, row)| row).collect();
    }
    (rows, sort)
}

fn compare(a: &SortKey<'_>, b: &SortKey<'_>, descending: bool) -> std::cmp::Ordering {
    use std::cmp::Ordering::{Equal, Greater, Less};
    let forward = match (a, b) {
        (SortKey::Unknown, SortKey::Unknown) => return Equal,
        (SortKey::Unknown, _) => return Greater,
        (_, SortKey::Unknown) => return Less,
        (SortKey::Number(a), SortKey::Number(b)) => a.total_cmp(b),
        (SortKey::Text(a), SortKey::Text(b)) => a.cmp(b),
        (SortKey::Number(_), SortKey::Text(_)) => Less,
        (SortKey::Text(_), SortKey::Number(_)) => Greater,
    };
    if descending {
        forward.reverse()
    } else {
        forward
    }
}

impl App {
    pub(super) fn settle_lines(&mut self) {
        let view = self.view().clone();
        let on_log = view.subject == Subject::Pane(PaneId::Log);
        let of = Of {
            subject: view.subject.clone(),
            filter: view.filter.text().to_owned(),
            sort: view.sort,
            generation: self.picture.generation(),
            findings: self.findings_of,
            log: if on_log {
                self.log.from_newest(0).map_or(0, |(number, _)| number + 1)
            } else {
                0
            },
        };
        let mut lines = std::mem::take(&mut self.lines);
        let rebuilt = lines.of.as_ref() != Some(&of);
        let (at, anchor) = {
            let cx = self.cx();
            let page = self.page(&cx, &view.subject);
            let page = page.unwrap_or(Page {
                title: "".into(),
                facts: Vec::new(),
                sections: Vec::new(),
            });
            if rebuilt {
                build(&mut lines, &page, &view);
                lines.of = Some(of);
            }
            place(&mut lines, &page, &view)
        };
        self.lines = lines;
        let height = self.body_height();
        let line = self.lines.line_of(at);
        let count = self.lines.lines.len();
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
        let shown = self
            .lines
            .lines
            .iter()
            .skip(view.top)
            .take(self.body_height());
        let groups: Vec<Name> = shown
            .filter_map(|line| match line {
                RowRef::Row(section, row) => page
                    .sections
                    .get(*section)
                    .map(|section| section.list.key(*row)),
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

fn build(lines: &mut Lines, page: &Page<'_>, view: &View) {
    lines.lines.clear();
    lines.stops.clear();
    lines.columns.clear();
    lines.sorts.clear();
    lines.counts.clear();
    lines.pinned = page.facts.is_empty() && page.sections.len() == 1;
    for fact in 0..page.facts.len() {
        lines.lines.push(RowRef::Fact(fact));
    }
    for (section, of) in page.sections.iter().enumerate() {
        let (rows, sort) = order(page, section, view);
        if !lines.pinned {
            if !lines.lines.is_empty() {
                lines.lines.push(RowRef::Blank);
            }
            if page.sections.len() > 1 || !of.title.is_empty() {
                lines.lines.push(RowRef::Title(section));
            }
            if !rows.is_empty() {
                lines.lines.push(RowRef::Header(section));
            }
        }
        lines.columns.push(of.list.columns());
        lines.sorts.push(sort);
        lines.counts.push((rows.len(), of.list.len()));
        if rows.is_empty() {
            lines.lines.push(RowRef::Empty(section));
        }
        lines.lines.extend(
            rows.into_iter()
                .map(|row| RowRef::Row(section, row as usize)),
        );
    }
    for (place, line) in lines.lines.iter().enumerate() {
        let stop = match line {
            RowRef::Row(..) => true,
            RowRef::Fact(fact) => page
                .facts
                .get(*fact)
                .is_some_and(|fact| fact.link.is_some()),
            _ => false,
        };
        if stop {
            lines.stops.push(u32::try_from(place).unwrap_or(u32::MAX));
        }
    }
}

fn key_of(lines: &Lines, page: &Page<'_>, stop: usize) -> Option<(Anchor, Option<Key>)> {
    match *lines.lines.get(lines.line_of(stop)?)? {
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

/// Finds the cursor's place again: on the same object, or near where it stood.
fn place(lines: &mut Lines, page: &Page<'_>, view: &View) -> (usize, Option<Anchor>) {
    let last = lines.stops.len().saturating_sub(1);
    let first_row = (0..lines.stops.len()).find(|stop| lines.section_at(*stop).is_some());
    let at = match &view.anchor {
        None => first_row.unwrap_or(0),
        Some(anchor) => {
            let here = |stop: &usize| {
                key_of(lines, page, *stop).is_some_and(|(found, _)| found == *anchor)
            };
            let near = view.at.min(last);
            if here(&near) {
                near
            } else {
                (0..lines.stops.len()).find(here).unwrap_or(near)
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
