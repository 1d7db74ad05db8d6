//! The cluster as a whole: its brokers, its quorum, what is being moved.
use std::time::Duration;

use kafka_protocol::{
    messages::{
        DescribeClusterRequest, DescribeQuorumRequest, ListPartitionReassignmentsRequest,
        describe_cluster_response::DescribeClusterBroker,
        describe_quorum_request::{PartitionData, TopicData},
        describe_quorum_response::ReplicaState,
    },
    protocol::Request,
};

use super::{ids, known, topic_name, word};
use crate::net::kafka::{
    Api, Broker, BrokerState, Client, ClusterDescription, Error, Quorum, QuorumReplica,
    Reassignment, Result,
    client::{Answered, check, within},
    pool::Lane,
};

/// `NOT_CONTROLLER`: only brokers that use `ZooKeeper` answer it; under `KRaft` any broker forwards.
const NOT_CONTROLLER: i16 = 41;

impl Client {
    /// The brokers, fenced ones included where the brokers tell (from 3.9).
    pub async fn describe_cluster(&self, time: Duration) -> Result<ClusterDescription> {
        let build = |version| {
            let request = DescribeClusterRequest::default();
            if version >= 2 {
                request.with_include_fenced_brokers(true)
            } else {
                request
            }
        };
        let Answered {
            server,
            version,
            answer,
        } = self.ask_any(within(time), build).await?;
        let api = Api(DescribeClusterRequest::KEY);
        check(
            answer.error_code,
            &server,
            api,
            "the cluster",
            answer.error_message.as_deref(),
        )?;
        let state = |answer: &DescribeClusterBroker| {
            let broker = Broker {
                id: answer.broker_id.0,
                host: answer.host.as_str().into(),
                port: u16::try_from(answer.port).ok()?,
                rack: word(answer.rack.as_ref()),
            };
            Some(BrokerState {
                broker,
                fenced: (version >= 2).then_some(answer.is_fenced),
            })
        };
        let mut brokers: Vec<BrokerState> = answer.brokers.iter().filter_map(state).collect();
        brokers.sort_by_key(|state| state.broker.id);
        Ok(ClusterDescription {
            cluster_id: answer.cluster_id.as_str().into(),
            controller_id: known(answer.controller_id.0),
            brokers,
        })
    }

    /// The `KRaft` quorum; its leader is the active controller. `Error::Version` where `ZooKeeper` is used.
    pub async fn describe_quorum(&self, time: Duration) -> Result<Quorum> {
        let build = |_| {
            let log = TopicData::default()
                .with_topic_name(topic_name("__cluster_metadata"))
                .with_partitions(vec![PartitionData::default().with_partition_index(0)]);
            DescribeQuorumRequest::default().with_topics(vec![log])
        };
        let Answered { server, answer, .. } = self.ask_any(within(time), build).await?;
        let api = Api(DescribeQuorumRequest::KEY);
        check(
            answer.error_code,
            &server,
            api,
            "the cluster",
            answer.error_message.as_deref(),
        )?;
        let Some(log) = answer
            .topics
            .first()
            .and_then(|topic| topic.partitions.first())
        else {
            let why = "it lists no quorum".to_owned();
            return Err(Error::Protocol { server, api, why });
        };
        check(
            log.error_code,
            &server,
            api,
            "the cluster",
            log.error_message.as_deref(),
        )?;
        Ok(Quorum {
            leader: known(log.leader_id.0),
            leader_epoch: log.leader_epoch,
            high_watermark: log.high_watermark,
            voters: log.current_voters.iter().map(replica).collect(),
            observers: log.observers.iter().map(replica).collect(),
        })
    }

    /// Partitions that are being moved, sorted.
    pub async fn list_reassignments(&self, time: Duration) -> Result<Vec<Reassignment>> {
        let deadline = within(time);
        let timeout = i32::try_from(time.as_millis()).unwrap_or(i32::MAX);
        let build = |_| {
            ListPartitionReassignmentsRequest::default()
                .with_topics(None)
                .with_timeout_ms(timeout)
        };
        let mut asked = self.ask_any(deadline, build).await?;
        let controller = self.last_metadata().and_then(|known| known.controller_id);
        if asked.answer.error_code == NOT_CONTROLLER
            && let Some(controller) = controller
        {
            asked = self.ask(controller, Lane::Control, deadline, build).await?;
        }
        let Answered { server, answer, .. } = asked;
        let api = Api(ListPartitionReassignmentsRequest::KEY);
        check(
            answer.error_code,
            &server,
            api,
            "the cluster",
            answer.error_message.as_deref(),
        )?;
        let names = self.names();
        let mut moving = Vec::new();
        for topic in &answer.topics {
            let name = names.of(topic.name.as_str());
            moving.extend(topic.partitions.iter().map(|partition| Reassignment {
                topic: name.clone(),
                partition: partition.partition_index,
                replicas: ids(&partition.replicas),
                adding: ids(&partition.adding_replicas),
                removing: ids(&partition.removing_replicas),
            }));
        }
        moving.sort_by(|a, b| (&a.topic, a.partition).cmp(&(&b.topic, b.partition)));
        Ok(moving)
    }
}

fn replica(answer: &ReplicaState) -> QuorumReplica {
    QuorumReplica {
        id: answer.replica_id.0,
        log_end_offset: known(answer.log_end_offset),
        last_fetch_ms: known(answer.last_fetch_timestamp),
        last_caught_up_ms: known(answer.last_caught_up_timestamp),
    }
}
