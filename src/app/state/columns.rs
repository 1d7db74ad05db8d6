//! The chooser of columns.

use crate::app::{App, Chord, Column, Effect, KeyCode, ListName, Mode, Subject};

/// The columns of one list while they are being chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chooser {
    /// Which list of the page.
    pub section: usize,
    /// The line under the cursor.
    pub at: usize,
    /// All columns in their order, and whether they are shown.
    pub columns: Vec<(&'static str, bool)>,
    before: Option<Vec<String>>,
}

impl App {
    /// The places of the columns of a list that the user wants to see, in order.
    pub fn columns(&self, subject: &Subject, section: usize, columns: &[Column]) -> Vec<usize> {
        let name = ListName::of(subject, section);
        self.options.prefs.columns.order(&name, columns)
    }

    /// Opens the chooser for the list under the cursor.
    pub(super) fn choose_columns(&mut self) {
        let Some((section, columns)) = self.sorted_columns() else {
            return;
        };
        let shown = self.columns(&self.view().subject, section, columns);
        let hidden = (0..columns.len()).filter(|at| !shown.contains(at));
        let all = shown.iter().map(|at| (*at, true));
        let all = all.chain(hidden.map(|at| (at, false)));
        let titles = all.filter_map(|(at, on)| Some((columns.get(at)?.title, on)));
        let chooser = Chooser {
            section,
            at: 0,
            columns: titles.collect(),
            before: (shown.len() < columns.len() || !shown.is_sorted())
                .then(|| titles_of(&shown, columns)),
        };
        self.mode = Mode::Columns(chooser);
    }

    pub(super) fn columns_key(&mut self, chord: Chord, mut of: Chooser) -> Vec<Effect> {
        let last = of.columns.len().saturating_sub(1);
        match chord.code {
            KeyCode::Enter | KeyCode::Char('C' | 'q') => return Vec::new(),
            KeyCode::Esc => {
                self.apply(of.section, of.before);
                return Vec::new();
            }
            KeyCode::Char('j') | KeyCode::Down => of.at = (of.at + 1).min(last),
            KeyCode::Char('k') | KeyCode::Up => of.at = of.at.saturating_sub(1),
            KeyCode::Char(' ') => {
                let shown = of.columns.iter().filter(|(_, on)| *on).count();
                if let Some((_, on)) = of.columns.get_mut(of.at)
                    && (!*on || shown > 1)
                {
                    *on = !*on;
                }
            }
            KeyCode::Char('J') | KeyCode::ShiftDown if of.at < last => {
                of.columns.swap(of.at, of.at + 1);
                of.at += 1;
            }
            KeyCode::Char('K') | KeyCode::ShiftUp if of.at > 0 => {
                of.columns.swap(of.at, of.at - 1);
                of.at -= 1;
            }
            KeyCode::Char('r') => {
                self.apply(of.section, None);
                self.choose_columns();
                return Vec::new();
            }
            _ => {}
        }
        let shown = of.columns.iter().filter(|(_, on)| *on);
        let titles = shown.map(|(title, _)| (*title).to_owned()).collect();
        self.apply(of.section, Some(titles));
        self.mode = Mode::Columns(of);
        Vec::new()
    }

    fn apply(&mut self, section: usize, titles: Option<Vec<String>>) {
        let name = ListName::of(&self.view().subject, section);
        let columns = &mut self.options.prefs.columns;
        match titles {
            Some(titles) => columns.choose(name, titles),
            None => columns.forget(&name),
        }
    }
}

fn titles_of(places: &[usize], columns: &[Column]) -> Vec<String> {
    let columns = places.iter().filter_map(|at| columns.get(*at));
    columns.map(|column| column.title.to_owned()).collect()
}
