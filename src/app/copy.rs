//! What can be copied of a row, and the commands that show the same in a shell.

use crate::{
    insight::Reach,
    model::{Cluster, Key},
};

/// One thing that can be copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// What it is: `name`, `row`, `command`, the marked rows, or the title of a column.
    pub what: &'static str,
    pub text: String,
}

/// Bytes that are copied at most: terminals take no more than about 75,000 in one sequence.
pub const COPIED: usize = 48 * 1_024;

/// The bare name of an object.
pub(super) fn name(key: &Key) -> String {
    match key {
        Key::Group(name) | Key::Topic(name) | Key::Node(name) => name.to_string(),
        Key::Member { member, .. } => member.to_string(),
        Key::Partition(id) => id.to_string(),
        Key::Broker(id) => id.to_string(),
        Key::Pod(id) | Key::Event(id) => id.name.to_string(),
        Key::Workload(id) => id.name.to_string(),
        Key::Source(source) => source.to_string(),
        Key::Cause { group, .. } => group.to_string(),
        Key::Log(number) => number.to_string(),
    }
}

/// The commands that show an object.
pub(super) fn commands(key: &Key, reach: &Reach, cluster: Option<&Cluster>) -> Vec<String> {
    let kafka = |tool: &str, rest: &[&str]| reach.kafka(cluster, tool, rest);
    let kubectl = |rest: &[&str]| reach.kubectl(rest);
    match key {
        Key::Group(id) => vec![kafka(
            "kafka-consumer-groups",
            &["--describe", "--group", id],
        )],
        Key::Member { group, .. } => vec![kafka(
            "kafka-consumer-groups",
            &["--describe", "--group", group, "--members", "--verbose"],
        )],
        Key::Topic(topic) => vec![kafka("kafka-topics", &["--describe", "--topic", topic])],
        Key::Partition(id) => {
            vec![kafka("kafka-topics", &["--describe", "--topic", &id.topic])]
        }
        Key::Broker(id) => {
            let id = id.to_string();
            vec![kafka(
                "kafka-log-dirs",
                &["--describe", "--broker-list", &id],
            )]
        }
        Key::Pod(id) => vec![
            kubectl(&["get", "pod", &id.name, "-n", &id.namespace]),
            kubectl(&["describe", "pod", &id.name, "-n", &id.namespace]),
            kubectl(&["logs", &id.name, "-n", &id.namespace]),
        ],
        Key::Workload(id) => {
            let kind = id.kind.to_lowercase();
            let name = format!("{kind}/{}", id.name);
            vec![
                kubectl(&["get", &name, "-n", &id.namespace]),
                kubectl(&["describe", &name, "-n", &id.namespace]),
            ]
        }
        Key::Node(name) => vec![
            kubectl(&["get", "node", name]),
            kubectl(&["describe", "node", name]),
        ],
        Key::Event(id) => vec![kubectl(&["get", "event", &id.name, "-n", &id.namespace])],
        Key::Source(_) | Key::Cause { .. } | Key::Log(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Name, PodId};

    #[test]
    fn a_command_is_whole_and_safe_to_paste() {
        let reach = Reach {
            context: Some("prod eu".to_owned()),
            bootstrap: Some("kafka:9092".to_owned()),
            command_config: None,
        };
        let group = Key::Group(Name::from("it's"));
        assert_eq!(
            commands(&group, &reach, None),
            [
                "kafka-consumer-groups.sh --bootstrap-server kafka:9092 --describe --group 'it'\\''s'"
            ]
        );
        let pod = Key::Pod(PodId {
            namespace: Name::from("shop"),
            name: Name::from("web-1"),
        });
        assert_eq!(
            commands(&pod, &reach, None).first().map(String::as_str),
            Some("kubectl --context 'prod eu' get pod web-1 -n shop")
        );
    }
}
