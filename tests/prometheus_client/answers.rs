//! What is made of each answer.
use plimsoll::net::prometheus::{
    Answer, Error, ErrorKind, Point, Signal, Subject,
    query::{backfill, refresh},
};

use super::{
    client,
    fake_http::{FakeHttp, Reply, Step},
    fixture, has,
};

const LOG_SIZE: &str = "kafka_log_log_size";
const NOW: i64 = 1_795_235_460_000;

async fn refresh_from(reply: Reply) -> Result<Answer, Error> {
    let server = FakeHttp::start(move |_| reply.clone()).await;
    refresh(&client(&server.url()), &has(&[LOG_SIZE])).await
}

fn point(pod: &str, t_ms: i64, value: f64) -> Point {
    Point {
        signal: Signal::LogSize,
        subject: Subject::Broker(pod.into()),
        t_ms,
        value,
    }
}

#[tokio::test]
async fn warnings_are_kept_beside_the_values() {
    let answer = refresh_from(Reply::text(200, fixture("thanos_partial")))
        .await
        .unwrap();
    assert_eq!(answer.points, [point("a", 1_795_235_460_500, 7.0)]);
    let expected = [
        "some store API is down",
        "PromQL info: metric might not be a counter",
    ];
    assert_eq!(answer.warnings, expected);
}

#[tokio::test]
async fn what_is_no_number_is_skipped_and_counted() {
    // The recorded answer does not bear our mark: it is given one.
    let marked = fixture("not_numbers").replace(r#"{"pod""#, r#"{"plimsoll":"0","pod""#);
    let answer = refresh_from(Reply::text(200, marked)).await.unwrap();
    assert_eq!(answer.points, [point("d", 1_795_235_460_669, 2.5)]);
    assert_eq!(answer.skipped, 3);
    let answer = refresh_from(Reply::text(200, fixture("vector_with_histogram")))
        .await
        .unwrap();
    assert_eq!((answer.points.len(), answer.skipped), (1, 1));
}

#[tokio::test]
async fn a_history_comes_in_steps_with_its_gaps() {
    let body = fixture("matrix_with_histograms");
    let server = FakeHttp::start(move |_| Reply::text(200, body.clone())).await;
    let answer = backfill(&client(&server.url()), &has(&[LOG_SIZE]), NOW, |_| true)
        .await
        .unwrap();
    assert_eq!(
        answer.points,
        [point("a", NOW - 60_000, 1.0), point("a", NOW, 3.0)]
    );
    assert_eq!(answer.skipped, 2, "one NaN, one histogram");
    let seen = server.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].path(), "/api/v1/query_range");
    assert_eq!(seen[0].query("start"), Some("1795233660"));
    assert_eq!(seen[0].query("end"), Some("1795235460"));
    assert_eq!(seen[0].query("step"), Some("30"));
}

#[tokio::test]
async fn groups_and_pods_are_told_by_their_own_labels() {
    let lag =
        fixture("matrix").replace(r#"{"consumergroup""#, r#"{"plimsoll":"0","consumergroup""#);
    let server = FakeHttp::start(move |_| Reply::text(200, lag.clone())).await;
    let probe = has(&[
        "kafka_consumergroup_lag",
        "kminion_kafka_consumer_group_topic_lag",
    ]);
    let answer = backfill(&client(&server.url()), &probe, NOW, |_| true)
        .await
        .unwrap();
    let fraud = Subject::Group {
        group: "fraud".into(),
        topic: "orders".into(),
    };
    let values: Vec<f64> = answer
        .points
        .iter()
        .filter(|point| point.subject == fraud && point.signal == Signal::GroupLag)
        .map(|point| point.value)
        .collect();
    assert_eq!(values, [16271.0, 16119.0, 10616.0, 18769.0]);
    let query = super::unescape(server.seen()[0].query("query").unwrap());
    assert!(!query.contains("kminion"), "one dialect a signal: {query}");
}

#[tokio::test]
async fn series_that_are_not_ours_are_left_out() {
    let answer = refresh_from(Reply::text(200, fixture("vector")))
        .await
        .unwrap();
    assert_eq!(answer, Answer::default());
    let strange = fixture("thanos_partial").replace(r#""0""#, r#""99""#);
    assert!(
        refresh_from(Reply::text(200, strange))
            .await
            .unwrap()
            .points
            .is_empty()
    );
}

#[tokio::test]
async fn refusals_of_every_kind_are_classified() {
    let html = "<html><title>Sign in</title></html>";
    let table = [
        (
            Reply::text(400, fixture("bad_data")),
            ErrorKind::Rejected,
            "unclosed left parenthesis",
        ),
        (
            Reply::text(503, fixture("timeout")),
            ErrorKind::Timeout,
            "query timed out",
        ),
        (
            Reply::text(403, fixture("forbidden_by_api_server")),
            ErrorKind::Forbidden,
            "User \"lab-nobody\" cannot get resource \"services/proxy\"",
        ),
        (Reply::text(200, html), ErrorKind::Decode, "an HTML page"),
        (Reply::text(200, "{}"), ErrorKind::Decode, "200 OK"),
        (
            Reply::text(200, ""),
            ErrorKind::Decode,
            "not the Prometheus API's",
        ),
        (
            Reply::text(
                200,
                r#"{"status":"success","data":{"resultType":"vector"}}"#,
            ),
            ErrorKind::Decode,
            "missing field",
        ),
        (
            Reply::text(401, "Unauthorized\n"),
            ErrorKind::Unauthorized,
            "401 Unauthorized; give credentials",
        ),
        (
            Reply::text(404, html),
            ErrorKind::Missing,
            "404 Not Found; check the path",
        ),
        (
            Reply::text(502, html),
            ErrorKind::Unreachable,
            "502 Bad Gateway",
        ),
        (
            Reply::text(429, "slow down"),
            ErrorKind::Throttled { retry_after: None },
            "slow down",
        ),
        (
            Reply::text(429, "").header("retry-after", "7"),
            ErrorKind::Throttled {
                retry_after: Some(std::time::Duration::from_secs(7)),
            },
            "429",
        ),
        (
            Reply::steps(200, vec![Step::Data("{".into()), Step::Break]),
            ErrorKind::Unreachable,
            "query: ",
        ),
        (
            Reply::text(
                200,
                r#"{"status":"error","errorType":"execution","error":"too many samples"}"#,
            ),
            ErrorKind::Rejected,
            "too many samples",
        ),
    ];
    for (reply, kind, words) in table {
        let case = format!("{reply:?}").chars().take(120).collect::<String>();
        let error = refresh_from(reply).await.unwrap_err();
        assert_eq!(error.kind, kind, "{case}: {error}");
        let text = error.to_string();
        assert!(
            text.starts_with("http://127.0.0.1:") && text.contains(": query: "),
            "{text}"
        );
        assert!(
            text.contains(words) && !text.contains('\n'),
            "{case}: {text}"
        );
        assert!(
            !text.contains("label_replace"),
            "the query is not repeated: {text}"
        );
    }
}
