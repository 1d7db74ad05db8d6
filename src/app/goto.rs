//! The go-to line: `groups`, `group fraud`, or any name.

use crate::{
    insight::Picture,
    model::{BrokerId, Key},
};

use super::{Pane, PaneId};

/// Where to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    Pane(PaneId),
    Object(Key),
    Quit,
}

/// Words that stand before a name, with the letter by which `kubectl` and others shorten them.
const NOUNS: &[(&str, &[&str])] = &[
    ("group", &["group", "groups", "g"]),
    ("topic", &["topic", "topics", "t"]),
    ("broker", &["broker", "brokers", "b"]),
    ("pod", &["pod", "pods", "po"]),
    (
        "workload",
        &[
            "workload",
            "workloads",
            "deploy",
            "deployment",
            "sts",
            "statefulset",
        ],
    ),
    ("node", &["node", "nodes", "no"]),
    ("source", &["source", "sources"]),
];

/// Suggestions kept.
const SUGGESTIONS: usize = 8;

fn objects(picture: &Picture, noun: Option<&str>) -> Vec<(String, Key)> {
    let site = &picture.site;
    let want = |kind: &str| noun.is_none_or(|noun| noun == kind);
    let mut all = Vec::new();
    if want("group") {
        all.extend(site.kafka.groups.iter().map(|g| {
            (
                format!("group {}", g.listed.id),
                Key::Group(g.listed.id.clone()),
            )
        }));
    }
    if want("topic") {
        all.extend(site.kafka.topics.iter().map(|t| {
            (
                format!("topic {}", t.meta.name),
                Key::Topic(t.meta.name.clone()),
            )
        }));
    }
    if want("broker") {
        let brokers = site.kafka.cluster.iter().flat_map(|c| &c.value.brokers);
        all.extend(brokers.map(|b| (format!("broker {}", b.id), Key::Broker(BrokerId(b.id.0)))));
    }
    if want("workload") {
        all.extend(site.workloads().map(|w| {
            (
                format!("workload {}/{}", w.id.namespace, w.id.name),
                Key::Workload(w.id.clone()),
            )
        }));
    }
    if want("pod") {
        all.extend(
            site.pods
                .iter()
                .map(|p| (format!("pod {}", p.id), Key::Pod(p.id.clone()))),
        );
    }
    if want("node") {
        all.extend(
            site.nodes
                .iter()
                .map(|n| (format!("node {}", n.name), Key::Node(n.name.clone()))),
        );
    }
    if want("source") {
        all.extend(
            site.health
                .keys()
                .map(|s| (format!("source {s}"), Key::Source(*s))),
        );
    }
    all
}

/// What the text may mean, best first, with the words that are shown for it.
pub fn candidates(text: &str, picture: &Picture, panes: &[&dyn Pane]) -> Vec<(String, Command)> {
    let text = text.trim().to_lowercase();
    let (first, rest) = text.split_once(' ').unwrap_or((&text, ""));
    let noun = NOUNS
        .iter()
        .find(|(_, words)| words.contains(&first))
        .map(|(noun, _)| *noun);
    let mut found: Vec<(u8, String, Command)> = Vec::new();
    for pane in panes {
        let name = pane.title().to_lowercase();
        if name.starts_with(&text) {
            found.push((u8::from(name != text), name, Command::Pane(pane.id())));
        }
    }
    if !text.is_empty() && "quit".starts_with(&text) {
        found.push((2, "quit".to_owned(), Command::Quit));
    }
    let (noun, wanted) = match noun {
        Some(noun) if !rest.is_empty() || text.ends_with(' ') => (Some(noun), rest.trim()),
        _ => (None, text.as_str()),
    };
    if !wanted.is_empty() {
        for (label, key) in objects(picture, noun) {
            let lower = label.to_lowercase();
            let name = lower
                .split_once(' ')
                .map_or(lower.as_str(), |(_, name)| name);
            let last = name.rsplit('/').next().unwrap_or(name);
            let rank = match (name == wanted || last == wanted, last.starts_with(wanted)) {
                (true, _) => 1,
                (false, true) => 3,
                (false, false) if name.contains(wanted) => 4,
                _ => continue,
            };
            found.push((rank, label, Command::Object(key)));
        }
    }
    found.sort_by(|a, b| (a.0, a.1.len(), &a.1).cmp(&(b.0, b.1.len(), &b.1)));
    found.truncate(SUGGESTIONS);
    found
        .into_iter()
        .map(|(_, label, command)| (label, command))
        .collect()
}

/// What the text means: the best candidate.
pub fn parse(text: &str, picture: &Picture, panes: &[&dyn Pane]) -> Option<Command> {
    if text.trim() == "q" {
        return Some(Command::Quit);
    }
    candidates(text, picture, panes)
        .into_iter()
        .next()
        .map(|(_, command)| command)
}
