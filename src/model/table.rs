//! A table of rows sorted by key, which knows of each row when it was last different.

use std::cmp::Ordering;

use super::Delta;

/// A row that knows its key.
pub trait Row: Clone + PartialEq {
    type Key: Ord + Clone;
    fn key(&self) -> Self::Key;
    /// How its key stands to another, for rows that can tell without making theirs.
    fn order(&self, key: &Self::Key) -> Ordering {
        self.key().cmp(key)
    }
}

/// Rows sorted by key. Each row has a number of its own for as long as it is there, and a stamp: the generation in which
/// it last changed, appeared or went away. Who keeps something for each row needs to look only at newer stamps.
#[derive(Clone, Debug)]
pub struct Table<R: Row> {
    rows: Vec<Option<Box<R>>>,
    stamps: Vec<u64>,
    free: Vec<u32>,
    /// Numbers of the rows, by key.
    order: Vec<u32>,
    generation: u64,
    /// Which rows were seen again, by number, while a relist is under way.
    seen: Option<Vec<bool>>,
}

/// What changed of a table and when, without the rows: see [`Table::ledger`].
#[derive(Clone, Copy, Debug)]
pub struct Ledger<'a> {
    pub generation: u64,
    /// The rows' numbers in the order of their keys.
    pub order: &'a [u32],
    /// By number; of a number that no row has, when its last one went away.
    pub stamps: &'a [u64],
}

impl<'a> Ledger<'a> {
    /// Numbers that changed, appeared or went away after a generation.
    pub fn since(&self, generation: u64) -> impl Iterator<Item = u32> + use<'a> {
        let stamped = (0..).zip(self.stamps);
        stamped
            .filter(move |(_, stamp)| **stamp > generation)
            .map(|(row, _)| row)
    }
}

impl<R: Row> Default for Table<R> {
    fn default() -> Self {
        Table {
            rows: Vec::new(),
            stamps: Vec::new(),
            free: Vec::new(),
            order: Vec::new(),
            generation: 0,
            seen: None,
        }
    }
}

/// Numbers with others put in, each before the one at its place. The places do not fall.
pub fn weave(into: &[u32], fresh: &[(usize, u32)]) -> Vec<u32> {
    let mut woven = Vec::with_capacity(into.len() + fresh.len());
    let mut from = 0;
    for (at, number) in fresh {
        woven.extend_from_slice(into.get(from..*at).unwrap_or_default());
        woven.push(*number);
        from = *at;
    }
    woven.extend_from_slice(into.get(from..).unwrap_or_default());
    woven
}

/// Told of each change: the row's number, the row before and the row now.
pub type OnChange<'a, R> = &'a mut dyn FnMut(u32, Option<&R>, Option<&R>);

impl<R: Row> Table<R> {
    /// The rows, sorted by key.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &R> {
        self.numbered().map(|(_, row)| row)
    }

    /// The rows with their numbers, sorted by key.
    pub fn numbered(&self) -> impl DoubleEndedIterator<Item = (u32, &R)> {
        self.order
            .iter()
            .filter_map(|number| Some((*number, self.row(*number)?)))
    }

    pub fn len(&self) -> usize {
        self.order.len()
    }

    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Changes whenever a row does.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// What changed and when.
    pub fn ledger(&self) -> Ledger<'_> {
        Ledger {
            generation: self.generation,
            order: &self.order,
            stamps: &self.stamps,
        }
    }

    /// The rows that a list under way has named so far; None where none is under way.
    pub(super) fn named(&self) -> Option<impl Iterator<Item = &R>> {
        let seen = self.seen.as_ref()?;
        let named = |number: u32| seen.get(number as usize) == Some(&true);
        Some(
            self.numbered()
                .filter_map(move |(number, row)| named(number).then_some(row)),
        )
    }

    /// The row of a number.
    pub fn row(&self, number: u32) -> Option<&R> {
        self.rows.get(number as usize)?.as_deref()
    }

    /// The number of a key's row.
    pub fn number(&self, key: &R::Key) -> Option<u32> {
        let place = self.find(key).ok()?;
        self.order.get(place).copied()
    }

    /// The number of a key's row, looked for first at a place, which is then the next one: for keys that come in order.
    pub fn number_near(&self, key: &R::Key, place: &mut usize) -> Option<u32> {
        let here = self.order.get(*place).copied();
        let number = here
            .filter(|number| {
                let row = self.row(*number);
                row.is_some_and(|row| row.order(key) == Ordering::Equal)
            })
            .or_else(|| {
                *place = self.find(key).ok()?;
                self.order.get(*place).copied()
            })?;
        *place += 1;
        Some(number)
    }

    fn find(&self, key: &R::Key) -> Result<usize, usize> {
        self.order.binary_search_by(|number| {
            self.row(*number)
                .map_or(Ordering::Less, |row| row.order(key))
        })
    }

    pub fn get(&self, key: &R::Key) -> Option<&R> {
        self.row(self.number(key)?)
    }

    fn stamp(&mut self, number: u32) {
        self.generation += 1;
        if let Some(stamp) = self.stamps.get_mut(number as usize) {
            *stamp = self.generation;
        }
    }

    /// Changes the row of `key` in place, if there is one.
    pub fn update(&mut self, key: &R::Key, change: impl FnOnce(&mut R)) {
        if let Some(number) = self.number(key) {
            self.edit(number, change);
        }
    }

    /// Changes the row of a number in place.
    pub fn edit(&mut self, number: u32, change: impl FnOnce(&mut R)) {
        if let Some(Some(row)) = self.rows.get_mut(number as usize) {
            change(row);
            self.stamp(number);
        }
    }

    /// Notes something in the row of a number that is no change of what it shows: its stamp stays.
    pub fn touch(&mut self, number: u32, change: impl FnOnce(&mut R)) {
        if let Some(Some(row)) = self.rows.get_mut(number as usize) {
            change(row);
        }
    }

    /// Numbers that were ever given: rows have smaller ones.
    pub fn numbers(&self) -> u32 {
        u32::try_from(self.rows.len()).unwrap_or(u32::MAX)
    }

    /// Changes every row in place.
    pub fn update_all(&mut self, change: impl FnMut(&mut R)) {
        self.update_where(|_| true, change);
    }

    /// Changes in place the rows that `wanted` picks.
    pub fn update_where(&mut self, wanted: impl Fn(&R) -> bool, mut change: impl FnMut(&mut R)) {
        let next = self.generation + 1;
        for (row, stamp) in self.rows.iter_mut().zip(&mut self.stamps) {
            if let Some(row) = row.as_deref_mut().filter(|row| wanted(row)) {
                change(row);
                *stamp = next;
                self.generation = next;
            }
        }
    }

    /// Puts a row under a number that nobody has.
    fn place(&mut self, row: R) -> u32 {
        let row = Some(Box::new(row));
        let number = if let Some(number) = self.free.pop() {
            if let Some(slot) = self.rows.get_mut(number as usize) {
                *slot = row;
            }
            number
        } else {
            self.rows.push(row);
            self.stamps.push(0);
            u32::try_from(self.rows.len() - 1).unwrap_or(u32::MAX)
        };
        self.stamp(number);
        self.see(number);
        number
    }

    fn see(&mut self, number: u32) {
        let Some(seen) = &mut self.seen else { return };
        let at = number as usize;
        if seen.len() <= at {
            seen.resize(at + 1, false);
        }
        if let Some(seen) = seen.get_mut(at) {
            *seen = true;
        }
    }

    /// Puts another row in the place of one. The same again is no change.
    fn replace(&mut self, number: u32, row: R, told: OnChange<'_, R>) {
        self.see(number);
        let Some(Some(known)) = self.rows.get_mut(number as usize) else {
            return;
        };
        if **known != row {
            told(number, Some(known), Some(&row));
            **known = row;
            self.stamp(number);
        }
    }

    /// Puts rows in; of two with one key the later stands.
    fn put(&mut self, mut rows: Vec<R>, told: OnChange<'_, R>) {
        rows.sort_by(|a, b| a.order(&b.key()));
        let mut fresh: Vec<(usize, u32)> = Vec::new();
        for row in rows {
            let key = row.key();
            let last = fresh.last().map(|(_, number)| *number);
            let twin = last.filter(|last| {
                let last = self.row(*last);
                last.is_some_and(|last| last.order(&key) == Ordering::Equal)
            });
            let known = twin.ok_or(()).or_else(|()| {
                let found = self.find(&key);
                found.map(|at| self.order.get(at).copied().unwrap_or(u32::MAX))
            });
            match known {
                Ok(number) => self.replace(number, row, told),
                Err(at) => {
                    let number = self.place(row);
                    told(number, None, self.row(number));
                    fresh.push((at, number));
                }
            }
        }
        match fresh.as_slice() {
            [] => {}
            [(at, number)] => self.order.insert(*at, *number),
            several => self.order = weave(&self.order, several),
        }
    }

    fn drop_number(&mut self, number: u32, told: OnChange<'_, R>) {
        if let Some(row) = self
            .rows
            .get_mut(number as usize)
            .and_then(std::option::Option::take)
        {
            told(number, Some(&row), None);
            self.stamp(number);
            self.free.push(number);
        }
    }

    fn remove(&mut self, key: &R::Key, told: OnChange<'_, R>) {
        if let Ok(at) = self.find(key) {
            let number = self.order.remove(at);
            self.drop_number(number, told);
        }
    }

    /// Drops rows by number, all at once.
    fn sweep(&mut self, gone: impl Fn(u32, &R) -> bool, told: OnChange<'_, R>) {
        let mut order = std::mem::take(&mut self.order);
        order.retain(|number| {
            let goes = self.row(*number).is_none_or(|row| gone(*number, row));
            if goes {
                self.drop_number(*number, told);
            }
            !goes
        });
        self.order = order;
    }

    /// Keeps the rows for which `keep` says so.
    pub fn retain(&mut self, keep: impl Fn(u32, &R) -> bool) {
        self.sweep(|number, row| !keep(number, row), &mut |_, _, _| {});
    }

    /// Applies a watch's change.
    pub fn apply(&mut self, delta: Delta<R>) {
        self.apply_told(delta, &mut |_, _, _| {});
    }

    /// Applies a watch's change, and tells of each row that it changes.
    pub fn apply_told(&mut self, delta: Delta<R>, told: OnChange<'_, R>) {
        if delta.begin {
            self.seen = Some(vec![false; self.rows.len()]);
        }
        self.put(delta.set, told);
        for key in &delta.gone {
            self.remove(key, told);
        }
        if delta.done
            && let Some(seen) = self.seen.take()
        {
            let unseen = |number: u32| seen.get(number as usize) == Some(&false);
            self.sweep(|number, _| unseen(number), told);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

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
        let mut gone = Vec::new();
        table.apply_told(Delta::done(), &mut |_, old, new| {
            gone.push((old.copied(), new.copied()));
        });
        assert_eq!(gone, [(Some((1, 1)), None)]);
        assert_eq!(table.iter().copied().collect::<Vec<_>>(), [(2, 20)]);
    }

    #[test]
    fn a_stamp_tells_who_changed_and_the_same_again_is_no_change() {
        let mut table = Table::default();
        table.apply(Delta::list(vec![(1, 1), (2, 2), (3, 3)]));
        let read = table.generation();
        table.apply(Delta::list(vec![(1, 1), (2, 2), (3, 3)]));
        assert_eq!(table.generation(), read, "nothing is different");
        let two = table.number(&2).unwrap();
        table.apply(Delta::set(vec![(2, 20), (3, 3)]));
        assert_eq!(table.ledger().since(read).collect::<Vec<_>>(), [two]);
        let read = table.generation();
        table.apply(Delta::gone(vec![2]));
        table.apply(Delta::set(vec![(9, 9)]));
        assert_eq!(
            table.number(&9),
            Some(two),
            "a number that is free is used again"
        );
        assert_eq!(table.ledger().since(read).collect::<Vec<_>>(), [two]);
        let keys: Vec<u8> = table.iter().map(|row| row.0).collect();
        assert_eq!(keys, [1, 3, 9]);
    }
}
