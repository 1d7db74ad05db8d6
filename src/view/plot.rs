//! Lines in a field of cells: braille dots, or one letter a series where only ASCII may be shown. What is missing in a
//! series stays empty.

use crate::model::{Run, Time};

/// What a field shows: a span of time, and a span of values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    pub(super) start: Time,
    pub(super) end: Time,
    pub(super) low: f64,
    pub(super) high: f64,
}

/// A field of cells, and whose line goes through each.
pub(super) struct Plot {
    wide: u16,
    high: u16,
    ascii: bool,
    scale: Scale,
    cells: Vec<(u8, Option<usize>)>,
}

/// Bits of a braille cell, by row and column.
const DOTS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/// The letter of a series: in the legend, at the end of its line, and in ASCII all along it.
pub(super) fn letter(series: usize) -> char {
    let place = u8::try_from(series % 26).unwrap_or(0);
    char::from(b'a' + place)
}

impl Plot {
    pub(super) fn new((wide, high): (u16, u16), scale: Scale, ascii: bool) -> Self {
        Plot {
            wide,
            high,
            ascii,
            scale,
            cells: vec![(0, None); usize::from(wide) * usize::from(high)],
        }
    }

    /// Dots in a row, and in a column.
    fn dots(&self) -> (f64, f64) {
        let (across, down) = if self.ascii { (1.0, 1.0) } else { (2.0, 4.0) };
        (f64::from(self.wide) * across, f64::from(self.high) * down)
    }

    /// Where a sample stands, in dots from the upper left; outside the span of time it is outside the field.
    fn place(&self, (at, value): (Time, f64)) -> (f64, f64) {
        let (across, down) = self.dots();
        let Scale {
            start,
            end,
            low,
            high,
        } = self.scale;
        let span = end.since(start).max(1) as f64;
        let x = at.since(start) as f64 / span * (across - 1.0);
        let share = if high > low {
            ((value - low) / (high - low)).clamp(0.0, 1.0)
        } else {
            0.0
        };
        (x, (1.0 - share) * (down - 1.0))
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be within the field, which is no larger than a screen"
    )]
    fn dot(&mut self, x: f64, y: f64, series: usize) {
        let (across, down) = self.dots();
        let (x, y) = (x.round(), y.round());
        if !(0.0..across).contains(&x) || !(0.0..down).contains(&y) {
            return;
        }
        let (x, y) = (x as usize, y as usize);
        let (column, row, bits) = if self.ascii {
            (x, y, 1)
        } else {
            let bits = DOTS.get(y % 4).and_then(|row| row.get(x % 2));
            (x / 2, y / 4, bits.copied().unwrap_or(0))
        };
        if let Some(cell) = self.cells.get_mut(row * usize::from(self.wide) + column) {
            cell.0 |= bits;
            cell.1 = Some(series);
        }
    }

    /// Draws a line; where lines cross, the later one is seen.
    pub(super) fn line(&mut self, runs: &[Run], series: usize) {
        let edge = self.dots().0 - 1.0;
        for run in runs {
            let mut last: Option<(f64, f64)> = None;
            for sample in run {
                let to = self.place(*sample);
                match last {
                    Some(from) if to.0 >= 0.0 && from.0 <= edge => {
                        self.stroke(cut(from, to, edge), cut(to, from, edge), series);
                    }
                    _ => self.dot(to.0, to.1, series),
                }
                last = Some(to);
            }
        }
    }

    /// Draws from one place to another, both within the field: so there are no more steps than the field is large.
    fn stroke(&mut self, (x0, y0): (f64, f64), (x, y): (f64, f64), series: usize) {
        let steps = (x - x0).abs().max((y - y0).abs()).ceil().max(1.0);
        let mut step = 0.0;
        while step <= steps {
            let share = step / steps;
            self.dot(x0 + (x - x0) * share, y0 + (y - y0) * share, series);
            step += 1.0;
        }
    }

    /// Draws a level across the whole field.
    pub(super) fn level(&mut self, value: f64, series: usize) {
        let (_, y) = self.place((self.scale.start, value));
        let mut x = 0.0;
        while x < self.dots().0 {
            self.dot(x, y, series);
            // Dashed, so that it is no series.
            x += if self.ascii { 2.0 } else { 4.0 };
        }
    }

    /// The column of a moment.
    pub(super) fn column(&self, at: Time) -> Option<u16> {
        let (x, _) = self.place((at, self.scale.low));
        let across = if self.ascii { 1.0 } else { 2.0 };
        (0..self.wide).find(|column| {
            let from = f64::from(*column) * across;
            (from..from + across).contains(&x.round())
        })
    }

    /// The row in which a value stands.
    pub(super) fn row(&self, value: f64) -> u16 {
        let (_, y) = self.place((self.scale.start, value));
        let down = if self.ascii { 1.0 } else { 4.0 };
        (0..self.high)
            .find(|row| (y.round() / down).floor() <= f64::from(*row))
            .unwrap_or(0)
    }

    /// What stands in a cell, and of which series.
    pub(super) fn cell(&self, x: u16, y: u16) -> (char, Option<usize>) {
        let place = usize::from(y) * usize::from(self.wide) + usize::from(x);
        let (bits, series) = self.cells.get(place).copied().unwrap_or((0, None));
        let shown = match (bits, series) {
            (0, _) => ' ',
            (_, Some(series)) if self.ascii => letter(series),
            _ => char::from_u32(0x2800 + u32::from(bits)).unwrap_or(' '),
        };
        (shown, series)
    }

    /// A line of the field as text; in ASCII a star for each dot, for a field with one series.
    pub(super) fn text(&self, y: u16) -> String {
        let of = |x| match self.cell(x, y).0 {
            ' ' => ' ',
            _ if self.ascii => '*',
            shown => shown,
        };
        (0..self.wide).map(of).collect()
    }
}

/// The end of a line from `a` to `b` that is within the field: `a`, or where the line comes in from outside.
fn cut(a: (f64, f64), b: (f64, f64), edge: f64) -> (f64, f64) {
    let x = a.0.clamp(0.0, edge);
    let wide = b.0 - a.0;
    if x.total_cmp(&a.0).is_eq() || wide.abs() < f64::EPSILON {
        return a;
    }
    (x, a.1 + (b.1 - a.1) * (x - a.0) / wide)
}

/// The lowest and the highest value of the runs within a span of time.
pub(super) fn extent(runs: &[Run], start: Time, end: Time) -> Option<(f64, f64)> {
    let samples = runs.iter().flatten();
    samples
        .filter(|(at, _)| *at >= start && *at <= end)
        .map(|(_, value)| (*value, *value))
        .reduce(|(low, high), (value, _)| (low.min(value), high.max(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plot(ascii: bool, runs: &[Run]) -> Vec<String> {
        let scale = Scale {
            start: Time(0),
            end: Time(100),
            low: 0.0,
            high: 10.0,
        };
        let mut plot = Plot::new((10, 2), scale, ascii);
        plot.line(runs, 0);
        (0..2).map(|y| plot.text(y)).collect()
    }

    #[test]
    fn a_line_goes_from_corner_to_corner_and_a_gap_stays_empty() {
        let rise = vec![(Time(0), 0.0), (Time(100), 10.0)];
        assert_eq!(plot(false, &[rise]), ["     ⣀⡠⠔⠒⠉", "⣀⠤⠔⠊⠉     "]);
        let before = vec![(Time(0), 10.0), (Time(30), 10.0)];
        let after = vec![(Time(70), 0.0), (Time(100), 0.0)];
        let split = [before, after];
        assert_eq!(plot(false, &split), ["⠉⠉⠉⠁      ", "      ⢀⣀⣀⣀"]);
        assert_eq!(plot(true, &split), ["****      ", "      ****"]);
    }

    #[test]
    fn nothing_is_drawn_of_what_lies_outside() {
        let outside = vec![(Time(-500), 5.0), (Time(-100), 5.0)];
        assert_eq!(plot(true, &[outside]), ["          "; 2]);
        assert_eq!(
            plot(true, &[vec![(Time(50), 99.0)]]),
            ["     *    ", "          "]
        );
    }
}
