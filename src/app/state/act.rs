//! What each action of the table does.

use crate::{
    app::{Action, App, Effect, Filter, Input, Mode, PaneId, Subject, View},
    model::Key,
};

impl App {
    pub(super) fn act(&mut self, action: Action) -> Vec<Effect> {
        if self.act_on_text(action) {
            return Vec::new();
        }
        match action {
            Action::Quit => return self.leave(),
            Action::Suspend => return vec![Effect::Suspend],
            Action::Refresh => return vec![Effect::Refresh],
            Action::Redraw => return vec![Effect::Redraw],
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
                if let Some(key) = self.selected().map(|key| self.behind(key))
                    && self.view().subject != Subject::Object(key.clone())
                    && !matches!(key, Key::Log(_) | Key::Event(_))
                {
                    self.above.push(View::object(key));
                }
            }
            Action::Back => self.back(),
            Action::Show(id) => self.show(id),
            Action::NextPane => self.step_pane(1),
            Action::PreviousPane => self.step_pane(self.panes.len().saturating_sub(1)),
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
            Action::Undo => self.start_undo(),
            Action::Journal => self.mode = Mode::Journal { chosen: 0 },
            Action::Lock => self.toggle_lock(),
            Action::Read(what) => self.read(what),
            // Taken by the text before it came here.
            Action::Text(_) => {}
        }
        Vec::new()
    }

    fn back(&mut self) {
        if !self.view().filter.is_empty() {
            self.set_filter(Filter::default());
        } else if self.above.pop().is_none() {
            self.show(PaneId::Home);
        }
    }

    /// Shows a pane as it was when it was left.
    pub(super) fn show(&mut self, id: PaneId) {
        self.above.clear();
        let subject = Subject::Pane(id);
        if self.base.subject != subject {
            let kept = self.left.iter().position(|view| view.subject == subject);
            let view = kept.map_or_else(|| View::pane(id), |at| self.left.remove(at));
            self.left.push(std::mem::replace(&mut self.base, view));
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
