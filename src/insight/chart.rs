//! The lines of one chart: what Prometheus measured over the range where it did, else what we sampled ourselves, else why
//! there is nothing.

use crate::model::{
    ChartAnswer, ChartAsk, Run, SeriesKey, Signal, Source, State, Time, Trace, split,
};

use super::{BrokerLoad, GroupLoad, Picture, PodLoad};

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartLine {
    pub of: SeriesKey,
    pub runs: Vec<Run>,
    /// What it must not exceed: the limit of a pod.
    pub limit: Option<f64>,
}

/// Where the lines come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Prometheus,
    /// Our own polls, since this moment.
    Own(Time),
    Nothing,
}

/// One chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    pub signal: Signal,
    /// At most [`Chart::LINES`].
    pub lines: Vec<ChartLine>,
    /// Lines that are left out.
    pub more: usize,
    pub origin: Origin,
    /// Why there is nothing, or nothing new.
    pub said: Option<String>,
    /// Milliseconds that one sample stands for.
    pub step: i64,
}

impl Chart {
    pub const LINES: usize = 8;
}

/// Makes the chart of a signal.
pub fn chart(picture: &Picture, ask: &ChartAsk, signal: Signal, now: Time) -> Chart {
    let answer = picture.site.chart.as_ref();
    let answer = answer.filter(|answer| answer.ask == *ask);
    let step = ask.step();
    let mut lines: Vec<ChartLine> = Vec::new();
    let mut origin = Origin::Nothing;
    let mut reach = step;
    if let Some(answer) = answer {
        let measured = answer.series.iter().filter(|of| of.signal == signal);
        lines = measured
            .map(|point| ChartLine {
                of: point.of.clone(),
                runs: split(point.samples.iter().copied(), step * 3 / 2),
                limit: limit(picture, &point.of, signal),
            })
            .collect();
        origin = Origin::Prometheus;
    }
    if lines.is_empty() {
        let every = picture.site.health.get(&Source::Lag);
        let every = every.and_then(|of| of.report.every).unwrap_or(5_000);
        let from = now.plus(-ask.range);
        let own = own(picture, ask, signal);
        let since = own.iter().filter_map(|(_, trace)| trace.since()).min();
        origin = since.map_or(Origin::Nothing, Origin::Own);
        reach = every.max(60_000);
        lines = own
            .into_iter()
            .map(|(of, trace)| ChartLine {
                runs: trace.runs(from, every),
                limit: limit(picture, &of, signal),
                of,
            })
            .filter(|line| !line.runs.is_empty())
            .collect();
    }
    let place = |of: &SeriesKey| {
        ask.only
            .iter()
            .position(|one| one == of)
            .unwrap_or(usize::MAX)
    };
    lines.sort_by(|a, b| (place(&a.of), &a.of).cmp(&(place(&b.of), &b.of)));
    let more = lines.len().saturating_sub(Chart::LINES);
    lines.truncate(Chart::LINES);
    // A failure says how old Prometheus' lines are; our own are as new as our polls.
    let failed = answer
        .filter(|_| origin == Origin::Prometheus)
        .and_then(|of| of.failed.as_ref())
        .map(ToString::to_string);
    Chart {
        said: if lines.is_empty() {
            Some(why_nothing(picture, answer, signal))
        } else {
            failed
        },
        signal,
        lines,
        more,
        origin,
        step: reach,
    }
}

/// What a pod may use of what is drawn.
fn limit(picture: &Picture, of: &SeriesKey, signal: Signal) -> Option<f64> {
    let SeriesKey::Pod(id) = of else { return None };
    let pod = picture.site.pods.get(id)?;
    let limit = match signal {
        Signal::CpuMillicores => pod.cpu_limit,
        Signal::MemoryBytes => pod.memory_limit,
        _ => None,
    };
    limit.map(|limit| limit as f64)
}

/// What we sampled of a signal ourselves.
fn own<'a>(picture: &'a Picture, ask: &ChartAsk, signal: Signal) -> Vec<(SeriesKey, &'a Trace)> {
    let load = &picture.load;
    let brokers = |of: fn(&BrokerLoad) -> &Trace| -> Vec<_> {
        let all = load.brokers.iter();
        all.map(|(id, load)| (SeriesKey::Broker(*id), of(load)))
            .collect()
    };
    let groups = |of: fn(&GroupLoad) -> &Trace| -> Vec<_> {
        let all = load.groups.iter();
        all.map(|(name, load)| (SeriesKey::Group(name.clone()), of(load)))
            .collect()
    };
    let pods = |of: fn(&PodLoad) -> &Trace| -> Vec<_> {
        let all = load.pods.iter();
        all.map(|(id, load)| (SeriesKey::Pod(id.clone()), of(load)))
            .collect()
    };
    let mut found = match signal {
        Signal::MessagesInPerSecond => brokers(|load| &load.records),
        Signal::UnderReplicated => brokers(|load| &load.under),
        Signal::GroupLag => groups(|load| &load.lag),
        Signal::CommittedPerSecond => groups(|load| &load.rate),
        Signal::CpuMillicores => pods(|load| &load.cpu),
        Signal::MemoryBytes => pods(|load| &load.memory),
        _ => Vec::new(),
    };
    found.retain(|(of, _)| ask.wants(of));
    found
}

fn why_nothing(picture: &Picture, answer: Option<&ChartAnswer>, signal: Signal) -> String {
    if let Some(answer) = answer {
        if let Some(why) = &answer.failed {
            return format!("Prometheus: {why}");
        }
        if let Some(lacking) = answer.lacking.iter().find(|of| of.signal == signal) {
            let names: Vec<&str> = lacking.names.iter().map(|name| &**name).collect();
            return format!("Prometheus has none of {}", names.join(", "));
        }
        return "Prometheus has no sample of it in this range".to_owned();
    }
    match picture.site.state(Source::Series) {
        None => "no Prometheus is read, and we do not sample it ourselves".to_owned(),
        Some(State::Live | State::Syncing { .. }) => "being read".to_owned(),
        Some(state) => {
            let health = picture.site.health.get(&Source::Series);
            let why = health.and_then(|health| health.report.why.clone());
            let why = why.map_or_else(String::new, |why| format!(": {why}"));
            format!("Prometheus is {}{why}", state.word())
        }
    }
}

/// The sample of a line at a moment; None in a gap.
pub fn value_at(runs: &[Run], at: Time, reach: i64) -> Option<f64> {
    let near = |(when, _): &&(Time, f64)| (when.since(at)).abs() <= reach;
    let samples = runs.iter().flatten().filter(near);
    let nearest = samples.min_by_key(|(when, _)| when.since(at).abs());
    nearest.map(|(_, value)| *value)
}
