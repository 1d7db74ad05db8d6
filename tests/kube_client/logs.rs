//! Logs, events and objects read on demand: what is asked, what is told, and how a stream goes on after it ended.
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use plimsoll::{
    app::{
        Msg,
        reading::{Answer, Ask, AskOf, LogAsk, LogPod, Said, Since},
    },
    model::{Key, PodId, Time, WorkloadId},
    net::kube::{
        Resource,
        logs::{LONGEST_LINE, LogQuery, open},
    },
    source::{Reader, doctor::Servers},
};
use serde_json::json;
use tokio::sync::mpsc;

use super::{
    client, event,
    fake_http::{FakeHttp, Reply, Step},
};

/// A reader on the server, and its answers in short words.
struct Desk {
    reader: Reader,
    answers: mpsc::Receiver<Msg>,
}

impl Desk {
    fn new(server: &FakeHttp) -> Self {
        let (to, answers) = mpsc::channel(64);
        let servers = Servers {
            kube: Some(client(server)),
            ..Servers::default()
        };
        let reader = Reader::new(servers, to);
        Desk { reader, answers }
    }

    fn ask(&mut self, generation: u64, of: AskOf) {
        self.reader.ask(Some(Ask { generation, of }));
    }

    /// The next answer; ten seconds are far more than any of them takes.
    async fn next(&mut self) -> Answer {
        let next = tokio::time::timeout(Duration::from_secs(10), self.answers.recv());
        match next.await.expect("an answer").expect("a reader") {
            Msg::Read(answer) => *answer,
            other => panic!("{other:?}"),
        }
    }

    /// The texts of the next lines and notes, until there are so many.
    async fn texts(&mut self, count: usize) -> Vec<String> {
        let mut texts = Vec::new();
        while texts.len() < count {
            match self.next().await.said {
                Said::Lines { lines, .. } => texts.extend(lines.into_iter().map(|line| line.text)),
                Said::Note { text, bad, .. } => {
                    texts.push(format!("{}{text}", if bad { "! " } else { "- " }));
                }
                Said::Failed { why } => texts.push(format!("failed: {why}")),
                other => panic!("{other:?}"),
            }
        }
        texts
    }

    /// Nothing is told any more.
    async fn silence(&mut self) {
        let next = tokio::time::timeout(Duration::from_millis(300), self.answers.recv());
        assert!(next.await.is_err(), "there is an answer");
    }
}

fn pod(name: &str, containers: u16) -> LogPod {
    LogPod {
        id: PodId {
            namespace: "shop".into(),
            name: name.into(),
        },
        uid: format!("uid-{name}").into(),
        created: None,
        containers,
    }
}

fn of(pods: &[LogPod]) -> AskOf {
    AskOf::Logs(LogAsk {
        pods: pods.to_vec(),
        previous: false,
        since: Since::Tail,
    })
}

fn line(second: u32, text: &str) -> Step {
    Step::Data(format!("2027-01-15T08:00:{second:02}.5Z {text}\n").into())
}

/// A server whose log answers come in turn, the last one for ever.
async fn server(replies: Vec<Reply>) -> FakeHttp {
    let asked = AtomicUsize::new(0);
    FakeHttp::start(move |_| {
        let place = asked.fetch_add(1, Ordering::Relaxed).min(replies.len() - 1);
        replies[place].clone()
    })
    .await
}

#[tokio::test]
async fn a_log_is_followed_with_its_timestamps_and_nothing_compressed() {
    let server = server(vec![Reply::steps(
        200,
        vec![line(1, "one"), line(2, "two"), Step::Hang],
    )])
    .await;
    let mut desk = Desk::new(&server);
    desk.ask(3, of(&[pod("a", 1)]));
    let answer = desk.next().await;
    assert_eq!(answer.generation, 3);
    let Said::Lines { stream, lines } = answer.said else {
        panic!()
    };
    assert_eq!((&*stream.pod, &stream.container), ("a", &None));
    assert_eq!(lines[0].text, "one");
    assert_eq!(lines[0].at.unwrap().0, 1_800_000_001_500);
    let seen = &server.seen()[0];
    let wanted = "/api/v1/namespaces/shop/pods/a/log?timestamps=true&follow=true&tailLines=200";
    assert_eq!(seen.target, wanted);
    assert_eq!(seen.header("accept"), Some("*/*"));
    assert_eq!(seen.header("accept-encoding"), Some("identity"));
    // With the same generation new pods are added, and those that are read are left alone.
    desk.ask(3, of(&[pod("a", 1), pod("b", 1)]));
    while !server
        .seen()
        .iter()
        .any(|seen| seen.path().contains("/b/log"))
    {
        tokio::task::yield_now().await;
    }
    assert_eq!(server.seen().len(), 2);
    desk.reader.ask(None);
    while desk.answers.try_recv().is_ok() {}
    desk.silence().await;
}

#[tokio::test]
async fn after_a_restart_it_goes_on_where_it_was_and_tells_no_line_twice() {
    let again = vec![
        line(1, "one"),
        line(2, "two"),
        line(2, "too"),
        line(3, "three"),
        Step::Hang,
    ];
    let server = server(vec![
        Reply::steps(200, vec![line(1, "one"), line(2, "two")]),
        Reply::status(
            400,
            "BadRequest",
            "container \"app\" in pod \"a\" is waiting to start: CrashLoopBackOff",
        ),
        Reply::steps(200, again),
    ])
    .await;
    let mut desk = Desk::new(&server);
    desk.ask(1, of(&[pod("a", 1)]));
    let texts = desk.texts(6).await;
    let waiting = "! container \"app\" in pod \"a\" is waiting to start: CrashLoopBackOff";
    assert_eq!(
        texts,
        [
            "one",
            "two",
            "- the log ended; reading on",
            waiting,
            "too",
            "three"
        ]
    );
    let since = |place: usize| server.seen()[place].query("sinceTime").map(str::to_owned);
    assert_eq!(since(0), None);
    assert_eq!(since(1).as_deref(), Some("2027-01-15T08%3A00%3A02Z"));
    assert_eq!(server.seen()[1].query("tailLines"), None);
}

#[tokio::test]
async fn a_pod_that_is_gone_or_forbidden_is_not_asked_for_again() {
    let why = "pods \"a\" is forbidden: User \"u\" cannot get resource \"pods/log\" in API group \"\" in the namespace \"shop\"";
    for (reply, words) in [
        (
            Reply::status(404, "NotFound", "pods \"a\" not found"),
            "- the pod is gone".to_owned(),
        ),
        (
            Reply::status(403, "Forbidden", why),
            format!("! {why}; ask an administrator for this right, or choose another context"),
        ),
    ] {
        let server = server(vec![reply]).await;
        let mut desk = Desk::new(&server);
        desk.ask(1, of(&[pod("a", 1)]));
        assert_eq!(desk.texts(1).await, [words]);
        desk.silence().await;
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn all_containers_are_read_each_by_its_name() {
    let server = FakeHttp::start(|seen| match seen.query("container") {
        None => Reply::json(&json!({"spec": {"containers": [{"name": "app"}, {"name": "proxy"}]}})),
        Some(name) => Reply::steps(200, vec![line(1, &format!("of {name}")), Step::Hang]),
    })
    .await;
    let mut desk = Desk::new(&server);
    desk.ask(1, of(&[pod("a", 2)]));
    let mut texts = desk.texts(2).await;
    texts.sort();
    assert_eq!(texts, ["of app", "of proxy"]);
    assert_eq!(server.seen()[0].target, "/api/v1/namespaces/shop/pods/a");
}

#[tokio::test]
async fn pods_are_told_apart_though_the_model_keeps_no_uid_of_them() {
    let server = FakeHttp::start(|seen| {
        let name = seen.path().split('/').nth(6).unwrap_or_default().to_owned();
        Reply::steps(200, vec![line(1, &format!("of {name}")), Step::Hang])
    })
    .await;
    let mut desk = Desk::new(&server);
    let made = |name: &str, at| LogPod {
        uid: "".into(),
        created: Some(Time(at)),
        ..pod(name, 1)
    };
    desk.ask(1, of(&[made("a", 1), made("b", 1)]));
    let mut texts = desk.texts(2).await;
    texts.sort();
    assert_eq!(texts, ["of a", "of b"]);
    // One of a StatefulSet comes back under its name.
    desk.ask(1, of(&[made("a", 2), made("b", 1)]));
    assert_eq!(desk.texts(1).await, ["of a"]);
    desk.silence().await;
}

#[tokio::test]
async fn what_was_written_before_the_last_restart_is_read_once() {
    let server = server(vec![Reply::steps(200, vec![line(1, "last words")])]).await;
    let mut desk = Desk::new(&server);
    let ask = LogAsk {
        pods: vec![pod("a", 1)],
        previous: true,
        since: Since::Minutes(5),
    };
    desk.ask(1, AskOf::Logs(ask));
    assert_eq!(desk.texts(1).await, ["last words"]);
    desk.silence().await;
    let query = server.seen()[0]
        .target
        .split_once('?')
        .unwrap()
        .1
        .to_owned();
    assert_eq!(query, "timestamps=true&previous=true&sinceSeconds=300");
}

#[tokio::test]
async fn the_seventeenth_is_read_when_another_ends() {
    let server = FakeHttp::start(|seen| match seen.path() {
        "/api/v1/namespaces/shop/pods/a3/log" => {
            Reply::status(404, "NotFound", "pods \"a3\" not found")
        }
        "/api/v1/namespaces/shop/pods/a16/log" => {
            Reply::steps(200, vec![line(1, "at last"), Step::Hang])
        }
        _ => Reply::steps(200, vec![Step::Hang]).after(Duration::from_secs(3_600)),
    })
    .await;
    let mut desk = Desk::new(&server);
    let pods: Vec<LogPod> = (0..17).map(|n| pod(&format!("a{n}"), 1)).collect();
    desk.ask(1, of(&pods));
    let mut texts = desk.texts(3).await;
    texts.sort();
    assert_eq!(
        texts,
        [
            "! is read when another ends: at most 16 streams at once",
            "- the pod is gone",
            "at last"
        ]
    );
}

#[tokio::test]
async fn sixteen_streams_at_once_and_silent_ones_do_not_hold_up_other_requests() {
    // No answer begins, as with a container that writes nothing.
    let server = FakeHttp::start(|seen| {
        if seen.path().ends_with("/log") {
            Reply::steps(200, vec![Step::Hang]).after(Duration::from_secs(3_600))
        } else {
            Reply::json(&json!({"kind": "Pod", "metadata": {"name": "x"}}))
        }
    })
    .await;
    let mut desk = Desk::new(&server);
    let pods: Vec<LogPod> = (0..17).map(|n| pod(&format!("a{n}"), 1)).collect();
    desk.ask(1, of(&pods));
    assert_eq!(
        desk.texts(1).await,
        ["! is read when another ends: at most 16 streams at once"]
    );
    let kube = client(&server);
    let query = LogQuery {
        namespace: "shop".into(),
        pod: "silent".into(),
        follow: true,
        ..LogQuery::default()
    };
    let silent: Vec<_> = (0..6)
        .map(|_| {
            let (kube, query) = (kube.clone(), query.clone());
            tokio::spawn(async move { open(&kube, &query).await.map(|_| ()) })
        })
        .collect();
    while server
        .seen()
        .iter()
        .filter(|seen| seen.path().contains("/silent/"))
        .count()
        < 6
    {
        tokio::task::yield_now().await;
    }
    let pods = Resource::PODS;
    let object = plimsoll::net::kube::object::get(&kube, &pods, "shop", "x");
    let object = tokio::time::timeout(Duration::from_secs(5), object)
        .await
        .expect("in time");
    assert_eq!(object.unwrap()["kind"], "Pod");
    silent.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn a_long_line_is_cut_while_it_comes_and_the_next_one_is_whole() {
    let part = "x".repeat(40_000);
    let stamp = "2027-01-15T08:00:01Z ";
    let steps = vec![
        Step::Data(format!("{stamp}{part}").into()),
        Step::Data(part.clone().into()),
        Step::Data(part.into()),
        Step::Data(format!("end\n{stamp}next\n{stamp}half").into()),
    ];
    let server = server(vec![Reply::steps(200, steps)]).await;
    let query = LogQuery {
        namespace: "shop".into(),
        pod: "a".into(),
        ..LogQuery::default()
    };
    let mut lines = open(&client(&server), &query).await.unwrap();
    let first = lines.next().await.unwrap().unwrap();
    assert_eq!(first.text.len(), LONGEST_LINE - stamp.len());
    assert_eq!(first.cut, (120_003 + stamp.len() - LONGEST_LINE) as u64);
    assert_eq!(lines.next().await.unwrap().unwrap().text, "next");
    let half = lines.next().await.unwrap().unwrap();
    assert_eq!(
        (&*half.text, half.cut),
        ("half", 0),
        "what has no line end is told at the end"
    );
    assert_eq!(lines.next().await.unwrap(), None);
}

#[tokio::test]
async fn what_the_kubelet_says_is_a_line_and_a_cut_connection_is_read_on() {
    let said = Step::Data("unable to retrieve container logs for containerd://x\n".into());
    let server = server(vec![
        Reply::steps(200, vec![line(1, "one"), said, Step::Break]),
        Reply::steps(200, vec![line(1, "one"), line(4, "four"), Step::Hang]),
    ])
    .await;
    let mut desk = Desk::new(&server);
    desk.ask(1, of(&[pod("a", 1)]));
    let texts = desk.texts(4).await;
    assert_eq!(
        texts[..2],
        [
            "one",
            "unable to retrieve container logs for containerd://x"
        ]
    );
    assert!(texts[2].starts_with("! the log broke off: "), "{texts:?}");
    assert_eq!(texts[3], "four");
}

#[tokio::test]
async fn events_are_watched_by_the_name_of_their_object() {
    let told = |name: &str, kind: &str, reason: &str| {
        json!({
            "metadata": {"name": name, "namespace": "shop", "uid": name, "resourceVersion": "8"},
            "type": kind, "reason": reason, "message": "m", "count": 2,
            "involvedObject": {"kind": "Pod", "name": "a"}, "lastTimestamp": "2027-01-15T08:00:01Z",
        })
    };
    let server = FakeHttp::start(move |seen| {
        if seen.is_watch() {
            let changes = [event("ADDED", &told("e2", "Warning", "BackOff"))];
            Reply::watch(&changes, Step::Hang)
        } else {
            let items = vec![told("e1", "Normal", "Started")];
            Reply::json(&json!({"metadata": {"resourceVersion": "7"}, "items": items}))
        }
    })
    .await;
    let mut desk = Desk::new(&server);
    let id = PodId {
        namespace: "shop".into(),
        name: "a".into(),
    };
    desk.ask(1, AskOf::Events(Key::Pod(id)));
    let mut seen = Vec::new();
    while seen.len() < 2 {
        if let Said::Events { set, .. } = desk.next().await.said {
            seen.extend(
                set.into_iter()
                    .map(|event| format!("{} {} x{}", event.kind, event.reason, event.count)),
            );
        }
    }
    assert_eq!(seen, ["Normal Started x2", "Warning BackOff x2"]);
    let first = &server.seen()[0];
    assert_eq!(first.path(), "/api/v1/namespaces/shop/events");
    let fields = "involvedObject.kind%3DPod%2CinvolvedObject.name%3Da";
    assert_eq!(first.query("fieldSelector"), Some(fields));
}

#[tokio::test]
async fn an_object_is_read_once_and_masked_or_it_is_said_why_not() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let server = FakeHttp::start(move |seen| {
        count.fetch_add(1, Ordering::Relaxed);
        match seen.path() {
            "/apis/apps/v1/namespaces/shop/deployments/a" => Reply::json(&json!({
                "kind": "Deployment", "spec": {"env": [{"name": "DB_PASSWORD", "value": "hunter2"}]},
            })),
            "/apis/core.strimzi.io" => {
                Reply::json(&json!({"preferredVersion": {"version": "v1"}, "versions": []}))
            }
            "/apis/core.strimzi.io/v1/namespaces/shop/strimzipodsets/a" => Reply::json(&json!({"kind": "StrimziPodSet"})),
            _ => Reply::status(403, "Forbidden", "nodes \"n\" is forbidden: User \"u\" cannot get resource \"nodes\""),
        }
    })
    .await;
    let mut desk = Desk::new(&server);
    let workload = |kind: &str| {
        let id = WorkloadId {
            namespace: "shop".into(),
            kind: kind.into(),
            name: "a".into(),
        };
        AskOf::Object(Key::Workload(id))
    };
    desk.ask(1, workload("Deployment"));
    let Said::Object { value, masked } = desk.next().await.said else {
        panic!()
    };
    assert_eq!(
        (masked, value["spec"]["env"][0]["value"].as_str()),
        (1, Some("(masked)"))
    );
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    desk.ask(2, workload("StrimziPodSet"));
    let Said::Object { value, .. } = desk.next().await.said else {
        panic!()
    };
    assert_eq!(value["kind"], "StrimziPodSet");
    desk.ask(3, AskOf::Object(Key::Node("n".into())));
    let words = desk.texts(1).await;
    assert!(
        words[0].contains("cannot get resource \"nodes\"; ask an administrator"),
        "{words:?}"
    );
    desk.ask(4, workload("Sandwich"));
    assert!(desk.texts(1).await[0].contains("Sandwich is not known"));
}
