//! The program from outside: commands, outputs, exit codes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "cli/call.rs"]
mod call;
#[path = "cli/completion.rs"]
mod completion;
#[path = "cli/config.rs"]
mod config;
#[path = "common/fake_http.rs"]
mod fake_http;
#[path = "cli/init.rs"]
mod init;
#[path = "cli/recordings.rs"]
mod recordings;
#[path = "cli/shape.rs"]
mod shape;

use std::{io::Read, net::TcpListener, process::Stdio};

use call::{call, command};
use serde_json::Value;

fn run(words: &[&str]) -> call::Ended {
    call(words, tempfile::tempdir().unwrap().path())
}

fn json(words: &[&str]) -> Value {
    let ended = run(words);
    assert_eq!(ended.code, Some(0), "{words:?}: {}", ended.stderr);
    assert_eq!(ended.stderr, "", "{words:?}");
    assert_eq!(
        ended.stdout.lines().count(),
        1,
        "{words:?}: one line where nobody reads it"
    );
    serde_json::from_str(&ended.stdout).unwrap()
}

#[test]
fn help_names_every_command_and_flag_of_the_contract() {
    let ended = run(&["--help"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    let flags = "--kubeconfig --context --namespace --all-namespaces --cluster --user --server --token --as \
        --as-group --as-uid --as-user-extra --certificate-authority --client-certificate --client-key \
        --tls-server-name --insecure-skip-tls-verify --request-timeout --cache-dir --disable-compression \
        --no-kube --no-kafka --no-prometheus --bootstrap-server --command-config --prometheus --read-only \
        --refresh --refresh-metrics --config --theme --ascii --no-mouse --log-file --verbose --output --size \
        --demo --seed --timeout --for --partial-ok";
    for word in flags
        .split_whitespace()
        .chain(["demo", "lag", "snapshot", "init", "config"])
    {
        let there = ended
            .stdout
            .split([' ', ',', '\n', '[', '.'])
            .any(|part| part == word);
        assert!(there, "{word} is not in:\n{}", ended.stdout);
    }
    for pane in [
        "home",
        "groups",
        "topics",
        "brokers",
        "workloads",
        "nodes",
        "sources",
        "log",
    ] {
        assert!(ended.stdout.contains(pane), "{pane}");
    }
}

#[test]
fn the_version_is_that_of_the_package() {
    let ended = run(&["--version"]);
    let expected = format!("plimsoll {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!((ended.code, ended.stdout), (Some(0), expected));
}

#[test]
fn json_has_the_keys_of_the_contract_and_no_others() {
    for (kind, words, item) in shape::REPORTS {
        let mut words = words.to_vec();
        words.extend(["--demo", "--seed", "7", "-o", "json"]);
        let document = json(&words);
        let keys = [
            "plimsoll", "kind", "at", "site", "complete", "missing", "items",
        ];
        assert_eq!(shape::keys(&document), keys, "{kind}");
        assert_eq!(document["plimsoll"], 1);
        assert_eq!(document["kind"], *kind);
        assert_eq!(document["site"], "demo");
        assert_eq!(document["complete"], true);
        assert!(document["at"].as_str().unwrap().ends_with('Z'));
        let items = document["items"].as_array().unwrap();
        assert!(!items.is_empty(), "{kind}");
        for one in items {
            assert_eq!(shape::keys(one), *item, "{kind}");
            shape::check_values(kind, one);
        }
    }
}

#[test]
fn the_partitions_of_a_group_have_the_keys_of_the_contract() {
    let document = json(&["lag", "--demo", "--seed", "7", "-o", "json"]);
    let mut seen = 0;
    for group in document["items"].as_array().unwrap() {
        for partition in group["partitions"].as_array().unwrap() {
            assert_eq!(shape::keys(partition), shape::GROUP_PARTITION);
            let host = partition["host"].as_str();
            assert!(host.is_none_or(|host| !host.starts_with('/')));
            let (end, committed) = (partition["end"].as_i64(), partition["committed"].as_i64());
            if group["type"] != "share"
                && let (Some(end), Some(committed)) = (end, committed)
            {
                assert_eq!(partition["lag"].as_i64(), Some(end - committed));
            }
            seen += 1;
        }
    }
    assert!(seen > 20);
}

#[test]
fn a_table_begins_with_the_columns_of_kafkas_own_tool() {
    let ended = run(&["lag", "--demo", "--seed", "7"]);
    let header: Vec<&str> = ended
        .stdout
        .lines()
        .next()
        .unwrap()
        .split_whitespace()
        .collect();
    let theirs = [
        "GROUP",
        "TOPIC",
        "PARTITION",
        "CURRENT-OFFSET",
        "LOG-END-OFFSET",
        "LAG",
        "CONSUMER-ID",
        "HOST",
        "CLIENT-ID",
    ];
    assert_eq!(header[..theirs.len()], theirs);
    for line in ended.stdout.lines() {
        assert_eq!(line.trim_end(), line);
        assert!(!line.contains("null"), "{line}");
    }
}

#[test]
fn csv_has_a_header_and_as_many_cells_in_every_line() {
    let ended = run(&["snapshot", "topics", "--demo", "--seed", "7", "-o", "csv"]);
    let mut lines = ended.stdout.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let (_, _, keys) = shape::REPORTS
        .iter()
        .find(|(kind, ..)| *kind == "topics")
        .unwrap();
    assert_eq!(header, *keys);
    for line in lines {
        assert_eq!(line.split(',').count(), header.len(), "{line}");
    }
}

#[test]
fn only_the_groups_that_are_named_are_shown() {
    let document = json(&[
        "lag", "fraud", "checkout", "--demo", "--seed", "7", "-o", "json",
    ]);
    let items = document["items"].as_array().unwrap();
    let names: Vec<&str> = items
        .iter()
        .map(|group| group["group"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["checkout", "fraud"]);
}

#[test]
fn text_is_the_screen_at_its_size() {
    let words = [
        "snapshot", "brokers", "--demo", "--seed", "7", "-o", "text", "--size", "90x20",
    ];
    let ended = run(&words);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    let lines: Vec<&str> = ended.stdout.lines().collect();
    assert_eq!(lines.len(), 20);
    assert!(lines.iter().all(|line| line.chars().count() <= 90));
    assert!(ended.stdout.contains("demo-kafka-0"));
    assert!(!ended.stdout.contains('\u{1b}'));
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let home = tempfile::tempdir().unwrap();
    let words = [
        "snapshot",
        "partitions",
        "--demo",
        "--seed",
        "7",
        "--scale",
        "10",
        "-o",
        "json",
    ];
    let mut child = command(&words, home.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    let code = child.wait().unwrap().code();
    assert_eq!((code, said.as_str()), (Some(0), ""));
}

#[test]
fn ctrl_c_ends_a_report_with_130() {
    let home = tempfile::tempdir().unwrap();
    // A server that takes the call and never answers.
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap().to_string();
    let words = ["lag", "--bootstrap-server", &address, "--timeout", "60s"];
    let mut child = command(&words, home.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let called = server.accept().unwrap();
    let pid = child.id().to_string();
    let killed = std::process::Command::new("kill")
        .args(["-INT", &pid])
        .status();
    assert!(killed.unwrap().success());
    let code = child.wait().unwrap().code();
    drop(called);
    assert_eq!(code, Some(130));
}

#[test]
fn the_demo_world_writes_no_file() {
    let home = tempfile::tempdir().unwrap();
    let ended = call(&["snapshot", "--demo", "--seed", "7"], home.path());
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
}
