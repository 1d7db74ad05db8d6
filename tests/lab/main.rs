//! Tests that need the laboratory of real servers (README.md): `cargo test --features lab --test lab`.
//!
//! The first test that wants the lab brings it up if it is not up, and it is left up. A lab that is
//! absent or unhealthy fails every test; none is skipped. Tests that only look share the lab; those
//! that disturb a server hold it alone, and heal what they broke, when they fail as well.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "servers and their tools take real time"
)]

mod acting;
mod audit;
mod bad_input;
mod chaos;
mod charts;
mod count;
mod doctor;
mod fixture;
mod fraud;
mod kafka_client;
mod kafka_tools;
mod kube_client;
mod lag_oracle;
mod lag_rows;
mod plugin;
mod program;
mod prometheus_client;
mod quiet;
mod read_only;
mod reading;
mod screen;
mod snapshot_oracle;
mod tunnel;
mod wait;
mod why;
mod without_leader;
