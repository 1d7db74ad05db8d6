//! Connections by broker and lane. Concurrent callers share one dial; a broker that failed rests before the next.
#![expect(
    clippy::disallowed_methods,
    reason = "pauses are measured on tokio's clock"
)]
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::time::{Instant, timeout_at};

use super::{
    Api, Config, Dial, Endpoint, Error, Result, backoff,
    conn::{Conn, Deadline},
    wire::count::Counters,
};

/// Kinds of calls that must not wait behind each other: answers come in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lane {
    /// Quick reads.
    Control,
    /// Reads that make a broker search its disks: offsets by timestamp, log directories.
    Slow,
    /// Reads that may wait for data.
    Fetch,
}

/// The connections of one client.
pub(super) struct Pool {
    dial: Arc<dyn Dial>,
    config: Config,
    counters: Arc<Counters>,
    slots: Mutex<BTreeMap<(Endpoint, Lane), Arc<Slot>>>,
    jitter: Mutex<u64>,
}

/// A place for one connection.
#[derive(Default)]
struct Slot {
    /// Held while dialing: who comes meanwhile waits for the same result.
    dialing: tokio::sync::Mutex<Rest>,
    conn: Mutex<Option<Arc<Conn>>>,
}

/// After failures in a row: no new dial before `until`, the last error instead.
#[derive(Default)]
struct Rest {
    failures: u32,
    until: Option<(Instant, Error)>,
}

impl Slot {
    fn usable(&self) -> Option<Arc<Conn>> {
        let mut conn = self.conn.lock().unwrap_or_else(PoisonError::into_inner);
        if conn.as_ref().is_some_and(|conn| !conn.is_usable()) {
            *conn = None;
        }
        conn.clone()
    }
}

impl Pool {
    pub(super) fn new(dial: Arc<dyn Dial>, config: Config) -> Self {
        let jitter = Mutex::new(config.jitter_seed);
        Self {
            dial,
            config,
            counters: Arc::default(),
            slots: Mutex::default(),
            jitter,
        }
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    pub(super) fn counters(&self) -> &Counters {
        &self.counters
    }

    /// A connection to that address, opened if need be.
    pub(super) async fn get(
        &self,
        to: &Endpoint,
        lane: Lane,
        deadline: Deadline,
    ) -> Result<Arc<Conn>> {
        let slot = self.slot(to, lane);
        if let Some(conn) = slot.usable() {
            return Ok(conn);
        }
        let waited = timeout_at(deadline.at, slot.dialing.lock()).await;
        let mut rest = waited.map_err(|_elapsed| Error::Timeout {
            server: to.to_string(),
            api: Api(18),
            after: deadline.after,
        })?;
        // Someone else may have dialed, or failed to, while this call waited.
        if let Some(conn) = slot.usable() {
            return Ok(conn);
        }
        if let Some((until, why)) = &rest.until
            && Instant::now() < *until
        {
            return Err(why.clone());
        }
        let limit = deadline.and_within(self.config.connect_timeout);
        match Conn::open(&*self.dial, to, &self.config, &self.counters, limit).await {
            Ok(conn) => {
                let conn = Arc::new(conn);
                *rest = Rest::default();
                let mut place = slot.conn.lock().unwrap_or_else(PoisonError::into_inner);
                *place = Some(Arc::clone(&conn));
                Ok(conn)
            }
            Err(why) => {
                rest.failures = rest.failures.saturating_add(1);
                let pause = backoff::pause(rest.failures, self.roll());
                rest.until = Some((Instant::now() + pause, why.clone()));
                Err(why)
            }
        }
    }

    /// The usable connection to that address that is open already, if any.
    pub(super) fn open(&self, to: &Endpoint, lane: Lane) -> Option<Arc<Conn>> {
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.get(&(to.clone(), lane))?.usable()
    }

    /// Lets go of connections to addresses that are neither in `brokers` nor, where `bootstrap` says so, bootstrap
    /// addresses. Calls that still wait on one are answered.
    pub(super) fn keep(&self, brokers: &[Endpoint], bootstrap: bool) {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.retain(|(to, _), _| brokers.contains(to) || (bootstrap && to.node_id.is_none()));
    }

    fn slot(&self, to: &Endpoint, lane: Lane) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry((to.clone(), lane)).or_default())
    }

    fn roll(&self) -> f64 {
        backoff::roll(&mut self.jitter.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
