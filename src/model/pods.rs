//! The pods of a site, with what is looked up by them: addresses, use, and which of them are brokers.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Deref,
    sync::Arc,
};

use super::{Delta, Name, PodId, PodRow, PodUsage, Table, Usage};

/// Pods with one address: one, or several on their host's network.
#[derive(Clone, Debug)]
enum At {
    One(u32),
    // A box: few addresses have several, and all of them pay for the size of this.
    #[expect(clippy::box_collection, reason = "keeps the entry of each pod small")]
    Several(Box<Vec<u32>>),
}

impl At {
    fn numbers(&self) -> &[u32] {
        match self {
            At::One(one) => std::slice::from_ref(one),
            At::Several(several) => several,
        }
    }
}

/// The table of pods; reads go to the table itself.
#[derive(Clone, Debug, Default)]
pub struct Pods {
    table: Table<PodRow>,
    by_ip: BTreeMap<Name, At>,
    brokers: BTreeSet<u32>,
    /// By the pod's number.
    usage: Vec<Option<Usage>>,
    /// Of pods that are not known yet: metrics may be read before the list of pods is complete.
    early: BTreeMap<PodId, Usage>,
    usages: u64,
    /// One copy of the labels that several pods have.
    labels: BTreeSet<Arc<[(Name, Name)]>>,
    labels_swept: usize,
}

impl Deref for Pods {
    type Target = Table<PodRow>;
    fn deref(&self) -> &Table<PodRow> {
        &self.table
    }
}

impl Pods {
    /// Sets of labels that are kept before those without a pod are looked for.
    const LABELS: usize = 1_024;

    /// Numbers of the pods that have this address.
    pub fn numbers_at(&self, ip: &str) -> &[u32] {
        self.by_ip.get(ip).map_or(&[][..], At::numbers)
    }

    /// Pods that have this address. Those of the host's network share one, so there may be several.
    pub fn at_ip(&self, ip: &str) -> impl Iterator<Item = &PodRow> {
        let numbers = self.numbers_at(ip).iter();
        numbers.filter_map(|number| self.table.row(*number))
    }

    /// Pods with the labels of a Kafka broker.
    pub fn brokers(&self) -> impl Iterator<Item = &PodRow> {
        self.brokers
            .iter()
            .filter_map(|number| self.table.row(*number))
    }

    /// What a pod uses, as last read.
    pub fn usage(&self, id: &PodId) -> Option<Usage> {
        self.usage_of(self.table.number(id)?)
    }

    /// The same by the pod's number.
    pub fn usage_of(&self, number: u32) -> Option<Usage> {
        self.usage.get(number as usize).copied().flatten()
    }

    /// All pods whose use is known.
    pub fn usages(&self) -> impl Iterator<Item = (&PodId, Usage)> {
        self.table
            .numbered()
            .filter_map(|(number, pod)| Some((&pod.id, self.usage_of(number)?)))
    }

    /// Changes with each reading of use.
    pub fn usage_generation(&self) -> u64 {
        self.usages
    }

    /// Takes a change in; returns the ids of the pods that went away.
    pub(super) fn apply(&mut self, mut delta: Delta<PodRow>) -> Vec<PodId> {
        for pod in &mut delta.set {
            self.share_labels(pod);
        }
        let Pods {
            table,
            by_ip,
            brokers,
            usage,
            early,
            ..
        } = self;
        let mut gone = Vec::new();
        table.apply_told(delta, &mut |number, old, new| {
            let before = old.and_then(|pod| pod.ip.as_ref());
            let now = new.and_then(|pod| pod.ip.as_ref());
            if before != now {
                if let Some(ip) = before {
                    forget(by_ip, ip, number);
                }
                if let Some(ip) = now {
                    remember(by_ip, ip, number);
                }
            }
            if new.is_some_and(PodRow::is_broker) {
                brokers.insert(number);
            } else {
                brokers.remove(&number);
            }
            match (old, new) {
                (Some(old), None) => {
                    gone.push(old.id.clone());
                    set(usage, number, None);
                }
                (None, Some(new)) if !early.is_empty() => {
                    set(usage, number, early.remove(&new.id));
                }
                _ => {}
            }
        });
        gone
    }

    fn share_labels(&mut self, pod: &mut PodRow) {
        if let Some(known) = self.labels.get(&pod.labels) {
            pod.labels = Arc::clone(known);
            return;
        }
        if self.labels.len() >= self.labels_swept.max(Self::LABELS) {
            self.labels.retain(|labels| Arc::strong_count(labels) > 1);
            self.labels_swept = self.labels.len() * 2;
        }
        self.labels.insert(Arc::clone(&pod.labels));
    }

    /// What all pods use now; those that are not named have no number.
    pub(super) fn measure(&mut self, read: Vec<PodUsage>) {
        self.usage.clear();
        self.early.clear();
        for row in read {
            match self.table.number(&row.id) {
                Some(number) => set(&mut self.usage, number, Some(row.usage)),
                None => drop(self.early.insert(row.id, row.usage)),
            }
        }
        self.usages += 1;
    }
}

fn set(usage: &mut Vec<Option<Usage>>, number: u32, to: Option<Usage>) {
    let at = number as usize;
    if usage.len() <= at {
        if to.is_none() {
            return;
        }
        usage.resize(at + 1, None);
    }
    if let Some(known) = usage.get_mut(at) {
        *known = to;
    }
}

fn remember(by_ip: &mut BTreeMap<Name, At>, ip: &Name, number: u32) {
    match by_ip.get_mut(ip) {
        None => drop(by_ip.insert(ip.clone(), At::One(number))),
        Some(At::Several(several)) => several.push(number),
        Some(one) => {
            let both = one.numbers().iter().copied().chain([number]).collect();
            *one = At::Several(Box::new(both));
        }
    }
}

fn forget(by_ip: &mut BTreeMap<Name, At>, ip: &Name, number: u32) {
    match by_ip.get_mut(ip) {
        Some(At::Several(several)) if several.len() > 1 => several.retain(|one| *one != number),
        Some(at) if at.numbers() == [number] => drop(by_ip.remove(ip)),
        _ => {}
    }
}
