//! Kinds that are there where something is installed: what is said of them where it is, and where it is not.
use std::time::Duration;

use plimsoll::{
    model::{Site, Source, State},
    source::{Feed, Live, Running},
};
use serde_json::json;
use tokio::sync::mpsc;

use crate::{
    client,
    fake_http::{FakeHttp, Reply, Seen, Step},
};

fn live(server: &FakeHttp) -> (Running, mpsc::Receiver<plimsoll::model::Envelope>) {
    let (to, from) = mpsc::channel(Feed::CAPACITY);
    let live = Live {
        site: "test".into(),
        kube: Some(client(server)),
        kafka: None,
        prometheus: None,
        refresh: Duration::from_secs(5),
        refresh_metrics: Duration::from_secs(15),
        everything: false,
    };
    (live.start(to), from)
}

/// The site once `is` holds of it; ten seconds are far more than that takes.
async fn site_where(server: &FakeHttp, is: impl Fn(&Site) -> bool) -> Site {
    let (_running, mut from) = live(server);
    let mut site = Site::new("test".into());
    let reading = async {
        while !is(&site) {
            site.apply(from.recv().await.expect("sources at work"));
        }
    };
    let read = tokio::time::timeout(Duration::from_secs(10), reading).await;
    assert!(read.is_ok(), "{:?}", site.health);
    site
}

/// A server with nothing but KEDA.
fn with_keda(seen: &Seen) -> Reply {
    match seen.path() {
        "/apis/keda.sh" => Reply::json(&json!({"preferredVersion": {"version": "v1alpha1"}})),
        "/apis/keda.sh/v1alpha1" => Reply::json(
            &json!({"resources": [{"name": "scaledobjects/status"}, {"name": "scaledobjects"}]}),
        ),
        "/apis/keda.sh/v1alpha1/scaledobjects" if seen.is_watch() => Reply::watch(&[], Step::Hang),
        "/apis/keda.sh/v1alpha1/scaledobjects" => Reply::json(&json!({
            "metadata": {"resourceVersion": "1"},
            "items": [{
                "metadata": {"name": "fraud", "namespace": "finance", "resourceVersion": "1"},
                "spec": {
                    "scaleTargetRef": {"name": "fraud"},
                    "maxReplicaCount": 6,
                    "triggers": [{"type": "kafka", "metadata": {"consumerGroup": "fraud"}}],
                },
            }],
        })),
        _ => Reply::status(
            404,
            "NotFound",
            "the server could not find the requested resource",
        ),
    }
}

#[tokio::test]
async fn scaled_objects_are_followed_where_keda_is() {
    let server = FakeHttp::start(with_keda).await;
    let is_live = |site: &Site| site.state(Source::ScaledObjects) == Some(&State::Live);
    let site = site_where(&server, is_live).await;
    let key = ("finance".into(), "fraud".into());
    let row = site.scaled_objects.get(&key).unwrap();
    assert_eq!(
        (&*row.target.kind, &*row.target.name),
        ("Deployment", "fraud")
    );
    assert_eq!(row.groups, ["fraud".into()]);
    assert_eq!((row.min, row.max, row.paused), (None, Some(6), false));
}

#[tokio::test]
async fn what_is_not_installed_is_missing_and_asked_for_once() {
    let server = FakeHttp::start(|seen| match seen.path() {
        // The group alone, as an uninstalled KEDA may leave it.
        "/apis/keda.sh" => Reply::json(&json!({"versions": [{"version": "v1alpha1"}]})),
        "/apis/keda.sh/v1alpha1" => Reply::json(&json!({"resources": []})),
        _ => Reply::status(
            404,
            "NotFound",
            "the server could not find the requested resource",
        ),
    })
    .await;
    let missing = |site: &Site, source| site.state(source) == Some(&State::Missing);
    let both = |site: &Site| missing(site, Source::ScaledObjects) && missing(site, Source::Strimzi);
    let site = site_where(&server, both).await;
    for (source, who) in [
        (Source::ScaledObjects, "no KEDA here"),
        (Source::Strimzi, "no Strimzi here"),
    ] {
        let report = &site.health[&source].report;
        assert!(report.why.as_deref().unwrap().contains(who), "{report:?}");
        assert_eq!(report.retry_at, None);
    }
    let asked = server.seen();
    let lists = |seen: &&Seen| seen.path().contains("scaledobjects");
    assert_eq!(asked.iter().filter(lists).count(), 0);
}
