//! What hurts now, worst first: the list on Home. Each kind of finding is made anew only when what it is made of changed.

mod pods;

use std::collections::BTreeMap;

use crate::model::Time;

use super::{
    Finding, Picture,
    findings::{group, nodes, partitions, sources},
};

use pods::SickPods;

/// Findings of one kind, and the generations that they were made of.
#[derive(Clone, Debug)]
struct Kind<G> {
    of: Option<G>,
    found: Vec<Finding>,
}

impl<G> Default for Kind<G> {
    fn default() -> Self {
        Kind {
            of: None,
            found: Vec::new(),
        }
    }
}

impl<G: PartialEq> Kind<G> {
    /// Makes the findings anew if what they are made of is not what it was; returns whether it did.
    fn refresh(&mut self, of: G, make: impl FnOnce(&mut Vec<Finding>)) -> bool {
        let of = Some(of);
        if self.of == of {
            return false;
        }
        self.of = of;
        self.found.clear();
        make(&mut self.found);
        true
    }
}

/// Groups that are behind, kept by number: between two rounds of samples only those that changed are looked at again.
#[derive(Clone, Debug, Default)]
struct SickGroups {
    groups_read: u64,
    history_read: u64,
    sick: BTreeMap<u32, Finding>,
}

impl SickGroups {
    fn refresh(&mut self, picture: &Picture) -> bool {
        let groups = picture.site.kafka.groups.ledger();
        let sampled = picture.history.generation();
        let since = if self.history_read == sampled {
            self.groups_read
        } else {
            0
        };
        (self.groups_read, self.history_read) = (groups.generation, sampled);
        let mut news = false;
        for number in groups.since(since) {
            let found = group(picture, number);
            news |= self.sick.get(&number) != found.as_ref();
            match found {
                Some(found) => drop(self.sick.insert(number, found)),
                None => drop(self.sick.remove(&number)),
            }
        }
        news
    }
}

/// All findings of a picture, kept from change to change.
#[derive(Clone, Debug, Default)]
pub struct Ranking {
    partitions: Kind<(u64, Option<Time>, u64)>,
    /// The findings of partitions tell of brokers' pods.
    asks_pods: bool,
    groups: SickGroups,
    nodes: Kind<u64>,
    pods: SickPods,
    sources: Vec<Finding>,
}

impl Ranking {
    /// The findings if they are others than before, worst first; groups by growth, then by lag. The picture's index must
    /// be fresh.
    pub fn refresh(&mut self, picture: &Picture, now: Time) -> Option<Vec<Finding>> {
        let site = &picture.site;
        let kafka = &site.kafka;
        let mut news = false;
        let pods = if self.asks_pods {
            site.pods.generation()
        } else {
            0
        };
        let read = kafka.cluster.as_ref().map(|cluster| cluster.at);
        let mut asks = self.asks_pods;
        news |= self
            .partitions
            .refresh((kafka.topics.generation(), read, pods), |found| {
                asks = partitions(picture, found);
            });
        self.asks_pods = asks;
        news |= self.groups.refresh(picture);
        news |= self
            .nodes
            .refresh(site.nodes.generation(), |found| nodes(picture, found));
        news |= self.pods.refresh(picture, now);
        let mut sick = Vec::new();
        sources(picture, &mut sick);
        news |= self.sources != sick;
        self.sources = sick;
        news.then(|| self.ranked())
    }

    fn ranked(&self) -> Vec<Finding> {
        let kafka = self
            .partitions
            .found
            .iter()
            .chain(self.groups.sick.values());
        let kube = self.nodes.found.iter().chain(self.pods.found());
        let mut found: Vec<Finding> = kafka.chain(kube).chain(&self.sources).cloned().collect();
        found.sort_by(|a, b| {
            let growth = |f: &Finding| f.growth.unwrap_or(0.0);
            a.severity
                .cmp(&b.severity)
                .then_with(|| growth(b).total_cmp(&growth(a)))
                .then_with(|| b.lag.cmp(&a.lag))
                .then_with(|| a.subject.cmp(&b.subject))
        });
        found
    }

    /// The moment at which there may be another finding though nothing was heard: a pod's time to start is over.
    pub fn changes(&self) -> Option<Time> {
        self.pods.changes()
    }
}

/// All findings of a picture with a fresh index, and [`Ranking::changes`].
pub fn rank(picture: &Picture, now: Time) -> (Vec<Finding>, Option<Time>) {
    let mut ranking = Ranking::default();
    let found = ranking.refresh(picture, now).unwrap_or_default();
    (found, ranking.changes())
}
