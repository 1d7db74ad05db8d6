//! Copying a name, a row, a cell or a command to the terminal's clipboard.

use std::collections::BTreeSet;

use crate::app::{
    App, COPIED, Chord, Copied, Effect, KeyCode, Mode, Notice, Page, RowRef,
    copy::{commands, name},
};

/// Cells side by side, as a table takes them.
fn row_of(cells: &[Copied]) -> String {
    let texts: Vec<&str> = cells.iter().map(|cell| cell.text.as_str()).collect();
    texts.join("\t")
}

impl App {
    /// What can be copied of what is under the cursor.
    pub(super) fn copies(&self) -> Vec<Copied> {
        let marked = self.marks_seen();
        if !marked.is_empty() {
            let names: Vec<String> = marked.iter().map(name).collect();
            return vec![
                Copied {
                    what: "marked names",
                    text: names.join("\n"),
                },
                Copied {
                    what: "marked rows",
                    text: self.marked_rows(),
                },
            ];
        }
        let mut all = Vec::new();
        let page = self.view().subject.key().cloned();
        if let Some(key) = self.selected().or(page) {
            if let Some(cause) = self.cause(&key) {
                let commands: BTreeSet<String> = cause
                    .proofs
                    .into_iter()
                    .filter_map(|proof| proof.command)
                    .collect();
                all.extend(commands.into_iter().map(|text| Copied {
                    what: "command",
                    text,
                }));
            }
            let text = name(&key);
            all.push(Copied { what: "name", text });
            let cluster = self.picture.site.kafka.cluster.as_ref();
            let cluster = cluster.map(|cluster| &cluster.value);
            let known = commands(&key, &self.picture.reach, cluster);
            let known = known.into_iter();
            all.extend(known.map(|text| Copied {
                what: "command",
                text,
            }));
        }
        let cells = self.cells();
        if !cells.is_empty() {
            let text = row_of(&cells);
            all.insert(all.len().min(1), Copied { what: "row", text });
        }
        all.extend(cells);
        all
    }

    /// The cells of the row under the cursor, as they are shown.
    fn cells(&self) -> Vec<Copied> {
        let cx = self.cx();
        let Some(page) = self.page(&cx, &self.view().subject) else {
            return Vec::new();
        };
        let line = self.cursor_line().and_then(|line| self.lines().line(line));
        self.cells_of(&page, line)
    }

    /// The marked rows that can be seen, one a line.
    fn marked_rows(&self) -> String {
        let cx = self.cx();
        let Some(page) = self.page(&cx, &self.view().subject) else {
            return String::new();
        };
        let lines = self.lines();
        let stops = (0..lines.stops()).filter_map(|stop| lines.line(lines.line_of(stop)?));
        let marked = stops.filter(|line| {
            let RowRef::Row(section, row) = line else {
                return false;
            };
            let of = page.sections.get(*section);
            of.is_some_and(|of| self.view().marks.contains(&of.list.key(*row)))
        });
        let rows: Vec<String> = marked
            .map(|line| row_of(&self.cells_of(&page, Some(line))))
            .collect();
        rows.join("\n")
    }

    fn cells_of(&self, page: &Page<'_>, line: Option<RowRef>) -> Vec<Copied> {
        let Some(RowRef::Row(section, row)) = line else {
            return Vec::new();
        };
        let Some(of) = page.sections.get(section) else {
            return Vec::new();
        };
        let columns = of.list.columns();
        let shown = self.columns(&self.view().subject, section, columns);
        let cells = shown.iter().filter_map(|at| {
            Some(Copied {
                what: columns.get(*at)?.title,
                text: of.list.cell(row, *at).text.into_owned(),
            })
        });
        cells.collect()
    }

    pub(super) fn start_copy(&mut self) {
        let choices = self.copies();
        if !choices.is_empty() {
            self.mode = Mode::Copy { choices, chosen: 0 };
        }
    }

    pub(super) fn copy_key(
        &mut self,
        chord: Chord,
        choices: Vec<Copied>,
        mut chosen: usize,
    ) -> Vec<Effect> {
        let last = choices.len().saturating_sub(1);
        match chord.code {
            KeyCode::Esc | KeyCode::Char('q' | 'Y') => return Vec::new(),
            KeyCode::Char('j') | KeyCode::Down => chosen = (chosen + 1).min(last),
            KeyCode::Char('k') | KeyCode::Up => chosen = chosen.saturating_sub(1),
            KeyCode::Char('g') | KeyCode::Home => chosen = 0,
            KeyCode::Char('G') | KeyCode::End => chosen = last,
            KeyCode::Enter => {
                let copied = choices.into_iter().nth(chosen);
                return copied.map_or_else(Vec::new, |copied| self.copy(copied));
            }
            _ => {}
        }
        self.mode = Mode::Copy { choices, chosen };
        Vec::new()
    }

    fn copy(&mut self, copied: Copied) -> Vec<Effect> {
        let bytes = copied.text.len();
        if bytes > COPIED {
            self.say(Notice::bad(format!(
                "{bytes} bytes are too many for a terminal's clipboard, which takes {COPIED}"
            )));
            return Vec::new();
        }
        let shown: String = copied.text.replace('\t', " ").replace('\n', ", ");
        self.say(Notice::new(format!("copied the {}: {shown}", copied.what)));
        vec![Effect::Copy(copied.text)]
    }
}
