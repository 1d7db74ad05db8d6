//! The collectors: what is said of the world, how often, and how each source is doing.

mod charts;
mod kafka;
mod kube;
mod prometheus;

use std::collections::BTreeMap;

use super::{Kafka, cluster::Cluster};
use crate::model::{Envelope, HealthReport, Name, SECOND, Source, State, Time, Update};

/// How often each source is asked, in milliseconds; None for a watch.
fn interval(source: Source) -> Option<i64> {
    let seconds = match source {
        Source::Lag | Source::Members => 5,
        Source::Series => 15,
        Source::Metadata | Source::Reassignments | Source::PodMetrics | Source::NodeMetrics => 30,
        Source::LogStart | Source::LogDirs => 60,
        Source::TopicConfigs => 300,
        _ => return None,
    };
    Some(seconds * SECOND)
}

/// What a collector has counted since the start.
#[derive(Clone, Copy, Debug, Default)]
struct Meter {
    requests: u64,
    errors: u64,
    bytes: u64,
}

/// All collectors of the world, and what they have said since they were last heard.
#[derive(Clone, Debug)]
pub(super) struct Collectors {
    site: Name,
    start: Time,
    /// Flavours measured numbers, so that two series never look alike.
    noise: u64,
    meters: BTreeMap<Source, Meter>,
    next: BTreeMap<Source, Time>,
    /// Prometheus does not answer.
    pub prometheus_down: bool,
    scraped_at: Time,
    memory: charts::Memory,
    said: Vec<Envelope>,
}

impl Collectors {
    pub(super) fn new(site: Name, start: Time, noise: u64) -> Self {
        Collectors {
            site,
            start,
            noise,
            meters: BTreeMap::new(),
            next: BTreeMap::new(),
            prometheus_down: false,
            scraped_at: start,
            memory: charts::Memory::default(),
            said: Vec::new(),
        }
    }

    /// What makes measured numbers, and lines of logs, those of this world.
    pub(super) fn noise(&self) -> u64 {
        self.noise
    }

    /// What was said since this was last asked.
    pub(super) fn take(&mut self) -> Vec<Envelope> {
        std::mem::take(&mut self.said)
    }

    fn say(&mut self, at: Time, update: Update) {
        self.said.push(Envelope {
            at,
            site: self.site.clone(),
            update,
        });
    }

    /// Reports how a source is doing after `requests`, of which `errors` failed, and `bytes` read.
    fn report(&mut self, at: Time, report: HealthReport, cost: (u64, u64, u64)) {
        let meter = self.meters.entry(report.source).or_default();
        meter.requests += cost.0;
        meter.errors += cost.1;
        meter.bytes += cost.2;
        let report = HealthReport {
            every: interval(report.source),
            requests: Some(meter.requests),
            errors: Some(meter.errors),
            bytes: Some(meter.bytes),
            ..report
        };
        self.say(at, Update::Health(report));
    }

    fn live(&mut self, at: Time, source: Source, requests: u64, bytes: usize) {
        let cost = (requests, 0, u64::try_from(bytes).unwrap_or(0));
        self.report(at, HealthReport::new(source, State::Live), cost);
    }

    fn syncing(&mut self, at: Time, source: Source, got: u64, of: Option<u64>) {
        let report = HealthReport::new(source, State::Syncing { got, of });
        self.report(at, report, (0, 0, 0));
    }

    /// Whether it is time to ask a source again; if so, the next time is set.
    fn is_due(&mut self, source: Source, now: Time) -> bool {
        let (Some(every), start) = (interval(source), self.start) else {
            return false;
        };
        let next = self.next.entry(source).or_insert(start.plus(every));
        let due = now >= *next;
        while now >= *next {
            *next = next.plus(every);
        }
        due
    }

    /// Whether the second before `now` was that of a refresh of lags.
    pub(super) fn has_just_refreshed(&self, now: Time) -> bool {
        let refresh = interval(Source::Lag).unwrap_or(SECOND);
        now.since(self.start).rem_euclid(refresh) == SECOND
    }

    /// The first round of everything.
    pub(super) fn open(
        &mut self,
        cluster: &mut Cluster,
        kafka: &mut Kafka,
        now: Time,
    ) -> Vec<Envelope> {
        self.open_kube(cluster, now);
        self.open_kafka(kafka, now);
        self.open_prometheus(cluster, kafka, now);
        self.take()
    }

    /// Asks whatever is due.
    pub(super) fn collect(&mut self, cluster: &mut Cluster, kafka: &mut Kafka, now: Time) {
        self.watch(cluster, now);
        self.measure(cluster, now);
        self.poll_kafka(kafka, now);
        if self.is_due(Source::Series, now) {
            self.scrape(cluster, kafka, now);
        }
    }
}
