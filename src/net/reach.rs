//! From what is configured to a client of Kafka: addresses that were given, or a cluster that is found through the API server
//! when it is first needed, and looked for again until it is.
use std::sync::Arc;

use tokio::sync::OnceCell;

use super::{
    discover::{self, Cluster, Listener, Unfound, choose_cluster, choose_listener},
    kafka::{Client, Config, Endpoint, TcpDial},
    kube,
    tls::{self, TlsClient, TlsError, TlsSettings, Trust},
    tunnel::{Hop, Route, Tunnel},
};

/// The way to one Kafka cluster. Clones share what was found.
#[derive(Clone)]
pub struct Way {
    inner: Arc<Inner>,
}

enum Inner {
    Given(Arc<Client>),
    Sought(Box<Seeker>),
}

struct Seeker {
    kube: kube::Client,
    login: Login,
    wanted: Option<String>,
    found: OnceCell<Found>,
}

/// What the user gave to get in.
#[derive(Clone, Debug)]
pub enum Login {
    /// Nothing: a listener that asks for no login is looked for.
    Nobody,
    Given(Config),
    /// A Strimzi user, `NAME` or `NAMESPACE/NAME`, whose Secret is read.
    User(String),
}

struct Found {
    client: Arc<Client>,
    route: Arc<Route>,
    /// What it is and why, in words.
    words: String,
}

impl Way {
    /// Brokers that were named are dialed by their names.
    pub fn given(config: Config) -> Self {
        Self::known(Arc::new(Client::new(Arc::new(TcpDial), config)))
    }

    /// A client that is there already.
    pub fn known(client: Arc<Client>) -> Self {
        Self {
            inner: Arc::new(Inner::Given(client)),
        }
    }

    /// A cluster that is to be found: the one called `wanted`, or the only one.
    pub fn sought(kube: kube::Client, login: Login, wanted: Option<String>) -> Self {
        Self {
            inner: Arc::new(Inner::Sought(Box::new(Seeker {
                kube,
                login,
                wanted,
                found: OnceCell::new(),
            }))),
        }
    }

    /// The client. What was not found is looked for again with each call.
    pub async fn client(&self) -> Result<Arc<Client>, Unfound> {
        match &*self.inner {
            Inner::Given(client) => Ok(Arc::clone(client)),
            Inner::Sought(seeker) => {
                let found = seeker.found.get_or_try_init(|| seeker.seek()).await?;
                Ok(Arc::clone(&found.client))
            }
        }
    }

    /// The addresses that were given to begin with; empty where the cluster is to be found.
    pub fn bootstrap(&self) -> &[Endpoint] {
        match &*self.inner {
            Inner::Given(client) => &client.config().bootstrap,
            Inner::Sought(_) => &[],
        }
    }

    /// Which cluster was found, why, and how its brokers are reached; none where it was given.
    pub fn told(&self) -> Option<String> {
        let Inner::Sought(seeker) = &*self.inner else {
            return None;
        };
        let found = seeker.found.get()?;
        Some(match found.route.hop() {
            Some(Hop::Direct) => format!("{}, directly", found.words),
            Some(Hop::Tunnel) => format!("{}, through the API server", found.words),
            None => found.words.clone(),
        })
    }

    /// The namespace of the cluster that was found.
    pub fn namespace(&self) -> Option<&str> {
        let Inner::Sought(seeker) = &*self.inner else {
            return None;
        };
        let found = seeker.found.get()?;
        Some(&found.route.tunnel().cluster().namespace)
    }

    /// The pod of a broker, where brokers are reached through the API server.
    pub fn inside(&self) -> Option<BrokerPod<'_>> {
        let Inner::Sought(seeker) = &*self.inner else {
            return None;
        };
        let found = seeker.found.get()?;
        let tunnel = (found.route.hop() == Some(Hop::Tunnel)).then(|| found.route.tunnel())?;
        Some(BrokerPod {
            namespace: &tunnel.cluster().namespace,
            name: tunnel.some_pod()?,
            tools: match tunnel.cluster().evidence {
                // Its images begin in the directory of Kafka.
                discover::Evidence::Strimzi => "bin/",
                discover::Evidence::Labels | discover::Evidence::Port => "",
            },
        })
    }

    /// Whether brokers are reached through the API server.
    pub fn is_tunnel(&self) -> bool {
        match &*self.inner {
            Inner::Given(_) => false,
            Inner::Sought(seeker) => {
                let found = seeker.found.get();
                found.is_some_and(|found| found.route.hop() == Some(Hop::Tunnel))
            }
        }
    }
}

/// A broker's pod, and where in it Kafka's tools are.
pub struct BrokerPod<'a> {
    pub namespace: &'a str,
    pub name: String,
    /// What their names begin with.
    pub tools: &'static str,
}

impl Seeker {
    /// The listener to use, and the login that it takes.
    async fn listener<'a>(&self, cluster: &'a Cluster) -> Result<(&'a Listener, Config), Unfound> {
        let logins = match &self.login {
            Login::Nobody => {
                return Ok((choose_listener(cluster, None, false)?, Config::default()));
            }
            Login::Given(config) => vec![config.clone()],
            Login::User(user) => discover::logins(&self.kube, cluster, user).await?,
        };
        let is_user = matches!(self.login, Login::User(_));
        let mut refused = None;
        for login in logins {
            match choose_listener(cluster, Some(&login), is_user) {
                Ok(listener) => return Ok((listener, login)),
                Err(why) => refused = refused.or(Some(why)),
            }
        }
        Err(refused.unwrap_or_else(|| Unfound::Login(format!("Kafka {cluster}: no login"))))
    }

    async fn seek(&self) -> Result<Found, Unfound> {
        let clusters = discover::clusters(&self.kube).await?;
        let cluster = choose_cluster(&clusters, self.wanted.as_deref())?;
        let (listener, mut config) = self.listener(cluster).await?;
        let brokers = discover::brokers(&self.kube, cluster).await?;
        if brokers.is_empty() {
            let why = format!(
                "{}: no pod of its brokers is there: none in namespace {} is labelled {}",
                cluster.why, cluster.namespace, cluster.selector
            );
            return Err(Unfound::None(why));
        }
        config.tls = secure(cluster, listener, config.tls)?;
        config.bootstrap = brokers
            .iter()
            .map(|broker| Endpoint {
                // Where it is what the broker will say of itself, its connection need not be opened twice.
                node_id: broker
                    .id
                    .filter(|_| cluster.evidence == discover::Evidence::Strimzi),
                host: broker.host.clone(),
                port: listener.port,
            })
            .collect();
        let user = match &self.login {
            Login::User(user) => format!(", as the user of Secret {user}"),
            Login::Nobody | Login::Given(_) => String::new(),
        };
        let words = format!("{}, listener {listener}{user}", cluster.why);
        let tunnel = Tunnel::new(self.kube.clone(), cluster.clone(), listener.port, brokers);
        let route = Arc::new(Route::new(tunnel));
        let dial: Arc<Route> = Arc::clone(&route);
        Ok(Found {
            client: Arc::new(Client::new(dial, config)),
            route,
            words,
        })
    }
}

/// What the user trusts by name holds; else what the cluster says of itself, which the API server vouches for.
fn secure(
    cluster: &Cluster,
    listener: &Listener,
    given: Option<TlsClient>,
) -> Result<Option<TlsClient>, Unfound> {
    let asked = listener.security.as_ref().is_some_and(|asked| asked.tls);
    if given.is_none() && !asked {
        return Ok(None);
    }
    let broken = |TlsError(why)| Unfound::Tls(format!("Kafka {cluster}: {why}"));
    let whence = format!("the status of listener {}", listener.name);
    let mut roots = Vec::new();
    for pem in &listener.roots {
        roots.extend(tls::roots_from_pem(pem.as_bytes(), &whence).map_err(broken)?);
    }
    let client = match given {
        Some(client) if client.trusts_system && !roots.is_empty() => client.trusting(roots),
        Some(client) => Ok(client),
        None if roots.is_empty() => TlsSettings::with_trust(Trust::System).build(),
        None => TlsSettings::with_trust(Trust::Roots(roots)).build(),
    };
    client.map(Some).map_err(broken)
}
