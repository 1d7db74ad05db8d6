//! Answers made from the world.
mod cluster;
mod groups;
mod logs;
mod newer;

use bytes::{BufMut, BytesMut};
use kafka_protocol::{
    messages::{ApiVersionsResponse, api_versions_response::ApiVersion},
    protocol::{Encodable, HeaderVersion, Request, StrBytes},
};

use super::{api, serve::Call};

/// What follows the correlation id of an answer; nothing for a kind that the broker does not tell of, since brokers
/// hang up on those.
pub(super) fn answer(key: i16, call: Call<'_>) -> Option<BytesMut> {
    let (low, high) = call.world.range(call.broker, key)?;
    if call.version < low || call.version > high {
        return None;
    }
    Some(match key {
        api::METADATA => cluster::metadata(call),
        api::DESCRIBE_CONFIGS => cluster::configs(call),
        api::DESCRIBE_CLUSTER => cluster::describe(call),
        api::DESCRIBE_QUORUM => cluster::quorum(call),
        api::LIST_REASSIGNMENTS => cluster::reassignments(call),
        api::LIST_OFFSETS => logs::list_offsets(call),
        api::DESCRIBE_LOG_DIRS => logs::log_dirs(call),
        api::FETCH => logs::fetch(call),
        api::LIST_GROUPS => groups::list(call),
        api::OFFSET_FETCH => groups::offsets(call),
        api::DESCRIBE_GROUPS => groups::classic(call),
        api::CONSUMER_DESCRIBE => newer::consumer(call),
        api::SHARE_DESCRIBE => newer::share(call),
        api::STREAMS_DESCRIBE => newer::streams(call),
        api::SHARE_OFFSETS => newer::share_offsets(call),
        _ => return None,
    })
}

/// The answer header stays at version 0; a version that is too new is answered error 35 in the layout of version 0.
pub(super) fn versions(call: &Call<'_>) -> BytesMut {
    let (_, highest) = call
        .world
        .range(call.broker, api::API_VERSIONS)
        .unwrap_or((0, 0));
    let too_new = call.version > highest;
    let keys = call.world.versions.keys().filter_map(|key| {
        let (low, high) = call.world.range(call.broker, *key)?;
        let version = ApiVersion::default().with_api_key(*key);
        Some(version.with_min_version(low).with_max_version(high))
    });
    let mut response = ApiVersionsResponse::default();
    response.error_code = if too_new { 35 } else { call.code };
    response.api_keys = keys.collect();
    let version = if too_new { 0 } else { call.version };
    let mut out = BytesMut::new();
    if version >= 1 {
        response.throttle_time_ms = call.throttle;
    }
    response.encode(&mut out, version).unwrap();
    out
}

fn read<R: Request>(call: &mut Call<'_>) -> R {
    let request = R::decode(&mut call.body, call.version).expect("a readable request");
    assert!(call.body.is_empty(), "bytes behind the request {}", R::KEY);
    request
}

fn write<R: Request>(version: i16, response: &R::Response) -> BytesMut {
    let mut out = BytesMut::new();
    if <R::Response as HeaderVersion>::header_version(version) >= 1 {
        out.put_u8(0);
    }
    response
        .encode(&mut out, version)
        .expect("an answer that fits its version");
    out
}

fn text(value: &str) -> StrBytes {
    StrBytes::from_string(value.to_owned())
}
