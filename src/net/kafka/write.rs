//! What changes a cluster: the election of preferred leaders. Only `act` holds an [`Admin`].
use std::{collections::BTreeMap, sync::Arc, time::Duration};

use kafka_protocol::{
    messages::{ElectLeadersRequest, elect_leaders_request::TopicPartitions},
    protocol::Request,
};

use super::{
    Api, Client, Code, Result,
    client::{Answered, check, within},
    pool::Lane,
    read::topic_name,
};

/// `ElectionType`: the first of the replicas. The other, unclean, is never asked for.
const PREFERRED: i8 = 0;
/// The preferred replica leads already.
const ELECTION_NOT_NEEDED: i16 = 84;

/// A client made to write. Shares the connections of the client it is made from.
pub struct Admin {
    client: Arc<Client>,
}

/// What the controller answered for one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Election {
    pub topic: Arc<str>,
    pub partition: i32,
    /// `Ok(false)`: the preferred replica led already.
    pub result: std::result::Result<bool, (Code, Option<String>)>,
}

impl Admin {
    pub fn new(client: Arc<Client>) -> Self {
        Admin { client }
    }

    /// Lets the controller make the first replica of each of these partitions its leader. Sent once: of a lost answer
    /// the caller hears.
    pub async fn elect_preferred(
        &self,
        partitions: &[(Arc<str>, i32)],
        time: Duration,
    ) -> Result<Vec<Election>> {
        let deadline = within(time);
        let mut topics: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
        for (topic, partition) in partitions {
            topics.entry(topic).or_default().push(*partition);
        }
        let wanted: Vec<TopicPartitions> = topics
            .into_iter()
            .map(|(topic, partitions)| {
                TopicPartitions::default()
                    .with_topic(topic_name(topic))
                    .with_partitions(partitions)
            })
            .collect();
        // The controller must give up before we do, or its answer would be lost.
        let timeout = i32::try_from(time.as_millis() * 3 / 4).unwrap_or(i32::MAX);
        let build = |version: i16| {
            let request = ElectLeadersRequest::default()
                .with_topic_partitions(Some(wanted.clone()))
                .with_timeout_ms(timeout);
            if version >= 1 {
                request.with_election_type(PREFERRED)
            } else {
                request
            }
        };
        // Asked of one broker only, since asking the next after a silence would be sending it twice.
        let first = self
            .client
            .last_metadata()
            .and_then(|known| Some(known.brokers.first()?.id));
        let controller = self
            .client
            .last_metadata()
            .and_then(|known| known.controller_id);
        let target = controller.or(first).unwrap_or_default();
        let Answered { server, answer, .. } = self
            .client
            .ask(target, Lane::Control, deadline, build)
            .await?;
        let api = Api(ElectLeadersRequest::KEY);
        check(answer.error_code, &server, api, "the cluster", None)?;
        let names = self.client.names();
        let mut elected: Vec<Election> = Vec::new();
        for topic in &answer.replica_election_results {
            let name = names.of(topic.topic.as_str());
            elected.extend(topic.partition_result.iter().map(|of| {
                let message = of
                    .error_message
                    .as_ref()
                    .map(|text| text.as_str().to_owned());
                Election {
                    topic: Arc::clone(&name),
                    partition: of.partition_id,
                    result: match Code::of(of.error_code) {
                        None => Ok(true),
                        Some(Code(ELECTION_NOT_NEEDED)) => Ok(false),
                        Some(code) => Err((code, message)),
                    },
                }
            }));
        }
        elected.sort_by(|a, b| (&a.topic, a.partition).cmp(&(&b.topic, b.partition)));
        Ok(elected)
    }
}
