//! The collectors of one Kubernetes context: a watch for each kind, and a poll of metrics while they are looked at.

mod addons;
mod map;
mod pulse;

use std::time::Duration;

use futures::StreamExt;
use tokio::sync::watch;

use crate::{
    app::Interest,
    model::{Delta, HealthReport, NodeUsage, PodUsage, Row, Source, State, Update},
    net::kube::{
        Client, Error, ErrorKind, Interner, Resource, Scope, WatchEvent, WatchSpec, metrics, rows,
        watch::watch,
    },
};

use super::{
    clock,
    feed::{Closed, Feed},
    poll::{self, Cadence, Outcome},
};

use pulse::Voice;

/// How often metrics are read while somebody looks at them: metrics-server itself measures every 15 s.
const METRICS: Duration = Duration::from_secs(30);

/// How long the other kinds let the pods go ahead: most of what is shown waits for them, and all share four requests.
const HEAD_START: Duration = Duration::from_millis(500);

/// What a failed request means for its source.
pub(super) fn state_of(error: &Error) -> State {
    match &error.kind {
        ErrorKind::Forbidden { verb, resource, .. } => State::Forbidden {
            verb: (**verb).into(),
            resource: (**resource).into(),
        },
        ErrorKind::Unauthorized => State::Unauthorized,
        ErrorKind::Throttled { .. } => State::Throttled,
        ErrorKind::Missing => State::Missing,
        ErrorKind::Gone | ErrorKind::Decode | ErrorKind::Rejected { .. } | ErrorKind::Refused => {
            State::Stale
        }
        ErrorKind::Config | ErrorKind::Unreachable | ErrorKind::Timeout | ErrorKind::Tls => {
            State::Unreachable
        }
    }
}

pub(super) fn outcome_of(error: &Error) -> Outcome {
    match error.kind {
        ErrorKind::Forbidden { .. } | ErrorKind::Unauthorized | ErrorKind::Missing => {
            Outcome::Refused
        }
        _ => Outcome::Failed,
    }
}

/// One watched kind: how its rows become rows of the model, and which update carries them.
struct Watched<R: rows::Row, M: Row> {
    source: Source,
    spec: WatchSpec,
    row: fn(R) -> M,
    key: fn(rows::Key) -> M::Key,
    update: fn(Delta<M>) -> Update,
}

impl<R: rows::Row, M: Row> Watched<R, M> {
    /// Follows the watch for as long as somebody listens. The gate is opened by the first answer.
    async fn follow_first(
        self,
        client: Client,
        feed: Feed,
        voice: Voice,
        gate: watch::Sender<bool>,
    ) {
        let opens = |event: &WatchEvent<R>| !matches!(event, WatchEvent::Begin { .. });
        self.listen(client, feed, voice, |event| {
            if opens(event) {
                gate.send_replace(true);
            }
        })
        .await;
    }

    /// The same once the gate is open, or has been waited for long enough.
    async fn follow_after(
        self,
        client: Client,
        feed: Feed,
        voice: Voice,
        mut gate: watch::Receiver<bool>,
    ) {
        // Whichever it is: then is the time.
        let _ = tokio::time::timeout(HEAD_START, gate.wait_for(|open| *open)).await;
        self.follow(client, feed, voice).await;
    }

    async fn follow(self, client: Client, feed: Feed, voice: Voice) {
        self.listen(client, feed, voice, |_| {}).await;
    }

    async fn listen(
        self,
        client: Client,
        feed: Feed,
        voice: Voice,
        mut seen: impl FnMut(&WatchEvent<R>),
    ) {
        let events = watch::<R>(client, self.spec.clone());
        futures::pin_mut!(events);
        let mut live = false;
        let mut got = 0;
        let mut note: Option<String> = None;
        while let Some(event) = events.next().await {
            seen(&event);
            if self
                .take(event, &feed, &voice, &mut live, &mut got, &mut note)
                .await
                .is_err()
            {
                return;
            }
        }
    }

    async fn take(
        &self,
        event: WatchEvent<R>,
        feed: &Feed,
        voice: &Voice,
        live: &mut bool,
        got: &mut u64,
        note: &mut Option<String>,
    ) -> Result<(), Closed> {
        let report = |state: State, note: &Option<String>| HealthReport {
            why: note.as_deref().map(Into::into),
            ..HealthReport::new(self.source, state)
        };
        match event {
            WatchEvent::Begin { scope } => {
                *got = 0;
                if scope == Scope::All {
                    *note = None;
                }
                // A list that is read anew is no reason to call what is known old.
                if !*live {
                    voice
                        .report(report(State::Syncing { got: 0, of: None }, note))
                        .await?;
                }
                feed.send((self.update)(Delta::begin())).await
            }
            WatchEvent::Narrowed { namespace, error } => {
                *note = Some(format!("only namespace {namespace}: {error}"));
                Ok(())
            }
            WatchEvent::Page { rows, remaining } => {
                *got += rows.len() as u64;
                feed.send((self.update)(Delta::set(
                    rows.into_iter().map(self.row).collect(),
                )))
                .await?;
                if !*live {
                    let of = remaining.map(|rest| *got + rest);
                    voice
                        .report(report(State::Syncing { got: *got, of }, note))
                        .await?;
                }
                Ok(())
            }
            WatchEvent::Listed { gone } => {
                let gone = gone.into_iter().map(self.key).collect();
                feed.send((self.update)(Delta {
                    gone,
                    ..Delta::done()
                }))
                .await?;
                *live = true;
                voice.report(report(State::Live, note)).await
            }
            WatchEvent::Changed { set, gone } => {
                let delta = Delta {
                    set: set.into_iter().map(self.row).collect(),
                    gone: gone.into_iter().map(self.key).collect(),
                    ..Delta::default()
                };
                feed.send((self.update)(delta)).await
            }
            WatchEvent::Alive => {
                if !*live {
                    *live = true;
                    voice.report(report(State::Live, note)).await?;
                }
                Ok(())
            }
            WatchEvent::Failed { error, retry_in } => {
                *live = false;
                let millis = i64::try_from(retry_in.as_millis()).unwrap_or(i64::MAX);
                voice
                    .report(HealthReport {
                        why: Some(error.to_string().into()),
                        retry_at: Some(clock::now().plus(millis)),
                        ..HealthReport::new(self.source, state_of(&error))
                    })
                    .await
            }
        }
    }
}

/// Follows all kinds that every Kubernetes has, and those of add-ons where they are served.
pub(super) fn spawn(
    client: &Client,
    scope: &Scope,
    feed: &Feed,
    tasks: &mut tokio::task::JoinSet<()>,
) {
    let voice = Voice::new(feed.clone());
    let spec = |resource, small: bool| WatchSpec {
        fallback: Some(client.namespace().to_owned()),
        from_cache: small,
        ..WatchSpec::new(resource, scope.clone())
    };
    let (opened, gate) = watch::channel(false);
    let mut start = |task: futures::future::BoxFuture<'static, ()>| drop(tasks.spawn(task));
    macro_rules! follow {
        ($source:ident, $spec:expr, $row:path, $key:expr, $update:path) => {
            start(Box::pin(
                Watched {
                    source: Source::$source,
                    spec: $spec,
                    row: $row,
                    key: $key,
                    update: $update,
                }
                .follow_after(client.clone(), feed.clone(), voice.clone(), gate.clone()),
            ));
        };
    }
    let pods = Watched {
        source: Source::Pods,
        spec: spec(Resource::PODS, false),
        row: map::pod,
        key: map::pod_id,
        update: Update::Pods,
    };
    start(Box::pin(pods.follow_first(
        client.clone(),
        feed.clone(),
        voice.clone(),
        opened,
    )));
    follow!(
        ReplicaSets,
        spec(Resource::REPLICA_SETS, false),
        map::replica_set,
        map::pod_id,
        Update::ReplicaSets
    );
    follow!(
        Deployments,
        spec(Resource::DEPLOYMENTS, false),
        map::workload,
        map::deployment_id,
        Update::Deployments
    );
    follow!(
        StatefulSets,
        spec(Resource::STATEFUL_SETS, false),
        map::workload,
        map::stateful_set_id,
        Update::StatefulSets
    );
    let nodes = WatchSpec {
        fallback: None,
        ..spec(Resource::NODES, false)
    };
    follow!(
        Nodes,
        nodes,
        map::node,
        |key| key.name.into(),
        Update::Nodes
    );
    follow!(
        Autoscalers,
        spec(Resource::AUTOSCALERS, true),
        map::autoscaler,
        map::pair,
        Update::Autoscalers
    );
    let warnings = WatchSpec {
        fields: Some("type=Warning".to_owned()),
        ..spec(Resource::EVENTS, false)
    };
    follow!(
        Warnings,
        warnings,
        map::warning,
        map::pair,
        Update::Warnings
    );
    let addons = addons::Addons {
        client: client.clone(),
        scope: scope.clone(),
        feed: feed.clone(),
        voice: voice.clone(),
    };
    start(Box::pin(addons.clone().strimzi()));
    start(Box::pin(addons.keda()));
    start(Box::pin(pulse::watch_over(client.clone(), voice)));
}

/// Polls metrics.k8s.io while CPU and memory are looked at.
pub(super) async fn follow_metrics(
    client: Client,
    scope: Scope,
    feed: Feed,
    mut interest: watch::Receiver<Interest>,
    mut refreshes: watch::Receiver<u64>,
    everything: bool,
) {
    let cadence = Cadence::steady(METRICS, 0.5);
    let mut failures = 0;
    loop {
        if !everything && !interest.borrow().usage {
            if interest.wait_for(|interest| interest.usage).await.is_err() {
                return;
            }
            failures = 0;
        }
        let Ok(outcome) = read_metrics(&client, &scope, &feed).await else {
            return;
        };
        failures = if outcome == Outcome::Fine {
            0
        } else {
            failures + 1
        };
        let away = async {
            let left = interest
                .wait_for(|interest| !interest.usage && !everything)
                .await
                .is_ok();
            if !left {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            () = poll::rest(cadence.wait(outcome, failures), &mut refreshes) => {}
            () = away => {
                for source in [Source::PodMetrics, Source::NodeMetrics] {
                    if outcome == Outcome::Fine && feed.report(HealthReport::paused(source)).await.is_err() {
                        return;
                    }
                }
            }
        }
    }
}

async fn read_metrics(client: &Client, scope: &Scope, feed: &Feed) -> Result<Outcome, Closed> {
    let pods = read_pods(client, scope, feed).await?;
    let nodes = read_nodes(client, feed).await?;
    Ok(if pods == Outcome::Fine { nodes } else { pods })
}

async fn say(feed: &Feed, source: Source, failed: Option<&Error>) -> Result<Outcome, Closed> {
    let every = i64::try_from(METRICS.as_millis()).ok();
    let report = match failed {
        None => HealthReport::new(source, State::Live),
        Some(error) => HealthReport::new(source, state_of(error)).because(error.to_string()),
    };
    feed.report(HealthReport { every, ..report }).await?;
    Ok(failed.map_or(Outcome::Fine, outcome_of))
}

async fn read_pods(client: &Client, scope: &Scope, feed: &Feed) -> Result<Outcome, Closed> {
    let mut interner = Interner::default();
    let listed = match (
        metrics::list_pods(client, scope, &mut interner).await,
        scope,
    ) {
        (Err(error), Scope::All) if matches!(error.kind, ErrorKind::Forbidden { .. }) => {
            let own = Scope::Namespace(client.namespace().to_owned());
            metrics::list_pods(client, &own, &mut interner).await
        }
        (listed, _) => listed,
    };
    match listed {
        Ok(usage) => {
            let rows: Vec<PodUsage> = usage.into_iter().filter_map(map::pod_usage).collect();
            feed.send(Update::PodUsage(rows)).await?;
            say(feed, Source::PodMetrics, None).await
        }
        Err(error) => say(feed, Source::PodMetrics, Some(&error)).await,
    }
}

async fn read_nodes(client: &Client, feed: &Feed) -> Result<Outcome, Closed> {
    let mut interner = Interner::default();
    match metrics::list_nodes(client, &mut interner).await {
        Ok(usage) => {
            let rows: Vec<NodeUsage> = usage.into_iter().filter_map(map::node_usage).collect();
            feed.send(Update::NodeUsage(rows)).await?;
            say(feed, Source::NodeMetrics, None).await
        }
        Err(error) => say(feed, Source::NodeMetrics, Some(&error)).await,
    }
}
