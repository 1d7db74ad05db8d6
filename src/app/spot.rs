//! Where on the screen what was drawn can be clicked. The view says it with each draw; a click is looked up in what was
//! drawn last, so that the two never disagree.

use super::PaneId;
use crate::model::Time;

/// Cells of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    pub x: u16,
    pub y: u16,
    pub width: u16,
    pub height: u16,
}

impl Area {
    fn holds(self, x: u16, y: u16) -> bool {
        let within = |at: u16, from: u16, long: u16| at >= from && at - from < long;
        within(x, self.x, self.width) && within(y, self.y, self.height)
    }
}

/// What stands somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    /// The tab of a pane.
    Tab(PaneId),
    /// A line of the page, counted from the page's first.
    Line(usize),
    /// The title of a column.
    Header { section: usize, column: usize },
    /// The page of the selected object, beside the list.
    Beside,
    /// The border between the list and what is beside it.
    Divider,
    /// One of the things that the layer on top lets choose from.
    Choice(usize),
}

/// What a draw found out: when the picture changes by itself, and what can be clicked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    pub roll: Option<Time>,
    /// Later ones lie over earlier ones.
    pub spots: Vec<(Area, Spot)>,
}

impl Seen {
    /// What stands at a cell.
    pub fn at(&self, x: u16, y: u16) -> Option<Spot> {
        let found = self.spots.iter().rev().find(|(area, _)| area.holds(x, y));
        found.map(|(_, spot)| *spot)
    }
}

/// What the mouse did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gesture {
    /// The left button went down.
    Press,
    /// The mouse moved with the left button down.
    Drag,
    Release,
    WheelUp,
    WheelDown,
}

/// The mouse at a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mouse {
    pub gesture: Gesture,
    pub x: u16,
    pub y: u16,
}
