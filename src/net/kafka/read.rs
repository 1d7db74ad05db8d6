//! The typed reads, one file a subject. Each builds its requests itself: the codec's defaults mean something else
//! (no topics, broker 0 as the asking replica, topic creation allowed).
mod assignment;
mod classic;
mod cluster;
mod committed;
mod configs;
mod fetch;
mod listed;
mod log_dirs;
mod metadata;
mod modern;
mod share;

use std::sync::Arc;

use kafka_protocol::{
    messages::{BrokerId, GroupId, TopicName},
    protocol::StrBytes,
};

/// Groups of one broker that are asked about in one request.
const GROUPS: usize = 256;

fn text(value: &str) -> StrBytes {
    StrBytes::from_string(value.to_owned())
}

fn group_ids(groups: &[Arc<str>]) -> Vec<GroupId> {
    groups.iter().map(|group| GroupId(text(group))).collect()
}

pub(super) fn topic_name(topic: &str) -> TopicName {
    TopicName(text(topic))
}

/// A word, or nothing for null and for the empty string.
fn word(value: Option<&StrBytes>) -> Option<Arc<str>> {
    value
        .map(StrBytes::as_str)
        .filter(|value| !value.is_empty())
        .map(Into::into)
}

/// Brokers write -1 for what is not there.
fn known<T: PartialOrd + From<i8>>(value: T) -> Option<T> {
    (value >= T::from(0)).then_some(value)
}

fn ids(brokers: &[BrokerId]) -> Vec<i32> {
    brokers.iter().map(|id| id.0).collect()
}

/// Brokers write the address with a slash before it, since Java does.
fn host(address: &str) -> Arc<str> {
    address.strip_prefix('/').unwrap_or(address).into()
}
