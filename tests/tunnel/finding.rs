//! Which clusters are found, and what is asked for that.
use plimsoll::net::{
    discover::{Evidence, Unfound, clusters},
    reach::{Login, Way},
};
use serde_json::{Value, json};

use super::cluster::{discovery, kafka};
use crate::{
    common::fake_http::{FakeHttp, Reply},
    kube,
};

/// A StatefulSet as Bitnami's chart makes it.
fn bitnami(namespace: &str, name: &str) -> Value {
    let labels = json!({"app.kubernetes.io/name": "kafka", "app.kubernetes.io/instance": name});
    json!({
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "serviceName": format!("{name}-headless"),
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"ports": [{"name": "client", "containerPort": 9092}]}]},
            },
        },
    })
}

async fn server(kafkas: Vec<Value>, sets: Vec<Value>) -> FakeHttp {
    FakeHttp::start(move |seen| {
        let found = discovery(seen, &kafkas, &sets);
        found.unwrap_or_else(|| Reply::status(404, "NotFound", "no"))
    })
    .await
}

async fn unfound(server: &FakeHttp, wanted: Option<&str>) -> Unfound {
    let way = Way::sought(kube(server), Login::Nobody, wanted.map(str::to_owned));
    match way.client().await {
        Ok(_) => panic!("a cluster was found"),
        Err(why) => why,
    }
}

#[tokio::test]
async fn of_several_clusters_one_must_be_chosen_and_all_are_named() {
    let server = server(
        vec![kafka("kafka", "lab", &[]), kafka("staging", "lab", &[])],
        vec![bitnami("shop", "events")],
    )
    .await;
    let found = clusters(&kube(&server)).await.unwrap();
    let names: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(names, ["kafka/lab", "staging/lab", "shop/events"]);
    assert_eq!(found[2].evidence, Evidence::Labels);
    assert_eq!(
        unfound(&server, None).await.to_string(),
        "3 Kafka clusters were found: kafka/lab (Strimzi), staging/lab (Strimzi), shop/events (by its labels); choose one \
         with --kafka-cluster NAMESPACE/NAME"
    );
    assert!(
        unfound(&server, Some("lab"))
            .await
            .to_string()
            .starts_with("2 Kafka clusters were found")
    );
    assert_eq!(
        unfound(&server, Some("nope")).await.to_string(),
        "no Kafka cluster is called nope: found kafka/lab (Strimzi), staging/lab (Strimzi), shop/events (by its labels); \
         correct --kafka-cluster"
    );
    for named in ["staging/lab", "events"] {
        let way = Way::sought(kube(&server), Login::Nobody, Some(named.to_owned()));
        assert!(way.client().await.is_ok(), "{named}");
        assert!(way.told().unwrap().contains(named), "{named}");
    }
}

#[tokio::test]
async fn what_may_not_be_listed_everywhere_is_listed_in_the_contexts_namespace() {
    let server = FakeHttp::start(|seen| match seen.path() {
        "/apis/kafka.strimzi.io" => {
            Reply::json(&json!({"versions": [{"version": "v1beta2"}, {"version": "v1"}]}))
        }
        "/apis/kafka.strimzi.io/v1beta2/namespaces/default/kafkas" => {
            Reply::json(&json!({"items": [kafka("default", "own", &[])]}))
        }
        _ => Reply::status(403, "Forbidden", "not that"),
    })
    .await;
    let found = clusters(&kube(&server)).await.unwrap();
    assert_eq!(found[0].to_string(), "default/own");
}

#[tokio::test]
async fn who_may_list_nothing_is_told_what_was_asked_first() {
    let server = FakeHttp::start(|seen| match seen.path() {
        "/apis/kafka.strimzi.io" => Reply::json(&json!({"preferredVersion": {"version": "v1"}})),
        _ => Reply::status(403, "Forbidden", "not that"),
    })
    .await;
    let words = unfound(&server, None).await.to_string();
    assert!(
        words.contains("list kafka.strimzi.io/kafkas: not that"),
        "{words}"
    );
}

#[tokio::test]
async fn what_was_not_found_is_looked_for_again() {
    let mut asked = 0;
    let server = FakeHttp::start(move |seen| {
        asked += usize::from(seen.path() == "/apis/apps/v1/statefulsets");
        let sets = [bitnami("shop", "events")];
        let there: &[Value] = if asked > 1 { &sets } else { &[] };
        discovery(seen, &[], there).unwrap_or_else(|| Reply::status(404, "NotFound", "no"))
    })
    .await;
    let way = Way::sought(kube(&server), Login::Nobody, None);
    assert!(way.client().await.is_err());
    assert!(way.client().await.is_ok());
}
