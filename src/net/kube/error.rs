//! What went wrong with the API server: a closed list of kinds, and words that name server, request, reason and remedy.
use std::{fmt, time::Duration};

/// The kinds of failure that a caller treats differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The configuration cannot be used: unreadable, unknown context, bad credentials in a file. Trying again is of no use.
    Config,
    /// No connection, a connection that broke, or a server (or a part behind it) that answers 5xx.
    Unreachable,
    /// 401, or a credential plugin that failed: the server does not know us.
    Unauthorized,
    /// 403: known, but not allowed. `resource` is `group/plural` (`plural` alone in the core group).
    Forbidden {
        /// The API verb: `list`, `watch`, `get`, `create`.
        verb: Box<str>,
        /// The plural, with its group in front where it has one.
        resource: Box<str>,
        /// The namespace asked about; `None`: all of them, or a kind without namespace.
        namespace: Option<Box<str>>,
    },
    /// 429, after the retries that are allowed.
    Throttled {
        /// What the server asked to wait, if it said.
        retry_after: Option<Duration>,
    },
    /// 404: the API group, the kind or the object is not there.
    Missing,
    /// 410: the resource version or the continue token is too old; list again.
    Gone,
    /// No answer within the deadline.
    Timeout,
    /// The handshake failed: wrong CA, expired certificate, wrong name, not TLS at all.
    Tls,
    /// An answer that is not what the API promises.
    Decode,
    /// Our own guard: the request would change something and was not sent.
    Refused,
    /// Any other answer of the server that refuses the request (400, 405, 422).
    Rejected {
        /// The HTTP status.
        status: u16,
    },
}

/// A failed request. `Display` reads: server: request: why; what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What a caller decides by.
    pub kind: ErrorKind,
    /// The server's URL without credentials; a file's path for `Config`.
    pub server: Box<str>,
    /// What was asked: `list pods`, `GET /version`. Empty where there was no request.
    pub request: Box<str>,
    /// The reason, in the server's words where it gave any. Never holds a secret.
    pub why: Box<str>,
    /// What to do about it; may be empty.
    pub remedy: Box<str>,
}

impl ErrorKind {
    /// The server was reached and answered, if only to refuse.
    pub fn is_an_answer(&self) -> bool {
        matches!(
            self,
            Self::Unauthorized
                | Self::Forbidden { .. }
                | Self::Throttled { .. }
                | Self::Missing
                | Self::Gone
                | Self::Decode
                | Self::Rejected { .. }
        )
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.server)?;
        for part in [&*self.request, &*self.why] {
            if !part.is_empty() {
                write!(f, ": {part}")?;
            }
        }
        if self.remedy.is_empty() {
            Ok(())
        } else {
            write!(f, "; {}", self.remedy)
        }
    }
}

impl std::error::Error for Error {}
