//! The row of a pod.
use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use super::Reference;

/// A pod.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PodRow {
    /// The namespace.
    pub namespace: Arc<str>,
    /// The name.
    pub name: Arc<str>,
    /// The uid: a pod of the same name with another uid is another pod.
    pub uid: Arc<str>,
    /// Where it runs, once scheduled.
    pub node: Option<Arc<str>>,
    /// `status.podIP`.
    pub ip: Option<Arc<str>>,
    /// `status.phase`.
    pub phase: Arc<str>,
    /// The word that `kubectl get pods` prints under STATUS.
    pub status: Arc<str>,
    /// Ready containers, as kubectl counts them.
    pub ready: u16,
    /// Containers, as kubectl counts them: restartable init containers are among them.
    pub containers: u16,
    /// Restarts, as kubectl counts them.
    pub restarts: u32,
    /// The latest termination among the containers' last and current states.
    pub last_termination: Option<Termination>,
    /// The controller among its owners.
    pub owner: Option<Reference>,
    /// Labels that are needed for joins; the others are dropped while reading.
    pub labels: BTreeMap<Arc<str>, Arc<str>>,
    /// Creation, in milliseconds since the epoch.
    pub created_at: Option<i64>,
    /// Deletion has been asked for.
    pub deleted: bool,
    /// Sum of the CPU requests that are set, in thousandths of a core.
    pub cpu_request_milli: Option<u64>,
    /// Sum of the CPU limits; `None` if any container has none, for then the pod has none.
    pub cpu_limit_milli: Option<u64>,
    /// Sum of the memory requests that are set, in bytes.
    pub memory_request_bytes: Option<u64>,
    /// Sum of the memory limits; `None` if any container has none, for then the pod has none.
    pub memory_limit_bytes: Option<u64>,
    /// Shares its node's network: its IP is the node's, and names no single pod.
    pub host_network: bool,
    /// Names of the `PersistentVolumeClaims` it mounts.
    pub claims: Vec<Arc<str>>,
}

/// How a container ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Termination {
    /// `OOMKilled`, `Error`, `Completed`; empty if not said.
    pub reason: Arc<str>,
    /// The exit code.
    pub exit_code: i32,
    /// When, in milliseconds since the epoch.
    pub finished_at: Option<i64>,
}
