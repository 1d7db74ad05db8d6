//! `plimsoll doctor` on the lab: every step, and the rule that is missing, which works once it is applied.
use std::io::Write;

use serde_json::Value;

use crate::fixture::{Answer, alone, kubeconfig, kubectl, steady};
use crate::program::plimsoll;

fn doctor(context: &str) -> Answer {
    let kubeconfig = kubeconfig();
    let words = ["doctor", "-o", "json", "--context", context];
    plimsoll(&[&words[..], &["--kubeconfig", &kubeconfig]].concat())
}

fn steps(answer: &Answer) -> Vec<Value> {
    let report: Value = serde_json::from_str(&answer.stdout).unwrap();
    assert_eq!(report["kind"], "doctor", "{report}");
    report["items"].as_array().unwrap().clone()
}

fn step<'a>(steps: &'a [Value], name: &str) -> &'a Value {
    let found = steps.iter().find(|of| of["step"] == name);
    found.unwrap_or_else(|| panic!("no step {name} in {steps:#?}"))
}

#[test]
fn every_step_leads_to_a_lag_number_and_has_its_time() {
    let _lab = steady();
    let answer = doctor("lab-admin");
    assert_eq!(answer.code, 0, "{answer:?}");
    let steps = steps(&answer);
    for name in [
        "API server",
        "identity",
        "rights",
        "Kafka",
        "brokers",
        "groups",
    ] {
        let step = step(&steps, name);
        assert_eq!(step["state"], "ok", "{step}");
        assert!(step["seconds"].as_f64().is_some(), "{step}");
    }
    assert_eq!(step(&steps, "identity")["said"], "lab-admin");
    let lag = step(&steps, "first lag number");
    assert_eq!(lag["state"], "ok", "{lag}");
    assert!(lag["said"].as_str().unwrap().contains(" records: group "));
    assert_eq!(step(&steps, "Prometheus")["state"], "skipped");
}

/// Takes away what was applied.
struct Revoke(String);

impl Drop for Revoke {
    fn drop(&mut self) {
        let _ = kubectl(&["delete", "--ignore-not-found", "-f", &self.0]);
    }
}

#[test]
fn the_rule_that_is_printed_grants_what_was_missing() {
    let _lab = alone();
    let before = doctor("lab-viewer");
    assert_eq!(before.code, 3, "{before:?}");
    let known = steps(&before);
    let brokers = step(&known, "brokers");
    assert_eq!(brokers["state"], "failed", "{brokers}");
    assert_eq!(step(&known, "first lag number")["state"], "skipped");
    let rule = brokers["rule"].as_str().unwrap();

    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(rule.as_bytes()).unwrap();
    let path = file.path().display().to_string();
    let _revoke = Revoke(path.clone());
    kubectl(&["apply", "-f", &path]).success();
    let after = doctor("lab-viewer");
    assert_eq!(after.code, 0, "{after:?}");
    assert_eq!(step(&steps(&after), "first lag number")["state"], "ok");
}
