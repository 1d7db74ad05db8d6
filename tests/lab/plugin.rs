//! As a plugin of the real kubectl, and what kubectl is told when the tab key is pressed.
use std::os::unix::fs::symlink;
use std::process::Command;

use crate::fixture::{Answer, kubeconfig, place, steady};
use crate::program::{BINARY, environment, items};

/// kubectl with our program on its path, under the two names by which it looks for a plugin.
fn kubectl(words: &[&str]) -> Answer {
    let home = tempfile::tempdir().unwrap();
    for name in ["kubectl-plimsoll", "kubectl_complete-plimsoll"] {
        symlink(BINARY, home.path().join(name)).unwrap();
    }
    let path = format!("{}:/usr/bin:/bin", home.path().display());
    Answer::of(
        Command::new(place("LAB_CACHE").join("bin/kubectl"))
            .args(words)
            .env_clear()
            .envs(environment(home.path()))
            .env("PATH", path)
            .env("KUBECONFIG", kubeconfig()),
    )
}

#[test]
fn kubectl_runs_it_with_its_own_flags() {
    let _lab = steady();
    let words = ["plimsoll", "lag", "fraud", "-o", "json"];
    let answer = kubectl(&[&words[..], &["--context", "lab-admin", "-n", "kafka"]].concat());
    let items = items("lag", &answer.json());
    assert_eq!(items[0]["group"], "fraud");
    assert!(items[0]["lag"].is_i64(), "{}", items[0]);
}

#[test]
fn kubectl_completes_groups_of_the_live_cluster_and_contexts_of_the_kubeconfig() {
    let _lab = steady();
    let asked = |words: &[&str]| {
        let answer = kubectl(&[&["__complete", "plimsoll"], words].concat());
        let lines: Vec<String> = answer.stdout.lines().map(str::to_owned).collect();
        assert_eq!(answer.code, 0, "{answer:?}");
        lines
    };
    assert_eq!(
        asked(&["lag", "--context", "lab-admin", "fra"]),
        ["fraud", ":4"]
    );
    let contexts = asked(&["groups", "--context", "lab-v"]);
    assert_eq!(contexts, ["lab-viewer", "lab-viewer-cert", ":4"]);
}
