//! What we saw of each group over time: its lag, poll by poll.

mod outlook;
mod partitions;
mod rebalances;

pub use outlook::{Expected, Outlook};
pub use partitions::{GroupStatus, Meaning, coordinator_is_degraded, offsets_home};
pub use rebalances::Rebalances;

use std::collections::BTreeMap;

use crate::model::{
    Envelope, Group, GroupKind, Name, OffsetKind, Ring, SeriesKey, Signal, Site, Time, Update,
};

use super::{GroupLag, Want, Window, findings::rises, group_lag, group_partitions};

/// One group's lag now and before.
#[derive(Clone, Debug, Default)]
pub struct GroupHistory {
    pub lag: GroupLag,
    pub ring: Ring,
    /// The lag rises, by more than the noise from poll to poll.
    pub rises: bool,
    /// Records that come in per second, over all partitions of the group that answered; smoothed over a few polls.
    pub inflow: Option<f64>,
    /// Records that it commits per second, between the last two rounds; unknown where its partitions changed.
    pub outflow: Option<f64>,
    /// Prometheus remembers what was before our first sample.
    remembered: bool,
    /// The worst of its partitions.
    pub status: GroupStatus,
    /// What might be expected at the last sample.
    pub expected: Expected,
    /// Its partitions over time.
    pub window: Window,
    pub rebalances: Rebalances,
    /// How many members there were at the last sample, and since when it has been as many.
    members: Option<(usize, Time)>,
    /// Sum of the end offsets at the last sample, and of how many partitions.
    ends: Option<(Time, i64, usize)>,
    /// Sum of the committed offsets at the last sample, and of how many partitions.
    commits: Option<(Time, i64, usize)>,
}

impl GroupHistory {
    /// Growth of the lag over the last minute, in records per second; negative when it falls.
    pub fn growth(&self) -> Option<f64> {
        self.ring.growth(60_000)
    }

    /// Whether a part of the samples of its lag are Prometheus', from before our first.
    pub fn is_remembered(&self) -> bool {
        self.remembered
    }

    /// Whether the last minute was worked by as many members as there are now: else it says nothing of each of them.
    pub fn is_worked_evenly(&self) -> bool {
        let last = self.ring.last();
        match (self.members, last) {
            (Some((_, since)), Some((at, _))) => at.since(since) >= 60_000,
            _ => true,
        }
    }

    fn flow(&mut self, at: Time, (ends, partitions): (i64, usize)) {
        if let Some((before, old, of)) = self.ends
            && at > before
            && of == partitions
        {
            let now = (ends - old).max(0) as f64 * 1_000.0 / at.since(before) as f64;
            self.inflow = Some(self.inflow.map_or(now, |known| f64::midpoint(known, now)));
        }
        self.ends = Some((at, ends, partitions));
    }

    fn commit(&mut self, at: Time, (sum, partitions): (i64, usize)) {
        self.outflow = match self.commits {
            Some((before, old, of)) if at > before && of == partitions => {
                Some((sum - old).max(0) as f64 * 1_000.0 / at.since(before) as f64)
            }
            _ => None,
        };
        self.commits = Some((at, sum, partitions));
    }

    /// Takes a sample of the group, of the round that ended at this moment.
    fn sample(&mut self, site: &Site, group: &Group, at: Time, room: &mut partitions::Room) {
        let partitions = group_partitions(site, group, wanted(group));
        if let Some(members) = &group.members {
            let count = members.value.members.len();
            self.members = Some(match self.members {
                Some((same, since)) if same == count => (same, since),
                Some(_) => (count, at),
                // Whoever was there when it was read first was there before.
                None => (count, Time(0)),
            });
        }
        let committed = || partitions.iter().filter_map(|of| of.committed);
        self.commit(at, (committed().sum(), committed().count()));
        let lag = group_lag(&partitions);
        self.lag = lag;
        // A sum with parts missing would look like lag that went away.
        if let Some(whole) = lag.whole() {
            let ends = partitions.iter().filter_map(|p| p.end).map(|end| end.value);
            self.flow(at, (ends.clone().sum(), ends.count()));
            let first = self.ring.is_empty();
            self.ring.push(at, whole as f64);
            self.rises = rises(&self.ring, self.inflow);
            if first {
                remember(self, site, group);
            }
        }
        self.poll(site, group, at, &partitions, room);
    }
}

/// A group's history and whose it is: a number may have been another group's.
#[derive(Clone, Debug, Default)]
struct Entry {
    id: Name,
    history: GroupHistory,
}

/// The histories of all groups.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// By the group's number.
    entries: Vec<Option<Entry>>,
    numbers: BTreeMap<Name, u32>,
    generation: u64,
    room: partitions::Room,
}

impl History {
    pub fn group(&self, id: &str) -> Option<&GroupHistory> {
        self.at(*self.numbers.get(id)?)
    }

    /// The history of the group with this number.
    pub fn at(&self, number: u32) -> Option<&GroupHistory> {
        let entry = self.entries.get(number as usize)?.as_ref()?;
        Some(&entry.history)
    }

    /// Changes with every sample.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    fn entry(&mut self, number: u32, id: &Name) -> Option<&mut GroupHistory> {
        let at = number as usize;
        if self.entries.len() <= at {
            self.entries.resize_with(at + 1, || None);
        }
        let slot = self.entries.get_mut(at)?;
        if slot.as_ref().is_none_or(|entry| entry.id != *id) {
            if let Some(old) = slot.take()
                && self.numbers.get(&old.id) == Some(&number)
            {
                self.numbers.remove(&old.id);
            }
            self.numbers.insert(id.clone(), number);
            *slot = Some(Entry {
                id: id.clone(),
                history: GroupHistory::default(),
            });
        }
        slot.as_mut().map(|entry| &mut entry.history)
    }

    /// Takes in what an envelope brought, but for the samples of a round that is over: see [`History::sample`].
    pub(super) fn observe(&mut self, site: &Site, seen: &Seen) {
        match seen {
            Seen::Commits(groups) => self.first_sight(site, groups),
            Seen::GroupSeries => self.back_fill(site),
            Seen::Ends(_) | Seen::Usage(_) | Seen::Else => {}
        }
    }

    /// Groups that are new have a sum at once; all others get theirs when the round is whole.
    fn first_sight(&mut self, site: &Site, groups: &[Name]) {
        for id in groups {
            let Some(number) = site.kafka.groups.number(id) else {
                continue;
            };
            let group = site.kafka.groups.row(number);
            let group = group.filter(|group| group.commits(&site.kafka).is_some());
            let Some(group) = group else { continue };
            let Some(history) = self.entry(number, id) else {
                continue;
            };
            if history.lag.partitions == 0 {
                history.lag = group_lag(&group_partitions(site, group, wanted(group)));
                self.generation += 1;
            }
        }
    }

    /// Takes a sample of the group with this number, of the round that ended at this moment.
    pub(super) fn sample(&mut self, site: &Site, number: u32, at: Time) {
        let Some(group) = site.kafka.groups.row(number) else {
            return;
        };
        // The coordinator did not answer: what was known stays, and is no sample of now.
        let fresh = group.has_fresh_commits(&site.kafka);
        let mut room = std::mem::take(&mut self.room);
        if let Some(history) = self.entry(number, &group.listed.id) {
            if fresh {
                history.sample(site, group, at, &mut room);
            } else {
                let partitions = group_partitions(site, group, wanted(group));
                history.outflow = None;
                history.judge_all(site, group, at, &partitions, &mut room);
            }
        }
        self.room = room;
    }

    /// All groups were sampled.
    pub(super) fn end_round(&mut self) {
        self.generation += 1;
    }

    /// Drops the histories of groups that are no longer there.
    pub(super) fn forget(&mut self, site: &Site) {
        for (number, slot) in (0..).zip(&mut self.entries) {
            let group = site.kafka.groups.row(number);
            if let Some(entry) = slot
                && group.is_none_or(|group| group.listed.id != entry.id)
            {
                if self.numbers.get(&entry.id) == Some(&number) {
                    self.numbers.remove(&entry.id);
                }
                *slot = None;
            }
        }
    }

    /// Puts what Prometheus remembers in front of our own first sample.
    fn back_fill(&mut self, site: &Site) {
        self.generation += 1;
        for (number, slot) in (0..).zip(&mut self.entries) {
            if let Some(entry) = slot
                && let Some(group) = site.kafka.groups.row(number)
                && group.listed.id == entry.id
            {
                remember(&mut entry.history, site, group);
            }
        }
    }
}

/// Tasks of a streams group without a commit count from the log start; of any other group what was never committed is no part
/// of the sum.
fn wanted(group: &Group) -> Want {
    if group.listed.kind == GroupKind::Streams {
        Want::All
    } else {
        Want::Committed
    }
}

/// Puts what Prometheus remembers of a group in front of our own samples. Share groups count otherwise than exporters do.
fn remember(history: &mut GroupHistory, site: &Site, group: &Group) {
    let counts_alike = matches!(group.listed.kind, GroupKind::Classic | GroupKind::Consumer);
    if history.ring.len() >= Ring::CAPACITY || !counts_alike {
        return;
    }
    let of = SeriesKey::Group(group.listed.id.clone());
    if let Some(exported) = site.ring(of, Signal::GroupLag) {
        let older: Vec<_> = exported.iter().collect();
        let own = history.ring.len();
        history.ring.prepend(&older);
        history.remembered = history.ring.len() > own;
        history.rises = rises(&history.ring, history.inflow);
    }
}

/// What an envelope means for the history, found before the model takes the envelope in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// A refresh ended at this moment.
    Ends(Time),
    /// Commits of these groups.
    Commits(Vec<Name>),
    GroupSeries,
    /// What pods use was read at this moment.
    Usage(Time),
    Else,
}

impl Seen {
    pub(super) fn of(envelope: &Envelope) -> Seen {
        match &envelope.update {
            Update::Offsets(listing) if listing.kind == OffsetKind::End => Seen::Ends(envelope.at),
            Update::Commits(commits) => {
                Seen::Commits(commits.iter().map(|of| of.group.clone()).collect())
            }
            Update::PodUsage(_) => Seen::Usage(envelope.at),
            Update::Series(points) if points.iter().any(|p| p.signal == Signal::GroupLag) => {
                Seen::GroupSeries
            }
            _ => Seen::Else,
        }
    }
}
