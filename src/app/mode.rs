//! What keys mean now, and the line that is being typed.

use super::{Chooser, Chord, Copied, Dialog, Filter, KeyCode};

/// A line of text that is being typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input {
    pub text: String,
}

impl Input {
    /// Takes a key; false if it is none of the line's.
    pub(super) fn take(&mut self, chord: Chord) -> bool {
        match (chord.code, chord.ctrl) {
            (KeyCode::Char(letter), false) => self.text.push(letter),
            (KeyCode::Backspace, _) => drop(self.text.pop()),
            (KeyCode::Char('u'), true) => self.text.clear(),
            (KeyCode::Char('w'), true) => {
                let kept = self.text.trim_end().rfind(' ').map_or(0, |at| at + 1);
                self.text.truncate(kept);
            }
            _ => return false,
        }
        true
    }
}

/// What keys mean now.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Mode {
    #[default]
    Normal,
    /// The filter line is open; what stood there before comes back with Esc.
    Filter {
        input: Input,
        before: Filter,
    },
    Goto {
        input: Input,
        chosen: usize,
    },
    Help {
        top: usize,
    },
    /// The columns of a list are being chosen.
    Columns(Chooser),
    /// What of the row is to be copied.
    Copy {
        choices: Vec<Copied>,
        chosen: usize,
    },
    /// A change, from preview to confirmation.
    Dialog(Box<Dialog>),
    /// Whether to unlock the context; `then` goes on when it is.
    Unlock {
        then: Option<Box<Dialog>>,
        pressed: bool,
    },
    /// What became of one change.
    Following {
        ticket: u64,
        top: usize,
    },
    /// All changes of this session, the newest first.
    Journal {
        chosen: usize,
    },
    /// What an earlier run left in the middle.
    Unfinished,
}
