//! What the sources are asked to read for the screen.

use crate::{
    app::{App, Effect, Interest, Subject},
    model::Key,
};

impl App {
    /// What the sources should read for the screen, if that is different from before.
    pub(super) fn new_interest(&mut self) -> Option<Effect> {
        let mut interest = Interest::default();
        if let Some(pane) = self.base_pane().and_then(|at| self.panes.get(at)) {
            interest.usage = pane.shows_usage();
            interest.disks = pane.shows_disks();
        }
        for view in self.stack() {
            match &view.subject {
                Subject::Object(Key::Group(id) | Key::Member { group: id, .. }) => {
                    interest.groups.insert(id.clone());
                }
                Subject::Object(Key::Pod(_) | Key::Workload(_) | Key::Node(_))
                | Subject::Charts(Key::Pod(_)) => {
                    interest.usage = true;
                }
                Subject::Object(Key::Topic(_) | Key::Partition(_) | Key::Broker(_)) => {
                    interest.disks = true;
                }
                _ => {}
            }
        }
        interest.groups.extend(self.groups_on_screen());
        interest.groups.extend(self.acting.groups().cloned());
        interest.charts = self.chart_ask();
        if interest == self.interest {
            return None;
        }
        self.interest = interest.clone();
        Some(Effect::Interest(interest))
    }
}
