//! How often we may ask, and how long we wait after a failure: pure rules over instants that are passed in.
use std::time::Duration;

use tokio::time::Instant;

/// A token bucket: 20 requests at once, then 10 a second.
#[derive(Debug)]
pub struct TokenBucket {
    /// When the bucket was, or will be, full; each request moves it on by one interval.
    full_at: Instant,
}

impl TokenBucket {
    const BURST: u32 = 20;
    const INTERVAL: Duration = Duration::from_millis(100);

    /// A full bucket.
    pub fn new(now: Instant) -> Self {
        Self { full_at: now }
    }

    /// Takes one token, and says how long to wait until it may be used. Requests are served in the order of their calls.
    pub fn take(&mut self, now: Instant) -> Duration {
        self.full_at = self.full_at.max(now) + Self::INTERVAL;
        (self.full_at - now).saturating_sub(Self::INTERVAL * Self::BURST)
    }
}

/// Waits of 0.8 s, doubled up to 30 s, each shortened by up to a quarter so that many watches do not return together.
#[derive(Debug, Default)]
pub struct Backoff {
    failures: u32,
    seed: u64,
}

impl Backoff {
    const FIRST: Duration = Duration::from_millis(800);
    const LONGEST: Duration = Duration::from_secs(30);

    /// `seed` decides the jitter; watches differ in it.
    pub fn new(seed: u64) -> Self {
        Self { failures: 0, seed }
    }

    /// The wait after one more failure.
    pub fn next_wait(&mut self) -> Duration {
        let doubled = Self::FIRST * 2_u32.pow(self.failures.min(6));
        self.failures = self.failures.saturating_add(1);
        self.jitter(doubled.min(Self::LONGEST))
    }

    /// Begins anew: something worked.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// `wait`, shortened by a pseudo-random part of a quarter.
    pub fn jitter(&mut self, wait: Duration) -> Duration {
        // splitmix64: enough to spread waits, and the same for the same seed.
        self.seed = self.seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.seed;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let thousandth = u32::try_from((mixed ^ (mixed >> 31)) % 250).unwrap_or(0);
        wait * (1000 - thousandth) / 1000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    #[expect(
        clippy::disallowed_methods,
        reason = "the test's own clock, which stands still"
    )]
    async fn a_burst_passes_and_then_ten_a_second() {
        let start = Instant::now();
        let mut bucket = TokenBucket::new(start);
        for request in 0..20 {
            assert_eq!(bucket.take(start), Duration::ZERO, "request {request}");
        }
        assert_eq!(bucket.take(start), Duration::from_millis(100));
        assert_eq!(bucket.take(start), Duration::from_millis(200));
        let later = start + Duration::from_secs(10);
        assert_eq!(bucket.take(later), Duration::ZERO, "it fills again");
    }

    #[test]
    fn waits_double_to_thirty_seconds_and_begin_anew() {
        let mut backoff = Backoff::new(7);
        let mut longest = [0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30.0, 30.0].map(Duration::from_secs_f64);
        for longest in &mut longest {
            let wait = backoff.next_wait();
            assert!(
                wait <= *longest && wait >= *longest * 3 / 4,
                "{wait:?} of {longest:?}"
            );
        }
        backoff.reset();
        assert!(backoff.next_wait() <= Duration::from_millis(800));
    }

    #[test]
    fn two_seeds_do_not_wait_alike() {
        let waits = |seed| -> Vec<Duration> {
            let mut backoff = Backoff::new(seed);
            (0..8).map(|_| backoff.next_wait()).collect()
        };
        assert_ne!(waits(1), waits(2));
        assert_eq!(waits(1), waits(1), "and the same seed always waits alike");
    }
}
