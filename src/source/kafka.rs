//! The collector of one Kafka cluster.
//!
//! A round is one refresh of all lags: Metadata, then per broker ListGroups, OffsetFetch and ListOffsets, in that order
//! (commits before ends, so that a lag below 0 is never the order's fault). What changes seldom is asked apart.

mod map;
mod round;
mod seldom;
mod stamps;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use tokio::sync::watch;

use crate::{
    app::Interest,
    model::{BrokerId, HealthReport, PartitionId, Source, Stamp, State, Time, Update},
    net::{
        discover::Unfound,
        kafka::{Client, Error},
        reach::Way,
    },
};

use super::{
    clock,
    feed::{Closed, Feed},
    kube,
    poll::{self, Cadence, Outcome},
};

use round::Round;

/// What is kept from round to round.
struct Collector {
    client: Arc<Client>,
    way: Way,
    feed: Feed,
    interest: watch::Receiver<Interest>,
    every: Duration,
    /// Everything is wanted whether it is on screen or not: a report that is made once.
    everything: bool,
    controller: Option<BrokerId>,
    /// When each of the seldom things was asked last.
    asked: BTreeMap<Source, Time>,
    /// Of each group: its state when it was described, and when that was.
    described: BTreeMap<Arc<str>, (Arc<str>, Time)>,
    /// Topics whose settings are known.
    configured: BTreeSet<Arc<str>>,
    log_dirs_looked_at: bool,
    /// What was found when timestamps were looked up last: the next search begins there.
    stamps: Vec<Stamp>,
    /// Where timestamps were looked up last, found or not.
    sought: BTreeSet<(PartitionId, i64)>,
    stamped: Option<Time>,
}

impl Collector {
    fn new(
        client: Arc<Client>,
        way: Way,
        feed: Feed,
        interest: watch::Receiver<Interest>,
        every: Duration,
        everything: bool,
    ) -> Self {
        Collector {
            client,
            way,
            feed,
            interest,
            every,
            everything,
            controller: None,
            asked: BTreeMap::new(),
            described: BTreeMap::new(),
            configured: BTreeSet::new(),
            log_dirs_looked_at: false,
            stamps: Vec::new(),
            sought: BTreeSet::new(),
            stamped: None,
        }
    }

    /// The longest that one request may take. A broker that hangs costs a round this once, and is then left out of it.
    fn deadline(&self) -> Duration {
        self.every
            .clamp(Duration::from_secs(2), Duration::from_secs(4))
    }

    /// One refresh of everything that is due.
    pub(super) async fn refresh(&mut self) -> Result<Outcome, Closed> {
        let round = self.round().await?;
        if round.outcome == Outcome::Fine || !round.failed.is_empty() {
            self.seldom(&round).await?;
        }
        Ok(round.outcome)
    }

    /// Whether one of the seldom things is due, and notes that it is asked now.
    fn due(&mut self, source: Source, every: Duration) -> bool {
        let now = clock::now();
        let millis = i64::try_from(every.as_millis()).unwrap_or(i64::MAX);
        let due = self
            .asked
            .get(&source)
            .is_none_or(|asked| now.since(*asked) >= millis);
        if due {
            self.asked.insert(source, now);
        }
        due
    }

    async fn send(&self, update: Update) -> Result<(), Closed> {
        self.feed.send(update).await
    }

    /// Reports on a source, with the requests that belong to it.
    async fn report(
        &self,
        source: Source,
        every: Duration,
        fault: Option<(State, String)>,
    ) -> Result<(), Closed> {
        let (state, why) = match fault {
            Some((state, why)) => (state, Some(why.into())),
            None if source == Source::Metadata => (State::Live, self.way.told().map(Into::into)),
            None => (State::Live, None),
        };
        let traffic = self.client.traffic();
        let requests = traffic
            .requests
            .iter()
            .filter(|(api, _)| map::source_of(**api) == Some(source));
        self.feed
            .report(HealthReport {
                why,
                every: i64::try_from(every.as_millis()).ok(),
                requests: (source != Source::LogStart)
                    .then(|| requests.map(|(_, count)| *count).sum()),
                ..HealthReport::new(source, state)
            })
            .await
    }
}

/// Polls a cluster until nobody listens any more; one that is to be found is looked for first, round by round.
pub(super) async fn follow(
    way: Way,
    feed: Feed,
    interest: watch::Receiver<Interest>,
    refreshes: watch::Receiver<u64>,
    cadence: Cadence,
    everything: bool,
) {
    let place = Arc::new(tokio::sync::Mutex::new(None));
    poll::run(&cadence, refreshes, |_| {
        let every = cadence.every();
        let (place, way, feed) = (Arc::clone(&place), way.clone(), feed.clone());
        let interest = interest.clone();
        async move {
            let mut place = place.lock().await;
            if place.is_none() {
                match way.client().await {
                    Ok(client) => {
                        *place = Some(Collector::new(
                            client, way, feed, interest, every, everything,
                        ));
                    }
                    Err(why) => return unfound(&feed, every, &why).await,
                }
            }
            match place.as_mut() {
                Some(collector) => {
                    collector.every = every;
                    collector.refresh().await
                }
                None => Ok(Outcome::Failed),
            }
        }
    })
    .await;
}

/// Says of the sources without which there are no others why there is no cluster.
async fn unfound(feed: &Feed, every: Duration, why: &Unfound) -> Result<Outcome, Closed> {
    let (state, outcome) = match why {
        Unfound::Kube(error) => (kube::state_of(error), kube::outcome_of(error)),
        Unfound::None(_) => (State::Missing, Outcome::Refused),
        Unfound::Login(_) => (State::Unauthorized, Outcome::Refused),
        Unfound::Tls(_) => (State::Unreachable, Outcome::Refused),
    };
    for source in [Source::Metadata, Source::Lag] {
        let report = HealthReport {
            every: i64::try_from(every.as_millis()).ok(),
            ..HealthReport::new(source, state.clone()).because(why.to_string())
        };
        feed.report(report).await?;
    }
    Ok(outcome)
}

/// What a failed call means for the source that made it.
fn fault(error: &Error) -> (State, Outcome) {
    match error {
        Error::Auth { .. } => (State::Unauthorized, Outcome::Refused),
        Error::Authorization { api, resource, .. } => (
            State::Forbidden {
                verb: api.to_string().into(),
                resource: resource.as_str().into(),
            },
            Outcome::Refused,
        ),
        Error::Denied { verb, resource, .. } => (
            State::Forbidden {
                verb: verb.as_str().into(),
                resource: resource.as_str().into(),
            },
            Outcome::Refused,
        ),
        Error::Throttled { .. } => (State::Throttled, Outcome::Failed),
        Error::Version { .. } => (State::Missing, Outcome::Refused),
        Error::Tls { .. }
        | Error::Unreachable { .. }
        | Error::Protocol { .. }
        | Error::Timeout { .. }
        | Error::Closed { .. }
        | Error::UnknownBroker { .. }
        | Error::NoBootstrap => (State::Unreachable, Outcome::Failed),
        Error::Codec { .. } | Error::Broker { .. } => (State::Stale, Outcome::Failed),
    }
}
