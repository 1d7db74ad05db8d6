//! Colours by meaning, read from a TOML file.

use std::collections::BTreeMap;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

use crate::app::Role;

macro_rules! parts {
    ($($part:ident $name:literal $parent:ident,)*) => {
        /// What a part of the screen is for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Part { $($part,)* }

        impl Part {
            pub const ALL: &[Part] = &[$(Part::$part,)*];

            /// The name in a theme file.
            pub fn name(self) -> &'static str {
                match self { $(Part::$part => $name,)* }
            }

            /// Whose style it takes when the file has none for it.
            fn parent(self) -> Part {
                match self { $(Part::$part => Part::$parent,)* }
            }
        }
    };
}

parts! {
    Text "text" Text,
    Strong "strong" Text,
    Dim "dim" Text,
    Label "label" Text,
    Good "good" Text,
    Warn "warn" Text,
    Bad "bad" Warn,
    Stale "stale" Dim,
    Accent "accent" Strong,
    Border "border" Dim,
    Heading "heading" Label,
    Selected "selected" Text,
    Bar "bar" Text,
    Tab "tab" Text,
    TabActive "tab_active" Accent,
    Key "key" Accent,
    Input "input" Strong,
}

impl From<Role> for Part {
    fn from(role: Role) -> Part {
        match role {
            Role::Text => Part::Text,
            Role::Dim => Part::Dim,
            Role::Strong => Part::Strong,
            Role::Label => Part::Label,
            Role::Good => Part::Good,
            Role::Warn => Part::Warn,
            Role::Bad => Part::Bad,
            Role::Stale => Part::Stale,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Entry {
    fg: Option<String>,
    bg: Option<String>,
    with: Vec<String>,
}

/// What is wrong with a theme.
#[derive(Debug, thiserror::Error)]
pub enum ThemeError {
    #[error("theme {theme}: {why}")]
    Syntax { theme: String, why: String },
    #[error("theme {theme}: [{role}] is no role; the roles are: {known}")]
    Role {
        theme: String,
        role: String,
        known: String,
    },
    #[error("theme {theme}: [{role}]: {value:?} is no {what}")]
    Value {
        theme: String,
        role: String,
        value: String,
        what: &'static str,
    },
    #[error("there is no theme {name:?}; the themes are: {known}")]
    Unknown { name: String, known: String },
}

const EMBEDDED: &[(&str, &str)] = &[("default", include_str!("../../themes/default.toml"))];

/// The styles of all parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    styles: BTreeMap<Part, Style>,
}

impl Theme {
    /// The names of the themes that are built in.
    pub fn names() -> impl Iterator<Item = &'static str> {
        EMBEDDED.iter().map(|(name, _)| *name)
    }

    /// A built-in theme.
    pub fn named(name: &str) -> Result<Theme, ThemeError> {
        let found = EMBEDDED.iter().find(|(known, _)| *known == name);
        let Some((name, text)) = found else {
            let known = Self::names().collect::<Vec<_>>().join(", ");
            return Err(ThemeError::Unknown {
                name: name.to_owned(),
                known,
            });
        };
        Theme::parse(name, text)
    }

    /// Reads a theme file.
    pub fn parse(theme: &str, text: &str) -> Result<Theme, ThemeError> {
        let theme_name = theme.to_owned();
        let entries: BTreeMap<String, Entry> =
            toml::from_str(text).map_err(|error| ThemeError::Syntax {
                theme: theme_name.clone(),
                why: error.to_string(),
            })?;
        let mut own: BTreeMap<Part, Style> = BTreeMap::new();
        for (name, entry) in &entries {
            let Some(part) = Part::ALL.iter().find(|part| part.name() == name) else {
                let known = Part::ALL.iter().map(|part| part.name()).collect::<Vec<_>>();
                return Err(ThemeError::Role {
                    theme: theme_name,
                    role: name.clone(),
                    known: known.join(", "),
                });
            };
            own.insert(*part, style(theme, name, entry)?);
        }
        let mut styles = BTreeMap::new();
        for part in Part::ALL {
            let mut at = *part;
            while !own.contains_key(&at) && at != at.parent() {
                at = at.parent();
            }
            styles.insert(*part, own.get(&at).copied().unwrap_or_default());
        }
        Ok(Theme { styles })
    }

    /// The same theme without colours: what is left are bold, reverse, underline and dim.
    #[must_use]
    pub fn without_colour(mut self) -> Theme {
        for (part, style) in &mut self.styles {
            let dim = matches!(part, Part::Dim | Part::Stale | Part::Border);
            style.fg = None;
            style.bg = None;
            if dim {
                style.add_modifier |= Modifier::DIM;
            }
        }
        self
    }

    pub fn style(&self, part: Part) -> Style {
        self.styles.get(&part).copied().unwrap_or_default()
    }

    pub fn role(&self, role: Role) -> Style {
        self.style(role.into())
    }
}

fn style(theme: &str, role: &str, entry: &Entry) -> Result<Style, ThemeError> {
    let wrong = |value: &String, what| ThemeError::Value {
        theme: theme.to_owned(),
        role: role.to_owned(),
        value: value.clone(),
        what,
    };
    let colour = |value: &Option<String>| match value {
        None => Ok(None),
        Some(value) => match value.parse::<Color>() {
            Ok(colour) => Ok(Some(colour)),
            Err(_) => Err(wrong(value, "colour")),
        },
    };
    let mut style = Style {
        fg: colour(&entry.fg)?,
        bg: colour(&entry.bg)?,
        ..Style::default()
    };
    for word in &entry.with {
        style.add_modifier |= match word.as_str() {
            "bold" => Modifier::BOLD,
            "dim" => Modifier::DIM,
            "italic" => Modifier::ITALIC,
            "underline" => Modifier::UNDERLINED,
            "reverse" => Modifier::REVERSED,
            _ => return Err(wrong(word, "attribute")),
        };
    }
    Ok(style)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_theme_parses_and_a_selection_is_seen_without_colour() {
        for name in Theme::names() {
            let theme = Theme::named(name).unwrap().without_colour();
            let selected = theme.style(Part::Selected);
            assert!(selected.add_modifier.contains(Modifier::REVERSED), "{name}");
            assert_ne!(theme.style(Part::Bad), theme.style(Part::Text), "{name}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        for (text, words) in [
            ("[tetx]\n", "[tetx] is no role"),
            ("[text]\nfg = \"blurple\"\n", "\"blurple\" is no colour"),
            ("[text]\nwith = [\"blink\"]\n", "\"blink\" is no attribute"),
            ("[text\n", "theme t:"),
        ] {
            let error = Theme::parse("t", text).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}
