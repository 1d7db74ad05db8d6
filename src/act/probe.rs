//! The probe: one marked record to each partition, acknowledged and read back.
//!
//! `rskafka` writes (it creates topics that it is asked about, so that it is never asked about one that fresh metadata does
//! not name, and never retries here); our own Fetch reads.
#![expect(clippy::disallowed_methods, reason = "a probe measures time")]

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures::future::join_all;
use rskafka::{
    BackoffConfig,
    client::{
        ClientBuilder, Credentials, OauthBearerCredentials, SaslConfig,
        partition::{Compression, OffsetAt, UnknownTopicHandling},
    },
    record::Record,
};
use secrecy::ExposeSecret;
use tokio::time::{Instant, timeout};

use crate::{
    model::BrokerId,
    net::kafka::{Client, Config, FetchSpec, Isolation, Sasl, Topic},
    plan::{Failure, FailureKind, MARK, Note, ProbeReport, ProbedPartition, compacted},
};

/// Longest wait for one acknowledgement, and then for the record to be read back.
const LIMIT: Duration = Duration::from_secs(10);
/// One wait of a Fetch.
const WAIT: Duration = Duration::from_millis(500);
const FETCH_BYTES: i32 = 64 << 10;

fn not_sent(words: impl Into<String>) -> Failure {
    Failure::new(FailureKind::NotSent, words)
}

/// The topic by fresh metadata, if a probe may write to it.
async fn fresh(client: &Client, name: &str) -> Result<Topic, Failure> {
    let name: Arc<str> = name.into();
    let known = client
        .metadata(LIMIT)
        .await
        .map_err(|error| not_sent(error.to_string()))?;
    let topic = known.topic(&name).cloned().ok_or_else(|| {
        let words = format!("there is no topic {name}, and a probe creates none");
        Failure::new(FailureKind::Rejected, words)
    })?;
    if topic.internal || name.starts_with("__") {
        let words = format!("{name} is internal: its records mean something to Kafka");
        return Err(Failure::new(FailureKind::Rejected, words));
    }
    let configs = client
        .describe_topic_configs(&[Arc::clone(&name)], &["cleanup.policy"], LIMIT)
        .await
        .map_err(|error| not_sent(error.to_string()))?;
    let answer = configs.first().map(|of| &of.configs);
    let policy = match answer {
        Some(Ok(values)) => values
            .get("cleanup.policy")
            .and_then(|value| value.value.clone()),
        Some(Err(code)) => {
            let words = format!(
                "whether {name} is compacted cannot be told: {code}; ask for the ACL DESCRIBE_CONFIGS on the topic"
            );
            return Err(Failure::new(FailureKind::Forbidden, words));
        }
        None => None,
    };
    match policy {
        Some(policy) if !policy.contains("compact") => Ok(topic),
        Some(_) => Err(Failure::new(FailureKind::Rejected, compacted(&name))),
        None => Err(not_sent(format!(
            "whether {name} is compacted cannot be told: the broker does not say"
        ))),
    }
}

/// The partitions of a topic that may be probed; writes nothing.
pub async fn partitions(client: &Client, topic: &str) -> Result<Vec<i32>, Failure> {
    let topic = fresh(client, topic).await?;
    Ok(topic.partitions.iter().map(|of| of.index).collect())
}

/// Looks whether the topic may be probed; writes nothing.
pub(super) async fn attempt(client: &Client, topic: &str) -> Result<Vec<Note>, Failure> {
    fresh(client, topic).await?;
    Ok(vec![Note::plain(
        "the topic is there and is not compacted, asked just now; Kafka has no dry run of a write",
    )])
}

/// Writes and reads back, the brokers at once and the partitions of one broker in turn. `id` marks this probe's records.
pub async fn carry_out(
    client: &Client,
    topic: &str,
    partitions: &[i32],
    id: &str,
) -> Result<ProbeReport, Failure> {
    let topic = fresh(client, topic).await?;
    let writer = connect(client.config()).await?;
    let mut by_leader: BTreeMap<Option<i32>, Vec<i32>> = BTreeMap::new();
    for index in partitions {
        let found = topic.partitions.iter().find(|of| of.index == *index);
        by_leader
            .entry(found.and_then(|of| of.leader))
            .or_default()
            .push(*index);
    }
    let brokers = by_leader
        .into_iter()
        .map(|(leader, indices)| one_broker(client, &writer, &topic, leader, indices, id));
    let mut report = ProbeReport {
        partitions: join_all(brokers).await.into_iter().flatten().collect(),
    };
    report.partitions.sort_by_key(|of| of.partition);
    Ok(report)
}

async fn connect(config: &Config) -> Result<rskafka::client::Client, Failure> {
    let servers = config
        .bootstrap
        .iter()
        .map(|to| format!("{}:{}", to.host, to.port));
    let mut builder = ClientBuilder::new(servers.collect())
        .client_id(config.client_id.as_str())
        // The first failure ends a call: a write is never sent twice.
        .backoff_config(BackoffConfig {
            deadline: Some(Duration::ZERO),
            ..BackoffConfig::default()
        });
    if let Some(tls) = &config.tls {
        builder = builder.tls_config(Arc::clone(&tls.config));
    }
    if let Some(sasl) = &config.sasl {
        builder = builder.sasl_config(login(sasl));
    }
    match timeout(LIMIT, builder.build()).await {
        Ok(Ok(client)) => Ok(client),
        Ok(Err(error)) => Err(not_sent(format!("connecting to write: {error}"))),
        Err(_elapsed) => Err(not_sent(format!(
            "connecting to write: no answer in {} s",
            LIMIT.as_secs()
        ))),
    }
}

fn login(sasl: &Sasl) -> SaslConfig {
    let with = |user: &str, password: &secrecy::SecretString| {
        Credentials::new(user.to_owned(), password.expose_secret().to_owned())
    };
    match sasl {
        Sasl::Plain { user, password } => SaslConfig::Plain(with(user, password)),
        Sasl::ScramSha256 { user, password } => SaslConfig::ScramSha256(with(user, password)),
        Sasl::ScramSha512 { user, password } => SaslConfig::ScramSha512(with(user, password)),
        Sasl::OAuthBearer { token, extensions } => {
            let token = Arc::clone(token);
            SaslConfig::Oauthbearer(OauthBearerCredentials {
                callback: Arc::new(move || {
                    let token = Arc::clone(&token);
                    Box::pin(async move {
                        let token = token.token().await?;
                        Ok(token.expose_secret().to_owned())
                    })
                }),
                authz_id: None,
                bearer_kvs: extensions.clone(),
            })
        }
    }
}

async fn one_broker(
    client: &Client,
    writer: &rskafka::client::Client,
    topic: &Topic,
    leader: Option<i32>,
    indices: Vec<i32>,
    id: &str,
) -> Vec<ProbedPartition> {
    let mut probed = Vec::with_capacity(indices.len());
    let mut silent = false;
    for partition in indices {
        let mut of = ProbedPartition {
            partition,
            leader: leader.map(BrokerId),
            ..ProbedPartition::default()
        };
        match leader {
            None => of.failure = Some("it has no leader: not sent".to_owned()),
            // A broker that hangs costs one wait, not one for each of its partitions.
            Some(_) if silent => {
                of.failure =
                    Some("not sent: its leader did not answer for another partition".to_owned());
            }
            Some(leader) => {
                if let Err(Missed { why, silence }) =
                    one(client, writer, topic, leader, id, &mut of).await
                {
                    of.failure = Some(why);
                    silent = silence;
                }
            }
        }
        probed.push(of);
    }
    probed
}

/// What went wrong with one partition, and whether its leader was silent.
struct Missed {
    why: String,
    silence: bool,
}

fn missed(why: impl Into<String>) -> Missed {
    Missed {
        why: why.into(),
        silence: false,
    }
}

fn silent(why: &str) -> Missed {
    let why = format!("{why}: no answer in {} s", LIMIT.as_secs());
    Missed { why, silence: true }
}

async fn one(
    client: &Client,
    writer: &rskafka::client::Client,
    topic: &Topic,
    leader: i32,
    id: &str,
    of: &mut ProbedPartition,
) -> Result<(), Missed> {
    let opening = async {
        let partition = writer
            .partition_client(&*topic.name, of.partition, UnknownTopicHandling::Error)
            .await?;
        // The connection is opened by its first request, which is not to be measured.
        partition.get_offset(OffsetAt::Latest).await?;
        Ok(partition)
    };
    let opened: Result<Result<_, rskafka::client::error::Error>, _> = timeout(LIMIT, opening).await;
    let partition = match opened {
        Ok(Ok(partition)) => partition,
        Ok(Err(error)) => return Err(missed(format!("not sent: {}", told(&error)))),
        Err(_elapsed) => return Err(silent("not sent")),
    };
    let record = Record {
        key: Some(MARK.as_bytes().to_vec()),
        value: Some(format!("written by plimsoll probe {id}; may be ignored").into_bytes()),
        headers: BTreeMap::from([(MARK.to_owned(), id.as_bytes().to_vec())]),
        timestamp: chrono::DateTime::from_timestamp_millis(moment(id)).unwrap_or_default(),
    };
    let begun = Instant::now();
    let produced = timeout(
        LIMIT,
        partition.produce(vec![record], Compression::NoCompression),
    )
    .await;
    let offset = match produced {
        Ok(Ok(offsets)) => offsets.first().copied(),
        Ok(Err(error)) => return Err(missed(told(&error))),
        Err(_elapsed) => return Err(silent("sent, whether it was written is unknown")),
    };
    of.acknowledged = Some(millis(begun.elapsed()));
    of.offset = offset;
    let Some(offset) = offset else {
        return Err(missed("acknowledged without an offset"));
    };
    let spec = FetchSpec {
        topic: Arc::clone(&topic.name),
        topic_id: topic.id,
        partition: of.partition,
        leader,
        offset,
        max_bytes: FETCH_BYTES,
        max_wait: WAIT,
        isolation: Isolation::ReadUncommitted,
        max_decompressed: 1 << 20,
    };
    while begun.elapsed() < LIMIT {
        let fetched = client.fetch(&spec, LIMIT).await.map_err(|error| {
            missed(format!(
                "written at offset {offset}, not read back: {error}"
            ))
        })?;
        let ours = fetched.records.iter().any(|record| {
            record.offset == offset
                && record.headers.iter().any(|(name, value)| {
                    &**name == MARK.as_bytes() && value.as_deref() == Some(id.as_bytes())
                })
        });
        if ours {
            of.end_to_end = Some(millis(begun.elapsed()));
            return Ok(());
        }
        if fetched.next_offset > offset {
            return Err(missed(format!(
                "offset {offset} holds another record than the one that was acknowledged"
            )));
        }
    }
    Err(missed(format!(
        "written at offset {offset}, not readable after {} s",
        LIMIT.as_secs()
    )))
}

/// The moment in a probe's id, which begins with it.
fn moment(id: &str) -> i64 {
    id.split('-')
        .next()
        .and_then(|first| first.parse().ok())
        .unwrap_or_default()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// The broker's own word where it gave one: the library's sentence prints its requests.
fn told(error: &rskafka::client::error::Error) -> String {
    use rskafka::client::error::Error;
    match error {
        Error::ServerError {
            protocol_error,
            error_message,
            ..
        } => match error_message {
            Some(message) => format!("{protocol_error:?}: {message}"),
            None => format!("{protocol_error:?}"),
        },
        Error::RetryFailed(failed) => {
            let text = failed.to_string();
            text.split("request: ").next().unwrap_or(&text).to_owned()
        }
        other => other.to_string(),
    }
}
