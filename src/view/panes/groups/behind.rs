//! The pods behind a group, in two cells: how many are ready, and what is wrong with them.

use crate::{
    app::{Cell, Role},
    insight::Picture,
    model::{PodRow, SeriesKey, Signal, Time, WorkloadId},
};

/// How the pods of a workload are.
pub(super) struct Behind {
    ready: usize,
    all: usize,
    restarts: u32,
    /// The worst status that kubectl prints of one of them, where it is not Running.
    status: Option<String>,
    oom: bool,
    /// The highest share of CPU periods throttled, and of a memory limit used.
    throttled: Option<f64>,
    memory: Option<f64>,
}

/// An exit that long ago is history.
const RECENT_MILLIS: i64 = 3_600_000;

impl Behind {
    pub(super) fn of(picture: &Picture, workload: &WorkloadId, now: Time) -> Self {
        let site = &picture.site;
        let pods = picture.index.workload_pods(site, workload);
        let pods: Vec<&PodRow> = pods.filter(|pod| !pod.has_ended()).collect();
        let is_ready = |pod: &&&PodRow| pod.containers > 0 && pod.ready == pod.containers;
        let highest = |shares: &mut dyn Iterator<Item = f64>| shares.reduce(f64::max);
        let oom = |pod: &&PodRow| {
            pod.last_exit.as_ref().is_some_and(|exit| {
                &*exit.reason == "OOMKilled"
                    && exit.at.is_none_or(|at| now.since(at) <= RECENT_MILLIS)
            })
        };
        Behind {
            ready: pods.iter().filter(is_ready).count(),
            all: pods.len(),
            restarts: pods.iter().map(|pod| pod.restarts).sum(),
            status: pods
                .iter()
                .find(|pod| &*pod.status != "Running")
                .map(|pod| pod.status.to_string()),
            oom: pods.iter().any(oom),
            throttled: highest(&mut pods.iter().filter_map(|pod| {
                let of = SeriesKey::Pod(pod.id.clone());
                let (at, share) = site.ring(of, Signal::CpuThrottled)?.last()?;
                (now.since(at) <= RECENT_MILLIS / 6).then_some(share)
            })),
            memory: highest(&mut pods.iter().filter_map(|pod| {
                let used = site.pods.usage(&pod.id)?.memory as f64;
                pod.memory_limit
                    .filter(|limit| *limit > 0)
                    .map(|limit| used / limit as f64)
            })),
        }
    }

    /// `3/4`.
    pub(super) fn readiness<'a>(&self) -> Cell<'a> {
        let role = if self.ready == self.all {
            Role::Good
        } else {
            Role::Bad
        };
        Cell::new(format!("{}/{}", self.ready, self.all), role)
    }

    /// What is worth knowing of them, worst first.
    pub(super) fn note<'a>(&self) -> Cell<'a> {
        const THROTTLED: f64 = 0.25;
        const MEMORY: f64 = 0.9;
        let mut words = Vec::new();
        let mut role = Role::Text;
        if self.oom {
            words.push("OOM".to_owned());
            role = Role::Bad;
        }
        if let Some(status) = &self.status {
            words.push(status.clone());
            role = Role::Bad;
        }
        if let Some(share) = self.throttled.filter(|share| *share >= THROTTLED) {
            words.push(format!("CPU {:.0}% thr", share * 100.0));
            role = Role::Bad;
        }
        if let Some(share) = self.memory.filter(|share| *share >= MEMORY) {
            words.push(format!("mem {:.0}%", share * 100.0));
            role = Role::Bad;
        }
        if self.restarts > 0 {
            words.push(format!("{} restarts", self.restarts));
        }
        Cell::new(words.join(", "), role)
    }
}
