//! URLs, credentials, certificates, limits.
use std::time::Duration;

use plimsoll::net::prometheus::{Client, ErrorKind, Options};
use secrecy::SecretString;

use super::{
    client,
    fake_http::{FakeHttp, Reply},
    fixture,
};

async fn buildinfo() -> FakeHttp {
    let body = fixture("buildinfo");
    FakeHttp::start(move |_| Reply::text(200, body.clone())).await
}

#[tokio::test]
async fn a_path_prefix_is_kept_and_slashes_do_not_double() {
    let server = buildinfo().await;
    for (suffix, path) in [
        ("", "/api/v1/status/buildinfo"),
        ("/", "/api/v1/status/buildinfo"),
        (
            "/select/0/prometheus",
            "/select/0/prometheus/api/v1/status/buildinfo",
        ),
        ("/prom/?x=1#y", "/prom/api/v1/status/buildinfo"),
    ] {
        let client = client(&format!("{}{suffix}", server.url()));
        assert_eq!(client.version().await.unwrap(), "2.42.0+ds");
        assert_eq!(server.seen().last().unwrap().target, path);
        assert!(
            server
                .seen()
                .last()
                .unwrap()
                .header("user-agent")
                .unwrap()
                .starts_with("plimsoll/")
        );
    }
}

#[tokio::test]
async fn credentials_are_sent_and_never_shown() {
    let server = FakeHttp::start(|_| Reply::text(401, "no")).await;
    let userinfo = server.url().replace("http://", "http://me:s%40cret@");
    let secret = || SecretString::from("s@cret");
    let basic = "Basic bWU6c0BjcmV0";
    let table = [
        (
            Options {
                url: userinfo,
                ..Options::default()
            },
            basic,
        ),
        (
            Options {
                url: server.url(),
                basic: Some(("me".into(), secret())),
                ..Options::default()
            },
            basic,
        ),
        (
            Options {
                url: server.url(),
                bearer: Some(secret()),
                ..Options::default()
            },
            "Bearer s@cret",
        ),
    ];
    for (options, expected) in table {
        let client = Client::new(&options).unwrap();
        let error = client.version().await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unauthorized);
        assert_eq!(
            server.seen().last().unwrap().header("authorization"),
            Some(expected)
        );
        let shown = format!(
            "{error} {error:?} {client:?} {options:?} {}",
            client.server()
        );
        assert!(!shown.contains("cret"), "{shown}");
    }
}

#[tokio::test]
async fn what_cannot_be_used_is_said_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let empty = directory.path().join("empty.pem");
    std::fs::write(&empty, "").unwrap();
    let url = |url: &str| Options {
        url: url.into(),
        ..Options::default()
    };
    let ca = |path: std::path::PathBuf| Options {
        certificate_authority: Some(path),
        ..url("https://prometheus")
    };
    let newline = Options {
        bearer: Some("a\nb".into()),
        ..url("http://prometheus")
    };
    let table = [
        (url("prometheus:9090"), "http://"),
        (url("nonsense"), "the URL"),
        (url(""), "the URL"),
        (
            ca(directory.path().join("absent.pem")),
            "absent.pem: No such file",
        ),
        (ca(empty), "holds no certificate"),
        (newline, "bearer token"),
    ];
    for (options, words) in table {
        let error = Client::new(&options).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Config, "{error}");
        assert!(error.to_string().contains(words), "{words}: {error}");
    }
}

#[tokio::test]
async fn a_slow_server_and_an_absent_one() {
    let server = FakeHttp::start(|_| Reply::text(200, "").after(Duration::from_secs(60))).await;
    let options = Options {
        url: server.url(),
        deadline: Some(Duration::from_millis(200)),
        ..Options::default()
    };
    let slow = Client::new(&options).unwrap();
    let error = slow.version().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Timeout, "{error}");
    assert!(error.to_string().contains("no answer in 0.2 s"), "{error}");
    assert_eq!((slow.counters().requests, slow.counters().errors), (1, 1));
    let error = client("http://127.0.0.1:1").version().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert!(error.to_string().contains("Connection refused"), "{error}");
    let https = buildinfo().await.url().replace("http://", "https://");
    assert_eq!(
        client(&https).version().await.unwrap_err().kind,
        ErrorKind::Tls
    );
}
