//! The Prometheus client against a scripted server: probe, union queries, and answers of every kind.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "common/fake_http.rs"]
mod fake_http;

#[path = "prometheus_client/answers.rs"]
mod answers;
#[path = "prometheus_client/connection.rs"]
mod connection;
#[path = "prometheus_client/probing.rs"]
mod probing;

use std::collections::{BTreeMap, BTreeSet};

use plimsoll::net::prometheus::{Client, Options, Probe};

fn client(url: &str) -> Client {
    Client::new(&Options {
        url: url.into(),
        ..Options::default()
    })
    .unwrap()
}

/// A server that has these metrics, with brokers told apart by `pod`.
fn has(names: &[&str]) -> Probe {
    Probe {
        names: names.iter().map(ToString::to_string).collect(),
        dialects: BTreeSet::new(),
        join: Some("pod".into()),
        candidates: BTreeMap::new(),
        clusters: BTreeSet::new(),
        matchers: String::new(),
        window: "120s".into(),
    }
}

fn fixture(name: &str) -> String {
    let path = format!(
        "{}/fixtures/prometheus/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    std::fs::read_to_string(path).unwrap()
}

/// Undoes the escaping of a query in a URL.
fn unescape(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            other => other,
        });
    }
    String::from_utf8(bytes).unwrap()
}
