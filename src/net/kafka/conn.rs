//! One connection to one broker: requests go out as they come, answers come back in the same order.
#![expect(
    clippy::disallowed_methods,
    reason = "deadlines are measured on tokio's clock"
)]
mod open;
mod pump;
mod sasl;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicI32, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use bytes::{BufMut, Bytes, BytesMut};
use kafka_protocol::{
    messages::{RequestHeader, ResponseHeader},
    protocol::{Decodable, Encodable, StrBytes},
};
use pump::{Outgoing, Pending};
use tokio::{
    sync::{Semaphore, mpsc, oneshot},
    time::{Instant, sleep_until, timeout_at},
};

use super::{
    Api, Error, Result,
    wire::{ask::Ask, count::Counters},
};

/// Answers above this many bytes are decoded off the async threads.
const LARGE: usize = 2 << 20;

/// The end of a call, and how long it was given.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline {
    pub(super) at: Instant,
    pub(super) after: Duration,
}

impl Deadline {
    pub(super) fn within(after: Duration) -> Self {
        Self {
            at: Instant::now() + after,
            after,
        }
    }

    /// The earlier of this one and one `after` from now.
    pub(super) fn and_within(self, after: Duration) -> Self {
        let other = Self::within(after);
        if other.at < self.at { other } else { self }
    }
}

/// Why a connection ended, told to every call that waits on it.
#[derive(Clone, Debug)]
enum End {
    Closed(String),
    Protocol(String),
    Tls(String),
    /// The call of that kind got no answer in time; the others behind it are lost with it.
    Late(Api),
}

/// What the connection and its two tasks share.
#[derive(Debug, Default)]
struct Shared {
    end: OnceLock<End>,
    answers: AtomicU64,
}

/// An open connection, its versions negotiated and its login done.
#[derive(Debug)]
pub(super) struct Conn {
    server: Arc<str>,
    outgoing: mpsc::Sender<Outgoing>,
    versions: BTreeMap<i16, (i16, i16)>,
    client_id: StrBytes,
    correlation: AtomicI32,
    slots: Arc<Semaphore>,
    in_flight: usize,
    shared: Arc<Shared>,
    counters: Arc<Counters>,
    hold_until: Mutex<Option<Instant>>,
    expires: Option<Instant>,
    encrypted: bool,
    logs_in: bool,
}

impl Conn {
    /// Whether new calls may use it: not ended, and its login not about to expire.
    pub(super) fn is_usable(&self) -> bool {
        self.shared.end.get().is_none() && self.expires.is_none_or(|at| Instant::now() < at)
    }

    /// Calls that wait for their answer.
    pub(super) fn waiting(&self) -> usize {
        self.in_flight
            .saturating_sub(self.slots.available_permits())
    }

    /// The highest version that both sides speak.
    pub(super) fn version<A: Ask>(&self) -> Result<i16> {
        self.version_up_to::<A>(i16::MAX)
    }

    fn version_up_to<A: Ask>(&self, cap: i16) -> Result<i16> {
        let ours = (A::RANGE.0, A::RANGE.1.min(cap));
        let broker = self.versions.get(&A::API.0).copied();
        match broker.map(|broker| (broker.0.max(ours.0), broker.1.min(ours.1))) {
            Some((low, high)) if low <= high => Ok(high),
            _ => Err(Error::Version {
                server: self.server.to_string(),
                api: A::API,
                broker,
                ours,
            }),
        }
    }

    /// Asks in the highest common version (not above `cap`). `build` fills only what that version has: the encoder
    /// refuses fields that it lacks.
    pub(super) async fn call_up_to<A: Ask>(
        &self,
        cap: i16,
        deadline: Deadline,
        build: impl FnOnce(i16) -> A,
    ) -> Result<(i16, A::Answer)> {
        let version = self.version_up_to::<A>(cap)?;
        Ok((
            version,
            self.send(version, &build(version), deadline).await?,
        ))
    }

    /// Asks in the highest common version.
    pub(super) async fn call<A: Ask>(
        &self,
        deadline: Deadline,
        build: impl FnOnce(i16) -> A,
    ) -> Result<(i16, A::Answer)> {
        self.call_up_to(i16::MAX, deadline, build).await
    }

    async fn send<A: Ask>(&self, version: i16, ask: &A, deadline: Deadline) -> Result<A::Answer> {
        let (header, answer_header) = A::headers(version);
        let correlation = self.correlation.fetch_add(1, Relaxed);
        let frame = self.encode(version, header, correlation, ask)?;
        let late = || Error::Timeout {
            server: self.server.to_string(),
            api: A::API,
            after: deadline.after,
        };
        self.wait_for_hold(A::API, deadline).await?;
        let slot = timeout_at(deadline.at, Arc::clone(&self.slots).acquire_owned());
        let slot = slot
            .await
            .map_err(|_elapsed| late())?
            .map_err(|_closed| self.ended(A::API))?;
        let (reply, answer) = oneshot::channel();
        let pending = Pending {
            correlation,
            api: A::API,
            deadline: deadline.at,
            reply,
            _slot: slot,
        };
        let outgoing = self.outgoing.send(Outgoing { frame, pending });
        match timeout_at(deadline.at, outgoing).await {
            Ok(Ok(())) => self.counters.request(A::API),
            Ok(Err(_)) => return Err(self.ended(A::API)),
            Err(_) => return Err(late()),
        }
        // The reading task keeps the deadline, also when this call is dropped.
        let mut body = match answer.await {
            Ok(Some(body)) => body,
            Ok(None) => return Err(late()),
            Err(_) => return Err(self.ended(A::API)),
        };
        let wrong = |why| Error::Codec {
            server: self.server.to_string(),
            api: A::API,
            version,
            why,
        };
        ResponseHeader::decode(&mut body, answer_header).map_err(|why| wrong(why.to_string()))?;
        let decoded = if body.len() > LARGE {
            let task = tokio::task::spawn_blocking(move || A::decode(&mut body, version));
            task.await.map_err(|why| wrong(why.to_string()))?
        } else {
            A::decode(&mut body, version)
        };
        let decoded = decoded.map_err(wrong)?;
        self.shared.answers.fetch_add(1, Relaxed);
        self.hold(A::throttle_ms(&decoded));
        Ok(decoded)
    }

    fn encode<A: Ask>(
        &self,
        version: i16,
        header: i16,
        correlation: i32,
        ask: &A,
    ) -> Result<Bytes> {
        let wrong = |why| Error::Codec {
            server: self.server.to_string(),
            api: A::API,
            version,
            why,
        };
        let mut body = BytesMut::with_capacity(512);
        RequestHeader::default()
            .with_request_api_key(A::API.0)
            .with_request_api_version(version)
            .with_correlation_id(correlation)
            .with_client_id(Some(self.client_id.clone()))
            .encode(&mut body, header)
            .map_err(|why| wrong(why.to_string()))?;
        ask.encode(&mut body, version).map_err(wrong)?;
        let length = i32::try_from(body.len()).map_err(|_large| wrong("too long".to_owned()))?;
        let mut frame = BytesMut::with_capacity(body.len() + 4);
        frame.put_i32(length);
        frame.put(body);
        Ok(frame.freeze())
    }

    /// A broker that throttles answers at once and wants silence for that long (KIP-219).
    fn hold(&self, throttle_ms: i32) {
        let Some(ms) = u64::try_from(throttle_ms).ok().filter(|ms| *ms > 0) else {
            return;
        };
        let until = Instant::now() + Duration::from_millis(ms);
        let mut hold = self
            .hold_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *hold = Some(hold.map_or(until, |hold| hold.max(until)));
        self.counters.throttle(ms, until);
    }

    async fn wait_for_hold(&self, api: Api, deadline: Deadline) -> Result<()> {
        let hold = *self
            .hold_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let Some(until) = hold else { return Ok(()) };
        if until >= deadline.at {
            let left = until.saturating_duration_since(Instant::now());
            return Err(Error::Throttled {
                server: self.server.to_string(),
                api,
                left,
            });
        }
        sleep_until(until).await;
        Ok(())
    }

    /// The error for a call that the end of the connection cuts off.
    fn ended(&self, api: Api) -> Error {
        let server = self.server.to_string();
        match self.shared.end.get() {
            Some(End::Protocol(why)) => Error::Protocol {
                server,
                api,
                why: why.clone(),
            },
            Some(End::Tls(why)) => Error::Tls {
                server,
                why: why.clone(),
            },
            Some(End::Late(other)) => Error::Closed {
                server,
                api,
                why: format!("given up, since {other} before it got no answer in time"),
            },
            Some(End::Closed(why)) => Error::Closed {
                server,
                api,
                why: format!("{why}{}", self.guess()),
            },
            None => Error::Closed {
                server,
                api,
                why: "the connection was given up".to_owned(),
            },
        }
    }

    /// A server that hangs up before it answered anything useful usually wants another security protocol.
    fn guess(&self) -> &'static str {
        match (
            self.shared.answers.load(Relaxed),
            self.encrypted,
            self.logs_in,
        ) {
            (0, false, _) => {
                ", before it answered anything: is this a TLS listener, or not a Kafka port? (security.protocol)"
            }
            (0, true, _) => {
                ", before it answered anything: is this a Kafka port, and does it know the client certificate?"
            }
            (1, _, false) => {
                ", at the first request after the versions: does this listener want a login? \
                 (security.protocol=SASL_SSL or SASL_PLAINTEXT, sasl.mechanism, sasl.jaas.config)"
            }
            _ => "",
        }
    }
}
