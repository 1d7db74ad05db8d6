//! From a Kubernetes context to Kafka: discovery and the tunnel, against a scripted API server whose port-forwards lead to
//! scripted brokers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and looks at its own clock"
)]

mod common {
    pub(crate) mod fake_broker;
    pub(crate) mod fake_http;
}
mod tunnel {
    mod cluster;
    mod finding;
    mod stream;
}

use std::time::Duration;

use common::fake_http::FakeHttp;
use plimsoll::net::kube::{Client, KubeEnv, KubeFlags, exec::Plugins};

/// Far more than anything here takes.
const TIME: Duration = Duration::from_secs(20);

fn kube(server: &FakeHttp) -> Client {
    let flags = KubeFlags {
        server: Some(server.url()),
        ..KubeFlags::default()
    };
    Client::new(flags, KubeEnv::default(), Plugins::Silent).unwrap()
}
