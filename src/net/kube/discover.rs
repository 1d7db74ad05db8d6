//! Which versions of an optional API group the server has: one small request per group, not a full discovery.
use std::borrow::Cow;

use serde::Deserialize;

use crate::net::kube::{
    client::{Ask, Client},
    error::{Error, ErrorKind},
    resource::Resource,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    #[serde(default)]
    preferred_version: Served,
    #[serde(default)]
    versions: Vec<Served>,
}

#[derive(Default, Deserialize)]
struct Served {
    #[serde(default)]
    version: String,
}

#[derive(Deserialize)]
struct Kinds {
    #[serde(default)]
    resources: Vec<Kind>,
}

#[derive(Deserialize)]
struct Kind {
    name: String,
}

/// An API group that not every server has, and those of its kinds that are read, by plural and name.
#[derive(Clone, Copy, Debug)]
pub struct ApiGroup {
    group: &'static str,
    kinds: &'static [(&'static str, &'static str)],
}

/// Strimzi's.
pub const STRIMZI: &[ApiGroup] = &[
    ApiGroup {
        group: "kafka.strimzi.io",
        kinds: &[
            ("kafkas", "Kafka"),
            ("kafkanodepools", "KafkaNodePool"),
            ("kafkarebalances", "KafkaRebalance"),
            ("kafkaconnects", "KafkaConnect"),
            ("kafkaconnectors", "KafkaConnector"),
            ("kafkamirrormaker2s", "KafkaMirrorMaker2"),
        ],
    },
    ApiGroup {
        group: "core.strimzi.io",
        kinds: &[("strimzipodsets", "StrimziPodSet")],
    },
];

/// KEDA's.
pub const KEDA: &[ApiGroup] = &[ApiGroup {
    group: "keda.sh",
    kinds: &[("scaledobjects", "ScaledObject")],
}];

/// The kinds of these that the server has, in the version it prefers. Where there are none that is no error.
pub async fn served(client: &Client, wanted: &[ApiGroup]) -> Result<Vec<Resource>, Error> {
    let mut found = Vec::new();
    for ApiGroup { group, kinds } in wanted {
        let Some(version) = preferred_version(client, group).await? else {
            continue;
        };
        let served = served_kinds(client, group, &version).await?;
        found.extend(
            kinds
                .iter()
                .filter(|(plural, _)| served.iter().any(|name| name == plural))
                .map(|(plural, kind)| Resource {
                    group,
                    version: Cow::Owned(version.clone()),
                    plural,
                    kind,
                    namespaced: true,
                }),
        );
    }
    Ok(found)
}

/// Whether the server has metrics.k8s.io in the version that is read.
pub async fn has_metrics(client: &Client) -> Result<bool, Error> {
    Ok(preferred_version(client, "metrics.k8s.io").await?.is_some())
}

/// The version of the group that the server prefers; `None` where it has no such group.
pub async fn preferred_version(client: &Client, group: &str) -> Result<Option<String>, Error> {
    let asked = client
        .get_json::<Group>(&Ask::get(&format!("/apis/{group}"), group))
        .await;
    match asked {
        Ok(found) => {
            let preferred =
                Some(found.preferred_version).filter(|served| !served.version.is_empty());
            let first = || found.versions.into_iter().next();
            Ok(preferred.or_else(first).map(|served| served.version))
        }
        Err(Error {
            kind: ErrorKind::Missing,
            ..
        }) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn served_kinds(client: &Client, group: &str, version: &str) -> Result<Vec<String>, Error> {
    let path = format!("/apis/{group}/{version}");
    let kinds: Kinds = client.get_json(&Ask::get(&path, group)).await?;
    Ok(kinds.resources.into_iter().map(|kind| kind.name).collect())
}
