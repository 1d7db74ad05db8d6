//! What can go wrong on the way to an answer. Every message names the server, the request, why, and what to do.
use std::time::Duration;

use super::types::{Api, Code};

/// The failure of one call. Per-item failures (one group, one partition) are [`Code`]s inside the answers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No byte stream could be opened.
    #[error("{server}: cannot connect: {why}")]
    Unreachable { server: String, why: String },
    /// The way to the broker is there, and we may not use it.
    #[error("{server}: cannot connect: {why}")]
    Denied {
        server: String,
        verb: String,
        resource: String,
        why: String,
    },
    /// TLS could not be agreed on.
    #[error("{server}: TLS failed: {why}")]
    Tls { server: String, why: String },
    /// What came back is not the Kafka protocol, or breaks it.
    #[error("{server}: {api}: {why}")]
    Protocol {
        server: String,
        api: Api,
        why: String,
    },
    /// The broker refused the login, or hung up during it.
    #[error("{server}: login by {mechanism} failed: {why}{}", login_remedy(.offered))]
    Auth {
        server: String,
        mechanism: String,
        why: String,
        /// The mechanisms of the listener, where it told them.
        offered: Vec<String>,
    },
    /// The ACLs of the broker do not allow the request.
    #[error("{server}: {api}: {code}: {resource}; ask for the ACL {acl}", acl = acl(*.api))]
    Authorization {
        server: String,
        api: Api,
        code: Code,
        resource: String,
    },
    /// No answer in time. Answers come in order, so the connection was given up.
    #[error("{server}: {api}: no answer within {}", seconds(*.after))]
    Timeout {
        server: String,
        api: Api,
        after: Duration,
    },
    /// The broker asked for a pause (quota) that is longer than the deadline of this call. Nothing was sent.
    #[error(
        "{server}: {api}: not sent: the broker throttles this client for another {}; its quota is used up",
        seconds(*.left)
    )]
    Throttled {
        server: String,
        api: Api,
        left: Duration,
    },
    /// The connection ended before the answer.
    #[error("{server}: {api}: connection closed: {why}")]
    Closed {
        server: String,
        api: Api,
        why: String,
    },
    /// The broker and this client have no version of the request in common.
    #[error("{server}: {api}: {}", versions(*.broker, *.ours))]
    Version {
        server: String,
        api: Api,
        /// Lowest and highest version of the broker; `None`: it does not know the request.
        broker: Option<(i16, i16)>,
        ours: (i16, i16),
    },
    /// The answer (or, never seen, the request) cannot be read by its schema.
    #[error("{server}: {api} version {version}: cannot be decoded: {why}")]
    Codec {
        server: String,
        api: Api,
        version: i16,
        why: String,
    },
    /// The whole request was answered by an error code.
    #[error("{server}: {api}: {code}{}", detail(.message.as_ref()))]
    Broker {
        server: String,
        api: Api,
        code: Code,
        message: Option<String>,
    },
    /// The metadata has no such broker, or there is no metadata yet.
    #[error("broker {id}: its address is not known: {why}")]
    UnknownBroker { id: i32, why: String },
    /// No bootstrap address was given.
    #[error("no bootstrap server was given: use --bootstrap-server HOST:PORT")]
    NoBootstrap,
}

impl Error {
    /// The broker code, where the failure is one.
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Authorization { code, .. } | Self::Broker { code, .. } => Some(*code),
            _ => None,
        }
    }

    /// Nothing wrong with the connection or the login: the broker answered, in words that it cannot or will not.
    pub fn is_answer(&self) -> bool {
        matches!(
            self,
            Self::Authorization { .. }
                | Self::Broker { .. }
                | Self::Version { .. }
                | Self::Codec { .. }
                | Self::Throttled { .. }
        )
    }
}

fn login_remedy(offered: &[String]) -> String {
    if offered.is_empty() {
        return "; check the user and the password or token in sasl.jaas.config".to_owned();
    }
    format!(
        "; the listener offers {}: set sasl.mechanism to one of them",
        offered.join(", ")
    )
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

fn detail(message: Option<&String>) -> String {
    message.map(|text| format!(": {text}")).unwrap_or_default()
}

fn versions(broker: Option<(i16, i16)>, ours: (i16, i16)) -> String {
    match broker {
        None => {
            "the broker does not know this request: it is too old for it, or the feature is off"
                .to_owned()
        }
        Some((low, high)) => format!(
            "no version in common: the broker has {low} to {high}, this client {} to {}; brokers from 2.1 are supported",
            ours.0, ours.1
        ),
    }
}

/// The operation and resource that Kafka checks.
fn acl(api: Api) -> &'static str {
    match api.0 {
        1 => "READ on the topic",
        2 | 3 => "DESCRIBE on the topic",
        9 | 15 | 16 | 69 | 77 | 89 | 90 => "DESCRIBE on the group",
        43 => "ALTER on the cluster",
        32 => "DESCRIBE_CONFIGS on the topic or the cluster",
        _ => "DESCRIBE on the cluster",
    }
}
