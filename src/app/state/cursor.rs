//! Moving about on a page, and its order.

use crate::{
    app::{App, nav::Sort},
    model::Name,
};

type Current = (usize, Option<(usize, bool)>, usize);

impl App {
    pub(super) fn page_step(&self) -> isize {
        isize::try_from(self.body_height().saturating_sub(2).max(1)).unwrap_or(1)
    }

    /// Moves the cursor by so many stops, as far as there are any.
    pub(super) fn move_by(&mut self, by: isize) {
        let last = self.lines.stops().saturating_sub(1);
        let at = self.view().at.saturating_add_signed(by).min(last);
        self.stand_at(at);
    }

    pub(super) fn stand_at(&mut self, at: usize) {
        self.view_mut().at = at;
        // The object there becomes the anchor when the lines are settled: until then any will do.
        self.anchor_here();
    }

    fn anchor_here(&mut self) {
        let at = self.view().at;
        let found = {
            let cx = self.cx();
            let page = self.page(&cx, &self.view().subject);
            page.and_then(|page| super::lines::anchor_at(self.lines(), &page, at))
        };
        self.view_mut().anchor = found;
    }

    /// To the first row of the next section; from the last to the first.
    pub(super) fn next_section(&mut self) {
        if let Some(at) = self.lines.next_section(self.view().at) {
            self.stand_at(at);
        }
    }

    /// The section under the cursor, its column and direction, and how many columns it has.
    fn current_sort(&self) -> Option<Current> {
        let (section, columns) = self.sorted_columns()?;
        let sort = self.lines.sorts.get(section).copied().flatten();
        Some((section, sort, columns.len()))
    }

    /// Sorts by the next column in either direction of the header.
    pub(super) fn sort_step(&mut self, by: isize) {
        let Some((section, sort, _)) = self.current_sort() else {
            return;
        };
        let columns = self.lines.columns_of(section).unwrap_or_default();
        let shown = self.columns(&self.view().subject, section, columns);
        let here = sort.and_then(|(by, _)| shown.iter().position(|column| *column == by));
        let next = here.map_or(0, |at| {
            (at + shown.len()).saturating_add_signed(by) % shown.len().max(1)
        });
        let Some(column) = shown.get(next).copied() else {
            return;
        };
        let descending = self
            .sorted_columns()
            .and_then(|(_, of)| of.get(column))
            .is_some_and(|column| column.descending);
        self.sort_by(Sort {
            section,
            column,
            descending,
        });
    }

    pub(super) fn sort_reverse(&mut self) {
        if let Some((section, Some((column, descending)), _)) = self.current_sort() {
            self.sort_by(Sort {
                section,
                column,
                descending: !descending,
            });
        }
    }

    /// Sorts by the column whose title was clicked, or turns its order round.
    pub(super) fn sort_by_title(&mut self, section: usize, column: usize) {
        let now = self.lines.sorts.get(section).copied().flatten();
        let titles = self.lines.columns_of(section);
        let title = titles.and_then(|of| of.get(column));
        let descending = match now {
            Some((by, descending)) if by == column => !descending,
            _ => title.is_some_and(|title| title.descending),
        };
        self.sort_by(Sort {
            section,
            column,
            descending,
        });
    }

    fn sort_by(&mut self, sort: Sort) {
        self.view_mut().sort = Some(sort);
    }

    pub(super) fn groups_on_screen(&self) -> Vec<Name> {
        self.lines.groups().to_vec()
    }
}
