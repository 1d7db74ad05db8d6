//! The Kubernetes client against a scripted server: what it sends, what it makes of answers, and how it recovers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and looks at its own clock"
)]

#[path = "common/fake_http.rs"]
mod fake_http;

#[path = "kube_client/addons.rs"]
mod addons;
#[path = "kube_client/configuration.rs"]
mod configuration;
#[path = "kube_client/logs.rs"]
mod logs;
#[path = "kube_client/plugins.rs"]
mod plugins;
#[path = "kube_client/recovery.rs"]
mod recovery;
#[path = "kube_client/refusals.rs"]
mod refusals;
#[path = "kube_client/requests.rs"]
mod requests;
#[path = "kube_client/rows.rs"]
mod rows;
#[path = "kube_client/watching.rs"]
mod watching;
#[path = "kube_client/writing.rs"]
mod writing;

use std::time::Duration;

use fake_http::FakeHttp;
use futures::{Stream, StreamExt};
use plimsoll::net::kube::{
    Client, KubeEnv, KubeFlags, Resource, Scope, WatchEvent, WatchSpec,
    exec::Plugins,
    rows::{PodRow, Row},
    watch::watch,
};
use serde_json::{Value, json};

fn flags(server: &FakeHttp) -> KubeFlags {
    KubeFlags {
        server: Some(server.url()),
        ..KubeFlags::default()
    }
}

fn client(server: &FakeHttp) -> Client {
    Client::new(flags(server), KubeEnv::default(), Plugins::Silent).unwrap()
}

type Pods = std::pin::Pin<Box<dyn Stream<Item = WatchEvent<PodRow>> + Send>>;

fn pods(client: &Client) -> Pods {
    Box::pin(watch(
        client.clone(),
        WatchSpec::new(Resource::PODS, Scope::All),
    ))
}

/// The next event; ten seconds are far more than any of them takes.
async fn next(events: &mut Pods) -> WatchEvent<PodRow> {
    tokio::time::timeout(Duration::from_secs(10), events.next())
        .await
        .expect("an event")
        .unwrap()
}

/// Short words for an event, in which a table of expectations can be written.
async fn next_words(events: &mut Pods) -> String {
    words(&next(events).await)
}

fn words(event: &WatchEvent<PodRow>) -> String {
    let names = |rows: &[PodRow]| {
        rows.iter()
            .map(|row| row.name.to_string())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let keys = |gone: &[plimsoll::net::kube::rows::Key]| {
        gone.iter()
            .fold(String::new(), |text, key| text + " -" + &key.name)
    };
    match event {
        WatchEvent::Begin { scope: Scope::All } => "begin".into(),
        WatchEvent::Begin {
            scope: Scope::Namespace(name),
        } => format!("begin {name}"),
        WatchEvent::Narrowed { namespace, .. } => format!("narrowed {namespace}"),
        WatchEvent::Page {
            rows,
            remaining: Some(left),
        } => format!("page {} +{left}", names(rows)),
        WatchEvent::Page {
            rows,
            remaining: None,
        } => format!("page {}", names(rows)),
        WatchEvent::Listed { gone } => format!("listed{}", keys(gone)),
        WatchEvent::Changed { set, gone } => format!("changed {}{}", names(set), keys(gone)),
        WatchEvent::Alive => "alive".into(),
        WatchEvent::Failed { error, .. } => format!("failed {:?}", error.kind),
    }
}

async fn expect(events: &mut Pods, expected: &[&str]) {
    for (position, expected) in expected.iter().enumerate() {
        assert_eq!(next_words(events).await, *expected, "event {position}");
    }
}

fn pod(name: &str, version: &str) -> Value {
    json!({
        "metadata": {"name": name, "namespace": "shop", "uid": format!("uid-{name}"), "resourceVersion": version},
        "spec": {"containers": [{"name": "app"}]},
        "status": {"phase": "Running"},
    })
}

fn list(names: &[&str], version: &str) -> Value {
    let items: Vec<Value> = names.iter().map(|name| pod(name, version)).collect();
    json!({"kind": "PodList", "metadata": {"resourceVersion": version}, "items": items})
}

fn event(kind: &str, object: &Value) -> Value {
    json!({"type": kind, "object": object})
}

fn bookmark(version: &str) -> Value {
    event(
        "BOOKMARK",
        &json!({"metadata": {"resourceVersion": version}}),
    )
}

/// The row's type as this file's helpers need it.
const _: fn(&PodRow) -> plimsoll::net::kube::rows::Key = Row::key;
