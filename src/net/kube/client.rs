//! The client: every request of ours to an API server passes here.
mod ask;
mod classify;
mod forward;
mod guard;
mod session;
mod stack;

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode, header::RETRY_AFTER};
use http_body_util::BodyExt;
use kube::client::Body;
use serde::de::DeserializeOwned;
use tokio::{
    sync::{Semaphore, watch},
    time::{Instant, sleep, timeout},
};

pub(crate) use ask::Ask;
use ask::Pace;
pub(crate) use classify::{Status, from_status, root_words};
pub(super) use guard::Rights;
use session::{Session, Sessions};
use stack::Tally;

use crate::net::kube::{
    access::{Version, get_version},
    error::{Error, ErrorKind},
    exec::Plugins,
    flags::{KubeEnv, KubeFlags},
    pace::TokenBucket,
};

/// What has been asked of the server since the client was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// HTTP requests sent, retries included.
    pub requests: u64,
    /// Requests that failed or were answered with an error status.
    pub errors: u64,
    /// Bytes of bodies received, as they came over the wire.
    pub bytes: u64,
}

/// A client for one context. Cheap to clone; all clones share connections, pace and counters.
///
/// It can change nothing: whatever is not a read, or a question about our own rights, is refused before it reaches a socket.
/// (The one inside [`super::Writer`] also lets a change of scale through.)
/// It renews itself: on 401, and when a credential is about to expire, the configuration is read anew and a plugin runs again.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    sessions: Sessions,
    permits: Semaphore,
    bucket: Mutex<TokenBucket>,
    tally: Arc<Tally>,
    latency: Mutex<Option<Duration>>,
    retry: watch::Sender<u64>,
    request_timeout: Option<Duration>,
}

/// Plain requests in flight at once; watches count only until they are open.
const IN_FLIGHT: usize = 4;
/// Tries of a GET that is answered with 429, 503 or 504.
const TRIES: u32 = 3;
/// A wait that the server asks for is honoured within a request up to this long, and reported beyond.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(2);

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("server", &self.server())
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Reads the configuration; sends nothing and runs no plugin yet.
    pub fn new(flags: KubeFlags, env: KubeEnv, plugins: Plugins) -> Result<Self, Error> {
        Self::with_rights(flags, env, plugins, Rights::Read)
    }

    pub(super) fn with_rights(
        flags: KubeFlags,
        env: KubeEnv,
        plugins: Plugins,
        rights: Rights,
    ) -> Result<Self, Error> {
        let request_timeout = flags.request_timeout;
        let tally = Arc::new(Tally::default());
        let sessions = Sessions::new(flags, env, plugins, rights, Arc::clone(&tally))?;
        Ok(Self {
            inner: Arc::new(Inner {
                sessions,
                permits: Semaphore::new(IN_FLIGHT),
                bucket: Mutex::new(TokenBucket::new(now())),
                tally,
                latency: Mutex::default(),
                retry: watch::Sender::new(0),
                request_timeout,
            }),
        })
    }

    /// One request, so that a plugin that asks does so now. Call it before the screen is up.
    pub async fn authenticate(&self) -> Result<Version, Error> {
        get_version(self).await
    }

    /// From now on plugins run silently (or, with [`Plugins::MayAsk`], may ask again).
    pub fn set_plugins(&self, plugins: Plugins) {
        self.inner.sessions.set_plugins(plugins);
    }

    /// The context's name; `None` in a cluster or with `--server` alone.
    pub fn context(&self) -> Option<&str> {
        self.inner.sessions.context()
    }

    /// The server's URL, without credentials.
    pub fn server(&self) -> &str {
        self.inner.sessions.server()
    }

    /// The namespace of `-n` or of the context, else `default`.
    pub fn namespace(&self) -> &str {
        self.inner.sessions.namespace()
    }

    /// Counts since the client was made.
    pub fn counters(&self) -> Counters {
        self.inner.tally.counters()
    }

    /// Makes every watch that waits after a failure try again now.
    pub fn retry_now(&self) {
        self.inner
            .retry
            .send_modify(|asked| *asked = asked.wrapping_add(1));
    }

    /// Waits until somebody calls [`Client::retry_now`].
    pub(crate) fn retries(&self) -> watch::Receiver<u64> {
        self.inner.retry.subscribe()
    }

    /// How long the server took for the head of its latest answer.
    pub fn latency(&self) -> Option<Duration> {
        *self
            .inner
            .latency
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// kube's own client over the same guarded stack, for what is not asked here.
    pub async fn kube(&self) -> Result<kube::Client, Error> {
        Ok(self.inner.sessions.current().await?.kube.clone())
    }

    pub(crate) async fn get_json<T: DeserializeOwned>(&self, ask: &Ask) -> Result<T, Error> {
        let body = self.get(ask).await?;
        serde_json::from_slice(&body).map_err(|why| {
            self.inner.tally.failed();
            classify::undecodable(self.server(), ask, &why)
        })
    }

    /// The whole body, within the deadline.
    pub(crate) async fn get(&self, ask: &Ask) -> Result<Bytes, Error> {
        let _permit = self.inner.permits.acquire().await;
        let deadline = ask.deadline(self.inner.request_timeout);
        let whole = async {
            let response = self.send(ask).await?;
            let body = response.into_body().collect().await;
            body.map(http_body_util::Collected::to_bytes)
                .map_err(|why| classify::broken(self.server(), ask, &why))
                .inspect_err(|_| self.inner.tally.failed())
        };
        match timeout(deadline, whole).await {
            Ok(answered) => answered,
            Err(_elapsed) => Err(self.timed_out(ask, deadline)),
        }
    }

    /// The body of a watch, as it comes. The deadline holds for the head alone.
    pub(crate) async fn open(&self, ask: &Ask) -> Result<Body, Error> {
        let _permit = self.inner.permits.acquire().await;
        let deadline = ask.deadline(self.inner.request_timeout);
        match timeout(deadline, self.send(ask)).await {
            Ok(answered) => Ok(answered?.into_body()),
            Err(_elapsed) => Err(self.timed_out(ask, deadline)),
        }
    }

    /// The body of a log, as it comes. A server sends the head of its answer with the first line, which may be never: there
    /// is no deadline, and it takes no place among the requests in flight.
    pub(crate) async fn open_log(&self, ask: &Ask) -> Result<Body, Error> {
        Ok(self.send(ask).await?.into_body())
    }

    fn timed_out(&self, ask: &Ask, deadline: Duration) -> Error {
        self.inner.tally.failed();
        classify::timed_out(self.server(), ask, deadline)
    }

    /// Sends, waits when the server asks for it, and renews the session once when it is not accepted.
    async fn send(&self, ask: &Ask) -> Result<Response<Body>, Error> {
        let mut session = self.inner.sessions.current().await?;
        let mut renewed = false;
        let mut tries = 1;
        loop {
            self.await_turn(ask).await;
            let response = self.send_once(&session, ask).await?;
            let status = response.status();
            if status.is_success() {
                session.mark_accepted();
                return Ok(response);
            }
            self.inner.tally.failed();
            if status == StatusCode::UNAUTHORIZED && !renewed {
                renewed = true;
                if let Some(fresh) = self.inner.sessions.renew(&session).await? {
                    session = fresh;
                    continue;
                }
            } else if status != StatusCode::UNAUTHORIZED {
                session.mark_accepted();
            }
            let asked = retry_after(response.headers());
            if let Some(wait) = retry_wait(status, asked, tries).filter(|_| ask.is_read()) {
                tries += 1;
                sleep(wait).await;
                continue;
            }
            return Err(self.refusal(ask, &session, response, asked).await);
        }
    }

    async fn send_once(&self, session: &Session, ask: &Ask) -> Result<Response<Body>, Error> {
        let begun = now();
        let request = ask
            .request()
            .map_err(|why| classify::malformed(self.server(), ask, &why))?;
        let answered = session.kube.send(request).await.map_err(|why| {
            self.inner.tally.failed();
            classify::unanswered(self.server(), ask, &why)
        })?;
        let mut latency = self
            .inner
            .latency
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *latency = Some(now() - begun);
        Ok(answered)
    }

    async fn refusal(
        &self,
        ask: &Ask,
        session: &Session,
        response: Response<Body>,
        retry_after: Option<Duration>,
    ) -> Error {
        let (head, body) = response.into_parts();
        let body = body
            .collect()
            .await
            .map(http_body_util::Collected::to_bytes)
            .unwrap_or_default();
        let mut error = classify::refused(self.server(), ask, head.status, &body, retry_after);
        if error.kind == ErrorKind::Unauthorized
            && let Some(reason) = session.reason_for_401()
        {
            error.why = reason.into();
        }
        error
    }

    async fn await_turn(&self, ask: &Ask) {
        if ask.pace == Pace::Steady {
            let take = |mut bucket: std::sync::MutexGuard<'_, TokenBucket>| bucket.take(now());
            let wait = take(
                self.inner
                    .bucket
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner),
            );
            sleep(wait).await;
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "pace, latency and age of a session are the client's own affair"
)]
fn now() -> Instant {
    Instant::now()
}

/// `Retry-After` in seconds; API servers do not send the date form.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds: u64 = headers
        .get(RETRY_AFTER)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()?;
    Some(Duration::from_secs(seconds))
}

/// How long to wait before the next try; `None`: do not try again.
fn retry_wait(status: StatusCode, asked: Option<Duration>, tries: u32) -> Option<Duration> {
    let busy = matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    );
    let wait = asked.unwrap_or(Duration::from_millis(500) * tries);
    (busy && tries < TRIES && wait <= LONGEST_RETRY_AFTER).then_some(wait)
}
