//! The rows of one list in order and filtered, kept from change to change. Where the list marks its changes, what is done
//! for an envelope is in proportion to what it changed, not to the length of the list.

use std::cmp::Ordering;

use crate::{
    app::{List, SortKey},
    model::{Ledger, weave},
};

mod texts;

use texts::{Read, Texts};

/// Whether a row of a list passes the filter.
pub(super) type Passes<'a> = &'a mut dyn FnMut(&dyn List, usize) -> bool;

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
            rows.filter(|row| passes(list, *row as usize)).collect()
        });
    }

    /// Brings the order up to what the list marks as changed.
    pub(super) fn follow(
        &mut self,
        list: &dyn List,
        ledger: Ledger<'_>,
        sort: Option<(usize, bool)>,
        filter: Option<(&str, Passes<'_>)>,
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
            Some((text, passes)) => self.filter(list, ledger, text, &changed, moved, passes),
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
        let mut places = vec![u32::MAX; ledger.stamps.len()];
        for (place, row) in (0..).zip(ledger.order) {
            if let Some(known) = places.get_mut(*row as usize) {
                *known = place;
            }
        }
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
        text: &str,
        changed: &[u32],
        moved: bool,
        passes: Passes<'_>,
    ) {
        let columns = 0..list.columns().len();
        let filtered_at = columns.fold(0, |sum: u64, column| sum.wrapping_add(list.epoch(column)));
        let known = self.passing.is_some() && self.filtered_at == filtered_at;
        if known && self.filter == text && !moved {
            return;
        }
        self.texts.follow(list, ledger);
        let list = Read {
            list,
            texts: &self.texts,
        };
        self.passes.resize(ledger.stamps.len(), false);
        let marks = &mut self.passes;
        let mut test = |row: u32| {
            if let Some(mark) = marks.get_mut(row as usize) {
                *mark = passes(&list, row as usize);
            }
        };
        if known && self.filter == text {
            changed.iter().copied().for_each(&mut test);
        } else if known && narrows(&self.filter, text) {
            // What did not pass a part of the word does not pass the word.
            for row in self.passing.iter().flatten() {
                test(*row);
            }
            changed.iter().copied().for_each(&mut test);
        } else {
            self.sorted.iter().copied().for_each(&mut test);
        }
        let marked = |row: &u32| self.passes.get(*row as usize) == Some(&true);
        self.passing = Some(self.sorted.iter().copied().filter(marked).collect());
        text.clone_into(&mut self.filter);
        self.filtered_at = filtered_at;
    }
}

/// Whether a filter lets through nothing that an earlier one did not: words that grew longer.
fn narrows(earlier: &str, now: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ' ');
    !earlier.is_empty() && now.starts_with(earlier) && now.chars().all(plain)
}

/// What is compared first: the kind of the key, then its number or the letters in which texts begin to differ.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Quick {
    kind: u8,
    bits: u128,
    place: u32,
}

/// Rows by a column. Of equal ones the order stays.
fn sorted(list: &dyn List, column: usize, descending: bool, rows: &[u32]) -> Vec<u32> {
    let keys: Vec<SortKey<'_>> = rows
        .iter()
        .map(|row| list.sort_key(*row as usize, column))
        .collect();
    let common = common_letters(&keys);
    let mut quick: Vec<Quick> = (0..)
        .zip(&keys)
        .map(|(place, key)| {
            let (kind, bits) = match key {
                SortKey::Number(number) => (0, u128::from(ordered(*number))),
                SortKey::Text(text) => (1, letters(text.as_bytes(), common)),
                SortKey::Unknown => {
                    return Quick {
                        kind: 3,
                        bits: 0,
                        place,
                    };
                }
            };
            if descending {
                Quick {
                    kind: 2 - kind,
                    bits: !bits,
                    place,
                }
            } else {
                Quick { kind, bits, place }
            }
        })
        .collect();
    let whole = |place: u32| match keys.get(place as usize) {
        Some(SortKey::Text(text)) if text.len() > common + 16 => Some(&**text),
        _ => None,
    };
    quick.sort_unstable_by(|a, b| {
        (a.kind, a.bits).cmp(&(b.kind, b.bits)).then_with(|| {
            let rest = match (whole(a.place), whole(b.place)) {
                (None, None) => Ordering::Equal,
                (a, b) if descending => b.cmp(&a),
                (a, b) => a.cmp(&b),
            };
            rest.then(a.place.cmp(&b.place))
        })
    });
    quick
        .iter()
        .filter_map(|quick| rows.get(quick.place as usize).copied())
        .collect()
}

/// How many bytes all texts begin with alike.
fn common_letters(keys: &[SortKey<'_>]) -> usize {
    let mut texts = keys.iter().filter_map(|key| match key {
        SortKey::Text(text) => Some(text.as_bytes()),
        _ => None,
    });
    let Some(first) = texts.next() else { return 0 };
    texts.fold(first.len(), |common, text| {
        let pairs = first.iter().zip(text).take(common);
        pairs.take_while(|(a, b)| a == b).count()
    })
}

/// Sixteen bytes of a text from `from` on, so that numbers compare as the texts do. A text with a zero byte in it would
/// pass for a shorter one, which names of things do not have.
fn letters(text: &[u8], from: usize) -> u128 {
    let mut bytes = [0; 16];
    for (to, byte) in bytes.iter_mut().zip(text.iter().skip(from)) {
        *to = *byte;
    }
    u128::from_be_bytes(bytes)
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
