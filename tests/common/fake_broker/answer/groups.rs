//! Groups: lists, committed offsets, the classic describe.
use std::collections::BTreeMap;

use bytes::{BufMut, Bytes, BytesMut};
use kafka_protocol::messages::{
    DescribeGroupsRequest, DescribeGroupsResponse, GroupId, ListGroupsRequest, ListGroupsResponse,
    OffsetFetchRequest, OffsetFetchResponse, TopicName,
    describe_groups_response::{DescribedGroup, DescribedGroupMember},
    list_groups_response::ListedGroup,
    offset_fetch_response::{
        OffsetFetchResponseGroup, OffsetFetchResponsePartition, OffsetFetchResponsePartitions,
        OffsetFetchResponseTopic, OffsetFetchResponseTopics,
    },
};

use super::{
    super::{FakeGroup, FakeMember, serve::Call},
    read, text, write,
};

pub(super) fn list(mut call: Call<'_>) -> BytesMut {
    let _: ListGroupsRequest = read(&mut call);
    let here = call
        .world
        .groups
        .iter()
        .filter(|(_, group)| group.coordinator == call.broker);
    let groups = here.map(|(name, group)| {
        let mut listed = ListedGroup::default()
            .with_group_id(GroupId(text(name)))
            .with_protocol_type(text(&group.protocol_type));
        if call.version >= 4 {
            listed.group_state = text(&group.state);
        }
        if call.version >= 5 {
            listed.group_type = text(&group.kind);
        }
        listed
    });
    let mut response = ListGroupsResponse::default().with_error_code(call.code);
    if call.code == 0 {
        response.groups = groups.collect();
    }
    if call.version >= 1 {
        response.throttle_time_ms = call.throttle;
    }
    write::<ListGroupsRequest>(call.version, &response)
}

/// The group, and the error for it: its own, or that it is elsewhere.
pub(super) fn find<'a>(call: &Call<'a>, name: &str) -> (Option<&'a FakeGroup>, i16) {
    let group = call.world.groups.get(name);
    let error = match group {
        Some(group) if group.error != 0 => group.error,
        Some(group) if group.coordinator != call.broker => 16,
        _ => call.code,
    };
    (group, error)
}

/// Offsets of a group by topic.
pub(super) fn by_topic(group: Option<&FakeGroup>) -> BTreeMap<&str, Vec<(i32, i64)>> {
    let mut topics: BTreeMap<&str, Vec<(i32, i64)>> = BTreeMap::new();
    for ((topic, index), offset) in group.into_iter().flat_map(|group| &group.offsets) {
        topics.entry(topic).or_default().push((*index, *offset));
    }
    topics
}

pub(super) fn offsets(mut call: Call<'_>) -> BytesMut {
    let request: OffsetFetchRequest = read(&mut call);
    assert!(!request.require_stable);
    let mut response = OffsetFetchResponse::default();
    if call.version >= 3 {
        response.throttle_time_ms = call.throttle;
    }
    if call.version < 8 {
        assert!(request.topics.is_none(), "an empty list asks for none");
        let (group, error) = find(&call, request.group_id.as_str());
        response.error_code = error;
        let topic = |(name, at): (&str, Vec<(i32, i64)>)| {
            let partition = |(index, offset): (i32, i64)| {
                OffsetFetchResponsePartition::default()
                    .with_partition_index(index)
                    .with_committed_offset(offset)
            };
            OffsetFetchResponseTopic::default()
                .with_name(TopicName(text(name)))
                .with_partitions(at.into_iter().map(partition).collect())
        };
        if error == 0 {
            response.topics = by_topic(group).into_iter().map(topic).collect();
        }
        return write::<OffsetFetchRequest>(call.version, &response);
    }
    for asked in &request.groups {
        assert!(asked.topics.is_none(), "an empty list asks for none");
        let (group, error) = find(&call, asked.group_id.as_str());
        let topic = |(name, at): (&str, Vec<(i32, i64)>)| {
            let partition = |(index, offset): (i32, i64)| {
                OffsetFetchResponsePartitions::default()
                    .with_partition_index(index)
                    .with_committed_offset(offset)
            };
            OffsetFetchResponseTopics::default()
                .with_name(TopicName(text(name)))
                .with_partitions(at.into_iter().map(partition).collect())
        };
        let mut answer = OffsetFetchResponseGroup::default()
            .with_group_id(asked.group_id.clone())
            .with_error_code(error);
        if error == 0 {
            answer.topics = by_topic(group).into_iter().map(topic).collect();
        }
        response.groups.push(answer);
    }
    write::<OffsetFetchRequest>(call.version, &response)
}

pub(super) fn classic(mut call: Call<'_>) -> BytesMut {
    let request: DescribeGroupsRequest = read(&mut call);
    let group = |name: &GroupId| {
        let (group, error) = find(&call, name.as_str());
        let mut answer = DescribedGroup::default()
            .with_group_id(name.clone())
            .with_error_code(error);
        match group.filter(|group| group.kind == "classic") {
            // As Kafka: 69 from version 6 on, before that "Dead" without an error.
            None => {
                answer.group_state = text("Dead");
                if error == 0 && call.version >= 6 {
                    answer.error_code = 69;
                }
            }
            Some(group) if error == 0 => {
                answer.group_state = text(&group.state);
                answer.protocol_type = text(&group.protocol_type);
                answer.protocol_data = text("range");
                answer.members = group.members.iter().map(member).collect();
            }
            Some(_) => {}
        }
        answer
    };
    let mut response =
        DescribeGroupsResponse::default().with_groups(request.groups.iter().map(group).collect());
    if call.version >= 1 {
        response.throttle_time_ms = call.throttle;
    }
    write::<DescribeGroupsRequest>(call.version, &response)
}

fn member(member: &FakeMember) -> DescribedGroupMember {
    let assignment = match &member.raw_assignment {
        Some(raw) => Bytes::from(raw.clone()),
        None => encoded(&member.assignment),
    };
    DescribedGroupMember::default()
        .with_member_id(text(&member.id))
        .with_client_id(text(&member.client_id))
        .with_client_host(text(&member.host))
        .with_member_assignment(assignment)
}

/// As the group's leader writes it: version, topics with partitions, user data.
fn encoded(assignment: &BTreeMap<String, Vec<i32>>) -> Bytes {
    let mut out = BytesMut::new();
    out.put_i16(3);
    out.put_i32(i32::try_from(assignment.len()).unwrap());
    for (topic, partitions) in assignment {
        out.put_i16(i16::try_from(topic.len()).unwrap());
        out.put_slice(topic.as_bytes());
        out.put_i32(i32::try_from(partitions.len()).unwrap());
        for index in partitions {
            out.put_i32(*index);
        }
    }
    out.put_i32(-1);
    out.freeze()
}
