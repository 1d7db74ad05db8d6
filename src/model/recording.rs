//! Envelopes as text: the format of recordings and fixtures. A header line, then one line of JSON an envelope.

use serde::{Deserialize, Serialize};

use super::{Envelope, Update};

/// The version of the format. It changes when an older reader would misread a newer file; a new kind of update is no
/// such change, for readers leave out kinds that they do not know.
pub const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Header {
    plimsoll: u32,
}

/// Only as much of a line as tells what kind of update it is.
#[derive(Deserialize)]
struct Tag {
    t: String,
}

/// What was read of a text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recorded {
    pub envelopes: Vec<Envelope>,
    /// Lines of kinds that this version does not know.
    pub skipped: usize,
}

/// Why a text is no recording.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    #[error("line 1: no header: a recording begins with {{\"plimsoll\":{FORMAT}}}")]
    NoHeader,
    #[error(
        "line 1: format {found}: this version reads formats up to {FORMAT}; use a newer plimsoll"
    )]
    TooNew { found: u32 },
    #[error("line {line}: {why}")]
    Line { line: usize, why: String },
}

/// Writes envelopes as a recording.
pub fn write_recording<'a>(
    envelopes: impl IntoIterator<Item = &'a Envelope>,
) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string(&Header { plimsoll: FORMAT })?;
    text.push('\n');
    for envelope in envelopes {
        text.push_str(&serde_json::to_string(envelope)?);
        text.push('\n');
    }
    Ok(text)
}

/// Reads a recording.
pub fn read_recording(text: &str) -> Result<Recorded, FormatError> {
    let mut lines = text.lines().enumerate();
    let header = lines
        .next()
        .and_then(|(_, line)| serde_json::from_str::<Header>(line).ok());
    match header {
        None => return Err(FormatError::NoHeader),
        Some(Header { plimsoll }) if plimsoll > FORMAT => {
            return Err(FormatError::TooNew { found: plimsoll });
        }
        Some(_) => {}
    }
    let mut recorded = Recorded::default();
    for (at, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let wrong = |why: serde_json::Error| FormatError::Line {
            line: at + 1,
            why: why.to_string(),
        };
        let Tag { t } = serde_json::from_str(line).map_err(wrong)?;
        if Update::TAGS.contains(&t.as_str()) {
            recorded
                .envelopes
                .push(serde_json::from_str(line).map_err(wrong)?);
        } else {
            recorded.skipped += 1;
        }
    }
    Ok(recorded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{HealthReport, Source, State, Time};

    fn envelope() -> Envelope {
        let forbidden = State::Forbidden {
            verb: "list".into(),
            resource: "nodes".into(),
        };
        let report = HealthReport::new(Source::Nodes, forbidden).because("no right");
        Envelope {
            at: Time(7),
            site: "site".into(),
            update: Update::Health(report),
        }
    }

    #[test]
    fn what_is_written_is_read_again_and_unknown_kinds_are_counted() {
        let mut text = write_recording(&[envelope(), envelope()]).unwrap();
        text.push_str("{\"at\":8,\"site\":\"site\",\"t\":\"of a later version\",\"d\":[]}\n");
        let recorded = read_recording(&text).unwrap();
        assert_eq!(
            recorded,
            Recorded {
                envelopes: vec![envelope(), envelope()],
                skipped: 1
            }
        );
    }

    #[test]
    fn what_is_no_recording_is_refused_in_words() {
        for (text, words) in [
            ("", "no header"),
            ("{\"at\":1}", "no header"),
            ("{\"plimsoll\":2}", "use a newer plimsoll"),
            (
                "{\"plimsoll\":1}\n\n{\"t\":\"pods\"}",
                "line 3: missing field",
            ),
            ("{\"plimsoll\":1}\nnonsense", "line 2: "),
        ] {
            let error = read_recording(text).unwrap_err().to_string();
            assert!(error.contains(words), "{text:?}: {error}");
        }
    }
}
