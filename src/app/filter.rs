//! The text filter: every word must be found somewhere in the row, and no word after `!` may be.

/// A parsed filter. Case does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    text: String,
    wanted: Vec<String>,
    unwanted: Vec<String>,
}

impl Filter {
    pub fn parse(text: &str) -> Self {
        let mut filter = Filter {
            text: text.trim().to_owned(),
            ..Filter::default()
        };
        for word in text.split_whitespace() {
            match word.strip_prefix('!') {
                Some("") => {}
                Some(word) => filter.unwanted.push(word.to_lowercase()),
                None => filter.wanted.push(word.to_lowercase()),
            }
        }
        filter
    }

    /// As the user wrote it.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn is_empty(&self) -> bool {
        self.wanted.is_empty() && self.unwanted.is_empty()
    }

    /// Whether a row of these texts is let through.
    pub fn matches(&self, row: &str) -> bool {
        let row = row.to_lowercase();
        self.wanted.iter().all(|word| row.contains(word))
            && !self.unwanted.iter().any(|word| row.contains(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_words_must_be_there_and_none_of_the_unwanted() {
        for (filter, row, passes) in [
            ("", "anything", true),
            ("ORD", "orders", true),
            ("ord pay", "orders", false),
            ("ord pay", "orders payments", true),
            ("ord !pay", "orders payments", false),
            ("!pay", "orders", true),
            ("!", "orders", true),
        ] {
            assert_eq!(
                Filter::parse(filter).matches(row),
                passes,
                "{filter:?} on {row:?}"
            );
        }
    }
}
