//! Watches that end, break, grow too old, or fall silent.
use std::time::Duration;

use plimsoll::net::kube::{ErrorKind, Resource, Scope, WatchEvent, WatchSpec, watch::watch};
use serde_json::json;

use super::{
    Pods, bookmark, client, event, expect,
    fake_http::{FakeHttp, Reply, Seen, Step},
    list, next, next_words, pod, pods,
};

/// Answers the nth list and the nth watch.
async fn serve(
    mut lists: impl FnMut(usize) -> Reply + Send + 'static,
    mut watches: impl FnMut(usize, &Seen) -> Reply + Send + 'static,
) -> FakeHttp {
    let mut count = (0, 0);
    FakeHttp::start(move |seen| {
        if seen.is_watch() {
            count.1 += 1;
            watches(count.1, seen)
        } else {
            count.0 += 1;
            lists(count.0)
        }
    })
    .await
}

fn lists_a(_: usize) -> Reply {
    Reply::json(&list(&["a"], "7"))
}

#[tokio::test]
async fn a_watch_that_ends_resumes_behind_its_last_bookmark() {
    let server = serve(lists_a, |count, _| match count {
        1 => Reply::watch(
            &[event("MODIFIED", &pod("a", "8")), bookmark("40")],
            Step::Data("".into()),
        ),
        _ => Reply::watch(&[event("MODIFIED", &pod("a", "41"))], Step::Hang),
    })
    .await;
    let mut events = pods(&client(&server));
    expect(&mut events, &["begin", "page a", "listed", "alive"]).await;
    // The bookmark and the change came in one batch: either order is right.
    let mut both = [next_words(&mut events).await, next_words(&mut events).await];
    both.sort();
    assert_eq!(both, ["alive", "changed a"]);
    expect(&mut events, &["alive", "changed a"]).await;
    assert_eq!(server.seen()[2].query("resourceVersion"), Some("40"));
}

#[tokio::test]
async fn a_watch_that_is_cut_in_the_middle_of_a_line_loses_nothing() {
    let server = serve(lists_a, |count, _| match count {
        1 => {
            let half = r#"{"type":"MODIFIED","object":{"metadata":{"name":"half""#;
            let whole = format!("{}\n{half}", event("ADDED", &pod("b", "9")));
            Reply::steps(200, vec![Step::Data(whole.into()), Step::Break])
        }
        _ => Reply::watch(&[event("MODIFIED", &pod("c", "10"))], Step::Hang),
    })
    .await;
    let mut events = pods(&client(&server));
    let expected = [
        "begin",
        "page a",
        "listed",
        "alive",
        "changed b",
        "alive",
        "changed c",
    ];
    expect(&mut events, &expected).await;
    assert_eq!(server.seen()[2].query("resourceVersion"), Some("9"));
}

#[tokio::test]
async fn too_old_a_version_begins_again_and_names_what_is_gone() {
    let expired = || Reply::status(410, "Expired", "too old resource version: 7 (900)");
    let within = json!({"type": "ERROR", "object": {
        "kind": "Status", "code": 410, "reason": "Expired", "message": "too old resource version"}});
    for answer in [expired(), Reply::watch(&[within], Step::Hang)] {
        let server = serve(
            |count| match count {
                1 => Reply::json(&list(&["a", "b"], "7")),
                _ => Reply::json(&list(&["b", "c"], "900")),
            },
            move |count, _| {
                if count == 1 {
                    answer.clone()
                } else {
                    Reply::watch(&[], Step::Hang)
                }
            },
        )
        .await;
        let mut spec = WatchSpec::new(Resource::PODS, Scope::All);
        spec.from_cache = true;
        let mut events: Pods = Box::pin(watch(client(&server), spec));
        expect(&mut events, &["begin", "page a b", "listed"]).await;
        let mut next = next_words(&mut events).await;
        if next == "alive" {
            next = next_words(&mut events).await;
        }
        assert_eq!(next, "begin");
        expect(&mut events, &["page b c", "listed -a", "alive"]).await;
        let seen = server.seen();
        assert_eq!(
            seen[0].query("resourceVersion"),
            Some("0"),
            "first from the cache"
        );
        assert_eq!(seen[2].target, "/api/v1/pods?limit=500", "then for certain");
        assert_eq!(seen[3].query("resourceVersion"), Some("900"));
    }
}

#[tokio::test]
async fn a_list_that_breaks_goes_on_with_its_page_and_one_that_expires_begins_again() {
    let page = |names: &[&str], token: &str| {
        let mut page = list(names, "7");
        page["metadata"]["continue"] = json!(token);
        Reply::json(&page)
    };
    let server = serve(
        move |count| match count {
            1 => page(&["a"], "t1"),
            2 => Reply::steps(200, vec![Step::Data("{\"items\": [".into()), Step::Break]),
            3 => page(&["b"], "t2"),
            4 => Reply::status(410, "Expired", "The provided continue parameter is too old"),
            _ => page(&["b"], ""),
        },
        |_, _| Reply::watch(&[], Step::Hang),
    )
    .await;
    let mut events = pods(&client(&server));
    let expected = [
        "begin",
        "page a",
        "failed Unreachable",
        "page b",
        "begin",
        "page b",
        "listed -a",
        "alive",
    ];
    expect(&mut events, &expected).await;
    let tokens: Vec<Option<String>> = server.seen()[..5]
        .iter()
        .map(|seen| seen.query("continue").map(Into::into))
        .collect();
    let expected = [None, Some("t1"), Some("t1"), Some("t2"), None];
    assert_eq!(
        tokens,
        expected.map(|token: Option<&str>| token.map(Into::into))
    );
}

#[tokio::test]
async fn a_refused_watch_waits_a_minute_or_until_asked() {
    let server = serve(
        |count| match count {
            1 => Reply::status(
                403,
                "Forbidden",
                "pods is forbidden: User \"eve\" cannot list",
            ),
            _ => Reply::json(&list(&["a"], "7")),
        },
        |_, _| Reply::watch(&[], Step::Hang),
    )
    .await;
    let client = client(&server);
    let mut events = pods(&client);
    expect(&mut events, &["begin"]).await;
    let WatchEvent::Failed { error, retry_in } = next(&mut events).await else {
        panic!("no failure")
    };
    let kind = ErrorKind::Forbidden {
        verb: "list".into(),
        resource: "pods".into(),
        namespace: None,
    };
    assert_eq!(error.kind, kind);
    assert!(
        error.to_string().contains("User \"eve\" cannot list"),
        "{error}"
    );
    assert!((45..=60).contains(&retry_in.as_secs()), "{retry_in:?}");
    client.retry_now();
    expect(&mut events, &["page a", "listed", "alive"]).await;
}

#[tokio::test]
async fn where_all_namespaces_are_forbidden_one_is_listed() {
    let server = FakeHttp::start(|seen| match seen.path() {
        _ if seen.is_watch() => Reply::watch(&[], Step::Hang),
        "/api/v1/pods" => Reply::status(403, "Forbidden", "no"),
        _ => Reply::json(&list(&["a"], "7")),
    })
    .await;
    let mut spec = WatchSpec::new(Resource::PODS, Scope::All);
    spec.fallback = Some("shop".into());
    let mut events: Pods = Box::pin(watch(client(&server), spec));
    let expected = [
        "begin",
        "narrowed shop",
        "begin shop",
        "page a",
        "listed",
        "alive",
    ];
    expect(&mut events, &expected).await;
    assert_eq!(server.seen()[2].path(), "/api/v1/namespaces/shop/pods");
}

#[tokio::test]
async fn a_kind_that_is_not_there_is_missing() {
    let server = serve(
        |_| Reply::text(404, "404 page not found\n"),
        |_, _| panic!("no watch"),
    )
    .await;
    let mut events = pods(&client(&server));
    expect(&mut events, &["begin", "failed Missing"]).await;
}

#[tokio::test]
async fn a_server_that_is_away_is_tried_again_with_growing_waits() {
    let server = serve(
        |count| {
            if count < 3 {
                Reply::steps(200, vec![Step::Break])
            } else {
                lists_a(count)
            }
        },
        |_, _| Reply::watch(&[], Step::Hang),
    )
    .await;
    let mut events = pods(&client(&server));
    expect(&mut events, &["begin"]).await;
    let mut waits = Vec::new();
    loop {
        match next(&mut events).await {
            WatchEvent::Failed { error, retry_in } => {
                assert_eq!(error.kind, ErrorKind::Unreachable, "{error}");
                waits.push(retry_in.as_millis());
            }
            WatchEvent::Page { .. } => break,
            other => panic!("{other:?}"),
        }
    }
    assert!(
        (600..=800).contains(&waits[0]) && (1200..=1600).contains(&waits[1]),
        "{waits:?}"
    );
}

#[tokio::test]
async fn a_silent_connection_is_given_up() {
    let server = serve(lists_a, |count, _| match count {
        1 => Reply::watch(&[bookmark("8")], Step::Hang),
        _ => Reply::watch(&[], Step::Hang),
    })
    .await;
    let mut events = pods(&client(&server));
    expect(
        &mut events,
        &["begin", "page a", "listed", "alive", "alive"],
    )
    .await;
    // From here on nothing moves but the clock.
    tokio::time::pause();
    let begun = tokio::time::Instant::now();
    let silent = futures::StreamExt::next(&mut events).await.unwrap();
    let WatchEvent::Failed { error, .. } = silent else {
        panic!("{silent:?}")
    };
    assert_eq!(error.kind, ErrorKind::Timeout, "{error}");
    assert_eq!(begun.elapsed().as_secs(), 150);
    tokio::time::resume();
    expect(&mut events, &["alive"]).await;
    assert_eq!(server.seen()[2].query("resourceVersion"), Some("8"));
}

#[tokio::test]
async fn a_refusal_of_what_was_allowed_is_doubted() {
    // So a server answers that has just started and not yet read its roles.
    let server = serve(lists_a, |count, _| match count {
        1 => Reply::watch(&[event("MODIFIED", &pod("a", "8"))], Step::Break),
        2 | 3 => Reply::status(403, "Forbidden", "not yet"),
        _ => Reply::watch(&[], Step::Hang),
    })
    .await;
    let client = client(&server);
    let mut events = pods(&client);
    expect(
        &mut events,
        &["begin", "page a", "listed", "alive", "changed a"],
    )
    .await;
    for _ in 0..2 {
        let WatchEvent::Failed { error, retry_in } = next(&mut events).await else {
            panic!("no failure")
        };
        assert!(matches!(error.kind, ErrorKind::Forbidden { .. }), "{error}");
        assert!(retry_in.as_secs() < 10, "{retry_in:?}");
        client.retry_now();
    }
    expect(&mut events, &["alive"]).await;
    assert_eq!(
        server.seen().last().unwrap().query("resourceVersion"),
        Some("8"),
        "no new list"
    );
}

#[tokio::test]
async fn a_right_given_later_widens_the_watch() {
    let mut asked = 0;
    let server = FakeHttp::start(move |seen| {
        if seen.is_watch() {
            // A watch of full length, as far as the client can tell.
            let end = vec![Step::Wait(Duration::from_millis(5_100))];
            return Reply::steps(200, end);
        }
        asked += usize::from(seen.path() == "/api/v1/pods");
        match seen.path() {
            "/api/v1/pods" if asked == 1 => Reply::status(403, "Forbidden", "no"),
            "/api/v1/pods" => Reply::json(&list(&["a", "b"], "9")),
            _ => Reply::json(&list(&["a"], "7")),
        }
    })
    .await;
    let mut spec = WatchSpec::new(Resource::PODS, Scope::All);
    spec.fallback = Some("shop".into());
    let mut events: Pods = Box::pin(watch(client(&server), spec));
    let narrow = [
        "begin",
        "narrowed shop",
        "begin shop",
        "page a",
        "listed",
        "alive",
    ];
    expect(&mut events, &narrow).await;
    expect(&mut events, &["begin", "page a b", "listed", "alive"]).await;
}
