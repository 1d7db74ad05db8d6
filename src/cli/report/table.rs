//! Tables for people: columns as wide as their widest cell, numbers to the right, a dash for what is not known.

use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use super::{Item, Subject, check, csv, lag, snapshot, why};

/// A column: its title, and the key of the item that it shows.
pub(super) type Column = (&'static str, &'static str);

/// The whole table, with its header.
pub(super) fn print(subject: &Subject, items: &[Item]) -> String {
    match subject {
        Subject::Why(_) => why::text(items),
        Subject::Check(_) => lay_out(check::COLUMNS, items),
        Subject::Lag(_) => lay_out(lag::COLUMNS, &lag::flat(items)),
        Subject::View(view) => lay_out(snapshot::columns(*view), items),
    }
}

pub(super) fn lay_out(columns: &[(&str, &str)], rows: &[Item]) -> String {
    let mut lines = vec![String::new(); rows.len() + 1];
    for (place, (title, key)) in columns.iter().enumerate() {
        let is_number = |row: &Item| matches!(row.get(*key), Some(Value::Number(_)));
        let right = rows.iter().any(is_number);
        let cells: Vec<String> = std::iter::once((*title).to_owned())
            .chain(rows.iter().map(|row| cell(row.get(*key))))
            .collect();
        let width = cells.iter().map(|cell| cell.width()).max().unwrap_or(0);
        let gap = if place == 0 { "" } else { "  " };
        for (line, cell) in lines.iter_mut().zip(&cells) {
            let pad = " ".repeat(width.saturating_sub(cell.width()));
            let (before, after) = if right { (&*pad, "") } else { ("", &*pad) };
            for part in [gap, before, cell, after] {
                line.push_str(part);
            }
        }
    }
    let mut text = String::new();
    for line in &lines {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// What is not known is a dash; a list that is known to be empty is a word.
fn cell(value: Option<&Value>) -> String {
    if matches!(value, Some(Value::Array(parts)) if parts.is_empty()) {
        return "none".to_owned();
    }
    let text = csv::cell(value);
    if text.is_empty() {
        "-".to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::cli::report::json::item;

    use super::*;

    #[test]
    fn columns_are_as_wide_as_they_must_be_and_numbers_stand_right() {
        let rows = [
            item(json!({"name": "naïve", "lag": 12})),
            item(json!({"name": "b", "lag": null})),
            item(json!({"name": "c", "lag": 1_000_000})),
        ];
        let text = lay_out(&[("NAME", "name"), ("LAG", "lag")], &rows);
        assert_eq!(
            text,
            "NAME       LAG\nnaïve       12\nb            -\nc      1000000\n"
        );
    }
}
