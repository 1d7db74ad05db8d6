//! A whole cluster through the tunnel: brokers by id, TLS by the advertised name, and what is missing where it does not go.
use std::sync::Arc;

use plimsoll::{
    model::{Envelope, Site, Source, State},
    net::{
        kafka::{Config, Endpoint, Error},
        reach::{Login, Way},
    },
    source::{Feed, Live, Running},
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};
use tokio::{io::copy_bidirectional, sync::mpsc};

use crate::{
    TIME,
    common::{
        fake_broker::{FakeCluster, World},
        fake_http::{FakeHttp, Forward, Reply, Seen},
    },
    kube,
};

/// A Strimzi cluster of three brokers: plain 9092, and TLS on 9093 with these roots.
pub(crate) fn kafka(namespace: &str, name: &str, roots: &[String]) -> Value {
    json!({
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"kafka": {"listeners": [
            {"name": "plain", "port": 9092, "type": "internal", "tls": false},
            {"name": "tls", "port": 9093, "type": "internal", "tls": true},
        ]}},
        "status": {"listeners": [{"name": "plain"}, {"name": "tls", "certificates": roots}]},
    })
}

fn pods() -> Value {
    let pod = |id: i32| {
        json!({
            "metadata": {"name": format!("lab-broker-{id}"), "labels": {"strimzi.io/broker-role": "true"}},
            "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
        })
    };
    json!({"items": [pod(1), pod(2), pod(3)]})
}

/// What an API server with these clusters answers; None for a port-forward and what is of no interest here.
pub(crate) fn discovery(seen: &Seen, kafkas: &[Value], sets: &[Value]) -> Option<Reply> {
    let path = seen.path();
    let body = match path {
        "/apis/kafka.strimzi.io" => json!({"preferredVersion": {"version": "v1"}}),
        "/apis/kafka.strimzi.io/v1/kafkas" => json!({"items": kafkas}),
        "/apis/apps/v1/statefulsets" => json!({"items": sets}),
        _ if path.ends_with("/pods") => pods(),
        _ => return None,
    };
    Some(Reply::json(&body))
}

/// Leads `.../pods/lab-broker-N/portforward` to broker N.
fn to_broker(seen: &Seen, fake: &FakeCluster) -> Reply {
    let pod = seen.path().split('/').rev().nth(1).unwrap();
    let id = pod.rsplit('-').next().unwrap().to_owned();
    let dial = fake.dial();
    let serve = move |mut far| {
        let (dial, host) = (Arc::clone(&dial), format!("broker-{id}.fake"));
        tokio::spawn(async move {
            let to = Endpoint {
                node_id: None,
                host,
                port: 9092,
            };
            // A broker that is stopped refuses: the far end is dropped, as a kubelet would.
            if let Ok(mut near) = dial.dial(&to).await {
                let _ = copy_bidirectional(&mut far, &mut near).await;
            }
        });
    };
    Reply::forward(seen, Forward::To(Arc::new(serve)))
}

async fn api_server(fake: &FakeCluster, roots: Vec<String>) -> FakeHttp {
    let fake = fake.clone();
    let kafkas = [kafka("kafka", "lab", &roots)];
    FakeHttp::start(move |seen| {
        discovery(seen, &kafkas, &[]).unwrap_or_else(|| to_broker(seen, &fake))
    })
    .await
}

fn world() -> World {
    World::new(3)
        .topic("orders", 6)
        .group("checkout", "consumer", &["orders"])
}

fn forwards(server: &FakeHttp) -> Vec<String> {
    let all = server.seen().into_iter();
    all.filter(|seen| seen.path().ends_with("/portforward"))
        .map(|seen| seen.target)
        .collect()
}

#[tokio::test]
async fn each_broker_is_reached_through_its_own_pod_and_the_way_is_told() {
    let fake = FakeCluster::new(world());
    let server = api_server(&fake, Vec::new()).await;
    let way = Way::sought(kube(&server), Login::Nobody, None);
    assert_eq!(way.told(), None);
    let client = way.client().await.unwrap();
    assert_eq!(client.metadata(TIME).await.unwrap().brokers.len(), 3);
    let groups = client.list_groups(TIME).await;
    assert!(groups.values().all(Result::is_ok), "{groups:?}");
    let forwards = forwards(&server);
    for id in 1..=3 {
        let pod = format!("/namespaces/kafka/pods/lab-broker-{id}/portforward?");
        assert!(
            forwards.iter().any(|target| target.contains(&pod)),
            "{id}: {forwards:?}"
        );
    }
    assert!(forwards.iter().all(|target| target.ends_with("ports=9092")));
    let told = way.told().unwrap();
    assert!(way.is_tunnel());
    assert_eq!(
        told,
        "Strimzi's Kafka kafka/lab, listener plain 9092 (no TLS, no login), through the API server"
    );
}

/// A CA and a server with a certificate for these names.
fn tls(names: &[&str]) -> (String, rustls::ServerConfig) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(names)
        .unwrap()
        .signed_by(&key, &ca)
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![leaf.der().clone()],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
        )
        .unwrap();
    (ca.pem(), config)
}

/// A login of TLS alone, as a file without a truststore gives it.
fn tls_login() -> Config {
    let text = "security.protocol=SSL\n";
    let path = std::path::Path::new("client.properties");
    let mut read = |_: &std::path::Path| Err(std::io::Error::other("no file is named"));
    plimsoll::net::kafka::properties::parse(text, path, &mut read)
        .unwrap()
        .config
}

async fn brokers_over_tls(names: &[&str]) -> Result<usize, Error> {
    let (root, config) = tls(names);
    let fake = FakeCluster::with_tls(world(), config);
    let server = api_server(&fake, vec![root]).await;
    let way = Way::sought(kube(&server), Login::Given(tls_login()), None);
    let client = way.client().await.unwrap();
    let found = client.metadata(TIME).await?.brokers.len();
    assert!(
        forwards(&server)
            .iter()
            .all(|to| to.ends_with("ports=9093"))
    );
    Ok(found)
}

#[tokio::test]
async fn tls_goes_by_the_name_of_the_broker_and_the_roots_that_the_cluster_tells() {
    let own = "*.lab-kafka-brokers.kafka.svc";
    assert_eq!(brokers_over_tls(&[own, "*.fake"]).await, Ok(3));
    let why = brokers_over_tls(&["localhost", "127.0.0.1"])
        .await
        .unwrap_err();
    assert!(matches!(why, Error::Tls { .. }), "{why}");
    let words = why.to_string();
    assert!(
        words.contains("lab-broker-1.lab-kafka-brokers.kafka.svc"),
        "{words}"
    );
}

fn live(server: &FakeHttp) -> (Running, mpsc::Receiver<Envelope>) {
    let (to, from) = mpsc::channel(Feed::CAPACITY);
    let live = Live {
        site: "test".into(),
        kube: None,
        kafka: Some(Way::sought(kube(server), Login::Nobody, None)),
        prometheus: None,
        refresh: std::time::Duration::from_secs(5),
        refresh_metrics: std::time::Duration::from_secs(15),
        everything: false,
    };
    (live.start(to), from)
}

/// What is said of the source of metadata once it is `is`, with the reason.
async fn told_of_metadata(server: &FakeHttp, is: impl Fn(&State) -> bool) -> (State, String) {
    let (_running, mut from) = live(server);
    let mut site = Site::new("test".into());
    let reading = async {
        loop {
            site.apply(from.recv().await.expect("sources at work"));
            if let Some(health) = site.health.get(&Source::Metadata)
                && is(&health.report.state)
            {
                let why = health.report.why.as_deref().unwrap_or_default();
                return (health.report.state.clone(), why.to_owned());
            }
        }
    };
    tokio::time::timeout(TIME, reading).await.unwrap()
}

#[tokio::test]
async fn sources_say_what_was_found_and_why() {
    let fake = FakeCluster::new(world());
    let server = api_server(&fake, Vec::new()).await;
    let (_, why) = told_of_metadata(&server, |state| *state == State::Live).await;
    assert!(why.starts_with("Strimzi's Kafka kafka/lab"), "{why}");
    assert!(why.ends_with("through the API server"), "{why}");
}

#[tokio::test]
async fn without_the_right_to_forward_sources_say_which_one_is_missing() {
    let said =
        "pods \"lab-broker-1\" is forbidden: User \"v\" cannot get resource \"pods/portforward\"";
    let kafkas = [kafka("kafka", "lab", &[])];
    let server = FakeHttp::start(move |seen| {
        discovery(seen, &kafkas, &[]).unwrap_or_else(|| Reply::status(403, "Forbidden", said))
    })
    .await;
    let is = |state: &State| matches!(state, State::Forbidden { .. });
    let (state, why) = told_of_metadata(&server, is).await;
    let right = State::Forbidden {
        verb: "get and create".into(),
        resource: "pods/portforward".into(),
    };
    assert_eq!(state, right);
    assert!(
        why.contains("ask for the verbs get and create on pods/portforward in namespace kafka"),
        "{why}"
    );
    assert!(why.contains(said), "{why}");
}

#[tokio::test]
async fn where_there_is_no_kafka_that_is_a_fact_and_said_once() {
    let server = FakeHttp::start(|seen| {
        discovery(seen, &[], &[]).unwrap_or_else(|| Reply::status(404, "NotFound", "no"))
    })
    .await;
    let (_, why) = told_of_metadata(&server, |state| *state == State::Missing).await;
    assert!(why.starts_with("no Kafka cluster was found"), "{why}");
    assert!(why.ends_with("give --bootstrap-server"), "{why}");
}
