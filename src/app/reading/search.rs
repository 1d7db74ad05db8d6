//! What a search finds in a text, and where: words in letters of either case, `!not`, and `~regex`.

use std::ops::Range;

use regex::{Regex, RegexBuilder};

/// Memory that one pattern may take.
const PATTERN: usize = 1 << 20;

/// A search, read from what was typed. A pattern that is none yet is a word.
#[derive(Clone, Debug, Default)]
pub struct Search {
    text: String,
    wanted: Vec<Term>,
    unwanted: Vec<Term>,
}

#[derive(Clone, Debug)]
enum Term {
    Word(Vec<char>),
    Pattern(Regex),
}

impl PartialEq for Search {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Term {
    fn read(text: &str) -> Self {
        let word = || Term::Word(text.chars().flat_map(char::to_lowercase).collect());
        let Some(pattern) = text.strip_prefix('~').filter(|rest| !rest.is_empty()) else {
            return word();
        };
        let built = RegexBuilder::new(pattern)
            .case_insensitive(true)
            .size_limit(PATTERN)
            .build();
        built.map_or_else(|_unfinished| word(), Term::Pattern)
    }

    /// Where it stands first, from a place on.
    fn at(&self, text: &str, from: usize) -> Option<Range<usize>> {
        match self {
            Term::Pattern(pattern) => {
                let found = pattern.find_at(text, from)?;
                Some(found.range())
            }
            Term::Word(word) => {
                let rest = text.get(from..)?;
                rest.char_indices().find_map(|(at, _)| {
                    let long = begins_with(rest.get(at..)?, word)?;
                    Some(from + at..from + at + long)
                })
            }
        }
    }
}

/// The bytes that the word takes at the beginning of the text, in letters of either case.
fn begins_with(text: &str, word: &[char]) -> Option<usize> {
    let mut wanted = word.iter();
    for (at, letter) in text.char_indices() {
        if wanted.as_slice().is_empty() {
            return Some(at);
        }
        for small in letter.to_lowercase() {
            if wanted.next() != Some(&small) {
                return None;
            }
        }
    }
    wanted.as_slice().is_empty().then_some(text.len())
}

impl Search {
    pub fn parse(text: &str) -> Self {
        let mut search = Search {
            text: text.trim().to_owned(),
            ..Search::default()
        };
        for word in text.split_whitespace() {
            match word.strip_prefix('!') {
                Some("") => {}
                Some(word) => search.unwanted.push(Term::read(word)),
                None => search.wanted.push(Term::read(word)),
            }
        }
        search
    }

    pub fn is_empty(&self) -> bool {
        self.wanted.is_empty() && self.unwanted.is_empty()
    }

    /// Whether all is in the line that must be, and nothing that must not. An empty search finds nothing.
    pub fn finds(&self, text: &str) -> bool {
        !self.is_empty()
            && self.wanted.iter().all(|term| term.at(text, 0).is_some())
            && !self.unwanted.iter().any(|term| term.at(text, 0).is_some())
    }

    /// Where what is wanted stands, as ranges of bytes that do not overlap.
    pub fn spans(&self, text: &str) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = Vec::new();
        for term in &self.wanted {
            let mut from = 0;
            while let Some(range) = term.at(text, from) {
                // What is found in nothing is not marked, and must not be found for ever.
                if range.is_empty() {
                    break;
                }
                from = range.end;
                found.push(range);
            }
        }
        found.sort_by_key(|range| range.start);
        let mut end = 0;
        found.retain(|range| {
            let apart = range.start >= end;
            if apart {
                end = range.end;
            }
            apart
        });
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_patterns_are_found_in_letters_of_either_case_and_never_overlap() {
        let of = |search: &str, text: &str| -> Vec<String> {
            let found = Search::parse(search).spans(text).into_iter();
            found
                .map(|range| text.get(range).unwrap().to_owned())
                .collect()
        };
        assert_eq!(of("err", "an Error, an ERR"), ["Err", "ERR"]);
        assert_eq!(of("größe", "GRÖSSE Größe"), ["Größe"]);
        assert_eq!(of("ab bc", "abc bc"), ["ab", "bc"]);
        assert_eq!(of("!ab b", "ab"), ["b"]);
        assert_eq!(of("~o[a-z]s", "Orders ocs"), ["ocs"]);
        assert_eq!(of("~x*", "ab"), Vec::<String>::new());
        assert_eq!(of("~(", "a ~( b"), ["~("]);
        assert_eq!(of("", "ab"), Vec::<String>::new());
        assert_eq!(of("abc", "ab"), Vec::<String>::new());
    }

    #[test]
    fn all_words_must_be_there_and_none_of_the_unwanted() {
        for (search, text, finds) in [
            ("", "anything", false),
            ("topic:orders", "INFO topic:orders", true),
            ("poll !warn", "WARN poll", false),
            ("poll !warn", "INFO poll", true),
            ("~ms$", "took 3 MS", true),
            ("!warn", "INFO", true),
        ] {
            assert_eq!(
                Search::parse(search).finds(text),
                finds,
                "{search:?} in {text:?}"
            );
        }
    }
}
