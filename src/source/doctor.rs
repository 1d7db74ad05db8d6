//! Each step from the kubeconfig to the first lag number: what was tried, how long it took, what came of it, and the right to
//! ask for where one is missing. Nothing is changed; what may be done is asked by access reviews.

mod brokers;
mod rights;
mod rule;

use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::sync::mpsc;

use crate::net::{
    kube::{self, access},
    prometheus,
    reach::Way,
};

use super::clock;

use brokers::{brokers, groups, lag};
use rights::{metrics, rights, unfound};
use rule::{Right, rule};

/// What came of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    /// It works.
    Fine,
    /// It works without a part: the words say which.
    Partly,
    Failed,
    /// It was not tried: it is not asked for, or a step before it failed.
    Skipped,
}

impl Came {
    /// The word of JSON and of the table.
    pub fn word(self) -> &'static str {
        match self {
            Came::Fine => "ok",
            Came::Partly => "partly",
            Came::Failed => "failed",
            Came::Skipped => "skipped",
        }
    }
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub step: &'static str,
    pub tried: String,
    pub came: Came,
    pub took: Option<Duration>,
    /// What was found, or why not and what to do.
    pub said: String,
    /// Roles and bindings for an administrator to apply.
    pub rule: Option<String>,
}

/// The name of the step that all others lead to.
pub const LAG: &str = "first lag number";

impl Step {
    /// As a report and the screen show it.
    pub fn item(&self) -> Map<String, Value> {
        let mut item = Map::new();
        let seconds = self.took.map(|took| took.as_millis() as f64 / 1_000.0);
        for (name, value) in [
            ("step", json!(self.step)),
            ("state", json!(self.came.word())),
            ("seconds", json!(seconds)),
            ("tried", json!(self.tried)),
            ("said", json!(self.said)),
            ("rule", json!(self.rule)),
        ] {
            item.insert(name.to_owned(), value);
        }
        item
    }
}

/// What a step found.
struct Found<T> {
    said: String,
    came: Came,
    rule: Option<String>,
    value: Option<T>,
}

impl<T> Found<T> {
    fn fine(said: impl Into<String>, value: T) -> Self {
        Found {
            said: said.into(),
            came: Came::Fine,
            rule: None,
            value: Some(value),
        }
    }

    fn failed(said: impl Into<String>) -> Self {
        Found {
            said: said.into(),
            came: Came::Failed,
            rule: None,
            value: None,
        }
    }

    fn ruled(mut self, missing: &[Right], user: Option<&str>) -> Self {
        if !missing.is_empty() {
            self.rule = Some(rule(missing, user.unwrap_or("USER")));
        }
        self
    }
}

/// What is examined, and where each step is told when it is done.
struct Doctor {
    limit: Duration,
    tell: mpsc::UnboundedSender<Step>,
}

impl Doctor {
    fn tell(&self, step: Step) {
        // Who asked may have gone: then nobody is there to be told.
        let _ = self.tell.send(step);
    }

    async fn step<T>(
        &self,
        step: &'static str,
        tried: impl Into<String>,
        doing: impl Future<Output = Found<T>>,
    ) -> Option<T> {
        let begin = clock::now();
        let found = tokio::time::timeout(self.limit, doing).await;
        let found = found.unwrap_or_else(|_elapsed| {
            let limit = self.limit.as_secs_f64();
            Found::failed(format!(
                "no answer within {limit} s; allow more with --timeout"
            ))
        });
        let passed = u64::try_from(clock::now().since(begin)).unwrap_or(0);
        self.tell(Step {
            step,
            tried: tried.into(),
            came: found.came,
            took: Some(Duration::from_millis(passed)),
            said: found.said,
            rule: found.rule,
        });
        found.value
    }

    fn skip(&self, step: &'static str, why: &str) {
        self.tell(Step {
            step,
            tried: String::new(),
            came: Came::Skipped,
            took: None,
            said: why.to_owned(),
            rule: None,
        });
    }
}

/// The servers of one site.
#[derive(Clone, Default)]
pub struct Servers {
    pub kube: Option<kube::Client>,
    pub kafka: Option<Way>,
    pub prometheus: Option<prometheus::Client>,
}

/// Goes through all steps, each for at most `limit`, and tells each when it is done.
pub async fn examine(servers: Servers, limit: Duration, tell: mpsc::UnboundedSender<Step>) {
    let doctor = Doctor { limit, tell };
    let user = if let Some(kube) = &servers.kube {
        doctor.kubernetes(kube).await
    } else {
        doctor.skip("API server", "Kubernetes is left out or not configured");
        None
    };
    if let Some(way) = &servers.kafka {
        Box::pin(doctor.kafka(way, user.as_deref())).await;
    } else {
        doctor.skip(
            "Kafka",
            "left out or not configured; give --context or --bootstrap-server",
        );
        doctor.skip(LAG, "there is no Kafka to read");
    }
    if let Some(prometheus) = &servers.prometheus {
        doctor.prometheus(prometheus).await;
    } else {
        doctor.skip(
            "Prometheus",
            "left out or not configured; give --prometheus URL",
        );
    }
}

impl Doctor {
    /// Returns the name that the server knows us by.
    async fn kubernetes(&self, kube: &kube::Client) -> Option<String> {
        let context = kube.context().map_or_else(
            || "in the cluster".to_owned(),
            |context| format!("context {context}"),
        );
        let server = format!("{context}: {}", kube.server());
        let version = self.step("API server", server, async {
            match kube.authenticate().await {
                Ok(version) => Found::fine(version.git_version, ()),
                Err(why) => Found::failed(why.to_string()),
            }
        });
        if version.await.is_none() {
            for step in ["identity", "rights", "pod and node metrics"] {
                self.skip(step, "the API server did not answer");
            }
            return None;
        }
        let who = self.step("identity", "create selfsubjectreviews", async {
            match access::who(kube).await {
                Ok(Some(user)) => Found::fine(user.clone(), Some(user)),
                Ok(None) => Found::fine("this server cannot tell (before 1.28)", None),
                Err(why) => Found::failed(why.to_string()),
            }
        });
        let user = who.await.flatten();
        let tried = "create selfsubjectaccessreviews";
        self.step("rights", tried, rights(kube, user.as_deref()))
            .await;
        self.step(
            "pod and node metrics",
            "GET /apis/metrics.k8s.io",
            metrics(kube),
        )
        .await;
        user
    }

    async fn kafka(&self, way: &Way, user: Option<&str>) {
        let given: Vec<String> = way.bootstrap().iter().map(ToString::to_string).collect();
        let tried = if given.is_empty() {
            "look for brokers in the Kubernetes cluster".to_owned()
        } else {
            given.join(",")
        };
        let client = self.step("Kafka", tried, async {
            match Box::pin(way.client()).await {
                Ok(client) => Found::fine(
                    way.told().unwrap_or_else(|| "as it was given".to_owned()),
                    client,
                ),
                Err(why) => Found::failed(why.to_string()).ruled(&unfound(&why), user),
            }
        });
        let Some(client) = client.await else {
            for step in ["brokers", "groups", LAG] {
                self.skip(step, "there is no Kafka to read");
            }
            return;
        };
        let limit = self.limit;
        let metadata = self.step("brokers", "Metadata", brokers(&client, way, user, limit));
        let Some(metadata) = metadata.await else {
            for step in ["groups", LAG] {
                self.skip(step, "no broker was reached");
            }
            return;
        };
        let listed = self.step(
            "groups",
            "ListGroups of each broker",
            groups(&client, limit),
        );
        match listed.await {
            Some(listed) => {
                let tried = "OffsetFetch, ListOffsets";
                self.step(LAG, tried, lag(&client, &metadata, &listed, limit))
                    .await;
            }
            None => self.skip(LAG, "no group can be seen"),
        }
    }

    async fn prometheus(&self, client: &prometheus::Client) {
        let tried = client.server().to_owned();
        self.step("Prometheus", tried, async {
            let version = match client.version().await {
                Ok(version) => version,
                Err(why) => return Found::failed(why.to_string()),
            };
            match prometheus::dialect::probe(client, clock::now().0).await {
                Ok(probe) if probe.names.is_empty() => Found {
                    said: format!(
                        "{version}, and none of the metrics of brokers that we know; does it scrape them?"
                    ),
                    came: Came::Partly,
                    rule: None,
                    value: Some(()),
                },
                Ok(probe) => {
                    let count = probe.names.len();
                    Found::fine(format!("{version}, {count} metrics that we know"), ())
                }
                Err(why) => Found::failed(format!("{version}: {why}")),
            }
        })
        .await;
    }
}
