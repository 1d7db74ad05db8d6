//! A scripted HTTP server within the test's process, on a port of its own.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part")]

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use futures::{StreamExt, stream};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, StreamBody};
use hyper::{
    body::{Frame, Incoming},
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;

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

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    status: StatusCode,
    headers: Vec<(&'static str, String)>,
    steps: Vec<Step>,
    before_head: Duration,
}

impl Reply {
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
                let service = service_fn(move |request: Request<Incoming>| {
                    let (script, log) = (Arc::clone(&script), Arc::clone(&log));
                    async move {
                        let seen = read(request).await;
                        log.lock().unwrap().push(seen.clone());
                        let reply = (script.lock().unwrap())(&seen);
                        Ok::<_, Infallible>(answer(reply).await)
                    }
                });
                tokio::spawn(async move {
                    let http = hyper::server::conn::http1::Builder::new();
                    // A broken answer ends the connection with an error, as it should.
                    let _ = http.serve_connection(TokioIo::new(stream), service).await;
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
