//! What polls saw of the partitions of a group: the last three minutes as polled, and the last twelve more coarsely. There
//! are tens of thousands of partitions, so a sample takes eight bytes.

mod cells;
mod slot;

use std::collections::VecDeque;

use crate::model::{Name, PartitionId, Time};

use super::{
    status::{Circumstances, Judgement, Pace, Rules, Sample, Series, Status, judge},
    timelag::{When, when},
};

use cells::{Cells, make_room};
pub(super) use slot::Slot;

/// The moments of samples at one distance, oldest first.
#[derive(Clone, Debug, Default)]
struct Moments {
    /// Milliseconds since the first sample of all.
    after: VecDeque<u32>,
}

impl Moments {
    fn push(&mut self, began: Time, at: Time, capacity: usize) {
        make_room(&mut self.after, capacity);
        self.after
            .push_back(u32::try_from(at.since(began)).unwrap_or(u32::MAX));
    }
}

/// What a poll said of one partition.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Polled<'a> {
    pub(super) topic: &'a Name,
    pub(super) partition: i32,
    pub(super) committed: Option<i64>,
    /// None where it did not answer.
    pub(super) end: Option<i64>,
    pub(super) start: Option<i64>,
    pub(super) stable: Option<i64>,
    pub(super) owner: Option<&'a Name>,
    /// Somebody owns it, or it is not known who.
    pub(super) owned: bool,
}

/// One partition over time.
#[derive(Clone, Debug)]
pub struct Column {
    pub topic: Name,
    pub partition: i32,
    fine: Cells,
    coarse: Cells,
    pace: Pace,
    /// The last poll that answered: when, the committed offset, the end.
    last: (Slot, Slot, i64),
    start: Slot,
    /// Since which sample, counted from the newest, the commit has been before the log start.
    below_start: u16,
    stable: Slot,
    /// Whether it was owned, of the last samples, newest in the lowest bit.
    owned: u8,
    owner: Option<Name>,
    /// Owners one after the other since the committed offset moved.
    owners: u8,
    committed: Slot,
    still_since: Slot,
}

/// Room for the samples of a partition.
#[derive(Clone, Debug, Default)]
pub(super) struct Samples {
    fine: Vec<Sample>,
    coarse: Vec<Sample>,
}

/// The partitions of one group over time.
#[derive(Clone, Debug, Default)]
pub struct Window {
    began: Time,
    fine: Moments,
    coarse: Moments,
    polls: u32,
    /// Seconds between polls.
    poll: f64,
    /// The longest time between commits that was seen of any of the partitions.
    interval: Option<f64>,
    columns: Vec<Column>,
}

impl Window {
    /// Samples as polled: three minutes, at five seconds and what the rules need of slower groups; more where polls are
    /// nearer together.
    const FINE: usize = 40;
    const FINEST: usize = 192;
    const FINE_SECONDS: f64 = 180.0;
    /// The others, and the seconds that they must cover for slow growth to be seen.
    const COARSE: usize = 36;
    const COARSE_SECONDS: f64 = 600.0;
    /// What is taken for the time between commits while none was seen: patient, as a slow reader would else be called
    /// stalled in its first minute.
    const UNSEEN_COMMIT_INTERVAL: f64 = 30.0;

    /// Polls between two coarse samples.
    fn stride(&self) -> u32 {
        let samples = Self::COARSE_SECONDS / self.poll.max(0.001);
        let stride = (samples / (Self::COARSE - 4) as f64).ceil();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped"
        )]
        let stride = stride.clamp(1.0, 1_000.0) as u32;
        stride
    }

    /// Milliseconds since the first sample have no room for two months: counts them from the oldest that is kept.
    fn begin_anew(&mut self, at: Time) {
        if at.since(self.began) <= i64::from(u32::MAX / 2) {
            return;
        }
        let (fine, coarse) = (&self.fine.after, &self.coarse.after);
        let oldest = fine.front().into_iter().chain(coarse.front()).min();
        let passed = oldest.copied().unwrap_or(0);
        for after in self.fine.after.iter_mut().chain(&mut self.coarse.after) {
            *after -= passed;
        }
        self.began = self.began.plus(i64::from(passed));
    }

    fn fine_samples(&self) -> usize {
        if self.poll <= 0.0 {
            return Self::FINE;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped"
        )]
        let samples = (Self::FINE_SECONDS / self.poll).clamp(0.0, 1_000.0) as usize;
        samples.clamp(Self::FINE, Self::FINEST)
    }

    /// Seconds between polls: the median of those seen.
    pub fn poll(&self) -> f64 {
        self.poll
    }

    /// Takes in what a poll said, partitions sorted by topic and partition.
    pub(super) fn push(&mut self, at: Time, polled: &[Polled<'_>]) {
        if self.polls == 0 {
            self.began = at;
        }
        self.begin_anew(at);
        let fine = self.fine_samples();
        self.fine.push(self.began, at, fine);
        self.polls += 1;
        self.poll = self.median_distance().unwrap_or(self.poll);
        let is_coarse = self.polls.is_multiple_of(self.stride());
        if is_coarse {
            self.coarse.push(self.began, at, Self::COARSE);
        }
        self.align(polled);
        for (column, of) in self.columns.iter_mut().zip(polled) {
            column.push(at, of, fine, is_coarse);
        }
        let known = self.columns.iter();
        self.interval = known
            .filter_map(|of| of.pace.interval(self.poll))
            .reduce(f64::max);
    }

    fn median_distance(&self) -> Option<f64> {
        let after = &self.fine.after;
        // Of the last few: how often is asked may be changed while we run.
        let recent = after.iter().rev();
        let mut gaps: Vec<u32> = recent
            .clone()
            .take(8)
            .zip(recent.skip(1))
            .map(|(later, earlier)| later.saturating_sub(*earlier))
            .collect();
        gaps.sort_unstable();
        gaps.get(gaps.len() / 2)
            .map(|gap| f64::from(*gap) / 1_000.0)
    }

    /// Makes the columns those of the partitions polled.
    fn align(&mut self, polled: &[Polled<'_>]) {
        let same = self.columns.len() == polled.len()
            && self
                .columns
                .iter()
                .zip(polled)
                .all(|(column, of)| column.is_of(of));
        if same {
            return;
        }
        let mut before = std::mem::take(&mut self.columns).into_iter().peekable();
        for of in polled {
            let place = (of.topic, of.partition);
            while before
                .peek()
                .is_some_and(|column| (&column.topic, column.partition) < place)
            {
                before.next();
            }
            let column = match before.peek() {
                Some(column) if column.is_of(of) => before.next(),
                _ => None,
            };
            self.columns.push(column.unwrap_or_else(|| Column::new(of)));
        }
    }

    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The same, where its place is known if the partitions are those of the last poll.
    pub(super) fn column_at(&self, place: usize, id: &PartitionId) -> Option<&Column> {
        let there = self.columns.get(place);
        there
            .filter(|column| column.partition == id.partition && column.topic == id.topic)
            .or_else(|| self.column(&id.topic, id.partition))
    }

    pub fn column(&self, topic: &Name, partition: i32) -> Option<&Column> {
        let at = self
            .columns
            .binary_search_by(|column| (&column.topic, column.partition).cmp(&(topic, partition)))
            .ok()?;
        self.columns.get(at)
    }

    fn samples(&self, column: &Column, moments: &Moments, cells: &Cells, into: &mut Vec<Sample>) {
        into.clear();
        let count = cells.len();
        let missing = moments.after.len().saturating_sub(count);
        for (index, after) in moments.after.iter().skip(missing).enumerate() {
            let Some((committed, end)) = cells.get(index) else {
                continue;
            };
            let newer = count - 1 - index;
            let start = column.start.get();
            into.push(Sample {
                at: self.began.plus(i64::from(*after)),
                committed,
                end,
                start: start.filter(|_| newer < usize::from(column.below_start)),
                stable: column.stable.get(),
                owned: newer >= 8 || column.owned & (1 << newer) != 0,
            });
        }
    }

    /// The committed offset and the end of a partition at each poll that it answered, newest first.
    pub(super) fn newest_first(
        &self,
        column: &Column,
    ) -> impl Iterator<Item = (Time, Option<i64>, i64)> {
        let count = column.fine.len();
        let missing = self.fine.after.len().saturating_sub(count);
        (0..count).rev().filter_map(move |place| {
            let after = self.fine.after.get(missing + place)?;
            let (committed, end) = column.fine.get(place)?;
            Some((self.began.plus(i64::from(*after)), committed, end))
        })
    }

    /// When the last poll was taken in.
    pub fn last(&self) -> Option<Time> {
        let after = self.fine.after.back()?;
        Some(self.began.plus(i64::from(*after)))
    }

    /// Whether nothing was taken in for three polls: what was said then says nothing of now.
    pub fn is_old(&self, now: Time) -> bool {
        self.last()
            .is_none_or(|last| now.since(last) as f64 > 3_000.0 * self.poll.max(2.0))
    }

    /// Milliseconds that the samples of a partition span.
    pub(super) fn span(&self, column: &Column) -> i64 {
        let oldest = |moments: &Moments, cells: &Cells| {
            let missing = moments.after.len().saturating_sub(cells.len());
            moments.after.get(missing).copied()
        };
        let fine = oldest(&self.fine, &column.fine);
        let first = fine
            .into_iter()
            .chain(oldest(&self.coarse, &column.coarse))
            .min();
        match (first, self.fine.after.back()) {
            (Some(first), Some(last)) => i64::from(*last) - i64::from(first),
            _ => 0,
        }
    }

    /// Seconds between the commits of a partition, as far as was seen.
    pub(super) fn commit_interval(&self, column: &Column) -> Option<f64> {
        column.pace.interval(self.poll)
    }

    pub(super) fn rules(&self, column: &Column) -> Rules {
        // A partition that was never seen to be committed is read by those who commit the others.
        let seen = self.commit_interval(column).or(self.interval);
        Rules::new(seen.unwrap_or(Self::UNSEEN_COMMIT_INTERVAL))
    }

    /// Judges a partition, in room that others were judged in.
    pub(super) fn judge(
        &self,
        column: &Column,
        of: Circumstances,
        now: Time,
        room: &mut Samples,
    ) -> Judgement {
        let Samples { fine, coarse } = room;
        fine.clear();
        coarse.clear();
        // Most partitions are read to their end at most polls: then what was before says nothing.
        let (at, committed, end) = column.last;
        let caught_up = at.time().is_some_and(|at| {
            committed.get() == Some(end) && now.since(at) as f64 <= 3_000.0 * self.poll
        });
        // A group that commits more seldom than what is kept can tell is judged by what is kept, and not called still before
        // it had the time for three commits.
        let real = self.rules(column);
        let coarse_poll = self.poll * f64::from(self.stride());
        let reach = coarse_poll * (Self::COARSE - 2) as f64 / 3.0;
        let rules = Rules {
            commit_interval: real.commit_interval.min(reach),
            ..real
        };
        let needed = rules.needed(self.poll);
        if caught_up && column.fine.len() >= needed && !of.deleted && !of.leaderless {
            return Judgement {
                status: if of.empty { Status::Idle } else { Status::Ok },
                samples: column.fine.len(),
                needed,
                ..Judgement::default()
            };
        }
        self.samples(column, &self.fine, &column.fine, fine);
        self.samples(column, &self.coarse, &column.coarse, coarse);
        let series = [
            Series {
                samples: fine,
                poll: self.poll,
            },
            Series {
                samples: coarse,
                poll: coarse_poll,
            },
        ];
        let mut told = judge(&series, &rules, of, now);
        let still = column.still_since().map_or(0, |at| now.since(at)) as f64;
        if rules.commit_interval < real.commit_interval
            && !of.empty
            && matches!(told.status, Status::Stall | Status::Stop)
            && still < 3_000.0 * real.commit_interval
        {
            told.status = Status::Ok;
        }
        told
    }

    /// When the next record that the group will read of a partition came in, by our own polls.
    pub fn when(&self, column: &Column, stamp: Option<(Time, i64)>) -> When {
        let Some(committed) = column.committed() else {
            return When::Unknown;
        };
        let oldest = self.oldest_end(&self.fine, &column.fine);
        let before = |at: Time| oldest.is_none_or(|(oldest, _)| at < oldest);
        let first = self
            .oldest_end(&self.coarse, &column.coarse)
            .filter(|(at, _)| before(*at))
            .or(oldest);
        let stamp = stamp.filter(|(at, offset)| {
            first.is_none_or(|(oldest, end)| *at < oldest && *offset <= end)
        });
        let newest_first = |cells: &Cells| (0..cells.len()).rev();
        let coarse = self.ends(&self.coarse, &column.coarse, newest_first(&column.coarse));
        let coarse = coarse.filter(|(at, _)| before(*at));
        let fine = self.ends(&self.fine, &column.fine, newest_first(&column.fine));
        when(fine.chain(coarse).chain(stamp), committed)
    }

    fn oldest_end(&self, moments: &Moments, cells: &Cells) -> Option<(Time, i64)> {
        self.ends(moments, cells, 0..cells.len()).next()
    }

    /// The ends of a partition's log by our polls, of these places.
    fn ends<'a>(
        &'a self,
        moments: &'a Moments,
        cells: &'a Cells,
        places: impl Iterator<Item = usize> + 'a,
    ) -> impl Iterator<Item = (Time, i64)> + 'a {
        let missing = moments.after.len().saturating_sub(cells.len());
        places.filter_map(move |place| {
            let after = moments.after.get(missing + place)?;
            let (_, end) = cells.get(place)?;
            Some((self.began.plus(i64::from(*after)), end))
        })
    }
}

impl Column {
    fn new(of: &Polled<'_>) -> Self {
        Column {
            topic: of.topic.clone(),
            partition: of.partition,
            fine: Cells::default(),
            coarse: Cells::default(),
            pace: Pace::default(),
            last: (Slot::default(), Slot::default(), 0),
            start: Slot::default(),
            below_start: 0,
            stable: Slot::default(),
            owned: 0,
            owner: None,
            owners: 0,
            committed: Slot::default(),
            still_since: Slot::default(),
        }
    }

    fn is_of(&self, of: &Polled<'_>) -> bool {
        self.partition == of.partition && self.topic == *of.topic
    }

    fn push(&mut self, at: Time, of: &Polled<'_>, fine: usize, is_coarse: bool) {
        let cell = of.end.map(|end| (of.committed, end));
        self.fine.push(cell, fine);
        if is_coarse {
            self.coarse.push(cell, Window::COARSE);
        }
        self.owned = self.owned << 1 | u8::from(of.owned);
        if let Some(owner) = of.owner
            && self.owner.as_ref() != Some(owner)
        {
            self.owner = Some(owner.clone());
            self.owners = self.owners.saturating_add(1);
        }
        // Who leaves commits once more: that offset is where the new owner begins, and not where two of them stopped.
        if self.committed() != of.committed {
            self.committed = of.committed.into();
            self.still_since = Some(at).into();
            self.owners = u8::from(of.owner.is_some());
        }
        self.start = of.start.into();
        let below = matches!((of.committed, of.start), (Some(at), Some(start)) if at < start);
        self.below_start = if below {
            self.below_start.saturating_add(1)
        } else {
            0
        };
        self.stable = of.stable.into();
        if let Some((committed, end)) = cell {
            self.last = (Some(at).into(), committed.into(), end);
            self.pace.feed(&Sample {
                at,
                committed,
                end,
                start: None,
                stable: None,
                owned: of.owned,
            });
        }
    }

    /// Since when the committed offset has not moved, as far as was seen.
    pub fn still_since(&self) -> Option<Time> {
        self.still_since.time()
    }

    /// Owners one after the other since the committed offset moved.
    pub fn owners_since_commit(&self) -> usize {
        usize::from(self.owners)
    }

    pub fn committed(&self) -> Option<i64> {
        self.committed.get()
    }
}
