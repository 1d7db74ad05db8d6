//! A workload: keeps as many pods as it is told to, of its newest revision.

use super::{
    catalogue::{Autoscale, CLUSTER, CONNECT, JOB, KAFKA_NAMESPACE, POD_SET},
    pod::{Pod, Stage},
    random::Random,
};
use crate::model::{
    Name, Owner, PodId, PodRow, ReplicaSetRow, SECOND, Time, WorkloadId, WorkloadRow,
};

/// `ReplicaSet`s of earlier revisions that a Deployment keeps.
const OLD_SETS: usize = 3;

#[derive(Clone, Debug)]
pub(super) struct Workload {
    pub id: WorkloadId,
    /// How many pods there shall be.
    pub replicas: u32,
    pub revision: u32,
    pub pods: Vec<Pod>,
    pub created: Time,
    /// Limits, in thousandths of a core and in bytes.
    pub cpu: u64,
    pub memory: u64,
    pub autoscale: Option<Autoscale>,
    /// The groups that it consumes for.
    pub groups: Vec<Name>,
    /// The row as it was said last.
    pub said: Option<WorkloadRow>,
    /// `ReplicaSet`s, the newest last, and what was not yet said of them.
    pub sets: Vec<ReplicaSetRow>,
    pub new_sets: Vec<ReplicaSetRow>,
    pub old_sets: Vec<PodId>,
}

impl Workload {
    pub(super) fn is(&self, kind: &str) -> bool {
        &*self.id.kind == kind
    }

    pub(super) fn has_brokers(&self) -> bool {
        self.is(POD_SET) && &*self.id.name == "demo-kafka"
    }

    /// Pods that work.
    pub(super) fn working(&self) -> impl Iterator<Item = &Pod> {
        self.pods.iter().filter(|pod| pod.works())
    }

    pub(super) fn row(&self) -> WorkloadRow {
        let count = |is: &dyn Fn(&Pod) -> bool| {
            u32::try_from(self.pods.iter().filter(|pod| is(pod)).count()).unwrap_or(u32::MAX)
        };
        let ready = count(&Pod::works);
        WorkloadRow {
            id: self.id.clone(),
            desired: self.replicas,
            ready,
            updated: count(&|pod| pod.revision == self.revision && pod.stage != Stage::Terminating),
            available: ready,
            owner: None,
            created: Some(self.created),
            app: Some(self.id.name.clone()),
            groups: self.groups.clone(),
        }
    }

    /// The next revision: all pods will be replaced by new ones.
    pub(super) fn roll_out(&mut self, random: &mut Random) {
        self.revision += 1;
        self.add_set(random);
    }

    /// A `ReplicaSet` for the revision, where the kind has such.
    pub(super) fn add_set(&mut self, random: &mut Random) {
        if !self.is("Deployment") {
            return;
        }
        let set = ReplicaSetRow {
            id: PodId {
                namespace: self.id.namespace.clone(),
                name: Name::from(format!("{}-{}", self.id.name, random.letters(10))),
            },
            owner: Some(Owner {
                kind: self.id.kind.clone(),
                name: self.id.name.clone(),
            }),
        };
        self.new_sets.push(set.clone());
        self.sets.push(set);
        if self.sets.len() > OLD_SETS {
            self.old_sets.push(self.sets.remove(0).id);
        }
    }

    /// Makes and ends pods, one step towards what there shall be.
    pub(super) fn settle(&mut self, now: Time, random: &mut Random) {
        if self.is(JOB) {
            return;
        }
        let end = Some(now.plus(random.between(3, 6) * SECOND));
        let current = self.revision;
        if self.is("Deployment") {
            let alive = self.pods.iter().filter(|p| p.stage != Stage::Terminating);
            let (mut old, mut new, mut steady) = (0, 0, true);
            for pod in alive {
                if pod.revision == current {
                    new += 1;
                    steady &= pod.stage == Stage::Ready;
                } else {
                    old += 1;
                }
            }
            // One more than wanted while old pods are replaced.
            let surge = u32::from(old > 0 && new < self.replicas);
            if old + new < self.replicas + surge {
                self.add_pod(now, 0, random);
            } else if old > 0 && steady && old + new > self.replicas {
                self.end_pod(end, |pod| pod.revision != current);
            } else if old == 0 && new > self.replicas {
                self.end_pod(end, |_| true);
            }
            return;
        }
        let missing = (0..self.replicas).find(|n| self.pods.iter().all(|pod| pod.ordinal != *n));
        let (wanted, steady) = (
            self.replicas,
            self.pods.iter().all(|p| p.stage == Stage::Ready),
        );
        if let Some(ordinal) = missing {
            self.add_pod(now, ordinal, random);
        } else if self.pods.iter().any(|pod| pod.ordinal >= wanted) {
            self.end_pod(end, |pod| pod.ordinal >= wanted);
        } else if steady {
            self.end_pod(end, |pod| pod.revision != current);
        }
    }

    /// Ends the last pod of those that `may` go.
    fn end_pod(&mut self, at: Option<Time>, may: impl Fn(&Pod) -> bool) {
        let going = |pod: &&mut Pod| pod.stage != Stage::Terminating && may(pod);
        if let Some(pod) = self.pods.iter_mut().rev().find(going) {
            pod.enter(Stage::Terminating, at);
        }
    }

    /// Makes a pod, which then waits for a node.
    pub(super) fn add_pod(&mut self, now: Time, ordinal: u32, random: &mut Random) {
        let uid = random.uuid();
        let mut labels = vec![(Name::from("app"), self.id.name.clone())];
        let (name, owner) = if let (true, Some(set)) = (self.is("Deployment"), self.sets.last()) {
            let hash = set.id.name.rsplit('-').next().unwrap_or_default();
            labels.push((Name::from("pod-template-hash"), Name::from(hash)));
            let owner = Owner {
                kind: Name::from("ReplicaSet"),
                name: set.id.name.clone(),
            };
            (
                Name::from(format!("{}-{}", set.id.name, random.letters(5))),
                owner,
            )
        } else {
            let name = if self.is(JOB) {
                Name::from(format!("{}-{}", self.id.name, random.letters(5)))
            } else {
                Name::from(format!("{}-{ordinal}", self.id.name))
            };
            let owner = Owner {
                kind: self.id.kind.clone(),
                name: self.id.name.clone(),
            };
            if self.is(POD_SET) {
                labels = self.strimzi_labels(&name);
            } else if !self.is(JOB) {
                labels.push((
                    Name::from("statefulset.kubernetes.io/pod-name"),
                    name.clone(),
                ));
            }
            (name, owner)
        };
        let row = PodRow {
            id: PodId {
                namespace: self.id.namespace.clone(),
                name,
            },
            uid: Name::from(uid),
            containers: 1,
            owner: Some(owner),
            labels: labels.into(),
            created: Some(now),
            cpu_limit: Some(self.cpu),
            memory_limit: Some(self.memory),
            ..PodRow::default()
        };
        let mut pod = Pod {
            row,
            stage: Stage::Pending,
            until: None,
            revision: self.revision,
            ordinal,
            crashes: 0,
            cut_off: false,
            changed: true,
            busy: 0,
            boot: if self.has_brokers() {
                12
            } else {
                random.between(3, 6)
            },
        };
        pod.enter(Stage::Pending, Some(now.plus(2 * SECOND)));
        self.pods.push(pod);
    }

    fn strimzi_labels(&self, pod: &Name) -> Vec<(Name, Name)> {
        let (cluster, kind, component) = if self.has_brokers() {
            (CLUSTER, "Kafka", "kafka")
        } else {
            (CONNECT, "KafkaConnect", "kafka-connect")
        };
        let mut labels: Vec<(&str, &str)> = vec![
            ("app.kubernetes.io/instance", cluster),
            ("strimzi.io/cluster", cluster),
            ("strimzi.io/component-type", component),
            ("strimzi.io/controller-name", &self.id.name),
            ("strimzi.io/kind", kind),
            ("strimzi.io/name", &self.id.name),
            ("strimzi.io/pod-name", pod),
        ];
        if self.has_brokers() {
            labels.push(("strimzi.io/broker-role", "true"));
            labels.push(("strimzi.io/controller-role", "true"));
            labels.push(("strimzi.io/pool-name", KAFKA_NAMESPACE));
        }
        labels.sort_unstable();
        labels
            .into_iter()
            .map(|(key, value)| (Name::from(key), Name::from(value)))
            .collect()
    }
}
