//! Logs: offsets, disks, records.
use bytes::BytesMut;
use kafka_protocol::messages::{
    DescribeLogDirsRequest, DescribeLogDirsResponse, FetchRequest, FetchResponse,
    ListOffsetsRequest, ListOffsetsResponse, ProducerId, TopicName,
    describe_log_dirs_response::{
        DescribeLogDirsPartition, DescribeLogDirsResult, DescribeLogDirsTopic,
    },
    fetch_response::{AbortedTransaction, FetchableTopicResponse, PartitionData},
    list_offsets_response::{ListOffsetsPartitionResponse, ListOffsetsTopicResponse},
};

use super::{
    super::{FakePartition, FakeTopic, serve::Call},
    read, text, write,
};

pub(super) fn list_offsets(mut call: Call<'_>) -> BytesMut {
    let request: ListOffsetsRequest = read(&mut call);
    assert_eq!(request.replica_id.0, -1, "a consumer asks");
    let topics = request.topics.iter().map(|topic| {
        let spec = call.world.topics.get(topic.name.as_str());
        let partitions = topic.partitions.iter().map(|asked| {
            let index = asked.partition_index;
            let mut response = ListOffsetsPartitionResponse::default().with_partition_index(index);
            match spec.and_then(|spec| spec.partitions.get(usize::try_from(index).unwrap())) {
                None => response.error_code = 3,
                Some(at) => list(&call, at, &request, asked.timestamp, &mut response),
            }
            response
        });
        ListOffsetsTopicResponse::default()
            .with_name(topic.name.clone())
            .with_partitions(partitions.collect())
    });
    let mut response = ListOffsetsResponse::default().with_topics(topics.collect());
    if call.version >= 2 {
        response.throttle_time_ms = call.throttle;
    }
    write::<ListOffsetsRequest>(call.version, &response)
}

fn list(
    call: &Call<'_>,
    at: &FakePartition,
    request: &ListOffsetsRequest,
    timestamp: i64,
    response: &mut ListOffsetsPartitionResponse,
) {
    response.error_code = match (call.code, at.error) {
        (0, 0) if at.leader != call.broker => 6,
        (0, error) => error,
        (code, _) => code,
    };
    if response.error_code != 0 {
        response.offset = -1;
        return;
    }
    response.timestamp = -1;
    if let Some(written) = at.written.filter(|_| timestamp >= 0) {
        let after = u64::try_from(timestamp - written).unwrap_or(0);
        let first = at.start.max(after.div_ceil(1_000).try_into().unwrap());
        (response.offset, response.timestamp) = match first {
            none if none >= at.end => (-1, -1),
            first => (first, written + 1_000 * first),
        };
        return;
    }
    response.offset = match (timestamp, request.isolation_level) {
        (-1, 0) => at.end,
        (-1, _) => at.stable,
        (-2, _) => at.start,
        (-3, _) => at.end - 1,
        (ms, _) if ms > at.end => -1,
        (ms, _) => ms.max(at.start),
    };
    if call.version >= 4 {
        response.leader_epoch = at.epoch;
    }
}

pub(super) fn log_dirs(mut call: Call<'_>) -> BytesMut {
    let request: DescribeLogDirsRequest = read(&mut call);
    assert!(request.topics.is_none(), "an empty list asks for none");
    let topic = |(name, spec): (&String, &FakeTopic)| {
        let here = (0_i32..).zip(&spec.partitions);
        let here = here.filter(|(_, at)| at.replicas.contains(&call.broker));
        let partitions = here.map(|(index, at)| {
            DescribeLogDirsPartition::default()
                .with_partition_index(index)
                .with_partition_size(at.bytes)
        });
        DescribeLogDirsTopic::default()
            .with_name(TopicName(text(name)))
            .with_partitions(partitions.collect())
    };
    let mut dir = DescribeLogDirsResult::default()
        .with_log_dir(text("/data/1"))
        .with_topics(call.world.topics.iter().map(topic).collect());
    if call.version >= 4 {
        dir = dir.with_total_bytes(1 << 40).with_usable_bytes(1 << 39);
    }
    let mut response = DescribeLogDirsResponse::default().with_throttle_time_ms(call.throttle);
    if call.version >= 3 {
        response.error_code = call.code;
    }
    if call.code == 0 {
        response.results = vec![dir];
    }
    write::<DescribeLogDirsRequest>(call.version, &response)
}

pub(super) fn fetch(mut call: Call<'_>) -> BytesMut {
    let request: FetchRequest = read(&mut call);
    let asked = &request.topics[0];
    let name = asked.topic.as_str();
    let by_id = call.version >= 13;
    let found = call.world.topics.iter();
    let found = found.clone().find(|(known, spec)| {
        if by_id {
            spec.id == asked.topic_id
        } else {
            *known == name
        }
    });
    let partition = &asked.partitions[0];
    let index = usize::try_from(partition.partition).unwrap();
    let mut data = PartitionData::default().with_partition_index(partition.partition);
    match found.and_then(|(_, spec)| spec.partitions.get(index)) {
        None => data.error_code = if by_id { 100 } else { 3 },
        Some(at) if at.leader != call.broker => data.error_code = 6,
        Some(at) if partition.fetch_offset < at.start || partition.fetch_offset > at.end => {
            data.error_code = 1;
        }
        Some(at) => {
            data.high_watermark = at.end;
            data.last_stable_offset = at.stable;
            data.log_start_offset = at.start;
            data.records = Some(at.records.clone());
            let aborted = at.aborted.iter().map(|(producer, first)| {
                let gone = AbortedTransaction::default().with_producer_id(ProducerId(*producer));
                gone.with_first_offset(*first)
            });
            data.aborted_transactions = (request.isolation_level == 1).then(|| aborted.collect());
        }
    }
    let mut topic = FetchableTopicResponse::default().with_partitions(vec![data]);
    if by_id {
        topic.topic_id = asked.topic_id;
    } else {
        topic.topic = asked.topic.clone();
    }
    let mut response = FetchResponse::default().with_responses(vec![topic]);
    response.throttle_time_ms = call.throttle;
    if call.version >= 7 {
        response.error_code = call.code;
    }
    write::<FetchRequest>(call.version, &response)
}
