//! From API objects to rows.
use std::{collections::BTreeMap, path::Path};

use plimsoll::net::kube::{
    Interner,
    rows::{
        AutoscalerRow, EventRow, NodeRow, PodRow, ReplicaSetRow, Row, ScaledObjectRow, StrimziRow,
        WorkloadRow,
    },
};
use serde_json::{Value, json};

fn row<R: Row>(kind: &str, object: Value) -> R {
    R::from_object(
        kind,
        serde_json::from_value(object).unwrap(),
        &mut Interner::default(),
    )
}

#[test]
fn the_status_word_is_kubectls() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/kube/pods");
    let mut words = BTreeMap::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let fixture: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let pod: PodRow = row("Pod", fixture["pod"].clone());
        let found = json!({
            "status": pod.status.as_ref(), "ready": pod.ready,
            "containers": pod.containers, "restarts": pod.restarts,
        });
        assert_eq!(found, fixture["expected"], "{}", path.display());
        words.insert(pod.status.to_string(), path);
    }
    assert!(
        words.len() >= 20,
        "the fixtures show too few words: {:?}",
        words.keys()
    );
}

fn pod_with(containers: &Value, more: &Value) -> PodRow {
    let mut spec = json!({"containers": containers});
    spec.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    row(
        "Pod",
        json!({"metadata": {"name": "p", "namespace": "n"}, "spec": spec}),
    )
}

#[test]
fn a_pod_has_a_limit_only_if_every_container_has_one() {
    let limited = json!({"name": "a", "resources": {
        "requests": {"cpu": "250m", "memory": "64Mi"}, "limits": {"cpu": "1", "memory": "128Mi"}}});
    let free = json!({"name": "b", "resources": {"requests": {"cpu": "0.5"}}});
    let sums = |pod: PodRow| {
        [
            pod.cpu_request_milli,
            pod.cpu_limit_milli,
            pod.memory_request_bytes,
            pod.memory_limit_bytes,
        ]
    };
    let mega = |count: u64| Some(count << 20);
    let none = json!({});
    let both = sums(pod_with(&json!([limited, limited]), &none));
    assert_eq!(both, [Some(500), Some(2000), mega(128), mega(256)]);
    let mixed = sums(pod_with(&json!([limited, free]), &none));
    assert_eq!(mixed, [Some(750), None, mega(64), None]);
    assert_eq!(sums(pod_with(&json!([{"name": "c"}]), &none)), [None; 4]);
    let mut sidecar = limited.clone();
    sidecar["restartPolicy"] = json!("Always");
    let beside = sums(pod_with(
        &json!([limited]),
        &json!({"initContainers": [sidecar, free]}),
    ));
    assert_eq!(
        beside,
        [Some(500), Some(2000), mega(128), mega(256)],
        "init containers come and go"
    );
    let own = json!({"resources": {"limits": {"memory": "1Gi"}}});
    assert_eq!(
        sums(pod_with(&json!([free]), &own)),
        [Some(500), None, None, mega(1024)]
    );
}

#[test]
fn a_pod_keeps_what_joins_need_and_no_more() {
    let pod: PodRow = row(
        "Pod",
        json!({
            "metadata": {
                "name": "lab-broker-1", "namespace": "kafka", "uid": "u-1",
                "creationTimestamp": "2026-11-20T10:00:00Z",
                "labels": {"strimzi.io/cluster": "lab", "app": "kafka", "pod-template-hash": "x", "team": "secret"},
                "annotations": {"big": "x"},
                "ownerReferences": [
                    {"kind": "Other", "name": "o"},
                    {"kind": "StrimziPodSet", "name": "lab-broker", "controller": true}],
            },
            "spec": {
                "nodeName": "node-a", "hostNetwork": true, "containers": [{"name": "kafka"}],
                "volumes": [{"name": "t", "emptyDir": {}}, {"name": "d", "persistentVolumeClaim": {"claimName": "data-0"}}],
            },
            "status": {
                "phase": "Running", "podIP": "10.0.0.7",
                "containerStatuses": [{
                    "name": "kafka", "ready": true, "restartCount": 2, "state": {"running": {}},
                    "lastState": {"terminated": {"exitCode": 137, "reason": "OOMKilled", "finishedAt": "2026-11-20T10:05:00Z"}}}],
            },
        }),
    );
    let labels: Vec<(&str, &str)> = pod
        .labels
        .iter()
        .map(|(key, value)| (&**key, &**value))
        .collect();
    assert_eq!(labels, [("app", "kafka"), ("strimzi.io/cluster", "lab")]);
    let owner = pod.owner.as_ref().unwrap();
    assert_eq!(
        (&*owner.kind, &*owner.name),
        ("StrimziPodSet", "lab-broker")
    );
    let ended = pod.last_termination.as_ref().unwrap();
    assert_eq!(
        (&*ended.reason, ended.exit_code, ended.finished_at),
        ("OOMKilled", 137, Some(1_795_169_100_000))
    );
    assert_eq!(
        (pod.node.as_deref(), pod.ip.as_deref()),
        (Some("node-a"), Some("10.0.0.7"))
    );
    assert_eq!(
        pod.claims.iter().map(|claim| &**claim).collect::<Vec<_>>(),
        ["data-0"]
    );
    assert!(pod.host_network && !pod.deleted && pod.created_at == Some(1_795_168_800_000));
}

#[test]
fn a_node_is_ready_or_not_or_unheard_of() {
    let node = |ready: &str| -> NodeRow {
        row(
            "Node",
            json!({
                "metadata": {"name": "n", "labels": {"topology.kubernetes.io/zone": "z"}},
                "spec": {"unschedulable": true},
                "status": {
                    "allocatable": {"cpu": "3920m", "memory": "16Gi", "pods": "110"},
                    "conditions": [{"type": "DiskPressure", "status": "True"},
                        {"type": "MemoryPressure", "status": "False"}, {"type": "Ready", "status": ready}]},
            }),
        )
    };
    let table = [
        ("True", Some(true), vec!["DiskPressure"]),
        ("False", Some(false), vec!["DiskPressure", "NotReady"]),
        ("Unknown", None, vec!["DiskPressure", "Unknown"]),
    ];
    for (status, ready, conditions) in table {
        let node = node(status);
        assert_eq!(node.ready, ready);
        assert_eq!(
            node.conditions
                .iter()
                .map(|word| &**word)
                .collect::<Vec<_>>(),
            conditions
        );
        assert_eq!(
            (node.cpu_milli, node.memory_bytes, node.pods_capacity),
            (Some(3920), Some(16 << 30), Some(110))
        );
        assert!(node.unschedulable && node.zone.as_deref() == Some("z"));
    }
    let bare: NodeRow = row("Node", json!({"metadata": {"name": "n"}}));
    assert_eq!((bare.ready, bare.cpu_milli, bare.zone), (None, None, None));
}

#[test]
fn workloads_count_what_the_server_leaves_out_as_none() {
    let object = json!({
        "metadata": {"name": "w", "namespace": "n", "generation": 4},
        "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "w"}}},
        "status": {"readyReplicas": 2, "observedGeneration": 3},
    });
    let workload: WorkloadRow = row("StatefulSet", object.clone());
    assert_eq!(&*workload.kind, "StatefulSet");
    let counts = [
        workload.desired,
        workload.ready,
        workload.updated,
        workload.available,
    ];
    assert_eq!(counts, [3, 2, 0, 0]);
    assert_eq!(
        (workload.generation, workload.observed_generation),
        (Some(4), Some(3))
    );
    assert_eq!(&*workload.selector["app"], "w");
    let set: ReplicaSetRow = row("ReplicaSet", object);
    assert_eq!((set.desired, set.ready, set.owner), (3, 2, None));
    let bare: WorkloadRow = row("Deployment", json!({"metadata": {"name": "w"}, "spec": {}}));
    assert_eq!(bare.desired, 1, "the API's default");
}

fn workload_of(containers: &Value) -> WorkloadRow {
    let object = json!({
        "metadata": {"name": "w", "namespace": "n", "labels": {"app.kubernetes.io/name": "fraud", "team": "x"}},
        "spec": {"template": {"spec": {
            "containers": containers,
            "initContainers": [{"args": ["--group", "of-an-init-container"]}],
        }}},
    });
    // As text, as it comes from the server: there names and values are borrowed.
    let object = serde_json::from_str(&object.to_string()).unwrap();
    WorkloadRow::from_object("Deployment", object, &mut Interner::default())
}

fn groups_of(containers: &Value) -> Vec<String> {
    let row = workload_of(containers);
    row.groups.iter().map(ToString::to_string).collect()
}

#[test]
fn a_workload_says_its_app_and_the_variables_that_name_a_group() {
    let row = workload_of(&json!([
        {"name": "main", "env": [
            {"name": "KAFKA_GROUP_ID", "value": "payments"},
            {"name": "spring_kafka_consumer_group_id", "value": "other \"quoted\""},
            {"name": "CONSUMER_GROUP", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
            {"name": "GROUP_PASSWORD", "value": "hunter2"},
            {"name": "GROUP_ID", "value": "$(POD_NAMESPACE)-payments"},
            {"name": "GROUP_EMPTY", "value": ""},
            {"name": "TOPIC", "value": "orders"},
        ]},
        {"name": "sidecar", "env": [{"name": "GROUP_ID", "value": "payments"}], "command": null},
        {"name": "bare"},
    ]));
    assert_eq!(row.app.as_deref(), Some("fraud"));
    let groups: Vec<&str> = row.groups.iter().map(|group| &**group).collect();
    assert_eq!(groups, ["payments", "other \"quoted\""]);
    let bare =
        json!({"metadata": {"name": "w"}, "spec": {"template": {"spec": {"containers": null}}}});
    let bare: WorkloadRow = self::row("Deployment", bare);
    assert_eq!((bare.app, bare.groups), (None, Vec::new()));
}

#[test]
fn a_workload_says_the_arguments_that_name_a_group() {
    for (words, groups) in [
        (json!(["--group", "a"]), vec!["a"]),
        (json!(["--group=a"]), vec!["a"]),
        (json!(["--group-id", "a", "b"]), vec!["a"]),
        (json!(["--consumer-group=a"]), vec!["a"]),
        (json!(["--consumer-property", "group.id=a"]), vec!["a"]),
        (json!(["-Dspring.kafka.consumer.group-id=a"]), vec!["a"]),
        (
            json!(["sh", "-c", "consume --topic t --group 'a'; sleep 1\n"]),
            vec!["a"],
        ),
        (
            json!(["sh", "-c", "exec consume \"--group=a\" --group-id=\"b\""]),
            vec!["a", "b"],
        ),
        (json!(["--group", "--topic", "t"]), vec![]),
        (json!(["--group=$(GROUP)", "--group", "${GROUP}"]), vec![]),
        (json!(["--groups=a", "group", "b", "--group"]), vec![]),
    ] {
        for field in ["args", "command"] {
            let found = groups_of(&json!([{ field: words }]));
            assert_eq!(found, groups, "{field}: {words}");
        }
    }
}

#[test]
fn a_workload_says_no_more_than_four_groups_and_none_that_is_too_long() {
    let group = |n: usize| json!({"name": format!("GROUP_{n}"), "value": format!("g{n}")});
    let many: Vec<Value> = (0..9).map(group).collect();
    let found = groups_of(&json!([{"env": many, "args": ["--group", "late"]}, {"env": many}]));
    assert_eq!(found, ["g0", "g1", "g2", "g3"]);
    let value = |length: usize| json!([{"args": ["--group", "x".repeat(length)]}]);
    assert_eq!(groups_of(&value(249)).len(), 1);
    assert_eq!(groups_of(&value(250)).len(), 0);
}

#[test]
fn an_autoscaler_names_its_target() {
    let scaler: AutoscalerRow = row(
        "HorizontalPodAutoscaler",
        json!({
            "metadata": {"name": "h", "namespace": "n"},
            "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "web"}, "maxReplicas": 6},
            "status": {"currentReplicas": 2, "desiredReplicas": 3, "currentMetrics": null},
        }),
    );
    assert_eq!(
        (&*scaler.target.kind, &*scaler.target.name),
        ("Deployment", "web")
    );
    assert_eq!(
        (scaler.min, scaler.max, scaler.current, scaler.desired),
        (1, 6, Some(2), Some(3))
    );
}

fn scaled_object(spec: &Value, annotations: &Value) -> ScaledObjectRow {
    row(
        "ScaledObject",
        json!({
            "metadata": {"name": "s", "namespace": "n", "resourceVersion": "7", "annotations": annotations},
            "spec": spec,
            "status": {"hpaName": "keda-hpa-s"},
        }),
    )
}

#[test]
fn a_scaled_object_names_its_target_and_the_groups_of_both_kafka_triggers() {
    let trigger = |kind: &str, group: &str| json!({"type": kind, "metadata": {"consumerGroup": group, "topic": "t", "lagThreshold": "50"}});
    let full = scaled_object(
        &json!({
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "ledger"},
            "minReplicaCount": 0, "maxReplicaCount": 6,
            "triggers": [
                trigger("kafka", "a"), trigger("apache-kafka", "b"), trigger("kafka", "a"), trigger("cron", "c"),
                {"type": "kafka", "metadata": {"consumerGroupFromEnv": "GROUP"}}, {"type": "cpu", "metadata": null},
            ],
        }),
        &json!(null),
    );
    assert_eq!(
        (&*full.target.kind, &*full.target.name),
        ("StatefulSet", "ledger")
    );
    let groups: Vec<&str> = full.groups.iter().map(|group| &**group).collect();
    assert_eq!(groups, ["a", "b"]);
    assert_eq!((full.min, full.max, full.paused), (Some(0), Some(6), false));
    let bare = scaled_object(&json!({"scaleTargetRef": {"name": "web"}}), &json!({}));
    assert_eq!(
        (&*bare.target.kind, &*bare.target.name),
        ("Deployment", "web")
    );
    assert_eq!((bare.groups, bare.min, bare.max), (Vec::new(), None, None));
}

#[test]
fn a_scaled_object_is_paused_as_keda_reads_its_annotations() {
    for (annotations, paused) in [
        (json!({"autoscaling.keda.sh/paused": "true"}), true),
        (json!({"autoscaling.keda.sh/paused": "yes"}), true),
        (json!({"autoscaling.keda.sh/paused": "false"}), false),
        (json!({"autoscaling.keda.sh/paused-replicas": "2"}), true),
        (
            json!({"autoscaling.keda.sh/paused-scale-in": "true"}),
            false,
        ),
        (json!({"team": "x"}), false),
    ] {
        let found = scaled_object(&json!({"triggers": null}), &annotations);
        assert_eq!(found.paused, paused, "{annotations}");
    }
}

#[test]
fn events_of_both_generations_are_read() {
    let old: EventRow = row(
        "Event",
        json!({
            "metadata": {"name": "e", "namespace": "n"}, "reason": "BackOff", "message": "é".repeat(2000), "count": 7,
            "involvedObject": {"kind": "Pod", "name": "p", "namespace": "n", "uid": "u"},
            "lastTimestamp": "2026-11-20T10:00:00Z", "eventTime": null,
        }),
    );
    assert_eq!((old.count, old.last_at), (7, Some(1_795_168_800_000)));
    assert_eq!(
        (&*old.object_kind, &*old.object_name, old.message.len()),
        ("Pod", "p", 1024)
    );
    let new: EventRow = row(
        "Event",
        json!({
            "metadata": {"name": "e", "namespace": "n"}, "reason": "FailedScheduling", "message": "no",
            "involvedObject": {"kind": "Pod", "name": "p"}, "lastTimestamp": null, "count": null,
            "eventTime": "2026-11-20T09:00:00.123456Z",
            "series": {"count": 3, "lastObservedTime": "2026-11-20T10:00:00.5Z"},
        }),
    );
    assert_eq!((new.count, new.last_at), (3, Some(1_795_168_800_500)));
}

#[test]
fn a_rebalance_shows_its_state_and_a_pod_set_its_progress() {
    let rebalance: StrimziRow = row(
        "KafkaRebalance",
        json!({
            "metadata": {"name": "r", "namespace": "kafka", "labels": {"strimzi.io/cluster": "lab"}, "generation": 2},
            "spec": {},
            "status": {"observedGeneration": 1, "conditions": [
                {"type": "ProposalReady", "status": "True", "reason": null}]},
        }),
    );
    assert_eq!(&*rebalance.conditions[0].kind, "ProposalReady");
    assert_eq!(
        (rebalance.mode.as_deref(), rebalance.cluster.as_deref()),
        (Some("full"), Some("lab"))
    );
    assert_eq!(
        (rebalance.generation, rebalance.observed_generation),
        (Some(2), Some(1))
    );
    let set: StrimziRow = row(
        "StrimziPodSet",
        json!({
        "metadata": {"name": "s"}, "spec": {"pods": [{"big": 1}]}, "status": {"pods": 3, "readyPods": 2}}),
    );
    assert_eq!((set.desired, set.ready, set.mode), (Some(3), Some(2), None));
}

fn strimzi(kind: &str, spec: &Value) -> StrimziRow {
    let labels = json!({"strimzi.io/cluster": "labelled"});
    let metadata = json!({"name": "x", "namespace": "kafka", "labels": labels});
    row(kind, json!({"metadata": metadata, "spec": spec}))
}

#[test]
fn connect_and_mirror_maker_name_their_groups_in_both_versions() {
    let mirror = |config: &Value| {
        json!({
            "connectCluster": "there",
            "clusters": [
                {"alias": "here", "config": {"group.id": "wrong"}},
                {"alias": "there", "config": config},
            ],
        })
    };
    for (kind, spec, group) in [
        ("KafkaConnect", json!({"groupId": "g", "replicas": 3}), "g"),
        (
            "KafkaConnect",
            json!({"config": {"group.id": "g", "x": {"y": 1}}}),
            "g",
        ),
        ("KafkaConnect", json!({"config": {"group.id": 7}}), "7"),
        ("KafkaConnect", json!({"config": null}), "connect-cluster"),
        (
            "KafkaConnector",
            json!({"config": {"topics": "t"}}),
            "connect-x",
        ),
        (
            "KafkaConnector",
            json!({"config": {"consumer.override.group.id": "g"}}),
            "g",
        ),
        (
            "KafkaMirrorMaker2",
            json!({"target": {"groupId": "g"}}),
            "g",
        ),
        ("KafkaMirrorMaker2", mirror(&json!({"group.id": "g"})), "g"),
        (
            "KafkaMirrorMaker2",
            mirror(&json!({})),
            "mirrormaker2-cluster",
        ),
    ] {
        assert_eq!(strimzi(kind, &spec).groups, [group.into()], "{kind} {spec}");
    }
    for kind in ["Kafka", "KafkaNodePool", "KafkaRebalance", "StrimziPodSet"] {
        assert_eq!(strimzi(kind, &json!({})).groups, [], "{kind}");
    }
}

#[test]
fn what_has_pods_of_its_own_is_the_cluster_that_they_are_labelled_with() {
    for (kind, cluster) in [
        ("Kafka", "x"),
        ("KafkaConnect", "x"),
        ("KafkaMirrorMaker2", "x"),
        ("KafkaConnector", "labelled"),
        ("KafkaNodePool", "labelled"),
    ] {
        let row = strimzi(kind, &json!({"replicas": 2}));
        assert_eq!(row.cluster.as_deref(), Some(cluster), "{kind}");
    }
    let connect = strimzi("KafkaConnect", &json!({"replicas": 2}));
    assert_eq!((connect.desired, connect.ready), (Some(2), None));
}
