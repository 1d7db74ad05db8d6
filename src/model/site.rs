//! One site: a Kubernetes context, the Kafka cluster in it and its Prometheus, any of which may be absent.

use std::collections::BTreeMap;

use super::{
    Autoscaler, BrokerDisk, BrokerId, ChartAnswer, Delta, Envelope, Fact, Group, GroupCommits,
    GroupListing, GroupMembers, Health, HealthReport, Kafka, Metadata, Name, NodeRow, OffsetKind,
    OffsetListing, PartitionOffsets, PodRow, Pods, Point, ReplicaSetRow, Ring, ScaledObjectRow,
    SeriesKey, Signal, Source, State, StrimziRow, Table, Time, Topic, TopicConfig, Update, Usage,
    Warning, WorkloadId, WorkloadRow,
};

/// Everything known of one site. The only way in is [`Site::apply`].
#[derive(Clone, Debug, Default)]
pub struct Site {
    pub name: Name,
    pub pods: Pods,
    pub nodes: Table<NodeRow>,
    pub deployments: Table<WorkloadRow>,
    pub stateful_sets: Table<WorkloadRow>,
    pub replica_sets: Table<ReplicaSetRow>,
    pub autoscalers: Table<Autoscaler>,
    pub scaled_objects: Table<ScaledObjectRow>,
    pub warnings: Table<Warning>,
    pub strimzi: Table<StrimziRow>,
    pub node_usage: BTreeMap<Name, Usage>,
    /// When the two were read.
    pub pod_usage_at: Option<Time>,
    pub node_usage_at: Option<Time>,
    pub kafka: Kafka,
    pub series: BTreeMap<(SeriesKey, Signal), Ring>,
    /// The charts that were asked for last.
    pub chart: Option<ChartAnswer>,
    pub health: BTreeMap<Source, Health>,
    generation: u64,
}

impl Site {
    /// Series kept.
    pub const SERIES: usize = 50_000;
    /// Warning events kept.
    pub const WARNINGS: usize = 500;

    pub fn new(name: Name) -> Self {
        Site {
            name,
            ..Site::default()
        }
    }

    /// Changes with every envelope.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    pub fn workload(&self, id: &WorkloadId) -> Option<&WorkloadRow> {
        match &*id.kind {
            "Deployment" => self.deployments.get(id),
            "StatefulSet" => self.stateful_sets.get(id),
            _ => None,
        }
    }

    /// Deployments, then `StatefulSet`s.
    pub fn workloads(&self) -> impl Iterator<Item = &WorkloadRow> {
        self.deployments.iter().chain(self.stateful_sets.iter())
    }

    /// The history of one signal of one thing.
    pub fn ring(&self, of: SeriesKey, signal: Signal) -> Option<&Ring> {
        self.series.get(&(of, signal))
    }

    pub fn state(&self, source: Source) -> Option<&State> {
        self.health.get(&source).map(|health| &health.report.state)
    }

    /// Takes in one envelope.
    pub fn apply(&mut self, envelope: Envelope) {
        self.generation += 1;
        let at = envelope.at;
        match envelope.update {
            Update::Health(report) => self.hear(report, at),
            Update::Pods(delta) => self.apply_pods(delta),
            Update::Nodes(delta) => self.nodes.apply(delta),
            Update::Deployments(delta) => self.deployments.apply(delta),
            Update::StatefulSets(delta) => self.stateful_sets.apply(delta),
            Update::ReplicaSets(delta) => self.replica_sets.apply(delta),
            Update::Autoscalers(delta) => self.autoscalers.apply(delta),
            Update::ScaledObjects(delta) => self.scaled_objects.apply(delta),
            Update::Warnings(delta) => self.apply_warnings(delta),
            Update::PodUsage(usage) => {
                self.pod_usage_at = Some(at);
                self.pods.measure(usage);
            }
            Update::NodeUsage(usage) => {
                self.node_usage_at = Some(at);
                self.node_usage = usage.into_iter().map(|row| (row.name, row.usage)).collect();
            }
            Update::Strimzi(delta) => self.strimzi.apply(delta),
            Update::Metadata(metadata) => self.apply_metadata(metadata, at),
            Update::TopicConfigs(configs) => self.apply_configs(configs),
            Update::Groups(listing) => self.apply_groups(listing, at),
            Update::Commits(commits) => self.apply_commits(commits, at),
            Update::Offsets(listing) => self.apply_offsets(listing, at),
            Update::Stamps(mut stamps) => {
                stamps.sort_unstable_by(|a, b| (&a.id, a.offset).cmp(&(&b.id, b.offset)));
                self.kafka.stamps = stamps;
            }
            Update::Members(members) => self.apply_members(members, at),
            Update::LogDirs(disks) => self.apply_disks(disks, at),
            Update::Reassignments(moving) => {
                self.kafka.reassignments = moving;
                self.mark_moves();
            }
            Update::Series(points) => self.apply_series(points),
            Update::Chart(answer) => self.chart = Some(answer.over(self.chart.take())),
        }
    }

    fn hear(&mut self, report: HealthReport, at: Time) {
        let well = matches!(report.state, State::Live);
        let health = self.health.entry(report.source).or_insert_with(|| Health {
            report: report.clone(),
            since: at,
            last_ok: None,
            notes: Vec::new(),
        });
        if health.report.state.word() != report.state.word() {
            health.since = at;
            // A watch says that it is live once; it was so until the moment at which it says otherwise.
            if health.report.state == State::Live && health.report.every.is_none() {
                health.last_ok = Some(at);
            }
        }
        if well {
            health.last_ok = Some(at);
        }
        health.report = report;
    }

    fn note(&mut self, source: Source, at: Time, text: String) {
        self.health
            .entry(source)
            .or_insert_with(|| Health {
                report: HealthReport::new(source, State::Stale),
                since: at,
                last_ok: None,
                notes: Vec::new(),
            })
            .note(text);
    }

    fn apply_pods(&mut self, delta: Delta<PodRow>) {
        for pod in self.pods.apply(delta) {
            let of = SeriesKey::Pod(pod);
            for signal in [Signal::CpuMillicores, Signal::MemoryBytes] {
                self.series.remove(&(of.clone(), signal));
            }
        }
    }

    fn apply_warnings(&mut self, delta: Delta<Warning>) {
        self.warnings.apply(delta);
        if self.warnings.len() > Self::WARNINGS {
            let mut moments: Vec<_> = self.warnings.iter().map(|event| event.last).collect();
            moments.sort_unstable();
            let excess = self.warnings.len() - Self::WARNINGS;
            let oldest_kept = moments.get(excess).copied().flatten();
            self.warnings.retain(|_, event| event.last >= oldest_kept);
        }
    }

    fn apply_metadata(&mut self, metadata: Metadata, at: Time) {
        self.kafka.cluster = Some(Fact {
            value: metadata.cluster,
            at,
        });
        let brokers: Vec<_> = self
            .kafka
            .cluster
            .iter()
            .flat_map(|c| &c.value.brokers)
            .map(|b| b.id)
            .collect();
        let rows = metadata
            .topics
            .into_iter()
            .map(|meta| {
                let old = self.kafka.topics.get(&meta.name);
                // Another id is another topic: nothing measured of the old one holds.
                let same = old.filter(|old| old.meta.id == meta.id);
                let former = old
                    .map(|old| &old.meta.id)
                    .or(self.kafka.gone.get(&meta.name));
                let is_another = former.is_some_and(|former| *former != meta.id);
                let grown = same.filter(|old| old.meta.partitions.len() < meta.partitions.len());
                let offsets = meta
                    .partitions
                    .iter()
                    .map(|p| {
                        let known = same.and_then(|old| old.partition(p.index));
                        known.map_or_else(PartitionOffsets::default, |(_, offsets)| offsets)
                    })
                    .collect();
                Topic {
                    config: same.and_then(|old| old.config.clone()),
                    bytes: same.and_then(|old| old.bytes),
                    recreated: if is_another {
                        Some(at)
                    } else {
                        same.and_then(|old| old.recreated)
                    },
                    grown: match grown {
                        Some(old) => old.meta.partitions.last().map(|last| (at, last.index + 1)),
                        None => same.and_then(|old| old.grown),
                    },
                    offsets,
                    meta,
                }
            })
            .collect::<Vec<_>>();
        self.kafka.remember_gone(&rows);
        self.kafka.topics.apply(Delta::list(rows));
        self.mark_moves();
        // A broker that left metadata for good takes its disks with it; one that is down is still a replica's home.
        let homes: std::collections::BTreeSet<_> = self
            .kafka
            .topics
            .iter()
            .flat_map(|topic| &topic.meta.partitions)
            .flat_map(|partition| partition.replicas.iter().copied())
            .collect();
        self.kafka
            .disks
            .retain(|id, _| brokers.contains(id) || homes.contains(id));
    }

    /// Tells each partition which of its replicas are only being added.
    fn mark_moves(&mut self) {
        let mut moves: BTreeMap<Name, Vec<(i32, Vec<BrokerId>)>> = BTreeMap::new();
        for moving in &self.kafka.reassignments {
            let of = moves.entry(moving.id.topic.clone()).or_default();
            of.push((moving.id.partition, moving.adding.clone()));
        }
        let marked = |topic: &Topic| topic.meta.partitions.iter().any(|p| !p.adding.is_empty());
        self.kafka.topics.update_where(
            |topic| moves.contains_key(&topic.meta.name) || marked(topic),
            |topic| {
                let of = moves.get(&topic.meta.name);
                for partition in &mut topic.meta.partitions {
                    let moving = of.and_then(|of| of.iter().find(|(at, _)| *at == partition.index));
                    partition.adding = moving.map_or_else(Vec::new, |(_, adding)| adding.clone());
                }
            },
        );
    }

    fn apply_configs(&mut self, configs: Vec<TopicConfig>) {
        for config in configs {
            let topic = config.topic.clone();
            self.kafka
                .topics
                .update(&topic, |row| row.config = Some(config));
        }
    }

    fn apply_groups(&mut self, listing: GroupListing, at: Time) {
        self.close_all();
        let before = self.kafka.listed_at.replace(at);
        let groups = &mut self.kafka.groups;
        let mut others = Vec::new();
        let mut seen = vec![false; groups.numbers() as usize];
        let mut place = 0;
        for listed in listing.groups {
            let number = groups.number_near(&listed.id, &mut place);
            let known = number.and_then(|number| Some((number, groups.row(number)?)));
            match known {
                Some((number, old)) if old.listed.kind == listed.kind => {
                    if let Some(seen) = seen.get_mut(number as usize) {
                        *seen = true;
                    }
                    if old.listed == listed {
                        groups.touch(number, |row| row.listed_at = at);
                    } else {
                        groups.edit(number, |row| {
                            row.listed = listed;
                            row.listed_at = at;
                        });
                    }
                }
                _ => others.push(Group::new(listed, at)),
            }
        }
        let cluster = self.kafka.cluster.as_ref();
        let brokers = cluster.map_or(&[][..], |cluster| &cluster.value.brokers);
        let here = |id: BrokerId| brokers.iter().any(|broker| broker.id == id);
        let all_answered = brokers.iter().all(|b| listing.answered.contains(&b.id));
        // A group of a silent broker stays; one of a broker that left would have been listed by another. A coordinator that
        // has just begun lists what it has read so far: so a group is gone when two listings do not name it.
        groups.retain(|number, group| {
            let coordinator = group.listed.coordinator;
            let asked_in_vain = !listing.answered.contains(&coordinator);
            seen.get(number as usize) == Some(&true)
                || Some(group.listed_at) == before
                || (asked_in_vain && (here(coordinator) || !all_answered))
        });
        groups.apply(Delta::set(others));
    }

    fn apply_commits(&mut self, commits: Vec<GroupCommits>, at: Time) {
        self.close_all();
        let mut place = 0;
        for commits in commits {
            let group = commits.group.clone();
            let negative = commits.topics.iter().any(|(_, partitions)| {
                partitions
                    .iter()
                    .any(|p| p.offset.is_some_and(|offset| offset < 0))
            });
            if negative {
                self.note(
                    Source::Lag,
                    at,
                    format!("group {group}: a committed offset below 0"),
                );
            }
            let groups = &mut self.kafka.groups;
            if let Some(number) = groups.number_near(&group, &mut place) {
                groups.touch(number, |row| row.commit(Fact { value: commits, at }));
            }
        }
    }

    /// The end offsets close a round: from now on its commits are the ones that are shown.
    fn close_round(&mut self) {
        self.kafka.closing = true;
        let before = std::mem::replace(&mut self.kafka.round, self.kafka.listed_at);
        if let (Some(before), Some(now)) = (before, self.kafka.round) {
            self.kafka.round_every = Some(now.since(before));
        }
    }

    fn close_all(&mut self) {
        if self.kafka.closing {
            self.close_groups(0..self.kafka.groups.numbers());
        }
    }

    /// Puts away what the round that was closed replaces, for the groups with these numbers; the last of them end it.
    pub(crate) fn close_groups(&mut self, numbers: std::ops::Range<u32>) {
        let last = numbers.end >= self.kafka.groups.numbers();
        for number in numbers {
            self.kafka.groups.touch(number, Group::close);
        }
        if last {
            self.kafka.closing = false;
        }
    }

    fn apply_offsets(&mut self, listing: OffsetListing, at: Time) {
        let ends = listing.kind == OffsetKind::End;
        for answered in listing.topics {
            self.kafka.topics.update(&answered.topic, |topic| {
                for (index, offset) in answered.offsets {
                    let Ok(place) = topic
                        .meta
                        .partitions
                        .binary_search_by_key(&index, |p| p.index)
                    else {
                        continue;
                    };
                    if let Some(known) = topic.offsets.get_mut(place) {
                        let fact = Some(Fact { value: offset, at });
                        match listing.kind {
                            OffsetKind::Start => known.start = fact,
                            OffsetKind::End => known.end = fact,
                            OffsetKind::Stable => known.stable = fact,
                        }
                    }
                }
            });
        }
        if ends {
            self.close_round();
        }
    }

    fn apply_members(&mut self, described: Vec<GroupMembers>, at: Time) {
        for mut members in described {
            let group = members.group.clone();
            self.kafka.groups.update(&group, |row| {
                row.owners_stale = false;
                let known = row.members.iter().flat_map(|read| &read.value.members);
                let known: BTreeMap<&Name, Option<Time>> =
                    known.map(|member| (&member.id, member.since)).collect();
                for member in &mut members.members {
                    member.since = known.get(&member.id).copied().flatten().or(Some(at));
                }
                // While partitions move the coordinator names no owners: the last known ones stay, and say so.
                if members.rebalancing
                    && let Some(old) = &row.members
                {
                    row.owners_stale = true;
                    for member in &mut members.members {
                        let before = old.value.members.iter().find(|m| m.id == member.id);
                        if let (true, Some(before)) = (member.owned.is_empty(), before) {
                            member.owned.clone_from(&before.owned);
                        }
                    }
                }
                row.members = Some(Fact { value: members, at });
            });
        }
    }

    fn apply_disks(&mut self, disks: Vec<BrokerDisk>, at: Time) {
        for disk in disks {
            self.kafka
                .disks
                .insert(disk.broker, Fact { value: disk, at });
        }
        let mut sizes: BTreeMap<(&Name, i32), BTreeMap<i32, u64>> = BTreeMap::new();
        for (broker, disk) in &self.kafka.disks {
            for replica in disk.value.dirs.iter().flat_map(|dir| &dir.replicas) {
                let by_broker = sizes
                    .entry((&replica.topic, replica.partition))
                    .or_default();
                *by_broker.entry(broker.0).or_default() += replica.bytes;
            }
        }
        self.kafka.topics.update_all(|topic| {
            let mut all = Some(0);
            for (partition, offsets) in topic.meta.partitions.iter().zip(&mut topic.offsets) {
                let of = sizes.get(&(&topic.meta.name, partition.index));
                let leader = partition.leader.and_then(|id| of?.get(&id.0).copied());
                offsets.bytes = leader.or(offsets.bytes);
                let replicas = partition
                    .replicas
                    .iter()
                    .map(|id| of.and_then(|of| of.get(&id.0).copied()));
                all = replicas.fold(all, |sum, size| Some(sum? + size?));
            }
            topic.bytes = all;
        });
    }

    fn apply_series(&mut self, points: Vec<Point>) {
        for point in points {
            // A store may hold other clusters' pods, and remembers those that are gone.
            let foreign = matches!(&point.of, SeriesKey::Pod(id) if self.pods.get(id).is_none());
            if foreign || self.series.len() >= Self::SERIES {
                continue;
            }
            let ring = self.series.entry((point.of, point.signal)).or_default();
            if ring.is_empty() || point.samples.len() == 1 {
                for (at, value) in point.samples {
                    ring.push(at, value);
                }
            } else {
                ring.prepend(&point.samples);
            }
        }
    }
}
