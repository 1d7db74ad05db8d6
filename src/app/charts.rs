//! What is drawn over time: of what, how far back, and where the cursor stands.

use crate::{
    insight::Picture,
    model::{ChartOf, Key, Name, PodId, SeriesKey, Time},
};

/// The ranges, with their words, in milliseconds.
pub static RANGES: [(&str, i64); 4] = [
    ("15m", 900_000),
    ("1h", 3_600_000),
    ("6h", 21_600_000),
    ("24h", 86_400_000),
];

/// The parts of the pane.
pub static PARTS: [(&str, ChartOf); 3] = [
    ("brokers", ChartOf::Brokers),
    ("groups", ChartOf::Groups),
    ("pods", ChartOf::Pods),
];

/// How the charts of a view are looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChartView {
    /// Place in [`PARTS`]; the page of an object has one part.
    pub part: usize,
    /// Place in [`RANGES`].
    pub range: usize,
    /// The moment under the cursor; None for the newest.
    pub cursor: Option<Time>,
    /// The chart that is chosen.
    pub panel: usize,
    /// The chosen chart has the screen to itself.
    pub whole: bool,
    /// Of that chart, the series that is chosen.
    pub series: usize,
}

impl ChartView {
    /// Milliseconds that are shown.
    pub fn span(&self) -> i64 {
        RANGES
            .get(self.range)
            .map_or(900_000, |(_, millis)| *millis)
    }
}

/// What the charts of an object are drawn of, if it has any.
pub(super) fn charts_of(key: &Key) -> Option<ChartOf> {
    match key {
        Key::Broker(id) => Some(ChartOf::Broker(*id)),
        Key::Group(name) | Key::Member { group: name, .. } => Some(ChartOf::Group(name.clone())),
        Key::Pod(id) => Some(ChartOf::Pod(id.clone())),
        _ => None,
    }
}

/// The object whose series this is.
pub(super) fn object_of(series: &SeriesKey) -> Key {
    match series {
        SeriesKey::Broker(id) => Key::Broker(*id),
        SeriesKey::Group(name) => Key::Group(name.clone()),
        SeriesKey::Pod(id) => Key::Pod(id.clone()),
    }
}

/// Series of one chart: more cannot be told apart.
pub(super) const SERIES: usize = 8;

/// Which groups or pods are drawn where there are more than can be told apart: those with the most lag, or with the most
/// of their memory in use. Empty where all are drawn, or none is known yet.
pub(super) fn choose(picture: &Picture, of: &ChartOf, namespace: Option<&str>) -> Vec<SeriesKey> {
    match of {
        ChartOf::Groups => {
            let groups = picture.site.kafka.groups.iter();
            let mut ranked: Vec<(i64, Name)> = groups
                .filter_map(|group| {
                    let id = group.listed.id.clone();
                    Some((picture.history.group(&id)?.lag.known?, id))
                })
                .collect();
            ranked.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
            let first = ranked.into_iter().take(SERIES);
            first.map(|(_, id)| SeriesKey::Group(id)).collect()
        }
        ChartOf::Pods => {
            let pods = picture.site.pods.iter();
            let shown = pods.filter(|pod| namespace.is_none_or(|only| only == &*pod.id.namespace));
            let mut ranked: Vec<(f64, PodId)> = shown
                .filter_map(|pod| {
                    let used = picture.site.pods.usage(&pod.id)?.memory as f64;
                    // Without a limit a pod is beside the others as if it had 16 GiB.
                    let limit = pod.memory_limit.map_or(1.7e10, |limit| limit.max(1) as f64);
                    Some((used / limit, pod.id.clone()))
                })
                .collect();
            ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
            let first = ranked.into_iter().take(SERIES);
            first.map(|(_, id)| SeriesKey::Pod(id)).collect()
        }
        _ => Vec::new(),
    }
}
