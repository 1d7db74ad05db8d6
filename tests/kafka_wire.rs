//! The Kafka client over a scripted cluster in this process.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]
mod common {
    pub(crate) mod fake_broker;
}
mod kafka {
    mod costs;
}
