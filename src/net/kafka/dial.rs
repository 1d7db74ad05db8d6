//! The dial hook: how bytes get to a broker. Plain TCP here; a port-forward stream elsewhere.
use std::{fmt, future::Future, io, pin::Pin};

use tokio::io::{AsyncRead, AsyncWrite};

/// A byte stream to a broker.
pub trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// A byte stream of any kind.
pub type BoxIo = Box<dyn Io>;

/// What [`Dial::dial`] returns.
pub type Dialing<'a> = Pin<Box<dyn Future<Output = io::Result<BoxIo>> + Send + 'a>>;

/// Where to go.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Endpoint {
    /// `None` for a bootstrap address, whose broker is not known yet.
    pub node_id: Option<i32>,
    pub host: String,
    pub port: u16,
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)?;
        } else {
            write!(f, "{}:{}", self.host, self.port)?;
        }
        match self.node_id {
            Some(id) => write!(f, " (broker {id})"),
            None => Ok(()),
        }
    }
}

/// Why no stream was opened: a right is missing. A dial gives it inside its `io::Error`, so that it is told from a server
/// that cannot be reached.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Denied {
    /// The verbs that are missing.
    pub verb: String,
    /// What they are missing on.
    pub resource: String,
    /// All of it, in words.
    pub why: String,
}

/// Opens the stream under TLS and the protocol. TLS names stay the advertised ones, whatever the hop.
pub trait Dial: Send + Sync {
    /// Opens one new stream. An error's text should say what was tried: it is shown with the endpoint before it.
    fn dial<'a>(&'a self, to: &'a Endpoint) -> Dialing<'a>;
}

/// Straight TCP to the advertised address.
#[derive(Clone, Copy, Debug, Default)]
pub struct TcpDial;

impl Dial for TcpDial {
    fn dial<'a>(&'a self, to: &'a Endpoint) -> Dialing<'a> {
        Box::pin(async move {
            let stream = tokio::net::TcpStream::connect((to.host.as_str(), to.port)).await?;
            stream.set_nodelay(true)?;
            Ok(Box::new(stream) as BoxIo)
        })
    }
}
