//! The wire format of Prometheus' HTTP API, read tolerantly.
//!
//! Answers also come from what stands before it: an API server's `Status`, a gateway's HTML, Thanos' warnings.
use std::collections::BTreeMap;

use http::StatusCode;
use serde::{Deserialize, de::DeserializeOwned, de::IgnoredAny};

use crate::net::prometheus::error::ErrorKind;

/// A series' labels.
pub(super) type Labels = BTreeMap<String, String>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<T> {
    #[serde(default)]
    status: String,
    data: Option<T>,
    #[serde(default)]
    warnings: Vec<String>,
    #[serde(default)]
    infos: Vec<String>,
}

/// The parts of a refusal, whoever wrote it.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Complaint {
    error_type: String,
    error: String,
    /// An API server's Status.
    message: String,
}

/// Data with what the server remarked.
#[derive(Debug)]
pub(super) struct Opened<T> {
    pub(super) data: T,
    pub(super) warnings: Vec<String>,
}

/// Why there is no data.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) kind: ErrorKind,
    pub(super) why: String,
}

/// The result of a query.
#[derive(Debug, Deserialize)]
#[serde(tag = "resultType", content = "result", rename_all = "lowercase")]
pub(super) enum Data {
    Vector(Vec<Sample>),
    Matrix(Vec<Series>),
    Scalar(Value),
    String(IgnoredAny),
}

/// Seconds since the epoch, and the number as text.
pub(super) type Value = (f64, String);

/// A series at one instant; a native histogram has no value.
#[derive(Debug, Deserialize)]
pub(super) struct Sample {
    #[serde(default)]
    metric: Labels,
    value: Option<Value>,
}

/// A series over time; native histograms stand beside the values.
#[derive(Debug, Deserialize)]
pub(super) struct Series {
    #[serde(default)]
    metric: Labels,
    #[serde(default)]
    values: Vec<Value>,
    #[serde(default)]
    histograms: Vec<IgnoredAny>,
}

/// Numbers of one series, and how many samples were none.
#[derive(Debug, PartialEq)]
pub(super) struct Numbers {
    pub(super) labels: Labels,
    /// Milliseconds since the epoch, and a finite value.
    pub(super) points: Vec<(i64, f64)>,
    pub(super) skipped: u64,
}

impl Data {
    /// Every series with its finite numbers.
    pub(super) fn into_numbers(self) -> Vec<Numbers> {
        match self {
            Self::Vector(samples) => samples
                .into_iter()
                .map(|sample| {
                    let histogram = u64::from(sample.value.is_none());
                    numbers(sample.metric, sample.value, histogram)
                })
                .collect(),
            Self::Matrix(series) => series
                .into_iter()
                .map(|series| {
                    let histograms = u64::try_from(series.histograms.len()).unwrap_or(u64::MAX);
                    numbers(series.metric, series.values, histograms)
                })
                .collect(),
            Self::Scalar(value) => vec![numbers(Labels::new(), [value], 0)],
            Self::String(IgnoredAny) => Vec::new(),
        }
    }
}

fn numbers(labels: Labels, values: impl IntoIterator<Item = Value>, histograms: u64) -> Numbers {
    let mut read = Numbers {
        labels,
        points: Vec::new(),
        skipped: histograms,
    };
    for (seconds, text) in values {
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => read.points.push((milliseconds(seconds), value)),
            _ => read.skipped += 1,
        }
    }
    read
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "`as` saturates, and a time fits by far"
)]
fn milliseconds(seconds: f64) -> i64 {
    (seconds * 1000.0).round() as i64
}

/// Opens an answer of any status.
pub(super) fn open<T: DeserializeOwned>(
    status: StatusCode,
    body: &[u8],
) -> Result<Opened<T>, Refused> {
    if !status.is_success() {
        return Err(complaint(status, body));
    }
    match serde_json::from_slice::<Envelope<T>>(body) {
        Ok(Envelope {
            status: said,
            data: Some(data),
            mut warnings,
            infos,
        }) if said == "success" => {
            warnings.extend(infos);
            Ok(Opened { data, warnings })
        }
        Ok(_) => Err(complaint(status, body)),
        // `data` is absent from an error, and then of another shape than T.
        Err(why) => Err(match complaint(status, body) {
            Refused {
                kind: ErrorKind::Decode,
                ..
            } => Refused {
                kind: ErrorKind::Decode,
                why: if is_html(body) {
                    "it answers with an HTML page: a login, or not Prometheus".into()
                } else {
                    format!("its answer is not the Prometheus API's: {why}")
                },
            },
            said => said,
        }),
    }
}

fn is_html(body: &[u8]) -> bool {
    body.trim_ascii_start().starts_with(b"<")
}

fn complaint(status: StatusCode, body: &[u8]) -> Refused {
    let said: Complaint = serde_json::from_slice(body).unwrap_or_default();
    let kind = match (status.as_u16(), said.error_type.as_str()) {
        (401, _) => ErrorKind::Unauthorized,
        (403, _) => ErrorKind::Forbidden,
        (429, _) => ErrorKind::Throttled { retry_after: None },
        (_, "timeout" | "canceled") | (408 | 504, _) => ErrorKind::Timeout,
        (_, "bad_data" | "execution") => ErrorKind::Rejected,
        (404, _) => ErrorKind::Missing,
        (500.., _) | (_, "unavailable" | "internal") => ErrorKind::Unreachable,
        (400..=499, _) => ErrorKind::Rejected,
        _ => ErrorKind::Decode,
    };
    let text = [said.error, said.message]
        .into_iter()
        .find(|text| !text.is_empty());
    let plain = || {
        let text = String::from_utf8_lossy(body);
        let text = text.trim();
        let says_nothing = text.is_empty() || is_html(body) || !said.error_type.is_empty();
        if says_nothing || Some(text) == status.canonical_reason() {
            format!("it answers {status}")
        } else {
            format!("it answers {status}: {text}")
        }
    };
    let mut why = text.unwrap_or_else(plain).replace(char::is_control, " ");
    why = why.chars().take(300).collect();
    Refused { kind, why }
}
