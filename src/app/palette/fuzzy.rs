//! How well a name fits what was typed: all letters in order, better at the beginning of words and side by side.

/// How good a match is, and where the letters stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fit {
    pub(super) score: i32,
    /// Places of the letters in the name, counted in characters, in order.
    pub(super) at: Vec<usize>,
}

const LETTER: i32 = 16;
/// A letter right behind the one before.
const TOGETHER: i32 = 10;
/// The first letter of a word of the name.
const BEGINS: i32 = 10;
/// The first letter of the name.
const FIRST: i32 = 6;
/// A letter that is skipped between two that fit.
const GAP: i32 = 2;
const WHOLE: i32 = 40;

/// Whether two letters are the same but for their case. Nearly all of them are ASCII, and asked for in every name.
fn same(a: char, b: char) -> bool {
    if a.is_ascii() && b.is_ascii() {
        return a.eq_ignore_ascii_case(&b);
    }
    a == b || a.to_lowercase().eq(b.to_lowercase())
}

fn begins(before: Option<char>, letter: char) -> bool {
    before.is_none_or(|before| {
        !before.is_alphanumeric() || (before.is_lowercase() && letter.is_uppercase())
    })
}

/// Whether the letters stand in the name in this order: quick, and enough to leave most names out.
fn holds(name: &str, wanted: &str) -> bool {
    let mut letters = name.chars();
    wanted
        .chars()
        .all(|want| letters.any(|have| same(have, want)))
}

/// Fits one word into a name. None if its letters do not stand there in order.
pub(super) fn fit(name: &str, wanted: &str) -> Option<Fit> {
    if wanted.is_empty() {
        return Some(Fit::default());
    }
    if !holds(name, wanted) {
        return None;
    }
    let letters: Vec<char> = name.chars().collect();
    let wanted: Vec<char> = wanted.chars().collect();
    let first = wanted.first().copied()?;
    // From each place where the first letter stands: a name is short, and a few of these places are the good ones.
    let starts = letters.iter().enumerate().filter(|(_, c)| same(**c, first));
    starts
        .filter_map(|(start, _)| from(&letters, &wanted, start))
        .reduce(|best, other| {
            if other.score > best.score {
                other
            } else {
                best
            }
        })
}

fn from(letters: &[char], wanted: &[char], start: usize) -> Option<Fit> {
    let mut at: Vec<usize> = Vec::with_capacity(wanted.len());
    for want in wanted {
        let next = at.last().map_or(start, |last| last + 1);
        let found = letters
            .iter()
            .skip(next)
            .position(|have| same(*have, *want))?;
        at.push(next + found);
    }
    // Letters that could stand closer to the one behind them do.
    for place in (0..at.len().saturating_sub(1)).rev() {
        let (Some(here), Some(next), Some(want)) = (
            at.get(place).copied(),
            at.get(place + 1).copied(),
            wanted.get(place),
        ) else {
            continue;
        };
        let closer = (here + 1..next)
            .rev()
            .find(|at| letters.get(*at).is_some_and(|have| same(*have, *want)));
        if let (Some(closer), Some(slot)) = (closer, at.get_mut(place))
            && place > 0
        {
            *slot = closer;
        }
    }
    let mut score = 0;
    let mut last: Option<usize> = None;
    for place in &at {
        let before = place.checked_sub(1).and_then(|b| letters.get(b)).copied();
        score += LETTER;
        if let Some(letter) = letters.get(*place)
            && begins(before, *letter)
        {
            score += BEGINS;
        }
        match last {
            None if *place == 0 => score += FIRST,
            None => {}
            Some(last) if last + 1 == *place => score += TOGETHER,
            Some(last) => {
                let gap = i32::try_from(place - last - 1).unwrap_or(i32::MAX);
                score -= GAP * gap.min(4);
            }
        }
        last = Some(*place);
    }
    if at.len() == letters.len() {
        score += WHOLE;
    }
    Some(Fit { score, at })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best<'a>(wanted: &str, names: &[&'a str]) -> Option<&'a str> {
        let fits = names
            .iter()
            .filter_map(|name| Some((fit(name, wanted)?.score, *name)));
        // Of equal ones the first.
        fits.reduce(|best, other| if other.0 > best.0 { other } else { best })
            .map(|(_, name)| name)
    }

    #[test]
    fn the_better_name_wins() {
        for (wanted, names, want) in [
            (
                "orders",
                &["my-orders", "orders-dlq", "orders"][..],
                "orders",
            ),
            ("ord", &["records", "orders"], "orders"),
            ("pc", &["upcoming", "payment-consumer"], "payment-consumer"),
            ("dlq", &["daily-queue", "orders-dlq"], "orders-dlq"),
            ("FRAUD", &["fraud"], "fraud"),
            ("é", &["café"], "café"),
        ] {
            assert_eq!(best(wanted, names), Some(want), "{wanted}");
        }
        assert_eq!(best("xyz", &["orders"]), None);
        assert_eq!(best("so", &["os"]), None, "the order of letters counts");
    }

    #[test]
    fn the_letters_that_fit_are_named() {
        assert_eq!(fit("payment-consumer", "pcon").unwrap().at, [0, 8, 9, 10]);
        assert_eq!(fit("orders", "").unwrap().at, [0; 0]);
        // Letters stand together where they can.
        assert_eq!(fit("axbxb-c", "bc").unwrap().at, [4, 6]);
    }
}
