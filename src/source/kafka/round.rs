//! One refresh of all lags.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    model::{
        BrokerId, GroupListing, OffsetKind, OffsetListing, PartitionId, Source, State, Update,
    },
    net::kafka::{
        ByCoordinator, Error, GroupType, LeaderPartition, ListedGroup, Metadata, OffsetSpec,
        PerBroker,
    },
};

use super::{
    super::{feed::Closed, poll::Outcome},
    Collector, fault, map,
};

/// How a round went.
#[derive(Debug)]
pub(super) struct Round {
    pub(super) outcome: Outcome,
    pub(super) metadata: Option<Arc<Metadata>>,
    /// Brokers that did not answer in this round, and why: they are left alone for the rest of it.
    pub(super) failed: BTreeMap<i32, Error>,
    /// Groups and partitions that were answered by an error code.
    pub(super) gaps: map::Gaps,
    /// The groups listed, by coordinator.
    pub(super) listed: PerBroker<Vec<ListedGroup>>,
    /// Where groups stand in the partitions whose timestamps are looked up.
    pub(super) behind: BTreeSet<(PartitionId, i64)>,
}

impl Round {
    fn failed(outcome: Outcome) -> Self {
        Round {
            outcome,
            metadata: None,
            failed: BTreeMap::new(),
            gaps: map::Gaps::default(),
            listed: BTreeMap::new(),
            behind: BTreeSet::new(),
        }
    }

    fn note<T>(&mut self, answers: &PerBroker<T>) {
        for (broker, answer) in answers {
            if let Err(error) = answer {
                self.failed.entry(*broker).or_insert_with(|| error.clone());
            }
        }
    }

    /// Whether every broker failed.
    fn is_lost(&self) -> bool {
        self.metadata.as_ref().is_some_and(|known| {
            !known.brokers.is_empty()
                && known
                    .brokers
                    .iter()
                    .all(|broker| self.failed.contains_key(&broker.id))
        })
    }

    /// The partitions of this cluster that have a leader which answers.
    pub(super) fn led(&self) -> Vec<LeaderPartition> {
        let topics = self.metadata.iter().flat_map(|known| &known.topics);
        topics
            .flat_map(|topic| {
                topic
                    .partitions
                    .iter()
                    .map(move |partition| (topic, partition))
            })
            .filter_map(|(topic, partition)| {
                let leader = partition
                    .leader
                    .filter(|leader| !self.failed.contains_key(leader))?;
                Some(LeaderPartition {
                    topic: Arc::clone(&topic.name),
                    partition: partition.index,
                    leader,
                    leader_epoch: partition.leader_epoch,
                })
            })
            .collect()
    }

    /// Groups of the wanted kind by coordinator, without those whose coordinator failed since.
    pub(super) fn groups(&self, wanted: impl Fn(&ListedGroup) -> bool) -> ByCoordinator {
        let answered = self
            .listed
            .iter()
            .filter_map(|(id, groups)| Some((*id, groups.as_ref().ok()?)));
        answered
            .filter(|(id, _)| !self.failed.contains_key(id))
            .map(|(id, groups)| {
                let names = groups.iter().filter(|group| wanted(group));
                (
                    id,
                    names
                        .map(|group| Arc::clone(&group.group))
                        .collect::<Vec<_>>(),
                )
            })
            .filter(|(_, groups)| !groups.is_empty())
            .collect()
    }
}

impl Collector {
    /// Metadata, groups, commits, ends. Sends what it gets as it gets it, and says how each source is.
    pub(super) async fn round(&mut self) -> Result<Round, Closed> {
        let metadata = match self.client.metadata(self.deadline()).await {
            Ok(metadata) => metadata,
            Err(error) => {
                let (state, outcome) = fault(&error);
                for source in [Source::Metadata, Source::Lag] {
                    self.report(source, self.every, Some((state.clone(), error.to_string())))
                        .await?;
                }
                return Ok(Round::failed(outcome));
            }
        };
        self.ask_quorum().await;
        let inside = self.way.inside().map(map::inside);
        let seen = map::metadata(&metadata, self.controller, inside);
        self.send(Update::Metadata(seen)).await?;
        self.report(Source::Metadata, self.every, None).await?;
        let mut round = Round::failed(Outcome::Fine);
        round.metadata = Some(metadata);
        round.listed = self.client.list_groups(self.deadline()).await;
        let listed = std::mem::take(&mut round.listed);
        round.note(&listed);
        round.listed = listed;
        self.send_groups(&round).await?;
        if self.due(Source::LogStart, std::time::Duration::from_secs(60)) {
            self.offsets(&mut round, OffsetKind::Start).await?;
            self.offsets(&mut round, OffsetKind::Stable).await?;
        }
        self.commits(&mut round).await?;
        self.offsets(&mut round, OffsetKind::End).await?;
        self.report_lag(&mut round).await?;
        Ok(round)
    }

    /// The quorum's leader: asked when the brokers changed, and now and then.
    async fn ask_quorum(&mut self) {
        if self.due(Source::Metadata, std::time::Duration::from_secs(30)) {
            match self.client.describe_quorum(self.deadline()).await {
                Ok(quorum) => self.controller = quorum.leader.map(BrokerId),
                // ZooKeeper's clusters have no quorum: there the controller of Metadata is the real one.
                Err(Error::Version { .. }) => {
                    let known = self.client.last_metadata();
                    self.controller = known.and_then(|known| known.controller_id).map(BrokerId);
                }
                Err(error) => {
                    tracing::debug!(%error, "the quorum's leader could not be asked");
                    self.controller = None;
                }
            }
        }
    }

    async fn send_groups(&self, round: &Round) -> Result<(), Closed> {
        let mut groups = Vec::new();
        let mut answered = Vec::new();
        for (broker, listed) in &round.listed {
            if let Ok(listed) = listed {
                answered.push(BrokerId(*broker));
                groups.extend(listed.iter().map(|group| map::listed(group, *broker)));
            }
        }
        // In the order in which they are kept, so that each is found where the one before it was.
        groups.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        self.send(Update::Groups(GroupListing { answered, groups }))
            .await
    }

    async fn commits(&self, round: &mut Round) -> Result<(), Closed> {
        let deadline = self.deadline();
        let shared = |group: &ListedGroup| group.kind == Some(GroupType::Share);
        let (share, others) = (round.groups(shared), round.groups(|group| !shared(group)));
        let (fetched, shared) = futures::join!(
            self.client.offset_fetch(&others, deadline),
            self.client.share_offsets(&share, deadline)
        );
        round.note(&fetched);
        round.note(&shared);
        let mut commits = Vec::new();
        for group in fetched.into_values().flatten().flatten() {
            match map::commits(&group) {
                Ok(of) => commits.push(of),
                Err(code) => round.gaps.note("OffsetFetch", &group.group, code),
            }
        }
        for group in shared.into_values().flatten().flatten() {
            match map::share_commits(&group) {
                Ok(of) => commits.push(of),
                Err(code) => round
                    .gaps
                    .note("DescribeShareGroupOffsets", &group.group, code),
            }
        }
        round.behind = self.behind(&commits);
        self.send(Update::Commits(commits)).await
    }

    async fn offsets(&self, round: &mut Round, kind: OffsetKind) -> Result<(), Closed> {
        let spec = match kind {
            OffsetKind::Start => OffsetSpec::Earliest,
            OffsetKind::End => OffsetSpec::Latest,
            OffsetKind::Stable => OffsetSpec::LatestStable,
        };
        let answers = self
            .client
            .list_offsets(spec, &round.led(), self.deadline())
            .await;
        round.note(&answers);
        let every = std::time::Duration::from_secs(60);
        if kind == OffsetKind::Start {
            let failure = answers.values().find_map(|answer| answer.as_ref().err());
            let failure = failure.map(|error| (fault(error).0, error.to_string()));
            self.report(Source::LogStart, every, failure).await?;
        }
        self.send(Update::Offsets(OffsetListing {
            kind,
            topics: map::offsets(answers, &mut round.gaps),
        }))
        .await
    }

    /// Says how the lag is: live, stale where some brokers did not answer, or what all of them said.
    async fn report_lag(&self, round: &mut Round) -> Result<(), Closed> {
        let Some((first, error)) = round.failed.first_key_value() else {
            let gap = round.gaps.words().map(|words| (State::Stale, words));
            return self.report(Source::Lag, self.every, gap).await;
        };
        let ids: BTreeSet<String> = round.failed.keys().map(ToString::to_string).collect();
        let ids: Vec<String> = ids.into_iter().collect();
        let (state, outcome) = fault(error);
        let state = if round.is_lost() { state } else { State::Stale };
        let why = format!(
            "broker {}: {error}",
            if ids.len() > 1 {
                ids.join(", ")
            } else {
                first.to_string()
            }
        );
        // Brokers that answered are asked again in time, whatever one of them refused.
        round.outcome = if round.is_lost() {
            outcome
        } else {
            Outcome::Fine
        };
        self.report(Source::Lag, self.every, Some((state, why)))
            .await
    }
}
