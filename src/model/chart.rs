//! Series over a range of time: asked for while somebody looks at them, and what was answered.

use serde::{Deserialize, Serialize};

use super::{BrokerId, Name, PodId, Point, SeriesKey, Signal, Time};

/// What is drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChartOf {
    Brokers,
    Groups,
    Pods,
    Broker(BrokerId),
    Group(Name),
    Pod(PodId),
}

impl ChartOf {
    /// The signals, in the order in which they are drawn.
    pub fn signals(&self) -> &'static [Signal] {
        use Signal::{
            BytesInPerSecond, BytesOutPerSecond, CommittedPerSecond, CpuMillicores, CpuThrottled,
            FetchMillisP99, GroupLag, HandlerIdle, MemoryBytes, MessagesInPerSecond,
            ProduceMillisP99, RequestsPerSecond, UnderReplicated,
        };
        match self {
            ChartOf::Brokers | ChartOf::Broker(_) => &[
                BytesInPerSecond,
                BytesOutPerSecond,
                MessagesInPerSecond,
                RequestsPerSecond,
                ProduceMillisP99,
                FetchMillisP99,
                HandlerIdle,
                UnderReplicated,
            ],
            ChartOf::Groups | ChartOf::Group(_) => &[GroupLag, CommittedPerSecond],
            ChartOf::Pods | ChartOf::Pod(_) => &[CpuMillicores, MemoryBytes, CpuThrottled],
        }
    }
}

/// What somebody wants to see drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChartAsk {
    /// Grows with every other wish, so that a late answer is known to be one.
    pub generation: u64,
    pub of: ChartOf,
    /// Milliseconds up to now.
    pub range: i64,
    /// The groups or pods to read, where not all of them can be drawn; empty for all.
    pub only: Vec<SeriesKey>,
}

impl ChartAsk {
    /// Whether a series is one of those that are wanted.
    pub fn wants(&self, series: &SeriesKey) -> bool {
        let chosen = self.only.is_empty() || self.only.contains(series);
        match (&self.of, series) {
            (ChartOf::Broker(id), SeriesKey::Broker(broker)) => id == broker,
            (ChartOf::Group(name), SeriesKey::Group(group)) => name == group,
            (ChartOf::Pod(id), SeriesKey::Pod(pod)) => id == pod,
            (ChartOf::Brokers, SeriesKey::Broker(_))
            | (ChartOf::Groups, SeriesKey::Group(_))
            | (ChartOf::Pods, SeriesKey::Pod(_)) => chosen,
            _ => false,
        }
    }

    /// Milliseconds between two samples: at most 300 fill the range.
    pub fn step(&self) -> i64 {
        const STEPS: [i64; 6] = [5_000, 15_000, 30_000, 90_000, 300_000, 900_000];
        let least = self.range / 300;
        STEPS
            .into_iter()
            .find(|step| *step >= least)
            .unwrap_or(least.max(1))
    }
}

/// A signal that a server does not have, and the metrics that were looked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lacking {
    pub signal: Signal,
    pub names: Vec<Name>,
}

/// What was answered to a [`ChartAsk`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChartAnswer {
    pub ask: ChartAsk,
    pub start: Time,
    pub end: Time,
    /// Samples of a series stand on multiples of the step; one that is not there was not measured.
    pub series: Vec<Point>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacking: Vec<Lacking>,
    /// Why there are no series, or only those of an earlier answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<Name>,
}

impl ChartAnswer {
    /// Series kept of one answer.
    pub const SERIES: usize = 512;

    /// An answer at this moment that holds nothing yet. Its samples stand on multiples of the step, so that the next answer
    /// has them at the same moments.
    pub fn empty(ask: &ChartAsk, now: Time) -> Self {
        let step = ask.step();
        let end = Time(now.0.div_euclid(step) * step);
        ChartAnswer {
            start: end.plus(-ask.range.div_euclid(step) * step),
            end,
            ask: ask.clone(),
            series: Vec::new(),
            lacking: Vec::new(),
            failed: None,
        }
    }

    /// Whether this answer may stand in place of `known`. A late one may not.
    pub fn replaces(&self, known: &ChartAnswer) -> bool {
        let (new, old) = (self.ask.generation, known.ask.generation);
        new > old || (new == old && self.end >= known.end)
    }

    /// What is shown after this answer, if `known` was shown before: a failure takes no series away.
    #[must_use]
    pub fn over(mut self, known: Option<ChartAnswer>) -> ChartAnswer {
        self.series.truncate(Self::SERIES);
        match known {
            Some(known) if !self.replaces(&known) => known,
            Some(known) if self.failed.is_some() && known.ask == self.ask => ChartAnswer {
                failed: self.failed,
                ..known
            },
            _ => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(generation: u64, range: i64) -> ChartAsk {
        ChartAsk {
            generation,
            of: ChartOf::Brokers,
            range,
            only: Vec::new(),
        }
    }

    fn answer(generation: u64, end: i64) -> ChartAnswer {
        ChartAnswer {
            ask: ask(generation, 900_000),
            start: Time(0),
            end: Time(end),
            series: Vec::new(),
            lacking: Vec::new(),
            failed: None,
        }
    }

    #[test]
    fn no_range_needs_more_than_300_samples() {
        for minutes in [15, 60, 360, 1_440, 10_080] {
            let range = minutes * 60_000;
            let step = ask(1, range).step();
            assert!(range / step <= 300, "{minutes}");
        }
        assert_eq!(ask(1, 3_600_000).step(), 15_000);
    }

    #[test]
    fn a_late_answer_is_dropped_and_a_failure_takes_nothing_away() {
        let shown = answer(2, 50).over(None);
        assert_eq!(answer(1, 99).over(Some(shown.clone())), shown);
        assert_eq!(answer(2, 60).over(Some(shown.clone())).end, Time(60));
        let failed = ChartAnswer {
            failed: Some("no route".into()),
            end: Time(70),
            ..answer(2, 0)
        };
        let after = failed.clone().over(Some(shown));
        assert_eq!((after.end, after.failed), (Time(50), failed.failed));
    }
}
