//! Pods that are sick, kept by number: only those that changed, or whose time to start is over, are looked at again.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    insight::{Finding, Picture, Severity},
    model::{Key, PodRow, Time},
};

/// Milliseconds that a pod has to start.
const GRACE: i64 = 60_000;

#[derive(Clone, Debug, Default)]
pub(super) struct SickPods {
    pods_read: u64,
    members_read: u64,
    sick: BTreeMap<u32, Finding>,
    /// Pods that start, and when their time is over.
    starting: BTreeSet<(Time, u32)>,
    starts: BTreeMap<u32, Time>,
}

impl SickPods {
    pub(super) fn found(&self) -> impl Iterator<Item = &Finding> {
        self.sick.values()
    }

    pub(super) fn changes(&self) -> Option<Time> {
        self.starting.first().map(|(at, _)| *at)
    }

    /// Returns whether any finding is new, gone or different.
    pub(super) fn refresh(&mut self, picture: &Picture, now: Time) -> bool {
        let pods = picture.site.pods.ledger();
        let mut again: BTreeSet<u32> = pods.since(self.pods_read).collect();
        let over = self.starting.iter().take_while(|(at, _)| *at <= now);
        again.extend(over.map(|(_, number)| *number));
        let members = picture.index.members_generation();
        if self.members_read != members {
            again.extend(self.sick.keys());
        }
        (self.pods_read, self.members_read) = (pods.generation, members);
        let mut news = false;
        for number in again {
            let pod = picture.site.pods.row(number);
            if let Some(at) = self.starts.remove(&number) {
                self.starting.remove(&(at, number));
            }
            if let Some(at) = pod.and_then(|pod| starts_until(pod, now)) {
                self.starts.insert(number, at);
                self.starting.insert((at, number));
            }
            let found = pod.and_then(|pod| finding(picture, pod, now));
            news |= self.sick.get(&number) != found.as_ref();
            match found {
                Some(found) => drop(self.sick.insert(number, found)),
                None => drop(self.sick.remove(&number)),
            }
        }
        news
    }
}

/// When the time of a pod that is not ready yet is over, if it is not.
fn starts_until(pod: &PodRow, now: Time) -> Option<Time> {
    let starts = pod.ready < pod.containers && !pod.deleting && !pod.is_completed();
    let over = pod.created?.plus(GRACE);
    (starts && over > now).then_some(over)
}

fn finding(picture: &Picture, pod: &PodRow, now: Time) -> Option<Finding> {
    let mut why = sickness(pod, now)?;
    if !pod.host_network {
        let groups = picture.index.pod_groups(&picture.site, pod);
        let names: Vec<&str> = groups.map(|group| &*group.listed.id).collect();
        if !names.is_empty() {
            why.push_str("; works for ");
            why.push_str(&names.join(", "));
        }
    }
    let subject = Key::Pod(pod.id.clone());
    Some(Finding::new(
        Severity::Pod,
        subject,
        pod.id.to_string(),
        why,
    ))
}

/// Why a pod is sick, if it is. A pod that starts or goes away in good time is not.
fn sickness(pod: &PodRow, now: Time) -> Option<String> {
    let young = pod
        .created
        .is_some_and(|created| now.since(created) < GRACE);
    let state = match &*pod.status {
        _ if pod.is_completed() => return None,
        "Running" if pod.ready >= pod.containers => return None,
        "Running" | "Pending" | "ContainerCreating" | "PodInitializing" | "Terminating"
            if young || pod.deleting =>
        {
            return None;
        }
        "Running" => String::new(),
        status => format!("{status}, "),
    };
    let exit = pod.last_exit.as_ref().map_or_else(String::new, |exit| {
        format!("; last exit {} (code {})", exit.reason, exit.code)
    });
    Some(format!(
        "{state}{}/{} ready, {} restarts{exit}",
        pod.ready, pod.containers, pod.restarts
    ))
}
