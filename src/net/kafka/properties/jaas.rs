//! The value of `sasl.jaas.config`: `login.module.Class required name="value" ... ;`.
use std::collections::BTreeMap;

/// A login module and its options.
pub(super) struct Module {
    /// The class without its package.
    pub(super) class: String,
    pub(super) options: BTreeMap<String, String>,
}

/// Parses the one entry that a client has. Errors never quote a value.
pub(super) fn parse(text: &str) -> Result<Module, String> {
    let tokens = tokens(text)?;
    let mut tokens = tokens.into_iter();
    let wrong = || "want: CLASS required name=\"value\" ... ;".to_owned();
    let Some(Token::Word(class)) = tokens.next() else {
        return Err(wrong());
    };
    let Some(Token::Word(flag)) = tokens.next() else {
        return Err(wrong());
    };
    if !["required", "requisite", "sufficient", "optional"]
        .contains(&flag.to_ascii_lowercase().as_str())
    {
        return Err(wrong());
    }
    let mut options = BTreeMap::new();
    loop {
        match tokens.next() {
            Some(Token::End) => break,
            Some(Token::Word(name)) => {
                let (Some(Token::Equals), Some(Token::Word(value))) =
                    (tokens.next(), tokens.next())
                else {
                    return Err(format!("option {name:?}: want {name}=\"value\""));
                };
                options.insert(name, value);
            }
            None => return Err("the ; at the end is missing".to_owned()),
            Some(Token::Equals) => return Err(wrong()),
        }
    }
    if tokens.next().is_some() {
        return Err("a client has one login module, here are more".to_owned());
    }
    let class = class.rsplit('.').next().unwrap_or_default().to_owned();
    Ok(Module { class, options })
}

enum Token {
    Word(String),
    Equals,
    End,
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            ';' => tokens.push(Token::End),
            '=' => tokens.push(Token::Equals),
            '"' | '\'' => {
                let mut word = String::new();
                loop {
                    match letters.next() {
                        Some(end) if end == letter => break,
                        Some('\\') => word.extend(letters.next()),
                        Some(other) => word.push(other),
                        None => return Err("a quote is not closed".to_owned()),
                    }
                }
                tokens.push(Token::Word(word));
            }
            blank if blank.is_whitespace() => {}
            first => {
                let mut word = String::from(first);
                while let Some(next) =
                    letters.next_if(|next| !next.is_whitespace() && !matches!(next, ';' | '='))
                {
                    word.push(next);
                }
                tokens.push(Token::Word(word));
            }
        }
    }
    Ok(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_may_be_quoted_or_bare() {
        let module = parse(
            "org.apache.kafka.common.security.plain.PlainLoginModule REQUIRED\n username=alice password=\"a;b=\\\"c\\\\ d\" x='y z';",
        )
        .unwrap();
        assert_eq!(module.class, "PlainLoginModule");
        assert_eq!(module.options["username"], "alice");
        assert_eq!(module.options["password"], "a;b=\"c\\ d");
        assert_eq!(module.options["x"], "y z");
    }

    #[test]
    fn what_is_wrong_is_said_without_values() {
        for (text, words) in [
            ("", "want: CLASS"),
            ("Class", "want: CLASS"),
            ("Class maybe;", "want: CLASS"),
            ("Class required password=\"hunter2", "not closed"),
            ("Class required password=\"hunter2\"", "; at the end"),
            (
                "Class required password \"hunter2\";",
                "option \"password\"",
            ),
            ("A required; B required;", "one login module"),
        ] {
            let why = parse(text).err().unwrap();
            assert!(why.contains(words), "{text}: {why}");
            assert!(!why.contains("hunter2"), "{why}");
        }
    }
}
