//! The newest of what was said, as the lines of a recording, within a bound; and the site as it was before them.

use std::collections::VecDeque;

use super::{
    Envelope, Site, Time,
    recording::{read_line, recording_header, recording_line},
};

/// A bounded recording in memory. Lines that are let go are applied to a site of its own, so that what is left always
/// begins with all that was known then.
#[derive(Debug)]
pub struct Reel {
    most: usize,
    bytes: usize,
    lines: VecDeque<(Time, Box<str>)>,
    before: Option<Site>,
    /// The latest moment of what was let go.
    let_go: Option<Time>,
}

impl Reel {
    /// Bytes of the lines that are kept while the screen is up.
    pub const MOST: usize = 16 << 20;

    /// A reel whose lines take so many bytes at most.
    pub fn new(most: usize) -> Self {
        Reel {
            most,
            bytes: 0,
            lines: VecDeque::new(),
            before: None,
            let_go: None,
        }
    }

    /// Takes an envelope in, and lets go of the oldest where that is too much.
    pub fn take(&mut self, envelope: &Envelope) -> Result<(), serde_json::Error> {
        let line = recording_line(envelope)?.into_boxed_str();
        self.bytes += line.len();
        self.lines.push_back((envelope.at, line));
        while self.bytes > self.most {
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
