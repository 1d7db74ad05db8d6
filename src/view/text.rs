//! Numbers as text, and text cut to fit.

use std::borrow::Cow;

pub use crate::app::wrap;
use crate::{
    app::width,
    model::{Ring, Run, Time, split},
};

/// A count in at most seven characters: exact below a million, then three digits and a letter.
pub fn count(value: i64) -> String {
    let magnitude = value.unsigned_abs();
    if magnitude < 1_000_000 {
        return value.to_string();
    }
    let (unit, letter) = match magnitude {
        0..1_000_000_000 => (1e6, 'M'),
        1_000_000_000..1_000_000_000_000 => (1e9, 'G'),
        _ => (1e12, 'T'),
    };
    format!("{}{letter}", three_digits(value as f64 / unit))
}

fn three_digits(value: f64) -> String {
    match value.abs() {
        v if v < 9.995 => format!("{value:.2}"),
        v if v < 99.95 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

/// Bytes a second, measured as a float: as [`bytes`].
pub fn byte_rate(value: f64) -> String {
    let whole = value.max(0.0).round();
    // Up to 2^53 a float holds every integer, and none of ours is larger.
    bytes(format!("{whole:.0}").parse().unwrap_or(0))
}

/// Bytes in powers of 1024, as `kubectl` writes them: `512Ki`, `1.20Gi`.
pub fn bytes(value: u64) -> String {
    const UNITS: [&str; 5] = ["", "Ki", "Mi", "Gi", "Ti"];
    let mut rest = value as f64;
    for unit in UNITS {
        if rest < 1_000.0 || unit == "Ti" {
            return match unit {
                "" => format!("{value}"),
                "Ki" | "Mi" if rest >= 10.0 => format!("{rest:.0}{unit}"),
                _ => format!("{}{unit}", three_digits(rest)),
            };
        }
        rest /= 1_024.0;
    }
    value.to_string()
}

/// A rate per second: `+35.2`, `-4`, `0`.
pub fn rate(value: f64) -> String {
    let rounded = if value.abs() < 10.0 {
        (value * 10.0).round() / 10.0
    } else {
        value.round()
    };
    if rounded == 0.0 {
        return "0".to_owned();
    }
    if rounded.abs() >= 1e6 {
        return format!("{:+}{}", (rounded / 1e5).round() / 10.0, 'M');
    }
    format!("{rounded:+}")
}

/// Thousandths of a core as `kubectl top` writes them.
pub fn cores(milli: u64) -> String {
    format!("{milli}m")
}

/// A span of milliseconds in words of one unit: `90s`, `45m`, `7h`, `3d`.
pub fn span(millis: i64) -> String {
    match millis / 1_000 {
        seconds @ 0..120 => format!("{seconds}s"),
        seconds @ 120..7_200 => format!("{}m", seconds / 60),
        seconds @ 7_200..172_800 => format!("{}h", seconds / 3_600),
        seconds => format!("{}d", seconds / 86_400),
    }
}

/// A span of seconds in words of one unit.
pub fn seconds(seconds: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a span of time in milliseconds"
    )]
    let millis = (seconds * 1_000.0) as i64;
    span(millis)
}

/// The text, cut to `max` cells with an ellipsis where it is longer.
pub fn cut(text: &str, max: usize, ascii: bool) -> Cow<'_, str> {
    if width(text) <= max {
        return Cow::Borrowed(text);
    }
    let mark = if ascii { '~' } else { '…' };
    let mut kept = String::new();
    let mut used = 0;
    for letter in text.chars() {
        let wide = width(letter.encode_utf8(&mut [0; 4]));
        if used + wide + 1 > max {
            break;
        }
        kept.push(letter);
        used += wide;
    }
    if max > 0 {
        kept.push(mark);
    }
    Cow::Owned(kept)
}

/// The end of a text, with an ellipsis in front where it is longer than `max` cells.
pub fn cut_left(text: &str, max: usize, ascii: bool) -> Cow<'_, str> {
    if width(text) <= max {
        return Cow::Borrowed(text);
    }
    let mut kept: Vec<char> = Vec::new();
    let mut used = 1;
    for letter in text.chars().rev() {
        let wide = width(letter.encode_utf8(&mut [0; 4]));
        if used + wide > max {
            break;
        }
        kept.push(letter);
        used += wide;
    }
    if max > 0 {
        kept.push(if ascii { '~' } else { '…' });
    }
    Cow::Owned(kept.into_iter().rev().collect())
}

/// The last five minutes of a ring as a row of bars, each as high as its number is beside the highest of those shown. What
/// was not sampled stays blank.
pub fn sparkline(ring: &Ring, cells: usize, ascii: bool) -> String {
    const SPAN: i64 = 300_000;
    const NEAR: i64 = 45_000;
    let Some((end, _)) = ring.last() else {
        return String::new();
    };
    let mut steps: Vec<i64> = ring
        .iter()
        .zip(ring.iter().skip(1))
        .map(|((a, _), (b, _))| b.since(a))
        .collect();
    steps.sort_unstable();
    let usual = steps.get(steps.len() / 2).copied().unwrap_or(0);
    let runs = split(ring.iter(), NEAR.max(5 * usual / 2));
    bars(&runs, (end.plus(-SPAN), end), cells, None, ascii)
}

/// A span of time as a row of bars, from 0 to `high`, or to the highest that is shown. What is missing stays blank.
pub fn bars(
    runs: &[Run],
    (start, end): (Time, Time),
    cells: usize,
    high: Option<f64>,
    ascii: bool,
) -> String {
    let many = i64::try_from(cells.max(1)).unwrap_or(1);
    let span = end.since(start).max(1);
    let edge = |cell: i64| start.plus(span * cell / many);
    // The newest sample of each slice; where none falls into it, the one before it in its run.
    let value = |cell: i64| {
        let (from, to) = (edge(cell), edge(cell + 1));
        let last = cell + 1 == many;
        let of = |run: &Run| {
            let until = |at: Time| at < to || (last && at == to);
            let (at, value) = run.iter().rev().copied().find(|(at, _)| until(*at))?;
            let goes_on = run.last().is_some_and(|(newest, _)| *newest >= to);
            (at >= from || goes_on).then_some(value)
        };
        runs.iter().rev().find_map(of)
    };
    let values: Vec<Option<f64>> = (0..many).map(value).collect();
    let highest = values.iter().copied().flatten().fold(0.0, f64::max);
    let high = high.unwrap_or(highest);
    let bar = |value: Option<f64>| value.map_or(' ', |value| level(value, high, ascii));
    values.into_iter().map(bar).collect()
}

/// Numbers side by side, as bars from 0 to the highest; of more than fit, the first.
pub fn levels(values: &[f64], cells: usize, ascii: bool) -> String {
    let high = values.iter().copied().fold(0.0, f64::max);
    let shown = values.iter().take(cells);
    shown.map(|value| level(*value, high, ascii)).collect()
}

/// A bar in one cell.
fn level(value: f64, high: f64, ascii: bool) -> char {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    const ASCII: [char; 8] = ['_', '_', '.', '-', '-', '=', '=', '#'];
    let set = if ascii { ASCII } else { BARS };
    let share = if high > 0.0 { value / high } else { 0.0 };
    // The highest step that the share reaches, rounded.
    let step = (1_u8..8)
        .rev()
        .find(|step| share * 7.0 + 0.5 >= f64::from(*step));
    set.get(usize::from(step.unwrap_or(0)))
        .copied()
        .unwrap_or(' ')
}

/// A share as a bar of so many cells.
pub fn gauge(share: f64, cells: usize, ascii: bool) -> String {
    const PARTS: [char; 8] = ['█', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
    let share = share.clamp(0.0, 1.0);
    let mut bar = String::new();
    for cell in 0..cells {
        // Eighths of this cell that are filled.
        let eighths = (share * cells as f64 - cell as f64) * 8.0;
        let part = (1_u8..8).rev().find(|part| eighths >= f64::from(*part));
        bar.push(match (ascii, part) {
            _ if eighths >= 8.0 => {
                if ascii {
                    '#'
                } else {
                    '█'
                }
            }
            (true, Some(4..)) => '#',
            (true, _) => '.',
            (false, Some(part)) => PARTS.get(usize::from(part)).copied().unwrap_or('█'),
            (false, None) => '░',
        });
    }
    bar
}

/// A number a second: `9824/s`, `3.1/s`.
pub fn per_second(value: f64) -> String {
    if value.abs() < 9.95 && value != 0.0 {
        return format!("{value:.1}/s");
    }
    format!("{}/s", whole(value))
}

/// The time of day of a moment, UTC: `14:02:15`.
pub fn clock(at: Time) -> String {
    let seconds = at.0.div_euclid(1_000).rem_euclid(86_400);
    format!("{}:{:02}", minutes(at), seconds % 60)
}

/// The same without seconds.
pub fn minutes(at: Time) -> String {
    let seconds = at.0.div_euclid(1_000).rem_euclid(86_400);
    format!("{:02}:{:02}", seconds / 3_600, seconds / 60 % 60)
}

/// A float as a [`count`].
pub fn whole(value: f64) -> String {
    // Up to 2^53 a float holds every integer, and none of ours is larger.
    count(format!("{:.0}", value.round()).parse().unwrap_or(0))
}

/// What a buffer shows, line by line, without trailing blanks.
pub fn lines(buffer: &ratatui::buffer::Buffer) -> String {
    let area = buffer.area;
    let mut out = String::new();
    for y in area.top()..area.bottom() {
        let mut line = String::new();
        let mut covered = 0;
        for x in area.left()..area.right() {
            let Some(cell) = buffer.cell((x, y)) else {
                continue;
            };
            // The cell behind a wide letter is that letter's.
            if covered > 0 {
                covered -= 1;
                continue;
            }
            line.push_str(cell.symbol());
            covered = width(cell.symbol()).saturating_sub(1);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(count(999_999), "999999");
        assert_eq!(count(1_234_567), "1.23M");
        assert_eq!(count(-12_345_678), "-12.3M");
        assert_eq!(bytes(0), "0");
        assert_eq!(bytes(256 << 20), "256Mi");
        assert_eq!(bytes(1_288_490_189), "1.20Gi");
        assert_eq!(rate(35.2), "+35");
        assert_eq!(rate(-0.04), "0");
        assert_eq!(rate(3.12), "+3.1");
        assert_eq!(span(840_000), "14m");
        assert_eq!(per_second(3.12), "3.1/s");
        assert_eq!(per_second(1_234_567.0), "1.23M/s");
        assert_eq!(gauge(0.5, 4, false), "██░░");
        assert_eq!(gauge(0.3, 5, false), "█▌░░░");
        assert_eq!(gauge(0.3, 5, true), "##...");
    }

    #[test]
    fn bars_begin_at_nothing_and_a_gap_is_blank() {
        let ring = |values: &[(i64, f64)]| {
            let mut ring = Ring::default();
            for (seconds, value) in values {
                ring.push(Time(seconds * 1_000), *value);
            }
            ring
        };
        let flat: Vec<(i64, f64)> = (0..=60).map(|n| (n * 5, 1e6 + n as f64)).collect();
        assert_eq!(sparkline(&ring(&flat), 6, false), "██████");
        let still: Vec<(i64, f64)> = (0..=60).map(|n| (n * 5, 0.0)).collect();
        assert_eq!(sparkline(&ring(&still), 6, false), "▁▁▁▁▁▁");
        let rise: Vec<(i64, f64)> = (0..=60).map(|n| (n * 5, n as f64)).collect();
        assert_eq!(sparkline(&ring(&rise), 6, false), "▂▃▄▆▇█");
        let gap: Vec<(i64, f64)> = rise
            .iter()
            .copied()
            .filter(|(at, _)| !(100..200).contains(at))
            .collect();
        assert_eq!(sparkline(&ring(&gap), 6, false), "▂▃  ▇█");
        assert_eq!(sparkline(&ring(&rise[..3]), 6, true), "     #");
    }

    proptest! {
        #[test]
        fn a_cut_text_fits_and_a_short_one_is_left_alone(text in ".{0,40}", max in 0usize..50) {
            let short = cut(&text, max, false);
            prop_assert!(width(&short) <= max);
            let end = cut_left(&text, max, false);
            prop_assert!(width(&end) <= max);
            prop_assert!(text.ends_with(end.trim_start_matches('…')));
            if width(&text) <= max {
                prop_assert_eq!(&*short, &*text);
                prop_assert_eq!(&*end, &*text);
            }
        }

        #[test]
        fn wrapping_loses_no_letter(text in "[a-z ]{0,80}", max in 1usize..30) {
            let letters = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            let lines = wrap(&text, max);
            prop_assert!(lines.iter().all(|line| width(line) <= max));
            prop_assert_eq!(letters(&lines.concat()), letters(&text));
        }
    }
}
