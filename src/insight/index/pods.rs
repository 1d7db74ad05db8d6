//! Pods by what owns them, and the owners by the workload above.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    insight::join::owner_workload,
    model::{Name, Owner, PodId, Site, WorkloadId},
};

use super::lists::Lists;

/// Pods by owner. An owner that is a `ReplicaSet` may belong to a Deployment, so a workload has several.
#[derive(Clone, Debug, Default)]
pub(super) struct Owners {
    pods: Lists<(Name, Owner)>,
    /// By the number of the owner's list: the workload, and how a list of pods names it.
    workloads: Vec<(WorkloadId, Name)>,
    lists: BTreeMap<WorkloadId, BTreeSet<u32>>,
}

fn shown(workload: &WorkloadId) -> Name {
    format!("{}/{}", workload.kind, workload.name).into()
}

impl Owners {
    /// Takes in changed pods, and what changed of `ReplicaSet`s after a generation. Pods that have another workload now
    /// though they did not change themselves are added to `moved`.
    pub(super) fn follow(
        &mut self,
        site: &Site,
        changed: &[u32],
        sets_read: u64,
        moved: &mut Vec<u32>,
    ) {
        let all: Vec<u32>;
        let mut changed = changed;
        if self.pods.is_mostly_empty() {
            *self = Owners::default();
            all = (0..site.pods.numbers()).collect();
            changed = &all;
        }
        let Owners {
            pods,
            workloads,
            lists,
        } = self;
        pods.follow(changed, |number| {
            let pod = site.pods.row(number)?;
            Some((pod.id.namespace.clone(), pod.owner.clone()?))
        });
        // Owners seen for the first time.
        for (namespace, owner) in pods.keys_from(workloads.len()) {
            let (workload, _) = owner_workload(site, namespace, owner);
            let list = u32::try_from(workloads.len()).unwrap_or(u32::MAX);
            lists.entry(workload.clone()).or_default().insert(list);
            let shown = shown(&workload);
            workloads.push((workload, shown));
        }
        for set in site.replica_sets.ledger().since(sets_read) {
            let Some(PodId { namespace, name }) = site.replica_sets.row(set).map(|set| &set.id)
            else {
                continue;
            };
            let owner = Owner {
                kind: "ReplicaSet".into(),
                name: name.clone(),
            };
            let key = (namespace.clone(), owner);
            let Some(list) = pods.known(&key) else {
                continue;
            };
            let (now, _) = owner_workload(site, &key.0, &key.1);
            let Some(before) = workloads.get_mut(list as usize) else {
                continue;
            };
            if before.0 != now {
                if let Some(of) = lists.get_mut(&before.0) {
                    of.remove(&list);
                }
                lists.entry(now.clone()).or_default().insert(list);
                *before = (now.clone(), shown(&now));
                moved.extend(pods.rows(list));
            }
        }
    }

    /// What a pod belongs to, as `Kind/name`.
    pub(super) fn shown(&self, pod: u32) -> Option<&str> {
        let list = self.pods.list_of(pod)?;
        self.workloads.get(list as usize).map(|(_, shown)| &**shown)
    }

    /// The pods of a workload.
    pub(super) fn pods(&self, id: &WorkloadId) -> impl Iterator<Item = u32> {
        let lists = self.lists.get(id).into_iter().flatten();
        lists.flat_map(|list| self.pods.rows(*list)).copied()
    }
}
