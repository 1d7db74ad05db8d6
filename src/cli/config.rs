//! The config file: TOML, read once, every key checked.
//!
//! What each key means and which source wins is in [`super::settings`]; here a file becomes [`Layer`]s or a list of
//! complaints, each with file, line and column.

pub mod keys;
mod layer;
mod likes;
mod reader;

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

pub use layer::{KafkaLayer, Layer, PrometheusLayer};
pub use likes::Likes;
pub use reader::Lines;
use reader::Reader;

use super::{env::Environment, exit::Complaint};

/// A config file: what holds everywhere, and what holds in one context.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConfigFile {
    pub base: Layer,
    pub contexts: BTreeMap<String, Layer>,
    pub likes: Likes,
    /// The file itself; none where there is none.
    pub path: Option<PathBuf>,
    pub lines: Lines,
}

impl ConfigFile {
    /// The line that asks for this theme, if one does.
    pub fn origin_of_theme(&self, name: &str, context: Option<&str>) -> Option<String> {
        let asks = |layer: &Layer| layer.theme.as_deref() == Some(name);
        let section = context.filter(|context| self.contexts.get(*context).is_some_and(asks));
        let line = match section {
            Some(context) => self.lines.get(&format!("contexts.{context}.theme")),
            None => self.lines.get("theme").filter(|_| asks(&self.base)),
        };
        Some(format!("{}:{}", self.path.as_ref()?.display(), line?))
    }
}

/// The config file that is read and written: the one that `--config` or the environment names, or else the one in the
/// XDG config directory.
pub fn place(flag: Option<&Path>, env: &Environment) -> Option<PathBuf> {
    let named = flag.map(Path::to_owned).or_else(|| env.config.clone());
    named.or_else(|| env.default_config())
}

/// Reads the file of [`place`]. Only the one in the XDG config directory may be absent.
pub fn load(flag: Option<&Path>, env: &Environment) -> Result<ConfigFile, Vec<Complaint>> {
    let Some(path) = place(flag, env) else {
        return Ok(ConfigFile::default());
    };
    let is_named = flag.is_some() || env.config.is_some();
    match fs::read_to_string(&path) {
        Ok(text) => parse(&text, &path, env.home.as_deref()),
        Err(why) if why.kind() == io::ErrorKind::NotFound && !is_named => Ok(ConfigFile::default()),
        Err(why) => Err(vec![unreadable(&path, &why)]),
    }
}

pub(super) fn unreadable(path: &Path, why: &io::Error) -> Complaint {
    let remedy = match why.kind() {
        io::ErrorKind::NotFound => "check --config or PLIMSOLL_CONFIG",
        io::ErrorKind::PermissionDenied => "make it readable, or name another with --config",
        _ => "name another with --config",
    };
    Complaint::new("config file cannot be read", why.to_string())
        .at(path.display().to_string())
        .remedy(remedy)
}

/// Parses the text of a config file. Relative paths in it are taken from the file's own directory.
pub fn parse(text: &str, path: &Path, home: Option<&Path>) -> Result<ConfigFile, Vec<Complaint>> {
    let mut reader = Reader::new(text, path, home);
    let table = match toml::de::DeTable::parse(text) {
        Ok(table) => table.into_inner(),
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            return Err(vec![reader.complaint(at, "not TOML", error.message())]);
        }
    };
    let file = read_file(&mut reader, &table);
    Ok(ConfigFile {
        lines: reader.finish()?,
        path: Some(path.to_owned()),
        ..file
    })
}

fn read_file(reader: &mut Reader<'_>, table: &toml::de::DeTable<'_>) -> ConfigFile {
    let mut file = ConfigFile::default();
    reader.section("", table, |section| {
        file.base = Layer {
            theme: section.text("theme"),
            ascii: section.boolean("ascii"),
            mouse: section.boolean("mouse"),
            read_only: section.boolean("read_only"),
            production: None,
            refresh: section.refresh("refresh"),
            refresh_metrics: section.refresh("refresh_metrics"),
            log_file: section.path("log_file"),
            kafka: kafka(section),
            prometheus: prometheus(section),
        };
        file.likes = likes::read(section);
        section.table("contexts", |contexts| {
            for name in contexts.names() {
                contexts.table(&name, |section| {
                    let layer = Layer {
                        theme: section.text("theme"),
                        read_only: section.boolean("read_only"),
                        production: section.boolean("production"),
                        refresh: section.refresh("refresh"),
                        refresh_metrics: section.refresh("refresh_metrics"),
                        kafka: kafka(section),
                        prometheus: prometheus(section),
                        ..Layer::default()
                    };
                    file.contexts.insert(name.clone(), layer);
                });
            }
        });
    });
    file
}

fn kafka(section: &mut reader::Section<'_, '_>) -> KafkaLayer {
    let mut layer = KafkaLayer::default();
    section.table("kafka", |section| {
        layer = KafkaLayer {
            bootstrap_server: section.bootstrap("bootstrap_server"),
            command_config: section.path("command_config"),
            cluster: section.text("cluster"),
            user: section.text("user"),
        };
    });
    layer
}

fn prometheus(section: &mut reader::Section<'_, '_>) -> PrometheusLayer {
    let mut layer = PrometheusLayer::default();
    section.table("prometheus", |section| {
        layer = PrometheusLayer {
            url: section.url("url"),
            bearer_token_file: section.path("bearer_token_file"),
            ca_file: section.path("ca_file"),
            insecure_skip_tls_verify: section.boolean("insecure_skip_tls_verify"),
        };
    });
    layer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_file_is_read_as_it_stands() {
        let text = "theme = \"mono\"\nrefresh = \"30s\"\n[kafka]\ncommand_config = \"client.properties\"\n\
                    [contexts.\"prod eu\"]\nproduction = true\n[contexts.\"prod eu\".kafka]\nbootstrap_server = \"k:9092\"\n";
        let file = parse(text, Path::new("/etc/plimsoll/config.toml"), None).unwrap();
        assert_eq!(file.base.theme.as_deref(), Some("mono"));
        assert_eq!(file.base.refresh, Some(std::time::Duration::from_secs(30)));
        let config = file.base.kafka.command_config.unwrap();
        assert_eq!(config, Path::new("/etc/plimsoll/client.properties"));
        assert_eq!(file.lines.get("refresh"), Some(&2));
        let deep = "contexts.prod eu.kafka.bootstrap_server";
        assert_eq!(file.lines.get(deep), Some(&8), "{:?}", file.lines);
        let prod = file.contexts.get("prod eu").unwrap();
        assert_eq!(prod.production, Some(true));
        assert_eq!(prod.kafka.bootstrap_server.as_deref(), Some("k:9092"));
    }

    #[test]
    fn only_the_default_file_may_be_absent() {
        let folder = tempfile::tempdir().unwrap();
        let env = Environment {
            xdg_config_home: Some(folder.path().to_owned()),
            ..Environment::default()
        };
        assert_eq!(load(None, &env), Ok(ConfigFile::default()));
        let absent = folder.path().join("absent.toml");
        let named = Environment {
            config: Some(absent.clone()),
            ..env.clone()
        };
        for result in [load(Some(&absent), &env), load(None, &named)] {
            let line = result.unwrap_err().first().unwrap().to_string();
            assert!(
                line.contains("absent.toml") && line.contains("No such file"),
                "{line}"
            );
        }
    }
}
