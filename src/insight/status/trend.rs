//! Whether a lag grows, by more than commits and polls alone explain.

use super::{Rules, Sample, Series};

/// A lag that grows: means of the thirds of a window, and what of it commits alone would explain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Growth {
    pub seconds: f64,
    pub thirds: [f64; 3],
    /// Records that come in between a commit and the poll that sees the next one.
    pub grain: f64,
}

/// Seconds of the windows in which a growth is looked for: a steep one is seen in the first, a slow one in the second.
const SCALES: [f64; 2] = [180.0, 600.0];
/// The fewest samples of a window.
const FEWEST: usize = 12;

pub(super) fn grows(series: &[Series<'_>], rules: &Rules) -> Option<Growth> {
    SCALES.into_iter().find_map(|scale| {
        series.iter().find_map(|one| {
            let samples = width(scale, one.poll);
            let from = one.samples.len().checked_sub(samples)?;
            within(one.samples.get(from..)?, one.poll, rules)
        })
    })
}

/// Samples in a window, so that it has thirds.
fn width(scale: f64, poll: f64) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a few hundred"
    )]
    let samples = (scale / poll.max(0.001)).clamp(0.0, 1e6) as usize;
    samples.max(FEWEST) / 3 * 3
}

fn within(window: &[Sample], poll: f64, rules: &Rules) -> Option<Growth> {
    let (first, last) = (window.first()?, window.last()?);
    let lags: Vec<f64> = window.iter().map(|of| of.lag() as f64).collect();
    let third = lags.len() / 3;
    let sixth = third / 2;
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len().max(1) as f64;
    let mut parts = lags.chunks(third).map(mean);
    let thirds = [parts.next()?, parts.next()?, parts.next()?];
    let [one, two, three] = thirds;
    let (before, newest) = lags.split_at_checked(lags.len() - sixth)?;
    let before = before.get(before.len() - sixth..)?;
    let lowest = lags
        .get(2 * third..)?
        .iter()
        .copied()
        .fold(f64::MAX, f64::min);
    let seconds = last.at.since(first.at) as f64 / 1_000.0;
    let inflow = (last.end - first.end) as f64 / seconds.max(0.001);
    let grain = inflow * (rules.commit_interval + poll);
    // Of a steep one what came before may have fallen a little.
    let steep = three - one >= 1.5 * grain && two > one - 0.02 * (three - one);
    let grows = lowest > 0.0
        && (two > one || steep)
        && two < three
        && three - one >= (0.5 * grain).max(3.0)
        && mean(newest) >= mean(before)
        && last.lag() as f64 >= 0.95 * three;
    grows.then_some(Growth {
        seconds,
        thirds,
        grain,
    })
}
