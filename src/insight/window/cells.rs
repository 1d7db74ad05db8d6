//! Samples of one partition in as few bytes as they take.

use std::collections::VecDeque;

/// The committed offset, if there is one, and the end.
type Cell = (Option<i64>, i64);

const NONE: u32 = u32::MAX;

/// Cells, oldest first; None where a poll did not answer. Most partitions move by less than four billion records in what
/// is kept: then both numbers are kept as what they are above the lowest.
#[derive(Clone, Debug)]
pub(super) enum Cells {
    Narrow {
        lowest: i64,
        cells: VecDeque<(u32, u32)>,
    },
    Wide(VecDeque<Option<Cell>>),
}

impl Default for Cells {
    fn default() -> Self {
        Cells::Narrow {
            lowest: i64::MAX,
            cells: VecDeque::new(),
        }
    }
}

fn above(lowest: i64, value: i64) -> Option<u32> {
    let above = u32::try_from(value.checked_sub(lowest)?).ok()?;
    (above != NONE).then_some(above)
}

fn narrow(lowest: i64, cell: Option<Cell>) -> Option<(u32, u32)> {
    match cell {
        None => Some((NONE, NONE)),
        Some((None, end)) => Some((NONE, above(lowest, end)?)),
        Some((Some(committed), end)) => Some((above(lowest, committed)?, above(lowest, end)?)),
    }
}

fn wide(lowest: i64, (committed, end): (u32, u32)) -> Option<Cell> {
    if end == NONE {
        return None;
    }
    let value = |above: u32| lowest + i64::from(above);
    Some(((committed != NONE).then(|| value(committed)), value(end)))
}

fn lowest_of(cells: impl Iterator<Item = Option<Cell>>) -> i64 {
    cells
        .flatten()
        .map(|(committed, end)| committed.map_or(end, |committed| committed.min(end)))
        .min()
        .unwrap_or(i64::MAX)
}

/// Makes room for one more. There may be more than fit: when polls come further apart, fewer of them are kept.
pub(super) fn make_room<T>(cells: &mut VecDeque<T>, capacity: usize) {
    let others = capacity.saturating_sub(1);
    cells.drain(..cells.len().saturating_sub(others));
    if cells.len() == cells.capacity() {
        // Few groups live for two polls only; those that do take no room for a hundred.
        let room = if cells.len() < 4 {
            4
        } else {
            capacity - cells.len()
        };
        cells.reserve_exact(room);
    }
}

fn push_bounded<T>(cells: &mut VecDeque<T>, cell: T, capacity: usize) {
    make_room(cells, capacity);
    cells.push_back(cell);
}

impl Cells {
    pub(super) fn len(&self) -> usize {
        match self {
            Cells::Narrow { cells, .. } => cells.len(),
            Cells::Wide(cells) => cells.len(),
        }
    }

    pub(super) fn push(&mut self, cell: Option<Cell>, capacity: usize) {
        match self {
            Cells::Wide(cells) => push_bounded(cells, cell, capacity),
            Cells::Narrow { lowest, cells } => {
                if let Some(fits) = narrow(*lowest, cell) {
                    push_bounded(cells, fits, capacity);
                    return;
                }
                let kept = cells.len().saturating_sub(capacity - 1);
                let known: Vec<Option<Cell>> = cells
                    .iter()
                    .skip(kept)
                    .map(|of| wide(*lowest, *of))
                    .collect();
                let all = || known.iter().copied().chain([cell]);
                let base = lowest_of(all());
                let fitting: Option<VecDeque<(u32, u32)>> =
                    all().map(|of| narrow(base, of)).collect();
                *self = match fitting {
                    Some(cells) => Cells::Narrow {
                        lowest: base,
                        cells,
                    },
                    None => Cells::Wide(all().collect()),
                };
            }
        }
    }

    /// A cell by its place, the oldest first. By place, as this is what a round of tens of thousands of partitions does most.
    pub(super) fn get(&self, place: usize) -> Option<Cell> {
        match self {
            Cells::Narrow { lowest, cells } => wide(*lowest, *cells.get(place)?),
            Cells::Wide(cells) => *cells.get(place)?,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_kept_is_what_was_said(
            said in proptest::collection::vec(
                proptest::option::of((proptest::option::of(0..i64::MAX), 0..i64::MAX)), 0..60),
            near in proptest::collection::vec((0_i64..1_000, 0_i64..1_000), 0..60),
            base in 0..i64::MAX - 2_000,
        ) {
            let near = near.into_iter().map(|(a, b)| Some((Some(base + a), base + a + b)));
            for list in [said, near.collect()] {
                let mut cells = Cells::default();
                for (count, cell) in list.iter().enumerate() {
                    cells.push(*cell, 16);
                    let kept: Vec<_> = (0..cells.len()).map(|place| cells.get(place)).collect();
                    let from = (count + 1).saturating_sub(16);
                    prop_assert_eq!(&kept[..], &list[from..=count]);
                }
            }
        }
    }
}
