//! What brokers list: their groups, and offsets of the partitions that they lead.
use std::{collections::BTreeMap, sync::Arc, time::Duration};

use kafka_protocol::{
    messages::{
        BrokerId, ListGroupsRequest, ListOffsetsRequest, ListOffsetsResponse,
        list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic},
    },
    protocol::Request,
};

use super::{known, topic_name};
use crate::net::kafka::{
    Api, ByTopic, Client, Code, GroupType, LeaderPartition, ListedGroup, ListedOffset, OffsetAt,
    OffsetSpec, PerBroker,
    client::{Names, check, each, within},
    pool::Lane,
};

/// A topic and its partitions with leader epochs and the timestamps that stand for what is wanted, to ask of one leader.
type Asked = (Arc<str>, Vec<(i32, i32, i64)>);

impl Client {
    /// What every known broker coordinates; the union is all groups that may be seen.
    pub async fn list_groups(&self, time: Duration) -> PerBroker<Vec<ListedGroup>> {
        let deadline = within(time);
        let brokers = self.broker_ids().into_iter().map(|id| (id, ()));
        each(brokers, |id, ()| async move {
            let asked = self
                .ask(id, Lane::Control, deadline, |_| {
                    ListGroupsRequest::default()
                })
                .await?;
            let api = Api(ListGroupsRequest::KEY);
            check(
                asked.answer.error_code,
                &asked.server,
                api,
                "the cluster",
                None,
            )?;
            let groups = asked.answer.groups.iter().map(|group| ListedGroup {
                group: group.group_id.as_str().into(),
                protocol_type: group.protocol_type.as_str().into(),
                state: Some(group.group_state.as_str().into()).filter(|_| asked.version >= 4),
                kind: GroupType::of(&group.group_type),
            });
            Ok(groups.collect())
        })
        .await
    }

    /// One kind of offset of these partitions, one request per leader. Partitions named twice are asked once.
    pub async fn list_offsets(
        &self,
        spec: OffsetSpec,
        partitions: &[LeaderPartition],
        time: Duration,
    ) -> PerBroker<Vec<ListedOffset>> {
        let all = partitions.iter().map(|of| (of, spec.timestamp()));
        self.list(all, spec, time).await
    }

    /// The first record at or after a timestamp of each partition's own (milliseconds since 1970), one request per leader.
    pub async fn list_offsets_at(
        &self,
        partitions: &[(LeaderPartition, i64)],
        time: Duration,
    ) -> PerBroker<Vec<ListedOffset>> {
        let all = partitions.iter().map(|(of, timestamp)| (of, *timestamp));
        self.list(all, OffsetSpec::Timestamp(0), time).await
    }

    async fn list<'a>(
        &self,
        partitions: impl Iterator<Item = (&'a LeaderPartition, i64)>,
        spec: OffsetSpec,
        time: Duration,
    ) -> PerBroker<Vec<ListedOffset>> {
        let deadline = within(time);
        let lane = match spec {
            OffsetSpec::MaxTimestamp | OffsetSpec::Timestamp(_) => Lane::Slow,
            _ => Lane::Control,
        };
        let isolation = i8::from(spec == OffsetSpec::LatestStable);
        let mut leaders: BTreeMap<i32, ByTopic<_>> = BTreeMap::new();
        for (of, timestamp) in partitions {
            let topics = leaders.entry(of.leader).or_default();
            let epoch = of.leader_epoch.unwrap_or(-1);
            topics
                .rows(&of.topic)
                .push((of.partition, epoch, timestamp));
        }
        let leaders = leaders.into_iter().map(|(leader, topics)| {
            let mut asked: Vec<Asked> = topics.sorted();
            for (_, partitions) in &mut asked {
                partitions.sort_by_key(|(partition, ..)| *partition);
                partitions.dedup_by_key(|(partition, ..)| *partition);
            }
            (leader, asked)
        });
        let names = &self.names();
        each(leaders, |leader, asked| async move {
            let timeout = i32::try_from(time.as_millis()).unwrap_or(i32::MAX);
            let build = |version| request(isolation, &asked, version, timeout);
            let answered = self.ask(leader, lane, deadline, build).await?;
            Ok(listed(&answered.answer, names))
        })
        .await
    }
}

impl OffsetSpec {
    /// -1 and -2 are read as the protocol's words for the ends of the log; -3 asks for the largest timestamp.
    fn timestamp(self) -> i64 {
        match self {
            OffsetSpec::Latest | OffsetSpec::LatestStable => -1,
            OffsetSpec::Earliest => -2,
            OffsetSpec::MaxTimestamp => -3,
            OffsetSpec::Timestamp(millis) => millis,
        }
    }
}

fn request(isolation: i8, asked: &[Asked], version: i16, timeout: i32) -> ListOffsetsRequest {
    let partition = |(index, epoch, timestamp): &(i32, i32, i64)| {
        let partition = ListOffsetsPartition::default()
            .with_partition_index(*index)
            .with_timestamp(*timestamp);
        if version >= 4 {
            partition.with_current_leader_epoch(*epoch)
        } else {
            partition
        }
    };
    let topic = |(name, partitions): &Asked| {
        ListOffsetsTopic::default()
            .with_name(topic_name(name))
            .with_partitions(partitions.iter().map(partition).collect())
    };
    // The codec's default replica is broker 0, which would get the log's end and not the high watermark.
    let request = ListOffsetsRequest::default()
        .with_replica_id(BrokerId(-1))
        .with_topics(asked.iter().map(topic).collect());
    let request = if version >= 2 {
        request.with_isolation_level(isolation)
    } else {
        request
    };
    if version >= 10 {
        request.with_timeout_ms(timeout)
    } else {
        request
    }
}

fn listed(answer: &ListOffsetsResponse, names: &Names) -> Vec<ListedOffset> {
    let mut listed = Vec::new();
    for topic in &answer.topics {
        let name = names.of(topic.name.as_str());
        for partition in &topic.partitions {
            let at = OffsetAt {
                offset: known(partition.offset),
                timestamp_ms: known(partition.timestamp),
                leader_epoch: known(partition.leader_epoch),
            };
            listed.push(ListedOffset {
                topic: Arc::clone(&name),
                partition: partition.partition_index,
                result: Code::check(partition.error_code).map(|()| at),
            });
        }
    }
    listed
}
