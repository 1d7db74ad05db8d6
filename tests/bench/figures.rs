//! The figures that the program promises, measured: `cargo bench`. One line for each, with its bound; the exit code is 1
//! if one is broken. `cargo bench -- keys` measures only figures whose name begins so.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::too_many_lines,
    clippy::type_complexity,
    reason = "a benchmark fails by panicking, reads the clock, and prints what it measured"
)]

#[path = "../common"]
mod common {
    pub(crate) mod fake_broker;
}
mod crowd;
mod events;
mod groups;
mod keys;
mod refresh;
#[path = "../common/screen.rs"]
mod screen;

use std::{alloc::System, fs};

use cap::Cap;

/// Counts bytes that are asked for and not given back.
#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

/// One figure: what was measured, in the unit of its bound.
struct Figure {
    name: &'static str,
    unit: &'static str,
    bound: f64,
    measured: f64,
    /// What else was seen.
    beside: String,
}

fn main() {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .collect();
    let all: &[(&str, fn() -> Figure)] = &[
        (
            "memory: a pod, with all that is kept for it",
            events::memory,
        ),
        ("events: 10,000 pod events, one by one", events::singly),
        (
            "events: 10,000 pod events, in hundreds",
            events::in_hundreds,
        ),
        ("memory: 15,000 groups seen for long", groups::memory),
        (
            "refresh: 10,000 partitions, 500 groups",
            refresh::from_the_wire,
        ),
        ("keys: pods pane, 100,000 rows", keys::pods),
        ("keys: groups pane, 100,000 rows", keys::groups),
    ];
    println!("| figure | bound | measured | |");
    println!("|---|---|---|---|");
    let mut broken = false;
    for (name, measure) in all {
        if !wanted.is_empty() && !wanted.iter().any(|want| name.starts_with(want.as_str())) {
            continue;
        }
        let figure = measure();
        let Figure {
            name,
            unit,
            bound,
            measured,
            beside,
        } = figure;
        let over = measured > bound;
        broken |= over;
        let mark = if over { "**over** " } else { "" };
        println!("| {name} | {bound} {unit} | {mark}{measured:.1} {unit} | {beside} |");
    }
    if broken {
        std::process::exit(1);
    }
}

/// Milliseconds that this thread was on a core.
fn on_core() -> f64 {
    let read = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    let nanos: f64 = read.split(' ').next().unwrap().parse().unwrap();
    nanos / 1e6
}

/// The median of several goes.
fn median(mut goes: Vec<f64>) -> f64 {
    goes.sort_by(f64::total_cmp);
    goes[goes.len() / 2]
}
