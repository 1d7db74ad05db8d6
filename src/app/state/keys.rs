//! What a key does in each mode.

use crate::app::{
    App, Chord, Command, Effect, Filter, Input, KeyCode, Mode, View, action_for, candidates,
};

impl App {
    pub(super) fn key(&mut self, chord: Chord) -> Vec<Effect> {
        match std::mem::take(&mut self.mode) {
            Mode::Normal => match action_for(chord, |place| self.applies(place)) {
                Some(def) => self.act(def.action),
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
            Mode::Help { top } => {
                self.mode = match chord.code {
                    KeyCode::Down | KeyCode::Char('j' | ' ') | KeyCode::PageDown => {
                        Mode::Help { top: top + 1 }
                    }
                    KeyCode::Up | KeyCode::Char('k') | KeyCode::PageUp => Mode::Help {
                        top: top.saturating_sub(1),
                    },
                    _ => Mode::Normal,
                };
                let quit = chord
                    == Chord {
                        code: KeyCode::Char('c'),
                        ctrl: true,
                    };
                if quit { self.leave() } else { Vec::new() }
            }
        }
    }

    fn filter_key(&mut self, chord: Chord, mut input: Input, before: Filter) {
        match chord.code {
            KeyCode::Enter => {}
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

    fn goto_key(&mut self, chord: Chord, mut input: Input, mut chosen: usize) -> Vec<Effect> {
        let found = || candidates(&input.text, &self.picture, self.panes);
        match chord.code {
            KeyCode::Esc => return Vec::new(),
            KeyCode::Char('c') if chord.ctrl => return Vec::new(),
            KeyCode::Enter => {
                let known = found();
                let command = if input.text.trim() == "q" {
                    Some(Command::Quit)
                } else {
                    known.into_iter().nth(chosen).map(|(_, command)| command)
                };
                match command {
                    Some(Command::Pane(id)) => self.show(id),
                    Some(Command::Object(key)) => self.above.push(View::object(key)),
                    Some(Command::Quit) => return self.leave(),
                    // Nothing is called that: the line stays, so that it can be mended.
                    None => self.mode = Mode::Goto { input, chosen },
                }
                return Vec::new();
            }
            KeyCode::Down | KeyCode::Tab => {
                chosen = (chosen + 1).min(found().len().saturating_sub(1));
            }
            KeyCode::Up | KeyCode::BackTab => chosen = chosen.saturating_sub(1),
            _ => {
                if input.take(chord) {
                    chosen = 0;
                }
            }
        }
        self.mode = Mode::Goto { input, chosen };
        Vec::new()
    }
}
