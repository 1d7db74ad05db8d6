//! The closed list of what this client sends. All of it reads, and none of it creates anything at the broker, but for
//! ElectLeaders at the end, which only [`Admin`](super::super::Admin) can ask for.
use bytes::{Bytes, BytesMut};
use kafka_protocol::{
    messages::{
        ApiVersionsRequest, ConsumerGroupDescribeRequest, DescribeClusterRequest,
        DescribeConfigsRequest, DescribeGroupsRequest, DescribeLogDirsRequest,
        DescribeQuorumRequest, ElectLeadersRequest, FetchRequest, ListGroupsRequest,
        ListOffsetsRequest, ListPartitionReassignmentsRequest, MetadataRequest, OffsetFetchRequest,
        SaslAuthenticateRequest, SaslHandshakeRequest, ShareGroupDescribeRequest,
    },
    protocol::{Decodable, Encodable, HeaderVersion, Message, Request},
};

use super::{
    super::types::Api,
    ask::{Ask, check_count},
};

/// `min(the codec's request, the codec's response, our cap)`: the two halves of the codec differ.
const fn range<R: Request>(floor: i16, cap: i16) -> (i16, i16) {
    let (asks, answers) = (R::VERSIONS, <R::Response as Message>::VERSIONS);
    let low = if asks.min > answers.min {
        asks.min
    } else {
        answers.min
    };
    let low = if low > floor { low } else { floor };
    let high = if asks.max < answers.max {
        asks.max
    } else {
        answers.max
    };
    (low, if high < cap { high } else { cap })
}

/// `Kind, lowest and highest version, where the answer's first array begins, least bytes of its element, throttle`.
macro_rules! ask {
    ($kind:ty, $floor:literal..=$cap:literal, $array:expr, $least:expr, $throttle:expr) => {
        impl Ask for $kind {
            const API: Api = Api(<$kind as Request>::KEY);
            const RANGE: (i16, i16) = range::<$kind>($floor, $cap);
            type Answer = <$kind as Request>::Response;

            fn headers(version: i16) -> (i16, i16) {
                (
                    <$kind as HeaderVersion>::header_version(version),
                    <Self::Answer as HeaderVersion>::header_version(version),
                )
            }

            fn encode(&self, out: &mut BytesMut, version: i16) -> Result<(), String> {
                Encodable::encode(self, out, version).map_err(|why| why.to_string())
            }

            fn decode(body: &mut Bytes, version: i16) -> Result<Self::Answer, String> {
                let array: fn(i16) -> Option<usize> = $array;
                if let Some(skip) = array(version) {
                    // The request's header tells: ApiVersions keeps the old answer header in all versions.
                    let compact = <$kind as HeaderVersion>::header_version(version) >= 2;
                    check_count(body, skip, compact, $least)?;
                }
                Decodable::decode(body, version).map_err(|why| why.to_string())
            }

            fn throttle_ms(answer: &Self::Answer) -> i32 {
                let throttle: fn(&Self::Answer) -> i32 = $throttle;
                throttle(answer)
            }
        }
    };
}

ask!(ApiVersionsRequest, 0..=3, |_| Some(2), 6, |answer| answer
    .throttle_time_ms);
ask!(SaslHandshakeRequest, 0..=1, |_| Some(2), 2, |_| 0);
ask!(SaslAuthenticateRequest, 0..=2, |_| None, 1, |_| 0);
// Below version 4 the broker may create a topic that is asked about.
ask!(
    MetadataRequest,
    4..=13,
    |v| Some(if v >= 3 { 4 } else { 0 }),
    10,
    |a| a.throttle_time_ms
);
ask!(
    ListGroupsRequest,
    0..=5,
    |v| Some(if v >= 1 { 6 } else { 2 }),
    3,
    |a| a.throttle_time_ms
);
// From version 2 null asks for all topics; version 10 speaks topic ids.
ask!(
    OffsetFetchRequest,
    2..=9,
    |v| Some(if v >= 3 { 4 } else { 0 }),
    3,
    |a| a.throttle_time_ms
);
ask!(
    ListOffsetsRequest,
    0..=10,
    |v| Some(if v >= 2 { 4 } else { 0 }),
    3,
    |a| a.throttle_time_ms
);
ask!(
    DescribeGroupsRequest,
    0..=6,
    |v| Some(if v >= 1 { 4 } else { 0 }),
    10,
    |a| a.throttle_time_ms
);
ask!(ConsumerGroupDescribeRequest, 0..=1, |_| Some(4), 10, |a| a
    .throttle_time_ms);
ask!(ShareGroupDescribeRequest, 0..=1, |_| Some(4), 10, |a| a
    .throttle_time_ms);
ask!(DescribeConfigsRequest, 0..=4, |_| Some(4), 6, |a| a
    .throttle_time_ms);
ask!(
    DescribeLogDirsRequest,
    0..=4,
    |v| Some(if v >= 3 { 6 } else { 4 }),
    4,
    |a| a.throttle_time_ms
);
ask!(DescribeClusterRequest, 0..=2, |_| None, 1, |a| a
    .throttle_time_ms);
ask!(DescribeQuorumRequest, 0..=2, |_| None, 1, |_| 0);
ask!(ListPartitionReassignmentsRequest, 0..=0, |_| None, 1, |a| a
    .throttle_time_ms);
ask!(
    FetchRequest,
    0..=17,
    |v| Some(if v >= 7 { 10 } else { 4 }),
    3,
    |a| a.throttle_time_ms
);
ask!(
    ElectLeadersRequest,
    0..=2,
    |v| Some(if v >= 1 { 6 } else { 4 }),
    3,
    |a| a.throttle_time_ms
);
