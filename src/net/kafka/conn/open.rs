//! From an address to a connection that can be used: dial, TLS, versions, login.
use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, atomic::Ordering::Relaxed},
    time::Duration,
};

use kafka_protocol::{
    messages::{ApiVersionsRequest, ApiVersionsResponse},
    protocol::StrBytes,
};
use rustls::pki_types::ServerName;
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout_at},
};

use super::{Conn, Deadline, Shared, pump, sasl};
use crate::net::{
    kafka::{
        Api, BoxIo, Code, Config, Denied, Dial, Endpoint, Error, Result, wire::count::Counters,
    },
    tls::{TlsClient, explain},
};

/// A login is renewed, by a new connection, after this part of its lifetime (KIP-368).
const RENEW_AT: f64 = 0.85;

impl Conn {
    /// Opens a connection.
    pub(in super::super) async fn open(
        dial: &dyn Dial,
        to: &Endpoint,
        config: &Config,
        counters: &Arc<Counters>,
        deadline: Deadline,
    ) -> Result<Self> {
        let io = connect(dial, to, deadline).await?;
        let io = match &config.tls {
            None => io,
            Some(tls) => secure(io, to, tls, deadline).await?,
        };
        let mut conn = Self::over(io, to, config, counters);
        conn.versions = conn.negotiate(deadline).await?;
        if let Some(method) = &config.sasl {
            let lifetime = sasl::login(&conn, method, deadline).await?;
            conn.expires = lifetime.map(|lifetime| Instant::now() + lifetime.mul_f64(RENEW_AT));
        }
        counters.connections.fetch_add(1, Relaxed);
        Ok(conn)
    }

    fn over(io: BoxIo, to: &Endpoint, config: &Config, counters: &Arc<Counters>) -> Self {
        let shared = Arc::new(Shared::default());
        let outgoing = pump::start(io, config.max_frame, config.in_flight, &shared, counters);
        Self {
            server: to.to_string().into(),
            outgoing,
            versions: BTreeMap::new(),
            client_id: StrBytes::from_string(config.client_id.clone()),
            correlation: 0.into(),
            slots: Arc::new(Semaphore::new(config.in_flight.max(1))),
            in_flight: config.in_flight.max(1),
            shared,
            counters: Arc::clone(counters),
            hold_until: Mutex::new(None),
            expires: None,
            encrypted: config.tls.is_some(),
            logs_in: config.sasl.is_some(),
        }
    }

    /// Version 3 first. A broker that finds it too new answers error 35 in the layout of version 0, whatever was
    /// asked, and then gets version 0.
    async fn negotiate(&self, deadline: Deadline) -> Result<BTreeMap<i16, (i16, i16)>> {
        let named = ApiVersionsRequest::default()
            .with_client_software_name(StrBytes::from_static_str("plimsoll"))
            .with_client_software_version(StrBytes::from_static_str(env!("CARGO_PKG_VERSION")));
        let answer: ApiVersionsResponse = match self.send(3, &named, deadline).await {
            Ok(answer) if answer.error_code == 0 => answer,
            Ok(_) | Err(Error::Codec { .. }) => {
                self.send(0, &ApiVersionsRequest::default(), deadline)
                    .await?
            }
            Err(why) => return Err(why),
        };
        if let Some(code) = Code::of(answer.error_code) {
            let server = self.server.to_string();
            return Err(Error::Broker {
                server,
                api: Api(18),
                code,
                message: None,
            });
        }
        let ranges = answer.api_keys.iter();
        Ok(ranges
            .map(|api| (api.api_key, (api.min_version, api.max_version)))
            .collect())
    }
}

async fn connect(dial: &dyn Dial, to: &Endpoint, deadline: Deadline) -> Result<BoxIo> {
    let unreachable = |why| Error::Unreachable {
        server: to.to_string(),
        why,
    };
    match timeout_at(deadline.at, dial.dial(to)).await {
        Ok(Ok(io)) => Ok(io),
        Ok(Err(why)) => Err(match denied(&why) {
            Some(Denied {
                verb,
                resource,
                why,
            }) => Error::Denied {
                server: to.to_string(),
                verb: verb.clone(),
                resource: resource.clone(),
                why: why.clone(),
            },
            None => unreachable(explain_dial(&why)),
        }),
        Err(_) => Err(unreachable(format!(
            "no connection within {}: is the address right, and is a firewall in between?",
            seconds(deadline.after)
        ))),
    }
}

fn denied(why: &io::Error) -> Option<&Denied> {
    why.get_ref()?.downcast_ref()
}

fn explain_dial(why: &io::Error) -> String {
    let text = why.to_string();
    if why.kind() == io::ErrorKind::ConnectionRefused {
        return "connection refused: nothing listens there: is the broker up, and the port right?"
            .to_owned();
    }
    if text.contains("lookup address") || text.contains("nodename nor servname") {
        return format!(
            "unknown host: {text}: is the name right, and can it be resolved from here?"
        );
    }
    text
}

/// TLS sits on whatever the dial hook returned; its name is the advertised host, not the hop.
async fn secure(io: BoxIo, to: &Endpoint, tls: &TlsClient, deadline: Deadline) -> Result<BoxIo> {
    let failed = |why| Error::Tls {
        server: to.to_string(),
        why,
    };
    let name = ServerName::try_from(to.host.clone())
        .map_err(|why| failed(format!("{:?} cannot be a TLS name: {why}", to.host)))?;
    let connector = tokio_rustls::TlsConnector::from(Arc::clone(&tls.config));
    match timeout_at(deadline.at, connector.connect(name, io)).await {
        Ok(Ok(stream)) => Ok(Box::new(stream)),
        Ok(Err(why)) => Err(failed(explain(&why, &to.host))),
        Err(_) => Err(failed(format!(
            "no answer to the handshake within {}: is this a plaintext listener? then use another port or leave TLS off",
            seconds(deadline.after)
        ))),
    }
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}
