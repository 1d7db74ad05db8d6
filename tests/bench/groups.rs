//! What groups cost that have been seen for so long that nothing more is kept of them.

use plimsoll::app::PaneId;

use crate::{
    Figure, MEMORY,
    crowd::{self, Names},
    events::{app, draw, feed},
};

const GROUPS: usize = 15_000;
/// Polls after which every window is full.
const ROUNDS: i64 = 160;

/// All that is held: cluster, topics, groups, members, their windows, and the sorted pane.
pub(crate) fn memory() -> Figure {
    let before = MEMORY.allocated();
    let mut names = Names::default();
    let mut app = app(PaneId::Groups);
    feed(&mut app, [crowd::cluster(&mut names)]);
    feed(&mut app, crowd::members(&mut names, GROUPS));
    let mut early = 0;
    for round in 0..ROUNDS {
        feed(&mut app, crowd::round(&mut names, GROUPS, round));
        while app.has_work() {
            app.work();
        }
        if round == 2 {
            early = MEMORY.allocated() - before;
        }
    }
    draw(&mut app);
    let megabytes = |bytes: usize| bytes as f64 / f64::from(1 << 20);
    Figure {
        name: "memory of 15,000 groups and 40,000 partitions after 13 minutes",
        unit: "MiB",
        bound: 96.0,
        measured: megabytes(MEMORY.allocated() - before),
        beside: format!("{:.1} MiB after three polls", megabytes(early)),
    }
}
