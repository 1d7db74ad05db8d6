//! Which Kafka clusters run on a Kubernetes cluster, from the API server alone.
//!
//! Strimzi's custom resources say what they are. What other operators and charts make are StatefulSets, which are told by
//! their labels, and where they have none of these by their ports. The rules are pure; only [`clusters`] and [`brokers`] ask.
mod choice;
mod stateful;
mod strimzi;
mod user;

use std::fmt;

use futures::future::join;
use serde::{Deserialize, de::DeserializeOwned};

use super::kube::{Client, Error, ErrorKind, Resource, Scope, client::Ask, object::resource_of};

pub use choice::{Unfound, choose_cluster, choose_listener};
pub(super) use user::logins;

/// What told that it is Kafka, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// A custom resource of Strimzi's.
    Strimzi,
    /// A StatefulSet with labels of an operator or a chart that runs Kafka.
    Labels,
    /// A StatefulSet with a port of Kafka's.
    Port,
}

/// A Kafka cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    pub namespace: String,
    pub name: String,
    pub evidence: Evidence,
    /// What told that it is one, in words.
    pub why: String,
    pub listeners: Vec<Listener>,
    /// The label selector of its brokers' pods.
    pub selector: String,
    /// What its brokers usually advertise behind the name of their pod.
    pub domain: String,
}

/// A door of a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    pub name: String,
    /// The port of the brokers' pods.
    pub port: u16,
    /// Made for clients within the Kubernetes cluster.
    pub internal: bool,
    /// None where nothing tells: then what the user gave is believed.
    pub security: Option<Security>,
    /// The certificates to trust, as PEM; empty where nothing tells.
    pub roots: Vec<String>,
}

/// What a listener asks of its clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Security {
    pub tls: bool,
    /// Strimzi's word for the login: `scram-sha-512`, `tls`, `oauth`, `custom`; none where nobody logs in.
    pub login: Option<String>,
}

/// The pod of a broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broker {
    /// The number at the end of its name: of Strimzi's the broker's id, of others usually.
    pub id: Option<i32>,
    pub pod: String,
    /// What it usually advertises.
    pub host: String,
    pub ip: Option<String>,
    pub ready: bool,
}

impl fmt::Display for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

impl fmt::Display for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.port)?;
        match &self.security {
            None => Ok(()),
            Some(Security { tls, login }) => {
                let tls = if *tls { "TLS" } else { "no TLS" };
                let login = login.as_deref().unwrap_or("no login");
                write!(f, " ({tls}, {login})")
            }
        }
    }
}

/// All that is found, the surest first. What rests on a port alone is no cluster where something surer was found.
pub async fn clusters(client: &Client) -> Result<Vec<Cluster>, Error> {
    let kind = Resource::STATEFUL_SETS;
    let sets = list::<stateful::Set>(client, &kind, "");
    match join(strimzi_clusters(client), sets).await {
        (Ok(strimzi), Ok(sets)) => Ok(settle(strimzi, &sets)),
        (Ok(strimzi), Err(_)) if !strimzi.is_empty() => Ok(strimzi),
        (Err(why), Ok(sets)) => {
            let found = settle(Vec::new(), &sets);
            if found.is_empty() {
                Err(why)
            } else {
                Ok(found)
            }
        }
        (Err(why), Err(_)) | (Ok(_), Err(why)) => Err(why),
    }
}

fn settle(strimzi: Vec<Cluster>, sets: &[stateful::Set]) -> Vec<Cluster> {
    let mut all = strimzi;
    all.extend(sets.iter().filter_map(stateful::cluster));
    if all.iter().any(|one| one.evidence < Evidence::Port) {
        all.retain(|one| one.evidence < Evidence::Port);
    }
    all.sort_by(|a, b| {
        (a.evidence, &a.namespace, &a.name).cmp(&(b.evidence, &b.namespace, &b.name))
    });
    all
}

async fn strimzi_clusters(client: &Client) -> Result<Vec<Cluster>, Error> {
    let Some(kafkas) = resource_of(client, "Kafka").await? else {
        return Ok(Vec::new());
    };
    match list::<strimzi::Kafka>(client, &kafkas, "").await {
        Ok(found) => Ok(found.iter().map(strimzi::cluster).collect()),
        // Another operator's group of that name, or one that is being installed.
        Err(why) if why.kind == ErrorKind::Missing => Ok(Vec::new()),
        Err(why) => Err(why),
    }
}

/// The pods of a cluster's brokers, those that are ready first.
pub async fn brokers(client: &Client, cluster: &Cluster) -> Result<Vec<Broker>, Error> {
    let scope = Scope::Namespace(cluster.namespace.clone());
    let pods = list_in::<Pod>(client, &Resource::PODS, &scope, &cluster.selector).await?;
    Ok(brokers_of(cluster, &pods))
}

fn brokers_of(cluster: &Cluster, pods: &[Pod]) -> Vec<Broker> {
    let lead = |pod: &&Pod| !pod.is_controller_alone() && !pod.has_ended();
    let mut brokers: Vec<Broker> = pods
        .iter()
        .filter(lead)
        .map(|pod| Broker {
            id: number_of(&pod.metadata.name),
            pod: pod.metadata.name.clone(),
            host: format!("{}.{}", pod.metadata.name, cluster.domain),
            ip: pod.status.pod_ip.clone(),
            ready: pod.is_ready(),
        })
        .collect();
    brokers.sort_by(|a, b| (!a.ready, a.id, &a.pod).cmp(&(!b.ready, b.id, &b.pod)));
    brokers
}

fn number_of(pod: &str) -> Option<i32> {
    pod.rsplit_once('-')?.1.parse().ok()
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Pod {
    metadata: PodMeta,
    status: PodStatus,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct PodMeta {
    name: String,
    labels: std::collections::BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct PodStatus {
    phase: String,
    #[serde(rename = "podIP")]
    pod_ip: Option<String>,
    conditions: Vec<Condition>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Condition {
    #[serde(rename = "type")]
    kind: String,
    status: String,
}

impl Pod {
    fn is_ready(&self) -> bool {
        let conditions = &self.status.conditions;
        conditions
            .iter()
            .any(|one| one.kind == "Ready" && one.status == "True")
    }

    fn has_ended(&self) -> bool {
        ["Succeeded", "Failed"].contains(&&*self.status.phase)
    }

    /// A node of Strimzi's that is no broker has no listener for clients.
    fn is_controller_alone(&self) -> bool {
        let role = self.metadata.labels.get("strimzi.io/broker-role");
        role.is_some_and(|role| role == "false")
    }
}

#[derive(Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
struct Page<T> {
    #[serde(default)]
    metadata: PageMeta,
    items: Option<Vec<T>>,
}

#[derive(Default, Deserialize)]
struct PageMeta {
    #[serde(rename = "continue", default)]
    more: String,
}

/// Of all namespaces, or where that is forbidden of the context's own.
async fn list<T: DeserializeOwned>(
    client: &Client,
    resource: &Resource,
    selector: &str,
) -> Result<Vec<T>, Error> {
    match list_in(client, resource, &Scope::All, selector).await {
        Err(why) if matches!(why.kind, ErrorKind::Forbidden { .. }) => {
            let own = Scope::Namespace(client.namespace().to_owned());
            // What was forbidden first is what would be needed.
            list_in(client, resource, &own, selector)
                .await
                .map_err(|_narrower| why)
        }
        answered => answered,
    }
}

async fn list_in<T: DeserializeOwned>(
    client: &Client,
    resource: &Resource,
    scope: &Scope,
    selector: &str,
) -> Result<Vec<T>, Error> {
    let mut all = Vec::new();
    let mut more = String::new();
    loop {
        let query = [
            ("limit", "500"),
            ("continue", more.as_str()),
            ("labelSelector", selector),
        ];
        let page: Page<T> = client
            .get_json(&Ask::list(resource, scope, &query).free())
            .await?;
        all.extend(page.items.unwrap_or_default());
        more = page.metadata.more;
        if more.is_empty() {
            return Ok(all);
        }
    }
}

#[cfg(test)]
mod tests;
