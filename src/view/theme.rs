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
    Found "found" Text,
    Source1 "source1" Label,
    Source2 "source2" Label,
    Source3 "source3" Label,
    Source4 "source4" Label,
    Source5 "source5" Label,
    Source6 "source6" Label,
    Series1 "series1" Label,
    Series2 "series2" Text,
    Series3 "series3" Dim,
    Series4 "series4" Series1,
    Series5 "series5" Series2,
    Series6 "series6" Series3,
}

impl Part {
    /// The part of the n-th series of a chart. Its letter tells it apart, whatever the theme.
    pub fn series(place: usize) -> Part {
        const ALL: [Part; 6] = [
            Part::Series1,
            Part::Series2,
            Part::Series3,
            Part::Series4,
            Part::Series5,
            Part::Series6,
        ];
        ALL.get(place % ALL.len()).copied().unwrap_or(Part::Text)
    }
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

/// The themes that are built in; the first is taken where none is asked for, since it suits any terminal.
const EMBEDDED: &[(&str, &str)] = &[
    ("16-colour", include_str!("../../themes/16-colour.toml")),
    ("dark", include_str!("../../themes/dark.toml")),
    ("light", include_str!("../../themes/light.toml")),
    ("solarized", include_str!("../../themes/solarized.toml")),
    (
        "high-contrast",
        include_str!("../../themes/high-contrast.toml"),
    ),
    ("mono", include_str!("../../themes/mono.toml")),
];

/// The styles of all parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    styles: BTreeMap<Part, Style>,
}

impl Theme {
    /// The theme where none is asked for.
    pub const USUAL: &'static str = "16-colour";

    /// The names of the themes that are built in.
    pub fn names() -> impl Iterator<Item = &'static str> {
        EMBEDDED.iter().map(|(name, _)| *name)
    }

    /// A built-in theme; `default` is another name of the usual one.
    pub fn named(name: &str) -> Result<Theme, ThemeError> {
        let name = if name == "default" { Self::USUAL } else { name };
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
            // A selection that was a background is one no more.
            if *part == Part::Selected {
                style.add_modifier |= Modifier::REVERSED;
            }
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

    /// Red, green and blue of a colour; the 16 as xterm has them.
    fn rgb(colour: Color) -> [f64; 3] {
        let (r, g, b) = match colour {
            Color::Rgb(r, g, b) => (r, g, b),
            Color::Black => (0, 0, 0),
            Color::Red => (205, 0, 0),
            Color::Green => (0, 205, 0),
            Color::Yellow => (205, 205, 0),
            Color::Blue => (0, 0, 238),
            Color::Magenta => (205, 0, 205),
            Color::Cyan => (0, 205, 205),
            Color::Gray => (229, 229, 229),
            Color::DarkGray => (127, 127, 127),
            Color::LightRed => (255, 0, 0),
            Color::LightGreen => (0, 255, 0),
            Color::LightYellow => (255, 255, 0),
            Color::LightBlue => (92, 92, 255),
            Color::LightMagenta => (255, 0, 255),
            Color::LightCyan => (0, 255, 255),
            Color::White => (255, 255, 255),
            other => panic!("no known colour: {other}"),
        };
        [r, g, b].map(f64::from)
    }

    /// The contrast of two colours as WCAG 2 defines it, from 1 to 21.
    fn contrast(a: Color, b: Color) -> f64 {
        let luminance = |colour| {
            let linear = rgb(colour).map(|channel| {
                let share = channel / 255.0;
                if share <= 0.03928 {
                    share / 12.92
                } else {
                    ((share + 0.055) / 1.055).powf(2.4)
                }
            });
            0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        };
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// What of a style is seen without its colours.
    fn shape(theme: &Theme, part: Part) -> Modifier {
        theme.style(part).add_modifier
    }

    #[test]
    fn every_role_of_every_theme_is_visible() {
        let names: Vec<&str> = Theme::names().collect();
        assert_eq!(names.len(), 6);
        for name in names {
            let theme = Theme::named(name).unwrap();
            let ground = theme.style(Part::Text).bg.unwrap_or(Color::Black);
            let chosen = theme.style(Part::Selected).bg;
            for part in Part::ALL.iter().filter(|part| **part != Part::Selected) {
                let style = theme.style(*part);
                let seen = contrast(style.fg.unwrap_or(Color::White), style.bg.unwrap_or(ground));
                // WCAG AA for text is 4.5, for what is no text 3; a border may be fainter than what it frames.
                let least = if *part == Part::Border { 2.0 } else { 4.5 };
                assert!(seen >= least, "{name}: {} has {seen:.2}", part.name());
                if let Some(chosen) = chosen {
                    let seen = contrast(style.fg.unwrap_or(Color::White), chosen);
                    let least = if *part == Part::Border { 1.5 } else { 3.0 };
                    assert!(
                        seen >= least,
                        "{name}: {} has {seen:.2} in the chosen row",
                        part.name()
                    );
                }
            }
            let selected = theme.style(Part::Selected);
            let reversed = selected.add_modifier.contains(Modifier::REVERSED);
            let differs = chosen.is_some_and(|chosen| contrast(chosen, ground) >= 1.2);
            assert!(
                reversed || differs,
                "{name}: the chosen row looks like the others"
            );
        }
    }

    #[test]
    fn bad_and_the_chosen_tab_are_seen_in_every_theme_without_its_colours() {
        for name in Theme::names() {
            let theme = Theme::named(name).unwrap().without_colour();
            for part in [
                Part::Strong,
                Part::Warn,
                Part::Bad,
                Part::Selected,
                Part::TabActive,
                Part::Dim,
                Part::Stale,
            ] {
                assert_ne!(
                    shape(&theme, part),
                    shape(&theme, Part::Text),
                    "{name}: {}",
                    part.name()
                );
            }
            assert_ne!(
                shape(&theme, Part::Dim),
                shape(&theme, Part::Stale),
                "{name}"
            );
            assert_ne!(
                shape(&theme, Part::Tab),
                shape(&theme, Part::TabActive),
                "{name}"
            );
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
