//! The themes that can be shown: those that are built in, and files `themes/NAME.toml` in the config directory, which win.

use std::{fs, path::PathBuf};

use crate::{run, view::Theme};

use super::env::Environment;

/// Finds themes by name.
#[derive(Clone, Debug)]
pub struct Themes {
    folder: Option<PathBuf>,
    colourless: bool,
}

impl Themes {
    pub fn new(env: &Environment, colourless: bool) -> Self {
        let config = env.default_config();
        Themes {
            folder: config.and_then(|file| Some(file.parent()?.join("themes"))),
            colourless,
        }
    }

    /// The names of the user's own.
    fn own(&self) -> Vec<String> {
        let entries = self
            .folder
            .iter()
            .filter_map(|folder| fs::read_dir(folder).ok());
        let names = entries.flatten().filter_map(|entry| {
            let name = entry.ok()?.file_name().into_string().ok()?;
            Some(name.strip_suffix(".toml")?.to_owned())
        });
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    /// All names, the user's own last.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = Theme::names().map(str::to_owned).collect();
        names.extend(
            self.own()
                .into_iter()
                .filter(|own| !Theme::names().any(|name| name == own)),
        );
        names
    }

    /// The theme of this name, with as many colours as the terminal should get; or in words why there is none.
    pub fn theme(&self, name: &str) -> Result<Theme, String> {
        let theme = match self.path(name) {
            Some(path) => {
                let text = fs::read_to_string(&path);
                let text = text.map_err(|why| format!("{}: {why}", path.display()))?;
                Theme::parse(name, &text).map_err(|why| why.to_string())
            }
            None => Theme::named(name).map_err(|_unknown| {
                // It names the built-in ones alone.
                let known = self.names().join(", ");
                format!("there is no theme {name:?}; the themes are: {known}")
            }),
        }?;
        Ok(if self.colourless {
            theme.without_colour()
        } else {
            theme
        })
    }

    /// The user's own file of this name.
    fn path(&self, name: &str) -> Option<PathBuf> {
        // Only names that are there: a name with a path in it leads nowhere.
        let known = self.own().iter().any(|own| own == name);
        let folder = self.folder.as_ref().filter(|_| known)?;
        Some(folder.join(format!("{name}.toml")))
    }
}

impl run::Themes for Themes {
    fn find(&self, name: &str) -> Result<Theme, String> {
        self.theme(name)
    }

    fn file(&self, name: &str) -> Option<PathBuf> {
        self.path(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_users_own_themes_are_found_and_win() {
        let folder = tempfile::tempdir().unwrap();
        let themes = folder.path().join("plimsoll/themes");
        fs::create_dir_all(&themes).unwrap();
        fs::write(themes.join("mine.toml"), "[text]\nfg = \"#123456\"\n").unwrap();
        fs::write(themes.join("mono.toml"), "[text]\nfg = \"red\"\n").unwrap();
        fs::write(themes.join("wrong.toml"), "[tetx]\n").unwrap();
        let env = Environment {
            xdg_config_home: Some(folder.path().to_owned()),
            ..Environment::default()
        };
        let found = Themes::new(&env, false);
        assert!(
            found
                .names()
                .ends_with(&["mine".to_owned(), "wrong".to_owned()])
        );
        assert!(found.theme("mine").is_ok());
        assert_ne!(found.theme("mono").unwrap(), Theme::named("mono").unwrap());
        assert!(
            found
                .theme("wrong")
                .unwrap_err()
                .contains("[tetx] is no role")
        );
        assert!(found.theme("../mine").unwrap_err().contains("mine, wrong"));
        assert_eq!(run::Themes::file(&found, "light"), None);
        assert_eq!(
            run::Themes::file(&found, "mine"),
            Some(themes.join("mine.toml"))
        );
    }
}
