//! What the sources are asked to read for the screen.

use std::collections::BTreeSet;

use crate::{
    app::{App, Effect, Interest, Subject},
    insight::{TimeLag, Want, group_partitions},
    model::{Key, Name, PartitionId},
};

/// Partitions of which timestamps are looked up at most.
const LOOKED_UP: usize = 256;

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
                Subject::Why(Key::Group(id)) => {
                    interest.groups.insert(id.clone());
                    interest.usage = true;
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
        interest.behind = self.far_behind(&interest.groups);
        interest.charts = self.chart_ask();
        if interest == self.interest {
            return None;
        }
        self.interest = interest.clone();
        Some(Effect::Interest(interest))
    }

    /// The partitions of groups on screen of which our own polls do not reach back to where the group is. Found anew with
    /// each round of samples.
    fn far_behind(&mut self, groups: &BTreeSet<Name>) -> BTreeSet<PartitionId> {
        let of = self.picture.history.generation();
        if self.behind_of == of && self.interest.groups == *groups {
            return self.interest.behind.clone();
        }
        self.behind_of = of;
        let kafka = &self.picture.site.kafka;
        let mut found = BTreeSet::new();
        for id in groups {
            let group = kafka.groups.get(id);
            let history = self.picture.history.group(id);
            let Some((group, history)) = group.zip(history) else {
                continue;
            };
            for row in group_partitions(&self.picture.site, group, Want::Committed) {
                if found.len() >= LOOKED_UP {
                    return found;
                }
                let when = history.when(&row);
                if when.is_some_and(|when| matches!(when.lag(self.now), Some(TimeLag::MoreThan(_))))
                {
                    found.insert(row.id);
                }
            }
        }
        found
    }
}
