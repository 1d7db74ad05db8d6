//! A long bounded history: as it was polled for a quarter of an hour, by the minute for an hour, by ten minutes for a day.

use std::collections::VecDeque;

use super::Time;

/// Samples between which nothing is missing, oldest first.
pub type Run = Vec<(Time, f64)>;

/// Samples as runs: where two are further apart than `longest` milliseconds, something is missing between them.
pub fn split(samples: impl IntoIterator<Item = (Time, f64)>, longest: i64) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (at, value) in samples {
        let joins = |run: &&mut Run| {
            run.last()
                .is_some_and(|(last, _)| at.since(*last) <= longest)
        };
        match runs.last_mut().filter(joins) {
            Some(run) => run.push((at, value)),
            None => runs.push(vec![(at, value)]),
        }
    }
    runs
}

/// Means of equal spans of time.
#[derive(Clone, Debug, PartialEq)]
struct Tier {
    span: i64,
    capacity: usize,
    /// Number of the span since the epoch, sum and count.
    means: VecDeque<(i64, f64, u32)>,
}

impl Tier {
    fn new(span: i64, capacity: usize) -> Self {
        Tier {
            span,
            capacity,
            means: VecDeque::new(),
        }
    }

    fn push(&mut self, at: Time, value: f64) {
        let number = at.0.div_euclid(self.span);
        if let Some((last, sum, count)) = self.means.back_mut()
            && *last == number
        {
            *sum += value;
            *count += 1;
            return;
        }
        if self.means.len() == self.capacity {
            self.means.pop_front();
        }
        self.means.push_back((number, value, 1));
    }

    fn iter(&self) -> impl Iterator<Item = (Time, f64)> + '_ {
        self.means.iter().map(|(number, sum, count)| {
            let middle = Time(number * self.span + self.span / 2);
            (middle, sum / f64::from(*count))
        })
    }
}

/// The history of one number. Gaps stay gaps.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    fine: VecDeque<(Time, f64)>,
    minutes: Tier,
    coarse: Tier,
    /// What another remembers of the time before the first sample.
    before: Vec<(Time, f64)>,
}

impl Default for Trace {
    fn default() -> Self {
        Trace {
            fine: VecDeque::new(),
            minutes: Tier::new(60_000, 60),
            coarse: Tier::new(600_000, 144),
            before: Vec::new(),
        }
    }
}

impl Trace {
    /// What is remembered at most, in milliseconds.
    pub const DAY: i64 = 86_400_000;
    /// Samples kept as they came: a quarter of an hour at the default poll of five seconds.
    pub const FINE: usize = 180;
    /// Samples apart by no more than this are of one run, however often is polled: what Prometheus remembers is 30 s apart.
    const NEAR: i64 = 45_000;

    /// Adds a sample; one that is not newer than the last, or is no number, is dropped.
    pub fn push(&mut self, at: Time, value: f64) {
        if self.fine.back().is_some_and(|(last, _)| *last >= at) || !value.is_finite() {
            return;
        }
        if self.fine.len() == Self::FINE {
            self.fine.pop_front();
        }
        self.fine.push_back((at, value));
        self.minutes.push(at, value);
        self.coarse.push(at, value);
    }

    /// Takes what another remembers of the time before the first sample of our own.
    pub fn remember(&mut self, older: Vec<(Time, f64)>) {
        self.before = older;
        self.before.truncate(Self::FINE);
    }

    pub fn last(&self) -> Option<(Time, f64)> {
        self.fine.back().copied()
    }

    /// When our own first sample was taken that is still remembered.
    pub fn since(&self) -> Option<Time> {
        let coarse = self.coarse.means.front();
        let from = coarse.map(|(number, ..)| Time(number * self.coarse.span));
        let fine = self.fine.front().map(|(at, _)| *at)?;
        // Of a history that is all still there the first moment is known better than by ten minutes.
        Some(match from {
            Some(from) if self.fine.len() == Self::FINE => from,
            _ => fine,
        })
    }

    /// The history from a moment on, polled every so many milliseconds: what is missing is between two runs.
    pub fn runs(&self, from: Time, every: i64) -> Vec<Run> {
        let fine = self.fine.front().map_or(Time(i64::MAX), |(at, _)| *at);
        let minutes = self.minutes.iter().next().map_or(fine, |(at, _)| at);
        let coarse = self.coarse.iter().next().map_or(minutes, |(at, _)| at);
        let own = self.since().unwrap_or(fine);
        let mut runs: Vec<Run> = Vec::new();
        // Where two tiers meet, the coarser one says what is near.
        let mut add = |part: Vec<(Time, f64)>, longest: i64, meets: i64| {
            for (place, run) in split(part, longest).into_iter().enumerate() {
                let limit = if place == 0 { meets } else { longest };
                let near = |last: &&mut Run| match (last.last(), run.first()) {
                    (Some((a, _)), Some((b, _))) => b.since(*a) <= limit,
                    _ => false,
                };
                match runs.last_mut().filter(near) {
                    Some(last) => last.extend(run),
                    None => runs.push(run),
                }
            }
        };
        let kept = |(at, _): &(Time, f64)| *at >= from;
        let near = Self::NEAR.max(3 * every);
        let (minute, ten) = (self.minutes.span, self.coarse.span);
        let older = self.before.iter().copied().filter(kept);
        let older = older.filter(|(at, _)| *at < own && *at < coarse);
        add(older.collect(), 2 * Self::NEAR, 2 * Self::NEAR);
        let tier = self.coarse.iter().filter(kept);
        let tier = tier.filter(|(at, _)| at.plus(ten / 2) <= minutes);
        add(tier.collect(), 2 * ten, 2 * ten);
        let tier = self.minutes.iter().filter(kept);
        let tier = tier.filter(|(at, _)| at.plus(minute / 2) <= fine);
        add(tier.collect(), near.max(2 * minute), 2 * ten);
        let newest = self.fine.iter().copied().filter(kept);
        add(newest.collect(), near, near.max(2 * minute));
        runs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: i64 = 5_000;

    fn filled(seconds: i64) -> Trace {
        let mut trace = Trace::default();
        for step in 0..=seconds * 1_000 / STEP {
            trace.push(Time(step * STEP), step as f64);
        }
        trace
    }

    #[test]
    fn a_day_is_kept_and_no_more() {
        let trace = filled(30 * 3_600);
        let runs = trace.runs(Time(0), STEP);
        assert_eq!(runs.len(), 1);
        let run = &runs[0];
        assert!(run.is_sorted_by(|(a, _), (b, _)| a < b));
        assert!(run.len() <= 144 + 60 + Trace::FINE, "{}", run.len());
        let reach = run.last().unwrap().0.since(run[0].0);
        assert!(
            (23 * 3_600_000..=24 * 3_600_000).contains(&reach),
            "{reach}"
        );
        // A mean stands in the middle of what it is of.
        for (at, value) in run {
            assert!((value - at.0 as f64 / STEP as f64).abs() < 1.0);
        }
    }

    #[test]
    fn what_was_not_sampled_is_a_gap_in_every_tier() {
        let mut trace = filled(2 * 3_600);
        let later = 5 * 3_600_000;
        for step in 0..720 {
            trace.push(Time(later + step * STEP), 1.0);
        }
        let runs = trace.runs(Time(0), STEP);
        assert_eq!(runs.len(), 2);
        assert!(runs[1][0].0.since(runs[0].last().unwrap().0) > 2 * 3_600_000);
        let mut short = filled(60);
        short.push(Time(200_000), 1.0);
        assert_eq!(short.runs(Time(0), STEP).len(), 2);
    }

    #[test]
    fn what_another_remembers_stands_before_our_own_and_never_over_it() {
        let mut trace = Trace::default();
        trace.push(Time(100_000), 5.0);
        trace.remember(vec![
            (Time(40_000), 1.0),
            (Time(70_000), 2.0),
            (Time(100_000), 9.0),
        ]);
        let runs = trace.runs(Time(0), STEP);
        assert_eq!(
            runs,
            [[
                (Time(40_000), 1.0),
                (Time(70_000), 2.0),
                (Time(100_000), 5.0)
            ]]
        );
        assert_eq!(trace.since(), Some(Time(100_000)));
    }
}
