//! The Prometheus client against the laboratory's server.

use plimsoll::net::prometheus::{self, Dialect, Signal, Subject};

fn prometheus() -> prometheus::Client {
    let options = prometheus::Options {
        url: "http://127.0.0.1:29090/".into(),
        ..prometheus::Options::default()
    };
    prometheus::Client::new(&options).unwrap()
}

#[tokio::test]
async fn prometheus_is_probed_and_asked_at_once() {
    let _lab = crate::fixture::steady();
    let client = prometheus();
    assert!(client.version().await.unwrap().starts_with('2'));
    let now = jiff::Timestamp::now().as_millisecond();
    let probe = prometheus::dialect::probe(&client, now).await.unwrap();
    assert_eq!(probe.join.as_deref(), Some("kubernetes_pod_name"));
    assert!(probe.dialects.contains(&Dialect::StrimziJmx), "{probe:?}");
    let before = client.counters().requests;
    let answer = prometheus::query::refresh(&client, &probe).await.unwrap();
    assert_eq!(client.counters().requests - before, 1, "one union");
    let brokers = |signal: Signal| -> Vec<(Subject, f64)> {
        let points = answer.points.iter().filter(|point| point.signal == signal);
        points
            .map(|point| (point.subject.clone(), point.value))
            .collect()
    };
    let bytes = brokers(Signal::BytesIn);
    let names: Vec<Subject> = bytes.iter().map(|(subject, _)| subject.clone()).collect();
    let expected =
        ["lab-broker-1", "lab-broker-2", "lab-broker-3"].map(|name| Subject::Broker(name.into()));
    assert_eq!(names, expected);
    assert!(bytes.iter().all(|(_, value)| *value > 0.0));
    assert!(
        brokers(Signal::HandlerIdle)
            .iter()
            .all(|(_, idle)| (0.3..=1.0).contains(idle))
    );
    let fraud = Subject::Group {
        group: "fraud".into(),
        topic: "orders".into(),
    };
    assert!(
        brokers(Signal::GroupLag)
            .iter()
            .any(|(subject, _)| *subject == fraud),
        "{answer:?}"
    );
    let pods = brokers(Signal::PodMemory);
    assert!(pods.iter().any(|(subject, _)| {
        matches!(subject, Subject::Pod { name, .. } if name.starts_with("checkout-"))
    }));
    let history = prometheus::query::backfill(&client, &probe, now, |_| true)
        .await
        .unwrap();
    assert!(history.points.len() > answer.points.len());
    assert!(
        history
            .points
            .iter()
            .all(|point| (now - 1_860_000..=now).contains(&point.t_ms))
    );
}

#[tokio::test]
async fn prometheus_where_it_is_not() {
    let _lab = crate::fixture::steady();
    let ask = async |url: &str| {
        let options = prometheus::Options {
            url: url.into(),
            ..prometheus::Options::default()
        };
        prometheus::Client::new(&options)
            .unwrap()
            .version()
            .await
            .unwrap_err()
    };
    let table = [
        (
            "http://user:hunter2@127.0.0.1:1",
            prometheus::ErrorKind::Unreachable,
        ),
        (
            "http://127.0.0.1:29090/nowhere",
            prometheus::ErrorKind::Missing,
        ),
        ("https://127.0.0.1:29090", prometheus::ErrorKind::Tls),
        ("https://127.0.0.1:26443", prometheus::ErrorKind::Tls),
    ];
    for (url, kind) in table {
        let error = ask(url).await;
        assert_eq!(error.kind, kind, "{url}: {error}");
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
    }
}
