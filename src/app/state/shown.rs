//! What is on the screen, for those who draw it.

use std::collections::BTreeSet;

use crate::{
    app::{App, Pane, nav::Subject},
    model::BrokerId,
};

impl App {
    /// The pane whose list is the current page; None on the page of an object.
    pub fn shown_pane(&self) -> Option<&'static dyn Pane> {
        let Subject::Pane(id) = self.view().subject else {
            return None;
        };
        self.panes.iter().find(|pane| pane.id() == id).copied()
    }

    /// The row under the cursor, as its place in its list.
    pub fn row_here(&self) -> Option<usize> {
        self.lines.row_at(self.view().at)
    }

    /// Brokers that the cluster names, and those that only replicas name any more.
    pub fn known_brokers(&self) -> usize {
        let kafka = &self.picture.site.kafka;
        let brokers = kafka
            .cluster
            .iter()
            .flat_map(|cluster| &cluster.value.brokers);
        let mut known: BTreeSet<BrokerId> = brokers.map(|broker| broker.id).collect();
        for topic in kafka.topics.iter() {
            known.extend(
                topic
                    .meta
                    .partitions
                    .iter()
                    .flat_map(|p| p.replicas.iter().copied()),
            );
        }
        known.len()
    }
}
