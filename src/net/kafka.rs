//! The Kafka client: `kafka-protocol` as codec under our own async connections. It reads; [`Admin`] can elect leaders too.
//!
//! [`Client`] knows one cluster. Every call takes a deadline; calls that go to several brokers run in parallel and
//! return one result per broker. Nothing but [`Admin`] can change a cluster, and nothing can create a topic or
//! `__consumer_offsets` by looking: the list of request kinds in `wire/asks.rs` is closed, Metadata always
//! forbids creation, and there is no `FindCoordinator`, since the broker that lists a group coordinates it.
//!
//! Memory: a frame is bounded before it is read, its correlation id is checked before it is decoded, and the first
//! array of every answer is checked against the bytes at hand. What remains: the codec reserves memory for a nested
//! array by the count on the wire, so a broker that is broken or hostile past a valid login can still exhaust memory.
mod backoff;
mod bisect;
mod by_topic;
mod client;
mod config;
mod conn;
mod dial;
mod error;
mod pool;
pub mod properties;
mod read;
mod records;
mod types;
mod wire;
mod write;

pub use backoff::pause;
pub use bisect::{Bisect, Found};
pub use by_topic::ByTopic;
pub use client::{ByCoordinator, Client};
pub use config::{Config, LiteralToken, Sasl, Token, TokenFile, TokenSource};
pub use dial::{BoxIo, Denied, Dial, Dialing, Endpoint, Io, TcpDial};
pub use error::Error;
pub use types::*;
pub use write::{Admin, Election};

/// The result of a call.
pub type Result<T> = std::result::Result<T, Error>;
