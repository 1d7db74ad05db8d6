//! What Prometheus has measured: one back-fill, then one instant query every 15 s.

use super::{
    super::cluster::Cluster,
    Collectors,
    kube::{all_pods, runs, usage},
};
use crate::{
    model::{
        BrokerId, HealthReport, Point, SECOND, SeriesKey, Signal, Source, State, Time, Update,
    },
    source::demo::{
        Kafka,
        broker::Server,
        catalogue::SLOW_GROUP,
        group::GroupState,
        random::{load, mix},
        topic::TopicState,
    },
};

/// Samples of the back-fill, and the seconds between two.
const SAMPLES: i64 = 60;
const APART: i64 = 30;
pub(super) const URL: &str = "http://prometheus-operated.monitoring.svc:9090";

/// A signal's value now.
pub(super) type Reading = (Signal, SeriesKey, f64);

impl Collectors {
    pub(super) fn open_prometheus(&mut self, cluster: &Cluster, kafka: &mut Kafka, now: Time) {
        self.syncing(now, Source::Series, 0, None);
        let grown = slow_growth(kafka);
        let readings = self.readings(cluster, kafka, now, None);
        self.remember(cluster, kafka, now, &readings);
        let points: Vec<Point> = readings
            .into_iter()
            .map(|(signal, of, value)| {
                let at = |n: i64| now.plus(-n * APART * SECOND);
                let then = |n: i64| match (&of, signal) {
                    (SeriesKey::Group(name), _) if is_slow(name) => {
                        (value - (n * APART * grown) as f64).max(0.0)
                    }
                    _ => tidy(value * load(at(n), 0) as f64 / load(now, 0) as f64),
                };
                let samples = (0..SAMPLES).rev().map(|n| (at(n), then(n))).collect();
                Point {
                    signal,
                    of,
                    samples,
                }
            })
            .collect();
        let bytes = 1_800 * points.len();
        self.say(now, Update::Series(points));
        self.live(now, Source::Series, 2, bytes);
    }

    pub(super) fn scrape(&mut self, cluster: &Cluster, kafka: &mut Kafka, now: Time) {
        if self.prometheus_down {
            let why = format!("{URL}: connection refused; tried again every 15 s");
            let mut report = HealthReport::new(Source::Series, State::Unreachable).because(why);
            report.retry_at = Some(now.plus(15 * SECOND));
            return self.report(now, report, (1, 1, 0));
        }
        let span = now.since(self.scraped_at) / SECOND;
        let readings = self.readings(cluster, kafka, now, Some(span));
        self.scraped_at = now;
        self.remember(cluster, kafka, now, &readings);
        let point = |(signal, of, value)| Point {
            signal,
            of,
            samples: vec![(now, value)],
        };
        let bytes = 110 * readings.len();
        let points = readings.into_iter().map(point).collect();
        self.say(now, Update::Series(points));
        self.live(now, Source::Series, 1, bytes);
    }

    /// All signals now. Rates are over the `span` seconds since the last scrape; None before there was one.
    fn readings(
        &self,
        cluster: &Cluster,
        kafka: &mut Kafka,
        now: Time,
        span: Option<i64>,
    ) -> Vec<Reading> {
        let mut readings = Vec::new();
        for place in 0..kafka.servers.len() {
            self.read_broker(kafka, place, (now, span), &mut readings);
        }
        for group in kafka.groups.iter().filter(|group| !group.topics.is_empty()) {
            let lag = group.lag(&kafka.topics) as f64;
            readings.push((Signal::GroupLag, SeriesKey::Group(group.name.clone()), lag));
        }
        for pod in all_pods(cluster).filter(|pod| runs(pod) && !pod.cut_off) {
            let used = usage(pod, now, self.noise);
            let key = SeriesKey::Pod(pod.row.id.clone());
            readings.push((Signal::CpuMillicores, key.clone(), used.cpu as f64));
            readings.push((Signal::MemoryBytes, key, used.memory as f64));
        }
        readings
    }

    fn read_broker(
        &self,
        kafka: &mut Kafka,
        place: usize,
        (now, span): (Time, Option<i64>),
        readings: &mut Vec<Reading>,
    ) {
        let Some(server) = kafka.servers.get(place).filter(|server| server.lives()) else {
            return;
        };
        let id = server.id();
        let (records, bytes_in, bytes_out) =
            rates(server, span).unwrap_or_else(|| expected(&kafka.topics, &kafka.groups, id, now));
        let moment = u64::try_from(now.0 / 15_000).unwrap_or(0);
        let chance = mix(self.noise ^ mix(moment ^ (u64::try_from(place).unwrap_or(0) << 40)));
        let busy = records / 40.0;
        let wait = 8.0 + (chance % 50) as f64 / 10.0 + busy / 4.0;
        // A slow disk holds up writers, and with them the threads that serve them.
        let (wait, idle) = if server.slow || server.silent {
            (wait * 30.0, 0.12)
        } else {
            (wait, 0.93 - busy / 100.0)
        };
        for (signal, value) in [
            (Signal::BytesInPerSecond, bytes_in),
            (Signal::BytesOutPerSecond, bytes_out),
            (Signal::MessagesInPerSecond, records),
            (Signal::ProduceMillisP99, tidy(wait)),
            (Signal::HandlerIdle, tidy(idle.clamp(0.05, 1.0))),
        ] {
            readings.push((signal, SeriesKey::Broker(id), value));
        }
        if let Some(server) = kafka.servers.get_mut(place) {
            server.scraped = (server.records_in, server.bytes_in, server.bytes_out);
        }
    }
}

/// Whether this is the group that falls behind.
pub(super) fn is_slow(name: &str) -> bool {
    name == SLOW_GROUP
}

/// Three decimals: what is written to a recording is then read back as it was.
pub(super) fn tidy(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

/// Records in, bytes in and bytes out per second since the last scrape.
fn rates(server: &Server, span: Option<i64>) -> Option<(f64, f64, f64)> {
    let span = span?.max(1) as f64;
    let rate = |now: i64, then: i64| tidy((now - then) as f64 / span);
    let then = server.scraped;
    Some((
        rate(server.records_in, then.0),
        rate(server.bytes_in, then.1),
        rate(server.bytes_out, then.2),
    ))
}

/// The same as they must have been, before anything was counted.
fn expected(
    topics: &[TopicState],
    groups: &[GroupState],
    id: BrokerId,
    now: Time,
) -> (f64, f64, f64) {
    let (mut records, mut bytes_in, mut bytes_out) = (0.0, 0.0, 0.0);
    for (place, topic) in topics.iter().enumerate() {
        let led = topic.logs.iter().filter(|log| log.row.leader == Some(id));
        let share = led.count() as f64 / topic.logs.len().max(1) as f64;
        let rate = (topic.rate * topic.load(now)) as f64 / 1_000.0 * share;
        let readers = groups.iter().filter(|group| group.topics.contains(&place));
        records += rate;
        bytes_in += rate * topic.record_bytes as f64;
        bytes_out += rate * topic.record_bytes as f64 * readers.count() as f64;
    }
    (tidy(records), tidy(bytes_in), tidy(bytes_out))
}

/// Records per second by which the slow group has fallen behind.
pub(super) fn slow_growth(kafka: &Kafka) -> i64 {
    let Some(slow) = kafka.groups.iter().find(|group| &*group.name == SLOW_GROUP) else {
        return 0;
    };
    let topics = slow
        .topics
        .iter()
        .filter_map(|place| kafka.topics.get(*place));
    let members = i64::try_from(slow.members.len()).unwrap_or(1);
    topics.map(|topic| topic.rate).sum::<i64>() - slow.pace * members
}
