//! What a shell and kubectl are told when the tab key is pressed, and the manual page.

use std::{fs, path::Path};

use crate::call::{Ended, call, command};

fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let kube = home.path().join(".kube");
    fs::create_dir(&kube).unwrap();
    let kubeconfig = "apiVersion: v1\nkind: Config\ncontexts:\n\
        - {name: staging, context: {cluster: c, user: u}}\n- {name: prod, context: {cluster: c, user: u}}\n";
    fs::write(kube.join("config"), kubeconfig).unwrap();
    home
}

/// The candidates for the last of these words, as kubectl gets them.
fn candidates(words: &[&str]) -> Vec<String> {
    let ended = call(&[&["__complete"], words].concat(), home().path());
    assert_eq!((ended.code, &*ended.stderr), (Some(0), ""), "{words:?}");
    let mut lines: Vec<String> = ended.stdout.lines().map(str::to_owned).collect();
    assert_eq!(lines.pop().as_deref(), Some(":4"), "{words:?}");
    lines
}

/// Without what describes them.
fn words_of(lines: &[String]) -> Vec<&str> {
    lines
        .iter()
        .map(|line| line.split('\t').next().unwrap())
        .collect()
}

#[test]
fn commands_panes_flags_and_values_are_completed() {
    let lines = candidates(&["sna"]);
    assert_eq!(lines, ["snapshot\tOne view, headless"]);
    let lines = candidates(&["snapshot", "part"]);
    assert_eq!(words_of(&lines), ["partitions"]);
    let lines = candidates(&["topi"]);
    assert_eq!(words_of(&lines), ["topics"]);
    let lines = candidates(&["lag", "--bootstrap"]);
    assert_eq!(words_of(&lines), ["--bootstrap-server"]);
    let lines = candidates(&["lag", "-o", ""]);
    assert_eq!(words_of(&lines), ["table", "json", "csv", "text"]);
    let lines = candidates(&[""]);
    assert!(!words_of(&lines).contains(&"__complete"), "{lines:?}");
}

#[test]
fn contexts_are_those_of_the_kubeconfig() {
    let lines = candidates(&["--context", ""]);
    assert_eq!(words_of(&lines), ["staging", "prod"]);
    let lines = candidates(&["lag", "--context", "pr"]);
    assert_eq!(words_of(&lines), ["prod"]);
}

#[test]
fn groups_topics_and_namespaces_are_those_of_the_cluster() {
    for words in [
        &["lag", "--demo", "fr"][..],
        &["why", "--demo", "fr"],
        &["check", "lag", "--demo", "fr"],
    ] {
        let lines = candidates(words);
        assert_eq!(words_of(&lines), ["fraud"], "{words:?}");
    }
    let all = candidates(&["lag", "--demo", ""]);
    assert!(
        all.len() > 5 && !all.iter().any(|line| line.starts_with('-')),
        "{all:?}"
    );
    let lines = candidates(&["probe", "--demo", "--topic", "paym"]);
    assert_eq!(words_of(&lines), ["payments", "payments-dlq"]);
    let lines = candidates(&["groups", "--demo", "-n", "fin"]);
    assert_eq!(words_of(&lines), ["finance"]);
}

/// A line on stderr would be written into what the user types.
#[test]
fn where_nothing_can_be_asked_nothing_is_said() {
    assert_eq!(candidates(&["lag", "--no-kube", ""]), Vec::<String>::new());
    let nowhere = ["lag", "--no-kube", "--bootstrap-server", "127.0.0.1:1", ""];
    assert_eq!(candidates(&nowhere), Vec::<String>::new());
}

/// The built program under another name.
fn called(name: &str, words: &[&str], home: &Path) -> Ended {
    let link = home.join(name);
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_plimsoll"), &link).unwrap();
    let output = std::process::Command::new(&link)
        .args(words)
        .env_clear()
        .env("HOME", home)
        .output()
        .unwrap();
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn the_name_says_who_calls() {
    let home = home();
    let help = called("kubectl-plimsoll", &["--help"], home.path());
    assert!(help.stdout.contains("Usage: kubectl plimsoll"), "{help:?}");
    let lag = called(
        "kubectl_complete-plimsoll",
        &["lag", "--demo", "fr"],
        home.path(),
    );
    assert_eq!((lag.code, &*lag.stdout), (Some(0), "fraud\n:4\n"));
}

#[test]
fn every_shell_gets_a_script_and_bash_asks_as_it_says() {
    let home = home();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh", "kubectl"] {
        let ended = call(&["completion", shell], home.path());
        assert_eq!((ended.code, &*ended.stderr), (Some(0), ""), "{shell}");
        assert!(ended.stdout.contains("plimsoll"), "{shell}");
    }
    let output = command(&["--", "plimsoll", "lag", "--demo", "fr"], home.path())
        .env("PLIMSOLL_COMPLETE", "bash")
        .env("_CLAP_COMPLETE_INDEX", "3")
        .env("_CLAP_COMPLETE_COMP_TYPE", "9")
        .env("_CLAP_COMPLETE_SPACE", "false")
        .env("_CLAP_IFS", "\n")
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), "fraud");
}

#[test]
fn the_manual_has_every_command() {
    let ended = call(&["man"], home().path());
    assert_eq!((ended.code, &*ended.stderr), (Some(0), ""));
    assert!(ended.stdout.contains(".TH plimsoll 1"), "{}", ended.stdout);
    for command in ["lag", "why", "check", "snapshot", "probe", "completion"] {
        assert!(ended.stdout.contains(command), "{command}");
    }
}
