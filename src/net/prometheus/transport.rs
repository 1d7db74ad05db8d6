//! The direct way to a Prometheus URL.
use std::{
    error::Error as StdError,
    fmt,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use http::HeaderMap;
use kube::client::ConfigExt;
use prometheus_http_query::Selector;
use reqwest::{Response, Url};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};

use crate::net::prometheus::{
    envelope::{self, Data, Opened},
    error::{Error, ErrorKind},
};

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

#[derive(Default)]
struct Tally {
    requests: AtomicU64,
    errors: AtomicU64,
    bytes: AtomicU64,
}

/// A client of one Prometheus. Cheap to clone. It only ever sends GET.
#[derive(Clone)]
pub struct Client {
    http: prometheus_http_query::Client,
    /// Of the base URL, with credentials: for the one path that the query crate answers with a type of its own.
    buildinfo: Url,
    server: String,
    deadline: Duration,
    tally: Arc<Tally>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}

/// No answer of ours is larger; what is, would only fill the memory.
const LARGEST_BODY: usize = 64 << 20;
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

#[derive(Deserialize)]
struct BuildInfo {
    version: String,
}

impl Client {
    /// Checks the options; sends nothing.
    pub fn new(options: &Options) -> Result<Self, Error> {
        let mut url = Url::parse(options.url.trim()).map_err(|why| unusable("the URL", why))?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(unusable(
                "the URL",
                "it must begin with http:// or https:// and a host",
            ));
        }
        url.set_query(None);
        url.set_fragment(None);
        // The query crate appends "/api/v1/…" to the path as it is.
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        if let Some((user, password)) = &options.basic {
            // Only a URL without host refuses these.
            let _ = url.set_username(user);
            let _ = url.set_password(Some(password.expose_secret()));
        }
        let server = shown(&url);
        let deadline = options.deadline.unwrap_or(Duration::from_secs(10));
        let http = build_http(options, &server, deadline)?;
        let query = prometheus_http_query::Client::from(http, url.as_str())
            .map_err(|_why| unusable(&server, "it cannot be made a base URL"))?;
        url.set_path(&format!("{path}/api/v1/status/buildinfo"));
        let tally = Arc::default();
        Ok(Self {
            http: query,
            buildinfo: url,
            server,
            deadline,
            tally,
        })
    }

    /// The URL without credentials.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// Counts since the client was made.
    pub fn counters(&self) -> Counters {
        Counters {
            requests: self.tally.requests.load(Ordering::Relaxed),
            errors: self.tally.errors.load(Ordering::Relaxed),
            bytes: self.tally.bytes.load(Ordering::Relaxed),
        }
    }

    /// The server's version (`status/buildinfo`): proves that it is reached.
    pub async fn version(&self) -> Result<String, Error> {
        let request = self.http.inner().get(self.buildinfo.clone()).send();
        let answered = self
            .read::<BuildInfo, _>("build information", request)
            .await?;
        Ok(answered.data.version)
    }

    /// Values of the label `__name__` among the given metrics since `start` (seconds): an index look-up.
    pub(super) async fn names(&self, pattern: &str, start: i64) -> Result<Vec<String>, Error> {
        let selector = Selector::new().regex_eq("__name__", pattern);
        let asked = self
            .http
            .label_values("__name__")
            .selectors([&selector])
            .start(start);
        Ok(self.read("label values", asked.get_raw()).await?.data)
    }

    /// The label sets of the metric's series without topic since `start` (seconds).
    pub(super) async fn series(
        &self,
        metric: &str,
        start: i64,
    ) -> Result<Vec<envelope::Labels>, Error> {
        let selector = Selector::new().metric(metric).eq("topic", "");
        let asked = self
            .http
            .series([&selector])
            .map_err(|why| self.failed(ErrorKind::Config, "series", why))?
            .start(start);
        Ok(self.read("series", asked.get_raw()).await?.data)
    }

    pub(super) async fn query(&self, query: &str) -> Result<Opened<Data>, Error> {
        let asked = self.http.query(query).timeout(self.milliseconds());
        self.read("query", asked.get_raw()).await
    }

    /// `start` and `end` in seconds since the epoch, `step` in seconds.
    pub(super) async fn query_range(
        &self,
        query: &str,
        start: i64,
        end: i64,
        step: f64,
    ) -> Result<Opened<Data>, Error> {
        let asked = self
            .http
            .query_range(query, start, end, step)
            .timeout(self.milliseconds());
        self.read("range query", asked.get_raw()).await
    }

    fn milliseconds(&self) -> i64 {
        i64::try_from(self.deadline.as_millis()).unwrap_or(i64::MAX)
    }

    fn failed(&self, kind: ErrorKind, request: &str, why: impl fmt::Display) -> Error {
        Error {
            kind,
            server: self.server.clone(),
            request: request.into(),
            why: why.to_string(),
        }
    }

    async fn read<T: DeserializeOwned, E: StdError + 'static>(
        &self,
        request: &str,
        answer: impl Future<Output = Result<Response, E>>,
    ) -> Result<Opened<T>, Error> {
        self.tally.requests.fetch_add(1, Ordering::Relaxed);
        let read = async {
            let response = answer.await.map_err(|why| self.unanswered(request, &why))?;
            let status = response.status();
            let headers = response.headers().clone();
            let body = self.body(request, response).await?;
            envelope::open(status, &body).map_err(|refused| {
                let kind = match refused.kind {
                    ErrorKind::Throttled { .. } => ErrorKind::Throttled {
                        retry_after: retry_after(&headers),
                    },
                    kind => kind,
                };
                self.failed(kind, request, refused.why)
            })
        };
        read.await.inspect_err(|_| {
            self.tally.errors.fetch_add(1, Ordering::Relaxed);
        })
    }

    async fn body(&self, request: &str, mut response: Response) -> Result<Vec<u8>, Error> {
        let mut body = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|why| self.unanswered(request, &why))?
        {
            self.tally
                .bytes
                .fetch_add(u64::try_from(chunk.len()).unwrap_or(0), Ordering::Relaxed);
            if body.len() + chunk.len() > LARGEST_BODY {
                let why = "the answer is larger than 64 MiB";
                return Err(self.failed(ErrorKind::Rejected, request, why));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// The innermost cause says what happened; the outer ones repeat the URL, query and all.
    fn unanswered(&self, request: &str, error: &(dyn StdError + 'static)) -> Error {
        let mut timed_out = false;
        let mut tls = false;
        let mut last = error;
        loop {
            timed_out |= last
                .downcast_ref::<reqwest::Error>()
                .is_some_and(reqwest::Error::is_timeout);
            tls |= last.is::<rustls::Error>();
            let inner = last
                .downcast_ref::<std::io::Error>()
                .and_then(std::io::Error::get_ref);
            match inner
                .map(|inner| inner as &(dyn StdError + 'static))
                .or_else(|| last.source())
            {
                Some(next) => last = next,
                None => break,
            }
        }
        if timed_out {
            let why = format!("no answer in {} s", self.deadline.as_secs_f32());
            return self.failed(ErrorKind::Timeout, request, why);
        }
        let kind = if tls {
            ErrorKind::Tls
        } else {
            ErrorKind::Unreachable
        };
        let why = if last.is::<reqwest::Error>() {
            "the request failed".into()
        } else {
            last.to_string()
        };
        self.failed(kind, request, why)
    }
}

fn build_http(
    options: &Options,
    server: &str,
    deadline: Duration,
) -> Result<reqwest::Client, Error> {
    // kube's builder of TLS settings takes the system's roots, a CA of one's own or none; it is of use without a cluster as well.
    let mut tls = kube::Config::new(http::Uri::from_static("https://prometheus"));
    tls.accept_invalid_certs = options.insecure;
    if let Some(path) = &options.certificate_authority {
        let place = path.display();
        let pem = std::fs::read(path).map_err(|why| unusable(place.to_string(), why))?;
        let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem)
            .map(|der| der.map(|der| der.to_vec()))
            .collect();
        let found = read.map_err(|why| unusable(place.to_string(), why))?;
        if found.is_empty() {
            return Err(unusable(
                place.to_string(),
                "it holds no certificate in PEM",
            ));
        }
        tls.root_cert = Some(found);
    }
    let tls = tls
        .rustls_client_config()
        .map_err(|why| unusable(server, why))?;
    let mut headers = HeaderMap::new();
    if let Some(token) = &options.bearer {
        let value = format!("Bearer {}", token.expose_secret().trim());
        let mut value = http::HeaderValue::from_str(&value).map_err(|_why| {
            unusable(
                server,
                "the bearer token has characters that no header takes",
            )
        })?;
        value.set_sensitive(true);
        headers.insert(http::header::AUTHORIZATION, value);
    }
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent(concat!("plimsoll/", env!("CARGO_PKG_VERSION")))
        .default_headers(headers)
        .connect_timeout(CONNECT_LIMIT)
        .timeout(deadline)
        .pool_max_idle_per_host(2)
        .build()
        .map_err(|why| unusable(server, why))
}

fn unusable(place: impl Into<String>, why: impl fmt::Display) -> Error {
    Error {
        kind: ErrorKind::Config,
        server: format!("Prometheus: {}", place.into()),
        request: String::new(),
        why: why.to_string(),
    }
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers
        .get(http::header::RETRY_AFTER)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()?;
    Some(Duration::from_secs(seconds))
}

fn shown(url: &Url) -> String {
    let mut bare = url.clone();
    let _ = bare.set_username("");
    let _ = bare.set_password(None);
    bare.as_str().trim_end_matches('/').to_owned()
}
