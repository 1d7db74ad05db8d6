//! One loop for everything that is polled: one round at a time, an interval, a little jitter, a wait after failures, and
//! a key that ends every wait.

use std::time::Duration;

use tokio::{sync::watch, time::sleep};

use crate::net::kafka::pause;

use super::feed::Closed;

/// How a round ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Fine,
    /// Try again soon.
    Failed,
    /// Only an administrator can help: no need to hurry.
    Refused,
}

/// When to ask.
#[derive(Clone, Debug)]
pub(super) struct Cadence {
    /// It may change while the loop runs.
    pub(super) every: watch::Receiver<Duration>,
    /// 0 to 1, the same for one run: spreads the sources, and us among others.
    pub(super) jitter: f64,
}

const REFUSED: Duration = Duration::from_secs(60);

impl Cadence {
    /// One that never changes.
    pub(super) fn steady(every: Duration, jitter: f64) -> Self {
        let every = watch::channel(every).1;
        Cadence { every, jitter }
    }

    /// The wait after a round that ended so, being the `failures`th failure in a row.
    pub(super) fn wait(&self, outcome: Outcome, failures: u32) -> Duration {
        let every = self.every();
        match outcome {
            Outcome::Fine => every,
            Outcome::Failed => pause(failures, self.jitter).min(every),
            Outcome::Refused => REFUSED.max(every),
        }
    }

    pub(super) fn every(&self) -> Duration {
        *self.every.borrow()
    }
}

/// Waits, or until the user asks for a refresh.
pub(super) async fn rest(wait: Duration, refreshes: &mut watch::Receiver<u64>) {
    tokio::select! {
        () = sleep(wait) => {}
        changed = refreshes.changed() => if changed.is_err() { sleep(wait).await },
    }
}

/// Runs rounds until nobody listens any more. `round` is told how many have failed in a row.
pub(super) async fn run<F>(
    cadence: &Cadence,
    mut refreshes: watch::Receiver<u64>,
    mut round: impl FnMut(u32) -> F,
) where
    F: Future<Output = Result<Outcome, Closed>>,
{
    let mut failures = 0;
    while let Ok(outcome) = round(failures).await {
        failures = if outcome == Outcome::Fine {
            0
        } else {
            failures + 1
        };
        rest(cadence.wait(outcome, failures), &mut refreshes).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_source_is_not_asked_in_a_hurry_and_a_failed_one_not_less_often_than_a_good_one() {
        let (every, read) = watch::channel(Duration::from_secs(5));
        let cadence = Cadence {
            every: read,
            jitter: 0.0,
        };
        assert_eq!(cadence.wait(Outcome::Fine, 0), Duration::from_secs(5));
        assert_eq!(cadence.wait(Outcome::Failed, 1), Duration::from_millis(50));
        assert_eq!(cadence.wait(Outcome::Failed, 9), Duration::from_secs(5));
        assert_eq!(cadence.wait(Outcome::Refused, 1), Duration::from_secs(60));
        every.send_replace(Duration::from_secs(90));
        assert_eq!(cadence.wait(Outcome::Fine, 0), Duration::from_secs(90));
        assert_eq!(cadence.wait(Outcome::Refused, 1), Duration::from_secs(90));
    }

    #[tokio::test(start_paused = true)]
    async fn a_refresh_ends_the_wait_and_a_closed_feed_ends_the_loop() {
        let (refresh, refreshes) = watch::channel(0);
        let mut rounds = 0;
        let cadence = Cadence {
            every: watch::channel(Duration::from_secs(3_600)).1,
            jitter: 0.0,
        };
        let rounds_in_time = run(&cadence, refreshes, |_| {
            rounds += 1;
            refresh.send_modify(|count| *count += 1);
            let outcome = if rounds < 4 {
                Ok(Outcome::Fine)
            } else {
                Err(Closed)
            };
            async move { outcome }
        });
        tokio::time::timeout(Duration::from_secs(1), rounds_in_time)
            .await
            .unwrap();
        assert_eq!(rounds, 4);
    }
}
