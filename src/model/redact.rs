//! Other names for hosts, addresses and nodes, the same everywhere in a recording.

use std::collections::BTreeMap;

use super::{Delta, Envelope, Name, NodeRow, PodRow, Update, Warning};

/// The names that were given so far.
#[derive(Clone, Debug, Default)]
pub struct Redaction {
    given: BTreeMap<Name, Name>,
}

impl Redaction {
    /// The envelope with other names: of its site, of brokers' hosts, of addresses of members and pods, of nodes; and in
    /// sentences of all that looks like a host. What is joined by an address stays joined.
    #[must_use]
    pub fn hide(&mut self, mut envelope: Envelope) -> Envelope {
        envelope.site = self.other(&envelope.site, "site");
        match &mut envelope.update {
            Update::Metadata(metadata) => {
                for broker in &mut metadata.cluster.brokers {
                    broker.host = self.other(&broker.host, "host");
                }
            }
            Update::Members(groups) => {
                for member in groups.iter_mut().flat_map(|group| &mut group.members) {
                    member.host = self.other(&member.host, "host");
                }
            }
            Update::Pods(delta) => self.hide_pods(delta),
            Update::Nodes(delta) => self.hide_nodes(delta),
            Update::NodeUsage(usage) => {
                for row in usage {
                    row.name = self.other(&row.name, "node");
                }
            }
            Update::Warnings(delta) => self.hide_warnings(delta),
            Update::Health(report) => self.hide_sentence(&mut report.why),
            Update::LogDirs(disks) => {
                for dir in disks.iter_mut().flat_map(|disk| &mut disk.dirs) {
                    self.hide_sentence(&mut dir.error);
                }
            }
            Update::Chart(answer) => self.hide_sentence(&mut answer.failed),
            Update::Deployments(_)
            | Update::StatefulSets(_)
            | Update::ReplicaSets(_)
            | Update::Autoscalers(_)
            | Update::ScaledObjects(_)
            | Update::PodUsage(_)
            | Update::Strimzi(_)
            | Update::TopicConfigs(_)
            | Update::Groups(_)
            | Update::Commits(_)
            | Update::Offsets(_)
            | Update::Stamps(_)
            | Update::Reassignments(_)
            | Update::Series(_) => {}
        }
        envelope
    }

    /// The other name of this one; a new one where it has none yet.
    fn other(&mut self, name: &Name, kind: &str) -> Name {
        if name.is_empty() {
            return name.clone();
        }
        if let Some(given) = self.given.get(name) {
            return given.clone();
        }
        let given: Name = format!("{kind}-{}", self.given.len() + 1).into();
        self.given.insert(name.clone(), given.clone());
        given
    }

    fn hide_pods(&mut self, delta: &mut Delta<PodRow>) {
        for pod in &mut delta.set {
            pod.ip = pod.ip.as_ref().map(|ip| self.other(ip, "host"));
            pod.node = pod.node.as_ref().map(|node| self.other(node, "node"));
        }
    }

    fn hide_nodes(&mut self, delta: &mut Delta<NodeRow>) {
        let set = delta.set.iter_mut().map(|node| &mut node.name);
        for name in set.chain(&mut delta.gone) {
            *name = self.other(name, "node");
        }
    }

    fn hide_warnings(&mut self, delta: &mut Delta<Warning>) {
        for warning in &mut delta.set {
            if &*warning.about.kind == "Node" {
                warning.about.name = self.other(&warning.about.name, "node");
            }
            warning.message = self.sentence(&warning.message);
        }
    }

    fn hide_sentence(&mut self, text: &mut Option<Name>) {
        *text = text.as_ref().map(|text| self.sentence(text));
    }

    /// A sentence with other names for the hosts in it: for known ones, and for what has dots within and is no number. It
    /// errs on the side of too many.
    fn sentence(&mut self, text: &str) -> Name {
        let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_');
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let long = rest
                .find(|letter| is_part(letter) != is_part(first))
                .unwrap_or(rest.len());
            let (word, behind) = rest.split_at(long);
            rest = behind;
            let name = word.trim_end_matches('.');
            let known = self.given.get(name).cloned();
            if let Some(given) = known.or_else(|| self.host(name)) {
                out.push_str(&given);
                out.push_str(word.strip_prefix(name).unwrap_or_default());
            } else {
                out.push_str(word);
            }
        }
        out.into()
    }

    /// The other name of a word that looks like a host or an address.
    fn host(&mut self, word: &str) -> Option<Name> {
        let parts: Vec<&str> = word.split('.').collect();
        let several = parts.len() > 1 && parts.iter().all(|part| !part.is_empty());
        let letters = word.starts_with(|c: char| c.is_alphabetic());
        let address = parts.len() == 4 && parts.iter().all(|part| part.parse::<u8>().is_ok());
        (several && (letters || address)).then(|| self.other(&word.into(), "host"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_in_sentences_have_the_names_that_they_have_elsewhere() {
        let mut redaction = Redaction::default();
        let node = redaction.other(&"worker-1".into(), "node");
        let said = redaction.sentence(
            "kafka-0.prod.example.com:9092: 10.0.3.4 on worker-1 refused 3 times in 2.5s.",
        );
        assert_eq!(&*node, "node-1");
        assert_eq!(
            &*said,
            "host-2:9092: host-3 on node-1 refused 3 times in 2.5s."
        );
        assert_eq!(&*redaction.other(&"10.0.3.4".into(), "host"), "host-3");
        assert_eq!(&*redaction.sentence("all is well"), "all is well");
    }
}
