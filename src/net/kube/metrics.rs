//! metrics.k8s.io: the latest CPU and memory of pods and nodes. It has no watch, and is not a history.
use crate::net::kube::{
    client::{Ask, Client},
    error::Error,
    intern::Interner,
    resource::{Resource, Scope},
    rows::{NodeUsage, PodUsage},
    slim::{List, Metrics},
};

/// Usage of all pods in the scope. [`ErrorKind::Missing`](crate::net::kube::ErrorKind) where no metrics server is installed.
pub async fn list_pods(
    client: &Client,
    scope: &Scope,
    interner: &mut Interner,
) -> Result<Vec<PodUsage>, Error> {
    let listed = list(client, &Resource::POD_METRICS, scope).await?;
    Ok(listed
        .into_iter()
        .map(|metrics| metrics.into_pod(interner))
        .collect())
}

/// Usage of all nodes.
pub async fn list_nodes(client: &Client, interner: &mut Interner) -> Result<Vec<NodeUsage>, Error> {
    let listed = list(client, &Resource::NODE_METRICS, &Scope::All).await?;
    Ok(listed
        .into_iter()
        .map(|metrics| metrics.into_node(interner))
        .collect())
}

/// Follows continue tokens, although today's metrics server answers everything at once.
async fn list(client: &Client, resource: &Resource, scope: &Scope) -> Result<Vec<Metrics>, Error> {
    let mut all = Vec::new();
    let mut token = String::new();
    loop {
        let query = [("limit", "500"), ("continue", token.as_str())];
        let page: List<Metrics> = client.get_json(&Ask::list(resource, scope, &query)).await?;
        all.extend(page.items);
        token = page.metadata.continue_token;
        if token.is_empty() {
            return Ok(all);
        }
    }
}
