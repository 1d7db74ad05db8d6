//! Envelopes as text: the format of recordings and fixtures. A header line, then one line of JSON an envelope.

use serde::{Deserialize, Serialize};

use super::{Envelope, Time, Update};

/// The version of the format. It changes when an older reader would misread a newer file; a new kind of update is no
/// such change, for readers leave out kinds that they do not know.
pub const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Header {
    plimsoll: u32,
    /// What stands before this moment is the state in which the recording begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<Time>,
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
    /// The moment at which it begins, where that is not its first envelope's.
    pub from: Option<Time>,
    /// Lines of kinds that this version does not know.
    pub skipped: usize,
    /// The line that the text breaks off in, which is left out: whoever wrote it did not come to its end.
    pub broken_off: Option<usize>,
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

/// The first line of a recording, with its break.
pub fn recording_header(from: Option<Time>) -> Result<String, serde_json::Error> {
    let header = Header {
        plimsoll: FORMAT,
        from,
    };
    Ok(serde_json::to_string(&header)? + "\n")
}

/// The line of an envelope, with its break.
pub fn recording_line(envelope: &Envelope) -> Result<String, serde_json::Error> {
    Ok(serde_json::to_string(envelope)? + "\n")
}

/// Writes envelopes as a recording.
pub fn write_recording<'a>(
    envelopes: impl IntoIterator<Item = &'a Envelope>,
) -> Result<String, serde_json::Error> {
    let mut text = recording_header(None)?;
    for envelope in envelopes {
        text.push_str(&recording_line(envelope)?);
    }
    Ok(text)
}

/// Reads a line; None where it is of a kind that this version does not know.
pub(super) fn read_line(line: &str) -> Result<Option<Envelope>, serde_json::Error> {
    let Tag { t } = serde_json::from_str(line)?;
    if Update::TAGS.contains(&t.as_str()) {
        serde_json::from_str(line).map(Some)
    } else {
        Ok(None)
    }
}

/// Reads a recording.
pub fn read_recording(text: &str) -> Result<Recorded, FormatError> {
    let mut lines = text.lines().enumerate();
    let header = lines
        .next()
        .and_then(|(_, line)| serde_json::from_str::<Header>(line).ok());
    let from = match header {
        None => return Err(FormatError::NoHeader),
        Some(Header { plimsoll, .. }) if plimsoll > FORMAT => {
            return Err(FormatError::TooNew { found: plimsoll });
        }
        Some(Header { from, .. }) => from,
    };
    let mut recorded = Recorded {
        from,
        ..Recorded::default()
    };
    let mut lines = lines.filter(|(_, line)| !line.trim().is_empty()).peekable();
    while let Some((at, line)) = lines.next() {
        match read_line(line) {
            Ok(Some(envelope)) => recorded.envelopes.push(envelope),
            Ok(None) => recorded.skipped += 1,
            Err(_) if lines.peek().is_none() && !text.ends_with('\n') => {
                recorded.broken_off = Some(at + 1);
            }
            Err(why) => {
                return Err(FormatError::Line {
                    line: at + 1,
                    why: why.to_string(),
                });
            }
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
                skipped: 1,
                ..Recorded::default()
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
                "{\"plimsoll\":1}\n\n{\"t\":\"pods\"}\n",
                "line 3: missing field",
            ),
            ("{\"plimsoll\":1}\nnonsense\n", "line 2: "),
        ] {
            let error = read_recording(text).unwrap_err().to_string();
            assert!(error.contains(words), "{text:?}: {error}");
        }
    }

    #[test]
    fn a_text_that_breaks_off_is_read_up_to_there_and_the_line_is_told() {
        let text = write_recording(&[envelope(), envelope()]).unwrap();
        let header = text.find('\n').unwrap();
        for end in header + 1..text.len() {
            let recorded = read_recording(text.get(..end).unwrap()).unwrap();
            let whole = recorded.envelopes.len();
            // A line without its break may be whole all the same.
            let is_break = |at: usize| text.as_bytes()[at] == b'\n';
            let breaks = !is_break(end - 1) && !is_break(end);
            assert_eq!(recorded.broken_off, breaks.then_some(whole + 2), "{end}");
        }
    }
}
