//! The pulse of the API server. A server that hangs keeps its watches open in silence for minutes: so it is asked for its
//! version now and then, and while it does not answer, every watch is called what it is.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::{sleep, timeout};

use crate::{
    model::{HealthReport, Source, State},
    net::kube::{Client, access::get_version},
    source::feed::{Closed, Feed},
};

/// How often the server is asked, and how long it may take.
const EVERY: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_secs(4);

#[derive(Debug, Default)]
struct Heard {
    /// What each watch said of itself last.
    last: BTreeMap<Source, HealthReport>,
    /// Why the server as a whole does not answer.
    silent: Option<String>,
}

/// Through this the watches of one server report: while the server is silent, a watch that calls itself live is not.
#[derive(Clone, Debug)]
pub(super) struct Voice {
    feed: Feed,
    heard: Arc<Mutex<Heard>>,
}

impl Voice {
    pub(super) fn new(feed: Feed) -> Self {
        Voice {
            feed,
            heard: Arc::default(),
        }
    }

    /// Notes what a watch says, and returns what is to be told.
    fn note(&self, report: HealthReport) -> HealthReport {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.last.insert(report.source, report.clone());
        told(report, heard.silent.as_deref())
    }

    pub(super) async fn report(&self, report: HealthReport) -> Result<(), Closed> {
        self.feed.report(self.note(report)).await
    }

    /// Sets whether the server is silent; returns the reports to be told anew, if that changed.
    fn set_silent(&self, why: Option<String>) -> Vec<HealthReport> {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        if heard.silent == why {
            return Vec::new();
        }
        heard.silent = why;
        let why = heard.silent.as_deref();
        heard
            .last
            .values()
            .map(|report| told(report.clone(), why))
            .collect()
    }
}

fn told(report: HealthReport, silent: Option<&str>) -> HealthReport {
    match (silent, &report.state) {
        (Some(why), State::Live | State::Syncing { .. }) => HealthReport {
            why: Some(why.into()),
            ..HealthReport::new(report.source, State::Unreachable)
        },
        _ => report,
    }
}

/// Asks for the version for as long as somebody listens.
pub(super) async fn watch_over(client: Client, voice: Voice) {
    loop {
        sleep(EVERY).await;
        let why = match timeout(PATIENCE, get_version(&client)).await {
            Ok(Ok(_)) => None,
            // A refusal is an answer: whoever may not read the version may still read pods.
            Ok(Err(error)) if error.kind.is_an_answer() => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some(format!(
                "{}: version: no answer within {} s; check that the API server runs",
                client.server(),
                PATIENCE.as_secs()
            )),
        };
        for report in voice.set_silent(why) {
            if voice.feed.report(report).await.is_err() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn while_the_server_is_silent_no_watch_is_live_and_afterwards_each_is_what_it_was() {
        let (to, _feed) = tokio::sync::mpsc::channel(1);
        let voice = Voice::new(Feed::new("site".into(), to));
        let forbidden = State::Forbidden {
            verb: "list".into(),
            resource: "nodes".into(),
        };
        voice.note(HealthReport::new(Source::Pods, State::Live));
        voice.note(HealthReport::new(Source::Nodes, forbidden));
        let words = |reports: Vec<HealthReport>| {
            reports
                .iter()
                .map(|report| report.state.word())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            words(voice.set_silent(Some("gone".to_owned()))),
            ["unreachable", "forbidden"]
        );
        let told = voice.note(HealthReport::new(Source::Pods, State::Live));
        assert_eq!(told.state, State::Unreachable);
        assert!(
            voice.set_silent(Some("gone".to_owned())).is_empty(),
            "said once"
        );
        assert_eq!(words(voice.set_silent(None)), ["live", "forbidden"]);
    }
}
