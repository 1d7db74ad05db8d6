//! What goes wrong: one trouble after the other, in an order of chance, each healing by itself.

use super::{
    World,
    broker::{Server, server_mut},
    catalogue::SLOW_GROUP,
    pod::Stage,
    random::Random,
    topic::TopicState,
    workload::Workload,
};
use crate::model::{BrokerId, Name, Owner, SECOND, Time};

/// A kind of trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// A group's work takes longer for a while.
    LagBurst,
    /// A pod ends for want of memory, again and again.
    Crash,
    /// A new revision of a workload.
    Rollout,
    /// A broker's disk becomes slow, then it dies, and comes back.
    BrokerLoss,
    /// A node does not answer.
    NodeLoss,
    /// Prometheus does not answer.
    MetricsOutage,
    /// A broker lives, but answers too late.
    SlowAnswer,
    /// A partition moves to another broker.
    Reassignment,
}

/// Troubles that are seen at once: the first few are of these.
const LOUD: [Trouble; 5] = [
    Trouble::LagBurst,
    Trouble::Crash,
    Trouble::Rollout,
    Trouble::BrokerLoss,
    Trouble::NodeLoss,
];
const QUIET: [Trouble; 3] = [
    Trouble::MetricsOutage,
    Trouble::SlowAnswer,
    Trouble::Reassignment,
];

/// A trouble that goes on: at what place, in which phase, and until when.
#[derive(Clone, Copy, Debug)]
struct Running {
    trouble: Trouble,
    place: (usize, usize),
    phase: u32,
    until: Time,
}

#[derive(Clone, Debug)]
pub(super) struct Incidents {
    /// Troubles that are still to come before all begin anew.
    bag: Vec<Trouble>,
    next: Time,
    running: Option<Running>,
}

impl Incidents {
    pub(super) fn new(start: Time, random: &mut Random) -> Self {
        let (mut loud, mut bag) = (LOUD, QUIET.to_vec());
        random.shuffle(&mut loud);
        random.shuffle(&mut bag);
        bag.extend(loud);
        Incidents {
            bag,
            next: start.plus(random.between(3, 9) * SECOND),
            running: None,
        }
    }

    fn draw(&mut self, random: &mut Random) -> Trouble {
        if self.bag.is_empty() {
            self.bag = [LOUD.as_slice(), QUIET.as_slice()].concat();
            random.shuffle(&mut self.bag);
        }
        self.bag.pop().unwrap_or(Trouble::LagBurst)
    }
}

impl World {
    pub(super) fn play_incidents(&mut self) {
        let now = self.now;
        // Right after a refresh of lags: what is known of a broker that falls silent is then what it had last, and no
        // commit runs ahead of it.
        if !self.collectors.has_just_refreshed(now) {
            return;
        }
        match self.incidents.running {
            Some(running) if now >= running.until => {
                self.incidents.running = self.go_on(running);
                if self.incidents.running.is_none() {
                    self.incidents.next = now.plus(self.random.between(12, 28) * SECOND);
                }
            }
            None if now >= self.incidents.next => {
                let trouble = self.incidents.draw(&mut self.random);
                self.incidents.running = self.begin(trouble);
            }
            _ => {}
        }
    }

    fn begin(&mut self, trouble: Trouble) -> Option<Running> {
        let (place, seconds) = match trouble {
            Trouble::LagBurst => (self.hold_up_a_group()?, self.random.between(35, 50)),
            Trouble::Crash => (self.crash_a_pod()?, 30),
            Trouble::Rollout => (self.roll_out_a_workload()?, 20),
            Trouble::BrokerLoss => (self.slow_a_broker(), 8),
            Trouble::NodeLoss => (self.cut_off_a_node()?, self.random.between(40, 55)),
            Trouble::MetricsOutage => {
                self.collectors.prometheus_down = true;
                ((0, 0), 40)
            }
            Trouble::SlowAnswer => {
                let place = self.random.place(self.kafka.servers.len());
                if let Some(server) = self.kafka.servers.get_mut(place) {
                    server.silent = true;
                }
                ((place, 0), 20)
            }
            Trouble::Reassignment => (self.move_a_partition()?, 65),
        };
        Some(Running {
            trouble,
            place,
            phase: 0,
            until: self.now.plus(seconds * SECOND),
        })
    }

    /// The next phase of a trouble; None when it has healed.
    fn go_on(&mut self, running: Running) -> Option<Running> {
        let wait = |seconds: i64, phase: u32| {
            Some(Running {
                phase,
                until: self.now.plus(seconds * SECOND),
                ..running
            })
        };
        let (first, second) = running.place;
        match running.trouble {
            Trouble::LagBurst => self.kafka.groups.get_mut(first)?.limit = None,
            Trouble::Crash | Trouble::Rollout => {
                let whole = self.cluster.workloads.get(first).is_none_or(|workload| {
                    let row = workload.row();
                    row.ready == row.desired && row.updated == row.desired
                });
                if !whole {
                    return wait(3, 1);
                }
            }
            Trouble::BrokerLoss => return self.lose_broker(running),
            Trouble::NodeLoss => self.cluster.cut_off(first, false, self.now),
            Trouble::MetricsOutage => self.collectors.prometheus_down = false,
            Trouble::SlowAnswer => self.kafka.servers.get_mut(first)?.silent = false,
            Trouble::Reassignment => self.end_move(first, second),
        }
        None
    }

    /// Places of groups that `may` be hit: they read a topic that is written, and are not the one that is always slow.
    fn some_group(&mut self, members: usize) -> Option<usize> {
        let groups = self.kafka.groups.iter().enumerate();
        let may: Vec<usize> = groups
            .filter(|(_, group)| {
                group.members.len() >= members
                    && group.pace > 0
                    && !group.name.starts_with(SLOW_GROUP)
            })
            .map(|(place, _)| place)
            .collect();
        may.get(self.random.place(may.len())).copied()
    }

    fn hold_up_a_group(&mut self) -> Option<(usize, usize)> {
        let place = self.some_group(1)?;
        let group = self.kafka.groups.get_mut(place)?;
        let topics = group
            .topics
            .iter()
            .filter_map(|at| self.kafka.topics.get(*at));
        let demand: i64 = topics.map(|topic| topic.rate).sum();
        // It falls behind, but more slowly than the group that is always slow.
        group.limit = Some(demand - (demand * 6 / 10).min(180));
        Some((place, 0))
    }

    /// The place of a Deployment whose pods are members of a group.
    fn some_deployment(&mut self) -> Option<usize> {
        for _ in 0..20 {
            let place = self.some_group(2)?;
            let workload = self.kafka.groups.get(place)?.workload?;
            if self.cluster.workloads.get(workload)?.is("Deployment") {
                return Some(workload);
            }
        }
        None
    }

    fn crash_a_pod(&mut self) -> Option<(usize, usize)> {
        let place = self.some_deployment()?;
        let workload = self.cluster.workloads.get_mut(place)?;
        let pod = self.random.place(workload.pods.len());
        let pod = workload.pods.get_mut(pod)?;
        pod.crashes = 3;
        pod.run_out_of_memory(self.now);
        Some((place, 0))
    }

    fn roll_out_a_workload(&mut self) -> Option<(usize, usize)> {
        let place = self.some_deployment()?;
        let workload = self.cluster.workloads.get_mut(place)?;
        workload.roll_out(&mut self.random);
        Some((place, 0))
    }

    /// A node that no broker runs on, nor the slow group.
    fn cut_off_a_node(&mut self) -> Option<(usize, usize)> {
        let spared =
            |workload: &&Workload| workload.has_brokers() || &*workload.id.name == SLOW_GROUP;
        let spared: Vec<Name> = self
            .cluster
            .workloads
            .iter()
            .filter(spared)
            .flat_map(|workload| &workload.pods)
            .filter_map(|pod| pod.row.node.clone())
            .collect();
        let nodes = self.cluster.nodes.iter().enumerate();
        let may: Vec<usize> = nodes
            .filter(|(_, node)| !spared.contains(&node.row.name))
            .map(|(place, _)| place)
            .collect();
        let place = may.get(self.random.place(may.len())).copied()?;
        self.cluster.cut_off(place, true, self.now);
        Some((place, 0))
    }

    /// A broker's disk becomes slow: it drops followers that cannot fetch from it, of some partitions all.
    fn slow_a_broker(&mut self) -> (usize, usize) {
        let place = self.random.place(self.kafka.servers.len());
        let id = BrokerId(i32::try_from(place).unwrap_or(0));
        if let Some(server) = server_mut(&mut self.kafka.servers, id) {
            server.slow = true;
        }
        for topic in &mut self.kafka.topics {
            let led = topic
                .logs
                .iter_mut()
                .filter(|log| log.row.leader == Some(id));
            for (turn, log) in led.enumerate() {
                let alone = !topic.internal && turn == 0;
                let keeps = log.row.isr.iter().copied().find(|other| *other != id);
                log.shrink(|other| other == id || !alone && Some(other) == keeps);
            }
        }
        self.kafka.changed = true;
        (place, 0)
    }

    fn lose_broker(&mut self, running: Running) -> Option<Running> {
        let place = running.place.0;
        let now = self.now;
        let wait = |seconds: i64, phase: u32| {
            Some(Running {
                phase,
                until: now.plus(seconds * SECOND),
                ..running
            })
        };
        match running.phase {
            0 => {
                self.end_broker_pod(place, Stage::Unready, None);
                wait(9, 1)
            }
            1 => {
                self.end_broker_pod(place, Stage::Terminating, Some(now.plus(5 * SECOND)));
                if let Some(server) = self.kafka.servers.get_mut(place) {
                    server.slow = false;
                }
                wait(10, 2)
            }
            2 => {
                let back = self.kafka.servers.get(place).is_none_or(Server::lives);
                wait(if back { 10 } else { 2 }, if back { 3 } else { 2 })
            }
            _ if !self.kafka.topics.iter().all(TopicState::is_whole) => wait(3, 3),
            _ => {
                for topic in &mut self.kafka.topics {
                    self.kafka.changed |= topic.prefer();
                }
                None
            }
        }
    }

    fn end_broker_pod(&mut self, place: usize, stage: Stage, until: Option<Time>) {
        let home = self.cluster.workloads.iter_mut().find(|w| w.has_brokers());
        let mut pods = home.into_iter().flat_map(|home| &mut home.pods);
        let Some(pod) = pods.find(|pod| usize::try_from(pod.ordinal) == Ok(place)) else {
            return;
        };
        pod.enter(stage, until);
        if stage != Stage::Unready {
            return;
        }
        let (id, about) = (
            pod.row.id.clone(),
            Owner {
                kind: Name::from("Pod"),
                name: pod.row.id.name.clone(),
            },
        );
        let why = "Readiness probe failed: dial tcp: connect: connection refused";
        self.cluster
            .warn(&id.namespace, about, "Unhealthy", why, self.now);
    }

    /// Adds a replica to a partition; one of the old ones goes when the new one is there.
    fn move_a_partition(&mut self) -> Option<(usize, usize)> {
        let topics = self.kafka.topics.iter().enumerate();
        let may: Vec<usize> = topics
            .filter(|(_, topic)| !topic.internal && topic.rate > 0)
            .map(|(place, _)| place)
            .collect();
        let place = may.get(self.random.place(may.len())).copied()?;
        let topic = self.kafka.topics.get_mut(place)?;
        let partition = self.random.place(topic.logs.len());
        let log = topic.logs.get_mut(partition)?;
        let old = *log.row.replicas.last()?;
        // The other broker of the same zone, so that the zones stay apart.
        let new = BrokerId((old.0 + 3) % 6);
        log.adding = Some(new);
        log.removing = Some(old);
        log.row.replicas.push(new);
        self.kafka.changed = true;
        Some((place, partition))
    }

    fn end_move(&mut self, topic: usize, partition: usize) {
        let topic = self.kafka.topics.get_mut(topic);
        let Some(log) = topic.and_then(|topic| topic.logs.get_mut(partition)) else {
            return;
        };
        if let (Some(new), Some(old)) = (log.adding.take(), log.removing.take()) {
            log.row.replicas.retain(|id| *id != old);
            log.row.isr.retain(|id| *id != old);
            log.row.isr.push(new);
            if log.row.leader == Some(old) {
                log.row.leader = log.row.replicas.first().copied();
                log.row.epoch += 1;
            }
        }
        self.kafka.changed = true;
    }
}
