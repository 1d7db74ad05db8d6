//! Which workload is behind a group.

use std::collections::BTreeMap;

use plimsoll::{
    insight::{self, Candidate, Evidence, MemberSeen, Ownership, PodSeen, Testimony},
    model::{GroupKind, WorkloadId},
};
use serde::{Deserialize, Serialize};

use super::moment;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnerInput {
    group: String,
    /// `classic`, `consumer`, `share`, `streams` or `other`.
    #[serde(default, rename = "type")]
    kind: Option<GroupKind>,
    #[serde(default)]
    members: Vec<MemberInput>,
    #[serde(default)]
    pods: Vec<PodInput>,
    #[serde(default)]
    workloads: Vec<WorkloadInput>,
    /// Workloads that a KEDA ScaledObject scales by the lag of groups.
    #[serde(default)]
    keda: Vec<ClaimInput>,
    /// Strimzi's resources with the groups that are theirs.
    #[serde(default)]
    strimzi: Vec<ClaimInput>,
    /// Pods (`namespace/name`) that a series of Prometheus joins with the group.
    #[serde(default)]
    series_pods: Vec<String>,
    /// `namespace/Kind/name`, from the config.
    #[serde(default)]
    pin: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MemberInput {
    #[serde(default)]
    client_id: String,
    host: String,
    #[serde(default)]
    instance_id: Option<String>,
    /// Seconds.
    #[serde(default)]
    first_seen: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PodInput {
    namespace: String,
    name: String,
    #[serde(default)]
    ip: Option<String>,
    #[serde(default)]
    host_network: bool,
    #[serde(default)]
    created: Option<f64>,
    #[serde(default)]
    ended: bool,
    /// `Kind/name`, in the pod's namespace.
    workload: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WorkloadInput {
    /// `namespace/Kind/name`.
    workload: String,
    /// Its label `app.kubernetes.io/name`.
    #[serde(default)]
    app: Option<String>,
    /// Values of its environment and its arguments.
    #[serde(default)]
    literals: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClaimInput {
    workload: String,
    groups: Vec<String>,
}

#[derive(Serialize)]
pub(crate) struct OwnerAnswer {
    /// `assigned`, `ambiguous`, `none` or `pinned`.
    is: &'static str,
    workload: Option<String>,
    confidence: Option<f64>,
    /// `sure`, `likely`, `guess` or `outside`.
    word: &'static str,
    may_be_acted_upon: bool,
    candidates: Vec<CandidateAnswer>,
}

#[derive(Serialize)]
struct CandidateAnswer {
    workload: String,
    confidence: f64,
    evidence: BTreeMap<&'static str, usize>,
}

fn id(text: &str) -> Result<WorkloadId, String> {
    WorkloadId::parse(text).ok_or_else(|| format!("{text:?} is no namespace/Kind/name"))
}

fn candidate(of: &Candidate) -> CandidateAnswer {
    CandidateAnswer {
        workload: of.workload.to_string(),
        confidence: of.probability,
        evidence: of
            .evidence
            .iter()
            .map(|(kind, count)| (kind.word(), *count))
            .collect(),
    }
}

pub(crate) fn owner(input: OwnerInput) -> Result<OwnerAnswer, String> {
    let mut testimony = Testimony::default();
    let workloads: Result<Vec<WorkloadId>, String> = input
        .pods
        .iter()
        .map(|pod| id(&format!("{}/{}", pod.namespace, pod.workload)))
        .collect();
    let workloads = workloads?;
    let pods = || {
        input
            .pods
            .iter()
            .zip(&workloads)
            .map(|(pod, workload)| PodSeen {
                name: &pod.name,
                ip: pod.ip.as_deref(),
                host_network: pod.host_network,
                created: pod.created.map(moment),
                ended: pod.ended,
                workload: workload.clone(),
            })
    };
    for member in &input.members {
        let seen = MemberSeen {
            client_id: &member.client_id,
            host: &member.host,
            instance_id: member.instance_id.as_deref(),
            since: member.first_seen.map(moment),
        };
        testimony.hear(&seen, pods());
    }
    for (claims, evidence) in [
        (&input.keda, Evidence::Keda),
        (&input.strimzi, Evidence::Strimzi),
    ] {
        for claim in claims
            .iter()
            .filter(|claim| claim.groups.contains(&input.group))
        {
            testimony.say(&id(&claim.workload)?, evidence);
        }
    }
    for (pod, workload) in input.pods.iter().zip(&workloads) {
        if input
            .series_pods
            .contains(&format!("{}/{}", pod.namespace, pod.name))
        {
            testimony.say(workload, Evidence::Series);
        }
    }
    let is_streams = input.kind == Some(GroupKind::Streams)
        || input
            .members
            .iter()
            .any(|member| insight::is_streams_client(&member.client_id, &input.group));
    for workload in &input.workloads {
        let id = id(&workload.workload)?;
        if workload.literals.contains(&input.group) {
            testimony.say(&id, insight::literal(&input.group));
        }
        testimony.compare(&id, workload.app.as_deref(), &input.group, is_streams);
    }
    let pin = input.pin.as_deref().map(id).transpose()?;
    let found = testimony.weigh(pin.as_ref());
    let candidates = match &found {
        Ownership::Assigned(one) => vec![candidate(one)],
        Ownership::Ambiguous(several) => several.iter().map(candidate).collect(),
        Ownership::Pinned(_) | Ownership::None | Ownership::Unseen => Vec::new(),
    };
    Ok(OwnerAnswer {
        is: match &found {
            Ownership::Assigned(_) => "assigned",
            Ownership::Ambiguous(_) => "ambiguous",
            Ownership::None | Ownership::Unseen => "none",
            Ownership::Pinned(_) => "pinned",
        },
        workload: found.workload().map(ToString::to_string),
        confidence: found.probability(),
        word: found.confidence().word(),
        may_be_acted_upon: found.may_be_acted_upon(),
        candidates,
    })
}
