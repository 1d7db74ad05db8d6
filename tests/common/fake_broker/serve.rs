//! One connection to one broker: requests in, answers and faults out.
use bytes::{Buf, BufMut, Bytes, BytesMut};
use kafka_protocol::{
    messages::{
        ApiKey, RequestHeader, SaslAuthenticateRequest, SaslAuthenticateResponse,
        SaslHandshakeRequest, SaslHandshakeResponse,
    },
    protocol::{Decodable, Encodable, StrBytes},
};
use plimsoll::net::kafka::BoxIo;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::watch,
};

use super::{
    Asked, FakeCluster, Fault, World, answer, api,
    login::{Exchange, Login, Step},
};

/// A request that is being answered.
pub(super) struct Call<'a> {
    pub(super) world: &'a World,
    pub(super) broker: i32,
    pub(super) version: i16,
    pub(super) body: Bytes,
    /// Milliseconds to ask for.
    pub(super) throttle: i32,
    /// From [`Fault::Code`].
    pub(super) code: i16,
}

pub(super) async fn connection(
    cluster: FakeCluster,
    broker: i32,
    mut io: BoxIo,
    mut hung_up: watch::Receiver<u64>,
) {
    let mut session = Session {
        cluster,
        broker,
        exchange: None,
        done: false,
    };
    loop {
        let frame = tokio::select! {
            _ = hung_up.changed() => return,
            frame = read(&mut io) => frame,
        };
        let Some(frame) = frame else { return };
        let answered = tokio::select! {
            _ = hung_up.changed() => return,
            answered = session.answer(frame) => answered,
        };
        let Some((bytes, ends)) = answered else {
            return;
        };
        if io.write_all(&bytes).await.is_err() || io.flush().await.is_err() {
            return;
        }
        if ends {
            let _ = io.shutdown().await;
            return;
        }
    }
}

async fn read(io: &mut BoxIo) -> Option<Bytes> {
    let length = usize::try_from(io.read_i32().await.ok()?).ok()?;
    // As Kafka: what is longer than it takes is no request.
    if length > 100 << 20 {
        return None;
    }
    let mut frame = vec![0; length];
    io.read_exact(&mut frame).await.ok()?;
    Some(frame.into())
}

struct Session {
    cluster: FakeCluster,
    broker: i32,
    exchange: Option<Exchange>,
    done: bool,
}

impl Session {
    /// The bytes to write and whether the connection ends after them; nothing: it ends at once.
    async fn answer(&mut self, frame: Bytes) -> Option<(Bytes, bool)> {
        let (key, version) = (
            frame.clone().try_get_i16().ok()?,
            (&frame[2..]).try_get_i16().ok()?,
        );
        let mut body = frame;
        let header = ApiKey::try_from(key).map_or(2, |kind| kind.request_header_version(version));
        let header = RequestHeader::decode(&mut body, header).expect("a readable request header");
        let (world, fault, paused) = {
            let mut state = self.cluster.state();
            let asked = Asked {
                broker: self.broker,
                api: key,
                version,
                body: body.clone(),
            };
            state.asked.push(asked);
            let rule = state
                .rules
                .iter_mut()
                .find(|rule| rule.fits(self.broker, key));
            let fault = rule.map(|rule| {
                rule.left -= 1;
                rule.fault.clone()
            });
            (
                std::sync::Arc::clone(&state.world),
                fault,
                state.paused.contains(&self.broker),
            )
        };
        if paused || fault == Some(Fault::Silence) {
            std::future::pending::<()>().await;
        }
        match &fault {
            Some(Fault::Delay(pause)) => tokio::time::sleep(*pause).await,
            Some(Fault::HangUp) => return None,
            Some(Fault::Raw(bytes)) => return Some((bytes.clone().into(), false)),
            _ => {}
        }
        let mut call = Call {
            world: &world,
            broker: self.broker,
            version,
            body,
            throttle: world.throttle_ms,
            code: 0,
        };
        match fault {
            Some(Fault::Throttle(ms)) => call.throttle = ms,
            Some(Fault::Code(code)) => call.code = code,
            _ => {}
        }
        let content = match (key, &world.login) {
            (api::SASL_HANDSHAKE, login) => self.handshake(call, login.as_ref()),
            (api::SASL_AUTHENTICATE, Some(login)) => self.authenticate(call, login)?,
            (api::API_VERSIONS, _) => answer::versions(&call),
            // As Kafka: whoever has not logged in is hung up on.
            (_, Some(_)) if !self.done => return None,
            _ => answer::answer(key, call)?,
        };
        Some(framed(header.correlation_id, content, fault))
    }

    fn handshake(&mut self, mut call: Call<'_>, login: Option<&Login>) -> BytesMut {
        let request = SaslHandshakeRequest::decode(&mut call.body, call.version).unwrap();
        let mut response = SaslHandshakeResponse::default();
        match login {
            None => response.error_code = 34,
            Some(login) => {
                let names = login
                    .mechanisms
                    .iter()
                    .map(|name| StrBytes::from_static_str(name));
                response.mechanisms = names.collect();
                let offered = login.mechanisms.contains(&request.mechanism.as_str());
                response.error_code = if offered { 0 } else { 33 };
                self.exchange = offered.then(|| Exchange::begin(&request.mechanism));
            }
        }
        let mut out = BytesMut::new();
        response.encode(&mut out, call.version).unwrap();
        out
    }

    fn authenticate(&mut self, mut call: Call<'_>, login: &Login) -> Option<BytesMut> {
        let request = SaslAuthenticateRequest::decode(&mut call.body, call.version).unwrap();
        let mut response = SaslAuthenticateResponse::default();
        match self.exchange.as_mut()?.step(&request.auth_bytes) {
            Step::Done(bytes) => {
                self.done = true;
                response.auth_bytes = bytes;
                response.session_lifetime_ms = login.lifetime_ms;
            }
            Step::More(bytes) => response.auth_bytes = bytes,
            Step::Refused if login.hangs_up => return None,
            Step::Refused => {
                response.error_code = 58;
                let words = "Authentication failed: Invalid username or password";
                response.error_message = Some(StrBytes::from_static_str(words));
            }
        }
        let mut out = BytesMut::new();
        if call.version >= 2 {
            out.put_u8(0);
        }
        response.encode(&mut out, call.version).unwrap();
        Some(out)
    }
}

/// `content` is what follows the correlation id.
fn framed(correlation: i32, content: BytesMut, fault: Option<Fault>) -> (Bytes, bool) {
    let mut content = content.freeze();
    let mut correlation = correlation;
    let mut keep = None;
    match fault {
        Some(Fault::Correlation) => correlation ^= 0x5A5A,
        Some(Fault::Cut(bytes)) => keep = Some(bytes),
        Some(Fault::Body(bytes)) => content = bytes.into(),
        Some(Fault::Trailing(bytes)) => {
            content = [content, vec![0; bytes].into()].concat().into();
        }
        _ => {}
    }
    let mut frame = BytesMut::with_capacity(content.len() + 8);
    frame.put_i32(i32::try_from(content.len() + 4).unwrap());
    frame.put_i32(correlation);
    frame.put(content);
    if let Some(keep) = keep {
        frame.truncate(keep);
    }
    (frame.freeze(), keep.is_some())
}
