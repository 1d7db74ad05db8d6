//! The tower stack under kube's client.
//!
//! kube's own stack sends no User-Agent, retries 15 times for up to 1000 s, and takes a `NO_PROXY` decision that is wrong; ours is the
//! same layers without those.
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response, Uri, header::USER_AGENT};
use http_body_util::BodyExt;
use hyper_util::{
    client::{
        legacy::connect::{
            Connection, HttpConnector,
            proxy::{SocksV5, Tunnel},
        },
        proxy::matcher::Intercept,
    },
    rt::{TokioExecutor, TokioTimer},
};
use kube::{
    Config,
    client::{Body, ConfigExt},
};
use tower::{BoxError, Service, ServiceBuilder, util::MapResponseLayer};
use tower_http::decompression::DecompressionLayer;

use super::{
    Counters,
    guard::{self, Rights},
};

const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// Watches are idle for minutes: dead peers behind a NAT must be noticed.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// Running counts, shared by all sessions of a client.
#[derive(Debug, Default)]
pub(super) struct Tally {
    requests: AtomicU64,
    errors: AtomicU64,
    bytes: AtomicU64,
}

impl Tally {
    pub(super) fn failed(&self) {
        self.errors.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn counters(&self) -> Counters {
        Counters {
            requests: self.requests.load(Ordering::Relaxed),
            errors: self.errors.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
        }
    }
}

/// The client of a configuration whose credentials are in place.
pub(super) fn build(
    mut config: Config,
    proxy: Option<&Intercept>,
    rights: Rights,
    tally: &Arc<Tally>,
) -> Result<kube::Client, kube::Error> {
    let agent = concat!("plimsoll/", env!("CARGO_PKG_VERSION"), " (kubectl-plugin)");
    config
        .headers
        .push((USER_AGENT, http::HeaderValue::from_static(agent)));
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_nodelay(true);
    http.set_connect_timeout(Some(CONNECT_LIMIT));
    http.set_keepalive(Some(KEEPALIVE));
    let Some(proxy) = proxy else {
        return layer(&config, http, rights, tally);
    };
    let at = proxy.uri().clone();
    match at.scheme_str() {
        Some("socks5" | "socks5h") => {
            let mut socks = SocksV5::new(at, http);
            if let Some((user, password)) = proxy.raw_auth() {
                socks = socks.with_auth(user.into(), password.into());
            }
            layer(&config, socks, rights, tally)
        }
        Some("http") => layer(
            &config,
            authorize(Tunnel::new(at, http), proxy),
            rights,
            tally,
        ),
        Some("https") => {
            let tls = config.rustls_https_connector_with_connector(http)?;
            layer(
                &config,
                authorize(Tunnel::new(at, tls), proxy),
                rights,
                tally,
            )
        }
        _ => Err(kube::Error::ProxyProtocolUnsupported {
            proxy_url: Box::new(at),
        }),
    }
}

fn authorize<C>(tunnel: Tunnel<C>, proxy: &Intercept) -> Tunnel<C> {
    match proxy.basic_auth() {
        Some(header) => tunnel.with_auth(header.clone()),
        None => tunnel,
    }
}

fn layer<C>(
    config: &Config,
    connector: C,
    rights: Rights,
    tally: &Arc<Tally>,
) -> Result<kube::Client, kube::Error>
where
    C: Service<Uri> + Clone + Send + Sync + 'static,
    C::Response: hyper::rt::Read + hyper::rt::Write + Connection + Unpin + Send + 'static,
    C::Future: Send + 'static,
    C::Error: Into<BoxError> + std::error::Error + Send + Sync + 'static,
{
    let connector = config.rustls_https_connector_with_connector(connector)?;
    let hyper: hyper_util::client::legacy::Client<_, Body> =
        hyper_util::client::legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(30))
            .build(connector);
    let (sent, received) = (Arc::clone(tally), Arc::clone(tally));
    let guarded = move |request: Request<Body>| {
        guard::admit(
            rights,
            request.method(),
            request.uri().path(),
            request.headers(),
            request.extensions(),
        )?;
        sent.requests.fetch_add(1, Ordering::Relaxed);
        Ok::<_, BoxError>(request)
    };
    let counted = move |response: Response<_>| {
        let received = Arc::clone(&received);
        response.map(|body| {
            BodyExt::map_frame(body, move |frame: hyper::body::Frame<Bytes>| {
                let length = frame.data_ref().map_or(0, Bytes::len);
                received
                    .bytes
                    .fetch_add(u64::try_from(length).unwrap_or(u64::MAX), Ordering::Relaxed);
                frame
            })
        })
    };
    let service = ServiceBuilder::new()
        .layer(config.base_uri_layer())
        .layer(DecompressionLayer::new().gzip(!config.disable_compression))
        .option_layer(config.auth_layer()?)
        .layer(config.extra_headers_layer()?)
        .filter(guarded)
        .layer(MapResponseLayer::new(counted))
        .map_err(BoxError::from)
        .service(hyper);
    Ok(kube::Client::new(service, config.default_namespace.clone()))
}
