//! The texts that a filter looks through, in small letters, made once for each row and again when the row changes.

use crate::{
    app::{List, filter::lower},
    model::Ledger,
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
        let mut row_text = String::new();
        for row in ledger.since(read) {
            let from = self.text.len();
            row_text.clear();
            list.filter_text(row as usize, &mut row_text);
            lower(&mut row_text);
            self.text.push_str(&row_text);
            if let Some(span) = self.spans.get_mut(row as usize) {
                self.waste += span.1 - span.0;
                *span = (from, self.text.len());
            }
        }
        self.of = Some((ledger.generation, epoch));
    }

    pub(super) fn of(&self, row: usize) -> &str {
        let span = self.spans.get(row).copied().unwrap_or_default();
        self.text.get(span.0..span.1).unwrap_or_default()
    }
}
