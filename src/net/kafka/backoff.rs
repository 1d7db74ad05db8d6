//! How long to wait before a broker that failed is dialed again.
use std::{
    hash::{BuildHasher, Hasher},
    time::Duration,
};

const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(10);

/// The pause after `failures` failures in a row: 0.1 s, doubled each time, 10 s at most; of that, `roll` (0 to 1)
/// picks between half and the whole, so that many clients do not come back at once.
pub fn pause(failures: u32, roll: f64) -> Duration {
    if failures == 0 {
        return Duration::ZERO;
    }
    let doubled = FIRST.saturating_mul(1_u32.checked_shl(failures - 1).unwrap_or(u32::MAX));
    doubled
        .min(LONGEST)
        .mul_f64(0.5 + 0.5 * roll.clamp(0.0, 1.0))
}

/// The next of a sequence of well-mixed numbers between 0 and 1 (`SplitMix64`, Steele et al. 2014).
pub(crate) fn roll(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// A number that differs from process to process.
pub(crate) fn seed() -> u64 {
    std::hash::RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_from_a_tenth_of_a_second_to_ten_seconds() {
        let whole: Vec<u128> = (0..9)
            .map(|failures| pause(failures, 1.0).as_millis())
            .collect();
        assert_eq!(whole, [0, 100, 200, 400, 800, 1600, 3200, 6400, 10_000]);
        assert_eq!(pause(u32::MAX, 1.0), LONGEST);
    }

    #[test]
    fn jitter_takes_at_most_half_away() {
        assert_eq!(pause(3, 0.0).as_millis(), 200);
        assert_eq!(pause(3, 0.5).as_millis(), 300);
        assert_eq!(pause(3, 7.0).as_millis(), 400);
        let mut state = 1;
        let rolls: Vec<f64> = (0..1000).map(|_| roll(&mut state)).collect();
        assert!(rolls.iter().all(|roll| (0.0..1.0).contains(roll)));
        assert!(rolls.iter().any(|roll| *roll < 0.1) && rolls.iter().any(|roll| *roll > 0.9));
    }
}
