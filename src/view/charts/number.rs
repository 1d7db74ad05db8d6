//! What a signal is called, and how its numbers are written.

use crate::{model::Signal, view::text};

/// The title of its chart.
pub(super) fn title(signal: Signal) -> &'static str {
    match signal {
        Signal::BytesInPerSecond => "bytes in",
        Signal::BytesOutPerSecond => "bytes out",
        Signal::MessagesInPerSecond => "records in",
        Signal::RequestsPerSecond => "requests",
        Signal::ProduceMillisP99 => "produce p99",
        Signal::FetchMillisP99 => "fetch p99 (with its wait)",
        Signal::HandlerIdle => "request handlers idle",
        Signal::UnderReplicated => "under-replicated partitions",
        Signal::GroupLag => "lag, records",
        Signal::CommittedPerSecond => "committed, records",
        Signal::CpuMillicores => "CPU",
        Signal::MemoryBytes => "memory",
        Signal::CpuThrottled => "CPU held back",
    }
}

/// A value with its unit.
pub(super) fn number(signal: Signal, value: f64) -> String {
    match signal {
        Signal::BytesInPerSecond | Signal::BytesOutPerSecond => {
            format!("{}/s", text::byte_rate(value))
        }
        Signal::MessagesInPerSecond | Signal::RequestsPerSecond | Signal::CommittedPerSecond => {
            text::per_second(value)
        }
        Signal::ProduceMillisP99 | Signal::FetchMillisP99 => {
            if value < 9.95 {
                format!("{value:.1} ms")
            } else {
                format!("{} ms", text::whole(value))
            }
        }
        Signal::HandlerIdle | Signal::CpuThrottled => format!("{:.0}%", value * 100.0),
        Signal::UnderReplicated | Signal::GroupLag => text::whole(value),
        Signal::CpuMillicores => format!("{}m", text::whole(value)),
        Signal::MemoryBytes => text::byte_rate(value),
    }
}

/// Where the axis ends when the highest value is this: a share ends at all of it.
pub(super) fn top(signal: Signal, high: f64) -> f64 {
    match signal {
        Signal::HandlerIdle | Signal::CpuThrottled => 1.0,
        _ => high,
    }
}
