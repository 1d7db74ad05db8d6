//! The demo world: a seeded shop on Kafka and Kubernetes that lives, and has its troubles.
//!
//! It is a pure simulation in steps of one second. It says of itself exactly what live collectors would have said of a
//! real site, at their pace, and no more: nothing after the channel can tell the two apart. The same seed, size and
//! start give the same envelopes, byte for byte.

mod broker;
mod build;
mod catalogue;
mod cluster;
mod collect;
mod group;
mod incident;
mod pod;
mod random;
mod topic;
mod workload;

use broker::Server;
use cluster::Cluster;
use collect::Collectors;
use group::GroupState;
use incident::Incidents;
use random::Random;
use topic::TopicState;

use crate::model::{BrokerId, Envelope, Name, SECOND, Time};

/// The site's name, unless another is given.
pub const SITE: &str = "demo";

/// The Kafka half of the world.
#[derive(Clone, Debug)]
struct Streams {
    servers: Vec<Server>,
    controller: BrokerId,
    topics: Vec<TopicState>,
    groups: Vec<GroupState>,
    /// Metadata differs from what was said of it.
    changed: bool,
}

impl Streams {
    /// The coordinator of each group, where it has one now.
    fn coordinators(&self) -> Vec<Option<BrokerId>> {
        let commits = |topic: &&TopicState| &*topic.name == "__consumer_offsets";
        let commits = self.topics.iter().find(commits);
        let of = |group: &GroupState| group.coordinator(commits?, &self.servers);
        self.groups.iter().map(of).collect()
    }
}

/// A whole site, simulated.
#[derive(Clone, Debug)]
pub struct World {
    random: Random,
    now: Time,
    cluster: Cluster,
    streams: Streams,
    incidents: Incidents,
    collectors: Collectors,
}

impl World {
    /// Steps that are made up for after a pause; what is older never happened.
    const LATE: i64 = 120;

    /// A world at `start`. `scale` multiplies topics, groups, pods and nodes; brokers stay six.
    pub fn new(seed: u64, scale: f64, start: Time) -> World {
        World::named(seed, scale, start, Name::from(SITE))
    }

    /// The same, of a site with another name.
    pub fn named(seed: u64, scale: f64, start: Time, site: Name) -> World {
        let mut random = Random::new(seed);
        let cluster = build::cluster(scale, start, &mut random);
        let streams = build::streams(scale, start, &cluster, &mut random);
        World {
            incidents: Incidents::new(start, &mut random),
            collectors: Collectors::new(site, start, random.next()),
            random,
            now: start,
            cluster,
            streams,
        }
    }

    /// What all sources say when they are opened.
    pub fn opening(&mut self) -> Vec<Envelope> {
        self.collectors
            .open(&mut self.cluster, &mut self.streams, self.now)
    }

    /// Lives until `now`, second by second, and says what collectors would have said in that time.
    pub fn step(&mut self, now: Time) -> Vec<Envelope> {
        if now.since(self.now) > Self::LATE * SECOND {
            self.now = now.plus(-Self::LATE * SECOND);
        }
        while now.since(self.now) >= SECOND {
            self.now = self.now.plus(SECOND);
            self.live();
            self.collectors
                .collect(&mut self.cluster, &mut self.streams, self.now);
        }
        self.collectors.take()
    }

    /// One second.
    fn live(&mut self) {
        self.play_incidents();
        self.cluster.advance(self.now, &mut self.random);
        self.run_brokers();
        self.run_groups();
        self.produce();
    }

    fn run_brokers(&mut self) {
        let streams = &mut self.streams;
        let home = self.cluster.workloads.iter().find(|w| w.has_brokers());
        for place in 0..streams.servers.len() {
            let runs = home.is_some_and(|home| {
                home.working()
                    .any(|pod| usize::try_from(pod.ordinal) == Ok(place))
            });
            let Some(server) = streams.servers.get_mut(place) else {
                continue;
            };
            if !server.observe(runs, self.now) {
                continue;
            }
            let (id, fenced) = (server.id(), server.fenced);
            for topic in &mut streams.topics {
                if fenced {
                    topic.fence(id, &streams.servers);
                } else {
                    topic.unfence(id);
                }
            }
            streams.changed = true;
            if fenced && streams.controller == id {
                let next = streams.servers.iter().find(|server| server.serves());
                streams.controller = next.map_or(id, Server::id);
            }
        }
        for topic in &mut streams.topics {
            streams.changed |= topic.heal(&streams.servers, &mut self.random);
        }
    }

    fn run_groups(&mut self) {
        let commits_kept = self.streams.coordinators();
        let Streams {
            servers,
            topics,
            groups,
            ..
        } = &mut self.streams;
        for (group, kept) in groups.iter_mut().zip(commits_kept) {
            let mut workload = group
                .workload
                .and_then(|place| self.cluster.workloads.get_mut(place));
            group.follow(workload.as_deref(), self.now, &mut self.random);
            if kept.is_some() {
                let pods = workload.as_mut().map(|workload| &mut workload.pods);
                group.consume(topics, servers, pods.map_or(&mut [], Vec::as_mut_slice));
            }
        }
    }

    fn produce(&mut self) {
        for topic in &mut self.streams.topics {
            let load = topic.load(self.now);
            let writers = topic
                .producer
                .and_then(|place| self.cluster.workloads.get_mut(place));
            let Some(writers) = writers else { continue };
            if writers.working().next().is_none() {
                continue;
            }
            topic.produce(load, &mut self.streams.servers);
            for pod in writers.pods.iter_mut().filter(|pod| pod.works()) {
                pod.busy = load * 4 / 10;
            }
        }
    }
}

/// Runs a world in real time: the opening, then a step a second, until nobody listens any more.
pub async fn run(seed: u64, scale: f64, tx: tokio::sync::mpsc::Sender<Envelope>, site: Name) {
    let mut world = World::named(seed, scale, now(), site);
    let mut envelopes = world.opening();
    let mut ticks = tokio::time::interval(std::time::Duration::from_secs(1));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        for envelope in envelopes {
            if tx.send(envelope).await.is_err() {
                return;
            }
        }
        tokio::select! {
            _ = ticks.tick() => {}
            () = tx.closed() => return,
        }
        envelopes = world.step(now());
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the driver is at the edge: the simulation itself is given every moment"
)]
fn now() -> Time {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let millis = since.map_or(0, |since| since.as_millis());
    Time(i64::try_from(millis).unwrap_or(i64::MAX))
}
