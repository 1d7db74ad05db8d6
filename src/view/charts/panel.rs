//! One chart: its title with the extent of its values, its field with the axes, and its legend.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use crate::{
    app::width,
    insight::{Chart, ChartLine, value_at},
    model::SeriesKey,
    view::{
        Part, Theme,
        plot::{Plot, Scale, extent, letter},
        text,
    },
};

use super::{Window, number};

/// Cells of the labels of the upright axis.
const AXIS: u16 = 9;

fn name(of: &SeriesKey) -> String {
    match of {
        SeriesKey::Broker(id) => format!("broker {id}"),
        SeriesKey::Group(name) => name.to_string(),
        SeriesKey::Pod(id) => id.name.to_string(),
    }
}

/// The lowest and the highest value of all lines in the window.
fn bounds(chart: &Chart, window: &Window) -> Option<(f64, f64)> {
    let lines = chart.lines.iter();
    let each = lines.filter_map(|line| extent(&line.runs, window.start, window.end));
    each.reduce(|(low, high), (a, b)| (low.min(a), high.max(b)))
}

/// What the legend says of a line at the cursor: its value, and its share of the limit.
fn value(chart: &Chart, line: &ChartLine, window: &Window) -> String {
    let at = window.cursor.unwrap_or(window.end);
    // The newest sample may be a step old; between two samples the nearer one counts.
    let reach = if window.cursor.is_some() {
        chart.step / 2
    } else {
        chart.step * 2
    };
    let Some(value) = value_at(&line.runs, at, reach) else {
        return "-".to_owned();
    };
    let shown = number::number(chart.signal, value);
    match line.limit {
        Some(limit) if limit > 0.0 => format!("{shown} {:.0}%", value * 100.0 / limit),
        _ => shown,
    }
}

struct Field<'a> {
    chart: &'a Chart,
    window: &'a Window,
    theme: &'a Theme,
    /// The line that is drawn over the others.
    chosen: Option<usize>,
}

impl Field<'_> {
    fn style(&self, line: usize) -> Style {
        if self.chosen == Some(line) {
            self.theme.style(Part::Accent)
        } else {
            self.theme.style(Part::series(line))
        }
    }

    fn put(&self, buffer: &mut Buffer, (x, y): (u16, u16), right: u16, words: &str, part: Part) {
        let room = usize::from(right.saturating_sub(x));
        let words = text::cut(words, room, self.window.ascii);
        buffer.set_stringn(x, y, &words, room, self.theme.style(part));
    }

    /// The title, with the extent of what is shown at its right end.
    fn title(&self, buffer: &mut Buffer, area: Rect, marked: bool) {
        let mark = match (marked, self.window.ascii) {
            (true, true) => ">",
            (true, false) => "▌",
            _ => " ",
        };
        let part = if marked { Part::Accent } else { Part::Strong };
        let title = number::title(self.chart.signal);
        self.put(buffer, (area.x, area.y), area.right(), mark, part);
        self.put(buffer, (area.x + 1, area.y), area.right(), title, part);
        let Some((low, high)) = bounds(self.chart, self.window) else {
            return;
        };
        let show = |value| number::number(self.chart.signal, value);
        let words = format!("{} to {}", show(low), show(high));
        let wide = u16::try_from(width(&words)).unwrap_or(0);
        let from = area.right().saturating_sub(wide + 1);
        if from > area.x + 2 + u16::try_from(title.len()).unwrap_or(0) {
            self.put(buffer, (from, area.y), area.right(), &words, Part::Dim);
        }
    }

    /// The field with its axes. Its last line is the axis of time where it is high enough.
    fn draw(&self, buffer: &mut Buffer, area: Rect) {
        let with_times = area.height >= 4;
        let high = area.height - u16::from(with_times);
        let wide = area.width.saturating_sub(AXIS + 2);
        let Some((_, most)) = bounds(self.chart, self.window).filter(|_| wide > 4 && high > 0)
        else {
            return self.nothing(buffer, area);
        };
        let limits = self.chart.lines.iter().filter_map(|line| line.limit);
        let alone = self.chart.lines.len() == 1;
        let limit = limits.reduce(f64::max).filter(|_| alone);
        let top = number::top(self.chart.signal, most.max(limit.unwrap_or(0.0)));
        let top = if top > 0.0 { top } else { 1.0 };
        let scale = Scale {
            start: self.window.start,
            end: self.window.end,
            low: 0.0,
            high: top,
        };
        let mut plot = Plot::new((wide, high), scale, self.window.ascii);
        if let Some(limit) = limit {
            plot.level(limit, Chart::LINES);
        }
        for (place, line) in self.chart.lines.iter().enumerate() {
            if self.chosen != Some(place) {
                plot.line(&line.runs, place);
            }
        }
        let chosen = self
            .chosen
            .and_then(|place| Some((place, self.chart.lines.get(place)?)));
        if let Some((place, line)) = chosen {
            plot.line(&line.runs, place);
        }
        let left = area.x + AXIS;
        for y in 0..high {
            let bar = if self.window.ascii { "|" } else { "│" };
            self.put(buffer, (left, area.y + y), left + 1, bar, Part::Border);
            for x in 0..wide {
                let (shown, of) = plot.cell(x, y);
                let style = match of {
                    Some(place) if place < Chart::LINES => self.style(place),
                    Some(_) => self.theme.style(Part::Warn),
                    None => continue,
                };
                let shown = if of == Some(Chart::LINES) && self.window.ascii {
                    '-'
                } else {
                    shown
                };
                buffer.set_string(left + 1 + x, area.y + y, shown.to_string(), style);
            }
        }
        self.labels(buffer, area, high, top);
        self.ends(buffer, (left + 1, area.y), &plot);
        self.cursor(buffer, (left + 1, area.y), (wide, high), &plot);
        if with_times {
            self.times(buffer, (left + 1, area.y + high), wide);
        }
    }

    /// Why there is no line.
    fn nothing(&self, buffer: &mut Buffer, area: Rect) {
        let said = self
            .chart
            .said
            .as_deref()
            .unwrap_or("no sample in this range");
        let room = usize::from(area.width.saturating_sub(3));
        for (y, part) in (area.y..area.bottom()).zip(text::wrap(said, room)) {
            self.put(buffer, (area.x + 2, y), area.right(), &part, Part::Dim);
        }
    }

    fn labels(&self, buffer: &mut Buffer, area: Rect, high: u16, top: f64) {
        let mut label = |y: u16, value: f64| {
            let words = number::number(self.chart.signal, value);
            let wide = u16::try_from(width(&words)).unwrap_or(0);
            let x = area.x + (AXIS - 1).saturating_sub(wide);
            self.put(buffer, (x, area.y + y), area.x + AXIS, &words, Part::Dim);
        };
        label(0, top);
        if high > 1 {
            label(high - 1, 0.0);
        }
        if high >= 7 {
            label((high - 1) / 2, top / 2.0);
        }
    }

    /// The letter of each line at its newest end.
    fn ends(&self, buffer: &mut Buffer, (x, y): (u16, u16), plot: &Plot) {
        for (place, line) in self.chart.lines.iter().enumerate() {
            let last = line.runs.last().and_then(|run| run.last());
            let Some((at, value)) = last else { continue };
            if let Some(column) = plot.column(*at) {
                let shown = letter(place).to_string();
                let at = (x + column, y + plot.row(*value));
                buffer.set_string(at.0, at.1, shown, self.style(place));
            }
        }
    }

    /// The moment under the cursor: an upright line where nothing else is.
    fn cursor(&self, buffer: &mut Buffer, (x, y): (u16, u16), (_, high): (u16, u16), plot: &Plot) {
        let Some(column) = self.window.cursor.and_then(|at| plot.column(at)) else {
            return;
        };
        let bar = if self.window.ascii { "|" } else { "┊" };
        for row in 0..high {
            if plot.cell(column, row).1.is_none() {
                buffer.set_string(x + column, y + row, bar, self.theme.style(Part::Accent));
            }
        }
    }

    fn times(&self, buffer: &mut Buffer, (x, y): (u16, u16), wide: u16) {
        let span = self.window.end.since(self.window.start);
        let parts: i64 = if wide >= 60 { 4 } else { 2 };
        for part in 0..=parts {
            let at = self.window.start.plus(span * part / parts);
            let words = text::minutes(at);
            let long = i64::try_from(words.len()).unwrap_or(5);
            let place = i64::from(wide) * part / parts - long * part / parts;
            let place = u16::try_from(place).unwrap_or(0);
            self.put(buffer, (x + place, y), x + wide, &words, Part::Dim);
        }
    }

    /// The lines side by side: letter, name, value under the cursor. Those that do not fit are counted.
    fn legend(&self, buffer: &mut Buffer, area: Rect) {
        let (mut x, mut y) = (area.x + 2, area.y);
        let lines = &self.chart.lines;
        for (place, line) in lines.iter().enumerate() {
            let long = if lines.len() > 4 { 16 } else { 28 };
            let name = text::cut(&name(&line.of), long, self.window.ascii).into_owned();
            let words = format!(
                "{} {name} {}",
                letter(place),
                value(self.chart, line, self.window)
            );
            let wide = u16::try_from(width(&words)).unwrap_or(0);
            if x + wide > area.right() && x > area.x + 2 {
                (x, y) = (area.x + 2, y + 1);
            }
            if y >= area.bottom() {
                let left = lines.len() - place + self.chart.more;
                let more = format!(" +{left}");
                let from = area
                    .right()
                    .saturating_sub(u16::try_from(more.len()).unwrap_or(0));
                self.put(buffer, (from, y - 1), area.right(), &more, Part::Strong);
                return;
            }
            self.put(buffer, (x, y), area.right(), &words, Part::Text);
            buffer.set_string(x, y, letter(place).to_string(), self.style(place));
            x += wide + 2;
        }
        if self.chart.more > 0 && y < area.bottom() {
            let more = format!("+{} more", self.chart.more);
            self.put(buffer, (x, y), area.right(), &more, Part::Dim);
        }
    }

    /// The lines below one another, with the extent of each.
    fn table(&self, buffer: &mut Buffer, area: Rect) {
        let show = |value| number::number(self.chart.signal, value);
        let long = usize::from(area.width)
            .saturating_sub(3 + 3 * 14)
            .clamp(8, 60);
        let at = |column: u16| area.x + 4 + u16::try_from(long).unwrap_or(0) + column * 14;
        let head = match self.window.cursor {
            Some(_) => "at cursor",
            None if self.window.old => "newest",
            None => "now",
        };
        for (column, words) in (0..).zip([head, "min", "max"]) {
            self.put(
                buffer,
                (at(column), area.y),
                area.right(),
                words,
                Part::Heading,
            );
        }
        let rows = area.y + 1..area.bottom();
        for (y, (place, line)) in rows.zip(self.chart.lines.iter().enumerate()) {
            let chosen = self.chosen == Some(place);
            let mark = match (chosen, self.window.ascii) {
                (true, true) => ">",
                (true, false) => "▌",
                _ => " ",
            };
            self.put(buffer, (area.x, y), area.right(), mark, Part::Accent);
            buffer.set_string(area.x + 1, y, letter(place).to_string(), self.style(place));
            let name = text::cut(&name(&line.of), long, self.window.ascii).into_owned();
            let part = if chosen { Part::Strong } else { Part::Text };
            self.put(buffer, (area.x + 3, y), area.right(), &name, part);
            let bounds = extent(&line.runs, self.window.start, self.window.end);
            let now = value(self.chart, line, self.window);
            let low = bounds.map_or_else(|| "-".to_owned(), |(low, _)| show(low));
            let high = bounds.map_or_else(|| "-".to_owned(), |(_, high)| show(high));
            for (column, words) in (0..).zip([now, low, high]) {
                self.put(buffer, (at(column), y), area.right(), &words, part);
            }
        }
    }
}

/// A chart among others.
pub(super) fn small(
    buffer: &mut Buffer,
    area: Rect,
    chart: &Chart,
    window: &Window,
    marked: bool,
    theme: &Theme,
) {
    let field = Field {
        chart,
        window,
        theme,
        chosen: None,
    };
    field.title(buffer, Rect { height: 1, ..area }, marked);
    // As many lines of legend as the lines need, and no more than the field can spare.
    let needs = match chart.lines.len() {
        0 => 0,
        lines if area.height >= 16 => u16::try_from(lines).unwrap_or(8),
        1 | 2 => 1,
        3..6 => 2,
        _ => 3,
    };
    let legend = if area.height > 2 {
        needs.min(area.height.saturating_sub(4).max(1))
    } else {
        0
    };
    let plot = Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(1 + legend),
        ..area
    };
    field.draw(buffer, plot);
    let legend = Rect {
        y: plot.bottom(),
        height: legend,
        width: area.width.saturating_sub(1),
        ..area
    };
    if !chart.lines.is_empty() {
        field.legend(buffer, legend);
    }
}

/// A chart that has the screen to itself.
pub(super) fn whole(
    buffer: &mut Buffer,
    area: Rect,
    chart: &Chart,
    window: &Window,
    chosen: usize,
    theme: &Theme,
) {
    let field = Field {
        chart,
        window,
        theme,
        chosen: Some(chosen),
    };
    field.title(buffer, Rect { height: 1, ..area }, false);
    let lines = u16::try_from(chart.lines.len()).unwrap_or(0);
    let table = if lines == 0 {
        0
    } else {
        (lines + 1).min(area.height.saturating_sub(1) / 2)
    };
    let plot = Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(1 + table),
        ..area
    };
    field.draw(buffer, plot);
    let below = Rect {
        y: plot.bottom(),
        height: table,
        ..area
    };
    field.table(buffer, below);
}
