//! The brokers, and what they carry.

use crate::model::{Broker, BrokerId, SECOND, Time};

/// How long the controller waits for a broker's heartbeat before it fences it.
const SESSION: i64 = 6 * SECOND;

#[derive(Clone, Debug)]
pub(super) struct Server {
    pub row: Broker,
    /// Since when its process has not run.
    pub down_since: Option<Time>,
    /// The controller has taken it out of the cluster.
    pub fenced: bool,
    /// Its disk is slow: followers cannot keep up with it.
    pub slow: bool,
    /// Runs, but answers nobody in time.
    pub silent: bool,
    /// Records and bytes since the start.
    pub records_in: i64,
    pub bytes_in: i64,
    pub bytes_out: i64,
    /// The counters at the last scrape.
    pub scraped: (i64, i64, i64),
}

impl Server {
    pub(super) fn new(row: Broker) -> Self {
        Server {
            row,
            down_since: None,
            fenced: false,
            slow: false,
            silent: false,
            records_in: 0,
            bytes_in: 0,
            bytes_out: 0,
            scraped: (0, 0, 0),
        }
    }

    pub(super) fn id(&self) -> BrokerId {
        self.row.id
    }

    /// Runs, and is a part of the cluster.
    pub(super) fn lives(&self) -> bool {
        self.down_since.is_none() && !self.fenced
    }

    /// Answers its clients in time, of which we are one.
    pub(super) fn serves(&self) -> bool {
        self.lives() && !self.silent
    }

    /// Takes note of whether its process runs; true when the controller fences or unfences it.
    pub(super) fn observe(&mut self, runs: bool, now: Time) -> bool {
        if runs {
            self.down_since = None;
            return std::mem::replace(&mut self.fenced, false);
        }
        let since = *self.down_since.get_or_insert(now);
        let late = now.since(since) >= SESSION;
        late && !std::mem::replace(&mut self.fenced, true)
    }
}

/// The broker of an id, which is its place.
pub(super) fn server(servers: &[Server], id: BrokerId) -> Option<&Server> {
    servers.get(usize::try_from(id.0).ok()?)
}

pub(super) fn server_mut(servers: &mut [Server], id: BrokerId) -> Option<&mut Server> {
    servers.get_mut(usize::try_from(id.0).ok()?)
}
