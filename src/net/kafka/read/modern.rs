//! Groups whose assignment the coordinator makes: consumer (KIP-848), share (KIP-932), streams (KIP-1071).
use std::{sync::Arc, time::Duration};

use futures::future::join_all;
use kafka_protocol::messages::{
    ConsumerGroupDescribeRequest, ShareGroupDescribeRequest,
    consumer_group_describe_response as consumer, share_group_describe_response as share,
};
use uuid::Uuid;

use super::{GROUPS, group_ids, host, word};
use crate::net::kafka::{
    ByCoordinator, Client, Code, DescribedGroup, GroupDescription, GroupType, Member, PerBroker,
    TopicPartitions,
    client::{Names, each, within},
    conn::Deadline,
    pool::Lane,
    wire::{ask::Ask, streams::DescribeStreams},
};

impl Client {
    /// Groups of the KIP-848 protocol. A classic group is `GROUP_ID_NOT_FOUND` (69); a broker without the protocol
    /// is `Error::Version`, or answers `UNSUPPORTED_VERSION` (35) per group.
    pub async fn describe_consumer(
        &self,
        groups: &ByCoordinator,
        time: Duration,
    ) -> PerBroker<Vec<DescribedGroup>> {
        let names = &self.names();
        let build = |chunk: &[Arc<str>]| {
            ConsumerGroupDescribeRequest::default().with_group_ids(group_ids(chunk))
        };
        self.describe(groups, within(time), build, |answer| {
            answer
                .groups
                .iter()
                .map(|group| consumer_group(group, names))
                .collect()
        })
        .await
    }

    /// Share groups.
    pub async fn describe_share(
        &self,
        groups: &ByCoordinator,
        time: Duration,
    ) -> PerBroker<Vec<DescribedGroup>> {
        let names = &self.names();
        let build = |chunk: &[Arc<str>]| {
            ShareGroupDescribeRequest::default().with_group_ids(group_ids(chunk))
        };
        self.describe(groups, within(time), build, |answer| {
            answer
                .groups
                .iter()
                .map(|group| share_group(group, names))
                .collect()
        })
        .await
    }

    /// Streams groups.
    pub async fn describe_streams(
        &self,
        groups: &ByCoordinator,
        time: Duration,
    ) -> PerBroker<Vec<DescribedGroup>> {
        let build = |chunk: &[Arc<str>]| DescribeStreams {
            groups: chunk.to_vec(),
        };
        self.describe(groups, within(time), build, |answer| answer.groups)
            .await
    }

    /// Asks each coordinator about its groups, in chunks.
    pub(super) async fn describe<A: Ask, T>(
        &self,
        groups: &ByCoordinator,
        deadline: Deadline,
        build: impl Fn(&[Arc<str>]) -> A,
        read: impl Fn(A::Answer) -> Vec<T>,
    ) -> PerBroker<Vec<T>> {
        let (build, read) = (&build, &read);
        let brokers = groups.iter().filter(|(_, groups)| !groups.is_empty());
        each(
            brokers.map(|(id, groups)| (*id, groups)),
            |id, groups| async move {
                let chunks = groups
                    .chunks(GROUPS)
                    .map(|chunk| self.ask(id, Lane::Control, deadline, move |_| build(chunk)));
                let mut described = Vec::with_capacity(groups.len());
                for chunk in join_all(chunks).await {
                    described.extend(read(chunk?.answer));
                }
                Ok(described)
            },
        )
        .await
    }
}

fn consumer_group(answer: &consumer::DescribedGroup, names: &Names) -> DescribedGroup {
    let member = |answer: &consumer::Member| Member {
        member_id: answer.member_id.as_str().into(),
        instance_id: word(answer.instance_id.as_ref()),
        client_id: answer.client_id.as_str().into(),
        host: host(&answer.client_host),
        rack: word(answer.rack_id.as_ref()),
        epoch: Some(answer.member_epoch),
        assignment: consumer_topics(&answer.assignment, names),
        target: Some(consumer_topics(&answer.target_assignment, names)),
        // 0: still the classic protocol; 1: the new one; -1: not told (version 0).
        classic: (answer.member_type >= 0).then_some(answer.member_type == 0),
        tasks: None,
    };
    let description = || GroupDescription {
        kind: GroupType::Consumer,
        state: answer.group_state.as_str().into(),
        assignor: answer.assignor_name.as_str().into(),
        protocol_type: "".into(),
        epoch: Some(answer.group_epoch),
        assignment_epoch: Some(answer.assignment_epoch),
        members: answer.members.iter().map(member).collect(),
        topology: Vec::new(),
    };
    DescribedGroup {
        group: answer.group_id.as_str().into(),
        result: Code::check(answer.error_code).map(|()| description()),
    }
}

fn share_group(answer: &share::DescribedGroup, names: &Names) -> DescribedGroup {
    let member =
        |answer: &share::Member| Member {
            member_id: answer.member_id.as_str().into(),
            instance_id: None,
            client_id: answer.client_id.as_str().into(),
            host: host(&answer.client_host),
            rack: word(answer.rack_id.as_ref()),
            epoch: Some(answer.member_epoch),
            assignment: sorted(
                answer.assignment.topic_partitions.iter().map(|topic| {
                    named(&topic.topic_name, topic.topic_id, &topic.partitions, names)
                }),
            ),
            target: None,
            classic: None,
            tasks: None,
        };
    let description = || GroupDescription {
        kind: GroupType::Share,
        state: answer.group_state.as_str().into(),
        assignor: answer.assignor_name.as_str().into(),
        protocol_type: "".into(),
        epoch: Some(answer.group_epoch),
        assignment_epoch: Some(answer.assignment_epoch),
        members: answer.members.iter().map(member).collect(),
        topology: Vec::new(),
    };
    DescribedGroup {
        group: answer.group_id.as_str().into(),
        result: Code::check(answer.error_code).map(|()| description()),
    }
}

fn consumer_topics(answer: &consumer::Assignment, names: &Names) -> Vec<TopicPartitions> {
    sorted(
        answer
            .topic_partitions
            .iter()
            .map(|topic| named(&topic.topic_name, topic.topic_id, &topic.partitions, names)),
    )
}

fn named(name: &str, id: Uuid, partitions: &[i32], names: &Names) -> TopicPartitions {
    let mut partitions = partitions.to_vec();
    partitions.sort_unstable();
    TopicPartitions {
        topic: names.of_id(name, id),
        partitions,
    }
}

fn sorted(topics: impl Iterator<Item = TopicPartitions>) -> Vec<TopicPartitions> {
    let mut topics: Vec<_> = topics.collect();
    topics.sort();
    topics
}
