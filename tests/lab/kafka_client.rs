//! The Kafka client against the lab's brokers: every read, every way in, and what Kafka's own tools say.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::too_many_lines,
    reason = "a test fails by panicking, finds the lab by the environment, and may hold a long table of cases"
)]
mod record;
mod ways_in;

use std::{collections::BTreeMap, path::PathBuf, process::Command, sync::Arc, time::Duration};

use plimsoll::net::kafka::{
    Api, ByCoordinator, Client, Config, DescribedGroup, FetchSpec, GroupType, Isolation,
    LeaderPartition, OffsetSpec, PerBroker, TcpDial,
};

const TIME: Duration = Duration::from_secs(20);
const PLAINTEXT: &str = "127.0.0.1:29192,127.0.0.1:29292,127.0.0.1:29392";

fn cache() -> PathBuf {
    if let Some(cache) = std::env::var_os("LAB_CACHE") {
        return cache.into();
    }
    let base = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache");
    base.unwrap_or_else(home).join("plimsoll-lab")
}

fn run_dir() -> PathBuf {
    std::env::var_os("LAB_RUN").map_or_else(|| cache().join("run"), PathBuf::from)
}

fn at(bootstrap: &str) -> Client {
    let bootstrap = Config::parse_bootstrap(bootstrap).unwrap();
    Client::new(
        Arc::new(TcpDial),
        Config {
            bootstrap,
            ..Config::default()
        },
    )
}

/// What Kafka's own tool prints for these arguments, read from the running lab's jars.
fn tool(class: &str, arguments: &[&str]) -> String {
    let output = Command::new("java")
        .args([
            "-Xmx128m",
            "-cp",
            &format!("{}/*", cache().join("kafka/lib").display()),
            class,
        ])
        .args(["--bootstrap-server", "127.0.0.1:29192"])
        .args(arguments)
        .output()
        .expect("java runs Kafka's tools");
    String::from_utf8(output.stdout).unwrap()
}

fn all<T>(answers: PerBroker<Vec<T>>) -> Vec<T> {
    answers
        .into_iter()
        .flat_map(|(id, answer)| answer.unwrap_or_else(|why| panic!("{id}: {why}")))
        .collect()
}

/// Groups of each type by coordinator.
async fn groups(client: &Client) -> BTreeMap<GroupType, ByCoordinator> {
    let mut kinds: BTreeMap<GroupType, ByCoordinator> = BTreeMap::new();
    for (broker, listed) in client.list_groups(TIME).await {
        for group in listed.unwrap() {
            let kind = kinds.entry(group.kind.unwrap()).or_default();
            kind.entry(broker).or_default().push(group.group);
        }
    }
    kinds
}

fn named<'a>(groups: &'a [DescribedGroup], name: &str) -> &'a DescribedGroup {
    groups
        .iter()
        .find(|group| &*group.group == name)
        .unwrap_or_else(|| panic!("no group {name}"))
}

#[tokio::test]
async fn metadata_names_brokers_racks_and_topics() {
    let _lab = crate::fixture::steady();
    let client = at(PLAINTEXT);
    let metadata = client.metadata(TIME).await.unwrap();
    let brokers: Vec<i32> = metadata.brokers.iter().map(|broker| broker.id).collect();
    assert_eq!(brokers, [1, 2, 3]);
    let racks: std::collections::BTreeSet<_> = metadata
        .brokers
        .iter()
        .map(|broker| broker.rack.clone().unwrap())
        .collect();
    assert_eq!(racks.len(), 3);
    let orders = metadata.topic("orders").unwrap();
    assert_eq!(orders.partitions.len(), 12);
    let indexes: Vec<i32> = orders
        .partitions
        .iter()
        .map(|partition| partition.index)
        .collect();
    assert_eq!(indexes, (0..12).collect::<Vec<_>>());
    assert!(orders.id.is_some() && !orders.internal);
    assert!(metadata.topic("__consumer_offsets").unwrap().internal);
    let named = client
        .metadata_of(&["orders".into(), "no-such-topic".into()], TIME)
        .await
        .unwrap();
    assert_eq!(named.topic("no-such-topic").unwrap().error.unwrap().0, 3);
    let again = client.metadata(TIME).await.unwrap();
    assert!(
        again.topic("no-such-topic").is_none(),
        "looking created a topic"
    );
}

#[tokio::test]
async fn groups_of_all_four_types_are_listed_and_described() {
    let _lab = crate::fixture::steady();
    let client = at(PLAINTEXT);
    client.metadata(TIME).await.unwrap();
    let kinds = groups(&client).await;
    let classic = all(client
        .describe_classic(&kinds[&GroupType::Classic], TIME)
        .await);
    let checkout = named(&classic, "checkout").result.clone().unwrap();
    assert_eq!(
        (&*checkout.state, &*checkout.protocol_type),
        ("Stable", "consumer")
    );
    let assigned: usize = checkout
        .members
        .iter()
        .flat_map(|member| &member.assignment)
        .map(|topic| topic.partitions.len())
        .sum();
    assert_eq!(assigned, 12);
    assert!(
        checkout
            .members
            .iter()
            .all(|member| member.host.starts_with("127.200."))
    );

    let consumer = all(client
        .describe_consumer(&kinds[&GroupType::Consumer], TIME)
        .await);
    let fraud = named(&consumer, "fraud").result.clone().unwrap();
    assert_eq!(fraud.kind, GroupType::Consumer);
    assert!(fraud.epoch.is_some() && !fraud.members.is_empty());
    assert!(
        fraud
            .members
            .iter()
            .any(|member| !member.assignment.is_empty())
    );

    let share = all(client.describe_share(&kinds[&GroupType::Share], TIME).await);
    let lab = named(&share, "lab-share").result.clone().unwrap();
    assert!(!lab.members.is_empty(), "{lab:?}");

    let streams = all(client
        .describe_streams(&kinds[&GroupType::Streams], TIME)
        .await);
    let lab = named(&streams, "lab-streams").result.clone().unwrap();
    assert_eq!(lab.kind, GroupType::Streams);
    assert!(!lab.topology.is_empty(), "{lab:?}");
    assert!(
        lab.members
            .iter()
            .any(|member| !member.assignment.is_empty()),
        "{lab:?}"
    );
}

#[tokio::test]
async fn a_newer_group_is_not_found_by_the_classic_describe() {
    let _lab = crate::fixture::steady();
    let client = at(PLAINTEXT);
    client.metadata(TIME).await.unwrap();
    let kinds = groups(&client).await;
    let asked = all(client
        .describe_classic(&kinds[&GroupType::Consumer], TIME)
        .await);
    assert_eq!(named(&asked, "fraud").result.clone().unwrap_err().0, 69);
}

#[tokio::test]
async fn share_groups_have_start_offsets_and_lag() {
    let _lab = crate::fixture::steady();
    let client = at(PLAINTEXT);
    client.metadata(TIME).await.unwrap();
    let kinds = groups(&client).await;
    let offsets = all(client.share_offsets(&kinds[&GroupType::Share], TIME).await);
    let lab = offsets
        .iter()
        .find(|group| &*group.group == "lab-share")
        .unwrap();
    let partitions = lab.result.clone().unwrap();
    assert!(!partitions.is_empty());
    for partition in partitions {
        let offset = partition.result.unwrap();
        assert!(offset.start.is_some() && offset.lag.is_some(), "{offset:?}");
    }
}

#[tokio::test]
async fn committed_offsets_are_those_that_kafkas_tool_prints() {
    let _lab = crate::fixture::steady();
    let client = at(PLAINTEXT);
    let metadata = client.metadata(TIME).await.unwrap();
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
    let partitions: Vec<LeaderPartition> = metadata
        .topics
        .iter()
        .flat_map(|topic| {
            topic.partitions.iter().map(|partition| LeaderPartition {
                topic: Arc::clone(&topic.name),
                partition: partition.index,
                leader: partition.leader.unwrap(),
                leader_epoch: partition.leader_epoch,
            })
        })
        .collect();
    let read = async || {
        let mut committed: BTreeMap<(String, i32), i64> = BTreeMap::new();
        for group in all(client.offset_fetch(&groups, TIME).await) {
            for offset in group.result.unwrap() {
                if &*group.group == "checkout" {
                    let key = (offset.topic.to_string(), offset.partition);
                    committed.insert(key, offset.result.unwrap().unwrap());
                }
            }
        }
        committed
    };
    let before = read().await;
    let before_end = all(client
        .list_offsets(OffsetSpec::Latest, &partitions, TIME)
        .await);
    let printed = tokio::task::spawn_blocking(|| {
        let class = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand";
        tool(class, &["--describe", "--group", "checkout"])
    })
    .await
    .unwrap();
    let after = read().await;
    let after_end = all(client
        .list_offsets(OffsetSpec::Latest, &partitions, TIME)
        .await);
    let end = |ends: &[plimsoll::net::kafka::ListedOffset], index: i32| {
        let found = ends
            .iter()
            .find(|end| &*end.topic == "orders" && end.partition == index);
        found.unwrap().result.unwrap().offset.unwrap()
    };
    let mut lines = 0;
    for line in printed.lines() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let ["checkout", "orders", index, offset, log_end, ..] = fields[..] else {
            continue;
        };
        let index: i32 = index.parse().unwrap();
        let key = ("orders".to_owned(), index);
        let offset: i64 = offset.parse().unwrap();
        assert!((before[&key]..=after[&key]).contains(&offset), "{line}");
        let log_end: i64 = log_end.parse().unwrap();
        assert!(
            (end(&before_end, index)..=end(&after_end, index)).contains(&log_end),
            "{line}"
        );
        lines += 1;
    }
    assert_eq!(lines, 12, "{printed}");
}

#[tokio::test]
async fn a_lag_refresh_costs_three_requests_a_broker_and_one() {
    let _lab = crate::fixture::steady();
    let client = at(PLAINTEXT);
    let metadata = client.metadata(TIME).await.unwrap();
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
    let topic = metadata.topics.iter().flat_map(|topic| {
        topic.partitions.iter().map(|partition| LeaderPartition {
            topic: Arc::clone(&topic.name),
            partition: partition.index,
            leader: partition.leader.unwrap(),
            leader_epoch: None,
        })
    });
    let partitions: Vec<_> = topic.collect();
    all(client.offset_fetch(&groups, TIME).await);
    all(client
        .list_offsets(OffsetSpec::Latest, &partitions, TIME)
        .await);
    let requests = client.requests();
    let count = |key| requests.get(&Api(key)).copied().unwrap_or(0);
    let leaders: std::collections::BTreeSet<i32> = partitions
        .iter()
        .map(|partition| partition.leader)
        .collect();
    let wanted = (1, 3, leaders.len() as u64);
    assert_eq!((count(3), count(16), count(2)), wanted, "{requests:?}");
    assert!(count(9) <= 3, "{requests:?}");
    assert!(count(10) == 0, "FindCoordinator creates topics");
}

#[tokio::test]
async fn offsets_of_all_kinds_are_in_order() {
    let _lab = crate::fixture::steady();
    let client = at(PLAINTEXT);
    let metadata = client.metadata(TIME).await.unwrap();
    let topic = metadata.topic("orders").unwrap();
    let partitions: Vec<LeaderPartition> = topic
        .partitions
        .iter()
        .map(|partition| LeaderPartition {
            topic: Arc::clone(&topic.name),
            partition: partition.index,
            leader: partition.leader.unwrap(),
            leader_epoch: None,
        })
        .collect();
    let read = async |spec| {
        let listed = all(client.list_offsets(spec, &partitions, TIME).await);
        let at = listed
            .into_iter()
            .map(|at| (at.partition, at.result.unwrap()));
        at.collect::<BTreeMap<i32, _>>()
    };
    let start = read(OffsetSpec::Earliest).await;
    let first = read(OffsetSpec::Timestamp(0)).await;
    let newest = read(OffsetSpec::MaxTimestamp).await;
    let stable = read(OffsetSpec::LatestStable).await;
    let end = read(OffsetSpec::Latest).await;
    let future = read(OffsetSpec::Timestamp(i64::MAX)).await;
    assert_eq!(end.len(), 12);
    let mut found = 0;
    for index in 0..12 {
        assert_eq!(first[&index].offset, start[&index].offset);
        let (start, newest, end) = (&start[&index], &newest[&index], &end[&index]);
        assert!(stable[&index].offset <= end.offset);
        // Of a partition whose newest segment holds no record yet, Kafka's own tool gets no answer either.
        if newest.offset.is_some() {
            assert!(
                start.offset <= newest.offset && newest.offset < end.offset,
                "{newest:?}"
            );
            assert!(newest.timestamp_ms.is_some());
            found += 1;
        }
        assert_eq!(future[&index].offset, None);
    }
    assert!(found > 0);
}

#[tokio::test]
async fn configs_disks_cluster_and_quorum_are_read() {
    let _lab = crate::fixture::steady();
    let client = at(PLAINTEXT);
    let metadata = client.metadata(TIME).await.unwrap();
    let topics: Vec<Arc<str>> = metadata
        .topics
        .iter()
        .map(|topic| Arc::clone(&topic.name))
        .collect();
    let keys = ["min.insync.replicas", "cleanup.policy", "retention.ms"];
    let configs = client
        .describe_topic_configs(&topics, &keys, TIME)
        .await
        .unwrap();
    assert_eq!(configs.len(), topics.len());
    let orders = configs
        .iter()
        .find(|configs| &*configs.name == "orders")
        .unwrap();
    let orders = orders.configs.clone().unwrap();
    assert_eq!(orders.len(), 3);
    assert!(
        orders["min.insync.replicas"]
            .value
            .as_ref()
            .unwrap()
            .parse::<u32>()
            .is_ok()
    );
    let brokers = client.describe_broker_configs(&["log.dirs"], TIME).await;
    for (id, configs) in brokers {
        let configs = configs.unwrap();
        assert_eq!(&*configs.name, id.to_string());
        assert!(configs.configs.unwrap().contains_key("log.dirs"));
    }
    for (id, dirs) in client.describe_log_dirs(TIME).await {
        let dirs = dirs.unwrap_or_else(|why| panic!("{id}: {why}"));
        assert_eq!(dirs.len(), 2);
        assert!(
            dirs.iter()
                .all(|dir| dir.total_bytes > dir.usable_bytes && dir.error.is_none())
        );
        assert!(
            dirs.iter()
                .any(|dir| dir.replicas.iter().any(|replica| replica.bytes > 0))
        );
    }
    let cluster = client.describe_cluster(TIME).await.unwrap();
    assert_eq!(Some(&cluster.cluster_id), metadata.cluster_id.as_ref());
    assert_eq!(cluster.brokers.len(), 3);
    assert!(
        cluster
            .brokers
            .iter()
            .all(|state| state.fenced == Some(false))
    );
    let quorum = client.describe_quorum(TIME).await.unwrap();
    assert!((1..=3).contains(&quorum.leader.unwrap()), "{quorum:?}");
    assert_eq!(quorum.voters.len(), 3);
    client.list_reassignments(TIME).await.unwrap();
}

#[tokio::test]
async fn records_are_read_and_aborted_ones_filtered() {
    let _lab = crate::fixture::steady();
    let client = at(PLAINTEXT);
    let metadata = client.metadata(TIME).await.unwrap();
    for name in ["orders", "payments", "clicks", "tx"] {
        let topic = metadata.topic(name).unwrap();
        let mut spec = FetchSpec {
            topic: Arc::clone(&topic.name),
            topic_id: topic.id,
            partition: 0,
            leader: topic.partitions[0].leader.unwrap(),
            offset: 0,
            max_bytes: 1 << 20,
            max_wait: Duration::from_millis(500),
            isolation: Isolation::ReadUncommitted,
            max_decompressed: 64 << 20,
        };
        let everything = client.fetch(&spec, TIME).await.unwrap();
        assert_eq!(everything.cut, None, "{name}");
        assert!(!everything.records.is_empty(), "{name}");
        spec.isolation = Isolation::ReadCommitted;
        let committed = client.fetch(&spec, TIME).await.unwrap();
        assert!(committed.records.len() <= everything.records.len());
        let transactional = everything
            .records
            .iter()
            .filter(|record| record.transactional)
            .count();
        if name == "tx" {
            assert_eq!(transactional, everything.records.len());
            // The markers between the transactions take offsets of their own.
            assert!(everything.next_offset > i64::try_from(transactional).unwrap());
        }
        let by_name = FetchSpec {
            topic_id: None,
            isolation: Isolation::ReadUncommitted,
            ..spec
        };
        let by_name = client.fetch(&by_name, TIME).await.unwrap();
        assert_eq!(by_name.records.first(), everything.records.first());
    }
}
