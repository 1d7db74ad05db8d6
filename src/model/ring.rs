//! A bounded history of samples.

use std::collections::VecDeque;

use super::Time;

/// One sample: its time as milliseconds since the oldest, so that it takes twelve bytes. There are tens of thousands of rings.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C, packed(4))]
struct Sample {
    after: u32,
    value: f64,
}

/// The newest `CAPACITY` samples of one number, oldest first. Gaps stay gaps: nothing is interpolated.
#[derive(Clone, Debug, Default)]
pub struct Ring {
    /// What the times of the samples are counted from: no later than the oldest.
    began: Time,
    samples: VecDeque<Sample>,
}

impl PartialEq for Ring {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Ring {
    /// Five minutes at the default poll of five seconds, and half an hour of a 30 s back-fill.
    pub const CAPACITY: usize = 64;

    /// Adds a sample. One that is not newer than the last is dropped, so that a back-fill never reorders.
    pub fn push(&mut self, at: Time, value: f64) {
        if self.last().is_some_and(|(last, _)| last >= at) || !value.is_finite() {
            return;
        }
        if self.samples.len() == Self::CAPACITY {
            self.samples.pop_front();
        }
        let first = self.iter().next().map_or(at, |(first, _)| first);
        if u32::try_from(at.since(self.began)).is_err() {
            self.count_from(first);
        }
        // Of samples that are fifty days apart the older ones say nothing any more.
        let after = u32::try_from(at.since(self.began)).unwrap_or_else(|_| {
            self.samples.clear();
            self.began = at;
            0
        });
        self.samples.push_back(Sample { after, value });
    }

    /// Puts older samples in front of what is there, as far as there is room.
    pub fn prepend(&mut self, older: &[(Time, f64)]) {
        for (at, value) in older.iter().rev() {
            if self.samples.len() == Self::CAPACITY {
                break;
            }
            let fits = self
                .iter()
                .next_back()
                .is_none_or(|(last, _)| (0..=i64::from(u32::MAX)).contains(&last.since(*at)));
            let is_older = self.iter().next().is_none_or(|(first, _)| *at < first);
            if fits && is_older && value.is_finite() {
                self.count_from(*at);
                self.samples.push_front(Sample {
                    after: 0,
                    value: *value,
                });
            }
        }
    }

    fn count_from(&mut self, began: Time) {
        let later = began.since(self.began);
        for sample in &mut self.samples {
            let after = i64::from(sample.after) - later;
            sample.after = u32::try_from(after).unwrap_or(u32::MAX);
        }
        self.began = began;
    }

    pub fn last(&self) -> Option<(Time, f64)> {
        self.iter().next_back()
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Time, f64)> + '_ {
        let at = |of: &Sample| (self.began.plus(i64::from(of.after)), of.value);
        self.samples.iter().map(at)
    }

    pub fn len(&self) -> usize {
        self.samples.len()
    }

    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// How much the number grew over the last `millis`, per second: newest minus the sample nearest to that long before
    /// it, over the time between them. None without a sample at least three quarters, and at most twice, as long ago.
    pub fn growth(&self, millis: i64) -> Option<f64> {
        let (now, newest) = self.last()?;
        let from = self
            .iter()
            .filter(|(at, _)| (3 * millis / 4..=2 * millis).contains(&now.since(*at)))
            .min_by_key(|(at, _)| (now.since(*at) - millis).abs())?;
        let seconds = now.since(from.0) as f64 / 1_000.0;
        Some((newest - from.1) / seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_taken_over_the_span_asked_for() {
        let mut ring = Ring::default();
        for step in 0..40 {
            ring.push(Time(step * 5_000), (step * 50) as f64);
        }
        assert_eq!(ring.growth(60_000), Some(10.0));
        assert_eq!(Ring::default().growth(60_000), None);
    }

    #[test]
    fn a_back_fill_goes_in_front_and_never_over_what_was_measured() {
        let mut ring = Ring::default();
        ring.push(Time(100), 1.0);
        ring.push(Time(90), 9.0);
        ring.prepend(&[(Time(10), 0.1), (Time(50), 0.5), (Time(100), 7.0)]);
        let have: Vec<_> = ring.iter().map(|(at, value)| (at.0, value)).collect();
        assert_eq!(have, [(10, 0.1), (50, 0.5), (100, 1.0)]);
    }

    #[test]
    fn it_keeps_its_times_for_longer_than_it_can_count() {
        let mut ring = Ring::default();
        let day = 86_400_000;
        for step in 0..100 {
            ring.push(Time(step * 30 * day), step as f64);
            ring.push(Time(step * 30 * day + 7), 0.5);
        }
        let have: Vec<_> = ring.iter().map(|(at, value)| (at.0, value)).collect();
        let kept = [
            (98 * 30 * day, 98.0),
            (98 * 30 * day + 7, 0.5),
            (99 * 30 * day, 99.0),
            (99 * 30 * day + 7, 0.5),
        ];
        assert!(have.ends_with(&kept), "{have:?}");
    }

    #[test]
    fn it_is_bounded() {
        let mut ring = Ring::default();
        for step in 0..1_000 {
            ring.push(Time(step), 0.0);
        }
        assert_eq!(ring.len(), Ring::CAPACITY);
    }
}
