//! The states of a watch, and what leads from one to the next.
use std::{
    collections::{BTreeSet, VecDeque},
    mem,
    time::Duration,
};

use tokio::{sync::watch, time::sleep};

use super::{
    WatchEvent, WatchSpec,
    batch::{End, Open},
    lines::Broken,
};
use crate::net::kube::{
    client::{Ask, Client, from_status},
    error::{Error, ErrorKind},
    intern::Interner,
    pace::Backoff,
    resource::Scope,
    rows::{Key, Row},
    slim::List,
};

const PAGE: &str = "500";
/// The server ends a watch after this long, less a random part, so that watches do not all return at once.
const WATCH_LENGTH: Duration = Duration::from_secs(300);
/// Retry of what only an administrator can mend.
const SLOW_RETRY: Duration = Duration::from_secs(60);
/// A server that has just started refuses everybody until it has read its roles: what was allowed is asked for again this often
/// before the refusal is believed.
const DOUBTED_REFUSALS: u32 = 4;
/// A watch that ends sooner was cut by something in between: it is not reopened at full speed.
const SHORT_WATCH: Duration = Duration::from_secs(5);

enum Phase {
    Begin,
    Listing {
        token: String,
        seen: BTreeSet<Key>,
    },
    Resuming {
        version: String,
    },
    /// One namespace is watched because all were forbidden: are they still?
    Widening {
        version: String,
    },
    Open(Box<Open>),
    Waiting {
        wait: Duration,
        then: Box<Phase>,
    },
}

pub(super) struct Machine<R> {
    client: Client,
    spec: WatchSpec,
    scope: Scope,
    phase: Phase,
    events: VecDeque<WatchEvent<R>>,
    known: BTreeSet<Key>,
    interner: Interner,
    backoff: Backoff,
    retries: watch::Receiver<u64>,
    /// The first list is bounded by itself, and takes no tokens.
    synced: bool,
    /// Refusals since something was last allowed.
    refusals: u32,
    /// After a 410 the server's cache is not asked: it might be older than what we saw.
    quorum: bool,
}

impl<R: Row> Machine<R> {
    pub(super) fn new(client: Client, spec: WatchSpec) -> Self {
        let words = format!(
            "{}/{:?}/{:?}",
            spec.resource.qualified(),
            spec.scope,
            spec.fields
        );
        let seed = words
            .bytes()
            .fold(0_u64, |seed, byte| seed.wrapping_mul(31) + u64::from(byte));
        Self {
            retries: client.retries(),
            client,
            scope: spec.scope.clone(),
            spec,
            phase: Phase::Begin,
            events: VecDeque::new(),
            known: BTreeSet::new(),
            interner: Interner::default(),
            backoff: Backoff::new(seed),
            synced: false,
            refusals: 0,
            quorum: false,
        }
    }

    pub(super) async fn next_event(&mut self) -> WatchEvent<R> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return event;
            }
            self.step().await;
        }
    }

    /// One step: what the phase calls for, and the phase that follows.
    async fn step(&mut self) {
        self.phase = match mem::replace(&mut self.phase, Phase::Begin) {
            Phase::Begin => {
                self.events.push_back(WatchEvent::Begin {
                    scope: self.scope.clone(),
                });
                Phase::Listing {
                    token: String::new(),
                    seen: BTreeSet::new(),
                }
            }
            Phase::Listing { token, seen } => self.list(token, seen).await,
            Phase::Resuming { version } => self.open(version).await,
            Phase::Widening { version } => self.widen(version).await,
            Phase::Open(open) => self.read(open).await,
            Phase::Waiting { wait, then } => {
                tokio::select! {
                    () = sleep(wait) => {}
                    _ = self.retries.changed() => {}
                }
                *then
            }
        };
    }

    fn selectors(&self) -> [(&'static str, &str); 2] {
        [
            (
                "fieldSelector",
                self.spec.fields.as_deref().unwrap_or_default(),
            ),
            (
                "labelSelector",
                self.spec.labels.as_deref().unwrap_or_default(),
            ),
        ]
    }

    async fn list(&mut self, token: String, mut seen: BTreeSet<Key>) -> Phase {
        let [fields, labels] = self.selectors();
        let ask = if self.spec.from_cache && !self.quorum {
            let cached = [
                ("resourceVersion", "0"),
                ("resourceVersionMatch", "NotOlderThan"),
            ];
            Ask::list(
                &self.spec.resource,
                &self.scope,
                &[fields, labels, cached[0], cached[1]],
            )
        } else {
            let page = [("limit", PAGE), ("continue", token.as_str())];
            Ask::list(
                &self.spec.resource,
                &self.scope,
                &[fields, labels, page[0], page[1]],
            )
        };
        let ask = if self.synced { ask } else { ask.free() };
        let page: List<R::Object> = match self.client.get_json(&ask).await {
            Ok(page) => page,
            Err(error) => return self.list_failed(error, token, seen),
        };
        let rows: Vec<R> = page
            .items
            .into_iter()
            .map(|object| R::from_object(self.spec.resource.kind, object, &mut self.interner))
            .collect();
        seen.extend(rows.iter().map(Row::key));
        // What a broken-off list has shown is known too, and must be told when it is gone.
        self.known.extend(rows.iter().map(Row::key));
        self.events.push_back(WatchEvent::Page {
            rows,
            remaining: page.metadata.remaining_item_count,
        });
        if !page.metadata.continue_token.is_empty() {
            return Phase::Listing {
                token: page.metadata.continue_token,
                seen,
            };
        }
        let gone = self.known.difference(&seen).cloned().collect();
        self.known = seen;
        self.synced = true;
        self.quorum = false;
        self.events.push_back(WatchEvent::Listed { gone });
        Phase::Resuming {
            version: page.metadata.resource_version,
        }
    }

    fn list_failed(&mut self, error: Error, token: String, seen: BTreeSet<Key>) -> Phase {
        if self.is_refused(&error)
            && self.scope == Scope::All
            && self.spec.resource.namespaced
            && let Some(namespace) = self.spec.fallback.clone()
        {
            self.scope = Scope::Namespace(namespace.clone());
            self.events
                .push_back(WatchEvent::Narrowed { namespace, error });
            return Phase::Begin;
        }
        self.fail(error, Phase::Listing { token, seen })
    }

    async fn open(&mut self, version: String) -> Phase {
        let length = self.backoff.jitter(WATCH_LENGTH);
        let [fields, labels] = self.selectors();
        let seconds = length.as_secs().to_string();
        let ask = self.watch_ask(&[
            fields,
            labels,
            ("watch", "true"),
            ("allowWatchBookmarks", "true"),
            ("resourceVersion", &version),
            ("timeoutSeconds", &seconds),
        ]);
        match self.client.open(&ask).await {
            Ok(body) => {
                self.refusals = 0;
                self.events.push_back(WatchEvent::Alive);
                Phase::Open(Box::new(Open::new(body, version, length)))
            }
            // Allowed to list but not to watch: listing again is then the retry.
            Err(error) if self.is_refused(&error) => self.fail(error, Phase::Begin),
            Err(error) => self.fail(error, Phase::Resuming { version }),
        }
    }

    /// A refusal that is believed. The count of doubted ones is kept by [`Self::fail`].
    fn is_refused(&self, error: &Error) -> bool {
        let believed = !self.synced || self.refusals >= DOUBTED_REFUSALS;
        matches!(error.kind, ErrorKind::Forbidden { .. }) && believed
    }

    /// A right that was given meanwhile is noticed when a watch has run its length.
    async fn widen(&mut self, version: String) -> Phase {
        let ask = Ask::list(&self.spec.resource, &self.spec.scope, &[("limit", "1")]);
        if self.client.get(&ask).await.is_err() {
            return Phase::Resuming { version };
        }
        self.scope = self.spec.scope.clone();
        Phase::Begin
    }

    fn watch_ask(&self, query: &[(&str, &str)]) -> Ask {
        let ask = Ask::watch(&self.spec.resource, &self.scope, query);
        // The token of the first list was not taken; neither is that of the watch which belongs to it.
        if self.known.is_empty() || !self.synced {
            ask.free()
        } else {
            ask
        }
    }

    async fn read(&mut self, mut open: Box<Open>) -> Phase {
        let batch = open
            .read::<R>(self.spec.resource.kind, &mut self.interner)
            .await;
        if batch.bookmarked {
            self.backoff.reset();
            self.events.push_back(WatchEvent::Alive);
        }
        if !batch.changes.is_empty() {
            self.backoff.reset();
            let mut set = Vec::new();
            let mut gone = Vec::new();
            for (key, row) in batch.changes {
                if let Some(row) = row {
                    self.known.insert(key);
                    set.push(row);
                } else {
                    self.known.remove(&key);
                    gone.push(key);
                }
            }
            self.events.push_back(WatchEvent::Changed { set, gone });
        }
        match batch.end {
            None => Phase::Open(open),
            Some(end) => self.ended(end, *open),
        }
    }

    fn ended(&mut self, end: End, open: Open) -> Phase {
        let lasted = open.age() >= SHORT_WATCH;
        if lasted {
            self.backoff.reset();
        }
        let then = Phase::Resuming {
            version: open.version,
        };
        let ask = self.watch_ask(&[]);
        let error = |kind, why: String| Error {
            kind,
            server: self.client.server().into(),
            request: ask.words().into(),
            why: why.into(),
            remedy: "".into(),
        };
        let error = match end {
            End::Closed | End::Broken(Broken::Connection(_)) if open.heard => None,
            End::Closed if lasted => return self.reopen(then),
            End::Closed => Some(error(ErrorKind::Unreachable, "it ended at once".into())),
            End::Broken(Broken::Connection(why)) => Some(error(
                ErrorKind::Unreachable,
                format!("it broke off: {why}"),
            )),
            End::Broken(Broken::TooLong) => Some(error(
                ErrorKind::Decode,
                "a line of more than 16 MiB".into(),
            )),
            End::Silent(after) => {
                let why = format!("nothing was heard for {} s", after.as_secs());
                Some(error(ErrorKind::Timeout, why))
            }
            End::Undecodable(why) => Some(error(ErrorKind::Decode, why.to_string())),
            End::Refused(status) => Some(from_status(self.client.server(), &ask, &status)),
        };
        match error {
            Some(error) if error.kind == ErrorKind::Decode => self.fail(error, Phase::Begin),
            Some(error) => self.fail(error, then),
            None if lasted => self.reopen(then),
            None => Phase::Waiting {
                wait: self.backoff.next_wait(),
                then: Box::new(then),
            },
        }
    }

    fn reopen(&self, then: Phase) -> Phase {
        match then {
            Phase::Resuming { version } if self.scope != self.spec.scope => {
                Phase::Widening { version }
            }
            then => then,
        }
    }

    /// Tells the failure and waits. What has grown too old is not a failure: it begins again, soon.
    fn fail(&mut self, error: Error, then: Phase) -> Phase {
        let wait = match &error.kind {
            ErrorKind::Gone => {
                self.quorum = true;
                let wait = self.backoff.next_wait();
                return Phase::Waiting {
                    wait,
                    then: Box::new(Phase::Begin),
                };
            }
            ErrorKind::Forbidden { .. } if !self.is_refused(&error) => self.backoff.next_wait(),
            ErrorKind::Config
            | ErrorKind::Forbidden { .. }
            | ErrorKind::Missing
            | ErrorKind::Decode
            | ErrorKind::Refused
            | ErrorKind::Rejected { .. } => self.backoff.jitter(SLOW_RETRY),
            ErrorKind::Throttled { retry_after } => self
                .backoff
                .next_wait()
                .max(retry_after.unwrap_or_default()),
            ErrorKind::Unreachable
            | ErrorKind::Unauthorized
            | ErrorKind::Timeout
            | ErrorKind::Tls => self.backoff.next_wait(),
        };
        if matches!(error.kind, ErrorKind::Forbidden { .. }) {
            self.refusals += 1;
        }
        self.retries.mark_unchanged();
        self.events.push_back(WatchEvent::Failed {
            error,
            retry_in: wait,
        });
        Phase::Waiting {
            wait,
            then: Box::new(then),
        }
    }
}
