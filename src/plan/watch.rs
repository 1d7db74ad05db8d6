//! What becomes of a change: looked at with every new picture until it is steady, with a verdict in words.

use std::collections::BTreeSet;

use crate::{
    insight::{Picture, count as counted, member_pod, pod_workload},
    model::{Name, SECOND, Time, WorkloadId},
};

use super::{Change, Done, Elected, Failure, FailureKind, Outcome, Plan, ProbeReport};

/// After so long a change that is not steady is called so.
const PATIENCE: i64 = 300 * SECOND;
/// An election is seen in the metadata within a poll or two.
const ELECTION_PATIENCE: i64 = 30 * SECOND;
/// How long the lag is looked at, once pods and group are steady, before it is judged.
const LAG_WINDOW: i64 = 20 * SECOND;

/// What can be seen now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    /// Label and words, whether it is as it should be (None: it has nothing to be).
    pub lines: Vec<(&'static str, String, Option<bool>)>,
    /// None while it is not over.
    pub verdict: Option<(Outcome, String)>,
}

/// One change that is being followed.
#[derive(Clone, Debug, PartialEq)]
pub struct Watch {
    change: Change,
    groups: Vec<Name>,
    began: Time,
    /// Lag of the groups before, where all of it was known.
    before: Vec<Option<i64>>,
    answered: Option<Result<Done, Failure>>,
    /// The wanted count has been seen in the model.
    seen: bool,
    /// When pods and groups were first steady.
    settled: Option<Time>,
}

impl Watch {
    pub fn new(plan: &Plan, picture: &Picture, now: Time) -> Self {
        let lag = |group: &Name| picture.history.group(group).and_then(|of| of.lag.whole());
        Watch {
            change: plan.change.clone(),
            before: plan.groups.iter().map(lag).collect(),
            groups: plan.groups.clone(),
            began: now,
            answered: None,
            seen: false,
            settled: None,
        }
    }

    /// Groups whose members and lag it waits for.
    pub fn groups(&self) -> &[Name] {
        &self.groups
    }

    /// Takes in what was answered.
    pub fn hear(&mut self, answer: Result<Done, Failure>) {
        self.answered = Some(answer);
    }

    /// Looks at the picture as it is now.
    pub fn look(&mut self, picture: &Picture, now: Time) -> Progress {
        let mut progress = Progress::default();
        match &self.answered {
            None => progress
                .lines
                .push(("sent", "waiting for the answer".to_owned(), None)),
            Some(Err(failure)) => {
                progress
                    .lines
                    .push(("answer", failure.to_string(), Some(false)));
                // It may have been done: then that is seen, and until then nothing is claimed.
                if failure.kind != FailureKind::Unanswered {
                    let outcome = Outcome::Failed { kind: failure.kind };
                    progress.verdict = Some((outcome, failure.to_string()));
                    return progress;
                }
            }
            Some(Ok(Done::Probed(report))) => {
                progress.lines = probe_lines(report);
                progress.verdict = Some(report.verdict());
                return progress;
            }
            Some(Ok(Done::Scaled { replicas })) => {
                let Change::Scale { to, .. } = &self.change else {
                    return progress;
                };
                progress.lines.push(match replicas {
                    Some(seen) => (
                        "answer",
                        format!("{seen} wanted, read back"),
                        Some(seen == to),
                    ),
                    None => (
                        "answer",
                        "accepted; it could not be read back".to_owned(),
                        None,
                    ),
                });
            }
            Some(Ok(Done::Elected(elected))) => progress.lines.push(election_answer(elected)),
        }
        match self.change.clone() {
            Change::Scale { workload, from, to } => {
                self.look_at_scale(picture, &workload, (from, to), now, &mut progress);
            }
            Change::Elect { moves } => {
                let leads = |of: &&super::LeaderMove| {
                    let found = picture.site.kafka.partition(&of.id);
                    found.is_some_and(|(partition, _)| partition.leader == Some(of.to))
                };
                let (done, all) = (moves.iter().filter(leads).count(), moves.len());
                progress.lines.push((
                    "metadata",
                    format!("{done} of {all} are led by their preferred replica"),
                    Some(done == all),
                ));
                if done == all {
                    let words = format!(
                        "{all} of {all} partitions are led by their preferred replica; the metadata agrees"
                    );
                    progress.verdict = Some((Outcome::Steady, words));
                } else if self.wait_is_over(now) {
                    progress.verdict = self.election_verdict(done, all);
                }
            }
            Change::Probe { .. } => {}
        }
        if progress.verdict.is_none()
            && self.wait_is_over(now)
            && let Some(Err(failure)) = &self.answered
        {
            let outcome = Outcome::Failed { kind: failure.kind };
            progress.verdict = Some((outcome, failure.to_string()));
        }
        progress
    }

    /// When it should be looked at again though nothing was heard.
    pub fn next_looks(&self) -> impl Iterator<Item = Time> {
        let judged = self.settled.map(|at| at.plus(LAG_WINDOW));
        judged.into_iter().chain([self.began.plus(self.patience())])
    }

    fn patience(&self) -> i64 {
        match self.change {
            Change::Elect { .. } => ELECTION_PATIENCE,
            _ => PATIENCE,
        }
    }

    fn wait_is_over(&self, now: Time) -> bool {
        now.since(self.began) >= self.patience()
    }

    /// What an election amounts to of which the metadata does not show all; None while nothing was answered.
    fn election_verdict(&self, done: usize, all: usize) -> Option<(Outcome, String)> {
        let seen = format!("{done} of {all} partitions are led by their preferred replica");
        Some(match self.answered.as_ref()? {
            Err(failure) => (
                Outcome::Failed { kind: failure.kind },
                format!("{failure}; {seen}"),
            ),
            Ok(Done::Elected(elected)) if elected.iter().all(|of| of.refused.is_some()) => {
                let kind = FailureKind::Rejected;
                let why = self.refusals();
                (Outcome::Failed { kind }, format!("{}{why}", kind.words()))
            }
            Ok(_) if done > 0 => (Outcome::Half, format!("{seen}{}", self.refusals())),
            Ok(_) => (Outcome::Unsteady, format!("{seen}{}", self.refusals())),
        })
    }

    fn refusals(&self) -> String {
        let Some(Ok(Done::Elected(elected))) = &self.answered else {
            return String::new();
        };
        let reasons: BTreeSet<&str> = elected
            .iter()
            .filter_map(|of| of.refused.as_deref())
            .collect();
        if reasons.is_empty() {
            return String::new();
        }
        let reasons: Vec<&str> = reasons.into_iter().collect();
        format!("; refused: {}", reasons.join(", "))
    }

    fn look_at_scale(
        &mut self,
        picture: &Picture,
        workload: &WorkloadId,
        (from, to): (u32, u32),
        now: Time,
        progress: &mut Progress,
    ) {
        let Some(row) = picture.site.workload(workload) else {
            let words = "the workload is gone".to_owned();
            progress.verdict = Some((Outcome::Unsteady, words));
            return;
        };
        let took = now.since(self.began) / SECOND;
        if self.seen && row.desired != to {
            let words = format!("something set it to {} after {took} s", row.desired);
            progress.verdict = Some((Outcome::Unsteady, words));
            return;
        }
        self.seen |= row.desired == to;
        if !self.seen && row.desired != from {
            progress.lines.push((
                "wanted",
                format!("{}, which is neither {from} nor {to}", row.desired),
                Some(false),
            ));
        }
        // A pod that is going away is no member any more, but its end is waited for too.
        let pods = picture
            .index
            .workload_pods(&picture.site, workload)
            .filter(|pod| !pod.has_ended())
            .count();
        let ready = self.seen && row.ready == to && pods == to as usize;
        progress.lines.push((
            "pods",
            format!("{} of {to} ready, {pods} there", row.ready),
            Some(ready),
        ));
        let mut steady = ready;
        let mut words = vec![format!("{} of {to} pods ready", row.ready)];
        for (group, before) in self.groups.iter().zip(&self.before) {
            let (line, calm) = look_at_group(picture, group, workload, to, self.began);
            steady &= calm;
            words.push(format!("group {line}"));
            progress.lines.push(("group", line, Some(calm)));
            let lag = self.look_at_lag(picture, group, *before);
            words.push(format!("lag {lag}"));
            progress.lines.push(("lag", lag, None));
        }
        if steady && self.settled.is_none() {
            self.settled = Some(now);
        } else if !steady {
            self.settled = None;
        }
        let judged = self
            .settled
            .is_some_and(|at| self.groups.is_empty() || now.since(at) >= LAG_WINDOW);
        if judged {
            let after = self
                .settled
                .map_or(took, |at| at.since(self.began) / SECOND);
            let verdict = format!("steady after {after} s: {}", words.join("; "));
            progress.verdict = Some((Outcome::Steady, verdict));
        } else if self.wait_is_over(now) {
            let verdict = format!(
                "not steady after {} min: {}",
                PATIENCE / 60_000,
                words.join("; ")
            );
            progress.verdict = Some((Outcome::Unsteady, verdict));
        }
    }

    /// Where the lag goes since pods and group are steady, or since the beginning. A sum with parts missing is beside one
    /// without like lag that went away: only sums of all parts are compared.
    fn look_at_lag(&self, picture: &Picture, group: &Name, before: Option<i64>) -> String {
        let Some(history) = picture.history.group(group) else {
            return "unknown".to_owned();
        };
        let since = self.settled.unwrap_or(self.began);
        let samples = history.ring.iter().filter(|(at, _)| *at >= since);
        let samples: Vec<(Time, f64)> = samples.collect();
        let was = |to| before.map_or_else(String::new, |before| format!("{before} {to} "));
        let lag = history.lag;
        let whole = history.ring.last().filter(|(at, _)| *at >= self.began);
        let (now, aside) = match (lag.left_out(), whole) {
            (None, _) => (lag.words(), String::new()),
            (Some(left_out), Some((_, whole))) => {
                (format!("{whole:.0}"), format!(" (since then {left_out})"))
            }
            (Some(left_out), None) => {
                return format!("{}{}: {left_out}", was("before, now"), lag.words());
            }
        };
        let trend = match (samples.first(), samples.last()) {
            (Some((first, a)), Some((last, b))) if last > first => {
                let rate = (b - a) * 1_000.0 / last.since(*first) as f64;
                match rate {
                    r if r <= -0.5 => format!(", falling by {:.0}/s", -r),
                    r if r >= 0.5 => format!(", rising by {r:.0}/s"),
                    _ => ", even".to_owned(),
                }
            }
            _ => String::new(),
        };
        format!("{}{now}{trend}{aside}", was("to"))
    }
}

/// How many of a group's members run in the workload's pods, and whether that is as it should be.
/// What was read before the change says nothing of it.
fn look_at_group(
    picture: &Picture,
    id: &Name,
    workload: &WorkloadId,
    to: u32,
    began: Time,
) -> (String, bool) {
    let site = &picture.site;
    let listed = site.kafka.listed_at.is_some_and(|at| at >= began);
    let Some(group) = site.kafka.groups.get(id) else {
        return (format!("{id} is gone"), to == 0 && listed);
    };
    let described = group.members.as_ref();
    let sampled = picture.history.group(id).and_then(|of| of.ring.last());
    let fresh = group.listed_at >= began
        && described.is_some_and(|members| members.at >= began)
        && sampled.is_some_and(|(at, _)| at >= began);
    if !fresh {
        return (format!("{id} was not read since"), false);
    }
    let members = group
        .members
        .iter()
        .flat_map(|members| &members.value.members);
    let mut pods = BTreeSet::new();
    let mut count = 0;
    for member in members {
        count += 1;
        if let Some(pod) = member_pod(site, member).pod.to
            && pod_workload(site, pod).to.as_ref() == Some(workload)
        {
            pods.insert(&pod.id);
        }
    }
    let state = &group.listed.state;
    let described = group.members.as_ref().map(|members| &members.value.state);
    let calm = |word: &Name| matches!(&**word, "Stable" | "Empty");
    let quiet = calm(state) && described.is_none_or(calm) && !group.owners_stale;
    let line = format!(
        "{id} {state} with {} in {} of {to} pods",
        counted(count, "member"),
        pods.len()
    );
    (line, quiet && pods.len() == to as usize)
}

fn election_answer(elected: &[Elected]) -> (&'static str, String, Option<bool>) {
    let refused = elected.iter().filter(|of| of.refused.is_some()).count();
    let words = format!("{} elected, {refused} refused", elected.len() - refused);
    ("answer", words, Some(refused == 0))
}

fn millis(time: Option<f64>) -> String {
    time.map_or_else(|| "-".to_owned(), |time| format!("{time:.0} ms"))
}

fn probe_lines(report: &ProbeReport) -> Vec<(&'static str, String, Option<bool>)> {
    let mut lines = Vec::new();
    for of in report.brokers() {
        let name = of
            .broker
            .map_or_else(|| "no leader".to_owned(), |id| format!("broker {id}"));
        lines.push((
            "leader",
            format!(
                "{name}: {}, {} failed, acknowledged in {}, end to end {}",
                counted(of.partitions, "partition"),
                of.failed,
                millis(of.acknowledged),
                millis(of.end_to_end)
            ),
            Some(of.failed == 0),
        ));
    }
    let failures = report
        .partitions
        .iter()
        .filter_map(|of| Some((of, of.failure.as_ref()?)));
    lines.extend(
        failures.map(|(of, why)| ("partition", format!("{}: {why}", of.partition), Some(false))),
    );
    lines
}

impl ProbeReport {
    /// What it amounts to: whether the topic takes writes, and which broker is slow.
    pub fn verdict(&self) -> (Outcome, String) {
        let (fine, all) = (self.fine(), self.partitions.len());
        let brokers = self.brokers();
        let slowest = brokers
            .iter()
            .find_map(|of| Some((of.broker?, of.acknowledged?)));
        let slow = slowest.map_or_else(String::new, |(broker, time)| {
            format!(
                "; slowest to acknowledge is broker {broker}: {}",
                millis(Some(time))
            )
        });
        let outcome = match fine {
            fine if fine == all => Outcome::Steady,
            0 => Outcome::Failed {
                kind: FailureKind::Rejected,
            },
            _ => Outcome::Half,
        };
        (
            outcome,
            format!("{fine} of {all} partitions took the record and gave it back{slow}"),
        )
    }
}
