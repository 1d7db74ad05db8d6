//! Which logs are read: of which pods, from when on.

use crate::{
    insight::Picture,
    model::{Key, Name, PodId, PodRow, Time},
};

/// Whose log a line is of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stream {
    pub pod: Name,
    /// None while the pod has one container.
    pub container: Option<Name>,
}

/// One line as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawLine {
    /// When it was written; None for what the kubelet itself says.
    pub at: Option<Time>,
    /// Without its line end. Anything may be in it, control characters too.
    pub text: String,
    /// Bytes that were cut off its end.
    pub cut: u64,
}

/// A pod whose log is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogPod {
    pub id: PodId,
    /// Another pod of the same name is another pod: by its uid where that is kept, and by when it was made.
    pub uid: Name,
    pub created: Option<Time>,
    pub containers: u16,
}

/// From when on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Since {
    /// The last lines of each stream.
    #[default]
    Tail,
    Minutes(u32),
    All,
}

impl Since {
    /// Lines of [`Since::Tail`].
    pub const TAIL: u32 = 200;
    const CYCLE: [Since; 6] = [
        Since::Tail,
        Since::Minutes(1),
        Since::Minutes(5),
        Since::Minutes(15),
        Since::Minutes(60),
        Since::All,
    ];

    pub(super) fn next(self) -> Since {
        let here = Self::CYCLE.iter().position(|since| *since == self);
        let next = here.map_or(0, |at| (at + 1) % Self::CYCLE.len());
        Self::CYCLE.get(next).copied().unwrap_or_default()
    }

    /// As it stands on the screen.
    pub fn words(self) -> String {
        match self {
            Since::Tail => format!("last {}", Self::TAIL),
            Since::Minutes(60) => "1h".to_owned(),
            Since::Minutes(minutes) => format!("{minutes}m"),
            Since::All => "all".to_owned(),
        }
    }
}

/// What is read of whose logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogAsk {
    pub pods: Vec<LogPod>,
    /// What the containers wrote before their last restart.
    pub previous: bool,
    pub since: Since,
}

impl LogAsk {
    /// Streams that are read at once.
    pub const STREAMS: usize = 16;
}

/// The pods of an object whose logs are read, and how many it has in all. The first [`LogAsk::STREAMS`] containers' pods.
pub(super) fn pods_of(key: &Key, picture: &Picture) -> (Vec<LogPod>, usize) {
    let site = &picture.site;
    let mut all: Vec<&PodRow> = match key {
        Key::Pod(id) => site.pods.get(id).into_iter().collect(),
        Key::Workload(id) => picture.index.workload_pods(site, id).collect(),
        _ => Vec::new(),
    };
    // Those that still write come before those whose end is only on record.
    all.sort_by_key(|pod| pod.has_ended());
    let mut streams = 0;
    let mut chosen: Vec<LogPod> = Vec::new();
    for pod in &all {
        streams += usize::from(pod.containers).max(1);
        if streams > LogAsk::STREAMS && !chosen.is_empty() {
            break;
        }
        chosen.push(LogPod {
            id: pod.id.clone(),
            uid: pod.uid.clone(),
            created: pod.created,
            containers: pod.containers,
        });
    }
    (chosen, all.len())
}
