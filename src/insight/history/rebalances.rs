//! When the partitions of a group changed hands, as far as was seen.

use std::{
    collections::{BTreeSet, VecDeque},
    hash::{DefaultHasher, Hash, Hasher},
};

use crate::model::{Fact, Group, GroupMembers, Name, Time};

/// What is kept of each.
const KEPT: usize = 32;

/// Rebalances of one group, and members that came and went.
#[derive(Clone, Debug, Default)]
pub struct Rebalances {
    /// When, and how many at once: an epoch counts those that nobody saw.
    seen: VecDeque<(Time, usize)>,
    moves: VecDeque<(Time, Name)>,
    read: Option<Time>,
    epoch: Option<i32>,
    print: Option<u64>,
    members: BTreeSet<(Name, Name)>,
    moving: bool,
}

fn push<T>(to: &mut VecDeque<T>, what: T) {
    if to.len() == KEPT {
        to.pop_front();
    }
    to.push_back(what);
}

impl Rebalances {
    /// Takes in how the group is at a moment.
    pub(super) fn observe(&mut self, group: &Group, at: Time) {
        let moving = matches!(
            &*group.listed.state,
            "PreparingRebalance" | "CompletingRebalance"
        );
        let begins = moving && !std::mem::replace(&mut self.moving, moving);
        if let Some(members) = &group.members
            && self.read != Some(members.at)
        {
            self.read(members, group.owners_stale);
        } else if begins {
            push(&mut self.seen, (at, 1));
        }
    }

    fn read(&mut self, members: &Fact<GroupMembers>, stale: bool) {
        let first = self.read.is_none();
        self.read = Some(members.at);
        let now: BTreeSet<(Name, Name)> = members
            .value
            .members
            .iter()
            .map(|member| (member.id.clone(), member.host.clone()))
            .collect();
        if !first {
            for (_, host) in now.symmetric_difference(&self.members) {
                push(&mut self.moves, (members.at, host.clone()));
            }
        }
        self.members = now;
        if let Some(epoch) = members.value.setting.epoch {
            let before = self.epoch.replace(epoch);
            let passed = before.map_or(0, |before| epoch.saturating_sub(before));
            if let Some(passed) = usize::try_from(passed).ok().filter(|passed| *passed > 0) {
                push(&mut self.seen, (members.at, passed));
            }
            return;
        }
        // While it rebalances nobody owns anything, which is no assignment.
        if stale {
            return;
        }
        let mut hasher = DefaultHasher::new();
        let mut owned: Vec<_> = members
            .value
            .members
            .iter()
            .map(|member| {
                let topics = member.owned.iter().map(|of| (&of.topic, &of.partitions));
                (&member.id, topics.collect::<Vec<_>>())
            })
            .collect();
        owned.sort();
        owned.hash(&mut hasher);
        let before = self.print.replace(hasher.finish());
        if before.is_some() && before != self.print {
            push(&mut self.seen, (members.at, 1));
        }
    }

    /// Rebalances, with how many there were each time.
    pub fn list(&self) -> Vec<(Time, usize)> {
        self.seen.iter().copied().collect()
    }

    /// Whether none was missed between two looks.
    pub fn is_exact(&self) -> bool {
        self.epoch.is_some()
    }

    /// Hosts at which a member came or went.
    pub fn moves(&self) -> impl Iterator<Item = (Time, &Name)> {
        self.moves.iter().map(|(at, host)| (*at, host))
    }
}
