//! What hurts now: the rules, one function for each kind of thing.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{BrokerId, Group, Key, Name, Ring, Source, State, System};

use super::{
    GroupHistory, PartitionHealth, Picture, broker_pod, effective_min_isr, partition_health,
};

/// How bad a finding is. The order is that of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// A broker that is missed: the cause of much below it.
    Broker,
    /// Data cannot be read or written.
    Offline,
    /// Writes with acks=all fail.
    UnderMinIsr,
    /// A group falls behind.
    Falling,
    /// A group has lag and nobody who works on it, is more than a minute behind, or its numbers are not what they should be.
    Behind,
    Node,
    Pod,
    UnderReplicated,
    Source,
}

impl Severity {
    /// One short word for the first column.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Broker => "BROKER",
            Severity::Offline => "OFFLINE",
            Severity::UnderMinIsr => "MIN ISR",
            Severity::Falling => "FALLING",
            Severity::Behind => "BEHIND",
            Severity::Node => "NODE",
            Severity::Pod => "POD",
            Severity::UnderReplicated => "REPLICA",
            Severity::Source => "SOURCE",
        }
    }
}

/// One thing that is wrong, and why we say so.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub severity: Severity,
    /// What Enter opens.
    pub subject: Key,
    pub what: String,
    pub why: String,
    /// Lag of a group, and its growth in records per second over the last minute.
    pub lag: Option<i64>,
    pub growth: Option<f64>,
}

impl Finding {
    pub(super) fn new(severity: Severity, subject: Key, what: String, why: String) -> Self {
        Finding {
            severity,
            subject,
            what,
            why,
            lag: None,
            growth: None,
        }
    }
}

fn list(numbers: &[i32]) -> String {
    const SHOWN: usize = 6;
    let shown: Vec<String> = numbers
        .iter()
        .take(SHOWN)
        .map(ToString::to_string)
        .collect();
    let rest = numbers.len().saturating_sub(SHOWN);
    let more = if rest > 0 {
        format!(" and {rest} more")
    } else {
        String::new()
    };
    format!("{}{more}", shown.join(", "))
}

/// `1 pod`, `2 pods`.
pub fn count(n: usize, one: &str) -> String {
    format!("{n} {one}{}", if n == 1 { "" } else { "s" })
}

/// Returns whether it asked for the pod of a broker.
pub(super) fn partitions(picture: &Picture, found: &mut Vec<Finding>) -> bool {
    let mut lagging: BTreeMap<BrokerId, BTreeSet<(Name, i32)>> = BTreeMap::new();
    let mut leaderless: BTreeMap<BrokerId, usize> = BTreeMap::new();
    for topic in picture.site.kafka.topics.iter() {
        let mut offline = Vec::new();
        let mut under = Vec::new();
        for partition in &topic.meta.partitions {
            match partition_health(topic, partition) {
                PartitionHealth::Offline => offline.push(partition.index),
                PartitionHealth::UnderMinIsr => under.push(partition.index),
                PartitionHealth::UnderReplicated | PartitionHealth::Healthy => {}
            }
            for replica in partition
                .replicas
                .iter()
                .filter(|_| partition.leader.is_none())
            {
                *leaderless.entry(*replica).or_default() += 1;
            }
            for replica in partition.lagging() {
                let of = lagging.entry(replica).or_default();
                of.insert((topic.meta.name.clone(), partition.index));
            }
        }
        let name = &topic.meta.name;
        if !offline.is_empty() {
            found.push(Finding::new(
                Severity::Offline,
                Key::Topic(name.clone()),
                name.to_string(),
                format!(
                    "no leader: {} ({})",
                    count(offline.len(), "partition"),
                    list(&offline)
                ),
            ));
        }
        if !under.is_empty() {
            let needed = topic
                .meta
                .partitions
                .iter()
                .filter_map(|p| effective_min_isr(topic, p));
            let min = needed.max().unwrap_or(0);
            found.push(Finding::new(
                Severity::UnderMinIsr,
                Key::Topic(name.clone()),
                name.to_string(),
                format!(
                    "fewer than {min} in sync, acks=all fails: {} ({})",
                    count(under.len(), "partition"),
                    list(&under)
                ),
            ));
        }
    }
    let asks = !lagging.is_empty();
    for (broker, partitions) in lagging {
        let known = picture.site.kafka.broker(broker);
        let pod = known.and_then(|known| broker_pod(&picture.site, known).pod.to);
        let state = match (known, pod) {
            (None, _) => "is not in the cluster".to_owned(),
            (Some(_), Some(pod)) => format!("is out of sync; its pod {} is {}", pod.id, pod.status),
            (Some(_), None) => "is out of sync".to_owned(),
        };
        let severity = if known.is_none() {
            Severity::Broker
        } else {
            Severity::UnderReplicated
        };
        let without = match leaderless.get(&broker) {
            Some(without) if known.is_none() => format!(", {without} without a leader"),
            _ => String::new(),
        };
        found.push(Finding::new(
            severity,
            Key::Broker(broker),
            format!("broker {broker}"),
            format!(
                "{state}: {} under-replicated{without}",
                count(partitions.len(), "partition")
            ),
        ));
    }
    asks
}

/// Whether a lag rises: the thirds of the last minute rise, and by more than commits and polls alone explain. A group
/// that keeps up has the lag that came in since its last commit: `inflow` x (commit interval + poll), both taken as 5 s.
/// Until the inflow is known, four of five steps of all that is remembered must go up.
pub(super) fn rises(ring: &Ring, inflow: Option<f64>) -> bool {
    const GRAIN_SECONDS: f64 = 10.0;
    let Some((now, _)) = ring.last() else {
        return false;
    };
    // Less than most of a minute may be one tooth of a saw: a group that commits every half minute.
    if ring.growth(60_000).is_none_or(|growth| growth <= 0.0) {
        return false;
    }
    let within = |millis| ring.iter().filter(move |(at, _)| now.since(*at) <= millis);
    let mut recent: Vec<f64> = within(60_000).map(|(_, value)| value).collect();
    if recent.len() < 3 {
        // At the start there is only what was back-filled, every half minute.
        let wider: Vec<f64> = within(180_000).map(|(_, value)| value).collect();
        recent = wider
            .get(wider.len().saturating_sub(3)..)
            .unwrap_or_default()
            .to_vec();
    }
    let third = recent.len() / 3;
    if third == 0 {
        return false;
    }
    let (Some(first), Some(middle), Some(last)) = (
        recent.get(..third),
        recent.get(third..recent.len() - third),
        recent.get(recent.len() - third..),
    ) else {
        return false;
    };
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
    let steps: Vec<f64> = recent
        .windows(2)
        .map(|pair| {
            pair.iter()
                .rev()
                .copied()
                .reduce(|a, b| a - b)
                .unwrap_or(0.0)
        })
        .collect();
    let step = mean(&steps);
    let noise = mean(&steps.iter().map(|s| (s - step).abs()).collect::<Vec<_>>());
    let highest_first = first.iter().copied().fold(f64::MIN, f64::max);
    let lowest_last = last.iter().copied().fold(f64::MAX, f64::min);
    let rise = mean(last) - mean(first);
    let floor = if let Some(inflow) = inflow {
        0.5 * inflow * GRAIN_SECONDS
    } else {
        let whole: Vec<f64> = ring.iter().map(|(_, value)| value).collect();
        let up = whole
            .iter()
            .zip(whole.iter().skip(1))
            .filter(|(a, b)| b > a)
            .count();
        if whole.len() < 8 || 5 * up < 4 * (whole.len() - 1) {
            return false;
        }
        0.0
    };
    mean(first) < mean(middle)
        && mean(middle) < mean(last)
        && lowest_last > highest_first
        && rise >= (1.5 * noise).max(floor).max(3.0)
}

/// What is wrong with the group of a number.
pub(super) fn group(picture: &Picture, number: u32) -> Option<Finding> {
    let group = picture.site.kafka.groups.row(number)?;
    let history = picture.history.at(number)?;
    let (severity, why) = if history.rises {
        (Severity::Falling, falling(group, history))
    } else {
        (Severity::Behind, behind(group, history)?)
    };
    let id = &group.listed.id;
    Some(Finding {
        lag: history.lag.known,
        growth: history.growth(),
        ..Finding::new(severity, Key::Group(id.clone()), id.to_string(), why)
    })
}

fn members(group: &Group) -> String {
    match &group.members {
        Some(members) => count(members.value.members.len(), "member"),
        None => "members not read yet".to_owned(),
    }
}

fn falling(group: &Group, history: &GroupHistory) -> String {
    let lag = history.lag.words();
    let growth = history.growth().unwrap_or(0.0);
    format!(
        "lag {lag}, +{growth:.0}/s over the last minute; {}",
        members(group)
    )
}

/// Why a group is behind though its lag does not rise, or is not known to: nobody works on it, it is more than a minute
/// of what comes in behind, or its commits are where no record is. A handful of records that never goes away is what
/// markers of transactions leave.
fn behind(group: &Group, history: &GroupHistory) -> Option<String> {
    const RESIDUE: i64 = 5;
    const SECONDS: f64 = 60.0;
    let lag = history.lag.known.unwrap_or(0);
    let said = history.lag.words();
    let mut why = Vec::new();
    if matches!(&*group.listed.state, "Empty" | "Dead") {
        if lag > 0 {
            why.push(format!("lag {said} and no member ({})", group.listed.state));
        }
    } else if let Some(inflow) = history
        .inflow
        .filter(|inflow| lag > RESIDUE && lag as f64 > inflow * SECONDS)
    {
        let depth = if inflow < 0.1 {
            "while nothing comes in".to_owned()
        } else {
            format!("{:.0} min of what comes in", lag as f64 / inflow / SECONDS)
        };
        why.push(format!("lag {said}, {depth}; {}", members(group)));
    }
    if history.lag.lost > 0 {
        why.push(format!(
            "{} committed before the log start",
            count(history.lag.lost, "partition")
        ));
    }
    if history.lag.ahead > 0 {
        why.push(format!(
            "{} committed beyond the end",
            count(history.lag.ahead, "partition")
        ));
    }
    (!why.is_empty()).then(|| why.join("; "))
}

pub(super) fn nodes(picture: &Picture, found: &mut Vec<Finding>) {
    for node in picture.site.nodes.iter() {
        let pressure: Vec<&str> = node.conditions.iter().map(|c| &**c).collect();
        let ready = match node.ready {
            Some(true) if pressure.is_empty() => continue,
            Some(true) => "ready",
            Some(false) => "not ready",
            None => "ready is unknown",
        };
        // A cordoned node is somebody's decision, not a fault.
        if node.ready == Some(true) && pressure == ["SchedulingDisabled"] {
            continue;
        }
        let why = match pressure.as_slice() {
            [] => ready.to_owned(),
            some => format!("{ready}: {}", some.join(", ")),
        };
        found.push(Finding::new(
            Severity::Node,
            Key::Node(node.name.clone()),
            format!("node {}", node.name),
            why,
        ));
    }
}

/// Sick sources; those of one system that fail alike are one finding.
pub(super) fn sources(picture: &Picture, found: &mut Vec<Finding>) {
    let mut alike: BTreeMap<(System, &'static str), Vec<Source>> = BTreeMap::new();
    for (source, health) in &picture.site.health {
        let state = &health.report.state;
        if state.is_sick() {
            let word = state.word();
            alike
                .entry((source.system(), word))
                .or_default()
                .push(*source);
        }
    }
    for ((_, word), sick) in alike {
        let Some(first) = sick.first() else { continue };
        let health = picture.site.health.get(first);
        let forbidden = |source: &Source| match picture.site.state(*source) {
            Some(State::Forbidden { verb, resource }) => format!("{verb} {resource}"),
            _ => source.name().to_owned(),
        };
        let names: Vec<String> = sick.iter().map(forbidden).collect();
        let why = health.and_then(|health| health.report.why.clone());
        let why = why.map_or_else(String::new, |why| format!(": {why}"));
        found.push(Finding::new(
            Severity::Source,
            Key::Source(*first),
            format!("{:?}", first.system()),
            format!("{word} ({}){why}", names.join(", ")),
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Time;

    fn ring(values: impl IntoIterator<Item = f64>) -> Ring {
        let mut ring = Ring::default();
        for (step, value) in values.into_iter().enumerate() {
            ring.push(Time(i64::try_from(step).unwrap() * 5_000), value);
        }
        ring
    }

    #[test]
    fn a_steady_rise_is_a_rise_after_most_of_a_minute() {
        let slope = |n: i32, step: f64| ring((0..n).map(|i| 100.0 + f64::from(i) * step));
        assert!(rises(&slope(12, 175.0), Some(60.0)));
        assert!(!rises(&slope(8, 175.0), Some(60.0)), "too early to tell");
        assert!(
            !rises(&slope(12, 10.0), Some(60.0)),
            "commits alone explain it"
        );
        assert!(rises(
            &ring((0..12).map(|i| 1e5 + f64::from(i) * 175.0)),
            Some(60.0)
        ));
        assert!(rises(
            &ring((0..12).map(|i| 1e5 + f64::from(i) * 175.0)),
            None
        ));
    }

    #[test]
    fn the_saw_tooth_of_commits_is_not_a_rise() {
        for phase in 0..12 {
            let lag = (0..12).map(|i| f64::from((i * 7 + phase) % 12) * 20.0);
            assert!(!rises(&ring(lag), Some(15.0)), "phase {phase}");
        }
        assert!(!rises(
            &ring((0..12).map(|i| 1e5 - f64::from(i) * 10.0)),
            Some(1.0)
        ));
    }
}
