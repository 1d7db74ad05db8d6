//! What the polls of Kafka say. A broker that does not answer takes its part of the answer with it.

use super::Collectors;
use crate::{
    model::{
        BrokerDisk, BrokerId, Cluster, CommittedPartition, DirReplica, GroupCommits, GroupKind,
        GroupListing, GroupMembers, HealthReport, ListedGroup, LogDir, MemberSetting, Metadata,
        Name, OffsetKind, OffsetListing, Owned, PartitionId, Reassignment, Source, Stamp, State,
        Time, TopicConfig, TopicOffsets, Update,
    },
    source::demo::{
        Kafka,
        broker::{Server, server},
        group::GroupState,
        topic::{Log, TopicState},
    },
};

/// A broker's volume for each thousand partitions or part of it.
const VOLUME: u64 = 500 << 30;

impl Collectors {
    pub(super) fn open_kafka(&mut self, kafka: &mut Kafka, now: Time) {
        self.syncing(now, Source::Metadata, 0, None);
        self.tell_metadata(kafka, now);
        self.syncing(now, Source::Lag, 0, None);
        self.tell_lag(kafka, now);
        for source in [
            Source::LogStart,
            Source::Members,
            Source::TopicConfigs,
            Source::LogDirs,
            Source::Reassignments,
        ] {
            self.syncing(now, source, 0, None);
            self.tell(source, kafka, now);
        }
    }

    pub(super) fn poll_kafka(&mut self, kafka: &mut Kafka, now: Time) {
        if self.is_due(Source::Metadata, now) || kafka.changed {
            self.tell_metadata(kafka, now);
        }
        if self.is_due(Source::Lag, now) {
            self.tell_lag(kafka, now);
        }
        for source in [
            Source::Members,
            Source::LogStart,
            Source::TopicConfigs,
            Source::LogDirs,
            Source::Reassignments,
        ] {
            if self.is_due(source, now) {
                self.tell(source, kafka, now);
            }
        }
    }

    fn tell(&mut self, source: Source, kafka: &mut Kafka, now: Time) {
        let brokers = u64::try_from(asked(kafka).count()).unwrap_or(0);
        match source {
            Source::LogStart => {
                retain(kafka);
                let listing = offsets(kafka, OffsetKind::Start, |log| log.start);
                self.say(now, Update::Offsets(listing));
                let stable = offsets(kafka, OffsetKind::Stable, |log| log.end);
                self.say(now, Update::Offsets(stable));
                self.say(now, Update::Stamps(stamps(kafka, now)));
            }
            Source::Members => {
                let members = members(kafka);
                if !members.is_empty() {
                    self.say(now, Update::Members(members));
                }
            }
            Source::TopicConfigs => {
                let configs = kafka.topics.iter().map(config).collect();
                self.say(now, Update::TopicConfigs(configs));
            }
            Source::LogDirs => self.say(now, Update::LogDirs(disks(kafka))),
            _ => self.say(now, Update::Reassignments(moving(kafka))),
        }
        self.conclude(source, kafka, brokers, now);
    }

    fn tell_metadata(&mut self, kafka: &mut Kafka, now: Time) {
        kafka.changed = false;
        let metadata = Metadata {
            cluster: Cluster {
                id: Some(Name::from("ZGVtbyBjbHVzdGVyIDE")),
                controller: Some(kafka.controller),
                brokers: asked(kafka).map(|server| server.row.clone()).collect(),
                inside: None,
            },
            topics: kafka.topics.iter().map(TopicState::metadata).collect(),
        };
        self.say(now, Update::Metadata(metadata));
        self.live(now, Source::Metadata, 3, 180 * kafka.topics.len());
    }

    /// One refresh of all lags: commits before ends, so that no lag comes out too small.
    fn tell_lag(&mut self, kafka: &Kafka, now: Time) {
        let coordinators = kafka.coordinators();
        let listed = || {
            let groups = kafka.groups.iter().zip(&coordinators);
            groups.filter_map(|(group, at)| Some((group, answering(kafka, (*at)?)?)))
        };
        let listing = GroupListing {
            answered: kafka
                .servers
                .iter()
                .filter(|server| server.serves())
                .map(Server::id)
                .collect(),
            groups: listed().map(|(group, at)| list(group, at)).collect(),
        };
        self.say(now, Update::Groups(listing));
        let commits = listed().map(|(group, _)| commits(group, &kafka.topics));
        self.say(now, Update::Commits(commits.collect()));
        let ends = offsets(kafka, OffsetKind::End, |log| log.end);
        self.say(now, Update::Offsets(ends));
        let requests = 3 * u64::try_from(asked(kafka).count()).unwrap_or(0) + 1;
        self.conclude(Source::Lag, kafka, requests, now);
    }

    /// Reports a round: stale, and why, where a broker did not answer.
    fn conclude(&mut self, source: Source, kafka: &Kafka, requests: u64, now: Time) {
        let bytes = requests * 1_900;
        let Some(late) = asked(kafka).find(|server| !server.serves()) else {
            let report = HealthReport::new(source, State::Live);
            return self.report(now, report, (requests, 0, bytes));
        };
        let why = format!(
            "broker {} ({}:{}) did not answer within 5 s; what it leads keeps its last values",
            late.id(),
            late.row.host,
            late.row.port
        );
        let report = HealthReport::new(source, State::Stale).because(why);
        self.report(now, report, (requests, 1, bytes));
    }
}

/// The brokers that metadata names, which are those that are asked.
fn asked(kafka: &Kafka) -> impl Iterator<Item = &Server> {
    kafka.servers.iter().filter(|server| !server.fenced)
}

/// The broker, if it answers.
fn answering(kafka: &Kafka, id: BrokerId) -> Option<BrokerId> {
    server(&kafka.servers, id)
        .filter(|server| server.serves())
        .map(Server::id)
}

fn list(group: &GroupState, coordinator: BrokerId) -> ListedGroup {
    ListedGroup {
        id: group.name.clone(),
        kind: group.kind,
        protocol_type: Name::from(group.protocol),
        state: Name::from(group.state()),
        coordinator,
    }
}

fn commits(group: &GroupState, topics: &[TopicState]) -> GroupCommits {
    let mut by_topic: Vec<(Name, Vec<CommittedPartition>)> = Vec::new();
    for (place, commits) in group.topics.iter().zip(&group.committed) {
        let Some(topic) = topics.get(*place) else {
            continue;
        };
        let of = |(log, at): (&Log, &i64)| {
            let behind = log.end - at;
            // Records after the start offset may be acknowledged already: they are no lag.
            let lag = (group.kind == GroupKind::Share).then(|| behind - behind / 3);
            CommittedPartition {
                partition: log.row.index,
                offset: Some(*at),
                lag,
            }
        };
        let partitions = topic.logs.iter().zip(commits).map(of).collect();
        by_topic.push((topic.name.clone(), partitions));
    }
    by_topic.sort_by(|a, b| a.0.cmp(&b.0));
    GroupCommits {
        group: group.name.clone(),
        topics: by_topic,
    }
}

/// When the records were written that groups far behind will read next, at the usual rates.
fn stamps(kafka: &Kafka, now: Time) -> Vec<Stamp> {
    const FAR_MILLIS: i64 = 60_000;
    let mut found = Vec::new();
    for group in kafka.groups.iter().filter(|of| of.kind != GroupKind::Share) {
        for (place, commits) in group.topics.iter().zip(&group.committed) {
            let Some(topic) = kafka.topics.get(*place) else {
                continue;
            };
            let weights: i64 = topic.logs.iter().map(|log| log.weight).sum();
            for (log, at) in topic.logs.iter().zip(commits) {
                let rate = topic.rate * log.weight;
                let age = (log.end - at) * weights * 1_000 / rate.max(1);
                if rate > 0 && age > FAR_MILLIS {
                    found.push(Stamp {
                        id: PartitionId {
                            topic: topic.name.clone(),
                            partition: log.row.index,
                        },
                        offset: *at,
                        written: now.plus(-age),
                        within: 1_000,
                    });
                }
            }
        }
    }
    found
}

fn offsets(kafka: &Kafka, kind: OffsetKind, of: impl Fn(&Log) -> i64) -> OffsetListing {
    let answers = |log: &&Log| {
        let leader = log.row.leader;
        leader.is_some_and(|leader| answering(kafka, leader).is_some())
    };
    let topic = |topic: &TopicState| {
        let logs = topic.logs.iter().filter(answers);
        TopicOffsets {
            topic: topic.name.clone(),
            offsets: logs.map(|log| (log.row.index, of(log))).collect(),
        }
    };
    OffsetListing {
        kind,
        topics: kafka.topics.iter().map(topic).collect(),
    }
}

/// Retention: cuts off what is old and was read by all.
fn retain(kafka: &mut Kafka) {
    for (place, topic) in kafka.topics.iter_mut().enumerate() {
        for (partition, log) in topic.logs.iter_mut().enumerate() {
            log.start = log.start.max(log.end - log.keep);
            for group in &kafka.groups {
                let reads = group.topics.iter().position(|of| *of == place);
                let commits = reads.and_then(|reads| group.committed.get(reads));
                if let Some(at) = commits.and_then(|commits| commits.get(partition)) {
                    log.start = log.start.min(*at);
                }
            }
        }
    }
}

/// The groups whose members differ from what was said, and whose coordinators answer.
fn members(kafka: &mut Kafka) -> Vec<GroupMembers> {
    let reached: Vec<bool> = kafka
        .coordinators()
        .into_iter()
        .map(|at| at.is_some_and(|at| answering(kafka, at).is_some()))
        .collect();
    let topics = &kafka.topics;
    let mut described = Vec::new();
    for (group, reached) in kafka.groups.iter_mut().zip(reached) {
        if reached && std::mem::replace(&mut group.changed, false) {
            described.push(describe(group, topics));
        }
    }
    described
}

fn describe(group: &GroupState, topics: &[TopicState]) -> GroupMembers {
    let stopped = group.is_stopped();
    let name = |place: usize| {
        topics
            .get(*group.topics.get(place)?)
            .map(|t| t.name.clone())
    };
    let members = group.members.iter().map(|member| {
        let mut row = member.row.clone();
        let mut owned: Vec<Owned> = Vec::new();
        for (place, partition) in member.owned.iter().filter(|_| !stopped) {
            let (Some(topic), Ok(partition)) = (name(*place), i32::try_from(*partition)) else {
                continue;
            };
            match owned.iter_mut().find(|own| own.topic == topic) {
                Some(own) => own.partitions.push(partition),
                None => owned.push(Owned {
                    topic,
                    partitions: vec![partition],
                }),
            }
        }
        row.owned = owned;
        row
    });
    let classic = matches!(group.kind, GroupKind::Classic | GroupKind::Other);
    GroupMembers {
        group: group.name.clone(),
        state: Name::from(group.state()),
        setting: MemberSetting {
            assignor: Name::from(if stopped { "" } else { group.assignor }),
            epoch: (!classic).then_some(group.epoch),
        },
        members: members.collect(),
        rebalancing: stopped,
    }
}

fn config(topic: &TopicState) -> TopicConfig {
    TopicConfig {
        topic: topic.name.clone(),
        min_isr: Some(2),
        cleanup_policy: Some(Name::from(if topic.compact { "compact" } else { "delete" })),
        retention_ms: Some(604_800_000),
        retention_bytes: None,
    }
}

fn disks(kafka: &Kafka) -> Vec<BrokerDisk> {
    let logs: usize = kafka.topics.iter().map(|topic| topic.logs.len()).sum();
    let total = VOLUME * (1 + u64::try_from(logs / 1_000).unwrap_or(0));
    let disk = |server: &Server| {
        let mut replicas = Vec::new();
        for topic in &kafka.topics {
            let here = |log: &&Log| log.row.replicas.contains(&server.id());
            replicas.extend(topic.logs.iter().filter(here).map(|log| DirReplica {
                topic: topic.name.clone(),
                partition: log.row.index,
                bytes: topic.bytes(log),
            }));
        }
        let used: u64 = replicas.iter().map(|replica| replica.bytes).sum();
        BrokerDisk {
            broker: server.id(),
            dirs: vec![LogDir {
                path: Name::from(format!("/var/lib/kafka/data-0/kafka-log{}", server.id())),
                error: None,
                total: Some(total),
                usable: Some(total.saturating_sub(used)),
                replicas,
            }],
        }
    };
    let answering = kafka.servers.iter().filter(|server| server.serves());
    answering.map(disk).collect()
}

fn moving(kafka: &Kafka) -> Vec<Reassignment> {
    let logs = kafka.topics.iter().flat_map(|topic| {
        let name = &topic.name;
        topic.logs.iter().map(move |log| (name, log))
    });
    let moving = logs.filter(|(_, log)| log.adding.is_some() || log.removing.is_some());
    let row = |(topic, log): (&Name, &Log)| Reassignment {
        id: PartitionId {
            topic: topic.clone(),
            partition: log.row.index,
        },
        adding: log.adding.into_iter().collect(),
        removing: log.removing.into_iter().collect(),
    };
    moving.map(row).collect()
}
