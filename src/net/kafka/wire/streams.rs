//! `StreamsGroupDescribe` (key 89), version 0, written by hand: the codec does not have it (KIP-1071). The fields
//! follow the schema that Kafka's clients jar carries.
use std::{collections::BTreeMap, sync::Arc};

use bytes::{BufMut, Bytes, BytesMut};

use super::{
    super::types::{
        Api, Code, DescribedGroup, GroupDescription, GroupType, Member, StreamsTask, StreamsTasks,
        Subtopology, TopicPartitions,
    },
    ask::Ask,
    cursor::{Cursor, put_count, put_no_tags, put_string},
};

type Read<T> = Result<T, String>;

/// Asks for these groups.
pub(in super::super) struct DescribeStreams {
    pub(in super::super) groups: Vec<Arc<str>>,
}

/// The answer.
pub(in super::super) struct StreamsAnswer {
    pub(in super::super) throttle_ms: i32,
    pub(in super::super) groups: Vec<DescribedGroup>,
}

impl Ask for DescribeStreams {
    const API: Api = Api(89);
    const RANGE: (i16, i16) = (0, 0);
    type Answer = StreamsAnswer;

    fn headers(_version: i16) -> (i16, i16) {
        (2, 1)
    }

    fn encode(&self, out: &mut BytesMut, _version: i16) -> Read<()> {
        put_count(out, self.groups.len())?;
        for group in &self.groups {
            put_string(out, group)?;
        }
        // Authorized operations are not wanted.
        out.put_u8(0);
        put_no_tags(out);
        Ok(())
    }

    fn decode(body: &mut Bytes, _version: i16) -> Read<Self::Answer> {
        let mut at = Cursor::new(body);
        let throttle_ms = at.i32("throttle time")?;
        let groups = at.array("groups", group)?;
        at.tags()?;
        Ok(StreamsAnswer {
            throttle_ms,
            groups,
        })
    }

    fn throttle_ms(answer: &Self::Answer) -> i32 {
        answer.throttle_ms
    }
}

fn group(at: &mut Cursor<'_>) -> Read<DescribedGroup> {
    let code = at.i16("group error")?;
    at.string_or_null("group error message")?;
    let group = at.string("group id")?;
    let state = at.string("group state")?;
    let epoch = at.i32("group epoch")?;
    let assignment_epoch = at.i32("assignment epoch")?;
    let topology = at.nullable("topology", topology)?.unwrap_or_default();
    let members = at.array("members", |at| member(at, &topology))?;
    at.i32("authorized operations")?;
    at.tags()?;
    let description = GroupDescription {
        kind: GroupType::Streams,
        state,
        assignor: "".into(),
        protocol_type: "".into(),
        epoch: Some(epoch),
        assignment_epoch: Some(assignment_epoch),
        members,
        topology,
    };
    Ok(DescribedGroup {
        group,
        result: Code::check(code).map(|()| description),
    })
}

fn topology(at: &mut Cursor<'_>) -> Read<Vec<Subtopology>> {
    at.i32("topology epoch")?;
    let subtopologies = at.array("subtopologies", |at| {
        let subtopology = Subtopology {
            id: at.string("subtopology id")?,
            source_topics: at.array("source topics", |at| at.string("source topic"))?,
            repartition_sink_topics: at.array("sink topics", |at| at.string("sink topic"))?,
            changelog_topics: at.array("changelog topics", topic_info)?,
            repartition_source_topics: at.array("repartition topics", topic_info)?,
        };
        at.tags()?;
        Ok(subtopology)
    })?;
    at.tags()?;
    Ok(subtopologies)
}

fn topic_info(at: &mut Cursor<'_>) -> Read<Arc<str>> {
    let name = at.string("topic name")?;
    at.i32("topic partitions")?;
    at.i16("topic replication factor")?;
    at.array("topic configs", key_value)?;
    at.tags()?;
    Ok(name)
}

fn key_value(at: &mut Cursor<'_>) -> Read<()> {
    at.string("key")?;
    at.string("value")?;
    at.tags()
}

fn member(at: &mut Cursor<'_>, topology: &[Subtopology]) -> Read<Member> {
    let member_id = at.string("member id")?;
    let epoch = at.i32("member epoch")?;
    let instance_id = at.string_or_null("instance id")?;
    let rack = at.string_or_null("rack id")?;
    let client_id = at.string("client id")?;
    let host = at.string("client host")?;
    at.i32("topology epoch")?;
    let process_id = at.string("process id")?;
    at.nullable("user endpoint", |at| {
        at.string("endpoint host")?;
        at.i16("endpoint port")?;
        at.tags()
    })?;
    at.array("client tags", key_value)?;
    at.array("task offsets", task_offset)?;
    at.array("task end offsets", task_offset)?;
    let tasks = StreamsTasks {
        process_id,
        ..tasks(at)?
    };
    let target = self::tasks(at)?;
    let classic = at.bool("is classic")?;
    at.tags()?;
    Ok(Member {
        member_id,
        instance_id,
        client_id,
        host: host.strip_prefix('/').unwrap_or(&host).into(),
        rack,
        epoch: Some(epoch),
        assignment: source_partitions(&tasks.active, topology),
        target: Some(source_partitions(&target.active, topology)),
        classic: Some(classic),
        tasks: Some(tasks),
    })
}

fn task_offset(at: &mut Cursor<'_>) -> Read<()> {
    at.string("subtopology id")?;
    at.i32("partition")?;
    at.i64("offset")?;
    at.tags()
}

fn tasks(at: &mut Cursor<'_>) -> Read<StreamsTasks> {
    let tasks = StreamsTasks {
        process_id: "".into(),
        active: at.array("active tasks", task)?,
        standby: at.array("standby tasks", task)?,
        warmup: at.array("warm-up tasks", task)?,
    };
    at.tags()?;
    Ok(tasks)
}

fn task(at: &mut Cursor<'_>) -> Read<StreamsTask> {
    let task = StreamsTask {
        subtopology: at.string("subtopology id")?,
        partitions: at.array("partitions", |at| at.i32("partition"))?,
    };
    at.tags()?;
    Ok(task)
}

/// A task of partition `n` reads partition `n` of each topic that its subtopology reads from.
fn source_partitions(tasks: &[StreamsTask], topology: &[Subtopology]) -> Vec<TopicPartitions> {
    let mut topics: BTreeMap<Arc<str>, Vec<i32>> = BTreeMap::new();
    for task in tasks {
        let Some(sub) = topology.iter().find(|sub| sub.id == task.subtopology) else {
            continue;
        };
        for topic in sub
            .source_topics
            .iter()
            .chain(&sub.repartition_source_topics)
        {
            topics
                .entry(Arc::clone(topic))
                .or_default()
                .extend(&task.partitions);
        }
    }
    let sorted = |(topic, mut partitions): (Arc<str>, Vec<i32>)| {
        partitions.sort_unstable();
        partitions.dedup();
        TopicPartitions { topic, partitions }
    };
    topics.into_iter().map(sorted).collect()
}
