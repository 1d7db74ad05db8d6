//! The whole loop on a paused clock: what it draws, what it writes, and whom it serves first.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and reads tokio's paused clock"
)]

#[path = "loop/flood.rs"]
mod flood;
#[path = "loop/idle.rs"]
mod idle;
#[path = "loop/recorded.rs"]
mod recorded;
#[path = "loop/replay.rs"]
mod replay;
#[path = "loop/rig.rs"]
mod rig;
#[path = "loop/rows.rs"]
mod rows;
#[path = "common/screen.rs"]
mod screen;
#[path = "common/world.rs"]
mod world;
