//! Java client properties files, as Kafka's own tools take them by `--command-config`.
use std::{io, path::Path};

use super::Config;

/// A file made into a configuration.
#[derive(Debug)]
pub struct Parsed {
    pub config: Config,
    /// One line for each key that is not known here, with file and line: these files are shared with Java.
    pub warnings: Vec<String>,
}

/// Why a file cannot be used: `file:line: what is wrong; what to do`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PropertiesError(pub String);

/// Reads and parses the file, and the stores that it names.
pub fn load(path: &Path) -> Result<Parsed, PropertiesError> {
    let text = std::fs::read(path)
        .map_err(|why| PropertiesError(format!("{}: cannot be read: {why}", path.display())))?;
    parse(&String::from_utf8_lossy(&text), path, &mut |store| {
        std::fs::read(store)
    })
}

/// Parses the text of a file; `read` brings the stores and token files that it names.
pub fn parse(
    text: &str,
    path: &Path,
    read: &mut dyn FnMut(&Path) -> io::Result<Vec<u8>>,
) -> Result<Parsed, PropertiesError> {
    let _ = (text, path, read);
    todo!()
}
