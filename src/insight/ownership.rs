//! Which workload is behind a group, by all that speaks for it.
//!
//! Each kind of evidence has a weight: how often it is right. Independent ones combine by noisy-or, `1 - (1-a)(1-b)...`:
//! what two witnesses say is surer than what either says alone. Two workloads that are almost as likely are no owner.

mod claims;

pub use claims::Claims;

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Time, WorkloadId};

use super::{Confidence, Link};

/// What speaks for a workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// A KEDA ScaledObject scales it by the lag of the group.
    Keda,
    /// A Strimzi resource says that the group is its own: Connect, a connector, MirrorMaker, the bridge.
    Strimzi,
    /// A member's host is the address of one of its pods.
    MemberAddress,
    /// A client id or an instance id has the name of one of its pods in it.
    PodName,
    /// A series of Prometheus has both the group and one of its pods as labels.
    Series,
    /// Its environment or its arguments name the group.
    Literal,
    /// The same, of a name that anybody might use.
    GenericLiteral,
    /// It is named like the group.
    Name,
    /// It is named like the application id of a streams group.
    Streams,
}

impl Evidence {
    /// The weight of one witness of this kind.
    pub fn weight(self) -> f64 {
        match self {
            Evidence::Keda | Evidence::Strimzi => 0.95,
            Evidence::MemberAddress => 0.90,
            Evidence::PodName | Evidence::Series => 0.85,
            Evidence::Literal => 0.80,
            Evidence::Name => 0.40,
            Evidence::Streams => 0.30,
            Evidence::GenericLiteral => 0.20,
        }
    }

    /// Several members in pods of the workload are surer than one, and all of them may still be behind one wrong join.
    const MOST_BY_ADDRESS: f64 = 0.97;

    fn combined(self, witnesses: usize) -> f64 {
        match self {
            Evidence::MemberAddress => {
                let missed =
                    (1.0 - self.weight()).powi(i32::try_from(witnesses).unwrap_or(i32::MAX));
                (1.0 - missed).min(Self::MOST_BY_ADDRESS)
            }
            _ => self.weight(),
        }
    }

    /// Whether it is of now, and not of how things were once written down.
    pub fn is_live(self) -> bool {
        matches!(
            self,
            Evidence::MemberAddress | Evidence::Keda | Evidence::Strimzi | Evidence::PodName
        )
    }

    /// What it says, in words.
    pub fn words(self) -> &'static str {
        match self {
            Evidence::Keda => "KEDA scales it by this group's lag",
            Evidence::Strimzi => "Strimzi's resource has this group",
            Evidence::MemberAddress => "members have its pods' addresses",
            Evidence::PodName => "client or instance ids name its pods",
            Evidence::Series => "a Prometheus series joins the group with its pods",
            Evidence::Literal => "its environment or arguments name the group",
            Evidence::GenericLiteral => {
                "its environment or arguments name the group, by a common word"
            }
            Evidence::Name => "it is named like the group",
            Evidence::Streams => "it is named like the application id",
        }
    }

    /// The word of JSON.
    pub fn word(self) -> &'static str {
        match self {
            Evidence::Keda => "keda",
            Evidence::Strimzi => "strimzi",
            Evidence::MemberAddress => "member_address",
            Evidence::PodName => "pod_name",
            Evidence::Series => "series",
            Evidence::Literal => "literal",
            Evidence::GenericLiteral => "generic_literal",
            Evidence::Name => "name",
            Evidence::Streams => "streams",
        }
    }
}

/// A workload that may be behind the group, and all that speaks for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    pub workload: WorkloadId,
    /// 0 to 1.
    pub probability: f64,
    /// Each kind, and how many witnesses of it there are.
    pub evidence: Vec<(Evidence, usize)>,
}

impl Candidate {
    pub fn is_live(&self) -> bool {
        self.evidence.iter().any(|(kind, _)| kind.is_live())
    }
}

/// Who is behind a group.
#[derive(Clone, Debug, PartialEq)]
pub enum Ownership {
    /// The user says so in the config.
    Pinned(WorkloadId),
    /// Sure enough, and well before the next.
    Assigned(Candidate),
    /// Several that are almost as likely, or one that is not likely enough: best first.
    Ambiguous(Vec<Candidate>),
    /// Nothing speaks for any workload.
    None,
    /// Nothing was said, and pods are not known, which might have said it.
    Unseen,
}

/// The least probability of an owner, and by how much it must be surer than the next.
const ASSIGNED: f64 = 0.6;
const MARGIN: f64 = 0.2;
/// The least probability of an owner that may be changed from here.
const ACTED_UPON: f64 = 0.8;
/// From here on the mark is that of a sure link.
const SURE: f64 = 0.9;

impl Ownership {
    /// The owner, where there is one.
    pub fn workload(&self) -> Option<&WorkloadId> {
        match self {
            Ownership::Pinned(workload) => Some(workload),
            Ownership::Assigned(candidate) => Some(&candidate.workload),
            Ownership::Ambiguous(_) | Ownership::None | Ownership::Unseen => None,
        }
    }

    /// 0 to 1; of what is ambiguous that of the best; None where nothing speaks for anybody.
    pub fn probability(&self) -> Option<f64> {
        match self {
            Ownership::Pinned(_) => Some(1.0),
            Ownership::Assigned(candidate) => Some(candidate.probability),
            Ownership::Ambiguous(candidates) => candidates.first().map(|best| best.probability),
            Ownership::None | Ownership::Unseen => None,
        }
    }

    pub fn confidence(&self) -> Confidence {
        match self {
            Ownership::Pinned(_) => Confidence::Sure,
            Ownership::Assigned(candidate) if candidate.probability >= SURE => Confidence::Sure,
            Ownership::Assigned(_) => Confidence::Likely,
            Ownership::Ambiguous(_) | Ownership::Unseen => Confidence::Guess,
            Ownership::None => Confidence::Outside,
        }
    }

    /// As a link: where it leads, how sure it is, and what speaks for it.
    pub fn link(&self) -> Link<WorkloadId> {
        let words = |of: &Candidate| {
            let words: Vec<String> = of
                .evidence
                .iter()
                .map(|(kind, witnesses)| match (kind, witnesses) {
                    (Evidence::MemberAddress | Evidence::PodName, 2..) => {
                        format!("{} ({witnesses})", kind.words())
                    }
                    _ => kind.words().to_owned(),
                })
                .collect();
            // Nothing is certain that was put together from hints.
            format!("{:.2}: {}", of.probability.min(0.99), words.join("; "))
        };
        let evidence = match self {
            Ownership::Pinned(_) => "pinned in the config".to_owned(),
            Ownership::Assigned(of) => words(of),
            Ownership::Ambiguous(of) => {
                let all: Vec<String> = of
                    .iter()
                    .take(3)
                    .map(|of| format!("{} {}", of.workload, words(of)))
                    .collect();
                format!("ambiguous: {}", all.join(" | "))
            }
            Ownership::Unseen => "pods are not known".to_owned(),
            Ownership::None => "no pod or workload of this cluster speaks for it".to_owned(),
        };
        Link {
            to: self.workload().cloned(),
            confidence: self.confidence(),
            evidence,
        }
    }

    /// Whether it is sure enough to change the workload on its account.
    pub fn may_be_acted_upon(&self) -> bool {
        match self {
            Ownership::Pinned(_) => true,
            Ownership::Assigned(candidate) => {
                candidate.probability >= ACTED_UPON && candidate.is_live()
            }
            Ownership::Ambiguous(_) | Ownership::None | Ownership::Unseen => false,
        }
    }
}

/// Weighs what was said: each workload with the kinds of evidence for it and how many witnesses of each.
fn weigh(said: BTreeMap<WorkloadId, BTreeMap<Evidence, usize>>) -> Ownership {
    let mut candidates: Vec<Candidate> = said
        .into_iter()
        .map(|(workload, evidence)| {
            let missed = evidence
                .iter()
                .map(|(kind, witnesses)| 1.0 - kind.combined(*witnesses))
                .product::<f64>();
            Candidate {
                workload,
                probability: 1.0 - missed,
                evidence: evidence.into_iter().collect(),
            }
        })
        .collect();
    candidates.sort_by(|a, b| {
        let order = b.probability.total_cmp(&a.probability);
        order.then_with(|| a.workload.cmp(&b.workload))
    });
    let margin = match candidates.as_slice() {
        [] => return Ownership::None,
        [one] => one.probability,
        [first, second, ..] => first.probability - second.probability,
    };
    let sure = candidates
        .first()
        .is_some_and(|best| best.probability >= ASSIGNED && margin >= MARGIN);
    if sure {
        candidates.truncate(1);
        if let Some(best) = candidates.pop() {
            return Ownership::Assigned(best);
        }
    }
    Ownership::Ambiguous(candidates)
}

/// How a literal in a workload's environment speaks for the group of that name: short and common words say little.
pub fn literal(group: &str) -> Evidence {
    const COMMON: [&str; 8] = [
        "app",
        "test",
        "group",
        "default",
        "consumer",
        "service",
        "consumers",
        "consumer-group",
    ];
    if group.len() < 5 || COMMON.contains(&group.to_ascii_lowercase().as_str()) {
        Evidence::GenericLiteral
    } else {
        Evidence::Literal
    }
}

/// Names of workloads that a group may be called after: its own, and that without what is often put behind it.
pub(super) fn stems(group: &str) -> impl Iterator<Item = &str> {
    const SUFFIXES: [&str; 6] = [
        "-consumer-group",
        "-consumers",
        "-consumer",
        "-service",
        "-group",
        "-cg",
    ];
    let without = SUFFIXES
        .iter()
        .filter_map(|suffix| group.strip_suffix(suffix));
    std::iter::once(group).chain(without)
}

/// A member, as far as its owner is looked for.
#[derive(Clone, Copy, Debug)]
pub struct MemberSeen<'a> {
    pub client_id: &'a str,
    pub host: &'a str,
    pub instance_id: Option<&'a str>,
    /// When it was seen first.
    pub since: Option<Time>,
}

/// A pod that a member may run in.
#[derive(Clone, Debug)]
pub struct PodSeen<'a> {
    pub name: &'a str,
    pub ip: Option<&'a str>,
    pub host_network: bool,
    pub created: Option<Time>,
    pub ended: bool,
    pub workload: WorkloadId,
}

impl PodSeen<'_> {
    /// Whether a member with this address is in it, and in no other: the node's address is that of many pods, and a pod
    /// that came later has it from another.
    fn is_at(&self, member: &MemberSeen<'_>) -> bool {
        let later =
            matches!((self.created, member.since), (Some(pod), Some(member)) if pod > member);
        self.ip == Some(member.host) && !self.host_network && !self.ended && !later
    }

    fn is_named_by(&self, member: &MemberSeen<'_>) -> bool {
        has_word(member.client_id, self.name)
            || member
                .instance_id
                .is_some_and(|instance| has_word(instance, self.name))
    }
}

/// Whether a name stands in a text, and not as a part of a longer word.
fn has_word(text: &str, name: &str) -> bool {
    let is_word = |letter: char| letter.is_ascii_alphanumeric();
    !name.is_empty()
        && text.match_indices(name).any(|(at, found)| {
            let before = text.get(..at).and_then(|text| text.chars().next_back());
            let after = text
                .get(at + found.len()..)
                .and_then(|text| text.chars().next());
            !before.is_some_and(is_word) && !after.is_some_and(is_word)
        })
}

/// All that speaks for any workload.
#[derive(Clone, Debug, Default)]
pub struct Testimony {
    said: BTreeMap<WorkloadId, BTreeMap<Evidence, usize>>,
}

impl Testimony {
    /// Adds what one witness says.
    pub fn say(&mut self, workload: &WorkloadId, evidence: Evidence) {
        let of = self.said.entry(workload.clone()).or_default();
        *of.entry(evidence).or_default() += 1;
    }

    /// Adds what a member says of the pods that it may run in.
    pub fn hear<'a>(
        &mut self,
        member: &MemberSeen<'_>,
        pods: impl IntoIterator<Item = PodSeen<'a>>,
    ) {
        let pods: Vec<PodSeen<'a>> = pods.into_iter().collect();
        let mut at = pods.iter().filter(|pod| pod.is_at(member));
        if let (Some(pod), None) = (at.next(), at.next()) {
            self.say(&pod.workload, Evidence::MemberAddress);
        }
        // The longest name: `app-1` is a word of `app-1-b` too. Of one name in two namespaces both are meant.
        let named = || {
            pods.iter()
                .filter(|pod| !pod.ended && pod.is_named_by(member))
        };
        let longest = named().map(|pod| pod.name.len()).max();
        let workloads: BTreeSet<&WorkloadId> = named()
            .filter(|pod| Some(pod.name.len()) == longest)
            .map(|pod| &pod.workload)
            .collect();
        for workload in workloads {
            self.say(workload, Evidence::PodName);
        }
    }

    /// Adds that a workload is named like the group; of a streams group its clients are, too.
    pub fn named(&mut self, workload: &WorkloadId, is_streams: bool) {
        self.say(workload, Evidence::Name);
        if is_streams {
            self.say(workload, Evidence::Streams);
        }
    }

    /// Adds what a workload's own names say, if they are like the group's.
    pub fn compare(
        &mut self,
        workload: &WorkloadId,
        label: Option<&str>,
        group: &str,
        is_streams: bool,
    ) {
        if stems(group).any(|stem| *workload.name == *stem || label == Some(stem)) {
            self.named(workload, is_streams);
        }
    }

    pub fn weigh(self, pin: Option<&WorkloadId>) -> Ownership {
        match pin {
            Some(pin) => Ownership::Pinned(pin.clone()),
            None => weigh(self.said),
        }
    }
}

/// Whether a client id is one that Kafka Streams gives for this application id.
pub fn is_streams_client(client_id: &str, group: &str) -> bool {
    client_id
        .strip_prefix(group)
        .is_some_and(|rest| rest.starts_with('-') && rest.contains("-StreamThread-"))
}
