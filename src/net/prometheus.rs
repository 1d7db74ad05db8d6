//! Prometheus: a direct transport, a probe of the metric dialect, one union query a refresh.
pub mod catalogue;
pub mod dialect;
mod envelope;
pub mod error;
pub mod query;
pub mod transport;

pub use catalogue::{Dialect, Signal, Subject};
pub use dialect::Probe;
pub use error::{Error, ErrorKind};
pub use query::{Answer, Point};
pub use transport::{Client, Options};
