//! What each action of the table does.

use crate::{
    app::{
        Action, App, Effect, Filter, Input, Mode, Notice, PaneId, Subject, View, action::ASKED_WHY,
    },
    model::Key,
};

impl App {
    pub(super) fn act(&mut self, action: Action) -> Vec<Effect> {
        if let Some(why) = self.barred(action) {
            self.say(Notice::bad(why));
            return Vec::new();
        }
        if self.act_on_replay(action) || self.act_on_text(action) {
            return Vec::new();
        }
        if let Some(effects) = self.act_on_charts(action) {
            return effects;
        }
        match action {
            Action::Quit => return self.quit(),
            Action::Suspend => return vec![Effect::Suspend],
            Action::Refresh => {
                self.say(Notice::new("all sources are asked again"));
                return vec![Effect::Refresh];
            }
            Action::Redraw => return vec![Effect::Redraw],
            Action::Save => return vec![Effect::Save],
            Action::Help => self.mode = Mode::Help { top: 0 },
            Action::Goto => {
                self.mode = Mode::Goto {
                    input: Input::default(),
                    chosen: 0,
                }
            }
            Action::Filter => {
                let before = self.view().filter.clone();
                let input = Input {
                    text: before.text().to_owned(),
                };
                self.mode = Mode::Filter { input, before };
            }
            Action::Open => {
                self.open_selected();
            }
            Action::Back => self.back(),
            Action::Backward => {
                if !self.backward() {
                    self.say(Notice::new("this was the first view"));
                }
            }
            Action::Forward => {
                if !self.forward() {
                    self.say(Notice::new("this was the last view"));
                }
            }
            Action::Columns => self.choose_columns(),
            Action::Copy => self.start_copy(),
            Action::Mark => self.mark(),
            Action::MarkRange => self.mark_range(),
            Action::Mouse => {
                let ours = !self.options.prefs.mouse;
                self.options.prefs.mouse = ours;
                self.say(Notice::new(if ours {
                    "the mouse is ours: it selects, opens, sorts and scrolls"
                } else {
                    "the mouse is the terminal's: it selects text"
                }));
                return vec![Effect::Mouse(ours)];
            }
            Action::Show(PaneId::Metrics) => self.navigate(App::show_charts),
            Action::Show(id) => self.navigate(|app| app.show(id)),
            Action::NextPane => self.navigate(|app| app.step_pane(1)),
            Action::PreviousPane => {
                self.navigate(|app| app.step_pane(app.panes.len().saturating_sub(1)));
            }
            Action::Down => self.move_by(1),
            Action::Up => self.move_by(-1),
            Action::PageDown => self.move_by(self.page_step()),
            Action::PageUp => self.move_by(-self.page_step()),
            Action::First => self.move_by(isize::MIN),
            Action::Last => self.move_by(isize::MAX),
            Action::NextSection => self.next_section(),
            Action::SortNext => self.sort_step(1),
            Action::SortPrevious => self.sort_step(-1),
            Action::SortReverse => self.sort_reverse(),
            Action::Scale => self.start_scale(),
            Action::ElectLeaders => self.start_election(),
            Action::Probe => self.start_probe(),
            Action::Undo => self.start_undo(None),
            Action::Journal => self.mode = Mode::Journal { chosen: 0 },
            Action::Lock => self.toggle_lock(),
            Action::Read(what) => self.read(what),
            Action::Why => self.ask_why(),
            // Taken by the text, the charts or the recording before it came here.
            Action::Text(_)
            | Action::ShorterRange
            | Action::LongerRange
            | Action::Pause
            | Action::SeekBack
            | Action::SeekForward
            | Action::Slower
            | Action::Faster => {}
        }
        Vec::new()
    }

    /// Opens what is under the cursor.
    pub(super) fn open_selected(&mut self) {
        if let Some(key) = self.selected().map(|key| self.behind(key))
            && self.view().subject != Subject::Object(key.clone())
            && has_page(&key)
        {
            self.open(key);
        }
    }

    pub(super) fn open(&mut self, key: Key) {
        self.navigate(|app| app.above.push(View::object(key)));
    }

    /// Opens the answer to why the group under the cursor, or of this page, is behind.
    fn ask_why(&mut self) {
        let group = match self.target(ASKED_WHY) {
            Some(Key::Member { group, .. }) => Key::Group(group),
            Some(key) => key,
            None => return,
        };
        if self.view().subject != Subject::Why(group.clone()) {
            self.navigate(|app| app.above.push(View::why(group)));
        }
    }

    fn back(&mut self) {
        if self.drop_marks() {
            return;
        }
        if self.view().filter.is_empty() {
            self.navigate(|app| {
                if app.above.pop().is_none() {
                    app.show(PaneId::Home);
                }
            });
        } else {
            self.set_filter(Filter::default());
        }
    }

    /// Shows a pane as it was when it was left.
    pub(super) fn show(&mut self, id: PaneId) {
        self.above.clear();
        let subject = Subject::Pane(id);
        if self.base.subject != subject {
            let kept = self.left.iter().position(|view| view.subject == subject);
            let view = kept.map_or_else(|| View::pane(id), |at| self.left.remove(at));
            self.show_view(view);
        }
    }

    /// Puts a pane's view in the place of the one that is shown; that one is kept.
    pub(super) fn show_view(&mut self, view: View) {
        let before = std::mem::replace(&mut self.base, view);
        if before.subject != self.base.subject {
            let shown = self.base.subject.clone();
            self.left.retain(|view| view.subject != shown);
            self.left.push(before);
        }
    }

    pub(super) fn base_pane(&self) -> Option<usize> {
        self.panes
            .iter()
            .position(|pane| self.base.subject == Subject::Pane(pane.id()))
    }

    fn step_pane(&mut self, by: usize) {
        let next = (self.base_pane().unwrap_or(0) + by) % self.panes.len().max(1);
        if let Some(pane) = self.panes.get(next) {
            self.show(pane.id());
        }
    }
}

/// Whether there is more of it than its row: events and lines of our own log are all that there is of them.
pub(super) fn has_page(key: &Key) -> bool {
    !matches!(key, Key::Log(_) | Key::Event(_) | Key::Cause { .. })
}
