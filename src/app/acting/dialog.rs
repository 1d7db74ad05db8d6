//! The dialog from preview to confirmation.

use crate::{
    insight::Picture,
    model::{Key, Name, Site, Time, WorkloadId},
    plan::{self, Plan, Scope, scale_target},
};

use super::{App, Chord, Effect, KeyCode, Mode};
use crate::app::Input;

/// Digits of a count that can be typed.
const DIGITS: usize = 5;

/// What the user wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// To scale what runs this object; `to` where it is known already.
    Scale {
        from: Key,
        to: Option<u32>,
    },
    Elect {
        scopes: Vec<Scope>,
    },
    Probe {
        topic: Name,
    },
}

/// How far the dialog has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The plan, changing with what is typed.
    Preview,
    /// The servers are asked what they would say.
    Trying,
    /// All is known: cancel, or do it.
    Confirm,
    /// All is known, and nothing can be done in this mode.
    ReadOnly,
}

/// One dialog.
#[derive(Clone, Debug, PartialEq)]
pub struct Dialog {
    pub wish: Wish,
    /// The count, while it is typed.
    pub input: Option<Input>,
    pub plan: Result<Plan, String>,
    pub step: Step,
    /// The button that Enter presses is the one that does it; at first it is Cancel.
    pub pressed: bool,
    /// The name that must be typed where the context is marked as production.
    pub typed: Input,
    /// What the servers said has been on the screen.
    pub(super) seen: bool,
    /// The first line shown.
    pub top: usize,
    pub(super) ticket: u64,
    /// Fixed when the dialog opened.
    pub site: Name,
    pub undo_of: Option<Time>,
    workload: Option<WorkloadId>,
}

impl Dialog {
    pub(super) fn new(wish: Wish, site: Name, ticket: u64, undo_of: Option<Time>) -> Self {
        let input = match &wish {
            Wish::Scale { to, .. } => Some(Input {
                text: to.map_or_else(String::new, |to| to.to_string()),
            }),
            _ => None,
        };
        Dialog {
            wish,
            input,
            plan: Err(String::new()),
            step: Step::Preview,
            pressed: false,
            typed: Input::default(),
            seen: false,
            top: 0,
            ticket,
            site,
            undo_of,
            workload: None,
        }
    }

    /// The words over it.
    pub fn title(&self) -> String {
        match (&self.wish, &self.workload) {
            (Wish::Scale { .. }, Some(id)) => {
                format!("scale {} {}/{}", id.kind, id.namespace, id.name)
            }
            (Wish::Scale { from, .. }, None) => format!("scale {from}"),
            (Wish::Elect { .. }, _) => "preferred leader election".to_owned(),
            (Wish::Probe { topic }, _) => format!("probe topic {topic}"),
        }
    }

    /// The count now, from which the typing starts.
    pub fn current(&self, site: &Site) -> Option<u32> {
        site.workload(self.workload.as_ref()?)
            .map(|row| row.desired)
    }

    fn count(&self) -> Option<u32> {
        self.input.as_ref()?.text.parse().ok()
    }

    /// Makes the plan anew, from the picture as it is now.
    pub(super) fn replan(&mut self, picture: &Picture) {
        self.plan = match &self.wish {
            Wish::Scale { from, .. } => match scale_target(picture, from) {
                Ok(workload) => {
                    let current = picture
                        .site
                        .workload(&workload)
                        .map_or(0, |row| row.desired);
                    let count = self.count();
                    let mut plan = plan::scale(picture, &workload, count.unwrap_or(current));
                    self.workload = Some(workload);
                    if let (None, Ok(plan)) = (count, &mut plan) {
                        plan.ask_for_count();
                    }
                    plan
                }
                Err(why) => Err(why),
            },
            Wish::Elect { scopes } => plan::elect(picture, scopes),
            Wish::Probe { topic } => plan::probe(picture, topic),
        };
    }

    /// Takes a key of the count; whether it was one.
    fn take_count(&mut self, chord: Chord, site: &Site) -> bool {
        let start = self.count().or_else(|| self.current(site)).unwrap_or(0);
        let Some(input) = &mut self.input else {
            return false;
        };
        match chord.code {
            KeyCode::Char(letter) if letter.is_ascii_digit() && !chord.ctrl => {
                if input.text.len() < DIGITS {
                    input.text.push(letter);
                }
                true
            }
            KeyCode::Up | KeyCode::Char('+' | 'k') => {
                input.text = start.saturating_add(1).min(99_999).to_string();
                true
            }
            KeyCode::Down | KeyCode::Char('-' | 'j') => {
                input.text = start.saturating_sub(1).to_string();
                true
            }
            KeyCode::Backspace => {
                input.text.pop();
                true
            }
            KeyCode::Char('u') if chord.ctrl => {
                input.text.clear();
                true
            }
            _ => false,
        }
    }

    /// It was drawn as it is.
    pub(in crate::app) fn was_drawn(&mut self) {
        self.seen = self.step == Step::Confirm;
    }

    fn scroll(&mut self, by: isize) {
        self.top = self.top.saturating_add_signed(by);
    }
}

impl App {
    pub(in crate::app) fn dialog_key(
        &mut self,
        chord: Chord,
        mut dialog: Box<Dialog>,
    ) -> Vec<Effect> {
        if chord.ctrl && chord.code == KeyCode::Char('c') {
            return Vec::new();
        }
        match chord.code {
            KeyCode::Esc => return Vec::new(),
            KeyCode::PageDown => dialog.scroll(5),
            KeyCode::PageUp => dialog.scroll(-5),
            _ => return self.step_key(chord, dialog),
        }
        self.mode = Mode::Dialog(dialog);
        Vec::new()
    }

    fn step_key(&mut self, chord: Chord, mut dialog: Box<Dialog>) -> Vec<Effect> {
        match dialog.step {
            Step::Preview => return self.preview_key(chord, dialog),
            Step::Trying => {}
            Step::ReadOnly => {
                if matches!(chord.code, KeyCode::Enter | KeyCode::Char('q')) {
                    return Vec::new();
                }
            }
            Step::Confirm => return self.confirm_key(chord, dialog),
        }
        scroll_key(&mut dialog, chord);
        self.mode = Mode::Dialog(dialog);
        Vec::new()
    }

    fn preview_key(&mut self, chord: Chord, mut dialog: Box<Dialog>) -> Vec<Effect> {
        if dialog.take_count(chord, &self.picture.site) {
            dialog.replan(&self.picture);
        } else if chord.code == KeyCode::Enter {
            // What is confirmed must be of now, not of when the dialog opened.
            dialog.replan(&self.picture);
            let may = dialog
                .plan
                .as_ref()
                .is_ok_and(|plan| plan.refusal().is_none());
            if may && self.options.read_only {
                dialog.step = Step::ReadOnly;
            } else if may && self.acting.unlocked_until(self.now).is_none() {
                self.mode = Mode::Unlock {
                    then: Some(dialog),
                    pressed: false,
                };
                return Vec::new();
            } else if may {
                return self.try_out(dialog);
            }
        } else if chord.code == KeyCode::Char('q') {
            return Vec::new();
        } else {
            scroll_key(&mut dialog, chord);
        }
        self.mode = Mode::Dialog(dialog);
        Vec::new()
    }

    fn confirm_key(&mut self, chord: Chord, mut dialog: Box<Dialog>) -> Vec<Effect> {
        let Ok(plan) = &dialog.plan else {
            return Vec::new();
        };
        // A key that was pressed before the answer was there is not about it.
        if !dialog.seen {
            self.mode = Mode::Dialog(dialog);
            return Vec::new();
        }
        if plan.refusal().is_some() {
            if chord.code == KeyCode::Enter {
                return Vec::new();
            }
            scroll_key(&mut dialog, chord);
            self.mode = Mode::Dialog(dialog);
            return Vec::new();
        }
        if self.options.production {
            let named = dialog.typed.text == plan.change.name();
            if chord.code == KeyCode::Enter && named {
                return self.carry_out(*dialog);
            }
            dialog.typed.take(chord);
        } else {
            match chord.code {
                KeyCode::Char('y') if !chord.ctrl => return self.carry_out(*dialog),
                KeyCode::Enter if dialog.pressed => return self.carry_out(*dialog),
                KeyCode::Enter | KeyCode::Char('n' | 'q') => return Vec::new(),
                KeyCode::Left
                | KeyCode::Right
                | KeyCode::Tab
                | KeyCode::BackTab
                | KeyCode::Char('h' | 'l') => {
                    dialog.pressed = !dialog.pressed;
                }
                _ => scroll_key(&mut dialog, chord),
            }
        }
        self.mode = Mode::Dialog(dialog);
        Vec::new()
    }
}

fn scroll_key(dialog: &mut Dialog, chord: Chord) {
    match chord.code {
        KeyCode::Down | KeyCode::Char('j') => dialog.scroll(1),
        KeyCode::Up | KeyCode::Char('k') => dialog.scroll(-1),
        _ => {}
    }
}
