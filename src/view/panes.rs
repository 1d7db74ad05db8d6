//! One file a pane. A new pane is a new file, its `mod` line and its place in [`ALL`].

mod brokers;
mod cells;
mod groups;
mod home;
mod log;
mod metrics;
mod nodes;
mod pods;
mod sources;
mod topics;
mod workloads;

use crate::app::Pane;

/// All panes, in the order of the tabs.
pub static ALL: &[&dyn Pane] = &[
    &home::PANE,
    &groups::PANE,
    &topics::PANE,
    &brokers::PANE,
    &workloads::PANE,
    &nodes::PANE,
    &pods::PANE,
    &metrics::PANE,
    &sources::PANE,
    &log::PANE,
];
