//! `plimsoll init` against a scripted API server.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
};

use serde_json::json;

use crate::{
    call::{Ended, call},
    fake_http::{FakeHttp, Reply},
};

/// An API server with these Kafka resources of Strimzi's, in the namespace `kafka`.
async fn api_server(names: &'static [&'static str], login: &'static str) -> FakeHttp {
    FakeHttp::start(move |seen| {
        let kafka = |name: &&str| {
            let mut listener =
                json!({"name": "plain", "port": 9092, "type": "internal", "tls": false});
            if !login.is_empty() {
                listener["authentication"] = json!({"type": login});
            }
            json!({
                "metadata": {"name": name, "namespace": "kafka"},
                "spec": {"kafka": {"listeners": [listener]}},
            })
        };
        match seen.path() {
            "/apis/kafka.strimzi.io" => {
                Reply::json(&json!({"preferredVersion": {"version": "v1"}}))
            }
            "/apis/kafka.strimzi.io/v1/kafkas" => {
                let items: Vec<_> = names.iter().map(kafka).collect();
                Reply::json(&json!({"items": items}))
            }
            "/apis/apps/v1/statefulsets" => Reply::json(&json!({"items": []})),
            _ => Reply::status(404, "NotFound", "no"),
        }
    })
    .await
}

/// A home with a kubeconfig whose one context leads to the server.
fn home(server: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join(".kube")).unwrap();
    let kubeconfig = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: prod eu\n\
         clusters:\n- {{name: c, cluster: {{server: '{server}'}}}}\n\
         users:\n- {{name: u, user: {{}}}}\n\
         contexts:\n- {{name: prod eu, context: {{cluster: c, user: u}}}}\n"
    );
    fs::write(home.path().join(".kube/config"), kubeconfig).unwrap();
    home
}

/// The program, beside the server that answers it.
async fn ask(words: &'static [&'static str], home: &Path) -> Ended {
    let home = home.to_owned();
    tokio::task::spawn_blocking(move || call(words, &home))
        .await
        .unwrap()
}

fn read(home: &Path) -> String {
    fs::read_to_string(home.join(".config/plimsoll/config.toml")).unwrap()
}

#[tokio::test]
async fn what_is_found_is_written_loads_and_is_never_overwritten_unasked() {
    let server = api_server(&["lab"], "").await;
    let home = home(&server.url());
    let home = home.path();
    let ended = ask(&["init"], home).await;
    assert_eq!((ended.code, &*ended.stderr), (Some(0), ""));
    for part in [
        ".config/plimsoll/config.toml: written",
        "context prod eu: Strimzi's Kafka kafka/lab",
    ] {
        assert!(ended.stdout.contains(part), "{part:?} in {}", ended.stdout);
    }
    let written = read(home);
    for part in [
        "[contexts.\"prod eu\".kafka]",
        "# found: Strimzi's Kafka kafka/lab: listeners plain 9092 (no TLS, no login)\ncluster = \"kafka/lab\"\n",
    ] {
        assert!(written.contains(part), "{part:?} in {written}");
    }
    let shown = ask(&["config", "show", "--origin"], home).await;
    assert_eq!((shown.code, &*shown.stderr), (Some(0), ""));
    let line = written
        .lines()
        .position(|line| line == "cluster = \"kafka/lab\"")
        .unwrap()
        + 1;
    let origin = format!("config.toml:{line}\n");
    assert!(
        shown.stdout.ends_with(&origin),
        "{origin:?} in {}",
        shown.stdout
    );
    assert_eq!(
        shown.stdout.matches("config.toml:").count(),
        1,
        "{}",
        shown.stdout
    );

    // Once more: nobody is asked, nothing is lost.
    let asked = server.seen().len();
    let ended = ask(&["init"], home).await;
    assert_eq!((ended.code, &*ended.stdout), (Some(2), ""));
    for part in ["config.toml", "already", "--print", "--force"] {
        assert!(ended.stderr.contains(part), "{part:?} in {}", ended.stderr);
    }
    assert_eq!((read(home), server.seen().len()), (written.clone(), asked));
    let ended = ask(&["init", "--print", "--theme", "light"], home).await;
    assert_eq!((ended.code, &*ended.stderr), (Some(0), ""));
    assert_eq!(
        ended.stdout,
        written.replacen("# theme = \"16-colour\"", "theme = \"light\"", 1)
    );

    // With force what was there is kept, and a link stays one.
    let folder = home.join(".config/plimsoll");
    let config = folder.join("config.toml");
    let target = home.join("dotfiles.toml");
    fs::rename(&config, &target).unwrap();
    fs::write(&target, "them = 1\n").unwrap();
    symlink(&target, &config).unwrap();
    let ended = ask(&["init", "--force"], home).await;
    assert_eq!((ended.code, &*ended.stderr), (Some(0), ""));
    assert!(fs::symlink_metadata(&config).unwrap().is_symlink());
    assert_eq!(read(home), written);
    let kept = home.join("dotfiles.toml.old");
    assert_eq!(fs::read_to_string(&kept).unwrap(), "them = 1\n");
    let mode = fs::metadata(&target).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "a URL may hold a password");
    // Once more: what was written by hand is not lost to what was written by us.
    let ended = ask(&["init", "--force"], home).await;
    assert_eq!((ended.code, &*ended.stderr), (Some(0), ""));
    assert_eq!(fs::read_to_string(&kept).unwrap(), "them = 1\n");
    let second = home.join("dotfiles.toml.old.2");
    assert_eq!(fs::read_to_string(second).unwrap(), written);
    assert_eq!(
        fs::read_dir(&folder).unwrap().count(),
        1,
        "no draft is left"
    );
}

#[tokio::test]
async fn several_none_and_one_that_wants_a_login_are_told_apart() {
    let server = api_server(&["a", "b"], "").await;
    let ended = ask(&["init", "--print"], home(&server.url()).path()).await;
    for part in [
        "# 2 were found",
        "# cluster = \"kafka/a\"",
        "# cluster = \"kafka/b\"",
    ] {
        assert!(ended.stdout.contains(part), "{part:?} in {}", ended.stdout);
    }
    let server = api_server(&[], "").await;
    let place = home(&server.url());
    let ended = ask(&["init"], place.path()).await;
    assert_eq!(ended.code, Some(0));
    assert!(
        ended.stdout.contains("no Kafka cluster was found"),
        "{}",
        ended.stdout
    );
    let shown = ask(&["config", "show"], place.path()).await;
    assert_eq!((shown.code, &*shown.stderr), (Some(0), ""));
    let server = api_server(&["lab"], "scram-sha-512").await;
    let ended = ask(&["init"], home(&server.url()).path()).await;
    let words = "every listener asks for a login: plain 9092 (no TLS, scram-sha-512)";
    assert!(ended.stdout.contains(words), "{}", ended.stdout);
}

#[tokio::test]
async fn what_cannot_be_asked_is_said_and_nothing_is_written() {
    let silent = FakeHttp::start(|_| Reply::status(403, "Forbidden", "not that")).await;
    let place = home(&silent.url());
    let ended = ask(&["init"], place.path()).await;
    assert_eq!((ended.code, &*ended.stdout), (Some(3), ""));
    assert!(ended.stderr.contains("not that"), "{}", ended.stderr);
    let nowhere = home("http://127.0.0.1:1");
    let ended = ask(&["init"], nowhere.path()).await;
    assert_eq!((ended.code, &*ended.stdout), (Some(3), ""));
    for part in ["127.0.0.1:1", "--no-kube"] {
        assert!(ended.stderr.contains(part), "{part:?} in {}", ended.stderr);
    }
    assert_eq!(ended.stderr.lines().count(), 1);
    assert!(!nowhere.path().join(".config").exists());
    let empty = tempfile::tempdir().unwrap();
    let ended = ask(&["init"], empty.path()).await;
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("no kubeconfig"), "{}", ended.stderr);
    let ended = ask(
        &["init", "--no-kube", "--bootstrap-server", "k:9092"],
        empty.path(),
    )
    .await;
    assert_eq!((ended.code, &*ended.stderr), (Some(0), ""));
    assert!(read(empty.path()).contains("\nbootstrap_server = \"k:9092\"\n"));
    let shown = ask(&["config", "show"], empty.path()).await;
    assert!(
        shown.stdout.contains("bootstrap_server = \"k:9092\""),
        "{}",
        shown.stdout
    );
}
