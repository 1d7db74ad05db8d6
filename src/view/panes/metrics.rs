//! Metrics: charts of brokers, of groups and of pods. `view/charts.rs` draws them.

use crate::{
    app::{Cx, Page, Pane, PaneId},
    model::Key,
};

pub(super) static PANE: Metrics = Metrics;
pub(super) struct Metrics;

impl Pane for Metrics {
    fn id(&self) -> PaneId {
        PaneId::Metrics
    }

    fn title(&self) -> &'static str {
        "Metrics"
    }

    fn digit(&self) -> Option<char> {
        Some('8')
    }

    /// Which pods are drawn is chosen by what they use.
    fn shows_usage(&self) -> bool {
        true
    }

    fn page<'a>(&self, _: &'a Cx<'a>) -> Page<'a> {
        Page {
            title: "Metrics".into(),
            facts: Vec::new(),
            sections: Vec::new(),
        }
    }

    fn object<'a>(&self, _: &'a Cx<'a>, _: &Key) -> Option<Page<'a>> {
        None
    }
}
