//! The timestamp of a record, by ListOffsets with timestamps: DESCRIBE is right enough, and many partitions share a request.

/// What a search found, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    pub timestamp: i64,
    /// The timestamp is off by no more.
    pub within: i64,
}

/// A search for the timestamp of the record at an offset. It asks for the first record at or after a timestamp, again and
/// again; timestamps are taken to rise with the offsets, as they do unless producers set them otherwise.
#[derive(Clone, Copy, Debug)]
pub struct Bisect {
    target: i64,
    tolerance: i64,
    /// A record at or before the target, and a timestamp that the target's is not below.
    low: Option<(i64, i64)>,
    /// A record after the target, or one that would be, and a timestamp that the target's is not above.
    high: (Option<i64>, i64),
    probes: u32,
    asked: i64,
    found: Option<Found>,
    /// Nothing is at or after the first timestamp: the record is not in the log.
    lost: bool,
}

impl Bisect {
    /// Probes after which the best that is known is the answer.
    pub const PROBES: u32 = 30;

    /// Looks for the record at `target`, between the start of the log and `now`; good enough within `tolerance`.
    pub fn new(target: i64, now: i64, tolerance: i64) -> Self {
        Bisect {
            target,
            tolerance: tolerance.max(0),
            low: None,
            high: (None, now),
            probes: 0,
            asked: 0,
            found: None,
            lost: false,
        }
    }

    /// The same, from what an earlier search found for an offset that was not after this one.
    #[must_use]
    pub fn after(mut self, offset: i64, timestamp: i64) -> Self {
        if offset <= self.target && timestamp <= self.high.1 {
            self.low = Some((offset, timestamp));
        }
        self
    }

    /// The next timestamp to ask for; None when the search is over.
    pub fn probe(&mut self) -> Option<i64> {
        if self.found.is_some() || self.lost {
            return None;
        }
        let Some((offset, low)) = self.low else {
            self.asked = 0;
            return Some(0);
        };
        let (end, high) = self.high;
        // Every record before the one that was found is older than what was asked for.
        let between = high - low <= 1 && end.is_some();
        if between || high - low <= 2 * self.tolerance || self.probes >= Self::PROBES {
            let (low, high) = if between { (low, low) } else { (low, high) };
            self.found = Some(Found {
                timestamp: i64::midpoint(low, high),
                within: (high - low + 1) / 2,
            });
            return None;
        }
        // By turns where the offset lies between the two, as if records came in evenly, and half way. The first may gain
        // next to nothing where they come in bursts: so only while there are probes left to halve all that remains.
        let may_guess = self.halvings(high - low) < Self::PROBES - self.probes;
        let share = match end {
            Some(end) if may_guess && self.probes % 2 == 1 && end > offset => {
                ((self.target - offset) as f64 / (end - offset) as f64).clamp(0.1, 0.9)
            }
            _ => 0.5,
        };
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a share of a span of milliseconds"
        )]
        let step = ((high - low) as f64 * share) as i64;
        self.asked = low + step.clamp(1, high - low);
        Some(self.asked)
    }

    /// How often a span must be halved until it is good enough.
    fn halvings(&self, span: i64) -> u32 {
        let halves = std::iter::successors(Some(span), |span| Some(span - span / 2));
        let enough = (2 * self.tolerance).max(1);
        let count = halves.take_while(|span| *span > enough).take(64).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// The answer to the probe: the first record at or after that timestamp, with its own; None: there is none.
    pub fn answer(&mut self, first: Option<(i64, i64)>) {
        self.probes += 1;
        let Some((offset, timestamp)) = first else {
            match self.low {
                None => self.lost = true,
                Some(_) => self.high = (self.high.0, self.asked),
            }
            return;
        };
        if offset == self.target {
            self.found = Some(Found {
                timestamp,
                within: 0,
            });
        } else if offset < self.target {
            // The target is after that record; its timestamp is no less.
            let (at, low) = self.low.unwrap_or((offset, timestamp));
            self.low = Some((at.max(offset), low.max(timestamp)));
            // A clock ahead of ours: there is no telling how far.
            if low.max(timestamp) > self.high.1 {
                self.lost = true;
            }
        } else if self.low.is_none() {
            // The log starts after the target.
            self.lost = true;
        } else {
            // Every record before that one is older than what was asked for.
            self.high = (Some(offset), self.asked);
        }
    }

    pub fn found(&self) -> Option<Found> {
        self.found
    }

    pub fn probes(&self) -> u32 {
        self.probes
    }
}
