//! Which metrics there are, and the one query that is made of them.
use plimsoll::net::prometheus::{
    Dialect, Signal,
    dialect::probe,
    query::{refresh, refresh_signals},
};
use serde_json::{Value, json};

use super::{
    client,
    fake_http::{FakeHttp, Reply},
    fixture, has, unescape,
};

const NOW: i64 = 1_795_235_460_000;

fn success(data: &Value) -> Reply {
    Reply::json(&json!({"status": "success", "data": data}))
}

fn vector(value: &str) -> Reply {
    success(&json!({"resultType": "vector", "result": [{"metric": {}, "value": [1, value]}]}))
}

async fn serve(names: &'static [&'static str], series: String, samples: &'static str) -> FakeHttp {
    FakeHttp::start(move |seen| match seen.path() {
        "/api/v1/label/__name__/values" => success(&json!(names)),
        "/api/v1/series" => Reply::text(200, series.clone()),
        _ => vector(samples),
    })
    .await
}

#[tokio::test]
async fn a_server_is_probed_with_three_requests_of_the_index() {
    let names = &[
        "kafka_server_brokertopicmetrics_bytesin_total",
        "jvm_memory_used_bytes",
        "kafka_consumergroup_lag",
    ];
    let server = serve(names, fixture("series"), "20").await;
    let probed = probe(&client(&server.url()), NOW).await.unwrap();
    assert_eq!(probed.join.as_deref(), Some("kubernetes_pod_name"));
    assert_eq!(
        probed.candidates["kubernetes_pod_name"]
            .iter()
            .collect::<Vec<_>>(),
        ["lab-broker-1", "lab-broker-2", "lab-broker-3"]
    );
    assert_eq!(probed.candidates["instance"].len(), 3);
    assert_eq!(probed.clusters.iter().collect::<Vec<_>>(), ["lab"]);
    let dialects = [Dialect::StrimziJmx, Dialect::KafkaExporter, Dialect::Jvm];
    assert_eq!(probed.dialects, dialects.into());
    assert_eq!(
        probed.window, "60s",
        "20 samples in five minutes: four scrapes"
    );
    let seen = server.seen();
    assert_eq!(seen.len(), 3);
    let pattern = unescape(
        seen[0]
            .query("match[]")
            .or(seen[0].query("match%5B%5D"))
            .unwrap(),
    );
    assert!(
        pattern.contains("|redpanda_kafka_request_bytes_total"),
        "{pattern}"
    );
    assert!(
        seen[0].target.len() < 6_000,
        "{} bytes",
        seen[0].target.len()
    );
    assert!(
        unescape(&seen[1].target).contains(r#"bytesin_total",topic=""}"#),
        "{}",
        seen[1].target
    );
}

#[tokio::test]
async fn a_server_that_knows_nothing_of_kafka_is_no_error() {
    let server = serve(&[], String::new(), "1").await;
    let client = client(&server.url());
    let probed = probe(&client, NOW).await.unwrap();
    assert!(probed.dialects.is_empty() && probed.join.is_none());
    assert_eq!(
        probed.window, "300s",
        "of a young server the longest window"
    );
    let before = server.seen().len();
    assert!(refresh(&client, &probed).await.unwrap().points.is_empty());
    assert_eq!(server.seen().len(), before, "nothing to ask");
}

#[tokio::test]
async fn the_join_label_must_tell_targets_apart() {
    let series = |labels: [Value; 2]| json!({"status": "success", "data": labels}).to_string();
    let table = [
        (
            series([
                json!({"pod": "a", "instance": "x"}),
                json!({"pod": "b", "instance": "y"}),
            ]),
            Some("pod"),
        ),
        // The scrape's own pod is the exporter's: the same for all.
        (
            series([
                json!({"pod": "e", "exported_pod": "a", "instance": "x"}),
                json!({"pod": "e", "exported_pod": "b", "instance": "y"}),
            ]),
            Some("exported_pod"),
        ),
        (
            series([
                json!({"pod": "a", "instance": "x"}),
                json!({"instance": "y"}),
            ]),
            Some("instance"),
        ),
        (series([json!({}), json!({})]), None),
    ];
    for (series, expected) in table {
        let server = serve(&["kafka_log_log_size"], series.clone(), "5").await;
        let probed = probe(&client(&server.url()), NOW).await.unwrap();
        assert_eq!(probed.join.as_deref(), expected, "{series}");
    }
}

/// Metrics of every dialect: the longest union there can be.
const EVERYTHING: [&str; 24] = [
    "kafka_server_brokertopicmetrics_bytesin_total",
    "kafka_server_brokertopicmetrics_bytesout_total",
    "kafka_server_brokertopicmetrics_messagesin_total",
    "kafka_network_requestmetrics_totaltimems",
    "kafka_server_kafkarequesthandlerpool_requesthandleravgidlepercent_count_total",
    "kafka_network_socketserver_networkprocessoravgidle_percent",
    "kafka_server_replicamanager_underreplicatedpartitions",
    "kafka_server_replicamanager_underminisrpartitioncount",
    "kafka_controller_kafkacontroller_offlinepartitionscount",
    "kafka_controller_kafkacontroller_activecontrollercount",
    "kafka_log_logmanager_offlinelogdirectorycount",
    "kafka_server_replicamanager_isrshrinks_total",
    "kafka_log_log_size",
    "jvm_memory_used_bytes",
    "jvm_gc_collection_seconds_sum",
    "kafka_consumergroup_lag_sum",
    "kafka_consumergroup_lag",
    "kminion_kafka_consumer_group_topic_lag",
    "redpanda_kafka_consumer_group_lag_sum",
    "redpanda_kafka_request_bytes_total",
    "redpanda_cpu_busy_seconds_total",
    "container_cpu_usage_seconds_total",
    "container_memory_working_set_bytes",
    "container_cpu_cfs_periods_total",
];

#[tokio::test]
async fn all_signals_are_one_union_and_urls_stay_below_six_kilobytes() {
    let server = FakeHttp::start(|_| success(&json!({"resultType": "vector", "result": []}))).await;
    let client = client(&server.url());
    let mut probe = has(&EVERYTHING);
    refresh(&client, &probe).await.unwrap();
    let whole: String = server
        .seen()
        .iter()
        .map(|seen| unescape(seen.query("query").unwrap()))
        .collect();
    assert_eq!(whole.matches("label_replace(").count(), 20, "{whole}");
    assert!(!whole.contains('$'), "a placeholder is left: {whole}");
    assert!(
        !whole.contains("redpanda") && !whole.contains("kminion"),
        "{whole}"
    );
    assert!(whole.contains(
        r#"sum by (pod) (rate(kafka_server_brokertopicmetrics_bytesin_total{topic=""}[120s]))"#
    ));
    for seen in server.seen() {
        assert!(seen.target.len() < 6_200, "{} bytes", seen.target.len());
    }
    assert!(server.seen().len() <= 2, "{} requests", server.seen().len());

    let before = server.seen().len();
    probe.matchers = r#"strimzi_io_cluster="a","#.into();
    let brokers = |signal| matches!(signal, Signal::BytesIn | Signal::UnderReplicated);
    refresh_signals(&client, &probe, brokers).await.unwrap();
    let seen = server.seen();
    assert_eq!(seen.len(), before + 1);
    let query = unescape(seen[before].query("query").unwrap());
    assert!(
        query.contains(r#"bytesin_total{strimzi_io_cluster="a",topic=""}"#),
        "{query}"
    );
    assert!(
        query.contains(r#"underreplicatedpartitions{strimzi_io_cluster="a",}"#),
        "{query}"
    );

    let before = server.seen().len();
    probe.join = None;
    refresh_signals(&client, &probe, brokers).await.unwrap();
    assert_eq!(
        server.seen().len(),
        before,
        "brokers that cannot be told apart are not asked about"
    );
}
