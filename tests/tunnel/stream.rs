//! One stream: bytes both ways, and what is said where there is none.
use std::sync::Arc;

use plimsoll::net::kube::{Error, ErrorKind, forward};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

use crate::{
    TIME,
    common::fake_http::{FakeHttp, Forward, Reply},
    kube,
};

/// A pod that sends back what it gets.
fn echo() -> Forward {
    Forward::To(Arc::new(|far: DuplexStream| {
        tokio::spawn(async move {
            let (mut reads, mut writes) = tokio::io::split(far);
            tokio::io::copy(&mut reads, &mut writes).await.unwrap();
        });
    }))
}

async fn forwarding(to: Forward) -> FakeHttp {
    FakeHttp::start(move |seen| Reply::forward(seen, to.clone())).await
}

#[tokio::test]
async fn a_stream_is_one_websocket_and_bytes_go_both_ways() {
    let server = forwarding(echo()).await;
    let client = kube(&server);
    let mut first = forward::open(&client, "kafka", "lab-broker-1", 9092)
        .await
        .unwrap();
    let mut second = forward::open(&client, "kafka", "lab-broker-2", 9093)
        .await
        .unwrap();
    let sent: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    let mut got = vec![0; sent.len()];
    let (mut reads, mut writes) = tokio::io::split(&mut first);
    let both = async { tokio::join!(writes.write_all(&sent), reads.read_exact(&mut got)) };
    let (written, read) = tokio::time::timeout(TIME, both).await.unwrap();
    written.unwrap();
    read.unwrap();
    assert!(got == sent, "the bytes came back changed");
    second.write_all(b"two").await.unwrap();
    let mut three = [0; 3];
    second.read_exact(&mut three).await.unwrap();
    assert_eq!(&three, b"two");
    let targets: Vec<String> = server.seen().into_iter().map(|seen| seen.target).collect();
    let pods = "/api/v1/namespaces/kafka/pods";
    assert_eq!(targets.len(), 2);
    assert!(targets[0].starts_with(&format!("{pods}/lab-broker-1/portforward?")));
    assert!(targets[1].ends_with("ports=9093"), "{}", targets[1]);
}

#[tokio::test]
async fn what_the_kubelet_says_is_the_error_of_the_read_though_the_stream_stays_open() {
    let server = forwarding(Forward::Says("no forward found for port 1 in pod x")).await;
    let mut stream = forward::open(&kube(&server), "kafka", "x", 1)
        .await
        .unwrap();
    let read = stream.read_u8();
    let why = tokio::time::timeout(TIME, read).await.unwrap().unwrap_err();
    let words = why.to_string();
    for part in [
        server.url().as_str(),
        "port-forward to kafka/x port 1",
        "no forward found for port 1",
    ] {
        assert!(words.contains(part), "{part}: {words}");
    }
}

#[tokio::test]
async fn a_pod_that_hangs_up_ends_the_stream() {
    let hang_up = Forward::To(Arc::new(drop));
    let server = forwarding(hang_up).await;
    let mut stream = forward::open(&kube(&server), "kafka", "x", 9092)
        .await
        .unwrap();
    let mut bytes = Vec::new();
    let read = stream.read_to_end(&mut bytes);
    assert_eq!(tokio::time::timeout(TIME, read).await.unwrap().unwrap(), 0);
}

async fn refused(reply: Reply) -> Error {
    let server = FakeHttp::start(move |_| reply.clone()).await;
    match forward::open(&kube(&server), "kafka", "lab-broker-1", 9092).await {
        Ok(_) => panic!("a port-forward was opened"),
        Err(why) => why,
    }
}

#[tokio::test]
async fn without_the_right_the_error_names_request_reason_and_right() {
    let said =
        "pods \"lab-broker-1\" is forbidden: User \"v\" cannot get resource \"pods/portforward\"";
    let why = refused(Reply::status(403, "Forbidden", said)).await;
    let right = ErrorKind::Forbidden {
        verb: "get and create".into(),
        resource: "pods/portforward".into(),
        namespace: Some("kafka".into()),
    };
    assert_eq!(why.kind, right);
    let words = why.to_string();
    for part in [
        "http://127.0.0.1",
        "GET /api/v1/namespaces/kafka/pods/lab-broker-1/portforward?ports=9092",
        said,
        "ask for the verbs get and create on pods/portforward in namespace kafka",
    ] {
        assert!(words.contains(part), "{part}: {words}");
    }
}

#[tokio::test]
async fn a_pod_that_is_gone_and_a_server_without_websockets_are_told_apart() {
    let gone = refused(Reply::status(404, "NotFound", "pods \"x\" not found")).await;
    assert_eq!(gone.kind, ErrorKind::Missing);
    let plain = refused(Reply::text(200, "ok")).await;
    assert_eq!(plain.kind, ErrorKind::Unreachable);
    assert!(plain.remedy.contains("websockets"), "{plain}");
}
