//! Kinds that are there where something is installed: Strimzi's and KEDA's.

use crate::{
    model::{Delta, HealthReport, Row, Source, State, StrimziRow, Update},
    net::kube::{Client, Resource, Scope, WatchSpec, discover, rows},
    source::{feed::Feed, poll::Cadence},
};

use super::{METRICS, Watched, map, outcome_of, pulse::Voice, state_of};

/// What it takes to follow them.
#[derive(Clone)]
pub(super) struct Addons {
    pub client: Client,
    pub scope: Scope,
    pub feed: Feed,
    pub voice: Voice,
}

impl Addons {
    /// Strimzi's kinds, all in one table.
    pub(super) async fn strimzi(self) {
        let missing = "the API server serves no kafka.strimzi.io: no Strimzi here";
        let kinds = self.served(Source::Strimzi, discover::STRIMZI, missing);
        let followed = kinds.await.into_iter().map(|kind| self.strimzi_kind(kind));
        futures::future::join_all(followed).await;
    }

    /// KEDA's one kind that is read.
    pub(super) async fn keda(self) {
        let missing = "the API server serves no scaledobjects of keda.sh: no KEDA here";
        let kinds = self.served(Source::ScaledObjects, discover::KEDA, missing);
        for kind in kinds.await {
            let watched = Watched {
                source: Source::ScaledObjects,
                spec: self.spec(kind),
                row: map::scaled_object,
                key: map::pair,
                update: Update::ScaledObjects,
            };
            watched
                .follow(self.client.clone(), self.feed.clone(), self.voice.clone())
                .await;
        }
    }

    /// Finds out which kinds are served; where there are none, the source is missing, for the reason given.
    async fn served(
        &self,
        source: Source,
        wanted: &[discover::ApiGroup],
        missing: &str,
    ) -> Vec<Resource> {
        let mut failures = 0;
        let kinds = loop {
            match discover::served(&self.client, wanted).await {
                Ok(kinds) => break kinds,
                Err(error) => {
                    failures += 1;
                    let cadence = Cadence::steady(METRICS, 0.5);
                    let wait = cadence.wait(outcome_of(&error), failures);
                    let report =
                        HealthReport::new(source, state_of(&error)).because(error.to_string());
                    if self.feed.report(report).await.is_err() {
                        return Vec::new();
                    }
                    tokio::time::sleep(wait).await;
                }
            }
        };
        if kinds.is_empty() {
            let report = HealthReport::new(source, State::Missing).because(missing);
            // Nobody listens any more: then this task ends, as it does anyway.
            let _ = self.feed.report(report).await;
        }
        kinds
    }

    fn spec(&self, kind: Resource) -> WatchSpec {
        WatchSpec {
            fallback: Some(self.client.namespace().to_owned()),
            from_cache: true,
            ..WatchSpec::new(kind, self.scope.clone())
        }
    }

    async fn strimzi_kind(&self, resource: Resource) {
        // The key of a row holds its kind, which the key of a watch event does not.
        let key: fn(rows::Key) -> <StrimziRow as Row>::Key = match resource.kind {
            "Kafka" => |key| map::strimzi_key("Kafka", key),
            "KafkaNodePool" => |key| map::strimzi_key("KafkaNodePool", key),
            "KafkaRebalance" => |key| map::strimzi_key("KafkaRebalance", key),
            "KafkaConnect" => |key| map::strimzi_key("KafkaConnect", key),
            "KafkaConnector" => |key| map::strimzi_key("KafkaConnector", key),
            "KafkaMirrorMaker2" => |key| map::strimzi_key("KafkaMirrorMaker2", key),
            _ => |key| map::strimzi_key("StrimziPodSet", key),
        };
        // Several kinds share one table: a list of one of them must not take away the others' rows.
        let update: fn(Delta<StrimziRow>) -> Update = |delta| {
            Update::Strimzi(Delta {
                begin: false,
                done: false,
                ..delta
            })
        };
        let watched = Watched {
            source: Source::Strimzi,
            spec: self.spec(resource),
            row: map::strimzi,
            key,
            update,
        };
        watched
            .follow(self.client.clone(), self.feed.clone(), self.voice.clone())
            .await;
    }
}
