//! The shape of the load on Home: what is produced, what is consumed, and the lag between them, over a quarter of an hour.

use crate::{
    app::{Cell, Cx, Fact, Role, width},
    insight::Flow,
    model::{Run, Source, State},
    view::{
        plot::{Plot, Scale, extent},
        text,
    },
};

/// Milliseconds that are shown.
const SPAN: i64 = 900_000;
const WORDS: &str = "15m";

/// One of the three, with what is seen of it.
struct Shown<'a> {
    name: &'static str,
    flow: &'a Flow,
    runs: Vec<Run>,
    /// The highest value shown.
    high: Option<f64>,
    /// Whether the number is of a second.
    rate: bool,
}

fn shown<'a>(cx: &Cx<'a>) -> [Shown<'a>; 3] {
    let load = &cx.picture.load;
    let every = cx.picture.site.health.get(&Source::Lag);
    let every = every.and_then(|of| of.report.every).unwrap_or(0);
    let start = cx.now.plus(-SPAN);
    let one = |name, flow: &'a Flow, rate| {
        // A little of what was before, so that a line comes in from the edge.
        let runs = flow.trace.runs(start.plus(-60_000), every);
        let high = extent(&runs, start, cx.now).map(|(_, high)| high);
        Shown {
            name,
            flow,
            runs,
            high,
            rate,
        }
    };
    [
        one("produce", &load.produced, true),
        one("consume", &load.consumed, true),
        one("lag", &load.lag, false),
    ]
}

impl Shown<'_> {
    fn number(&self, value: f64) -> String {
        if self.rate {
            text::per_second(value)
        } else {
            text::whole(value)
        }
    }

    /// The number of now; a dash while nothing is known, and a mark where a part is missing.
    fn now(&self, cx: &Cx<'_>) -> (String, Role) {
        let Some(value) = self.flow.now else {
            return ("-".to_owned(), Role::Dim);
        };
        let of_now = is_of_now(cx);
        match (self.flow.unknown, of_now) {
            (_, false) => (format!("{} old", self.number(value)), Role::Stale),
            (0, true) => (self.number(value), Role::Strong),
            (_, true) => (format!("{} +?", self.number(value)), Role::Warn),
        }
    }

    /// How far back the bars go, and to what height.
    fn extent(&self) -> String {
        match self.high {
            Some(high) => format!("{WORDS}, 0 to {}", self.number(high)),
            None => format!("{WORDS}, nothing yet"),
        }
    }
}

/// Whether the last round of Kafka is one of now.
fn is_of_now(cx: &Cx<'_>) -> bool {
    let Some(health) = cx.picture.site.health.get(&Source::Lag) else {
        return true;
    };
    if let (Some(every), Some(at)) = (health.report.every, health.last_ok) {
        cx.rolls_at(at.plus(3 * every + 1));
    }
    !health.report.state.is_sick() && health.stale_for(cx.now).is_none()
}

/// Why nothing is known yet, once for the three.
fn silence(cx: &Cx<'_>) -> Option<Cell<'static>> {
    let load = &cx.picture.load;
    if [&load.produced, &load.consumed, &load.lag]
        .iter()
        .any(|of| of.now.is_some())
    {
        return None;
    }
    Some(match cx.picture.site.state(Source::Lag) {
        Some(State::Live) => Cell::dim("a rate needs two readings"),
        None if !cx.picture.site.health.is_empty() => Cell::dim("no Kafka is read"),
        None | Some(State::Syncing { .. }) => Cell::dim("not read yet"),
        Some(state) => Cell::new(format!("lag: {}, see Sources (0)", state.word()), Role::Bad),
    })
}

/// Cells of the number of now.
const NUMBER: usize = 10;

/// A line each, with bars.
pub(super) fn lines<'a>(cx: &Cx<'a>, room: usize) -> Vec<Fact<'a>> {
    if let Some(why) = silence(cx) {
        return vec![Fact::new("load", vec![why])];
    }
    let span = (cx.now.plus(-SPAN), cx.now);
    let line = |of: &Shown<'_>| {
        let (now, role) = of.now(cx);
        let blank = NUMBER.saturating_sub(width(&now));
        let range = of.extent();
        let bars = room.saturating_sub(NUMBER + 2 + 24).min(60);
        let bars = text::bars(&of.runs, span, bars, None, cx.ascii);
        Fact::new(
            of.name,
            vec![
                Cell::new(now + &" ".repeat(blank), role),
                Cell::text(bars),
                Cell::dim(range),
            ],
        )
    };
    shown(cx).iter().map(line).collect()
}

/// Cells between two charts.
const BETWEEN: usize = 2;
/// Lines of a chart.
const HIGH: u16 = 4;

/// Three charts side by side.
pub(super) fn charts<'a>(cx: &Cx<'a>, room: usize) -> Vec<Fact<'a>> {
    if let Some(why) = silence(cx) {
        return vec![Fact::new("load", vec![why])];
    }
    let wide = (room.saturating_sub(2 * BETWEEN) / 3).min(60);
    let all = shown(cx);
    let pad = |text: String, role| {
        let cut = text::cut(&text, wide, cx.ascii).into_owned();
        let blank = wide.saturating_sub(width(&cut)) + BETWEEN - 1;
        Cell::new(cut + &" ".repeat(blank), role)
    };
    let heads = all.iter().map(|of| {
        let (now, role) = of.now(cx);
        pad(format!("{} {now}", of.name), role)
    });
    let mut facts = vec![Fact::new("load", heads.collect())];
    let cells = u16::try_from(wide).unwrap_or(u16::MAX);
    let plots: Vec<Plot> = all
        .iter()
        .map(|of| {
            let scale = Scale {
                start: cx.now.plus(-SPAN),
                end: cx.now,
                low: 0.0,
                high: of.high.unwrap_or(0.0),
            };
            let mut plot = Plot::new((cells, HIGH), scale, cx.ascii);
            plot.line(&of.runs, 0);
            plot
        })
        .collect();
    for y in 0..HIGH {
        let row = plots.iter().map(|plot| pad(plot.text(y), Role::Label));
        facts.push(Fact::new("", row.collect()));
    }
    let feet = all.iter().map(|of| pad(of.extent(), Role::Dim));
    facts.push(Fact::new("", feet.collect()));
    facts
}
