//! Scaling a Deployment or a `StatefulSet`, seen from the groups that its pods consume for.

mod owners;

use std::collections::BTreeSet;

use crate::{
    insight::{
        GroupLag, Ownership, PartitionState, Picture, Want, count, group_partitions, member_pod,
        pod_workload,
    },
    model::{Group, GroupKind, Key, Name, PodId, Site, Source, State, WorkloadId},
};

use super::{Change, Note, Plan};

/// Minutes in which a backlog should be worked off for a count to be called enough.
const DRAIN_MINUTES: f64 = 15.0;
/// Seconds of what comes in that a lag must hold for its pods to be called busy.
const BACKLOG_SECONDS: f64 = 10.0;
/// How many useful counts are named.
const COUNTS: usize = 8;

/// A group whose members run in a workload's pods.
#[derive(Clone, Debug, PartialEq)]
pub struct Serves {
    pub group: Name,
    pub kind: GroupKind,
    /// Partitions that its members could own.
    pub partitions: usize,
    /// Consumers that can own something at once: with the range assignor the partitions of its largest topic. None where
    /// partitions are no limit.
    pub ceiling: Option<usize>,
    /// Those in this workload's pods.
    pub members: usize,
    /// Pods of this workload that they run in.
    pub pods: usize,
    pub assignor: Name,
    pub lag: GroupLag,
    /// Records a second that come in, and by which the lag grows.
    pub inflow: Option<f64>,
    pub growth: Option<f64>,
    /// As many members as there are now worked all the time that those two are of.
    pub evenly: bool,
}

impl Serves {
    /// Pods beyond which the next one would own nothing.
    fn useful_pods(&self) -> Option<usize> {
        // Members in one pod are threads of it: each of them is a consumer.
        let threads = (self.members / self.pods.max(1)).max(1);
        let useful = self.ceiling?.div_ceil(threads);
        (useful > 0).then_some(useful)
    }

    /// Records a second that one pod works off while there is a backlog: a lower bound without one.
    fn pod_rate(&self) -> Option<f64> {
        let consumed = self.inflow? - self.growth?;
        (self.pods > 0 && consumed > 0.0).then(|| consumed / self.pods as f64)
    }
}

/// What `s` scales, from what the cursor is on: the workload itself, or the one behind a pod, a member or a group.
pub fn scale_target(picture: &Picture, key: &Key) -> Result<WorkloadId, String> {
    let site = &picture.site;
    let found = match key {
        Key::Workload(id) => Some(id.clone()),
        Key::Pod(id) => site
            .pods
            .get(id)
            .and_then(|pod| crate::insight::pod_workload(site, pod).to),
        Key::Member { group, member } => {
            let group = site.kafka.groups.get(group);
            let mut members = group
                .iter()
                .flat_map(|group| &group.members)
                .flat_map(|members| &members.value.members);
            members
                .find(|of| of.id == *member)
                .and_then(|member| member_pod(site, member).workload)
        }
        Key::Group(id) => match picture.index.owner_of(site, id) {
            // A guess is not enough to act on, and neither is what was only written down.
            Some(owner) if owner.may_be_acted_upon() => owner.workload().cloned(),
            Some(Ownership::None | Ownership::Unseen) | None => {
                return Err(format!(
                    "which workload serves group {id} is not known: scale the workload itself"
                ));
            }
            Some(owner) => {
                return Err(format!(
                    "which workload serves group {id} is not sure enough ({}): open the workload and scale it there",
                    owner.link().evidence
                ));
            }
        },
        _ => None,
    };
    let id = found.ok_or_else(|| format!("{key} belongs to no workload of this cluster"))?;
    if !matches!(&*id.kind, "Deployment" | "StatefulSet") {
        return Err(format!(
            "{} {}/{}: only Deployments and StatefulSets can be scaled here",
            id.kind, id.namespace, id.name
        ));
    }
    if site.workload(&id).is_none() {
        return Err(format!(
            "{} {}/{} is not known: its list has not been read, or it is gone",
            id.kind, id.namespace, id.name
        ));
    }
    Ok(id)
}

/// The groups whose members run in this workload's pods.
pub fn serves(picture: &Picture, workload: &WorkloadId) -> Vec<Serves> {
    let site = &picture.site;
    let serving = site.kafka.groups.iter().filter(|group| {
        match picture.index.owner_of(site, &group.listed.id) {
            // Of a group that two workloads share both work for it.
            Some(Ownership::Ambiguous(candidates)) => candidates
                .iter()
                .any(|of| of.workload == *workload && of.is_live()),
            owner => owner.and_then(Ownership::workload) == Some(workload),
        }
    });
    serving
        .map(|group| served(picture, group, workload))
        .collect()
}

fn served(picture: &Picture, group: &Group, workload: &WorkloadId) -> Serves {
    let site = &picture.site;
    let mut partitions = group_partitions(site, group, Want::All);
    partitions.retain(|of| of.state != PartitionState::Deleted);
    // What nobody owns while everybody owns something is a topic that was subscribed to once.
    let owned: BTreeSet<Name> = partitions
        .iter()
        .filter(|of| of.owner.is_some())
        .map(|of| of.id.topic.clone())
        .collect();
    if !owned.is_empty() {
        partitions.retain(|of| owned.contains(&of.id.topic));
    }
    let mut topics: std::collections::BTreeMap<&Name, usize> = std::collections::BTreeMap::new();
    for partition in &partitions {
        *topics.entry(&partition.id.topic).or_default() += 1;
    }
    let described = group.members.as_ref().map(|members| &members.value);
    let members = described.map_or(&[][..], |of| of.members.as_slice());
    // Of a group that runs in two workloads the pods of this one count.
    let here: Vec<PodId> = members
        .iter()
        .filter_map(|member| member_pod(site, member).pod.to)
        .filter(|pod| pod_workload(site, pod).to.as_ref() == Some(workload))
        .map(|pod| pod.id.clone())
        .collect();
    let pods: BTreeSet<&PodId> = here.iter().collect();
    let assignor = described
        .map(|of| of.setting.assignor.clone())
        .unwrap_or_default();
    let ceiling = match group.listed.kind {
        // Members of a share group read the same partitions side by side.
        GroupKind::Share => None,
        _ if &*assignor == "range" => Some(topics.values().copied().max().unwrap_or(0)),
        _ => Some(partitions.len()),
    };
    let history = picture.history.group(&group.listed.id);
    Serves {
        group: group.listed.id.clone(),
        kind: group.listed.kind,
        partitions: partitions.len(),
        ceiling,
        members: here.len(),
        pods: pods.len(),
        assignor,
        lag: history.map(|history| history.lag).unwrap_or_default(),
        inflow: history.and_then(|history| history.inflow),
        growth: history.and_then(crate::insight::GroupHistory::growth),
        evenly: history.is_none_or(crate::insight::GroupHistory::is_worked_evenly),
    }
}

/// The counts of pods at which the busiest pod gets fewer partitions than with one pod less.
pub fn useful_counts(partitions: usize) -> Vec<usize> {
    let most = |pods: usize| partitions.div_ceil(pods);
    (1..=partitions)
        .filter(|pods| *pods == 1 || most(*pods) < most(pods - 1))
        .collect()
}

/// `kubectl`'s name of a kind in a command.
fn short(kind: &str) -> &'static str {
    if kind == "StatefulSet" {
        "statefulset"
    } else {
        "deployment"
    }
}

/// Plans to scale a workload to `to` pods.
pub fn scale(picture: &Picture, workload: &WorkloadId, to: u32) -> Result<Plan, String> {
    let site = &picture.site;
    let Some(row) = site.workload(workload) else {
        return Err(format!(
            "{} {}/{} is gone",
            workload.kind, workload.namespace, workload.name
        ));
    };
    let from = row.desired;
    let serves = serves(picture, workload);
    let mut facts = vec![(
        "now",
        format!(
            "{from} wanted, {} ready, {} of the newest revision",
            row.ready, row.updated
        ),
    )];
    let mut notes = Vec::new();
    if to == from {
        notes.push(Note::refuse(format!("it has {from} already")));
    }
    for of in &serves {
        speak_of_group(of, to, &mut facts, &mut notes);
    }
    match unread(site, &[Source::Pods, Source::Members, Source::Lag]) {
        Some(why) => notes.push(Note::warn(format!(
            "which groups its pods work for is not known for sure: {why}"
        ))),
        None if serves.is_empty() => facts.push((
            "groups",
            "no consumer group's members run in its pods".to_owned(),
        )),
        None => {}
    }
    owners::speak(site, row, to, &mut notes);
    let source = if &*workload.kind == "Deployment" {
        Source::Deployments
    } else {
        Source::StatefulSets
    };
    if let Some(health) = site
        .health
        .get(&source)
        .filter(|health| health.report.state.is_sick())
    {
        let word = health.report.state.word();
        notes.push(Note::warn(format!(
            "{source}: {word}; what is shown here may be old"
        )));
    }
    let command = format!(
        "kubectl --context {} -n {} scale {}/{} --current-replicas={from} --replicas={to}",
        site.name,
        workload.namespace,
        short(&workload.kind),
        workload.name
    );
    Ok(Plan {
        change: Change::Scale {
            workload: workload.clone(),
            from,
            to,
        },
        facts,
        notes,
        command,
        undo: Ok(Change::Scale {
            workload: workload.clone(),
            from: to,
            to: from,
        }),
        groups: serves.into_iter().map(|of| of.group).collect(),
    })
}

fn speak_of_group(
    of: &Serves,
    to: u32,
    facts: &mut Vec<(&'static str, String)>,
    notes: &mut Vec<Note>,
) {
    let pods = to as usize;
    let assignor = if of.assignor.is_empty() {
        "unknown"
    } else {
        &of.assignor
    };
    facts.push((
        "group",
        format!(
            "{}: {}, {} in {}, assignor {assignor}",
            of.group,
            count(of.partitions, "partition"),
            count(of.members, "member"),
            count(of.pods, "pod")
        ),
    ));
    if let Some(useful) = of.useful_pods() {
        let counts = useful_counts(useful);
        let mut named: Vec<String> = counts
            .iter()
            .take(COUNTS)
            .map(ToString::to_string)
            .collect();
        if counts.len() > COUNTS {
            named.push(format!("… {useful}"));
        }
        let ceiling = of.ceiling.unwrap_or(0);
        if pods > 0 {
            let busiest = ceiling.div_ceil(pods.min(useful));
            facts.push((
                "after",
                format!(
                    "at most {} a pod; useful counts: {}",
                    count(busiest, "partition"),
                    named.join(" ")
                ),
            ));
        }
        if pods > useful {
            notes.push(Note::warn(format!(
                "{} of {pods} pods would be idle: group {} has work for {useful} (its {ceiling} partitions)",
                pods - useful,
                of.group
            )));
        }
    }
    if pods == 0 {
        notes.push(Note::warn(format!(
            "group {} would have no member: nothing would be consumed",
            of.group
        )));
    }
    forecast(of, pods, facts);
    if of.kind == GroupKind::Classic && !of.assignor.contains("cooperative") {
        notes.push(Note::plain(format!(
            "group {} is classic with the {assignor} assignor: each pod that comes or goes stops all its members for one rebalance",
            of.group
        )));
    }
}

/// What the lag would do, from what a pod does now.
fn forecast(of: &Serves, pods: usize, facts: &mut Vec<(&'static str, String)>) {
    if let Some(left_out) = of.lag.left_out() {
        let words = of.lag.words();
        facts.push((
            "lag",
            format!("{words} now, {left_out}: too little to say where it goes"),
        ));
        return;
    }
    let Some(lag) = of.lag.whole() else { return };
    let (Some(inflow), Some(growth)) = (of.inflow, of.growth) else {
        facts.push((
            "lag",
            format!("{lag} now; too few samples to say where it goes"),
        ));
        return;
    };
    if !of.evenly {
        facts.push((
            "lag",
            format!(
                "{lag} now; its members changed less than a minute ago: too early to say what one of them does"
            ),
        ));
        return;
    }
    let Some(rate) = of.pod_rate().filter(|_| pods > 0) else {
        facts.push(("lag", format!("{lag} now, {growth:+.0}/s")));
        return;
    };
    let working = of.useful_pods().map_or(pods, |useful| pods.min(useful));
    let drain = rate * working as f64 - inflow;
    // Without a backlog a pod only shows what there was to do, not what it could do.
    let limited = lag as f64 > inflow * BACKLOG_SECONDS;
    let least = if limited { "" } else { "at least " };
    let then = match (drain > 0.0, limited) {
        (false, true) => format!("still grows by {:.0}/s", -drain),
        (false, false) => "may fall behind".to_owned(),
        (true, false) => "keeps up".to_owned(),
        (true, true) => {
            let minutes = lag as f64 / drain / 60.0;
            let slowly = if minutes <= DRAIN_MINUTES {
                ""
            } else {
                ", slowly"
            };
            match minutes {
                m if m < 1.0 => format!("drains in {:.0} s", m * 60.0),
                m if m < 120.0 => format!("drains in {m:.0} min{slowly}"),
                m => format!("drains in {:.0} h{slowly}", m / 60.0),
            }
        }
    };
    facts.push((
        "lag",
        format!(
            "{lag} now, {growth:+.0}/s; {inflow:.0}/s come in, a pod does {least}{rate:.0}/s: with {pods} it {then} (estimate)"
        ),
    ));
}

/// The first of these sources that is not read as it should be, and how it is.
fn unread(site: &Site, sources: &[Source]) -> Option<String> {
    sources.iter().find_map(|source| match site.state(*source) {
        None => Some(format!("{source} are not read")),
        Some(State::Live) => None,
        Some(state) => Some(format!("{source}: {}", state.word())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_useful_when_the_busiest_pod_gets_less() {
        for (partitions, counts) in [
            (0, vec![]),
            (1, vec![1]),
            (6, vec![1, 2, 3, 6]),
            (10, vec![1, 2, 3, 4, 5, 10]),
            (16, vec![1, 2, 3, 4, 6, 8, 16]),
        ] {
            assert_eq!(useful_counts(partitions), counts, "{partitions}");
        }
    }
}
