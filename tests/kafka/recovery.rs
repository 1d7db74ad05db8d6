//! Brokers that go and come back.
use std::time::Duration;

use plimsoll::net::kafka::{Client, Config, Error};
use tokio::time::{Instant, sleep};

use super::costs::coordinators;
use crate::common::fake_broker::{FakeCluster, Fault, World, api};

const TIME: Duration = Duration::from_secs(10);

fn world() -> World {
    World::new(3)
        .topic("orders", 6)
        .group("checkout", "classic", &["orders"])
}

async fn client(fake: &FakeCluster) -> Client {
    let client = fake.client();
    client.metadata(TIME).await.unwrap();
    client.list_groups(TIME).await;
    client
}

#[tokio::test(start_paused = true)]
async fn one_broker_down_does_not_fail_the_others_and_it_comes_back_by_itself() {
    let fake = FakeCluster::new(world());
    let client = client(&fake).await;
    fake.stop(2);
    sleep(Duration::from_millis(10)).await;
    let listed = client.list_groups(TIME).await;
    let why = listed[&2].as_ref().unwrap_err();
    assert!(matches!(why, Error::Unreachable { .. }), "{why:?}");
    assert!(
        why.to_string().contains("broker-2.fake:9092 (broker 2)"),
        "{why}"
    );
    assert!(listed[&1].is_ok() && listed[&3].is_ok());
    fake.start(2);
    sleep(Duration::from_secs(10)).await;
    assert!(client.list_groups(TIME).await.values().all(Result::is_ok));
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_hangs_costs_its_own_deadline_and_no_other() {
    let fake = FakeCluster::new(world());
    let client = client(&fake).await;
    fake.pause(2);
    let begun = Instant::now();
    let listed = client.list_groups(Duration::from_secs(3)).await;
    assert!(
        matches!(listed[&2], Err(Error::Timeout { .. })),
        "{listed:?}"
    );
    assert!(listed[&1].is_ok() && listed[&3].is_ok());
    assert!(begun.elapsed() < Duration::from_millis(3100));
    // Whoever is asked for the metadata, it comes from a broker that answers.
    for _ in 0..3 {
        client.metadata(TIME).await.unwrap();
    }
    fake.resume(2);
    sleep(Duration::from_secs(10)).await;
    assert!(client.list_groups(TIME).await.values().all(Result::is_ok));
}

#[tokio::test(start_paused = true)]
async fn metadata_goes_on_when_the_broker_that_gave_it_hangs() {
    let fake = FakeCluster::new(world());
    let client = client(&fake).await;
    for broker in [1, 2] {
        fake.pause(broker);
    }
    let begun = Instant::now();
    client.metadata(TIME).await.unwrap();
    assert!(begun.elapsed() < TIME, "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_dead_broker_is_dialed_less_and_less_often() {
    let fake = FakeCluster::new(world());
    let client = client(&fake).await;
    fake.stop(2);
    sleep(Duration::from_millis(1)).await;
    let before = fake.dials().len();
    for _ in 0..600 {
        client.list_groups(TIME).await;
        sleep(Duration::from_millis(100)).await;
    }
    let dials = fake.dials().len() - before;
    assert!((8..=25).contains(&dials), "{dials} dials in a minute");
}

#[tokio::test]
async fn many_callers_share_one_dial() {
    let fake = FakeCluster::new(world());
    let client = fake.client();
    client.metadata(TIME).await.unwrap();
    let calls = (0..20).map(|_| client.list_groups(TIME));
    futures::future::join_all(calls).await;
    assert_eq!(fake.dials().len(), 4);
}

#[tokio::test]
async fn bootstrap_addresses_are_tried_in_order() {
    let fake = FakeCluster::new(world());
    let bootstrap =
        Config::parse_bootstrap("nowhere.fake:9092,broker-1.fake:1,broker-3.fake:9092").unwrap();
    let client = Client::new(
        fake.dial(),
        Config {
            bootstrap,
            ..FakeCluster::config()
        },
    );
    client.metadata(TIME).await.unwrap();
    let hosts: Vec<String> = fake.dials().into_iter().map(|to| to.to_string()).collect();
    assert_eq!(
        hosts,
        ["nowhere.fake:9092", "broker-1.fake:1", "broker-3.fake:9092"]
    );
}

#[tokio::test]
async fn when_nothing_answers_the_most_telling_failure_is_shown() {
    let fake = FakeCluster::new(world());
    fake.fault(Fault::Raw(b"HTTP/1.1 400".to_vec()).on(3));
    let bootstrap =
        Config::parse_bootstrap("nowhere.fake:9092,broker-3.fake:9092,broker-1.fake:1").unwrap();
    let client = Client::new(
        fake.dial(),
        Config {
            bootstrap,
            ..FakeCluster::config()
        },
    );
    let why = client.metadata(TIME).await.unwrap_err();
    assert!(matches!(why, Error::Protocol { .. }), "{why}");
    let client = Client::new(fake.dial(), Config::default());
    assert_eq!(client.metadata(TIME).await.unwrap_err(), Error::NoBootstrap);
}

#[tokio::test]
async fn a_broker_that_is_not_known_is_not_dialed() {
    let fake = FakeCluster::new(world());
    let client = fake.client();
    assert!(
        coordinators(&client).await.is_empty(),
        "no metadata yet, no brokers"
    );
    let asked = std::collections::BTreeMap::from([(9, vec!["checkout".into()])]);
    let why = client
        .offset_fetch(&asked, TIME)
        .await
        .remove(&9)
        .unwrap()
        .unwrap_err();
    assert!(matches!(why, Error::UnknownBroker { id: 9, .. }), "{why:?}");
    client.metadata(TIME).await.unwrap();
    let why = client
        .offset_fetch(&asked, TIME)
        .await
        .remove(&9)
        .unwrap()
        .unwrap_err();
    assert!(why.to_string().contains("does not list it"), "{why}");
}

#[tokio::test]
async fn the_bootstrap_connection_gives_way_to_the_brokers_own() {
    let fake = FakeCluster::new(world());
    let client = client(&fake).await;
    client.metadata(TIME).await.unwrap();
    fake.forget();
    fake.stop(1);
    tokio::time::sleep(Duration::from_millis(20)).await;
    client.metadata(TIME).await.unwrap();
    assert_eq!(
        fake.count(api::API_VERSIONS),
        0,
        "another open connection was used"
    );
    assert_eq!(client.traffic().connections, 4);
}
