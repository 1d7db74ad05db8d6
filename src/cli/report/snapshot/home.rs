//! What is wrong, worst first, and how the sources are.

use serde_json::json;

use crate::{
    cli::report::{Item, json::item, json::moment, needs::system_name},
    insight::{Picture, rank},
    model::{Key, Site, Source, Time},
};

pub(super) const FINDING: &[&str] = &[
    "severity",
    "kind",
    "name",
    "what",
    "why",
    "lag",
    "growth_per_second",
];

pub(super) const SOURCE: &[&str] = &[
    "source", "system", "state", "since", "last_ok", "requests", "errors", "bytes", "why",
];

/// The findings, worst first; `growth_per_second` is the growth of a group's lag over the last minute.
pub(super) fn findings(picture: &Picture, namespace: Option<&str>, now: Time) -> Vec<Item> {
    let shown = |key: &Key| {
        let of = match key {
            Key::Pod(id) => &id.namespace,
            Key::Workload(id) => &id.namespace,
            _ => return true,
        };
        namespace.is_none_or(|only| only == &**of)
    };
    rank(picture, now)
        .0
        .into_iter()
        .filter(|finding| shown(&finding.subject))
        .map(|finding| {
            let (kind, name) = noun(&finding.subject);
            item(json!({
                "severity": finding.severity.word().to_lowercase(),
                "kind": kind,
                "name": name,
                "what": finding.what,
                "why": finding.why,
                "lag": finding.lag,
                "growth_per_second": finding.growth,
            }))
        })
        .collect()
}

/// The kind of a thing, and its name as it stands in the other reports.
fn noun(key: &Key) -> (&'static str, String) {
    match key {
        Key::Group(name) => ("group", name.to_string()),
        Key::Member { member, .. } => ("member", member.to_string()),
        Key::Topic(name) => ("topic", name.to_string()),
        Key::Partition(id) => ("partition", id.to_string()),
        Key::Broker(id) => ("broker", id.to_string()),
        Key::Pod(id) => ("pod", id.to_string()),
        Key::Workload(id) => ("workload", id.to_string()),
        Key::Node(name) => ("node", name.to_string()),
        Key::Source(source) => ("source", source.to_string()),
        Key::Event(id) => ("event", id.to_string()),
        Key::Cause { group, .. } => ("group", group.to_string()),
        Key::Log(line) => ("log", line.to_string()),
    }
}

/// The sources that have said anything, in the order of the screen.
pub(super) fn sources(site: &Site) -> Vec<Item> {
    let heard = Source::ALL
        .iter()
        .filter_map(|source| site.health.get(source));
    heard
        .map(|health| {
            let report = &health.report;
            item(json!({
                "source": report.source.name(),
                "system": system_name(report.source.system()),
                "state": report.state.word(),
                "since": moment(health.since),
                "last_ok": health.last_ok.map(moment),
                "requests": report.requests,
                "errors": report.errors,
                "bytes": report.bytes,
                "why": report.why,
            }))
        })
        .collect()
}
