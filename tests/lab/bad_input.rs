//! What goes wrong with servers, as a table: the invocation, the exit code, the words that stderr must have.
//!
//! The cases that need no server are in `tests/bad_input.rs`.
use std::fs;

use tempfile::TempDir;

use crate::fixture::{kubeconfig, place, steady};
use crate::program::plimsoll;

struct Case {
    name: &'static str,
    /// `{lag}` and `{pods}` begin a command on Kafka or Kubernetes alone; `{dir}` has the properties files.
    command: &'static str,
    code: i32,
    words: &'static [&'static str],
}

const CASES: [Case; 12] = [
    Case {
        name: "nobody listens at the bootstrap address",
        command: "{lag} --bootstrap-server 127.0.0.1:1",
        code: 3,
        words: &["kafka", "127.0.0.1:1", "refused"],
    },
    Case {
        name: "TLS to a plaintext port",
        command: "{lag} --bootstrap-server 127.0.0.1:29192 --command-config {dir}/tls.properties",
        code: 3,
        words: &["kafka", "127.0.0.1:29192", "TLS", "plaintext"],
    },
    Case {
        name: "plaintext to a TLS port",
        command: "{lag} --bootstrap-server 127.0.0.1:29194",
        code: 3,
        words: &["kafka", "127.0.0.1:29194", "TLS"],
    },
    Case {
        name: "a wrong password",
        command: "{lag} --command-config {dir}/wrong-password.properties",
        code: 3,
        words: &["kafka", "localhost:29194", "SCRAM-SHA-512", "password"],
    },
    Case {
        name: "a CA that did not sign the brokers",
        command: "{lag} --command-config {dir}/wrong-ca.properties",
        code: 3,
        words: &["kafka", "localhost:29194", "certificate", "ssl.truststore"],
    },
    Case {
        name: "a context that is not in the kubeconfig",
        command: "{pods} --context lab-viewr",
        code: 2,
        words: &["lab-viewr", "lab-viewer"],
    },
    Case {
        name: "a client certificate that has expired",
        command: "{pods} --context lab-expired-cert",
        code: 3,
        words: &["127.0.0.1:26443", "expired"],
    },
    Case {
        name: "a CA that did not sign the API server",
        command: "{pods} --context lab-wrong-ca",
        code: 3,
        words: &["127.0.0.1:26443", "certificate"],
    },
    Case {
        name: "a token that the API server does not know",
        command: "{pods} --context lab-viewer --token nobody-knows-this",
        code: 3,
        words: &["127.0.0.1:26443", "unauthorized", "log in"],
    },
    Case {
        name: "a user who may not list pods",
        command: "{pods} --context lab-nobody",
        code: 3,
        words: &["forbidden", "list", "pods", "lab-nobody"],
    },
    Case {
        name: "nobody listens at the API server's address",
        command: "{pods} --context lab-dead",
        code: 3,
        words: &["127.0.0.1:1", "refused"],
    },
    Case {
        name: "a group that this principal may not see",
        command: "{lag} --command-config {dir}/app.properties fraud",
        code: 2,
        words: &["fraud", "does not exist"],
    },
];

/// The lab's client properties, each with one thing wrong.
fn properties() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let clients = place("LAB_RUN").join("clients");
    let read = |name: &str| fs::read_to_string(clients.join(name)).unwrap();
    let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
    let viewer = read("scram-viewer.properties");
    write(
        "wrong-password.properties",
        &viewer.replace("viewer-secret", "not-it"),
    );
    write(
        "wrong-ca.properties",
        &viewer.replace("kafka-ca.crt", "rogue-ca.crt"),
    );
    write("app.properties", &read("scram-app.properties"));
    let truststore: Vec<_> = viewer
        .lines()
        .filter(|line| line.starts_with("ssl.truststore"))
        .collect();
    write(
        "tls.properties",
        &format!("security.protocol=SSL\n{}\n", truststore.join("\n")),
    );
    dir
}

#[test]
fn every_bad_input_is_explained() {
    let _lab = steady();
    let dir = properties();
    let (dir, kubeconfig) = (dir.path().display().to_string(), kubeconfig());
    let mut wrong = Vec::new();
    for case in &CASES {
        let command = case
            .command
            .replace("{lag}", "lag --no-kube --no-prometheus")
            .replace(
                "{pods}",
                &format!("snapshot pods --no-kafka --no-prometheus --kubeconfig {kubeconfig}"),
            )
            .replace("{dir}", &dir);
        let answer = plimsoll(&command.split_whitespace().collect::<Vec<_>>());
        let lower = answer.stderr.to_lowercase();
        let missing: Vec<_> = case
            .words
            .iter()
            .filter(|word| !lower.contains(&word.to_lowercase()))
            .collect();
        if answer.code != case.code || !missing.is_empty() {
            wrong.push(format!(
                "{}: plimsoll {command}\n  exit {} (wanted {}), stderr without {missing:?}:\n  {}",
                case.name, answer.code, case.code, answer.stderr
            ));
        }
        assert!(
            !answer.stderr.contains("not-it"),
            "a password in an error: {}",
            answer.stderr
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
