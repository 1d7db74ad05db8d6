//! From a kubeconfig context alone to the lab's groups: the brokers' advertised names resolve nowhere, and the API server's
//! port-forwards lead to them.
use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::fixture::{Answer, kafka, kubeconfig, lab, steady};
use crate::program::{items, plimsoll};

fn lag(context: &str, more: &[&str]) -> Answer {
    let kubeconfig = kubeconfig();
    let words = [
        "lag",
        "-o",
        "json",
        "--kubeconfig",
        &kubeconfig,
        "--context",
        context,
    ];
    plimsoll(&[&words, more].concat())
}

fn groups(answer: Answer) -> BTreeSet<String> {
    let items = items("lag", &answer.json());
    let names = items.iter().map(|item| item["group"].as_str().unwrap());
    names.map(str::to_owned).collect()
}

fn listed() -> BTreeSet<String> {
    let text = kafka("consumer-groups", &["--list"]);
    text.lines().map(|line| line.trim().to_owned()).collect()
}

#[test]
fn a_context_alone_shows_the_groups_through_port_forwards() {
    let _lab = steady();
    let since = Timestamp::now().to_string();
    let shown = groups(lag("lab-admin", &[]));
    let missing: Vec<String> = listed().difference(&shown).cloned().collect();
    assert!(missing.is_empty(), "not shown: {missing:?} of {shown:?}");
    let filter = [
        "audit",
        "--user",
        "lab-admin",
        "--agent",
        "plimsoll",
        "--since",
        &since,
        "--readonly",
    ];
    let audit = lab(&filter);
    assert_eq!(audit.code, 0, "something was changed:\n{}", audit.stdout);
    assert!(
        audit.stdout.contains("pods/portforward"),
        "{}",
        audit.stdout
    );
}

/// No truststore: the roots are those that the Kafka resource tells.
#[test]
fn scram_over_tls_goes_through_the_tunnel_and_a_wrong_password_is_the_brokers_word() {
    let _lab = steady();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, password: &str| {
        let path = folder.path().join(name);
        let text = format!(
            "security.protocol=SASL_SSL\nsasl.mechanism=SCRAM-SHA-512\nsasl.jaas.config=\
             org.apache.kafka.common.security.scram.ScramLoginModule required username=\"admin\" password=\"{password}\";\n"
        );
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let right = file("right.properties", "admin-secret");
    let shown = groups(lag("lab-admin", &["--command-config", &right]));
    assert!(shown.contains("fraud"), "{shown:?}");
    let wrong = file("wrong.properties", "not-it");
    let answer = lag("lab-admin", &["--command-config", &wrong]);
    assert_eq!(answer.code, 3);
    assert!(
        answer.stderr.contains("login by SCRAM-SHA-512 failed"),
        "{}",
        answer.stderr
    );
}

/// The user operator's Secret has the password; TLS goes with it, as the one listener that asks for a login is encrypted.
#[test]
fn a_strimzi_user_logs_in_by_its_secret() {
    let _lab = steady();
    let user = ["--kafka-user", "viewer"];
    let shown = groups(lag("lab-admin", &user));
    assert!(shown.contains("fraud"), "{shown:?}");
    let refused = lag("lab-viewer", &user);
    assert_eq!(refused.code, 3, "{refused:?}");
    let part = "cannot get resource \"secrets\"";
    assert!(refused.stderr.contains(part), "{refused:?}");
    assert!(!refused.stderr.contains("viewer-secret"), "{refused:?}");
}

#[test]
fn a_viewer_is_told_the_right_that_is_missing() {
    let _lab = steady();
    let answer = lag("lab-viewer", &[]);
    assert_eq!(answer.code, 3);
    for part in [
        "User \"lab-viewer\" cannot get resource \"pods/portforward\"",
        "ask for the verbs get and create on pods/portforward in namespace kafka",
    ] {
        assert!(answer.stderr.contains(part), "{part}: {}", answer.stderr);
    }
}
