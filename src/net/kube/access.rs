//! What the server is, and what it would let us do.
use serde::Deserialize;
use serde_json::json;

use crate::net::kube::{
    client::{Ask, Client},
    error::Error,
};

/// `GET /version`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Version {
    /// `1`.
    pub major: String,
    /// `36`, with some vendors `36+`.
    pub minor: String,
    /// `v1.36.4`.
    pub git_version: String,
}

#[derive(Deserialize)]
struct Review {
    #[serde(default)]
    status: Verdict,
}

#[derive(Default, Deserialize)]
struct Verdict {
    #[serde(default)]
    allowed: bool,
}

/// The server's version. Also the cheapest request that proves the connection.
pub async fn get_version(client: &Client) -> Result<Version, Error> {
    client.get_json(&Ask::get("/version", "version")).await
}

/// Whether we may `verb` the resource (`SelfSubjectAccessReview`); `namespace` `None` means all namespaces.
pub async fn can(
    client: &Client,
    verb: &str,
    group: &str,
    resource: &str,
    namespace: Option<&str>,
) -> Result<bool, Error> {
    let review = json!({
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": {
            "verb": verb, "group": group, "resource": resource, "namespace": namespace.unwrap_or(""),
        }},
    });
    let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    let ask = Ask::review(
        path,
        "authorization.k8s.io/selfsubjectaccessreviews",
        review.to_string(),
    );
    Ok(client.get_json::<Review>(&ask).await?.status.allowed)
}
