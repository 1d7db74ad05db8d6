//! The load over time, by our own polls: records in and out, lag, and the share of each broker and of the groups and pods
//! that matter most.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    BrokerId, Envelope, Name, Partition, PodId, SeriesKey, Signal, Site, Time, Trace, Update, Usage,
};

use super::{History, history::Seen};

/// One number over the whole cluster, now and before.
#[derive(Clone, Debug, Default)]
pub struct Flow {
    /// Sum of what is known; None while nothing is.
    pub now: Option<f64>,
    /// Parts that are not in it: partitions or groups that did not answer.
    pub unknown: usize,
    pub trace: Trace,
}

impl Flow {
    /// Takes the sum of a round. With parts missing it is told, and is no sample: the sum would look like a fall.
    fn take(&mut self, at: Time, (known, unknown): (Option<f64>, usize)) {
        self.now = known;
        self.unknown = unknown;
        if let (Some(known), 0) = (known, unknown) {
            self.trace.push(at, known);
        }
    }
}

/// A broker's part, by its leaders.
#[derive(Clone, Debug, Default)]
pub struct BrokerLoad {
    /// Records a second appended to the partitions that it leads.
    pub records: Trace,
    /// Partitions that it leads and that miss a replica.
    pub under: Trace,
}

#[derive(Clone, Debug, Default)]
pub struct GroupLoad {
    pub lag: Trace,
    /// Records a second that it commits.
    pub rate: Trace,
}

#[derive(Clone, Debug, Default)]
pub struct PodLoad {
    /// Thousandths of a core.
    pub cpu: Trace,
    /// Bytes.
    pub memory: Trace,
}

/// An end offset, and when it was read.
type Read = (Time, i64);

/// The load of one site.
#[derive(Clone, Debug, Default)]
pub struct Load {
    /// Records a second: growth of the end offsets of all topics.
    pub produced: Flow,
    /// Records a second: growth of the committed offsets of all groups that have members.
    pub consumed: Flow,
    /// Records: the sum of all groups' lag.
    pub lag: Flow,
    pub brokers: BTreeMap<BrokerId, BrokerLoad>,
    /// Records a second that come in by topic, in the last round; None where a partition did not answer.
    pub topics: BTreeMap<Name, Option<f64>>,
    /// Of the groups with the most lag.
    pub groups: BTreeMap<Name, GroupLoad>,
    /// Of the pods with the most memory in use.
    pub pods: BTreeMap<PodId, PodLoad>,
    rounds: u64,
    /// End offsets by topic, in the order of its partitions.
    ends: BTreeMap<Name, Vec<Option<Read>>>,
}

/// What a broker's leaders did in a round.
#[derive(Clone, Copy, Default)]
struct Share {
    records: f64,
    unknown: usize,
    under: usize,
}

impl Load {
    /// Groups, and pods, of which a history is kept.
    pub const KEPT: usize = 48;

    /// Changes with every round of Kafka.
    pub fn generation(&self) -> u64 {
        self.rounds
    }

    /// Takes in what an envelope changed; `site` has taken it already. For rounds see [`Load::end_round`].
    pub(super) fn observe(&mut self, site: &Site, seen: &Seen) {
        if let Seen::Usage(at) = seen {
            self.sample_pods(site, *at);
        }
    }

    fn sample_brokers(&mut self, site: &Site, at: Time) {
        let kafka = &site.kafka;
        let brokers = kafka.cluster.iter().flat_map(|of| &of.value.brokers);
        let mut shares: BTreeMap<BrokerId, Share> = brokers
            .map(|broker| (broker.id, Share::default()))
            .collect();
        let mut before = std::mem::take(&mut self.ends);
        let mut all = Share::default();
        let mut known = 0;
        self.topics.clear();
        for topic in kafka.topics.iter() {
            let mut of_topic = Share::default();
            // Partitions seen for the first time: nothing is known of their rate.
            let mut fresh = 0;
            let mut ends = before.remove(&topic.meta.name).unwrap_or_default();
            ends.resize(topic.meta.partitions.len(), None);
            for ((partition, offsets), last) in topic
                .meta
                .partitions
                .iter()
                .zip(&topic.offsets)
                .zip(&mut ends)
            {
                let share = partition
                    .leader
                    .map(|leader| shares.entry(leader).or_default());
                let under = usize::from(is_under(partition));
                let end = offsets.end.filter(|end| kafka.is_of_round(end.at));
                let grown = match (partition.leader.and(end), &last) {
                    // Seen for the first time: what it holds came in before, whenever that was.
                    (Some(_), None) => Some(None),
                    (Some(end), Some((then, old))) if end.at > *then => {
                        let millis = end.at.since(*then) as f64;
                        Some(Some((end.value - old).max(0) as f64 * 1_000.0 / millis))
                    }
                    _ => None,
                };
                if let (Some(_), Some(end)) = (grown, end) {
                    *last = Some((end.at, end.value));
                }
                let rate = grown.map(|rate| rate.unwrap_or(0.0));
                fresh += usize::from(matches!(grown, Some(None)));
                known += usize::from(matches!(grown, Some(Some(_))));
                for share in share.into_iter().chain([&mut all, &mut of_topic]) {
                    share.records += rate.unwrap_or(0.0);
                    share.unknown += usize::from(rate.is_none());
                    share.under += under;
                }
            }
            let rate = (of_topic.unknown == 0 && fresh == 0).then_some(of_topic.records);
            self.topics.insert(topic.meta.name.clone(), rate);
            self.ends.insert(topic.meta.name.clone(), ends);
        }
        let sum = (known > 0).then_some(all.records);
        self.produced.take(at, (sum, all.unknown));
        // One that is away for a while comes back to its own history, with a gap in it.
        let day = at.plus(-Trace::DAY);
        self.brokers.retain(|id, load| {
            shares.contains_key(id) || load.under.last().is_some_and(|(last, _)| last >= day)
        });
        for (id, share) in shares {
            let load = self.brokers.entry(id).or_default();
            if known > 0 && share.unknown == 0 {
                load.records.push(at, share.records);
            }
            load.under.push(at, share.under as f64);
        }
    }

    /// Takes in a round that is over, and whose groups were added up.
    pub(super) fn end_round(
        &mut self,
        site: &Site,
        history: &History,
        round: &GroupsRound,
        at: Time,
    ) {
        self.rounds += 1;
        self.sample_brokers(site, at);
        self.consumed.take(at, round.rates.result());
        self.lag.take(at, round.lags.result());
        let kept: BTreeSet<&Name> = round.most.iter().map(|(_, id)| id).collect();
        self.groups.retain(|id, _| kept.contains(id));
        for id in kept {
            let Some(of) = history.group(id) else {
                continue;
            };
            let load = self.groups.entry(id.clone()).or_default();
            // Of a group that is new here its own history knows the last minutes.
            if load.lag.last().is_none() {
                for (at, lag) in of.ring.iter() {
                    load.lag.push(at, lag);
                }
            } else if let Some((at, lag)) = of.ring.last() {
                load.lag.push(at, lag);
            }
            if let Some(rate) = of.outflow {
                load.rate.push(at, rate);
            }
        }
    }

    fn sample_pods(&mut self, site: &Site, at: Time) {
        let mut most: Vec<(&PodId, Usage)> = site.pods.usages().collect();
        most.sort_unstable_by_key(|(_, usage)| std::cmp::Reverse(usage.memory));
        most.truncate(Self::KEPT);
        let kept: BTreeMap<&PodId, Usage> = most.into_iter().collect();
        self.pods.retain(|id, _| kept.contains_key(id));
        for (id, usage) in kept {
            let load = self.pods.entry(id.clone()).or_default();
            load.cpu.push(at, usage.cpu as f64);
            load.memory.push(at, usage.memory as f64);
        }
    }

    /// Takes what Prometheus remembers of the time before our own first sample.
    pub(super) fn back_fill(&mut self, site: &Site) {
        let brokers = measured_brokers(site);
        self.produced
            .trace
            .remember(sum(site, &brokers, Signal::MessagesInPerSecond));
        let groups: Vec<SeriesKey> = site
            .series
            .keys()
            .filter(|(_, signal)| *signal == Signal::GroupLag)
            .map(|(of, _)| of.clone())
            .collect();
        self.lag
            .trace
            .remember(sum(site, &groups, Signal::GroupLag));
    }
}

/// The brokers of which Prometheus measured the records that came in.
fn measured_brokers(site: &Site) -> Vec<SeriesKey> {
    let of = |(of, signal): &(SeriesKey, Signal)| match (of, signal) {
        (SeriesKey::Broker(id), Signal::MessagesInPerSecond) => Some(SeriesKey::Broker(*id)),
        _ => None,
    };
    site.series.keys().filter_map(of).collect()
}

/// A partition that lacks a replica and has a leader to say so.
fn is_under(partition: &Partition) -> bool {
    partition.leader.is_some() && partition.lagging().next().is_some()
}

/// The groups of one round, added up while they are sampled.
#[derive(Clone, Debug, Default)]
pub(super) struct GroupsRound {
    rates: Sum,
    lags: Sum,
    /// Those with the most lag, as last known.
    most: BTreeSet<(i64, Name)>,
}

impl GroupsRound {
    /// Adds a group that was just sampled.
    pub(super) fn add(&mut self, site: &Site, history: &History, number: u32) {
        let group = site.kafka.groups.row(number);
        let Some(group) = group.filter(|of| of.commits(&site.kafka).is_some()) else {
            return;
        };
        let known = history.at(number);
        let lag = known.and_then(|of| of.lag.known).unwrap_or(0);
        let full = self.most.len() >= Load::KEPT;
        if known.is_some() && (!full || self.most.first().is_some_and(|(least, _)| lag > *least)) {
            self.most.insert((lag, group.listed.id.clone()));
            if full {
                self.most.pop_first();
            }
        }
        let fresh = group.has_fresh_commits(&site.kafka);
        let Some(of) = known.filter(|_| fresh) else {
            self.rates.add(None);
            self.lags.add(None);
            return;
        };
        if let Some(lag) = of.lag.known {
            self.lags.add(Some(lag as f64));
        }
        self.lags.unknown += usize::from(of.lag.unknown > 0);
        // What moves the offsets of a group without members is no consumer. One without commits has not begun.
        let works = !matches!(&*group.listed.state, "Empty" | "Dead");
        if works && of.lag.partitions > of.lag.uncommitted {
            self.rates.add(of.outflow);
        }
    }
}

#[derive(Clone, Debug, Default)]
struct Sum {
    known: Option<f64>,
    unknown: usize,
}

impl Sum {
    fn add(&mut self, part: Option<f64>) {
        match part {
            Some(part) => self.known = Some(self.known.unwrap_or(0.0) + part),
            None => self.unknown += 1,
        }
    }

    fn result(&self) -> (Option<f64>, usize) {
        (self.known, self.unknown)
    }
}

/// The sum of a signal over all of its series, at the moments at which each of them has a sample.
fn sum(site: &Site, of: &[SeriesKey], signal: Signal) -> Vec<(Time, f64)> {
    let mut sums: BTreeMap<Time, (f64, usize)> = BTreeMap::new();
    for key in of {
        for (at, value) in site
            .ring(key.clone(), signal)
            .iter()
            .flat_map(|ring| ring.iter())
        {
            let sum = sums.entry(at).or_default();
            sum.0 += value;
            sum.1 += 1;
        }
    }
    sums.into_iter()
        .filter(|(_, (_, count))| *count == of.len())
        .map(|(at, (sum, _))| (at, sum))
        .collect()
}

/// Whether an envelope brings what was measured before.
pub(super) fn is_back_fill(envelope: &Envelope) -> bool {
    matches!(&envelope.update, Update::Series(points) if points.iter().any(|of| of.samples.len() > 1))
}
