//! All live sources of one site.

use std::time::Duration;

use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
};

use crate::{
    model::{Envelope, HealthReport, Name, Source, State, System},
    net::{self, kube::Scope, reach::Way},
};

use super::{
    doctor::Servers,
    feed::{Feed, Wishes},
    kafka, kube,
    poll::Cadence,
    prometheus,
};

/// What to read, and how often. A system that is None is left out or not configured.
pub struct Live {
    pub site: Name,
    pub kube: Option<net::kube::Client>,
    pub kafka: Option<Way>,
    pub prometheus: Option<net::prometheus::Client>,
    pub refresh: Duration,
    pub refresh_metrics: Duration,
    /// Everything is wanted at once, whether it is on screen or not: a report that is made once.
    pub everything: bool,
}

/// Sources at work. Dropping this ends them.
pub struct Running {
    pub wishes: Wishes,
    kube: Option<net::kube::Client>,
    kafka_every: watch::Sender<Duration>,
    prometheus_every: watch::Sender<Duration>,
    _tasks: JoinSet<()>,
}

impl Running {
    /// Asks everything again now.
    pub fn refresh(&self) {
        self.wishes.refresh();
        if let Some(kube) = &self.kube {
            kube.retry_now();
        }
    }

    /// Reads Kafka and Prometheus this often from now on, beginning at once: a long wait of before is not waited out.
    pub fn set_cadence(&self, kafka: Duration, prometheus: Duration) {
        self.kafka_every.send_replace(kafka);
        self.prometheus_every.send_replace(prometheus);
        self.wishes.refresh();
    }
}

impl Live {
    /// The clients, for what is asked beside the sources.
    pub fn servers(&self) -> Servers {
        Servers {
            kube: self.kube.clone(),
            kafka: self.kafka.clone(),
            prometheus: self.prometheus.clone(),
        }
    }

    /// The systems that are read.
    pub fn systems(&self) -> Vec<System> {
        let mut systems = Vec::new();
        systems.extend(self.kube.as_ref().map(|_| System::Kubernetes));
        systems.extend(self.kafka.as_ref().map(|_| System::Kafka));
        systems.extend(self.prometheus.as_ref().map(|_| System::Prometheus));
        systems
    }

    /// Starts every source. What they see goes to `to`; when that is closed, they end.
    pub fn start(self, to: mpsc::Sender<Envelope>) -> Running {
        let feed = Feed::new(self.site.clone(), to);
        let wishes = Wishes::default();
        let mut tasks = JoinSet::new();
        let kafka_every = watch::Sender::new(self.refresh);
        let prometheus_every = watch::Sender::new(self.refresh_metrics);
        let jitter = jitter();
        let systems = self.systems();
        let greeting = feed.clone();
        tasks.spawn(async move {
            for source in first_seen(&systems) {
                let syncing = HealthReport::new(*source, State::Syncing { got: 0, of: None });
                if greeting.report(syncing).await.is_err() {
                    return;
                }
            }
        });
        if let Some(client) = &self.kube {
            kube::spawn(client, &Scope::All, &feed, &mut tasks);
            tasks.spawn(kube::follow_metrics(
                client.clone(),
                Scope::All,
                feed.clone(),
                wishes.interest(),
                wishes.refreshes(),
                self.everything,
            ));
        }
        if let Some(way) = self.kafka {
            let cadence = Cadence {
                every: kafka_every.subscribe(),
                jitter,
            };
            tasks.spawn(kafka::follow(
                way,
                feed.clone(),
                wishes.interest(),
                wishes.refreshes(),
                cadence,
                self.everything,
            ));
        }
        if let Some(client) = self.prometheus {
            tasks.spawn(prometheus::follow_charts(
                client.clone(),
                feed.clone(),
                prometheus_every.subscribe(),
                wishes.interest(),
                wishes.refreshes(),
            ));
            tasks.spawn(prometheus::follow(
                client,
                feed,
                prometheus_every.subscribe(),
                wishes.interest(),
                wishes.refreshes(),
            ));
        }
        Running {
            wishes,
            kube: self.kube,
            kafka_every,
            prometheus_every,
            _tasks: tasks,
        }
    }
}

/// The sources of these systems that report by themselves from the start; the others come when they are looked at.
fn first_seen(systems: &[System]) -> impl Iterator<Item = &'static Source> + use<'_> {
    Source::ALL
        .iter()
        .filter(|source| systems.contains(&source.system()))
        .filter(|source| matches!(source, Source::Metadata | Source::Lag | Source::Series))
}

/// The same for one run, different from run to run.
fn jitter() -> f64 {
    f64::from(std::process::id() % 100) / 100.0
}
