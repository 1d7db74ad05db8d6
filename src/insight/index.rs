//! Who belongs to whom, kept from frame to frame: what is done for a change is in proportion to the change.

mod lists;
mod members;
mod pods;

use std::collections::BTreeMap;

use crate::model::{BrokerId, Group, Member, Name, PodRow, Site, Time, Usage, WorkloadId};

use super::{Link, Ownership, join::broker_pod};

use lists::Lists;
use members::Members;
use pods::Owners;

/// Pods by workload and by node, groups by pod, brokers by node.
#[derive(Clone, Debug, Default)]
pub struct Index {
    /// The generations of pods and of `ReplicaSet`s that were taken in.
    read: (u64, u64),
    owners: Owners,
    nodes: Lists<Name>,
    members: Members,
    brokers_of: Option<(u64, Option<Time>)>,
    brokers_on: BTreeMap<Name, Vec<BrokerId>>,
}

impl Index {
    pub(super) fn refresh(&mut self, site: &Site) {
        let read = (site.pods.generation(), site.replica_sets.generation());
        let changed: Vec<u32> = site.pods.ledger().since(self.read.0).collect();
        let mut moved = Vec::new();
        if self.read != read {
            self.owners.follow(site, &changed, self.read.1, &mut moved);
            self.nodes.follow(&changed, |number| {
                site.pods.row(number).and_then(|pod| pod.node.clone())
            });
            self.read = read;
        }
        self.members.follow(site, &changed, &moved);
        self.refresh_brokers(site);
    }

    fn refresh_brokers(&mut self, site: &Site) {
        let cluster = site.kafka.cluster.as_ref();
        let of = Some((site.pods.generation(), cluster.map(|cluster| cluster.at)));
        if self.brokers_of == of {
            return;
        }
        self.brokers_of = of;
        self.brokers_on.clear();
        for broker in cluster.iter().flat_map(|cluster| &cluster.value.brokers) {
            let node = broker_pod(site, broker)
                .pod
                .to
                .and_then(|pod| pod.node.clone());
            if let Some(node) = node {
                self.brokers_on.entry(node).or_default().push(broker.id);
            }
        }
    }

    /// The brokers whose pods run on a node.
    pub fn node_brokers(&self, node: &str) -> &[BrokerId] {
        self.brokers_on.get(node).map_or(&[], Vec::as_slice)
    }

    /// The pods of a workload, sorted by name.
    pub fn workload_pods<'a>(
        &'a self,
        site: &'a Site,
        id: &WorkloadId,
    ) -> impl Iterator<Item = &'a PodRow> + use<'a> {
        sorted(site, self.owners.pods(id))
    }

    /// The pods on a node, sorted by namespace and name.
    pub fn node_pods<'a>(
        &'a self,
        site: &'a Site,
        node: &str,
    ) -> impl Iterator<Item = &'a PodRow> + use<'a> {
        sorted(site, self.nodes.of(node).iter().copied())
    }

    /// What a pod belongs to, as `Kind/name`, by the pod's number.
    pub fn pod_owner(&self, pod: u32) -> Option<&str> {
        self.owners.shown(pod)
    }

    /// How many pods are on a node.
    pub fn node_load(&self, node: &str) -> usize {
        self.nodes.of(node).len()
    }

    /// Groups with a member in a pod, sorted by name.
    pub fn pod_groups<'a>(
        &'a self,
        site: &'a Site,
        pod: &'a PodRow,
    ) -> impl Iterator<Item = &'a Group> + use<'a> {
        self.members.groups(site, pod)
    }

    /// Groups with a member in a pod, with each such member.
    pub fn pod_members<'a>(
        &'a self,
        site: &'a Site,
        pod: &'a PodRow,
    ) -> Vec<(&'a Group, &'a Member)> {
        let groups = self.pod_groups(site, pod);
        groups
            .flat_map(|group| members::of(site, group, pod).map(move |member| (group, member)))
            .collect()
    }

    /// The workload behind a group, by the group's number.
    pub fn group_workload(&self, group: u32) -> Option<&Link<WorkloadId>> {
        self.members.owner(group).map(|(_, link)| link)
    }

    /// The same, with all that speaks for it.
    pub fn ownership(&self, group: u32) -> Option<&Ownership> {
        self.members.owner(group).map(|(owner, _)| owner)
    }

    /// The same, by the group's id.
    pub fn owner_of(&self, site: &Site, group: &str) -> Option<&Ownership> {
        self.ownership(site.kafka.groups.number(&group.into())?)
    }

    /// Takes owners that the user named.
    pub fn pin(&mut self, pins: BTreeMap<Name, WorkloadId>) {
        self.members.pin(pins);
    }

    /// Changes when groups of pods or workloads of groups do.
    pub fn members_generation(&self) -> u64 {
        self.members.generation()
    }
}

fn sorted(site: &Site, numbers: impl Iterator<Item = u32>) -> std::vec::IntoIter<&PodRow> {
    let mut pods: Vec<&PodRow> = numbers.filter_map(|number| site.pods.row(number)).collect();
    pods.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    pods.into_iter()
}

/// What pods use together; None when one that runs has no number, for then the sum is none of theirs.
pub fn sum_usage<'a>(site: &Site, pods: impl Iterator<Item = &'a PodRow>) -> Option<Usage> {
    let mut sum = None;
    for pod in pods {
        match site.pods.usage(&pod.id) {
            Some(usage) => {
                let known: Usage = sum.unwrap_or_default();
                sum = Some(Usage {
                    cpu: known.cpu + usage.cpu,
                    memory: known.memory + usage.memory,
                });
            }
            None if pod.ready > 0 => return None,
            None => {}
        }
    }
    sum
}
