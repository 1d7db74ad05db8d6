//! Records that retention will delete before they are read.

use crate::{
    insight::{CauseKind, Limit, Log, Meaning, PartitionLag, TimeLag, retention},
    model::{Key, Source},
};

use super::{Case, Cause};

/// What retention will delete before it is read.
pub(super) fn look(case: &Case<'_>, causes: &mut Vec<Cause>) {
    const SOON_SECONDS: f64 = 3_600.0;
    let mut soonest: Option<(f64, &PartitionLag<'_>)> = None;
    let mut lag = 0;
    for (row, meaning) in &case.rows {
        let Some(meaning) = meaning else { continue };
        let Some(loss) = retention(&log_of(case, row, meaning)) else {
            continue;
        };
        let by_age = loss.by == Limit::Age;
        if by_age || loss.in_seconds <= SOON_SECONDS {
            lag += row.lag.unwrap_or_default().max(0);
            if soonest.is_none_or(|(known, _)| loss.in_seconds < known) {
                soonest = Some((loss.in_seconds, row));
            }
        }
    }
    if let Some((seconds, row)) = soonest {
        let topic = &row.id.topic;
        let config = case
            .site()
            .kafka
            .topics
            .get(topic)
            .and_then(|topic| topic.config.as_ref());
        let kept = config.and_then(|config| config.retention_ms);
        causes.push(Cause {
            kind: CauseKind::Retention,
            subject: Key::Partition(row.id.clone()),
            what: format!(
                "records of {} will be deleted before they are read, in about {seconds:.0} s",
                row.id
            ),
            lag,
            proofs: vec![
                case.proof(
                    "retention.ms",
                    kept.map_or_else(|| "-".to_owned(), |kept| kept.to_string()),
                    Source::TopicConfigs,
                )
                .by(case.describe_topic(topic)),
            ],
        });
    }
}

fn log_of(case: &Case<'_>, row: &PartitionLag<'_>, meaning: &Meaning) -> Log {
    let topic = case.site().kafka.topics.get(&row.id.topic);
    let config = topic.and_then(|topic| topic.config.as_ref());
    let deletes = config
        .and_then(|config| config.cleanup_policy.as_ref())
        .is_none_or(|policy| policy.contains("delete"));
    let offsets = topic
        .and_then(|topic| topic.partition(row.id.partition))
        .map(|(_, of)| of);
    let records = row
        .end
        .map(|end| end.value)
        .zip(row.start)
        .map(|(end, start)| end - start);
    Log {
        lag: row.lag.unwrap_or_default(),
        kept_behind: row.committed.zip(row.start).map(|(at, start)| at - start),
        start_rate: None,
        inflow: meaning.rates.map(|rates| rates.inflow),
        outflow: meaning.rates.map(|rates| rates.outflow),
        time_lag: meaning.time_lag.map(TimeLag::at_least),
        retention_seconds: config
            .and_then(|config| config.retention_ms)
            .filter(|_| deletes)
            .map(|millis| millis as f64 / 1_000.0),
        retention_bytes: config
            .and_then(|config| config.retention_bytes)
            .filter(|_| deletes)
            .map(|bytes| bytes as f64),
        bytes: offsets.and_then(|of| of.bytes).map(|bytes| bytes as f64),
        records,
    }
}
