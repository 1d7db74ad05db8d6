//! A Kafka cluster in this process, for tests: brokers behind tokio duplex pipes, reached by the dial hook.
//!
//! ```ignore
//! let world = World::new(3).topic("orders", 6).group("checkout", "consumer", &["orders"]);
//! let fake = FakeCluster::new(world);
//! let client = fake.client();
//! client.metadata(TIME).await?;
//! assert_eq!(fake.count(METADATA), 1);
//! fake.fault(Fault::Silence.on(2).of(LIST_GROUPS));   // broker 2 never answers its next ListGroups
//! fake.stop(3);                                       // broker 3 refuses connections and drops the open ones
//! fake.change(|world| world.groups.get_mut("checkout").unwrap().error = 16);
//! ```
//!
//! What it answers follows from a [`World`], a plain description that a test may change at any time;
//! [`World::volume`] makes large ones. [`Fault`]s script what goes wrong on the wire. The shapes of the answers are
//! those of Apache Kafka 4.3.1 (see `fixtures/kafka`), the version ranges too unless the world says otherwise.
//! Every request is remembered with its broker and version, in the order of arrival.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test file uses a part of it"
)]
mod answer;
mod fault;
mod login;
mod put;
mod serve;
mod world;

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

pub use fault::{Fault, Rule};
pub use login::Login;
use plimsoll::net::kafka::{BoxIo, Client, Config, Dial, Dialing, Endpoint};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
pub use world::{FakeGroup, FakeMember, FakePartition, FakeTopic, World};

/// Request kinds, by API key.
pub mod api {
    pub const FETCH: i16 = 1;
    pub const LIST_OFFSETS: i16 = 2;
    pub const METADATA: i16 = 3;
    pub const OFFSET_FETCH: i16 = 9;
    pub const FIND_COORDINATOR: i16 = 10;
    pub const DESCRIBE_GROUPS: i16 = 15;
    pub const LIST_GROUPS: i16 = 16;
    pub const SASL_HANDSHAKE: i16 = 17;
    pub const API_VERSIONS: i16 = 18;
    pub const DESCRIBE_CONFIGS: i16 = 32;
    pub const DESCRIBE_LOG_DIRS: i16 = 35;
    pub const SASL_AUTHENTICATE: i16 = 36;
    pub const LIST_REASSIGNMENTS: i16 = 46;
    pub const DESCRIBE_QUORUM: i16 = 55;
    pub const DESCRIBE_CLUSTER: i16 = 60;
    pub const CONSUMER_DESCRIBE: i16 = 69;
    pub const SHARE_DESCRIBE: i16 = 77;
    pub const STREAMS_DESCRIBE: i16 = 89;
    pub const SHARE_OFFSETS: i16 = 90;
}

/// The port that all brokers of the fake advertise, and that of the bootstrap address `boot.fake`.
pub const PORT: u16 = 9092;

/// One request as a broker saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub broker: i32,
    /// The API key.
    pub api: i16,
    pub version: i16,
    /// The body after the header.
    pub body: bytes::Bytes,
}

/// The cluster. Clones are the same cluster.
#[derive(Clone)]
pub struct FakeCluster {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    tls: Option<TlsAcceptor>,
}

struct State {
    world: Arc<World>,
    asked: Vec<Asked>,
    rules: Vec<Rule>,
    dials: Vec<Endpoint>,
    stopped: BTreeSet<i32>,
    paused: BTreeSet<i32>,
    /// Changed to drop the open connections of a broker.
    generation: BTreeMap<i32, watch::Sender<u64>>,
}

impl FakeCluster {
    pub fn new(world: World) -> Self {
        Self::make(world, None)
    }

    /// The brokers speak TLS.
    pub fn with_tls(world: World, config: rustls::ServerConfig) -> Self {
        Self::make(world, Some(TlsAcceptor::from(Arc::new(config))))
    }

    fn make(world: World, tls: Option<TlsAcceptor>) -> Self {
        let state = State {
            world: Arc::new(world),
            asked: Vec::new(),
            rules: Vec::new(),
            dials: Vec::new(),
            stopped: BTreeSet::new(),
            paused: BTreeSet::new(),
            generation: BTreeMap::new(),
        };
        Self {
            shared: Arc::new(Shared {
                state: Mutex::new(state),
                tls,
            }),
        }
    }

    /// A configuration that bootstraps here; change what the test needs.
    pub fn config() -> Config {
        let bootstrap = vec![Endpoint {
            node_id: None,
            host: "boot.fake".into(),
            port: PORT,
        }];
        Config {
            bootstrap,
            jitter_seed: 1,
            ..Config::default()
        }
    }

    /// A client with the plain configuration.
    pub fn client(&self) -> Client {
        Client::new(self.dial(), Self::config())
    }

    /// The way to the brokers. `boot.fake` is the first broker that is up, `broker-N.fake` is broker N.
    pub fn dial(&self) -> Arc<dyn Dial> {
        Arc::new(self.clone())
    }

    /// Changes the world from now on.
    pub fn change(&self, change: impl FnOnce(&mut World)) {
        change(Arc::make_mut(&mut self.state().world));
    }

    /// Adds a fault. Rules are tried in the order in which they were added.
    pub fn fault(&self, rule: impl Into<Rule>) {
        self.state().rules.push(rule.into());
    }

    /// The broker refuses connections and drops those that are open.
    pub fn stop(&self, broker: i32) {
        self.state().stopped.insert(broker);
        self.hang_up(broker);
    }

    /// Undoes [`FakeCluster::stop`].
    pub fn start(&self, broker: i32) {
        self.state().stopped.remove(&broker);
    }

    /// The broker takes connections and requests but answers nothing, like a process that is stopped by a signal.
    pub fn pause(&self, broker: i32) {
        self.state().paused.insert(broker);
    }

    /// Undoes [`FakeCluster::pause`] for new requests.
    pub fn resume(&self, broker: i32) {
        self.state().paused.remove(&broker);
    }

    /// Drops the open connections of a broker.
    pub fn hang_up(&self, broker: i32) {
        let mut state = self.state();
        state
            .generation
            .entry(broker)
            .or_default()
            .send_modify(|generation| *generation += 1);
    }

    /// All requests so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.state().asked.clone()
    }

    /// Requests of one kind so far.
    pub fn count(&self, api: i16) -> usize {
        self.state()
            .asked
            .iter()
            .filter(|asked| asked.api == api)
            .count()
    }

    /// Starts counting anew.
    pub fn forget(&self) {
        self.state().asked.clear();
    }

    /// Every connection that was tried.
    pub fn dials(&self) -> Vec<Endpoint> {
        self.state().dials.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn broker_of(&self, to: &Endpoint) -> io::Result<i32> {
        let state = self.state();
        let unknown =
            || io::Error::other(format!("failed to lookup address information: {}", to.host));
        let refused = || io::Error::from(io::ErrorKind::ConnectionRefused);
        if to.port != PORT {
            return Err(refused());
        }
        if to.host == "boot.fake" {
            let up = state
                .world
                .brokers
                .keys()
                .find(|id| !state.stopped.contains(id));
            return up.copied().ok_or_else(refused);
        }
        let id = to
            .host
            .strip_prefix("broker-")
            .and_then(|rest| rest.strip_suffix(".fake"));
        let id: i32 = id.and_then(|id| id.parse().ok()).ok_or_else(unknown)?;
        if !state.world.brokers.contains_key(&id) || state.stopped.contains(&id) {
            return Err(refused());
        }
        Ok(id)
    }
}

impl Dial for FakeCluster {
    fn dial<'a>(&'a self, to: &'a Endpoint) -> Dialing<'a> {
        Box::pin(async move {
            self.state().dials.push(to.clone());
            let broker = self.broker_of(to)?;
            let (near, far) = tokio::io::duplex(64 << 10);
            let hung_up = self
                .state()
                .generation
                .entry(broker)
                .or_default()
                .subscribe();
            let cluster = self.clone();
            tokio::spawn(async move {
                let far: BoxIo = match &cluster.shared.tls {
                    None => Box::new(far),
                    Some(tls) => match tls.accept(far).await {
                        Ok(far) => Box::new(far),
                        Err(_) => return,
                    },
                };
                serve::connection(cluster, broker, far, hung_up).await;
            });
            Ok(Box::new(near) as BoxIo)
        })
    }
}
