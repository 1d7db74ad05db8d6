//! The newest lines of our own log, for the log pane.

use std::collections::VecDeque;

use crate::model::Time;

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    pub at: Time,
    pub level: LogLevel,
    /// The module that speaks.
    pub target: String,
    pub text: String,
}

/// How grave a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl LogLevel {
    pub fn word(self) -> &'static str {
        match self {
            LogLevel::Error => "ERROR",
            LogLevel::Warn => "WARN",
            LogLevel::Info => "INFO",
            LogLevel::Debug => "DEBUG",
            LogLevel::Trace => "TRACE",
        }
    }
}

/// The newest [`LogRing::LINES`] lines.
#[derive(Clone, Debug, Default)]
pub struct LogRing {
    lines: VecDeque<LogLine>,
    /// Number of the oldest line that is kept.
    first: u64,
}

impl LogRing {
    pub const LINES: usize = 1_000;
    /// Characters kept of one line.
    pub const WIDTH: usize = 1_000;

    pub fn push(&mut self, mut line: LogLine) {
        if line.text.chars().count() > Self::WIDTH {
            line.text = line.text.chars().take(Self::WIDTH).chain(['…']).collect();
        }
        if self.lines.len() == Self::LINES {
            self.lines.pop_front();
            self.first += 1;
        }
        self.lines.push_back(line);
    }

    pub fn len(&self) -> usize {
        self.lines.len()
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The line `back` lines before the newest, with its number.
    pub fn from_newest(&self, back: usize) -> Option<(u64, &LogLine)> {
        let at = self.lines.len().checked_sub(back + 1)?;
        Some((self.first + at as u64, self.lines.get(at)?))
    }
}
