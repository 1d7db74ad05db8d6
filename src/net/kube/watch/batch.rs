//! An open watch, read in batches: what comes within a tenth of a second is one change.
use std::{collections::BTreeMap, time::Duration};

use kube::client::Body as Stream;
use serde::Deserialize;
use tokio::time::{Instant, timeout_at};

use super::lines::{Broken, Lines};
use crate::net::kube::{
    client::Status,
    intern::Interner,
    rows::{Key, Object, Row},
    slim::Meta,
};

/// Changes of this long are told together.
const WINDOW: Duration = Duration::from_millis(100);
/// Servers that send bookmarks send one a minute; silence for longer than this is a dead connection.
const SILENCE: Duration = Duration::from_secs(150);
/// Beyond its own length a watch is waited for this long.
const GRACE: Duration = Duration::from_secs(15);

/// An open watch.
pub(super) struct Open {
    lines: Lines,
    /// Where it resumes.
    pub(super) version: String,
    opened: Instant,
    /// The server ends it after this long.
    length: Duration,
    bookmarked: bool,
    /// Something came.
    pub(super) heard: bool,
}

/// What came together.
pub(super) struct Batch<R> {
    /// The last of each key: a row, or that it is gone.
    pub(super) changes: BTreeMap<Key, Option<R>>,
    /// A bookmark was among it.
    pub(super) bookmarked: bool,
    /// The watch is over.
    pub(super) end: Option<End>,
}

/// How a watch ended.
pub(super) enum End {
    Closed,
    Broken(Broken),
    Silent(Duration),
    Refused(Status),
    Undecodable(serde_json::Error),
}

#[derive(Deserialize)]
struct Head {
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Body<O> {
    object: O,
}

#[derive(Deserialize)]
struct Bare {
    metadata: Meta,
}

impl Open {
    pub(super) fn new(body: Stream, version: String, length: Duration) -> Self {
        let lines = Lines::new(body);
        Self {
            lines,
            version,
            opened: now(),
            length,
            bookmarked: false,
            heard: false,
        }
    }

    pub(super) fn age(&self) -> Duration {
        now() - self.opened
    }

    /// Waits for something to tell, then takes what comes within the window.
    pub(super) async fn read<R: Row>(&mut self, kind: &str, interner: &mut Interner) -> Batch<R> {
        let mut batch = Batch {
            changes: BTreeMap::new(),
            bookmarked: false,
            end: None,
        };
        let silence = if self.bookmarked {
            SILENCE
        } else {
            self.length + GRACE
        };
        let mut until = now() + silence;
        while batch.end.is_none() {
            let line = match timeout_at(until, self.lines.next()).await {
                Ok(Ok(Some(line))) => line,
                Ok(Ok(None)) => return batch.ended(End::Closed),
                Ok(Err(broken)) => return batch.ended(End::Broken(broken)),
                Err(_elapsed) if batch.is_empty() => return batch.ended(End::Silent(silence)),
                Err(_elapsed) => return batch,
            };
            self.heard = true;
            let first = batch.is_empty();
            if let Err(why) = self.take(&line, kind, interner, &mut batch) {
                return batch.ended(End::Undecodable(why));
            }
            if first && !batch.is_empty() {
                until = now() + WINDOW;
            }
        }
        batch
    }

    fn take<R: Row>(
        &mut self,
        line: &[u8],
        kind: &str,
        interner: &mut Interner,
        batch: &mut Batch<R>,
    ) -> Result<(), serde_json::Error> {
        let head: Head = serde_json::from_slice(line)?;
        match head.kind.as_str() {
            "ADDED" | "MODIFIED" => {
                let object = serde_json::from_slice::<Body<R::Object>>(line)?.object;
                self.version.clone_from(&object.meta().resource_version);
                let row = R::from_object(kind, object, interner);
                batch.changes.insert(row.key(), Some(row));
            }
            "DELETED" => {
                let bare = serde_json::from_slice::<Body<Bare>>(line)?.object.metadata;
                batch.changes.insert(bare.key(interner), None);
                self.version = bare.resource_version;
            }
            "BOOKMARK" => {
                let bare = serde_json::from_slice::<Body<Bare>>(line)?.object.metadata;
                self.version = bare.resource_version;
                self.bookmarked = true;
                batch.bookmarked = true;
            }
            "ERROR" => {
                let status = serde_json::from_slice::<Body<Status>>(line)?.object;
                batch.end = Some(End::Refused(status));
            }
            _ => {}
        }
        Ok(())
    }
}

impl<R> Batch<R> {
    fn is_empty(&self) -> bool {
        self.changes.is_empty() && !self.bookmarked
    }

    fn ended(mut self, end: End) -> Self {
        self.end = Some(end);
        self
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a watch measures its own silence"
)]
fn now() -> Instant {
    Instant::now()
}
