//! The screen as text: which pane stands for which report.

use crate::{app::PaneId, cli::args::View};

use super::Subject;

/// The pane that shows most of what the report holds.
pub(super) fn pane(subject: &Subject) -> PaneId {
    match subject {
        Subject::Lag(_) | Subject::View(View::Groups) => PaneId::Groups,
        Subject::View(View::Home) => PaneId::Home,
        Subject::View(View::Topics | View::Partitions) => PaneId::Topics,
        Subject::View(View::Brokers) => PaneId::Brokers,
        Subject::View(View::Workloads | View::Pods) => PaneId::Workloads,
        Subject::View(View::Nodes) => PaneId::Nodes,
        Subject::View(View::Sources) => PaneId::Sources,
    }
}
