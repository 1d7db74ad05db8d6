//! What a pane offers: pages of facts and lists, as meaning. How they look is the view's business.

use std::{
    borrow::Cow,
    cell::{Cell as Slot, RefCell},
};

use crate::{
    insight::{Finding, Picture},
    model::{Key, Ledger, Source, State, Time},
};

use super::{Area, LogRing, Options, Seen, Spot, Unit};

/// The panes that have a name of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PaneId {
    Home,
    Groups,
    Topics,
    Brokers,
    Workloads,
    Nodes,
    Pods,
    Metrics,
    Sources,
    Log,
}

/// What a text means. Colour is one way to show it, and never the only one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    #[default]
    Text,
    /// Less important than text.
    Dim,
    /// More important than text.
    Strong,
    /// A heading or a label.
    Label,
    Good,
    Warn,
    Bad,
    /// Old: the source has not answered since.
    Stale,
}

/// One text with its meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell<'a> {
    pub text: Cow<'a, str>,
    pub role: Role,
}

impl<'a> Cell<'a> {
    pub fn new(text: impl Into<Cow<'a, str>>, role: Role) -> Self {
        Cell {
            text: text.into(),
            role,
        }
    }

    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Cell::new(text, Role::Text)
    }

    pub fn dim(text: impl Into<Cow<'a, str>>) -> Self {
        Cell::new(text, Role::Dim)
    }

    /// What is not known: a dash, never a 0.
    pub fn unknown() -> Self {
        Cell::new("-", Role::Dim)
    }
}

/// On which side of its column a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
}

/// A column of a list.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    pub title: &'static str,
    pub align: Align,
    /// Cells that it takes at least.
    pub width: u16,
    /// Its share of what is left over; 0 for none.
    pub flex: u16,
    /// The higher, the earlier it goes when the screen is narrow; 0 never goes.
    pub drop: u8,
    /// Whether the first sort by it is from the highest down.
    pub descending: bool,
    /// What its numbers count, for filters such as `age>1h`.
    pub unit: Unit,
}

impl Column {
    pub const fn left(title: &'static str, width: u16) -> Self {
        Column {
            title,
            align: Align::Left,
            width,
            flex: 0,
            drop: 0,
            descending: false,
            unit: Unit::Count,
        }
    }

    pub const fn right(title: &'static str, width: u16) -> Self {
        Column {
            title,
            align: Align::Right,
            width,
            flex: 0,
            drop: 0,
            descending: true,
            unit: Unit::Count,
        }
    }

    #[must_use]
    pub const fn flex(mut self, flex: u16) -> Self {
        self.flex = flex;
        self
    }

    #[must_use]
    pub const fn drop(mut self, drop: u8) -> Self {
        self.drop = drop;
        self
    }

    #[must_use]
    pub const fn unit(mut self, unit: Unit) -> Self {
        self.unit = unit;
        self
    }
}

/// What a row is sorted by. Unknown values come last in either direction.
#[derive(Clone, Debug, PartialEq)]
pub enum SortKey<'a> {
    Number(f64),
    Text(Cow<'a, str>),
    Unknown,
}

impl SortKey<'_> {
    pub fn number(value: Option<f64>) -> Self {
        value.map_or(SortKey::Unknown, SortKey::Number)
    }
}

/// Rows behind an interface, so that only those on screen are built.
pub trait List {
    fn columns(&self) -> &'static [Column];
    fn len(&self) -> usize;
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    fn key(&self, row: usize) -> Key;
    fn cell(&self, row: usize, column: usize) -> Cell<'_>;
    fn sort_key(&self, row: usize, column: usize) -> SortKey<'_>;
    /// Where changes are marked, if they are. Then a row is its number in the ledger, not its place, order and filter are
    /// mended and not made anew, and `number` finds a key's row. Else rows are the places from 0 to `len`.
    fn ledger(&self) -> Option<Ledger<'_>> {
        None
    }
    /// The row of a key, for lists with a ledger.
    fn number(&self, _key: &Key) -> Option<usize> {
        None
    }
    /// Whether a row of the ledger is in the list at all.
    fn shows(&self, _row: usize) -> bool {
        true
    }
    /// Whether this column and direction give the ledger's own order.
    fn is_own_order(&self, _by: (usize, bool)) -> bool {
        false
    }
    /// Changes when what a column shows may be different though the ledger marks no row.
    fn epoch(&self, _column: usize) -> u64 {
        0
    }
    /// Changes when the texts that a filter looks through may be different though the ledger marks no row.
    fn text_epoch(&self) -> u64 {
        let columns = 0..self.columns().len();
        columns.fold(0, |sum, column| sum.wrapping_add(self.epoch(column)))
    }
    /// The text that a filter looks through.
    fn filter_text(&self, row: usize, into: &mut String) {
        for column in 0..self.columns().len() {
            into.push_str(&self.cell(row, column).text);
            into.push(' ');
        }
    }
}

/// One line of a page that is no row: a label and its values.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact<'a> {
    pub label: &'static str,
    pub cells: Vec<Cell<'a>>,
    /// What Enter opens.
    pub link: Option<Key>,
    /// The cursor stands here when the page is opened: what most people go on to.
    pub first: bool,
}

impl<'a> Fact<'a> {
    pub fn new(label: &'static str, cells: Vec<Cell<'a>>) -> Self {
        Fact {
            label,
            cells,
            link: None,
            first: false,
        }
    }

    /// Lets the cursor begin here.
    #[must_use]
    pub fn first(mut self) -> Self {
        self.first = true;
        self
    }

    #[must_use]
    pub fn link(mut self, link: Option<Key>) -> Self {
        self.link = link;
        self
    }
}

/// A list on a page.
pub struct Section<'a> {
    pub title: Cow<'a, str>,
    pub list: Box<dyn List + 'a>,
    /// What is said when there are no rows at all.
    pub empty: Cow<'a, str>,
    /// Column and direction (true: descending) before the user chose; None leaves the list's own order.
    pub sort: Option<(usize, bool)>,
}

/// A page: facts, then lists.
pub struct Page<'a> {
    pub title: Cow<'a, str>,
    pub facts: Vec<Fact<'a>>,
    pub sections: Vec<Section<'a>>,
}

/// All that a page is made from.
pub struct Cx<'a> {
    pub picture: &'a Picture,
    pub findings: &'a [Finding],
    pub log: &'a LogRing,
    pub now: Time,
    pub options: &'a Options,
    /// Only ASCII may be shown.
    pub ascii: bool,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    roll: Slot<Option<Time>>,
    spots: RefCell<Vec<(Area, Spot)>>,
}

impl<'a> Cx<'a> {
    pub fn new(
        picture: &'a Picture,
        findings: &'a [Finding],
        log: &'a LogRing,
        now: Time,
        options: &'a Options,
    ) -> Self {
        let ascii = options.ascii;
        Cx {
            picture,
            findings,
            log,
            now,
            options,
            ascii,
            size: (80, 24),
            roll: Slot::new(None),
            spots: RefCell::default(),
        }
    }

    /// The same for a terminal of this size.
    #[must_use]
    pub fn sized(mut self, size: (u16, u16)) -> Self {
        self.size = size;
        self
    }

    /// Whether objects of a namespace are shown: `-n` filters what is shown, never the join.
    pub fn shows(&self, namespace: &str) -> bool {
        self.options
            .namespace
            .as_deref()
            .is_none_or(|only| only == namespace)
    }

    /// The picture changes by itself at this moment, if not before.
    pub fn rolls_at(&self, at: Time) {
        if at > self.now && self.roll.get().is_none_or(|earlier| at < earlier) {
            self.roll.set(Some(at));
        }
    }

    /// When something that was shown will be different though nothing was heard.
    pub fn roll(&self) -> Option<Time> {
        self.roll.get()
    }

    /// What was just drawn in this area can be clicked.
    pub fn spot(&self, area: Area, spot: Spot) {
        if let Ok(mut spots) = self.spots.try_borrow_mut() {
            spots.push((area, spot));
        }
    }

    /// All that the draw with this context found out.
    pub fn seen(self) -> Seen {
        Seen {
            roll: self.roll.get(),
            spots: self.spots.into_inner(),
        }
    }

    /// The time since a moment, as `9s`, `4m`, `3h`, `2d`; rolls over at each step.
    pub fn age(&self, since: Time) -> String {
        let millis = self.now.since(since).max(0);
        let (unit, letter) = match millis {
            0..60_000 => (1_000, 's'),
            60_000..3_600_000 => (60_000, 'm'),
            3_600_000..86_400_000 => (3_600_000, 'h'),
            _ => (86_400_000, 'd'),
        };
        let count = millis / unit;
        self.rolls_at(since.plus((count + 1) * unit));
        format!("{count}{letter}")
    }

    /// Nothing was read yet, or something is being read for the first time: finding nothing is no all-clear then.
    pub fn is_reading(&self) -> bool {
        let health = &self.picture.site.health;
        let syncing = |state: &State| matches!(state, State::Syncing { .. });
        health.is_empty() || health.values().any(|health| syncing(&health.report.state))
    }

    /// A mark, or its ASCII stand-in.
    pub fn mark(&self, mark: &'static str, ascii: &'static str) -> &'static str {
        if self.ascii { ascii } else { mark }
    }
}

/// One pane: a list of all of its nouns, and a page for each.
pub trait Pane: Sync {
    fn id(&self) -> PaneId;
    /// As in the tab line, in `:` and on the command line (there in small letters).
    fn title(&self) -> &'static str;
    /// The digit that shows it; None where it has none.
    fn digit(&self) -> Option<char>;
    /// The sources its list lives on: while one of them is sick, the rows are old and look it.
    fn sources(&self) -> &'static [Source] {
        &[]
    }
    /// Whether it shows CPU and memory, or sizes on disk.
    fn shows_usage(&self) -> bool {
        false
    }
    fn shows_disks(&self) -> bool {
        false
    }
    /// Lines under its list in a terminal of this size, for what is said of the row under the cursor.
    fn foot_height(&self, _size: (u16, u16)) -> u16 {
        0
    }
    /// What is said of a row of its list.
    fn foot<'a>(&self, _cx: &Cx<'a>, _row: usize) -> Option<Cow<'a, str>> {
        None
    }
    fn page<'a>(&self, cx: &'a Cx<'a>) -> Page<'a>;
    /// The page of one object, if the object is of this pane's nouns.
    fn object<'a>(&self, cx: &'a Cx<'a>, key: &Key) -> Option<Page<'a>>;
    /// Why one object is as it is, if that can be told of this pane's nouns.
    fn why<'a>(&self, _cx: &'a Cx<'a>, _key: &Key) -> Option<Page<'a>> {
        None
    }
}

/// The width of a text in terminal cells.
pub fn width(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}

/// Breaks a text into lines of at most `max` cells, at spaces where there are any.
pub fn wrap(text: &str, max: usize) -> Vec<String> {
    let max = max.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && width(&line) + 1 + width(word) > max {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        for letter in word.chars() {
            if width(&line) + width(letter.encode_utf8(&mut [0; 4])) > max {
                lines.push(std::mem::take(&mut line));
            }
            line.push(letter);
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}
