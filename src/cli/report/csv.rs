//! CSV as RFC 4180 has it: a header of the JSON's names, commas, quotes where needed.

use serde_json::Value;

use crate::cli::exit::printable;

use super::{Item, Subject, check, lag, snapshot, why};

/// A header and one line for each item; of lag, one for each partition.
pub(super) fn print(subject: &Subject, items: &[Item]) -> String {
    let (names, rows) = match subject {
        Subject::Check(_) => return print_columns(check::COLUMNS, items),
        Subject::Why(_) => (why::FLAT, why::flat(items)),
        Subject::Lag(_) => (lag::FLAT, lag::flat(items)),
        Subject::View(view) => (snapshot::keys(*view), items.to_vec()),
    };
    lines(names, &rows)
}

/// The same of items whose keys are those of these columns.
pub(super) fn print_columns(columns: &[(&str, &str)], items: &[Item]) -> String {
    let names: Vec<&str> = columns.iter().map(|(_, key)| *key).collect();
    lines(&names, items)
}

fn lines(names: &[&str], rows: &[Item]) -> String {
    let mut text = line(names.iter().map(|name| (*name).to_owned()));
    for row in rows {
        text += &line(names.iter().map(|name| cell(row.get(*name))));
    }
    text
}

/// Unknown is empty; a list is its parts with spaces between.
pub(super) fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null | Value::Object(_)) => String::new(),
        Some(Value::String(text)) => printable(text),
        Some(Value::Array(parts)) => {
            let parts: Vec<String> = parts.iter().map(|part| cell(Some(part))).collect();
            parts.join(" ")
        }
        Some(value) => value.to_string(),
    }
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let quoted: Vec<String> = cells
        .map(|cell| {
            if cell.contains([',', '"', '\n', '\r']) {
                format!("\"{}\"", cell.replace('"', "\"\""))
            } else {
                cell
            }
        })
        .collect();
    quoted.join(",") + "\n"
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let cells = [
            json!("a,b"),
            json!("say \"hi\""),
            json!(7),
            Value::Null,
            json!([1, 2]),
        ];
        let text = line(cells.iter().map(|value| cell(Some(value))));
        assert_eq!(text, "\"a,b\",\"say \"\"hi\"\"\",7,,1 2\n");
    }
}
