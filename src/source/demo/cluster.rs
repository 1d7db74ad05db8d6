//! The Kubernetes half of the world: nodes, workloads with their pods, and warnings.

use super::{
    pod::{Moved, Pod, Stage},
    random::Random,
    workload::Workload,
};
use crate::model::{Name, NodeRow, Owner, SECOND, Time, Warning};

/// Warnings kept; the API server forgets them after an hour as well.
const WARNINGS: usize = 40;

#[derive(Clone, Debug)]
pub(super) struct Node {
    pub row: NodeRow,
    pub pods: u32,
    pub changed: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Cluster {
    pub nodes: Vec<Node>,
    pub workloads: Vec<Workload>,
    pub warnings: Vec<Warning>,
    /// Pods, and warnings, of which was not yet said that they are gone, or new.
    pub gone: Vec<crate::model::PodId>,
    pub new_warnings: Vec<Warning>,
    pub old_warnings: Vec<(Name, Name)>,
    addresses: u32,
    happened: u32,
}

impl Cluster {
    pub(super) fn new(nodes: Vec<Node>, workloads: Vec<Workload>) -> Self {
        Cluster {
            nodes,
            workloads,
            warnings: Vec::new(),
            gone: Vec::new(),
            new_warnings: Vec::new(),
            old_warnings: Vec::new(),
            addresses: 0,
            happened: 0,
        }
    }

    pub(super) fn advance(&mut self, now: Time, random: &mut Random) {
        let mut backed_off = Vec::new();
        let mut workloads = std::mem::take(&mut self.workloads);
        for workload in &mut workloads {
            let brokers = workload.has_brokers();
            for pod in &mut workload.pods {
                match pod.advance(now) {
                    Some(Moved::Schedule) => self.schedule(pod, brokers),
                    Some(Moved::Run) => pod.row.ip = Some(self.address()),
                    Some(Moved::BackedOff) => backed_off.push(pod.row.id.clone()),
                    Some(Moved::Gone) => {
                        self.leave(pod);
                        self.gone.push(pod.row.id.clone());
                    }
                    Some(Moved::Other) | None => {}
                }
            }
            let over = |pod: &Pod| {
                pod.stage == Stage::Terminating && pod.until.is_some_and(|until| until <= now)
            };
            workload.pods.retain(|pod| !over(pod));
            workload.settle(now, random);
        }
        self.workloads = workloads;
        for pod in backed_off {
            let about = Owner {
                kind: Name::from("Pod"),
                name: pod.name.clone(),
            };
            let why = format!("Back-off restarting failed container app in pod {pod}");
            self.warn(&pod.namespace, about, "BackOff", &why, now);
        }
    }

    /// Binds a pod to a node: a broker to its own, others to the ready node with the fewest pods.
    pub(super) fn schedule(&mut self, pod: &mut Pod, broker: bool) {
        let ready = |node: &&mut Node| node.row.ready == Some(true);
        let home = usize::try_from(pod.ordinal).unwrap_or(0);
        let node = if broker {
            self.nodes.get_mut(home)
        } else {
            self.nodes
                .iter_mut()
                .filter(ready)
                .min_by_key(|node| node.pods)
        };
        if let Some(node) = node {
            node.pods += 1;
            pod.row.node = Some(node.row.name.clone());
        }
    }

    fn leave(&mut self, pod: &Pod) {
        let on = |node: &&mut Node| Some(&node.row.name) == pod.row.node.as_ref();
        if let Some(node) = self.nodes.iter_mut().find(on) {
            node.pods = node.pods.saturating_sub(1);
        }
    }

    /// An address that no other pod had.
    pub(super) fn address(&mut self) -> Name {
        self.addresses += 1;
        let (high, mid, low) = (self.addresses >> 14, self.addresses >> 7, self.addresses);
        let ip = format!("10.{}.{}.{}", 64 + (high & 63), mid & 127, 2 + (low & 127));
        Name::from(ip)
    }

    /// Says a warning, or once more the one that was said of the same.
    pub(super) fn warn(&mut self, place: &Name, about: Owner, reason: &str, why: &str, now: Time) {
        let recent = |w: &&mut Warning| {
            w.about == about
                && &*w.reason == reason
                && w.last.is_some_and(|last| now.since(last) < 600 * SECOND)
        };
        if let Some(warning) = self.warnings.iter_mut().find(recent) {
            warning.count += 1;
            warning.last = Some(now);
            self.new_warnings.push(warning.clone());
            return;
        }
        self.happened += 1;
        let warning = Warning {
            namespace: place.clone(),
            name: Name::from(format!("{}.{:08x}", about.name, self.happened)),
            about,
            reason: Name::from(reason),
            message: Name::from(why),
            count: 1,
            last: Some(now),
        };
        self.new_warnings.push(warning.clone());
        self.warnings.push(warning);
        if self.warnings.len() > WARNINGS {
            let old = self.warnings.remove(0);
            self.old_warnings.push((old.namespace, old.name));
        }
    }

    /// Cuts a node off, or joins it again; its pods share its fate.
    pub(super) fn cut_off(&mut self, node: usize, off: bool, now: Time) {
        let Some(node) = self.nodes.get_mut(node) else {
            return;
        };
        node.row.ready = Some(!off);
        node.row.conditions = if off {
            vec![Name::from("Ready")]
        } else {
            Vec::new()
        };
        node.changed = true;
        let name = node.row.name.clone();
        for pod in self.workloads.iter_mut().flat_map(|w| &mut w.pods) {
            if pod.row.node.as_ref() == Some(&name) {
                pod.cut_off = off;
            }
        }
        if off {
            let about = Owner {
                kind: Name::from("Node"),
                name: name.clone(),
            };
            let why = format!("Node {name} status is now: NodeNotReady");
            self.warn(&Name::from("default"), about, "NodeNotReady", &why, now);
        }
    }
}
