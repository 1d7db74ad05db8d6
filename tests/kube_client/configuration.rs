//! Files and flags, as kubectl reads them.
use std::{ffi::OsString, path::PathBuf};

use plimsoll::net::kube::{
    Client, ErrorKind, KubeEnv, KubeFlags,
    config::{Contexts, list_contexts},
    exec::Plugins,
};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A kubeconfig with one context `main`; YAML is a superset of JSON.
pub(crate) fn kubeconfig(server: &str, user: &Value) -> String {
    json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "main",
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "contexts": [{"name": "main", "context": {"cluster": "c", "user": "u", "namespace": "shop"}}],
        "users": [{"name": "u", "user": user}],
    })
    .to_string()
}

fn contexts(names: &[&str], current: &str, server: &str) -> String {
    let contexts: Vec<Value> = names
        .iter()
        .map(|name| json!({"name": name, "context": {"cluster": "c", "user": "u", "namespace": name}}))
        .collect();
    json!({
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "contexts": contexts, "users": [], "current-context": current,
    })
    .to_string()
}

struct Files(TempDir);

impl Files {
    fn new(files: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = directory.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self(directory)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// KUBECONFIG with these files; empty names stay empty.
    fn env(&self, names: &[&str]) -> KubeEnv {
        let paths = names.iter().map(|name| {
            if name.is_empty() {
                PathBuf::new()
            } else {
                self.path(name)
            }
        });
        let joined: OsString = std::env::join_paths(paths).unwrap();
        KubeEnv {
            kubeconfig: Some(joined),
            home: Some(self.0.path().into()),
            ..KubeEnv::default()
        }
    }
}

fn open(flags: KubeFlags, env: KubeEnv) -> Result<Client, plimsoll::net::kube::Error> {
    Client::new(flags, env, Plugins::Silent)
}

#[test]
fn files_are_merged_first_wins_and_missing_ones_are_skipped() {
    let files = Files::new(&[
        ("one", &contexts(&["a", "b"], "", "https://one")),
        ("two", &contexts(&["b", "c"], "c", "https://two")),
        (".kube/config", &contexts(&["home"], "home", "https://home")),
    ]);
    let found = |env: KubeEnv| list_contexts(&KubeFlags::default(), &env).unwrap();
    let named = |names: &[&str], current: &str| Contexts {
        names: names.iter().map(ToString::to_string).collect(),
        current: Some(current.into()),
    };
    assert_eq!(
        found(files.env(&["nowhere", "one", "", "two"])),
        named(&["a", "b", "c"], "c")
    );
    assert_eq!(
        found(files.env(&["", ""])),
        named(&["home"], "home"),
        "empty counts as unset"
    );
    let empty = KubeEnv {
        kubeconfig: Some("".into()),
        ..files.env(&[])
    };
    assert_eq!(found(empty), named(&["home"], "home"));
    assert_eq!(
        found(files.env(&["nowhere"])),
        Contexts::default(),
        "no fall-back to the home directory"
    );
    let client = open(KubeFlags::default(), files.env(&["one", "two"])).unwrap();
    let shown = (client.context(), client.server(), client.namespace());
    assert_eq!(
        shown,
        (Some("c"), "https://one", "c"),
        "the first file's cluster wins"
    );
}

#[test]
fn flags_lie_over_the_files() {
    let files = Files::new(&[("one", &contexts(&["a", "b"], "a", "https://one:6443"))]);
    let with = |change: &dyn Fn(&mut KubeFlags)| {
        let mut flags = KubeFlags {
            kubeconfig: Some(files.path("one")),
            ..KubeFlags::default()
        };
        change(&mut flags);
        let client = open(flags, KubeEnv::default()).unwrap();
        format!(
            "{:?} {} {}",
            client.context(),
            client.server(),
            client.namespace()
        )
    };
    assert_eq!(with(&|_| ()), r#"Some("a") https://one:6443 a"#);
    assert_eq!(
        with(&|flags| flags.context = Some("b".into())),
        r#"Some("b") https://one:6443 b"#
    );
    assert_eq!(
        with(&|flags| flags.namespace = Some("x".into())),
        r#"Some("a") https://one:6443 x"#
    );
    let server = |flags: &mut KubeFlags| flags.server = Some("https://me:pw@other/p/".into());
    assert_eq!(with(&server), r#"Some("a") https://other/p a"#);
    let alone = KubeFlags {
        server: Some("http://alone:8080".into()),
        ..KubeFlags::default()
    };
    let client = open(alone, KubeEnv::default()).unwrap();
    assert_eq!(
        (client.context(), client.server(), client.namespace()),
        (None, "http://alone:8080", "default")
    );
}

#[test]
fn what_cannot_be_used_is_named() {
    let files = Files::new(&[
        ("good", &contexts(&["production", "staging"], "", "https://one")),
        ("broken", "users: [{name: u, user: {token: hunter2}}\n"),
        ("url", &contexts(&["a"], "a", "not a url")),
        ("ca", &json!({
            "clusters": [{"name": "c", "cluster": {"server": "https://x", "certificate-authority": "missing.pem"}}],
            "contexts": [{"name": "a", "context": {"cluster": "c"}}], "current-context": "a"}).to_string()),
        ("ca-data", &json!({
            "clusters": [{"name": "c", "cluster": {"server": "https://x", "certificate-authority-data": "aGVsbG8="}}],
            "contexts": [{"name": "a", "context": {"cluster": "c"}}], "current-context": "a"}).to_string()),
        ("lost", &json!({
            "clusters": [], "contexts": [{"name": "a", "context": {"cluster": "gone"}}],
            "current-context": "a"}).to_string()),
    ]);
    let flags = |file: &str| KubeFlags {
        kubeconfig: Some(files.path(file)),
        ..KubeFlags::default()
    };
    let table: [(KubeFlags, &[&str]); 10] = [
        (flags("nowhere"), &["nowhere", "No such file"]),
        (flags("broken"), &["broken", "is no kubeconfig"]),
        (
            flags("good"),
            &[
                "good",
                "no current-context is set",
                "one of: production, staging",
            ],
        ),
        (
            KubeFlags {
                context: Some("prodution".into()),
                ..flags("good")
            },
            &[
                "no context named \"prodution\"",
                "did you mean \"production\"?",
                "there are: production, staging",
            ],
        ),
        (
            KubeFlags {
                context: Some("zzz".into()),
                ..flags("good")
            },
            &["no context named \"zzz\"; there are: production, staging"],
        ),
        (
            KubeFlags {
                context: Some("staging".into()),
                user: Some("eve".into()),
                ..flags("good")
            },
            &["no user named \"eve\"", "names no user at all"],
        ),
        (flags("url"), &["server \"not a url\" is no http(s) URL"]),
        (flags("ca"), &["missing.pem", "certificate-authority"]),
        (flags("ca-data"), &["holds no certificate"]),
        (flags("lost"), &["no cluster named \"gone\""]),
    ];
    for (flags, words) in table {
        let error = open(flags, KubeEnv::default()).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Config, "{error}");
        let text = error.to_string();
        for words in words {
            assert!(text.contains(words), "{words:?} is not in {text:?}");
        }
        assert!(!text.contains("hunter2") && !text.contains('\n'), "{text}");
    }
    let error = open(KubeFlags::default(), KubeEnv::default()).unwrap_err();
    assert!(
        error.to_string().contains("nothing is configured"),
        "{error}"
    );
}

#[tokio::test]
async fn a_certificate_without_its_file_is_told_before_anything_is_sent() {
    let files = Files::new(&[(
        "one",
        &kubeconfig(
            "https://127.0.0.1:1",
            &json!({
        "client-certificate": "c.pem", "client-key": "k.pem"}),
        ),
    )]);
    let flags = KubeFlags {
        kubeconfig: Some(files.path("one")),
        ..KubeFlags::default()
    };
    let client = open(flags, KubeEnv::default()).unwrap();
    let error = client.authenticate().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Config, "{error}");
    assert!(error.to_string().contains("No such file"), "{error}");
    assert_eq!(client.counters().requests, 0);
}

#[test]
fn secrets_are_not_shown() {
    let flags = KubeFlags {
        token: Some("hunter2".into()),
        ..KubeFlags::default()
    };
    assert!(!format!("{flags:?}").contains("hunter2"));
}
