//! Answers that are none: throttling, strange bodies, slow servers, expired credentials.
use std::time::{Duration, Instant};

use plimsoll::net::kube::{
    Client, ErrorKind, Interner, KubeEnv, KubeFlags, Scope, access, exec::Plugins, metrics,
};
use serde_json::json;

use super::{
    client,
    fake_http::{FakeHttp, Reply, Step},
    flags,
};

fn version() -> Reply {
    Reply::json(&json!({"major": "1", "minor": "36", "gitVersion": "v1.36.4"}))
}

fn busy(status: u16, retry_after: &str) -> Reply {
    Reply::text(status, "Too many requests").header("retry-after", retry_after)
}

/// A server that answers these in turn, the last one for ever.
async fn script(mut replies: Vec<Reply>) -> FakeHttp {
    FakeHttp::start(move |_| {
        if replies.len() > 1 {
            replies.remove(0)
        } else {
            replies[0].clone()
        }
    })
    .await
}

#[tokio::test]
async fn a_short_wait_is_honoured_and_a_long_one_is_told() {
    let server = script(vec![busy(429, "1"), version()]).await;
    let begun = Instant::now();
    assert_eq!(client(&server).authenticate().await.unwrap().minor, "36");
    assert!(begun.elapsed() >= Duration::from_secs(1), "it did not wait");

    let server = script(vec![busy(429, "30")]).await;
    let error = client(&server).authenticate().await.unwrap_err();
    assert_eq!(
        error.kind,
        ErrorKind::Throttled {
            retry_after: Some(Duration::from_secs(30))
        }
    );
    assert_eq!(server.seen().len(), 1, "it was not asked again");

    let server = script(vec![busy(429, "0")]).await;
    let client = client(&server);
    let error = client.authenticate().await.unwrap_err();
    assert_eq!(
        error.kind,
        ErrorKind::Throttled {
            retry_after: Some(Duration::ZERO)
        }
    );
    assert_eq!(server.seen().len(), 3, "three tries");
    assert_eq!(
        (client.counters().requests, client.counters().errors),
        (3, 3)
    );
}

#[tokio::test]
async fn a_part_that_is_down_is_tried_three_times() {
    let server = script(vec![busy(503, "0"), busy(504, "0"), version()]).await;
    assert!(client(&server).authenticate().await.is_ok());
    let server = script(vec![busy(503, "0")]).await;
    let error = metrics::list_nodes(&client(&server), &mut Interner::default())
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert_eq!(&*error.request, "list metrics.k8s.io/nodes");
    let server = script(vec![busy(503, "0")]).await;
    let question = access::can(&client(&server), "list", "", "pods", None).await;
    assert!(question.is_err());
    assert_eq!(server.seen().len(), 1, "what is posted is not repeated");
}

#[tokio::test]
async fn answers_of_every_kind_are_classified() {
    let html = "<html><body>Sign in</body></html>";
    let table = [
        (
            Reply::status(401, "Unauthorized", "Unauthorized"),
            "Unauthorized",
            "Unauthorized; log in",
        ),
        (
            Reply::status(403, "Forbidden", "User \"eve\"\ncannot"),
            "Forbidden",
            "User \"eve\" cannot; ask",
        ),
        (Reply::text(403, html), "Forbidden", "403 Forbidden; ask"),
        (
            Reply::status(404, "NotFound", "the server could not find it"),
            "Missing",
            "could not find it",
        ),
        (
            Reply::status(422, "Invalid", "field label not supported"),
            "Rejected { status: 422 }",
            "not supported",
        ),
        (
            Reply::text(400, "Client sent an HTTP request to an HTTPS server.\n"),
            "Rejected { status: 400 }",
            "HTTPS server",
        ),
        (
            Reply::status(500, "InternalError", "etcdserver: no leader"),
            "Unreachable",
            "no leader",
        ),
        (Reply::status(500, "Expired", "too old"), "Gone", "too old"),
        (
            Reply::text(200, html),
            "Decode",
            "not what the API promises",
        ),
        (Reply::text(200, ""), "Decode", "not what the API promises"),
        (
            Reply::steps(200, vec![Step::Data("{".into()), Step::Break]),
            "Unreachable",
            "broke off",
        ),
        (Reply::text(500, "x".repeat(9000)), "Unreachable", "xxx"),
    ];
    for (reply, kind, words) in table {
        let case = format!("{reply:?}").chars().take(120).collect::<String>();
        let server = FakeHttp::start(move |_| reply.clone()).await;
        let error = client(&server).authenticate().await.unwrap_err();
        assert!(
            format!("{:?}", error.kind).starts_with(kind),
            "{case}: {error:?}"
        );
        let text = error.to_string();
        assert!(
            text.starts_with(&format!("{}: GET /version: ", server.url())),
            "{text}"
        );
        assert!(
            text.contains(words) && !text.contains('\n') && text.len() < 500,
            "{case}: {text}"
        );
    }
}

#[tokio::test]
async fn a_slow_answer_times_out_in_head_and_in_body() {
    let slow = [
        version().after(Duration::from_secs(60)),
        Reply::steps(200, vec![Step::Data("{\"major\":".into()), Step::Hang]),
    ];
    for reply in slow {
        let server = FakeHttp::start(move |_| reply.clone()).await;
        let request_timeout = Some(Duration::from_millis(200));
        let flags = KubeFlags {
            request_timeout,
            ..flags(&server)
        };
        let client = Client::new(flags, KubeEnv::default(), Plugins::Silent).unwrap();
        let error = client.authenticate().await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Timeout);
        assert!(error.to_string().contains("no answer in 0.2 s"), "{error}");
    }
}

#[tokio::test]
async fn nobody_at_the_address() {
    let flags = KubeFlags {
        server: Some("https://127.0.0.1:1".into()),
        ..KubeFlags::default()
    };
    let client = Client::new(flags, KubeEnv::default(), Plugins::Silent).unwrap();
    let error = client.authenticate().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert!(error.to_string().contains("Connection refused"), "{error}");
    assert_eq!(client.counters().errors, 1);
}

#[tokio::test]
async fn tls_to_a_port_that_does_not_speak_it() {
    let server = script(vec![version()]).await;
    let url = server.url().replace("http://", "https://");
    let flags = KubeFlags {
        server: Some(url),
        ..KubeFlags::default()
    };
    let client = Client::new(flags, KubeEnv::default(), Plugins::Silent).unwrap();
    let error = client.authenticate().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Tls, "{error}");
    assert!(
        error.to_string().contains("not TLS; check scheme and port"),
        "{error}"
    );
}

#[tokio::test]
async fn an_expired_token_is_read_anew_from_the_kubeconfig() {
    let server = FakeHttp::start(|seen| match seen.header("authorization") {
        Some("Bearer new") => version(),
        Some("Bearer old") if seen.path() == "/version" => version(),
        _ => Reply::status(401, "Unauthorized", "Unauthorized"),
    })
    .await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config");
    let write = |token: &str| {
        let text = super::configuration::kubeconfig(&server.url(), &json!({"token": token}));
        std::fs::write(&path, text).unwrap();
    };
    write("old");
    let flags = KubeFlags {
        kubeconfig: Some(path.clone()),
        ..KubeFlags::default()
    };
    let client = Client::new(flags, KubeEnv::default(), Plugins::Silent).unwrap();
    client.authenticate().await.unwrap();
    write("new");
    // The old token has been accepted once; now it is not, and the file has another.
    let usage = metrics::list_pods(&client, &Scope::All, &mut Interner::default()).await;
    assert_eq!(
        usage.unwrap_err().kind,
        ErrorKind::Decode,
        "accepted, and answered with something else"
    );
    let tokens: Vec<String> = server
        .seen()
        .iter()
        .map(|seen| seen.header("authorization").unwrap().into())
        .collect();
    assert_eq!(tokens, ["Bearer old", "Bearer old", "Bearer new"]);
}

#[tokio::test]
async fn a_credential_that_was_never_accepted_is_not_tried_twice() {
    let server = script(vec![Reply::status(401, "Unauthorized", "Unauthorized")]).await;
    let flags = KubeFlags {
        token: Some("wrong-secret".into()),
        ..flags(&server)
    };
    let client = Client::new(flags, KubeEnv::default(), Plugins::Silent).unwrap();
    let error = client.authenticate().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unauthorized);
    assert_eq!(server.seen().len(), 1);
    assert!(!format!("{error} {error:?} {client:?}").contains("wrong-secret"));
}
