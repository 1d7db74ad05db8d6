//! The journal's lines: one JSON object for each change, whatever became of it.

use serde::{Deserialize, Serialize};

use crate::model::{Name, Time};

use super::{Change, Done, Failure, FailureKind};

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Outcome {
    /// It was done, and what was waited for came.
    Steady,
    /// It was done; what was waited for did not come in time, or nobody waited.
    Unsteady,
    /// Some of it was done.
    Half,
    Failed {
        kind: FailureKind,
    },
    /// The program ended in the middle of it.
    Interrupted,
}

/// Moments as people read them: RFC 3339 in UTC.
mod moment {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _, ser::Error as _};

    use crate::model::Time;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
    pub(super) fn serialize<S: Serializer>(time: &Time, to: S) -> Result<S::Ok, S::Error> {
        let moment = Timestamp::from_millisecond(time.0).map_err(S::Error::custom)?;
        to.collect_str(&moment)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Time, D::Error> {
        let text = String::deserialize(from)?;
        let moment: Timestamp = text.parse().map_err(D::Error::custom)?;
        Ok(Time(moment.as_millisecond()))
    }

    pub(super) mod maybe {
        use serde::{Deserialize, Deserializer, Serialize, Serializer};

        use crate::model::Time;

        #[derive(Serialize, Deserialize)]
        #[serde(transparent)]
        struct Moment(#[serde(with = "super")] Time);

        #[expect(clippy::ref_option, reason = "serde asks for it")]
        pub(in super::super) fn serialize<S: Serializer>(
            time: &Option<Time>,
            to: S,
        ) -> Result<S::Ok, S::Error> {
            time.map(Moment).serialize(to)
        }

        pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
            from: D,
        ) -> Result<Option<Time>, D::Error> {
            Ok(Option::<Moment>::deserialize(from)?.map(|moment| moment.0))
        }
    }
}

/// One line of the journal. `sent` and `answered` say how far it came; a line that has them not was never sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When it was confirmed.
    #[serde(with = "moment")]
    pub at: Time,
    pub site: Name,
    #[serde(flatten)]
    pub change: Change,
    /// The command of other tools that it equals.
    pub command: String,
    /// The moment of the change that this one takes back.
    #[serde(
        with = "moment::maybe",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub undo_of: Option<Time>,
    /// When the request left, and when it was answered.
    #[serde(
        with = "moment::maybe",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub sent: Option<Time>,
    #[serde(
        with = "moment::maybe",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub answered: Option<Time>,
    /// None until it has ended.
    #[serde(flatten, default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// The verdict, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub verdict: String,
    #[serde(
        with = "moment::maybe",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub ended: Option<Time>,
}

impl Entry {
    /// Notes what an answer tells of how far it came.
    pub fn hear(&mut self, answer: &Result<Done, Failure>, now: Time) {
        match answer {
            Err(failure) if !failure.sent => self.sent = None,
            Err(failure) if failure.kind == FailureKind::Unanswered => {}
            _ => self.answered = Some(now),
        }
    }

    /// How far it came before the program ended, in words.
    pub fn how_far(&self) -> &'static str {
        match (self.sent, self.answered) {
            (None, _) => "it had not been sent: nothing was changed",
            (Some(_), None) => "it had been sent and not been answered: it may have been done",
            (Some(_), Some(_)) => "it had been sent and answered; nobody saw what became of it",
        }
    }
}
