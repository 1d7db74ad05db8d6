//! What pod events and pod rows cost.

use plimsoll::{
    app::{App, Msg, Options, PaneId},
    model::Envelope,
    view::{self, panes},
};
use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    Figure, MEMORY,
    crowd::{self, Names, START},
    median, on_core, screen,
};

const PODS: usize = 100_000;
const EVENTS: usize = 10_000;
const GOES: usize = 7;

pub(crate) fn app(pane: PaneId) -> App {
    let options = Options {
        pane,
        ..screen::options()
    };
    let mut app = App::new(panes::ALL, options, START);
    app.handle(Msg::Resize(120, 40), START);
    app
}

pub(crate) fn feed(app: &mut App, envelopes: impl IntoIterator<Item = Envelope>) {
    for envelope in envelopes {
        let now = envelope.at;
        app.handle(Msg::Feed(Box::new(envelope)), now);
    }
}

pub(crate) fn draw(app: &mut App) {
    app.before_draw();
    let mut buffer = Buffer::empty(Rect::new(0, 0, 120, 40));
    let roll = view::draw(&mut buffer, app, &screen::theme());
    app.drawn(roll);
}

/// Bytes that a pod costs: its row and strings, its places in every index, its order on the pane.
pub(crate) fn memory() -> Figure {
    let mut names = Names::default();
    let mut app = app(PaneId::Pods);
    feed(&mut app, crowd::around(&mut names, PODS));
    draw(&mut app);
    let pages = crowd::pods(&mut names, PODS);
    let told = MEMORY.allocated();
    drop(pages);
    let page = told - MEMORY.allocated();
    let before = MEMORY.allocated();
    for envelope in crowd::pods(&mut names, PODS) {
        feed(&mut app, [envelope]);
    }
    draw(&mut app);
    let each = (MEMORY.allocated() - before) as f64 / PODS as f64;
    Figure {
        name: "memory of a pod row, with its strings, indexes and place in the order",
        unit: "bytes",
        bound: 512.0,
        measured: each,
        beside: format!("100,000 pods; as told they take {} each", page / PODS),
    }
}

fn apply(name: &'static str, at_once: usize) -> Figure {
    let mut names = Names::default();
    let mut app = app(PaneId::Pods);
    feed(&mut app, crowd::around(&mut names, PODS));
    feed(&mut app, crowd::pods(&mut names, PODS));
    draw(&mut app);
    let mut goes = Vec::new();
    let mut shown = Vec::new();
    for go in 0..GOES {
        let rounds = EVENTS / at_once;
        let events: Vec<Envelope> = (0..rounds)
            .map(|round| crowd::changes(&mut names, PODS, go * rounds + round, at_once))
            .collect();
        let began = on_core();
        feed(&mut app, events);
        goes.push(on_core() - began);
        let began = on_core();
        draw(&mut app);
        shown.push(on_core() - began);
    }
    Figure {
        name,
        unit: "ms",
        bound: 50.0,
        measured: median(goes),
        beside: format!(
            "among 100,000 pods; the frame after them {:.1} ms",
            median(shown)
        ),
    }
}

pub(crate) fn singly() -> Figure {
    apply("10,000 pod events applied, an envelope each", 1)
}

pub(crate) fn in_hundreds() -> Figure {
    apply("10,000 pod events applied, a hundred in an envelope", 100)
}
