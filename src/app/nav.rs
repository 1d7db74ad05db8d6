//! Where the user is: a stack of views, each with its own cursor, filter and order.

use std::collections::BTreeSet;

use crate::model::Key;

use super::{ChartView, Filter, PaneId, reading::What};

/// What a view shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    Pane(PaneId),
    Object(Key),
    /// What is read of an object while it is looked at.
    Read(What, Key),
    /// What was measured of an object over time.
    Charts(Key),
    /// Why an object is as it is.
    Why(Key),
}

/// Where the cursor stands: on an object, not on a line number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// The fact with this label.
    Fact(&'static str),
    Row {
        section: usize,
        key: Key,
    },
}

/// The order that the user chose for a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    pub section: usize,
    pub column: usize,
    pub descending: bool,
}

/// One view of the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    pub subject: Subject,
    /// None until the user moves: then the cursor is on the first row, whatever that is.
    pub anchor: Option<Anchor>,
    pub filter: Filter,
    pub sort: Option<Sort>,
    /// Rows that are marked, for actions on several.
    pub marks: BTreeSet<Key>,
    /// The row that was marked last: where a range begins.
    pub(super) marked: Option<Key>,
    pub charts: ChartView,
    /// Place of the cursor among what can be selected, and the first line shown.
    pub(super) at: usize,
    pub(super) top: usize,
}

impl Subject {
    /// The object that it is about; None of a pane.
    pub fn key(&self) -> Option<&Key> {
        match self {
            Subject::Object(key)
            | Subject::Read(_, key)
            | Subject::Charts(key)
            | Subject::Why(key) => Some(key),
            Subject::Pane(_) => None,
        }
    }
}

impl View {
    pub fn pane(id: PaneId) -> Self {
        View::new(Subject::Pane(id))
    }

    pub fn object(key: Key) -> Self {
        View::new(Subject::Object(key))
    }

    pub fn read(what: What, key: Key) -> Self {
        View::new(Subject::Read(what, key))
    }

    pub(super) fn why(key: Key) -> Self {
        View::new(Subject::Why(key))
    }

    pub(super) fn charts(key: Key) -> Self {
        View::new(Subject::Charts(key))
    }

    fn new(subject: Subject) -> Self {
        View {
            subject,
            anchor: None,
            filter: Filter::default(),
            sort: None,
            marks: BTreeSet::new(),
            marked: None,
            charts: ChartView::default(),
            at: 0,
            top: 0,
        }
    }

    /// The first line on screen.
    pub fn top(&self) -> usize {
        self.top
    }
}
