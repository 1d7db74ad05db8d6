//! What the server is, and what it would let us do.
use serde::Deserialize;
use serde_json::json;

use crate::net::kube::{
    client::{Ask, Client},
    error::{Error, ErrorKind},
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

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SelfReview {
    #[serde(default)]
    status: SelfStatus,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SelfStatus {
    #[serde(default)]
    user_info: UserInfo,
}

#[derive(Default, Deserialize)]
struct UserInfo {
    #[serde(default)]
    username: String,
}

/// By which name the server knows us (`SelfSubjectReview`); `None` where it cannot tell: servers before 1.28.
pub async fn who(client: &Client) -> Result<Option<String>, Error> {
    let review = json!({
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "SelfSubjectReview",
    });
    let path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
    let ask = Ask::review(
        path,
        "authentication.k8s.io/selfsubjectreviews",
        review.to_string(),
    );
    match client.get_json::<SelfReview>(&ask).await {
        Ok(answer) => Ok(Some(answer.status.user_info.username).filter(|name| !name.is_empty())),
        Err(error) if error.kind == ErrorKind::Missing => Ok(None),
        Err(error) => Err(error),
    }
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
