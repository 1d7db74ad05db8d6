//! Logs of one pod: a stream for each container, through restarts, without a line told twice.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::{
    sync::Semaphore,
    time::{Instant, sleep, timeout_at},
};

use crate::{
    app::reading::{LogAsk, LogPod, RawLine, Said, Since, Stream},
    model::{Name, Time},
    net::kube::{
        Client, Error, ErrorKind,
        logs::{self, LogLine, LogLines, LogQuery},
        object,
    },
    source::feed::Closed,
};

use super::Teller;

/// Lines that come within this time are told together.
const WINDOW: Duration = Duration::from_millis(50);
/// Lines that are told together at most.
const BATCH: usize = 256;
/// The wait before a log that has ended is read on.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// Reads the logs of one pod.
pub(super) struct PodReader {
    pub(super) client: Client,
    pub(super) teller: Teller,
    /// One permit a stream.
    pub(super) streams: Arc<Semaphore>,
    pub(super) pod: LogPod,
    pub(super) previous: bool,
    pub(super) since: Since,
}

impl PodReader {
    pub(super) async fn run(self) {
        let (namespace, pod) = (&self.pod.id.namespace, &self.pod.id.name);
        let containers = if self.pod.containers == 1 {
            vec![None]
        } else {
            match object::containers(&self.client, namespace, pod).await {
                Ok(names) => names.into_iter().map(Some).collect(),
                Err(error) => {
                    let stream = self.stream(None);
                    let note = Said::Note {
                        stream,
                        text: words(&error),
                        bad: true,
                    };
                    // Nobody listens any more: then this ends, as it does anyway.
                    let _ = self.teller.say(note).await;
                    return;
                }
            }
        };
        let streams = containers
            .into_iter()
            .map(|container| self.follow(container));
        futures::future::join_all(streams).await;
    }

    fn stream(&self, container: Option<&str>) -> Stream {
        Stream {
            pod: self.pod.id.name.clone(),
            container: container.map(Name::from),
        }
    }

    /// Follows one container for as long as there is something to follow and somebody who listens.
    async fn follow(&self, container: Option<String>) -> Result<(), Closed> {
        let stream = self.stream(container.as_deref());
        let note = |text: String, bad| {
            let stream = stream.clone();
            self.teller.say(Said::Note { stream, text, bad })
        };
        let permit = if let Ok(permit) = self.streams.try_acquire() {
            Ok(permit)
        } else {
            let most = LogAsk::STREAMS;
            let text = format!("is read when another ends: at most {most} streams at once");
            note(text, true).await?;
            self.streams.acquire().await
        };
        let Ok(_permit) = permit else { return Ok(()) };
        let mut told = Told::default();
        let mut wait = FIRST_WAIT;
        let mut last_note = String::new();
        loop {
            let before = told.lines;
            let end = match logs::open(&self.client, &self.query(container.clone(), &told)).await {
                Ok(mut lines) => self.read(&mut lines, &stream, &mut told).await?,
                Err(error) => End::Failed(error),
            };
            let news = told.lines > before;
            let (text, bad, again) = match end {
                _ if self.previous => match end {
                    End::Failed(error) => return note(words(&error), true).await,
                    End::Closed => return Ok(()),
                    End::Broken(why) => return note(why, true).await,
                },
                End::Closed => ("the log ended; reading on".to_owned(), false, true),
                End::Broken(why) => (format!("the log broke off: {why}; reading on"), true, true),
                End::Failed(error) => match error.kind {
                    ErrorKind::Missing => ("the pod is gone".to_owned(), false, false),
                    ErrorKind::Forbidden { .. } | ErrorKind::Unauthorized | ErrorKind::Config => {
                        (words(&error), true, false)
                    }
                    _ => (words(&error), true, true),
                },
            };
            if news || text != last_note {
                note(text.clone(), bad).await?;
                last_note = text;
            }
            if !again {
                return Ok(());
            }
            wait = if news {
                FIRST_WAIT
            } else {
                (wait * 2).min(LONGEST_WAIT)
            };
            sleep(wait).await;
        }
    }

    fn query(&self, container: Option<String>, told: &Told) -> LogQuery {
        let (tail, since_seconds) = match self.since {
            Since::Tail => (Some(Since::TAIL), None),
            Since::Minutes(minutes) => (None, Some(minutes * 60)),
            Since::All => (None, None),
        };
        LogQuery {
            namespace: self.pod.id.namespace.to_string(),
            pod: self.pod.id.name.to_string(),
            container,
            follow: !self.previous,
            previous: self.previous,
            tail,
            since_seconds,
            since: told.last,
        }
    }

    /// Tells lines until there are no more.
    async fn read(
        &self,
        lines: &mut LogLines,
        stream: &Stream,
        told: &mut Told,
    ) -> Result<End, Closed> {
        let mut replayed = told.replay();
        loop {
            let mut batch = Vec::new();
            let mut until = None;
            let end = loop {
                let next = match until {
                    None => Ok(lines.next().await),
                    Some(until) => timeout_at(until, lines.next()).await,
                };
                match next {
                    Ok(Ok(Some(line))) if replayed.covers(&line) => {}
                    Ok(Ok(Some(line))) => {
                        told.note(&line);
                        batch.push(raw(line));
                        until = until.or_else(|| Some(now() + WINDOW));
                        if batch.len() == BATCH {
                            break None;
                        }
                    }
                    Ok(Ok(None)) => break Some(End::Closed),
                    Ok(Err(why)) => break Some(End::Broken(why)),
                    Err(_elapsed) => break None,
                }
            };
            if !batch.is_empty() {
                let stream = stream.clone();
                self.teller
                    .say(Said::Lines {
                        stream,
                        lines: batch,
                    })
                    .await?;
            }
            if let Some(end) = end {
                return Ok(end);
            }
        }
    }
}

/// How a stream ended.
enum End {
    Closed,
    Broken(String),
    Failed(Error),
}

/// What has been told of a stream: where it goes on after a break.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    lines: u64,
    /// The moment of the last line, and how many lines bear exactly it.
    last: Option<Timestamp>,
    same: u64,
}

impl Told {
    fn note(&mut self, line: &LogLine) {
        self.lines += 1;
        if line.at.is_none() {
            return;
        }
        self.same = if line.at == self.last {
            self.same + 1
        } else {
            1
        };
        self.last = line.at;
    }

    fn replay(self) -> Replay {
        Replay {
            until: self.last,
            same: self.same,
        }
    }
}

/// What is told twice when a log is read on: the server knows whole seconds only.
struct Replay {
    until: Option<Timestamp>,
    same: u64,
}

impl Replay {
    /// Whether the line was told before. With the first that was not, all are new.
    fn covers(&mut self, line: &LogLine) -> bool {
        let (Some(until), Some(at)) = (self.until, line.at) else {
            return false;
        };
        if at < until {
            return true;
        }
        if at == until && self.same > 0 {
            self.same -= 1;
            return true;
        }
        self.until = None;
        false
    }
}

fn raw(line: LogLine) -> RawLine {
    RawLine {
        at: line.at.map(|at| Time(at.as_millisecond())),
        text: line.text,
        cut: line.cut,
    }
}

/// The reason, in the server's words, and what to do.
fn words(error: &Error) -> String {
    if error.remedy.is_empty() || !matches!(error.kind, ErrorKind::Forbidden { .. }) {
        error.why.to_string()
    } else {
        format!("{}; {}", error.why, error.remedy)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the window in which lines are told together"
)]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(at: &str, text: &str) -> LogLine {
        LogLine {
            at: Some(at.parse().unwrap()),
            text: text.into(),
            cut: 0,
        }
    }

    #[test]
    fn of_what_comes_again_nothing_is_told_twice_and_nothing_is_lost() {
        let early = "2027-01-15T08:00:01.1Z";
        let last = "2027-01-15T08:00:01.2Z";
        let mut told = Told::default();
        for line in [line(early, "a"), line(last, "b"), line(last, "c")] {
            told.note(&line);
        }
        let mut replay = told.replay();
        let again = [
            (early, "a", true),
            (last, "b", true),
            (last, "c", true),
            (last, "d", false),
            ("2027-01-15T08:00:02Z", "e", false),
            // A clock that was set back: once new, all is new.
            (early, "f", false),
        ];
        for (at, text, covered) in again {
            assert_eq!(replay.covers(&line(at, text)), covered, "{text}");
        }
    }
}
