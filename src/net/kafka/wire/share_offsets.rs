//! `DescribeShareGroupOffsets` (key 90), versions 0 and 1, written by hand: the codec stops at 0, and the lag came
//! with 1 (KIP-1226). The fields follow the schema that Kafka's clients jar carries.
use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};

use super::{
    super::types::{Api, Code, ShareGroupOffsets, ShareOffset, SharePartition},
    ask::Ask,
    cursor::{Cursor, put_count, put_no_tags, put_string},
};

/// Asks for all partitions of these groups.
pub(in super::super) struct DescribeShareOffsets {
    pub(in super::super) groups: Vec<Arc<str>>,
}

/// The answer.
pub(in super::super) struct ShareOffsetsAnswer {
    pub(in super::super) throttle_ms: i32,
    pub(in super::super) groups: Vec<ShareGroupOffsets>,
}

impl Ask for DescribeShareOffsets {
    const API: Api = Api(90);
    const RANGE: (i16, i16) = (0, 1);
    type Answer = ShareOffsetsAnswer;

    fn headers(_version: i16) -> (i16, i16) {
        (2, 1)
    }

    fn encode(&self, out: &mut BytesMut, _version: i16) -> Result<(), String> {
        put_count(out, self.groups.len())?;
        for group in &self.groups {
            put_string(out, group)?;
            // Null topics: all of them.
            out.put_u8(0);
            put_no_tags(out);
        }
        put_no_tags(out);
        Ok(())
    }

    fn decode(body: &mut Bytes, version: i16) -> Result<Self::Answer, String> {
        let mut at = Cursor::new(body);
        let throttle_ms = at.i32("throttle time")?;
        let groups = at.array("groups", |at| group(at, version))?;
        at.tags()?;
        Ok(ShareOffsetsAnswer {
            throttle_ms,
            groups,
        })
    }

    fn throttle_ms(answer: &Self::Answer) -> i32 {
        answer.throttle_ms
    }
}

fn group(at: &mut Cursor<'_>, version: i16) -> Result<ShareGroupOffsets, String> {
    let group = at.string("group id")?;
    let topics = at.array("topics", |at| topic(at, version))?;
    let code = at.i16("group error")?;
    at.string_or_null("group error message")?;
    at.tags()?;
    let partitions = topics.into_iter().flatten().collect();
    Ok(ShareGroupOffsets {
        group,
        result: Code::check(code).map(|()| partitions),
    })
}

fn topic(at: &mut Cursor<'_>, version: i16) -> Result<Vec<SharePartition>, String> {
    let topic = at.string("topic name")?;
    at.uuid("topic id")?;
    let partitions = at.array("partitions", |at| {
        let partition = at.i32("partition")?;
        let start = at.i64("start offset")?;
        at.i32("leader epoch")?;
        let lag = if version >= 1 { at.i64("lag")? } else { -1 };
        let code = at.i16("partition error")?;
        at.string_or_null("partition error message")?;
        at.tags()?;
        let offset = ShareOffset {
            start: known(start),
            lag: known(lag),
        };
        let result = Code::check(code).map(|()| offset);
        Ok(SharePartition {
            topic: Arc::clone(&topic),
            partition,
            result,
        })
    })?;
    at.tags()?;
    Ok(partitions)
}

/// Brokers write -1 for what they do not know.
fn known(value: i64) -> Option<i64> {
    (value >= 0).then_some(value)
}
