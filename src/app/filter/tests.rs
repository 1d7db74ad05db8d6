use std::borrow::Cow;

use crate::{
    app::Cell,
    model::{Key, Name},
};

use super::*;

const COLUMNS: &[Column] = &[
    Column::left("POD", 10),
    Column::left("STATUS", 10),
    Column::right("READY", 5).unit(Unit::Shown),
    Column::right("LAG", 5),
    Column::right("MEMORY", 5).unit(Unit::Bytes),
    Column::right("AGE", 5).unit(Unit::Time),
    Column::left("LAST EXIT", 5),
];

/// One row: a text for each column, and the numbers of some.
struct One([&'static str; 7], Option<f64>);

impl List for One {
    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn len(&self) -> usize {
        1
    }

    fn key(&self, _: usize) -> Key {
        Key::Topic(Name::from("t"))
    }

    fn cell(&self, _: usize, column: usize) -> Cell<'_> {
        Cell::text(self.0[column])
    }

    fn sort_key(&self, _: usize, column: usize) -> SortKey<'_> {
        match column {
            3 => SortKey::number(self.1),
            4 => SortKey::Number(2e9),
            5 => SortKey::Number(7_200e3),
            2 => SortKey::Number(1.0),
            other => SortKey::Text(Cow::Borrowed(self.0[other])),
        }
    }
}

const ROW: One = One(
    [
        "shop/Orders-1",
        "Running",
        "3/4",
        "1500",
        "1.86Gi",
        "2h",
        "OOMKilled (137)",
    ],
    Some(1_500.0),
);

fn passes(filter: &str, row: &One) -> bool {
    let filter = Filter::parse(filter);
    filter
        .bind(COLUMNS)
        .passes(row, 0, None, &mut String::new())
}

fn fault(filter: &str) -> Option<String> {
    Filter::parse(filter).fault(&std::iter::once(COLUMNS))
}

#[test]
fn each_term_must_hold_and_none_that_is_negated() {
    for (filter, let_through) in [
        ("", true),
        ("ORD", true),
        ("ord run", true),
        ("ord pay", false),
        ("ord !pay", true),
        ("!ord", false),
        ("!", true),
        ("status:run", true),
        ("STATUS:crash", false),
        ("!status:crash", true),
        ("status:run !status:run", false),
        ("last-exit:oom", true),
        ("lastexit:oom", true),
        ("last:oom", true),
        ("status=running", true),
        ("status=run", false),
        ("status!=run", true),
        ("pod:~^shop/o", true),
        ("~ord.*-\\d", true),
        ("!~ord.*-\\d", false),
        ("~^orders", false),
        ("lag>1000", true),
        ("lag>1.2k", true),
        ("lag>=1500", true),
        ("lag<=1499", false),
        ("lag=1500", true),
        ("lag<1k", false),
        ("!lag<1k", true),
        ("ready<4", true),
        ("ready>3", false),
        ("mem>1GiB", true),
        ("mem>2GiB", false),
        ("age>1h", true),
        ("age<90m", false),
        ("\"run\"", true),
        ("\"orders-1 running\"", true),
        ("\"lag>1000\"", false),
        ("ord lag>1k !status:crash ~shop", true),
    ] {
        assert_eq!(passes(filter, &ROW), let_through, "{filter:?}");
        assert_eq!(fault(filter), None, "{filter:?}");
    }
}

#[test]
fn what_is_wrong_is_said_and_filters_nothing_away() {
    for (filter, words) in [
        ("~[", "is no pattern yet"),
        ("pod:~(", "is no pattern yet"),
        ("lag>", "lag> what?"),
        ("lag>abc", "LAG is compared with a number such as 100"),
        ("age>1GiB", "such as 30s"),
        ("age>90", "such as 30s"),
        ("mem>1h", "such as 512Ki"),
        (
            "status>3",
            "STATUS is no number; its text is found by status:3",
        ),
        (
            "staus:run",
            "no column is called \"staus\" here; there are pod, status",
        ),
        ("l>3", "no column is called \"l\""),
        ("status:", "status: holds what?"),
        (">3", "which column?"),
        ("ord ~[", "is no pattern yet"),
    ] {
        let said = fault(filter).unwrap_or_default();
        assert!(said.contains(words), "{filter:?}: {said:?}");
        assert!(passes(filter, &ROW), "{filter:?}");
    }
}

#[test]
fn what_is_not_known_is_neither_more_nor_less() {
    let unknown = One(["p", "s", "-", "-", "-", "-", "-"], None);
    for (filter, let_through) in [
        ("lag>0", false),
        ("lag<0", false),
        ("lag=0", false),
        ("!lag>0", true),
        ("ready<3", false),
        ("lag:-", true),
    ] {
        assert_eq!(passes(filter, &unknown), let_through, "{filter:?}");
    }
}

#[test]
fn a_term_that_one_list_of_a_page_understands_is_not_wrong() {
    const OTHER: &[Column] = &[Column::left("TOPIC", 5)];
    let filter = Filter::parse("lag>3");
    assert!(filter.fault(&[COLUMNS, OTHER].into_iter()).is_none());
    assert!(filter.fault(&[OTHER, OTHER].into_iter()).is_some());
    assert!(filter.fault(&std::iter::empty()).is_none());
    assert!(filter.bind(OTHER).is_empty(), "it lets the other list be");
}
