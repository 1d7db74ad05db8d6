//! Logs of pods: the newest lines in a bounded store, and the place that the user looks at.

use std::collections::{BTreeSet, VecDeque};

use crate::{
    app::width,
    insight::Picture,
    model::{Key, Name, Time},
};

use super::{
    Answer, Look, RawLine, Said, TextAction, TextRow,
    clean::clean,
    scroll::{self, Scroll},
    search::Search,
    short_name,
    streams::{LogAsk, LogPod, Since, Stream, pods_of},
};

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// Written by the container.
    Log,
    /// Said about the stream.
    Note,
    /// A fault.
    Fault,
}

/// One line that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodLine {
    /// When it was written, or heard.
    pub at: Time,
    /// Place in the list of streams.
    pub stream: u16,
    pub kind: LineKind,
    /// Fit for a terminal.
    pub text: Box<str>,
}

impl PodLine {
    /// What it takes of the store, in bytes.
    fn cost(&self) -> usize {
        self.text.len() + std::mem::size_of::<PodLine>()
    }
}

/// The logs that are being read.
#[derive(Clone, Debug)]
pub struct Logs {
    pub look: Look,
    pub since: Since,
    pub previous: bool,
    /// The newest line stays on the screen.
    pub follow: bool,
    /// Only the lines that the search finds are shown.
    pub only: bool,
    /// Lines that were dropped to make room.
    pub dropped: u64,
    /// Pods that are read, of how many; None before it is known.
    pub pods: Option<(usize, usize)>,
    /// The line that the search stands on, as a place among those shown.
    pub found: Option<usize>,
    /// Cells that are left of the screen.
    pub left: usize,
    lines: VecDeque<PodLine>,
    bytes: usize,
    streams: Vec<Stream>,
    asked: Vec<LogPod>,
    scroll: Scroll,
    /// Cells that a text may take in one row.
    text_room: usize,
    /// Lines that the filter lets through, by how many came before them ever; None: all of them.
    shown: Option<VecDeque<u64>>,
    /// What `shown` was made by.
    shown_by: Option<(Search, bool)>,
}

/// Lines that a new line is compared with: streams come one after the other, lines in the order of time.
const LOOK_BACK: usize = 4_096;

struct Visible<'a>(&'a Logs);

impl scroll::Lines for Visible<'_> {
    fn len(&self) -> usize {
        self.0.count()
    }

    fn parts(&self, line: usize) -> Vec<std::ops::Range<usize>> {
        let text = self.0.line(line).map_or("", |line| &line.text);
        if self.0.look.wrap {
            scroll::parts(text, self.0.text_room)
        } else {
            std::iter::once(0..text.len()).collect()
        }
    }
}

impl Logs {
    /// Bytes of lines that are kept.
    pub const BYTES: usize = 16 << 20;

    pub(super) fn new(look: Look) -> Self {
        Logs {
            look,
            since: Since::default(),
            previous: false,
            follow: true,
            only: false,
            dropped: 0,
            pods: None,
            found: None,
            left: 0,
            lines: VecDeque::new(),
            bytes: 0,
            streams: Vec::new(),
            asked: Vec::new(),
            scroll: Scroll::default(),
            text_room: 0,
            shown: None,
            shown_by: None,
        }
    }

    /// What is to be read now. What is gone goes on being shown, but is not asked for any more.
    pub(super) fn ask(&mut self, key: &Key, picture: &Picture) -> Option<LogAsk> {
        let (pods, all) = pods_of(key, picture);
        self.pods = (all > 0 || self.pods.is_some()).then_some((pods.len(), all));
        if pods.is_empty() && self.asked.is_empty() {
            return None;
        }
        self.asked.clone_from(&pods);
        Some(LogAsk {
            pods,
            previous: self.previous,
            since: self.since,
        })
    }

    /// Everything is read anew.
    pub(crate) fn restart(&mut self) {
        let Logs {
            look,
            since,
            previous,
            only,
            pods,
            ..
        } = *self;
        *self = Logs {
            since,
            previous,
            only,
            pods,
            ..Logs::new(look)
        };
    }

    /// Does what is meant by a key; true when everything is to be read anew.
    pub(crate) fn act(&mut self, action: TextAction) -> bool {
        match action {
            TextAction::Follow => self.follow = !self.follow,
            TextAction::Only => self.only = !self.only,
            TextAction::Since => {
                self.since = self.since.next();
                return true;
            }
            TextAction::Previous => {
                self.previous = !self.previous;
                return true;
            }
            _ => {}
        }
        false
    }

    pub(super) fn take(&mut self, answer: Answer) {
        match answer.said {
            Said::Lines { stream, lines } => {
                let stream = self.place_of(stream);
                for line in lines {
                    self.push_raw(&line, stream, answer.at);
                }
            }
            Said::Note { stream, text, bad } => {
                let stream = self.place_of(stream);
                let kind = if bad { LineKind::Fault } else { LineKind::Note };
                self.push(PodLine {
                    at: answer.at,
                    stream,
                    kind,
                    text: clean(&text).into(),
                });
            }
            Said::Failed { why } => {
                let stream = Stream {
                    pod: Name::default(),
                    container: None,
                };
                let stream = self.place_of(stream);
                let text = clean(&why).into();
                self.push(PodLine {
                    at: answer.at,
                    stream,
                    kind: LineKind::Fault,
                    text,
                });
            }
            Said::Events { .. } | Said::Object { .. } => {}
        }
    }

    fn place_of(&mut self, stream: Stream) -> u16 {
        let known = self.streams.iter().position(|of| *of == stream);
        let place = known.unwrap_or_else(|| {
            self.streams.push(stream);
            self.streams.len() - 1
        });
        u16::try_from(place).unwrap_or(u16::MAX)
    }

    fn push_raw(&mut self, raw: &RawLine, stream: u16, heard: Time) {
        let mut text = clean(&raw.text);
        if raw.cut > 0 {
            text.extend([" [", &raw.cut.to_string(), " more bytes]"]);
        }
        let kind = if raw.at.is_some() {
            LineKind::Log
        } else {
            LineKind::Note
        };
        let at = raw.at.unwrap_or(heard);
        self.push(PodLine {
            at,
            stream,
            kind,
            text: text.into(),
        });
    }

    /// Puts a line in its place by time, and drops the oldest when there is no room.
    fn push(&mut self, line: PodLine) {
        let newer = self.lines.iter().rev().take(LOOK_BACK);
        let newer = newer
            .take_while(|of| of.kind == LineKind::Log && of.at > line.at)
            .count();
        let newer = if line.kind == LineKind::Log { newer } else { 0 };
        let place = self.lines.len() - newer;
        self.bytes += line.cost();
        // Its place among those that can be seen, if it can.
        let seen = match (&mut self.shown, &self.shown_by) {
            (None, _) => Some(place),
            (Some(places), Some((search, _))) => {
                let number = self.dropped + place as u64;
                let later = places.iter_mut().rev().take_while(|of| **of >= number);
                let later = later.map(|of| *of += 1).count();
                let at = places.len() - later;
                let finds = line.kind != LineKind::Log || search.finds(&line.text);
                finds.then(|| {
                    places.insert(at, number);
                    at
                })
            }
            // They are looked for anew before anybody sees them.
            (Some(_), None) => None,
        };
        if let Some(seen) = seen.filter(|_| newer > 0) {
            // Those on the screen are further down now.
            let moved = |at: usize| if at >= seen { at + 1 } else { at };
            let top = self.scroll.top;
            self.scroll.top = moved(top);
            self.found = self.found.map(moved);
        }
        self.lines.insert(place, line);
        while self.bytes > Self::BYTES && self.lines.len() > 1 {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        let Some(gone) = self.lines.pop_front() else {
            return;
        };
        self.bytes -= gone.cost();
        let was_shown = match &mut self.shown {
            None => true,
            Some(places) => {
                let oldest = places.front().is_some_and(|place| *place <= self.dropped);
                oldest && places.pop_front().is_some()
            }
        };
        self.dropped += 1;
        if was_shown {
            self.scroll.top = self.scroll.top.saturating_sub(1);
            self.found = self.found.and_then(|at| at.checked_sub(1));
        }
    }

    /// Lines that are kept, and bytes that they take.
    pub fn kept(&self) -> (usize, usize) {
        (self.lines.len(), self.bytes)
    }

    /// Lines that can be seen.
    pub fn count(&self) -> usize {
        self.shown.as_ref().map_or(self.lines.len(), VecDeque::len)
    }

    /// A line that can be seen, by its place among them.
    pub fn line(&self, at: usize) -> Option<&PodLine> {
        self.lines.get(self.kept_place(at)?)
    }

    /// The place in the store of a line that can be seen.
    fn kept_place(&self, at: usize) -> Option<usize> {
        match &self.shown {
            None => Some(at),
            Some(places) => usize::try_from(places.get(at)?.checked_sub(self.dropped)?).ok(),
        }
    }

    /// What stands before the lines of each stream, in the order of streams: short, and different. Empty for one stream.
    pub fn prefixes(&self) -> Vec<String> {
        let pods: BTreeSet<&Name> = self.streams.iter().map(|stream| &stream.pod).collect();
        let several = pods.len() > 1 || self.pods.is_some_and(|(_, all)| all > 1);
        let unique = |short: &str| pods.iter().filter(|pod| short_name(pod) == short).count() == 1;
        let of = |stream: &Stream| {
            let short = short_name(&stream.pod);
            let pod: &str = match several {
                false => "",
                true if unique(short) => short,
                true => &stream.pod,
            };
            match (&stream.container, pod) {
                (None, pod) => pod.to_owned(),
                (Some(container), "") => container.to_string(),
                (Some(container), pod) => format!("{pod}/{container}"),
            }
        };
        self.streams.iter().map(of).collect()
    }

    /// Cells before each text: the prefix and the time, each with a blank.
    pub fn margin(&self) -> usize {
        let prefixes = self.prefixes();
        let widest = prefixes
            .iter()
            .map(|prefix| width(prefix))
            .max()
            .unwrap_or(0);
        let prefix = if widest == 0 {
            0
        } else {
            widest.min(Self::PREFIX) + 1
        };
        prefix + if self.look.stamps { Self::STAMP + 1 } else { 0 }
    }

    /// Cells that a prefix takes at most.
    pub const PREFIX: usize = 24;
    /// Cells of a time: `14:02:11.034`.
    pub const STAMP: usize = 12;

    /// The rows on the screen.
    pub fn rows(&self) -> Vec<TextRow> {
        self.scroll.rows(&Visible(self))
    }

    pub(super) fn settle(&mut self, search: &Search, room: (usize, usize)) {
        self.scroll.room = room;
        self.text_room = room.0.saturating_sub(self.margin()).max(10);
        let sieved = self.sieve(search);
        let mut scroll = self.scroll;
        match self.found {
            _ if self.follow => scroll.show_end(&Visible(self)),
            Some(at) if sieved => scroll.centre(at, &Visible(self)),
            _ => scroll.settle(&Visible(self)),
        }
        self.scroll = scroll;
    }

    /// Brings what is let through up to date, true where that was needed; what was at the top of the screen stays there,
    /// or near.
    fn sieve(&mut self, search: &Search) -> bool {
        let by = (search.clone(), self.only);
        if self.shown_by.as_ref() == Some(&by) {
            return false;
        }
        let top = self.kept_place(self.scroll.top);
        let found = self.found.and_then(|at| self.kept_place(at));
        self.shown = (self.only && !search.is_empty()).then(|| {
            let passes = |line: &PodLine| line.kind != LineKind::Log || search.finds(&line.text);
            let lines = (self.dropped..).zip(&self.lines);
            lines
                .filter(|(_, line)| passes(line))
                .map(|(place, _)| place)
                .collect()
        });
        self.shown_by = Some(by);
        let back = |place: Option<usize>| match &self.shown {
            None => place,
            Some(places) => {
                let ever = self.dropped + place? as u64;
                Some(places.partition_point(|of| *of < ever))
            }
        };
        let (top, found) = (back(top), back(found));
        self.scroll.top = top.unwrap_or(0);
        self.scroll.skip = 0;
        self.found = found.filter(|at| self.line(*at).is_some_and(|of| search.finds(&of.text)));
        true
    }

    pub(super) fn move_by(&mut self, by: isize) {
        let mut scroll = self.scroll;
        scroll.move_by(by, &Visible(self));
        self.follow = by == isize::MAX || (self.follow && by > 0);
        self.scroll = scroll;
    }

    pub(super) fn shift(&mut self, by: isize) {
        if !self.look.wrap {
            self.left = self.left.saturating_add_signed(by);
        }
    }

    /// To the next line that the search finds, or the one before; round when there is none further on.
    pub(super) fn find(&mut self, search: &Search, forward: bool) {
        let count = self.count();
        let from = self.found.unwrap_or(if forward {
            self.scroll
                .top
                .checked_sub(1)
                .unwrap_or(count.saturating_sub(1))
        } else {
            self.rows().last().map_or(0, |row| row.line + 1)
        });
        let step = |by: usize| {
            let by = if forward { by } else { count - by };
            (from + by) % count.max(1)
        };
        let hit = |at: &usize| self.line(*at).is_some_and(|line| search.finds(&line.text));
        let Some(at) = (1..=count).map(step).find(hit) else {
            self.found = None;
            return;
        };
        self.found = Some(at);
        self.follow = false;
        let mut scroll = self.scroll;
        if !scroll.shows(at, &Visible(self)) {
            scroll.centre(at, &Visible(self));
        }
        self.scroll = scroll;
    }

    /// After the search was typed: where nothing on the screen is found, the nearest line before it comes there.
    pub(super) fn searched(&mut self, search: &Search) {
        self.found = None;
        let here = |row: &TextRow| {
            let line = self.line(row.line);
            line.is_some_and(|line| search.finds(&line.text))
        };
        if !search.is_empty() && !self.rows().iter().any(here) {
            self.find(search, false);
        }
    }

    pub(super) fn finds_any(&self, search: &Search) -> bool {
        self.lines.iter().any(|line| search.finds(&line.text))
    }
}
