//! Scaling through the scale subresource.

use crate::{
    model::WorkloadId,
    net::kube::{Error, ErrorKind, Resource, ScaleTarget, Scaled, Writer},
    plan::{Done, Failure, FailureKind, Note},
};

fn target(workload: &WorkloadId) -> Result<ScaleTarget<'_>, Failure> {
    let resource = match &*workload.kind {
        "Deployment" => Resource::DEPLOYMENTS,
        "StatefulSet" => Resource::STATEFUL_SETS,
        kind => {
            let words = format!("{kind} cannot be scaled here");
            return Err(Failure::new(FailureKind::NotSent, words));
        }
    };
    Ok(ScaleTarget {
        resource,
        namespace: &workload.namespace,
        name: &workload.name,
    })
}

/// A failure of a request that changes nothing.
fn before(error: &Error) -> Failure {
    let kind = match &error.kind {
        ErrorKind::Forbidden { .. } if is_admission(&error.why) => FailureKind::Rejected,
        ErrorKind::Forbidden { .. } | ErrorKind::Unauthorized => FailureKind::Forbidden,
        ErrorKind::Rejected { status: 409 } => FailureKind::Conflict,
        ErrorKind::Rejected { .. } | ErrorKind::Throttled { .. } => FailureKind::Rejected,
        _ => FailureKind::NotSent,
    };
    Failure::new(kind, words(error, kind))
}

/// An admission rule answers 403 like a missing right, in other words.
fn is_admission(why: &str) -> bool {
    why.contains("admission webhook")
        || why.contains("ValidatingAdmissionPolicy")
        || why.contains("exceeded quota")
}

/// The remedy of the client speaks of rights and addresses: it does not fit an admission rule.
fn words(error: &Error, kind: FailureKind) -> String {
    match kind {
        FailureKind::Rejected | FailureKind::Conflict => {
            format!("{}: {}: {}", error.server, error.request, error.why)
        }
        _ => error.to_string(),
    }
}

/// A failure of the request that changes something: a lost answer is no answer.
fn during(error: &Error) -> Failure {
    match &error.kind {
        ErrorKind::Unreachable | ErrorKind::Timeout | ErrorKind::Decode => {
            Failure::new(FailureKind::Unanswered, error.to_string())
        }
        _ => before(error),
    }
}

/// The scale now, if the count is still that of the plan.
async fn unchanged(
    writer: &Writer,
    target: &ScaleTarget<'_>,
    from: u32,
) -> Result<Scaled, Failure> {
    let now = writer.scale(target).await;
    let now = now.map_err(|error| before(&error).unsent())?;
    if now.replicas == from {
        return Ok(now);
    }
    let words = format!(
        "{} {}/{} has {} replicas now, the plan was made for {from}: look at it again",
        target.resource.kind, target.namespace, target.name, now.replicas
    );
    Err(Failure::new(FailureKind::Conflict, words).unsent())
}

/// A dry run, and who else manages the count.
pub(super) async fn attempt(
    writer: &Writer,
    workload: &WorkloadId,
    (from, to): (u32, u32),
) -> Result<Vec<Note>, Failure> {
    let target = &target(workload)?;
    let now = unchanged(writer, target, from).await?;
    writer
        .set_scale(target, to, &now.resource_version, true)
        .await
        .map_err(|error| before(&error))?;
    let mut notes = vec![Note::plain(
        "dry run: the API server would take it, rights and admission rules included",
    )];
    match writer.replica_managers(target).await {
        Ok(managers) if managers.is_empty() => {}
        Ok(managers) => notes.push(Note::warn(format!(
            "spec.replicas is managed by {}, which may set it back",
            managers.join(", ")
        ))),
        Err(error) => notes.push(Note::plain(format!(
            "who manages spec.replicas is not known: {error}"
        ))),
    }
    Ok(notes)
}

/// Sets the count once, and reads it back.
pub(super) async fn carry_out(
    writer: &Writer,
    workload: &WorkloadId,
    (from, to): (u32, u32),
) -> Result<Done, Failure> {
    let target = &target(workload)?;
    let now = unchanged(writer, target, from).await?;
    let set = writer
        .set_scale(target, to, &now.resource_version, false)
        .await;
    if let Err(error) = set {
        let mut failure = during(&error);
        if failure.kind == FailureKind::Unanswered
            && let Ok(seen) = writer.scale(target).await
        {
            let seen = seen.replicas;
            failure.words = format!("{}; read again, it has {seen} replicas", failure.words);
        }
        return Err(failure);
    }
    let seen = writer.scale(target).await;
    Ok(Done::Scaled {
        replicas: seen.ok().map(|seen| seen.replicas),
    })
}
