//! What a key does in each mode.

use crate::app::{
    Action, App, Candidate, Chord, Command, Effect, Filter, Input, KeyCode, Mode, Notice, Offer,
    candidates,
};

impl App {
    /// Whether a key may be about rows. One that only changes how they are ordered or filtered is not: rows that nobody
    /// will see in the old order need not be brought into it.
    pub(super) fn is_about_rows(&self, chord: Chord) -> bool {
        match &self.mode {
            Mode::Normal => !matches!(
                self.action_of(chord),
                Some(Action::SortNext | Action::SortPrevious | Action::SortReverse)
            ),
            Mode::Filter { .. } => chord.code == KeyCode::Enter,
            _ => true,
        }
    }

    /// What a key means on the page.
    fn action_of(&self, chord: Chord) -> Option<Action> {
        let def = self.options.prefs.keymap.find(chord, |def| self.takes(def));
        def.map(|def| def.action)
    }

    pub(super) fn key(&mut self, chord: Chord) -> Vec<Effect> {
        // Nobody answers what cannot be read.
        let hidden = self.is_too_small() && !matches!(self.mode, Mode::Normal);
        if hidden && chord.code != KeyCode::Esc && !chord.ctrl {
            return Vec::new();
        }
        match std::mem::take(&mut self.mode) {
            Mode::Normal => match self.action_of(chord) {
                Some(action) => self.act(action),
                None => Vec::new(),
            },
            Mode::Filter { input, before } => {
                self.filter_key(chord, input, before);
                Vec::new()
            }
            Mode::Goto { input, chosen } => self.goto_key(chord, input, chosen),
            Mode::Dialog(dialog) => self.dialog_key(chord, dialog),
            Mode::Unlock { then, pressed } => self.unlock_key(chord, then, pressed),
            Mode::Following { ticket, top } => self.following_key(chord, ticket, top),
            Mode::Journal { chosen } => self.journal_key(chord, chosen),
            Mode::Unfinished => self.unfinished_key(chord),
            Mode::Help { top } => self.help_key(chord, top),
            Mode::Columns(of) => self.columns_key(chord, of),
            Mode::Copy { choices, chosen } => self.copy_key(chord, choices, chosen),
        }
    }

    fn help_key(&mut self, chord: Chord, top: usize) -> Vec<Effect> {
        let shown = self.help_height();
        let last = self.help().len().saturating_sub(shown);
        let page = shown.saturating_sub(1).max(1);
        let top = match (chord.code, chord.ctrl) {
            (KeyCode::Char('c'), true) => return self.leave(),
            (KeyCode::Esc | KeyCode::Char('q' | '?') | KeyCode::F(1), _) => return Vec::new(),
            (KeyCode::Char('f'), true) | (KeyCode::Char(' ') | KeyCode::PageDown, _) => top + page,
            (KeyCode::Char('b'), true) | (KeyCode::PageUp, _) => top.saturating_sub(page),
            (KeyCode::Char('j') | KeyCode::Down, _) => top + 1,
            (KeyCode::Char('k') | KeyCode::Up, _) => top.saturating_sub(1),
            (KeyCode::Char('g') | KeyCode::Home, _) => 0,
            (KeyCode::Char('G') | KeyCode::End, _) => last,
            _ => top,
        };
        self.mode = Mode::Help { top: top.min(last) };
        Vec::new()
    }

    /// What was clicked in the layer on top.
    pub(super) fn choose(&mut self, place: usize) -> Vec<Effect> {
        match &mut self.mode {
            Mode::Goto { chosen, .. } | Mode::Copy { chosen, .. } => {
                *chosen = place;
                self.key(Chord::plain(KeyCode::Enter))
            }
            Mode::Columns(of) => {
                of.at = place;
                self.key(Chord::plain(KeyCode::Char(' ')))
            }
            _ => Vec::new(),
        }
    }

    fn filter_key(&mut self, chord: Chord, mut input: Input, before: Filter) {
        match chord.code {
            KeyCode::Enter => self.searched(),
            KeyCode::Esc => self.set_filter(before),
            KeyCode::Char('c') if chord.ctrl => self.set_filter(before),
            _ => {
                input.take(chord);
                self.set_filter(Filter::parse(&input.text));
                self.mode = Mode::Filter { input, before };
            }
        }
    }

    pub(super) fn set_filter(&mut self, filter: Filter) {
        self.view_mut().filter = filter;
    }

    /// What the `:` line may mean, best first.
    pub fn candidates(&self, text: &str) -> Vec<Candidate> {
        let offer = Offer {
            picture: &self.picture,
            panes: self.panes,
            applies: &|def| self.takes(def),
            themes: &self.options.prefs.themes,
            contexts: &self.options.prefs.contexts,
            keymap: &self.options.prefs.keymap,
        };
        candidates(text, &offer)
    }

    fn goto_key(&mut self, chord: Chord, mut input: Input, mut chosen: usize) -> Vec<Effect> {
        let last = |app: &App, input: &Input| app.candidates(&input.text).len().saturating_sub(1);
        match chord.code {
            KeyCode::Esc => return Vec::new(),
            KeyCode::Char('c') if chord.ctrl => return Vec::new(),
            KeyCode::Enter => {
                let found = self.candidates(&input.text).into_iter().nth(chosen);
                if let Some(found) = found {
                    return self.command(found.command);
                }
                // Nothing is called that: the line stays, so that it can be mended.
            }
            KeyCode::Down | KeyCode::Tab => chosen = (chosen + 1).min(last(self, &input)),
            KeyCode::Up | KeyCode::BackTab => chosen = chosen.saturating_sub(1),
            KeyCode::PageDown => chosen = (chosen + 10).min(last(self, &input)),
            KeyCode::PageUp => chosen = chosen.saturating_sub(10),
            _ => {
                if input.take(chord) {
                    chosen = 0;
                }
            }
        }
        self.mode = Mode::Goto { input, chosen };
        Vec::new()
    }

    /// Leaves this site for another, unless a change is still being followed here.
    fn switch(&mut self, context: String) -> Vec<Effect> {
        if self.options.prefs.reach.context.as_ref() == Some(&context) {
            self.say(format!("this is {context} already"));
            return Vec::new();
        }
        if let Some(open) = self.acting.open() {
            let change = open.entry.change.to_string();
            self.say(format!(
                "{change} is still being followed here: wait for its verdict, or quit"
            ));
            return Vec::new();
        }
        vec![Effect::Switch(context)]
    }

    /// Shows a theme, and says so; whoever shows it says it when it cannot be had.
    pub(super) fn show_theme(&mut self, name: String) -> Vec<Effect> {
        self.say(Notice::new(format!("theme {name}")));
        self.options.prefs.theme.clone_from(&name);
        vec![Effect::Theme(name)]
    }

    /// Goes where the `:` line says, or does what it says on what is under the cursor.
    fn command(&mut self, command: Command) -> Vec<Effect> {
        match command {
            Command::Pane(id) => self.navigate(|app| app.show(id)),
            Command::Object(key) => self.open(key),
            Command::Act(action) => return self.act(action),
            Command::Theme(name) => return self.show_theme(name),
            Command::Context(name) => return self.switch(name),
        }
        Vec::new()
    }
}
