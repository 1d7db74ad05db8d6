//! The joins between Kafka and Kubernetes, each with its evidence and how sure it is.

use crate::model::{Broker, Member, Name, NodeRow, Owner, PodId, PodRow, Site, WorkloadId};

/// How sure a link is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// Not in this cluster.
    Outside,
    Guess,
    Likely,
    Sure,
}

impl Confidence {
    /// The word of JSON.
    pub fn word(self) -> &'static str {
        match self {
            Confidence::Sure => "sure",
            Confidence::Likely => "likely",
            Confidence::Guess => "guess",
            Confidence::Outside => "outside",
        }
    }
}

/// A link to another object: what it leads to, how sure it is, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Link<T> {
    pub to: Option<T>,
    pub confidence: Confidence,
    pub evidence: String,
}

impl<T> Link<T> {
    fn new(to: T, confidence: Confidence, evidence: String) -> Self {
        Link {
            to: Some(to),
            confidence,
            evidence,
        }
    }

    fn none(evidence: String) -> Self {
        Link {
            to: None,
            confidence: Confidence::Outside,
            evidence,
        }
    }

    /// There may well be one, but which cannot be told.
    fn unclear(evidence: String) -> Self {
        Link {
            to: None,
            confidence: Confidence::Guess,
            evidence,
        }
    }
}

/// Where a member or a broker runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Join<'a> {
    pub pod: Link<&'a PodRow>,
    pub workload: Option<WorkloadId>,
    pub node: Option<&'a NodeRow>,
}

/// The pod behind a member: the one that has the member's host as its IP.
pub fn member_pod<'a>(site: &'a Site, member: &Member) -> Join<'a> {
    let host = &*member.host;
    let named = |pod: &&PodRow| {
        let name = &*pod.id.name;
        member.client_id.contains(name)
            || member
                .instance_id
                .as_ref()
                .is_some_and(|instance| instance.contains(name))
    };
    let found: Vec<&PodRow> = site.pods.at_ip(host).collect();
    let running: Vec<&PodRow> = found
        .iter()
        .copied()
        .filter(|pod| !pod.is_completed())
        .collect();
    let pod = match running.as_slice() {
        [pod] if pod.host_network => Link::new(
            *pod,
            Confidence::Likely,
            format!(
                "host {host} is the node's address, and pod {} uses it",
                pod.id
            ),
        ),
        [pod] => Link::new(
            *pod,
            Confidence::Sure,
            format!("host {host} is the IP of pod {}", pod.id),
        ),
        [] if site.pods.is_empty() => Link::unclear(format!("host {host}: pods are not known")),
        [] => match found.first() {
            Some(pod) => Link::new(
                *pod,
                Confidence::Guess,
                format!("host {host} was the IP of pod {}, which has ended", pod.id),
            ),
            None => Link::none(format!("host {host} is the IP of no pod of this cluster")),
        },
        several => match several.iter().find(|pod| named(pod)) {
            Some(pod) => Link::new(
                *pod,
                Confidence::Likely,
                format!(
                    "host {host} is shared by {} pods; the client id names {}",
                    several.len(),
                    pod.id
                ),
            ),
            None => Link::unclear(format!("host {host} is shared by {} pods", several.len())),
        },
    };
    complete(site, pod)
}

fn complete<'a>(site: &'a Site, pod: Link<&'a PodRow>) -> Join<'a> {
    let workload = pod
        .to
        .and_then(|pod| pod_owner(site, pod))
        .map(|(id, _)| id);
    let node = pod.to.and_then(|pod| site.nodes.get(pod.node.as_ref()?));
    Join {
        pod,
        workload,
        node,
    }
}

/// What runs a pod, through its `ReplicaSet` where there is one.
pub fn pod_workload(site: &Site, pod: &PodRow) -> Link<WorkloadId> {
    let Some((workload, confidence)) = pod_owner(site, pod) else {
        return Link::none(format!("pod {} has no owner", pod.id));
    };
    let owner = pod
        .owner
        .as_ref()
        .map_or_else(String::new, |o| format!("{} {}", o.kind, o.name));
    let evidence = match confidence {
        Confidence::Sure if owner == format!("{} {}", workload.kind, workload.name) => {
            format!("pod {} is owned by {owner}", pod.id)
        }
        Confidence::Sure => {
            format!(
                "pod {} - {owner} - {} {}",
                pod.id, workload.kind, workload.name
            )
        }
        _ => format!(
            "{owner} is named after {}; ReplicaSets cannot be read",
            workload.name
        ),
    };
    Link::new(workload, confidence, evidence)
}

/// What runs a pod, without the words of [`pod_workload`].
pub fn pod_owner(site: &Site, pod: &PodRow) -> Option<(WorkloadId, Confidence)> {
    let owner = pod.owner.as_ref()?;
    Some(owner_workload(site, &pod.id.namespace, owner))
}

/// What an owner of pods belongs to: itself, or the Deployment of a `ReplicaSet`.
pub(super) fn owner_workload(
    site: &Site,
    namespace: &Name,
    owner: &Owner,
) -> (WorkloadId, Confidence) {
    let id = |kind: &Name, name: &Name| WorkloadId {
        namespace: namespace.clone(),
        kind: kind.clone(),
        name: name.clone(),
    };
    if &*owner.kind != "ReplicaSet" {
        return (id(&owner.kind, &owner.name), Confidence::Sure);
    }
    let set = PodId {
        namespace: namespace.clone(),
        name: owner.name.clone(),
    };
    if let Some(known) = site.replica_sets.get(&set) {
        let above = known.owner.as_ref().unwrap_or(owner);
        return (id(&above.kind, &above.name), Confidence::Sure);
    }
    // A Deployment names its ReplicaSets after itself and the hash of the template.
    match owner.name.rsplit_once('-') {
        Some((stem, _)) => (id(&"Deployment".into(), &stem.into()), Confidence::Likely),
        None => (id(&owner.kind, &owner.name), Confidence::Guess),
    }
}

/// The pod a broker runs in: the one the advertised host names, or the pod with Strimzi's labels whose name ends in the
/// node id, or the pod that has the advertised host as its IP.
pub fn broker_pod<'a>(site: &'a Site, broker: &Broker) -> Join<'a> {
    let suffix = format!("-{}", broker.id);
    let host = &*broker.host;
    let first = host.split('.').next().unwrap_or(host);
    let in_namespace = |namespace: &str| {
        site.pods.get(&PodId {
            namespace: namespace.into(),
            name: first.into(),
        })
    };
    let by_name = host.split('.').skip(1).find_map(in_namespace);
    let at_host = || {
        let mut at = site.pods.at_ip(host);
        at.next().filter(|_| at.next().is_none())
    };
    let link = if let Some(pod) = by_name {
        Link::new(
            pod,
            Confidence::Sure,
            format!("the advertised host {host} is pod {}", pod.id),
        )
    } else if let Some(pod) = at_host()
        && !pod.host_network
    {
        Link::new(
            pod,
            Confidence::Sure,
            format!("the advertised host {host} is the IP of pod {}", pod.id),
        )
    } else {
        let candidates: Vec<&PodRow> = site
            .pods
            .brokers()
            .filter(|pod| pod.id.name.ends_with(&suffix))
            .collect();
        match candidates.as_slice() {
            [pod] => {
                let strimzi = pod.label("strimzi.io/cluster").is_some();
                let zone = zone_of(site, pod);
                // The rack is the zone of the node in Strimzi's own set-up: a second witness.
                let agrees = broker.rack.is_some() && broker.rack.as_ref() == zone;
                let (confidence, why) = match (strimzi, agrees) {
                    (true, true) => (Confidence::Sure, " and its zone is the broker's rack"),
                    (true, false) => (Confidence::Likely, ""),
                    (false, _) => (Confidence::Guess, ""),
                };
                Link::new(
                    *pod,
                    confidence,
                    format!(
                        "pod {} has a broker's labels and the node id {} in its name{why}",
                        pod.id, broker.id
                    ),
                )
            }
            [] if site.pods.is_empty() => Link::unclear("pods are not known".to_owned()),
            [] => Link::none(format!(
                "no pod is named by host {host} or by node id {}",
                broker.id
            )),
            several => Link::unclear(format!(
                "{} pods could be broker {}",
                several.len(),
                broker.id
            )),
        }
    };
    complete(site, link)
}

fn zone_of<'a>(site: &'a Site, pod: &PodRow) -> Option<&'a Name> {
    site.nodes.get(pod.node.as_ref()?)?.zone.as_ref()
}
