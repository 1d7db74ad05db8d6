//! What the user does: a state machine without I/O. Messages go in, effects come out.
//!
//! [`App::handle`] is the one door; [`App::next_wake`] says when the picture would change by itself; [`App::settle`]
//! brings the row order of the page on screen up to date and is called before a draw. Nothing here knows a colour.

pub(crate) mod acting;
mod action;
mod charts;
mod columns;
mod config;
mod copy;
mod effect;
mod filter;
mod help;
mod key;
mod keymap;
mod logring;
mod mode;
mod msg;
mod nav;
mod notice;
mod page;
mod palette;
mod prefs;
pub mod reading;
mod replay;
mod spot;
mod state;

pub use acting::{Acting, Activity, Dialog, Step, Wish};
pub use action::{ACTIONS, Action, ActionDef, Place, key_table};
pub use charts::{ChartView, PARTS, RANGES};
pub use columns::{Columns, ListName};
pub use config::ConfigNews;
pub use copy::{COPIED, Copied};
pub use effect::{Effect, Interest};
pub use filter::{Bound, Filter, GRAMMAR, SEARCH, Unit};
pub use help::HelpLine;
pub use key::{Chord, KeyCode};
pub use keymap::{KeyFault, Keymap};
pub use logring::{LogLevel, LogLine, LogRing};
pub use mode::{Input, Mode};
pub use msg::Msg;
pub use nav::{Anchor, Sort, Subject, View};
pub use notice::Notice;
pub use page::{
    Align, Cell, Column, Cx, Fact, List, Page, Pane, PaneId, Role, Section, SortKey, width, wrap,
};
pub use palette::{CANDIDATES, Candidate, Command, Offer, candidates};
pub use prefs::Prefs;
pub use replay::Replay;
pub use spot::{Area, Gesture, Mouse, Seen, Spot};
pub use state::{App, Chooser, Lines, Options, RowRef};
