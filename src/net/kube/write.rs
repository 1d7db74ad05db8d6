//! The client that changes something: the scale of a Deployment or a StatefulSet, and nothing else. Only `act` holds it.
use serde::Deserialize;
use serde_json::json;

use crate::net::kube::{
    client::{Ask, Client, Rights},
    error::Error,
    exec::Plugins,
    flags::{KubeEnv, KubeFlags},
    resource::Resource,
};

/// The name under which the API server notes our changes in `managedFields`.
const MANAGER: &str = "plimsoll";

/// A client made to write. Not to be cloned into other hands.
#[derive(Debug)]
pub struct Writer {
    client: Client,
}

/// What is scaled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScaleTarget<'a> {
    pub resource: Resource,
    pub namespace: &'a str,
    pub name: &'a str,
}

/// A scale subresource as the API server answered it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scaled {
    /// `spec.replicas`.
    pub replicas: u32,
    /// `metadata.resourceVersion`: of the whole object, so that it moves with every change of its status too.
    pub resource_version: String,
}

#[derive(Deserialize)]
struct Scale {
    #[serde(default)]
    metadata: Metadata,
    #[serde(default)]
    spec: Spec,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Metadata {
    resource_version: String,
    managed_fields: Vec<Managed>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Spec {
    replicas: u32,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Managed {
    manager: String,
    fields_v1: serde_json::Value,
}

impl From<Scale> for Scaled {
    fn from(scale: Scale) -> Self {
        Scaled {
            replicas: scale.spec.replicas,
            resource_version: scale.metadata.resource_version,
        }
    }
}

impl Writer {
    /// Reads the configuration; sends nothing yet.
    pub fn new(flags: KubeFlags, env: KubeEnv, plugins: Plugins) -> Result<Self, Error> {
        let client = Client::with_rights(flags, env, plugins, Rights::Scale)?;
        Ok(Writer { client })
    }

    /// The server's URL, without credentials.
    pub fn server(&self) -> &str {
        self.client.server()
    }

    fn ask(target: &ScaleTarget<'_>, sub: &str) -> Ask {
        Ask::object(&target.resource, target.namespace, target.name, sub)
    }

    /// The scale as it is now.
    pub async fn scale(&self, target: &ScaleTarget<'_>) -> Result<Scaled, Error> {
        let scale: Scale = self.client.get_json(&Self::ask(target, "scale")).await?;
        Ok(scale.into())
    }

    /// Asks the server to change the scale, if the object is still at this version (409 otherwise). With `dry_run` it
    /// does all that it would do, and keeps nothing. Sent once: of a lost answer the caller hears.
    pub async fn set_scale(
        &self,
        target: &ScaleTarget<'_>,
        replicas: u32,
        resource_version: &str,
        dry_run: bool,
    ) -> Result<Scaled, Error> {
        let body = json!({
            "metadata": {"resourceVersion": resource_version},
            "spec": {"replicas": replicas},
        });
        let query = [
            ("fieldManager", MANAGER),
            ("dryRun", if dry_run { "All" } else { "" }),
        ];
        let ask = Self::ask(target, "scale").merge_patch(&query, body.to_string());
        let scale: Scale = self.client.get_json(&ask).await?;
        Ok(scale.into())
    }

    /// Who manages `spec.replicas` of the object, other than us and kubectl, by the names in `managedFields`.
    pub async fn replica_managers(&self, target: &ScaleTarget<'_>) -> Result<Vec<String>, Error> {
        let object: Scale = self.client.get_json(&Self::ask(target, "")).await?;
        let owns = |managed: &Managed| managed.fields_v1.pointer("/f:spec/f:replicas").is_some();
        let mut managers: Vec<String> = object
            .metadata
            .managed_fields
            .into_iter()
            .filter(owns)
            .map(|managed| managed.manager)
            .filter(|manager| manager != MANAGER && !manager.starts_with("kubectl"))
            .collect();
        managers.sort();
        managers.dedup();
        Ok(managers)
    }
}
