//! Topics: how their partitions are led, replicated, written and cut off.

use super::{
    broker::{Server, server, server_mut},
    random::Random,
};
use crate::model::{BrokerId, Name, Partition, Time, TopicMetadata};

/// One partition's log.
#[derive(Clone, Debug)]
pub(super) struct Log {
    pub row: Partition,
    pub start: i64,
    pub end: i64,
    /// Records that retention leaves.
    pub keep: i64,
    /// The share of the topic's records that it gets, and what is left of the last division.
    pub weight: i64,
    pub carry: i64,
    /// Replicas that are being added and removed.
    pub adding: Option<BrokerId>,
    pub removing: Option<BrokerId>,
}

impl Log {
    /// The broker that leads it and serves.
    pub(super) fn served_by<'a>(&self, servers: &'a [Server]) -> Option<&'a Server> {
        server(servers, self.row.leader?).filter(|leader| leader.serves())
    }

    pub(super) fn lead(&mut self, leader: Option<BrokerId>) {
        self.row.leader = leader;
        self.row.epoch += 1;
    }

    /// Keeps only those in sync that `stay`, but never nobody, as Kafka does.
    pub(super) fn shrink(&mut self, stay: impl Fn(BrokerId) -> bool) {
        if self.row.isr.iter().any(|id| stay(*id)) {
            self.row.isr.retain(|id| stay(*id));
        }
    }

    /// The controller has fenced a broker.
    fn lose(&mut self, gone: BrokerId, servers: &[Server]) {
        if !self.row.replicas.contains(&gone) {
            return;
        }
        self.shrink(|id| id != gone);
        self.row.offline = vec![gone];
        if self.row.leader == Some(gone) {
            let lives = |id: &&BrokerId| server(servers, **id).is_some_and(Server::lives);
            let in_sync = |id: &&BrokerId| self.row.isr.contains(id);
            let next = self.row.replicas.iter().filter(in_sync).find(lives);
            self.lead(next.copied());
        }
    }

    /// The controller has unfenced a broker.
    fn regain(&mut self, back: BrokerId) {
        self.row.offline.retain(|id| *id != back);
        if self.row.leader.is_none() && self.row.isr.contains(&back) {
            self.lead(Some(back));
        }
    }

    /// A follower that has caught up joins those in sync; true if one did.
    fn grow(&mut self, servers: &[Server], random: &mut Random) -> bool {
        let keeps_up = |leader: &Server| !leader.slow;
        if self.row.isr.len() == self.row.replicas.len()
            || !self.served_by(servers).is_some_and(keeps_up)
            || random.between(0, 7) > 0
        {
            return false;
        }
        let behind = |id: &&BrokerId| {
            !self.row.isr.contains(id)
                && self.adding != Some(**id)
                && server(servers, **id).is_some_and(Server::lives)
        };
        let Some(follower) = self.row.replicas.iter().find(behind).copied() else {
            return false;
        };
        self.row.isr.push(follower);
        true
    }
}

#[derive(Clone, Debug)]
pub(super) struct TopicState {
    pub name: Name,
    pub id: Name,
    pub internal: bool,
    pub compact: bool,
    /// Records per second, and bytes of one.
    pub rate: i64,
    pub record_bytes: i64,
    /// The place of the workload that writes it.
    pub producer: Option<usize>,
    pub logs: Vec<Log>,
}

impl TopicState {
    /// Writes one second's records; `load` is in thousandths.
    pub(super) fn produce(&mut self, load: i64, servers: &mut [Server]) {
        let weights: i64 = self.logs.iter().map(|log| log.weight).sum();
        for log in &mut self.logs {
            let Some(leader) = log.served_by(servers).map(Server::id) else {
                continue;
            };
            let share = self.rate * load * log.weight + log.carry;
            let whole = (weights * 1_000).max(1);
            let records = share / whole;
            log.carry = share % whole;
            log.end += records;
            if let Some(leader) = server_mut(servers, leader) {
                leader.records_in += records;
                leader.bytes_in += records * self.record_bytes;
            }
        }
    }

    pub(super) fn fence(&mut self, gone: BrokerId, servers: &[Server]) {
        self.logs.iter_mut().for_each(|log| log.lose(gone, servers));
    }

    pub(super) fn unfence(&mut self, back: BrokerId) {
        self.logs.iter_mut().for_each(|log| log.regain(back));
    }

    /// Lets followers catch up; true if metadata changed.
    pub(super) fn heal(&mut self, servers: &[Server], random: &mut Random) -> bool {
        let mut changed = false;
        for log in &mut self.logs {
            changed |= log.grow(servers, random);
        }
        changed
    }

    /// Elects the preferred leaders; true if metadata changed.
    pub(super) fn prefer(&mut self) -> bool {
        let mut changed = false;
        for log in &mut self.logs {
            let first = log.row.replicas.first().copied();
            if log.row.leader != first && first.is_some_and(|id| log.row.isr.contains(&id)) {
                log.lead(first);
                changed = true;
            }
        }
        changed
    }

    pub(super) fn is_whole(&self) -> bool {
        let whole = |log: &Log| log.row.isr.len() == log.row.replicas.len();
        self.logs.iter().all(whole)
    }

    pub(super) fn metadata(&self) -> TopicMetadata {
        TopicMetadata {
            name: self.name.clone(),
            id: Some(self.id.clone()),
            internal: self.internal,
            partitions: self.logs.iter().map(|log| log.row.clone()).collect(),
        }
    }

    /// Bytes of one replica of a partition.
    pub(super) fn bytes(&self, log: &Log) -> u64 {
        u64::try_from((log.end - log.start) * self.record_bytes).unwrap_or(0)
    }

    /// How much is written at a moment, in thousandths of the usual; each topic's wave has a phase of its own.
    pub(super) fn load(&self, at: Time) -> i64 {
        let phase =
            i64::from(u16::try_from(super::random::digest(&self.name) & 0xffff).unwrap_or(0));
        super::random::load(at, phase)
    }
}
