//! The app itself: its parts, its door, and the moment at which it wants to be woken.

use crate::{
    insight::{Finding, Picture, Ranking},
    model::{Key, Name, Noun, Time},
};

use super::{
    Column, Cx, Effect, Interest, LogRing, Mode, Msg, Page, Pane, PaneId, Place, View,
    acting::Acting, nav::Subject,
};

mod act;
mod cursor;
mod interest;
mod keys;
mod lines;
mod order;
mod shown;

pub use lines::{Lines, RowRef};

/// What was settled at the start and does not change.
#[derive(Clone, Debug)]
pub struct Options {
    pub site: Name,
    /// Only objects of this namespace are shown.
    pub namespace: Option<Name>,
    /// Nothing can be changed.
    pub read_only: bool,
    /// The context is marked as production: names are typed to confirm.
    pub production: bool,
    pub ascii: bool,
    /// The demo world is shown, and says so.
    pub demo: bool,
    /// The pane to begin with.
    pub pane: PaneId,
}

/// The state of the program as the user sees it.
pub struct App {
    pub picture: Picture,
    pub findings: Vec<Finding>,
    pub log: LogRing,
    pub options: Options,
    pub mode: Mode,
    /// What is changed, and what was.
    pub acting: Acting,
    /// A line that is shown until the next key.
    pub notice: Option<String>,
    pub panes: &'static [&'static dyn Pane],
    /// The pane at the bottom, and the objects opened from it.
    base: View,
    above: Vec<View>,
    /// Views of panes that were left by a digit, to come back to as they were.
    left: Vec<View>,
    size: (u16, u16),
    pub(super) now: Time,
    lines: Lines,
    ranking: Ranking,
    findings_of: Option<(u64, i64)>,
    findings_change: Option<Time>,
    interest: Interest,
    roll: Option<Time>,
    pub(super) dirty: bool,
}

impl App {
    pub fn new(panes: &'static [&'static dyn Pane], options: Options, now: Time) -> Self {
        App {
            picture: Picture::new(options.site.clone()),
            findings: Vec::new(),
            log: LogRing::default(),
            mode: Mode::Normal,
            acting: Acting::default(),
            notice: None,
            base: View::pane(options.pane),
            above: Vec::new(),
            left: Vec::new(),
            size: (80, 24),
            lines: Lines::default(),
            ranking: Ranking::default(),
            findings_of: None,
            findings_change: None,
            interest: Interest::default(),
            roll: None,
            dirty: true,
            options,
            panes,
            now,
        }
    }

    pub fn now(&self) -> Time {
        self.now
    }

    /// Columns and rows of the terminal.
    pub fn size(&self) -> (u16, u16) {
        self.size
    }

    /// The current view.
    pub fn view(&self) -> &View {
        self.above.last().unwrap_or(&self.base)
    }

    pub(super) fn view_mut(&mut self) -> &mut View {
        self.above.last_mut().unwrap_or(&mut self.base)
    }

    /// The views from the pane to the current one.
    pub fn stack(&self) -> impl Iterator<Item = &View> {
        std::iter::once(&self.base).chain(&self.above)
    }

    /// The lines of the current page, as [`App::settle`] left them.
    pub fn lines(&self) -> &Lines {
        &self.lines
    }

    pub fn cx(&self) -> Cx<'_> {
        Cx::new(
            &self.picture,
            &self.findings,
            &self.log,
            self.now,
            &self.options,
        )
        .sized(self.size)
    }

    /// The page of a view.
    pub fn page<'a>(&self, cx: &'a Cx<'a>, subject: &Subject) -> Option<Page<'a>> {
        match subject {
            Subject::Pane(id) => self
                .panes
                .iter()
                .find(|pane| pane.id() == *id)
                .map(|pane| pane.page(cx)),
            Subject::Object(key) => self.panes.iter().find_map(|pane| pane.object(cx, key)),
        }
    }

    /// The object under the cursor.
    pub fn selected(&self) -> Option<Key> {
        self.lines.selected(self.view().at)
    }

    /// What an action on these nouns is about: the object under the cursor, else the one whose page this is.
    pub fn target(&self, nouns: &[Noun]) -> Option<Key> {
        let page = match &self.view().subject {
            Subject::Object(key) => Some(key.clone()),
            Subject::Pane(_) => None,
        };
        let mut found = self.selected().into_iter().chain(page);
        found.find(|key| nouns.contains(&key.noun()))
    }

    /// Whether an action means something here.
    pub fn applies(&self, place: Place) -> bool {
        match place {
            Place::Everywhere => true,
            Place::Lists => self.lines.stops() > 0 || !self.view().filter.is_empty(),
            Place::On(nouns) => self.target(nouns).is_some(),
        }
    }

    /// Lines of the page that fit on the screen.
    pub fn body_height(&self) -> usize {
        let foot = self
            .shown_pane()
            .map_or(0, |pane| pane.foot_height(self.size));
        let chrome = Self::CHROME + usize::from(self.lines.pinned) + usize::from(foot);
        usize::from(self.size.1).saturating_sub(chrome)
    }

    /// The line of the page on which the cursor stands.
    pub fn cursor_line(&self) -> Option<usize> {
        self.lines.line_of(self.view().at)
    }

    /// Nothing was read yet, or something is being read for the first time.
    pub fn is_reading(&self) -> bool {
        self.cx().is_reading()
    }

    /// Rows that header, tabs, borders and footer take.
    const CHROME: usize = 5;
    /// From this width on the selected object's page stands beside the list.
    pub const BESIDE: u16 = 160;

    /// Takes the note whether anything changed since the last call.
    pub fn take_dirty(&mut self) -> bool {
        std::mem::take(&mut self.dirty)
    }

    /// Tells the app when what was just drawn will be out of date by itself.
    pub fn drawn(&mut self, roll: Option<Time>) {
        self.roll = roll;
    }

    /// The moment at which the picture changes by itself. None: not until a message comes.
    pub fn next_wake(&self) -> Option<Time> {
        let acting = self.acting.next_wake();
        let moments = [self.roll, self.findings_change, acting];
        moments.into_iter().flatten().min()
    }

    /// The one door.
    pub fn handle(&mut self, msg: Msg, now: Time) -> Vec<Effect> {
        self.now = self.now.max(now);
        match msg {
            Msg::Feed(envelope) => {
                self.picture.apply(*envelope);
                self.dirty = true;
                Vec::new()
            }
            Msg::Resize(columns, rows) => {
                self.size = (columns, rows);
                self.dirty = true;
                Vec::new()
            }
            Msg::Log(line) => {
                self.log.push(line);
                self.dirty |= self.view().subject == Subject::Pane(PaneId::Log);
                Vec::new()
            }
            Msg::Wake => {
                self.roll = None;
                self.findings_change = None;
                self.dirty = true;
                self.settle();
                self.follow()
            }
            Msg::Answer(answer) => {
                self.dirty = true;
                self.settle();
                self.hear(*answer)
            }
            Msg::Resumed => {
                self.dirty = true;
                vec![Effect::Redraw]
            }
            Msg::Key(chord) => {
                self.dirty = true;
                self.notice = None;
                self.settle();
                let mut effects = self.key(chord);
                self.settle();
                effects.extend(self.new_interest());
                effects
            }
        }
    }

    /// Brings findings and row order up to date. Called before a draw and around a key, never for a mere envelope.
    pub fn settle(&mut self) {
        self.picture.refresh();
        let state = (self.picture.generation(), self.now.0 / 1_000);
        if self.findings_of != Some(state) {
            let found = self.ranking.refresh(&self.picture, self.now);
            self.findings_change = self.ranking.changes();
            if let Some(found) = found {
                self.findings = found;
            }
            if let Some(only) = self.options.namespace.as_deref() {
                self.findings.retain(|finding| match &finding.subject {
                    Key::Pod(id) => &*id.namespace == only,
                    Key::Workload(id) => &*id.namespace == only,
                    _ => true,
                });
            }
            self.findings_of = Some(state);
        }
        self.settle_lines();
    }

    /// The columns of the section under the cursor.
    pub fn sorted_columns(&self) -> Option<(usize, &'static [Column])> {
        self.lines.columns_at(self.view().at)
    }

    /// Settles, and says what the sources should read if that changed: called once a frame.
    pub fn before_draw(&mut self) -> Vec<Effect> {
        self.settle();
        let mut effects = self.follow();
        effects.extend(self.new_interest());
        effects
    }
}
