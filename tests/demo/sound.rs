//! What must hold of every site that the demo world makes, and what can be seen of its troubles.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll::model::{
    BrokerId, Envelope, GroupKind, Name, Partition, PartitionId, Site, Source, State, Update,
};

use super::START;

/// Committed, end and start of every partition of every group, as the site knows them.
pub(crate) fn positions(site: &Site) -> Vec<(Name, PartitionId, i64, i64, i64)> {
    let mut positions = Vec::new();
    for group in site.kafka.groups.iter() {
        let Some(commits) = group.commits(&site.kafka) else {
            continue;
        };
        for (topic, partitions) in &commits.value.topics {
            for committed in partitions {
                let id = PartitionId {
                    topic: topic.clone(),
                    partition: committed.partition,
                };
                let (_, log) = site
                    .kafka
                    .partition(&id)
                    .expect("a commit for a known partition");
                let (start, end) = (log.start.unwrap().value, log.end.unwrap().value);
                let at = committed.offset.unwrap();
                assert!(
                    committed
                        .lag
                        .is_none_or(|lag| (0..=end - at).contains(&lag))
                );
                positions.push((group.listed.id.clone(), id, at, end, start));
            }
        }
    }
    positions
}

pub(crate) fn lags(site: &Site) -> BTreeMap<Name, i64> {
    let mut lags = BTreeMap::new();
    for (group, _, at, end, _) in positions(site) {
        *lags.entry(group).or_default() += end - at;
    }
    lags
}

/// No table of a site at rest is empty.
pub(crate) fn assert_full(site: &Site) {
    let sizes = [
        ("pods", site.pods.len()),
        ("nodes", site.nodes.len()),
        ("deployments", site.deployments.len()),
        ("stateful sets", site.stateful_sets.len()),
        ("replica sets", site.replica_sets.len()),
        ("autoscalers", site.autoscalers.len()),
        ("scaled objects", site.scaled_objects.len()),
        ("warnings", site.warnings.len()),
        ("strimzi", site.strimzi.len()),
        ("pod usage", site.pods.usages().count()),
        ("node usage", site.node_usage.len()),
        ("topics", site.kafka.topics.len()),
        ("groups", site.kafka.groups.len()),
        ("disks", site.kafka.disks.len()),
        ("series", site.series.len()),
    ];
    for (table, size) in sizes {
        assert!(size > 0, "no {table}");
    }
    for topic in site.kafka.topics.iter() {
        assert!(
            topic.config.is_some() && topic.bytes.is_some(),
            "{}",
            topic.meta.name
        );
    }
    assert!(site.workloads().all(|workload| workload.app.is_some()));
    let fraud = site.workloads().find(|row| &*row.id.name == "fraud");
    assert_eq!(fraud.unwrap().groups, [Name::from("fraud")]);
    let mut groups: Vec<_> = site.strimzi.iter().flat_map(|row| &row.groups).collect();
    groups.sort();
    assert_eq!(
        groups,
        ["connect-warehouse", "demo-connect"]
            .map(Name::from)
            .each_ref()
    );
    let kinds: BTreeSet<_> = site
        .kafka
        .groups
        .iter()
        .map(|group| group.listed.kind)
        .collect();
    assert_eq!(kinds.len(), 4, "{kinds:?}");
    assert_eq!(
        site.health
            .values()
            .map(|health| health.notes.len())
            .sum::<usize>(),
        0
    );
}

/// What must hold of a site at every second.
pub(crate) fn assert_sound(site: &Site, second: i64) {
    // Offsets are read every 5 s.
    let read = if second % 5 == 0 {
        positions(site)
    } else {
        Vec::new()
    };
    for (group, id, at, end, start) in read {
        assert!(
            start <= at && at <= end,
            "{second} s: {group} {id}: {start} {at} {end}"
        );
    }
    let cluster = &site.kafka.cluster.as_ref().unwrap().value;
    let known = |id: &BrokerId| cluster.brokers.iter().any(|broker| broker.id == *id);
    assert!(
        cluster.controller.as_ref().is_some_and(known),
        "{second} s: no controller"
    );
    for (topic, p) in site
        .kafka
        .topics
        .iter()
        .flat_map(|topic| topic.meta.partitions.iter().map(move |p| (topic, p)))
    {
        let name = &topic.meta.name;
        assert!(
            p.leader.is_none_or(|id| p.isr.contains(&id) && known(&id)),
            "{name} {p:?}"
        );
        assert!(
            !p.isr.is_empty() && p.isr.iter().all(|id| p.replicas.contains(id)),
            "{p:?}"
        );
        assert!(
            p.offline
                .iter()
                .all(|id| p.replicas.contains(id) && !known(id)),
            "{p:?}"
        );
    }
    for pod in site.pods.iter() {
        let owner = pod.owner.as_ref().expect("every pod here is owned");
        let known = match &*owner.kind {
            "ReplicaSet" => site.replica_sets.iter().any(|set| {
                let parent = set.owner.as_ref().unwrap();
                set.id.name == owner.name
                    && site.deployments.iter().any(|d| d.id.name == parent.name)
            }),
            "StatefulSet" => site.stateful_sets.iter().any(|s| s.id.name == owner.name),
            "StrimziPodSet" => site.strimzi.iter().any(|s| s.name == owner.name),
            kind => kind == "Job",
        };
        assert!(known, "{second} s: {} is owned by no {owner:?}", pod.id);
        assert!(pod.ready == 0 || pod.node.is_some() && pod.ip.is_some());
    }
    for (usage, _) in site.pods.usages() {
        assert!(
            site.pods.get(usage).is_some(),
            "{second} s: usage of {usage}, which is gone"
        );
    }
}

/// What must hold of members as they are told: each host is one pod, each partition has one owner at most, and exactly
/// one once the group is stable.
pub(crate) fn assert_members(said: &[Envelope], site: &Site) {
    let told = said.iter().filter_map(|e| match &e.update {
        Update::Members(groups) => Some(groups),
        _ => None,
    });
    for group in told.flatten() {
        let row = site.kafka.groups.get(&group.group).unwrap();
        for member in &group.members {
            assert_eq!(site.pods.at_ip(&member.host).count(), 1, "{}", member.host);
            assert!(!group.rebalancing || member.owned.is_empty());
        }
        let mut owned: Vec<(&Name, i32)> = group
            .members
            .iter()
            .flat_map(|member| &member.owned)
            .flat_map(|own| own.partitions.iter().map(move |p| (&own.topic, *p)))
            .collect();
        owned.sort_unstable();
        let told = owned.len();
        owned.dedup();
        let shared = row.listed.kind == GroupKind::Share;
        assert!(shared || told == owned.len(), "two owners in {group:?}");
        let commits = &row.commits(&site.kafka).unwrap().value;
        let all: usize = commits
            .topics
            .iter()
            .map(|(_, partitions)| partitions.len())
            .sum();
        if &*group.state == "Stable" {
            assert_eq!(owned.len(), all, "{group:?}");
        }
    }
}

/// The troubles that can be seen in what was said in one second.
pub(crate) fn troubles(said: &[Envelope], site: &Site) -> Vec<&'static str> {
    let mut seen = Vec::new();
    for envelope in said {
        seen.extend(match &envelope.update {
            Update::Pods(d) if d.set.iter().any(|p| &*p.status == "CrashLoopBackOff") => {
                Some("crash")
            }
            Update::ReplicaSets(d) if !d.begin && !d.done && envelope.at > START => {
                (!d.set.is_empty()).then_some("rollout")
            }
            Update::Nodes(d) if d.set.iter().any(|node| node.ready != Some(true)) => {
                Some("node loss")
            }
            Update::Metadata(m) if m.cluster.brokers.len() < 6 => Some("broker loss"),
            Update::Reassignments(moving) if !moving.is_empty() => Some("reassignment"),
            Update::Members(groups) if groups.iter().any(|group| group.rebalancing) => {
                Some("rebalance")
            }
            Update::Health(report) => match (report.source, &report.state) {
                (Source::Series, State::Unreachable) => Some("metrics outage"),
                // A broker that dies is silent for two rounds at most before it is fenced.
                (Source::Lag, State::Stale) => Some("slow answer"),
                _ => None,
            },
            _ => None,
        });
    }
    let offline = |p: &Partition| p.leader.is_none();
    let under = |p: &Partition| p.isr.len() < 2;
    for partition in site
        .kafka
        .topics
        .iter()
        .flat_map(|topic| &topic.meta.partitions)
    {
        seen.extend(offline(partition).then_some("offline partition"));
        seen.extend(under(partition).then_some("under min.insync.replicas"));
    }
    seen
}
