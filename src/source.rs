//! Where data comes from: Kubernetes, Kafka and Prometheus under one supervisor, and the demo world. All that a source
//! does is send envelopes into one channel.

pub mod clock;
pub mod demo;
pub mod doctor;
mod feed;
mod kafka;
mod kube;
mod live;
mod poll;
mod prometheus;
mod reading;
mod recorder;

pub use feed::{Feed, Wishes};
pub use live::{Live, Running};
pub use reading::Reader;
pub use recorder::{Kept, discreet, tap};
