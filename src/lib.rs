//! plimsoll: lag and its cause for Kafka on Kubernetes, joined on one screen.

pub mod model;
pub mod net;
pub mod source;
