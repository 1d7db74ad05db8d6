//! The way from a source to the app, and what the app wishes of the sources.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use tokio::sync::{mpsc, watch};

use crate::{
    app::Interest,
    model::{Envelope, HealthReport, Name, Source, Update},
};

use super::clock;

/// Where a source sends what it has seen. When nobody listens any more, sending fails and the source ends.
#[derive(Clone, Debug)]
pub struct Feed {
    site: Name,
    to: mpsc::Sender<Envelope>,
    /// What each source said of itself last.
    known: Arc<Mutex<BTreeMap<Source, (&'static str, bool)>>>,
}

/// Nobody listens any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Closed;

impl Feed {
    /// Envelopes that wait between sources and app.
    pub const CAPACITY: usize = 1_024;

    pub fn new(site: Name, to: mpsc::Sender<Envelope>) -> Self {
        Feed {
            site,
            to,
            known: Arc::default(),
        }
    }

    pub(super) async fn send(&self, update: Update) -> Result<(), Closed> {
        let envelope = Envelope {
            at: clock::now(),
            site: self.site.clone(),
            update,
        };
        self.to.send(envelope).await.map_err(|_closed| Closed)
    }

    /// Our own log has a line for each failure and each recovery, not for each round.
    fn note(&self, report: &HealthReport) {
        let Ok(mut known) = self.known.lock() else {
            return;
        };
        let word = report.state.word();
        let sick = report.state.is_sick();
        let before = known.insert(report.source, (word, sick));
        if before == Some((word, sick)) {
            return;
        }
        let why = report.why.as_deref().unwrap_or_default();
        if sick {
            tracing::warn!("{}: {word}: {why}", report.source);
        } else if before.is_some_and(|(_, sick)| sick) {
            tracing::info!("{}: {word}", report.source);
        }
    }

    pub(super) async fn report(&self, report: HealthReport) -> Result<(), Closed> {
        self.note(&report);
        self.send(Update::Health(report)).await
    }
}

/// What the app wishes: what is on screen, and how often the user asked for everything anew.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    interest: watch::Sender<Interest>,
    refresh: watch::Sender<u64>,
}

impl Wishes {
    pub fn look_at(&self, interest: Interest) {
        self.interest.send_replace(interest);
    }

    pub fn refresh(&self) {
        self.refresh
            .send_modify(|count| *count = count.wrapping_add(1));
    }

    pub(super) fn interest(&self) -> watch::Receiver<Interest> {
        self.interest.subscribe()
    }

    pub(super) fn refreshes(&self) -> watch::Receiver<u64> {
        self.refresh.subscribe()
    }
}
