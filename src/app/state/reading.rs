//! What is read for the view on top: begun when the view opens, ended when it is left.

use crate::{
    app::{
        Action, App, Effect, Subject, View,
        action::nouns_of,
        reading::{Answer, Ask, Reading, Search, TextAction, What, subject_of},
    },
    insight::{Cause, why},
    model::Key,
};

/// Cells that long lines are moved by, sideways.
const SIDEWAYS: isize = 20;

impl App {
    /// What is being read for the view on top.
    pub fn reading(&self) -> Option<&Reading> {
        self.reading_of(&self.view().subject)
    }

    pub(super) fn reading_of(&self, subject: &Subject) -> Option<&Reading> {
        let (of, reading) = self.reading.as_ref()?;
        (of == subject).then_some(reading)
    }

    /// Whether the view on top is a long text.
    pub fn is_text(&self) -> bool {
        matches!(
            self.view().subject,
            Subject::Read(What::Logs | What::Object | What::Doctor, _)
        )
    }

    pub(super) fn reading_revision(&self) -> (u64, u64) {
        let revision = self.reading().map_or(0, Reading::revision);
        (self.generation, revision)
    }

    /// Opens what is to be read of the object that is meant. From one reading to another one does not go deeper.
    pub(super) fn read(&mut self, what: What) {
        let Some(key) = self.target(nouns_of(what)) else {
            return;
        };
        let key = subject_of(what, &key, &self.picture);
        let view = View::read(what, key);
        if matches!(self.view().subject, Subject::Read(..)) {
            if self.view().subject != view.subject {
                *self.view_mut() = view;
            }
        } else {
            self.above.push(view);
        }
    }

    /// What is searched for in a long text: the filter line's words.
    pub fn search(&self) -> Search {
        Search::parse(self.view().filter.text())
    }

    /// Cells and rows for a long text: within its frame, below its line of facts.
    fn text_room(&self) -> (usize, usize) {
        let wide = usize::from(self.size.0).saturating_sub(4).max(1);
        (wide, self.body_height().saturating_sub(1).max(1))
    }

    /// Begins or ends to read, as the view on top wants it.
    pub(super) fn settle_reading(&mut self) {
        let subject = self.view().subject.clone();
        let Subject::Read(what, key) = &subject else {
            if self.reading.take().is_some() {
                self.wanted = None;
            }
            return;
        };
        if self.reading.as_ref().is_none_or(|(of, _)| *of != subject) {
            self.generation += 1;
            let reading = Reading::new(*what, key, self.look);
            self.reading = Some((subject.clone(), reading));
        }
        let (search, room) = (self.search(), self.text_room());
        if let Some((_, reading)) = &mut self.reading {
            let of = reading.ask(*what, key, &self.picture);
            self.wanted = of.map(|of| Ask {
                generation: self.generation,
                of,
            });
            reading.settle(&search, room);
        }
    }

    /// What the readers should read, if that is different from before.
    pub(super) fn new_ask(&mut self) -> Option<Effect> {
        if self.wanted == self.asked {
            return None;
        }
        self.asked.clone_from(&self.wanted);
        Some(Effect::Read(self.wanted.clone()))
    }

    /// Answers to earlier questions are dropped.
    pub(super) fn take_answer(&mut self, answer: Answer) {
        if answer.generation != self.generation {
            return;
        }
        if let Some((_, reading)) = &mut self.reading {
            reading.take(answer, &self.picture);
            self.dirty = true;
        }
    }

    /// Asks anew for what is being read.
    fn read_again(&mut self) {
        self.generation += 1;
        match &mut self.reading {
            Some((_, Reading::Logs(logs))) => logs.restart(),
            Some((_, Reading::Events(events))) => events.restart(),
            Some((_, Reading::Object(_))) | None => {}
        }
    }

    /// The object that a row leads to, where that is not the row's own.
    pub(super) fn behind(&self, key: Key) -> Key {
        match (&key, self.reading()) {
            (Key::Event(id), Some(Reading::Events(events))) => {
                let about = events.about(id, &self.picture);
                about
                    .filter(|about| Some(about) != self.page_key().as_ref())
                    .unwrap_or(key)
            }
            (Key::Cause { .. }, _) => self.cause(&key).map_or(key, |cause| cause.subject),
            _ => key,
        }
    }

    fn page_key(&self) -> Option<Key> {
        self.view().subject.key().cloned()
    }

    /// The cause that a line of an answer belongs to.
    pub(super) fn cause(&self, key: &Key) -> Option<Cause> {
        let Key::Cause { group, cause, .. } = key else {
            return None;
        };
        let at = usize::try_from(*cause).ok()?.checked_sub(1)?;
        let found = why(&self.picture, group, self.now)?;
        found.causes.into_iter().nth(at)
    }

    pub(super) fn searched(&mut self) {
        let search = self.search();
        let mut found = true;
        if let Some((_, reading)) = &mut self.reading {
            reading.searched(&search);
            found = search.is_empty() || reading.finds_any(&search);
        }
        if !found {
            let words = self.view().filter.text().to_owned();
            self.say(format!("nothing is found by {words}"));
        }
        self.settle_reading();
    }

    /// Does what an action means in a long text; false where it means what it means elsewhere.
    pub(super) fn act_on_text(&mut self, action: Action) -> bool {
        if action == Action::Refresh && self.reading().is_some() {
            self.read_again();
            return true;
        }
        if !self.is_text() {
            return false;
        }
        let page = self.page_step();
        let Some((_, reading)) = &mut self.reading else {
            return false;
        };
        match action {
            Action::Down => reading.move_by(1),
            Action::Up => reading.move_by(-1),
            Action::PageDown => reading.move_by(page),
            Action::PageUp => reading.move_by(-page),
            Action::First => reading.move_by(isize::MIN),
            Action::Last => reading.move_by(isize::MAX),
            Action::Text(action) => self.text(action),
            _ => return false,
        }
        true
    }

    fn text(&mut self, action: TextAction) {
        let search = self.search();
        let Some((_, reading)) = &mut self.reading else {
            return;
        };
        match action {
            TextAction::NextMatch => reading.find(&search, true),
            TextAction::PreviousMatch => reading.find(&search, false),
            TextAction::Left => reading.shift(-SIDEWAYS),
            TextAction::Right => reading.shift(SIDEWAYS),
            TextAction::Wrap => self.look.wrap = !self.look.wrap,
            TextAction::Stamps => self.look.stamps = !self.look.stamps,
            _ => match reading {
                Reading::Object(document) => match action {
                    TextAction::Fold => document.fold(),
                    TextAction::Outer => document.fold_outer(),
                    TextAction::Open => document.open(),
                    TextAction::FoldAll => document.fold_all(),
                    _ => {}
                },
                Reading::Logs(logs) => {
                    if logs.act(action) {
                        self.read_again();
                    }
                }
                Reading::Events(_) => {}
            },
        }
        let look = self.look;
        if let Some((_, reading)) = &mut self.reading {
            reading.look_as(look);
        }
    }
}
