//! From the brokers to one lag.

use std::{sync::Arc, time::Duration};

use super::{Came, Found, rule::Right};
use crate::net::{
    kafka::{
        ByCoordinator, Client, Error, GroupType, LeaderPartition, Metadata, OffsetAt, OffsetSpec,
    },
    reach::Way,
};

/// Partitions whose ends are asked for: one is enough, and some may have no end to tell.
const MOST: usize = 20;

pub(super) async fn brokers(
    client: &Client,
    way: &Way,
    user: Option<&str>,
    limit: Duration,
) -> Found<Arc<Metadata>> {
    match client.metadata(limit).await {
        Ok(metadata) => {
            let through = if way.is_tunnel() {
                "through the API server"
            } else {
                "directly"
            };
            let (brokers, topics) = (metadata.brokers.len(), metadata.topics.len());
            let count = |of: usize, name: &str| {
                let s = if of == 1 { "" } else { "s" };
                format!("{of} {name}{s}")
            };
            let said = format!(
                "{}, {}, reached {through}",
                count(brokers, "broker"),
                count(topics, "topic")
            );
            Found::fine(said, metadata)
        }
        Err(why) => {
            let missing: Vec<Right> = match (&why, way.namespace()) {
                (Error::Denied { .. }, Some(namespace)) => ["get", "create"]
                    .map(|verb| Right {
                        group: String::new(),
                        resource: "pods/portforward".to_owned(),
                        verb,
                        namespace: Some(namespace.to_owned()),
                    })
                    .into(),
                _ => Vec::new(),
            };
            Found::failed(why.to_string()).ruled(&missing, user)
        }
    }
}

/// Groups that commit, by the broker that coordinates them.
pub(super) async fn groups(client: &Client, limit: Duration) -> Found<ByCoordinator> {
    let listed = client.list_groups(limit).await;
    let asked = listed.len();
    let mut commits = ByCoordinator::new();
    let (mut seen, mut failed) = (0, Vec::new());
    for (broker, answer) in listed {
        match answer {
            Ok(groups) => {
                seen += groups.len();
                let of = groups
                    .into_iter()
                    .filter(|group| group.kind.as_ref() != Some(&GroupType::Share))
                    .map(|group| group.group);
                commits.entry(broker).or_default().extend(of);
            }
            Err(why) => failed.push(why.to_string()),
        }
    }
    if failed.len() == asked && asked > 0 {
        return Found::failed(failed.join("; "));
    }
    if seen == 0 {
        return Found::failed(
            "no group: there is none, or the ACL Describe on Group is missing, without which Kafka leaves them out",
        );
    }
    let answered = asked - failed.len();
    let mut said = format!("{seen} groups on {answered} of {asked} brokers");
    for why in &failed {
        said.push_str("; ");
        said.push_str(why);
    }
    Found {
        came: if failed.is_empty() {
            Came::Fine
        } else {
            Came::Partly
        },
        ..Found::fine(said, commits)
    }
}

/// The lag of one partition: the first that is committed, has a leader, and whose end is told.
pub(super) async fn lag(
    client: &Client,
    metadata: &Metadata,
    groups: &ByCoordinator,
    limit: Duration,
) -> Found<()> {
    let fetched = client.offset_fetch(groups, limit).await;
    let mut refused = Vec::new();
    let mut committed = Vec::new();
    for answer in fetched.into_values() {
        let found = match answer {
            Ok(found) => found,
            Err(why) => {
                refused.push(why.to_string());
                continue;
            }
        };
        for of in found {
            match of.result {
                Ok(places) => committed.extend(places.into_iter().filter_map(|place| {
                    let at = place.result.ok()??;
                    Some((Arc::clone(&of.group), place.topic, place.partition, at))
                })),
                Err(code) => refused.push(format!("OffsetFetch of group {}: {code}", of.group)),
            }
        }
    }
    let leader = |topic: &str, partition: i32| {
        let of = metadata.topics.iter().find(|of| &*of.name == topic)?;
        let partition = of.partitions.iter().find(|of| of.index == partition)?;
        partition.leader
    };
    let led = committed
        .into_iter()
        .filter_map(|of| leader(&of.1, of.2).map(|leader| (of, leader)));
    let led: Vec<_> = led.take(MOST).collect();
    let asked: Vec<LeaderPartition> = led
        .iter()
        .map(|((_, topic, partition, _), leader)| LeaderPartition {
            topic: Arc::clone(topic),
            partition: *partition,
            leader: *leader,
            leader_epoch: None,
        })
        .collect();
    let mut ends = Vec::new();
    for answer in client
        .list_offsets(OffsetSpec::Latest, &asked, limit)
        .await
        .into_values()
    {
        match answer {
            Ok(found) => ends.extend(found),
            Err(why) => refused.push(why.to_string()),
        }
    }
    for ((group, topic, partition, committed), _) in &led {
        let end = ends
            .iter()
            .find(|end| end.topic == *topic && end.partition == *partition);
        match end.map(|end| &end.result) {
            Some(Ok(OffsetAt {
                offset: Some(end), ..
            })) => {
                let lag = end - committed;
                let said = format!(
                    "{lag} records: group {group}, {topic}-{partition}, committed {committed}, end {end}"
                );
                return Found::fine(said, ());
            }
            Some(Err(code)) => {
                refused.push(format!("ListOffsets of {topic}-{partition}: {code}"));
            }
            _ => {}
        }
    }
    if refused.is_empty() {
        return Found::failed("no group has committed an offset of a partition that has a leader");
    }
    refused.sort();
    refused.dedup();
    Found::failed(refused.join("; "))
}
