//! What reads cost in requests and connections.
use std::{collections::BTreeMap, sync::Arc, time::Duration};

use plimsoll::net::kafka::{
    Api, ByCoordinator, Client, LeaderPartition, Metadata, OffsetSpec, PerBroker,
};

use crate::common::fake_broker::{FakeCluster, World, api};

const TIME: Duration = Duration::from_secs(30);

fn all<T>(answers: PerBroker<Vec<T>>) -> Vec<T> {
    answers.into_values().flat_map(Result::unwrap).collect()
}

pub(crate) fn partitions(metadata: &Metadata) -> Vec<LeaderPartition> {
    let topics = metadata.topics.iter();
    let of = |topic: &plimsoll::net::kafka::Topic| {
        let name = Arc::clone(&topic.name);
        let partition = move |at: &plimsoll::net::kafka::Partition| LeaderPartition {
            topic: Arc::clone(&name),
            partition: at.index,
            leader: at.leader.unwrap(),
            leader_epoch: None,
        };
        topic.partitions.iter().map(partition).collect::<Vec<_>>()
    };
    topics.flat_map(of).collect()
}

pub(crate) async fn coordinators(client: &Client) -> ByCoordinator {
    let mut groups: ByCoordinator = BTreeMap::new();
    for (broker, listed) in client.list_groups(TIME).await {
        groups.insert(
            broker,
            listed
                .unwrap()
                .into_iter()
                .map(|group| group.group)
                .collect(),
        );
    }
    groups
}

#[tokio::test]
async fn a_lag_refresh_of_ten_brokers_ten_thousand_partitions_and_500_groups_is_31_requests() {
    let fake = FakeCluster::new(World::volume(10, 200, 50, 500));
    let client = fake.client();
    let metadata = client.metadata(TIME).await.unwrap();
    let groups = coordinators(&client).await;
    let committed = all(client.offset_fetch(&groups, TIME).await);
    let ends = all(client
        .list_offsets(OffsetSpec::Latest, &partitions(&metadata), TIME)
        .await);
    assert_eq!(
        (metadata.topics.len(), committed.len(), ends.len()),
        (200, 500, 10_000)
    );
    let offsets: usize = committed
        .iter()
        .map(|group| group.result.as_ref().unwrap().len())
        .sum();
    assert_eq!(offsets, 500 * 50);
    let asked = fake
        .asked()
        .into_iter()
        .filter(|asked| asked.api != api::API_VERSIONS);
    assert_eq!(asked.count(), 31);
    let requests = client.requests();
    let count = |key| requests.get(&Api(key)).copied().unwrap_or(0);
    assert_eq!(
        [
            api::METADATA,
            api::LIST_GROUPS,
            api::OFFSET_FETCH,
            api::LIST_OFFSETS
        ]
        .map(count),
        [1, 10, 10, 10]
    );
    assert_eq!(fake.count(api::FIND_COORDINATOR), 0);
    assert_eq!(
        fake.dials().len(),
        11,
        "one connection a broker, and the bootstrap"
    );

    fake.forget();
    let metadata = client.metadata(TIME).await.unwrap();
    let groups = coordinators(&client).await;
    all(client.offset_fetch(&groups, TIME).await);
    all(client
        .list_offsets(OffsetSpec::Latest, &partitions(&metadata), TIME)
        .await);
    assert_eq!(fake.asked().len(), 31, "the second refresh opens nothing");
    assert_eq!(fake.dials().len(), 11);
}

#[tokio::test]
async fn above_256_groups_a_broker_offsets_are_fetched_in_chunks() {
    let fake = FakeCluster::new(World::volume(1, 2, 1, 600));
    let client = fake.client();
    client.metadata(TIME).await.unwrap();
    let groups = coordinators(&client).await;
    assert_eq!(all(client.offset_fetch(&groups, TIME).await).len(), 600);
    assert_eq!(fake.count(api::OFFSET_FETCH), 3);
}

#[tokio::test]
async fn an_answer_of_several_megabytes_is_read() {
    let fake = FakeCluster::new(World::volume(1, 1000, 100, 0));
    let client = fake.client();
    let metadata = client.metadata(TIME).await.unwrap();
    assert_eq!(partitions(&metadata).len(), 100_000);
    assert!(
        client.traffic().bytes_in > 2 << 20,
        "{}",
        client.traffic().bytes_in
    );
}
