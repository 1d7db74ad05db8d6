//! Records of one partition, bounded.
use std::time::Duration;

use kafka_protocol::{
    messages::{
        FetchRequest,
        fetch_request::{FetchPartition, FetchTopic},
    },
    protocol::Request,
};
use uuid::Uuid;

use super::{known, topic_name};
use crate::net::kafka::{
    Api, Client, Error, FetchSpec, Fetched, Isolation, Result,
    client::{Answered, check, within},
    pool::Lane,
    records::{self, Wanted},
};

/// From this version on topics go by their ids alone.
const BY_ID: i16 = 13;

impl Client {
    /// Records of one partition from its leader, on a connection of its own.
    pub async fn fetch(&self, spec: &FetchSpec, time: Duration) -> Result<Fetched> {
        let cap = if spec.topic_id.is_some() {
            i16::MAX
        } else {
            BY_ID - 1
        };
        let build = |version| request(spec, version, time);
        let asked = self
            .ask_up_to(cap, spec.leader, Lane::Fetch, within(time), build)
            .await?;
        let Answered {
            server,
            version,
            answer,
        } = asked;
        let api = Api(FetchRequest::KEY);
        let resource = format!("topic {}", spec.topic);
        check(answer.error_code, &server, api, &resource, None)?;
        let partition = answer
            .responses
            .into_iter()
            .flat_map(|topic| topic.partitions)
            .next();
        let Some(partition) = partition else {
            let why = "it answers for no partition".to_owned();
            return Err(Error::Protocol { server, api, why });
        };
        check(partition.error_code, &server, api, &resource, None)?;
        let aborted = partition.aborted_transactions.unwrap_or_default();
        let wanted = Wanted {
            from: spec.offset,
            committed: spec.isolation == Isolation::ReadCommitted,
            aborted: aborted
                .iter()
                .map(|gone| (gone.first_offset, gone.producer_id.0))
                .collect(),
            max_decompressed: spec.max_decompressed,
        };
        let batches = partition.records.unwrap_or_default();
        let decoded = tokio::task::spawn_blocking(move || records::decode(batches, &wanted)).await;
        let decoded = decoded.map_err(|why| Error::Codec {
            server,
            api,
            version,
            why: why.to_string(),
        })?;
        Ok(Fetched {
            high_watermark: partition.high_watermark,
            last_stable_offset: known(partition.last_stable_offset),
            log_start_offset: known(partition.log_start_offset),
            records: decoded.records,
            next_offset: decoded.next_offset,
            cut: decoded.cut,
        })
    }
}

fn request(spec: &FetchSpec, version: i16, time: Duration) -> FetchRequest {
    let partition = FetchPartition::default()
        .with_partition(spec.partition)
        .with_fetch_offset(spec.offset)
        .with_partition_max_bytes(spec.max_bytes);
    let topic = FetchTopic::default().with_partitions(vec![partition]);
    let topic = if version >= BY_ID {
        topic.with_topic_id(spec.topic_id.unwrap_or(Uuid::nil()))
    } else {
        topic.with_topic(topic_name(&spec.topic))
    };
    // The wait must end before the deadline does.
    let wait = spec.max_wait.min(time / 2).as_millis();
    FetchRequest::default()
        .with_max_wait_ms(i32::try_from(wait).unwrap_or(i32::MAX))
        .with_min_bytes(1)
        .with_max_bytes(spec.max_bytes)
        .with_isolation_level(i8::from(spec.isolation == Isolation::ReadCommitted))
        .with_topics(vec![topic])
}
