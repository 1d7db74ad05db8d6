//! Preferred leader election: which partitions would change their leader, and what each broker gains and loses.

use std::{collections::BTreeMap, fmt};

use crate::{
    insight::Picture,
    model::{BrokerId, Key, Name, PartitionId, Site},
};

use super::{Change, LeaderMove, Note, Plan};

/// Partitions in one request: Cruise Control's own limit for a cluster.
const BATCH: usize = 1_000;
/// Partitions that the preview names.
const NAMED: usize = 8;

/// Which partitions are looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    Cluster,
    /// Those that prefer this broker.
    Broker(BrokerId),
    Topic(Name),
    Partition(PartitionId),
}

impl Scope {
    /// The scope of what the cursor is on.
    pub fn of(key: Option<&Key>) -> Scope {
        match key {
            Some(Key::Broker(id)) => Scope::Broker(*id),
            Some(Key::Topic(name)) => Scope::Topic(name.clone()),
            Some(Key::Partition(id)) => Scope::Partition(id.clone()),
            _ => Scope::Cluster,
        }
    }

    fn holds(&self, topic: &Name, partition: i32, preferred: BrokerId) -> bool {
        match self {
            Scope::Cluster => true,
            Scope::Broker(id) => *id == preferred,
            Scope::Topic(name) => name == topic,
            Scope::Partition(id) => id.topic == *topic && id.partition == partition,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scope::Cluster => f.write_str("the whole cluster"),
            Scope::Broker(id) => write!(f, "partitions that prefer broker {id}"),
            Scope::Topic(name) => write!(f, "topic {name}"),
            Scope::Partition(id) => write!(f, "partition {id}"),
        }
    }
}

/// Partitions of these scopes that their preferred replica does not lead: those that it could, and how many it cannot
/// because it is not in sync or not alive.
pub fn election_candidates(site: &Site, scopes: &[Scope]) -> (Vec<LeaderMove>, usize) {
    let alive = |id: BrokerId| site.kafka.broker(id).is_some();
    let mut moves = Vec::new();
    let mut cannot = 0;
    for topic in site.kafka.topics.iter() {
        for partition in &topic.meta.partitions {
            let Some(preferred) = partition.replicas.first().copied() else {
                continue;
            };
            let name = &topic.meta.name;
            let wanted = scopes
                .iter()
                .any(|scope| scope.holds(name, partition.index, preferred));
            if !wanted || partition.leader == Some(preferred) {
                continue;
            }
            if !partition.isr.contains(&preferred) || !alive(preferred) {
                cannot += 1;
                continue;
            }
            moves.push(LeaderMove {
                id: PartitionId {
                    topic: name.clone(),
                    partition: partition.index,
                },
                from: partition.leader,
                to: preferred,
            });
        }
    }
    (moves, cannot)
}

/// Leaders of each broker as they are.
fn leaders(site: &Site) -> BTreeMap<BrokerId, usize> {
    let brokers = site
        .kafka
        .cluster
        .iter()
        .flat_map(|cluster| &cluster.value.brokers);
    let mut count: BTreeMap<BrokerId, usize> = brokers.map(|broker| (broker.id, 0)).collect();
    for topic in site.kafka.topics.iter() {
        for leader in topic
            .meta
            .partitions
            .iter()
            .filter_map(|partition| partition.leader)
        {
            *count.entry(leader).or_default() += 1;
        }
    }
    count
}

/// Plans the election for the partitions of these scopes.
pub fn elect(picture: &Picture, scopes: &[Scope]) -> Result<Plan, String> {
    let site = &picture.site;
    let Some(cluster) = &site.kafka.cluster else {
        return Err("Kafka has not been read".to_owned());
    };
    let (mut moves, cannot) = election_candidates(site, scopes);
    let named: Vec<String> = scopes.iter().map(ToString::to_string).collect();
    let mut facts = vec![("scope", named.join(", "))];
    let mut notes = Vec::new();
    if moves.len() > BATCH {
        notes.push(Note::warn(format!(
            "{} partitions are eligible; the first {BATCH} are elected now, ask again for the rest",
            moves.len()
        )));
        moves.truncate(BATCH);
    }
    if moves.is_empty() {
        notes.push(Note::refuse(if cannot == 0 {
            "every partition is led by its preferred replica already"
        } else {
            "no preferred replica that does not lead is alive and in sync"
        }));
    }
    if cannot > 0 {
        notes.push(Note::plain(format!(
            "{cannot} more cannot be: their preferred replica is not alive or not in sync"
        )));
    }
    let before = leaders(site);
    let mut after = before.clone();
    for of in &moves {
        if let Some(count) = of.from.and_then(|from| after.get_mut(&from)) {
            *count = count.saturating_sub(1);
        }
        *after.entry(of.to).or_default() += 1;
    }
    facts.push(("partitions", format!("{} change their leader", moves.len())));
    for (broker, then) in &after {
        let now = before.get(broker).copied().unwrap_or(0);
        if now != *then {
            let change = i64::try_from(*then).unwrap_or(0) - i64::try_from(now).unwrap_or(0);
            facts.push((
                "broker",
                format!("{broker}: leads {now}, then {then} ({change:+})"),
            ));
        }
    }
    for of in moves.iter().take(NAMED) {
        let from = of
            .from
            .map_or_else(|| "none".to_owned(), |from| from.to_string());
        facts.push(("leader", format!("{}: {from} to {}", of.id, of.to)));
    }
    if moves.len() > NAMED {
        facts.push(("leader", format!("and {} more", moves.len() - NAMED)));
    }
    notes.push(Note::plain(
        "no data moves; clients of these partitions look up the leader anew",
    ));
    let server = cluster.value.brokers.first().map_or_else(
        || "HOST:PORT".to_owned(),
        |b| format!("{}:{}", b.host, b.port),
    );
    let command = command(&server, &moves);
    Ok(Plan {
        change: Change::Elect { moves },
        facts,
        notes,
        command,
        undo: Err("nothing to undo: each leader is where its replica list prefers it"),
        groups: Vec::new(),
    })
}

fn command(server: &str, moves: &[LeaderMove]) -> String {
    let tool =
        format!("kafka-leader-election.sh --bootstrap-server {server} --election-type preferred");
    match moves {
        [one] => format!(
            "{tool} --topic {} --partition {}",
            one.id.topic, one.id.partition
        ),
        several => {
            let listed: Vec<String> = several
                .iter()
                .map(|of| {
                    format!(
                        "{{\"topic\":\"{}\",\"partition\":{}}}",
                        of.id.topic, of.id.partition
                    )
                })
                .collect();
            format!(
                "{tool} --path-to-json-file /dev/stdin <<< '{{\"partitions\":[{}]}}'",
                listed.join(",")
            )
        }
    }
}
