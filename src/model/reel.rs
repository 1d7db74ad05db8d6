//! The newest of what was said, as the lines of a recording, within a bound; and the site as it was before them.

use std::collections::VecDeque;

use super::{
    Envelope, SECOND, Site, Time,
    recording::{read_line, recording_header, recording_line},
};

/// A bounded recording in memory. Lines that are let go are applied to a site of its own, so that what is left always
/// begins with all that was known then.
#[derive(Debug)]
pub struct Reel {
    most: usize,
    /// Milliseconds that the lines must reach back, or none are kept any more.
    least: i64,
    bytes: usize,
    lines: VecDeque<(Time, Box<str>)>,
    before: Option<Site>,
    /// The latest moment of what was let go.
    let_go: Option<Time>,
    gave_up: bool,
}

impl Reel {
    /// Bytes of the lines that are kept while the screen is up.
    pub const MOST: usize = 16 << 20;

    /// What they reach back at least. A site that says more than that in a minute is a large one: a second copy of it, to
    /// begin a recording of seconds with, is not worth its memory.
    const LEAST: i64 = 60 * SECOND;

    /// What is kept while the screen is up.
    pub fn of_late() -> Self {
        Reel {
            least: Self::LEAST,
            ..Reel::new(Self::MOST)
        }
    }

    /// A reel whose lines take so many bytes at most.
    pub fn new(most: usize) -> Self {
        Reel {
            most,
            least: 0,
            bytes: 0,
            lines: VecDeque::new(),
            before: None,
            let_go: None,
            gave_up: false,
        }
    }

    /// More is said than can be kept for long enough: nothing is kept any more.
    pub fn gave_up(&self) -> bool {
        self.gave_up
    }

    /// Takes an envelope in, and lets go of the oldest where that is too much.
    pub fn take(&mut self, envelope: &Envelope) -> Result<(), serde_json::Error> {
        if self.gave_up {
            return Ok(());
        }
        let line = recording_line(envelope)?.into_boxed_str();
        self.bytes += line.len();
        self.lines.push_back((envelope.at, line));
        while self.bytes > self.most {
            let oldest = self.lines.front().map_or(envelope.at, |(at, _)| *at);
            // A clock that was set back says nothing of how much is said.
            if (0..self.least).contains(&envelope.at.since(oldest)) {
                (self.gave_up, self.bytes, self.before) = (true, 0, None);
                self.lines = VecDeque::new();
                return Ok(());
            }
            let Some((at, line)) = self.lines.pop_front() else {
                break;
            };
            self.bytes -= line.len();
            self.let_go = self.let_go.max(Some(at));
            if let Some(envelope) = read_line(&line)? {
                let site = || Site::new(envelope.site.clone());
                self.before.get_or_insert_with(site).apply(envelope);
            }
        }
        Ok(())
    }

    /// Bytes of the lines that are kept.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The moment at which the recording begins: all that was let go was said by then.
    pub fn from(&self) -> Option<Time> {
        let oldest = self.lines.front().map(|(at, _)| *at);
        oldest.max(self.let_go)
    }

    /// The recording: the site as it was at its beginning, then the lines.
    pub fn text(&self) -> Result<String, serde_json::Error> {
        let from = self.from();
        let state = match (&self.before, from) {
            (Some(before), Some(at)) => before.checkpoint(at),
            _ => Vec::new(),
        };
        let mut text = recording_header(from)?;
        for envelope in &state {
            text.push_str(&recording_line(envelope)?);
        }
        for (_, line) in &self.lines {
            text.push_str(line);
        }
        Ok(text)
    }
}
