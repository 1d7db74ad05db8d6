//! Which pods belong to which workload and node, kept from frame to frame.

use std::collections::BTreeMap;

use crate::model::{BrokerId, Name, PodRow, Site, Time, Usage, WorkloadId};

use super::join::{broker_pod, pod_owner};

/// Pods by workload and by node, as places in the table of pods.
#[derive(Clone, Debug, Default)]
pub struct Index {
    of: Option<(u64, u64)>,
    by_workload: BTreeMap<WorkloadId, Vec<u32>>,
    by_node: BTreeMap<Name, Vec<u32>>,
    brokers_of: Option<(u64, u64, Option<Time>)>,
    brokers_on: BTreeMap<Name, Vec<BrokerId>>,
}

impl Index {
    pub(super) fn refresh(&mut self, site: &Site) {
        self.refresh_brokers(site);
        let of = Some((site.pods.generation(), site.replica_sets.generation()));
        if self.of == of {
            return;
        }
        self.of = of;
        self.by_workload.clear();
        self.by_node.clear();
        for (at, pod) in (0..).zip(site.pods.iter()) {
            if let Some((workload, _)) = pod_owner(site, pod) {
                self.by_workload.entry(workload).or_default().push(at);
            }
            if let Some(node) = &pod.node {
                self.by_node.entry(node.clone()).or_default().push(at);
            }
        }
    }

    fn refresh_brokers(&mut self, site: &Site) {
        let cluster = site.kafka.cluster.as_ref();
        let read = cluster.map(|cluster| cluster.at);
        let of = Some((site.pods.generation(), site.nodes.generation(), read));
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
        pods_at(site, self.by_workload.get(id))
    }

    /// The pods on a node, sorted by namespace and name.
    pub fn node_pods<'a>(
        &'a self,
        site: &'a Site,
        node: &str,
    ) -> impl Iterator<Item = &'a PodRow> + use<'a> {
        pods_at(site, self.by_node.get(node))
    }
}

fn pods_at<'a>(
    site: &'a Site,
    places: Option<&'a Vec<u32>>,
) -> impl Iterator<Item = &'a PodRow> + use<'a> {
    places
        .into_iter()
        .flatten()
        .filter_map(|at| site.pods.rows().get(*at as usize))
        .map(|row| &**row)
}

/// What pods use together; None when one that runs has no number, for then the sum is none of theirs.
pub fn sum_usage<'a>(site: &Site, pods: impl Iterator<Item = &'a PodRow>) -> Option<Usage> {
    let mut sum = None;
    for pod in pods {
        match site.pod_usage.get(&pod.id) {
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
