//! What is read of one object of the demo world: logs, events, the object itself.
//!
//! A log is made by rule from the seed, the pod and the second: it can be read from any moment on, and is the same each time.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    World,
    catalogue::POD_SET,
    pod::{Pod, Stage},
    random::{digest, mix},
    workload::Workload,
};
use crate::{
    app::reading::{Answer, Ask, AskOf, Event, LogAsk, LogPod, RawLine, Said, Since, Stream},
    model::{Key, Name, Owner, PodId, SECOND, Time},
    source::reading::mask,
};

mod lines;

/// Seconds of a log that are looked through for its last lines.
const OLDEST: i64 = 3_600;
/// Events of the world are told again this often, in milliseconds.
const EVENTS: i64 = 5 * SECOND;

/// Answers what the app asks of the demo world.
#[derive(Debug, Default)]
pub struct Reader {
    ask: Option<Ask>,
    /// Until when the log of each pod was told.
    told: BTreeMap<Name, Time>,
    told_events: Option<Time>,
}

impl Reader {
    /// What is new for what is asked: everything at first, then what happened since.
    pub fn read(&mut self, world: &World, ask: Option<&Ask>) -> Vec<Answer> {
        let generation = |ask: &Ask| ask.generation;
        if self.ask.as_ref().map(generation) != ask.map(generation) {
            *self = Reader::default();
        }
        let first = self.ask.is_none();
        self.ask = ask.cloned();
        let Some(ask) = ask else { return Vec::new() };
        let said = match &ask.of {
            AskOf::Logs(logs) => self.logs(world, logs),
            AskOf::Events(key) => self.events(world, key),
            AskOf::Object(key) if first => vec![object(world, key)],
            AskOf::Doctor if first => vec![Said::Failed {
                why: "the demo world has no servers to examine".to_owned(),
            }],
            AskOf::Object(_) | AskOf::Doctor => Vec::new(),
        };
        let answer = |said| Answer {
            generation: ask.generation,
            at: world.now,
            said,
        };
        said.into_iter().map(answer).collect()
    }

    fn logs(&mut self, world: &World, ask: &LogAsk) -> Vec<Said> {
        let mut said = Vec::new();
        for wanted in &ask.pods {
            let told = self.told.insert(wanted.uid.clone(), world.now);
            said.extend(of_pod(world, wanted, ask, told));
        }
        said
    }

    fn events(&mut self, world: &World, key: &Key) -> Vec<Said> {
        let due = self
            .told_events
            .is_none_or(|told| world.now.since(told) >= EVENTS);
        if !due {
            return Vec::new();
        }
        self.told_events = Some(world.now);
        let set = events(world, key);
        vec![Said::Events {
            set,
            gone: Vec::new(),
            whole: true,
        }]
    }
}

fn find<'a>(world: &'a World, id: &PodId) -> Option<(&'a Workload, &'a Pod)> {
    world.cluster.workloads.iter().find_map(|workload| {
        let pod = workload.pods.iter().find(|pod| pod.row.id == *id)?;
        Some((workload, pod))
    })
}

fn of_pod(world: &World, wanted: &LogPod, ask: &LogAsk, told: Option<Time>) -> Option<Said> {
    let stream = Stream {
        pod: wanted.id.name.clone(),
        container: None,
    };
    let note = |text: &str, bad| Said::Note {
        stream: stream.clone(),
        text: text.to_owned(),
        bad,
    };
    let Some((workload, pod)) =
        find(world, &wanted.id).filter(|(_, pod)| pod.row.uid == wanted.uid)
    else {
        return told.is_none().then(|| note("the pod is gone", false));
    };
    let restarted = pod
        .row
        .last_exit
        .as_ref()
        .filter(|_| pod.row.restarts > 0)
        .and_then(|exit| exit.at);
    if ask.previous {
        if told.is_some() {
            return None;
        }
        let Some(ended) = restarted else {
            let why = format!(
                "previous terminated container \"app\" in pod \"{}\" not found",
                pod.row.id.name
            );
            return Some(note(&why, true));
        };
        let mut lines = lines::written(world, workload, pod, ended.plus(-120 * SECOND), ended);
        lines.extend(lines::death(ended));
        return Some(Said::Lines { stream, lines });
    }
    let born = restarted
        .or(pod.row.created)
        .unwrap_or(world.now)
        .plus(4 * SECOND);
    let from = match (told, ask.since) {
        (Some(told), _) => told,
        (None, Since::Minutes(minutes)) => world.now.plus(-i64::from(minutes) * 60 * SECOND),
        (None, Since::Tail | Since::All) => world.now.plus(-OLDEST * SECOND),
    };
    let runs = matches!(
        pod.stage,
        Stage::Starting | Stage::Ready | Stage::Unready | Stage::Terminating
    );
    if !runs {
        return told.is_none().then(|| {
            let why = format!(
                "container \"app\" in pod \"{}\" is waiting to start: {}",
                pod.row.id.name, pod.row.status
            );
            note(&why, true)
        });
    }
    let mut lines = lines::written(world, workload, pod, from.max(born), world.now);
    if told.is_none() && ask.since == Since::Tail {
        let tail = usize::try_from(Since::TAIL).unwrap_or(usize::MAX);
        lines.drain(..lines.len().saturating_sub(tail));
    }
    (!lines.is_empty()).then_some(Said::Lines { stream, lines })
}

/// What Kubernetes has told of an object and of its pods.
fn events(world: &World, key: &Key) -> Vec<Event> {
    let warnings = world.cluster.warnings.iter().map(|warning| Event {
        id: PodId {
            namespace: warning.namespace.clone(),
            name: warning.name.clone(),
        },
        kind: Name::from("Warning"),
        about: warning.about.clone(),
        reason: warning.reason.clone(),
        message: warning.message.clone(),
        count: warning.count,
        last: warning.last,
    });
    let ours = |about: &Owner, namespace: &Name| match key {
        Key::Pod(id) => {
            about.kind == Name::from("Pod") && about.name == id.name && *namespace == id.namespace
        }
        Key::Node(name) => about.kind == Name::from("Node") && about.name == *name,
        // The app finds out which of a namespace's events are those of a workload.
        Key::Workload(id) => *namespace == id.namespace,
        _ => false,
    };
    let pods = world.cluster.workloads.iter().flat_map(|workload| {
        workload
            .pods
            .iter()
            .flat_map(move |pod| births(workload, pod))
    });
    let all = warnings.chain(pods);
    all.filter(|event| ours(&event.about, &event.id.namespace))
        .collect()
}

/// What is told of every pod as it comes to life.
fn births(workload: &Workload, pod: &Pod) -> Vec<Event> {
    let (Some(created), id) = (pod.row.created, &pod.row.id) else {
        return Vec::new();
    };
    let node = pod.row.node.as_deref().unwrap_or("a node");
    let image = format!(
        "registry.example.com/{}:1.{}",
        workload.id.name, pod.revision
    );
    let told = [
        (
            2,
            "Scheduled",
            format!("Successfully assigned {id} to {node}"),
        ),
        (
            3,
            "Pulled",
            format!("Container image \"{image}\" already present on machine"),
        ),
        (4, "Created", "Container created".to_owned()),
        (5, "Started", "Container started".to_owned()),
    ];
    let reached = match pod.stage {
        Stage::Pending => 0,
        Stage::Creating => 1,
        _ => told.len(),
    };
    let told = told.into_iter().take(reached);
    told.map(|(after, reason, message)| Event {
        id: PodId {
            namespace: id.namespace.clone(),
            name: Name::from(format!(
                "{}.{:016x}",
                id.name,
                mix(digest(&pod.row.uid) ^ digest(reason))
            )),
        },
        kind: Name::from("Normal"),
        about: Owner {
            kind: Name::from("Pod"),
            name: id.name.clone(),
        },
        reason: Name::from(reason),
        message: Name::from(message),
        count: 1,
        last: Some(created.plus(after * SECOND)),
    })
    .collect()
}

/// The object, as an API server would have it, with less in it.
fn object(world: &World, key: &Key) -> Said {
    let found = match key {
        Key::Pod(id) => find(world, id).map(|(workload, pod)| pod_object(workload, pod)),
        Key::Workload(id) => {
            let workload = world
                .cluster
                .workloads
                .iter()
                .find(|workload| workload.id == *id);
            workload.map(workload_object)
        }
        Key::Node(name) => {
            let node = world
                .cluster
                .nodes
                .iter()
                .find(|node| node.row.name == *name);
            node.map(|node| {
                json!({
                    "apiVersion": "v1",
                    "kind": "Node",
                    "metadata": {"name": node.row.name, "labels": {"topology.kubernetes.io/zone": node.row.zone}},
                    "spec": {"unschedulable": node.row.unschedulable},
                    "status": {"conditions": [{"type": "Ready", "status": match node.row.ready {
                        Some(true) => "True",
                        Some(false) => "False",
                        None => "Unknown",
                    }}]},
                })
            })
        }
        _ => None,
    };
    match found {
        Some(mut value) => {
            let masked = mask(&mut value);
            Said::Object {
                value: Box::new(value),
                masked,
            }
        }
        None => Said::Failed {
            why: format!("{key} not found"),
        },
    }
}

fn managed(at: Option<Time>) -> Value {
    json!([{"manager": "kube-controller-manager", "operation": "Update", "time": at.map(stamp),
        "fieldsV1": {"f:spec": {"f:replicas": {}}}}])
}

fn template(workload: &Workload) -> Value {
    let mut env = vec![
        json!({"name": "KAFKA_BOOTSTRAP", "value": "demo-kafka-bootstrap.kafka.svc:9092"}),
        json!({"name": "SASL_PASSWORD", "value": "demo-secret"}),
        json!({"name": "LOG_LEVEL", "value": "info"}),
    ];
    let group = |id| json!({"name": "KAFKA_GROUP_ID", "value": id});
    // Those of Connect stand in its custom resources.
    let own = workload.groups.iter().filter(|_| !workload.is(POD_SET));
    env.extend(own.map(group));
    json!({
        "containers": [{
            "name": "app",
            "image": format!("registry.example.com/{}:1.{}", workload.id.name, workload.revision),
            "env": env,
            "resources": {"limits": {
                "cpu": format!("{}m", workload.cpu), "memory": format!("{}Mi", workload.memory >> 20),
            }},
        }],
        "terminationGracePeriodSeconds": 30,
    })
}

fn pod_object(workload: &Workload, pod: &Pod) -> Value {
    let row = &pod.row;
    let labels: BTreeMap<&str, &str> = row
        .labels
        .iter()
        .map(|(key, value)| (&**key, &**value))
        .collect();
    let mut spec = template(workload);
    if let Some(spec) = spec.as_object_mut() {
        spec.insert("nodeName".to_owned(), json!(row.node));
    }
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": row.id.name,
            "namespace": row.id.namespace,
            "uid": row.uid,
            "creationTimestamp": row.created.map(stamp),
            "labels": labels,
            "ownerReferences": row.owner.iter().map(|owner| json!({
                "kind": owner.kind, "name": owner.name, "controller": true,
            })).collect::<Vec<_>>(),
            "managedFields": managed(row.created),
        },
        "spec": spec,
        "status": {
            "phase": if pod.works() { "Running" } else { "Pending" },
            "podIP": row.ip,
            "containerStatuses": [{
                "name": "app", "ready": row.ready > 0, "restartCount": row.restarts,
            }],
        },
    })
}

fn workload_object(workload: &Workload) -> Value {
    let state = workload.row();
    let version = match &*workload.id.kind {
        "Deployment" | "StatefulSet" => "apps/v1",
        "Job" => "batch/v1",
        _ => "core.strimzi.io/v1",
    };
    json!({
        "apiVersion": version,
        "kind": workload.id.kind,
        "metadata": {
            "name": workload.id.name,
            "namespace": workload.id.namespace,
            "creationTimestamp": stamp(workload.created),
            "labels": {"app.kubernetes.io/name": state.app},
            "generation": workload.revision,
            "managedFields": managed(Some(workload.created)),
        },
        "spec": {
            "replicas": workload.replicas,
            "selector": {"matchLabels": {"app": workload.id.name}},
            "template": {"metadata": {"labels": {"app": workload.id.name}}, "spec": template(workload)},
        },
        "status": {"replicas": state.desired, "readyReplicas": state.ready, "updatedReplicas": state.updated},
    })
}

/// RFC 3339, in whole seconds.
fn stamp(at: Time) -> String {
    let second = jiff::Timestamp::from_second(at.0.div_euclid(1_000)).unwrap_or_default();
    second.to_string()
}
