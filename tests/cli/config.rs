//! The config file from outside: samples, and what is shown of them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use plimsoll::cli::config::{
    self,
    keys::{KEYS, Place},
};
use serde_json::Value;

use crate::call::{Ended, call, command};

fn samples(folder: &str) -> (PathBuf, Vec<String>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/config")
        .join(folder);
    let names = fs::read_dir(&folder).unwrap();
    let mut names: Vec<String> = names
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(names.len() > 3, "{names:?}");
    (folder, names)
}

/// `config show` without a kubeconfig, called in this folder.
fn show(folder: &Path, words: &[&str]) -> Ended {
    let home = tempfile::tempdir().unwrap();
    let words = [&["config", "show", "--no-kube"], words].concat();
    let output = command(&words, home.path())
        .current_dir(folder)
        .output()
        .unwrap();
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// What is shown, saved as a file, says the same: in each context that the sample has a section for, and in another.
#[test]
fn every_good_sample_is_taken_and_what_is_shown_of_it_is_one_too() {
    let (folder, names) = samples("good");
    for name in &names {
        let text = fs::read_to_string(folder.join(name)).unwrap();
        let table: toml::Table = text.parse().unwrap();
        let sections = table.get("contexts").and_then(toml::Value::as_table);
        let contexts = sections.into_iter().flat_map(|all| all.keys().cloned());
        for context in contexts.chain(["another".to_owned()]) {
            let shown = show(&folder, &["--config", name, "--context", &context]);
            assert_eq!((shown.code, &*shown.stderr), (Some(0), ""), "{name}");
            let again = tempfile::tempdir().unwrap();
            fs::write(again.path().join("again.toml"), &shown.stdout).unwrap();
            let words = ["--config", "again.toml", "--context", &context];
            let twice = show(again.path(), &words);
            assert_eq!((twice.code, &*twice.stderr), (Some(0), ""), "{name}");
            let settings = |text: &str| text.parse::<toml::Table>().unwrap();
            assert_eq!(settings(&twice.stdout), settings(&shown.stdout), "{name}");
        }
    }
}

/// Each bad sample begins with the lines that are said of it, each exactly as it is said.
#[test]
fn every_bad_sample_is_refused_in_the_words_that_it_names() {
    let (folder, names) = samples("bad");
    let mut wrong = Vec::new();
    for name in &names {
        let text = fs::read_to_string(folder.join(name)).unwrap();
        let expected: Vec<String> = text
            .lines()
            .map_while(|line| line.strip_prefix("# expect: "))
            .map(|line| format!("plimsoll: {line}\n"))
            .collect();
        let expected = expected.concat();
        assert!(!expected.is_empty(), "{name} does not say what is expected");
        let ended = show(&folder, &["--config", name, "--context", "another"]);
        if (ended.code, &*ended.stderr, &*ended.stdout) != (Some(2), &*expected, "") {
            wrong.push(format!("{name}: expected\n{expected}but was {ended:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn one_sample_has_every_key() {
    let (folder, _) = samples("good");
    let path = folder.join("all-keys.toml");
    let file = config::parse(&fs::read_to_string(&path).unwrap(), &path, None).unwrap();
    for key in KEYS {
        let section = format!("contexts.prod-eu.{}", key.path());
        let places = match key.place {
            Place::Base => vec![key.path()],
            Place::Context => vec![section],
            Place::Both if matches!(key.name, "cluster" | "user") => vec![section],
            Place::Both => vec![key.path(), section],
        };
        for place in places {
            assert!(file.lines.contains_key(&place), "{place}");
        }
    }
    for table in ["columns", "owners", "keys"] {
        assert!(file.lines.contains_key(table), "{table}");
    }
}

const FILE: &str = "\
theme = \"dark\"
refresh = \"1m30s\"
[kafka]
bootstrap_server = \"base:9092\"
command_config = \"client.properties\"
[prometheus]
url = \"https://ada:hunter2@prometheus/?token=hunter3\"
[owners]
\"a.b\" = \"shop/Deployment/a\"
[contexts.\"prod eu\"]
production = true
kafka.bootstrap_server = \"prod:9092\"
[contexts.other]
production = true
";

#[test]
fn each_setting_says_where_it_is_from() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("own.toml");
    fs::write(&file, FILE).unwrap();
    let home = tempfile::tempdir().unwrap();
    let ask = |more: &[&str]| {
        let words = [
            "config",
            "show",
            "--origin",
            "--no-kube",
            "--context",
            "prod eu",
        ];
        let output = command(&[&words[..], more].concat(), home.path())
            .env("PLIMSOLL_CONFIG", &file)
            .env("PLIMSOLL_THEME", "light")
            .env("LANG", "C")
            .output()
            .unwrap();
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
        assert_eq!(output.status.code(), Some(0));
        String::from_utf8(output.stdout).unwrap()
    };
    let at = |line: usize| format!("  # {}:{line}\n", file.display());
    let text = ask(&["--refresh-metrics", "20s", "--read-only"]);
    let properties = folder.path().join("client.properties");
    let expected = format!(
        "# What holds in the kubeconfig context \"prod eu\". Saved as a config file it would hold again.\n\
         # The file has sections for other contexts, too: other\n\
         theme = \"light\"  # PLIMSOLL_THEME\n\
         ascii = true  # LANG\n\
         mouse = true  # default\n\
         read_only = true  # --read-only\n\
         refresh = \"1m30s\"{}\
         refresh_metrics = \"20s\"  # --refresh-metrics\n\
         \n[kafka]\n\
         command_config = \"{}\"{}\
         \n[prometheus]\n\
         # not shown in full: url = \"https://…@prometheus/?…\"{}\
         \n[owners]\n\
         \"a.b\" = \"shop/Deployment/a\"{}\
         \n[contexts.\"prod eu\"]\n\
         production = true{}\
         \n[contexts.\"prod eu\".kafka]\n\
         bootstrap_server = \"prod:9092\"{}",
        at(2),
        properties.display(),
        at(5),
        at(7),
        at(9),
        at(11),
        at(12),
    );
    assert_eq!(text, expected);
    let text = ask(&["-o", "json", "--bootstrap-server", "flag:1"]);
    assert!(!text.contains("hunter"), "{text}");
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&document["kind"], &document["site"]),
        (&"config".into(), &"prod eu".into())
    );
    let items = document["items"].as_array().unwrap();
    let of = |key: &str| {
        let item = items.iter().find(|item| item["key"] == key);
        let item = item.unwrap_or_else(|| panic!("{key} in {items:#?}"));
        (
            item["value"].clone(),
            item["origin"].as_str().unwrap().to_owned(),
        )
    };
    assert_eq!(
        of("kafka.bootstrap_server"),
        ("flag:1".into(), "--bootstrap-server".to_owned())
    );
    assert_eq!(of("kafka.cluster"), (Value::Null, "default".to_owned()));
    assert_eq!(of("read_only"), (false.into(), "default".to_owned()));
    let line = format!("{}:11", file.display());
    assert_eq!(of("contexts.\"prod eu\".production"), (true.into(), line));
    let table = ask(&["-o", "table"]);
    assert!(table.starts_with("KEY "), "{table}");
    assert!(table.contains("PLIMSOLL_THEME"), "{table}");
}

#[test]
fn without_a_file_the_defaults_are_shown_and_hold_again() {
    let home = tempfile::tempdir().unwrap();
    let ended = call(&["config", "show", "--origin"], home.path());
    assert_eq!((ended.code, &*ended.stderr), (Some(0), ""));
    let settings = ended.stdout.lines().filter(|line| !line.starts_with('#'));
    for line in settings {
        assert!(line.ends_with("  # default"), "{line}");
    }
    assert!(
        ended.stdout.contains("theme = \"16-colour\""),
        "{}",
        ended.stdout
    );
    for (words, said) in [
        (
            &["config", "show", "-o", "text"][..],
            "-o text: is the screen",
        ),
        (
            &["config", "show", "--demo"],
            "--demo: settings are for live systems",
        ),
        (
            &["config", "show", "--timeout", "1s"],
            "--timeout: belongs to reports",
        ),
        (&["config"], "requires a subcommand"),
    ] {
        let ended = call(words, home.path());
        assert_eq!(ended.code, Some(2), "{words:?}");
        assert!(ended.stderr.contains(said), "{words:?}: {}", ended.stderr);
    }
}
