//! Screens, cell by cell: what is on them for given envelopes, size and keys.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "common/screen.rs"]
mod screen;
#[path = "common/world.rs"]
mod world;

#[path = "screens/acting.rs"]
mod acting;
#[path = "screens/config.rs"]
mod config;
#[path = "screens/demo.rs"]
mod demo;
#[path = "screens/driving.rs"]
mod driving;
#[path = "screens/filter.rs"]
mod filter;
#[path = "screens/leaders.rs"]
mod leaders;
#[path = "screens/logs.rs"]
mod logs;
#[path = "screens/looks.rs"]
mod looks;
#[path = "screens/metrics.rs"]
mod metrics;
#[path = "screens/moves.rs"]
mod moves;
#[path = "screens/palette.rs"]
mod palette;
#[path = "screens/pods.rs"]
mod pods;
#[path = "screens/reading.rs"]
mod reading;
#[path = "screens/recordings.rs"]
mod recordings;
#[path = "screens/scenarios.rs"]
mod scenarios;
#[path = "screens/sizes.rs"]
mod sizes;
#[path = "screens/verdicts.rs"]
mod verdicts;
