//! Answers that brokers of Apache Kafka 4.3.1 gave, read by the client, and mutilated.
use std::{collections::BTreeMap, sync::Arc, time::Duration};

use bytes::Bytes;
use kafka_protocol::{messages::ApiVersionsResponse, protocol::Decodable};
use plimsoll::net::kafka::{
    ByCoordinator, Client, FetchSpec, GroupType, Isolation, LeaderPartition, OffsetSpec, PerBroker,
};
use proptest::prelude::*;

use crate::common::fake_broker::{FakeCluster, Fault, World, api};

const TIME: Duration = Duration::from_secs(10);

/// A client whose next answer of that kind is the recorded one.
async fn hears(key: i16, name: &str) -> Client {
    hears_bytes(key, recorded(name)).await
}

async fn hears_bytes(key: i16, bytes: Vec<u8>) -> Client {
    let fake = FakeCluster::new(World::new(1).topic("orders", 12));
    let client = fake.client();
    if key != api::METADATA {
        client.metadata(TIME).await.unwrap();
    }
    fake.fault(Fault::Body(bytes).of(key));
    client
}

fn recorded(name: &str) -> Vec<u8> {
    let path = format!("{}/fixtures/kafka/{name}.bin", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|why| panic!("{path}: {why}"))
}

fn groups() -> ByCoordinator {
    BTreeMap::from([(1, vec!["any".into()])])
}

fn first<T>(mut answers: PerBroker<T>) -> T {
    answers.remove(&1).unwrap().unwrap()
}

#[test]
fn the_fake_tells_the_versions_that_brokers_tell() {
    let recorded = recorded("ApiVersions-v3");
    let told = ApiVersionsResponse::decode(&mut Bytes::from(recorded), 3).unwrap();
    let told: BTreeMap<i16, (i16, i16)> = told
        .api_keys
        .iter()
        .map(|api| (api.api_key, (api.min_version, api.max_version)))
        .collect();
    for (key, range) in World::new(1).versions {
        assert_eq!(told.get(&key), Some(&range), "request kind {key}");
    }
}

#[tokio::test]
async fn recorded_metadata() {
    let client = hears(api::METADATA, "Metadata-v13").await;
    let metadata = client.metadata(TIME).await.unwrap();
    let brokers: Vec<_> = metadata
        .brokers
        .iter()
        .map(|at| (at.id, &*at.host, at.port))
        .collect();
    assert_eq!(
        brokers,
        [
            (1, "127.0.0.1", 29192),
            (2, "127.0.0.1", 29292),
            (3, "127.0.0.1", 29392)
        ]
    );
    let orders = metadata.topic("orders").unwrap();
    assert_eq!(
        (
            orders.partitions.len(),
            orders.partitions[11].replicas.len()
        ),
        (12, 3)
    );
    assert!(orders.id.is_some() && orders.partitions.iter().all(|at| at.leader_epoch.is_some()));
    assert!(metadata.topic("__consumer_offsets").unwrap().internal);
}

#[tokio::test]
async fn recorded_groups_and_offsets() {
    let client = hears(api::LIST_GROUPS, "ListGroups-v5").await;
    let listed = first(client.list_groups(TIME).await);
    assert!(
        listed
            .iter()
            .all(|group| group.kind.is_some() && group.state.is_some()),
        "{listed:?}"
    );
    assert!(listed.len() >= 3);
    let client = hears(api::OFFSET_FETCH, "OffsetFetch-v9").await;
    for group in first(client.offset_fetch(&groups(), TIME).await) {
        let offsets = group.result.unwrap();
        assert!(!offsets.is_empty() && offsets.iter().all(|at| at.result.unwrap().is_some()));
    }
    let client = hears(api::LIST_OFFSETS, "ListOffsets-v10").await;
    let asked = LeaderPartition {
        topic: "orders".into(),
        partition: 0,
        leader: 1,
        leader_epoch: None,
    };
    let offsets = first(
        client
            .list_offsets(OffsetSpec::Latest, &[asked], TIME)
            .await,
    );
    assert!(!offsets.is_empty() && offsets.iter().all(|at| at.result.unwrap().offset > Some(0)));
}

#[tokio::test]
async fn recorded_descriptions_of_all_four_types() {
    let client = hears(api::DESCRIBE_GROUPS, "DescribeGroups-v6").await;
    let classic = first(client.describe_classic(&groups(), TIME).await);
    let client = hears(api::CONSUMER_DESCRIBE, "ConsumerGroupDescribe-v1").await;
    let consumer = first(client.describe_consumer(&groups(), TIME).await);
    let client = hears(api::SHARE_DESCRIBE, "ShareGroupDescribe-v1").await;
    let share = first(client.describe_share(&groups(), TIME).await);
    let client = hears(api::STREAMS_DESCRIBE, "StreamsGroupDescribe-v0").await;
    let streams = first(client.describe_streams(&groups(), TIME).await);
    for (groups, kind) in [
        (classic, GroupType::Classic),
        (consumer, GroupType::Consumer),
        (share, GroupType::Share),
        (streams, GroupType::Streams),
    ] {
        for group in groups {
            let description = group.result.unwrap();
            assert_eq!(description.kind, kind);
            let members = &description.members;
            assert!(
                members.iter().any(|member| !member.assignment.is_empty()),
                "{members:?}"
            );
            assert!(
                members.iter().all(|member| member.host.starts_with("127.")),
                "{members:?}"
            );
        }
    }
}

#[tokio::test]
async fn recorded_share_offsets_have_the_brokers_lag() {
    let client = hears(api::SHARE_OFFSETS, "DescribeShareGroupOffsets-v1").await;
    let offsets = first(client.share_offsets(&groups(), TIME).await).remove(0);
    assert_eq!(&*offsets.group, "lab-share");
    let partitions = offsets.result.unwrap();
    let known = |at: &plimsoll::net::kafka::SharePartition| {
        at.result
            .is_ok_and(|at| at.start.is_some() && at.lag.is_some())
    };
    assert!(
        !partitions.is_empty() && partitions.iter().all(known),
        "{partitions:?}"
    );
}

#[tokio::test]
async fn recorded_disks_configs_cluster_and_quorum() {
    let client = hears(api::DESCRIBE_LOG_DIRS, "DescribeLogDirs-v4").await;
    let dirs = first(client.describe_log_dirs(TIME).await);
    assert_eq!(dirs.len(), 2);
    assert!(dirs.iter().all(|dir| dir.total_bytes > dir.usable_bytes));
    let client = hears(api::DESCRIBE_CONFIGS, "DescribeConfigs-v4").await;
    let configs = client
        .describe_topic_configs(&["orders".into()], &[], TIME)
        .await
        .unwrap();
    assert!(
        configs[0]
            .configs
            .as_ref()
            .unwrap()
            .contains_key("retention.ms")
    );
    let client = hears(api::DESCRIBE_CLUSTER, "DescribeCluster-v2").await;
    assert_eq!(
        client.describe_cluster(TIME).await.unwrap().brokers.len(),
        3
    );
    let client = hears(api::DESCRIBE_QUORUM, "DescribeQuorum-v2").await;
    let quorum = client.describe_quorum(TIME).await.unwrap();
    assert_eq!((quorum.voters.len(), quorum.leader.is_some()), (3, true));
    let client = hears(api::LIST_REASSIGNMENTS, "ListPartitionReassignments-v0").await;
    assert_eq!(client.list_reassignments(TIME).await, Ok(Vec::new()));
}

#[tokio::test]
async fn recorded_transactional_records() {
    let client = hears(api::FETCH, "Fetch-v17").await;
    let spec = FetchSpec {
        topic: "orders".into(),
        topic_id: client.last_metadata().unwrap().topic("orders").unwrap().id,
        partition: 0,
        leader: 1,
        offset: 0,
        max_bytes: 4096,
        max_wait: Duration::ZERO,
        isolation: Isolation::ReadCommitted,
        max_decompressed: 1 << 20,
    };
    let fetched = client.fetch(&spec, TIME).await.unwrap();
    assert!(!fetched.records.is_empty() && fetched.cut.is_none());
    assert!(
        fetched
            .records
            .iter()
            .all(|record| record.transactional && record.producer_id.is_some())
    );
    let offsets: Vec<i64> = fetched.records.iter().map(|record| record.offset).collect();
    assert!(offsets.is_sorted() && offsets.len() < usize::try_from(fetched.next_offset).unwrap());
}

fn mutated(name: &str, changes: &[(usize, u8)], length: usize) -> Vec<u8> {
    let mut bytes = recorded(name);
    for (at, byte) in changes {
        let at = at % bytes.len();
        bytes[at] = *byte;
    }
    bytes.truncate(length);
    bytes
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(work)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// The decoders that are written by hand: an error at worst, and never from the bytes of another answer.
    #[test]
    fn mutated_answers_never_panic(
        changes in prop::collection::vec((0_usize..500, any::<u8>()), 1..6),
        length in 0_usize..500,
    ) {
        block_on(async {
            let bytes = mutated("StreamsGroupDescribe-v0", &changes, length);
            let client = hears_bytes(api::STREAMS_DESCRIBE, bytes).await;
            let _ = client.describe_streams(&groups(), TIME).await;
            let bytes = mutated("DescribeShareGroupOffsets-v1", &changes, length);
            let client = hears_bytes(api::SHARE_OFFSETS, bytes).await;
            let _ = client.share_offsets(&groups(), TIME).await;
        });
    }

    /// Any bytes at all where a frame is due: the call fails, the client lives.
    #[test]
    fn garbage_from_the_first_byte_on_is_survived(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        block_on(async {
            let fake = FakeCluster::new(World::new(1).topic("orders", 1));
            fake.fault(Fault::Raw(bytes).of(api::API_VERSIONS).times(2));
            let client = Arc::new(fake.client());
            assert!(client.metadata(Duration::from_secs(1)).await.is_err());
        });
    }
}
