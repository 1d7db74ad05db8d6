//! The rules, on objects as the API server writes them.
use serde_json::{Value, json};

use super::*;
use crate::net::kafka::{Config, Sasl};

fn strimzi(object: Value) -> Cluster {
    strimzi::cluster(&serde_json::from_value(object).unwrap())
}

fn stateful(labels: &Value, ports: &Value) -> Option<Cluster> {
    let object = json!({
        "metadata": {"name": "events", "namespace": "shop"},
        "spec": {
            "serviceName": "events-headless",
            "selector": {"matchLabels": {"app": "x", "release": "y"}},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "sidecar"}, {"ports": ports}]},
            },
        },
    });
    stateful::cluster(&serde_json::from_value(object).unwrap())
}

fn lab() -> Cluster {
    strimzi(json!({
        "metadata": {"name": "lab", "namespace": "kafka"},
        "spec": {"kafka": {"listeners": [
            {"name": "external", "port": 9094, "type": "loadbalancer", "tls": false},
            {"name": "plain", "port": 9092, "type": "internal", "tls": false},
            {"name": "tls", "port": 9093, "type": "internal", "tls": true, "authentication": {"type": "scram-sha-512"}},
            {"name": "mutual", "port": 9095, "type": "internal", "tls": true, "authentication": {"type": "tls"}},
        ]}},
        "status": {"listeners": [{"name": "tls", "certificates": ["PEM"]}, {"name": "plain", "certificates": null}]},
    }))
}

#[test]
fn a_strimzi_cluster_says_its_listeners_pods_and_roots() {
    let lab = lab();
    assert_eq!(lab.to_string(), "kafka/lab");
    assert_eq!(
        lab.selector,
        "strimzi.io/cluster=lab,strimzi.io/name=lab-kafka"
    );
    assert_eq!(lab.domain, "lab-kafka-brokers.kafka.svc");
    let tls = &lab.listeners[2];
    assert_eq!(tls.to_string(), "tls 9093 (TLS, scram-sha-512)");
    assert_eq!(tls.roots, ["PEM"]);
    // One that is being made has no status, and may have no listeners.
    let bare = strimzi(
        json!({"metadata": {"name": "a", "namespace": "b"}, "spec": {"kafka": {"listeners": null}}}),
    );
    assert!(bare.listeners.is_empty());
}

#[test]
fn brokers_are_pods_with_a_number_and_controllers_and_ended_pods_are_none() {
    let pod = |name: &str, role: &str, ready: &str, phase: &str| {
        let object = json!({
            "metadata": {"name": name, "labels": {"strimzi.io/broker-role": role}},
            "status": {"phase": phase, "podIP": "10.0.0.1", "conditions": [{"type": "Ready", "status": ready}]},
        });
        serde_json::from_value(object).unwrap()
    };
    let pods = [
        pod("lab-broker-12", "true", "False", "Running"),
        pod("lab-broker-3", "true", "True", "Running"),
        pod("lab-controller-9", "false", "True", "Running"),
        pod("lab-broker-4", "true", "False", "Failed"),
    ];
    let brokers = brokers_of(&lab(), &pods);
    let ids: Vec<Option<i32>> = brokers.iter().map(|broker| broker.id).collect();
    assert_eq!(ids, [Some(3), Some(12)]);
    assert_eq!(brokers[0].host, "lab-broker-3.lab-kafka-brokers.kafka.svc");
}

#[test]
fn a_stateful_set_is_kafka_by_its_labels_or_else_by_its_port() {
    let client = json!([{"name": "interbroker", "containerPort": 9094}, {"name": "client", "containerPort": 9092}]);
    let table = [
        (
            json!({"app.kubernetes.io/name": "kafka"}),
            &client,
            Some((Evidence::Labels, 9092)),
        ),
        (
            json!({"platform.confluent.io/type": "kafka"}),
            &client,
            Some((Evidence::Labels, 9092)),
        ),
        (
            json!({"app": "cp-kafka"}),
            &client,
            Some((Evidence::Labels, 9092)),
        ),
        (
            json!({"app.kubernetes.io/name": "redpanda"}),
            &json!([{"name": "admin", "containerPort": 9644}, {"name": "kafka", "containerPort": 9093}]),
            Some((Evidence::Labels, 9093)),
        ),
        (
            json!({"app": "mine"}),
            &client,
            Some((Evidence::Port, 9092)),
        ),
        (
            json!({"app": "mine"}),
            &json!([{"containerPort": 8080}]),
            None,
        ),
        (json!({"app": "mine"}), &json!(null), None),
        // Parts of a chart that are no brokers, and the one that is, though it is called a controller.
        (
            json!({"app.kubernetes.io/name": "kafka", "app.kubernetes.io/component": "zookeeper"}),
            &client,
            None,
        ),
        (
            json!({"app.kubernetes.io/name": "kafka", "app.kubernetes.io/component": "controller"}),
            &json!([{"name": "controller", "containerPort": 9093}]),
            None,
        ),
        (
            json!({"app.kubernetes.io/name": "kafka", "app.kubernetes.io/component": "controller"}),
            &client,
            Some((Evidence::Labels, 9092)),
        ),
    ];
    for (labels, ports, wanted) in table {
        let words = format!("{labels} {ports}");
        let found = stateful(&labels, ports);
        let short = found.map(|one| (one.evidence, one.listeners[0].port));
        assert_eq!(short, wanted, "{words}");
    }
}

#[test]
fn a_port_alone_counts_only_where_nothing_surer_is_there() {
    let set = |name: &str, labels: Value| {
        let object = json!({
            "metadata": {"name": name, "namespace": "shop"},
            "spec": {
                "selector": {"matchLabels": {"app": name}},
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {"containers": [{"ports": [{"containerPort": 9092}]}]},
                },
            },
        });
        serde_json::from_value::<stateful::Set>(object).unwrap()
    };
    let port = set("proxy", json!({"app": "proxy"}));
    assert_eq!(settle(Vec::new(), &[port]).len(), 1);
    let both = [
        set("proxy", json!({"app": "proxy"})),
        set("kafka", json!({"app": "kafka"})),
    ];
    let names: Vec<String> = settle(Vec::new(), &both)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(names, ["shop/kafka"]);
}

fn login(tls: bool, sasl: Option<Sasl>) -> Config {
    let tls = tls.then(|| crate::net::tls::TlsSettings::default().build().unwrap());
    Config {
        tls,
        sasl,
        ..Config::default()
    }
}

#[test]
fn the_listener_is_the_one_that_takes_the_login() {
    let scram = || Sasl::ScramSha512 {
        user: "u".to_owned(),
        password: "p".to_owned().into(),
    };
    let plain = || Sasl::Plain {
        user: "u".to_owned(),
        password: "p".to_owned().into(),
    };
    let lab = lab();
    let name = |login: Option<&Config>| {
        choose_listener(&lab, login, false)
            .map(|one| one.name.clone())
            .map_err(|why| why.to_string())
    };
    assert_eq!(name(None).unwrap(), "plain");
    assert_eq!(name(Some(&login(false, None))).unwrap(), "plain");
    assert_eq!(name(Some(&login(true, Some(scram())))).unwrap(), "tls");
    assert_eq!(name(Some(&login(true, None))).unwrap(), "mutual");
    let why = name(Some(&login(true, Some(plain())))).unwrap_err();
    assert!(
        why.starts_with("Kafka kafka/lab: no listener takes TLS with PLAIN: it has external 9094"),
        "{why}"
    );
}

#[test]
fn where_every_listener_asks_for_a_login_that_is_said() {
    let mut lab = lab();
    lab.listeners.retain(|one| one.port == 9093);
    let why = choose_listener(&lab, None, false).unwrap_err().to_string();
    assert_eq!(
        why,
        "Kafka kafka/lab: every listener asks for a login: tls 9093 (TLS, scram-sha-512); give one with --command-config FILE"
    );
}
