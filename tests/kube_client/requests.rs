//! What leaves for the server: headers, questions, and nothing that could change it.
use std::{io::Write, time::Instant};

use flate2::{Compression, write::GzEncoder};
use http::Request;
use kube::client::Body;
use plimsoll::net::kube::{Client, ErrorKind, KubeEnv, KubeFlags, Resource, access, exec::Plugins};
use serde_json::{Value, json};

use super::{
    client, expect,
    fake_http::{FakeHttp, Reply, Step},
    flags, list, pods,
};

#[tokio::test]
async fn nothing_that_could_change_anything_reaches_the_socket() {
    let server = FakeHttp::start(|_| Reply::json(&json!({}))).await;
    let kube = client(&server).kube().await.unwrap();
    let reviews = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    let refused = [
        ("DELETE", "/api/v1/namespaces/shop/pods/a"),
        ("PATCH", "/apis/apps/v1/namespaces/shop/deployments/a/scale"),
        ("PUT", "/api/v1/nodes/a"),
        ("POST", "/api/v1/namespaces/shop/pods/a/eviction"),
        ("POST", "/api/v1/namespaces/shop/pods?dryRun=All"),
        ("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews"),
    ];
    for (method, path) in refused {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .body(Body::empty())
            .unwrap();
        let error = kube.send(request).await.unwrap_err();
        assert!(
            error
                .to_string()
                .contains("was not sent: this client only reads"),
            "{error}"
        );
    }
    for path in [
        "/api/v1/namespaces/shop/pods/a/exec?command=id",
        "/api/v1/namespaces/shop/pods/a/portforward",
    ] {
        let request = Request::get(path).body(Vec::new()).unwrap();
        let error = kube.connect(request).await.err().unwrap();
        assert!(error.to_string().contains("was not sent"), "{error}");
    }
    assert!(server.seen().is_empty(), "{:?}", server.seen());
    for (method, path) in [("GET", "/api/v1/pods"), ("POST", reviews)] {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .body(Body::empty())
            .unwrap();
        kube.send(request).await.unwrap();
    }
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn rights_are_asked_with_a_review() {
    let server = FakeHttp::start(|_| Reply::json(&json!({"status": {"allowed": true}}))).await;
    let client = client(&server);
    assert!(
        access::can(&client, "list", "apps", "deployments", Some("shop"))
            .await
            .unwrap()
    );
    let seen = &server.seen()[0];
    assert_eq!(seen.header("content-type"), Some("application/json"));
    let body: Value = serde_json::from_slice(&seen.body).unwrap();
    let expected =
        json!({"verb": "list", "group": "apps", "resource": "deployments", "namespace": "shop"});
    assert_eq!(body["spec"]["resourceAttributes"], expected);
}

#[tokio::test]
async fn the_audit_log_will_show_who_asked() {
    let server = FakeHttp::start(|seen| {
        if seen.is_watch() {
            Reply::watch(&[], Step::Hang)
        } else {
            Reply::json(&list(&[], "1"))
        }
    })
    .await;
    let flags = KubeFlags {
        token: Some("secret".into()),
        as_user: Some("eve".into()),
        as_group: vec!["dev".into(), "ops".into()],
        as_uid: Some("7".into()),
        as_user_extra: vec![("reason".into(), "drill".into())],
        ..flags(&server)
    };
    let client = Client::new(flags, KubeEnv::default(), Plugins::Silent).unwrap();
    let mut events = pods(&client);
    expect(&mut events, &["begin", "page ", "listed", "alive"]).await;
    for seen in server.seen() {
        assert!(
            seen.header("user-agent").unwrap().starts_with("plimsoll/"),
            "{seen:?}"
        );
        assert_eq!(seen.header("authorization"), Some("Bearer secret"));
        assert_eq!(seen.header("impersonate-user"), Some("eve"));
        assert_eq!(seen.header("impersonate-uid"), Some("7"));
        assert_eq!(seen.header("impersonate-extra-reason"), Some("drill"));
        let groups: Vec<_> = seen.headers.get_all("impersonate-group").iter().collect();
        assert_eq!(groups, ["dev", "ops"]);
        let encoding = if seen.is_watch() { "identity" } else { "gzip" };
        assert_eq!(
            seen.header("accept-encoding"),
            Some(encoding),
            "{}",
            seen.target
        );
    }
}

#[tokio::test]
async fn lists_come_compressed_and_are_counted_as_they_came() {
    let names: Vec<String> = (0..400).map(|number| format!("pod-{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let plain = list(&names, "1").to_string();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain.as_bytes()).unwrap();
    let packed = encoder.finish().unwrap();
    let size = u64::try_from(packed.len()).unwrap();
    let server = FakeHttp::start(move |seen| {
        if seen.is_watch() {
            Reply::watch(&[], Step::Hang)
        } else {
            Reply::text(200, packed.clone()).header("content-encoding", "gzip")
        }
    })
    .await;
    let client = client(&server);
    let mut events = pods(&client);
    expect(
        &mut events,
        &["begin", &format!("page {}", names.join(" "))],
    )
    .await;
    assert_eq!(client.counters().bytes, size);
    let flags = KubeFlags {
        disable_compression: true,
        ..flags(&server)
    };
    let plain = Client::new(flags, KubeEnv::default(), Plugins::Silent).unwrap();
    let _ = access::get_version(&plain).await;
    assert_eq!(
        server.seen().last().unwrap().header("accept-encoding"),
        None
    );
}

#[tokio::test]
async fn at_most_four_requests_are_in_flight() {
    let server = FakeHttp::start(|_| {
        Reply::json(&json!({"major": "1", "minor": "36", "gitVersion": "v"}))
            .after(std::time::Duration::from_millis(100))
    })
    .await;
    let client = client(&server);
    let begun = Instant::now();
    let asked = (0..12).map(|_| client.authenticate());
    for answer in futures::future::join_all(asked).await {
        answer.unwrap();
    }
    assert!(begun.elapsed().as_millis() >= 300, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_server_behind_a_path_is_asked_below_it() {
    let server = FakeHttp::start(|_| Reply::json(&list(&[], "1"))).await;
    let url = format!("{}/k8s/clusters/c-1/", server.url());
    let flags = KubeFlags {
        server: Some(url.clone()),
        ..KubeFlags::default()
    };
    let client = Client::new(flags, KubeEnv::default(), Plugins::Silent).unwrap();
    assert_eq!(client.server(), url.trim_end_matches('/'));
    let mut events = pods(&client);
    expect(&mut events, &["begin", "page "]).await;
    assert_eq!(server.seen()[0].path(), "/k8s/clusters/c-1/api/v1/pods");
    assert_eq!(
        Resource::AUTOSCALERS.qualified(),
        "autoscaling/horizontalpodautoscalers"
    );
}

#[tokio::test]
async fn a_proxy_is_asked_for_the_cluster_with_its_password_apart() {
    let proxy = FakeHttp::start(|_| Reply::text(407, "")).await;
    let url = proxy.url().replace("http://", "http://me:s%40cret@");
    let ask = async |env: KubeEnv| {
        let server = Some("https://api.cluster.invalid:6443".into());
        let flags = KubeFlags {
            server,
            ..KubeFlags::default()
        };
        Client::new(flags, env, Plugins::Silent)
            .unwrap()
            .authenticate()
            .await
            .unwrap_err()
    };
    let through = KubeEnv {
        https_proxy: Some(url.clone()),
        ..KubeEnv::default()
    };
    let error = ask(through.clone()).await;
    assert_eq!(error.kind, ErrorKind::Unreachable, "{error}");
    assert!(!format!("{error} {error:?}").contains("cret"), "{error}");
    let seen = proxy.seen();
    assert_eq!(
        (seen[0].method.as_str(), seen[0].target.as_str()),
        ("CONNECT", "api.cluster.invalid:6443")
    );
    assert_eq!(
        seen[0].header("proxy-authorization"),
        Some("Basic bWU6c0BjcmV0")
    );
    ask(KubeEnv {
        no_proxy: Some(".cluster.invalid".into()),
        ..through
    })
    .await;
    assert_eq!(
        proxy.seen().len(),
        1,
        "NO_PROXY names the cluster: the proxy is left alone"
    );
}
