//! The rows of one list in order and filtered, kept from change to change. Where the list marks its changes, what is done
//! for an envelope is in proportion to what it changed, not to the length of the list.

use std::cmp::Ordering;

use crate::{
    app::{List, SortKey},
    model::{Ledger, weave},
};

mod texts;

use texts::Texts;

/// Whether a row of a list passes the filter, given its text in small letters where that is at hand.
pub(super) type Passes<'a> = &'a mut dyn FnMut(&dyn List, usize, Option<&str>) -> bool;

/// What rows are let through by.
pub(super) struct Filtering<'a> {
    pub(super) text: &'a str,
    /// The time, in steps, where rows pass or not by time alone; 0 elsewhere.
    pub(super) clock: u64,
    pub(super) passes: Passes<'a>,
}

/// What the order was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Made {
    sort: Option<(usize, bool)>,
    /// Of what the column shows besides the rows themselves.
    epoch: u64,
}

/// Rows of a list by number, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Order {
    made: Option<Made>,
    /// The list's generation then.
    generation: u64,
    sorted: Vec<u32>,
    filter: String,
    /// Of all that the rows show besides themselves.
    filtered_at: u64,
    texts: Texts,
    /// By number.
    passes: Vec<bool>,
    /// Those of `sorted` that pass; None without a filter.
    passing: Option<Vec<u32>>,
}

impl Order {
    pub(super) fn rows(&self) -> &[u32] {
        self.passing.as_deref().unwrap_or(&self.sorted)
    }

    /// All rows, filtered out or not.
    pub(super) fn all(&self) -> usize {
        self.sorted.len()
    }

    /// The place of a row among those that pass.
    pub(super) fn place(&self, row: usize) -> Option<usize> {
        self.rows().iter().position(|of| *of as usize == row)
    }

    /// Makes everything anew, for a list that does not mark its changes.
    pub(super) fn remake(
        &mut self,
        list: &dyn List,
        sort: Option<(usize, bool)>,
        filter: Option<Passes<'_>>,
    ) {
        let rows: Vec<u32> = (0..u32::try_from(list.len()).unwrap_or(u32::MAX)).collect();
        self.sorted = match sort {
            Some((column, descending)) => sorted(list, column, descending, &rows),
            None => rows,
        };
        self.passing = filter.map(|passes| {
            let rows = self.sorted.iter().copied();
            rows.filter(|row| passes(list, *row as usize, None))
                .collect()
        });
    }

    /// Brings the order up to what the list marks as changed.
    pub(super) fn follow(
        &mut self,
        list: &dyn List,
        ledger: Ledger<'_>,
        sort: Option<(usize, bool)>,
        filter: Option<Filtering<'_>>,
    ) {
        let made = Some(Made {
            sort,
            epoch: sort.map_or(0, |(column, _)| list.epoch(column)),
        });
        let same = self.made == made;
        let changed: Vec<u32> = if self.made.is_none() {
            Vec::new()
        } else {
            ledger.since(self.generation).collect()
        };
        let moved = !same || !changed.is_empty();
        if moved {
            self.sort(list, ledger, sort, same.then_some(&changed));
        }
        match filter {
            None => {
                self.passing = None;
                self.filter.clear();
            }
            Some(filter) => self.filter(list, ledger, filter, &changed, moved),
        }
        self.made = made;
        self.generation = ledger.generation;
    }

    fn sort(
        &mut self,
        list: &dyn List,
        ledger: Ledger<'_>,
        sort: Option<(usize, bool)>,
        changed: Option<&Vec<u32>>,
    ) {
        let own = || -> Vec<u32> {
            let rows = ledger.order.iter().copied();
            rows.filter(|row| list.shows(*row as usize)).collect()
        };
        let Some((column, descending)) = sort.filter(|by| !list.is_own_order(*by)) else {
            self.sorted = own();
            return;
        };
        // Beyond this many it is quicker to sort all of them.
        let few = ledger.order.len() / 16;
        match changed.filter(|changed| changed.len() <= few) {
            Some(changed) => self.mend(list, ledger, (column, descending), changed),
            None => self.sorted = sorted(list, column, descending, &own()),
        }
    }

    /// Takes the changed rows out and puts them where they belong now.
    fn mend(
        &mut self,
        list: &dyn List,
        ledger: Ledger<'_>,
        (column, descending): (usize, bool),
        changed: &[u32],
    ) {
        let read = self.generation;
        let stamp = |row: u32| ledger.stamps.get(row as usize).copied();
        self.sorted
            .retain(|row| stamp(*row).is_some_and(|stamp| stamp <= read));
        let places = places(ledger.order);
        let place = |row: u32| places.get(row as usize).copied().unwrap_or(u32::MAX);
        let key = |row: u32| list.sort_key(row as usize, column);
        let mut fresh: Vec<(SortKey<'_>, u32)> = changed
            .iter()
            .filter(|row| place(**row) != u32::MAX && list.shows(**row as usize))
            .map(|row| (key(*row), *row))
            .collect();
        let before = |a: &SortKey<'_>, of_a: u32, b: &SortKey<'_>, of_b: u32| {
            compare(a, b, descending).then_with(|| place(of_a).cmp(&place(of_b)))
        };
        fresh.sort_by(|(a, of_a), (b, of_b)| before(a, *of_a, b, *of_b));
        let at = |(of_key, row): &(SortKey<'_>, u32)| {
            let at = self
                .sorted
                .partition_point(|known| before(&key(*known), *known, of_key, *row).is_lt());
            (at, *row)
        };
        let fresh: Vec<(usize, u32)> = fresh.iter().map(at).collect();
        self.sorted = weave(&self.sorted, &fresh);
    }

    fn filter(
        &mut self,
        list: &dyn List,
        ledger: Ledger<'_>,
        filter: Filtering<'_>,
        changed: &[u32],
        moved: bool,
    ) {
        let Filtering {
            text,
            clock,
            passes,
        } = filter;
        let columns = 0..list.columns().len();
        let filtered_at = columns.fold(clock, |sum: u64, column| {
            sum.wrapping_add(list.epoch(column))
        });
        let known = self.passing.is_some() && self.filtered_at == filtered_at;
        if known && self.filter == text && !moved {
            return;
        }
        self.texts.follow(list, ledger);
        let texts = &self.texts;
        self.passes.resize(ledger.stamps.len(), false);
        let marks = &mut self.passes;
        let mut test = |row: u32| {
            if let Some(mark) = marks.get_mut(row as usize) {
                *mark = passes(list, row as usize, Some(texts.of(row as usize)));
            }
        };
        if known && self.filter == text {
            changed.iter().copied().for_each(&mut test);
        } else if known && narrows(&self.filter, text) {
            // What did not pass a part of the word does not pass the word.
            in_memory(self.passing.iter().flatten()).for_each(&mut test);
            changed.iter().copied().for_each(&mut test);
        } else {
            in_memory(self.sorted.iter()).for_each(&mut test);
        }
        let marked = |row: &u32| self.passes.get(*row as usize) == Some(&true);
        self.passing = Some(self.sorted.iter().copied().filter(marked).collect());
        text.clone_into(&mut self.filter);
        self.filtered_at = filtered_at;
    }
}

/// Rows in the order in which they lie in memory.
fn in_memory<'a>(rows: impl Iterator<Item = &'a u32>) -> impl Iterator<Item = u32> {
    let mut there: Vec<bool> = Vec::new();
    for row in rows {
        let at = *row as usize;
        if there.len() <= at {
            there.resize(at + 1, false);
        }
        if let Some(there) = there.get_mut(at) {
            *there = true;
        }
    }
    let placed = (0..).zip(there);
    placed.filter(|(_, there)| *there).map(|(row, _)| row)
}

/// Whether a filter lets through nothing that an earlier one did not: words that grew longer.
fn narrows(earlier: &str, now: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ' ');
    !earlier.is_empty() && now.starts_with(earlier) && now.chars().all(plain)
}

/// Bytes of a text that are compared first.
const LETTERS: usize = 11;
/// Rows that are looked at to see how all of them begin.
const SAMPLED: usize = 64;
/// Rows that are read side by side.
const BATCH: usize = 256;

/// Rows by a column. Of equal ones the order stays.
///
/// What decides nearly always is put into one integer for each row: the kind of its key, its number or the letters in
/// which texts begin to differ, and its place. Texts alike in those are compared by the letters behind them, and only
/// those alike in both as a whole: rows are read in the order of their numbers, as they lie in memory, for in any other
/// order each of them is waited for.
fn sorted(list: &dyn List, column: usize, descending: bool, rows: &[u32]) -> Vec<u32> {
    let places = places(rows);
    let there = || {
        let placed = (0..).zip(&places);
        placed.filter(|(_, place)| **place != u32::MAX)
    };
    let key = |row: u32| list.sort_key(row as usize, column);
    let mut prefix: Option<Vec<u8>> = None;
    for (row, _) in there().step_by((rows.len() / SAMPLED).max(1)) {
        if let SortKey::Text(text) = key(row) {
            shorten(&mut prefix, text.as_bytes());
        }
    }
    let mut quick: Vec<u128> = Vec::with_capacity(rows.len());
    // By number; empty where no text goes on that far.
    let mut behind: Vec<u128> = Vec::new();
    let mut batch: Vec<(u32, u32, SortKey<'_>)> = Vec::with_capacity(BATCH);
    let mut left = there();
    loop {
        batch.clear();
        let next = left.by_ref().take(BATCH);
        batch.extend(next.map(|(row, place)| (row, *place, key(row))));
        if batch.is_empty() {
            break;
        }
        // The texts lie anywhere: asked for side by side they all come in the time that one of them takes.
        std::hint::black_box(batch.iter().fold(0, |sum, (.., key)| first_byte(key) ^ sum));
        let common = prefix.as_ref().map_or(0, Vec::len);
        let other = batch.iter().find_map(|(.., key)| match (key, &prefix) {
            (SortKey::Text(text), Some(prefix)) if !text.as_bytes().starts_with(prefix) => {
                Some(text)
            }
            _ => None,
        });
        if let Some(text) = other {
            // It was none of those that were looked at, and begins otherwise: all is done again.
            shorten(&mut prefix, text.as_bytes());
            quick.clear();
            left = there();
            continue;
        }
        for (row, place, key) in &batch {
            quick.push(packed(key, common, descending, *place));
            let from = common + LETTERS;
            if let SortKey::Text(text) = key
                && text.len() > from
            {
                behind.resize(places.len(), 0);
                if let Some(behind) = behind.get_mut(*row as usize) {
                    *behind = letters::<16>(text.as_bytes(), from);
                }
            }
        }
    }
    quick.sort_unstable();
    let row_at = |quick: u128| {
        let place = u32::try_from(quick & PLACE).unwrap_or(u32::MAX);
        rows.get(place as usize).copied()
    };
    for alike in quick.chunk_by_mut(|a, b| a & !PLACE == b & !PLACE) {
        let undecided = alike
            .first()
            .is_some_and(|of| is_undecided(*of, descending));
        if alike.len() > 1 && undecided {
            let next = |of: u128| {
                let row = row_at(of).unwrap_or(0);
                behind.get(row as usize).copied().unwrap_or(0)
            };
            alike.sort_unstable_by(|of_a, of_b| {
                let (a, b) = (next(*of_a), next(*of_b));
                let letters = if descending { b.cmp(&a) } else { a.cmp(&b) };
                letters
                    .then_with(|| match (row_at(*of_a), row_at(*of_b)) {
                        // The last of sixteen is no letter: there are no more.
                        (Some(row_a), Some(row_b)) if a & 0xff != 0 => {
                            compare(&key(row_a), &key(row_b), descending)
                        }
                        _ => Ordering::Equal,
                    })
                    .then(of_a.cmp(of_b))
            });
        }
    }
    quick.iter().filter_map(|quick| row_at(*quick)).collect()
}

/// The place of each row by its number; `u32::MAX` of one that is not among them.
fn places(rows: &[u32]) -> Vec<u32> {
    let numbers = rows.iter().max().map_or(0, |most| *most as usize + 1);
    let mut places = vec![u32::MAX; numbers];
    for (place, row) in (0..).zip(rows) {
        if let Some(known) = places.get_mut(*row as usize) {
            *known = place;
        }
    }
    places
}

fn first_byte(key: &SortKey<'_>) -> u8 {
    match key {
        SortKey::Text(text) => text.as_bytes().first().copied().unwrap_or(0),
        _ => 0,
    }
}

/// Leaves of what texts begin with what this one begins with, too.
fn shorten(prefix: &mut Option<Vec<u8>>, text: &[u8]) {
    match prefix {
        None => *prefix = Some(text.to_vec()),
        Some(prefix) => {
            let pairs = prefix.iter().zip(text);
            let common = pairs.take_while(|(a, b)| a == b).count();
            prefix.truncate(common);
        }
    }
}

/// The bits of a place.
const PLACE: u128 = (1 << 31) - 1;
/// Set where a text goes on behind its letters.
const LONGER: u128 = 1 << 31;

/// What a row is compared by: from the top 8 bits for the kind of its key, 88 for its number or its letters, 1 that says
/// whether there are more letters, and 31 for its place.
fn packed(key: &SortKey<'_>, common: usize, descending: bool, place: u32) -> u128 {
    let place = u128::from(place) & PLACE;
    let (kind, bits) = match key {
        SortKey::Number(number) => (0, u128::from(ordered(*number)) << 56),
        SortKey::Text(text) => {
            let longer = text.len() > common + LETTERS;
            let bits = letters::<LETTERS>(text.as_bytes(), common) << 32;
            (1, if longer { bits | LONGER } else { bits })
        }
        SortKey::Unknown => return 3 << 120 | place,
    };
    let (kind, bits) = if descending {
        (2 - kind, !bits & (u128::MAX >> 8))
    } else {
        (kind, bits)
    };
    kind << 120 | (bits & !PLACE) | place
}

/// Whether what is packed is the beginning of a text.
fn is_undecided(packed: u128, descending: bool) -> bool {
    packed >> 120 == 1 && (packed & LONGER != 0) != descending
}

/// So many bytes of a text from `from` on, so that numbers compare as the texts do. A text with a zero byte in it would
/// pass for a shorter one, which names of things do not have.
fn letters<const COUNT: usize>(text: &[u8], from: usize) -> u128 {
    let rest = text.get(from..).unwrap_or_default();
    let bytes = rest.first_chunk::<16>().copied().unwrap_or_else(|| {
        let mut bytes = [0; 16];
        if let Some(room) = bytes.get_mut(..rest.len()) {
            room.copy_from_slice(rest);
        }
        bytes
    });
    u128::from_be_bytes(bytes) >> (8 * (16 - COUNT))
}

/// Bits of a number that compare as [`f64::total_cmp`] does.
fn ordered(number: f64) -> u64 {
    let bits = number.to_bits();
    if bits >> 63 == 1 {
        !bits
    } else {
        bits | 1 << 63
    }
}

fn compare(a: &SortKey<'_>, b: &SortKey<'_>, descending: bool) -> Ordering {
    use Ordering::{Equal, Greater, Less};
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

#[cfg(test)]
mod tests;
