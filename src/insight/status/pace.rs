//! How often a group commits, as far as polls can tell.

use crate::model::Time;

use super::{Rules, Sample};

/// Gaps kept.
const GAPS: usize = 8;
const NONE: u16 = u16::MAX;

/// The time between commits of one partition, from what its polls saw. Only time in which there was something to commit
/// counts: a topic in which nothing comes in is not committed, and that says nothing of its readers.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    last: Option<(Time, i64)>,
    /// Since when the last committed offset has been behind the end.
    behind: Option<Time>,
    /// Tenths of a second, newest first; [`NONE`] where there were fewer.
    gaps: [u16; GAPS],
}

impl Default for Pace {
    fn default() -> Self {
        Pace {
            last: None,
            behind: None,
            gaps: [NONE; GAPS],
        }
    }
}

impl Pace {
    /// Takes in the next sample.
    pub fn feed(&mut self, sample: &Sample) {
        let Some(committed) = sample.committed else {
            *self = Pace::default();
            return;
        };
        let is_behind = sample.end > committed;
        match self.last {
            Some((changed, old)) if committed > old => {
                let waited = self.behind.map(|since| sample.at.since(since.max(changed)));
                let tenths = u16::try_from(waited.unwrap_or(0) / 100)
                    .unwrap_or(NONE)
                    .min(NONE - 1);
                self.gaps.rotate_right(1);
                if let Some(newest) = self.gaps.first_mut() {
                    *newest = tenths;
                }
                self.last = Some((sample.at, committed));
                self.behind = is_behind.then_some(sample.at);
            }
            Some((_, old)) if committed == old => {
                self.behind = match self.behind {
                    Some(since) if is_behind => Some(since),
                    _ => is_behind.then_some(sample.at),
                };
            }
            _ => {
                self.last = Some((sample.at, committed));
                self.behind = is_behind.then_some(sample.at);
            }
        }
    }

    /// Seconds between commits; None while no commit was seen. What is shorter than a poll cannot be seen: then it is
    /// taken for Kafka's default, or for the poll where that is shorter. A poll that saw no commit says that it is not.
    pub fn interval(&self, poll: f64) -> Option<f64> {
        let mut gaps = self.gaps;
        gaps.sort_unstable();
        let seen = gaps.partition_point(|gap| *gap != NONE);
        let gaps = gaps.get(..seen)?;
        let median = f64::from(*gaps.get(gaps.len() / 2)?) / 10.0;
        if median > 1.5 * poll {
            return Some(median);
        }
        let longest = f64::from(*gaps.last()?) / 10.0;
        let mean = gaps.iter().copied().map(f64::from).sum::<f64>() / 10.0 / gaps.len() as f64;
        Some(if longest > 1.5 * poll {
            mean
        } else {
            Rules::COMMIT_INTERVAL.min(poll)
        })
    }
}
