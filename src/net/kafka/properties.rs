//! Java client properties files, as Kafka's own tools take them by `--command-config`.
mod jaas;
mod lines;
mod login;
mod stores;

use std::{collections::BTreeMap, io, path::Path, time::Duration};

use lines::Entry;

use super::Config;

/// A file made into a configuration.
#[derive(Debug)]
pub struct Parsed {
    /// `bootstrap` is empty where the file does not name the servers.
    pub config: Config,
    /// One line for each key that has no effect here, with file and line: these files are shared with Java.
    pub warnings: Vec<String>,
}

/// Why a file cannot be used: `file:line: what is wrong; what to do`. Values that may be secret are never quoted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PropertiesError(pub String);

/// Brings the bytes of a file that the properties name.
pub type ReadFile<'a> = &'a mut dyn FnMut(&Path) -> io::Result<Vec<u8>>;

/// Reads and parses the file, and the stores that it names.
pub fn load(path: &Path) -> Result<Parsed, PropertiesError> {
    let text = std::fs::read(path)
        .map_err(|why| PropertiesError(format!("{}: cannot be read: {why}", path.display())))?;
    parse(&String::from_utf8_lossy(&text), path, &mut |store| {
        std::fs::read(store)
    })
}

/// Parses the text of a file; `path` names it in errors, `read` brings the stores that it names.
pub fn parse(text: &str, path: &Path, read: ReadFile<'_>) -> Result<Parsed, PropertiesError> {
    let mut file = File {
        path: path.display().to_string(),
        entries: lines::parse(text),
    };
    let mut config = Config::default();
    if let Some(entry) = file.take("bootstrap.servers") {
        config.bootstrap = Config::parse_bootstrap(&entry.value)
            .map_err(|why| file.wrong("bootstrap.servers", &entry, &why))?;
    }
    if let Some(entry) = file.take("client.id") {
        config.client_id = entry.value;
    }
    if let Some(entry) = file.take("request.timeout.ms") {
        let ms: Option<u64> = entry.value.trim().parse().ok().filter(|ms| *ms > 0);
        let ms = ms.ok_or_else(|| {
            file.wrong(
                "request.timeout.ms",
                &entry,
                "want a whole number of milliseconds above 0",
            )
        })?;
        config.request_timeout = Duration::from_millis(ms);
    }
    let protocol = file.protocol()?;
    let mut warnings = Vec::new();
    if protocol.tls {
        config.tls = Some(stores::tls(&mut file, read)?);
    } else {
        warnings.extend(file.unused("ssl.", "has no effect: security.protocol is without TLS"));
    }
    if protocol.sasl {
        config.sasl = Some(login::sasl(&mut file)?);
    } else {
        warnings.extend(file.unused("sasl.", "has no effect: security.protocol is without SASL"));
    }
    warnings.extend(file.unused("", "not a key that is used here: ignored"));
    Ok(Parsed { config, warnings })
}

/// The entries that nobody has taken yet.
struct File {
    path: String,
    entries: BTreeMap<String, Entry>,
}

struct Protocol {
    tls: bool,
    sasl: bool,
}

impl File {
    fn take(&mut self, key: &str) -> Option<Entry> {
        self.entries.remove(key)
    }

    fn wrong(&self, key: &str, entry: &Entry, why: &str) -> PropertiesError {
        PropertiesError(format!("{}:{}: {key}: {why}", self.path, entry.line))
    }

    fn lacks(&self, why: &str) -> PropertiesError {
        PropertiesError(format!("{}: {why}", self.path))
    }

    fn protocol(&mut self) -> Result<Protocol, PropertiesError> {
        let Some(entry) = self.take("security.protocol") else {
            return Ok(Protocol {
                tls: false,
                sasl: false,
            });
        };
        let (tls, sasl) = match entry.value.trim().to_ascii_uppercase().as_str() {
            "PLAINTEXT" => (false, false),
            "SSL" => (true, false),
            "SASL_PLAINTEXT" => (false, true),
            "SASL_SSL" => (true, true),
            other => {
                let why = format!("{other:?} is none of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL");
                return Err(self.wrong("security.protocol", &entry, &why));
            }
        };
        Ok(Protocol { tls, sasl })
    }

    /// Takes all that is left under a prefix and complains about each.
    fn unused(&mut self, prefix: &str, why: &str) -> Vec<String> {
        let keys: Vec<String> = self
            .entries
            .keys()
            .filter(|key| key.starts_with(prefix))
            .cloned()
            .collect();
        let complain = |key: String| {
            let line = self.entries.remove(&key)?.line;
            Some(format!("{}:{line}: {key}: {why}", self.path))
        };
        keys.into_iter().filter_map(complain).collect()
    }
}
