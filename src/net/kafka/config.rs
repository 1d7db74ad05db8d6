//! How to reach one Kafka cluster: addresses, TLS, login, limits.
use std::{fmt, future::Future, path::PathBuf, pin::Pin, sync::Arc, time::Duration};

use secrecy::SecretString;

use super::{Endpoint, Error};
use crate::net::tls::TlsClient;

/// Everything a [`super::Client`] needs to know. Nothing here shows a secret in its debug output.
#[derive(Clone, Debug)]
pub struct Config {
    /// Tried in order.
    pub bootstrap: Vec<Endpoint>,
    /// `None`: the bytes are not encrypted.
    pub tls: Option<TlsClient>,
    /// `None`: no login.
    pub sasl: Option<Sasl>,
    /// The broker's quotas and logs name it.
    pub client_id: String,
    /// `request.timeout.ms` of the properties file, for callers that have no deadline of their own.
    pub request_timeout: Duration,
    /// Bound on dial, TLS, version negotiation and login together; the call's own deadline bounds it too.
    pub connect_timeout: Duration,
    /// The largest answer that is read, in bytes.
    pub max_frame: usize,
    /// Requests on one connection that may wait for their answers.
    pub in_flight: usize,
    /// Seeds the jitter of reconnections.
    pub jitter_seed: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            bootstrap: Vec::new(),
            tls: None,
            sasl: None,
            client_id: "plimsoll".to_owned(),
            request_timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            max_frame: 64 << 20,
            in_flight: 8,
            jitter_seed: super::backoff::seed(),
        }
    }
}

impl Config {
    /// Parses `HOST:PORT[,HOST:PORT...]`; IPv6 addresses stand in brackets. An error names the bad part.
    pub fn parse_bootstrap(list: &str) -> Result<Vec<Endpoint>, String> {
        let mut endpoints = Vec::new();
        for part in list
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            endpoints.push(parse_endpoint(part)?);
        }
        if endpoints.is_empty() {
            return Err(Error::NoBootstrap.to_string());
        }
        Ok(endpoints)
    }
}

fn parse_endpoint(text: &str) -> Result<Endpoint, String> {
    // A scheme such as SASL_SSL:// is how brokers write listeners; Kafka's own clients accept it as well.
    let address = text.split_once("://").map_or(text, |(_, rest)| rest);
    let wrong =
        || format!("bootstrap server {text:?}: want HOST:PORT, such as kafka.example.com:9092");
    let (host, number) = address.rsplit_once(':').ok_or_else(wrong)?;
    let bracketed = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let name = match bracketed {
        Some(inner) => inner,
        None if host.contains(':') => return Err(wrong()),
        None => host,
    };
    let port = number
        .parse()
        .ok()
        .filter(|port| *port > 0 && !name.is_empty());
    Ok(Endpoint {
        node_id: None,
        host: name.to_owned(),
        port: port.ok_or_else(wrong)?,
    })
}

/// How to log in.
#[derive(Clone)]
pub enum Sasl {
    Plain {
        user: String,
        password: SecretString,
    },
    ScramSha256 {
        user: String,
        password: SecretString,
    },
    ScramSha512 {
        user: String,
        password: SecretString,
    },
    /// The token is asked anew for each connection.
    OAuthBearer {
        token: Arc<dyn TokenSource>,
        extensions: Vec<(String, String)>,
    },
}

impl Sasl {
    /// The mechanism's name on the wire.
    pub fn mechanism(&self) -> &'static str {
        match self {
            Self::Plain { .. } => "PLAIN",
            Self::ScramSha256 { .. } => "SCRAM-SHA-256",
            Self::ScramSha512 { .. } => "SCRAM-SHA-512",
            Self::OAuthBearer { .. } => "OAUTHBEARER",
        }
    }
}

impl fmt::Debug for Sasl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain { user, .. }
            | Self::ScramSha256 { user, .. }
            | Self::ScramSha512 { user, .. } => write!(f, "{} as {user}", self.mechanism()),
            Self::OAuthBearer { .. } => f.write_str(self.mechanism()),
        }
    }
}

/// What [`TokenSource::token`] returns: the token, or why there is none.
pub type Token<'a> = Pin<Box<dyn Future<Output = Result<SecretString, String>> + Send + 'a>>;

/// Where an OAUTHBEARER token comes from.
pub trait TokenSource: Send + Sync {
    fn token(&self) -> Token<'_>;
}

/// A token given once.
pub struct LiteralToken(pub SecretString);

impl TokenSource for LiteralToken {
    fn token(&self) -> Token<'_> {
        Box::pin(async { Ok(self.0.clone()) })
    }
}

/// A token that something else keeps fresh in a file, such as a projected service account token.
pub struct TokenFile(pub PathBuf);

impl TokenSource for TokenFile {
    fn token(&self) -> Token<'_> {
        Box::pin(async {
            match tokio::fs::read_to_string(&self.0).await {
                Ok(text) if text.trim().is_empty() => {
                    Err(format!("the token file {} is empty", self.0.display()))
                }
                Ok(text) => Ok(SecretString::from(text.trim().to_owned())),
                Err(why) => Err(format!("the token file {}: {why}", self.0.display())),
            }
        })
    }
}
