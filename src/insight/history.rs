//! What we saw of each group over time: its lag, poll by poll.

use std::collections::BTreeMap;

use crate::model::{
    Envelope, GroupKind, Name, OffsetKind, Ring, SeriesKey, Signal, Site, Time, Update,
};

use super::{GroupLag, Want, findings::rises, group_lag, group_partitions};

/// One group's lag now and before.
#[derive(Clone, Debug, Default)]
pub struct GroupHistory {
    pub lag: GroupLag,
    pub ring: Ring,
    /// The lag rises, by more than the noise from poll to poll.
    pub rises: bool,
    /// Records that come in per second, over all partitions of the group that answered; smoothed over a few polls.
    pub inflow: Option<f64>,
    /// Sum of the end offsets at the last sample.
    ends: Option<(Time, i64)>,
}

impl GroupHistory {
    /// Growth of the lag over the last minute, in records per second; negative when it falls.
    pub fn growth(&self) -> Option<f64> {
        self.ring.growth(60_000)
    }

    fn flow(&mut self, at: Time, ends: i64) {
        if let Some((before, old)) = self.ends
            && at > before
        {
            let now = (ends - old).max(0) as f64 * 1_000.0 / at.since(before) as f64;
            self.inflow = Some(self.inflow.map_or(now, |known| f64::midpoint(known, now)));
        }
        self.ends = Some((at, ends));
    }
}

/// The histories of all groups.
#[derive(Clone, Debug, Default)]
pub struct History {
    groups: BTreeMap<Name, GroupHistory>,
    generation: u64,
}

impl History {
    pub fn group(&self, id: &str) -> Option<&GroupHistory> {
        self.groups.get(id)
    }

    /// Changes with every sample.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Takes a sample when a lag refresh is complete: end offsets are asked for last.
    pub fn observe(&mut self, site: &Site, seen: &Seen) {
        match seen {
            Seen::Ends(at) => self.sample(site, *at),
            Seen::Commits => self.first_sight(site),
            Seen::GroupSeries => self.back_fill(site),
            Seen::Else => {}
        }
    }

    /// Groups that are new have a sum at once; all others get theirs when the round is whole.
    fn first_sight(&mut self, site: &Site) {
        for group in site
            .kafka
            .groups
            .iter()
            .filter(|group| group.commits.is_some())
        {
            let history = self.groups.entry(group.listed.id.clone()).or_default();
            if history.lag.partitions == 0 {
                history.lag = group_lag(&group_partitions(site, group, Want::Committed));
            }
        }
        self.generation += 1;
    }

    fn sample(&mut self, site: &Site, at: Time) {
        self.groups
            .retain(|id, _| site.kafka.groups.get(id).is_some());
        for group in site.kafka.groups.iter() {
            let history = self.groups.entry(group.listed.id.clone()).or_default();
            // The coordinator did not answer: what was known stays, and is no sample of now.
            if !group.has_fresh_commits(&site.kafka) {
                continue;
            }
            let partitions = group_partitions(site, group, Want::Committed);
            let lag = group_lag(&partitions);
            history.lag = lag;
            // A sum with parts missing would look like lag that went away.
            if let (Some(known), 0) = (lag.known, lag.unknown) {
                let ends = partitions.iter().filter_map(|p| p.end).map(|end| end.value);
                history.flow(at, ends.sum());
                history.ring.push(at, known as f64);
                history.rises = rises(&history.ring, history.inflow);
            }
        }
        self.back_fill(site);
    }

    /// Puts what Prometheus remembers in front of our own first sample. Share groups count otherwise than exporters do.
    fn back_fill(&mut self, site: &Site) {
        for (id, history) in &mut self.groups {
            if history.ring.len() >= Ring::CAPACITY {
                continue;
            }
            let exported = site.ring(SeriesKey::Group(id.clone()), Signal::GroupLag);
            let kind = site.kafka.groups.get(id).map(|group| group.listed.kind);
            if let Some(exported) = exported
                && matches!(kind, Some(GroupKind::Classic | GroupKind::Consumer))
            {
                let older: Vec<_> = exported.iter().collect();
                history.ring.prepend(&older);
                history.rises = rises(&history.ring, history.inflow);
            }
        }
        self.generation += 1;
    }
}

/// What an envelope means for the history, found before the model takes the envelope in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// A refresh ended at this moment.
    Ends(Time),
    Commits,
    GroupSeries,
    Else,
}

impl Seen {
    pub fn of(envelope: &Envelope) -> Seen {
        match &envelope.update {
            Update::Offsets(listing) if listing.kind == OffsetKind::End => Seen::Ends(envelope.at),
            Update::Commits(_) => Seen::Commits,
            Update::Series(points) if points.iter().any(|p| p.signal == Signal::GroupLag) => {
                Seen::GroupSeries
            }
            _ => Seen::Else,
        }
    }
}
