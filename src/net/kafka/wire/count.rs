//! Counters over all connections of one client.
use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use tokio::time::Instant;

use super::super::types::{Api, Traffic};

/// Totals since the client was made.
#[derive(Debug, Default)]
pub(in super::super) struct Counters {
    requests: Mutex<BTreeMap<Api, u64>>,
    held_until: Mutex<Option<Instant>>,
    pub(in super::super) errors: AtomicU64,
    pub(in super::super) bytes_in: AtomicU64,
    pub(in super::super) bytes_out: AtomicU64,
    pub(in super::super) connections: AtomicU64,
    throttled_ms: AtomicU64,
}

impl Counters {
    pub(in super::super) fn request(&self, api: Api) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        *requests.entry(api).or_default() += 1;
    }

    pub(in super::super) fn throttle(&self, ms: u64, until: Instant) {
        self.throttled_ms.fetch_add(ms, Relaxed);
        let mut held = self
            .held_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *held = Some(held.map_or(until, |held| held.max(until)));
    }

    pub(in super::super) fn traffic(&self, now: Instant, names_unchecked: bool) -> Traffic {
        let held = *self
            .held_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Traffic {
            requests: self
                .requests
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
            errors: self.errors.load(Relaxed),
            bytes_in: self.bytes_in.load(Relaxed),
            bytes_out: self.bytes_out.load(Relaxed),
            connections: self.connections.load(Relaxed),
            throttled_ms: self.throttled_ms.load(Relaxed),
            throttled: held.is_some_and(|until| until > now),
            host_names_unchecked: names_unchecked,
        }
    }
}
