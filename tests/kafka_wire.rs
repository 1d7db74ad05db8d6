//! The Kafka client over a scripted cluster in this process.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::too_many_lines,
    reason = "a test fails by panicking, reads tokio's paused clock, and may hold a long table of cases"
)]
mod common {
    pub(crate) mod fake_broker;
}
mod kafka {
    mod connection;
    mod costs;
    mod fixtures;
    mod properties;
    mod reads;
    mod recovery;
    mod security;
}
