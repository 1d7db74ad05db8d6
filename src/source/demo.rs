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
mod orders;
mod pod;
mod random;
mod reading;
mod topic;
mod workload;

use broker::Server;
use cluster::Cluster;
use collect::Collectors;
use group::GroupState;
use incident::Incidents;
use random::Random;
use topic::TopicState;

pub use reading::Reader;

use tokio::sync::{mpsc, watch};

use super::Wishes;
use crate::{
    app::{Msg, reading::Ask},
    model::{BrokerId, ChartAsk, Envelope, Name, SECOND, Time},
    plan::{Answer, Order},
};

/// The site's name, unless another is given.
pub const SITE: &str = "demo";

/// The Kafka half of the world.
#[derive(Clone, Debug)]
struct Kafka {
    servers: Vec<Server>,
    controller: BrokerId,
    topics: Vec<TopicState>,
    groups: Vec<GroupState>,
    /// Metadata differs from what was said of it.
    changed: bool,
}

impl Kafka {
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
    kafka: Kafka,
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
        let kafka = build::kafka(scale, start, &cluster, &mut random);
        World {
            incidents: Incidents::new(start, &mut random),
            collectors: Collectors::new(site, start, random.next()),
            random,
            now: start,
            cluster,
            kafka,
        }
    }

    /// What all sources say when they are opened.
    pub fn opening(&mut self) -> Vec<Envelope> {
        self.collectors
            .open(&mut self.cluster, &mut self.kafka, self.now)
    }

    /// Lives until `now`, second by second, and says what collectors would have said in that time.
    pub fn step(&mut self, now: Time) -> Vec<Envelope> {
        let skipped = now.since(self.now) / SECOND - Self::LATE;
        self.now = self.now.plus(skipped.max(0) * SECOND);
        while now.since(self.now) >= SECOND {
            self.now = self.now.plus(SECOND);
            self.live();
            self.collectors
                .collect(&mut self.cluster, &mut self.kafka, self.now);
        }
        self.collectors.take()
    }

    /// What Prometheus answers to a range query now.
    pub fn answer(&self, ask: &ChartAsk) -> Envelope {
        self.collectors.answer(ask, self.now)
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
        let kafka = &mut self.kafka;
        let home = self.cluster.workloads.iter().find(|w| w.has_brokers());
        for place in 0..kafka.servers.len() {
            let runs = home.is_some_and(|home| {
                home.working()
                    .any(|pod| usize::try_from(pod.ordinal) == Ok(place))
            });
            let Some(server) = kafka.servers.get_mut(place) else {
                continue;
            };
            if !server.observe(runs, self.now) {
                continue;
            }
            let (id, fenced) = (server.id(), server.fenced);
            for topic in &mut kafka.topics {
                if fenced {
                    topic.fence(id, &kafka.servers);
                } else {
                    topic.unfence(id);
                }
            }
            kafka.changed = true;
            if fenced && kafka.controller == id {
                let next = kafka.servers.iter().find(|server| server.lives());
                kafka.controller = next.map_or(id, Server::id);
            }
        }
        for topic in &mut kafka.topics {
            kafka.changed |= topic.heal(&kafka.servers, &mut self.random);
        }
    }

    fn run_groups(&mut self) {
        let commits_kept = self.kafka.coordinators();
        let Kafka {
            servers,
            topics,
            groups,
            ..
        } = &mut self.kafka;
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
        for topic in &mut self.kafka.topics {
            let load = topic.load(self.now);
            let writers = topic
                .producer
                .and_then(|place| self.cluster.workloads.get_mut(place));
            let Some(writers) = writers else { continue };
            if writers.working().next().is_none() {
                continue;
            }
            topic.produce(load, &mut self.kafka.servers);
            for pod in writers.pods.iter_mut().filter(|pod| pod.works()) {
                pod.busy = load * 4 / 10;
            }
        }
    }
}

/// The way of orders to a world, and of its answers back.
pub struct Orders {
    pub orders: mpsc::Receiver<Order>,
    /// What is to be read of one object.
    pub asks: watch::Receiver<Option<Ask>>,
    pub answers: mpsc::Sender<Msg>,
}

impl Orders {
    /// Of a world that nobody gives orders to.
    pub fn none() -> Self {
        Orders {
            orders: mpsc::channel(1).1,
            asks: watch::channel(None).1,
            answers: mpsc::channel(1).0,
        }
    }
}

/// Charts are asked for anew this often, as of a real Prometheus.
const CHARTS: i64 = 15 * SECOND;

/// Runs a world in real time: the opening, then a step a second and an answer to each order, until nobody listens any
/// more.
pub async fn run(
    seed: u64,
    scale: f64,
    tx: mpsc::Sender<Envelope>,
    mut orders: Orders,
    site: Name,
    wishes: Wishes,
) {
    let mut reader = Reader::default();
    let mut world = World::named(seed, scale, now(), site);
    let mut envelopes = world.opening();
    let mut interest = wishes.interest();
    let mut asked: Option<(ChartAsk, Time)> = None;
    let mut ticks = tokio::time::interval(std::time::Duration::from_secs(1));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        for envelope in envelopes {
            if tx.send(envelope).await.is_err() {
                return;
            }
        }
        let ask = orders.asks.borrow_and_update().clone();
        for answer in reader.read(&world, ask.as_ref()) {
            // Whoever no longer listens needs no answer.
            let _ = orders.answers.send(Msg::Read(Box::new(answer))).await;
        }
        tokio::select! {
            _ = ticks.tick() => {}
            Ok(()) = orders.asks.changed() => {}
            // `wishes` is held here, so that this never ends.
            _ = interest.changed() => {}
            Some(order) = orders.orders.recv() => {
                if let Some(said) = world.obey(&order.task) {
                    let answer = Answer { ticket: order.ticket, said };
                    // Whoever no longer listens needs no answer.
                    let _ = orders.answers.send(Msg::Answer(Box::new(answer))).await;
                }
            }
            () = tx.closed() => return,
        }
        envelopes = world.step(now());
        let wanted = interest.borrow_and_update().charts.clone();
        asked = match (wanted, asked) {
            (None, _) => None,
            (Some(ask), Some((known, at)))
                if ask == known && world.now.since(at) < CHARTS.max(ask.step()) =>
            {
                Some((known, at))
            }
            (Some(ask), _) => {
                envelopes.push(world.answer(&ask));
                Some((ask, world.now))
            }
        };
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

#[cfg(test)]
mod tests {
    use super::*;

    fn slow(world: &World) -> &GroupState {
        let groups = &mut world.kafka.groups.iter();
        groups
            .find(|group| &*group.name == catalogue::SLOW_GROUP)
            .unwrap()
    }

    fn scale(world: &mut World, replicas: u32) {
        let workloads = &mut world.cluster.workloads.iter_mut();
        let slow = workloads.find(|w| &*w.id.name == "fraud").unwrap();
        slow.replicas = replicas;
    }

    #[test]
    fn the_world_obeys_the_replicas_of_a_workload() {
        let start = Time(1_800_000_000_000);
        let mut world = World::new(1, 1.0, start);
        world.opening();
        let lag = |world: &World| slow(world).lag(&world.kafka.topics);
        let mut second = 0;
        let mut live = |world: &mut World, seconds: i64| {
            second += seconds;
            world.step(start.plus(second * SECOND));
            (slow(world).members.len(), lag(world))
        };
        let (alone, before) = live(&mut world, 60);
        scale(&mut world, 6);
        let (six, most) = live(&mut world, 60);
        let (_, after) = live(&mut world, 60);
        assert_eq!((alone, six), (1, 6));
        assert!(before > 970_000, "alone it falls behind: {before}");
        assert!(after < most - 10_000, "six catch up: {most} {after}");
        let each: Vec<usize> = slow(&world).members.iter().map(|m| m.owned.len()).collect();
        assert_eq!(each, [1; 6]);
        scale(&mut world, 2);
        assert_eq!(live(&mut world, 60).0, 2);
        let each: Vec<usize> = slow(&world).members.iter().map(|m| m.owned.len()).collect();
        assert_eq!(each, [3, 3]);
    }
}
