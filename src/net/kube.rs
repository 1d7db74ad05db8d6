//! Kubernetes: configuration as kubectl reads it, a client that cannot change anything and one that can change a scale,
//! watches of compact rows.
//!
//! A [`Client`] is made of [`KubeFlags`] and [`KubeEnv`]; [`watch`](watch::watch) turns a kind into a stream of
//! [`WatchEvent`](watch::WatchEvent)s that survives whatever the API server does; [`metrics`] and [`access`] are single requests.
pub mod access;
mod certificate;
pub mod client;
pub mod config;
pub mod discover;
pub mod error;
pub mod exec;
pub mod flags;
pub mod forward;
pub mod intern;
pub mod logs;
pub mod metrics;
pub mod object;
pub mod pace;
pub mod quantity;
pub mod resource;
pub mod rows;
mod slim;
pub mod watch;
mod write;

pub use client::{Client, Counters};
pub use error::{Error, ErrorKind};
pub use flags::{KubeEnv, KubeFlags};
pub use intern::Interner;
pub use resource::{Resource, Scope};
pub use watch::{WatchEvent, WatchSpec};
pub use write::{ScaleTarget, Scaled, Writer};
