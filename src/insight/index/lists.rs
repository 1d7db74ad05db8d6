//! Rows by what they belong to, kept by number.

use std::{borrow::Borrow, collections::BTreeMap};

/// No list.
const NONE: u32 = u32::MAX;

/// Numbers of rows by a key that each of them may have.
#[derive(Clone, Debug)]
pub(super) struct Lists<K> {
    names: BTreeMap<K, u32>,
    keys: Vec<K>,
    rows: Vec<Vec<u32>>,
    /// By row: its list.
    list_of: Vec<u32>,
    /// Lists without a row.
    empty: usize,
}

impl<K> Default for Lists<K> {
    fn default() -> Self {
        Lists {
            names: BTreeMap::new(),
            keys: Vec::new(),
            rows: Vec::new(),
            list_of: Vec::new(),
            empty: 0,
        }
    }
}

impl<K: Ord + Clone> Lists<K> {
    /// Empty lists that are always kept: what rows belong to comes back.
    const SPARE: usize = 1_024;

    /// Whether most of it is about what no row belongs to any more: jobs that ran, revisions of long ago.
    pub(super) fn is_mostly_empty(&self) -> bool {
        self.empty > Self::SPARE.max(self.rows.len() / 2)
    }

    /// Puts changed rows where they belong now. A list that was made stays, empty or not: what rows belong to comes back.
    pub(super) fn follow(&mut self, changed: &[u32], key: impl Fn(u32) -> Option<K>) {
        for row in changed {
            let list = match key(*row) {
                Some(key) => self.list(key),
                None => NONE,
            };
            self.put(*row, list);
        }
    }

    fn list(&mut self, key: K) -> u32 {
        let next = u32::try_from(self.rows.len()).unwrap_or(NONE);
        if let Some(list) = self.names.get(&key) {
            return *list;
        }
        self.keys.push(key.clone());
        self.names.insert(key, next);
        self.rows.push(Vec::new());
        self.empty += 1;
        next
    }

    fn put(&mut self, row: u32, list: u32) {
        let at = row as usize;
        if self.list_of.len() <= at {
            self.list_of.resize(at + 1, NONE);
        }
        let Some(known) = self.list_of.get_mut(at) else {
            return;
        };
        let before = std::mem::replace(known, list);
        if before == list {
            return;
        }
        if let Some(rows) = self.rows.get_mut(before as usize)
            && let Some(place) = rows.iter().position(|of| *of == row)
        {
            rows.swap_remove(place);
            self.empty += usize::from(rows.is_empty());
        }
        if let Some(rows) = self.rows.get_mut(list as usize) {
            self.empty -= usize::from(rows.is_empty());
            rows.push(row);
        }
    }

    /// The keys of the lists from a number on: those that were made last.
    pub(super) fn keys_from(&self, list: usize) -> &[K] {
        self.keys.get(list..).unwrap_or_default()
    }

    /// The number of a key's list, if it has one.
    pub(super) fn known(&self, key: &K) -> Option<u32> {
        self.names.get(key).copied()
    }

    /// The number of a row's list, if it is on one.
    pub(super) fn list_of(&self, row: u32) -> Option<u32> {
        let list = self.list_of.get(row as usize).copied();
        list.filter(|list| *list != NONE)
    }

    /// The rows of a list by its number.
    pub(super) fn rows(&self, list: u32) -> &[u32] {
        self.rows.get(list as usize).map_or(&[], Vec::as_slice)
    }

    /// The rows of a key.
    pub(super) fn of<Q: Ord + ?Sized>(&self, key: &Q) -> &[u32]
    where
        K: Borrow<Q>,
    {
        self.names.get(key).map_or(&[], |list| self.rows(*list))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_that_nobody_needs_are_noticed() {
        let mut lists = Lists::default();
        for job in 0..1_024_u32 {
            lists.follow(&[1], |_| Some(job));
            assert!(!lists.is_mostly_empty(), "{job}");
        }
        lists.follow(&[1, 2], |row| Some(100_000 + row));
        assert!(!lists.is_mostly_empty());
        lists.follow(&[1, 2], |_| None);
        assert!(lists.is_mostly_empty());
        assert_eq!(lists.of(&100_001), [0_u32; 0]);
    }
}
