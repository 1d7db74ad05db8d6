//! Numbers behind a cause, each with where it is from, how old it is, and how to see it without us.

use crate::model::{GroupKind, Name, PodId, Source, Time, WorkloadId};

use super::Case;

/// One number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    pub name: String,
    pub value: String,
    /// From where on it is called a cause, in words.
    pub threshold: Option<String>,
    pub source: Source,
    /// When it was read.
    pub at: Option<Time>,
    /// A command that prints it.
    pub command: Option<String>,
}

impl Case<'_> {
    pub(super) fn proof(
        &self,
        name: impl Into<String>,
        value: impl std::fmt::Display,
        source: Source,
    ) -> Proof {
        Proof {
            name: name.into(),
            value: value.to_string(),
            threshold: None,
            source,
            at: self.read(source),
            command: None,
        }
    }

    fn tool(&self, name: &str, rest: &[&str]) -> String {
        let cluster = self.site().kafka.cluster.as_ref();
        let cluster = cluster.map(|cluster| &cluster.value);
        self.picture.reach.kafka(cluster, name, rest)
    }

    fn describe_with(&self, rest: &[&str]) -> String {
        let tool = match self.group.listed.kind {
            GroupKind::Share => "kafka-share-groups",
            GroupKind::Streams => "kafka-streams-groups",
            _ => "kafka-consumer-groups",
        };
        let group = ["--describe", "--group", self.id()];
        self.tool(tool, &[&group, rest].concat())
    }

    /// What prints the group's offsets.
    pub(super) fn describe(&self) -> String {
        self.describe_with(&[])
    }

    pub(super) fn describe_members(&self) -> String {
        self.describe_with(&["--members", "--verbose"])
    }

    pub(super) fn describe_state(&self) -> String {
        self.describe_with(&["--state"])
    }

    pub(super) fn describe_topic(&self, topic: &Name) -> String {
        self.tool("kafka-topics", &["--describe", "--topic", topic])
    }

    /// What prints the starts of logs (`earliest`) or their ends (`latest`).
    pub(super) fn offsets(&self, topic: &Name, time: &str) -> String {
        self.tool("kafka-get-offsets", &["--topic", topic, "--time", time])
    }

    pub(super) fn transactions(&self, topic: &Name, partition: i32) -> String {
        let partition = partition.to_string();
        let what = [
            "describe-producers",
            "--topic",
            topic,
            "--partition",
            &partition,
        ];
        self.tool("kafka-transactions", &what)
    }

    fn kubectl(&self, namespace: &str, what: &[&str]) -> String {
        let words = ["-n", namespace];
        self.picture.reach.kubectl(&[&words, what].concat())
    }

    pub(super) fn get_pod(&self, id: &PodId) -> String {
        self.kubectl(&id.namespace, &["get", "pod", &id.name, "-o", "wide"])
    }

    pub(super) fn describe_pod(&self, id: &PodId) -> String {
        self.kubectl(&id.namespace, &["describe", "pod", &id.name])
    }

    pub(super) fn top_pod(&self, id: &PodId) -> String {
        self.kubectl(&id.namespace, &["top", "pod", &id.name])
    }

    pub(super) fn get_workload(&self, id: &WorkloadId) -> String {
        let what = format!("{}/{}", id.kind.to_lowercase(), id.name);
        self.kubectl(&id.namespace, &["get", &what])
    }

    /// What prints the bounds and the count of an autoscaler.
    pub(super) fn get_scaler(&self, namespace: &str, kind: &str, name: &str) -> String {
        self.kubectl(namespace, &["get", kind, name])
    }

    pub(super) fn get_node(&self, name: &str) -> String {
        self.picture.reach.kubectl(&["get", "node", name])
    }
}

impl Proof {
    pub(super) fn limit(mut self, threshold: impl Into<String>) -> Self {
        self.threshold = Some(threshold.into());
        self
    }

    pub(super) fn by(mut self, command: String) -> Self {
        self.command = Some(command);
        self
    }

    pub(super) fn read_at(mut self, at: Option<Time>) -> Self {
        self.at = at;
        self
    }

    /// Its age at a moment, in seconds.
    pub fn age(&self, now: Time) -> Option<i64> {
        self.at.map(|at| now.since(at).max(0) / 1_000)
    }
}
