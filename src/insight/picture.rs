//! A site and what was seen of it over time.

use crate::model::{Envelope, Name, Site};

use super::{History, Index, Load, history::Seen, load::is_back_fill};

/// What we know of a site, with its history. Envelopes go in here; replaying them gives the same picture.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    pub site: Site,
    pub history: History,
    pub load: Load,
    /// Who belongs to whom in Kubernetes, as [`Picture::refresh`] found it.
    pub index: Index,
}

impl Picture {
    pub fn new(site: Name) -> Self {
        Picture {
            site: Site::new(site),
            ..Picture::default()
        }
    }

    pub fn apply(&mut self, envelope: Envelope) {
        let seen = Seen::of(&envelope);
        let older = is_back_fill(&envelope);
        self.site.apply(envelope);
        self.history.observe(&self.site, &seen);
        self.load.observe(&self.site, &self.history, &seen);
        if older {
            self.load.back_fill(&self.site);
        }
    }

    /// Brings the index up to date; called before it is read, not for every envelope.
    pub fn refresh(&mut self) {
        self.index.refresh(&self.site);
    }

    /// Changes with every envelope.
    pub fn generation(&self) -> u64 {
        self.site.generation()
    }
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
}
