//! Prometheus' memory: every scrape since the start, and before it what must have been. Scrapes that it missed are gaps.

use std::collections::{BTreeMap, VecDeque};

use super::{
    super::{cluster::Cluster, group::GroupState},
    Collectors,
    kube::{all_pods, runs, usage},
    prometheus::{Reading, URL, is_slow, slow_growth, tidy},
};
use crate::{
    model::{
        ChartAnswer, ChartAsk, Envelope, Name, Point, SECOND, SeriesKey, Signal, Time, Update,
    },
    source::demo::{
        Kafka,
        random::{digest, load, mix},
    },
};

/// Scrapes remembered: two hours.
const SCRAPES: usize = 480;
/// Milliseconds after which a sample says nothing of now.
const STALE: i64 = 35 * SECOND;
/// When scrapes failed, in seconds before the start of the world.
const MISSED: [(i64, i64); 2] = [(540, 420), (11_400, 10_200)];

/// What was scraped.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    series: BTreeMap<(SeriesKey, Signal), VecDeque<(Time, f64)>>,
    /// Sum of the offsets that each group had committed, and when.
    committed: BTreeMap<Name, (Time, i64)>,
    /// Records a second by which the slow group falls behind.
    grown: i64,
}

impl Memory {
    fn remember(&mut self, at: Time, (signal, of, value): Reading) {
        let samples = self.series.entry((of, signal)).or_default();
        if samples.len() == SCRAPES {
            samples.pop_front();
        }
        samples.push_back((at, value));
    }
}

/// Whether a scrape of this moment failed.
fn was_missed(start: Time, at: Time) -> bool {
    let before = start.since(at) / SECOND;
    MISSED
        .iter()
        .any(|(from, to)| before <= *from && before > *to)
}

/// Whether a number follows the load of the world.
fn follows_load(signal: Signal) -> bool {
    !matches!(
        signal,
        Signal::HandlerIdle
            | Signal::UnderReplicated
            | Signal::MemoryBytes
            | Signal::FetchMillisP99
            | Signal::CpuThrottled
    )
}

impl Collectors {
    /// Takes a scrape into memory, with what is only read when somebody looks at charts.
    pub(super) fn remember(
        &mut self,
        cluster: &Cluster,
        kafka: &Kafka,
        now: Time,
        readings: &[Reading],
    ) {
        self.memory.grown = slow_growth(kafka);
        let mut all = readings.to_vec();
        self.read_more(cluster, kafka, now, readings, &mut all);
        for reading in all {
            self.memory.remember(now, reading);
        }
    }

    fn read_more(
        &mut self,
        cluster: &Cluster,
        kafka: &Kafka,
        now: Time,
        readings: &[Reading],
        all: &mut Vec<Reading>,
    ) {
        let moment = u64::try_from(now.0 / 15_000).unwrap_or(0);
        let chance = |of: u64| (mix(self.noise ^ mix(moment ^ (of << 32))) % 100) as f64;
        for server in kafka.servers.iter().filter(|server| server.lives()) {
            let id = server.id();
            let key = SeriesKey::Broker(id);
            let records = readings
                .iter()
                .find(|(signal, of, _)| (*signal, of) == (Signal::MessagesInPerSecond, &key));
            let records = records.map_or(0.0, |(_, _, value)| *value);
            let place = u64::try_from(id.0).unwrap_or(0);
            let led = kafka.topics.iter().flat_map(|topic| &topic.logs);
            let led = led.filter(|log| log.row.leader == Some(id));
            let under = led.filter(|log| log.row.isr.len() < log.row.replicas.len());
            let under = under.count() as f64;
            for (signal, value) in [
                (
                    Signal::RequestsPerSecond,
                    records / 8.0 + 40.0 + chance(place) / 20.0,
                ),
                (Signal::FetchMillisP99, 500.0 + chance(place + 64) / 25.0),
                (Signal::UnderReplicated, under),
            ] {
                all.push((signal, key.clone(), tidy(value)));
            }
        }
        for group in kafka.groups.iter().filter(|group| !group.topics.is_empty()) {
            let sum: i64 = group.committed.iter().flatten().sum();
            let before = self.memory.committed.insert(group.name.clone(), (now, sum));
            let rate = match before {
                Some((then, old)) if now > then => {
                    (sum - old).max(0) as f64 * 1_000.0 / now.since(then) as f64
                }
                _ => expected_rate(group, kafka, now),
            };
            all.push((
                Signal::CommittedPerSecond,
                SeriesKey::Group(group.name.clone()),
                tidy(rate),
            ));
        }
        for pod in all_pods(cluster).filter(|pod| runs(pod) && !pod.cut_off) {
            let used = usage(pod, now, self.noise).cpu as f64;
            let limit = pod.row.cpu_limit.unwrap_or(0).max(1) as f64;
            // Whoever comes near his limit is held back in some of the periods.
            let held = ((used / limit - 0.7) * 2.0).clamp(0.0, 0.6);
            let held = held + (digest(&pod.row.id.name) % 10) as f64 / 2_000.0;
            let key = SeriesKey::Pod(pod.row.id.clone());
            all.push((Signal::CpuThrottled, key, tidy(held)));
        }
    }

    /// Answers a range query.
    pub(in crate::source::demo) fn answer(&self, ask: &ChartAsk, now: Time) -> Envelope {
        let mut answer = ChartAnswer::empty(ask, now);
        if self.prometheus_down {
            answer.failed = Some(format!("{URL}: range query: connection refused").into());
        } else {
            let asked = self
                .memory
                .series
                .iter()
                .filter(|((of, signal), _)| ask.of.signals().contains(signal) && ask.wants(of));
            answer.series = asked
                .map(|((of, signal), past)| Point {
                    signal: *signal,
                    of: of.clone(),
                    samples: self.samples((of, *signal), past, &answer, ask.step()),
                })
                .filter(|point| !point.samples.is_empty())
                .collect();
        }
        Envelope {
            at: now,
            site: self.site.clone(),
            update: Update::Chart(answer),
        }
    }

    fn samples(
        &self,
        (of, signal): (&SeriesKey, Signal),
        past: &VecDeque<(Time, f64)>,
        answer: &ChartAnswer,
        step: i64,
    ) -> Vec<(Time, f64)> {
        let Some((first, value)) = past.front().copied() else {
            return Vec::new();
        };
        let before = |at: Time| {
            if was_missed(self.start, at) {
                return None;
            }
            let slow =
                signal == Signal::GroupLag && matches!(of, SeriesKey::Group(name) if is_slow(name));
            Some(if slow {
                (value - (first.since(at) / SECOND * self.memory.grown) as f64).max(0.0)
            } else if follows_load(signal) {
                tidy(value * load(at, 0) as f64 / load(first, 0) as f64)
            } else {
                value
            })
        };
        let count = answer.end.since(answer.start) / step;
        (0..=count)
            .filter_map(|n| {
                let at = answer.start.plus(n * step);
                if at < first {
                    return before(at).map(|value| (at, value));
                }
                let after = past.partition_point(|(when, _)| *when <= at);
                let (when, value) = past.get(after.checked_sub(1)?)?;
                (at.since(*when) <= STALE).then_some((at, *value))
            })
            .collect()
    }
}

/// What a group must have committed before anything was counted.
fn expected_rate(group: &GroupState, kafka: &Kafka, now: Time) -> f64 {
    let topics = group.topics.iter().filter_map(|at| kafka.topics.get(*at));
    let inflow: i64 = topics
        .map(|topic| topic.rate * topic.load(now) / 1_000)
        .sum();
    let pace = group.pace * i64::try_from(group.members.len()).unwrap_or(0);
    inflow.min(pace) as f64
}
