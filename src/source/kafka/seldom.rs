//! What changes seldom, or is only asked for what is on screen: members, settings, log dirs, reassignments.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use crate::{
    model::{BrokerId, HealthReport, Source, State, Update},
    net::kafka::{ByCoordinator, Code, DescribedGroup, Error, GroupType, PerBroker},
    source::{clock, feed::Closed, poll::Outcome},
};

use super::{Collector, Round, fault, map};

/// How often members are read of a group that is not on screen and says that nothing changed.
const MEMBERS: Duration = Duration::from_secs(60);
const CONFIGS: Duration = Duration::from_secs(300);
const LOG_DIRS: Duration = Duration::from_secs(60);
const REASSIGNMENTS: Duration = Duration::from_secs(30);
const SETTINGS: &[&str] = &[
    "min.insync.replicas",
    "cleanup.policy",
    "retention.ms",
    "retention.bytes",
];

impl Collector {
    pub(super) async fn seldom(&mut self, round: &Round) -> Result<(), Closed> {
        self.members(round).await?;
        self.stamps(round).await?;
        self.configs(round).await?;
        let looks = self.everything || self.interest.borrow().disks;
        if looks && self.due(Source::LogDirs, LOG_DIRS) {
            self.log_dirs_looked_at = true;
            self.log_dirs().await?;
        } else if !looks && std::mem::take(&mut self.log_dirs_looked_at) {
            self.feed
                .report(HealthReport::paused(Source::LogDirs))
                .await?;
        }
        if self.due(Source::Reassignments, REASSIGNMENTS) {
            self.reassignments().await?;
        }
        Ok(())
    }

    /// Describes the groups that are on screen, new, changed, or not read for a minute.
    async fn members(&mut self, round: &Round) -> Result<(), Closed> {
        let now = clock::now();
        let shown = self.interest.borrow().groups.clone();
        let mut kinds: BTreeMap<GroupType, ByCoordinator> = BTreeMap::new();
        let mut alive = std::collections::BTreeSet::new();
        for (broker, groups) in &round.listed {
            for group in groups.iter().flatten() {
                alive.insert(Arc::clone(&group.group));
                let state = group.state.clone().unwrap_or_default();
                let known = self.described.get(&group.group);
                let fresh = known.is_some_and(|(described, at)| {
                    *described == state
                        && now.since(*at) < i64::try_from(MEMBERS.as_millis()).unwrap_or(i64::MAX)
                });
                if fresh && !shown.contains(&*group.group) && !self.everything {
                    continue;
                }
                if round.failed.contains_key(broker) {
                    continue;
                }
                // A broker that tells no type is older than KIP-848's general use: ask there first, then classic.
                let kind = group.kind.clone().unwrap_or(GroupType::Classic);
                kinds
                    .entry(kind)
                    .or_default()
                    .entry(*broker)
                    .or_default()
                    .push(Arc::clone(&group.group));
                self.described
                    .insert(Arc::clone(&group.group), (state, now));
            }
        }
        self.described.retain(|group, _| alive.contains(group));
        let mut members = Vec::new();
        let mut failure: Option<Error> = None;
        let mut gaps = map::Gaps::default();
        for (kind, groups) in kinds {
            let answers = self.describe(&kind, &groups).await;
            for (broker, answer) in answers {
                match answer {
                    Ok(described) => {
                        for group in &described {
                            match map::members(group, &mut gaps) {
                                Some(of) => members.push(of),
                                // Not known after all: asked again in the next round.
                                None => drop(self.described.remove(&group.group)),
                            }
                        }
                    }
                    Err(error) => {
                        for group in groups.get(&broker).into_iter().flatten() {
                            self.described.remove(group);
                        }
                        failure = failure.or(Some(error));
                    }
                }
            }
        }
        if !members.is_empty() {
            self.send(Update::Members(members)).await?;
        }
        let failure = failure.map(|error| {
            let state = match fault(&error).0 {
                State::Unreachable => State::Stale,
                other => other,
            };
            (state, error.to_string())
        });
        let gap = gaps.words().map(|words| (State::Stale, words));
        self.report(Source::Members, MEMBERS, failure.or(gap)).await
    }

    async fn describe(
        &self,
        kind: &GroupType,
        groups: &ByCoordinator,
    ) -> PerBroker<Vec<DescribedGroup>> {
        let deadline = self.deadline();
        match kind {
            GroupType::Consumer => self.client.describe_consumer(groups, deadline).await,
            GroupType::Share => self.client.describe_share(groups, deadline).await,
            GroupType::Streams => self.client.describe_streams(groups, deadline).await,
            GroupType::Classic | GroupType::Other(_) => self.describe_classic(groups).await,
        }
    }

    /// Classic groups; those that turn out to speak KIP-848 (brokers that list no type) are asked for again that way.
    async fn describe_classic(&self, groups: &ByCoordinator) -> PerBroker<Vec<DescribedGroup>> {
        const NOT_FOUND: Code = Code(69);
        let mut answers = self.client.describe_classic(groups, self.deadline()).await;
        let mut other: ByCoordinator = BTreeMap::new();
        for (broker, answer) in &mut answers {
            if let Ok(described) = answer {
                let missing = described
                    .iter()
                    .filter(|group| group.result.as_ref().err() == Some(&NOT_FOUND));
                let missing: Vec<Arc<str>> =
                    missing.map(|group| Arc::clone(&group.group)).collect();
                if !missing.is_empty() {
                    other.insert(*broker, missing);
                }
            }
        }
        if !other.is_empty() {
            for (broker, answer) in self.client.describe_consumer(&other, self.deadline()).await {
                if let (Ok(more), Some(Ok(described))) = (answer, answers.get_mut(&broker)) {
                    described.retain(|group| group.result.is_ok());
                    described.extend(more);
                }
            }
        }
        answers
    }

    /// Settings of all topics now and then, and of new topics at once.
    async fn configs(&mut self, round: &Round) -> Result<(), Closed> {
        let topics = round.metadata.iter().flat_map(|known| &known.topics);
        let names: Vec<Arc<str>> = topics.map(|topic| Arc::clone(&topic.name)).collect();
        let all = self.due(Source::TopicConfigs, CONFIGS);
        let wanted: Vec<Arc<str>> = names
            .iter()
            .filter(|name| all || !self.configured.contains(*name))
            .cloned()
            .collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let failure = match self
            .client
            .describe_topic_configs(&wanted, SETTINGS, self.deadline())
            .await
        {
            Ok(answers) => {
                let refused = answers
                    .iter()
                    .find_map(|answer| answer.configs.as_ref().err())
                    .copied();
                let configs: Vec<_> = answers.iter().filter_map(map::config).collect();
                let refused_too = answers.iter().filter(|answer| answer.configs.is_err());
                self.configured
                    .extend(refused_too.map(|answer| Arc::clone(&answer.name)));
                self.configured
                    .extend(configs.iter().map(|config| Arc::clone(&config.topic.0)));
                self.send(Update::TopicConfigs(configs)).await?;
                refused.map(|code| {
                    let forbidden = State::Forbidden { verb: "DESCRIBE_CONFIGS".into(), resource: "topics".into() };
                    let state = if code.is_authorization() { forbidden } else { State::Stale };
                    (state, format!("DescribeConfigs: {code}; ask for the ACL DESCRIBE_CONFIGS on the topics"))
                })
            }
            Err(error) => {
                self.asked.remove(&Source::TopicConfigs);
                Some((fault(&error).0, error.to_string()))
            }
        };
        self.report(Source::TopicConfigs, CONFIGS, failure).await
    }

    async fn log_dirs(&mut self) -> Result<(), Closed> {
        let answers = self.client.describe_log_dirs(self.deadline()).await;
        let failure = answers.values().find_map(|answer| answer.as_ref().err());
        let failure = failure.map(|error| (fault(error).0, error.to_string()));
        let hurried = |error: &Error| fault(error).1 == Outcome::Failed;
        // A refusal will be the same in five seconds; a silence may not.
        if answers
            .values()
            .filter_map(|answer| answer.as_ref().err())
            .any(hurried)
        {
            self.asked.remove(&Source::LogDirs);
        }
        let disks: Vec<_> = answers
            .into_iter()
            .filter_map(|(broker, dirs)| Some(map::disk(BrokerId(broker), &dirs.ok()?)))
            .collect();
        if !disks.is_empty() {
            self.send(Update::LogDirs(disks)).await?;
        }
        self.report(Source::LogDirs, LOG_DIRS, failure).await
    }

    async fn reassignments(&mut self) -> Result<(), Closed> {
        let failure = match self.client.list_reassignments(self.deadline()).await {
            Ok(moving) => {
                let moving = moving.iter().map(map::reassignment).collect();
                self.send(Update::Reassignments(moving)).await?;
                None
            }
            Err(error) => Some((fault(&error).0, error.to_string())),
        };
        self.report(Source::Reassignments, REASSIGNMENTS, failure)
            .await
    }
}
