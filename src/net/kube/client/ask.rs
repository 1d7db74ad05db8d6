//! One request, and the words for it.
use std::{fmt::Write, time::Duration};

use http::{
    Method, Request,
    header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE},
};
use kube::client::Body;

use crate::net::kube::{
    logs::LogQuery,
    resource::{Resource, Scope},
};

/// Whether a request waits for its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// It takes a token.
    Steady,
    /// Part of the first sync, which is bounded by itself and must be quick.
    Free,
}

/// A request, described.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    method: Method,
    path: String,
    body: Option<String>,
    streams: bool,
    accept: &'static str,
    limit: Duration,
    pub(super) pace: Pace,
    /// The API verb.
    pub(super) verb: &'static str,
    /// What it is about: `pods`, `apps/deployments`, `version`.
    pub(super) resource: String,
    pub(super) namespace: Option<String>,
}

const PLAIN_LIMIT: Duration = Duration::from_secs(15);
const LIST_LIMIT: Duration = Duration::from_secs(60);

impl Ask {
    /// A GET of a fixed path.
    pub(crate) fn get(path: &str, resource: &str) -> Self {
        Self {
            method: Method::GET,
            path: path.into(),
            body: None,
            streams: false,
            accept: "application/json",
            limit: PLAIN_LIMIT,
            pace: Pace::Steady,
            verb: "get",
            resource: resource.into(),
            namespace: None,
        }
    }

    /// A list, or a page of one. Empty values are left out of the query.
    pub(crate) fn list(resource: &Resource, scope: &Scope, query: &[(&str, &str)]) -> Self {
        let path = with_query(&resource.path(scope.namespace()), query);
        Self {
            limit: LIST_LIMIT,
            verb: "list",
            namespace: scope.namespace().map(Into::into),
            ..Self::get(&path, &resource.qualified())
        }
    }

    /// A watch. Its body must not be compressed: newer servers write one gzip member per event, which decoders stop at.
    pub(crate) fn watch(resource: &Resource, scope: &Scope, query: &[(&str, &str)]) -> Self {
        Self {
            streams: true,
            limit: PLAIN_LIMIT,
            verb: "watch",
            ..Self::list(resource, scope, query)
        }
    }

    /// A GET of one object, or of a subresource of it (empty: the object itself).
    pub(crate) fn object(resource: &Resource, namespace: &str, name: &str, sub: &str) -> Self {
        let mut path = format!("{}/", resource.path(Some(namespace)));
        escape(name, &mut path);
        let mut qualified = resource.qualified();
        for part in [sub].into_iter().filter(|sub| !sub.is_empty()) {
            path.extend(["/", part]);
            qualified.extend(["/", part]);
        }
        Self {
            namespace: Some(namespace.into()),
            ..Self::get(&path, &qualified)
        }
    }

    /// The same as a merge patch: the one request that changes something. `query` as for a list.
    pub(crate) fn merge_patch(self, query: &[(&str, &str)], body: String) -> Self {
        Self {
            method: Method::PATCH,
            path: with_query(&self.path, query),
            body: Some(body),
            verb: "patch",
            ..self
        }
    }

    /// The log of a container. As it comes, so not compressed, and of any type that the kubelet gives it.
    pub(crate) fn log(query: &LogQuery) -> Self {
        let plain = Self::object(&Resource::PODS, &query.namespace, &query.pod, "log");
        let parts = query.parts();
        let parts: Vec<(&str, &str)> = parts.iter().map(|(key, value)| (*key, &**value)).collect();
        Self {
            path: with_query(&plain.path, &parts),
            streams: true,
            accept: "*/*",
            ..plain
        }
    }

    /// A connection to a port of a pod.
    pub(crate) fn forward(namespace: &str, pod: &str, port: u16) -> Self {
        let plain = Self::object(&Resource::PODS, namespace, pod, "portforward");
        Self {
            path: with_query(&plain.path, &[("ports", &port.to_string())]),
            // The upgrade is a GET, and servers from 1.35 on ask for the other verb as well.
            verb: "get and create",
            ..plain
        }
    }

    /// A question about our own rights: the only thing that is ever posted.
    pub(crate) fn review(path: &str, resource: &str, body: String) -> Self {
        Self {
            method: Method::POST,
            body: Some(body),
            verb: "create",
            ..Self::get(path, resource)
        }
    }

    /// Part of the first sync: takes no token.
    pub(crate) fn free(self) -> Self {
        Self {
            pace: Pace::Free,
            ..self
        }
    }

    pub(super) fn is_read(&self) -> bool {
        self.method == Method::GET
    }

    /// `--request-timeout` if given (0: a day), else the kind's own.
    pub(super) fn deadline(&self, given: Option<Duration>) -> Duration {
        match given {
            Some(Duration::ZERO) => Duration::from_secs(86_400),
            Some(given) => given,
            None => self.limit,
        }
    }

    pub(super) fn request(&self) -> Result<Request<Body>, http::Error> {
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(&self.path)
            .header(ACCEPT, self.accept);
        if self.streams {
            request = request.header(ACCEPT_ENCODING, "identity");
        }
        match &self.body {
            Some(body) => {
                let body = Body::from(body.clone().into_bytes());
                let kind = if self.method == Method::PATCH {
                    "application/merge-patch+json"
                } else {
                    "application/json"
                };
                request.header(CONTENT_TYPE, kind).body(body)
            }
            None => request.body(Body::empty()),
        }
    }

    /// `list pods in namespace kafka`, `GET /version`.
    pub(crate) fn words(&self) -> String {
        match (self.verb, &self.namespace) {
            ("list" | "watch", Some(namespace)) => {
                format!("{} {} in namespace {namespace}", self.verb, self.resource)
            }
            ("list" | "watch", None) => format!("{} {}", self.verb, self.resource),
            _ => format!("{} {}", self.method, self.path),
        }
    }
}

fn with_query(path: &str, query: &[(&str, &str)]) -> String {
    let mut text = path.to_owned();
    let mut separator = '?';
    for (name, value) in query.iter().filter(|(_, value)| !value.is_empty()) {
        text.push(separator);
        text.push_str(name);
        text.push('=');
        escape(value, &mut text);
        separator = '&';
    }
    text
}

/// Percent-encoding of everything but RFC 3986's unreserved characters.
fn escape(value: &str, into: &mut String) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            into.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(into, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_escaped_and_empty_values_left_out() {
        let scope = Scope::Namespace("kafka".into());
        let query = [
            ("limit", "500"),
            ("continue", ""),
            ("fieldSelector", "type=Warning, ü"),
        ];
        let ask = Ask::list(&Resource::EVENTS, &scope, &query);
        assert_eq!(
            ask.path,
            "/api/v1/namespaces/kafka/events?limit=500&fieldSelector=type%3DWarning%2C%20%C3%BC"
        );
        assert_eq!(ask.words(), "list events in namespace kafka");
    }

    #[test]
    fn a_given_timeout_wins_and_zero_means_none() {
        let ask = Ask::list(&Resource::PODS, &Scope::All, &[]);
        assert_eq!(ask.deadline(None), Duration::from_secs(60));
        assert_eq!(
            ask.deadline(Some(Duration::from_secs(3))),
            Duration::from_secs(3)
        );
        assert!(ask.deadline(Some(Duration::ZERO)) > Duration::from_secs(3600));
    }
}
