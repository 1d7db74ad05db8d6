//! Rows of the Kubernetes client as rows of the model. Pure.

use std::sync::Arc;

use crate::{
    model::{
        Autoscaler, LastExit, Name, NodeRow, NodeUsage, Owner, PodId, PodRow, PodUsage,
        ReplicaSetRow, ScaledObjectRow, StrimziRow, Time, Usage, Warning, WorkloadId, WorkloadRow,
    },
    net::kube::rows,
};

fn owner(from: rows::Reference) -> Owner {
    Owner {
        kind: from.kind.into(),
        name: from.name.into(),
    }
}

fn names(from: Vec<Arc<str>>) -> Vec<Name> {
    from.into_iter().map(Name::from).collect()
}

pub(super) fn pod_id(key: rows::Key) -> PodId {
    PodId {
        namespace: key.namespace.into(),
        name: key.name.into(),
    }
}

pub(super) fn pair(key: rows::Key) -> (Name, Name) {
    (key.namespace.into(), key.name.into())
}

fn workload_id(key: rows::Key, kind: &str) -> WorkloadId {
    WorkloadId {
        namespace: key.namespace.into(),
        kind: kind.into(),
        name: key.name.into(),
    }
}

pub(super) fn deployment_id(key: rows::Key) -> WorkloadId {
    workload_id(key, "Deployment")
}

pub(super) fn stateful_set_id(key: rows::Key) -> WorkloadId {
    workload_id(key, "StatefulSet")
}

pub(super) fn strimzi_key(kind: &str, key: rows::Key) -> (Name, Name, Name) {
    (kind.into(), key.namespace.into(), key.name.into())
}

pub(super) fn pod(from: rows::PodRow) -> PodRow {
    PodRow {
        id: PodId {
            namespace: from.namespace.into(),
            name: from.name.into(),
        },
        // No pane shows it and no join asks for it.
        uid: Name::default(),
        node: from.node.map(Name::from),
        ip: from.ip.map(Name::from),
        status: from.status.into(),
        ready: from.ready,
        containers: from.containers,
        restarts: from.restarts,
        last_exit: from.last_termination.map(|exit| {
            Box::new(LastExit {
                reason: exit.reason.into(),
                code: exit.exit_code,
                at: exit.finished_at.map(Time),
            })
        }),
        owner: from.owner.map(owner),
        labels: from
            .labels
            .into_iter()
            .map(|(key, value)| (key.into(), value.into()))
            .collect(),
        created: from.created_at.map(Time),
        deleting: from.deleted,
        host_network: from.host_network,
        ended: matches!(&*from.phase, "Succeeded" | "Failed"),
        cpu_limit: from.cpu_limit_milli,
        memory_limit: from.memory_limit_bytes,
    }
}

pub(super) fn node(from: rows::NodeRow) -> NodeRow {
    NodeRow {
        name: from.name.into(),
        ready: from.ready,
        zone: from.zone.map(Name::from),
        conditions: names(from.conditions),
        unschedulable: from.unschedulable,
        cpu_allocatable: from.cpu_milli,
        memory_allocatable: from.memory_bytes,
        created: from.created_at.map(Time),
    }
}

pub(super) fn workload(from: rows::WorkloadRow) -> WorkloadRow {
    WorkloadRow {
        id: WorkloadId {
            namespace: from.namespace.into(),
            kind: from.kind.into(),
            name: from.name.into(),
        },
        desired: from.desired,
        ready: from.ready,
        updated: from.updated,
        available: from.available,
        owner: from.owner.map(owner),
        created: from.created_at.map(Time),
        app: from.app.map(Name::from),
        groups: names(from.groups),
    }
}

pub(super) fn replica_set(from: rows::ReplicaSetRow) -> ReplicaSetRow {
    ReplicaSetRow {
        id: PodId {
            namespace: from.namespace.into(),
            name: from.name.into(),
        },
        owner: from.owner.map(owner),
    }
}

pub(super) fn autoscaler(from: rows::AutoscalerRow) -> Autoscaler {
    Autoscaler {
        namespace: from.namespace.into(),
        name: from.name.into(),
        target: owner(from.target),
        min: from.min,
        max: from.max,
        current: from.current,
        desired: from.desired,
    }
}

pub(super) fn scaled_object(from: rows::ScaledObjectRow) -> ScaledObjectRow {
    ScaledObjectRow {
        namespace: from.namespace.into(),
        name: from.name.into(),
        target: owner(from.target),
        groups: names(from.groups),
        min: from.min,
        max: from.max,
        paused: from.paused,
    }
}

pub(super) fn warning(from: rows::EventRow) -> Warning {
    Warning {
        namespace: from.namespace.into(),
        name: from.name.into(),
        about: Owner {
            kind: from.object_kind.into(),
            name: from.object_name.into(),
        },
        reason: from.reason.into(),
        message: from.message.into(),
        count: from.count,
        last: from.last_at.map(Time),
    }
}

pub(super) fn strimzi(from: rows::StrimziRow) -> StrimziRow {
    let condition = |condition: rows::Condition| match &*condition.reason {
        "" => Name::from(condition.kind),
        reason => Name::from(format!("{} ({reason})", condition.kind)),
    };
    StrimziRow {
        kind: format!("{:?}", from.kind).into(),
        namespace: from.namespace.into(),
        name: from.name.into(),
        conditions: from
            .conditions
            .into_iter()
            .filter(|c| &*c.status == "True")
            .map(condition)
            .collect(),
        replicas: from.desired,
        ready: from.ready,
        groups: names(from.groups),
        cluster: from.cluster.map(Name::from),
    }
}

/// None where a container's number is missing: half a pod's use is no use of a pod.
pub(super) fn pod_usage(from: rows::PodUsage) -> Option<PodUsage> {
    Some(PodUsage {
        id: PodId {
            namespace: from.namespace.into(),
            name: from.name.into(),
        },
        usage: Usage {
            cpu: from.cpu_milli?,
            memory: from.memory_bytes?,
        },
    })
}

pub(super) fn node_usage(from: rows::NodeUsage) -> Option<NodeUsage> {
    Some(NodeUsage {
        name: from.name.into(),
        usage: Usage {
            cpu: from.cpu_milli?,
            memory: from.memory_bytes?,
        },
    })
}
