#![doc = include_str!("ARCHITECTURE.md")]

pub mod act;
pub mod app;
pub mod cli;
pub mod insight;
pub mod log;
pub mod model;
pub mod net;
pub mod plan;
pub mod run;
pub mod source;
pub mod term;
pub mod view;
