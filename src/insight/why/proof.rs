//! Numbers behind a cause, each with where it is from, how old it is, and how to see it without us.

use crate::model::{Name, PodId, Source, Time, WorkloadId};

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

    /// A tool of Kafka's with the address of the cluster.
    fn tool(&self, name: &str, rest: &str) -> String {
        let cluster = self.site().kafka.cluster.as_ref();
        let first = cluster.and_then(|cluster| cluster.value.brokers.first());
        let server = first.map_or_else(
            || "BROKER:9092".to_owned(),
            |broker| format!("{}:{}", broker.host, broker.port),
        );
        format!("{name}.sh --bootstrap-server {server} {rest}")
    }

    /// What prints the group's offsets.
    pub(super) fn describe(&self) -> String {
        use crate::model::GroupKind;
        let tool = match self.group.listed.kind {
            GroupKind::Share => "kafka-share-groups",
            GroupKind::Streams => "kafka-streams-groups",
            _ => "kafka-consumer-groups",
        };
        self.tool(tool, &format!("--describe --group {}", self.id()))
    }

    pub(super) fn describe_members(&self) -> String {
        format!("{} --members --verbose", self.describe())
    }

    pub(super) fn describe_state(&self) -> String {
        format!("{} --state", self.describe())
    }

    pub(super) fn describe_topic(&self, topic: &Name) -> String {
        self.tool("kafka-topics", &format!("--describe --topic {topic}"))
    }

    /// What prints the starts of logs (`earliest`) or their ends (`latest`).
    pub(super) fn offsets(&self, topic: &Name, time: &str) -> String {
        self.tool(
            "kafka-get-offsets",
            &format!("--topic {topic} --time {time}"),
        )
    }

    pub(super) fn transactions(&self, topic: &Name, partition: i32) -> String {
        let what = format!("describe-producers --topic {topic} --partition {partition}");
        self.tool("kafka-transactions", &what)
    }

    fn kubectl(&self, namespace: &str, what: &str) -> String {
        format!(
            "kubectl --context {} -n {namespace} {what}",
            self.site().name
        )
    }

    pub(super) fn get_pod(&self, id: &PodId) -> String {
        self.kubectl(&id.namespace, &format!("get pod {} -o wide", id.name))
    }

    pub(super) fn describe_pod(&self, id: &PodId) -> String {
        self.kubectl(&id.namespace, &format!("describe pod {}", id.name))
    }

    pub(super) fn top_pod(&self, id: &PodId) -> String {
        self.kubectl(&id.namespace, &format!("top pod {}", id.name))
    }

    pub(super) fn get_workload(&self, id: &WorkloadId) -> String {
        let what = format!("get {}/{}", id.kind.to_lowercase(), id.name);
        self.kubectl(&id.namespace, &what)
    }

    pub(super) fn get_node(&self, name: &str) -> String {
        format!("kubectl --context {} get node {name}", self.site().name)
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
