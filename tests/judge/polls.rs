//! Polls of a cluster of groups, each with a topic of one partition, as they reach the model.
#![allow(
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a cluster with numbers of its own"
)]

use plimsoll::{
    insight::Picture,
    model::{
        Broker, BrokerId, Cluster, CommittedPartition, Envelope, GroupCommits, GroupKind,
        GroupListing, ListedGroup, Metadata, OffsetKind, OffsetListing, Partition, Time,
        TopicMetadata, TopicOffsets, Update,
    },
};

const BROKER: BrokerId = BrokerId(1);
/// When the clock of a case shows 0.
pub(crate) const BEGAN: i64 = 1_700_000_000_000;

pub(crate) fn say(picture: &mut Picture, seconds: f64, update: Update) {
    picture.apply(Envelope {
        at: Time(BEGAN + (seconds * 1_000.0) as i64),
        site: "simulated".into(),
        update,
    });
}

fn topology(groups: usize) -> Update {
    let partition = Partition {
        leader: Some(BROKER),
        replicas: vec![BROKER],
        isr: vec![BROKER],
        ..Partition::default()
    };
    Update::Metadata(Metadata {
        cluster: Cluster {
            id: None,
            controller: None,
            brokers: vec![Broker {
                id: BROKER,
                host: "b".into(),
                port: 9092,
                rack: None,
            }],
            inside: None,
        },
        topics: (0..groups)
            .map(|number| TopicMetadata {
                name: format!("t{number:04}").as_str().into(),
                id: None,
                internal: false,
                partitions: vec![partition.clone()],
            })
            .collect(),
    })
}

/// A poll of groups: whether each has a member, its committed offset, and the end of its one partition.
pub(crate) fn poll(picture: &mut Picture, at: f64, groups: &[(bool, Option<i64>, i64)]) {
    let name = |prefix: &str, number: usize| format!("{prefix}{number:04}").as_str().into();
    let listed = groups
        .iter()
        .enumerate()
        .map(|(number, (has_member, ..))| ListedGroup {
            id: name("g", number),
            kind: GroupKind::Classic,
            protocol_type: "consumer".into(),
            state: if *has_member { "Stable" } else { "Empty" }.into(),
            coordinator: BROKER,
        });
    let listing = GroupListing {
        answered: vec![BROKER],
        groups: listed.collect(),
    };
    let commits = groups
        .iter()
        .enumerate()
        .map(|(number, (_, committed, _))| GroupCommits {
            group: name("g", number),
            topics: vec![(
                name("t", number),
                vec![CommittedPartition {
                    partition: 0,
                    offset: *committed,
                    lag: None,
                }],
            )],
        });
    let commits = commits.collect();
    let ends = groups
        .iter()
        .enumerate()
        .map(|(number, (.., end))| TopicOffsets {
            topic: name("t", number),
            offsets: vec![(0, *end)],
        });
    let ends = OffsetListing {
        kind: OffsetKind::End,
        topics: ends.collect(),
    };
    say(picture, at, Update::Groups(listing));
    say(picture, at, Update::Commits(commits));
    say(picture, at, Update::Offsets(ends));
}

/// A cluster of as many groups, each with a topic of one partition.
pub(crate) fn world(groups: usize) -> Picture {
    let mut picture = Picture::new("simulated".into());
    say(&mut picture, 0.0, topology(groups));
    picture
}
