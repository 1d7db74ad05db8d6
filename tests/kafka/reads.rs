//! Traps of routing and of what answers mean.
use std::{collections::BTreeMap, sync::Arc, time::Duration};

use plimsoll::net::kafka::{
    ByCoordinator, Client, Code, DescribedGroup, Error, GroupType, LeaderPartition, ListedOffset,
    OffsetSpec, PerBroker,
};

use super::costs::{coordinators, partitions};
use crate::common::fake_broker::{FakeCluster, Fault, World, api};

const TIME: Duration = Duration::from_secs(10);

fn world() -> World {
    World::new(3)
        .topic("orders", 6)
        .topic("clicks", 3)
        .group("checkout", "classic", &["orders"])
        .group("fraud", "consumer", &["orders"])
        .group("lab-share", "share", &["clicks"])
        .group("lab-streams", "streams", &["clicks"])
}

async fn client(fake: &FakeCluster) -> Client {
    let client = fake.client();
    client.metadata(TIME).await.unwrap();
    client
}

fn all<T>(answers: PerBroker<Vec<T>>) -> Vec<T> {
    answers.into_values().flat_map(Result::unwrap).collect()
}

fn group(groups: &[DescribedGroup], name: &str) -> DescribedGroup {
    groups
        .iter()
        .find(|group| &*group.group == name)
        .unwrap()
        .clone()
}

fn one(broker: i32, name: &str) -> ByCoordinator {
    BTreeMap::from([(broker, vec![name.into()])])
}

#[tokio::test]
async fn partitions_come_sorted_and_topics_are_not_created_by_looking() {
    let fake = FakeCluster::new(world());
    let metadata = client(&fake).await.last_metadata().unwrap();
    let indexes: Vec<i32> = metadata
        .topic("orders")
        .unwrap()
        .partitions
        .iter()
        .map(|at| at.index)
        .collect();
    assert_eq!(indexes, [0, 1, 2, 3, 4, 5]);
    assert_eq!(metadata.brokers[1].rack.as_deref(), Some("zone-1"));
    assert_eq!(
        metadata.topic("orders").unwrap().partitions[2].leader_epoch,
        Some(5)
    );
    // The fake refuses a request that allows creation.
    let named = fake
        .client()
        .metadata_of(&["typo".into()], TIME)
        .await
        .unwrap();
    assert_eq!(named.topics[0].error, Some(Code(3)));
}

#[tokio::test]
async fn a_partition_without_leader_has_none() {
    let fake = FakeCluster::new(world());
    fake.change(|world| world.topics.get_mut("orders").unwrap().partitions[4].leader = -1);
    let metadata = client(&fake).await.last_metadata().unwrap();
    let partition = &metadata.topic("orders").unwrap().partitions[4];
    assert_eq!((partition.leader, partition.error), (None, Some(Code(5))));
}

#[tokio::test]
async fn the_controller_comes_from_the_quorum_and_not_from_metadata() {
    let mut world = world();
    world.leader = 3;
    let fake = FakeCluster::new(world);
    let client = client(&fake).await;
    assert_ne!(
        client.last_metadata().unwrap().controller_id,
        Some(3),
        "a random live broker"
    );
    assert_eq!(client.describe_quorum(TIME).await.unwrap().leader, Some(3));
}

#[tokio::test]
async fn not_coordinator_for_one_group_does_not_fail_the_batch() {
    let fake = FakeCluster::new(world().group("moved", "classic", &["orders"]));
    let client = client(&fake).await;
    let coordinator = 1;
    fake.change(|world| world.groups.get_mut("moved").unwrap().coordinator = 2);
    let asked = BTreeMap::from([(coordinator, vec!["checkout".into(), "moved".into()])]);
    let offsets = all(client.offset_fetch(&asked, TIME).await);
    assert_eq!(offsets[0].result.as_ref().unwrap().len(), 6);
    let moved = offsets[1].result.as_ref().unwrap_err();
    assert!(moved.is_stale_coordinator(), "{moved}");
    assert_eq!(moved.to_string(), "NOT_COORDINATOR (16)");
}

#[tokio::test]
async fn an_offset_of_minus_one_is_none_and_not_zero() {
    let fake = FakeCluster::new(world());
    fake.change(|world| {
        let offsets = &mut world.groups.get_mut("checkout").unwrap().offsets;
        offsets.insert(("orders".into(), 0), -1);
        offsets.insert(("orders".into(), 1), 0);
    });
    let offsets = all(client(&fake)
        .await
        .offset_fetch(&one(1, "checkout"), TIME)
        .await);
    let offsets = offsets[0].result.as_ref().unwrap();
    assert_eq!(
        (offsets[0].result, offsets[1].result),
        (Ok(None), Ok(Some(0)))
    );
}

#[tokio::test]
async fn below_version_8_each_group_is_asked_alone() {
    let world = World::volume(1, 1, 2, 5).capped(api::OFFSET_FETCH, 7);
    let fake = FakeCluster::new(world);
    let client = client(&fake).await;
    let groups = coordinators(&client).await;
    let offsets = all(client.offset_fetch(&groups, TIME).await);
    let names: Vec<&str> = offsets.iter().map(|group| &*group.group).collect();
    assert_eq!(
        names,
        [
            "group-00000",
            "group-00001",
            "group-00002",
            "group-00003",
            "group-00004"
        ]
    );
    assert!(
        offsets
            .iter()
            .all(|group| group.result.as_ref().unwrap().len() == 2)
    );
    assert_eq!(fake.count(api::OFFSET_FETCH), 5);
}

#[tokio::test]
async fn a_classic_describe_of_another_group_is_not_found_from_every_version() {
    for highest in [0, 5, 6] {
        let fake = FakeCluster::new(world().capped(api::DESCRIBE_GROUPS, highest));
        let client = client(&fake).await;
        let asked = BTreeMap::from([(2, vec!["fraud".into(), "never-was".into()])]);
        let described = all(client.describe_classic(&asked, TIME).await);
        for name in ["fraud", "never-was"] {
            assert_eq!(
                group(&described, name).result.unwrap_err(),
                Code(69),
                "{highest} {name}"
            );
        }
    }
}

#[tokio::test]
async fn members_of_all_four_types_and_their_partitions() {
    let fake = FakeCluster::new(world());
    let client = client(&fake).await;
    let coordinator = async |name: &str| fake_coordinator(&client, name).await;
    let classic = all(client
        .describe_classic(&coordinator("checkout").await, TIME)
        .await);
    let consumer = all(client
        .describe_consumer(&coordinator("fraud").await, TIME)
        .await);
    let share = all(client
        .describe_share(&coordinator("lab-share").await, TIME)
        .await);
    let streams = all(client
        .describe_streams(&coordinator("lab-streams").await, TIME)
        .await);
    for (groups, kind, topic, count) in [
        (&classic, GroupType::Classic, "orders", 6),
        (&consumer, GroupType::Consumer, "orders", 6),
        (&share, GroupType::Share, "clicks", 3),
        (&streams, GroupType::Streams, "clicks", 3),
    ] {
        let description = groups[0].result.as_ref().unwrap();
        let member = &description.members[0];
        assert_eq!((&description.kind, &*description.state), (&kind, "Stable"));
        assert_eq!(&*member.host, "10.0.0.7", "without the slash");
        assert_eq!(&*member.assignment[0].topic, topic);
        assert_eq!(
            member.assignment[0].partitions,
            (0..count).collect::<Vec<_>>(),
            "{kind}"
        );
    }
    let streams = streams[0].result.as_ref().unwrap();
    assert_eq!(&*streams.topology[0].source_topics[0], "clicks");
    assert_eq!(
        streams.members[0].tasks.as_ref().unwrap().active[0].partitions,
        [0, 1, 2]
    );
}

async fn fake_coordinator(client: &Client, name: &str) -> ByCoordinator {
    let mut groups = coordinators(client).await;
    groups.retain(|_, groups| {
        groups.retain(|group| &**group == name);
        !groups.is_empty()
    });
    groups
}

#[tokio::test]
async fn assignments_are_decoded_for_consumers_only_and_never_trusted() {
    let fake = FakeCluster::new(world());
    let client = client(&fake).await;
    let cases: Vec<(&str, Option<Vec<u8>>)> = vec![
        ("consumer", Some(Vec::new())),
        ("consumer", Some(vec![0])),
        ("consumer", Some(vec![0, 1, 0x7F, 0xFF, 0xFF, 0xFF])),
        (
            "consumer",
            Some(vec![0, 1, 0, 0, 0, 1, 0x7F, 0xFF, b'a', b'b', b'c']),
        ),
        (
            "consumer",
            Some(vec![
                0, 1, 0, 0, 0, 1, 0, 1, b'a', 0x10, 0, 0, 0, 0, 0, 0, 0,
            ]),
        ),
        ("connect", None),
    ];
    for (protocol, raw) in cases {
        fake.change(|world| {
            let group = world.groups.get_mut("checkout").unwrap();
            group.protocol_type = protocol.into();
            group.members[0].raw_assignment.clone_from(&raw);
        });
        let described = all(client.describe_classic(&one(1, "checkout"), TIME).await);
        let member = group(&described, "checkout")
            .result
            .unwrap()
            .members
            .remove(0);
        assert_eq!(member.assignment, [], "{protocol} {raw:?}");
    }
}

#[tokio::test]
async fn a_topic_id_without_a_name_is_looked_up() {
    let mut world = world();
    world.hides_topic_names = true;
    let fake = FakeCluster::new(world);
    let described = all(client(&fake)
        .await
        .describe_consumer(&one(2, "fraud"), TIME)
        .await);
    let member = group(&described, "fraud").result.unwrap().members.remove(0);
    assert_eq!(&*member.assignment[0].topic, "orders");
}

#[tokio::test]
async fn a_share_groups_lag_is_the_brokers_and_unknown_below_version_1() {
    let fake = FakeCluster::new(world());
    fake.change(|world| {
        world
            .groups
            .get_mut("lab-share")
            .unwrap()
            .offsets
            .insert(("clicks".into(), 2), -1);
    });
    let read = async |fake: &FakeCluster| {
        let offsets = all(client(fake)
            .await
            .share_offsets(&one(3, "lab-share"), TIME)
            .await);
        let partitions = offsets[0].result.clone().unwrap();
        let known =
            |at: &plimsoll::net::kafka::SharePartition| at.result.map(|at| (at.start, at.lag));
        partitions
            .iter()
            .map(known)
            .collect::<Result<Vec<_>, _>>()
            .unwrap()
    };
    assert_eq!(
        read(&fake).await,
        [(Some(990), Some(10)), (Some(991), Some(10)), (None, None)]
    );
    fake.change(|world| {
        world.versions.insert(api::SHARE_OFFSETS, (0, 0));
    });
    assert_eq!(
        read(&fake).await,
        [(Some(990), None), (Some(991), None), (None, None)]
    );
}

#[tokio::test]
async fn a_coordinator_that_loads_is_a_passing_failure_of_that_broker() {
    let fake = FakeCluster::new(world());
    fake.fault(Fault::Code(14).on(2).of(api::LIST_GROUPS));
    let listed = client(&fake).await.list_groups(TIME).await;
    let why = listed[&2].as_ref().unwrap_err();
    assert!(why.code().unwrap().is_passing(), "{why}");
    assert!(
        why.to_string().contains("COORDINATOR_LOAD_IN_PROGRESS"),
        "{why}"
    );
    assert!(listed[&1].is_ok() && listed[&3].is_ok());
}

#[tokio::test]
async fn what_acls_forbid_names_the_acl() {
    let fake = FakeCluster::new(world());
    fake.fault(Fault::Code(31).of(api::DESCRIBE_LOG_DIRS).times(3));
    for (broker, dirs) in client(&fake).await.describe_log_dirs(TIME).await {
        let why = dirs.unwrap_err();
        assert!(
            matches!(why, Error::Authorization { code: Code(31), .. }),
            "{why:?}"
        );
        let text = why.to_string();
        for word in [
            "DescribeLogDirs",
            "DESCRIBE on the cluster",
            &format!("broker-{broker}.fake:9092"),
        ] {
            assert!(text.contains(word), "{text}");
        }
    }
}

#[tokio::test]
async fn offsets_of_every_kind_go_to_the_leaders_once() {
    let fake = FakeCluster::new(world());
    let client = client(&fake).await;
    let mut asked = partitions(&client.last_metadata().unwrap());
    asked.extend(asked.clone());
    for (spec, wanted) in [
        (OffsetSpec::Latest, Some(1002)),
        (OffsetSpec::LatestStable, Some(992)),
        (OffsetSpec::Earliest, Some(100)),
        (OffsetSpec::MaxTimestamp, Some(1001)),
        (OffsetSpec::Timestamp(500), Some(500)),
        (OffsetSpec::Timestamp(5000), None),
    ] {
        fake.forget();
        let listed = all(client.list_offsets(spec, &asked, TIME).await);
        assert_eq!(
            (listed.len(), fake.count(api::LIST_OFFSETS)),
            (9, 3),
            "{spec:?}"
        );
        let find = |at: &&ListedOffset| &*at.topic == "orders" && at.partition == 2;
        let offset = listed.iter().find(find).unwrap().result.unwrap().offset;
        assert_eq!(offset, wanted, "{spec:?}");
    }
    assert_eq!(
        fake.dials().len(),
        7,
        "offsets by time have connections of their own"
    );
}

#[tokio::test]
async fn a_partition_that_failed_is_one_among_the_others() {
    let fake = FakeCluster::new(world());
    fake.change(|world| world.topics.get_mut("orders").unwrap().partitions[0].error = 78);
    let client = client(&fake).await;
    let mut asked = partitions(&client.last_metadata().unwrap());
    asked.push(LeaderPartition {
        topic: "gone".into(),
        partition: 0,
        leader: 1,
        leader_epoch: None,
    });
    let listed = all(client.list_offsets(OffsetSpec::Latest, &asked, TIME).await);
    let code = |topic: &str, partition: i32| {
        let found = listed
            .iter()
            .find(|at| &*at.topic == topic && at.partition == partition);
        found.unwrap().result.err()
    };
    assert_eq!(code("orders", 0), Some(Code(78)));
    assert!(code("gone", 0).unwrap().is_stale_routing());
    assert_eq!(code("orders", 1), None);
}

#[tokio::test]
async fn configs_are_asked_by_key_and_missing_topics_told() {
    let fake = FakeCluster::new(world());
    let client = client(&fake).await;
    let topics: Vec<Arc<str>> = vec!["orders".into(), "gone".into()];
    let read = client
        .describe_topic_configs(&topics, &["min.insync.replicas"], TIME)
        .await
        .unwrap();
    let orders = read[0].configs.as_ref().unwrap();
    assert_eq!(orders["min.insync.replicas"].value.as_deref(), Some("2"));
    assert_eq!(read[1].configs, Err(Code(3)));
    let none = client
        .describe_topic_configs(&topics, &["no.such.key"], TIME)
        .await
        .unwrap();
    assert_eq!(none[0].configs.as_ref().unwrap().len(), 0);
}

#[tokio::test]
async fn disks_reassignments_and_the_cluster() {
    let fake = FakeCluster::new(world());
    fake.change(|world| {
        let partition = &mut world.topics.get_mut("orders").unwrap().partitions[1];
        partition.replicas.push(9);
    });
    let client = client(&fake).await;
    let dirs = client.describe_log_dirs(TIME).await;
    let dir = &dirs[&1].as_ref().unwrap()[0];
    assert_eq!(
        (dir.total_bytes, dir.usable_bytes, dir.replicas.len()),
        (Some(1 << 40), Some(1 << 39), 9)
    );
    let moving = client.list_reassignments(TIME).await.unwrap();
    assert_eq!(
        (moving.len(), moving[0].partition, moving[0].adding.clone()),
        (1, 1, vec![9])
    );
    let cluster = client.describe_cluster(TIME).await.unwrap();
    assert_eq!(cluster.brokers.len(), 3);
    assert_eq!(cluster.brokers[0].fenced, Some(false));
    fake.change(|world| {
        world.versions.insert(api::DESCRIBE_LOG_DIRS, (1, 3));
    });
    fake.hang_up(1);
    tokio::time::sleep(Duration::from_millis(20)).await;
    let dirs = client.describe_log_dirs(TIME).await;
    assert_eq!(dirs[&1].as_ref().unwrap()[0].total_bytes, None);
}
