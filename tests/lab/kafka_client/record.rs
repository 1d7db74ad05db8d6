//! Records answers of the lab's brokers into `fixtures/kafka`: run it by name when their versions change.
use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use plimsoll::net::kafka::{
    Api, BoxIo, Client, Config, Dial, Dialing, Endpoint, FetchSpec, GroupType, Isolation,
    LeaderPartition, OffsetSpec, TcpDial,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};

use super::{PLAINTEXT, TIME, all, cache, groups};

/// Bytes of both directions of each connection.
type Tape = Arc<Mutex<(Vec<u8>, Vec<u8>)>>;

/// Dials TCP and listens in.
#[derive(Clone, Default)]
struct Tap(Arc<Mutex<Vec<Tape>>>);

impl Dial for Tap {
    fn dial<'a>(&'a self, to: &'a Endpoint) -> Dialing<'a> {
        Box::pin(async move {
            let (near, far) = tokio::io::duplex(1 << 20);
            let (server_reads, server_writes) = tokio::io::split(TcpDial.dial(to).await?);
            let (client_reads, client_writes) = tokio::io::split(far);
            let tape = Tape::default();
            self.0.lock().unwrap().push(Arc::clone(&tape));
            let asked = Arc::clone(&tape);
            tokio::spawn(pump(client_reads, server_writes, move |bytes| {
                asked.lock().unwrap().0.extend_from_slice(bytes);
            }));
            tokio::spawn(pump(server_reads, client_writes, move |bytes| {
                tape.lock().unwrap().1.extend_from_slice(bytes);
            }));
            Ok(Box::new(near) as BoxIo)
        })
    }
}

async fn pump<R: tokio::io::AsyncRead, W: tokio::io::AsyncWrite>(
    mut from: ReadHalf<R>,
    mut to: WriteHalf<W>,
    keep: impl Fn(&[u8]),
) -> io::Result<()> {
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = from.read(&mut buffer).await?;
        if read == 0 {
            return to.shutdown().await;
        }
        keep(&buffer[..read]);
        to.write_all(&buffer[..read]).await?;
    }
}

fn frames(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut frames = Vec::new();
    while bytes.len() >= 4 {
        let (length, rest) = bytes.split_at(4);
        let length = u32::from_be_bytes(length.try_into().unwrap()) as usize;
        let (frame, rest) = rest.split_at(length);
        frames.push(frame);
        bytes = rest;
    }
    frames
}

#[tokio::test]
#[ignore = "writes fixtures/kafka"]
async fn record_fixtures() {
    let _lab = crate::fixture::steady();
    let tap = Tap::default();
    let bootstrap = Config::parse_bootstrap(PLAINTEXT).unwrap();
    let config = Config {
        bootstrap,
        ..Config::default()
    };
    let client = Client::new(Arc::new(tap.clone()), config);
    ask_everything(&client).await;
    let mut largest: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for tape in tap.0.lock().unwrap().iter() {
        let (asked, answered) = &*tape.lock().unwrap();
        for (request, answer) in frames(asked).into_iter().zip(frames(answered)) {
            let number = |at: usize| i16::from_be_bytes([request[at], request[at + 1]]);
            let name = format!("{}-v{}.bin", Api(number(0)), number(2));
            // What follows the correlation id.
            let kept = largest.entry(name).or_default();
            if answer.len() - 4 > kept.len() {
                *kept = answer[4..].to_vec();
            }
        }
    }
    for (name, bytes) in largest {
        let path = format!("{}/fixtures/kafka/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::write(path, without_home(bytes)).unwrap();
    }
}

/// Puts a path of the same length in the place of this machine's.
fn without_home(mut bytes: Vec<u8>) -> Vec<u8> {
    let home = cache().display().to_string().into_bytes();
    let mut other = b"/var/lib/kafka".to_vec();
    other.resize(home.len(), b'x');
    for at in 0..bytes.len().saturating_sub(home.len()) {
        if bytes[at..].starts_with(&home) {
            bytes[at..at + home.len()].copy_from_slice(&other);
        }
    }
    bytes
}

async fn ask_everything(client: &Client) {
    let metadata = client.metadata(TIME).await.unwrap();
    let kinds = groups(client).await;
    for groups in kinds.values() {
        all(client.offset_fetch(groups, TIME).await);
    }
    all(client
        .describe_classic(&kinds[&GroupType::Classic], TIME)
        .await);
    all(client
        .describe_consumer(&kinds[&GroupType::Consumer], TIME)
        .await);
    all(client.describe_share(&kinds[&GroupType::Share], TIME).await);
    all(client
        .describe_streams(&kinds[&GroupType::Streams], TIME)
        .await);
    all(client.share_offsets(&kinds[&GroupType::Share], TIME).await);
    let orders = metadata.topic("orders").unwrap();
    let partition = |at: &plimsoll::net::kafka::Partition| LeaderPartition {
        topic: Arc::clone(&orders.name),
        partition: at.index,
        leader: at.leader.unwrap(),
        leader_epoch: None,
    };
    let partitions: Vec<_> = orders.partitions.iter().map(partition).collect();
    all(client
        .list_offsets(OffsetSpec::Latest, &partitions, TIME)
        .await);
    let topics = [Arc::clone(&orders.name)];
    client
        .describe_topic_configs(&topics, &["min.insync.replicas", "retention.ms"], TIME)
        .await
        .unwrap();
    all(client.describe_log_dirs(TIME).await);
    client.describe_cluster(TIME).await.unwrap();
    client.describe_quorum(TIME).await.unwrap();
    client.list_reassignments(TIME).await.unwrap();
    let tx = metadata.topic("tx").unwrap();
    let spec = FetchSpec {
        topic: Arc::clone(&tx.name),
        topic_id: tx.id,
        partition: 0,
        leader: tx.partitions[0].leader.unwrap(),
        offset: 0,
        max_bytes: 4 << 10,
        max_wait: Duration::from_millis(100),
        isolation: Isolation::ReadCommitted,
        max_decompressed: 1 << 20,
    };
    client.fetch(&spec, TIME).await.unwrap();
}
