//! What workloads and the resources around them say of groups, by group; and with it who is behind a group.

use std::collections::BTreeMap;

use crate::{
    insight::join::pod_owner,
    model::{Group, GroupKind, Name, Owner, PodRow, Site, WorkloadId},
};

use super::{
    Evidence, MemberSeen, Ownership, PodSeen, Testimony, is_streams_client, literal, stems,
};

/// Workloads by the groups that they, or others, say are theirs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Claims {
    literals: BTreeMap<Name, Vec<WorkloadId>>,
    /// By name, and by the label `app.kubernetes.io/name`.
    names: BTreeMap<Name, Vec<WorkloadId>>,
    others: BTreeMap<Name, Vec<(WorkloadId, Evidence)>>,
}

impl Claims {
    pub fn of(site: &Site) -> Self {
        let mut claims = Claims::default();
        for workload in site.workloads() {
            for group in &workload.groups {
                claims
                    .literals
                    .entry(group.clone())
                    .or_default()
                    .push(workload.id.clone());
            }
            claims.name(&workload.id.name, &workload.id);
            if let Some(app) = workload
                .app
                .as_ref()
                .filter(|app| **app != workload.id.name)
            {
                claims.name(app, &workload.id);
            }
        }
        for scaled in site.scaled_objects.iter() {
            let id = target(&scaled.namespace, &scaled.target);
            for group in &scaled.groups {
                claims
                    .others
                    .entry(group.clone())
                    .or_default()
                    .push((id.clone(), Evidence::Keda));
            }
        }
        for row in site.strimzi.iter() {
            let (Some(suffix), Some(cluster)) = (pods_of(&row.kind), &row.cluster) else {
                continue;
            };
            let id = WorkloadId {
                namespace: row.namespace.clone(),
                kind: "StrimziPodSet".into(),
                name: format!("{cluster}-{suffix}").into(),
            };
            for group in &row.groups {
                let said = claims.others.entry(group.clone()).or_default();
                said.push((id.clone(), Evidence::Strimzi));
            }
        }
        claims
    }

    fn name(&mut self, name: &Name, workload: &WorkloadId) {
        self.names
            .entry(name.clone())
            .or_default()
            .push(workload.clone());
    }

    /// Who is behind a group; None where nothing is said and no member could say it.
    pub fn owner(&self, site: &Site, group: &Group, pin: Option<&WorkloadId>) -> Option<Ownership> {
        let id = &group.listed.id;
        let mut testimony = Testimony::default();
        let members = group.members.iter().flat_map(|read| &read.value.members);
        let mut is_streams = group.listed.kind == GroupKind::Streams;
        for member in members {
            is_streams |= is_streams_client(&member.client_id, id);
            let seen = MemberSeen {
                client_id: &member.client_id,
                host: &member.host,
                instance_id: member.instance_id.as_deref(),
                since: member.since,
            };
            let pods = site
                .pods
                .at_ip(&member.host)
                .filter_map(|pod| seen_of(site, pod));
            testimony.hear(&seen, pods);
        }
        for (workload, evidence) in self.others.get(id).into_iter().flatten() {
            testimony.say(workload, *evidence);
        }
        for workload in self.literals.get(id).into_iter().flatten() {
            testimony.say(workload, literal(id));
        }
        for workload in stems(id).filter_map(|stem| self.names.get(stem)).flatten() {
            testimony.named(workload, is_streams);
        }
        match testimony.weigh(pin) {
            Ownership::None => {
                let members = group.members.as_ref()?;
                if members.value.members.is_empty() {
                    return None;
                }
                Some(if site.pods.is_empty() {
                    Ownership::Unseen
                } else {
                    Ownership::None
                })
            }
            said => Some(said),
        }
    }
}

fn seen_of<'a>(site: &Site, pod: &'a PodRow) -> Option<PodSeen<'a>> {
    let (workload, _) = pod_owner(site, pod)?;
    Some(PodSeen {
        name: &pod.id.name,
        ip: pod.ip.as_deref(),
        host_network: pod.host_network,
        created: pod.created,
        ended: pod.has_ended(),
        workload,
    })
}

fn target(namespace: &Name, target: &Owner) -> WorkloadId {
    WorkloadId {
        namespace: namespace.clone(),
        kind: target.kind.clone(),
        name: target.name.clone(),
    }
}

/// How Strimzi ends the name of the pods of one of its kinds.
fn pods_of(kind: &str) -> Option<&'static str> {
    match kind {
        "KafkaConnect" | "KafkaConnector" => Some("connect"),
        "KafkaMirrorMaker2" => Some("mirrormaker2"),
        _ => None,
    }
}
