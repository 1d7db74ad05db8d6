//! Which key does what: the keys of the table, and those that the user put in their place.

use std::collections::BTreeMap;

use super::{ACTIONS, Action, ActionDef, Chord, Place};

/// The keys that are not those of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keymap {
    /// By the place of the action in the table.
    changed: BTreeMap<usize, Vec<String>>,
}

/// Why a key cannot be bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyFault {
    /// No action has this name.
    Action(String),
    /// The text names no key.
    Key(String),
    /// The key does something else already; the name of that.
    Taken { key: String, by: String },
}

impl ActionDef {
    /// The name in the config: `page-down`, `show-groups`.
    pub fn name(&self) -> String {
        let mut name = String::new();
        for letter in format!("{:?}", self.action).chars() {
            match letter {
                'A'..='Z' => {
                    if !name.is_empty() {
                        name.push('-');
                    }
                    name.push(letter.to_ascii_lowercase());
                }
                '(' | ')' => {}
                other => name.push(other),
            }
        }
        name
    }
}

impl Keymap {
    /// Gives an action these keys instead of those of the table. None at all takes its keys away.
    pub fn bind(&mut self, name: &str, keys: &[String]) -> Result<(), KeyFault> {
        let at = ACTIONS.iter().position(|def| def.name() == name);
        let at = at.ok_or_else(|| KeyFault::Action(name.to_owned()))?;
        let wrong = keys.iter().find(|key| Chord::parse(key).is_none());
        if let Some(wrong) = wrong {
            return Err(KeyFault::Key(wrong.clone()));
        }
        self.changed.insert(at, keys.to_vec());
        Ok(())
    }

    /// The first key of this action that another one has as well.
    pub fn clash(&self, name: &str) -> Option<KeyFault> {
        let at = ACTIONS.iter().position(|def| def.name() == name)?;
        self.keys_at(at).find_map(|key| {
            let chord = Chord::parse(key)?;
            let other = (0..ACTIONS.len()).find(|other| {
                let mut keys = self.keys_at(*other);
                let meets = ACTIONS.get(at).zip(ACTIONS.get(*other));
                *other != at
                    && meets.is_some_and(|(one, other)| one.place.meets(other.place))
                    && keys.any(|key| Chord::parse(key) == Some(chord))
            })?;
            Some(KeyFault::Taken {
                key: key.to_owned(),
                by: ACTIONS.get(other)?.name(),
            })
        })
    }

    /// The actions whose keys are not those of the table, by their names, with the keys they have.
    pub fn changed(&self) -> impl Iterator<Item = (String, &[String])> {
        let named = |(at, keys): (&usize, _)| Some((ACTIONS.get(*at)?.name(), keys));
        let all = self.changed.iter().map(|(at, keys)| (at, keys.as_slice()));
        all.filter_map(named)
    }

    fn keys_at(&self, at: usize) -> impl Iterator<Item = &str> {
        let changed = self.changed.get(&at);
        let table = ACTIONS.get(at).filter(|_| changed.is_none());
        let table = table.into_iter().flat_map(|def| def.keys.iter().copied());
        let changed = changed.into_iter().flatten();
        changed.map(String::as_str).chain(table)
    }

    /// The keys of an action.
    pub fn keys(&self, action: Action) -> impl Iterator<Item = &str> {
        let at = ACTIONS.iter().position(|def| def.action == action);
        at.into_iter().flat_map(move |at| self.keys_at(at))
    }

    /// The keys of an action in one text.
    pub fn named(&self, action: Action) -> String {
        self.keys(action).collect::<Vec<_>>().join(" ")
    }

    /// The action of a key, where it applies. What a text's own keys mean comes before what they mean everywhere.
    pub fn find(
        &self,
        chord: Chord,
        applies: impl Fn(&ActionDef) -> bool,
    ) -> Option<&'static ActionDef> {
        let has = |at: &usize| {
            let mut keys = self.keys_at(*at);
            keys.any(|key| Chord::parse(key) == Some(chord))
        };
        (0..ACTIONS.len())
            .filter(has)
            .filter_map(|at| ACTIONS.get(at))
            .filter(|def| applies(def))
            .max_by_key(|def| matches!(def.place, Place::Reading(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_a_name_of_its_own() {
        let names: std::collections::BTreeSet<String> =
            ACTIONS.iter().map(ActionDef::name).collect();
        assert_eq!(names.len(), ACTIONS.len(), "{names:?}");
        for name in ["page-down", "show-groups", "sort-next", "quit"] {
            assert!(names.contains(name), "{name}: {names:?}");
        }
    }

    #[test]
    fn a_key_that_is_given_away_means_one_thing() {
        let mut map = Keymap::default();
        let quit = |map: &Keymap, key: &str| {
            let found = map.find(Chord::parse(key).unwrap(), |_| true);
            found.map(|def| def.action)
        };
        assert_eq!(quit(&map, "q"), Some(Action::Quit));
        map.bind("quit", &["ctrl-q".to_owned()]).unwrap();
        assert_eq!(quit(&map, "ctrl-q"), Some(Action::Quit));
        assert_eq!(quit(&map, "q"), None);
        assert_eq!(map.named(Action::Quit), "ctrl-q");
        assert_eq!(map.clash("quit"), None);
        map.bind("help", &["ctrl-q".to_owned()]).unwrap();
        assert_eq!(
            map.clash("help"),
            Some(KeyFault::Taken {
                key: "ctrl-q".to_owned(),
                by: "quit".to_owned()
            })
        );
        assert_eq!(
            map.bind("hepl", &[]),
            Err(KeyFault::Action("hepl".to_owned()))
        );
        assert_eq!(
            map.bind("help", &["ctrl-".to_owned()]),
            Err(KeyFault::Key("ctrl-".to_owned()))
        );
    }
}
