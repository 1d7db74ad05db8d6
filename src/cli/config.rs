//! The config file: TOML, read once, every key checked.
//!
//! What each key means and which source wins is in [`super::settings`]; here a file becomes [`Layer`]s or a list of
//! complaints, each with file, line and column.

mod layer;
mod likes;
mod reader;

use std::{collections::BTreeMap, fs, io, path::Path};

pub use layer::{KafkaLayer, Layer, PrometheusLayer};
pub use likes::Likes;
use reader::Reader;

use super::{env::Environment, exit::Complaint};

/// A config file: what holds everywhere, and what holds in one context.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConfigFile {
    pub base: Layer,
    pub contexts: BTreeMap<String, Layer>,
    pub likes: Likes,
}

/// Reads the file that `--config` or the environment names, or else the one in the XDG config directory. Only the
/// last may be absent.
pub fn load(flag: Option<&Path>, env: &Environment) -> Result<ConfigFile, Vec<Complaint>> {
    let named = flag.or(env.config.as_deref());
    let default = env.default_config();
    let Some(path) = named.or(default.as_deref()) else {
        return Ok(ConfigFile::default());
    };
    match fs::read_to_string(path) {
        Ok(text) => parse(&text, path, env.home.as_deref()),
        Err(why) if why.kind() == io::ErrorKind::NotFound && named.is_none() => {
            Ok(ConfigFile::default())
        }
        Err(why) => Err(vec![unreadable(path, &why)]),
    }
}

fn unreadable(path: &Path, why: &io::Error) -> Complaint {
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
    let complaints = reader.finish();
    if complaints.is_empty() {
        Ok(file)
    } else {
        Err(complaints)
    }
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
                        read_only: section.boolean("read_only"),
                        production: section.boolean("production"),
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

    fn fixtures(folder: &str) -> Vec<(std::path::PathBuf, String)> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/config");
        let mut files: Vec<_> = fs::read_dir(root.join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| (path.clone(), fs::read_to_string(&path).unwrap()))
            .collect();
        files.sort();
        assert!(!files.is_empty());
        files
    }

    #[test]
    fn every_good_file_is_taken() {
        for (path, text) in fixtures("good") {
            let parsed = parse(&text, &path, None);
            assert!(parsed.is_ok(), "{}: {parsed:?}", path.display());
        }
    }

    /// Each bad file says in its first line what must stand in the complaint, parts separated by bars.
    #[test]
    fn every_bad_file_is_refused_with_the_expected_words() {
        for (path, text) in fixtures("bad") {
            let expect = text
                .lines()
                .next()
                .and_then(|line| line.strip_prefix("# expect: "))
                .unwrap_or_else(|| panic!("{} names no words", path.display()));
            let complaints = parse(&text, &path, None).expect_err(&path.display().to_string());
            let said: Vec<String> = complaints.iter().map(ToString::to_string).collect();
            for words in expect.split(" | ") {
                assert!(
                    said.iter().any(|line| line.contains(words)),
                    "{}: {words:?} in {said:#?}",
                    path.display()
                );
            }
        }
    }

    #[test]
    fn a_whole_file_is_read_as_it_stands() {
        let text = "theme = \"mono\"\nrefresh = \"30s\"\n[kafka]\ncommand_config = \"client.properties\"\n\
                    [contexts.\"prod eu\"]\nproduction = true\n[contexts.\"prod eu\".kafka]\nbootstrap_server = \"k:9092\"\n";
        let file = parse(text, Path::new("/etc/plimsoll/config.toml"), None).unwrap();
        assert_eq!(file.base.theme.as_deref(), Some("mono"));
        assert_eq!(file.base.refresh, Some(std::time::Duration::from_secs(30)));
        let config = file.base.kafka.command_config.unwrap();
        assert_eq!(config, Path::new("/etc/plimsoll/client.properties"));
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
