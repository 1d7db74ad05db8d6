//! Marks on rows, and what an action is about: the marked rows that can be seen, or the one under the cursor.

use std::collections::BTreeSet;

use crate::{
    app::{App, RowRef},
    model::{Key, Noun},
};

impl App {
    /// What an action on these nouns is about: the marked objects, else the one that [`App::target`] gives. A marked row
    /// that the filter hides is none of them: nothing is done to what is not on the list.
    pub fn targets(&self, nouns: &[Noun]) -> Vec<Key> {
        if self.view().marks.is_empty() {
            return self.target(nouns).into_iter().collect();
        }
        let mut seen = self.marks_seen();
        seen.retain(|key| nouns.contains(&key.noun()));
        seen
    }

    /// The marked rows that the filter lets through, in the order of the list.
    pub fn marks_seen(&self) -> Vec<Key> {
        let marks = &self.view().marks;
        if marks.is_empty() {
            return Vec::new();
        }
        self.keys_of(0..self.lines().stops(), |key| marks.contains(key))
    }

    /// The keys of the rows at these stops.
    fn keys_of(&self, stops: std::ops::Range<usize>, wanted: impl Fn(&Key) -> bool) -> Vec<Key> {
        let cx = self.cx();
        let Some(page) = self.page(&cx, &self.view().subject) else {
            return Vec::new();
        };
        let lines = self.lines();
        let rows = stops.filter_map(|stop| match lines.line(lines.line_of(stop)?)? {
            RowRef::Row(section, row) => Some(page.sections.get(section)?.list.key(row)),
            _ => None,
        });
        rows.filter(wanted).collect()
    }

    /// Marks the row under the cursor, or takes its mark away; the cursor goes on to the next.
    pub(super) fn mark(&mut self) {
        let Some(key) = self.row_key() else {
            return;
        };
        let view = self.view_mut();
        if !view.marks.remove(&key) {
            view.marks.insert(key.clone());
        }
        view.marked = Some(key);
        self.move_by(1);
    }

    /// Marks all rows from the one marked last to the one under the cursor.
    pub(super) fn mark_range(&mut self) {
        let here = self.view().at;
        let from = self.view().marked.clone();
        let stops = self.lines().stops();
        let all = self.keys_of(0..stops, |_| true);
        // Facts that can be selected come before the rows.
        let first = stops - all.len().min(stops);
        let from = from.and_then(|key| all.iter().position(|other| *other == key));
        let from = from.map_or(here, |row| row + first);
        let range = from.min(here)..from.max(here) + 1;
        let keys: BTreeSet<Key> = self.keys_of(range, |_| true).into_iter().collect();
        let last = self.row_key();
        let view = self.view_mut();
        view.marks.extend(keys);
        view.marked = last;
    }

    /// The row under the cursor; None on a fact.
    fn row_key(&self) -> Option<Key> {
        let at = self.view().at;
        self.keys_of(at..at + 1, |_| true).pop()
    }

    /// Takes all marks away; false if there were none.
    pub(super) fn drop_marks(&mut self) -> bool {
        let view = self.view_mut();
        view.marked = None;
        !std::mem::take(&mut view.marks).is_empty()
    }
}
