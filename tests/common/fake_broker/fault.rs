//! What goes wrong on the wire.
use std::time::Duration;

/// One thing that goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No answer, ever; the connection stays open.
    Silence,
    /// The answer comes that much later; what comes after it on the connection waits.
    Delay(Duration),
    /// The connection ends instead of an answer.
    HangUp,
    /// The frame's length is right, but only so many bytes of it come, then the connection ends.
    Cut(usize),
    /// The answer carries another correlation id.
    Correlation,
    /// These bytes come instead of an answer, frame length included.
    Raw(Vec<u8>),
    /// These bytes follow the correlation id.
    Body(Vec<u8>),
    /// So many zero bytes follow the body inside the frame.
    Trailing(usize),
    /// The answer asks for that many milliseconds of silence.
    Throttle(i32),
    /// The answer's top-level error code (or each item's, where there is none).
    Code(i16),
}

/// A fault, and when it happens.
#[derive(Clone, Debug)]
pub struct Rule {
    pub fault: Fault,
    pub broker: Option<i32>,
    pub api: Option<i16>,
    /// How often it still happens.
    pub left: usize,
}

impl From<Fault> for Rule {
    /// Once, to the next request of any kind to any broker.
    fn from(fault: Fault) -> Self {
        Self {
            fault,
            broker: None,
            api: None,
            left: 1,
        }
    }
}

impl Fault {
    /// Only at this broker.
    pub fn on(self, broker: i32) -> Rule {
        Rule {
            broker: Some(broker),
            ..self.into()
        }
    }

    /// Only to this kind of request.
    pub fn of(self, api: i16) -> Rule {
        Rule {
            api: Some(api),
            ..self.into()
        }
    }
}

impl Rule {
    /// Only at this broker.
    #[must_use]
    pub fn on(self, broker: i32) -> Self {
        Self {
            broker: Some(broker),
            ..self
        }
    }

    /// Only to this kind of request.
    #[must_use]
    pub fn of(self, api: i16) -> Self {
        Self {
            api: Some(api),
            ..self
        }
    }

    /// So many times.
    #[must_use]
    pub fn times(self, times: usize) -> Self {
        Self {
            left: times,
            ..self
        }
    }

    pub(super) fn fits(&self, broker: i32, api: i16) -> bool {
        self.left > 0
            && self.broker.is_none_or(|wanted| wanted == broker)
            && self.api.is_none_or(|wanted| wanted == api)
    }
}
