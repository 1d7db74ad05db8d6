//! Scaling through a scripted API server: what is sent, how often, and what is said of each answer.
use std::{fs, path::Path, time::Duration};

use http::Method;
use plimsoll::{
    act::{Hands, ONCE, Permit, journal::Journal, once},
    model::{Time, WorkloadId},
    net::kube::{KubeEnv, KubeFlags, Writer, exec::Plugins},
    plan::{Change, Done, Entry, Failure, FailureKind, Outcome},
};
use serde_json::{Value, json};

use super::{
    fake_http::{FakeHttp, Reply, Step},
    flags,
};

const NOW: Time = Time(1_800_000_000_000);

fn now() -> Time {
    NOW
}

fn scale(replicas: u32) -> Reply {
    Reply::json(&json!({
        "kind": "Scale", "metadata": {"name": "fraud", "resourceVersion": "77"}, "spec": {"replicas": replicas},
    }))
}

fn entry() -> Entry {
    Entry {
        at: NOW,
        site: "prod".into(),
        change: Change::Scale {
            workload: WorkloadId {
                namespace: "finance".into(),
                kind: "Deployment".into(),
                name: "fraud".into(),
            },
            from: 1,
            to: 6,
        },
        command: "kubectl scale".to_owned(),
        undo_of: None,
        sent: None,
        answered: None,
        outcome: None,
        verdict: String::new(),
        ended: None,
    }
}

fn hands(server: &FakeHttp) -> Hands {
    let flags = KubeFlags {
        request_timeout: Some(Duration::from_millis(700)),
        ..flags(server)
    };
    let writer = Writer::new(flags, KubeEnv::default(), Plugins::Silent).unwrap();
    Hands::new(
        &Permit::unless(false).unwrap(),
        "prod".into(),
        Some(writer),
        None,
    )
}

/// The server has `before` replicas, answers the patch so, and has `after` then.
async fn change(
    before: u32,
    patch: Reply,
    after: u32,
    dir: &Path,
) -> (Result<Done, Failure>, FakeHttp) {
    let mut patched = false;
    let server = FakeHttp::start(move |seen| {
        if seen.method == Method::PATCH {
            patched = true;
            patch.clone()
        } else {
            scale(if patched { after } else { before })
        }
    })
    .await;
    let hands = hands(&server);
    let mut journal = Journal::new(dir.to_owned());
    let done = once(&hands, &mut journal, &entry(), now).await;
    (done, server)
}

fn patches(server: &FakeHttp) -> usize {
    server
        .seen()
        .iter()
        .filter(|seen| seen.method == Method::PATCH)
        .count()
}

#[tokio::test]
async fn a_scale_is_sent_once_with_its_version_and_read_back() {
    let dir = tempfile::tempdir().unwrap();
    let (done, server) = change(1, scale(6), 6, dir.path()).await;
    assert_eq!(done, Ok(Done::Scaled { replicas: Some(6) }));
    assert_eq!(patches(&server), 1);
    let seen = server.seen();
    let patch = seen
        .iter()
        .find(|seen| seen.method == Method::PATCH)
        .unwrap();
    assert_eq!(
        patch.path(),
        "/apis/apps/v1/namespaces/finance/deployments/fraud/scale"
    );
    assert_eq!(patch.query("fieldManager"), Some("plimsoll"));
    assert_eq!(patch.query("dryRun"), None);
    assert_eq!(
        patch.header("content-type"),
        Some("application/merge-patch+json")
    );
    let body: Value = serde_json::from_slice(&patch.body).unwrap();
    assert_eq!(
        body,
        json!({"metadata": {"resourceVersion": "77"}, "spec": {"replicas": 6}})
    );
}

#[tokio::test]
async fn each_answer_is_told_for_what_it_is_and_nothing_is_sent_twice() {
    let rbac = r#"deployments.apps "fraud" is forbidden: User "v" cannot patch resource "deployments/scale" in API group "apps" in the namespace "finance""#;
    let webhook = r#"admission webhook "guard.example.com" denied the request: not on Fridays"#;
    let cases = [
        (
            Reply::status(403, "Forbidden", rbac),
            FailureKind::Forbidden,
            "cannot patch",
        ),
        (
            Reply::status(403, "Forbidden", webhook),
            FailureKind::Rejected,
            "not on Fridays",
        ),
        (
            Reply::status(409, "Conflict", "the object has been modified"),
            FailureKind::Conflict,
            "has been modified",
        ),
        (
            Reply::status(422, "Invalid", "replicas: must not be"),
            FailureKind::Rejected,
            "must not be",
        ),
        (
            Reply::status(500, "InternalError", "etcd has gone"),
            FailureKind::Unanswered,
            "etcd has gone",
        ),
        (
            Reply::steps(200, vec![Step::Hang]),
            FailureKind::Unanswered,
            "read again, it has 6 replicas",
        ),
        (
            Reply::steps(200, vec![Step::Data("{".into()), Step::Break]),
            FailureKind::Unanswered,
            "read again, it has 6 replicas",
        ),
        (
            Reply::text(200, "not json"),
            FailureKind::Unanswered,
            "read again, it has 6 replicas",
        ),
    ];
    for (reply, kind, words) in cases {
        let dir = tempfile::tempdir().unwrap();
        let (done, server) = change(1, reply, 6, dir.path()).await;
        let failure = done.unwrap_err();
        assert_eq!(failure.kind, kind, "{failure}");
        assert!(failure.words.contains(words), "{failure}");
        assert_eq!(patches(&server), 1, "{failure}");
    }
}

#[tokio::test]
async fn another_count_than_that_of_the_plan_is_a_conflict_before_anything_is_sent() {
    let dir = tempfile::tempdir().unwrap();
    let (done, server) = change(3, scale(6), 6, dir.path()).await;
    let failure = done.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Conflict);
    assert!(
        failure
            .words
            .contains("has 3 replicas now, the plan was made for 1"),
        "{failure}"
    );
    assert_eq!(patches(&server), 0);
}

#[tokio::test]
async fn without_a_journal_nothing_is_sent_and_another_site_is_not_touched() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let (done, server) = change(1, scale(6), 6, &file.join("below")).await;
    let failure = done.unwrap_err();
    assert_eq!(failure.kind, FailureKind::NotSent);
    assert!(failure.words.contains("journal"), "{failure}");
    assert!(server.seen().is_empty());

    let server = FakeHttp::start(|_| scale(1)).await;
    let elsewhere = Entry {
        site: "test".into(),
        ..entry()
    };
    let done = once(
        &hands(&server),
        &mut Journal::new(dir.path().to_owned()),
        &elsewhere,
        now,
    )
    .await;
    assert_eq!(done.unwrap_err().kind, FailureKind::NotSent);
    assert!(server.seen().is_empty());
}

fn files(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_change_is_on_disk_before_it_is_sent_and_one_line_when_it_has_ended() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().to_owned();
    let server = FakeHttp::start(move |seen| {
        if seen.method == Method::PATCH {
            let open = files(&place);
            assert_eq!(open.len(), 1, "{open:?}");
            let text = fs::read_to_string(place.join(&open[0])).unwrap();
            assert!(
                text.contains("\"sent\"") && !text.contains("\"answered\""),
                "{text}"
            );
        }
        scale(1)
    })
    .await;
    let mut journal = Journal::new(dir.path().to_owned());
    let done = once(&hands(&server), &mut journal, &entry(), now).await;
    assert!(done.is_ok(), "{done:?}");
    // A second program sees that the first still lives.
    assert!(Journal::new(dir.path().to_owned()).recall().is_empty());
    let ended = Entry {
        outcome: Some(Outcome::Steady),
        verdict: "steady".to_owned(),
        ended: Some(NOW),
        ..entry()
    };
    journal.close(ONCE, &ended).unwrap();
    assert_eq!(files(dir.path()), ["journal.jsonl"]);
    let text = fs::read_to_string(Journal::file(dir.path())).unwrap();
    assert_eq!(text.lines().count(), 1);
    let line: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(line["at"], "2027-01-15T08:00:00Z");
    assert_eq!(
        (&line["action"], &line["result"], &line["to"]),
        (&json!("scale"), &json!("steady"), &json!(6))
    );
    assert_eq!(serde_json::from_str::<Entry>(&text).unwrap(), ended);
}

#[tokio::test]
async fn what_a_dead_program_left_is_recalled_and_closed() {
    let dir = tempfile::tempdir().unwrap();
    let (done, _server) = change(1, Reply::steps(200, vec![Step::Hang]), 1, dir.path()).await;
    assert!(done.is_err());
    // The journal of that run is gone, as with the process: its file is not held any more.
    let mut journal = Journal::new(dir.path().to_owned());
    let left = journal.recall();
    let [(ticket, entry)] = left.as_slice() else {
        panic!("{left:?}")
    };
    assert!(entry.sent.is_some());
    let ended = Entry {
        outcome: Some(Outcome::Interrupted),
        ..entry.clone()
    };
    journal.close(*ticket, &ended).unwrap();
    assert_eq!(files(dir.path()), ["journal.jsonl"]);
    assert!(journal.recall().is_empty());
}
