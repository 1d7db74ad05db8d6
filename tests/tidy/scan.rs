//! Rust source as words and comments: enough to find paths, calls and macros without being misled by strings.

/// A word or a sign of the source, and its line from 1. Strings and characters are `""`, `::` is one sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) line: usize,
}

impl Token {
    fn is_word(&self) -> bool {
        let first = self.text.chars().next();
        first.is_some_and(|letter| letter.is_alphabetic() || letter == '_')
    }
}

/// A path as it was written, `use a::{b, c}` being two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Used {
    pub(crate) path: Vec<String>,
    pub(crate) line: usize,
}

/// A source file.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    pub(crate) tokens: Vec<Token>,
    /// Comments that are no documentation, without their slashes.
    pub(crate) comments: Vec<(usize, String)>,
}

/// Reads a source file.
pub(crate) fn scan(text: &str) -> Scan {
    let letters: Vec<char> = text.chars().collect();
    let mut scan = Scan::default();
    let (mut at, mut line) = (0, 1);
    let is = |at: usize, letter: char| letters.get(at) == Some(&letter);
    while let Some(&letter) = letters.get(at) {
        let start = at;
        let mut word = None;
        if letter == '/' && is(at + 1, '/') {
            at = until(&letters, at, |at| is(at, '\n'));
            let comment: String = letters[start + 2..at].iter().collect();
            if !comment.starts_with(['/', '!']) {
                scan.comments.push((line, comment.trim().to_owned()));
            }
        } else if letter == '/' && is(at + 1, '*') {
            at = until(&letters, at + 2, |at| is(at, '*') && is(at + 1, '/')) + 2;
            let end = at.min(letters.len());
            let comment: String = letters[start + 2..end].iter().collect();
            let comment = comment.trim_end_matches(['*', '/']).trim();
            scan.comments.push((line, comment.to_owned()));
        } else if let Some(end) = end_of_string(&letters, at) {
            at = end;
            word = Some("\"\"".to_owned());
        } else if letter.is_alphanumeric() || letter == '_' {
            at = until(&letters, at, |at| {
                letters
                    .get(at)
                    .is_none_or(|l| !l.is_alphanumeric() && *l != '_')
            });
            word = Some(letters[start..at].iter().collect());
        } else if letter == ':' && is(at + 1, ':') {
            at += 2;
            word = Some("::".to_owned());
        } else {
            at += 1;
            word = (!letter.is_whitespace()).then(|| letter.to_string());
        }
        at = at.min(letters.len());
        scan.tokens.extend(word.map(|text| Token { text, line }));
        line += letters[start..at].iter().filter(|l| **l == '\n').count();
    }
    scan
}

fn until(letters: &[char], from: usize, stop: impl Fn(usize) -> bool) -> usize {
    (from..letters.len())
        .find(|at| stop(*at))
        .unwrap_or(letters.len())
}

/// The end of the string or character that begins here; None where none does.
fn end_of_string(letters: &[char], at: usize) -> Option<usize> {
    let is = |at: usize, letter: char| letters.get(at) == Some(&letter);
    let mut quote = at;
    if is(quote, 'b') || is(quote, 'c') {
        quote += 1;
    }
    let raw = is(quote, 'r');
    if raw {
        quote += 1;
        let marks = letters[quote..].iter().take_while(|l| **l == '#').count();
        quote += marks;
        let closes = |at: usize| is(at, '"') && (1..=marks).all(|n| is(at + n, '#'));
        return is(quote, '"').then(|| until(letters, quote + 1, closes) + 1 + marks);
    }
    let escaped_end = |mark: char| {
        let mut at = quote + 1;
        while at < letters.len() && !is(at, mark) {
            at += if is(at, '\\') { 2 } else { 1 };
        }
        at + 1
    };
    if is(quote, '"') {
        return Some(escaped_end('"'));
    }
    // What has no closing mark two letters on is a lifetime.
    let character = is(quote, '\'') && (is(quote + 1, '\\') || is(quote + 2, '\''));
    character.then(|| escaped_end('\''))
}

/// The words without those of items that only tests are built with.
pub(crate) fn without_tests(tokens: &[Token]) -> Vec<Token> {
    const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let here = tokens[at..]
            .iter()
            .take(MARK.len())
            .map(|t| t.text.as_str());
        if !here.eq(MARK) {
            kept.push(tokens[at].clone());
            at += 1;
            continue;
        }
        at += MARK.len();
        let mut depth = 0;
        while at < tokens.len() {
            match tokens[at].text.as_str() {
                "{" => depth += 1,
                "}" => depth -= 1,
                _ => {}
            }
            at += 1;
            if depth == 0 && matches!(tokens[at - 1].text.as_str(), "}" | ";") {
                break;
            }
        }
    }
    kept
}

/// All paths in the words; a word alone is a path too.
pub(crate) fn paths(tokens: &[Token]) -> Vec<Used> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at].is_word() {
            at = tree(tokens, at, &[], &mut found);
        } else {
            at += 1;
        }
    }
    found
}

/// Reads one path, or the tree of paths of a `use`; returns where it ends.
fn tree(tokens: &[Token], mut at: usize, prefix: &[String], found: &mut Vec<Used>) -> usize {
    let mut path = prefix.to_vec();
    let line = tokens[at].line;
    let is = |at: usize, text: &str| tokens.get(at).is_some_and(|token| token.text == text);
    loop {
        path.push(tokens[at].text.clone());
        at += 1;
        if !is(at, "::") {
            break;
        }
        if is(at + 1, "{") {
            at += 2;
            while at < tokens.len() && !is(at, "}") {
                at = if tokens[at].is_word() && !is(at, "as") {
                    tree(tokens, at, &path, found)
                } else {
                    at + 1 + usize::from(is(at, "as"))
                };
            }
            return at + 1;
        }
        if !tokens.get(at + 1).is_some_and(Token::is_word) {
            break;
        }
        at += 1;
    }
    found.push(Used { path, line });
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(text: &str) -> Vec<String> {
        let paths = paths(&without_tests(&scan(text).tokens));
        paths.iter().map(|used| used.path.join("::")).collect()
    }

    #[test]
    fn trees_are_taken_apart_and_strings_are_no_code() {
        let text = "use crate::{a::{B, c as d}, e::*};\nlet x = \"crate::f\"; let y = r#\"g\"#; let z = '\"'; h::i();";
        let all = used(text);
        for path in ["crate::a::B", "crate::a::c", "crate::e", "h::i"] {
            assert!(all.iter().any(|used| used == path), "{path} in {all:?}");
        }
        assert!(
            !all.iter()
                .any(|used| used.contains('f') && used.contains("::f") || used == "g")
        );
    }

    #[test]
    fn tests_are_cut_out_and_lines_are_counted() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n  fn b() { c() }\n}\nfn d<'a>(x: &'a str) {}\n// e;\n";
        assert_eq!(used(text), ["fn", "a", "fn", "d", "a", "x", "a", "str"]);
        let scan = scan(text);
        assert_eq!(scan.comments, [(7, "e;".to_owned())]);
        assert_eq!(scan.tokens.last().unwrap().line, 6);
    }

    #[test]
    fn a_string_of_several_lines_counts_them() {
        let scan = scan("let a = \"one\n two \\\" three\";\nb");
        assert_eq!(scan.tokens.last().unwrap().line, 3);
        assert_eq!(scan.tokens.last().unwrap().text, "b");
    }
}
