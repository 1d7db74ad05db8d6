//! Lists and changes, as long as nothing goes wrong.
use std::time::Duration;

use plimsoll::net::kube::{Resource, Scope, WatchSpec, watch::watch};
use serde_json::json;

use super::{
    bookmark, client, event, expect,
    fake_http::{FakeHttp, Reply, Step},
    list, next, pod, pods,
};

#[tokio::test]
async fn rows_come_with_the_first_page() {
    let server = FakeHttp::start(|seen| match seen.query("continue") {
        _ if seen.is_watch() => Reply::watch(&[], Step::Hang),
        None => {
            let mut page = list(&["a", "b"], "7");
            page["metadata"]["continue"] = json!("to/ken=");
            page["metadata"]["remainingItemCount"] = json!(1);
            Reply::json(&page)
        }
        // The second page is not answered before the first has been told.
        Some(_) => Reply::json(&list(&["c"], "7")).after(Duration::from_millis(50)),
    })
    .await;
    let mut events = pods(&client(&server));
    expect(&mut events, &["begin", "page a b +1"]).await;
    assert_eq!(
        server.seen().len(),
        1,
        "the second page is asked for when the first is taken"
    );
    expect(&mut events, &["page c", "listed", "alive"]).await;
    let seen = server.seen();
    assert_eq!(seen[0].target, "/api/v1/pods?limit=500");
    assert_eq!(
        seen[1].target,
        "/api/v1/pods?limit=500&continue=to%2Fken%3D"
    );
    assert_eq!(seen[2].query("resourceVersion"), Some("7"));
    assert_eq!(seen[2].query("allowWatchBookmarks"), Some("true"));
    let seconds: u32 = seen[2].query("timeoutSeconds").unwrap().parse().unwrap();
    assert!((225..=300).contains(&seconds), "{seconds}");
}

#[tokio::test]
async fn selectors_namespace_and_cache_are_asked_for() {
    let server = FakeHttp::start(|_| Reply::json(&list(&[], "1"))).await;
    let mut spec = WatchSpec::new(Resource::PODS, Scope::Namespace("shop".into()));
    spec.fields = Some("status.phase=Running".into());
    spec.labels = Some("app in (a,b)".into());
    spec.from_cache = true;
    let mut events: super::Pods = Box::pin(watch(client(&server), spec));
    expect(&mut events, &["begin shop", "page ", "listed"]).await;
    assert_eq!(
        server.seen()[0].target,
        "/api/v1/namespaces/shop/pods?fieldSelector=status.phase%3DRunning&labelSelector=app%20in%20%28a%2Cb%29\
         &resourceVersion=0&resourceVersionMatch=NotOlderThan"
    );
}

#[tokio::test]
async fn a_burst_is_told_once_per_pod() {
    let mut events: Vec<_> = (0..200)
        .map(|n| event("MODIFIED", &pod("a", &n.to_string())))
        .collect();
    events.push(event("ADDED", &pod("b", "300")));
    events.push(event("ADDED", &pod("c", "301")));
    events.push(event("DELETED", &pod("c", "302")));
    events.push(event("DELETED", &pod("x", "303")));
    events.push(event("ADDED", &pod("x", "304")));
    let server = FakeHttp::start(move |seen| {
        if seen.is_watch() {
            Reply::watch(&events, Step::Hang)
        } else {
            Reply::json(&list(&["a", "x"], "7"))
        }
    })
    .await;
    let mut events = pods(&client(&server));
    expect(
        &mut events,
        &["begin", "page a x", "listed", "alive", "changed a b x -c"],
    )
    .await;
}

#[tokio::test]
async fn lines_may_be_cut_anywhere_and_objects_may_be_new() {
    let mut strange = event("ADDED", &pod("ü", "8"));
    strange["object"]["spec"]["volumes"] = json!(null);
    strange["object"]["spec"]["nobodyKnows"] = json!({"this": [1, {"yet": null}]});
    strange["object"]["status"]["containerStatuses"] = json!(null);
    let text = format!("{strange}\n{}\n", event("FUTURE", &json!({"metadata": {}})));
    let server = FakeHttp::start(move |seen| {
        if seen.is_watch() {
            let bytes = text.as_bytes().chunks(7);
            let mut steps: Vec<Step> = bytes.map(|part| Step::Data(part.to_vec().into())).collect();
            steps.push(Step::Hang);
            Reply::steps(200, steps)
        } else {
            Reply::json(&json!({"metadata": {"resourceVersion": "1"}, "items": null}))
        }
    })
    .await;
    let mut events = pods(&client(&server));
    expect(
        &mut events,
        &["begin", "page ", "listed", "alive", "changed ü"],
    )
    .await;
}

#[tokio::test]
async fn a_deleted_pod_is_gone() {
    let server = FakeHttp::start(|seen| {
        if seen.is_watch() {
            Reply::watch(
                &[bookmark("9"), event("DELETED", &pod("a", "10"))],
                Step::Hang,
            )
        } else {
            Reply::json(&list(&["a"], "7"))
        }
    })
    .await;
    let mut events = pods(&client(&server));
    expect(
        &mut events,
        &["begin", "page a", "listed", "alive", "alive", "changed  -a"],
    )
    .await;
}

#[tokio::test]
async fn dropping_the_stream_ends_the_request() {
    let server = FakeHttp::start(|seen| {
        if seen.is_watch() {
            Reply::watch(&[], Step::Hang)
        } else {
            Reply::json(&list(&[], "7"))
        }
    })
    .await;
    let client = client(&server);
    let mut events = pods(&client);
    expect(&mut events, &["begin", "page ", "listed", "alive"]).await;
    drop(events);
    let mut again = pods(&client);
    expect(&mut again, &["begin", "page ", "listed", "alive"]).await;
    assert_eq!(client.counters().errors, 0);
    assert!(matches!(
        next(&mut pods(&client)).await,
        plimsoll::net::kube::WatchEvent::Begin { .. }
    ));
}
