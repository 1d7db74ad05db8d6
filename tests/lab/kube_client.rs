//! The Kubernetes client against the laboratory's servers, compared with kubectl.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and reads where the laboratory is"
)]

use std::{collections::BTreeMap, path::PathBuf, process::Command, time::Duration};

use futures::{Stream, StreamExt};
use plimsoll::net::kube::{
    Client, ErrorKind, Interner, KubeEnv, KubeFlags, Resource, Scope, WatchEvent, WatchSpec,
    access, discover,
    exec::Plugins,
    metrics,
    rows::{
        AutoscalerRow, EventRow, Key, NodeRow, PodRow, ReplicaSetRow, Row, ScaledObjectRow,
        StrimziKind, StrimziRow, WorkloadRow,
    },
    watch::watch,
};
use serde_json::Value;

fn cache() -> PathBuf {
    match std::env::var_os("LAB_CACHE") {
        Some(path) => path.into(),
        None => PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache/plimsoll-lab"),
    }
}

fn kubeconfig() -> PathBuf {
    let run = std::env::var_os("LAB_RUN").map_or_else(|| cache().join("run"), PathBuf::from);
    run.join("kc/lab.kubeconfig")
}

fn client(context: &str) -> Client {
    let flags = KubeFlags {
        kubeconfig: Some(kubeconfig()),
        context: Some(context.into()),
        ..KubeFlags::default()
    };
    Client::new(flags, KubeEnv::default(), Plugins::Silent).unwrap()
}

fn kubectl(arguments: &[&str]) -> String {
    let output = Command::new(cache().join("bin/kubectl"))
        .arg("--kubeconfig")
        .arg(kubeconfig())
        .args(["--context", "lab-admin"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "kubectl: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Rows of the first list; 30 s at most.
async fn list<R: Row>(client: &Client, spec: WatchSpec) -> Vec<R> {
    let mut rows = BTreeMap::new();
    let mut events = Box::pin(watch::<R>(client.clone(), spec));
    loop {
        match next(&mut events).await {
            WatchEvent::Page { rows: page, .. } => {
                rows.extend(page.into_iter().map(|row| (row.key(), row)));
            }
            WatchEvent::Listed { .. } => return rows.into_values().collect(),
            WatchEvent::Failed { error, .. } => panic!("{error}"),
            _ => {}
        }
    }
}

async fn next<R>(events: &mut (impl Stream<Item = WatchEvent<R>> + Unpin)) -> WatchEvent<R> {
    tokio::time::timeout(Duration::from_secs(30), events.next())
        .await
        .expect("30 s")
        .unwrap()
}

/// Both sides are read until they agree, because the laboratory lives.
async fn agree<T: PartialEq + std::fmt::Debug>(
    mut ours: impl AsyncFnMut() -> T,
    theirs: impl Fn() -> T,
) {
    let mut last = None;
    for _ in 0..5 {
        let pair = (ours().await, theirs());
        if pair.0 == pair.1 {
            return;
        }
        last = Some(pair);
    }
    let (ours, theirs) = last.unwrap();
    panic!("ours {ours:#?}\ntheirs {theirs:#?}");
}

#[tokio::test]
async fn pods_are_those_of_kubectl() {
    let _lab = crate::fixture::steady();
    let client = client("lab-viewer");
    let theirs = || -> BTreeMap<String, [String; 5]> {
        let text = kubectl(&["get", "pods", "-A", "-o", "wide", "--no-headers"]);
        let cells = |line: &str| -> Vec<String> {
            // "3 (5m ago)" is one cell of kubectl's.
            let mut cells: Vec<String> = line.split_whitespace().map(Into::into).collect();
            if cells[5].starts_with('(') {
                cells.drain(5..7);
            }
            cells
        };
        text.lines()
            .map(cells)
            .map(|c| {
                let key = format!("{}/{}", c[0], c[1]);
                (
                    key,
                    [
                        c[2].clone(),
                        c[3].clone(),
                        c[4].clone(),
                        c[6].clone(),
                        c[7].clone(),
                    ],
                )
            })
            .collect()
    };
    let ours = async || {
        let rows: Vec<PodRow> = list(&client, WatchSpec::new(Resource::PODS, Scope::All)).await;
        let absent = "<none>".to_owned();
        rows.iter()
            .map(|row| {
                let ready = format!("{}/{}", row.ready, row.containers);
                let ip = row
                    .ip
                    .as_ref()
                    .map_or_else(|| absent.clone(), ToString::to_string);
                let node = row
                    .node
                    .as_ref()
                    .map_or_else(|| absent.clone(), ToString::to_string);
                let cells = [
                    ready,
                    row.status.to_string(),
                    row.restarts.to_string(),
                    ip,
                    node,
                ];
                (format!("{}/{}", row.namespace, row.name), cells)
            })
            .collect::<BTreeMap<String, [String; 5]>>()
    };
    agree(ours, theirs).await;
    let rows: Vec<PodRow> = list(&client, WatchSpec::new(Resource::PODS, Scope::All)).await;
    let checkout: Vec<&PodRow> = rows
        .iter()
        .filter(|row| row.name.starts_with("checkout-"))
        .collect();
    assert!(!checkout.is_empty());
    for pod in checkout {
        assert_eq!(pod.owner.as_ref().unwrap().kind.as_ref(), "ReplicaSet");
        assert_eq!(pod.labels["app"].as_ref(), "checkout");
    }
    let broker = rows
        .iter()
        .find(|row| row.name.as_ref() == "lab-broker-1")
        .unwrap();
    assert_eq!(broker.labels["strimzi.io/cluster"].as_ref(), "lab");
}

#[tokio::test]
async fn every_other_watched_kind_is_listed() {
    let _lab = crate::fixture::steady();
    let client = client("lab-viewer");
    let nodes: Vec<NodeRow> = list(&client, WatchSpec::new(Resource::NODES, Scope::All)).await;
    let names: Vec<&str> = nodes.iter().map(|node| node.name.as_ref()).collect();
    assert_eq!(names, ["lab-node-a", "lab-node-b", "lab-node-c"]);
    assert!(
        nodes
            .iter()
            .all(|node| node.zone.is_some() && node.cpu_milli.is_some())
    );
    let deployments: Vec<WorkloadRow> =
        list(&client, WatchSpec::new(Resource::DEPLOYMENTS, Scope::All)).await;
    assert!(
        deployments
            .iter()
            .any(|row| row.name.as_ref() == "checkout" && row.desired > 0)
    );
    let sets: Vec<WorkloadRow> =
        list(&client, WatchSpec::new(Resource::STATEFUL_SETS, Scope::All)).await;
    assert!(sets.iter().any(|row| row.name.as_ref() == "ledger"));
    let replicas: Vec<ReplicaSetRow> =
        list(&client, WatchSpec::new(Resource::REPLICA_SETS, Scope::All)).await;
    assert!(replicas.iter().any(|row| {
        row.owner.as_ref().is_some_and(|owner| {
            owner.kind.as_ref() == "Deployment" && owner.name.as_ref() == "checkout"
        })
    }));
    let mut small = WatchSpec::new(Resource::AUTOSCALERS, Scope::All);
    small.from_cache = true;
    let autoscalers: Vec<AutoscalerRow> = list(&client, small).await;
    let checkout = autoscalers
        .iter()
        .find(|row| row.name.as_ref() == "checkout")
        .unwrap();
    assert_eq!(
        (checkout.target.name.as_ref(), checkout.min, checkout.max),
        ("checkout", 2, 6)
    );
    let mut warnings = WatchSpec::new(Resource::EVENTS, Scope::All);
    warnings.fields = Some("type=Warning".into());
    let events: Vec<EventRow> = list(&client, warnings).await;
    assert!(
        events
            .iter()
            .all(|event| event.count >= 1 && event.last_at.is_some())
    );
}

#[tokio::test]
async fn a_workload_and_its_scaled_object_name_the_group() {
    let _lab = crate::fixture::steady();
    let client = client("lab-viewer");
    let deployments: Vec<WorkloadRow> =
        list(&client, WatchSpec::new(Resource::DEPLOYMENTS, Scope::All)).await;
    let fraud = deployments
        .iter()
        .find(|row| row.name.as_ref() == "fraud")
        .unwrap();
    assert_eq!(fraud.app.as_deref(), Some("fraud"));
    assert_eq!(fraud.groups, ["fraud".into()]);
    let mut kinds = discover::served(&client, discover::KEDA).await.unwrap();
    let kind = kinds.pop().unwrap();
    assert_eq!(
        (kind.kind, kind.version.as_ref()),
        ("ScaledObject", "v1alpha1")
    );
    let rows: Vec<ScaledObjectRow> = list(&client, WatchSpec::new(kind, Scope::All)).await;
    let row = rows
        .iter()
        .find(|row| row.name.as_ref() == "fraud")
        .unwrap();
    assert_eq!(
        (row.target.kind.as_ref(), row.target.name.as_ref()),
        ("Deployment", "fraud")
    );
    assert_eq!(row.groups, ["fraud".into()]);
    assert_eq!((row.min, row.max, row.paused), (Some(1), Some(6), false));
}

#[tokio::test]
async fn strimzis_kinds_are_discovered_in_the_version_served() {
    let _lab = crate::fixture::steady();
    let client = client("lab-viewer");
    let kinds = discover::served(&client, discover::STRIMZI).await.unwrap();
    let names: Vec<&str> = kinds.iter().map(|kind| kind.kind).collect();
    assert_eq!(
        names,
        [
            "Kafka",
            "KafkaNodePool",
            "KafkaRebalance",
            "KafkaConnect",
            "KafkaConnector",
            "KafkaMirrorMaker2",
            "StrimziPodSet"
        ]
    );
    let mut rows: Vec<StrimziRow> = Vec::new();
    for kind in kinds {
        rows.extend(list::<StrimziRow>(&client, WatchSpec::new(kind, Scope::All)).await);
    }
    let find = |kind| rows.iter().find(|row| row.kind == kind).unwrap();
    let kafka = find(StrimziKind::Kafka);
    assert_eq!(kafka.cluster.as_deref(), Some("lab"));
    assert_eq!(kafka.kafka_version.as_deref(), Some("4.3.1"));
    assert_eq!(
        kafka.listeners[0].1.as_ref(),
        "lab-kafka-bootstrap.kafka.svc:9092"
    );
    assert_eq!(find(StrimziKind::KafkaNodePool).node_ids, [1, 2, 3]);
    assert_eq!(
        find(StrimziKind::KafkaNodePool).cluster.as_deref(),
        Some("lab")
    );
    assert_eq!(
        find(StrimziKind::KafkaConnect).groups,
        ["lab-connect".into()]
    );
    assert!(discover::has_metrics(&client).await.unwrap());
    assert_eq!(
        discover::preferred_version(&client, "no.such.group")
            .await
            .unwrap(),
        None
    );
}

#[tokio::test]
async fn usage_is_that_of_kubectl_top() {
    let _lab = crate::fixture::steady();
    let client = client("lab-viewer");
    let mut interner = Interner::default();
    let pods = metrics::list_pods(&client, &Scope::All, &mut interner)
        .await
        .unwrap();
    let raw: Value = serde_json::from_str(&kubectl(&[
        "get",
        "--raw",
        "/apis/metrics.k8s.io/v1beta1/pods",
    ]))
    .unwrap();
    assert_eq!(pods.len(), raw["items"].as_array().unwrap().len());
    assert!(
        pods.iter()
            .all(|pod| pod.cpu_milli.is_some() && pod.memory_bytes > Some(1 << 20))
    );
    let nodes = metrics::list_nodes(&client, &mut interner).await.unwrap();
    assert_eq!(nodes.len(), 3);
}

#[tokio::test]
async fn a_change_arrives_through_the_watch() {
    let _lab = crate::fixture::steady();
    let client = client("lab-viewer");
    let mut spec = WatchSpec::new(Resource::DEPLOYMENTS, Scope::Namespace("shop".into()));
    spec.fields = Some("metadata.name=clickstream".into());
    let mut events = Box::pin(watch::<WorkloadRow>(client, spec));
    while next(&mut events).await != WatchEvent::Alive {}
    let before: u32 = kubectl(&[
        "-n",
        "shop",
        "get",
        "deploy",
        "clickstream",
        "-o",
        "jsonpath={.spec.replicas}",
    ])
    .parse()
    .unwrap();
    let scale = |to: u32| {
        kubectl(&[
            "-n",
            "shop",
            "scale",
            "deployment",
            "clickstream",
            &format!("--replicas={to}"),
        ])
    };
    scale(before + 1);
    let seen = loop {
        if let WatchEvent::Changed { set, .. } = next(&mut events).await
            && set[0].desired == before + 1
        {
            break set[0].clone();
        }
    };
    scale(before);
    assert_eq!(
        seen.key(),
        Key {
            namespace: "shop".into(),
            name: "clickstream".into()
        }
    );
}

#[tokio::test]
async fn rights_are_asked_and_refusals_are_named() {
    let _lab = crate::fixture::steady();
    let viewer = client("lab-viewer");
    assert!(
        access::can(&viewer, "list", "", "pods", None)
            .await
            .unwrap()
    );
    assert!(
        !access::can(&viewer, "delete", "", "pods", Some("shop"))
            .await
            .unwrap()
    );
    let mut spec = WatchSpec::new(Resource::PODS, Scope::All);
    spec.fallback = Some("kafka".into());
    let mut events = Box::pin(watch::<PodRow>(client("lab-nobody"), spec));
    assert_eq!(
        next(&mut events).await,
        WatchEvent::Begin { scope: Scope::All }
    );
    let WatchEvent::Narrowed { namespace, error } = next(&mut events).await else {
        panic!("not narrowed")
    };
    assert_eq!(namespace, "kafka");
    assert!(error.why.contains("lab-nobody"), "{error}");
    assert!(matches!(
        next(&mut events).await,
        WatchEvent::Begin {
            scope: Scope::Namespace(_)
        }
    ));
    let WatchEvent::Failed { error, retry_in } = next(&mut events).await else {
        panic!("not refused")
    };
    let kind = ErrorKind::Forbidden {
        verb: "list".into(),
        resource: "pods".into(),
        namespace: Some("kafka".into()),
    };
    assert_eq!(error.kind, kind);
    assert!(retry_in >= Duration::from_secs(45), "{retry_in:?}");
}

#[tokio::test]
async fn every_bad_context_says_what_is_wrong() {
    let _lab = crate::fixture::steady();
    let table = [
        ("lab-dead", "Unreachable", "refused"),
        ("lab-wrong-ca", "Tls", "not signed by the trusted CA"),
        ("lab-expired-cert", "Unauthorized", "expired"),
    ];
    for (context, kind, words) in table {
        let error = client(context).authenticate().await.unwrap_err();
        assert!(
            format!("{:?}", error.kind).starts_with(kind),
            "{context}: {error:?}"
        );
        let text = error.to_string();
        assert!(
            text.contains(words) && text.starts_with("https://127.0.0.1:"),
            "{context}: {text}"
        );
    }
    let flags = KubeFlags {
        kubeconfig: Some(kubeconfig()),
        context: Some("lab-admi".into()),
        ..KubeFlags::default()
    };
    let error = Client::new(flags, KubeEnv::default(), Plugins::Silent).unwrap_err();
    assert!(
        error.to_string().contains("did you mean \"lab-admin\"?"),
        "{error}"
    );
    let good = client("lab-viewer-cert");
    assert!(
        good.authenticate()
            .await
            .unwrap()
            .git_version
            .starts_with("v1.")
    );
    assert!(good.counters().requests == 1 && good.counters().bytes > 0);
}
