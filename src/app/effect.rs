//! What the app asks of the world, as data.

use std::{collections::BTreeSet, time::Duration};

use crate::{
    model::{ChartAsk, Name, PartitionId},
    plan::Order,
};

use super::reading::Ask;

/// What is on screen, so that sources read no more than is looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interest {
    /// Groups whose members are shown.
    pub groups: BTreeSet<Name>,
    /// Partitions whose groups are shown and are further behind than our own polls reach back: their records' timestamps
    /// are looked up.
    pub behind: BTreeSet<PartitionId>,
    /// CPU and memory of pods or nodes are shown.
    pub usage: bool,
    /// Sizes on disk are shown.
    pub disks: bool,
    /// Series over a range that are drawn.
    pub charts: Option<ChartAsk>,
}

/// One thing to be done outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The user looks at something else now.
    Interest(Interest),
    /// This is to be read now, instead of what was being read; None: nothing any more.
    Read(Option<Ask>),
    /// Ask all sources again now.
    Refresh,
    /// Read Kafka and Prometheus this often from now on.
    Cadence {
        kafka: Duration,
        prometheus: Duration,
    },
    /// Give the terminal back to the shell until it is continued.
    Suspend,
    /// An order to whoever makes changes. There is none in read-only mode.
    Order(Box<Order>),
    /// Draw everything anew.
    Redraw,
    /// Show the theme of this name.
    Theme(String),
    /// Put this text on the terminal's clipboard.
    Copy(String),
    /// Write what was said of late to a file.
    Save,
    /// Take the mouse, or leave it to the terminal.
    Mouse(bool),
    /// Leave this site for the one of another kubeconfig context.
    Switch(String),
    Quit,
}
