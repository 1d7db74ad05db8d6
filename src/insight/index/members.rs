//! Groups by the hosts of their members, and the workload behind each group.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    insight::{Claims, Link, Ownership, member_pod},
    model::{Group, Member, Name, PodRow, Site, Time, WorkloadId},
};

/// What was read of one group.
#[derive(Clone, Debug, Default)]
struct Known {
    /// When its members were read.
    at: Option<Time>,
    hosts: Vec<Name>,
    owner: Option<(Ownership, Link<WorkloadId>)>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Members {
    groups_read: u64,
    /// By the group's number.
    known: Vec<Known>,
    at_host: BTreeMap<Name, BTreeSet<u32>>,
    /// By the pod's number: the address under which a member was seen in it.
    addresses: BTreeMap<u32, Name>,
    /// Whether any pod is known: without one a member is not outside, but unclear.
    sees_pods: bool,
    /// The generations of workloads, ScaledObjects and Strimzi's that the claims were made of.
    claimed: (u64, u64, u64, u64),
    claims: Claims,
    /// Owners that the user named.
    pins: BTreeMap<Name, WorkloadId>,
    /// These are others than those that the owners were found by.
    pinned: bool,
    /// Changes when the groups of a pod or the workload of a group do, and not with what else happens to them.
    generation: u64,
}

/// The members of a group in a pod.
pub(super) fn of<'a>(
    site: &'a Site,
    group: &'a Group,
    pod: &'a PodRow,
) -> impl Iterator<Item = &'a Member> {
    let members = group
        .members
        .iter()
        .flat_map(|members| &members.value.members);
    members.filter(|member| {
        pod.ip.as_ref() == Some(&member.host)
            && member_pod(site, member)
                .pod
                .to
                .is_some_and(|found| found.id == pod.id)
    })
}

impl Members {
    /// Takes in changed groups, and those whose members' pods changed or have another workload.
    pub(super) fn follow(&mut self, site: &Site, pods: &[u32], moved: &[u32]) {
        let mut dirty = BTreeSet::new();
        let groups = site.kafka.groups.ledger();
        if groups.generation != self.groups_read {
            self.known.resize_with(groups.stamps.len(), Known::default);
            for number in groups.since(self.groups_read) {
                if self.read(site, number) {
                    dirty.insert(number);
                }
            }
            self.groups_read = groups.generation;
        }
        if self.sees_pods == site.pods.is_empty() {
            self.sees_pods = !site.pods.is_empty();
            dirty.extend((0..).zip(&self.known).map(|(number, _)| number));
        }
        let pinned = std::mem::take(&mut self.pinned);
        if self.hear_claims(site) || pinned {
            dirty.extend((0..).zip(&self.known).map(|(number, _)| number));
        }
        for pod in pods {
            let now = site.pods.row(*pod).and_then(|pod| pod.ip.as_ref());
            let now = now.filter(|ip| self.at_host.contains_key(*ip));
            let before = match now {
                Some(ip) => self.addresses.insert(*pod, ip.clone()),
                None => self.addresses.remove(pod),
            };
            if before.as_ref() != now {
                self.generation += 1;
            }
            for ip in before.iter().chain(now) {
                dirty.extend(self.at_host.get(ip).into_iter().flatten());
            }
        }
        for pod in moved {
            let ip = self.addresses.get(pod);
            let groups = ip.and_then(|ip| self.at_host.get(ip));
            dirty.extend(groups.into_iter().flatten());
        }
        for number in dirty {
            for host in self
                .known
                .get(number as usize)
                .iter()
                .flat_map(|of| &of.hosts)
            {
                for pod in site.pods.numbers_at(host) {
                    self.addresses.insert(*pod, host.clone());
                }
            }
            let group = site.kafka.groups.row(number);
            let owner = group.and_then(|group| {
                let pin = self.pins.get(&group.listed.id);
                self.claims.owner(site, group, pin)
            });
            if let Some(known) = self.known.get_mut(number as usize)
                && known.owner.as_ref().map(|(owner, _)| owner) != owner.as_ref()
            {
                known.owner = owner.map(|owner| {
                    let link = owner.link();
                    (owner, link)
                });
                self.generation += 1;
            }
        }
    }

    /// Reads a group's members anew if they were; false if there was nothing to read.
    fn read(&mut self, site: &Site, number: u32) -> bool {
        let members = site
            .kafka
            .groups
            .row(number)
            .and_then(|group| group.members.as_ref());
        let at = members.map(|members| members.at);
        let Some(known) = self.known.get_mut(number as usize) else {
            return false;
        };
        if at.is_some() && known.at == at {
            return false;
        }
        known.at = at;
        let hosts = members.into_iter().flat_map(|read| &read.value.members);
        let mut hosts: Vec<Name> = hosts.map(|member| member.host.clone()).collect();
        hosts.sort_unstable();
        hosts.dedup();
        if known.hosts != hosts {
            for host in &known.hosts {
                if let Some(groups) = self.at_host.get_mut(host) {
                    groups.remove(&number);
                    if groups.is_empty() {
                        self.at_host.remove(host);
                    }
                }
            }
            for host in &hosts {
                self.at_host.entry(host.clone()).or_default().insert(number);
            }
            known.hosts = hosts;
            self.generation += 1;
        }
        true
    }

    /// Groups with a member in a pod, sorted by name.
    pub(super) fn groups<'a>(
        &self,
        site: &'a Site,
        pod: &'a PodRow,
    ) -> impl Iterator<Item = &'a Group> + use<'a> {
        let at = pod.ip.as_ref().and_then(|ip| self.at_host.get(ip));
        let mut groups: Vec<&Group> = at
            .into_iter()
            .flatten()
            .filter_map(|number| site.kafka.groups.row(*number))
            .filter(|group| of(site, group, pod).next().is_some())
            .collect();
        groups.sort_unstable_by(|a, b| a.listed.id.cmp(&b.listed.id));
        groups.into_iter()
    }

    /// Takes owners that the user named.
    pub(super) fn pin(&mut self, pins: BTreeMap<Name, WorkloadId>) {
        self.pinned |= self.pins != pins;
        self.pins = pins;
    }

    pub(super) fn owner(&self, group: u32) -> Option<&(Ownership, Link<WorkloadId>)> {
        self.known.get(group as usize)?.owner.as_ref()
    }

    /// Takes in what workloads say of groups; returns whether it is something else than before.
    fn hear_claims(&mut self, site: &Site) -> bool {
        let of = (
            site.deployments.generation(),
            site.stateful_sets.generation(),
            site.scaled_objects.generation(),
            site.strimzi.generation(),
        );
        if std::mem::replace(&mut self.claimed, of) == of {
            return false;
        }
        let claims = Claims::of(site);
        let news = claims != self.claims;
        self.claims = claims;
        news
    }

    pub(super) fn generation(&self) -> u64 {
        self.generation
    }
}
