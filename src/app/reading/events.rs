//! Events about an object, and of a workload also those about its `ReplicaSet`s and pods: newest first.

use std::collections::BTreeMap;

use crate::{
    app::{Cell, Column, Cx, List, Page, Role, Section, SortKey},
    insight::{Picture, pod_workload},
    model::{Key, Name, Owner, PodId, Time, WorkloadId},
};

use super::{Answer, Said, clean::clean};

/// What happened to an object, as Kubernetes tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The event's own namespace and name.
    pub id: PodId,
    /// `Normal` or `Warning`.
    pub kind: Name,
    /// The object it is about; it lives in the event's namespace, or in none.
    pub about: Owner,
    pub reason: Name,
    pub message: Name,
    /// How often it was seen.
    pub count: u32,
    pub last: Option<Time>,
}

/// The events that are being read.
#[derive(Clone, Debug)]
pub struct Events {
    of: Key,
    /// Newest first.
    rows: Vec<Event>,
    known: BTreeMap<PodId, Event>,
    /// The first list is complete.
    whole: bool,
    /// It is read anew: what was known goes when the first of it comes.
    anew: bool,
    /// Why nothing more is read.
    failed: Option<String>,
    dropped: u64,
    revision: u64,
}

/// Letters of the generated parts of names.
const GENERATED: &str = "bcdfghjklmnpqrstvwxz2456789";

const COLUMNS: &[Column] = &[
    Column::right("AGE", 5),
    Column::left("TYPE", 7),
    Column::right("COUNT", 6).drop(1),
    Column::left("REASON", 13).flex(1),
    Column::left("OBJECT", 20).flex(3).drop(2),
    Column::left("MESSAGE", 30).flex(5),
];

impl Events {
    /// Events that are kept.
    pub const KEPT: usize = 1_000;

    pub(super) fn new(of: Key) -> Self {
        Events {
            of,
            rows: Vec::new(),
            known: BTreeMap::new(),
            whole: false,
            anew: false,
            failed: None,
            dropped: 0,
            revision: 0,
        }
    }

    /// Everything is read anew.
    pub(crate) fn restart(&mut self) {
        self.anew = true;
    }

    pub(super) fn revision(&self) -> u64 {
        self.revision
    }

    pub(super) fn take(&mut self, answer: Answer, picture: &Picture) {
        self.revision += 1;
        match answer.said {
            Said::Events { set, gone, whole } => {
                self.failed = None;
                if std::mem::take(&mut self.anew) {
                    self.known.clear();
                }
                self.whole |= whole;
                for id in gone {
                    self.known.remove(&id);
                }
                let ours = set
                    .into_iter()
                    .filter(|event| is_about(&self.of, event, picture));
                for mut event in ours.collect::<Vec<_>>() {
                    event.message = clean(&event.message).into();
                    self.known.insert(event.id.clone(), event);
                }
            }
            Said::Failed { why } => self.failed = Some(clean(&why)),
            Said::Lines { .. } | Said::Note { .. } | Said::Object { .. } => {}
        }
        self.rows = self.known.values().cloned().collect();
        self.rows
            .sort_by(|a, b| (b.last, &a.id).cmp(&(a.last, &b.id)));
        for old in self.rows.drain(Self::KEPT.min(self.rows.len())..) {
            self.known.remove(&old.id);
            self.dropped += 1;
        }
    }

    /// The object that an event is about.
    pub(crate) fn about(&self, id: &PodId, picture: &Picture) -> Option<Key> {
        let event = self.known.get(id)?;
        let (namespace, name) = (id.namespace.clone(), event.about.name.clone());
        let kind = event.about.kind.clone();
        Some(match &*kind {
            "Pod" => Key::Pod(PodId { namespace, name }),
            "Node" => Key::Node(name),
            _ => {
                let key = WorkloadId {
                    namespace,
                    kind,
                    name,
                };
                let known = picture.site.workloads().any(|workload| workload.id == key);
                known.then_some(Key::Workload(key))?
            }
        })
    }

    pub(super) fn page<'a>(&'a self, key: &Key, cx: &'a Cx<'a>) -> Page<'a> {
        let empty = match (&self.failed, self.whole) {
            (Some(why), _) => format!("the events cannot be read: {why}"),
            (None, false) => "reading".to_owned(),
            (None, true) => {
                "nothing has been told of it; the API server forgets events after an hour"
                    .to_owned()
            }
        };
        let mut title = format!("events of {key}");
        if self.dropped > 0 {
            title.extend([", the newest ", &Self::KEPT.to_string()]);
        }
        if !self.rows.is_empty()
            && let Some(why) = &self.failed
        {
            title.extend([": no longer read: ", why]);
        }
        Page {
            title: title.into(),
            facts: Vec::new(),
            sections: vec![Section {
                title: "".into(),
                list: Box::new(Rows { events: self, cx }),
                empty: empty.into(),
                sort: None,
            }],
        }
    }
}

/// Whether an event is about the object, or about what belongs to it.
fn is_about(of: &Key, event: &Event, picture: &Picture) -> bool {
    let about = &event.about;
    match of {
        Key::Workload(id) => {
            id.namespace == event.id.namespace
                && ((&about.kind, &about.name) == (&id.kind, &id.name)
                    || (&*about.kind == "ReplicaSet" && is_made_by(&about.name, &id.name, 1))
                    || (&*about.kind == "Pod" && is_pod_of(id, &about.name, picture)))
        }
        // What was asked for was asked for by name.
        _ => true,
    }
}

fn is_pod_of(id: &WorkloadId, name: &Name, picture: &Picture) -> bool {
    let pod = PodId {
        namespace: id.namespace.clone(),
        name: name.clone(),
    };
    match picture.site.pods.get(&pod) {
        Some(pod) => pod_workload(&picture.site, pod).to.as_ref() == Some(id),
        // A pod that is gone is known by how its name was made.
        None if &*id.kind == "Deployment" => is_made_by(name, &id.name, 2),
        None => {
            let ordinal = name
                .strip_prefix(&*id.name)
                .and_then(|rest| rest.strip_prefix('-'));
            ordinal.is_some_and(|rest| {
                !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit())
                    || is_made_by(name, &id.name, 1)
            })
        }
    }
}

/// Whether a name is another with so many generated parts behind it.
fn is_made_by(name: &str, owner: &str, parts: usize) -> bool {
    let Some(rest) = name
        .strip_prefix(owner)
        .and_then(|rest| rest.strip_prefix('-'))
    else {
        return false;
    };
    let generated = |part: &str| {
        (4..=10).contains(&part.len()) && part.chars().all(|letter| GENERATED.contains(letter))
    };
    rest.split('-').count() == parts && rest.split('-').all(generated)
}

struct Rows<'a> {
    events: &'a Events,
    cx: &'a Cx<'a>,
}

impl Rows<'_> {
    fn both(&self, row: usize, column: usize) -> (Cell<'_>, SortKey<'_>) {
        let Some(event) = self.events.rows.get(row) else {
            return (Cell::unknown(), SortKey::Unknown);
        };
        let text = |text: &'_ str| SortKey::Text(text.to_owned().into());
        match column {
            0 => {
                let age = event.last.map(|at| Cell::dim(self.cx.age(at)));
                let since = event.last.map(|at| self.cx.now.since(at) as f64);
                (age.unwrap_or_else(Cell::unknown), SortKey::number(since))
            }
            1 => {
                let role = if &*event.kind == "Warning" {
                    Role::Warn
                } else {
                    Role::Text
                };
                (Cell::new(&*event.kind, role), text(&event.kind))
            }
            2 => (
                Cell::text(event.count.to_string()),
                SortKey::Number(f64::from(event.count)),
            ),
            3 => (Cell::new(&*event.reason, Role::Strong), text(&event.reason)),
            4 => {
                let about = format!("{}/{}", event.about.kind, event.about.name);
                (Cell::text(about.clone()), SortKey::Text(about.into()))
            }
            _ => (Cell::text(&*event.message), text(&event.message)),
        }
    }
}

impl List for Rows<'_> {
    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn len(&self) -> usize {
        self.events.rows.len()
    }

    fn key(&self, row: usize) -> Key {
        let event = self.events.rows.get(row);
        Key::Event(event.map(|event| event.id.clone()).unwrap_or_default())
    }

    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        self.both(row, column).0
    }

    fn sort_key(&self, row: usize, column: usize) -> SortKey<'_> {
        self.both(row, column).1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_were_made_from_another_are_told_from_others() {
        for (name, owner, parts, made) in [
            ("fraud-556xkdqdx9", "fraud", 1, true),
            ("fraud-556xkdqdx9-mv2wj", "fraud", 2, true),
            ("fraud-556xkdqdx9-mv2wj", "fraud", 1, false),
            ("fraud-check-556xkdqdx9", "fraud", 2, false),
            ("fraud-api", "fraud", 1, false),
            ("fraud", "fraud", 1, false),
            ("fraudster-556xkdqdx9", "fraud", 1, false),
        ] {
            assert_eq!(is_made_by(name, owner, parts), made, "{name} by {owner}");
        }
    }
}
