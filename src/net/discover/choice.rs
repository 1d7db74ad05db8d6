//! Which of the clusters, and which of its listeners.
use super::{Cluster, Evidence, Listener, Security};
use crate::net::{
    kafka::{Config, Sasl},
    kube,
};

/// Why there is no cluster to look at. Each says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfound {
    /// The API server could not be asked.
    #[error("Kafka is looked for in the Kubernetes cluster: {0}")]
    Kube(#[from] kube::Error),
    /// There is none, or none of that name, or more than one.
    #[error("{0}")]
    None(String),
    /// None of its listeners takes what we have.
    #[error("{0}")]
    Login(String),
    /// Its certificates cannot be used.
    #[error("{0}")]
    Tls(String),
}

fn names(clusters: &[Cluster]) -> String {
    let names = clusters
        .iter()
        .map(|one| format!("{one} ({})", evidence(one.evidence)));
    names.collect::<Vec<_>>().join(", ")
}

fn evidence(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Strimzi => "Strimzi",
        Evidence::Labels => "by its labels",
        Evidence::Port => "by its port",
    }
}

/// The cluster that is meant: the one that is named, as `NAME` or `NAMESPACE/NAME`, or the only one.
pub fn choose_cluster<'a>(
    found: &'a [Cluster],
    wanted: Option<&str>,
) -> Result<&'a Cluster, Unfound> {
    let is_meant = |one: &&Cluster| match wanted {
        None => true,
        Some(wanted) => wanted == one.name || wanted == one.to_string(),
    };
    let meant: Vec<&Cluster> = found.iter().filter(is_meant).collect();
    match (meant.as_slice(), wanted) {
        ([one], _) => Ok(one),
        ([], _) if found.is_empty() => Err(Unfound::None(
            "no Kafka cluster was found: no Kafka of Strimzi's, and no StatefulSet with the labels or a port of Kafka's; \
             give --bootstrap-server"
                .to_owned(),
        )),
        ([], wanted) => Err(Unfound::None(format!(
            "no Kafka cluster is called {}: found {}; correct --kafka-cluster",
            wanted.unwrap_or_default(),
            names(found)
        ))),
        (_, _) => Err(Unfound::None(format!(
            "{} Kafka clusters were found: {}; choose one with --kafka-cluster NAMESPACE/NAME",
            meant.len(),
            names(found)
        ))),
    }
}

/// The listener to use with this login, or without one; with `must_ask` only one that asks for a login, as who comes in
/// without being asked has no rights of its own. Of several the one within Kubernetes, then the one that costs least.
pub fn choose_listener<'a>(
    cluster: &'a Cluster,
    login: Option<&Config>,
    must_ask: bool,
) -> Result<&'a Listener, Unfound> {
    let fits = |listener: &&Listener| match (&listener.security, login) {
        (None, _) => true,
        (Some(asked), None) => asked.login.is_none(),
        (Some(asked), Some(login)) => takes(asked, login) && (asked.login.is_some() || !must_ask),
    };
    let rank = |listener: &&Listener| {
        let tls = listener.security.as_ref().is_some_and(|asked| asked.tls);
        (!listener.internal, tls, listener.port)
    };
    if let Some(best) = cluster.listeners.iter().filter(fits).min_by_key(rank) {
        return Ok(best);
    }
    let listeners: Vec<String> = cluster.listeners.iter().map(ToString::to_string).collect();
    let listeners = listeners.join(", ");
    Err(Unfound::Login(match login {
        None => format!(
            "Kafka {cluster}: every listener asks for a login: {listeners}; give one with --command-config FILE"
        ),
        Some(login) => format!(
            "Kafka {cluster}: no listener takes {}: it has {listeners}; correct security.protocol and sasl.mechanism in \
             --command-config",
            words(login)
        ),
    }))
}

fn takes(asked: &Security, login: &Config) -> bool {
    if asked.tls != login.tls.is_some() {
        return false;
    }
    match (asked.login.as_deref(), &login.sasl) {
        // What a custom login is, only its makers know.
        (None | Some("tls"), None) | (Some("custom"), _) => true,
        (Some("scram-sha-512"), Some(sasl)) => matches!(sasl, Sasl::ScramSha512 { .. }),
        (Some("oauth"), Some(sasl)) => {
            matches!(sasl, Sasl::OAuthBearer { .. } | Sasl::Plain { .. })
        }
        _ => false,
    }
}

fn words(login: &Config) -> String {
    let tls = if login.tls.is_some() { "TLS" } else { "no TLS" };
    match &login.sasl {
        Some(sasl) => format!("{tls} with {}", sasl.mechanism()),
        None => format!("{tls} without SASL"),
    }
}
