//! The columns of lists as the user likes them: which of them, and in which order.

use std::collections::{BTreeMap, BTreeSet};

use super::{Column, PaneId, Subject};

/// Chosen columns, by list: the titles of those that are shown, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    chosen: BTreeMap<ListName, Vec<String>>,
}

/// Which list: that of a pane, or one on the page of some kind of object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListName(String);

impl ListName {
    /// The first list of a pane.
    pub fn pane(id: PaneId) -> Self {
        ListName(format!("{id:?} 0"))
    }

    pub(super) fn of(subject: &Subject, section: usize) -> Self {
        ListName(match subject {
            Subject::Pane(id) => format!("{id:?} {section}"),
            Subject::Object(key) => format!("{:?} {section}", key.noun()),
            Subject::Read(what, _) => format!("{what:?} {section}"),
            Subject::Charts(_) => format!("Charts {section}"),
            Subject::Why(_) => format!("Why {section}"),
        })
    }
}

impl Columns {
    /// Shows these columns of a list, by their titles.
    pub fn choose(&mut self, list: ListName, titles: Vec<String>) {
        self.chosen.insert(list, titles);
    }

    /// The titles that were chosen for a list, in their order.
    pub fn chosen(&self, list: &ListName) -> Option<&[String]> {
        self.chosen.get(list).map(Vec::as_slice)
    }

    /// What makes these columns those of another choice: lists with what was chosen for them, or nothing any more. Lists
    /// that are the same in both are left out.
    pub fn news(&self, now: &Columns) -> Vec<(ListName, Option<Vec<String>>)> {
        let all: BTreeSet<&ListName> = self.chosen.keys().chain(now.chosen.keys()).collect();
        let changed = all
            .into_iter()
            .filter(|list| self.chosen.get(list) != now.chosen.get(list));
        changed
            .map(|list| (list.clone(), now.chosen.get(list).cloned()))
            .collect()
    }

    /// Shows a list as it is by itself.
    pub fn forget(&mut self, list: &ListName) {
        self.chosen.remove(list);
    }

    /// The places of the columns that are shown, in their order. All of them where nothing was chosen, or where nothing
    /// that was chosen is there.
    pub fn order(&self, list: &ListName, columns: &[Column]) -> Vec<usize> {
        let place = |title: &String| columns.iter().position(|column| column.title == title);
        let chosen = self.chosen.get(list).into_iter().flatten();
        let places: Vec<usize> = chosen.filter_map(place).collect();
        if places.is_empty() {
            (0..columns.len()).collect()
        } else {
            places
        }
    }
}
