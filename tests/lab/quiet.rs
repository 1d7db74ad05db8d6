//! The lab at rest, so that two reads of everything agree; and all of it undone afterwards.
//!
//! Producers are scaled to nothing and transactions stop. `fraud` gets six pods, and they get stuck
//! (no poll, no commit, heartbeats go on): its members stay and its lag stays, above zero.
use std::thread::sleep;
use std::time::Duration;

use crate::fixture::{kubectl, lab};
use crate::kafka_tools::{Reading, members};
use crate::wait::until;

const PRODUCERS: [(&str, &str); 3] = [
    ("shop", "storefront"),
    ("shop", "clickstream"),
    ("finance", "payments-api"),
];
const FRAUD_PODS: usize = 6;
const SCALE_TRIES: u32 = 100;
const LOAD: &str = "load-txn";
/// Streams commit every 30 seconds, and a scaled group needs 6 to be stable.
const SETTLES: Duration = Duration::from_secs(180);

pub(crate) struct Quiet {
    /// What the tools say, again and again.
    pub(crate) reading: Reading,
    _restore: Restore,
}

struct Restore {
    replicas: Vec<(&'static str, &'static str, String)>,
}

impl Quiet {
    pub(crate) fn begin() -> Self {
        let deployments = PRODUCERS.into_iter().chain([("finance", "fraud")]);
        let with_replicas = |(namespace, name)| (namespace, name, replicas(namespace, name));
        let restore = Restore {
            replicas: deployments.map(with_replicas).collect(),
        };
        assert!(scale("finance", "fraud", &FRAUD_PODS.to_string()));
        until("fraud has six members", Duration::from_secs(60), || {
            (members("fraud").len() == FRAUD_PODS).then_some(())
        });
        assert_eq!(note_fraud("lab/stuck=true"), 0);
        for (namespace, name) in PRODUCERS {
            assert!(scale(namespace, name, "0"));
        }
        lab(&["stop", LOAD]).success();
        let mut before = Reading::offsets_now();
        until("two reads of Kafka's tools agree", SETTLES, || {
            let now = Reading::offsets_now();
            let same = now == before;
            before = now;
            same.then_some(())
        });
        let reading = Reading::take();
        Self {
            reading,
            _restore: restore,
        }
    }
}

impl Drop for Restore {
    fn drop(&mut self) {
        note_fraud("lab/stuck-");
        for (namespace, name, count) in &self.replicas {
            let _ = scale(namespace, name, count);
        }
        let _ = lab(&["start", LOAD]);
    }
}

fn replicas(namespace: &str, deployment: &str) -> String {
    kubectl(&[
        "-n",
        namespace,
        "get",
        "deploy",
        deployment,
        "-o",
        "jsonpath={.spec.replicas}",
    ])
    .success()
}

/// Scales a deployment, and waits until it has as many pods, those that go included. Never panics: it heals, too.
#[must_use]
pub(crate) fn scale(namespace: &str, deployment: &str, count: &str) -> bool {
    let replicas = format!("--replicas={count}");
    kubectl(&["-n", namespace, "scale", "deploy", deployment, &replicas]);
    let label = format!("app={deployment}");
    (0..SCALE_TRIES).any(|_| {
        let pods = kubectl(&["-n", namespace, "get", "pods", "-l", &label, "-o", "name"]);
        let done = pods.code == 0 && pods.stdout.lines().count().to_string() == count;
        if !done {
            sleep(Duration::from_millis(500));
        }
        done
    })
}

fn note_fraud(annotation: &str) -> i32 {
    let pods = [
        "-n",
        "finance",
        "annotate",
        "--overwrite",
        "pod",
        "-l",
        "app=fraud",
        annotation,
    ];
    kubectl(&pods).code
}
