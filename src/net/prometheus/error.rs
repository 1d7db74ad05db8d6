//! What went wrong with Prometheus. The kinds match those of the Kubernetes client as far as both have them.
use std::{fmt, time::Duration};

/// The kinds of failure that a caller treats differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The URL, the CA file or the credentials cannot be used. Trying again is of no use.
    Config,
    /// No connection, one that broke, or an answer of 5xx.
    Unreachable,
    /// 401.
    Unauthorized,
    /// 403.
    Forbidden,
    /// 429, or 503 with a wait.
    Throttled {
        /// What the server asked to wait, if it said.
        retry_after: Option<Duration>,
    },
    /// 404: this is no Prometheus API, as a rule a wrong path in the URL.
    Missing,
    /// No answer within the deadline, ours or the server's own.
    Timeout,
    /// The handshake failed.
    Tls,
    /// An answer that is not the Prometheus API's.
    Decode,
    /// The server refuses the query: `bad_data`, `execution`, too many samples.
    Rejected,
}

/// A failed request. `Display` reads: server: request: why; what to do. Never holds credentials or a query string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What a caller decides by.
    pub kind: ErrorKind,
    /// The server's URL without userinfo and query.
    pub server: String,
    /// What was asked, in a word: `query`, `label values`.
    pub request: String,
    /// The reason, in the server's words where it gave any.
    pub why: String,
}

impl Error {
    fn remedy(&self) -> &'static str {
        match self.kind {
            ErrorKind::Unauthorized => "give credentials in the URL or a bearer token",
            ErrorKind::Missing => "check the path of the Prometheus URL",
            ErrorKind::Tls => "check the scheme of the URL and the CA",
            ErrorKind::Unreachable => "check the URL and that the server runs",
            ErrorKind::Decode => "check that the URL is a Prometheus",
            _ => "",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.server)?;
        for part in [&self.request, &self.why] {
            if !part.is_empty() {
                write!(f, ": {part}")?;
            }
        }
        match self.remedy() {
            "" => Ok(()),
            remedy => write!(f, "; {remedy}"),
        }
    }
}

impl std::error::Error for Error {}
