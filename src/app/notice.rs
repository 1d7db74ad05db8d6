//! A word for the user: what was just done, or why not. It stands in the last line until the next key, or for a while.

use crate::model::{SECOND, Time};

use super::Role;

/// One line for the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub text: String,
    pub role: Role,
    /// It goes by itself after a while; what must be read stands until the next key.
    pub fades: bool,
}

impl Notice {
    /// How long one that fades stands there.
    pub const STANDS: i64 = 5 * SECOND;

    /// A sign that something was done.
    pub fn new(text: impl Into<String>) -> Self {
        Notice {
            text: text.into(),
            role: Role::Text,
            fades: true,
        }
    }

    /// Why something was not done.
    pub fn bad(text: impl Into<String>) -> Self {
        Notice {
            text: text.into(),
            role: Role::Bad,
            fades: false,
        }
    }
}

impl From<String> for Notice {
    fn from(text: String) -> Self {
        Notice {
            text,
            role: Role::Strong,
            fades: false,
        }
    }
}

impl From<&str> for Notice {
    fn from(text: &str) -> Self {
        Notice::from(text.to_owned())
    }
}

/// The notice that stands there, and until when.
#[derive(Clone, Debug, Default)]
pub(super) struct Board {
    said: Option<(Notice, Time)>,
}

impl Board {
    pub(super) fn say(&mut self, notice: Notice, now: Time) {
        let until = if notice.fades {
            now.plus(Notice::STANDS)
        } else {
            Time(i64::MAX)
        };
        self.said = Some((notice, until));
    }

    pub(super) fn wipe(&mut self) {
        self.said = None;
    }

    /// What stands there at this moment.
    pub(super) fn shown(&self, now: Time) -> Option<&Notice> {
        let (notice, until) = self.said.as_ref()?;
        (now < *until).then_some(notice)
    }

    /// When it goes by itself.
    pub(super) fn until(&self, now: Time) -> Option<Time> {
        let (notice, until) = self.said.as_ref()?;
        (notice.fades && now < *until).then_some(*until)
    }
}
