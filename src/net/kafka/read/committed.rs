//! Committed offsets of many groups.
use std::{sync::Arc, time::Duration};

use futures::future::join_all;
use kafka_protocol::messages::{
    GroupId, OffsetFetchRequest, OffsetFetchResponse, offset_fetch_request::OffsetFetchRequestGroup,
};

use super::{GROUPS, known, text};
use crate::net::kafka::{
    ByCoordinator, Client, Code, CommittedOffset, GroupOffsets, PerBroker, Result,
    client::{Names, each, within},
    conn::Deadline,
    pool::Lane,
};

impl Client {
    /// All committed offsets of these groups: one request per coordinator and 256 groups, or, from brokers before
    /// 3.0, one per group. A group that failed is an `Err` among the others.
    pub async fn offset_fetch(
        &self,
        groups: &ByCoordinator,
        time: Duration,
    ) -> PerBroker<Vec<GroupOffsets>> {
        let deadline = within(time);
        let names = &self.names();
        let brokers = groups.iter().filter(|(_, groups)| !groups.is_empty());
        each(
            brokers.map(|(id, groups)| (*id, groups)),
            |id, groups| async move {
                let many = self.version_at::<OffsetFetchRequest>(id, deadline).await? >= 8;
                let size = if many { GROUPS } else { 1 };
                let chunks = groups
                    .chunks(size)
                    .map(|chunk| self.fetch_chunk(id, chunk, names, deadline));
                let mut offsets = Vec::with_capacity(groups.len());
                for chunk in join_all(chunks).await {
                    offsets.extend(chunk?);
                }
                Ok(offsets)
            },
        )
        .await
    }

    async fn fetch_chunk(
        &self,
        broker: i32,
        groups: &[Arc<str>],
        names: &Names,
        deadline: Deadline,
    ) -> Result<Vec<GroupOffsets>> {
        let build = |version| request(groups, version);
        let asked = self.ask(broker, Lane::Control, deadline, build).await?;
        Ok(if asked.version >= 8 {
            many(&asked.answer, names)
        } else {
            groups
                .iter()
                .take(1)
                .map(|group| single(&asked.answer, group, names))
                .collect()
        })
    }
}

/// Null topics ask for all that was committed, whoever is assigned. Unstable offsets are shown as they are.
fn request(groups: &[Arc<str>], version: i16) -> OffsetFetchRequest {
    let request = OffsetFetchRequest::default();
    if version < 8 {
        let first = groups.first().map(|group| text(group)).unwrap_or_default();
        return request.with_group_id(GroupId(first)).with_topics(None);
    }
    // The old top-level list of topics stays at its default, which the encoder wants from version 8 on.
    let group = |group: &Arc<str>| {
        OffsetFetchRequestGroup::default()
            .with_group_id(GroupId(text(group)))
            .with_topics(None)
    };
    request.with_groups(groups.iter().map(group).collect())
}

fn many(answer: &OffsetFetchResponse, names: &Names) -> Vec<GroupOffsets> {
    let group =
        |answer: &kafka_protocol::messages::offset_fetch_response::OffsetFetchResponseGroup| {
            let mut offsets = Vec::new();
            for topic in &answer.topics {
                let name = names.of(topic.name.as_str());
                offsets.extend(topic.partitions.iter().map(|at| {
                    committed(
                        &name,
                        at.partition_index,
                        at.committed_offset,
                        at.error_code,
                    )
                }));
            }
            GroupOffsets {
                group: answer.group_id.as_str().into(),
                result: Code::check(answer.error_code).map(|()| offsets),
            }
        };
    answer.groups.iter().map(group).collect()
}

fn single(answer: &OffsetFetchResponse, group: &Arc<str>, names: &Names) -> GroupOffsets {
    let mut offsets = Vec::new();
    for topic in &answer.topics {
        let name = names.of(topic.name.as_str());
        offsets.extend(topic.partitions.iter().map(|at| {
            committed(
                &name,
                at.partition_index,
                at.committed_offset,
                at.error_code,
            )
        }));
    }
    GroupOffsets {
        group: Arc::clone(group),
        result: Code::check(answer.error_code).map(|()| offsets),
    }
}

fn committed(topic: &Arc<str>, partition: i32, offset: i64, code: i16) -> CommittedOffset {
    let result = Code::check(code).map(|()| known(offset));
    CommittedOffset {
        topic: Arc::clone(topic),
        partition,
        result,
    }
}
