//! `plimsoll config show`: what holds, as a config file that says the same, and where each of it is from.

use std::{
    fmt::{self, Write as _},
    path::PathBuf,
};

use serde_json::{Value, json};

use crate::{app::ListName, source::clock};

use super::{
    Environment, Exit, Format, ReportSettings,
    args::{CommandLine, PANES},
    check_theme,
    config::{
        ConfigFile, Layer,
        keys::{KEYS, Key, Place, write_name, write_value},
    },
    exit::printable,
    report::{Document, Item, print_items},
    settings::{self, Sources},
};

const COLUMNS: &[(&str, &str)] = &[("KEY", "key"), ("VALUE", "value"), ("ORIGIN", "origin")];

/// Who said it.
enum Origin {
    Default,
    /// A line of the config file.
    File(PathBuf, usize),
    Variable(&'static str),
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::File(path, line) => write!(f, "{}:{line}", path.display()),
            Origin::Variable(name) | Origin::Flag(name) => f.write_str(name),
        }
    }
}

/// One setting, with the tables that it stands in; no value where nothing is set.
struct Setting {
    tables: Vec<String>,
    name: String,
    value: Option<Value>,
    origin: Origin,
}

impl Setting {
    fn tables(&self) -> String {
        let names: Vec<String> = self.tables.iter().map(|name| write_name(name)).collect();
        names.join(".")
    }

    fn item(&self) -> Item {
        let tables = self.tables();
        let dot = if tables.is_empty() { "" } else { "." };
        let mut item = Item::new();
        item.insert(
            "key".into(),
            json!(format!("{tables}{dot}{}", write_name(&self.name))),
        );
        item.insert("value".into(), self.shown().unwrap_or(Value::Null));
        item.insert("origin".into(), json!(self.origin.to_string()));
        item
    }

    /// The value without what must not be shown: a password in a URL.
    fn shown(&self) -> Option<Value> {
        let value = self.value.clone()?;
        Some(if self.name == "url" {
            value.as_str().map_or(value.clone(), |url| json!(bare(url)))
        } else {
            value
        })
    }

    fn is_whole(&self) -> bool {
        self.shown() == self.value
    }
}

/// A URL without its user, its password and its query, any of which may be a secret.
pub(super) fn bare(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(end);
    let rest = rest
        .split_once('?')
        .map_or(rest.to_owned(), |(path, _)| format!("{path}?…"));
    match authority.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://…@{host}{rest}"),
        None => format!("{scheme}://{authority}{rest}"),
    }
}

/// What was read, and for which context.
struct Held<'a> {
    sources: Sources,
    merged: Layer,
    file: &'a ConfigFile,
    context: Option<&'a str>,
    env: &'a Environment,
}

impl Held<'_> {
    fn line_of(&self, key: &str) -> Origin {
        let line = self.file.lines.get(key);
        match (&self.file.path, line) {
            (Some(path), Some(line)) => Origin::File(path.clone(), *line),
            _ => Origin::Default,
        }
    }

    /// A setting with one value: it is that of the strongest source that says what holds.
    fn setting(&self, key: &Key) -> Option<Setting> {
        let value = (key.of)(&self.merged);
        let says = |layer: &Layer| value.is_some() && (key.of)(layer) == value;
        let plain = || match key.table {
            "" => Vec::new(),
            table => vec![table.to_owned()],
        };
        let of_context = || {
            let name = self.context?.to_owned();
            let tables = ["contexts".to_owned(), name].into_iter().chain(plain());
            Some(tables.collect::<Vec<String>>())
        };
        let (tables, origin) = if says(&self.sources.flags) {
            (plain(), Origin::Flag(key.flag))
        } else if says(&self.sources.environment) {
            (plain(), Origin::Variable(key.variable))
        } else if says(&self.sources.section) {
            let tables = of_context()?;
            let place = format!("{}.{}", tables.get(..2)?.join("."), key.path());
            (tables, self.line_of(&place))
        } else if says(&self.sources.base) {
            (plain(), self.line_of(&key.path()))
        } else if key.place == Place::Context {
            (of_context()?, Origin::Default)
        } else {
            (plain(), Origin::Default)
        };
        let (value, origin) = match value {
            // Without a word about it the terminal's character set decides.
            None if key.name == "ascii" && !self.env.is_utf8() => {
                let variable = self.env.locale().map(|(name, _)| Origin::Variable(name));
                (Some(json!(true)), variable.unwrap_or(Origin::Default))
            }
            None => (key.usual(), Origin::Default),
            value => (value, origin),
        };
        Some(Setting {
            tables,
            name: key.name.to_owned(),
            value,
            origin,
        })
    }

    /// Columns, owners and keys, of which only the file speaks.
    fn likes(&self) -> Vec<Setting> {
        let likes = &self.file.likes;
        let make = |table: &str, name: String, value: Value| Setting {
            origin: self.line_of(&format!("{table}.{name}")),
            tables: vec![table.to_owned()],
            name,
            value: Some(value),
        };
        let columns = PANES.iter().filter_map(|(word, pane)| {
            let titles = likes.columns.chosen(&ListName::pane(*pane))?;
            Some(make("columns", word.clone(), json!(titles)))
        });
        let owners = likes.owners.iter();
        let owners = owners
            .map(|(group, owner)| make("owners", group.to_string(), json!(owner.to_string())));
        let keys = likes.keymap.changed();
        let keys = keys.map(|(name, keys)| make("keys", name, json!(keys)));
        columns.chain(owners).chain(keys).collect()
    }

    /// All settings, those of one table together.
    fn settings(&self) -> Vec<Setting> {
        let mut all: Vec<Setting> = KEYS.iter().filter_map(|key| self.setting(key)).collect();
        all.extend(self.likes());
        let rank = |setting: &Setting| match setting.tables.as_slice() {
            [] => (0, 0),
            [table] => {
                let order = ["kafka", "prometheus", "columns", "owners", "keys"];
                let at = order.iter().position(|known| known == table);
                (1, at.unwrap_or(order.len()))
            }
            deep => (
                2,
                deep.len() * 2
                    + usize::from(deep.last().is_some_and(|table| table == "prometheus")),
            ),
        };
        all.sort_by_key(rank);
        all
    }
}

/// The answer: the whole text, on stdout.
///
/// # Errors
/// A kubeconfig that cannot be read, and a theme that is not there.
pub(super) fn print(
    line: &CommandLine,
    file: &ConfigFile,
    origin: bool,
    env: &Environment,
) -> Result<Exit, Exit> {
    let settings = settings::settle(line, settings::choose_kube(line, env)?, file, env);
    check_theme(&settings, file, env)?;
    let context = settings.context;
    let sources = Sources::new(line, file, context.as_deref(), env);
    let held = Held {
        merged: settings.layer,
        sources,
        file,
        context: context.as_deref(),
        env,
    };
    let all = held.settings();
    let text = match line.report.output {
        None => toml(&held, &all, origin),
        Some(format) => table(&held, &all, format, env),
    };
    Ok(Exit::text(text))
}

fn table(held: &Held<'_>, all: &[Setting], format: Format, env: &Environment) -> String {
    let document = Document {
        kind: "config",
        at: clock::now(),
        site: held.context.unwrap_or_default().into(),
        missing: Vec::new(),
        items: all.iter().map(Setting::item).collect(),
    };
    let settings = ReportSettings {
        format,
        indent: env.stdout_is_terminal,
        size: settings::SIZE,
        timeout: settings::TIMEOUT,
        sample_for: None,
        partial_ok: false,
    };
    print_items(&document, COLUMNS, &settings)
}

fn toml(held: &Held<'_>, all: &[Setting], origin: bool) -> String {
    let mut text = heading(held);
    let mut table = String::new();
    for setting in all {
        let Some(value) = setting.shown() else {
            continue;
        };
        let of = setting.tables();
        if of != table {
            let _ = writeln!(text, "\n[{of}]");
            table = of;
        }
        // Half a value, saved, would be a wrong one.
        let mark = if setting.is_whole() {
            ""
        } else {
            "# not shown in full: "
        };
        let _ = write!(
            text,
            "{mark}{} = {}",
            write_name(&setting.name),
            write_value(&value)
        );
        if origin {
            let _ = write!(text, "  # {}", printable(&setting.origin.to_string()));
        }
        text.push('\n');
    }
    text
}

fn heading(held: &Held<'_>) -> String {
    let context = held.context.map_or_else(
        || "without a kubeconfig context".to_owned(),
        |name| format!("in the kubeconfig context {name:?}"),
    );
    let mut text = format!(
        "# What holds {}. Saved as a config file it would hold again.\n",
        printable(&context)
    );
    let others = held.file.contexts.keys().map(String::as_str);
    let others: Vec<&str> = others.filter(|name| Some(*name) != held.context).collect();
    if !others.is_empty() {
        let names = printable(&others.join(", "));
        let _ = writeln!(
            text,
            "# The file has sections for other contexts, too: {names}"
        );
    }
    if held.env.no_color || held.env.term.as_deref() == Some("dumb") {
        let why = if held.env.no_color {
            "NO_COLOR"
        } else {
            "TERM"
        };
        let _ = writeln!(text, "# No theme has colours: {why} says so.");
    }
    text
}
