//! One copy of each string that many rows share: namespaces, nodes, owners, reasons, labels.
use std::{collections::BTreeSet, sync::Arc};

/// A set of shared strings. Those that no row holds any more are dropped when the set has doubled since the last sweep.
#[derive(Debug, Default)]
pub struct Interner {
    strings: BTreeSet<Arc<str>>,
    sweep_at: usize,
}

impl Interner {
    const SMALLEST_SWEEP: usize = 1024;

    /// The one shared copy of `text`.
    pub fn intern(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.strings.get(text) {
            return Arc::clone(known);
        }
        if self.strings.len() >= self.sweep_at.max(Self::SMALLEST_SWEEP) {
            self.strings.retain(|text| Arc::strong_count(text) > 1);
            self.sweep_at = self.strings.len() * 2;
        }
        let text: Arc<str> = text.into();
        self.strings.insert(Arc::clone(&text));
        text
    }

    /// How many strings are held.
    pub fn len(&self) -> usize {
        self.strings.len()
    }

    /// Whether none is held.
    pub fn is_empty(&self) -> bool {
        self.strings.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_equal_strings_and_forgets_those_nobody_holds() {
        let mut interner = Interner::default();
        let kept = interner.intern("kafka");
        assert!(Arc::ptr_eq(&kept, &interner.intern("kafka")));
        for number in 0..5_000 {
            interner.intern(&format!("pod-{number}"));
        }
        assert!(
            interner.len() <= 2 * Interner::SMALLEST_SWEEP,
            "{} held",
            interner.len()
        );
        assert!(
            Arc::ptr_eq(&kept, &interner.intern("kafka")),
            "a string in use was dropped"
        );
    }
}
