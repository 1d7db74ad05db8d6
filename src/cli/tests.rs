//! The command line as a whole: what is asked, what is refused, which source wins.

use super::*;

fn ask(words: &str) -> Result<Invocation, Exit> {
    ask_in(words, &in_a_pod())
}

/// A place where a cluster is known without any file.
fn in_a_pod() -> Environment {
    Environment {
        in_cluster: true,
        ..Environment::default()
    }
}

fn ask_in(words: &str, env: &Environment) -> Result<Invocation, Exit> {
    let words = std::iter::once("plimsoll").chain(words.split_whitespace());
    parse(words.map(OsString::from), env)
}

fn refusal(words: &str) -> String {
    let exit = ask(words).expect_err(words);
    assert_eq!(exit.code, Code::Usage, "{words}");
    let lines: Vec<String> = exit.lines().collect();
    assert_eq!(lines.len(), 1, "{words}: {lines:#?}");
    lines.concat()
}

#[test]
fn no_word_at_all_is_the_screen() {
    let asked = ask("").unwrap();
    assert_eq!(asked.command, Command::Screen { pane: None });
    assert!(asked.settings.kube.is_some());
    // Kafka is looked for where Kubernetes is.
    assert_eq!(asked.settings.kafka, Some(config::KafkaLayer::default()));
    assert_eq!(asked.settings.prometheus, None);
    assert_eq!(asked.settings.demo, None);
    assert_eq!(asked.settings.refresh, settings::REFRESH);
}

#[test]
fn the_demo_world_is_the_same_from_both_sides() {
    for words in ["demo --seed 7 groups", "--demo --seed 7 groups"] {
        let asked = ask(words).unwrap();
        let pane = Some(PaneId::Groups);
        assert_eq!(asked.command, Command::Screen { pane });
        let demo = Demo {
            seed: 7,
            scale: 1.0,
        };
        assert_eq!(asked.settings.demo, Some(demo));
        assert!(asked.settings.kube.is_none() && asked.settings.kafka.is_none());
    }
}

#[test]
fn help_and_version_are_texts_for_stdout() {
    for words in ["--help", "-h", "lag --help", "--version"] {
        let exit = ask(words).unwrap_err();
        assert_eq!(exit.code, Code::Fine, "{words}");
        assert!(exit.text.contains("plimsoll"), "{words}: {}", exit.text);
    }
}

/// Words, and what the one line about them must hold.
const REFUSED: &[(&str, &[&str])] = &[
    (
        "grops",
        &[
            "\"grops\"",
            "did you mean groups?",
            "home groups topics",
            "demo lag why check probe doctor record replay completion man snapshot",
        ],
    ),
    ("flow", &["unknown command or pane", "\"flow\""]),
    (
        "--cluter x",
        &["unknown flag", "--cluter", "did you mean --cluster?"],
    ),
    ("--watch", &["unknown flag", "--watch"]),
    ("snapshot pod", &["VIEW", "\"pod\"", "did you mean pods?"]),
    (
        "lag -o yaml",
        &["--output", "\"yaml\"", "table json csv text"],
    ),
    ("lag --timeout 10", &["--timeout", "\"10\"", "write 10s"]),
    ("--refresh 1x", &["--refresh", "\"x\" is not a unit"]),
    ("--refresh 10ms", &["--refresh", "shorter than 1s"]),
    ("--size 80x24", &["--size", "not to the screen"]),
    ("lag --size 80x24", &["--size", "add -o text"]),
    ("snapshot -o text --size big", &["--size", "120x40"]),
    (
        "--bootstrap-server kafka",
        &["--bootstrap-server", "\"kafka\"", "want HOST:PORT"],
    ),
    ("--prometheus localhost:9090", &["--prometheus", "http"]),
    (
        "--context a --context b",
        &["--context", "several sites are not supported yet"],
    ),
    (
        "--context a lag --context b",
        &["--context", "one side only"],
    ),
    (
        "--as-group a lag --as-group b",
        &["--as-group", "one side only"],
    ),
    ("--as-user-extra x", &["--as-user-extra", "KEY=VALUE"]),
    ("groups lag", &["a pane and a command"]),
    ("groups demo", &["plimsoll demo PANE"]),
    ("--seed 7", &["--seed", "demo"]),
    ("demo --seed x", &["--seed", "\"x\""]),
    ("demo --scale 0", &["--scale", "0.1 to 100"]),
    (
        "demo --context lab",
        &["--context", "the demo world uses no live system"],
    ),
    ("lag --demo --no-kafka", &["--no-kafka", "demo world"]),
    (
        "--no-kafka --bootstrap-server a:1",
        &["--no-kafka", "contradict"],
    ),
    (
        "--no-kube --no-kafka --no-prometheus",
        &["nothing is left to observe"],
    ),
    ("-o json", &["--output", "plimsoll snapshot"]),
    ("--namespace", &["--namespace", "a value is"]),
    ("snapshot pods extra", &["unexpected argument", "extra"]),
    (
        "--insecure-skip-tls-verify=maybe",
        &["--insecure-skip-tls-verify", "maybe"],
    ),
];

#[test]
fn what_cannot_be_done_is_refused_in_one_line() {
    for (words, expected) in REFUSED {
        let line = refusal(words);
        assert!(line.starts_with("plimsoll: "), "{line}");
        for part in *expected {
            assert!(line.contains(part), "{words}: {part:?} in {line:?}");
        }
    }
}

#[test]
fn later_sources_win_over_earlier_ones() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let text = "theme = \"default\"\nrefresh = \"20s\"\nread_only = false\n\
                [kafka]\nbootstrap_server = \"base:1\"\ncommand_config = \"base.properties\"\n\
                [contexts.prod]\nread_only = true\nproduction = true\n\
                [contexts.prod.kafka]\nbootstrap_server = \"prod:1\"\n";
    std::fs::write(&path, text).unwrap();
    let env = Environment {
        config: Some(path),
        ..in_a_pod()
    };
    let theme = |words: &str, env: &Environment| {
        let settings = ask_in(words, env).map(|asked| asked.settings);
        settings.map_err(|exit| exit.lines().collect::<String>())
    };
    assert_eq!(
        theme("", &env).unwrap().look.theme.as_deref(),
        Some("default")
    );
    let themed = Environment {
        theme: Some("envy".to_owned()),
        ..env.clone()
    };
    assert!(theme("", &themed).unwrap_err().contains("\"envy\""));
    let flag = theme("--theme default", &themed).unwrap();
    assert_eq!(flag.look.theme.as_deref(), Some("default"));
    assert!(
        theme("--theme solarised", &env)
            .unwrap_err()
            .contains("did you mean solarized?")
    );

    let servers = |words: &str| {
        let settings = ask_in(words, &env).unwrap().settings;
        settings.kafka.unwrap().bootstrap_server.unwrap()
    };
    assert_eq!(servers(""), "base:1");
    assert_eq!(servers("--context prod"), "prod:1");
    assert_eq!(
        servers("--context prod --bootstrap-server flag:1"),
        "flag:1"
    );

    let prod = ask_in("--context prod", &env).unwrap().settings;
    assert!(prod.read_only && prod.production);
    assert!(
        prod.kafka
            .unwrap()
            .command_config
            .unwrap()
            .ends_with("base.properties")
    );
    let other = ask_in("--context other", &env).unwrap().settings;
    assert!(!other.read_only && !other.production);
}

#[test]
fn without_anything_to_observe_the_demo_is_offered() {
    let exit = ask_in("", &Environment::default()).unwrap_err();
    let line: String = exit.lines().collect();
    assert_eq!(exit.code, Code::Usage);
    for part in ["no kubeconfig", "--bootstrap-server", "plimsoll demo"] {
        assert!(line.contains(part), "{part:?} in {line:?}");
    }
    assert!(ask_in("demo", &Environment::default()).is_ok());
    assert!(ask_in("--bootstrap-server a:1", &Environment::default()).is_ok());
}

#[test]
fn the_current_context_chooses_the_section_too() {
    let folder = tempfile::tempdir().unwrap();
    let kubeconfig = folder.path().join("kubeconfig");
    let config = folder.path().join("config.toml");
    std::fs::write(
        &kubeconfig,
        "apiVersion: v1\nkind: Config\ncurrent-context: prod\ncontexts:\n\
         - {name: prod, context: {cluster: c, user: u}}\n",
    )
    .unwrap();
    std::fs::write(&config, "[contexts.prod]\nproduction = true\n").unwrap();
    let env = Environment {
        kubeconfig: Some(kubeconfig.into()),
        config: Some(config),
        ..Environment::default()
    };
    let settings = ask_in("", &env).unwrap().settings;
    assert_eq!(settings.context.as_deref(), Some("prod"));
    assert!(settings.production);
    let words = "probe --topic t --bootstrap-server a:1";
    let refused = ask_in(words, &env).unwrap_err();
    assert!(refused.lines().any(|line| line.contains("give --yes")));
    assert!(ask_in(&format!("{words} --yes"), &env).is_ok());
    let without = ask_in("--no-kube --bootstrap-server a:1", &env).unwrap();
    assert!(!without.settings.production);
}

#[test]
fn flags_that_name_servers_hold_for_the_context_they_were_given_with() {
    let folder = tempfile::tempdir().unwrap();
    let kubeconfig = folder.path().join("kubeconfig");
    let config = folder.path().join("config.toml");
    std::fs::write(
        &kubeconfig,
        "apiVersion: v1\nkind: Config\ncurrent-context: a\ncontexts:\n\
         - {name: a, context: {cluster: c, user: u}}\n- {name: b, context: {cluster: c, user: u}}\n",
    )
    .unwrap();
    std::fs::write(&config, "[contexts.b]\nproduction = true\n").unwrap();
    let env = Environment {
        kubeconfig: Some(kubeconfig.into()),
        config: Some(config),
        ..Environment::default()
    };
    let asked = ask_in("--bootstrap-server a:1 --read-only --as me -n shop", &env).unwrap();
    let other = asked.settings_for("b", &env).unwrap();
    assert_eq!(other.kafka.unwrap().bootstrap_server, None);
    assert!(other.production && other.read_only);
    assert_eq!(other.kube.unwrap().as_user.as_deref(), Some("me"));
    assert_eq!(other.namespace, None);
    let back = asked.settings_for("a", &env).unwrap();
    assert!(back.kafka.is_some() && !back.production);
}

#[test]
fn a_token_is_not_shown() {
    let asked = ask("--token hunter2").unwrap();
    assert!(!format!("{asked:?}").contains("hunter2"));
}

#[test]
fn all_namespaces_wins_over_one() {
    let namespace = |words: &str| ask(words).unwrap().settings.namespace;
    assert_eq!(namespace("-n shop").as_deref(), Some("shop"));
    assert_eq!(namespace("-n shop -A"), None);
    assert_eq!(namespace("-n shop -A=false").as_deref(), Some("shop"));
}
