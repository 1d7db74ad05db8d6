//! A pod as the API writes it, and its row.
use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Meta, intern_map, nullable, quantity_sum, status_word};
use crate::net::kube::{
    intern::Interner,
    quantity::Unit,
    rows::{Key, Object, PodRow, Row, Termination},
};

#[derive(Debug, Deserialize)]
pub struct Pod {
    pub(super) metadata: Meta,
    #[serde(default)]
    pub(super) spec: Spec,
    #[serde(default)]
    pub(super) status: Status,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Spec {
    node_name: Option<String>,
    host_network: bool,
    #[serde(deserialize_with = "nullable")]
    pub(super) containers: Vec<Container>,
    #[serde(deserialize_with = "nullable")]
    pub(super) init_containers: Vec<Container>,
    #[serde(deserialize_with = "nullable")]
    volumes: Vec<Volume>,
    #[serde(deserialize_with = "nullable")]
    resources: Resources,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Container {
    pub(super) name: String,
    restart_policy: Option<String>,
    resources: Resources,
}

impl Container {
    /// An init container that keeps running beside the others.
    pub(super) fn is_restartable(&self) -> bool {
        self.restart_policy.as_deref() == Some("Always")
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Resources {
    #[serde(deserialize_with = "nullable")]
    limits: BTreeMap<String, String>,
    #[serde(deserialize_with = "nullable")]
    requests: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Volume {
    persistent_volume_claim: Option<Claim>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Claim {
    claim_name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Status {
    pub(super) phase: String,
    pub(super) reason: String,
    #[serde(rename = "podIP")]
    pod_ip: Option<String>,
    #[serde(deserialize_with = "nullable")]
    pub(super) conditions: Vec<PodCondition>,
    #[serde(deserialize_with = "nullable")]
    pub(super) init_container_statuses: Vec<ContainerStatus>,
    #[serde(deserialize_with = "nullable")]
    pub(super) container_statuses: Vec<ContainerStatus>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PodCondition {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) status: String,
    pub(super) reason: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ContainerStatus {
    pub(super) name: String,
    pub(super) ready: bool,
    pub(super) started: Option<bool>,
    pub(super) restart_count: u32,
    #[serde(deserialize_with = "nullable")]
    pub(super) state: State,
    #[serde(deserialize_with = "nullable")]
    last_state: State,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct State {
    pub(super) waiting: Option<Waiting>,
    pub(super) running: Option<Running>,
    pub(super) terminated: Option<Terminated>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Waiting {
    pub(super) reason: String,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Running {}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Terminated {
    pub(super) reason: String,
    pub(super) exit_code: i32,
    pub(super) signal: i32,
    finished_at: Option<jiff::Timestamp>,
}

impl Object for Pod {
    fn meta(&self) -> &Meta {
        &self.metadata
    }
}

impl Pod {
    fn last_termination(&self) -> Option<&Terminated> {
        self.status
            .container_statuses
            .iter()
            .chain(&self.status.init_container_statuses)
            .flat_map(|status| [&status.state, &status.last_state])
            .filter_map(|state| state.terminated.as_ref())
            .filter(|ended| ended.exit_code != 0 || !ended.reason.is_empty())
            .max_by_key(|ended| ended.finished_at)
    }

    /// The containers that run side by side: the ordinary ones and the restartable init containers.
    fn lasting_containers(&self) -> impl Iterator<Item = &Container> {
        let sidecars = self
            .spec
            .init_containers
            .iter()
            .filter(|init| init.is_restartable());
        self.spec.containers.iter().chain(sidecars)
    }

    /// The pod's own request if it has one (pod-level resources), else the sum of those that are set.
    fn request(&self, name: &str, unit: Unit) -> Option<u64> {
        let own = self
            .spec
            .resources
            .requests
            .get(name)
            .and_then(|text| unit.parse(text));
        own.or_else(|| {
            let mut set = self
                .lasting_containers()
                .filter_map(|container| unit.parse(container.resources.requests.get(name)?));
            set.next().map(|first| set.fold(first, u64::saturating_add))
        })
    }

    /// The pod's own limit if it has one, else the sum, which exists only if every container has a limit.
    fn limit(&self, name: &str, unit: Unit) -> Option<u64> {
        let own = self
            .spec
            .resources
            .limits
            .get(name)
            .and_then(|text| unit.parse(text));
        own.or_else(|| {
            let limits = self
                .lasting_containers()
                .map(|c| c.resources.limits.get(name));
            quantity_sum(limits.map(|text| text.map(String::as_str)), unit)
        })
    }
}

impl Row for PodRow {
    type Object = Pod;

    fn from_object(_kind: &str, pod: Pod, interner: &mut Interner) -> Self {
        let word = status_word::status_word(&pod);
        Self {
            namespace: interner.intern(&pod.metadata.namespace),
            name: pod.metadata.name.as_str().into(),
            uid: pod.metadata.uid.as_str().into(),
            node: pod
                .spec
                .node_name
                .as_deref()
                .map(|node| interner.intern(node)),
            ip: pod
                .status
                .pod_ip
                .as_deref()
                .filter(|ip| !ip.is_empty())
                .map(Into::into),
            phase: interner.intern(&pod.status.phase),
            status: interner.intern(&word.status),
            ready: word.ready,
            containers: word.containers,
            restarts: word.restarts,
            last_termination: pod.last_termination().map(|ended| Termination {
                reason: interner.intern(&ended.reason),
                exit_code: ended.exit_code,
                finished_at: ended.finished_at.map(jiff::Timestamp::as_millisecond),
            }),
            owner: pod.metadata.owner(interner),
            labels: intern_map(&pod.metadata.labels, interner),
            created_at: pod.metadata.created_at(),
            deleted: pod.metadata.deletion_timestamp.is_some(),
            cpu_request_milli: pod.request("cpu", Unit::Milli),
            cpu_limit_milli: pod.limit("cpu", Unit::Milli),
            memory_request_bytes: pod.request("memory", Unit::One),
            memory_limit_bytes: pod.limit("memory", Unit::One),
            host_network: pod.spec.host_network,
            claims: pod
                .spec
                .volumes
                .iter()
                .filter_map(|volume| volume.persistent_volume_claim.as_ref())
                .map(|claim| claim.claim_name.as_str().into())
                .collect(),
        }
    }

    fn key(&self) -> Key {
        Key {
            namespace: self.namespace.clone(),
            name: self.name.clone(),
        }
    }
}
