//! What was seen of the partitions of a group, and what it amounts to.

use crate::model::{BrokerId, Group, GroupKind, Kafka, Name, Site, Time};

use super::GroupHistory;
use crate::insight::{
    Column, Drain, Judgement, PartitionHealth, PartitionLag, PartitionState, Rates, Rules, Status,
    TimeLag, When, drain, offsets_partition, partition_health,
    rates::Bench,
    status::Circumstances,
    window::{Polled, Samples},
};

/// The topic that holds what groups commit.
const OFFSETS_TOPIC: &str = "__consumer_offsets";

/// The worst status of a group's partitions, and how many have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupStatus {
    pub worst: Status,
    pub count: usize,
    pub of: usize,
}

impl Default for GroupStatus {
    /// Before anything was seen.
    fn default() -> Self {
        GroupStatus {
            worst: Status::Unknown,
            count: 0,
            of: 0,
        }
    }
}

impl GroupStatus {
    fn take(&mut self, status: Status) {
        self.of += 1;
        if status > self.worst || self.count == 0 {
            (self.worst, self.count) = (status, 0);
        }
        self.count += usize::from(status == self.worst);
    }
}

/// What a partition's numbers mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Meaning {
    pub judgement: Judgement,
    pub rates: Option<Rates>,
    pub drain: Option<Drain>,
    pub time_lag: Option<TimeLag>,
    /// Seconds between commits.
    pub commit_interval: Option<f64>,
}

/// Who owns which partition, to be looked up often.
struct Owners<'a> {
    sorted: Vec<((&'a Name, i32), &'a Name)>,
    /// Nobody can own anything, or everybody may.
    otherwise: bool,
}

impl<'a> Owners<'a> {
    fn of(group: &'a Group) -> Self {
        let empty = is_empty(group);
        let read = group.members.as_ref().filter(|_| !empty);
        let members = read.map_or(&[][..], |read| read.value.members.as_slice());
        let mut sorted: Vec<_> = members
            .iter()
            .flat_map(|member| member.owned.iter().map(move |owned| (member, owned)))
            .flat_map(|(member, owned)| {
                let place = |partition: &i32| ((&owned.topic, *partition), &member.id);
                owned.partitions.iter().map(place)
            })
            .collect();
        sorted.sort_unstable();
        // From one poll nobody is said to be without an owner: while partitions move the last ones count.
        let settled = read.is_some_and(|read| !read.value.rebalancing);
        Owners {
            sorted,
            otherwise: !empty && !settled,
        }
    }

    fn of_partition(&self, topic: &Name, partition: i32) -> Option<&'a Name> {
        let at = self
            .sorted
            .binary_search_by(|(place, _)| place.cmp(&(topic, partition)))
            .ok()?;
        self.sorted.get(at).map(|(_, member)| *member)
    }
}

pub(super) fn is_empty(group: &Group) -> bool {
    matches!(&*group.listed.state, "Empty" | "Dead")
}

/// Whether the partition that holds the group's commits takes no writes.
pub fn coordinator_is_degraded(kafka: &Kafka, group: &str) -> bool {
    let topic = kafka.topics.get(&OFFSETS_TOPIC.into());
    topic.is_some_and(|topic| {
        let index = offsets_partition(group, topic.meta.partitions.len());
        index
            .and_then(|index| topic.partition(index))
            .is_some_and(|(partition, _)| {
                matches!(
                    partition_health(topic, partition),
                    PartitionHealth::Offline | PartitionHealth::UnderMinIsr
                )
            })
    })
}

/// The broker that leads the partition that holds the group's commits, and that partition.
pub fn offsets_home(kafka: &Kafka, group: &str) -> Option<(i32, Option<BrokerId>)> {
    let topic = kafka.topics.get(&OFFSETS_TOPIC.into())?;
    let index = offsets_partition(group, topic.meta.partitions.len())?;
    let (partition, _) = topic.partition(index)?;
    Some((index, partition.leader))
}

fn circumstances(group: &Group, of: &PartitionLag<'_>) -> Circumstances {
    Circumstances {
        empty: is_empty(group),
        deleted: of.state == PartitionState::Deleted,
        leaderless: of.state == PartitionState::NoLeader,
        recreated: of.state == PartitionState::Recreated,
        coordinator_degraded: false,
    }
}

impl GroupHistory {
    /// Takes in what a poll said of the group's partitions; returns what they amount to.
    pub(super) fn poll(
        &mut self,
        site: &Site,
        group: &Group,
        at: Time,
        partitions: &[PartitionLag<'_>],
        room: &mut Room,
    ) {
        let owners = Owners::of(group);
        let polled: Vec<Polled<'_>> = partitions
            .iter()
            .map(|of| {
                let owner = owners.of_partition(&of.id.topic, of.id.partition);
                // Of a share group the broker counts, and its end is where that count leads.
                let told = of.committed.zip(of.lag).map(|(from, lag)| from + lag);
                let end = match group.listed.kind {
                    GroupKind::Share => told,
                    _ => of.end.filter(|_| of.lag.is_some()).map(|end| end.value),
                };
                Polled {
                    topic: &of.id.topic,
                    partition: of.id.partition,
                    committed: of.committed,
                    end,
                    start: of.start,
                    stable: of.stable,
                    owner,
                    owned: owner.is_some() || owners.otherwise,
                }
            })
            .collect();
        self.window.push(at, &polled);
        self.judge_all(site, group, at, partitions, room);
        self.expected = self.foresee(site, partitions, at, room);
        self.rebalances.observe(group, at);
    }

    /// Judges all partitions as they are at a moment.
    pub(super) fn judge_all(
        &mut self,
        site: &Site,
        group: &Group,
        now: Time,
        partitions: &[PartitionLag<'_>],
        room: &mut Room,
    ) {
        let mut status = GroupStatus::default();
        let degraded = std::cell::OnceCell::new();
        for (index, of) in partitions.iter().enumerate() {
            let Some(column) = self.window.column_at(index, &of.id) else {
                status.take(Status::Unknown);
                continue;
            };
            let around = circumstances(group, of);
            let mut judged = self
                .window
                .judge(column, around, now, &mut room.samples)
                .status;
            if matches!(judged, Status::Stall | Status::Stop)
                && *degraded.get_or_init(|| coordinator_is_degraded(&site.kafka, &group.listed.id))
            {
                judged = Status::Coordinator;
            }
            status.take(for_kind(judged, group, of));
        }
        for _ in 0..uncommitted(group, partitions) {
            status.take(Status::NoCommit);
        }
        if status.of == 0 {
            // Nothing committed and nothing owned: nothing is late.
            status.worst = if is_empty(group) {
                Status::Idle
            } else {
                Status::Ok
            };
        }
        // Before a slow growth can be told from noise, a steep one of the whole group can.
        let tells =
            status.worst == Status::Ok || (status.worst == Status::Unknown && self.remembered);
        if tells && self.rises && self.is_young() {
            // Of the group as a whole: no partition was told apart.
            status.worst = Status::Warn;
            status.count = 0;
        }
        self.status = status;
    }

    /// Whether what was seen is too short for the rule of thirds.
    fn is_young(&self) -> bool {
        const MILLIS: i64 = 180_000;
        let columns = self.window.columns();
        !columns
            .iter()
            .any(|column| self.window.span(column) >= MILLIS)
    }

    /// The status at a moment: unknown where nothing was heard for three polls.
    pub fn status_at(&self, now: Time) -> GroupStatus {
        if self.window.is_old(now) && self.window.last().is_some() {
            return GroupStatus {
                worst: Status::Unknown,
                count: 0,
                of: self.status.of,
            };
        }
        self.status
    }

    /// What is known of one partition over time.
    pub fn column(&self, of: &PartitionLag<'_>) -> Option<&Column> {
        self.window.column(&of.id.topic, of.id.partition)
    }

    /// What a partition's numbers mean at a moment.
    pub fn meaning(
        &self,
        site: &Site,
        group: &Group,
        of: &PartitionLag<'_>,
        now: Time,
    ) -> Option<Meaning> {
        let column = self.column(of)?;
        let around = Circumstances {
            coordinator_degraded: coordinator_is_degraded(&site.kafka, &group.listed.id),
            ..circumstances(group, of)
        };
        let mut room = Room::default();
        let mut judgement = self.window.judge(column, around, now, &mut room.samples);
        judgement.status = for_kind(judgement.status, group, of);
        let rates = self.rates(column, &mut room);
        Some(Meaning {
            judgement,
            rates,
            drain: self.drain(column, of, rates),
            time_lag: self.time_lag(site, of, now),
            commit_interval: self.window.commit_interval(column),
        })
    }

    pub(super) fn drain(
        &self,
        column: &Column,
        of: &PartitionLag<'_>,
        rates: Option<Rates>,
    ) -> Option<Drain> {
        let rates = rates?;
        let commits = self.window.commit_interval(column);
        let grain = rates.grain(
            commits.unwrap_or(Rules::COMMIT_INTERVAL),
            self.window.poll(),
        );
        Some(drain(of.lag?, rates, grain))
    }

    /// Rates over the last minute, or three commits where that is longer.
    pub(super) fn rates(&self, column: &Column, room: &mut Room) -> Option<Rates> {
        let commits = 3.0 * self.window.rules(column).commit_interval;
        #[expect(clippy::cast_possible_truncation, reason = "minutes")]
        let millis = (commits.clamp(60.0, 3_600.0) * 1_000.0) as i64;
        room.ends.clear();
        room.committed.clear();
        let samples = || self.window.newest_first(column);
        let (newest, ..) = samples().next()?;
        for (at, committed, end) in samples().take_while(|(at, ..)| newest.since(*at) <= millis) {
            room.ends.push((at, end as f64));
            room.committed
                .extend(committed.map(|committed| (at, committed as f64)));
        }
        room.ends.reverse();
        room.committed.reverse();
        Rates::of_in(&room.ends, &room.committed, &mut room.bench)
    }

    /// How old the next record is that the group will read of a partition.
    pub fn time_lag(&self, site: &Site, of: &PartitionLag<'_>, now: Time) -> Option<TimeLag> {
        self.time_lag_in(site, of, self.column(of), now)
    }

    pub(super) fn time_lag_in(
        &self,
        site: &Site,
        of: &PartitionLag<'_>,
        column: Option<&Column>,
        now: Time,
    ) -> Option<TimeLag> {
        let lag = of.lag?;
        if lag <= 0 {
            return Some(TimeLag::Seconds(0.0));
        }
        let column = column?;
        let stamp = site.kafka.stamp(&of.id, of.committed?);
        self.window.when(column, stamp).lag(now)
    }

    /// When the next record came in that the group will read of a partition, by our own polls alone.
    pub fn when(&self, of: &PartitionLag<'_>) -> Option<When> {
        of.lag.filter(|lag| *lag > 0)?;
        Some(self.window.when(self.column(of)?, None))
    }
}

/// Room to work in: a round judges tens of thousands of partitions one after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Room {
    ends: Vec<(Time, f64)>,
    committed: Vec<(Time, f64)>,
    bench: Bench,
    pub(super) drains: Vec<Drain>,
    pub(super) samples: Samples,
}

/// A share group has no committed offset that could stand still, and no owners.
fn for_kind(judged: Status, group: &Group, of: &PartitionLag<'_>) -> Status {
    if group.listed.kind != GroupKind::Share || matches!(judged, Status::Deleted | Status::NoLeader)
    {
        return judged;
    }
    match of.lag {
        None => Status::Unknown,
        Some(lag) if lag > 0 && is_empty(group) => Status::Stop,
        Some(_) if is_empty(group) => Status::Idle,
        Some(_) => Status::Ok,
    }
}

/// Partitions that a member owns and for which nothing is committed.
fn uncommitted(group: &Group, committed: &[PartitionLag<'_>]) -> usize {
    let has = |topic: &Name, partition: i32| {
        committed
            .binary_search_by(|of| (&of.id.topic, of.id.partition).cmp(&(topic, partition)))
            .is_ok()
    };
    let members = group.members.iter().flat_map(|read| &read.value.members);
    members
        .flat_map(|member| &member.owned)
        .map(|of| {
            let without = of
                .partitions
                .iter()
                .filter(|index| !has(&of.topic, **index));
            without.count()
        })
        .sum()
}
