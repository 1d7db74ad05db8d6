//! The log of one container, line by line as it is written.
use std::borrow::Cow;

use bytes::BytesMut;
use http_body_util::BodyExt;
use jiff::Timestamp;
use kube::client::Body;

use crate::net::kube::{
    client::{Ask, Client, root_words},
    error::Error,
};

/// Which log, and from when on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogQuery {
    /// The pod's namespace.
    pub namespace: String,
    /// The pod.
    pub pod: String,
    /// `None` where the pod has one container.
    pub container: Option<String>,
    /// Stays open until the container ends.
    pub follow: bool,
    /// What the container wrote before its last restart.
    pub previous: bool,
    /// The last lines alone.
    pub tail: Option<u32>,
    /// What was written in the last so many seconds.
    pub since_seconds: Option<u32>,
    /// What was written from this moment on; wins over the two before.
    pub since: Option<Timestamp>,
}

impl LogQuery {
    /// The query of the URL.
    pub(crate) fn parts(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        let mut parts: Vec<(&'static str, Cow<'_, str>)> = vec![("timestamps", "true".into())];
        if let Some(container) = &self.container {
            parts.push(("container", container.into()));
        }
        for (name, on) in [("follow", self.follow), ("previous", self.previous)] {
            if on {
                parts.push((name, "true".into()));
            }
        }
        if let Some(since) = self.since {
            // Whole seconds are all that the API takes; what is told twice is the reader's to drop.
            let second = Timestamp::from_second(since.as_second()).unwrap_or(since);
            parts.push(("sinceTime", second.to_string().into()));
            return parts;
        }
        if let Some(tail) = self.tail {
            parts.push(("tailLines", tail.to_string().into()));
        }
        if let Some(seconds) = self.since_seconds {
            parts.push(("sinceSeconds", seconds.to_string().into()));
        }
        parts
    }
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// When it was written; `None` for what the kubelet or the API server says in place of a line.
    pub at: Option<Timestamp>,
    /// Without timestamp and line end.
    pub text: String,
    /// Bytes that were cut off its end.
    pub cut: u64,
}

/// The lines of a log. `next` may be dropped while it waits without losing anything.
pub struct LogLines {
    body: Body,
    buffer: BytesMut,
    /// How much of the buffer is known to hold no line end.
    scanned: usize,
    /// Bytes of the line under way that were dropped.
    cut: u64,
    ended: bool,
}

/// Bytes of a line that are kept.
pub const LONGEST_LINE: usize = 64 << 10;

/// Asks for a log. The answer may begin only when the container writes its first line.
pub async fn open(client: &Client, query: &LogQuery) -> Result<LogLines, Error> {
    let body = client.open_log(&Ask::log(query)).await?;
    Ok(LogLines {
        body,
        buffer: BytesMut::new(),
        scanned: 0,
        cut: 0,
        ended: false,
    })
}

impl LogLines {
    /// The next line; `None` at the end. An error is the connection's, in its own words.
    pub async fn next(&mut self) -> Result<Option<LogLine>, String> {
        loop {
            if let Some(line) = self.take_line() {
                return Ok(Some(line));
            }
            if self.ended {
                return Ok(None);
            }
            match self.body.frame().await {
                None => self.ended = true,
                Some(Err(why)) => return Err(root_words(&why)),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        self.buffer.extend_from_slice(&data);
                    }
                }
            }
        }
    }

    /// A whole line of the buffer, or at the end what is left. What is too long is dropped while it comes.
    fn take_line(&mut self) -> Option<LogLine> {
        let fresh = self.buffer.get(self.scanned..).unwrap_or_default();
        let found = fresh.iter().position(|byte| *byte == b'\n');
        let (line, over) = if let Some(place) = found {
            let end = self.scanned + place;
            let mut line = self.buffer.split_to(end + 1);
            line.truncate(end);
            let over = line.len().saturating_sub(LONGEST_LINE);
            line.truncate(LONGEST_LINE);
            (line, over)
        } else {
            let over = self.buffer.len().saturating_sub(LONGEST_LINE);
            self.buffer.truncate(LONGEST_LINE);
            self.scanned = self.buffer.len();
            if !self.ended || self.buffer.is_empty() {
                self.cut += over as u64;
                return None;
            }
            (self.buffer.split(), over)
        };
        self.scanned = 0;
        let cut = std::mem::take(&mut self.cut) + over as u64;
        Some(parse(&line, cut))
    }
}

fn parse(line: &[u8], cut: u64) -> LogLine {
    let text = String::from_utf8_lossy(line);
    let stamped = text
        .split_once(' ')
        .and_then(|(stamp, rest)| Some((stamp.parse().ok()?, rest)));
    // An empty line has its timestamp and nothing behind it.
    let alone = || Some((text.trim_end().parse().ok()?, ""));
    match stamped.or_else(alone) {
        Some((at, rest)) => LogLine {
            at: Some(at),
            text: rest.to_owned(),
            cut,
        },
        None => LogLine {
            at: None,
            text: text.into_owned(),
            cut,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_says_what_is_wanted_and_no_more() {
        let plain = LogQuery {
            tail: Some(200),
            follow: true,
            ..LogQuery::default()
        };
        let words = |query: &LogQuery| {
            let parts = query.parts();
            let parts = parts.iter().map(|(key, value)| format!("{key}={value}"));
            parts.collect::<Vec<_>>().join("&")
        };
        assert_eq!(words(&plain), "timestamps=true&follow=true&tailLines=200");
        let again = LogQuery {
            since: Some("2027-01-15T08:00:01.234567891Z".parse().unwrap()),
            container: Some("app".into()),
            ..plain
        };
        let wanted = "timestamps=true&container=app&follow=true&sinceTime=2027-01-15T08:00:01Z";
        assert_eq!(words(&again), wanted);
    }

    #[test]
    fn a_line_is_its_timestamp_and_the_rest_and_what_has_none_is_the_kubelets() {
        let line = parse(b"2027-01-15T08:00:01.5Z  two blanks", 0);
        assert_eq!(line.text, " two blanks");
        assert_eq!(line.at, Some("2027-01-15T08:00:01.5Z".parse().unwrap()));
        assert!(parse(b"2027-01-15T08:00:01.5Z ", 0).at.is_some());
        assert!(parse(b"2027-01-15T08:00:01.5Z", 0).at.is_some());
        let said = parse(b"unable to retrieve container logs for x", 7);
        assert_eq!((said.at, said.cut), (None, 7));
        assert_eq!(parse(b"2027-01-15T08:00:01Z \xff", 0).text, "\u{fffd}");
    }
}
