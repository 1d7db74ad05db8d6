//! The lines of a log, by rule.

use super::{
    super::{
        World,
        catalogue::SLOW_GROUP,
        pod::Pod,
        random::{digest, mix},
        workload::Workload,
    },
    RawLine,
};
use crate::model::{SECOND, Time};

/// What a program of the world writes about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trade {
    Broker,
    Consumer,
    Producer,
}

/// Sentences; `#` is a number, `@` a partition, `~` the topic.
fn sentences(trade: Trade) -> &'static [&'static str] {
    match trade {
        Trade::Broker => &[
            "INFO [Partition ~-@ broker=#] ISR is complete at epoch #",
            "INFO [UnifiedLog partition=~-@] Rolled new log segment at offset # in 3 ms",
            "INFO [GroupCoordinator] Stabilized group checkout generation #",
            "INFO [ProducerStateManager partition=~-@] Wrote producer snapshot at offset #",
            "DEBUG [ReplicaFetcher] Truncation of ~-@ is complete at #",
            "WARN [RequestQueue] a produce request to ~-@ took # ms",
        ],
        Trade::Consumer => &[
            "INFO polled # records from ~-@",
            "INFO committed ~-@ at #",
            "INFO handled a batch of # in 41 ms",
            "DEBUG heartbeat answered in # us",
            "INFO polled # records from ~-@",
            "{\"level\":\"info\",\"msg\":\"batch done\",\"topic\":\"~\",\"records\":#}",
            "WARN retrying record # of ~-@: upstream answered 503",
        ],
        Trade::Producer => &[
            "INFO GET /api/items/# 200 12ms",
            "INFO POST /api/orders 201 34ms",
            "INFO sent # records to ~-@",
            "DEBUG flushed a batch of # to ~-@",
            "{\"level\":\"info\",\"msg\":\"request\",\"path\":\"/healthz\",\"ms\":#}",
            "WARN slow request: # ms",
        ],
    }
}

/// The lines that a pod wrote after `from`, until `to` at the latest.
pub(super) fn written(
    world: &World,
    workload: &Workload,
    pod: &Pod,
    from: Time,
    to: Time,
) -> Vec<RawLine> {
    let group = |group: &&super::super::GroupState| {
        let of = group
            .workload
            .and_then(|place| world.cluster.workloads.get(place));
        of.is_some_and(|of| of.id == workload.id)
    };
    let group = world.kafka.groups.iter().find(group);
    let own = |topic: &&super::super::TopicState| {
        let producer = topic
            .producer
            .and_then(|place| world.cluster.workloads.get(place));
        producer.is_some_and(|of| of.id == workload.id)
    };
    let topic = match group {
        Some(group) => group
            .topics
            .first()
            .and_then(|place| world.kafka.topics.get(*place)),
        None => world.kafka.topics.iter().find(own),
    };
    let topic = topic.map_or("orders", |topic| &*topic.name);
    let trade = match group {
        _ if workload.has_brokers() => Trade::Broker,
        Some(_) => Trade::Consumer,
        None => Trade::Producer,
    };
    let slow = group.is_some_and(|group| &*group.name == SLOW_GROUP);
    let noise = digest(&pod.row.uid) ^ world.collectors.noise();
    let mut lines = Vec::new();
    // The second that `from` lies in may have lines after it.
    for second in from.0.div_euclid(SECOND)..=to.0.div_euclid(SECOND) {
        let chance = mix(noise ^ second.unsigned_abs());
        let count = chance % 3;
        for place in 0..count {
            let chance = mix(chance ^ (place + 1));
            let step = 1_000 / i64::try_from(count).unwrap_or(1);
            let jitter = i64::try_from(chance % 97).unwrap_or(0);
            let at = Time(second * SECOND + i64::try_from(place).unwrap_or(0) * step + jitter);
            let text = if slow && chance.is_multiple_of(5) {
                let took = 4_000 + chance % 1_900;
                format!(
                    "WARN poll took {took} ms for 500 records of {topic}-{}: falling behind",
                    chance % 6
                )
            } else {
                sentence(trade, chance, topic)
            };
            lines.push((at, text));
        }
        if trade == Trade::Consumer && chance % 211 == 7 {
            lines.extend(trace(Time(second * SECOND + 990), chance, topic));
        }
    }
    let within = |(at, _): &(Time, String)| *at > from && *at <= to;
    lines.into_iter().filter(within).map(raw).collect()
}

fn raw((at, text): (Time, String)) -> RawLine {
    RawLine {
        at: Some(at),
        text,
        cut: 0,
    }
}

fn sentence(trade: Trade, chance: u64, topic: &str) -> String {
    let all = sentences(trade);
    let place = usize::try_from(chance >> 8).unwrap_or(0) % all.len();
    let chosen = all.get(place).copied().unwrap_or_default();
    chosen
        .replace('#', &(chance % 977 + 3).to_string())
        .replace('@', &(chance % 6).to_string())
        .replace('~', topic)
}

/// A fault that programs have now and then, with its stack.
fn trace(at: Time, chance: u64, topic: &str) -> Vec<(Time, String)> {
    let lines = [
        format!(
            "ERROR record {} of {topic}-{} cannot be read",
            chance % 99_991,
            chance % 6
        ),
        "java.lang.IllegalArgumentException: amount: expected a number".to_owned(),
        "\tat com.example.Codec.read(Codec.java:118)".to_owned(),
        "\tat com.example.Worker.handle(Worker.java:61)".to_owned(),
    ];
    lines.into_iter().map(|line| (at, line)).collect()
}

/// The last that a process writes which ends for want of memory.
pub(super) fn death(at: Time) -> Vec<RawLine> {
    let lines = [
        "ERROR Terminating due to java.lang.OutOfMemoryError: Java heap space",
        "\tat java.base/java.util.Arrays.copyOf(Arrays.java:3537)",
        "\tat com.example.Worker.buffer(Worker.java:203)",
    ];
    lines
        .into_iter()
        .map(|line| raw((at, line.to_owned())))
        .collect()
}
