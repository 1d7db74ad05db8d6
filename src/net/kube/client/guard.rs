//! What may leave for the socket: reads, questions about our own rights, and port-forwards of a tunnel; of a client that was
//! made to write, also a change of a scale subresource. Below every other part of the program.
use std::fmt;

use http::{Extensions, HeaderMap, Method, header::UPGRADE};

/// What a client was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rights {
    Read,
    /// Reads, and changes the scale of Deployments and `StatefulSet`s.
    Scale,
}

/// A request that was not sent, because it could change something.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    rights: Rights,
    method: Method,
    path: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} was not sent: this client only {}",
            self.method,
            self.path,
            match self.rights {
                Rights::Read => "reads",
                Rights::Scale => "reads and scales",
            }
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

/// `.../namespaces/NS/deployments/NAME/scale`, and the same of a `StatefulSet`.
fn is_scale(path: &str) -> bool {
    let Some((_, inner)) = path.rsplit_once("/apis/apps/v1/namespaces/") else {
        return false;
    };
    let parts: Vec<&str> = inner.split('/').collect();
    matches!(parts.as_slice(), [namespace, "deployments" | "statefulsets", name, "scale"]
        if !namespace.is_empty() && !name.is_empty())
}

/// The mark of a request that the tunnel makes. Without it an upgrade is refused, so that no other part of the program can
/// reach into a pod, by mistake or otherwise.
#[derive(Clone, Copy, Debug)]
pub(super) struct Forwarding;

/// `.../namespaces/NS/pods/NAME/portforward`.
fn is_port_forward(path: &str) -> bool {
    let Some((_, inner)) = path.rsplit_once("/api/v1/namespaces/") else {
        return false;
    };
    let parts: Vec<&str> = inner.split('/').collect();
    matches!(parts.as_slice(), [namespace, "pods", name, "portforward"]
        if !namespace.is_empty() && !name.is_empty())
}

/// GET and HEAD without an upgrade (which would be exec or attach), a port-forward that is marked as one, POST of a review,
/// and PATCH of a scale where the client was made for it.
pub(super) fn admit(
    rights: Rights,
    method: &Method,
    path: &str,
    headers: &HeaderMap,
    marks: &Extensions,
) -> Result<(), Refusal> {
    let upgrades = headers.contains_key(UPGRADE);
    let marked = marks.get::<Forwarding>().is_some();
    let forwards = upgrades && marked && *method == Method::GET && is_port_forward(path);
    let reads = *method == Method::GET || *method == Method::HEAD;
    let reviews = *method == Method::POST && REVIEWS.iter().any(|review| path.ends_with(review));
    let scales = rights == Rights::Scale && *method == Method::PATCH && is_scale(path);
    if forwards || !upgrades && (reads || reviews || scales) {
        Ok(())
    } else {
        Err(Refusal {
            rights,
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
            let admitted = admit(Rights::Read, &method, path, &headers, &Extensions::new());
            assert_eq!(
                admitted.is_ok(),
                passes,
                "{method} {path} upgrade {upgrade}"
            );
        }
    }

    #[test]
    fn a_writing_client_changes_scales_and_nothing_else() {
        let deployment = "/apis/apps/v1/namespaces/shop/deployments/fraud";
        let table = [
            (Method::PATCH, format!("{deployment}/scale"), true),
            (
                Method::PATCH,
                format!("/k8s/clusters/c-1{deployment}/scale"),
                true,
            ),
            (
                Method::PATCH,
                "/apis/apps/v1/namespaces/a/statefulsets/s/scale".to_owned(),
                true,
            ),
            (Method::PATCH, deployment.to_owned(), false),
            (Method::PATCH, format!("{deployment}/status"), false),
            (Method::PUT, format!("{deployment}/scale"), false),
            (Method::DELETE, deployment.to_owned(), false),
            (
                Method::PATCH,
                "/apis/apps/v1/namespaces/a/replicasets/r/scale".to_owned(),
                false,
            ),
            (
                Method::PATCH,
                "/apis/apps/v1/namespaces//deployments/d/scale".to_owned(),
                false,
            ),
            (
                Method::POST,
                "/api/v1/namespaces/a/pods/p/eviction".to_owned(),
                false,
            ),
            (Method::GET, "/api/v1/pods".to_owned(), true),
        ];
        for (method, path, passes) in table {
            let (headers, marks) = (HeaderMap::new(), Extensions::new());
            let admitted = admit(Rights::Scale, &method, &path, &headers, &marks);
            assert_eq!(admitted.is_ok(), passes, "{method} {path}");
            if method == Method::PATCH {
                assert!(admit(Rights::Read, &method, &path, &headers, &marks).is_err());
            }
        }
    }

    #[test]
    fn an_upgrade_passes_only_where_a_tunnel_asks_for_a_port_of_a_pod() {
        let pod = "/api/v1/namespaces/kafka/pods/lab-broker-1";
        let table = [
            (Method::GET, format!("{pod}/portforward"), true, true),
            (
                Method::GET,
                format!("/k8s/clusters/c-1{pod}/portforward"),
                true,
                true,
            ),
            (Method::GET, format!("{pod}/portforward"), false, false),
            (Method::POST, format!("{pod}/portforward"), true, false),
            (Method::GET, format!("{pod}/exec"), true, false),
            (Method::GET, format!("{pod}/attach"), true, false),
            (Method::GET, format!("{pod}/proxy/portforward"), true, false),
            (
                Method::GET,
                "/api/v1/namespaces/kafka/services/s/portforward".to_owned(),
                true,
                false,
            ),
        ];
        for (method, path, marked, passes) in table {
            let mut headers = HeaderMap::new();
            headers.insert(UPGRADE, http::HeaderValue::from_static("websocket"));
            let mut marks = Extensions::new();
            if marked {
                marks.insert(Forwarding);
            }
            let admitted = admit(Rights::Read, &method, &path, &headers, &marks);
            assert_eq!(admitted.is_ok(), passes, "{method} {path} marked {marked}");
        }
    }
}
