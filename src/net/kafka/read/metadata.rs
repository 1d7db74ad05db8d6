//! Metadata: brokers, topics, partitions.
use std::{sync::Arc, time::Duration};

use kafka_protocol::{
    messages::{
        MetadataRequest, MetadataResponse,
        metadata_request::MetadataRequestTopic,
        metadata_response::{MetadataResponseBroker, MetadataResponseTopic},
    },
    protocol::Request,
};

use super::{ids, known, topic_name, word};
use crate::net::kafka::{
    Api, Broker, Client, Code, Error, Metadata, Partition, Result, Topic,
    client::{Answered, Names, check, within},
};

const API: Api = Api(MetadataRequest::KEY);

impl Client {
    /// All brokers and all topics that may be seen. Later calls take broker addresses and topic names from it, so it
    /// comes first.
    pub async fn metadata(&self, within: Duration) -> Result<Arc<Metadata>> {
        let metadata = Arc::new(self.ask_metadata(None, within).await?);
        self.learn(&metadata);
        Ok(metadata)
    }

    /// All brokers, and these topics only; a topic that does not exist comes with error 3. Not kept as address book.
    pub async fn metadata_of(&self, topics: &[Arc<str>], within: Duration) -> Result<Metadata> {
        self.ask_metadata(Some(topics), within).await
    }

    async fn ask_metadata(&self, topics: Option<&[Arc<str>]>, time: Duration) -> Result<Metadata> {
        let asked = self.ask_any(within(time), |_| request(topics)).await?;
        let Answered { server, answer, .. } = asked;
        check(answer.error_code, &server, API, "the cluster", None)?;
        let metadata = metadata(&answer, &self.names());
        if metadata.brokers.is_empty() {
            let why = "it lists no broker: it is still starting".to_owned();
            return Err(Error::Protocol {
                server,
                api: API,
                why,
            });
        }
        Ok(metadata)
    }
}

/// Null asks for all topics, an empty list for none.
fn request(topics: Option<&[Arc<str>]>) -> MetadataRequest {
    let named = |name: &Arc<str>| MetadataRequestTopic::default().with_name(Some(topic_name(name)));
    MetadataRequest::default()
        .with_topics(topics.map(|topics| topics.iter().map(named).collect()))
        .with_allow_auto_topic_creation(false)
}

fn metadata(answer: &MetadataResponse, names: &Names) -> Metadata {
    let mut brokers: Vec<Broker> = answer.brokers.iter().filter_map(broker).collect();
    brokers.sort_by_key(|broker| broker.id);
    let mut topics: Vec<Topic> = answer
        .topics
        .iter()
        .filter_map(|answer| topic(answer, names))
        .collect();
    topics.sort_by(|a, b| a.name.cmp(&b.name));
    Metadata {
        cluster_id: word(answer.cluster_id.as_ref()),
        controller_id: known(answer.controller_id.0),
        brokers,
        topics,
    }
}

fn broker(answer: &MetadataResponseBroker) -> Option<Broker> {
    Some(Broker {
        id: answer.node_id.0,
        host: answer.host.as_str().into(),
        port: u16::try_from(answer.port).ok()?,
        rack: word(answer.rack.as_ref()),
    })
}

fn topic(answer: &MetadataResponseTopic, names: &Names) -> Option<Topic> {
    let partition =
        |answer: &kafka_protocol::messages::metadata_response::MetadataResponsePartition| {
            Partition {
                index: answer.partition_index,
                leader: known(answer.leader_id.0),
                leader_epoch: known(answer.leader_epoch),
                replicas: ids(&answer.replica_nodes),
                isr: ids(&answer.isr_nodes),
                offline: ids(&answer.offline_replicas),
                error: Code::of(answer.error_code),
            }
        };
    let mut partitions: Vec<Partition> = answer.partitions.iter().map(partition).collect();
    partitions.sort_by_key(|partition| partition.index);
    Some(Topic {
        name: names.of(answer.name.as_ref()?.as_str()),
        id: Some(answer.topic_id).filter(|id| !id.is_nil()),
        internal: answer.is_internal,
        error: Code::of(answer.error_code),
        partitions,
    })
}
