//! Charts: as many as there is room for, or one alone, with the values of all series under the cursor.

mod number;
mod panel;

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{App, Cx, PARTS, RANGES, Subject},
    insight::{Chart, Origin},
    model::{ChartOf, Source, Time},
};

use super::{Part, Theme, body, text};

/// What all charts of a screen share.
#[derive(Clone, Copy)]
struct Window {
    start: Time,
    end: Time,
    cursor: Option<Time>,
    /// The newest sample is too old to be called that of now.
    old: bool,
    ascii: bool,
}

/// Cells of a chart that is worth drawing.
const WIDE: u16 = 56;
const HIGH: u16 = 8;

pub(super) fn draw(buffer: &mut Buffer, area: Rect, app: &App, cx: &Cx<'_>, theme: &Theme) {
    let Some((of, view)) = app.charts() else {
        return;
    };
    let ascii = app.options.ascii;
    let end = app.chart_end();
    let series = cx.picture.site.health.get(&Source::Series);
    let every = series.and_then(|health| health.report.every).unwrap_or(0);
    let answer = cx.picture.site.chart.as_ref();
    let late = 3 * answer.map_or(every, |answer| answer.ask.step().max(every));
    cx.rolls_at(end.plus(late + 1));
    let window = Window {
        start: end.plus(-view.span()),
        end,
        cursor: view
            .cursor
            .filter(|at| (end.plus(-view.span())..=end).contains(at)),
        old: cx.now.since(end) > late,
        ascii,
    };
    let charts = app.drawn_charts();
    let title = if let Subject::Charts(key) = &app.view().subject {
        format!("{key}: charts")
    } else {
        let part = PARTS.get(view.part).map_or("", |(name, _)| name);
        format!("Metrics: {part}")
    };
    let ranges: Vec<String> = RANGES
        .iter()
        .enumerate()
        .map(|(place, (word, _))| {
            if place == view.range {
                format!("[{word}]")
            } else {
                (*word).to_owned()
            }
        })
        .collect();
    let mut inner = body::frame(buffer, area, &title, &ranges.join(" "), app, theme);
    if inner.height > 6 {
        let line = Rect { height: 1, ..inner };
        bar(buffer, line, app, cx, &of, &charts, &window, theme);
        inner.y += 1;
        inner.height -= 1;
    }
    if charts.is_empty() {
        let words = "nothing to draw yet";
        buffer.set_stringn(
            inner.x + 1,
            inner.y,
            words,
            usize::from(inner.width.saturating_sub(1)),
            theme.style(Part::Dim),
        );
        return;
    }
    let (columns, rows) = if view.whole {
        (1, 1)
    } else {
        grid(inner, charts.len())
    };
    let per = usize::from(columns) * usize::from(rows);
    let first = if view.whole {
        0
    } else {
        view.panel / per * per
    };
    for (place, chart) in charts.iter().enumerate().skip(first).take(per) {
        let at = u16::try_from(place - first).unwrap_or(0);
        let (column, row) = (at % columns, at / columns);
        let (wide, high) = (inner.width / columns, inner.height / rows);
        let cell = Rect {
            x: inner.x + column * wide,
            y: inner.y + row * high,
            width: wide,
            height: high,
        };
        if view.whole {
            panel::whole(buffer, cell, chart, &window, view.series, theme);
        } else {
            panel::small(buffer, cell, chart, &window, place == view.panel, theme);
        }
    }
}

/// Columns and rows of charts in a field: no more than there are charts.
fn grid(area: Rect, charts: usize) -> (u16, u16) {
    let charts = u16::try_from(charts.max(1)).unwrap_or(u16::MAX);
    let columns = (area.width / WIDE).clamp(1, 3).min(charts);
    let rows = (area.height / HIGH).max(1).min(charts.div_ceil(columns));
    (columns, rows)
}

/// The line over the charts: which part, where the numbers come from, and the moment under the cursor.
#[expect(
    clippy::too_many_arguments,
    reason = "what the line says, and where it stands; a struct of these has no other use"
)]
fn bar(
    buffer: &mut Buffer,
    area: Rect,
    app: &App,
    cx: &Cx<'_>,
    of: &ChartOf,
    charts: &[Chart],
    window: &Window,
    theme: &Theme,
) {
    let mut x = area.x + 1;
    let room = |x: u16| usize::from(area.right().saturating_sub(x));
    if matches!(app.view().subject, Subject::Pane(_)) {
        for (word, part) in &PARTS {
            let style = theme.style(if part == of {
                Part::TabActive
            } else {
                Part::Tab
            });
            buffer.set_stringn(x, area.y, word, room(x), style);
            // The part that is shown is told apart without colour, too.
            let wide = u16::try_from(word.len()).unwrap_or(0);
            x += wide;
            if part == of {
                let mark = cx.mark("◂", "<");
                buffer.set_stringn(x, area.y, mark, room(x), style);
            }
            x += 2;
        }
        x += 1;
    }
    let moment = match window.cursor {
        Some(at) => format!("at {} UTC", text::clock(at)),
        None if window.old => {
            let age = cx.age(window.end);
            format!("newest {} UTC, {age} old", text::clock(window.end))
        }
        None => format!("now {} UTC", text::clock(window.end)),
    };
    let wide = u16::try_from(moment.len()).unwrap_or(0) + 1;
    let from = area.right().saturating_sub(wide);
    let words = text::cut(
        &origin(cx, charts),
        usize::from(from.saturating_sub(x + 1)),
        window.ascii,
    )
    .into_owned();
    buffer.set_stringn(x, area.y, words, room(x), theme.style(Part::Dim));
    if from > x {
        let part = match window.cursor {
            Some(_) => Part::Accent,
            None if window.old => Part::Warn,
            None => Part::Text,
        };
        buffer.set_stringn(from, area.y, moment, room(from), theme.style(part));
    }
}

/// Where the numbers come from, in words.
fn origin(cx: &Cx<'_>, charts: &[Chart]) -> String {
    let answer = cx.picture.site.chart.as_ref();
    if let Some(failed) = charts
        .iter()
        .find(|of| !of.lines.is_empty())
        .and_then(|of| of.said.as_ref())
    {
        return format!("old: {failed}");
    }
    if charts
        .iter()
        .any(|chart| chart.origin == Origin::Prometheus && !chart.lines.is_empty())
    {
        let step = text::span(answer.map_or(0, |answer| answer.ask.step()));
        let health = cx.picture.site.health.get(&Source::Series);
        let sick = health.filter(|health| health.report.state.is_sick());
        return match sick {
            Some(health) => format!("Prometheus is {}; every {step}", health.report.state.word()),
            None => format!("Prometheus, every {step}"),
        };
    }
    let own = charts.iter().filter_map(|chart| match chart.origin {
        Origin::Own(since) => Some(since),
        _ => None,
    });
    match own.min() {
        Some(since) => {
            let own = format!("own samples since {}", text::clock(since));
            let failed = answer.and_then(|answer| answer.failed.as_ref());
            failed.map_or(own.clone(), |why| format!("{own}; Prometheus: {why}"))
        }
        None => String::new(),
    }
}
