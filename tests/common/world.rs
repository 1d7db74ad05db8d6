//! What sources say, written short, for scenarios made by hand; and the demo world at a fixed moment.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test file uses a part of it"
)]

use std::{collections::BTreeMap, sync::Mutex};

use plimsoll::{
    model::{
        Broker, BrokerId, Cluster, CommittedPartition, Delta, Envelope, GroupCommits, GroupKind,
        GroupListing, GroupMembers, HealthReport, ListedGroup, Member, MemberSetting, Metadata,
        Name, NodeRow, OffsetKind, OffsetListing, Owned, Owner, Partition, PodId, PodRow,
        ReplicaSetRow, SECOND, Source, State, Time, TopicMetadata, TopicOffsets, Update,
        WorkloadId, WorkloadRow,
    },
    source::demo,
};

/// When every scenario happens: 15 January 2027, 08:00 UTC.
pub const START: Time = Time(1_800_000_000_000);

/// The demo world's opening and all that it says in so many seconds. Each is simulated once.
pub fn demo(seed: u64, seconds: i64) -> Vec<Envelope> {
    static SAID: Mutex<BTreeMap<(u64, i64), Vec<Envelope>>> = Mutex::new(BTreeMap::new());
    let mut said = SAID.lock().unwrap();
    said.entry((seed, seconds))
        .or_insert_with(|| simulate(seed, seconds))
        .clone()
}

fn simulate(seed: u64, seconds: i64) -> Vec<Envelope> {
    let mut world = demo::World::new(seed, 1.0, START);
    let mut said = world.opening();
    for second in 1..=seconds {
        said.extend(world.step(START.plus(second * SECOND)));
    }
    said
}

pub fn at(time: Time, update: Update) -> Envelope {
    Envelope {
        at: time,
        site: Name::from("prod"),
        update,
    }
}

pub fn said(update: Update) -> Envelope {
    at(START, update)
}

/// A source that answers, asked every so often; None for a watch.
pub fn live(source: Source, every: Option<i64>) -> Envelope {
    let mut report = HealthReport::new(source, State::Live);
    report.every = every;
    said(Update::Health(report))
}

pub fn health(source: Source, state: State, why: &str) -> Envelope {
    said(Update::Health(
        HealthReport::new(source, state).because(why),
    ))
}

pub fn pod_id(name: &str) -> PodId {
    let (namespace, name) = name.split_once('/').unwrap();
    PodId {
        namespace: namespace.into(),
        name: name.into(),
    }
}

/// A pod that runs, owned by the `ReplicaSet` that its name says.
pub fn pod(name: &str, ip: &str, node: &str) -> PodRow {
    let id = pod_id(name);
    let set = id.name.rsplit_once('-').map_or("", |(set, _)| set).into();
    PodRow {
        uid: name.into(),
        ip: Some(ip.into()),
        node: Some(node.into()),
        status: "Running".into(),
        ready: 1,
        containers: 1,
        owner: Some(Owner {
            kind: "ReplicaSet".into(),
            name: set,
        }),
        created: Some(START.plus(-7_200 * SECOND)),
        id,
        ..PodRow::default()
    }
}

pub fn pods(rows: Vec<PodRow>) -> Envelope {
    said(Update::Pods(Delta::list(rows)))
}

pub fn nodes(names: &[&str]) -> Envelope {
    let row = |name: &&str| NodeRow {
        name: (*name).into(),
        ready: Some(true),
        zone: Some("zone-a".into()),
        ..NodeRow::default()
    };
    said(Update::Nodes(Delta::list(names.iter().map(row).collect())))
}

/// A Deployment and its `ReplicaSet`, which is named after it and `hash`.
pub fn deployment(name: &str, hash: &str, replicas: u32) -> [Envelope; 2] {
    let id = pod_id(name);
    let set = ReplicaSetRow {
        id: PodId {
            namespace: id.namespace.clone(),
            name: format!("{}-{hash}", id.name).into(),
        },
        owner: Some(Owner {
            kind: "Deployment".into(),
            name: id.name.clone(),
        }),
    };
    let row = WorkloadRow {
        id: WorkloadId {
            namespace: id.namespace,
            kind: "Deployment".into(),
            name: id.name,
        },
        desired: replicas,
        ready: replicas,
        updated: replicas,
        available: replicas,
        owner: None,
        created: Some(START.plus(-7_200 * SECOND)),
        app: None,
        groups: Vec::new(),
    };
    [
        said(Update::ReplicaSets(Delta::set(vec![set]))),
        said(Update::Deployments(Delta::set(vec![row]))),
    ]
}

/// A cluster of brokers 1 to `brokers`, whose topics have these numbers of partitions, all in sync.
pub fn metadata(brokers: i32, topics: &[(&str, i32)]) -> Metadata {
    let broker = |id| Broker {
        id: BrokerId(id),
        host: format!("broker-{id}.kafka.example").into(),
        port: 9092,
        rack: Some("zone-a".into()),
    };
    let partition = |index: i32| {
        let replicas: Vec<BrokerId> = (0..brokers.min(3))
            .map(|next| BrokerId((index + next) % brokers + 1))
            .collect();
        Partition {
            index,
            leader: replicas.first().copied(),
            epoch: 1,
            isr: replicas.clone(),
            replicas,
            offline: Vec::new(),
            adding: Vec::new(),
        }
    };
    let topic = |(name, partitions): &(&str, i32)| TopicMetadata {
        name: (*name).into(),
        id: None,
        internal: false,
        partitions: (0..*partitions).map(partition).collect(),
    };
    Metadata {
        cluster: Cluster {
            id: Some("example".into()),
            controller: Some(BrokerId(1)),
            brokers: (1..=brokers).map(broker).collect(),
            inside: None,
        },
        topics: topics.iter().map(topic).collect(),
    }
}

pub fn cluster(brokers: i32, topics: &[(&str, i32)]) -> Envelope {
    said(Update::Metadata(metadata(brokers, topics)))
}

pub fn groups(listed: &[(&str, GroupKind, &str)]) -> Envelope {
    let row = |(id, kind, state): &(&str, GroupKind, &str)| ListedGroup {
        id: (*id).into(),
        kind: *kind,
        protocol_type: "consumer".into(),
        state: (*state).into(),
        coordinator: BrokerId(1),
    };
    said(Update::Groups(GroupListing {
        answered: vec![BrokerId(1), BrokerId(2), BrokerId(3)],
        groups: listed.iter().map(row).collect(),
    }))
}

/// Commits of a group: for each topic what is committed for partition 0, 1, ….
pub fn commits(group: &str, topics: &[(&str, &[Option<i64>])]) -> Envelope {
    let topics = topics.iter().map(|(topic, offsets)| {
        let rows = (0..)
            .zip(*offsets)
            .map(|(partition, offset)| CommittedPartition {
                partition,
                offset: *offset,
                lag: None,
            });
        ((*topic).into(), rows.collect())
    });
    said(Update::Commits(vec![GroupCommits {
        group: group.into(),
        topics: topics.collect(),
    }]))
}

/// Offsets of partitions of one topic.
pub fn offsets(kind: OffsetKind, topic: &str, offsets: &[(i32, i64)]) -> Envelope {
    said(Update::Offsets(OffsetListing {
        kind,
        topics: vec![TopicOffsets {
            topic: topic.into(),
            offsets: offsets.to_vec(),
        }],
    }))
}

pub fn member(id: &str, host: &str, topic: &str, partitions: &[i32]) -> Member {
    let owned = Owned {
        topic: topic.into(),
        partitions: partitions.to_vec(),
    };
    Member {
        id: id.into(),
        client_id: format!("client-{id}").into(),
        host: host.into(),
        instance_id: None,
        epoch: None,
        owned: if partitions.is_empty() {
            Vec::new()
        } else {
            vec![owned]
        },
        since: None,
    }
}

pub fn members(group: &str, state: &str, members: Vec<Member>) -> Envelope {
    said(Update::Members(vec![GroupMembers {
        group: group.into(),
        state: state.into(),
        setting: MemberSetting::default(),
        members,
        rebalancing: state == "PreparingRebalance",
    }]))
}

/// `checkout` on three partitions of `orders`: two members on two pods of Deployment shop/checkout.
pub fn checkout() -> Vec<Envelope> {
    let mut said = vec![
        live(Source::Pods, None),
        live(Source::Metadata, Some(3_600 * SECOND)),
        live(Source::Lag, Some(3_600 * SECOND)),
        nodes(&["node-1", "node-2"]),
        pods(vec![
            pod("shop/checkout-5f7d-aaaaa", "10.0.0.1", "node-1"),
            pod("shop/checkout-5f7d-bbbbb", "10.0.0.2", "node-2"),
        ]),
        cluster(3, &[("orders", 3)]),
        groups(&[("checkout", GroupKind::Classic, "Stable")]),
        offsets(OffsetKind::Start, "orders", &[(0, 0), (1, 0), (2, 0)]),
        offsets(OffsetKind::End, "orders", &[(0, 120), (1, 200), (2, 300)]),
        commits(
            "checkout",
            &[("orders", &[Some(100), Some(200), Some(297)])],
        ),
        members(
            "checkout",
            "Stable",
            vec![
                member("m1", "10.0.0.1", "orders", &[0, 1]),
                member("m2", "10.0.0.2", "orders", &[2]),
            ],
        ),
    ];
    said.extend(deployment("shop/checkout", "5f7d", 2));
    said
}
