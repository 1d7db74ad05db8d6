//! Groups of the newer protocols: consumer, share, streams.
use std::collections::BTreeMap;

use bytes::{Buf, BufMut, BytesMut};
use kafka_protocol::{
    messages::{
        ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse, ShareGroupDescribeRequest,
        ShareGroupDescribeResponse, TopicName, consumer_group_describe_response as consumer,
        share_group_describe_response as share,
    },
    protocol::StrBytes,
};

use super::{
    super::{FakeGroup, put, serve::Call},
    groups::{by_topic, find},
    read, text, write,
};

/// The group if it is of that kind; 69 if it is not.
fn of_kind<'a>(call: &Call<'a>, name: &str, kind: &str) -> (Option<&'a FakeGroup>, i16) {
    let (group, error) = find(call, name);
    let group = group.filter(|group| group.kind == kind);
    let error = if error == 0 && group.is_none() {
        69
    } else {
        error
    };
    (group.filter(|_| error == 0), error)
}

pub(super) fn consumer(mut call: Call<'_>) -> BytesMut {
    let request: ConsumerGroupDescribeRequest = read(&mut call);
    let topics = |assignment: &BTreeMap<String, Vec<i32>>| {
        let topic = |(name, partitions): (&String, &Vec<i32>)| {
            let id = call
                .world
                .topics
                .get(name)
                .map(|spec| spec.id)
                .unwrap_or_default();
            let name = if call.world.hides_topic_names {
                ""
            } else {
                name
            };
            consumer::TopicPartitions::default()
                .with_topic_id(id)
                .with_topic_name(TopicName(text(name)))
                .with_partitions(partitions.clone())
        };
        consumer::Assignment::default()
            .with_topic_partitions(assignment.iter().map(topic).collect())
    };
    let mut response = ConsumerGroupDescribeResponse::default();
    response.throttle_time_ms = call.throttle;
    for name in &request.group_ids {
        let (group, error) = of_kind(&call, name.as_str(), "consumer");
        let mut answer = consumer::DescribedGroup::default()
            .with_group_id(name.clone())
            .with_error_code(error);
        if let Some(group) = group {
            answer.group_state = text(&group.state);
            answer.assignor_name = StrBytes::from_static_str("uniform");
            (answer.group_epoch, answer.assignment_epoch) = (4, 4);
            let member = |member: &super::super::FakeMember| {
                let mut answer = consumer::Member::default()
                    .with_member_id(text(&member.id))
                    .with_client_id(text(&member.client_id))
                    .with_client_host(text(&member.host))
                    .with_member_epoch(4)
                    .with_assignment(topics(&member.assignment))
                    .with_target_assignment(topics(&member.assignment));
                if call.version >= 1 {
                    answer.member_type = 1;
                }
                answer
            };
            answer.members = group.members.iter().map(member).collect();
        }
        response.groups.push(answer);
    }
    write::<ConsumerGroupDescribeRequest>(call.version, &response)
}

pub(super) fn share(mut call: Call<'_>) -> BytesMut {
    let request: ShareGroupDescribeRequest = read(&mut call);
    let mut response = ShareGroupDescribeResponse::default();
    response.throttle_time_ms = call.throttle;
    for name in &request.group_ids {
        let (group, error) = of_kind(&call, name.as_str(), "share");
        let mut answer = share::DescribedGroup::default()
            .with_group_id(name.clone())
            .with_error_code(error);
        if let Some(group) = group {
            answer.group_state = text(&group.state);
            answer.assignor_name = StrBytes::from_static_str("simple");
            let member = |member: &super::super::FakeMember| {
                let topic = |(name, partitions): (&String, &Vec<i32>)| {
                    share::TopicPartitions::default()
                        .with_topic_name(TopicName(text(name)))
                        .with_partitions(partitions.clone())
                };
                let topics = member.assignment.iter().map(topic).collect();
                share::Member::default()
                    .with_member_id(text(&member.id))
                    .with_client_id(text(&member.client_id))
                    .with_client_host(text(&member.host))
                    .with_assignment(share::Assignment::default().with_topic_partitions(topics))
            };
            answer.members = group.members.iter().map(member).collect();
        }
        response.groups.push(answer);
    }
    write::<ShareGroupDescribeRequest>(call.version, &response)
}

/// The names in a request of ours that begins with a compact array of strings, each followed by `behind` bytes.
fn names(call: &mut Call<'_>, behind: usize) -> Vec<String> {
    let varint = |call: &mut Call<'_>| {
        let (mut value, mut shift) = (0_usize, 0);
        loop {
            let byte = call.body.get_u8();
            value |= usize::from(byte & 0x7F) << shift;
            shift += 7;
            if byte < 0x80 {
                return value - 1;
            }
        }
    };
    let mut names = Vec::new();
    for _ in 0..varint(call) {
        let length = varint(call);
        names.push(String::from_utf8(call.body.split_to(length).to_vec()).unwrap());
        call.body.advance(behind);
    }
    names
}

/// Streams groups have one subtopology "0" that reads the topics of the group's offsets.
pub(super) fn streams(mut call: Call<'_>) -> BytesMut {
    let names = names(&mut call, 0);
    let mut out = BytesMut::new();
    put::nothing(&mut out);
    out.put_i32(call.throttle);
    put::count(&mut out, names.len());
    for name in names {
        let (group, error) = of_kind(&call, &name, "streams");
        out.put_i16(error);
        put::nothing(&mut out);
        put::string(&mut out, &name);
        put::string(&mut out, group.map_or("", |group| &group.state));
        out.put_i32(4);
        out.put_i32(4);
        topology(&mut out, group);
        let members = group
            .map(|group| group.members.as_slice())
            .unwrap_or_default();
        put::count(&mut out, members.len());
        for member in members {
            streams_member(&mut out, member);
        }
        out.put_i32(i32::MIN);
        put::nothing(&mut out);
    }
    put::nothing(&mut out);
    out
}

fn topology(out: &mut BytesMut, group: Option<&FakeGroup>) {
    if group.is_none() {
        out.put_i8(-1);
        return;
    }
    out.put_i8(1);
    out.put_i32(0);
    put::count(out, 1);
    put::string(out, "0");
    let topics = by_topic(group);
    put::count(out, topics.len());
    for topic in topics.keys() {
        put::string(out, topic);
    }
    // No sinks, no changelogs, no repartition topics, no tags; then the topology's tags.
    for _ in 0..3 {
        put::count(out, 0);
    }
    put::nothing(out);
    put::nothing(out);
}

fn streams_member(out: &mut BytesMut, member: &super::super::FakeMember) {
    put::string(out, &member.id);
    out.put_i32(4);
    put::nothing(out);
    put::nothing(out);
    put::string(out, &member.client_id);
    put::string(out, &member.host);
    out.put_i32(0);
    put::string(out, "process-1");
    out.put_i8(-1);
    for _ in 0..3 {
        put::count(out, 0);
    }
    let tasks: Vec<i32> = member.assignment.values().flatten().copied().collect();
    for _ in ["now", "target"] {
        put::count(out, 1);
        put::string(out, "0");
        put::count(out, tasks.len());
        for task in &tasks {
            out.put_i32(*task);
        }
        put::nothing(out);
        put::count(out, 0);
        put::count(out, 0);
        put::nothing(out);
    }
    out.put_i8(0);
    put::nothing(out);
}

/// The lag is end - start; a start of -1 has none.
pub(super) fn share_offsets(mut call: Call<'_>) -> BytesMut {
    let names = names(&mut call, 2);
    let mut out = BytesMut::new();
    put::nothing(&mut out);
    out.put_i32(call.throttle);
    put::count(&mut out, names.len());
    for name in names {
        let (group, error) = of_kind(&call, &name, "share");
        put::string(&mut out, &name);
        let topics = by_topic(group);
        put::count(&mut out, topics.len());
        for (topic, partitions) in topics {
            let spec = &call.world.topics[topic];
            put::string(&mut out, topic);
            out.put_u128(spec.id.as_u128());
            put::count(&mut out, partitions.len());
            for (index, start) in partitions {
                let end = spec.partitions[usize::try_from(index).unwrap()].end;
                out.put_i32(index);
                out.put_i64(start);
                out.put_i32(0);
                if call.version >= 1 {
                    out.put_i64(if start < 0 { -1 } else { end - start });
                }
                out.put_i16(0);
                put::nothing(&mut out);
                put::nothing(&mut out);
            }
            put::nothing(&mut out);
        }
        out.put_i16(error);
        put::nothing(&mut out);
        put::nothing(&mut out);
    }
    put::nothing(&mut out);
    out
}
