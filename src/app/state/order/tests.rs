use proptest::prelude::*;

use super::*;
use crate::{
    app::{Cell, Column},
    model::{Delta, Key, Row, Table},
};

/// A row by its key: what it is sorted by in two columns.
#[derive(Clone, Debug, PartialEq)]
struct Thing {
    key: u8,
    text: Option<String>,
    number: i16,
}

impl Row for Thing {
    type Key = u8;
    fn key(&self) -> u8 {
        self.key
    }
}

const COLUMNS: &[Column] = &[Column::left("TEXT", 4), Column::right("NUMBER", 4)];

struct Things<'a>(&'a Table<Thing>);

impl Things<'_> {
    fn at(&self, row: usize) -> Option<&Thing> {
        self.0.row(u32::try_from(row).unwrap())
    }
}

impl List for Things<'_> {
    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }
    fn len(&self) -> usize {
        self.0.len()
    }
    fn key(&self, row: usize) -> Key {
        Key::Log(row as u64)
    }
    fn cell(&self, row: usize, _: usize) -> Cell<'_> {
        let text = self.at(row).and_then(|thing| thing.text.as_deref());
        Cell::text(text.unwrap_or_default())
    }
    fn sort_key(&self, row: usize, column: usize) -> SortKey<'_> {
        match (self.at(row), column) {
            (Some(thing), 0) => match &thing.text {
                Some(text) => SortKey::Text(text.as_str().into()),
                None => SortKey::Unknown,
            },
            (Some(thing), _) => SortKey::Number(f64::from(thing.number)),
            (None, _) => panic!("row {row} is not there"),
        }
    }
    fn filter_text(&self, row: usize, into: &mut String) {
        into.push_str(&self.cell(row, 0).text);
    }
    fn ledger(&self) -> Option<Ledger<'_>> {
        Some(self.0.ledger())
    }
}

fn thing() -> impl Strategy<Value = Thing> {
    let text = proptest::option::of(
        "(common-prefix-of-them-all-)?(aaaabbbbaaaa)?[ab]{0,3}(aaaaaaaabbbbbbbb)?[ab]{0,6}",
    );
    (0..40_u8, text, -3..3_i16).prop_map(|(key, text, number)| Thing { key, text, number })
}

fn step() -> impl Strategy<Value = (Delta<Thing>, Option<(usize, bool)>, &'static str)> {
    let delta = (
        proptest::collection::vec(thing(), 0..12),
        proptest::collection::vec(0..40_u8, 0..3),
    )
        .prop_map(|(set, gone)| Delta {
            set,
            gone,
            ..Delta::default()
        });
    let sort = proptest::option::of((0..2_usize, any::<bool>()));
    let filter = proptest::sample::select(vec!["", "a", "ab", "aba", "b", "aa"]);
    (delta, sort, filter)
}

proptest! {
    /// Whatever changes, in order, filter or rows: what is kept is what would be made anew.
    #[test]
    fn what_is_mended_is_what_would_be_made_anew(steps in proptest::collection::vec(step(), 1..16)) {
        let mut table = Table::default();
        let mut kept = Order::default();
        for (delta, sort, text) in steps {
            table.apply(delta);
            let list = Things(&table);
            let mut passes = |list: &dyn List, row: usize, known: Option<&str>| {
                let mut have = String::new();
                list.filter_text(row, &mut have);
                assert!(known.is_none_or(|known| known == have), "{known:?} is {have:?}");
                have.contains(text)
            };
            let filter = (!text.is_empty()).then_some(Filtering {
                text,
                clock: 0,
                passes: &mut passes,
            });
            kept.follow(&list, table.ledger(), sort, filter);

            let mut plain: Vec<u32> = table.ledger().order.to_vec();
            if let Some((column, descending)) = sort {
                let key = |row: &u32| list.sort_key(*row as usize, column);
                plain.sort_by(|a, b| compare(&key(a), &key(b), descending));
            }
            prop_assert_eq!(kept.all(), plain.len());
            plain.retain(|row| {
                let row = table.row(*row).and_then(|thing| thing.text.as_deref());
                text.is_empty() || row.unwrap_or_default().contains(text)
            });
            prop_assert_eq!(kept.rows(), plain);
        }
    }
}
