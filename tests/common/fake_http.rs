//! A scripted HTTP server within the test's process, on a port of its own.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part")]

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use futures::{SinkExt, StreamExt, stream};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, StreamBody};
use hyper::{
    body::{Frame, Incoming},
    service::service_fn,
    upgrade::OnUpgrade,
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
    net::TcpListener,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, handshake::derive_accept_key, protocol::Role},
};

/// A request that arrived.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: Method,
    /// Path and query as they came.
    pub target: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Seen {
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap()
    }

    /// The value of a query parameter, still escaped.
    pub fn query(&self, name: &str) -> Option<&str> {
        let query = self.target.split_once('?')?.1;
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|pair| pair.0 == name)
            .map(|p| p.1)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub fn is_watch(&self) -> bool {
        self.query("watch") == Some("true")
    }
}

/// What a body does after its head.
#[derive(Clone, Debug)]
pub enum Step {
    Data(Bytes),
    Wait(Duration),
    /// Stays open and silent.
    Hang,
    /// Cuts the connection in the middle of a chunk.
    Break,
}

/// What a port-forward leads to.
#[derive(Clone)]
pub enum Forward {
    /// Somebody who is given the far end of each connection.
    To(Arc<dyn Fn(DuplexStream) + Send + Sync>),
    /// Nothing: the kubelet says so, and leaves the websocket open.
    Says(&'static str),
}

impl std::fmt::Debug for Forward {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Forward")
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    status: StatusCode,
    headers: Vec<(&'static str, String)>,
    steps: Vec<Step>,
    before_head: Duration,
    forward: Option<Forward>,
}

impl Reply {
    /// Switches to the websocket of a port-forward, as API servers have it: two channels, each opened by its port.
    pub fn forward(seen: &Seen, forward: Forward) -> Self {
        let key = seen.header("sec-websocket-key").unwrap();
        let reply = Self::steps(101, Vec::new())
            .header("upgrade", "websocket")
            .header("connection", "Upgrade")
            .header("sec-websocket-protocol", "v4.channel.k8s.io")
            .header("sec-websocket-accept", derive_accept_key(key.as_bytes()));
        Self {
            forward: Some(forward),
            ..reply
        }
    }

    pub fn text(status: u16, body: impl Into<Bytes>) -> Self {
        Self::steps(status, vec![Step::Data(body.into())])
    }

    pub fn json(body: &Value) -> Self {
        Self::text(200, body.to_string()).header("content-type", "application/json")
    }

    pub fn steps(status: u16, steps: Vec<Step>) -> Self {
        let status = StatusCode::from_u16(status).unwrap();
        Self {
            status,
            headers: Vec::new(),
            steps,
            before_head: Duration::ZERO,
            forward: None,
        }
    }

    /// A Kubernetes Status.
    pub fn status(code: u16, reason: &str, message: &str) -> Self {
        let status = serde_json::json!({
            "kind": "Status", "apiVersion": "v1", "status": "Failure",
            "code": code, "reason": reason, "message": message,
        });
        Self::text(code, status.to_string())
    }

    /// A watch: these events, a line each, and then the last step.
    pub fn watch(events: &[Value], last: Step) -> Self {
        let mut steps: Vec<Step> = events
            .iter()
            .map(|event| Step::Data(format!("{event}\n").into()))
            .collect();
        steps.push(last);
        Self::steps(200, steps)
    }

    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub fn after(mut self, wait: Duration) -> Self {
        self.before_head = wait;
        self
    }
}

/// The server. It stops with the test's runtime.
pub struct FakeHttp {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl FakeHttp {
    /// Answers every request by the script.
    pub async fn start(script: impl FnMut(&Seen) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let script = Arc::new(Mutex::new(script));
        let log = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (script, log) = (Arc::clone(&script), Arc::clone(&log));
                let service = service_fn(move |mut request: Request<Incoming>| {
                    let (script, log) = (Arc::clone(&script), Arc::clone(&log));
                    async move {
                        let upgrade = hyper::upgrade::on(&mut request);
                        let seen = read(request).await;
                        log.lock().unwrap().push(seen.clone());
                        let reply = (script.lock().unwrap())(&seen);
                        if let Some(to) = reply.forward.clone() {
                            let port = seen.query("ports").unwrap().parse().unwrap();
                            tokio::spawn(forward(upgrade, port, to));
                        }
                        Ok::<_, Infallible>(answer(reply).await)
                    }
                });
                tokio::spawn(async move {
                    let http = hyper::server::conn::http1::Builder::new();
                    // A broken answer ends the connection with an error, as it should.
                    let serving = http.serve_connection(TokioIo::new(stream), service);
                    let _ = serving.with_upgrades().await;
                });
            }
        });
        Self { address, seen }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All requests so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

async fn read(request: Request<Incoming>) -> Seen {
    let (head, body) = request.into_parts();
    Seen {
        method: head.method,
        target: head.uri.to_string(),
        headers: head.headers,
        body: body.collect().await.unwrap().to_bytes(),
    }
}

type Body = StreamBody<stream::BoxStream<'static, Result<Frame<Bytes>, std::io::Error>>>;

async fn answer(reply: Reply) -> Response<Body> {
    tokio::time::sleep(reply.before_head).await;
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    let frames = stream::iter(reply.steps).then(async |step| match step {
        Step::Data(data) => Ok(Frame::data(data)),
        Step::Wait(wait) => {
            tokio::time::sleep(wait).await;
            Ok(Frame::data(Bytes::new()))
        }
        Step::Hang => std::future::pending().await,
        Step::Break => {
            // A body that is not ready for once has what came before flushed.
            tokio::task::yield_now().await;
            Err(std::io::Error::other("cut"))
        }
    });
    response.body(StreamBody::new(frames.boxed())).unwrap()
}

/// One port-forward, until either side ends it.
async fn forward(upgrade: OnUpgrade, port: u16, forward: Forward) {
    let io = TokioIo::new(upgrade.await.unwrap());
    let socket = WebSocketStream::from_raw_socket(io, Role::Server, None).await;
    let (mut out, mut from) = socket.split();
    let frame = |channel: u8, bytes: &[u8]| Message::binary([&[channel], bytes].concat());
    for channel in [0, 1] {
        out.send(frame(channel, &port.to_le_bytes())).await.unwrap();
    }
    let serve = match forward {
        Forward::To(serve) => serve,
        Forward::Says(words) => {
            out.send(frame(1, words.as_bytes())).await.unwrap();
            while let Some(Ok(_)) = from.next().await {}
            return;
        }
    };
    let (near, far) = tokio::io::duplex(64 << 10);
    serve(far);
    let (mut reads, mut writes) = tokio::io::split(near);
    let mut buffer = vec![0; 32 << 10];
    loop {
        tokio::select! {
            message = from.next() => match message {
                Some(Ok(Message::Binary(bytes))) if bytes.first() == Some(&0) => {
                    if writes.write_all(&bytes[1..]).await.is_err() {
                        break;
                    }
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                Some(Ok(_)) => {}
            },
            read = reads.read(&mut buffer) => match read {
                Ok(0) | Err(_) => break,
                Ok(count) => out.send(frame(0, &buffer[..count])).await.unwrap(),
            },
        }
    }
    // The other side may have gone already.
    let _ = out.close().await;
}
