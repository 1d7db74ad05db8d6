//! What may leave for the socket: reads, and questions about our own rights. Below every other part of the program.
use std::fmt;

use http::{HeaderMap, Method, header::UPGRADE};

/// A request that was not sent, because it could change something.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    method: Method,
    path: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} was not sent: this client only reads",
            self.method, self.path
        )
    }
}

impl std::error::Error for Refusal {}

/// The reviews that answer about ourselves and store nothing.
const REVIEWS: [&str; 3] = [
    "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
    "/apis/authentication.k8s.io/v1/selfsubjectreviews",
];

/// GET and HEAD without an upgrade (which would be exec, attach or port-forward), and POST of a review.
pub(super) fn admit(method: &Method, path: &str, headers: &HeaderMap) -> Result<(), Refusal> {
    let upgrades = headers.contains_key(UPGRADE);
    let reads = *method == Method::GET || *method == Method::HEAD;
    let reviews = *method == Method::POST && REVIEWS.iter().any(|review| path.ends_with(review));
    if !upgrades && (reads || reviews) {
        Ok(())
    } else {
        Err(Refusal {
            method: method.clone(),
            path: path.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_reads_and_reviews_pass() {
        let review = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
        let table = [
            (Method::GET, "/api/v1/pods", false, true),
            (Method::HEAD, "/api/v1/pods", false, true),
            (Method::POST, review, false, true),
            (
                Method::POST,
                "/k8s/clusters/c-1/apis/authentication.k8s.io/v1/selfsubjectreviews",
                false,
                true,
            ),
            (Method::POST, review, true, false),
            (
                Method::POST,
                "/apis/authorization.k8s.io/v1/subjectaccessreviews",
                false,
                false,
            ),
            (
                Method::POST,
                "/api/v1/namespaces/a/pods/selfsubjectreviews/eviction",
                false,
                false,
            ),
            (
                Method::POST,
                "/api/v1/namespaces/a/pods/selfsubjectreviews",
                false,
                false,
            ),
            (
                Method::POST,
                "/api/v1/namespaces/a/pods/p/eviction",
                false,
                false,
            ),
            (Method::PUT, review, false, false),
            (Method::PATCH, "/api/v1/nodes/n", false, false),
            (Method::DELETE, "/api/v1/namespaces/a/pods/p", false, false),
            (Method::OPTIONS, "/", false, false),
            (Method::CONNECT, "/", false, false),
            (Method::GET, "/api/v1/namespaces/a/pods/p/exec", true, false),
            (
                Method::GET,
                "/api/v1/namespaces/a/pods/p/portforward",
                true,
                false,
            ),
        ];
        for (method, path, upgrade, passes) in table {
            let mut headers = HeaderMap::new();
            if upgrade {
                headers.insert(UPGRADE, http::HeaderValue::from_static("websocket"));
            }
            let admitted = admit(&method, path, &headers);
            assert_eq!(
                admitted.is_ok(),
                passes,
                "{method} {path} upgrade {upgrade}"
            );
        }
    }
}
