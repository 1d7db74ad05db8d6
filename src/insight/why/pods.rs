//! What Kubernetes says of the pods behind a group.

use std::collections::BTreeSet;

use crate::{
    insight::{CauseKind, Join, PartitionLag, count, member_pod},
    model::{Key, Member, Name, PodId, PodRow, SeriesKey, Signal, Source, Time, WorkloadId},
};

use super::{Case, Cause, Look, lag_of, scaling};

/// Restarts in ten minutes that are a crash loop.
const RESTARTS: u32 = 2;
const RECENT_MILLIS: i64 = 600_000;
/// Share of the CPU periods in which a pod may be held back, and of its memory limit that it may use.
const THROTTLED: f64 = 0.25;
const MEMORY: f64 = 0.90;
/// A pod that began a moment ago has not joined yet.
const JOINS_MILLIS: i64 = 60_000;

/// A member in words: its pod where that is known.
pub(super) fn of_member(case: &Case<'_>, member: &Member) -> String {
    match member_pod(case.site(), member).pod.to {
        Some(pod) => format!("the member in pod {}", pod.id),
        None => format!("member {} at {}", member.client_id, member.host),
    }
}

/// A host in words: the pod that has that address.
pub(super) fn at(case: &Case<'_>, host: &Name) -> String {
    match case.site().pods.at_ip(host).next() {
        Some(pod) => format!("pod {}", pod.id),
        None => host.to_string(),
    }
}

/// How often the pod that owns a partition was restarted since a moment, as far as it shows: a crash loop is more than one.
pub(super) fn restarts_since(case: &Case<'_>, row: &PartitionLag<'_>, since: Option<Time>) -> u32 {
    let Some(pod) = row
        .owner
        .and_then(|owner| member_pod(case.site(), owner).pod.to)
    else {
        return 0;
    };
    let exit = pod.last_exit.as_ref().and_then(|exit| exit.at);
    match (since, exit) {
        (Some(since), Some(exit)) if exit >= since => {
            if &*pod.status == "CrashLoopBackOff" {
                pod.restarts.max(RESTARTS)
            } else {
                1
            }
        }
        _ => 0,
    }
}

pub(super) fn look(case: &Case<'_>, causes: &mut Vec<Cause>, looked_at: &mut Vec<Look>) {
    let members = case.group.members.as_ref().map(|read| &read.value.members);
    let joins: Vec<(&Member, Join<'_>)> = members
        .into_iter()
        .flatten()
        .map(|member| (member, member_pod(case.site(), member)))
        .collect();
    let owner = case
        .picture
        .index
        .group_workload(case.number)
        .and_then(|link| link.to.clone());
    let with_members: BTreeSet<&PodId> = joins
        .iter()
        .filter_map(|(_, join)| Some(&join.pod.to?.id))
        .collect();
    let of_workload: Vec<&PodRow> = owner
        .iter()
        .flat_map(|id| case.picture.index.workload_pods(case.site(), id))
        .filter(|pod| !pod.has_ended())
        .collect();
    let mut pods: Vec<&PodRow> = joins.iter().filter_map(|(_, join)| join.pod.to).collect();
    pods.extend(of_workload.iter().copied());
    pods.sort_by(|a, b| a.id.cmp(&b.id));
    pods.dedup_by(|a, b| a.id == b.id);
    for pod in &pods {
        let own = lag_of(case.rows.iter().map(|(row, _)| row).filter(|row| {
            row.owner
                .is_some_and(|owner| Some(&owner.host) == pod.ip.as_ref())
        }));
        crashes(case, pod, own, causes);
        starved(case, pod, own, causes);
        sick_node(case, pod, own, causes);
    }
    ghosts(case, &joins, causes);
    not_members(case, &of_workload, &with_members, causes);
    nobody(case, owner.as_ref(), causes);
    scaling::look(case, owner.as_ref(), causes);
    looked_at.push(Look {
        at: "members",
        seen: match members {
            Some(members) => count(members.len(), "member"),
            None => "not read yet".to_owned(),
        },
    });
    looked_at.push(Look {
        at: "pods",
        seen: pods_seen(case, &pods, owner.as_ref()),
    });
}

fn pods_seen(case: &Case<'_>, pods: &[&PodRow], owner: Option<&WorkloadId>) -> String {
    if let Some(unread) = case.unread(&[Source::Pods]) {
        return format!("not looked at: {unread}");
    }
    let Some(owner) = owner else {
        return match pods.len() {
            0 => "no pod of this cluster is known to be behind it".to_owned(),
            some => format!("{} behind its members, no one workload", count(some, "pod")),
        };
    };
    let ready = pods
        .iter()
        .filter(|pod| pod.containers > 0 && pod.ready == pod.containers)
        .count();
    let restarts: u32 = pods.iter().map(|pod| pod.restarts).sum();
    format!(
        "{ready} of {} of {owner} ready, {}",
        count(pods.len(), "pod"),
        count(restarts as usize, "restart")
    )
}

fn is_recent(case: &Case<'_>, at: Option<Time>) -> bool {
    at.is_some_and(|at| case.now.since(at) <= RECENT_MILLIS)
}

fn crashes(case: &Case<'_>, pod: &PodRow, lag: i64, causes: &mut Vec<Cause>) {
    let exit = pod.last_exit.as_ref();
    let is_ready = pod.containers > 0 && pod.ready == pod.containers;
    let recent = is_recent(case, exit.and_then(|exit| exit.at));
    let loops = matches!(&*pod.status, "CrashLoopBackOff" | "OOMKilled" | "Error")
        || (recent && pod.restarts >= RESTARTS && (!is_ready || is_recent(case, pod.created)));
    let oom = exit.is_some_and(|exit| &*exit.reason == "OOMKilled") && (recent || loops);
    if loops || oom {
        let how = if oom {
            "is killed for want of memory (OOMKilled)"
        } else if is_ready {
            "ended a moment ago, and not for the first time"
        } else {
            "crashes again and again"
        };
        let mut proofs = vec![
            case.proof("status", &pod.status, Source::Pods)
                .limit("Running")
                .by(case.get_pod(&pod.id)),
            case.proof("restarts", pod.restarts, Source::Pods)
                .by(case.get_pod(&pod.id)),
        ];
        if let Some(exit) = exit {
            let value = format!("{}, exit code {}", exit.reason, exit.code);
            proofs.push(
                case.proof("last exit", value, Source::Pods)
                    .read_at(exit.at)
                    .by(case.describe_pod(&pod.id)),
            );
        }
        if let Some(limit) = pod.memory_limit.filter(|_| oom) {
            proofs.push(
                case.proof("memory limit, bytes", limit, Source::Pods)
                    .by(case.describe_pod(&pod.id)),
            );
        }
        causes.push(Cause {
            kind: CauseKind::PodCrashes,
            subject: Key::Pod(pod.id.clone()),
            what: format!(
                "pod {} {how} ({})",
                pod.id,
                count(pod.restarts as usize, "restart")
            ),
            lag,
            proofs,
        });
    } else if !is_ready {
        let young = pod
            .created
            .is_some_and(|at| case.now.since(at) < JOINS_MILLIS);
        if young || pod.deleting {
            return;
        }
        causes.push(Cause {
            kind: CauseKind::PodSick,
            subject: Key::Pod(pod.id.clone()),
            what: format!(
                "pod {} is not ready: {} ({}/{})",
                pod.id, pod.status, pod.ready, pod.containers
            ),
            lag,
            proofs: vec![
                case.proof(
                    "ready",
                    format!("{}/{}", pod.ready, pod.containers),
                    Source::Pods,
                )
                .limit(format!("{0}/{0}", pod.containers))
                .by(case.get_pod(&pod.id)),
            ],
        });
    }
}

fn starved(case: &Case<'_>, pod: &PodRow, lag: i64, causes: &mut Vec<Cause>) {
    let of = SeriesKey::Pod(pod.id.clone());
    let throttled = case
        .site()
        .ring(of, Signal::CpuThrottled)
        .and_then(crate::model::Ring::last);
    let throttled =
        throttled.filter(|(at, share)| *share >= THROTTLED && is_recent(case, Some(*at)));
    if let Some((at, share)) = throttled {
        causes.push(Cause {
            kind: CauseKind::Starved,
            subject: Key::Pod(pod.id.clone()),
            what: format!(
                "pod {} is held back by its CPU limit in {:.0} % of the periods",
                pod.id,
                share * 100.0
            ),
            lag,
            proofs: vec![
                case.proof(
                    "share of CPU periods throttled",
                    format!("{share:.2}"),
                    Source::Series,
                )
                .read_at(Some(at))
                .limit(format!("{THROTTLED:.2}")),
            ],
        });
    }
    let used = case.site().pods.usage(&pod.id).map(|usage| usage.memory);
    let full = used
        .zip(pod.memory_limit)
        .filter(|(used, limit)| *limit > 0 && *used as f64 >= MEMORY * *limit as f64);
    if let Some((used, limit)) = full {
        causes.push(Cause {
            kind: CauseKind::Starved,
            subject: Key::Pod(pod.id.clone()),
            what: format!(
                "pod {} uses {:.0} % of its memory limit",
                pod.id,
                used as f64 * 100.0 / limit as f64
            ),
            lag,
            proofs: vec![
                case.proof("memory, bytes", used, Source::PodMetrics)
                    .read_at(case.site().pod_usage_at)
                    .limit(format!("{:.0} % of {limit}", MEMORY * 100.0))
                    .by(case.top_pod(&pod.id)),
            ],
        });
    }
}

fn sick_node(case: &Case<'_>, pod: &PodRow, lag: i64, causes: &mut Vec<Cause>) {
    let node = pod
        .node
        .as_ref()
        .and_then(|node| case.site().nodes.get(node));
    let Some(node) = node.filter(|node| node.ready != Some(true)) else {
        return;
    };
    let word = if node.ready == Some(false) {
        "False"
    } else {
        "Unknown"
    };
    causes.push(Cause {
        kind: CauseKind::PodSick,
        subject: Key::Node(node.name.clone()),
        what: format!("node {} of pod {} is not ready", node.name, pod.id),
        lag,
        proofs: vec![
            case.proof("Ready", word, Source::Nodes)
                .limit("True")
                .by(case.get_node(&node.name)),
        ],
    });
}

/// Members whose pod is gone: nothing has their address, and the cluster's other members have pods.
fn ghosts(case: &Case<'_>, joins: &[(&Member, Join<'_>)], causes: &mut Vec<Cause>) {
    if case.unread(&[Source::Pods]).is_some()
        || !joins.iter().any(|(_, join)| join.pod.to.is_some())
    {
        return;
    }
    for (member, join) in joins {
        // One whose address no pod has may run outside of the cluster.
        let gone = join.pod.to.is_some_and(PodRow::has_ended);
        if !gone {
            continue;
        }
        let rows: Vec<_> = case
            .rows
            .iter()
            .map(|(row, _)| row)
            .filter(|row| row.owner.is_some_and(|owner| owner.id == member.id))
            .collect();
        if rows.is_empty() {
            continue;
        }
        causes.push(Cause {
            kind: CauseKind::Ghost,
            subject: Key::Member {
                group: case.id().clone(),
                member: member.id.clone(),
            },
            what: format!(
                "member {} at {} keeps {} though its pod is gone: its session has not ended",
                member.client_id,
                member.host,
                count(rows.len(), "partition")
            ),
            lag: lag_of(rows),
            proofs: vec![
                case.proof("host", &member.host, Source::Members)
                    .by(case.describe_members()),
                case.proof("pods with that address", 0, Source::Pods)
                    .limit("1"),
            ],
        });
    }
}

/// Ready pods of the workload in which no member runs, while the group has partitions for them.
fn not_members(
    case: &Case<'_>,
    pods: &[&PodRow],
    with_members: &BTreeSet<&PodId>,
    causes: &mut Vec<Cause>,
) {
    let Some(read) = &case.group.members else {
        return;
    };
    let unread = case.unread(&[Source::Pods, Source::Members, Source::Lag]);
    // Where no member at all is found in a pod, their addresses are not the pods' own.
    if unread.is_some() || (!read.value.members.is_empty() && with_members.is_empty()) {
        return;
    }
    let members = &read.value.members;
    // With more pods than partitions some have nothing to do, and are members all the same.
    let settled = !read.value.rebalancing && !case.group.owners_stale;
    for pod in pods {
        let is_ready = pod.containers > 0 && pod.ready == pod.containers;
        let old = pod
            .created
            .is_none_or(|at| case.now.since(at) >= JOINS_MILLIS);
        if !settled
            || !is_ready
            || !old
            || with_members.contains(&pod.id)
            || pod.ip.is_none()
            || pod.host_network
        {
            continue;
        }
        let ip = pod.ip.as_deref().unwrap_or_default();
        causes.push(Cause {
            kind: CauseKind::NotAMember,
            subject: Key::Pod(pod.id.clone()),
            what: format!(
                "pod {} runs and is no member of the group: its client hangs, or never joined",
                pod.id
            ),
            lag: 0,
            proofs: vec![
                case.proof("status", &pod.status, Source::Pods)
                    .by(case.get_pod(&pod.id)),
                case.proof(format!("members at {ip}"), 0, Source::Members)
                    .read_at(Some(read.at))
                    .limit("1")
                    .by(case.describe_members()),
                case.proof("members", members.len(), Source::Members)
                    .read_at(Some(read.at))
                    .by(case.describe_members()),
            ],
        });
    }
}

/// Where the count of a workload is from.
pub(super) fn source_of(workload: &WorkloadId) -> Source {
    if &*workload.kind == "StatefulSet" {
        Source::StatefulSets
    } else {
        Source::Deployments
    }
}

/// Why nobody reads, where the workload says so.
fn nobody(case: &Case<'_>, owner: Option<&WorkloadId>, causes: &mut [Cause]) {
    let Some(cause) = causes
        .iter_mut()
        .find(|cause| cause.kind == CauseKind::NoMember)
    else {
        return;
    };
    let Some(workload) = owner.and_then(|id| case.site().workload(id)) else {
        return;
    };
    if workload.desired == 0 {
        cause.what = format!("{}; {} is scaled to 0", cause.what, workload.id);
        cause.subject = Key::Workload(workload.id.clone());
    }
    cause.proofs.push(
        case.proof(
            format!("replicas of {}", workload.id),
            workload.desired,
            source_of(&workload.id),
        )
        .limit("1")
        .by(case.get_workload(&workload.id)),
    );
}
