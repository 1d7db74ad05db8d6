//! A table of rows sorted by key, with a generation counter that changes with every change.

use std::{collections::BTreeSet, sync::Arc};

use super::Delta;

/// A row that knows its key.
pub trait Row: Clone {
    type Key: Ord + Clone;
    fn key(&self) -> Self::Key;
}

/// Rows sorted by key. A row is shared, so that moving it costs two words.
#[derive(Clone, Debug)]
pub struct Table<R: Row> {
    rows: Vec<Arc<R>>,
    generation: u64,
    /// Keys not yet seen again while a relist is under way.
    unseen: Option<BTreeSet<R::Key>>,
}

impl<R: Row> Default for Table<R> {
    fn default() -> Self {
        Table {
            rows: Vec::new(),
            generation: 0,
            unseen: None,
        }
    }
}

impl<R: Row> Table<R> {
    /// The rows, sorted by key.
    pub fn rows(&self) -> &[Arc<R>] {
        &self.rows
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = &R> + DoubleEndedIterator {
        self.rows.iter().map(|row| &**row)
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Changes whenever a row does.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    fn find(&self, key: &R::Key) -> Result<usize, usize> {
        self.rows.binary_search_by(|row| row.key().cmp(key))
    }

    pub fn get(&self, key: &R::Key) -> Option<&R> {
        self.find(key)
            .ok()
            .and_then(|at| self.rows.get(at))
            .map(|row| &**row)
    }

    /// Changes the row of `key` in place, if there is one.
    pub fn update(&mut self, key: &R::Key, change: impl FnOnce(&mut R)) {
        if let Ok(at) = self.find(key)
            && let Some(row) = self.rows.get_mut(at)
        {
            change(Arc::make_mut(row));
            self.generation += 1;
        }
    }

    /// Changes every row in place.
    pub fn update_all(&mut self, mut change: impl FnMut(&mut R)) {
        for row in &mut self.rows {
            change(Arc::make_mut(row));
        }
        self.generation += 1;
    }

    pub fn put(&mut self, row: R) {
        let key = row.key();
        match self.find(&key) {
            Ok(at) => {
                if let Some(old) = self.rows.get_mut(at) {
                    *old = Arc::new(row);
                }
            }
            Err(at) => self.rows.insert(at, Arc::new(row)),
        }
        self.generation += 1;
    }

    pub fn remove(&mut self, key: &R::Key) -> Option<Arc<R>> {
        let at = self.find(key).ok()?;
        self.generation += 1;
        Some(self.rows.remove(at))
    }

    /// Keeps the rows for which `keep` says so.
    pub fn retain(&mut self, mut keep: impl FnMut(&R) -> bool) {
        let before = self.rows.len();
        self.rows.retain(|row| keep(row));
        if self.rows.len() != before {
            self.generation += 1;
        }
    }

    /// Changes in place the rows that `wanted` picks.
    pub fn update_where(&mut self, wanted: impl Fn(&R) -> bool, mut change: impl FnMut(&mut R)) {
        let mut changed = false;
        for row in self.rows.iter_mut().filter(|row| wanted(row)) {
            change(Arc::make_mut(row));
            changed = true;
        }
        self.generation += u64::from(changed);
    }

    /// Puts many rows at once: one merge instead of one insertion each.
    fn merge(&mut self, mut rows: Vec<R>) {
        rows.sort_by_key(R::key);
        let old = std::mem::take(&mut self.rows);
        let mut merged: Vec<Arc<R>> = Vec::with_capacity(old.len() + rows.len());
        let mut old = old.into_iter().peekable();
        for row in rows {
            let key = row.key();
            while let Some(earlier) = old.next_if(|o| o.key() < key) {
                merged.push(earlier);
            }
            old.next_if(|o| o.key() == key);
            // Of two rows with one key the later stands.
            if merged.last().is_some_and(|last| last.key() == key) {
                merged.pop();
            }
            merged.push(Arc::new(row));
        }
        merged.extend(old);
        self.rows = merged;
        self.generation += 1;
    }

    /// Applies a watch's change; returns the rows that went away.
    pub fn apply(&mut self, delta: Delta<R>) -> Vec<Arc<R>> {
        let mut gone = Vec::new();
        if delta.begin {
            self.unseen = Some(self.rows.iter().map(|row| row.key()).collect());
        }
        if let Some(unseen) = &mut self.unseen {
            for row in &delta.set {
                unseen.remove(&row.key());
            }
        }
        if delta.set.len() > 8 {
            self.merge(delta.set);
        } else {
            for row in delta.set {
                self.put(row);
            }
        }
        for key in &delta.gone {
            gone.extend(self.remove(key));
        }
        if delta.done
            && let Some(unseen) = self.unseen.take()
        {
            for key in &unseen {
                gone.extend(self.remove(key));
            }
        }
        gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    impl Row for (u8, u32) {
        type Key = u8;
        fn key(&self) -> u8 {
            self.0
        }
    }

    fn deltas() -> impl Strategy<Value = Vec<Delta<(u8, u32)>>> {
        let delta = (
            any::<bool>(),
            proptest::collection::vec(any::<(u8, u32)>(), 0..20),
            proptest::collection::vec(any::<u8>(), 0..4),
            any::<bool>(),
        )
            .prop_map(|(begin, set, gone, done)| Delta {
                begin,
                set,
                gone,
                done,
            });
        proptest::collection::vec(delta, 0..12)
    }

    proptest! {
        /// The table holds what a plain map would, in the map's order.
        #[test]
        fn a_table_is_a_sorted_map(deltas in deltas()) {
            let mut table = Table::default();
            let mut map = std::collections::BTreeMap::new();
            let mut unseen: Option<BTreeSet<u8>> = None;
            for delta in deltas {
                if delta.begin { unseen = Some(map.keys().copied().collect()); }
                for (key, value) in &delta.set {
                    map.insert(*key, *value);
                    if let Some(unseen) = &mut unseen { unseen.remove(key); }
                }
                for key in &delta.gone { map.remove(key); }
                if delta.done { for key in unseen.take().unwrap_or_default() { map.remove(&key); } }
                table.apply(delta);
            }
            let have: Vec<(u8, u32)> = table.iter().copied().collect();
            let want: Vec<(u8, u32)> = map.into_iter().collect();
            prop_assert_eq!(have, want);
        }
    }

    #[test]
    fn a_relist_drops_what_it_did_not_name_only_when_it_is_complete() {
        let mut table = Table::default();
        table.apply(Delta::list(vec![(1, 1), (2, 2)]));
        table.apply(Delta::begin());
        table.apply(Delta::set(vec![(2, 20)]));
        assert_eq!(
            table.len(),
            2,
            "a list that is under way takes nothing away"
        );
        let gone = table.apply(Delta::done());
        assert_eq!(gone.iter().map(|row| row.0).collect::<Vec<_>>(), [1]);
        assert_eq!(table.iter().copied().collect::<Vec<_>>(), [(2, 20)]);
    }
}
