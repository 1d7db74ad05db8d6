//! The clock of the sources and of the shell.
#![expect(clippy::disallowed_methods, reason = "this is where moments come from")]

use std::time::{SystemTime, UNIX_EPOCH};

use crate::model::Time;

/// This moment.
pub fn now() -> Time {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Time(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
