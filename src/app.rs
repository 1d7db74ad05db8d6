//! What the user does: a state machine without I/O. Messages go in, effects come out.
//!
//! [`App::handle`] is the one door; [`App::next_wake`] says when the picture would change by itself; [`App::settle`]
//! brings the row order of the page on screen up to date and is called before a draw. Nothing here knows a colour.

pub(crate) mod acting;
mod action;
mod effect;
mod filter;
mod goto;
mod key;
mod logring;
mod mode;
mod msg;
mod nav;
mod page;
pub mod reading;
mod state;

pub use acting::{Acting, Activity, Dialog, Step, Wish};
pub use action::{ACTIONS, Action, ActionDef, Place, find as action_for, key_table};
pub use effect::{Effect, Interest};
pub use filter::Filter;
pub use goto::{Command, candidates, parse as parse_goto};
pub use key::{Chord, KeyCode};
pub use logring::{LogLevel, LogLine, LogRing};
pub use mode::{Input, Mode};
pub use msg::Msg;
pub use nav::{Anchor, Sort, Subject, View};
pub use page::{
    Align, Cell, Column, Cx, Fact, List, Page, Pane, PaneId, Role, Section, SortKey, width,
};
pub use state::{App, Lines, Options, RowRef};
