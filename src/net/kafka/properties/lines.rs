//! The syntax of Java's properties: comments, continuations, separators, escapes.
use std::collections::BTreeMap;

/// One value, and the line (from 1) on which its key stands.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) line: usize,
    pub(super) value: String,
}

/// All entries; of a key that is set twice the last one counts, as in Java.
pub(super) fn parse(text: &str) -> BTreeMap<String, Entry> {
    let mut entries = BTreeMap::new();
    let mut lines = text
        .split('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line))
        .enumerate();
    while let Some((at, first)) = lines.next() {
        let first = first.trim_start_matches(blank);
        if first.is_empty() || first.starts_with(['#', '!']) {
            continue;
        }
        let mut logical = first.to_owned();
        while continues(&logical) {
            logical.pop();
            let Some((_, next)) = lines.next() else { break };
            logical.push_str(next.trim_start_matches(blank));
        }
        let (key, value) = split(&logical);
        entries.insert(
            key,
            Entry {
                line: at + 1,
                value,
            },
        );
    }
    entries
}

fn blank(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\u{c}')
}

/// An odd number of backslashes at the end; an even number stands for themselves.
fn continues(line: &str) -> bool {
    line.chars()
        .rev()
        .take_while(|letter| *letter == '\\')
        .count()
        % 2
        == 1
}

/// The key ends at the first `=`, `:` or blank that is not escaped; blanks and one `=` or `:` go before the value.
fn split(line: &str) -> (String, String) {
    let mut letters = line.chars().peekable();
    let mut key = String::new();
    while let Some(letter) =
        letters.next_if(|letter| !blank(*letter) && !matches!(letter, '=' | ':'))
    {
        unescape(letter, &mut letters, &mut key);
    }
    while letters.next_if(|letter| blank(*letter)).is_some() {}
    if letters
        .next_if(|letter| matches!(letter, '=' | ':'))
        .is_some()
    {
        while letters.next_if(|letter| blank(*letter)).is_some() {}
    }
    let mut value = String::new();
    while let Some(letter) = letters.next() {
        unescape(letter, &mut letters, &mut value);
    }
    (key, value)
}

/// Adds one letter, or what a backslash and the letters after it stand for.
fn unescape(letter: char, rest: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) {
    if letter != '\\' {
        out.push(letter);
        return;
    }
    match rest.next() {
        Some('t') => out.push('\t'),
        Some('n') => out.push('\n'),
        Some('r') => out.push('\r'),
        Some('f') => out.push('\u{c}'),
        Some('u') => {
            let mut code: u32 = 0;
            for _ in 0..4 {
                let Some(digit) = rest.next_if(char::is_ascii_hexdigit) else {
                    break;
                };
                code = code * 16 + digit.to_digit(16).unwrap_or(0);
            }
            out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        Some(other) => out.push(other),
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(text: &str, key: &str) -> Option<String> {
        parse(text).remove(key).map(|entry| entry.value)
    }

    #[test]
    fn separators_are_equals_colon_and_blank() {
        for line in ["k=v", "k:v", "k v", "k = v", "k\t:\tv", "  k   v", "k=v\r"] {
            assert_eq!(get(line, "k").as_deref(), Some("v"), "{line:?}");
        }
        assert_eq!(get("k==v", "k").as_deref(), Some("=v"));
        assert_eq!(get("k", "k").as_deref(), Some(""));
        assert_eq!(get("k = v \t", "k").as_deref(), Some("v \t"));
    }

    #[test]
    fn comments_and_empty_lines_are_passed_over() {
        let entries = parse("# a=1\n  ! b=2\n\n \t\nc=3 # no comment here");
        assert_eq!(entries.len(), 1);
        assert_eq!(entries["c"].value, "3 # no comment here");
        assert_eq!(entries["c"].line, 5);
    }

    #[test]
    fn continuations_join_and_lines_are_counted() {
        let entries = parse("a=1\\\n   2\\\n3\nb=4\\\\\nc=5\\");
        assert_eq!(entries["a"].value, "123");
        assert_eq!(entries["b"].value, "4\\");
        assert_eq!((entries["b"].line, entries["c"].line), (4, 5));
        assert_eq!(entries["c"].value, "5");
    }

    #[test]
    fn escapes_in_keys_and_values() {
        assert_eq!(get("a\\=b\\ c=1", "a=b c").as_deref(), Some("1"));
        assert_eq!(
            get(r"k=a\tb\nc\u00e9\:\q", "k").as_deref(),
            Some("a\tb\ncé:q")
        );
        assert_eq!(get(r"k=\u00", "k").as_deref(), Some("\0"));
        assert_eq!(get(r"k=\ud800", "k").as_deref(), Some("\u{FFFD}"));
    }

    #[test]
    fn the_last_of_two_counts() {
        assert_eq!(get("k=1\nk=2", "k").as_deref(), Some("2"));
    }
}
