//! The app itself: its parts, its door, and the moment at which it wants to be woken.

use crate::{
    insight::{Finding, Picture, Ranking},
    model::{ChartAsk, Key, Name, Noun, Time},
};

use super::{
    ActionDef, Column, Cx, Effect, Interest, LogRing, Mode, Msg, Notice, Page, Pane, PaneId, Place,
    Prefs, Replay, Seen, View,
    acting::Acting,
    nav::Subject,
    notice::Board,
    reading::{Ask, Look, Reading},
};

mod act;
mod charts;
mod columns;
mod copying;
mod cursor;
mod history;
mod interest;
mod keys;
mod lines;
mod marks;
mod order;
mod pointer;
mod reading;
mod shown;

pub use columns::Chooser;
pub use lines::{Lines, RowRef};

use history::Trail;

/// What was settled at the start; some of it changes with the config file.
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
    pub prefs: Prefs,
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
    pub panes: &'static [&'static dyn Pane],
    /// The pane at the bottom, and the objects opened from it.
    base: View,
    above: Vec<View>,
    /// Views of panes that were left by a digit, to come back to as they were.
    left: Vec<View>,
    size: (u16, u16),
    pub(super) now: Time,
    /// The time out there: another than `now` while a recording is played.
    pub(super) outside: Time,
    pub(super) replay: Option<Replay>,
    pub(super) lines: Lines,
    pub(super) ranking: Ranking,
    pub(super) findings_of: Option<(u64, i64)>,
    pub(super) findings_change: Option<Time>,
    pub(super) interest: Interest,
    /// What the partitions that are far behind were found of.
    pub(super) behind_of: u64,
    board: Board,
    trail: Trail,
    /// What the last draw found out.
    pub(super) seen: Seen,
    /// The divider is being dragged.
    dragging: bool,
    /// What is read for the view on top, the look of texts, and what was asked for last.
    reading: Option<(Subject, Reading)>,
    look: Look,
    generation: u64,
    wanted: Option<Ask>,
    asked: Option<Ask>,
    /// The charts that were asked for last, and how many were.
    chart: Option<ChartAsk>,
    chart_generation: u64,
    pub(super) dirty: bool,
}

impl App {
    pub fn new(panes: &'static [&'static dyn Pane], options: Options, now: Time) -> Self {
        let mut picture = Picture::new(options.site.clone());
        picture.index.pin(options.prefs.owners.clone());
        picture.reach = options.prefs.reach.clone();
        App {
            picture,
            findings: Vec::new(),
            log: LogRing::default(),
            mode: Mode::Normal,
            acting: Acting::default(),
            base: View::pane(options.pane),
            above: Vec::new(),
            left: Vec::new(),
            size: (80, 24),
            lines: Lines::default(),
            ranking: Ranking::default(),
            findings_of: None,
            findings_change: None,
            interest: Interest::default(),
            behind_of: u64::MAX,
            board: Board::default(),
            trail: Trail::default(),
            seen: Seen::default(),
            dragging: false,
            reading: None,
            look: Look::default(),
            generation: 0,
            wanted: None,
            asked: None,
            chart: None,
            chart_generation: 0,
            dirty: true,
            options,
            panes,
            now,
            outside: now,
            replay: None,
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
    pub fn page<'a>(&'a self, cx: &'a Cx<'a>, subject: &Subject) -> Option<Page<'a>> {
        match subject {
            Subject::Pane(id) => self
                .panes
                .iter()
                .find(|pane| pane.id() == *id)
                .map(|pane| pane.page(cx)),
            Subject::Object(key) => self.panes.iter().find_map(|pane| pane.object(cx, key)),
            Subject::Read(_, key) => self.reading_of(subject)?.page(key, cx),
            Subject::Charts(_) => None,
            Subject::Why(key) => self.panes.iter().find_map(|pane| pane.why(cx, key)),
        }
    }

    /// The object under the cursor.
    pub fn selected(&self) -> Option<Key> {
        self.lines.selected(self.view().at)
    }

    /// What an action on these nouns is about: the object under the cursor, else the one whose page this is.
    pub fn target(&self, nouns: &[Noun]) -> Option<Key> {
        let page = self.view().subject.key().cloned();
        let mut found = self.selected().into_iter().chain(page);
        found.find(|key| nouns.contains(&key.noun()))
    }

    /// Whether an action means something here.
    pub fn applies(&self, place: Place) -> bool {
        match place {
            Place::Everywhere => true,
            Place::Lists => {
                !self.is_text() && (self.lines.stops() > 0 || !self.view().filter.is_empty())
            }
            Place::Pages => self.is_text() || self.applies(Place::Lists),
            Place::Reading(of) => {
                matches!(&self.view().subject, Subject::Read(what, _) if of.contains(what))
            }
            Place::Charts => self.charts().is_some(),
            Place::Replay => self.replay.is_some(),
            Place::On(nouns) => self.target(nouns).is_some(),
        }
    }

    /// Whether a key of an action means something here.
    pub(super) fn takes(&self, def: &ActionDef) -> bool {
        self.applies(def.place) || self.takes_on_charts(def.action)
    }

    /// Whether an action can be done here: it means something, and is not masked.
    pub fn offers(&self, def: &ActionDef) -> bool {
        let masked = def.changes && self.options.read_only;
        !masked && self.barred(def.action).is_none() && self.takes(def)
    }

    /// Lines of the page that fit on the screen.
    pub fn body_height(&self) -> usize {
        let foot = self
            .shown_pane()
            .map_or(0, |pane| pane.foot_height(self.size));
        let chrome = self.chrome() + usize::from(self.lines.pinned) + usize::from(foot);
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

    /// Groups that are sampled at once: two milliseconds' worth.
    const PIECE: u32 = 250;
    /// Rows that header, tabs, borders and footer take.
    const CHROME: usize = 5;
    /// Columns and rows below which there is room for one line only.
    pub const SMALLEST: (u16, u16) = (40, 8);
    /// From this width on the selected object's page stands beside the list.
    pub const BESIDE: u16 = 160;

    /// Rows that stand around the page.
    pub(super) fn chrome(&self) -> usize {
        Self::CHROME + usize::from(self.replay.is_some())
    }

    /// Takes the note whether anything changed since the last call.
    pub fn take_dirty(&mut self) -> bool {
        std::mem::take(&mut self.dirty)
    }

    /// Tells the app what the draw just found out.
    pub fn drawn(&mut self, seen: Seen) {
        self.seen = seen;
        let whole = !self.is_too_small();
        if let Mode::Dialog(dialog) = &mut self.mode
            && whole
        {
            dialog.was_drawn();
        }
    }

    /// Columns of the screen that the list gets where the selected object stands beside it; all of them where none is.
    pub fn list_width(&self) -> u16 {
        let wide = self.size.0;
        let is_pane = matches!(self.view().subject, Subject::Pane(_));
        if wide < Self::BESIDE
            || !is_pane
            || !self.selected().is_some_and(|key| act::has_page(&key))
        {
            return wide;
        }
        let share = u32::from(wide) * u32::from(self.options.prefs.share.clamp(20, 80)) / 100;
        u16::try_from(share).unwrap_or(wide)
    }

    /// The moment at which the picture changes by itself. None: not until a message comes.
    pub fn next_wake(&self) -> Option<Time> {
        let acting = self.acting.next_wake(self.now);
        let rows = self.lines.next_wake(self.now);
        let moments = [self.seen.roll, self.findings_change, acting, rows];
        let inside = moments.into_iter().flatten().min();
        let next = match &self.replay {
            Some(replay) => replay.next_wake(self.now, inside),
            None => inside,
        };
        let said = self.board.until(self.outside);
        next.into_iter().chain(said).min()
    }

    /// The one door.
    pub fn handle(&mut self, msg: Msg, now: Time) -> Vec<Effect> {
        self.pass(now);
        match msg {
            Msg::Feed(envelope) => {
                self.picture.take(*envelope);
                self.work();
                self.dirty = true;
                Vec::new()
            }
            Msg::Resize(columns, rows) => {
                self.size = (columns, rows);
                self.dirty = true;
                Vec::new()
            }
            Msg::Read(answer) => {
                self.take_answer(*answer);
                Vec::new()
            }
            Msg::Log(line) => {
                self.log.push(line);
                self.dirty |= self.view().subject == Subject::Pane(PaneId::Log);
                Vec::new()
            }
            Msg::Wake => {
                self.seen.roll = None;
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
            Msg::Said(notice) => {
                self.say(notice);
                Vec::new()
            }
            Msg::ThemeSaved => self.show_theme(self.options.prefs.theme.clone()),
            Msg::Config(news) => self.reconfigure(*news),
            Msg::Resumed => {
                self.dirty = true;
                vec![Effect::Redraw]
            }
            Msg::Key(chord) => self.input(self.is_about_rows(chord), |app| app.key(chord)),
            Msg::Mouse(mouse) => self.input(true, |app| app.pointer(mouse)),
        }
    }

    /// Whether something is left to be done when no key waits.
    pub fn has_work(&self) -> bool {
        self.picture.has_work()
    }

    /// Does a piece of what was left, in less time than anybody would notice.
    pub fn work(&mut self) {
        self.dirty |= self.picture.work(Self::PIECE);
    }

    /// What the user did: what it means is looked up in lines that are up to date, where it is about rows.
    fn input(
        &mut self,
        about_rows: bool,
        take: impl FnOnce(&mut Self) -> Vec<Effect>,
    ) -> Vec<Effect> {
        self.dirty = true;
        self.board.wipe();
        if about_rows || !self.lines.are_of(&self.view().subject) {
            self.settle();
        }
        let mut effects = take(self);
        self.settle();
        effects.extend(self.news());
        effects
    }

    /// Whether the screen has room for one line only.
    pub fn is_too_small(&self) -> bool {
        let (columns, rows) = self.size;
        columns < Self::SMALLEST.0 || rows < Self::SMALLEST.1
    }

    /// Whether findings are on screen: on Home, and on the one line of a screen that is too small for a page.
    fn shows_findings(&self) -> bool {
        self.is_too_small() || self.view().subject == Subject::Pane(PaneId::Home)
    }

    /// Brings findings and row order up to date. Called before a draw and around a key, never for a mere envelope.
    pub fn settle(&mut self) {
        self.picture.refresh();
        let state = (self.picture.generation(), self.now.0 / 1_000);
        if !self.shows_findings() {
            self.findings_change = None;
        } else if self.findings_of != Some(state) {
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
        self.settle_reading();
        self.settle_lines();
    }

    /// Says something to the user.
    pub fn say(&mut self, notice: impl Into<Notice>) {
        self.board.say(notice.into(), self.outside);
        self.dirty = true;
    }

    /// What was said last, while it stands.
    pub fn notice(&self) -> Option<&Notice> {
        self.board.shown(self.outside)
    }

    /// The columns of the section under the cursor.
    pub fn sorted_columns(&self) -> Option<(usize, &'static [Column])> {
        self.lines.columns_at(self.view().at)
    }

    /// Settles, and says what the sources should read if that changed: called once a frame.
    pub fn before_draw(&mut self) -> Vec<Effect> {
        self.settle();
        let mut effects = self.follow();
        effects.extend(self.news());
        effects
    }

    /// What sources and readers should read, as far as that changed.
    fn news(&mut self) -> Vec<Effect> {
        let interest = self.new_interest();
        interest.into_iter().chain(self.new_ask()).collect()
    }
}
