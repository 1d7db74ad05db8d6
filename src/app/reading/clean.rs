//! Texts of others, made fit for a terminal: no escape sequence, no control character, nothing that turns the direction.

/// Cells of a tab.
const TAB: &str = "    ";

/// The text without what a terminal would act upon. Escape sequences go whole; a tab becomes blanks; what else is no
/// letter becomes a dot, so that it is seen that something was there.
pub(super) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\u{1b}' => skip_escape(&mut letters),
            '\u{9b}' => skip_control_sequence(&mut letters),
            '\t' => out.push_str(TAB),
            // Of the end of a line written by a program of Windows.
            '\r' if letters.peek().is_none() => {}
            _ if is_dangerous(letter) => out.push('·'),
            _ => out.push(letter),
        }
    }
    out
}

/// Control characters, marks that turn or hide what follows, and separators that some terminals break lines at.
fn is_dangerous(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}')
}

type Letters<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn skip_escape(letters: &mut Letters<'_>) {
    match letters.next() {
        Some('[') => skip_control_sequence(letters),
        // A string for the terminal: ends with BEL or ESC \.
        Some(']' | 'P' | 'X' | '^' | '_') => {
            while let Some(letter) = letters.next() {
                match letter {
                    '\u{7}' | '\u{9c}' => return,
                    '\u{1b}' => {
                        letters.next_if_eq(&'\\');
                        return;
                    }
                    _ => {}
                }
            }
        }
        // A sequence of intermediate bytes and a last one.
        Some(' '..='/') => {
            while letters
                .next_if(|letter| matches!(letter, ' '..='/'))
                .is_some()
            {}
            letters.next();
        }
        _ => {}
    }
}

fn skip_control_sequence(letters: &mut Letters<'_>) {
    while letters
        .next_if(|letter| matches!(letter, ' '..='?'))
        .is_some()
    {}
    letters.next_if(|letter| matches!(letter, '@'..='~'));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escape_sequences_go_and_letters_stay() {
        for (text, shown) in [
            (
                "\u{1b}[31mERROR\u{1b}[0m größe 漢字 🦀",
                "ERROR größe 漢字 🦀",
            ),
            ("\u{1b}]0;evil title\u{7}after", "after"),
            ("\u{1b}]8;;http://x\u{1b}\\link", "link"),
            ("\u{1b}(Bplain\u{1b}c", "plain"),
            ("\u{9b}2Jgone", "gone"),
            ("a\tb\r", "a    b"),
            ("10%\r20%\u{8}", "10%·20%·"),
            ("user\u{202e}nimda\u{0}", "user·nimda·"),
            ("cut short \u{1b}[3", "cut short "),
            ("cut short \u{1b}", "cut short "),
        ] {
            assert_eq!(clean(text), shown, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_a_terminal_acts_upon_is_left(text in "(\\PC|[\\x00-\\x1f\\x7f-\\x9f]|\u{1b}\\[){0,60}") {
            prop_assert!(!clean(&text).chars().any(is_dangerous));
        }
    }
}
