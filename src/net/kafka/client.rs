//! One cluster: where calls go, and what they cost.
#![expect(
    clippy::disallowed_methods,
    reason = "deadlines are measured on tokio's clock"
)]
use std::{
    collections::BTreeMap,
    future::Future,
    sync::{Arc, PoisonError, RwLock, atomic::Ordering::Relaxed},
    time::Duration,
};

use futures::future::join_all;
use tokio::time::Instant;
use uuid::Uuid;

use super::{
    Api, Code, Config, Dial, Endpoint, Error, Metadata, PerBroker, Result, Traffic,
    conn::Deadline,
    pool::{Lane, Pool},
    wire::ask::Ask,
};

/// Groups by the id of the broker that listed them, which is their coordinator.
pub type ByCoordinator = BTreeMap<i32, Vec<Arc<str>>>;

/// A cluster and the connections to it. Share it behind an `Arc`; all calls take `&self`, and dropping a call is safe.
pub struct Client {
    pool: Pool,
    metadata: RwLock<Option<Arc<Metadata>>>,
}

/// An answer and who gave it.
pub(super) struct Answered<T> {
    pub(super) server: String,
    pub(super) version: i16,
    pub(super) answer: T,
}

impl Client {
    /// Opens nothing yet.
    pub fn new(dial: Arc<dyn Dial>, config: Config) -> Self {
        Self {
            pool: Pool::new(dial, config),
            metadata: RwLock::default(),
        }
    }

    /// The configuration it was made with.
    pub fn config(&self) -> &Config {
        self.pool.config()
    }

    /// The metadata of the last call that asked for all topics.
    pub fn last_metadata(&self) -> Option<Arc<Metadata>> {
        self.metadata
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Totals since the client was made.
    pub fn traffic(&self) -> Traffic {
        let unchecked = self
            .config()
            .tls
            .as_ref()
            .is_some_and(|tls| !tls.checks_host_name);
        self.pool.counters().traffic(Instant::now(), unchecked)
    }

    /// Requests written, by kind.
    pub fn requests(&self) -> BTreeMap<Api, u64> {
        self.traffic().requests
    }

    /// Takes new metadata as the address book. Connections to brokers that left or moved are let go; those to
    /// bootstrap addresses too, once a broker's own connection can take their place.
    pub(super) fn learn(&self, metadata: &Arc<Metadata>) {
        let brokers = endpoints(metadata);
        let open = brokers
            .iter()
            .any(|to| self.pool.open(to, Lane::Control).is_some());
        self.pool.keep(&brokers, !open);
        let mut known = self
            .metadata
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *known = Some(Arc::clone(metadata));
    }

    fn endpoint(&self, id: i32) -> Result<Endpoint> {
        let unknown = |why: &str| Error::UnknownBroker {
            id,
            why: why.to_owned(),
        };
        let known = self
            .last_metadata()
            .ok_or_else(|| unknown("ask for the metadata first"))?;
        let found = endpoints(&known)
            .into_iter()
            .find(|to| to.node_id == Some(id));
        found.ok_or_else(|| unknown("the last metadata does not list it: it is down or gone"))
    }

    /// Asks one broker.
    pub(super) async fn ask<A: Ask>(
        &self,
        broker: i32,
        lane: Lane,
        deadline: Deadline,
        build: impl FnOnce(i16) -> A,
    ) -> Result<Answered<A::Answer>> {
        self.ask_up_to(i16::MAX, broker, lane, deadline, build)
            .await
    }

    /// Asks one broker in no higher version than `cap`.
    pub(super) async fn ask_up_to<A: Ask>(
        &self,
        cap: i16,
        broker: i32,
        lane: Lane,
        deadline: Deadline,
        build: impl FnOnce(i16) -> A,
    ) -> Result<Answered<A::Answer>> {
        let asked = async {
            let to = self.endpoint(broker)?;
            let conn = self.pool.get(&to, lane, deadline).await?;
            let (version, answer) = conn.call_up_to(cap, deadline, build).await?;
            Ok(Answered {
                server: to.to_string(),
                version,
                answer,
            })
        };
        self.count(asked.await)
    }

    /// The version in which a broker will be asked.
    pub(super) async fn version_at<A: Ask>(&self, broker: i32, deadline: Deadline) -> Result<i16> {
        let version = async {
            let to = self.endpoint(broker)?;
            self.pool
                .get(&to, Lane::Control, deadline)
                .await?
                .version::<A>()
        };
        self.count(version.await)
    }

    /// Asks whichever broker answers: open connections first, the least busy before the others; then the bootstrap
    /// addresses in order; then the known brokers. A candidate that hangs gets half of the time that is left.
    pub(super) async fn ask_any<A: Ask>(
        &self,
        deadline: Deadline,
        build: impl Fn(i16) -> A,
    ) -> Result<Answered<A::Answer>> {
        let candidates = self.candidates();
        let mut failure = Error::NoBootstrap;
        for (at, to) in candidates.iter().enumerate() {
            let left = deadline.at.saturating_duration_since(Instant::now());
            let share = if at + 1 < candidates.len() {
                left / 2
            } else {
                left
            };
            let limit = deadline.and_within(share);
            let asked = async {
                let conn = self.pool.get(to, Lane::Control, limit).await?;
                let (version, answer) = conn.call(limit, &build).await?;
                Ok(Answered {
                    server: to.to_string(),
                    version,
                    answer,
                })
            };
            let asked: Result<_> = asked.await;
            match asked {
                Err(why) if !why.is_answer() && !matches!(why, Error::Auth { .. }) => {
                    // Of several failures the most telling one is shown: anything before "cannot connect".
                    if matches!(failure, Error::NoBootstrap | Error::Unreachable { .. }) {
                        failure = why;
                    }
                }
                done => return self.count(done),
            }
            if Instant::now() >= deadline.at {
                break;
            }
        }
        self.count(Err(failure))
    }

    fn candidates(&self) -> Vec<Endpoint> {
        let known = self
            .last_metadata()
            .map(|known| endpoints(&known))
            .unwrap_or_default();
        let bootstrap = &self.config().bootstrap;
        let busy = |to: &Endpoint| self.pool.open(to, Lane::Control).map(|conn| conn.waiting());
        let open = known
            .iter()
            .chain(bootstrap)
            .filter_map(|to| Some((busy(to)?, to)));
        let mut open: Vec<_> = open.collect();
        open.sort_by_key(|(waiting, _)| *waiting);
        let mut candidates: Vec<Endpoint> = open.into_iter().map(|(_, to)| to.clone()).collect();
        for to in bootstrap.iter().chain(&known) {
            if !candidates.contains(to) {
                candidates.push(to.clone());
            }
        }
        candidates
    }

    fn count<T>(&self, result: Result<T>) -> Result<T> {
        if result.as_ref().is_err_and(|why| !why.is_answer()) {
            self.pool.counters().errors.fetch_add(1, Relaxed);
        }
        result
    }

    /// Ids of the brokers in the last metadata.
    pub(super) fn broker_ids(&self) -> Vec<i32> {
        let known = self.last_metadata();
        known
            .map(|known| known.brokers.iter().map(|broker| broker.id).collect())
            .unwrap_or_default()
    }

    pub(super) fn names(&self) -> Names {
        Names(self.last_metadata())
    }
}

/// Does the same for many brokers at once; one that fails does not fail the others.
pub(super) async fn each<K, T, F>(
    brokers: impl IntoIterator<Item = (i32, K)>,
    run: impl Fn(i32, K) -> F,
) -> PerBroker<T>
where
    F: Future<Output = Result<T>>,
{
    let runs = brokers.into_iter().map(|(id, input)| {
        let answer = run(id, input);
        async move { (id, answer.await) }
    });
    join_all(runs).await.into_iter().collect()
}

/// An error code that stands for the whole answer.
pub(super) fn check(
    code: i16,
    server: &str,
    api: Api,
    resource: &str,
    message: Option<&str>,
) -> Result<()> {
    let Some(code) = Code::of(code) else {
        return Ok(());
    };
    let server = server.to_owned();
    Err(if code.is_authorization() {
        Error::Authorization {
            server,
            api,
            code,
            resource: resource.to_owned(),
        }
    } else {
        let message = message.filter(|text| !text.is_empty()).map(str::to_owned);
        Error::Broker {
            server,
            api,
            code,
            message,
        }
    })
}

fn endpoints(metadata: &Metadata) -> Vec<Endpoint> {
    let brokers = metadata.brokers.iter();
    let endpoint = |broker: &super::Broker| Endpoint {
        node_id: Some(broker.id),
        host: broker.host.as_ref().to_owned(),
        port: broker.port,
    };
    brokers.map(endpoint).collect()
}

/// Topic names, shared with the metadata where it has them, so that a name is stored once.
pub(super) struct Names(Option<Arc<Metadata>>);

impl Names {
    pub(super) fn of(&self, name: &str) -> Arc<str> {
        let known = self.0.as_ref().and_then(|known| known.topic(name));
        known.map_or_else(|| name.into(), |topic| Arc::clone(&topic.name))
    }

    /// Where a broker gives only the id.
    pub(super) fn of_id(&self, name: &str, id: Uuid) -> Arc<str> {
        if !name.is_empty() {
            return self.of(name);
        }
        let topics = self.0.iter().flat_map(|known| &known.topics);
        let known = topics.into_iter().find(|topic| topic.id == Some(id));
        known.map_or_else(|| id.to_string().into(), |topic| Arc::clone(&topic.name))
    }
}

pub(super) fn within(after: Duration) -> Deadline {
    Deadline::within(after)
}
