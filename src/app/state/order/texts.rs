//! The texts that a filter looks through, made once for each row and again when the row changes.

use crate::{
    app::{Cell, Column, List, SortKey},
    model::{Key, Ledger},
};

/// Texts of rows by number, in one piece.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    /// The list's generation, and the epoch of its texts.
    of: Option<(u64, u64)>,
    text: String,
    /// Where a row's text begins and ends.
    spans: Vec<(usize, usize)>,
    /// Bytes that no row has any more.
    waste: usize,
}

impl Texts {
    /// Makes the texts of rows that changed.
    pub(super) fn follow(&mut self, list: &dyn List, ledger: Ledger<'_>) {
        let epoch = list.text_epoch();
        let read = match self.of {
            Some((read, known)) if known == epoch && self.waste <= self.text.len() / 2 => read,
            _ => {
                *self = Texts::default();
                0
            }
        };
        self.spans.resize(ledger.stamps.len(), (0, 0));
        for row in ledger.since(read) {
            let from = self.text.len();
            list.filter_text(row as usize, &mut self.text);
            if let Some(span) = self.spans.get_mut(row as usize) {
                self.waste += span.1 - span.0;
                *span = (from, self.text.len());
            }
        }
        self.of = Some((ledger.generation, epoch));
    }

    fn of(&self, row: usize) -> &str {
        let span = self.spans.get(row).copied().unwrap_or_default();
        self.text.get(span.0..span.1).unwrap_or_default()
    }
}

/// A list whose texts are at hand.
pub(super) struct Read<'a> {
    pub(super) list: &'a dyn List,
    pub(super) texts: &'a Texts,
}

impl List for Read<'_> {
    fn columns(&self) -> &'static [Column] {
        self.list.columns()
    }
    fn len(&self) -> usize {
        self.list.len()
    }
    fn key(&self, row: usize) -> Key {
        self.list.key(row)
    }
    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        self.list.cell(row, column)
    }
    fn sort_key(&self, row: usize, column: usize) -> SortKey<'_> {
        self.list.sort_key(row, column)
    }
    fn filter_text(&self, row: usize, into: &mut String) {
        into.push_str(self.texts.of(row));
    }
}
