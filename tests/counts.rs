//! What a refresh of all lags costs in requests, and what is left of it when brokers fall silent.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and reads tokio's paused clock"
)]
mod common {
    pub(crate) mod fake_broker;
}

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use common::fake_broker::{FakeCluster, World, api};
use plimsoll::{
    app::Interest,
    model::{
        BrokerId, Envelope, HealthReport, Name, OffsetKind, PartitionId, Site, Source, State,
        Update,
    },
    net::reach::Way,
    source::{Feed, Live, Running},
};
use tokio::sync::mpsc;

/// A live site of one scripted cluster: what its collector sent, and the site that this makes.
struct Watched {
    fake: FakeCluster,
    running: Running,
    from: mpsc::Receiver<Envelope>,
    site: Site,
}

const EVERY: Duration = Duration::from_secs(5);

impl Watched {
    fn new(world: World) -> Self {
        let fake = FakeCluster::new(world);
        let live = Live {
            site: "test".into(),
            kube: None,
            kafka: Some(Way::known(Arc::new(fake.client()))),
            prometheus: None,
            refresh: EVERY,
            refresh_metrics: EVERY,
            everything: false,
        };
        let (to, from) = mpsc::channel(Feed::CAPACITY);
        Watched {
            fake,
            running: live.start(to),
            from,
            site: Site::new(Name::from("test")),
        }
    }

    /// Takes in one round: to the report on the lag, and what follows it at once. Returns what was sent.
    async fn round(&mut self) -> Vec<Envelope> {
        let mut said = Vec::new();
        let mut reported = false;
        loop {
            let wait = if reported { EVERY / 5 } else { 20 * EVERY };
            let Ok(envelope) = tokio::time::timeout(wait, self.from.recv()).await else {
                assert!(reported, "no report on the lag: {said:#?}");
                return said;
            };
            let envelope = envelope.expect("the collector goes on");
            reported |= lag_report(&envelope).is_some();
            self.site.apply(envelope.clone());
            said.push(envelope);
        }
    }

    /// Requests since the count began, by kind.
    fn asked(&self) -> BTreeMap<i16, usize> {
        let mut asked = BTreeMap::new();
        for request in self.fake.asked() {
            *asked.entry(request.api).or_default() += 1;
        }
        asked
    }

    fn end(&self, topic: &str, partition: i32) -> Option<(i64, plimsoll::model::Time)> {
        let topic = self.site.kafka.topics.get(&Name::from(topic)).unwrap();
        let (_, offsets) = topic.partition(partition).unwrap();
        offsets.end.map(|end| (end.value, end.at))
    }

    fn leader(&self, topic: &str, partition: i32) -> BrokerId {
        let topic = self.site.kafka.topics.get(&Name::from(topic)).unwrap();
        topic.partition(partition).unwrap().0.leader.unwrap()
    }
}

/// The report on the lag at the end of a round, not the greeting at the start.
fn lag_report(envelope: &Envelope) -> Option<&HealthReport> {
    match &envelope.update {
        Update::Health(report)
            if report.source == Source::Lag && !matches!(report.state, State::Syncing { .. }) =>
        {
            Some(report)
        }
        _ => None,
    }
}

/// The last report on the lag: failed rounds are soon tried again.
fn report(said: &[Envelope]) -> HealthReport {
    said.iter().rev().find_map(lag_report).unwrap().clone()
}

/// What belongs to a refresh of all lags.
const REFRESH: [i16; 4] = [
    api::METADATA,
    api::LIST_GROUPS,
    api::OFFSET_FETCH,
    api::LIST_OFFSETS,
];

#[tokio::test(start_paused = true)]
async fn a_refresh_of_all_lags_is_three_requests_a_broker_and_one() {
    let mut watched = Watched::new(World::volume(10, 200, 50, 500));
    let said = watched.round().await;
    assert_eq!(report(&said).state, State::Live);
    watched.fake.forget();
    let said = watched.round().await;
    let reports: Vec<&HealthReport> = said.iter().filter_map(lag_report).collect();
    assert!(
        matches!(reports.as_slice(), [one] if one.state == State::Live),
        "{reports:?}"
    );
    let asked = watched.asked();
    let of = |key| asked.get(&key).copied().unwrap_or(0);
    assert_eq!(REFRESH.map(of), [1, 10, 10, 10], "{asked:?}");
    let whole: usize = REFRESH.map(of).iter().sum();
    assert_eq!(whole, 3 * 10 + 1);
    let others: Vec<(&i16, &usize)> = asked
        .iter()
        .filter(|(key, _)| !REFRESH.contains(key))
        .collect();
    assert_eq!(others, [], "nothing seldom was due");
    assert_eq!(watched.site.kafka.groups.len(), 500);
    let ends = watched
        .site
        .kafka
        .topics
        .iter()
        .flat_map(|topic| &topic.offsets);
    assert_eq!(ends.filter(|offsets| offsets.end.is_some()).count(), 10_000);
    let kafka = &watched.site.kafka;
    let commits = kafka.groups.iter().filter_map(|group| group.commits(kafka));
    let partitions = commits
        .flat_map(|commits| &commits.value.topics)
        .map(|(_, of)| of.len());
    assert_eq!(partitions.sum::<usize>(), 500 * 50);
}

#[tokio::test(start_paused = true)]
async fn the_first_round_asks_what_is_seldom_asked_too_and_says_how_often() {
    let mut watched = Watched::new(World::volume(3, 4, 6, 12));
    watched.round().await;
    let asked = watched.asked();
    let of = |key| asked.get(&key).copied().unwrap_or(0);
    assert_eq!(of(api::METADATA), 1);
    assert_eq!(of(api::LIST_GROUPS), 3);
    assert_eq!(of(api::OFFSET_FETCH), 3);
    assert_eq!(
        of(api::LIST_OFFSETS),
        9,
        "ends, and the sweeps of log starts and last stable offsets"
    );
    assert_eq!(
        of(api::DESCRIBE_GROUPS),
        3,
        "each classic group once, by coordinator"
    );
    assert_eq!(of(api::CONSUMER_DESCRIBE), 3);
    assert_eq!(of(api::DESCRIBE_QUORUM), 1);
    assert_eq!(
        of(api::FIND_COORDINATOR),
        0,
        "ListGroups told the coordinators"
    );
    assert_eq!(of(api::DESCRIBE_LOG_DIRS), 0, "nobody looks at disks");
    watched.running.wishes.look_at(Interest {
        disks: true,
        groups: ["group-00000".into()].into(),
        behind: [].into(),
        usage: false,
        charts: None,
    });
    watched.fake.forget();
    watched.round().await;
    let asked = watched.asked();
    assert_eq!(asked.get(&api::DESCRIBE_LOG_DIRS), Some(&3), "{asked:?}");
    assert_eq!(
        asked.get(&api::DESCRIBE_GROUPS),
        Some(&1),
        "the group on screen"
    );
    assert_eq!(asked.get(&api::CONSUMER_DESCRIBE), None);
}

#[tokio::test(start_paused = true)]
async fn above_256_groups_a_broker_offsets_come_in_chunks() {
    let mut watched = Watched::new(World::volume(2, 2, 1, 1_200));
    watched.round().await;
    watched.fake.forget();
    watched.round().await;
    let asked = watched.asked();
    // 600 groups a broker are three chunks each.
    assert_eq!(asked.get(&api::OFFSET_FETCH), Some(&6), "{asked:?}");
    assert_eq!(asked.get(&api::LIST_GROUPS), Some(&2));
    let kafka = &watched.site.kafka;
    let commits = kafka
        .groups
        .iter()
        .filter(|group| group.commits(kafka).is_some());
    assert_eq!(commits.count(), 1_200);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_asked_for_comes_at_once() {
    let mut watched = Watched::new(World::volume(2, 2, 2, 2));
    watched.round().await;
    watched.fake.forget();
    let before = tokio::time::Instant::now();
    watched.running.refresh();
    let said = tokio::time::timeout(Duration::from_millis(100), watched.from.recv()).await;
    assert!(said.is_ok(), "not in {:?}", before.elapsed());
}

/// Looks at one group and at all partitions of its topic, as far behind.
fn look_far_behind(watched: &Watched, partitions: i32) {
    let behind = (0..partitions).map(|partition| PartitionId {
        topic: "topic-00000".into(),
        partition,
    });
    watched.running.wishes.look_at(Interest {
        groups: ["group-00000".into()].into(),
        behind: behind.collect(),
        ..Interest::default()
    });
}

#[tokio::test(start_paused = true)]
async fn timestamps_of_many_partitions_are_searched_by_the_same_requests() {
    const WRITTEN: i64 = 1_700_000_000_000;
    let mut watched = Watched::new(World::volume(3, 1, 30, 1));
    watched.fake.change(|world| {
        for partition in &mut world.topics.get_mut("topic-00000").unwrap().partitions {
            partition.written = Some(WRITTEN);
        }
    });
    watched.round().await;
    watched.fake.forget();
    look_far_behind(&watched, 30);
    let said = watched.round().await;
    let stamps: Vec<_> = said
        .iter()
        .filter_map(|envelope| match &envelope.update {
            Update::Stamps(stamps) => Some(stamps),
            _ => None,
        })
        .flatten()
        .collect();
    assert_eq!(stamps.len(), 30, "{stamps:?}");
    for stamp in stamps {
        let off = (stamp.written.0 - WRITTEN - 1_000 * stamp.offset).abs();
        assert!(off <= stamp.within && off <= 1_000, "{stamp:?}");
    }
    let asked = watched.fake.asked();
    for broker in 1..=3 {
        let of = asked.iter().filter(|asked| asked.broker == broker);
        let lists = of.filter(|asked| asked.api == api::LIST_OFFSETS).count();
        assert!(
            lists <= 1 + 30,
            "broker {broker}: ends, and {lists} with them"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_has_no_timestamp_is_not_searched_for_in_every_round() {
    let mut watched = Watched::new(World::volume(3, 1, 6, 1));
    watched.round().await;
    watched.fake.forget();
    look_far_behind(&watched, 6);
    watched.round().await;
    let lists = |watched: &Watched| watched.asked().get(&api::LIST_OFFSETS).copied();
    assert_eq!(lists(&watched), Some(3 + 3), "ends, and one probe");
    for _ in 0..2 {
        watched.fake.forget();
        watched.round().await;
        assert_eq!(lists(&watched), Some(3), "ends");
    }
    // One that was not looked for is at once.
    watched.fake.change(|world| {
        let group = world.groups.get_mut("group-00000").unwrap();
        *group.offsets.values_mut().next().unwrap() -= 100;
    });
    watched.fake.forget();
    watched.round().await;
    assert_eq!(lists(&watched), Some(3 + 3), "it went back");
}

/// Every partition's end grows by one.
fn grow(fake: &FakeCluster) {
    fake.change(|world| {
        for topic in world.topics.values_mut() {
            for partition in &mut topic.partitions {
                partition.end += 1;
            }
        }
    });
}

async fn one_broker_fails(fail: impl Fn(&FakeCluster), heal: impl Fn(&FakeCluster)) {
    let mut watched = Watched::new(World::volume(3, 1, 6, 6));
    watched.round().await;
    let topic = "topic-00000";
    let before: Vec<_> = (0..6)
        .map(|partition| watched.end(topic, partition).unwrap())
        .collect();
    fail(&watched.fake);
    grow(&watched.fake);
    let said = watched.round().await;
    let health = report(&said);
    assert_eq!(health.state, State::Stale, "{health:?}");
    let why = health.why.unwrap();
    assert!(why.starts_with("broker 2: "), "{why}");
    let mut kept = 0;
    for (partition, before) in (0..).zip(&before) {
        let now = watched.end(topic, partition).unwrap();
        if watched.leader(topic, partition) == BrokerId(2) {
            assert_eq!(now, *before, "the old end stays, with its age");
            kept += 1;
        } else {
            assert_eq!(now.0, before.0 + 1, "{partition}: others go on");
        }
    }
    assert_eq!(kept, 2);
    assert_eq!(
        watched.site.kafka.groups.len(),
        6,
        "groups of that broker stay"
    );
    heal(&watched.fake);
    // By itself, without a key.
    for _ in 0..8 {
        if report(&watched.round().await).state == State::Live {
            let ends: Vec<i64> = (0..6).map(|of| watched.end(topic, of).unwrap().0).collect();
            let want: Vec<i64> = before.iter().map(|(end, _)| end + 1).collect();
            assert_eq!(ends, want);
            return;
        }
    }
    panic!("it did not recover");
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_refuses_leaves_the_others_numbers_coming() {
    one_broker_fails(|fake| fake.stop(2), |fake| fake.start(2)).await;
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_hangs_leaves_the_others_numbers_coming() {
    one_broker_fails(|fake| fake.pause(2), |fake| fake.resume(2)).await;
}

#[tokio::test(start_paused = true)]
async fn when_all_brokers_are_gone_the_lag_is_unreachable_and_comes_back() {
    let mut watched = Watched::new(World::volume(3, 1, 6, 6));
    watched.round().await;
    for broker in 1..=3 {
        watched.fake.stop(broker);
    }
    let health = report(&watched.round().await);
    assert_eq!(health.state, State::Unreachable, "{health:?}");
    assert!(health.why.is_some_and(|why| !why.is_empty()));
    assert_eq!(watched.site.kafka.topics.len(), 1, "nothing blanks");
    assert_eq!(watched.site.kafka.groups.len(), 6);
    assert!(watched.end("topic-00000", 0).is_some());
    for broker in 1..=3 {
        watched.fake.start(broker);
    }
    let mut states = Vec::new();
    for _ in 0..8 {
        states.push(report(&watched.round().await).state);
        if states.last() == Some(&State::Live) {
            return;
        }
    }
    panic!("it did not recover: {states:?}");
}

#[tokio::test(start_paused = true)]
async fn commits_are_read_before_ends() {
    let mut watched = Watched::new(World::volume(2, 2, 2, 4));
    watched.round().await;
    watched.fake.forget();
    let said = watched.round().await;
    let asked = watched.fake.asked();
    let last = asked
        .iter()
        .rposition(|asked| asked.api == api::OFFSET_FETCH)
        .unwrap();
    let first = asked
        .iter()
        .position(|asked| asked.api == api::LIST_OFFSETS)
        .unwrap();
    assert!(last < first, "so that no lag is below 0 by order alone");
    let tags: Vec<&str> = said
        .iter()
        .filter(|envelope| match &envelope.update {
            Update::Offsets(listing) => listing.kind == OffsetKind::End,
            Update::Commits(_) => true,
            _ => false,
        })
        .map(|envelope| envelope.update.tag())
        .collect();
    assert_eq!(tags, ["commits", "offsets"]);
}
