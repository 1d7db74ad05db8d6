//! The world as it is at the start.

use super::{
    Kafka,
    broker::Server,
    catalogue::{
        BROKERS, CLUSTER, GROUPS, GroupPlan, KAFKA_NAMESPACE, LINES, NODES, SLOW_BACKLOG,
        SLOW_GROUP, TOPICS, TopicPlan, WORKLOADS, WorkloadPlan, ZONES,
    },
    cluster::{Cluster, Node},
    group::GroupState,
    pod::Stage,
    random::{Random, digest},
    topic::{Log, TopicState},
    workload::Workload,
};
use crate::model::{Broker, BrokerId, Name, NodeRow, Owner, Partition, SECOND, Time, WorkloadId};

const DAY: i64 = 86_400 * SECOND;
const REPLICAS: usize = 3;

/// `count` things, times `scale`, at least one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "held within bounds in which the cast is exact"
)]
fn times(count: usize, scale: f64) -> usize {
    let scale = if scale.is_finite() { scale } else { 1.0 };
    (count as f64 * scale).round().clamp(1.0, 1e6) as usize
}

/// The copies of a line that a world of this scale has; what belongs to no line is there once.
fn copies(line: Option<usize>, scale: f64) -> usize {
    // The slow group's line is the second, and it is never left out.
    let lines = times(LINES, scale).max(2);
    line.map_or(1, |line| (lines + LINES - 1 - line) / LINES)
}

/// A plan's name in the copy of its line.
fn named(line: Option<usize>, name: &str, copy: usize) -> String {
    match (line, copy) {
        (None, _) | (_, 0) => name.to_owned(),
        (Some(_), copy) => format!("{name}-{}", copy + 1),
    }
}

pub(super) fn cluster(scale: f64, start: Time, random: &mut Random) -> Cluster {
    let nodes = (0..times(NODES, scale).max(NODES.min(7)))
        .map(|place| node(place, start))
        .collect();
    let mut cluster = Cluster::new(nodes, Vec::new());
    for plan in WORKLOADS {
        for copy in 0..copies(plan.line, scale) {
            let workload = workload(plan, copy, scale, start, &mut cluster, random);
            cluster.workloads.push(workload);
        }
    }
    let shaky = cluster
        .workloads
        .iter()
        .find(|w| &*w.id.name == "storefront");
    if let Some(pod) = shaky
        .and_then(|w| w.pods.first())
        .map(|pod| pod.row.id.clone())
    {
        let about = Owner {
            kind: Name::from("Pod"),
            name: pod.name,
        };
        let why = "Readiness probe failed: HTTP probe failed with statuscode: 503";
        cluster.warn(
            &pod.namespace,
            about,
            "Unhealthy",
            why,
            start.plus(-400 * SECOND),
        );
    }
    cluster
}

fn zone(place: usize) -> Name {
    ZONES
        .get(place % ZONES.len())
        .copied()
        .map_or_else(Name::default, Name::from)
}

fn node(place: usize, start: Time) -> Node {
    let zone = zone(place);
    let letter = zone.chars().last().unwrap_or('x');
    Node {
        row: NodeRow {
            name: Name::from(format!("worker-{letter}{}", place / ZONES.len() + 1)),
            ready: Some(true),
            zone: Some(zone),
            cpu_allocatable: Some(7_910),
            memory_allocatable: Some(30 << 30),
            created: Some(start.plus(-40 * DAY)),
            ..NodeRow::default()
        },
        pods: 0,
        changed: false,
    }
}

/// The ids of the groups that a workload consumes for. What belongs to no line does so for every copy of one.
fn groups_of(plan: &WorkloadPlan, copy: usize, scale: f64) -> Vec<Name> {
    let groups = GROUPS.iter().filter(|of| of.workload == Some(plan.name));
    groups
        .flat_map(|group| {
            let served = match plan.line {
                None => 0..copies(group.line, scale),
                Some(_) => copy..copy + 1,
            };
            served.map(|copy| Name::from(named(group.line, group.name, copy)))
        })
        .collect()
}

fn workload(
    plan: &WorkloadPlan,
    copy: usize,
    scale: f64,
    start: Time,
    cluster: &mut Cluster,
    random: &mut Random,
) -> Workload {
    let created = start.plus(-random.between(3, 38) * DAY);
    let mut workload = Workload {
        id: WorkloadId {
            namespace: Name::from(plan.namespace),
            kind: Name::from(plan.kind),
            name: Name::from(named(plan.line, plan.name, copy)),
        },
        replicas: plan.replicas,
        revision: 1,
        pods: Vec::new(),
        created,
        cpu: plan.cpu,
        memory: plan.memory << 20,
        autoscale: plan.autoscale,
        groups: groups_of(plan, copy, scale),
        said: None,
        sets: Vec::new(),
        new_sets: Vec::new(),
        old_sets: Vec::new(),
    };
    workload.add_set(random);
    let is_job = workload.is(super::catalogue::JOB);
    let brokers = workload.has_brokers();
    for ordinal in 0..plan.replicas {
        let age = random.between(3_600, 200_000) * SECOND;
        workload.add_pod(start.plus(-age), ordinal, random);
    }
    for pod in &mut workload.pods {
        cluster.schedule(pod, brokers);
        pod.row.ip = Some(cluster.address());
        pod.enter(
            if is_job {
                Stage::Completed
            } else {
                Stage::Ready
            },
            None,
        );
    }
    workload
}

pub(super) fn kafka(scale: f64, start: Time, cluster: &Cluster, random: &mut Random) -> Kafka {
    let place_of = |name: &str| {
        let is = |w: &Workload| &*w.id.name == name;
        cluster.workloads.iter().position(is)
    };
    let servers = (0..BROKERS).map(server).collect();
    let mut topics: Vec<TopicState> = Vec::new();
    for plan in TOPICS {
        for copy in 0..copies(plan.line, scale) {
            let producer = plan.producer.and_then(|name| {
                place_of(&named(plan.line, name, copy)).or_else(|| place_of(name))
            });
            topics.push(topic(plan, copy, producer, random));
        }
    }
    let mut groups: Vec<GroupState> = Vec::new();
    for plan in GROUPS {
        for copy in 0..copies(plan.line, scale) {
            let workload = plan.workload.and_then(|name| {
                place_of(&named(plan.line, name, copy)).or_else(|| place_of(name))
            });
            let mut group = group(plan, copy, &topics, workload);
            let pods = workload.and_then(|place| cluster.workloads.get(place));
            group.follow(pods, start, random);
            group.moving = None;
            group.assign();
            groups.push(group);
        }
    }
    Kafka {
        servers,
        controller: BrokerId(1),
        topics,
        groups,
        changed: false,
    }
}

fn server(ordinal: u32) -> Server {
    let id = i32::try_from(ordinal).unwrap_or(0);
    let host = format!("{CLUSTER}-kafka-{id}.{CLUSTER}-kafka-brokers.{KAFKA_NAMESPACE}.svc");
    Server::new(Broker {
        id: BrokerId(id),
        host: Name::from(host),
        port: 9_092,
        rack: Some(zone(usize::try_from(ordinal).unwrap_or(0))),
    })
}

fn topic(
    plan: &TopicPlan,
    copy: usize,
    producer: Option<usize>,
    random: &mut Random,
) -> TopicState {
    let first = random.place(6);
    let partitions = i64::from(plan.partitions).max(1);
    let logs = (0..plan.partitions)
        .map(|index| {
            // Each replica is in another zone: zones go round with the brokers' ids.
            let turn = usize::try_from(index).unwrap_or(0) + first;
            let replicas: Vec<BrokerId> = (0..REPLICAS)
                .map(|n| BrokerId(i32::try_from((turn + n * 5) % 6).unwrap_or(0)))
                .collect();
            let days = if plan.compact { 1 } else { 7 };
            let keep = plan.rate * 86_400 * days / partitions;
            let keep = keep.max(40) * random.between(90, 110) / 100;
            let start = if plan.rate == 0 {
                0
            } else {
                random.between(1_000, 900_000)
            };
            Log {
                row: Partition {
                    index,
                    leader: replicas.first().copied(),
                    epoch: i32::try_from(random.between(3, 30)).unwrap_or(3),
                    isr: replicas.clone(),
                    replicas,
                    offline: Vec::new(),
                    adding: Vec::new(),
                },
                start,
                end: start + keep,
                keep,
                weight: random.between(85, 115),
                carry: 0,
                adding: None,
                removing: None,
            }
        })
        .collect();
    TopicState {
        name: Name::from(named(plan.line, plan.name, copy)),
        id: Name::from(random.uuid()),
        internal: plan.line.is_none(),
        compact: plan.compact,
        rate: plan.rate,
        record_bytes: plan.record_bytes,
        producer,
        logs,
    }
}

fn group(
    plan: &GroupPlan,
    copy: usize,
    topics: &[TopicState],
    workload: Option<usize>,
) -> GroupState {
    let name = named(plan.line, plan.name, copy);
    let is_slow = name == SLOW_GROUP;
    let of = |topic: &&str| {
        let wanted = named(plan.line, topic, copy);
        topics.iter().position(|topic| *topic.name == *wanted)
    };
    let places: Vec<usize> = plan.topics.iter().filter_map(of).collect();
    let committed = places
        .iter()
        .filter_map(|place| topics.get(*place))
        .map(|topic| {
            let behind = |log: &Log| match (is_slow, workload) {
                (true, _) => SLOW_BACKLOG,
                (false, None) => 7 + i64::from(log.row.index) * 5,
                (false, Some(_)) => topic.rate * log.weight / 100 / 12,
            };
            let at = |log: &Log| log.end - behind(log).min(log.end - log.start);
            topic.logs.iter().map(at).collect()
        })
        .collect();
    GroupState {
        name: Name::from(name.as_str()),
        kind: plan.kind,
        protocol: plan.protocol,
        assignor: plan.assignor,
        topics: places,
        workload,
        // Only one group of a larger world is too slow.
        pace: if plan.name == SLOW_GROUP && !is_slow {
            plan.pace * 6
        } else {
            plan.pace
        },
        limit: None,
        moving: None,
        epoch: i32::try_from(digest(&name) % 40).unwrap_or(0) + 2,
        members: Vec::new(),
        committed,
        changed: true,
    }
}
