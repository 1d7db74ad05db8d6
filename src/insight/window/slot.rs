//! An optional number in the room of a number.

use crate::model::Time;

/// No offset and no time is this low.
const NONE: i64 = i64::MIN;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::insight) struct Slot(i64);

impl Default for Slot {
    fn default() -> Self {
        Slot(NONE)
    }
}

impl From<Option<i64>> for Slot {
    fn from(number: Option<i64>) -> Self {
        Slot(number.unwrap_or(NONE))
    }
}

impl From<Option<Time>> for Slot {
    fn from(time: Option<Time>) -> Self {
        time.map(|time| time.0).into()
    }
}

impl Slot {
    pub(in crate::insight) fn get(self) -> Option<i64> {
        (self.0 != NONE).then_some(self.0)
    }

    pub(in crate::insight) fn time(self) -> Option<Time> {
        self.get().map(Time)
    }
}
