//! A large cluster, as live sources tell of it: shared names, pages of 500.

use std::{collections::BTreeMap, sync::Arc};

use plimsoll::model::{
    Broker, BrokerId, Cluster, CommittedPartition, Delta, Envelope, GroupCommits, GroupKind,
    GroupListing, GroupMembers, ListedGroup, Member, MemberSetting, Metadata, Name, NodeRow,
    OffsetKind, OffsetListing, Owned, Owner, Partition, PodId, PodRow, ReplicaSetRow, SECOND, Time,
    TopicMetadata, TopicOffsets, Update,
};

pub(crate) const START: Time = Time(1_800_000_000_000);

/// Names as a source shares them.
#[derive(Default)]
pub(crate) struct Names(BTreeMap<String, Name>);

impl Names {
    fn get(&mut self, text: String) -> Name {
        if let Some(known) = self.0.get(&text) {
            return known.clone();
        }
        let name = Name::from(text.as_str());
        self.0.insert(text, name.clone());
        name
    }
}

pub(crate) fn said(update: Update) -> Envelope {
    at(START, update)
}

pub(crate) fn at(at: Time, update: Update) -> Envelope {
    Envelope {
        at,
        site: "bench".into(),
        update,
    }
}

fn set_name(of: usize) -> String {
    format!("service-{:04}-{:010x}", of % 10_000, of * 7_919 + 11)
}

/// Pod number so and so: ten of a `ReplicaSet`, ten of these in a namespace. It has what a watch keeps of one.
pub(crate) fn pod(names: &mut Names, number: usize) -> PodRow {
    let set = number / 10;
    let namespace = names.get(format!("team-{:03}", set / 10));
    let label =
        |names: &mut Names, key: &str, value: String| (names.get(key.into()), names.get(value));
    let labels = vec![
        label(names, "app", format!("service-{:04}", set % 10_000)),
        label(names, "app.kubernetes.io/component", "worker".into()),
        label(
            names,
            "app.kubernetes.io/part-of",
            format!("team-{:03}", set / 10),
        ),
    ];
    PodRow {
        id: PodId {
            namespace,
            name: format!("{}-{:05x}", set_name(set), number * 31 % 0xF_FFFF)
                .as_str()
                .into(),
        },
        node: Some(names.get(format!("node-{:04}", number % 1_000))),
        ip: Some(Name::from(ip(number).as_str())),
        status: names.get(
            if number.is_multiple_of(50) {
                "CrashLoopBackOff"
            } else {
                "Running"
            }
            .into(),
        ),
        ready: u16::from(!number.is_multiple_of(50)),
        containers: 1,
        restarts: u32::try_from(number % 7).unwrap(),
        owner: Some(Owner {
            kind: names.get("ReplicaSet".into()),
            name: names.get(set_name(set)),
        }),
        labels: labels.into(),
        created: Some(START.plus(-i64::try_from(number % 86_400).unwrap() * SECOND)),
        cpu_limit: Some(500),
        memory_limit: Some(512 << 20),
        ..PodRow::default()
    }
}

fn ip(number: usize) -> String {
    format!("10.{}.{}.{}", number >> 16, number >> 8 & 255, number & 255)
}

/// What runs the first so many pods, and where.
pub(crate) fn around(names: &mut Names, pods: usize) -> Vec<Envelope> {
    let nodes = (0..1_000).map(|node| NodeRow {
        name: names.get(format!("node-{node:04}")),
        ready: Some(true),
        ..NodeRow::default()
    });
    let nodes = said(Update::Nodes(Delta::list(nodes.collect())));
    let sets = (0..pods.div_ceil(10)).map(|set| ReplicaSetRow {
        id: PodId {
            namespace: names.get(format!("team-{:03}", set / 10)),
            name: names.get(set_name(set)),
        },
        owner: Some(Owner {
            kind: names.get("Deployment".into()),
            name: names.get(format!("service-{:04}", set % 10_000)),
        }),
    });
    vec![
        nodes,
        said(Update::ReplicaSets(Delta::list(sets.collect()))),
    ]
}

/// The list of so many pods, in pages.
pub(crate) fn pods(names: &mut Names, count: usize) -> Vec<Envelope> {
    let mut all = vec![said(Update::Pods(Delta::begin()))];
    for page in 0..count.div_ceil(500) {
        let rows = page * 500..count.min(page * 500 + 500);
        let rows = rows.map(|number| pod(names, number)).collect();
        all.push(said(Update::Pods(Delta::set(rows))));
    }
    all.push(said(Update::Pods(Delta::done())));
    all
}

/// Changes of pods, so many at once: most have another state, some are new, some go.
pub(crate) fn changes(names: &mut Names, pods: usize, round: usize, count: usize) -> Envelope {
    let mut delta = Delta::default();
    for step in 0..count {
        let event = round * count + step;
        let number = event * 7_919 % pods;
        match event % 20 {
            18 => delta.set.push(pod(names, pods + event % pods)),
            19 => delta.gone.push(pod(names, pods + (event * 3) % pods).id),
            _ => {
                let mut row = pod(names, number);
                row.restarts += u32::try_from(event).unwrap();
                row.status = names.get(["Running", "Error", "Pending"][event % 3].into());
                delta.set.push(row);
            }
        }
    }
    said(Update::Pods(delta))
}

const TOPICS: usize = 1_000;
const PARTITIONS: i32 = 40;
/// Of its topic's partitions a group reads so many.
const READ: usize = 3;
const BROKERS: i32 = 10;

fn topic(names: &mut Names, of: usize) -> Name {
    names.get(format!("events.{:04}", of % TOPICS))
}

/// The partitions that a group reads of its topic.
fn partitions_of(group: usize) -> impl Iterator<Item = i32> {
    let first = i32::try_from(group / TOPICS * READ).unwrap() % PARTITIONS;
    let all = 0..i32::try_from(READ).unwrap();
    let mut all: Vec<i32> = all.map(|of| (first + of) % PARTITIONS).collect();
    all.sort_unstable();
    all.into_iter()
}

fn group(names: &mut Names, of: usize) -> Name {
    names.get(format!("consumer-of-{of:06}"))
}

/// A cluster of ten brokers and forty thousand partitions.
pub(crate) fn cluster(names: &mut Names) -> Envelope {
    let broker = |id| Broker {
        id: BrokerId(id),
        host: format!("broker-{id}.example").into(),
        port: 9092,
        rack: None,
    };
    let partition = |index: i32| {
        let replicas: Vec<BrokerId> = (0..3).map(|r| BrokerId((index + r) % BROKERS)).collect();
        Partition {
            index,
            leader: Some(replicas[0]),
            isr: replicas.clone(),
            replicas,
            ..Partition::default()
        }
    };
    let topics = (0..TOPICS).map(|of| TopicMetadata {
        name: topic(names, of),
        id: None,
        internal: false,
        partitions: (0..PARTITIONS).map(partition).collect(),
    });
    let topics = topics.collect();
    said(Update::Metadata(Metadata {
        cluster: Cluster {
            id: None,
            controller: None,
            brokers: (0..BROKERS).map(broker).collect(),
            inside: None,
        },
        topics,
    }))
}

/// One refresh of the lag of so many groups: the listing, the commits in chunks, the ends.
pub(crate) fn round(names: &mut Names, groups: usize, round: i64) -> Vec<Envelope> {
    let now = START.plus(round * 5 * SECOND);
    let listed = (0..groups).map(|of| ListedGroup {
        id: group(names, of),
        kind: GroupKind::Classic,
        protocol_type: "consumer".into(),
        state: "Stable".into(),
        coordinator: BrokerId(i32::try_from(of).unwrap() % BROKERS),
    });
    let listed = GroupListing {
        answered: (0..BROKERS).map(BrokerId).collect(),
        groups: listed.collect(),
    };
    let mut all = vec![at(now, Update::Groups(listed))];
    for chunk in 0..groups.div_ceil(256) {
        let of = chunk * 256..groups.min(chunk * 256 + 256);
        let commits = of.map(|of| GroupCommits {
            group: group(names, of),
            topics: vec![(
                topic(names, of),
                partitions_of(of)
                    .map(|partition| CommittedPartition {
                        partition,
                        offset: Some(1_000 * round + i64::try_from(of * 37 % 900).unwrap()),
                        lag: None,
                    })
                    .collect(),
            )],
        });
        all.push(at(now, Update::Commits(commits.collect())));
    }
    let ends = (0..TOPICS).map(|of| TopicOffsets {
        topic: topic(names, of),
        offsets: (0..PARTITIONS)
            .map(|index| (index, 1_000 * round + 1_000))
            .collect(),
    });
    all.push(at(
        now,
        Update::Offsets(OffsetListing {
            kind: OffsetKind::End,
            topics: ends.collect(),
        }),
    ));
    all
}

/// One member of each of so many groups, in the pod of its number.
pub(crate) fn members(names: &mut Names, groups: usize) -> Vec<Envelope> {
    let mut all = Vec::new();
    for chunk in 0..groups.div_ceil(256) {
        let of = chunk * 256..groups.min(chunk * 256 + 256);
        let members = of.map(|of| GroupMembers {
            group: group(names, of),
            state: "Stable".into(),
            setting: MemberSetting::default(),
            members: vec![Member {
                id: format!("member-{of}").into(),
                client_id: "client".into(),
                host: Name(Arc::from(ip(of))),
                instance_id: None,
                epoch: None,
                since: None,
                owned: vec![Owned {
                    topic: topic(names, of),
                    partitions: partitions_of(of).collect(),
                }],
            }],
            rebalancing: false,
        });
        all.push(said(Update::Members(members.collect())));
    }
    all
}
