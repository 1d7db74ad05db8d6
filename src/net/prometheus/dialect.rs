//! Which metrics a server has, and by which label its series name a broker.
use std::collections::{BTreeMap, BTreeSet};

use crate::net::prometheus::{
    catalogue::{self, Dialect, Labelled},
    envelope::Labels,
    error::Error,
    transport::Client,
};

/// What a server has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// Metric names of the catalogue that exist.
    pub names: BTreeSet<String>,
    /// Whose names they are. Empty: nothing that we know.
    pub dialects: BTreeSet<Dialect>,
    /// The label that tells brokers apart: `pod`, `kubernetes_pod_name`, `exported_pod` or `instance`.
    /// Whoever knows the pods may set it to another of the candidates.
    pub join: Option<String>,
    /// Labels that could join, with their values: pod names, or scrape addresses.
    pub candidates: BTreeMap<String, BTreeSet<String>>,
    /// Values of `strimzi_io_cluster` on the brokers' series.
    pub clusters: BTreeSet<String>,
    /// Matchers that choose one cluster where several are stored, as in `strimzi_io_cluster="a",`: each with a comma behind it.
    pub matchers: String,
    /// Window of rates: four scrapes, at least one minute and at most five.
    pub window: String,
}

/// In the order of preference.
const JOIN_LABELS: [&str; 4] = ["pod", "kubernetes_pod_name", "exported_pod", "instance"];
const CLUSTER_LABEL: &str = "strimzi_io_cluster";
const LONGEST_WINDOW: f64 = 300.0;

/// Asks which metrics of the catalogue exist, which label joins, and how often is scraped: three small requests, two of the index alone.
pub async fn probe(client: &Client, now_ms: i64) -> Result<Probe, Error> {
    let now = now_ms.div_euclid(1000);
    let pattern = catalogue::metrics()
        .into_iter()
        .collect::<Vec<_>>()
        .join("|");
    let names: BTreeSet<String> = client
        .names(&pattern, now - 600)
        .await?
        .into_iter()
        .collect();
    let brokers = catalogue::choose(&names)
        .into_iter()
        .find(|entry| entry.labelled == Labelled::Broker)
        .map(|entry| entry.needs);
    let series = match brokers {
        Some(metric) => client.series(metric, now - 300).await?,
        None => Vec::new(),
    };
    let candidates = candidates(&series);
    let join = JOIN_LABELS
        .into_iter()
        .find(|label| candidates.contains_key(*label));
    Ok(Probe {
        dialects: catalogue::dialects(&names),
        join: join.map(Into::into),
        candidates,
        clusters: series
            .iter()
            .filter_map(|labels| labels.get(CLUSTER_LABEL).cloned())
            .collect(),
        matchers: String::new(),
        window: window(client, brokers.unwrap_or("up")).await?,
        names,
    })
}

/// A label joins if every series has it, and no two series of one scrape target share it.
fn candidates(series: &[Labels]) -> BTreeMap<String, BTreeSet<String>> {
    let targets: BTreeSet<Option<&String>> =
        series.iter().map(|labels| labels.get("instance")).collect();
    let values = |label: &str| {
        let all: Option<BTreeSet<String>> = series
            .iter()
            .map(|labels| labels.get(label).cloned())
            .collect();
        all.filter(|values| !values.is_empty() && values.len() >= targets.len())
    };
    JOIN_LABELS
        .iter()
        .filter_map(|label| Some(((*label).into(), values(label)?)))
        .collect()
}

/// From the number of samples in five minutes; of a server that has just started the longest window is the answer.
async fn window(client: &Client, metric: &str) -> Result<String, Error> {
    let counted = client
        .query(&format!("max(count_over_time({metric}[5m]))"))
        .await?;
    let numbers = counted.data.into_numbers();
    let samples = numbers
        .first()
        .and_then(|series| series.points.first())
        .map_or(1.0, |point| point.1);
    let seconds = (4.0 * LONGEST_WINDOW / samples.max(1.0)).clamp(60.0, LONGEST_WINDOW);
    Ok(format!("{seconds:.0}s"))
}
