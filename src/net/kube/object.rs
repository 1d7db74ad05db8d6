//! One object as the API server has it.
use serde_json::Value;

use crate::net::kube::{
    client::{Ask, Client},
    discover::preferred_version,
    error::Error,
    resource::Resource,
};

/// The object, with all its fields. `namespace` is not used for kinds without one.
pub async fn get(
    client: &Client,
    resource: &Resource,
    namespace: &str,
    name: &str,
) -> Result<Value, Error> {
    client
        .get_json(&Ask::object(resource, namespace, name, ""))
        .await
}

/// How the objects of a kind are addressed; of kinds that others define, in the version that the server prefers. `None`
/// where the kind is not known to us or its group not to the server.
pub async fn resource_of(client: &Client, kind: &str) -> Result<Option<Resource>, Error> {
    let Some(mut resource) = Resource::of_kind(kind) else {
        return Ok(None);
    };
    if resource.version.is_empty() {
        match preferred_version(client, resource.group).await? {
            Some(version) => resource.version = version.into(),
            None => return Ok(None),
        }
    }
    Ok(Some(resource))
}

/// The names of a pod's containers, in their order.
pub async fn containers(client: &Client, namespace: &str, pod: &str) -> Result<Vec<String>, Error> {
    let pod = get(client, &Resource::PODS, namespace, pod).await?;
    let containers = pod.pointer("/spec/containers").and_then(Value::as_array);
    let names = containers.into_iter().flatten();
    Ok(names
        .filter_map(|of| Some(of.get("name")?.as_str()?.to_owned()))
        .collect())
}
