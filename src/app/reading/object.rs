//! An object as text: what is folded, what the search found, how old it is.

use std::{collections::BTreeSet, ops::Range};

use serde_json::{Value, json};

use crate::{
    insight::Picture,
    model::{BrokerId, Key, Name, Time},
};

use super::{
    Answer, DocLine, Look, Said, TextRow,
    clean::clean,
    scroll::{self, Scroll},
    search::Search,
    yaml,
};

/// The object that is being read.
#[derive(Clone, Debug)]
pub struct Document {
    pub look: Look,
    /// When it was read; None until then.
    pub at: Option<Time>,
    /// Why it cannot be read, or not again.
    pub failed: Option<String>,
    /// Values that were taken out.
    pub masked: usize,
    /// Read from Kafka with everything else, not asked for.
    pub from_kafka: bool,
    /// The cursor, as a place among the lines that can be seen.
    pub cursor: usize,
    value: Option<Box<Value>>,
    lines: Vec<DocLine>,
    /// Paths of blocks that are folded.
    folded: BTreeSet<String>,
    /// Places in `lines` of those that can be seen.
    shown: Vec<u32>,
    scroll: Scroll,
}

/// Folded until it is opened: long, and of no use to most.
const FOLDED: &[&str] = &[
    ".metadata.managedFields",
    ".metadata.annotations.kubectl.kubernetes.io/last-applied-configuration",
];

struct Visible<'a>(&'a Document);

impl scroll::Lines for Visible<'_> {
    fn len(&self) -> usize {
        self.0.count()
    }

    fn parts(&self, line: usize) -> Vec<Range<usize>> {
        let text = self.0.text(line).unwrap_or_default();
        scroll::parts(&text, self.0.scroll.room.0)
    }
}

impl Document {
    pub(super) fn new(look: Look) -> Self {
        Document {
            look,
            at: None,
            failed: None,
            masked: 0,
            from_kafka: false,
            cursor: 0,
            value: None,
            lines: Vec::new(),
            folded: FOLDED.iter().map(|path| (*path).to_owned()).collect(),
            shown: Vec::new(),
            scroll: Scroll::default(),
        }
    }

    /// Takes what Kafka said of the object, where it is one of Kafka's.
    pub(super) fn take_known(&mut self, key: &Key, picture: &Picture) -> bool {
        match of_kafka(key, picture) {
            FromKafka::NoneOfIts => return false,
            FromKafka::Unknown => {
                self.failed = Some("Kafka names it no longer, or not yet".to_owned());
            }
            FromKafka::Said(value, at) => {
                self.at = Some(at);
                self.failed = None;
                if self.value.as_deref() != Some(&value) {
                    self.show(Box::new(value));
                }
            }
        }
        self.from_kafka = true;
        true
    }

    pub(super) fn take(&mut self, answer: Answer) {
        match answer.said {
            Said::Object { value, masked } => {
                (self.at, self.failed, self.masked) = (Some(answer.at), None, masked);
                self.show(value);
            }
            Said::Failed { why } => self.failed = Some(clean(&why)),
            Said::Lines { .. } | Said::Note { .. } | Said::Events { .. } => {}
        }
    }

    fn show(&mut self, value: Box<Value>) {
        self.lines = yaml::lines(&value);
        self.value = Some(value);
        self.unfold();
    }

    /// Finds the lines that no folded block hides.
    fn unfold(&mut self) {
        self.shown.clear();
        let mut at = 0;
        while let Some(line) = self.lines.get(at) {
            self.shown.push(u32::try_from(at).unwrap_or(u32::MAX));
            at = if self.is_folded(line, at) {
                line.end
            } else {
                at + 1
            };
        }
        self.cursor = self.cursor.min(self.count().saturating_sub(1));
    }

    fn is_folded(&self, line: &DocLine, at: usize) -> bool {
        line.end > at + 1 && self.folded.contains(&line.path)
    }

    /// Lines in all, and those that can be seen.
    pub fn lines(&self) -> (usize, usize) {
        (self.lines.len(), self.count())
    }

    fn count(&self) -> usize {
        self.shown.len()
    }

    fn place(&self, at: usize) -> Option<usize> {
        self.shown.get(at).map(|place| *place as usize)
    }

    /// A line that can be seen, and the number of lines folded into it.
    pub fn line(&self, at: usize) -> Option<(&DocLine, usize)> {
        let place = self.place(at)?;
        let line = self.lines.get(place)?;
        let hidden = if self.is_folded(line, place) {
            line.end - place - 1
        } else {
            0
        };
        Some((line, hidden))
    }

    /// The text of a line that can be seen, as it stands on the screen.
    pub fn text(&self, at: usize) -> Option<String> {
        let (line, hidden) = self.line(at)?;
        let mut text = line.text();
        if hidden > 0 {
            text.extend([" … ", &hidden.to_string(), " lines"]);
        }
        Some(text)
    }

    /// The rows on the screen.
    pub fn rows(&self) -> Vec<TextRow> {
        self.scroll.rows(&Visible(self))
    }

    pub(super) fn settle(&mut self, room: (usize, usize)) {
        self.scroll.room = room;
        let mut scroll = self.scroll;
        scroll.settle(&Visible(self));
        if self.count() > 0 {
            scroll.reveal(self.cursor, &Visible(self));
        }
        self.scroll = scroll;
    }

    pub(super) fn move_by(&mut self, by: isize) {
        let last = self.count().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(by).min(last);
    }

    /// Folds the block of the line under the cursor, or opens it.
    pub(crate) fn fold(&mut self) {
        let Some(place) = self.place(self.cursor) else {
            return;
        };
        let Some(line) = self.lines.get(place) else {
            return;
        };
        if line.end > place + 1 {
            if !self.folded.remove(&line.path) {
                self.folded.insert(line.path.clone());
            }
            self.unfold();
        } else {
            self.fold_outer();
        }
    }

    /// Opens the block under the cursor.
    pub(crate) fn open(&mut self) {
        if let Some(line) = self
            .place(self.cursor)
            .and_then(|place| self.lines.get(place))
        {
            let path = line.path.clone();
            self.folded.remove(&path);
            self.unfold();
        }
    }

    /// Folds the block under the cursor; where that is none, or is folded, the one around it.
    pub(crate) fn fold_outer(&mut self) {
        let Some(place) = self.place(self.cursor) else {
            return;
        };
        let Some(line) = self.lines.get(place) else {
            return;
        };
        let own = line.end > place + 1 && !self.folded.contains(&line.path);
        let head = if own {
            Some(place)
        } else {
            let mut before = (0..place).rev();
            before.find(|at| self.lines.get(*at).is_some_and(|line| line.end > place))
        };
        let Some((head, line)) = head.and_then(|head| Some((head, self.lines.get(head)?))) else {
            return;
        };
        self.folded.insert(line.path.clone());
        self.unfold();
        self.cursor = self.shown.partition_point(|at| (*at as usize) < head);
    }

    /// Folds all blocks below the top, or opens all.
    pub(crate) fn fold_all(&mut self) {
        let here = self.place(self.cursor).unwrap_or(0);
        let deep = |(at, line): (usize, &DocLine)| {
            (line.end > at + 1 && line.indent > 0).then(|| line.path.clone())
        };
        let all: BTreeSet<String> = self.lines.iter().enumerate().filter_map(deep).collect();
        self.folded = if all.is_subset(&self.folded) {
            BTreeSet::new()
        } else {
            all
        };
        self.unfold();
        let after = self.shown.partition_point(|at| (*at as usize) <= here);
        self.cursor = after.saturating_sub(1);
    }

    pub(super) fn finds_any(&self, search: &Search) -> bool {
        let skipped = self.skipped();
        let hit = |(at, line): (usize, &DocLine)| {
            !skipped.iter().any(|of| of.contains(&at)) && search.finds(&line.text())
        };
        self.lines.iter().enumerate().any(hit)
    }

    /// Lines that a search leaves alone: what is of no use to most would be most of what it finds.
    fn skipped(&self) -> Vec<Range<usize>> {
        let lines = self.lines.iter().enumerate();
        let folded = lines
            .filter(|(at, line)| FOLDED.contains(&line.path.as_str()) && self.is_folded(line, *at));
        folded.map(|(at, line)| at + 1..line.end).collect()
    }

    /// To the next line that the search finds, also in what the user folded, or the one before; round at the end.
    pub(super) fn find(&mut self, search: &Search, forward: bool) {
        let count = self.lines.len();
        let from = self.place(self.cursor).unwrap_or(0);
        let step = |by: usize| (from + if forward { by } else { count - by }) % count.max(1);
        let skipped = self.skipped();
        let hit = |at: &usize| {
            let line = self.lines.get(*at);
            line.is_some_and(|line| search.finds(&line.text()))
                && !skipped.iter().any(|of| of.contains(at))
        };
        let Some(at) = (1..=count).map(step).find(hit) else {
            return;
        };
        // What it is folded into opens.
        let around = self.lines.iter().enumerate().take(at);
        let around: Vec<String> = around
            .filter(|(_, line)| line.end > at)
            .map(|(_, line)| line.path.clone())
            .collect();
        self.folded.retain(|path| !around.contains(path));
        self.unfold();
        self.cursor = self.shown.partition_point(|place| (*place as usize) < at);
    }
}

/// What Kafka said of one of its own, and when.
enum FromKafka {
    Said(Value, Time),
    /// It is named no longer, or not yet.
    Unknown,
    /// The object is none of Kafka's.
    NoneOfIts,
}

fn of_kafka(key: &Key, picture: &Picture) -> FromKafka {
    let said = match key {
        Key::Topic(name) => topic(name, picture),
        Key::Group(name) | Key::Member { group: name, .. } => group(name, picture),
        Key::Broker(id) => broker(*id, picture),
        _ => return FromKafka::NoneOfIts,
    };
    said.map_or(FromKafka::Unknown, |(value, at)| FromKafka::Said(value, at))
}

fn topic(name: &Name, picture: &Picture) -> Option<(Value, Time)> {
    let kafka = &picture.site.kafka;
    let topic = kafka.topics.get(name)?;
    let mut value = serde_json::to_value(&topic.meta).ok()?;
    if let Some(config) = &topic.config {
        insert(&mut value, "config", serde_json::to_value(config).ok()?);
    }
    Some((value, kafka.cluster.as_ref()?.at))
}

fn group(name: &Name, picture: &Picture) -> Option<(Value, Time)> {
    let group = picture.site.kafka.groups.get(name)?;
    let mut value = serde_json::to_value(&group.listed).ok()?;
    let Some(members) = &group.members else {
        return Some((value, group.listed_at));
    };
    insert(
        &mut value,
        "described",
        serde_json::to_value(&members.value).ok()?,
    );
    Some((value, members.at))
}

fn broker(id: BrokerId, picture: &Picture) -> Option<(Value, Time)> {
    let cluster = picture.site.kafka.cluster.as_ref()?;
    let brokers = &mut cluster.value.brokers.iter();
    let mut value = serde_json::to_value(brokers.find(|broker| broker.id == id)?).ok()?;
    insert(
        &mut value,
        "controller",
        json!(cluster.value.controller == Some(id)),
    );
    Some((value, cluster.at))
}

fn insert(into: &mut Value, name: &str, value: Value) {
    if let Some(map) = into.as_object_mut() {
        map.insert(name.to_owned(), value);
    }
}
