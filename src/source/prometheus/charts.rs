//! Series over a range, while somebody looks at their charts: one range query, and another when there is a new sample.

use std::time::Duration;

use tokio::{sync::watch, time::sleep};

use crate::{
    app::Interest,
    model::{
        ChartAnswer, ChartAsk, ChartOf, Lacking, Name, Point, SECOND, SeriesKey, Signal, Time,
        Update,
    },
    net::prometheus::{
        Client, Error, Probe, Signal as Measured, dialect,
        query::{self, Range},
    },
    source::{clock, feed::Feed},
};

use super::{REPROBE, points};

/// After so long a server that lacked something that is drawn is probed again.
const SOON: i64 = 30_000;

/// Answers what is asked for as long as somebody listens. Nobody asks: nothing is read.
pub(in crate::source) async fn follow(
    client: Client,
    feed: Feed,
    every: watch::Receiver<Duration>,
    mut interest: watch::Receiver<Interest>,
    mut refreshes: watch::Receiver<u64>,
) {
    let mut known: Option<(Time, Probe)> = None;
    loop {
        let asked = interest.borrow_and_update().charts.clone();
        let Some(ask) = asked else {
            if interest.changed().await.is_err() {
                return;
            }
            continue;
        };
        // Whoever looks at something else does not wait for this answer.
        let answer = tokio::select! {
            answer = read(&client, &mut known, &ask) => answer,
            () = other(&mut interest, &ask) => continue,
        };
        if feed.send(Update::Chart(answer)).await.is_err() {
            return;
        }
        let step = Duration::from_millis(u64::try_from(ask.step()).unwrap_or(0));
        let shortest = *every.borrow();
        tokio::select! {
            () = sleep(step.max(shortest)) => {}
            () = other(&mut interest, &ask) => {}
            changed = refreshes.changed() => if changed.is_err() { return },
        }
    }
}

/// Waits until something else is asked for.
async fn other(interest: &mut watch::Receiver<Interest>, ask: &ChartAsk) {
    let same = |of: &Interest| of.charts.as_ref() == Some(ask);
    if interest.wait_for(|of| !same(of)).await.is_err() {
        // Nobody will ask again; who listens says when it is over.
        std::future::pending::<()>().await;
    }
}

/// The signals as the client calls them.
fn measured(of: Signal) -> Measured {
    match of {
        Signal::BytesInPerSecond => Measured::BytesIn,
        Signal::BytesOutPerSecond => Measured::BytesOut,
        Signal::MessagesInPerSecond => Measured::MessagesIn,
        Signal::ProduceMillisP99 => Measured::ProduceP99,
        Signal::HandlerIdle => Measured::HandlerIdle,
        Signal::RequestsPerSecond => Measured::Requests,
        Signal::FetchMillisP99 => Measured::FetchP99,
        Signal::UnderReplicated => Measured::UnderReplicated,
        Signal::GroupLag => Measured::GroupLag,
        Signal::CommittedPerSecond => Measured::GroupRate,
        Signal::CpuMillicores => Measured::PodCpu,
        Signal::MemoryBytes => Measured::PodMemory,
        Signal::CpuThrottled => Measured::PodThrottled,
    }
}

/// The names by which a server may be asked for less than all.
fn names(ask: &ChartAsk) -> Vec<String> {
    let one = match &ask.of {
        ChartOf::Group(name) => Some(name.to_string()),
        ChartOf::Pod(id) => Some(id.name.to_string()),
        _ => None,
    };
    let only = ask.only.iter().filter_map(|of| match of {
        SeriesKey::Group(name) => Some(name.to_string()),
        SeriesKey::Pod(id) => Some(id.name.to_string()),
        SeriesKey::Broker(_) => None,
    });
    one.into_iter().chain(only).collect()
}

async fn read(client: &Client, known: &mut Option<(Time, Probe)>, ask: &ChartAsk) -> ChartAnswer {
    let now = clock::now();
    let mut answer = ChartAnswer::empty(ask, now);
    if let Err(error) = fill(client, known, &mut answer, now).await {
        answer.failed = Some(error.to_string().into());
    }
    answer
}

async fn fill(
    client: &Client,
    known: &mut Option<(Time, Probe)>,
    answer: &mut ChartAnswer,
    now: Time,
) -> Result<(), Error> {
    // What is asked for and was not there may have come: an exporter that starts, a scrape that failed.
    let lacks = |probe: &Probe| {
        let mut signals = answer.ask.of.signals().iter();
        signals.any(|signal| !query::has(probe, measured(*signal)))
    };
    let old = |at: Time, probe: &Probe| now.since(at) > if lacks(probe) { SOON } else { REPROBE };
    if known.as_ref().is_none_or(|(at, probe)| old(*at, probe)) {
        *known = Some((now, dialect::probe(client, now.0).await?));
    }
    let Some((_, probe)) = known else {
        return Ok(());
    };
    let wanted: Vec<(Signal, Measured)> = answer
        .ask
        .of
        .signals()
        .iter()
        .map(|signal| (*signal, measured(*signal)))
        .collect();
    let (there, lacking): (Vec<_>, Vec<_>) = wanted
        .into_iter()
        .partition(|(_, of)| query::has(probe, *of));
    let lack = |(signal, of)| Lacking {
        signal,
        names: crate::net::prometheus::catalogue::looked_for(of)
            .into_iter()
            .map(Name::from)
            .collect(),
    };
    answer.lacking = lacking.into_iter().map(lack).collect();
    if there.is_empty() {
        return Ok(());
    }
    let range = Range {
        start: answer.start.0.div_euclid(SECOND),
        end: answer.end.0.div_euclid(SECOND),
        step: answer.ask.step().div_euclid(SECOND).max(1),
        only: names(&answer.ask),
    };
    let read = query::range(client, probe, &range, |of| {
        there.iter().any(|(_, wanted)| *wanted == of)
    })
    .await?;
    let found: Vec<Point> = points(&read);
    if found.is_empty() && !read.points.is_empty() {
        let by = probe.join.as_deref().unwrap_or("nothing");
        answer.failed = Some(format!("its series name brokers by {by}, not by their pods").into());
    }
    // A pod of another namespace may have the same name.
    answer.series = found
        .into_iter()
        .filter(|of| answer.ask.wants(&of.of))
        .collect();
    Ok(())
}
