//! The filter: words that must stand in a row, `!not`, `key:value`, `~regex`, and numbers of columns such as `lag>1.2k`.
//!
//! A filter is read as text once, and bound to the columns of each list that it is used on. What is wrong in it is said in
//! words and filters nothing away: one who is still typing sees all rows, not none.

mod quantity;

use memchr::memmem::Finder;
use regex::{Regex, RegexBuilder};

use super::{Align, Column, List, SortKey};

pub use quantity::Unit;

/// Memory that one pattern may take.
const PATTERN: usize = 1 << 20;
/// The grammar of a search in a long text, in one line.
pub const SEARCH: &str = "words !not ~regex";
/// The whole grammar in one line.
pub const GRAMMAR: &str = "words !not key:value ~regex lag>1k age<2h";

/// What one term asks for.
#[derive(Clone, Debug)]
enum What {
    Word(String),
    Pattern(Regex),
    /// A column holds a text.
    Holds {
        key: String,
        text: Matcher,
    },
    /// A column's number.
    Compare {
        key: String,
        op: Op,
        value: String,
    },
    Wrong(String),
}

#[derive(Clone, Debug)]
enum Matcher {
    Part(String),
    Whole(String),
    Pattern(Regex),
}

impl Matcher {
    fn matches(&self, text: &str) -> bool {
        match self {
            Matcher::Part(part) => text.to_lowercase().contains(part),
            Matcher::Whole(whole) => text.to_lowercase() == *whole,
            Matcher::Pattern(pattern) => pattern.is_match(text),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    More,
    Less,
    AtLeast,
    AtMost,
    Equal,
}

impl Op {
    fn holds(self, have: f64, want: f64) -> bool {
        match self {
            Op::More => have > want,
            Op::Less => have < want,
            Op::AtLeast => have >= want,
            Op::AtMost => have <= want,
            Op::Equal => (have - want).abs() < 1e-9,
        }
    }
}

#[derive(Clone, Debug)]
struct Term {
    not: bool,
    what: What,
}

/// A filter as it was typed. Case does not matter.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    text: String,
    terms: Vec<Term>,
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Filter {}

impl Filter {
    pub fn parse(text: &str) -> Self {
        Filter {
            text: text.trim().to_owned(),
            terms: words(text).iter().filter_map(term).collect(),
        }
    }

    /// As the user wrote it.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The filter on one list's columns.
    pub fn bind<'f>(&'f self, columns: &[Column]) -> Bound<'f> {
        let mut bound = Bound::default();
        for term in &self.terms {
            match bind(&term.what, columns) {
                Ok(test) => bound.tests.push((term.not, test)),
                Err(why) => bound.faults.push(why),
            }
        }
        // What looks at one column costs less than what looks at all of them.
        bound
            .tests
            .sort_by_key(|(_, test)| matches!(test, Test::Word(_) | Test::Pattern(_)));
        bound
    }

    /// What is wrong with it on a page of these lists: a term that none of them can make sense of.
    pub fn fault<'c>(
        &self,
        lists: &(impl Iterator<Item = &'c [Column]> + Clone),
    ) -> Option<String> {
        self.terms.iter().find_map(|term| {
            let mut whys = lists.clone().map(|columns| bind(&term.what, columns).err());
            let first = whys.next()??;
            whys.all(|why| why.is_some()).then_some(first)
        })
    }
}

/// A word as it was typed; letters in quotes stand for themselves, blanks and signs too.
#[derive(Debug, Default)]
struct Word {
    text: String,
    /// Bytes at the beginning that may be signs: those before the first quote.
    plain: usize,
    quoted: bool,
}

fn words(text: &str) -> Vec<Word> {
    let mut all = vec![Word::default()];
    let mut quoted = false;
    for letter in text.chars() {
        let Some(last) = all.last_mut() else { break };
        match letter {
            '"' => {
                quoted = !quoted;
                if !last.quoted {
                    last.plain = last.text.len();
                }
                last.quoted = true;
            }
            blank if blank.is_whitespace() && !quoted => all.push(Word::default()),
            letter => last.text.push(letter),
        }
    }
    for word in all.iter_mut().filter(|word| !word.quoted) {
        word.plain = word.text.len();
    }
    all
}

fn pattern(text: &str) -> Result<Regex, String> {
    let built = RegexBuilder::new(text)
        .case_insensitive(true)
        .size_limit(PATTERN)
        .build();
    built.map_err(|error| {
        let said = error.to_string();
        let why = said.lines().last().unwrap_or_default();
        let why = why.strip_prefix("error: ").unwrap_or(why);
        format!("~{text} is no pattern yet: {why}")
    })
}

/// Reads a word; None for what says nothing.
fn term(word: &Word) -> Option<Term> {
    let (signs, _) = word.text.split_at(word.plain);
    let not = signs.starts_with('!');
    let skip = usize::from(not);
    let rest = word.text.get(skip..).unwrap_or_default();
    let plain = word.plain.saturating_sub(skip);
    if rest.is_empty() {
        return None;
    }
    let term = |not, what| Some(Term { not, what });
    if plain > 0
        && let Some(text) = rest.strip_prefix('~')
    {
        return match pattern(text) {
            _ if text.is_empty() => None,
            Ok(pattern) => term(not, What::Pattern(pattern)),
            Err(why) => term(not, What::Wrong(why)),
        };
    }
    let sign = rest.find([':', '>', '<', '=']).filter(|at| *at < plain);
    let Some((key, tail)) = sign.map(|at| rest.split_at(at)) else {
        return term(not, What::Word(rest.to_lowercase()));
    };
    let (key, turned) = match key.strip_suffix('!') {
        Some(key) => (key, true),
        None => (key, false),
    };
    let not = not != turned;
    let (op, value) = match tail.get(..2) {
        Some(">=") => (Some(Op::AtLeast), tail.get(2..)),
        Some("<=") => (Some(Op::AtMost), tail.get(2..)),
        _ => {
            let op = match tail.chars().next() {
                Some('>') => Some(Op::More),
                Some('<') => Some(Op::Less),
                Some('=') => Some(Op::Equal),
                _ => None,
            };
            (op, tail.get(1..))
        }
    };
    let value = value.unwrap_or_default();
    if key.is_empty() {
        let why = format!("{rest}: which column? For the letters themselves: \"{rest}\"");
        return term(not, What::Wrong(why));
    }
    let key = key.to_owned();
    if value.is_empty() {
        let why = match op {
            None => format!("{key}: holds what?"),
            Some(_) => format!("{rest} what? A number, such as 100 or 1.2k"),
        };
        return term(not, What::Wrong(why));
    }
    let what = match op {
        Some(op) => What::Compare {
            key,
            op,
            value: value.to_owned(),
        },
        None => match value.strip_prefix('~').filter(|text| !text.is_empty()) {
            Some(text) => match pattern(text) {
                Ok(pattern) => What::Holds {
                    key,
                    text: Matcher::Pattern(pattern),
                },
                Err(why) => What::Wrong(why),
            },
            None => What::Holds {
                key,
                text: Matcher::Part(value.to_lowercase()),
            },
        },
    };
    term(not, what)
}

/// A title or a key without what need not be typed: case, blanks, dashes.
fn plain(text: &str) -> String {
    let letters = text.chars().filter(|c| c.is_alphanumeric() || *c == '/');
    letters.flat_map(char::to_lowercase).collect()
}

/// What a row is asked.
enum Test<'f> {
    /// Its search is made ready once for all rows.
    Word(Box<Finder<'f>>),
    Pattern(&'f Regex),
    Cell(usize, Matcher),
    Number {
        column: usize,
        op: Op,
        value: f64,
        shown: bool,
    },
    Namespace(&'f Matcher),
}

/// The column that a key means: its title, or the only one that begins like it.
fn column(key: &str, columns: &[Column]) -> Result<usize, String> {
    let wanted = match plain(key).as_str() {
        "ns" => "namespace".to_owned(),
        other => other.to_owned(),
    };
    let titles: Vec<String> = columns.iter().map(|column| plain(column.title)).collect();
    if let Some(at) = titles.iter().position(|title| *title == wanted) {
        return Ok(at);
    }
    let mut like = titles.iter().enumerate();
    let mut like = like
        .by_ref()
        .filter(|(_, title)| title.starts_with(&wanted));
    match (like.next(), like.next()) {
        (Some((at, _)), None) if !wanted.is_empty() => Ok(at),
        _ => {
            let known: Vec<String> = columns
                .iter()
                .map(|column| column.title.to_lowercase())
                .collect();
            Err(format!(
                "no column is called {key:?} here; there are {}",
                known.join(", ")
            ))
        }
    }
}

fn bind<'f>(what: &'f What, columns: &[Column]) -> Result<Test<'f>, String> {
    Ok(match what {
        What::Word(word) => Test::Word(Box::new(Finder::new(word))),
        What::Pattern(pattern) => Test::Pattern(pattern),
        What::Wrong(why) => return Err(why.clone()),
        What::Holds { key, text } => match column(key, columns) {
            Ok(column) => Test::Cell(column, text.clone()),
            // Many lists show the namespace as a part of the name.
            Err(_) if matches!(plain(key).as_str(), "ns" | "namespace") => Test::Namespace(text),
            Err(why) => return Err(why),
        },
        What::Compare { key, op, value } => {
            let at = column(key, columns)?;
            let Some(column) = columns.get(at) else {
                return Err(String::new());
            };
            let title = column.title;
            let counts = column.align == Align::Right || column.unit != Unit::Count;
            match column.unit.read(value) {
                Ok(value) if counts => Test::Number {
                    column: at,
                    op: *op,
                    value,
                    shown: column.unit == Unit::Shown,
                },
                _ if *op == Op::Equal => Test::Cell(at, Matcher::Whole(value.to_lowercase())),
                _ if !counts => {
                    let key = title.to_lowercase();
                    return Err(format!(
                        "{title} is no number; its text is found by {key}:{value}"
                    ));
                }
                Ok(_) => return Err(String::new()),
                Err(such) => {
                    return Err(format!(
                        "{title} is compared with a number {such}, not {value:?}"
                    ));
                }
            }
        }
    })
}

/// A filter bound to the columns of a list.
#[derive(Default)]
pub struct Bound<'f> {
    tests: Vec<(bool, Test<'f>)>,
    faults: Vec<String>,
}

impl Bound<'_> {
    /// Whether it lets everything through.
    pub fn is_empty(&self) -> bool {
        self.tests.is_empty()
    }

    /// Whether what it lets through changes with time alone.
    pub fn reads_time(&self, columns: &[Column]) -> bool {
        self.tests.iter().any(|(_, test)| match test {
            Test::Number { column, .. } => {
                columns.get(*column).is_some_and(|of| of.unit == Unit::Time)
            }
            _ => false,
        })
    }

    /// Whether a row of the list is let through. `known` is its text in small letters, where that is at hand; else
    /// `text` is the room to make it in, so that many rows share one buffer.
    pub fn passes(
        &self,
        list: &dyn List,
        row: usize,
        known: Option<&str>,
        text: &mut String,
    ) -> bool {
        let mut written = known.is_some();
        self.tests.iter().all(|(not, test)| {
            let whole = matches!(test, Test::Word(_) | Test::Pattern(_));
            if whole && !written {
                text.clear();
                list.filter_text(row, text);
                lower(text);
                written = true;
            }
            *not != holds(test, list, row, known.unwrap_or(text))
        })
    }
}

/// Makes all letters small.
pub(super) fn lower(text: &mut String) {
    if text.is_ascii() {
        text.make_ascii_lowercase();
    } else {
        *text = text.to_lowercase();
    }
}

fn holds(test: &Test<'_>, list: &dyn List, row: usize, text: &str) -> bool {
    match test {
        Test::Word(word) => word.find(text.as_bytes()).is_some(),
        Test::Pattern(pattern) => pattern.is_match(text),
        Test::Cell(column, matcher) => matcher.matches(&list.cell(row, *column).text),
        Test::Number {
            column,
            op,
            value,
            shown,
        } => {
            let have = if *shown {
                quantity::leading(&list.cell(row, *column).text)
            } else {
                match list.sort_key(row, *column) {
                    SortKey::Number(have) => Some(have),
                    // What is not known is neither more nor less than anything.
                    SortKey::Text(_) | SortKey::Unknown => None,
                }
            };
            have.is_some_and(|have| op.holds(have, *value))
        }
        Test::Namespace(matcher) => list
            .key(row)
            .namespace()
            .is_some_and(|namespace| matcher.matches(namespace)),
    }
}

#[cfg(test)]
mod tests;
