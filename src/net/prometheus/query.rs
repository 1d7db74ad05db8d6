//! One union query for all signals, now or over the last half hour.
use std::sync::Arc;

use crate::net::prometheus::{
    catalogue::{self, Entry, Labelled, Signal, Subject},
    dialect::Probe,
    envelope::{Data, Labels, Numbers, Opened},
    error::Error,
    transport::Client,
};

/// One value of one signal.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// What it measures.
    pub signal: Signal,
    /// What it is about.
    pub subject: Subject,
    /// When, in milliseconds since the epoch.
    pub t_ms: i64,
    /// The value; never NaN or infinite.
    pub value: f64,
}

/// What a query brought.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// The values, in the order of signal, subject and time.
    pub points: Vec<Point>,
    /// What the server warned of: a partial answer, as a rule.
    pub warnings: Vec<String>,
    /// Samples that are no number: NaN, infinite, native histograms.
    pub skipped: u64,
}

/// The label that tells the parts of the union apart; its value is the signal's place among those asked for.
const PART: &str = "plimsoll";
/// Gateways refuse longer URLs; counted as encoded.
const LONGEST_QUERY: usize = 6_000;
const BACKFILL_SECONDS: i64 = 30 * 60;
const BACKFILL_STEP: f64 = 30.0;

/// The latest value of every signal that the server has: one request, or a few where the query would exceed 6 kB.
pub async fn refresh(client: &Client, probe: &Probe) -> Result<Answer, Error> {
    refresh_signals(client, probe, |_| true).await
}

/// As [`refresh`], of the signals that are wanted only: those of all pods are many on a large cluster.
pub async fn refresh_signals(
    client: &Client,
    probe: &Probe,
    wanted: impl Fn(Signal) -> bool,
) -> Result<Answer, Error> {
    let entries = entries(probe, wanted);
    let mut answer = Answer::default();
    for query in unions(&entries, probe, &probe.window, "") {
        answer.add(client.query(&query).await?, &entries, probe);
    }
    Ok(answer.sorted())
}

/// The last 30 minutes in steps of 30 s. Once, at the start.
pub async fn backfill(
    client: &Client,
    probe: &Probe,
    now_ms: i64,
    wanted: impl Fn(Signal) -> bool,
) -> Result<Answer, Error> {
    let entries = entries(probe, wanted);
    let end = now_ms.div_euclid(1000);
    let mut answer = Answer::default();
    for query in unions(&entries, probe, &probe.window, "") {
        let start = end - BACKFILL_SECONDS;
        let opened = client
            .query_range(&query, start, end, BACKFILL_STEP)
            .await?;
        answer.add(opened, &entries, probe);
    }
    Ok(answer.sorted())
}

/// A range of time, as a server is asked for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Range {
    /// Seconds since the epoch.
    pub start: i64,
    /// Seconds since the epoch.
    pub end: i64,
    /// Seconds between two samples.
    pub step: i64,
    /// The groups, or the pods, that are wanted; empty for all.
    pub only: Vec<String>,
}

/// The wanted signals over a range: one request, or a few where the query would exceed 6 kB. Rates are taken over a step at
/// least, so that nothing between two samples is left out.
pub async fn range(
    client: &Client,
    probe: &Probe,
    range: &Range,
    wanted: impl Fn(Signal) -> bool,
) -> Result<Answer, Error> {
    let entries = entries(probe, wanted);
    let usual: i64 = probe.window.trim_end_matches('s').parse().unwrap_or(300);
    let window = format!("{}s", usual.max(range.step));
    let quoted: Vec<String> = range.only.iter().map(|name| literal(name)).collect();
    let mut answer = Answer::default();
    for query in unions(&entries, probe, &window, &quoted.join("|")) {
        let opened = client
            .query_range(&query, range.start, range.end, range.step as f64)
            .await?;
        answer.add(opened, &entries, probe);
    }
    Ok(answer.sorted())
}

/// Whether a server has a signal, and can be asked for it.
pub fn has(probe: &Probe, signal: Signal) -> bool {
    !entries(probe, |of| of == signal).is_empty()
}

/// A name within a regular expression within a string of PromQL.
fn literal(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        match letter {
            '\\' => out.push_str("\\\\\\\\"),
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            '.' | '+' | '*' | '?' | '(' | ')' | '|' | '[' | ']' | '{' | '}' | '^' | '$' => {
                out.push_str("\\\\");
                out.push(letter);
            }
            _ => out.push(letter),
        }
    }
    out
}

/// The matcher that chooses among groups or pods, with its comma; none for all of them.
fn matchers(entry: &Entry, only: &str) -> String {
    let label = match entry.labelled {
        Labelled::Pod(_, label) | Labelled::Group(label, _) if !only.is_empty() => label,
        _ => return String::new(),
    };
    format!("{label}=~\"{only}\",")
}

impl Answer {
    fn add(&mut self, opened: Opened<Data>, entries: &[Entry], probe: &Probe) {
        self.warnings.extend(opened.warnings);
        for series in opened.data.into_numbers() {
            self.skipped += series.skipped;
            let Some((signal, subject)) = meaning(&series, entries, probe) else {
                continue;
            };
            self.points
                .extend(series.points.into_iter().map(|(t_ms, value)| Point {
                    signal,
                    subject: subject.clone(),
                    t_ms,
                    value,
                }));
        }
    }

    fn sorted(mut self) -> Self {
        self.points
            .sort_by(|a, b| (a.signal, &a.subject, a.t_ms).cmp(&(b.signal, &b.subject, b.t_ms)));
        self
    }
}

/// Brokers can only be asked about by a label that tells them apart.
fn entries(probe: &Probe, wanted: impl Fn(Signal) -> bool) -> Vec<Entry> {
    let askable = |entry: &Entry| entry.labelled != Labelled::Broker || probe.join.is_some();
    let chosen = catalogue::choose(&probe.names).into_iter();
    chosen
        .filter(|entry| askable(entry) && wanted(entry.signal))
        .collect()
}

fn meaning(series: &Numbers, entries: &[Entry], probe: &Probe) -> Option<(Signal, Subject)> {
    let labels = &series.labels;
    let entry = entries.get(labels.get(PART)?.parse::<usize>().ok()?)?;
    let value =
        |labels: &Labels, name: &str| labels.get(name).map(|value| Arc::from(value.as_str()));
    let subject = match entry.labelled {
        Labelled::Cluster => Subject::Cluster,
        Labelled::Broker => Subject::Broker(value(labels, probe.join.as_deref()?)?),
        Labelled::Pod(namespace, pod) => Subject::Pod {
            namespace: value(labels, namespace)?,
            name: value(labels, pod)?,
        },
        Labelled::Group(group, topic) => Subject::Group {
            group: value(labels, group)?,
            topic: value(labels, topic)?,
        },
    };
    Some((entry.signal, subject))
}

/// The queries: expressions marked with their place and joined by `or`, as many as fit.
fn unions(entries: &[Entry], probe: &Probe, window: &str, only: &str) -> Vec<String> {
    let mut queries: Vec<String> = Vec::new();
    for (place, entry) in entries.iter().enumerate() {
        let join = probe.join.as_deref().unwrap_or_default();
        let expression = entry.expression(join, window, &probe.matchers, &matchers(entry, only));
        let part = format!(r#"label_replace({expression},"{PART}","{place}","","")"#);
        match queries.last_mut() {
            Some(query) if encoded_length(query) + encoded_length(&part) < LONGEST_QUERY => {
                query.push_str(" or ");
                query.push_str(&part);
            }
            _ => queries.push(part),
        }
    }
    queries
}

fn encoded_length(text: &str) -> usize {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { 1 } else { 3 })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_by_their_letters() {
        assert_eq!(literal("orders-v1.2"), r"orders-v1\\.2");
        assert_eq!(literal(r#"a"b\c"#), r#"a\"b\\\\c"#);
        assert_eq!(literal("x|y{1}"), r"x\\|y\\{1\\}");
    }

    #[test]
    fn pods_and_groups_are_chosen_in_each_selector_and_brokers_in_none() {
        let names = catalogue::metrics()
            .into_iter()
            .map(str::to_owned)
            .collect();
        for entry in catalogue::choose(&names) {
            let text = entry.expression("pod", "60s", "", &matchers(&entry, "a|b"));
            let chosen = text.matches(r#"=~"a|b","#).count();
            let wanted = match entry.labelled {
                Labelled::Pod(..) | Labelled::Group(..) => text.matches('{').count(),
                _ => 0,
            };
            assert_eq!(chosen, wanted, "{text}");
            assert!(!text.contains('$'), "{text}");
        }
    }
}
