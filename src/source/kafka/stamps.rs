//! When the records were written that the groups on screen will read next: a search by timestamps, many partitions in one
//! request. DESCRIBE is right enough for it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use crate::{
    model::{GroupCommits, PartitionId, Stamp, Time, Update},
    net::kafka::{Bisect, LeaderPartition},
    source::{clock, feed::Closed},
};

use super::{Collector, Round};

/// How often timestamps are looked up while somebody looks.
const EVERY: Duration = Duration::from_secs(15);
/// Milliseconds by which what is found may be off.
const TOLERANCE: i64 = 1_000;

impl Collector {
    /// Where groups stand in the partitions that are looked at.
    pub(super) fn behind(&self, commits: &[GroupCommits]) -> BTreeSet<(PartitionId, i64)> {
        let interest = self.interest.borrow();
        if interest.behind.is_empty() {
            return BTreeSet::new();
        }
        let mut found = BTreeSet::new();
        for of in commits
            .iter()
            .filter(|of| interest.groups.contains(&of.group))
        {
            for (topic, partitions) in &of.topics {
                for partition in partitions {
                    let id = PartitionId {
                        topic: topic.clone(),
                        partition: partition.partition,
                    };
                    if let Some(offset) = partition.offset
                        && interest.behind.contains(&id)
                    {
                        found.insert((id, offset));
                    }
                }
            }
        }
        found
    }

    /// Looks up the timestamps that are wished for.
    pub(super) async fn stamps(&mut self, round: &Round) -> Result<(), Closed> {
        if round.behind.is_empty() {
            self.sought.clear();
            if !std::mem::take(&mut self.stamps).is_empty() {
                self.send(Update::Stamps(Vec::new())).await?;
            }
            return Ok(());
        }
        let now = clock::now();
        // What was looked for and not found is not there a moment later either.
        let sought = |(id, offset): &(PartitionId, i64)| {
            let up_to_it = (id.clone(), i64::MIN)..=(id.clone(), *offset);
            self.sought.range(up_to_it).next().is_some()
        };
        if round.behind.iter().all(sought) && !self.due_stamps(now) {
            return Ok(());
        }
        self.sought.clone_from(&round.behind);
        self.stamped = Some(now);
        let leaders: BTreeMap<(Arc<str>, i32), LeaderPartition> = round
            .led()
            .into_iter()
            .map(|of| ((Arc::clone(&of.topic), of.partition), of))
            .collect();
        let mut searches: Vec<(LeaderPartition, PartitionId, i64, Bisect)> = round
            .behind
            .iter()
            .filter_map(|(id, offset)| {
                let leader = leaders.get(&(Arc::clone(&id.topic.0), id.partition))?;
                let mut search = Bisect::new(*offset, now.0, TOLERANCE);
                let before = self
                    .stamps
                    .iter()
                    .rfind(|of| of.id == *id && of.offset <= *offset);
                if let Some(before) = before {
                    search = search.after(before.offset, before.written.0 - before.within);
                }
                Some((leader.clone(), id.clone(), *offset, search))
            })
            .collect();
        let until = now.plus(i64::try_from(self.deadline().as_millis()).unwrap_or(0));
        while clock::now() < until {
            // One timestamp a partition fits into a request: of two groups on one partition the second waits.
            let mut asked: BTreeMap<(Arc<str>, i32), usize> = BTreeMap::new();
            let mut wanted = Vec::new();
            for (index, (leader, _, _, search)) in searches.iter_mut().enumerate() {
                let place = (Arc::clone(&leader.topic), leader.partition);
                if !asked.contains_key(&place)
                    && let Some(timestamp) = search.probe()
                {
                    asked.insert(place, index);
                    wanted.push((leader.clone(), timestamp));
                }
            }
            if wanted.is_empty() {
                break;
            }
            let answers = self.client.list_offsets_at(&wanted, self.deadline()).await;
            let mut heard = 0;
            for answer in answers.into_values().flatten().flatten() {
                let Some(index) = asked.get(&(Arc::clone(&answer.topic), answer.partition)) else {
                    continue;
                };
                if let (Some((.., search)), Ok(at)) = (searches.get_mut(*index), answer.result) {
                    search.answer(at.offset.zip(at.timestamp_ms));
                    heard += 1;
                }
            }
            // Nobody answered: the partitions moved, or a broker is gone. The next round knows.
            if heard == 0 {
                break;
            }
        }
        self.stamps = searches
            .iter()
            .filter_map(|(_, id, offset, search)| {
                let found = search.found()?;
                Some(Stamp {
                    id: id.clone(),
                    offset: *offset,
                    written: Time(found.timestamp),
                    within: found.within,
                })
            })
            .collect();
        self.send(Update::Stamps(self.stamps.clone())).await
    }

    fn due_stamps(&self, now: Time) -> bool {
        let millis = i64::try_from(EVERY.as_millis()).unwrap_or(i64::MAX);
        self.stamped.is_none_or(|at| now.since(at) >= millis)
    }
}
