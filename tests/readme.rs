//! The README: its table of keys, its picture, its commands, its configuration and its lists are what the program does.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::{collections::BTreeSet, ffi::OsString, path::Path, process::Command};

use plimsoll::{
    app::key_table,
    cli::{self, Code, Environment, config},
    net::kube::Resource,
};

const README: &str = include_str!("../README.md");

/// A fenced block: its language and its lines.
fn blocks(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut blocks = Vec::new();
    let mut open: Option<(&str, Vec<&str>)> = None;
    for line in text.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(language), None) => open = Some((language, Vec::new())),
            (None, Some((_, lines))) => lines.push(line),
            (None, None) => {}
        }
    }
    blocks
}

/// The commands of all blocks that are shell, without comments; a backslash at the end joins lines.
fn commands(text: &str) -> Vec<String> {
    let mut commands = Vec::new();
    for (_, lines) in blocks(text)
        .iter()
        .filter(|(language, _)| *language == "sh")
    {
        let joined = lines.join("\n").replace("\\\n", " ");
        let plain = joined.lines().map(|line| {
            line.split(" #")
                .next()
                .unwrap_or_default()
                .trim()
                .to_owned()
        });
        commands.extend(plain.filter(|line| !line.is_empty() && !line.starts_with('#')));
    }
    commands
}

fn plimsoll(words: &str) -> String {
    let run = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(words.split_whitespace())
        .env_clear()
        .output()
        .unwrap();
    assert!(
        run.status.success(),
        "plimsoll {words}: {}",
        String::from_utf8_lossy(&run.stderr)
    );
    String::from_utf8(run.stdout).unwrap()
}

/// What the program is told after its name; None for other programs.
fn words_of(command: &str) -> Option<&str> {
    let rest = ["plimsoll", "cargo run --release --"]
        .iter()
        .find_map(|name| command.strip_prefix(name))?;
    Some(rest.split(['|', '>']).next().unwrap_or_default().trim())
}

#[test]
fn the_table_of_keys_is_the_table_of_actions() {
    let (_, rest) = README
        .split_once("<!-- keys: made by plimsoll::app::key_table() -->\n")
        .expect("the first mark");
    let (table, _) = rest
        .split_once("<!-- end of keys -->")
        .expect("the second mark");
    assert_eq!(
        table,
        key_table(),
        "copy the right-hand side between the marks in README.md"
    );
}

#[test]
fn the_first_block_holds_the_two_commands() {
    let all = blocks(README);
    let first: Vec<&str> = all[0]
        .1
        .iter()
        .map(|line| line.split('#').next().unwrap().trim())
        .collect();
    assert_eq!(first, ["cargo run --release -- demo", "cargo test"]);
}

#[test]
fn every_command_can_be_given() {
    // A cluster is known by the pod's own account, so that no file is needed.
    let env = Environment {
        in_cluster: true,
        ..Environment::default()
    };
    let mut checked = 0;
    for command in commands(README) {
        if let Some(words) = words_of(&command) {
            let args = std::iter::once("plimsoll")
                .chain(words.split_whitespace())
                .map(OsString::from);
            let fine = match cli::parse(args, &env) {
                Ok(_) => true,
                Err(exit) => {
                    exit.code == Code::Fine
                        || panic!("{command}: {:?}", exit.lines().collect::<Vec<_>>())
                }
            };
            checked += usize::from(fine);
        } else if let Some(script) = command
            .split_whitespace()
            .find(|word| word.starts_with("tests/"))
        {
            assert!(
                Path::new(env!("CARGO_MANIFEST_DIR")).join(script).exists(),
                "{command}"
            );
        } else {
            let known = [
                "cargo test",
                "cargo install --path .",
                "kubectl ",
                "kafka-acls.sh ",
                "export ",
                "eval ",
            ];
            assert!(
                known.iter().any(|start| command.starts_with(start)),
                "{command}: what is this?"
            );
        }
    }
    assert!(checked >= 5, "only {checked} commands of ours");
}

/// A picture without what differs from moment to moment: numbers, trends, and the blanks that make room for them.
fn shape(picture: &str) -> Vec<String> {
    let steady = |letter: char| match letter {
        '0'..='9' => '0',
        '▁'..='█' => '▁',
        other => other,
    };
    let once = |line: &str| {
        let mut letters: Vec<char> = line.chars().map(steady).collect();
        letters.dedup_by(|a, b| a == b && matches!(a, '0' | '▁' | ' ' | '─'));
        let mut line: String = letters.into_iter().collect();
        // Between what Prometheus remembers and the first sample of our own there may be a gap, or none.
        while line.contains("▁ ▁") {
            line = line.replace("▁ ▁", "▁");
        }
        line
    };
    picture.trim_end().lines().map(once).collect()
}

#[test]
fn the_picture_is_the_programs_own() {
    let command = commands(README)
        .into_iter()
        .find(|command| command.contains("-o text"))
        .expect("its command");
    let drawn = plimsoll(words_of(&command).unwrap());
    let shown = blocks(README)
        .into_iter()
        .find(|(language, _)| *language == "text")
        .expect("the picture")
        .1;
    let shown = shape(&shown.join("\n"));
    assert_eq!(
        shown,
        shape(&drawn),
        "replace the picture by the output of: {command}"
    );
}

#[test]
fn the_keys_of_json_are_those_that_are_printed() {
    let rows = README
        .lines()
        .filter(|line| line.starts_with("| `snapshot ") || line.starts_with("| `lag`"));
    let mut checked = BTreeSet::new();
    for row in rows {
        let quoted: Vec<&str> = row.split('`').skip(1).step_by(2).collect();
        let (command, documented) = quoted.split_first().unwrap();
        let text = plimsoll(&format!("{command} -o json --demo --seed 7"));
        let report: serde_json::Value = serde_json::from_str(&text).unwrap();
        let item = report["items"][0]
            .as_object()
            .unwrap_or_else(|| panic!("{command} printed no item"));
        let printed: BTreeSet<&str> = item.keys().map(String::as_str).collect();
        assert_eq!(
            documented.iter().copied().collect::<BTreeSet<_>>(),
            printed,
            "{command}"
        );
        checked.insert((*command).to_owned());
    }
    assert_eq!(checked.len(), 10, "{checked:?}");
}

#[test]
fn the_configuration_is_read_as_it_stands() {
    let files: Vec<_> = blocks(README)
        .into_iter()
        .filter(|(language, _)| *language == "toml")
        .collect();
    assert_eq!(files.len(), 1);
    let text = files[0].1.join("\n");
    let read = config::parse(&text, Path::new("/etc/plimsoll/config.toml"), None);
    assert!(read.is_ok(), "{read:?}");
}

#[test]
fn the_role_grants_every_kind_that_is_read() {
    let blocks = blocks(README);
    let role = blocks
        .iter()
        .find(|(language, _)| *language == "yaml")
        .expect("the ClusterRole")
        .1
        .join("\n");
    let kinds = [
        Resource::PODS,
        Resource::NODES,
        Resource::EVENTS,
        Resource::DEPLOYMENTS,
        Resource::STATEFUL_SETS,
        Resource::REPLICA_SETS,
        Resource::AUTOSCALERS,
        Resource::POD_METRICS,
        Resource::NODE_METRICS,
    ];
    for kind in kinds {
        let group = format!("\"{}\"", kind.group);
        let rule = role
            .split("- apiGroups:")
            .find(|rule| rule.contains(&group) && rule.contains(kind.plural));
        assert!(rule.is_some(), "no rule for {}", kind.qualified());
    }
    for verb in ["create", "update", "patch", "delete", "\"*\""] {
        assert!(!role.contains(verb), "{verb} is no verb of a reader");
    }
}

#[test]
fn links_lead_somewhere() {
    let mut found = 0;
    for text in README.split("](").skip(1) {
        let target = text.split([')', '#']).next().unwrap();
        if !target.is_empty() && !target.contains("://") {
            assert!(
                Path::new(env!("CARGO_MANIFEST_DIR")).join(target).exists(),
                "{target}"
            );
            found += 1;
        }
    }
    assert!(found > 0);
}
