//! Traps of a single connection.
use std::time::Duration;

use plimsoll::net::kafka::{Api, Client, Config, Error};
use tokio::time::Instant;

use crate::common::fake_broker::{FakeCluster, Fault, Login, World, api};

const TIME: Duration = Duration::from_secs(10);

fn fake() -> FakeCluster {
    FakeCluster::new(
        World::new(1)
            .topic("orders", 3)
            .group("checkout", "classic", &["orders"]),
    )
}

/// The failure of a first contact that meets this fault.
async fn contact(fault: Fault, api: i16) -> Error {
    let fake = fake();
    fake.fault(fault.of(api));
    fake.client().metadata(TIME).await.unwrap_err()
}

#[tokio::test]
async fn a_too_new_api_versions_is_answered_in_version_0_and_asked_again() {
    for highest in [0, 2] {
        let world = World::new(1)
            .topic("orders", 3)
            .capped(api::API_VERSIONS, highest);
        let fake = FakeCluster::new(world);
        fake.client().metadata(TIME).await.unwrap();
        let asked = fake
            .asked()
            .into_iter()
            .map(|asked| (asked.api, asked.version));
        let asked: Vec<_> = asked.collect();
        assert_eq!(
            asked,
            [
                (api::API_VERSIONS, 3),
                (api::API_VERSIONS, 0),
                (api::METADATA, 13)
            ]
        );
    }
}

#[tokio::test]
async fn versions_are_negotiated_per_connection() {
    let mut world = World::new(2).topic("orders", 2);
    world = world
        .group("a", "classic", &["orders"])
        .group("b", "consumer", &["orders"]);
    world.versions_of.insert((2, api::LIST_GROUPS), (0, 3));
    let fake = FakeCluster::new(world);
    let client = fake.client();
    client.metadata(TIME).await.unwrap();
    let listed = client.list_groups(TIME).await;
    let (new, old) = (
        &listed[&1].as_ref().unwrap()[0],
        &listed[&2].as_ref().unwrap()[0],
    );
    assert_eq!(
        (new.state.as_deref(), new.kind.is_some()),
        (Some("Stable"), true)
    );
    assert_eq!((old.state.as_deref(), old.kind.is_some()), (None, false));
}

#[tokio::test]
async fn the_codecs_two_halves_and_our_cap_bound_the_version() {
    let fake = fake();
    let client = fake.client();
    client.metadata(TIME).await.unwrap();
    let groups = super::costs::coordinators(&client).await;
    client
        .offset_fetch(&groups, TIME)
        .await
        .remove(&1)
        .unwrap()
        .unwrap();
    let asked = fake.asked();
    let fetch = asked
        .iter()
        .find(|asked| asked.api == api::OFFSET_FETCH)
        .unwrap();
    assert_eq!(
        fetch.version, 9,
        "the broker has 10, which speaks topic ids"
    );
}

#[tokio::test]
async fn a_broker_without_a_common_version_is_said_to_be() {
    let fake = FakeCluster::new(World::new(1).capped(api::METADATA, 3));
    let why = fake.client().metadata(TIME).await.unwrap_err();
    assert!(
        matches!(
            why,
            Error::Version {
                broker: Some((0, 3)),
                ours: (4, 13),
                ..
            }
        ),
        "{why:?}"
    );
    assert!(
        why.to_string().contains("brokers from 2.1 are supported"),
        "{why}"
    );
    assert_eq!(
        fake.count(api::METADATA),
        0,
        "below version 4 looking could create a topic"
    );
}

#[tokio::test]
async fn trailing_bytes_are_ignored() {
    let fake = fake();
    fake.fault(Fault::Trailing(5).of(api::API_VERSIONS));
    fake.fault(Fault::Trailing(1).of(api::METADATA));
    assert_eq!(fake.client().metadata(TIME).await.unwrap().topics.len(), 1);
}

#[tokio::test]
async fn null_where_the_schema_has_none_fails_that_request_alone() {
    let world = World::new(1)
        .topic("orders", 3)
        .group("checkout", "classic", &["orders"]);
    let fake = FakeCluster::new(world.capped(api::OFFSET_FETCH, 6));
    let client = fake.client();
    client.metadata(TIME).await.unwrap();
    let groups = super::costs::coordinators(&client).await;
    // Header tags, throttle time, null topics, error, tags.
    fake.fault(Fault::Body(vec![0, 0, 0, 0, 0, 0, 0, 0, 0]).of(api::OFFSET_FETCH));
    let failed = client.offset_fetch(&groups, TIME).await.remove(&1).unwrap();
    assert!(
        matches!(failed, Err(Error::Codec { version: 6, .. })),
        "{failed:?}"
    );
    client.list_groups(TIME).await.remove(&1).unwrap().unwrap();
    assert_eq!(fake.dials().len(), 2, "the connection lives on");
}

#[tokio::test]
async fn bytes_of_other_protocols_are_named() {
    for (bytes, words) in [
        (
            &b"\x15\x03\x03\x00\x02\x02\x50"[..],
            "this is a TLS listener",
        ),
        (b"HTTP/1.1 400 Bad Request\r\n", "HTTP"),
        (b"\x04\x00\x00\x01", "wrong port"),
        (b"\xFF\xFF\xFF\xF0", "frame of -16 bytes"),
    ] {
        let why = contact(Fault::Raw(bytes.to_vec()), api::API_VERSIONS).await;
        assert!(matches!(why, Error::Protocol { .. }), "{why:?}");
        assert!(
            why.to_string().contains(words) && why.to_string().contains("boot.fake:9092"),
            "{why}"
        );
    }
}

#[tokio::test]
async fn a_wrong_correlation_id_ends_the_connection_before_anything_is_decoded() {
    let why = contact(Fault::Correlation, api::METADATA).await;
    assert!(
        matches!(&why, Error::Protocol { why, .. } if why.contains("correlation id")),
        "{why:?}"
    );
}

#[tokio::test]
async fn an_answer_that_nobody_asked_for_ends_the_connection() {
    let fake = fake();
    let client = fake.client();
    let mut two = b"\0\0\0\x0A\0\0\0\x01\0\0\0\0\0\0".to_vec();
    two.extend_from_slice(b"\0\0\0\x04\0\0\0\x63");
    fake.fault(Fault::Raw(two).of(api::METADATA));
    client.metadata(TIME).await.unwrap_err();
    client.metadata(TIME).await.unwrap();
    assert_eq!(fake.dials().len(), 2);
}

#[tokio::test]
async fn a_cut_answer_and_a_hang_up_are_told() {
    let why = contact(Fault::Cut(20), api::METADATA).await.to_string();
    assert!(why.contains("hung up after 20 of"), "{why}");
    let why = contact(Fault::HangUp, api::API_VERSIONS).await.to_string();
    assert!(
        why.contains("ApiVersions") && why.contains("is this a TLS listener"),
        "{why}"
    );
    let why = contact(Fault::HangUp, api::METADATA).await.to_string();
    assert!(why.contains("does this listener want a login?"), "{why}");
}

#[tokio::test]
async fn a_hostile_count_is_an_error_and_reserves_nothing() {
    // Error code, then 2^32 - 2 elements; then the same in the plain encoding of version 0.
    let fake = fake();
    fake.fault(Fault::Body(vec![0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F]).of(api::API_VERSIONS));
    fake.fault(Fault::Body(vec![0, 0, 0x30, 0, 0, 0, 1, 1]).of(api::API_VERSIONS));
    let why = fake.client().metadata(TIME).await.unwrap_err();
    assert!(
        why.to_string()
            .contains("it claims 805306368 elements in 2 bytes"),
        "{why}"
    );
    // Header tags, throttle time, 2^31 brokers.
    let body = vec![0, 0, 0, 0, 0, 0x81, 0x80, 0x80, 0x80, 0x08, 7];
    let why = contact(Fault::Body(body), api::METADATA).await;
    assert!(
        why.to_string()
            .contains("it claims 2147483648 elements in 1 bytes"),
        "{why}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_late_closes_the_connection_and_those_behind_it() {
    let fake = fake();
    let client = fake.client();
    client.metadata(TIME).await.unwrap();
    client.list_groups(TIME).await;
    fake.fault(Fault::Silence.of(api::DESCRIBE_GROUPS));
    let asked = std::collections::BTreeMap::from([(1, vec!["checkout".into()])]);
    let begun = Instant::now();
    let (mut late, behind) = tokio::join!(
        client.describe_classic(&asked, Duration::from_secs(2)),
        async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            client.list_groups(TIME).await.remove(&1).unwrap()
        }
    );
    let late = late.remove(&1).unwrap().unwrap_err();
    assert!(
        matches!(
            late,
            Error::Timeout {
                api: Api(api::DESCRIBE_GROUPS),
                ..
            }
        ),
        "{late:?}"
    );
    assert!(
        matches!(&behind, Err(Error::Closed { why, .. }) if why.contains("DescribeGroups")),
        "{behind:?}"
    );
    assert!(
        begun.elapsed() < Duration::from_secs(3),
        "{:?}",
        begun.elapsed()
    );
    let dials = fake.dials().len();
    client.list_groups(TIME).await.remove(&1).unwrap().unwrap();
    assert_eq!(fake.dials().len(), dials + 1);
    assert!(client.traffic().errors >= 2);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_leaves_the_connection_usable() {
    let fake = fake();
    let client = fake.client();
    client.metadata(TIME).await.unwrap();
    fake.fault(Fault::Delay(Duration::from_secs(1)).of(api::METADATA));
    let dropped = tokio::time::timeout(Duration::from_millis(10), client.metadata(TIME)).await;
    assert!(dropped.is_err());
    client.metadata(TIME).await.unwrap();
    assert_eq!(fake.dials().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_throttled_connection_is_silent_for_that_long() {
    let fake = fake();
    let client = fake.client();
    fake.fault(Fault::Throttle(3000).of(api::METADATA));
    client.metadata(TIME).await.unwrap();
    let traffic = client.traffic();
    assert_eq!((traffic.throttled, traffic.throttled_ms), (true, 3000));
    let why = client.metadata(Duration::from_secs(1)).await.unwrap_err();
    assert!(matches!(why, Error::Throttled { .. }), "{why:?}");
    assert_eq!(fake.count(api::METADATA), 1, "nothing was sent");
    let begun = Instant::now();
    client.metadata(TIME).await.unwrap();
    assert!(
        begun.elapsed() >= Duration::from_millis(2990),
        "{:?}",
        begun.elapsed()
    );
    assert!(!client.traffic().throttled);
    assert_eq!(fake.dials().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_login_that_runs_out_is_renewed_at_85_percent() {
    let mut world = World::new(1).topic("orders", 1);
    world.login = Some(Login {
        lifetime_ms: 10_000,
        ..Login::by("PLAIN")
    });
    let fake = FakeCluster::new(world);
    let sasl = super::security::password("PLAIN", "secret");
    let client = Client::new(
        fake.dial(),
        Config {
            sasl: Some(sasl),
            ..FakeCluster::config()
        },
    );
    client.metadata(TIME).await.unwrap();
    tokio::time::sleep(Duration::from_millis(8400)).await;
    client.metadata(TIME).await.unwrap();
    assert_eq!(fake.dials().len(), 1);
    tokio::time::sleep(Duration::from_millis(200)).await;
    client.metadata(TIME).await.unwrap();
    assert_eq!(fake.dials().len(), 2);
}

#[tokio::test]
async fn a_connection_that_the_broker_closed_while_idle_is_replaced_without_an_error() {
    let fake = fake();
    let client = fake.client();
    client.metadata(TIME).await.unwrap();
    fake.hang_up(1);
    tokio::task::yield_now().await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    client.metadata(TIME).await.unwrap();
    assert_eq!((fake.dials().len(), client.traffic().errors), (2, 0));
}
