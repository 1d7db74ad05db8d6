//! Following changes until they are steady, and their panels.

use super::{App, Chord, Effect, KeyCode, Mode, Outcome, Task};

impl App {
    /// Looks at every change that is not over; those that have a verdict now are closed.
    pub(in crate::app) fn follow(&mut self) -> Vec<Effect> {
        let now = self.now;
        let mut closed = Vec::new();
        let mut notice = None;
        for of in self.acting.activities.iter_mut().filter(|of| of.is_open()) {
            let progress = of.watch.look(&self.picture, now);
            if let Some((outcome, verdict)) = &progress.verdict {
                of.entry.outcome = Some(outcome.clone());
                of.entry.verdict.clone_from(verdict);
                of.entry.ended = Some(now);
                closed.push((of.ticket, of.entry.clone()));
                notice = Some(format!("{}: {verdict}", of.entry.change));
            }
            self.dirty |= progress != of.progress;
            of.progress = progress;
        }
        if let Some(notice) = notice
            && !matches!(self.mode, Mode::Following { .. })
        {
            self.say(notice);
        }
        let close = closed.into_iter();
        close
            .flat_map(|(ticket, entry)| {
                let site = entry.site.clone();
                self.order(ticket, &site, Task::Close(entry))
            })
            .collect()
    }

    /// The user leaves: what is still followed gets its line now.
    pub(in crate::app) fn leave(&mut self) -> Vec<Effect> {
        let now = self.now;
        let mut closed = Vec::new();
        for of in self.acting.activities.iter_mut().filter(|of| of.is_open()) {
            of.entry.ended = Some(now);
            of.entry.outcome = Some(Outcome::Interrupted);
            of.entry.verdict =
                format!("the user left before it was steady; {}", of.entry.how_far());
            closed.push((of.ticket, of.entry.clone()));
        }
        let close = closed.into_iter();
        let mut effects: Vec<Effect> = close
            .flat_map(|(ticket, entry)| {
                let site = entry.site.clone();
                self.order(ticket, &site, Task::Close(entry))
            })
            .collect();
        effects.push(Effect::Quit);
        effects
    }

    pub(in crate::app) fn following_key(
        &mut self,
        chord: Chord,
        ticket: u64,
        top: usize,
    ) -> Vec<Effect> {
        match chord.code {
            KeyCode::Char('u') if !chord.ctrl => self.start_undo(Some(ticket)),
            KeyCode::Down | KeyCode::Char('j') => {
                self.mode = Mode::Following {
                    ticket,
                    top: top + 1,
                }
            }
            KeyCode::Up | KeyCode::Char('k') => {
                self.mode = Mode::Following {
                    ticket,
                    top: top.saturating_sub(1),
                };
            }
            KeyCode::Char('c') if chord.ctrl => return self.leave(),
            KeyCode::Esc | KeyCode::Enter | KeyCode::Char('q' | 'J') => {}
            _ => self.mode = Mode::Following { ticket, top },
        }
        Vec::new()
    }

    /// The list of changes: enter opens one.
    pub(in crate::app) fn journal_key(&mut self, chord: Chord, chosen: usize) -> Vec<Effect> {
        let last = self.acting.activities.len().saturating_sub(1);
        match chord.code {
            KeyCode::Down | KeyCode::Char('j') => {
                self.mode = Mode::Journal {
                    chosen: (chosen + 1).min(last),
                };
            }
            KeyCode::Up | KeyCode::Char('k') => {
                self.mode = Mode::Journal {
                    chosen: chosen.saturating_sub(1),
                };
            }
            KeyCode::Enter => {
                // The newest stands first.
                let at = last.checked_sub(chosen);
                if let Some(of) = at.and_then(|at| self.acting.activities.get(at)) {
                    self.mode = Mode::Following {
                        ticket: of.ticket,
                        top: 0,
                    };
                }
            }
            KeyCode::Char('u') if !chord.ctrl => {
                let at = last.checked_sub(chosen);
                let of = at.and_then(|at| self.acting.activities.get(at));
                let ticket = of.map(|of| of.ticket);
                self.start_undo(ticket);
            }
            KeyCode::Char('c') if chord.ctrl => return self.leave(),
            KeyCode::Esc | KeyCode::Char('q' | 'J') => {}
            _ => self.mode = Mode::Journal { chosen },
        }
        Vec::new()
    }

    /// What an earlier run left is noted in the journal once the user has seen it.
    pub(in crate::app) fn unfinished_key(&mut self, chord: Chord) -> Vec<Effect> {
        match chord.code {
            KeyCode::Enter => {
                let now = self.now;
                let entries = std::mem::take(&mut self.acting.unfinished);
                let mut effects = Vec::new();
                for (ticket, mut entry) in entries {
                    entry.outcome = Some(Outcome::Interrupted);
                    entry.verdict = format!("the program ended in the middle; {}", entry.how_far());
                    entry.ended = Some(now);
                    let site = entry.site.clone();
                    effects.extend(self.order(ticket, &site, Task::Close(entry)));
                }
                effects
            }
            KeyCode::Char('c') if chord.ctrl => self.leave(),
            KeyCode::Esc | KeyCode::Char('q') => Vec::new(),
            _ => {
                self.mode = Mode::Unfinished;
                Vec::new()
            }
        }
    }
}
