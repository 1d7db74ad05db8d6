//! The collector of one Prometheus: a probe of its dialect, one back-fill, then one union query a refresh.

mod charts;

pub(super) use charts::follow as follow_charts;

use std::{collections::BTreeMap, time::Duration};

use tokio::sync::watch;

use crate::{
    app::Interest,
    model::{BrokerId, HealthReport, PodId, Point, SeriesKey, Signal, Source, State, Time, Update},
    net::prometheus::{
        Answer, Client, Error, ErrorKind, Probe, Signal as Measured, Subject, dialect, query,
    },
};

use super::{
    clock,
    feed::{Closed, Feed},
    poll::{self, Cadence, Outcome},
};

fn state_of(error: &Error) -> (State, Outcome) {
    match error.kind {
        ErrorKind::Unauthorized => (State::Unauthorized, Outcome::Refused),
        ErrorKind::Forbidden => (
            State::Forbidden {
                verb: "get".into(),
                resource: error.request.as_str().into(),
            },
            Outcome::Refused,
        ),
        ErrorKind::Throttled { .. } => (State::Throttled, Outcome::Failed),
        ErrorKind::Missing => (State::Missing, Outcome::Refused),
        ErrorKind::Rejected | ErrorKind::Decode => (State::Stale, Outcome::Failed),
        ErrorKind::Config | ErrorKind::Unreachable | ErrorKind::Timeout | ErrorKind::Tls => {
            (State::Unreachable, Outcome::Failed)
        }
    }
}

/// The signal of the model, and what its unit is in the client's.
fn signal(of: Measured) -> Option<(Signal, f64)> {
    let same = |signal| (signal, 1.0);
    Some(match of {
        Measured::BytesIn => same(Signal::BytesInPerSecond),
        Measured::BytesOut => same(Signal::BytesOutPerSecond),
        Measured::MessagesIn => same(Signal::MessagesInPerSecond),
        Measured::ProduceP99 => same(Signal::ProduceMillisP99),
        Measured::FetchP99 => same(Signal::FetchMillisP99),
        Measured::Requests => same(Signal::RequestsPerSecond),
        Measured::UnderReplicated => same(Signal::UnderReplicated),
        Measured::HandlerIdle => same(Signal::HandlerIdle),
        Measured::GroupLag => same(Signal::GroupLag),
        Measured::GroupRate => same(Signal::CommittedPerSecond),
        Measured::PodCpu => (Signal::CpuMillicores, 1_000.0),
        Measured::PodMemory => same(Signal::MemoryBytes),
        Measured::PodThrottled => same(Signal::CpuThrottled),
        _ => return None,
    })
}

/// A broker's label is the name of its pod, which ends in the node id. Any other label names no broker for certain.
fn broker(label: &str) -> Option<BrokerId> {
    label.rsplit_once('-')?.1.parse().ok().map(BrokerId)
}

/// The samples that the model knows; a group's topics are added up.
pub(super) fn points(answer: &Answer) -> Vec<Point> {
    let mut series: BTreeMap<(SeriesKey, Signal), BTreeMap<Time, f64>> = BTreeMap::new();
    for point in &answer.points {
        let Some((signal, unit)) = signal(point.signal) else {
            continue;
        };
        let of = match &point.subject {
            Subject::Broker(label) => match broker(label) {
                Some(id) => SeriesKey::Broker(id),
                None => continue,
            },
            Subject::Pod { namespace, name } => SeriesKey::Pod(PodId {
                namespace: namespace.clone().into(),
                name: name.clone().into(),
            }),
            Subject::Group { group, .. } => SeriesKey::Group(group.clone().into()),
            Subject::Cluster => continue,
        };
        *series
            .entry((of, signal))
            .or_default()
            .entry(Time(point.t_ms))
            .or_default() += point.value * unit;
    }
    series
        .into_iter()
        .map(|((of, signal), samples)| Point {
            signal,
            of,
            samples: samples.into_iter().collect(),
        })
        .collect()
}

/// Milliseconds after which the server's metrics are looked through again.
const REPROBE: i64 = 300_000;

/// What was found out about the server.
struct Found {
    probe: Probe,
    /// An exporter that was down then may be there now: the probe is made again after a while.
    at: Time,
    /// The half hour before the start has been asked for.
    filled: bool,
}

/// Whether a signal is asked for all the time: only what a list shows, and of pods only while they are looked at. The
/// others are read when somebody opens their charts.
fn wanted(of: Measured, pods: bool) -> bool {
    match of {
        Measured::PodCpu | Measured::PodMemory => pods,
        Measured::BytesIn
        | Measured::BytesOut
        | Measured::MessagesIn
        | Measured::ProduceP99
        | Measured::HandlerIdle
        | Measured::GroupLag => true,
        _ => false,
    }
}

/// Follows the server for as long as somebody listens.
pub(super) async fn follow(
    client: Client,
    feed: Feed,
    every: watch::Receiver<Duration>,
    interest: watch::Receiver<Interest>,
    refreshes: watch::Receiver<u64>,
) {
    let found: tokio::sync::Mutex<Option<Found>> = tokio::sync::Mutex::default();
    let (client, feed, found, interest) = (&client, &feed, &found, &interest);
    let cadence = &Cadence { every, jitter: 0.5 };
    poll::run(cadence, refreshes, |_| async move {
        let every = cadence.every();
        let mut found = found.lock().await;
        let pods = interest.borrow().usage;
        let (state, why, outcome) = match round(client, feed, &mut found, pods).await? {
            Ok(None) => (State::Live, None, Outcome::Fine),
            Ok(Some(nothing)) => (State::Missing, Some(nothing), Outcome::Refused),
            Err(error) => {
                let (state, outcome) = state_of(&error);
                (state, Some(error.to_string()), outcome)
            }
        };
        let counters = client.counters();
        feed.report(HealthReport {
            why: why.map(Into::into),
            every: i64::try_from(every.as_millis()).ok(),
            requests: Some(counters.requests),
            errors: Some(counters.errors),
            bytes: Some(counters.bytes),
            ..HealthReport::new(Source::Series, state)
        })
        .await?;
        Ok(outcome)
    })
    .await;
}

/// One round; `Ok(Some(words))` where the server has none of the metrics we know.
async fn round(
    client: &Client,
    feed: &Feed,
    found: &mut Option<Found>,
    pods: bool,
) -> Result<Result<Option<String>, Error>, Closed> {
    let now = clock::now();
    let old = |known: &Found| now.since(known.at) > REPROBE;
    if found.as_ref().is_none_or(old) {
        match dialect::probe(client, clock::now().0).await {
            Ok(probe) if probe.dialects.is_empty() => {
                return Ok(Ok(Some(format!(
                    "{} has none of the metrics of Kafka, its exporters or the kubelet",
                    client.server()
                ))));
            }
            Ok(probe) => {
                let filled = found.as_ref().is_some_and(|known| known.filled);
                *found = Some(Found {
                    probe,
                    at: now,
                    filled,
                });
            }
            Err(error) => return Ok(Err(error)),
        }
    }
    let Some(known) = found else {
        return Ok(Ok(None));
    };
    if !known.filled {
        match query::backfill(client, &known.probe, clock::now().0, |of| wanted(of, false)).await {
            Ok(answer) => {
                known.filled = true;
                feed.send(Update::Series(points(&answer))).await?;
            }
            Err(error) => return Ok(Err(error)),
        }
    }
    match query::refresh_signals(client, &known.probe, |of| wanted(of, pods)).await {
        Ok(answer) => {
            for warning in &answer.warnings {
                tracing::warn!(server = client.server(), "{warning}");
            }
            feed.send(Update::Series(points(&answer))).await?;
            Ok(Ok(None))
        }
        Err(error) => Ok(Err(error)),
    }
}
