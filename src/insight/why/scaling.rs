//! What keeps a group that is too slow from getting more pods.

use crate::{
    insight::CauseKind,
    model::{Name, Owner, Source, WorkloadId, WorkloadRow},
};

use super::{Case, Cause, Proof, pods};

/// What KEDA takes where a `ScaledObject` says nothing.
const KEDAS_MAXIMUM: u32 = 100;

/// Says of a group that is too slow that what scales its workload may not give it more pods.
pub(super) fn look(case: &Case<'_>, owner: Option<&WorkloadId>, causes: &mut [Cause]) {
    let Some(cause) = causes
        .iter_mut()
        .find(|cause| cause.kind == CauseKind::TooSlow)
    else {
        return;
    };
    let Some(workload) = owner.and_then(|id| case.site().workload(id)) else {
        return;
    };
    // More pods than partitions would have nothing to read: then it is not the autoscaler that holds it up.
    if workload.desired as usize >= case.rows.len() {
        return;
    }
    for (what, proofs) in at_their_maximum(case, workload) {
        cause.what = format!("{}; {what}", cause.what);
        cause.proofs.extend(proofs);
    }
}

fn at_their_maximum(case: &Case<'_>, workload: &WorkloadRow) -> Vec<(String, Vec<Proof>)> {
    let id = &workload.id;
    let scales = |namespace: &Name, target: &Owner| {
        *namespace == id.namespace && target.kind == id.kind && target.name == id.name
    };
    let site = case.site();
    let mut found = Vec::new();
    let mut of_keda = Vec::new();
    for object in site.scaled_objects.iter() {
        if !scales(&object.namespace, &object.target) {
            continue;
        }
        of_keda.push(format!("keda-hpa-{}", object.name));
        let max = object.max.unwrap_or(KEDAS_MAXIMUM);
        // One that is paused leaves the count to others.
        if object.paused || workload.desired < max {
            continue;
        }
        found.push((
            format!(
                "ScaledObject {} is at its maximum of {max} replicas",
                object.name
            ),
            vec![
                case.proof(
                    format!("maximum of ScaledObject {}", object.name),
                    max,
                    Source::ScaledObjects,
                )
                .by(case.get_scaler(
                    &object.namespace,
                    "scaledobject",
                    &object.name,
                )),
                case.proof(
                    format!("replicas of {id}"),
                    workload.desired,
                    pods::source_of(id),
                )
                .limit(format!("maximum {max}"))
                .by(case.get_workload(id)),
            ],
        ));
    }
    for hpa in site.autoscalers.iter() {
        // What KEDA keeps for a ScaledObject is set by that.
        if !scales(&hpa.namespace, &hpa.target) || of_keda.iter().any(|name| **name == *hpa.name) {
            continue;
        }
        let has = hpa.current.unwrap_or(workload.desired);
        // One that wants fewer is about to take some away.
        if has < hpa.max || hpa.desired.is_some_and(|wanted| wanted < hpa.max) {
            continue;
        }
        found.push((
            format!(
                "HorizontalPodAutoscaler {} is at its maximum of {} replicas",
                hpa.name, hpa.max
            ),
            vec![
                case.proof(
                    format!("replicas of HorizontalPodAutoscaler {}", hpa.name),
                    has,
                    Source::Autoscalers,
                )
                .limit(format!("maximum {}", hpa.max))
                .by(case.get_scaler(&hpa.namespace, "hpa", &hpa.name)),
            ],
        ));
    }
    found
}
