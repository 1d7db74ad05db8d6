//! plimsoll: lag and its cause for Kafka on Kubernetes, joined on one screen.

pub mod cli;
pub mod net;
