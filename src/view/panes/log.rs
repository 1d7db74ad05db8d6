//! Our own log, newest first.

use crate::{
    app::{Cell, Column, Cx, List, LogLevel, LogLine, Page, Pane, PaneId, Role, Section, SortKey},
    model::Key,
};

pub(super) static PANE: Log = Log;
pub(super) struct Log;

const COLUMNS: &[Column] = &[
    Column::left("TIME", 8),
    Column::left("LEVEL", 6),
    Column::left("TEXT", 30).flex(1),
    Column::left("MODULE", 24).drop(1),
];

struct Lines<'a> {
    cx: &'a Cx<'a>,
}

impl Lines<'_> {
    fn at(&self, row: usize) -> Option<(u64, &LogLine)> {
        self.cx.log.from_newest(row)
    }
}

/// The time of day, UTC.
fn clock(millis: i64) -> String {
    let second = millis.div_euclid(1_000).rem_euclid(86_400);
    format!(
        "{:02}:{:02}:{:02}",
        second / 3_600,
        second / 60 % 60,
        second % 60
    )
}

impl List for Lines<'_> {
    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn len(&self) -> usize {
        self.cx.log.len()
    }

    fn key(&self, row: usize) -> Key {
        Key::Log(self.at(row).map_or(0, |(number, _)| number))
    }

    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        let Some((_, line)) = self.at(row) else {
            return Cell::unknown();
        };
        match column {
            0 => Cell::dim(clock(line.at.0)),
            1 => {
                let role = match line.level {
                    LogLevel::Error => Role::Bad,
                    LogLevel::Warn => Role::Warn,
                    LogLevel::Info => Role::Text,
                    LogLevel::Debug | LogLevel::Trace => Role::Dim,
                };
                Cell::new(line.level.word(), role)
            }
            2 => Cell::text(line.text.as_str()),
            _ => Cell::dim(line.target.as_str()),
        }
    }

    fn sort_key(&self, row: usize, column: usize) -> SortKey<'_> {
        match (column, self.at(row)) {
            (0, Some((number, _))) => SortKey::Number(number as f64),
            (1, Some((_, line))) => SortKey::Number(f64::from(line.level as u8)),
            (_, Some(_)) => SortKey::Text(self.cell(row, column).text),
            (_, None) => SortKey::Unknown,
        }
    }
}

impl Pane for Log {
    fn id(&self) -> PaneId {
        PaneId::Log
    }

    fn title(&self) -> &'static str {
        "Log"
    }

    fn digit(&self) -> Option<char> {
        None
    }

    fn page<'a>(&self, cx: &'a Cx<'a>) -> Page<'a> {
        Page {
            title: "Log: times are UTC, the newest line is first".into(),
            facts: Vec::new(),
            sections: vec![Section {
                title: "".into(),
                list: Box::new(Lines { cx }),
                empty: "nothing has been logged".into(),
                sort: None,
            }],
        }
    }

    fn object<'a>(&self, _: &'a Cx<'a>, _: &Key) -> Option<Page<'a>> {
        None
    }
}
