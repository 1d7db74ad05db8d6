//! What the API server lets us do, and what it serves.

use futures::stream::{self, StreamExt};

use super::{Came, Found, rule::Right};
use crate::net::{
    discover::Unfound,
    kube::{Client, Error, ErrorKind, Resource, access, discover},
};

/// Kinds that are watched wherever there are any.
const WATCHED: [Resource; 7] = [
    Resource::PODS,
    Resource::NODES,
    Resource::DEPLOYMENTS,
    Resource::STATEFUL_SETS,
    Resource::REPLICA_SETS,
    Resource::AUTOSCALERS,
    Resource::EVENTS,
];

/// Reviews that are under way at once.
const AT_ONCE: usize = 4;

/// Which kinds may be listed and watched.
pub(super) async fn rights(kube: &Client, user: Option<&str>) -> Found<()> {
    let mut kinds = WATCHED.to_vec();
    for groups in [discover::STRIMZI, discover::KEDA] {
        match discover::served(kube, groups).await {
            Ok(served) => kinds.extend(served),
            Err(why) => return Found::failed(why.to_string()),
        }
    }
    let of_kind = |kind: &Resource| {
        ["list", "watch"].map(|verb| Right {
            group: kind.group.to_owned(),
            resource: kind.plural.to_owned(),
            verb,
            namespace: None,
        })
    };
    let asked: Vec<Right> = kinds.iter().flat_map(of_kind).collect();
    let answers = stream::iter(asked)
        .map(|right| {
            let kube = kube.clone();
            async move {
                let answer =
                    access::can(&kube, right.verb, &right.group, &right.resource, None).await;
                answer.map(|may| (right, may))
            }
        })
        .buffered(AT_ONCE);
    let answers: Vec<Result<(Right, bool), Error>> = answers.collect().await;
    let mut missing = Vec::new();
    for answer in answers {
        match answer {
            Ok((_, true)) => {}
            Ok((right, false)) => missing.push(right),
            Err(why) => return Found::failed(why.to_string()),
        }
    }
    if missing.is_empty() {
        let count = kinds.len();
        return Found::fine(format!("may list and watch all {count} kinds"), ());
    }
    let words: Vec<String> = missing.iter().map(Right::words).collect();
    let found = Found {
        said: format!("may not {} in all namespaces", words.join(", ")),
        came: Came::Partly,
        rule: None,
        value: Some(()),
    };
    found.ruled(&missing, user)
}

pub(super) async fn metrics(kube: &Client) -> Found<()> {
    match discover::has_metrics(kube).await {
        Ok(true) => Found::fine("metrics.k8s.io is served", ()),
        Ok(false) => Found {
            said: "metrics.k8s.io is not served: CPU and memory stay empty; install metrics-server"
                .to_owned(),
            came: Came::Partly,
            rule: None,
            value: Some(()),
        },
        Err(why) => Found::failed(why.to_string()),
    }
}

/// The right that was missing when brokers were looked for.
pub(super) fn unfound(why: &Unfound) -> Vec<Right> {
    let Unfound::Kube(Error {
        kind:
            ErrorKind::Forbidden {
                verb,
                resource,
                namespace,
            },
        ..
    }) = why
    else {
        return Vec::new();
    };
    let (group, plural) = resource.rsplit_once('/').unwrap_or(("", resource));
    // A role for it would give all Secrets of the namespace away.
    if plural == "secrets" {
        return Vec::new();
    }
    vec![Right {
        group: group.to_owned(),
        resource: plural.to_owned(),
        verb: match &**verb {
            "get" => "get",
            _ => "list",
        },
        namespace: namespace.as_deref().map(str::to_owned),
    }]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forbidden(resource: &str) -> Unfound {
        Unfound::Kube(Error {
            kind: ErrorKind::Forbidden {
                verb: "get".into(),
                resource: resource.into(),
                namespace: Some("kafka".into()),
            },
            server: "https://a".into(),
            request: "get".into(),
            why: "no".into(),
            remedy: "".into(),
        })
    }

    #[test]
    fn no_role_is_proposed_that_gives_all_secrets_away() {
        assert_eq!(unfound(&forbidden("secrets")), []);
        let told = unfound(&forbidden("kafka.strimzi.io/kafkas"));
        let words: Vec<String> = told.iter().map(Right::words).collect();
        assert_eq!(words, ["get kafkas.kafka.strimzi.io in namespace kafka"]);
    }
}
