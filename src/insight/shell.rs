//! Commands as a shell takes them: names of groups and topics are other people's, and may be anything.

use crate::model::Cluster;

/// How a shell reaches the same servers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// The kubeconfig context.
    pub context: Option<String>,
    /// The brokers that were given.
    pub bootstrap: Option<String>,
    pub command_config: Option<String>,
}

/// Brokers that are named where none were given: a tool needs one that is up.
const BROKERS: usize = 3;

impl Reach {
    fn kubectl_words(&self) -> Vec<&str> {
        let mut words = vec!["kubectl"];
        if let Some(context) = &self.context {
            words.extend(["--context", context.as_str()]);
        }
        words
    }

    /// A command of kubectl's.
    pub fn kubectl(&self, rest: &[&str]) -> String {
        command_line(&[&self.kubectl_words(), rest].concat())
    }

    /// A tool of Kafka's, `kafka-topics` for instance. Where the names that brokers advertise lead nowhere from here, it is
    /// run in the pod of a broker.
    pub fn kafka(&self, cluster: Option<&Cluster>, tool: &str, rest: &[&str]) -> String {
        let brokers = cluster.map_or(&[][..], |cluster| &cluster.brokers);
        let named: Vec<String> = brokers
            .iter()
            .take(BROKERS)
            .map(|broker| format!("{}:{}", broker.host, broker.port))
            .collect();
        let named = if named.is_empty() {
            "BROKER:9092".to_owned()
        } else {
            named.join(",")
        };
        let inside = cluster.and_then(|cluster| cluster.inside.as_ref());
        let mut tool = format!("{tool}.sh");
        let mut words = Vec::new();
        if let Some(inside) = inside {
            tool.insert_str(0, &inside.tools);
            words = self.kubectl_words();
            words.extend(["exec", "-n", &inside.pod.namespace, &inside.pod.name, "--"]);
        }
        let bootstrap = self.bootstrap.as_ref().filter(|_| inside.is_none());
        words.extend([&*tool, "--bootstrap-server", bootstrap.unwrap_or(&named)]);
        // The file is here, not in the pod.
        if let Some(file) = self.command_config.as_ref().filter(|_| inside.is_none()) {
            words.extend(["--command-config", file]);
        }
        words.extend(rest);
        command_line(&words)
    }
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:,=@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// The words of a command as one line.
pub fn command_line(words: &[&str]) -> String {
    words
        .iter()
        .map(|word| quoted(word))
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Broker, BrokerId, Inside, Name, PodId};

    fn cluster(inside: Option<Inside>) -> Cluster {
        Cluster {
            id: None,
            controller: None,
            brokers: vec![Broker {
                id: BrokerId(1),
                host: Name::from("lab-kafka-1.brokers.kafka.svc"),
                port: 9092,
                rack: None,
            }],
            inside,
        }
    }

    #[test]
    fn where_brokers_are_reached_through_the_api_server_their_tools_run_in_a_pod() {
        let reach = Reach {
            context: Some("prod".to_owned()),
            bootstrap: None,
            command_config: Some("/etc/client.properties".to_owned()),
        };
        let describe = ["--describe", "--group", "it's"];
        assert_eq!(
            reach.kafka(Some(&cluster(None)), "kafka-consumer-groups", &describe),
            "kafka-consumer-groups.sh --bootstrap-server lab-kafka-1.brokers.kafka.svc:9092 \
             --command-config /etc/client.properties --describe --group 'it'\\''s'"
        );
        let inside = Inside {
            pod: PodId {
                namespace: Name::from("kafka"),
                name: Name::from("lab-kafka-1"),
            },
            tools: Name::from("bin/"),
        };
        assert_eq!(
            reach.kafka(
                Some(&cluster(Some(inside))),
                "kafka-consumer-groups",
                &describe
            ),
            "kubectl --context prod exec -n kafka lab-kafka-1 -- bin/kafka-consumer-groups.sh \
             --bootstrap-server lab-kafka-1.brokers.kafka.svc:9092 --describe --group 'it'\\''s'"
        );
    }
}
