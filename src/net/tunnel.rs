//! The dial hook through the API server: a stream to a broker is a port-forward to that broker's pod. No local port is opened,
//! and TLS and Kafka speak through it as if it were the broker's own socket.
use std::{
    io,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::timeout;

use super::{
    discover::{self, Broker, Cluster},
    kafka::{BoxIo, Denied, Dial, Dialing, Endpoint, TcpDial},
    kube::{self, ErrorKind, forward},
};

/// Port-forwards to the brokers of one cluster.
pub struct Tunnel {
    kube: kube::Client,
    cluster: Cluster,
    /// Of the pods; what a broker advertises may be another one, where something in front of it maps ports.
    port: u16,
    brokers: Mutex<Vec<Broker>>,
}

impl Tunnel {
    pub fn new(kube: kube::Client, cluster: Cluster, port: u16, brokers: Vec<Broker>) -> Self {
        Self {
            kube,
            cluster,
            port,
            brokers: Mutex::new(brokers),
        }
    }

    pub(super) fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// The pod of a broker that was ready when it was seen.
    pub(super) fn some_pod(&self) -> Option<String> {
        let brokers = self.brokers.lock().unwrap_or_else(PoisonError::into_inner);
        let ready = brokers.iter().find(|broker| broker.ready);
        ready.map(|broker| broker.pod.clone())
    }

    fn known(&self, to: &Endpoint) -> Option<String> {
        let brokers = self.brokers.lock().unwrap_or_else(PoisonError::into_inner);
        pod_of(&brokers, to).map(str::to_owned)
    }

    /// The pod of the broker. A broker that is not known may have come since: then the pods are read again.
    async fn pod(&self, to: &Endpoint) -> io::Result<String> {
        if let Some(pod) = self.known(to) {
            return Ok(pod);
        }
        let fresh = discover::brokers(&self.kube, &self.cluster).await;
        let fresh = fresh.map_err(|why| refused(&why))?;
        let names: Vec<String> = fresh.iter().map(|broker| broker.pod.clone()).collect();
        *self.brokers.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
        self.known(to).ok_or_else(|| {
            io::Error::other(format!(
                "none of the pods of {} is this broker: {}",
                self.cluster,
                names.join(", ")
            ))
        })
    }

    async fn open(&self, to: &Endpoint) -> io::Result<BoxIo> {
        let pod = self.pod(to).await?;
        let stream = forward::open(&self.kube, &self.cluster.namespace, &pod, self.port).await;
        stream
            .map(|stream| Box::new(stream) as BoxIo)
            .map_err(|why| refused(&why))
    }
}

impl Dial for Tunnel {
    fn dial<'a>(&'a self, to: &'a Endpoint) -> Dialing<'a> {
        Box::pin(self.open(to))
    }
}

/// By the name that is advertised, which begins with the pod's where the operator or chart made it; then by the id. Who only
/// wants to begin is led to any.
fn pod_of<'a>(brokers: &'a [Broker], to: &Endpoint) -> Option<&'a str> {
    let label = to.host.split('.').next().unwrap_or_default();
    let by_name = |broker: &&Broker| {
        broker.pod == label || broker.host == to.host || broker.ip.as_deref() == Some(&*to.host)
    };
    let by_id = |broker: &&Broker| to.node_id.is_some() && broker.id == to.node_id;
    let found = brokers
        .iter()
        .find(by_name)
        .or_else(|| brokers.iter().find(by_id))
        .or_else(|| brokers.first().filter(|_| to.node_id.is_none()));
    found.map(|broker| broker.pod.as_str())
}

fn refused(why: &kube::Error) -> io::Error {
    match &why.kind {
        ErrorKind::Forbidden { verb, resource, .. } => {
            let denied = Denied {
                verb: verb.to_string(),
                resource: resource.to_string(),
                why: why.to_string(),
            };
            io::Error::new(io::ErrorKind::PermissionDenied, denied)
        }
        _ => io::Error::other(why.to_string()),
    }
}

/// How brokers are reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hop {
    /// By the names that they advertise.
    Direct,
    /// Through the API server.
    Tunnel,
}

/// Directly where that works, else through the tunnel. What worked is kept until it fails.
pub struct Route {
    tunnel: Tunnel,
    chosen: Mutex<Option<Hop>>,
}

/// So much earlier the direct way is tried: names that do not resolve are known by then, and firewalls that drop everything
/// do not cost more.
const HEAD_START: Duration = Duration::from_millis(250);

impl Route {
    pub fn new(tunnel: Tunnel) -> Self {
        Self {
            tunnel,
            chosen: Mutex::default(),
        }
    }

    /// The way that worked last; none before the first connection.
    pub fn hop(&self) -> Option<Hop> {
        *self.chosen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn tunnel(&self) -> &Tunnel {
        &self.tunnel
    }

    fn keep(&self, hop: Option<Hop>) {
        *self.chosen.lock().unwrap_or_else(PoisonError::into_inner) = hop;
    }

    async fn go(&self, to: &Endpoint) -> io::Result<BoxIo> {
        let tried = match self.hop() {
            Some(Hop::Direct) => TcpDial.dial(to).await,
            Some(Hop::Tunnel) => self.tunnel.open(to).await,
            None => return self.race(to).await,
        };
        if tried.is_err() {
            self.keep(None);
        }
        tried
    }

    async fn race(&self, to: &Endpoint) -> io::Result<BoxIo> {
        let won = |hop: Hop, io: BoxIo| {
            self.keep(Some(hop));
            Ok(io)
        };
        if is_loopback(&to.host) {
            // A broker that advertises itself so would be sought on this machine, where another one may listen.
            return match self.tunnel.open(to).await {
                Ok(io) => won(Hop::Tunnel, io),
                Err(why) => Err(why),
            };
        }
        let mut direct = TcpDial.dial(to);
        let refused = match timeout(HEAD_START, &mut direct).await {
            Ok(Ok(io)) => return won(Hop::Direct, io),
            Ok(Err(why)) => Some(why),
            Err(_elapsed) => None,
        };
        let mut tunnel = Box::pin(self.tunnel.open(to));
        let (direct, tunnel) = if let Some(why) = refused {
            (Err(why), tunnel.await)
        } else {
            tokio::select! {
                first = &mut tunnel => match first {
                    Ok(io) => return won(Hop::Tunnel, io),
                    Err(why) => (direct.await, Err(why)),
                },
                first = &mut direct => match first {
                    Ok(io) => return won(Hop::Direct, io),
                    Err(why) => (Err(why), tunnel.await),
                },
            }
        };
        match (direct, tunnel) {
            (Ok(io), _) => won(Hop::Direct, io),
            (_, Ok(io)) => won(Hop::Tunnel, io),
            (Err(direct), Err(tunnel)) => Err(both(&direct, &tunnel)),
        }
    }
}

impl Dial for Route {
    fn dial<'a>(&'a self, to: &'a Endpoint) -> Dialing<'a> {
        Box::pin(self.go(to))
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn both(direct: &io::Error, tunnel: &io::Error) -> io::Error {
    let text = direct.to_string();
    let direct = if text.contains("lookup address") || text.contains("nodename nor servname") {
        "its name does not resolve here"
    } else if direct.kind() == io::ErrorKind::ConnectionRefused {
        "it refuses connections from here"
    } else {
        &text
    };
    let words = |why: &str| format!("{direct}, and through the API server: {why}");
    let denied = tunnel
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<Denied>());
    match denied {
        Some(denied) => {
            let why = words(&denied.why);
            let denied = Denied {
                why,
                ..denied.clone()
            };
            io::Error::new(io::ErrorKind::PermissionDenied, denied)
        }
        None => io::Error::new(tunnel.kind(), words(&tunnel.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broker(id: i32) -> Broker {
        Broker {
            id: Some(id),
            pod: format!("lab-broker-{id}"),
            host: format!("lab-broker-{id}.lab-kafka-brokers.kafka.svc"),
            ip: Some(format!("10.200.0.{id}")),
            ready: true,
        }
    }

    #[test]
    fn a_broker_is_told_by_its_name_then_by_its_id_and_who_begins_is_led_to_any() {
        let brokers: Vec<Broker> = (1..=3).map(broker).collect();
        let table: [(Option<i32>, &str, Option<&str>); 6] = [
            (
                Some(2),
                "lab-broker-2.lab-kafka-brokers.kafka.svc",
                Some("lab-broker-2"),
            ),
            // Charts number pods from 0 and brokers as they like: the name is surer.
            (Some(1), "lab-broker-3.other", Some("lab-broker-3")),
            (Some(3), "kafka.example.com", Some("lab-broker-3")),
            (Some(9), "10.200.0.2", Some("lab-broker-2")),
            (Some(9), "kafka.example.com", None),
            (None, "kafka.example.com", Some("lab-broker-1")),
        ];
        for (node_id, host, pod) in table {
            let to = Endpoint {
                node_id,
                host: host.to_owned(),
                port: 9092,
            };
            assert_eq!(pod_of(&brokers, &to), pod, "{to}");
        }
    }

    #[test]
    fn this_machine_is_never_taken_for_a_broker() {
        for host in ["localhost", "127.0.0.1", "127.1.2.3", "::1"] {
            assert!(is_loopback(host), "{host}");
        }
        assert!(!is_loopback("lab-broker-1.lab-kafka-brokers.kafka.svc"));
    }

    #[test]
    fn when_no_way_works_both_are_told_and_the_missing_right_stays_one() {
        let denied = Denied {
            verb: "get and create".to_owned(),
            resource: "pods/portforward".to_owned(),
            why: "forbidden".to_owned(),
        };
        let tunnel = io::Error::new(io::ErrorKind::PermissionDenied, denied);
        let direct = io::Error::from(io::ErrorKind::ConnectionRefused);
        let told = both(&direct, &tunnel);
        let inner: &Denied = told.get_ref().unwrap().downcast_ref().unwrap();
        assert_eq!(
            inner.why,
            "it refuses connections from here, and through the API server: forbidden"
        );
    }
}
