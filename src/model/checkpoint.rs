//! A site as the envelopes that make it: what a recording begins with whose own beginning was let go.

use std::collections::BTreeMap;

use super::{
    Delta, Envelope, Fact, GroupListing, GroupMembers, Health, HealthReport, Metadata, NodeUsage,
    OffsetKind, OffsetListing, PartitionOffsets, PodUsage, Point, Row, Site, Source, State, Table,
    Time, TopicOffsets, Update,
};

/// Envelopes in the order in which they are to be applied. Their moments need not rise.
struct Said<'a> {
    site: &'a Site,
    envelopes: Vec<Envelope>,
}

impl Said<'_> {
    fn say(&mut self, at: Time, update: Update) {
        self.envelopes.push(Envelope {
            at,
            site: self.site.name.clone(),
            update,
        });
    }

    /// A table; a list that is under way goes on behind it.
    fn table<R: Row + Clone>(
        &mut self,
        at: Time,
        table: &Table<R>,
        update: impl Fn(Delta<R>) -> Update,
    ) {
        if !table.is_empty() {
            self.say(at, update(Delta::list(table.iter().cloned().collect())));
        }
        if let Some(named) = table.named() {
            self.say(at, update(Delta::begin()));
            self.say(at, update(Delta::set(named.cloned().collect())));
        }
    }

    /// A source: when it was well last, and since when it is as it is.
    fn health(&mut self, source: Source, health: &Health) {
        let is_live = health.report.state == State::Live;
        if let Some(at) = health.last_ok.filter(|_| !is_live) {
            let mut well = HealthReport::new(source, State::Live);
            well.every = health.report.every;
            self.say(at, Update::Health(well));
        }
        self.say(health.since, Update::Health(health.report.clone()));
        if let Some(at) = health.last_ok.filter(|at| is_live && *at != health.since) {
            self.say(at, Update::Health(health.report.clone()));
        }
    }

    /// Offsets of one kind, those read at one moment together, the oldest first.
    fn offsets(
        &self,
        kind: OffsetKind,
        of: impl Fn(&PartitionOffsets) -> Option<Fact<i64>>,
    ) -> Vec<(Time, Update)> {
        let mut by_moment: BTreeMap<Time, Vec<TopicOffsets>> = BTreeMap::new();
        for topic in self.site.kafka.topics.iter() {
            let partitions = topic.meta.partitions.iter().zip(&topic.offsets);
            for (partition, offsets) in partitions {
                let Some(fact) = of(offsets) else { continue };
                let topics = by_moment.entry(fact.at).or_default();
                let offset = (partition.index, fact.value);
                match topics.last_mut().filter(|of| of.topic == topic.meta.name) {
                    Some(known) => known.offsets.push(offset),
                    None => topics.push(TopicOffsets {
                        topic: topic.meta.name.clone(),
                        offsets: vec![offset],
                    }),
                }
            }
        }
        let listing = |topics| Update::Offsets(OffsetListing { kind, topics });
        let listings = by_moment.into_iter();
        listings.map(|(at, topics)| (at, listing(topics))).collect()
    }

    fn kubernetes(&mut self, at: Time) {
        let site = self.site;
        self.table(at, &site.pods, Update::Pods);
        self.table(at, &site.nodes, Update::Nodes);
        self.table(at, &site.deployments, Update::Deployments);
        self.table(at, &site.stateful_sets, Update::StatefulSets);
        self.table(at, &site.replica_sets, Update::ReplicaSets);
        self.table(at, &site.autoscalers, Update::Autoscalers);
        self.table(at, &site.scaled_objects, Update::ScaledObjects);
        self.table(at, &site.warnings, Update::Warnings);
        self.table(at, &site.strimzi, Update::Strimzi);
        if let Some(at) = site.pod_usage_at {
            let usages = site.pods.usages();
            let usage = usages.map(|(id, usage)| PodUsage {
                id: id.clone(),
                usage,
            });
            self.say(at, Update::PodUsage(usage.collect()));
        }
        if let Some(at) = site.node_usage_at {
            let usage = site.node_usage.iter().map(|(name, usage)| NodeUsage {
                name: name.clone(),
                usage: *usage,
            });
            self.say(at, Update::NodeUsage(usage.collect()));
        }
    }

    fn topics(&mut self, at: Time) {
        let kafka = &self.site.kafka;
        let Some(cluster) = &kafka.cluster else {
            return;
        };
        let metadata = Metadata {
            cluster: cluster.value.clone(),
            topics: kafka
                .topics
                .iter()
                .map(|topic| topic.meta.clone())
                .collect(),
        };
        self.say(cluster.at, Update::Metadata(metadata));
        self.say(at, Update::Reassignments(kafka.reassignments.clone()));
        let configs = kafka.topics.iter().filter_map(|topic| topic.config.clone());
        self.say(at, Update::TopicConfigs(configs.collect()));
        for (at, disk) in kafka.disks.values().map(|disk| (disk.at, &disk.value)) {
            self.say(at, Update::LogDirs(vec![disk.clone()]));
        }
        let starts = self.offsets(OffsetKind::Start, |of| of.start);
        let stable = self.offsets(OffsetKind::Stable, |of| of.stable);
        for (at, update) in starts.into_iter().chain(stable) {
            self.say(at, update);
        }
    }

    /// The groups as a coordinator lists them, at one moment.
    fn listing(&mut self, at: Time) {
        let kafka = &self.site.kafka;
        let brokers = kafka.cluster.iter().flat_map(|of| &of.value.brokers);
        let listing = GroupListing {
            answered: brokers.map(|broker| broker.id).collect(),
            groups: kafka.groups.iter().map(|row| row.listed.clone()).collect(),
        };
        self.say(at, Update::Groups(listing));
    }

    /// The last whole round, and then as much of the next as was read.
    fn groups(&mut self) {
        let kafka = &self.site.kafka;
        let mut ends = self.offsets(OffsetKind::End, |of| of.end);
        // Only one of them may end a round of groups: ends that a silent leader told stand before there are any.
        let newest = ends.pop();
        for (at, update) in ends {
            self.say(at, update);
        }
        if let Some(at) = kafka.round.or(kafka.listed_at) {
            self.listing(at);
        }
        for group in kafka.groups.iter() {
            if let Some(members) = &group.members {
                // Whoever moves partitions about shows the owners of before.
                if group.owners_stale {
                    let before = GroupMembers {
                        rebalancing: false,
                        ..members.value.clone()
                    };
                    self.say(members.at, Update::Members(vec![before]));
                }
                self.say(members.at, Update::Members(vec![members.value.clone()]));
            }
            if let Some(commits) = group.commits(kafka) {
                self.say(commits.at, Update::Commits(vec![commits.value.clone()]));
            }
        }
        if let Some((at, update)) = newest {
            self.say(at, update);
        }
        if let Some(at) = kafka.listed_at.filter(|at| Some(*at) != kafka.round) {
            self.listing(at);
        }
        for pending in kafka.groups.iter().filter_map(|group| group.pending(kafka)) {
            self.say(pending.at, Update::Commits(vec![pending.value.clone()]));
        }
    }
}

impl Site {
    /// What makes this site anew, as of this moment: its tables, offsets, commits, members, samples of series, and how
    /// each source is. What was derived along the way is not in it: the samples of lag, and when a topic or a member was
    /// first seen.
    pub fn checkpoint(&self, at: Time) -> Vec<Envelope> {
        let mut said = Said {
            site: self,
            envelopes: Vec::new(),
        };
        for (source, health) in &self.health {
            said.health(*source, health);
        }
        said.kubernetes(at);
        said.topics(at);
        said.groups();
        said.say(at, Update::Stamps(self.kafka.stamps.clone()));
        let points = self.series.iter().map(|((of, signal), ring)| Point {
            signal: *signal,
            of: of.clone(),
            samples: ring.iter().collect(),
        });
        said.say(at, Update::Series(points.collect()));
        if let Some(chart) = &self.chart {
            said.say(at, Update::Chart(chart.clone()));
        }
        said.envelopes
    }
}
