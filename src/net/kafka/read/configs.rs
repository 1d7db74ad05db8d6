//! Configurations of topics and brokers.
use std::{sync::Arc, time::Duration};

use kafka_protocol::messages::{
    DescribeConfigsRequest, DescribeConfigsResponse,
    describe_configs_request::DescribeConfigsResource,
    describe_configs_response::{DescribeConfigsResourceResult, DescribeConfigsResult},
};

use super::{text, word};
use crate::net::kafka::{
    Client, Code, ConfigSource, ConfigValue, Error, PerBroker, ResourceConfigs, Result,
    client::{Answered, each, within},
    pool::Lane,
};

/// Topics asked about in one request.
const TOPICS: usize = 500;
const TOPIC: i8 = 2;
const BROKER: i8 = 4;

impl Client {
    /// These keys of these topics' configurations (no keys: all of them), in requests of 500 topics to any broker.
    pub async fn describe_topic_configs(
        &self,
        topics: &[Arc<str>],
        keys: &[&str],
        time: Duration,
    ) -> Result<Vec<ResourceConfigs>> {
        let deadline = within(time);
        let mut configs = Vec::with_capacity(topics.len());
        for chunk in topics.chunks(TOPICS) {
            let names: Vec<&str> = chunk.iter().map(AsRef::as_ref).collect();
            let asked = self
                .ask_any(deadline, |_| request(TOPIC, &names, keys))
                .await?;
            configs.extend(read(&asked.answer));
        }
        Ok(configs)
    }

    /// These keys of every known broker's configuration (no keys: all of them); only a broker itself tells its own.
    pub async fn describe_broker_configs(
        &self,
        keys: &[&str],
        time: Duration,
    ) -> PerBroker<ResourceConfigs> {
        let deadline = within(time);
        let brokers = self.broker_ids().into_iter().map(|id| (id, id.to_string()));
        each(brokers, |id, name| async move {
            let build = |_| request(BROKER, &[&name], keys);
            let asked = self.ask(id, Lane::Control, deadline, build).await?;
            let Answered { server, answer, .. } = asked;
            read(&answer).next().ok_or_else(|| Error::Protocol {
                server,
                api: super::super::Api(32),
                why: "it lists nothing".to_owned(),
            })
        })
        .await
    }
}

/// Null keys ask for all; an empty list asks for none.
fn request(kind: i8, names: &[&str], keys: &[&str]) -> DescribeConfigsRequest {
    let keys = (!keys.is_empty()).then(|| keys.iter().map(|key| text(key)).collect::<Vec<_>>());
    let resource = |name: &&str| {
        DescribeConfigsResource::default()
            .with_resource_type(kind)
            .with_resource_name(text(name))
            .with_configuration_keys(keys.clone())
    };
    DescribeConfigsRequest::default().with_resources(names.iter().map(resource).collect())
}

fn read(answer: &DescribeConfigsResponse) -> impl Iterator<Item = ResourceConfigs> {
    answer
        .results
        .iter()
        .map(|resource: &DescribeConfigsResult| ResourceConfigs {
            name: resource.resource_name.as_str().into(),
            configs: Code::check(resource.error_code).map(|()| {
                let values = resource.configs.iter();
                values
                    .map(|config| (config.name.as_str().into(), value(config)))
                    .collect()
            }),
        })
}

fn value(config: &DescribeConfigsResourceResult) -> ConfigValue {
    let empty = || config.value.as_ref().map(|_| Arc::from(""));
    ConfigValue {
        value: word(config.value.as_ref())
            .or_else(empty)
            .filter(|_| !config.is_sensitive),
        source: match config.config_source {
            1 => ConfigSource::Topic,
            2 => ConfigSource::Broker,
            3 => ConfigSource::BrokerDefault,
            4 => ConfigSource::File,
            5 => ConfigSource::Default,
            other => ConfigSource::Other(other),
        },
    }
}
