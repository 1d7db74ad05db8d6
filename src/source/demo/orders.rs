//! What the demo world does when it is told to. It obeys as servers do, and answers in their words.

use super::{TopicState, World, broker::server};
use crate::{
    model::{BrokerId, PartitionId, WorkloadId},
    plan::{
        Change, Done, Elected, Failure, FailureKind, LeaderMove, Note, ProbeReport,
        ProbedPartition, Said, Task, compacted,
    },
};

impl World {
    /// Does what is ordered; None for what asks no answer.
    pub fn obey(&mut self, task: &Task) -> Option<Said> {
        match task {
            Task::Try(change) => Some(Said::Tried(self.attempt(change))),
            Task::Do(entry) => Some(Said::Done(self.carry_out(&entry.change))),
            // The demo world keeps no journal: it has no files.
            Task::Close(_) => None,
        }
    }

    fn attempt(&self, change: &Change) -> Result<Vec<Note>, Failure> {
        match change {
            Change::Scale { workload, from, .. } => {
                self.replicas(workload, *from)?;
                Ok(vec![Note::plain(
                    "dry run: the API server would take it, rights and admission rules included",
                )])
            }
            Change::Elect { moves } => {
                self.check_leaders(moves)?;
                Ok(vec![Note::plain(
                    "Kafka has no dry run; the metadata read just now agrees with this plan",
                )])
            }
            Change::Probe { topic, .. } => {
                self.probed(topic)?;
                Ok(vec![Note::plain(
                    "the topic is there and is not compacted, asked just now; Kafka has no dry run of a write",
                )])
            }
        }
    }

    /// The place of a workload, if it is scaled as the plan found it.
    fn replicas(&self, id: &WorkloadId, from: u32) -> Result<usize, Failure> {
        let workloads = &self.cluster.workloads;
        let Some(at) = workloads.iter().position(|of| of.id == *id) else {
            return Err(Failure::new(
                FailureKind::NotSent,
                format!("{id} not found"),
            ));
        };
        let now = workloads.get(at).map_or(0, |of| of.replicas);
        if now == from {
            return Ok(at);
        }
        let words =
            format!("{id} has {now} replicas now, the plan was made for {from}: look at it again");
        Err(Failure::new(FailureKind::Conflict, words))
    }

    fn topic(&self, name: &str) -> Option<&TopicState> {
        self.kafka.topics.iter().find(|topic| *topic.name == *name)
    }

    fn leader(&self, id: &PartitionId) -> Option<BrokerId> {
        let logs = &self.topic(&id.topic)?.logs;
        logs.get(usize::try_from(id.partition).ok()?)?.row.leader
    }

    fn check_leaders(&self, moves: &[LeaderMove]) -> Result<(), Failure> {
        if moves.iter().all(|of| self.leader(&of.id) == of.from) {
            return Ok(());
        }
        let words =
            "the partitions have other leaders than when the plan was made: look at it again";
        Err(Failure::new(FailureKind::Conflict, words))
    }

    fn probed(&self, name: &str) -> Result<&TopicState, Failure> {
        let none = || Failure::new(FailureKind::Rejected, format!("there is no topic {name}"));
        let topic = self.topic(name).ok_or_else(none)?;
        if topic.compact || topic.internal {
            return Err(Failure::new(FailureKind::Rejected, compacted(name)));
        }
        Ok(topic)
    }

    fn carry_out(&mut self, change: &Change) -> Result<Done, Failure> {
        match change {
            Change::Scale { workload, from, to } => {
                let at = self.replicas(workload, *from)?;
                if let Some(of) = self.cluster.workloads.get_mut(at) {
                    of.replicas = *to;
                }
                Ok(Done::Scaled {
                    replicas: Some(*to),
                })
            }
            Change::Elect { moves } => {
                self.check_leaders(moves)?;
                Ok(Done::Elected(
                    moves.iter().map(|of| self.elect(of)).collect(),
                ))
            }
            Change::Probe { topic, .. } => {
                self.probed(topic)?;
                Ok(Done::Probed(self.write_probe(topic)))
            }
        }
    }

    fn elect(&mut self, of: &LeaderMove) -> Elected {
        let lives = server(&self.kafka.servers, of.to).is_some_and(super::Server::lives);
        let topics = &mut self.kafka.topics;
        let topic = topics.iter_mut().find(|topic| topic.name == of.id.topic);
        let log =
            topic.and_then(|topic| topic.logs.get_mut(usize::try_from(of.id.partition).ok()?));
        let mut refused = Some("PREFERRED_LEADER_NOT_AVAILABLE (80)".to_owned());
        let mut leader = None;
        if let Some(log) = log {
            if lives && log.row.isr.contains(&of.to) {
                log.lead(Some(of.to));
                self.kafka.changed = true;
                refused = None;
            }
            leader = log.row.leader;
        }
        Elected {
            id: of.id.clone(),
            leader,
            refused,
        }
    }

    /// One record to each partition; a slow disk acknowledges late, a silent broker never.
    fn write_probe(&mut self, name: &str) -> ProbeReport {
        let servers = &self.kafka.servers;
        let random = &mut self.random;
        let topics = &mut self.kafka.topics;
        let Some(topic) = topics.iter_mut().find(|topic| *topic.name == *name) else {
            return ProbeReport::default();
        };
        let mut report = ProbeReport::default();
        for log in &mut topic.logs {
            let mut of = ProbedPartition {
                partition: log.row.index,
                leader: log.row.leader,
                ..ProbedPartition::default()
            };
            match log.served_by(servers) {
                None if log.row.leader.is_none() => {
                    of.failure = Some("it has no leader: not sent".to_owned());
                }
                None => {
                    of.failure = Some(
                        "sent, whether it was written is unknown: no answer in 10 s".to_owned(),
                    );
                }
                Some(leader) => {
                    let slow = if leader.slow { 180 } else { 0 };
                    let tenths = random.between(21, 78) + slow * 10;
                    of.offset = Some(log.end);
                    of.acknowledged = Some(tenths as f64 / 10.0);
                    of.end_to_end = Some((tenths + random.between(8, 30)) as f64 / 10.0);
                    log.end += 1;
                }
            }
            report.partitions.push(of);
        }
        report
    }
}
