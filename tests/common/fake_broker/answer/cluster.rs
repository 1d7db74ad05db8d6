//! Brokers, topics, configurations, the quorum.
use bytes::BytesMut;
use kafka_protocol::messages::{
    BrokerId, DescribeClusterRequest, DescribeClusterResponse, DescribeConfigsRequest,
    DescribeConfigsResponse, DescribeQuorumRequest, DescribeQuorumResponse,
    ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse, MetadataRequest,
    MetadataResponse, TopicName,
    describe_cluster_response::DescribeClusterBroker,
    describe_configs_response::{DescribeConfigsResourceResult, DescribeConfigsResult},
    describe_quorum_response::{PartitionData, ReplicaState, TopicData},
    list_partition_reassignments_response::{
        OngoingPartitionReassignment, OngoingTopicReassignment,
    },
    metadata_response::{MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic},
};

use super::{
    super::{PORT, World, serve::Call, world::FakeTopic},
    read, text, write,
};

pub(super) fn metadata(mut call: Call<'_>) -> BytesMut {
    let request: MetadataRequest = read(&mut call);
    let v = call.version;
    assert!(
        v < 4 || !request.allow_auto_topic_creation,
        "looking must not create topics"
    );
    let topics: Vec<MetadataResponseTopic> = match &request.topics {
        None => call
            .world
            .topics
            .iter()
            .map(|(name, spec)| topic(name, spec, v))
            .collect(),
        Some(named) => named
            .iter()
            .map(|wanted| {
                let name = wanted.name.as_ref().unwrap().as_str();
                call.world.topics.get(name).map_or_else(
                    || {
                        MetadataResponseTopic::default()
                            .with_error_code(3)
                            .with_name(Some(TopicName(text(name))))
                    },
                    |spec| topic(name, spec, v),
                )
            })
            .collect(),
    };
    let broker = |(id, rack): (&i32, &Option<String>)| {
        MetadataResponseBroker::default()
            .with_node_id(BrokerId(*id))
            .with_host(text(&format!("broker-{id}.fake")))
            .with_port(i32::from(PORT))
            .with_rack(rack.as_deref().map(text))
    };
    let mut response = MetadataResponse::default()
        .with_brokers(call.world.brokers.iter().map(broker).collect())
        .with_cluster_id(Some(text(&call.world.cluster_id)))
        // As in KRaft: whichever broker is asked says someone.
        .with_controller_id(BrokerId(call.broker))
        .with_topics(topics);
    response.throttle_time_ms = call.throttle;
    if v >= 13 {
        response.error_code = call.code;
    }
    write::<MetadataRequest>(v, &response)
}

fn topic(name: &str, spec: &FakeTopic, version: i16) -> MetadataResponseTopic {
    let ids = |ids: &[i32]| ids.iter().map(|id| BrokerId(*id)).collect::<Vec<_>>();
    let partitions = (0_i32..).zip(&spec.partitions).map(|(index, at)| {
        let mut partition = MetadataResponsePartition::default()
            .with_error_code(if at.leader < 0 { 5 } else { at.error })
            .with_partition_index(index)
            .with_leader_id(BrokerId(at.leader))
            .with_replica_nodes(ids(&at.replicas))
            .with_isr_nodes(ids(&at.isr));
        if version >= 5 {
            partition.offline_replicas = ids(&at.offline);
        }
        if version >= 7 {
            partition.leader_epoch = at.epoch;
        }
        partition
    });
    let mut partitions: Vec<_> = partitions.collect();
    // Brokers answer in any order.
    partitions.reverse();
    let mut topic = MetadataResponseTopic::default()
        .with_error_code(spec.error)
        .with_name(Some(TopicName(text(name))))
        .with_is_internal(spec.internal)
        .with_partitions(partitions);
    if version >= 10 {
        topic.topic_id = spec.id;
    }
    topic
}

pub(super) fn configs(mut call: Call<'_>) -> BytesMut {
    let request: DescribeConfigsRequest = read(&mut call);
    let results = request.resources.iter().map(|resource| {
        let configs = call
            .world
            .topics
            .get(resource.resource_name.as_str())
            .map(|spec| &spec.configs);
        let wanted = |key: &str| {
            let keys = resource.configuration_keys.as_ref();
            keys.is_none_or(|keys| keys.iter().any(|wanted| wanted.as_str() == key))
        };
        let values = configs
            .into_iter()
            .flatten()
            .filter(|(key, _)| wanted(key))
            .map(|(key, value)| {
                DescribeConfigsResourceResult::default()
                    .with_name(text(key))
                    .with_value(Some(text(value)))
                    .with_config_source(1)
            });
        let missing = resource.resource_type == 2 && configs.is_none();
        DescribeConfigsResult::default()
            .with_error_code(if missing { 3 } else { call.code })
            .with_resource_type(resource.resource_type)
            .with_resource_name(resource.resource_name.clone())
            .with_configs(values.collect())
    });
    let mut response = DescribeConfigsResponse::default().with_results(results.collect());
    response.throttle_time_ms = call.throttle;
    write::<DescribeConfigsRequest>(call.version, &response)
}

pub(super) fn describe(mut call: Call<'_>) -> BytesMut {
    let request: DescribeClusterRequest = read(&mut call);
    assert!(call.version < 2 || request.include_fenced_brokers);
    let broker = |(id, rack): (&i32, &Option<String>)| {
        DescribeClusterBroker::default()
            .with_broker_id(BrokerId(*id))
            .with_host(text(&format!("broker-{id}.fake")))
            .with_port(i32::from(PORT))
            .with_rack(rack.as_deref().map(text))
    };
    let response = DescribeClusterResponse::default()
        .with_throttle_time_ms(call.throttle)
        .with_error_code(call.code)
        .with_cluster_id(text(&call.world.cluster_id))
        .with_controller_id(BrokerId(call.broker))
        .with_brokers(call.world.brokers.iter().map(broker).collect());
    write::<DescribeClusterRequest>(call.version, &response)
}

pub(super) fn quorum(mut call: Call<'_>) -> BytesMut {
    let request: DescribeQuorumRequest = read(&mut call);
    let World {
        leader, brokers, ..
    } = call.world;
    let voter = |id: &i32| {
        ReplicaState::default()
            .with_replica_id(BrokerId(*id))
            .with_log_end_offset(500)
    };
    let partition = PartitionData::default()
        .with_leader_id(BrokerId(*leader))
        .with_leader_epoch(7)
        .with_high_watermark(500)
        .with_current_voters(brokers.keys().map(voter).collect());
    let topic = TopicData::default()
        .with_topic_name(request.topics[0].topic_name.clone())
        .with_partitions(vec![partition]);
    let response = DescribeQuorumResponse::default()
        .with_error_code(call.code)
        .with_topics(vec![topic]);
    write::<DescribeQuorumRequest>(call.version, &response)
}

pub(super) fn reassignments(mut call: Call<'_>) -> BytesMut {
    let request: ListPartitionReassignmentsRequest = read(&mut call);
    assert!(request.topics.is_none(), "an empty list asks for none");
    let mut topics = Vec::new();
    for (name, spec) in &call.world.topics {
        // More replicas than the first partition has: one is being added.
        let usual = spec
            .partitions
            .first()
            .map_or(0, |partition| partition.replicas.len());
        let moving = (0_i32..)
            .zip(&spec.partitions)
            .filter(|(_, at)| at.replicas.len() > usual);
        let moving: Vec<_> = moving
            .map(|(index, at)| {
                let ids = |ids: &[i32]| ids.iter().map(|id| BrokerId(*id)).collect::<Vec<_>>();
                OngoingPartitionReassignment::default()
                    .with_partition_index(index)
                    .with_replicas(ids(&at.replicas))
                    .with_adding_replicas(ids(&at.replicas[usual..]))
            })
            .collect();
        if !moving.is_empty() {
            let topic = OngoingTopicReassignment::default().with_name(TopicName(text(name)));
            topics.push(topic.with_partitions(moving));
        }
    }
    let response = ListPartitionReassignmentsResponse::default()
        .with_throttle_time_ms(call.throttle)
        .with_error_code(call.code)
        .with_topics(topics);
    write::<ListPartitionReassignmentsRequest>(call.version, &response)
}
