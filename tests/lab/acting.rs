//! Changes, by keys: what is seen, what the servers' own tools say of it, and what the journal holds.
use std::time::Duration;

use crate::fixture::{BOOTSTRAP, alone, chaos, kafka, kubeconfig, kubectl, lab};
use crate::kafka_tools::members;
use crate::program::plimsoll;
use crate::quiet::scale;
use crate::screen::Screen;
use crate::wait::until;

const FIRST_SYNC: Duration = Duration::from_secs(20);
const TWO_POLLS: Duration = Duration::from_secs(13);
/// The rate of growth is known after a minute.
const RANKED: Duration = Duration::from_secs(90);
const ANSWERED: Duration = Duration::from_secs(25);
/// Pods, a stable group, and twenty seconds of its lag.
const STEADY: Duration = Duration::from_secs(90);

struct ScaleBack;

impl Drop for ScaleBack {
    fn drop(&mut self) {
        let _ = scale("finance", "fraud", "1");
        let _ = kubectl(&[
            "delete",
            "validatingadmissionpolicybinding,validatingadmissionpolicy",
            "plimsoll-test",
            "--ignore-not-found",
        ]);
    }
}

/// Escape and q together would be one key with alt.
fn close(mut screen: Screen) {
    screen.press("\x1b");
    screen.wait("the panel is closed", TWO_POLLS, |text| {
        !text.contains("same as")
    });
    screen.quit();
}

fn replicas() -> String {
    kubectl(&[
        "-n",
        "finance",
        "get",
        "deployment",
        "fraud",
        "-o",
        "jsonpath={.spec.replicas}",
    ])
    .success()
}

fn fraud_runs_in(pods: &str) {
    assert!(scale("finance", "fraud", pods));
    until("fraud has the members it should have", STEADY, || {
        (members("fraud").len().to_string() == pods).then_some(())
    });
}

#[test]
fn from_home_fraud_is_scaled_to_six_seen_to_help_undone_and_journaled() {
    let _lab = alone();
    let _back = ScaleBack;
    fraud_runs_in("1");
    let mut screen = Screen::open("lab-admin");
    screen.wait("the cursor stands on fraud, the worst", RANKED, |text| {
        text.lines()
            .any(|line| line.contains("▌") && line.contains("fraud"))
    });
    screen.press("\rs");
    screen.wait("the preview", TWO_POLLS, |text| {
        text.contains("scale Deployment finance/fraud")
    });
    screen.press("6");
    screen.wait("the plan", TWO_POLLS, |text| {
        text.contains("12 partitions, 1 member in 1 pod") && text.contains("--current-replicas=1")
    });
    screen.press("\r");
    screen.wait("the lock", TWO_POLLS, |text| text.contains("Stay guarded"));
    assert_eq!(replicas(), "1");
    screen.press("y");
    screen.wait("the dry run", ANSWERED, |text| {
        text.contains("dry run: the API server would take it") && text.contains("[ Cancel ]")
    });
    assert_eq!(replicas(), "1", "a dry run changes nothing");
    screen.press("\t\r");
    let text = screen.wait("the verdict", STEADY, |text| text.contains("verdict"));
    for words in [
        "6 of 6 pods ready",
        "6 members in 6 of 6 pods",
        "falling by",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    assert_eq!(replicas(), "6");
    assert_eq!(members("fraud").len(), 6);
    screen.press("u");
    screen.wait("the way back", TWO_POLLS, |text| {
        text.contains("undo: scale Deployment finance/fraud")
    });
    screen.press("\r");
    screen.wait("the dry run", ANSWERED, |text| text.contains("[ Cancel ]"));
    screen.press("y");
    screen.wait("the way back is steady", STEADY, |text| {
        text.contains("from 6 to 1") && text.contains("verdict")
    });
    assert_eq!(replicas(), "1");
    let journal = screen.journal();
    assert_eq!(journal.len(), 2, "{journal:#?}");
    assert_eq!(
        (&journal[0]["from"], &journal[0]["to"]),
        (&1.into(), &6.into())
    );
    assert_eq!(journal[0]["result"], "steady");
    assert_eq!(journal[1]["undo_of"], journal[0]["at"]);
    close(screen);
}

#[test]
fn leaders_that_a_killed_broker_lost_come_home() {
    let _lab = alone();
    chaos(&["broker-kill", "2"]);
    until("broker 2 leads nothing", STEADY, || {
        let topics = kafka("topics", &["--describe"]);
        (!topics.contains("Leader: 2\t")).then_some(())
    });
    lab(&["start", "kafka-2"]).success();
    until("broker 2 is in sync again", STEADY, || {
        let topics = kafka("topics", &["--describe", "--under-replicated-partitions"]);
        topics.trim().is_empty().then_some(())
    });
    let mut screen = Screen::open("lab-admin");
    screen.wait("three live systems", FIRST_SYNC, |text| {
        text.contains("kafka ● 3/3")
    });
    screen.go_to("broker 2");
    screen.wait("broker 2", TWO_POLLS, |text| text.contains("─ broker 2 ─"));
    screen.press("E");
    screen.wait("what it would gain", TWO_POLLS, |text| {
        text.contains("partitions that prefer broker 2") && text.contains("2: leads ")
    });
    screen.press("\r");
    screen.wait("the lock", TWO_POLLS, |text| text.contains("Stay guarded"));
    screen.press("y");
    screen.wait("the metadata agrees", ANSWERED, |text| {
        text.contains("[ Cancel ]")
    });
    screen.press("y");
    screen.wait("the verdict", STEADY, |text| {
        text.contains("the metadata agrees") && text.contains("verdict")
    });
    let topics = kafka("topics", &["--describe"]);
    for line in topics.lines().filter(|line| line.contains("Replicas: 2,")) {
        assert!(line.contains("Leader: 2\t"), "{line}");
    }
    assert_eq!(screen.journal().len(), 1);
    close(screen);
    chaos(&["heal-brokers"]);
}

#[test]
fn what_is_refused_conflicts_or_is_rejected_is_told_truthfully() {
    let _lab = alone();
    let _back = ScaleBack;
    fraud_runs_in("1");
    let propose = |context: &str, count: &str| {
        let mut screen = Screen::open(context);
        screen.wait("the pods", FIRST_SYNC, |text| {
            text.contains("kafka ● 3/3") && text.contains("pods")
        });
        screen.go_to("workload finance/fraud");
        screen.wait("fraud", TWO_POLLS, |text| text.contains("finance/fraud"));
        screen.press("s");
        screen.press(count);
        screen.press("\r");
        screen.wait("the lock", TWO_POLLS, |text| text.contains("Stay guarded"));
        screen.press("y");
        screen
    };
    // A right is missing.
    let mut viewer = propose("lab-viewer", "2");
    viewer.wait("the missing right", ANSWERED, |text| {
        text.contains("forbidden: nothing was changed")
            && text.contains("cannot patch")
            && text.contains("it will not be done")
    });
    close(viewer);
    assert_eq!(replicas(), "1");
    // Somebody scales it between the dry run and the confirmation.
    let mut late = propose("lab-scaler", "3");
    late.wait("the dry run", ANSWERED, |text| text.contains("[ Cancel ]"));
    assert!(scale("finance", "fraud", "2"));
    late.press("y");
    late.wait("the conflict", ANSWERED, |text| {
        text.contains("conflict: nothing was changed") && text.contains("has 2 replicas now")
    });
    assert_eq!(replicas(), "2");
    assert_eq!(late.journal()[0]["result"], "failed");
    assert_eq!(late.journal()[0]["kind"], "conflict");
    close(late);
    // An admission rule.
    let policy = r#"{"apiVersion":"v1","kind":"List","items":[
        {"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingAdmissionPolicy","metadata":{"name":"plimsoll-test"},
         "spec":{"failurePolicy":"Fail","matchConstraints":{"resourceRules":[{"apiGroups":["apps"],"apiVersions":["v1"],"operations":["UPDATE"],"resources":["deployments/scale"]}]},
                 "validations":[{"expression":"object.spec.replicas < 5","message":"no more than four"}]}},
        {"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingAdmissionPolicyBinding","metadata":{"name":"plimsoll-test"},
         "spec":{"policyName":"plimsoll-test","validationActions":["Deny"]}}]}"#;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), policy).unwrap();
    kubectl(&["apply", "-f", &file.path().display().to_string()]).success();
    until("the rule is in force", STEADY, || {
        let tried = kubectl(&[
            "-n",
            "finance",
            "scale",
            "deployment/fraud",
            "--replicas=5",
            "--dry-run=server",
        ]);
        tried.stderr.contains("no more than four").then_some(())
    });
    let mut ruled = propose("lab-admin", "5");
    ruled.wait("the rule's words", ANSWERED, |text| {
        text.contains("rejected: nothing was changed") && text.contains("no more than four")
    });
    assert_eq!(replicas(), "2");
    close(ruled);
}

#[test]
fn a_probe_answers_by_its_exit_code_and_names_a_silent_broker() {
    let _lab = alone();
    let probe = |topic: &str, more: &[&str]| {
        let args = [
            "probe",
            "--topic",
            topic,
            "--no-kube",
            "--bootstrap-server",
            BOOTSTRAP,
            "-o",
            "json",
        ];
        plimsoll(&[&args[..], more].concat())
    };
    let fine = probe("orders", &[]);
    assert_eq!(fine.code, 0, "{fine:?}");
    let report = fine.json();
    let items = report["items"].as_array().unwrap();
    assert_eq!(items.len(), 12);
    for item in items {
        assert!(item["acknowledged_ms"].as_f64().unwrap() > 0.0, "{item}");
        assert!(
            item["end_to_end_ms"].as_f64() >= item["acknowledged_ms"].as_f64(),
            "{item}"
        );
        let partition = item["partition"].to_string();
        let offset = item["offset"].as_i64().unwrap();
        // Kafka's own tool finds a record there.
        if partition == "0" {
            let read = kafka(
                "console-consumer",
                &[
                    "--topic",
                    "orders",
                    "--partition",
                    "0",
                    "--offset",
                    &offset.to_string(),
                    "--max-messages",
                    "1",
                    "--formatter-property",
                    "print.key=true",
                ],
            );
            assert!(read.starts_with("plimsoll-probe"), "{read}");
        }
    }
    for (topic, words) in [
        ("payments", "is compacted"),
        ("nosuch", "there is no topic nosuch"),
        ("__consumer_offsets", "is internal"),
    ] {
        let refused = probe(topic, &[]);
        assert_eq!(refused.code, 2, "{refused:?}");
        assert!(refused.stderr.contains(words), "{refused:?}");
    }
    assert_eq!(probe("orders", &["--read-only"]).code, 2);
    let topics = kafka("topics", &["--list"]);
    assert!(!topics.contains("nosuch"), "a probe creates no topic");
    let _ = kubeconfig();
    chaos(&["broker-pause", "3"]);
    let half = probe("orders", &[]);
    chaos(&["broker-resume", "3"]);
    chaos(&["heal-brokers"]);
    assert!(matches!(half.code, 1 | 3), "{half:?}");
    if half.code == 1 {
        assert!(
            half.stdout.contains("no answer in 10 s") || half.stdout.contains("not readable"),
            "{half:?}"
        );
    }
}
