//! A site and what was seen of it over time.

use crate::model::{Envelope, Name, Site, Time, Update};

use super::{
    History, Index, Load, Reach,
    history::Seen,
    load::{GroupsRound, is_back_fill},
};

/// A round that is over and whose groups are being sampled.
#[derive(Clone, Debug)]
struct Closing {
    at: Time,
    /// The number of the next group.
    next: u32,
    sums: GroupsRound,
}

/// What we know of a site, with its history. Envelopes go in here; replaying them gives the same picture.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    pub site: Site,
    pub history: History,
    pub load: Load,
    /// Who belongs to whom in Kubernetes, as [`Picture::refresh`] found it.
    pub index: Index,
    /// For the commands that are shown.
    pub reach: Reach,
    closing: Option<Closing>,
    finished: u64,
}

impl Picture {
    pub fn new(site: Name) -> Self {
        Picture {
            site: Site::new(site),
            ..Picture::default()
        }
    }

    /// Takes an envelope in, with all that follows from it.
    pub fn apply(&mut self, envelope: Envelope) {
        self.take(envelope);
        self.work(u32::MAX);
    }

    /// Takes an envelope in. What follows from it for each group may be left to [`Picture::work`], so that many groups
    /// hold nobody up. Until then each of them shows what the round before told.
    pub fn take(&mut self, envelope: Envelope) {
        if bears_on_rounds(&envelope.update) {
            self.work(u32::MAX);
        }
        let seen = Seen::of(&envelope);
        let older = is_back_fill(&envelope);
        self.site.apply(envelope);
        self.history.observe(&self.site, &seen);
        self.load.observe(&self.site, &seen);
        if older {
            self.load.back_fill(&self.site);
        }
        if let Seen::Ends(at) = seen {
            self.history.forget(&self.site);
            self.closing = Some(Closing {
                at,
                next: 0,
                sums: GroupsRound::default(),
            });
        }
    }

    /// Whether something was left to be done.
    pub fn has_work(&self) -> bool {
        self.closing.is_some()
    }

    /// Does what was left, for so many groups at most; returns whether something was finished.
    pub fn work(&mut self, groups: u32) -> bool {
        let Some(mut closing) = self.closing.take() else {
            return false;
        };
        let all = self.site.kafka.groups.numbers();
        let until = closing.next.saturating_add(groups).min(all);
        for number in closing.next..until {
            self.history.sample(&self.site, number, closing.at);
            closing.sums.add(&self.site, &self.history, number);
        }
        self.site.close_groups(closing.next..until);
        if until < all {
            closing.next = until;
            self.closing = Some(closing);
            return false;
        }
        self.finished += 1;
        self.history.end_round();
        self.load
            .end_round(&self.site, &self.history, &closing.sums, closing.at);
        true
    }

    /// Brings the index up to date; called before it is read, not for every envelope.
    pub fn refresh(&mut self) {
        self.index.refresh(&self.site);
    }

    /// Changes with every envelope, and with every round of samples that was finished after its last one.
    pub fn generation(&self) -> u64 {
        self.site.generation() + self.finished
    }
}

/// Whether an update changes what the samples of a round are made of.
fn bears_on_rounds(update: &Update) -> bool {
    matches!(
        update,
        Update::Metadata(_)
            | Update::Groups(_)
            | Update::Commits(_)
            | Update::Offsets(_)
            | Update::Series(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        insight::{PartitionState, Want, group_partitions},
        model::{
            Broker, BrokerId, Cluster, CommittedPartition, GroupCommits, GroupKind, GroupListing,
            ListedGroup, Metadata, OffsetKind, OffsetListing, Partition, Time, TopicMetadata,
            TopicOffsets, Update,
        },
    };

    const BROKER: BrokerId = BrokerId(1);

    fn said(picture: &mut Picture, at: i64, update: Update) {
        let at = Time(at * 1_000);
        picture.apply(Envelope {
            at,
            site: "site".into(),
            update,
        });
    }

    fn listed(answered: &[BrokerId]) -> Update {
        let group = ListedGroup {
            id: "g".into(),
            kind: GroupKind::Classic,
            protocol_type: "consumer".into(),
            state: "Stable".into(),
            coordinator: BROKER,
        };
        let groups = if answered.is_empty() {
            Vec::new()
        } else {
            vec![group]
        };
        Update::Groups(GroupListing {
            answered: answered.to_vec(),
            groups,
        })
    }

    fn committed(offset: i64) -> Update {
        let partition = CommittedPartition {
            partition: 0,
            offset: Some(offset),
            lag: None,
        };
        let topics = vec![("t".into(), vec![partition])];
        Update::Commits(vec![GroupCommits {
            group: "g".into(),
            topics,
        }])
    }

    fn ends(offsets: &[i64]) -> Update {
        let offsets = offsets.iter().map(|offset| (0, *offset)).collect();
        let topics = vec![TopicOffsets {
            topic: "t".into(),
            offsets,
        }];
        Update::Offsets(OffsetListing {
            kind: OffsetKind::End,
            topics,
        })
    }

    fn picture() -> Picture {
        let mut picture = Picture::new("site".into());
        let broker = Broker {
            id: BROKER,
            host: "b".into(),
            port: 9092,
            rack: None,
        };
        let partition = Partition {
            leader: Some(BROKER),
            replicas: vec![BROKER],
            isr: vec![BROKER],
            ..Partition::default()
        };
        let topic = TopicMetadata {
            name: "t".into(),
            id: None,
            internal: false,
            partitions: vec![partition],
        };
        let cluster = Cluster {
            id: None,
            controller: None,
            brokers: vec![broker],
            inside: None,
        };
        said(
            &mut picture,
            0,
            Update::Metadata(Metadata {
                cluster,
                topics: vec![topic],
            }),
        );
        for (at, update) in [
            (1, listed(&[BROKER])),
            (2, committed(10)),
            (3, ends(&[100])),
        ] {
            said(&mut picture, at, update);
        }
        picture
    }

    /// The lag of the list, its samples, and what the group's page says of the one partition.
    fn seen(picture: &Picture) -> (Option<i64>, usize, Option<i64>, PartitionState) {
        let history = picture.history.group("g").unwrap();
        let group = picture.site.kafka.groups.get(&"g".into()).unwrap();
        let rows = group_partitions(&picture.site, group, Want::All);
        (
            history.lag.known,
            history.ring.len(),
            rows[0].lag,
            rows[0].state,
        )
    }

    #[test]
    fn a_lag_is_made_of_commits_and_ends_of_one_round() {
        let mut picture = picture();
        assert_eq!(seen(&picture), (Some(90), 1, Some(90), PartitionState::Ok));
        for update in [listed(&[BROKER]), committed(150)] {
            said(&mut picture, 6, update);
            assert_eq!(
                seen(&picture),
                (Some(90), 1, Some(90), PartitionState::Ok),
                "half a round"
            );
        }
        said(&mut picture, 7, ends(&[200]));
        assert_eq!(seen(&picture), (Some(50), 2, Some(50), PartitionState::Ok));
    }

    #[test]
    fn what_a_silent_coordinator_said_last_stays_and_is_no_sample_of_now() {
        let mut picture = picture();
        for (at, update) in [
            (6, listed(&[])),
            (7, Update::Commits(Vec::new())),
            (8, ends(&[5_000])),
        ] {
            said(&mut picture, at, update);
        }
        assert_eq!(seen(&picture), (Some(90), 1, None, PartitionState::Stale));
    }

    #[test]
    fn an_end_that_a_silent_leader_told_is_no_end_of_now() {
        let mut picture = picture();
        for (at, update) in [(6, listed(&[BROKER])), (7, committed(40)), (8, ends(&[]))] {
            said(&mut picture, at, update);
        }
        let (known, samples, lag, state) = seen(&picture);
        assert_eq!(
            (known, samples, lag, state),
            (None, 1, None, PartitionState::Stale)
        );
        assert_eq!(picture.history.group("g").unwrap().lag.unknown, 1);
    }

    /// A cluster of many groups, each of which reads the one partition.
    fn many(groups: &[&str], commits: i64, round: i64) -> Vec<(i64, Update)> {
        let listed = groups.iter().map(|id| ListedGroup {
            id: (*id).into(),
            kind: GroupKind::Classic,
            protocol_type: "consumer".into(),
            state: "Stable".into(),
            coordinator: BROKER,
        });
        let listed = GroupListing {
            answered: vec![BROKER],
            groups: listed.collect(),
        };
        let read = groups.iter().map(|id| GroupCommits {
            group: (*id).into(),
            topics: vec![(
                "t".into(),
                vec![CommittedPartition {
                    partition: 0,
                    offset: Some(commits),
                    lag: None,
                }],
            )],
        });
        vec![
            (round, Update::Groups(listed)),
            (round, Update::Commits(read.collect())),
            (round, ends(&[commits + 100 * round])),
        ]
    }

    #[test]
    fn groups_are_sampled_piece_by_piece_and_none_shows_half_a_round() {
        const GROUPS: [&str; 5] = ["a", "b", "c", "d", "g"];
        let lags =
            |picture: &Picture| GROUPS.map(|id| picture.history.group(id).unwrap().lag.known);
        let mut picture = picture();
        for (at, update) in many(&GROUPS, 10, 4) {
            said(&mut picture, at, update);
        }
        assert_eq!(lags(&picture), [Some(400); 5]);
        let generation = picture.history.generation();
        for (at, update) in many(&GROUPS, 50, 9) {
            picture.take(Envelope {
                at: Time(at * 1_000),
                site: "site".into(),
                update,
            });
        }
        assert!(picture.has_work());
        assert_eq!(lags(&picture), [Some(400); 5], "nothing was sampled yet");
        assert!(!picture.work(2), "there are more");
        assert_eq!(
            lags(&picture)
                .iter()
                .filter(|lag| **lag == Some(900))
                .count(),
            2
        );
        assert_eq!(
            picture.history.generation(),
            generation,
            "no list is sorted by half of them"
        );
        // A page is made of what was read, whether its group was sampled or not.
        for id in GROUPS {
            let group = picture.site.kafka.groups.get(&id.into()).unwrap();
            let rows = group_partitions(&picture.site, group, Want::All);
            assert_eq!(
                (rows[0].lag, rows[0].state),
                (Some(900), PartitionState::Ok),
                "{id}"
            );
        }
        let mut waited = picture.clone();
        while !waited.work(1) {}
        assert_eq!(lags(&waited), [Some(900); 5]);
        // The next round does not begin before the last one was taken in.
        for (at, update) in many(&GROUPS, 60, 14) {
            said(&mut picture, at, update.clone());
            said(&mut waited, at, update);
        }
        assert_eq!(lags(&picture), [Some(1_400); 5]);
        assert_eq!(lags(&waited), [Some(1_400); 5]);
        let samples = |picture: &Picture| picture.history.group("d").unwrap().ring.len();
        assert_eq!((samples(&picture), samples(&waited)), (3, 3));
        assert!(!picture.has_work());
    }
}
