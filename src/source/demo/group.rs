//! Consumer groups: who their members are, what each owns, and how far they have read.

use super::{
    broker::{Server, server_mut},
    pod::Pod,
    random::{Random, digest},
    topic::TopicState,
    workload::Workload,
};
use crate::model::{BrokerId, GroupKind, Member, Name, SECOND, Time};

/// A member, the pod in which it runs, and what it owns: places of topics in the group's list, and of partitions.
#[derive(Clone, Debug)]
pub(super) struct MemberState {
    pub row: Member,
    /// The run of the pod's process: uid and restarts.
    pub run: (Name, u32),
    pub owned: Vec<(usize, usize)>,
}

#[derive(Clone, Debug)]
pub(super) struct GroupState {
    pub name: Name,
    pub kind: GroupKind,
    pub protocol: &'static str,
    pub assignor: &'static str,
    /// Places of its topics and of its workload.
    pub topics: Vec<usize>,
    pub workload: Option<usize>,
    /// Records per second that one member can process.
    pub pace: i64,
    /// Records per second that all can process together, while something holds them up.
    pub limit: Option<i64>,
    /// Until when partitions move about.
    pub moving: Option<Time>,
    pub epoch: i32,
    pub members: Vec<MemberState>,
    /// Along `topics` and their partitions.
    pub committed: Vec<Vec<i64>>,
    /// The members differ from what was said of them.
    pub changed: bool,
}

impl GroupState {
    /// The state's name, as Kafka's tools print it.
    pub(super) fn state(&self) -> &'static str {
        match (self.kind, self.moving) {
            _ if self.members.is_empty() => "Empty",
            (_, None) | (GroupKind::Share, _) => "Stable",
            (GroupKind::Classic | GroupKind::Other, Some(_)) => "PreparingRebalance",
            (GroupKind::Consumer | GroupKind::Streams, Some(_)) => "Reconciling",
        }
    }

    /// The old protocol stops everybody while partitions move.
    pub(super) fn is_stopped(&self) -> bool {
        self.state() == "PreparingRebalance"
    }

    /// The broker that keeps its commits: the leader of its partition of `offsets`.
    pub(super) fn coordinator(&self, offsets: &TopicState, servers: &[Server]) -> Option<BrokerId> {
        let slots = u64::try_from(offsets.logs.len()).unwrap_or(1).max(1);
        let slot = usize::try_from(digest(&self.name) % slots).unwrap_or(0);
        offsets.logs.get(slot)?.served_by(servers).map(Server::id)
    }

    /// Records that its members have not read yet.
    pub(super) fn lag(&self, topics: &[TopicState]) -> i64 {
        let ends = |place: &usize| topics.get(*place).into_iter().flat_map(|topic| &topic.logs);
        let committed = self.committed.iter().flatten();
        let logs = self.topics.iter().flat_map(ends);
        logs.zip(committed).map(|(log, at)| log.end - at).sum()
    }

    /// Follows its workload's pods: a change begins a rebalance, and time ends it.
    pub(super) fn follow(&mut self, workload: Option<&Workload>, now: Time, random: &mut Random) {
        let runs = |pod: &&Pod| (pod.row.uid.clone(), pod.row.restarts);
        let working = || workload.into_iter().flat_map(Workload::working);
        let same = working().count() == self.members.len()
            && working().all(|pod| self.members.iter().any(|member| member.run == runs(&pod)));
        if !same {
            let mut old = std::mem::take(&mut self.members);
            for pod in working() {
                let known = old.iter().position(|member| member.run == runs(&pod));
                let member =
                    known.map_or_else(|| self.join(pod, random), |place| old.swap_remove(place));
                self.members.push(member);
            }
            self.members.sort_by(|a, b| a.row.id.cmp(&b.row.id));
            self.changed = true;
            self.epoch += 1;
            let until = now.plus(random.between(6, 9) * SECOND);
            self.moving = (!self.members.is_empty()).then_some(until);
            self.keep_what_stays();
        } else if self.moving.is_some_and(|until| until <= now) {
            self.moving = None;
            self.changed = true;
            self.assign();
        }
    }

    fn join(&self, pod: &Pod, random: &mut Random) -> MemberState {
        let uuid = random.uuid();
        let client = match self.kind {
            GroupKind::Streams => format!("{}-{uuid}-StreamThread-1-consumer", self.name),
            _ if self.protocol == "connect" => format!("connect-{}", pod.ordinal + 1),
            GroupKind::Classic | GroupKind::Other => format!("consumer-{}-1", self.name),
            GroupKind::Consumer | GroupKind::Share => pod.row.id.name.to_string(),
        };
        let id = match self.kind {
            GroupKind::Classic | GroupKind::Other => format!("{client}-{uuid}"),
            _ => uuid,
        };
        let owner = pod.row.owner.as_ref();
        let fixed = self.kind == GroupKind::Classic
            && owner.is_some_and(|owner| &*owner.kind == "StatefulSet");
        MemberState {
            row: Member {
                id: Name::from(id),
                client_id: Name::from(client),
                host: pod.row.ip.clone().unwrap_or_default(),
                instance_id: fixed.then(|| pod.row.id.name.clone()),
                epoch: (!matches!(self.kind, GroupKind::Classic | GroupKind::Other))
                    .then_some(self.epoch),
                owned: Vec::new(),
                since: None,
            },
            run: (pod.row.uid.clone(), pod.row.restarts),
            owned: Vec::new(),
        }
    }

    /// What each member shall own, by their order.
    fn targets(&self) -> Vec<Vec<(usize, usize)>> {
        match self.kind {
            GroupKind::Share => self.shared(),
            GroupKind::Classic | GroupKind::Other => self.ranges(),
            GroupKind::Consumer | GroupKind::Streams => self.sticky(),
        }
    }

    /// Places of all partitions, with how many their topic has.
    fn partitions(&self) -> impl Iterator<Item = (usize, usize, usize)> {
        let topics = self.committed.iter().enumerate();
        topics.flat_map(|(topic, log)| (0..log.len()).map(move |n| (topic, n, log.len())))
    }

    /// Members of a share group read the same partition side by side, where there are more of them.
    fn shared(&self) -> Vec<Vec<(usize, usize)>> {
        let count = self.members.len();
        let owns = |place: usize| {
            let mine = move |(_, n, all): &(usize, usize, usize)| {
                place % all == *n || n % count.max(1) == place
            };
            self.partitions()
                .filter(mine)
                .map(|(topic, n, _)| (topic, n))
                .collect()
        };
        (0..count).map(owns).collect()
    }

    /// Each member a run of every topic's partitions.
    fn ranges(&self) -> Vec<Vec<(usize, usize)>> {
        let count = self.members.len();
        let mut targets = vec![Vec::new(); count];
        for (topic, n, all) in self.partitions() {
            let place = if count > all { n } else { n * count / all };
            if let Some(target) = targets.get_mut(place) {
                target.push((topic, n));
            }
        }
        targets
    }

    /// Each member keeps what it owns, up to its part; the rest goes to those that have too little.
    fn sticky(&self) -> Vec<Vec<(usize, usize)>> {
        let (all, count) = (self.partitions().count(), self.members.len().max(1));
        let (part, mut more) = (all / count, all % count);
        let mut targets = Vec::new();
        for member in &self.members {
            let extra = usize::from(more > 0 && member.owned.len() > part);
            more -= extra;
            let keeps = member.owned.iter().copied().take(part + extra);
            targets.push(keeps.collect::<Vec<_>>());
        }
        let taken: Vec<(usize, usize)> = targets.iter().flatten().copied().collect();
        let places = self.partitions().map(|(topic, n, _)| (topic, n));
        for free in places.filter(|place| !taken.contains(place)) {
            if let Some(least) = targets.iter_mut().min_by_key(|target| target.len()) {
                least.push(free);
            }
        }
        for target in &mut targets {
            target.sort_unstable();
        }
        targets
    }

    /// Gives every partition to its owner.
    pub(super) fn assign(&mut self) {
        let (targets, epoch) = (self.targets(), self.epoch);
        for (member, target) in self.members.iter_mut().zip(targets) {
            member.owned = target;
            member.row.epoch = member.row.epoch.map(|_| epoch);
        }
    }

    /// While partitions move, a member keeps those that it will own afterwards too.
    fn keep_what_stays(&mut self) {
        if self.kind == GroupKind::Share {
            return self.assign();
        }
        let targets = self.targets();
        for (member, target) in self.members.iter_mut().zip(targets) {
            member.owned.retain(|own| target.contains(own));
        }
    }

    /// Reads one second's records. `pods` learn how busy they were.
    pub(super) fn consume(
        &mut self,
        topics: &[TopicState],
        servers: &mut [Server],
        pods: &mut [Pod],
    ) {
        let count = i64::try_from(self.members.len()).unwrap_or(1).max(1);
        let can = self.limit.map_or(self.pace, |limit| limit / count);
        if self.is_stopped() {
            return;
        }
        for member in &self.members {
            let mut left = can;
            let mut others = i64::try_from(member.owned.len()).unwrap_or(1);
            // Twice: what one partition leaves of its share, others may use.
            for turn in 0..2 {
                for (place, partition) in &member.owned {
                    let topic = self.topics.get(*place).and_then(|at| topics.get(*at));
                    let log = topic.and_then(|topic| topic.logs.get(*partition));
                    let commits = self.committed.get_mut(*place);
                    let at = commits.and_then(|commits| commits.get_mut(*partition));
                    let (Some(topic), Some(log), Some(at)) = (topic, log, at) else {
                        continue;
                    };
                    let share = if turn == 0 {
                        left / others.max(1)
                    } else {
                        left
                    };
                    others -= 1;
                    let Some(leader) = log.served_by(servers).map(Server::id) else {
                        continue;
                    };
                    let records = (log.end - *at).min(share);
                    *at += records;
                    left -= records;
                    if let Some(leader) = server_mut(servers, leader) {
                        leader.bytes_out += records * topic.record_bytes;
                    }
                }
            }
            let pod = pods.iter_mut().find(|pod| pod.row.uid == member.run.0);
            if let Some(pod) = pod {
                pod.busy = (can - left) * 1_000 / can.max(1);
            }
        }
    }
}
