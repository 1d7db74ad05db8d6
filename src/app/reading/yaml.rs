//! A value as lines of YAML, each knowing how far its block goes, so that it can be folded.

use std::fmt::Write;

use serde_json::Value;

use super::clean::clean;

/// A part of a line, by what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The key with its colon, and the dashes before it.
    Key,
    Text,
    /// Numbers, booleans, null.
    Literal,
    /// What was taken out.
    Masked,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocLine {
    /// Cells before the text.
    pub indent: usize,
    pub key: String,
    pub value: String,
    pub part: Part,
    /// The line after the last of its block; its own place plus one where it has none.
    pub end: usize,
    /// Keys and places from the top, joined by dots: the same block in another version of the document.
    pub path: String,
}

impl DocLine {
    /// As it is searched and shown.
    pub fn text(&self) -> String {
        let gap = if self.key.is_empty() || self.value.is_empty() {
            ""
        } else {
            " "
        };
        format!(
            "{:indent$}{}{gap}{}",
            "",
            self.key,
            self.value,
            indent = self.indent
        )
    }
}

/// What stands in place of what must not be shown.
pub const MASK: &str = "(masked)";

/// The lines of a document.
pub(super) fn lines(value: &Value) -> Vec<DocLine> {
    let mut lines = Vec::new();
    match value {
        Value::Object(_) | Value::Array(_) if !is_empty(value) => {
            block(&mut lines, value, 0, "", None);
        }
        scalar => leaf(&mut lines, 0, String::new(), scalar, ""),
    }
    lines
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => true,
    }
}

/// A map or a list that is not empty. `dash`: the dashes that stand before its first line.
fn block(lines: &mut Vec<DocLine>, value: &Value, indent: usize, path: &str, dash: Option<&str>) {
    let mut dash = dash.unwrap_or_default().to_owned();
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                let before = std::mem::take(&mut dash);
                // The dash takes the place of blanks.
                let at = indent - before.len();
                entry(
                    lines,
                    format!("{before}{}:", scalar(name)),
                    value,
                    at,
                    indent,
                    &format!("{path}.{name}"),
                );
            }
        }
        Value::Array(list) => {
            for (place, value) in list.iter().enumerate() {
                let before = std::mem::take(&mut dash);
                let at = indent - before.len();
                let path = format!("{path}.{place}");
                if is_empty(value) {
                    leaf(lines, at, format!("{before}-"), value, &path);
                } else {
                    let begin = lines.len();
                    block(
                        lines,
                        value,
                        indent + 2,
                        &path,
                        Some(&format!("{before}- ")),
                    );
                    let end = lines.len();
                    // A block of several lines can be folded at its dash, unless its first line is a block itself.
                    if let Some(first) = lines.get_mut(begin)
                        && first.end == begin + 1
                        && end > begin + 1
                    {
                        (first.end, first.path) = (end, path);
                    }
                }
            }
        }
        _ => {}
    }
}

fn entry(
    lines: &mut Vec<DocLine>,
    key: String,
    value: &Value,
    at: usize,
    indent: usize,
    path: &str,
) {
    if is_empty(value) {
        return leaf(lines, at, key, value, path);
    }
    let begin = lines.len();
    lines.push(DocLine {
        indent: at,
        key,
        value: String::new(),
        part: Part::Text,
        end: 0,
        path: path.to_owned(),
    });
    // Lists stand below their key, as kubectl prints them.
    let deeper = if value.is_array() { indent } else { indent + 2 };
    block(lines, value, deeper, path, None);
    let end = lines.len();
    if let Some(line) = lines.get_mut(begin) {
        line.end = end;
    }
}

fn leaf(lines: &mut Vec<DocLine>, indent: usize, key: String, value: &Value, path: &str) {
    let begin = lines.len();
    let mut more = Vec::new();
    let (text, part) = match value {
        Value::String(text) if text == MASK => (text.clone(), Part::Masked),
        Value::String(text) if is_long(text) => {
            let chomp = if text.ends_with('\n') { "" } else { "-" };
            let body = text.strip_suffix('\n').unwrap_or(text);
            more.extend(body.split('\n').map(clean));
            (format!("|{chomp}"), Part::Text)
        }
        Value::String(text) => (scalar(text), Part::Text),
        Value::Object(_) => ("{}".to_owned(), Part::Literal),
        Value::Array(_) => ("[]".to_owned(), Part::Literal),
        other => (other.to_string(), Part::Literal),
    };
    let end = begin + 1 + more.len();
    lines.push(DocLine {
        indent,
        key,
        value: text,
        part,
        end,
        path: path.to_owned(),
    });
    for (place, text) in more.into_iter().enumerate() {
        let indent = if text.is_empty() { 0 } else { indent + 2 };
        lines.push(DocLine {
            indent,
            key: String::new(),
            value: text,
            part: Part::Text,
            end: begin + 2 + place,
            path: format!("{path}.{place}"),
        });
    }
}

/// A text of several lines that can be written as it is.
fn is_long(text: &str) -> bool {
    let plain = |line: &str| !line.starts_with([' ', '\t']) && clean(line) == line;
    text.trim_end_matches('\n').contains('\n')
        && !text.ends_with("\n\n")
        && !text.starts_with('\n')
        && text.lines().next().is_some_and(plain)
        && text.lines().all(|line| clean(line) == line)
}

/// A text of one line, in quotes where it would be something else without.
fn scalar(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    // JSON's quotes are YAML's; what JSON leaves as it is but a terminal acts upon is written as its number.
    let quoted = Value::String(text.to_owned()).to_string();
    let mut out = String::with_capacity(quoted.len());
    for letter in quoted.chars() {
        let mut bytes = [0; 4];
        if clean(letter.encode_utf8(&mut bytes)).starts_with(letter) {
            out.push(letter);
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "\\u{:04x}", u32::from(letter));
        }
    }
    out
}

/// Whether a text means itself without quotes.
fn is_plain(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "nan",
    ];
    let first = text.chars().next();
    let like_number = text.bytes().any(|byte| byte.is_ascii_digit())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || b"+-._:xoTZ".contains(&byte));
    !text.is_empty()
        && text.trim() == text
        && clean(text) == text
        && !like_number
        && !WORDS.contains(&text.to_lowercase().as_str())
        && !matches!(text, "." | ".." | "..." | "---" | "-" | "=" | "<<")
        && !text.to_lowercase().starts_with(".inf")
        && !text.to_lowercase().starts_with(".nan")
        && !first.is_some_and(|first| "-?:,[]{}#&*!|>'\"%@`=<".contains(first))
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with(':')
        && text
            .chars()
            .all(|letter| !"\u{85}\u{a0}\u{feff}".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn text(value: &Value) -> String {
        let lines = lines(value);
        lines.iter().map(|line| line.text() + "\n").collect()
    }

    #[test]
    fn a_document_looks_as_kubectl_prints_it() {
        let value = json!({
            "kind": "Pod",
            "metadata": {"name": "a", "labels": {}, "annotations": {"k": "12", "t": "true", "e": ""}},
            "spec": {
                "containers": [
                    {"name": "app", "args": ["--x=1", "a: b"], "ports": [{"containerPort": 80}]},
                    {"name": "side", "script": "one\ntwo\n"},
                ],
                "nested": [[1, 2], []],
                "nothing": null,
            },
        });
        let wanted = "\
kind: Pod
metadata:
  name: a
  labels: {}
  annotations:
    k: \"12\"
    t: \"true\"
    e: \"\"
spec:
  containers:
  - name: app
    args:
    - --x=1
    - \"a: b\"
    ports:
    - containerPort: 80
  - name: side
    script: |
      one
      two
  nested:
  - - 1
    - 2
  - []
  nothing: null
";
        assert_eq!(
            text(&value),
            wanted.replace("    - --x=1", "    - \"--x=1\"")
        );
        let lines = lines(&value);
        let ends = |start: &str| {
            let at = lines
                .iter()
                .position(|line| line.text().trim_start().starts_with(start));
            let at = at.unwrap();
            lines[at].end - at
        };
        assert_eq!(ends("metadata:"), 7);
        assert_eq!(ends("- name: app"), 6);
        assert_eq!(ends("script:"), 3);
        assert_eq!(ends("name: a"), 1);
        assert_eq!(ends("spec:"), lines.len() - 8);
    }

    #[test]
    fn nothing_that_a_terminal_acts_upon_is_written() {
        let value = json!({"a\u{1b}[31m": "b\u{7}\u{202e}", "c": "x\u{1b}\ny"});
        let text = text(&value);
        assert!(text.is_ascii() && !text.contains('\u{1b}'), "{text:?}");
    }
}
