//! How the process ends: the code, and the line that says why.

use std::fmt;

use crate::net;

/// The exit codes that scripts rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Code {
    /// What was asked for was done or shown, whole.
    Fine = 0,
    /// The answer of a check is no.
    No = 1,
    /// Wrong usage, or a configuration that cannot be used.
    Usage = 2,
    /// Nothing to show: unreachable, unauthorized, forbidden.
    Nothing = 3,
    /// Shown, but a source that feeds it is missing or stale.
    Partial = 4,
    /// Ended by ctrl-c.
    Interrupted = 130,
}

/// The line of a failure, in the order in which it is read: what, where, why; what to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Complaint {
    /// What could not be done, or which kind of thing is wrong.
    pub what: String,
    /// The file and line, the server, the flag. Empty where `what` says it.
    pub place: String,
    /// The reason, in the words of whoever refused.
    pub why: String,
    /// What to do about it. Empty where nothing sensible can be said.
    pub remedy: String,
}

impl Complaint {
    pub fn new(what: impl Into<String>, why: impl Into<String>) -> Self {
        Complaint {
            what: what.into(),
            why: why.into(),
            ..Complaint::default()
        }
    }

    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.place = place.into();
        self
    }

    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = remedy.into();
        self
    }
}

impl Complaint {
    /// This remedy, where there is none yet.
    #[must_use]
    pub fn or_remedy(self, remedy: &str) -> Self {
        if self.remedy.is_empty() {
            self.remedy(remedy)
        } else {
            self
        }
    }
}

impl From<&net::kube::Error> for Complaint {
    fn from(error: &net::kube::Error) -> Self {
        let what = if error.request.is_empty() {
            "Kubernetes".to_owned()
        } else {
            format!("Kubernetes: {}", error.request)
        };
        Complaint::new(what, error.why.to_string())
            .at(error.server.to_string())
            .remedy(error.remedy.to_string())
    }
}

/// `WHAT: WHERE: WHY; WHAT TO DO` in one line, whatever its parts contain.
impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&one_line(&self.what))?;
        for part in [&self.place, &self.why] {
            if !part.is_empty() {
                write!(f, ": {}", one_line(part))?;
            }
        }
        if self.remedy.is_empty() {
            Ok(())
        } else {
            write!(f, "; {}", one_line(&self.remedy))
        }
    }
}

/// Breaks become spaces.
fn one_line(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(printable).collect();
    words.join(" ")
}

/// The text with its control characters, which could drive a terminal, escaped.
pub(super) fn printable(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            safe.extend(c.escape_default());
        } else {
            safe.push(c);
        }
    }
    safe
}

/// The end of the process before or instead of its work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exit {
    pub code: Code,
    /// For stdout: help and version.
    pub text: String,
    /// For stderr, one line each.
    pub complaints: Vec<Complaint>,
}

impl Exit {
    /// Ends without a word.
    pub fn quiet(code: Code) -> Self {
        Exit {
            code,
            text: String::new(),
            complaints: Vec::new(),
        }
    }

    /// What was asked for is a text: help, version.
    pub fn text(text: impl Into<String>) -> Self {
        Exit {
            text: text.into(),
            ..Exit::quiet(Code::Fine)
        }
    }

    pub fn because(code: Code, complaint: Complaint) -> Self {
        Exit {
            complaints: vec![complaint],
            ..Exit::quiet(code)
        }
    }

    /// Wrong usage or configuration.
    pub fn usage(complaint: Complaint) -> Self {
        Exit::because(Code::Usage, complaint)
    }

    /// The lines for stderr.
    pub fn lines(&self) -> impl Iterator<Item = String> + '_ {
        self.complaints
            .iter()
            .map(|complaint| format!("plimsoll: {complaint}"))
    }
}

impl From<Complaint> for Exit {
    fn from(complaint: Complaint) -> Self {
        Exit::usage(complaint)
    }
}

/// Says the last word on stdout or stderr and returns the code of the process.
impl std::process::Termination for Exit {
    fn report(self) -> std::process::ExitCode {
        let said = super::out::write_stdout(&self.text);
        let mut errors = super::out::Stderr::lock();
        for line in self.lines() {
            errors.line(&line);
        }
        if let Err(why) = said {
            errors.line(&format!("plimsoll: stdout: {why}"));
        }
        std::process::ExitCode::from(self.code as u8)
    }
}

/// The nearest of the known words, if it is near enough to have been meant.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| {
            (
                strsim::damerau_levenshtein(&word.to_lowercase(), candidate),
                candidate,
            )
        })
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_is_one_line_in_reading_order() {
        let complaint = Complaint::new("configuration", "unknown key\n\"refrsh\"")
            .at("plimsoll.toml:3:1")
            .remedy("did you mean refresh?");
        assert_eq!(
            complaint.to_string(),
            "configuration: plimsoll.toml:3:1: unknown key \"refrsh\"; did you mean refresh?"
        );
    }

    #[test]
    fn a_complaint_cannot_drive_the_terminal() {
        let complaint = Complaint::new("server", "\u{1b}[2Jgone");
        assert_eq!(complaint.to_string(), "server: \\u{1b}[2Jgone");
    }

    #[test]
    fn the_nearest_word_is_offered_only_when_it_is_near() {
        let known = ["theme", "refresh", "read_only"];
        assert_eq!(nearest("refrsh", known), Some("refresh"));
        assert_eq!(nearest("Theme", known), Some("theme"));
        assert_eq!(nearest("bootstrap", known), None);
    }
}
