//! Credential plugins: scripts that count how often they run.
use std::{os::unix::fs::PermissionsExt, path::Path};

use futures::future::join_all;
use plimsoll::net::kube::{Client, ErrorKind, KubeEnv, KubeFlags, exec::Plugins};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    configuration::kubeconfig,
    fake_http::{FakeHttp, Reply},
};

const TOKEN: &str = r#"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"TOKEN"}}"#;

struct Plugin {
    directory: TempDir,
}

impl Plugin {
    /// A script that notes each run with its surroundings, then does `body`; `$n` is the number of the run.
    fn new(body: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let log = directory.path().join("log");
        let script = format!(
            "#!/bin/sh\nread line && line=asked\necho \"$1 $COLOUR $line $KUBERNETES_EXEC_INFO\" >> {log}\n\
             n=$(wc -l < {log})\n{body}\n",
            log = log.display()
        );
        let path = directory.path().join("plugin");
        std::fs::write(&path, script).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        Self { directory }
    }

    fn token(expression: &str) -> Self {
        let answer = TOKEN.replace("TOKEN", expression);
        Self::new(&format!("cat <<EOF\n{answer}\nEOF"))
    }

    fn user(mode: &str) -> Value {
        json!({"exec": {
            "apiVersion": "client.authentication.k8s.io/v1", "command": "./plugin", "args": ["--now"],
            "env": [{"name": "COLOUR", "value": "green"}], "interactiveMode": mode,
            "installHint": "install it with: make plugin", "provideClusterInfo": true,
        }})
    }

    fn runs(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.directory.path().join("log")).unwrap_or_default();
        text.lines().map(Into::into).collect()
    }

    fn client(&self, server: &str, user: &Value) -> Client {
        let path = self.directory.path().join("config");
        write(&path, server, user);
        let flags = KubeFlags {
            kubeconfig: Some(path),
            ..KubeFlags::default()
        };
        Client::new(flags, KubeEnv::default(), Plugins::Silent).unwrap()
    }
}

fn write(path: &Path, server: &str, user: &Value) {
    std::fs::write(path, kubeconfig(server, user)).unwrap();
}

fn version() -> Reply {
    Reply::json(&json!({"major": "1", "minor": "36", "gitVersion": "v1"}))
}

#[tokio::test]
async fn a_plugin_runs_once_for_all_requests_and_without_our_terminal() {
    let server = FakeHttp::start(|_| version()).await;
    let plugin = Plugin::token("t$n");
    let client = plugin.client(&server.url(), &Plugin::user("IfAvailable"));
    assert!(plugin.runs().is_empty(), "making a client runs nothing");
    for answer in join_all((0..5).map(|_| client.authenticate())).await {
        answer.unwrap();
    }
    let runs = plugin.runs();
    assert_eq!(runs.len(), 1, "{runs:?}");
    let (words, info) = runs[0].split_once('{').unwrap();
    assert_eq!(
        words.trim_end(),
        "--now green",
        "it got arguments and environment, and no input"
    );
    let info: Value = serde_json::from_str(&format!("{{{info}")).unwrap();
    assert_eq!(info["spec"]["interactive"], json!(false));
    assert_eq!(info["spec"]["cluster"]["server"], json!(server.url()));
    assert!(
        server
            .seen()
            .iter()
            .all(|seen| seen.header("authorization") == Some("Bearer t1"))
    );
    assert!(!format!("{client:?}").contains("t1"));
}

#[tokio::test]
async fn a_token_that_is_no_longer_accepted_is_fetched_anew() {
    let mut count = 0;
    let server = FakeHttp::start(move |seen| {
        count += 1;
        match (count, seen.header("authorization")) {
            (1, _) | (_, Some("Bearer t2")) => version(),
            _ => Reply::status(401, "Unauthorized", "Unauthorized"),
        }
    })
    .await;
    let plugin = Plugin::token("t$n");
    let client = plugin.client(&server.url(), &Plugin::user("Never"));
    client.authenticate().await.unwrap();
    for answer in join_all((0..4).map(|_| client.authenticate())).await {
        answer.unwrap();
    }
    assert_eq!(
        plugin.runs().len(),
        2,
        "four requests were refused, one run answers them all"
    );
}

#[tokio::test]
async fn a_plugin_that_fails_is_quoted_and_not_run_by_every_request() {
    let server = FakeHttp::start(|_| version()).await;
    let plugin =
        Plugin::new("echo starting >&2; echo 'session expired, run: sso login' >&2; exit 3");
    let client = plugin.client(&server.url(), &Plugin::user("IfAvailable"));
    for answer in join_all((0..5).map(|_| client.authenticate())).await {
        let error = answer.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unauthorized);
        assert!(
            error
                .to_string()
                .contains("exit status: 3: session expired, run: sso login"),
            "{error}"
        );
    }
    assert_eq!(plugin.runs().len(), 1);
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn what_a_plugin_can_do_wrong() {
    let table = [
        ("echo 'not json, but secret-token'", "no ExecCredential"),
        (r#"echo '{"status":{}}'"#, "neither token nor certificate"),
        ("echo '{}'", "no status"),
    ];
    for (body, words) in table {
        let plugin = Plugin::new(body);
        let client = plugin.client("http://127.0.0.1:1", &Plugin::user("Never"));
        let text = client.authenticate().await.unwrap_err().to_string();
        assert!(
            text.contains(words) && !text.contains("secret-token"),
            "{text}"
        );
    }
    let plugin = Plugin::token("t");
    let always = plugin.client("http://127.0.0.1:1", &Plugin::user("Always"));
    let text = always.authenticate().await.unwrap_err().to_string();
    assert!(text.contains("must ask on the terminal"), "{text}");
    let mut absent = Plugin::user("Never");
    absent["exec"]["command"] = json!("./no-such-plugin");
    let text = plugin
        .client("http://127.0.0.1:1", &absent)
        .authenticate()
        .await
        .unwrap_err()
        .to_string();
    assert!(
        text.contains("no-such-plugin") && text.contains("install it with: make plugin"),
        "{text}"
    );
    assert!(plugin.runs().is_empty());
}

#[tokio::test]
async fn a_certificate_from_a_plugin_is_used() {
    let server = FakeHttp::start(|_| version()).await;
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(vec!["me".into()])
        .unwrap()
        .self_signed(&key)
        .unwrap();
    let answer = json!({"status": {
        "clientCertificateData": certificate.pem(), "clientKeyData": key.serialize_pem()}});
    let plugin = Plugin::new(&format!("cat <<'EOF'\n{answer}\nEOF"));
    let client = plugin.client(&server.url(), &Plugin::user("Never"));
    client.authenticate().await.unwrap();
    assert_eq!(plugin.runs().len(), 1, "kube would run it twice more");
    assert_eq!(server.seen()[0].header("authorization"), None);
}
