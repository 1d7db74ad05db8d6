//! What is read of one object while it is looked at: its logs, its events, the object itself.
//!
//! None of it is of the model: it is asked for when its view opens ([`Ask`]), comes as [`Answer`]s that bear the generation
//! they were asked with, and is forgotten when the view is left.

mod clean;
mod events;
mod logs;
mod object;
mod scroll;
mod search;
mod streams;
mod yaml;

use crate::{
    insight::Picture,
    model::{Key, PodId, Time},
};

use super::Page;

pub use events::{Event, Events};
pub use logs::{LineKind, Logs, PodLine};
pub use object::Document;
pub use scroll::TextRow;
pub use search::Search;
pub use streams::{LogAsk, LogPod, RawLine, Since, Stream};
pub use yaml::{DocLine, MASK, Part as DocPart};

/// What is read of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    Logs,
    Events,
    /// The object itself, as YAML.
    Object,
    /// Each step to the first lag number.
    Doctor,
}

impl What {
    /// The word in titles.
    pub fn word(self) -> &'static str {
        match self {
            What::Logs => "logs",
            What::Events => "events",
            What::Object => "object",
            What::Doctor => "doctor",
        }
    }

    /// What stands above it: the doctor examines all systems, wherever it is asked.
    pub fn title(self, of: &Key) -> String {
        match self {
            What::Doctor => self.word().to_owned(),
            What::Logs | What::Events | What::Object => format!("{} of {of}", self.word()),
        }
    }
}

/// What the screen wants to be read now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Answers bear it. The same one again, with other pods, goes on with what is being read.
    pub generation: u64,
    pub of: AskOf,
}

/// What of what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AskOf {
    Logs(LogAsk),
    /// Events about an object, kept current; of a workload those of its whole namespace, which is one watch.
    Events(Key),
    /// The object, once.
    Object(Key),
    /// Each step to the first lag number, of all systems.
    Doctor,
}

/// Something that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Of the [`Ask`] that it answers.
    pub generation: u64,
    pub at: Time,
    pub said: Said,
}

/// What was read.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    Lines {
        stream: Stream,
        lines: Vec<RawLine>,
    },
    /// A word about a stream: why it ended, what the kubelet said.
    Note {
        stream: Stream,
        text: String,
        bad: bool,
    },
    /// Events that are new or changed, and those that are gone. `whole`: the first list is complete.
    Events {
        set: Vec<Event>,
        gone: Vec<PodId>,
        whole: bool,
    },
    /// The object, without what must not be shown: `masked` counts what was taken out.
    Object {
        value: Box<serde_json::Value>,
        masked: usize,
    },
    /// It cannot be read, or not any more.
    Failed {
        why: String,
    },
}

/// What a key does in a long text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextAction {
    Follow,
    Since,
    Previous,
    Wrap,
    Stamps,
    Only,
    Left,
    Right,
    Fold,
    /// Folds, then goes outwards.
    Outer,
    /// Opens a folded block.
    Open,
    FoldAll,
    NextMatch,
    PreviousMatch,
}

/// How long texts are shown; kept from view to view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Long lines go on in the next row.
    pub wrap: bool,
    /// The time stands before each line of a log.
    pub stamps: bool,
}

/// What is being read, with its place on the screen.
#[derive(Clone, Debug)]
pub enum Reading {
    Logs(Box<Logs>),
    Events(Box<Events>),
    Object(Box<Document>),
}

impl Reading {
    /// Begins to read.
    pub(super) fn new(what: What, key: &Key, look: Look) -> Self {
        match what {
            What::Logs => Reading::Logs(Box::new(Logs::new(look))),
            What::Events => Reading::Events(Box::new(Events::new(key.clone()))),
            What::Object | What::Doctor => Reading::Object(Box::new(Document::new(look))),
        }
    }

    /// What has to be asked for it now; None where nothing has to be.
    pub(super) fn ask(&mut self, what: What, key: &Key, picture: &Picture) -> Option<AskOf> {
        match self {
            Reading::Object(_) if what == What::Doctor => Some(AskOf::Doctor),
            Reading::Logs(logs) => logs.ask(key, picture).map(AskOf::Logs),
            Reading::Events(_) => Some(AskOf::Events(key.clone())),
            Reading::Object(document) => {
                let from_kafka = document.take_known(key, picture);
                (!from_kafka).then(|| AskOf::Object(key.clone()))
            }
        }
    }

    pub(super) fn take(&mut self, answer: Answer, picture: &Picture) {
        match self {
            Reading::Logs(logs) => logs.take(answer),
            Reading::Events(events) => events.take(answer, picture),
            Reading::Object(document) => document.take(answer),
        }
    }

    /// Changes when what is shown may have changed.
    pub(super) fn revision(&self) -> u64 {
        match self {
            Reading::Events(events) => events.revision(),
            Reading::Logs(_) | Reading::Object(_) => 0,
        }
    }

    /// Before a draw: what the filter lets through, and where that leaves the top of the screen.
    pub(super) fn settle(&mut self, search: &Search, room: (usize, usize)) {
        match self {
            Reading::Logs(logs) => logs.settle(search, room),
            Reading::Object(document) => document.settle(room),
            Reading::Events(_) => {}
        }
    }

    /// Moves by rows.
    pub(super) fn move_by(&mut self, by: isize) {
        match self {
            Reading::Logs(logs) => logs.move_by(by),
            Reading::Object(document) => document.move_by(by),
            Reading::Events(_) => {}
        }
    }

    /// Sideways, by cells.
    pub(super) fn shift(&mut self, by: isize) {
        if let Reading::Logs(logs) = self {
            logs.shift(by);
        }
    }

    /// To the next line that the search finds, or the one before.
    pub(super) fn find(&mut self, search: &Search, forward: bool) {
        match self {
            Reading::Logs(logs) => logs.find(search, forward),
            Reading::Object(document) => document.find(search, forward),
            Reading::Events(_) => {}
        }
    }

    /// The search was typed to its end: something that it finds comes on screen.
    pub(super) fn searched(&mut self, search: &Search) {
        match self {
            Reading::Logs(logs) => logs.searched(search),
            Reading::Object(document) => document.find(search, true),
            Reading::Events(_) => {}
        }
    }

    /// Whether a search finds anything in what was read.
    pub(super) fn finds_any(&self, search: &Search) -> bool {
        match self {
            Reading::Logs(logs) => logs.finds_any(search),
            Reading::Object(document) => document.finds_any(search),
            Reading::Events(_) => true,
        }
    }

    pub(super) fn look_as(&mut self, look: Look) {
        match self {
            Reading::Logs(logs) => logs.look = look,
            Reading::Object(document) => document.look = look,
            Reading::Events(_) => {}
        }
    }

    /// The rows of a view whose content is a page like others.
    pub(super) fn page<'a>(&'a self, key: &Key, cx: &'a super::Cx<'a>) -> Option<Page<'a>> {
        match self {
            Reading::Events(events) => Some(events.page(key, cx)),
            Reading::Logs(_) | Reading::Object(_) => None,
        }
    }

    /// Whether it is long text, with a drawing of its own.
    pub fn is_text(&self) -> bool {
        !matches!(self, Reading::Events(_))
    }
}

/// The object whose logs, events or description are meant by a key on screen: a group's workload, a member's pod.
pub(super) fn subject_of(what: What, key: &Key, picture: &Picture) -> Key {
    let site = &picture.site;
    let pod = |found: Option<&crate::model::PodRow>| found.map(|pod| Key::Pod(pod.id.clone()));
    let found = match (what, key) {
        (What::Object | What::Doctor, _) => None,
        (_, Key::Group(id)) => {
            let owner = picture.index.owner_of(site, id);
            owner
                .and_then(|owner| owner.workload().cloned())
                .map(Key::Workload)
        }
        (_, Key::Member { group, member }) => {
            let members = site
                .kafka
                .groups
                .get(group)
                .and_then(|g| g.members.as_ref());
            let members = members.into_iter().flat_map(|of| &of.value.members);
            let member = members.into_iter().find(|of| of.id == *member);
            member.and_then(|member| pod(crate::insight::member_pod(site, member).pod.to))
        }
        (_, Key::Broker(id)) => {
            let cluster = site.kafka.cluster.iter();
            let mut brokers = cluster.flat_map(|cluster| &cluster.value.brokers);
            let broker = brokers.find(|broker| broker.id == *id);
            broker.and_then(|broker| pod(crate::insight::broker_pod(site, broker).pod.to))
        }
        _ => None,
    };
    found.unwrap_or_else(|| key.clone())
}

/// A pod's name as short as it can be while it differs from the others: the last part, or two where that is a number.
pub(super) fn short_name(name: &str) -> &str {
    let mut parts = name.rmatch_indices('-').map(|(at, _)| at);
    let last = parts.next().map_or(0, |at| at + 1);
    let tail = name.get(last..).unwrap_or(name);
    if !tail.is_empty() && !tail.bytes().all(|byte| byte.is_ascii_digit()) {
        return tail;
    }
    let before = parts.next().map_or(0, |at| at + 1);
    name.get(before..).unwrap_or(name)
}
