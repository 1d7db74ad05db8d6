//! What cannot work, and what the program says of it: a table of calls, exit codes, and words on stderr.
//!
//! These need no server. What needs one (wrong password, wrong certificate, the wrong kind of port) is with the lab.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "cli/call.rs"]
mod call;

use std::{fs, path::Path, process::Stdio};

use call::command;

/// One call that must fail.
#[derive(Clone, Copy)]
struct Case {
    words: &'static str,
    /// Variables of the environment; `~` stands for the home directory, as it does in `words`.
    env: &'static [(&'static str, &'static str)],
    code: i32,
    /// All of these stand in stderr.
    said: &'static [&'static str],
}

const fn case(words: &'static str, code: i32, said: &'static [&'static str]) -> Case {
    Case {
        words,
        env: &[],
        code,
        said,
    }
}

const fn with(env: &'static [(&'static str, &'static str)], case: Case) -> Case {
    Case { env, ..case }
}

const KUBECONFIG: &[(&str, &str)] = &[("KUBECONFIG", "~/kubeconfig")];

const CASES: &[Case] = &[
    // Words.
    case(
        "grops",
        2,
        &[
            "unknown command or pane",
            "\"grops\"",
            "did you mean groups?",
            "demo lag why check probe doctor record replay completion man snapshot",
        ],
    ),
    case(
        "timeline",
        2,
        &[
            "unknown command or pane",
            "home groups topics brokers workloads nodes pods metrics sources log",
        ],
    ),
    case(
        "snapshot podz",
        2,
        &["VIEW", "\"podz\"", "did you mean pods?"],
    ),
    case(
        "--bootstrap-servers a:1",
        2,
        &["unknown flag", "did you mean --bootstrap-server?"],
    ),
    case("lag --watch --demo", 2, &["unknown flag", "--watch"]),
    case(
        "lag --timeout soon --demo",
        2,
        &[
            "--timeout",
            "\"soon\"",
            "not a duration",
            "10s, 2m or 1h30m",
        ],
    ),
    case(
        "lag --timeout 10 --demo",
        2,
        &["--timeout", "\"10\"", "needs a unit", "10s"],
    ),
    case("lag --for 0s --demo", 2, &["--for", "more than 0"]),
    case("--refresh 1ms demo", 2, &["--refresh", "shorter than 1s"]),
    case(
        "lag -o xml --demo",
        2,
        &["--output", "\"xml\"", "table json csv text"],
    ),
    case(
        "snapshot -o text --size 80 --demo",
        2,
        &["--size", "\"80\"", "120x40"],
    ),
    case("demo --seed seven", 2, &["--seed", "\"seven\""]),
    case("demo --scale 1000", 2, &["--scale", "0.1 to 100"]),
    case("lag --seed 7", 2, &["--seed", "add --demo"]),
    case(
        "demo --context lab",
        2,
        &["--context", "uses no live system"],
    ),
    case("-o json", 2, &["--output", "plimsoll snapshot"]),
    case(
        "--context a --context b",
        2,
        &["--context", "several sites are not supported yet"],
    ),
    case(
        "--no-kube --no-kafka --no-prometheus",
        2,
        &["nothing is left to observe"],
    ),
    case(
        "--no-kafka --bootstrap-server a:1",
        2,
        &["--no-kafka", "contradict"],
    ),
    // Nothing to look at.
    case(
        "",
        2,
        &["nothing to observe", "no kubeconfig", "plimsoll demo"],
    ),
    case("lag", 2, &["nothing to observe", "--bootstrap-server"]),
    case(
        "snapshot pods --bootstrap-server 127.0.0.1:1",
        2,
        &["pods", "Kubernetes is left out or not configured"],
    ),
    case(
        "lag --prometheus http://127.0.0.1:1",
        2,
        &["lag", "Kafka is left out or not configured"],
    ),
    // Kafka.
    case(
        "lag --bootstrap-server kafka",
        2,
        &["--bootstrap-server", "\"kafka\"", "want HOST:PORT"],
    ),
    case(
        "lag --bootstrap-server a:1,b:0",
        2,
        &["--bootstrap-server", "\"b:0\"", "want HOST:PORT"],
    ),
    case(
        "lag --bootstrap-server 127.0.0.1:1",
        3,
        &["kafka", "127.0.0.1:1", "refused"],
    ),
    case(
        "snapshot topics --read-only --bootstrap-server 127.0.0.1:1",
        3,
        &["kafka", "127.0.0.1:1", "refused"],
    ),
    case(
        "lag --partial-ok --bootstrap-server 127.0.0.1:1",
        3,
        &["refused"],
    ),
    case(
        "lag --bootstrap-server no-such-host.invalid:9092",
        3,
        &["no-such-host.invalid"],
    ),
    case(
        "lag --command-config ~/absent.properties",
        2,
        &["--command-config", "absent.properties", "No such file"],
    ),
    case(
        "lag --command-config ~/empty.properties",
        2,
        &["bootstrap.servers", "--bootstrap-server"],
    ),
    case(
        "lag --command-config ~/jks.properties",
        2,
        &["JKS", "keytool"],
    ),
    // Kubernetes.
    with(
        KUBECONFIG,
        case(
            "snapshot pods --context prd",
            2,
            &[
                "no context named \"prd\"",
                "did you mean \"prod\"?",
                "~/kubeconfig",
            ],
        ),
    ),
    with(
        KUBECONFIG,
        case(
            "snapshot pods --context dead",
            3,
            &["kubernetes", "127.0.0.1:1", "refused"],
        ),
    ),
    with(
        KUBECONFIG,
        case(
            "snapshot pods --cluster nowhere",
            2,
            &["no cluster named \"nowhere\""],
        ),
    ),
    case(
        "snapshot pods --kubeconfig ~/absent",
        2,
        &["Kubernetes", "~/absent", "No such file"],
    ),
    case(
        "snapshot pods --kubeconfig ~/kubeconfig.broken",
        2,
        &["Kubernetes", "~/kubeconfig.broken", "is no kubeconfig"],
    ),
    case(
        "--as-user-extra team --server https://127.0.0.1:1",
        2,
        &["--as-user-extra", "KEY=VALUE"],
    ),
    // Prometheus.
    case("--prometheus prometheus:9090", 2, &["--prometheus", "http"]),
    // Config and theme.
    case(
        "demo --config ~/absent.toml",
        2,
        &[
            "config file cannot be read",
            "~/absent.toml",
            "No such file",
            "--config",
        ],
    ),
    case(
        "demo --config ~/folder",
        2,
        &["config file cannot be read", "~/folder", "directory"],
    ),
    with(
        &[("PLIMSOLL_CONFIG", "~/absent.toml")],
        case("demo", 2, &["~/absent.toml", "PLIMSOLL_CONFIG"]),
    ),
    case(
        "demo --config ~/unknown-key.toml",
        2,
        &[
            "~/unknown-key.toml:2:1",
            "unknown key \"refrsh\"",
            "did you mean refresh?",
        ],
    ),
    case(
        "demo --config ~/wrong-type.toml",
        2,
        &[
            "~/wrong-type.toml:1:9",
            "ascii",
            "found a string, wanted true or false",
        ],
    ),
    case("demo --config ~/no.toml", 2, &["~/no.toml:1", "not TOML"]),
    case(
        "demo --theme midnight",
        2,
        &["theme", "\"midnight\"", "high-contrast"],
    ),
    with(
        &[("PLIMSOLL_THEME", "solarised")],
        case(
            "demo",
            2,
            &["theme", "\"solarised\"", "did you mean solarized?"],
        ),
    ),
    case(
        "lag --demo --log-file ~/folder",
        2,
        &["log file", "~/folder", "--log-file"],
    ),
    // No terminal.
    case("demo", 2, &["no terminal", "plimsoll snapshot"]),
    case("demo --read-only groups", 2, &["no terminal"]),
    with(KUBECONFIG, case("--context dead", 2, &["no terminal"])),
];

/// Files in the home directory of every call.
fn furnish(home: &Path) {
    let write = |name: &str, text: &str| fs::write(home.join(name), text).unwrap();
    write(
        "kubeconfig",
        "apiVersion: v1\nkind: Config\ncurrent-context: prod\n\
         clusters:\n- {name: c, cluster: {server: 'https://127.0.0.1:1'}}\n\
         users:\n- {name: u, user: {token: hunter2}}\n\
         contexts:\n- {name: prod, context: {cluster: c, user: u}}\n- {name: dead, context: {cluster: c, user: u}}\n",
    );
    write("kubeconfig.broken", "contexts: [\n");
    write("unknown-key.toml", "theme = \"default\"\nrefrsh = \"5s\"\n");
    write("wrong-type.toml", "ascii = \"yes\"\n");
    write("no.toml", "= 1\n");
    write("empty.properties", "client.id=probe\n");
    let jks = "bootstrap.servers=127.0.0.1:1\nsecurity.protocol=SSL\n\
               ssl.truststore.type=JKS\nssl.truststore.location=trust.jks\nssl.truststore.password=hunter2\n";
    write("jks.properties", jks);
    write("trust.jks", "\u{0}\u{0}\u{0}\u{0}");
    fs::create_dir(home.join("folder")).unwrap();
}

#[test]
fn what_cannot_work_is_said_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    furnish(home);
    let at_home = |text: &str| text.replace('~', home.to_str().unwrap());
    let mut wrong = Vec::new();
    for case in CASES {
        let words: Vec<String> = case.words.split_whitespace().map(at_home).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut command = command(&words, home);
        command.envs(case.env.iter().map(|(name, value)| (name, at_home(value))));
        let output = command.stdout(Stdio::piped()).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        let shown = String::from_utf8(output.stdout).unwrap();
        let mut faults: Vec<String> = case
            .said
            .iter()
            .map(|part| at_home(part))
            .filter(|part| !said.contains(part))
            .map(|part| format!("lacks {part:?}"))
            .collect();
        if output.status.code() != Some(case.code) {
            faults.push(format!("ended with {:?}", output.status.code()));
        }
        if !shown.is_empty() {
            faults.push(format!("wrote {shown:?} to stdout"));
        }
        if said.contains("hunter2") {
            faults.push("told a secret".to_owned());
        }
        let lines: Vec<&str> = said.lines().collect();
        if lines.is_empty() || !lines.iter().all(|line| line.starts_with("plimsoll: ")) {
            faults.push("is not made of our lines".to_owned());
        }
        if !faults.is_empty() {
            wrong.push(format!(
                "plimsoll {}: {}\n  {said}",
                case.words,
                faults.join(", ")
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_to_show_is_still_a_document_for_programs() {
    let home = tempfile::tempdir().unwrap();
    let words = ["lag", "--bootstrap-server", "127.0.0.1:1", "-o", "json"];
    let ended = call::call(&words, home.path());
    assert_eq!(ended.code, Some(3));
    let document: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(document["complete"], false);
    assert_eq!(document["items"], serde_json::json!([]));
    assert_eq!(document["missing"][0]["source"], "lag");
    assert_eq!(document["missing"][0]["state"], "unreachable");
    assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
}
