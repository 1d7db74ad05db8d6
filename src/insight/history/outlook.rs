//! What may be expected of a group: when it is done, how far behind it is in time, and what flows through it.

use crate::{
    insight::{Column, Drain, PartitionLag, PartitionState, TimeLag, group_drain},
    model::{Site, Time},
};

use super::{GroupHistory, partitions::Room};

/// What may be expected of a whole group.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Expected {
    pub drain: Option<Drain>,
    pub time_lag: Option<TimeLag>,
}

/// What may be expected of a whole group, and what flows through it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outlook {
    pub expected: Expected,
    /// Records a second.
    pub inflow: Option<f64>,
    pub outflow: Option<f64>,
}

impl GroupHistory {
    /// What may be expected of the group, and what flows through it.
    pub fn outlook(&self, site: &Site, partitions: &[PartitionLag<'_>], now: Time) -> Outlook {
        let mut room = Room::default();
        let (mut inflow, mut outflow) = (Sum::default(), Sum::default());
        for (_, column) in self.with_lag(partitions) {
            let rates = column.and_then(|column| self.rates(column, &mut room));
            inflow.add(rates.map(|rates| rates.inflow));
            outflow.add(rates.map(|rates| rates.outflow));
        }
        Outlook {
            expected: self.foresee(site, partitions, now, &mut room),
            inflow: inflow.told(),
            outflow: outflow.told(),
        }
    }

    /// What may be expected, as at the last sample; nothing where that is old.
    pub fn expected_at(&self, now: Time) -> Expected {
        if self.window.is_old(now) {
            return Expected::default();
        }
        self.expected
    }

    /// The same as at the last sample; nothing where that is old.
    pub fn outlook_at(&self, site: &Site, partitions: &[PartitionLag<'_>], now: Time) -> Outlook {
        match self.window.last().filter(|_| !self.window.is_old(now)) {
            Some(last) => self.outlook(site, partitions, last),
            None => Outlook::default(),
        }
    }

    /// The partitions whose lag is known, and what was seen of them.
    fn with_lag<'a>(
        &'a self,
        partitions: &'a [PartitionLag<'a>],
    ) -> impl Iterator<Item = (&'a PartitionLag<'a>, Option<&'a Column>)> {
        let rows = partitions.iter().enumerate();
        rows.filter(|(_, of)| of.lag.is_some())
            .map(|(index, of)| (of, self.window.column_at(index, &of.id)))
    }

    /// When the group's lag is worked off, and how old the oldest record is that it has not read.
    pub(super) fn foresee(
        &self,
        site: &Site,
        partitions: &[PartitionLag<'_>],
        now: Time,
        room: &mut Room,
    ) -> Expected {
        // With one part of which only the least is known, or none, the whole is no better known.
        let left_out = partitions.iter().any(|of| {
            of.lag.is_none()
                && !matches!(
                    of.state,
                    PartitionState::Uncommitted | PartitionState::Deleted
                )
        });
        room.drains.clear();
        let mut knows_drains = true;
        for (of, column) in self.with_lag(partitions) {
            // Most partitions are read to their end: nothing is to be reckoned then.
            let drain = if of.lag.is_some_and(|lag| lag <= 0) {
                Some(Drain::CaughtUp)
            } else {
                column.and_then(|column| {
                    let rates = self.rates(column, room);
                    self.drain(column, of, rates)
                })
            };
            match drain {
                Some(drain) => room.drains.push(drain),
                None => knows_drains = false,
            }
        }
        let drain = if knows_drains {
            group_drain(room.drains.iter().copied())
        } else {
            None
        };
        let lags = self.with_lag(partitions);
        Expected {
            drain: drain.filter(|of| !left_out || matches!(of, Drain::Never { .. })),
            time_lag: oldest(
                lags.map(|(of, column)| self.time_lag_in(site, of, column, now)),
                left_out,
            ),
        }
    }
}

/// The longest of the time lags of a group's partitions; None where one is not known.
fn oldest(all: impl Iterator<Item = Option<TimeLag>>, left_out: bool) -> Option<TimeLag> {
    let mut partly = left_out;
    let mut longest: Option<f64> = None;
    for one in all {
        let one = one?;
        partly |= matches!(one, TimeLag::MoreThan(_));
        longest = Some(longest.map_or(one.at_least(), |known| known.max(one.at_least())));
    }
    longest.map(|seconds| {
        if partly {
            TimeLag::MoreThan(seconds)
        } else {
            TimeLag::Seconds(seconds)
        }
    })
}

/// A sum of what is known of all; nothing where one is not.
#[derive(Default)]
struct Sum {
    known: f64,
    parts: usize,
    unknown: bool,
}

impl Sum {
    fn add(&mut self, part: Option<f64>) {
        self.parts += 1;
        match part {
            Some(part) => self.known += part,
            None => self.unknown = true,
        }
    }

    fn told(&self) -> Option<f64> {
        (!self.unknown && self.parts > 0).then_some(self.known)
    }
}
