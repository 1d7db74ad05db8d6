//! Chance that repeats itself: one small generator, and waves that need none.

use crate::model::Time;

/// A `SplitMix64` generator: the same seed gives the same sequence on every machine.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Random(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// A place in a list of `len`; 0 for an empty one.
    pub(super) fn place(&mut self, len: usize) -> usize {
        let len = u64::try_from(len).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % len).unwrap_or(0)
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high - low + 1).unwrap_or(1).max(1);
        low + i64::try_from(self.next() % span).unwrap_or(0)
    }

    /// As the ends of generated pod names: no vowels, so that no words arise.
    pub(super) fn letters(&mut self, count: usize) -> String {
        const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
        (0..count)
            .map(|_| {
                let at = self.place(ALPHABET.len());
                ALPHABET.get(at).copied().map_or('x', char::from)
            })
            .collect()
    }

    pub(super) fn uuid(&mut self) -> String {
        let (a, b) = (self.next(), self.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
            a >> 32,
            (a >> 16) & 0xffff,
            a & 0xfff,
            b >> 52,
            b & 0xffff_ffff_ffff
        )
    }

    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            let other = self.place(last + 1);
            list.swap(last, other);
        }
    }
}

/// Spreads the bits of a number (the finaliser of `SplitMix64`).
pub(super) fn mix(number: u64) -> u64 {
    let z = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A text as a number.
pub(super) fn digest(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

/// A gentle wave in thousandths, `swing` about 1000: two parabolas, so that whole numbers give it exactly.
pub(super) fn wave(at: Time, period: i64, phase: i64, swing: i64) -> i64 {
    let half = (period / 2).max(2);
    let place = (at.0 + phase).rem_euclid(2 * half);
    let x = place % half;
    let height = 4 * swing * x / half * (half - x) / half;
    if place < half {
        1_000 + height
    } else {
        1_000 - height
    }
}

/// The whole world's load at a moment, in thousandths: one slow wave and a quicker one on it.
pub(super) fn load(at: Time, phase: i64) -> i64 {
    i64::midpoint(
        wave(at, 600_000, phase, 120),
        wave(at, 97_000, phase / 3, 40),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wave_swings_about_a_thousand_as_far_as_it_may() {
        let heights: Vec<i64> = (0..600)
            .map(|s| wave(Time(s * 1_000), 600_000, 0, 120))
            .collect();
        assert_eq!(heights.iter().max(), Some(&1_120));
        assert_eq!(heights.iter().min(), Some(&880));
        assert_eq!(heights.iter().sum::<i64>() / 600, 1_000);
    }

    #[test]
    fn chance_stays_within_its_bounds_and_repeats() {
        let (mut one, mut two) = (Random::new(7), Random::new(7));
        for _ in 0..1_000 {
            let number = one.between(-3, 9);
            assert!((-3..=9).contains(&number));
            assert_eq!(number, two.between(-3, 9));
        }
        assert_eq!(Random::new(1).place(0), 0);
    }
}
