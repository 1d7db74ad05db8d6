//! What the watches of Kubernetes say, and its metrics server.

use super::{super::cluster::Cluster, Collectors};
use crate::{
    model::{
        Autoscaler, Delta, Name, NodeUsage, Owner, PodRow, PodUsage, Row, ScaledObjectRow, Source,
        StrimziRow, Time, Update, Usage, WorkloadRow,
    },
    source::demo::{
        catalogue::{Autoscale, CLUSTER, CONNECT, KAFKA_NAMESPACE, POD_SET},
        cluster::Node,
        pod::{Pod, Stage},
        random::mix,
        workload::Workload,
    },
};

/// Rows of one page of a list.
const PAGE: usize = 500;
/// A watch is asked for anew when the API server has closed it, in milliseconds.
const WATCH: i64 = 290_000;

impl Collectors {
    /// A whole list, as a paginated watch reads it.
    fn list<R: Row>(
        &mut self,
        at: Time,
        source: Source,
        rows: &[R],
        update: impl Fn(Delta<R>) -> Update,
    ) {
        let all = u64::try_from(rows.len()).unwrap_or(0);
        let mut got = 0;
        self.syncing(at, source, 0, None);
        self.say(at, update(Delta::begin()));
        for page in rows.chunks(PAGE) {
            got += u64::try_from(page.len()).unwrap_or(0);
            self.say(at, update(Delta::set(page.to_vec())));
            self.syncing(at, source, got, Some(all));
        }
        self.say(at, update(Delta::done()));
        let pages = u64::try_from(rows.len().div_ceil(PAGE)).unwrap_or(0).max(1);
        self.live(at, source, pages + 1, 900 * rows.len());
    }

    pub(super) fn open_kube(&mut self, cluster: &mut Cluster, now: Time) {
        let pods: Vec<PodRow> = all_pods(cluster).map(|pod| pod.row.clone()).collect();
        self.list(now, Source::Pods, &pods, Update::Pods);
        let nodes: Vec<_> = cluster.nodes.iter().map(|node| node.row.clone()).collect();
        self.list(now, Source::Nodes, &nodes, Update::Nodes);
        let of = |kind: &str| -> Vec<WorkloadRow> {
            let workloads = cluster.workloads.iter().filter(|w| w.is(kind));
            workloads.map(Workload::row).collect()
        };
        self.list(
            now,
            Source::Deployments,
            &of("Deployment"),
            Update::Deployments,
        );
        self.list(
            now,
            Source::StatefulSets,
            &of("StatefulSet"),
            Update::StatefulSets,
        );
        let sets: Vec<_> = cluster
            .workloads
            .iter()
            .flat_map(|w| w.sets.clone())
            .collect();
        self.list(now, Source::ReplicaSets, &sets, Update::ReplicaSets);
        let autoscalers: Vec<_> = cluster.workloads.iter().filter_map(autoscaler).collect();
        self.list(now, Source::Autoscalers, &autoscalers, Update::Autoscalers);
        let scaled: Vec<_> = cluster.workloads.iter().filter_map(scaled_object).collect();
        self.list(now, Source::ScaledObjects, &scaled, Update::ScaledObjects);
        self.list(now, Source::Warnings, &cluster.warnings, Update::Warnings);
        self.list(now, Source::Strimzi, &strimzi(cluster), Update::Strimzi);
        for workload in &mut cluster.workloads {
            workload.said = Some(workload.row());
            workload.new_sets.clear();
            workload.pods.iter_mut().for_each(|pod| pod.changed = false);
        }
        cluster.new_warnings.clear();
        self.report_usage(cluster, now, Source::PodMetrics);
        self.report_usage(cluster, now, Source::NodeMetrics);
    }

    /// What the watches have seen change.
    pub(super) fn watch(&mut self, cluster: &mut Cluster, now: Time) {
        let gone = std::mem::take(&mut cluster.gone);
        let mut pods = Vec::new();
        let (mut deployments, mut stateful_sets) = (Vec::new(), Vec::new());
        let (mut sets, mut old_sets, mut brokers) = (Vec::new(), Vec::new(), false);
        let mut autoscalers = Vec::new();
        for workload in &mut cluster.workloads {
            sets.append(&mut workload.new_sets);
            old_sets.append(&mut workload.old_sets);
            for pod in &mut workload.pods {
                if std::mem::replace(&mut pod.changed, false) {
                    pods.push(pod.row.clone());
                }
            }
            let row = workload.row();
            let said = workload.said.replace(row.clone());
            if said.as_ref() == Some(&row) {
                continue;
            }
            if said.is_some_and(|said| said.desired != row.desired) {
                autoscalers.extend(autoscaler(workload));
            }
            match &*workload.id.kind {
                "Deployment" => deployments.push(row),
                "StatefulSet" => stateful_sets.push(row),
                POD_SET => brokers = true,
                _ => {}
            }
        }
        // A pod that comes back under its old name must go before it comes.
        if !gone.is_empty() {
            self.change(now, Source::Pods, Delta::gone(gone), Update::Pods);
        }
        self.change(now, Source::Pods, Delta::set(pods), Update::Pods);
        let changed = |node: &mut Node| std::mem::replace(&mut node.changed, false);
        let nodes = cluster.nodes.iter_mut();
        let nodes = nodes.filter_map(|node| changed(node).then(|| node.row.clone()));
        let nodes = Delta::set(nodes.collect());
        self.change(now, Source::Nodes, nodes, Update::Nodes);
        let rows = Delta::set(deployments);
        self.change(now, Source::Deployments, rows, Update::Deployments);
        let rows = Delta::set(stateful_sets);
        self.change(now, Source::StatefulSets, rows, Update::StatefulSets);
        let sets = Delta {
            gone: old_sets,
            ..Delta::set(sets)
        };
        self.change(now, Source::ReplicaSets, sets, Update::ReplicaSets);
        let rows = Delta::set(autoscalers);
        self.change(now, Source::Autoscalers, rows, Update::Autoscalers);
        // What they are set to nobody changes here: only the watch is renewed.
        let rows = Delta::default();
        self.change(now, Source::ScaledObjects, rows, Update::ScaledObjects);
        let warnings = Delta {
            gone: std::mem::take(&mut cluster.old_warnings),
            ..Delta::set(std::mem::take(&mut cluster.new_warnings))
        };
        self.change(now, Source::Warnings, warnings, Update::Warnings);
        let rows = if brokers {
            strimzi(cluster)
        } else {
            Vec::new()
        };
        self.change(now, Source::Strimzi, Delta::set(rows), Update::Strimzi);
    }

    /// Says what changed, if anything did, and how the watch is doing.
    fn change<R: Row>(
        &mut self,
        at: Time,
        source: Source,
        delta: Delta<R>,
        update: impl Fn(Delta<R>) -> Update,
    ) {
        let renewed = at.since(self.start) % WATCH == 0;
        let objects = delta.set.len() + delta.gone.len();
        if objects > 0 {
            self.say(at, update(delta));
        }
        if objects > 0 || renewed {
            self.live(at, source, u64::from(renewed), 700 * objects);
        }
    }

    /// Asks the metrics server, where it is time.
    pub(super) fn measure(&mut self, cluster: &Cluster, now: Time) {
        for source in [Source::PodMetrics, Source::NodeMetrics] {
            if self.is_due(source, now) {
                self.report_usage(cluster, now, source);
            }
        }
    }

    fn report_usage(&mut self, cluster: &Cluster, now: Time, source: Source) {
        let noise = self.noise;
        if source == Source::PodMetrics {
            let measured = |pod: &&Pod| runs(pod) && !pod.cut_off;
            let of = |pod: &Pod| PodUsage {
                id: pod.row.id.clone(),
                usage: usage(pod, now, noise),
            };
            let usage: Vec<_> = all_pods(cluster).filter(measured).map(of).collect();
            let bytes = 320 * usage.len();
            self.say(now, Update::PodUsage(usage));
            return self.live(now, source, 1, bytes);
        }
        let mut sums: std::collections::BTreeMap<&Name, Usage> = cluster
            .nodes
            .iter()
            .filter(|node| node.row.ready == Some(true))
            // What the system's own pods and daemons take.
            .map(|node| {
                (
                    &node.row.name,
                    Usage {
                        cpu: 240,
                        memory: 1_400 << 20,
                    },
                )
            })
            .collect();
        for pod in all_pods(cluster).filter(|pod| runs(pod)) {
            if let Some(sum) = pod.row.node.as_ref().and_then(|node| sums.get_mut(node)) {
                let usage = usage(pod, now, noise);
                sum.cpu += usage.cpu;
                sum.memory += usage.memory;
            }
        }
        let of = |(name, usage): (&Name, Usage)| NodeUsage {
            name: name.clone(),
            usage,
        };
        let usage: Vec<_> = sums.into_iter().map(of).collect();
        let bytes = 300 * usage.len();
        self.say(now, Update::NodeUsage(usage));
        self.live(now, source, 1, bytes);
    }
}

pub(super) fn all_pods(cluster: &Cluster) -> impl Iterator<Item = &Pod> {
    cluster.workloads.iter().flat_map(|workload| &workload.pods)
}

/// Its process runs, so it has numbers.
pub(super) fn runs(pod: &Pod) -> bool {
    matches!(pod.stage, Stage::Starting | Stage::Ready | Stage::Unready)
}

/// What a pod uses: CPU follows its work, memory grows for a while after a start and then stays.
pub(super) fn usage(pod: &Pod, now: Time, noise: u64) -> Usage {
    let own = super::super::random::digest(&pod.row.id.name) ^ noise;
    let slot = u64::try_from(now.0 / 15_000).unwrap_or(0);
    let jitter = mix(own ^ slot) % 40;
    let busy = u64::try_from(pod.busy).unwrap_or(0);
    let (cpu, memory) = (
        pod.row.cpu_limit.unwrap_or(0),
        pod.row.memory_limit.unwrap_or(0),
    );
    let filled = 560 + own % 160 + jitter / 4 + busy / 10;
    Usage {
        cpu: cpu * (30 + busy * 95 / 100 + jitter).min(1_000) / 1_000,
        memory: memory / 1_000 * filled.min(970),
    }
}

fn target(workload: &Workload) -> Owner {
    Owner {
        kind: workload.id.kind.clone(),
        name: workload.id.name.clone(),
    }
}

fn autoscaler(workload: &Workload) -> Option<Autoscaler> {
    let scaled_by = workload.autoscale?;
    let name = match scaled_by {
        Autoscale::Hpa(_) => workload.id.name.clone(),
        Autoscale::Keda(_) => Name::from(format!("keda-hpa-{}", workload.id.name)),
    };
    Some(Autoscaler {
        namespace: workload.id.namespace.clone(),
        name,
        target: target(workload),
        min: 1,
        max: scaled_by.most(),
        current: Some(workload.replicas),
        desired: Some(workload.replicas),
    })
}

fn scaled_object(workload: &Workload) -> Option<ScaledObjectRow> {
    let Some(Autoscale::Keda(most)) = workload.autoscale else {
        return None;
    };
    Some(ScaledObjectRow {
        namespace: workload.id.namespace.clone(),
        name: workload.id.name.clone(),
        target: target(workload),
        groups: workload.groups.clone(),
        min: Some(1),
        max: Some(most),
        paused: false,
    })
}

fn strimzi(cluster: &Cluster) -> Vec<StrimziRow> {
    let row = |kind: &str, name: &str, of: &str| StrimziRow {
        kind: Name::from(kind),
        namespace: Name::from(KAFKA_NAMESPACE),
        name: Name::from(name),
        conditions: Vec::new(),
        replicas: None,
        ready: None,
        groups: Vec::new(),
        cluster: Some(Name::from(of)),
    };
    let mut rows = Vec::new();
    for workload in cluster.workloads.iter().filter(|w| w.is(POD_SET)) {
        let state = workload.row();
        let whole = state.ready == state.desired;
        let conditions = vec![Name::from(if whole { "Ready" } else { "NotReady" })];
        let of = if workload.has_brokers() {
            CLUSTER
        } else {
            CONNECT
        };
        rows.push(StrimziRow {
            replicas: Some(state.desired),
            ready: Some(state.ready),
            ..row(POD_SET, &workload.id.name, of)
        });
        if workload.has_brokers() {
            rows.push(StrimziRow {
                conditions,
                ..row("Kafka", CLUSTER, of)
            });
            rows.push(StrimziRow {
                replicas: Some(state.desired),
                ready: Some(state.desired),
                ..row("KafkaNodePool", KAFKA_NAMESPACE, of)
            });
            continue;
        }
        rows.push(StrimziRow {
            conditions: conditions.clone(),
            replicas: Some(state.desired),
            groups: vec![Name::from(CONNECT)],
            ..row("KafkaConnect", CONNECT, of)
        });
        for group in &workload.groups {
            // Connect names the group of a connector after it.
            if let Some(name) = group.strip_prefix("connect-") {
                rows.push(StrimziRow {
                    conditions: conditions.clone(),
                    groups: vec![group.clone()],
                    ..row("KafkaConnector", name, of)
                });
            }
        }
    }
    rows
}
