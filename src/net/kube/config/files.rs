//! The kubeconfig files: which, and merged into one.
use std::path::{Path, PathBuf};

use kube::config::{Kubeconfig, KubeconfigError};

use super::unusable;
use crate::net::kube::{
    error::Error,
    flags::{KubeEnv, KubeFlags},
};

/// The contexts that the kubeconfig files name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contexts {
    /// Names, in the files' order. Empty: nothing is configured.
    pub names: Vec<String>,
    /// The one used when none is asked for.
    pub current: Option<String>,
}

/// The contexts to choose from.
pub fn list_contexts(flags: &KubeFlags, env: &KubeEnv) -> Result<Contexts, Error> {
    let merged = read(flags, env)?.config;
    Ok(Contexts {
        names: merged
            .contexts
            .into_iter()
            .map(|named| named.name)
            .collect(),
        current: flags.context.clone().or(merged.current_context),
    })
}

/// All files merged, and how to name them in a message.
pub(super) struct Merged {
    pub(super) config: Kubeconfig,
    pub(super) place: String,
}

/// Reads `--kubeconfig`, or the files of `KUBECONFIG`, or `~/.kube/config`. Files of the latter two may be missing.
pub(super) fn read(flags: &KubeFlags, env: &KubeEnv) -> Result<Merged, Error> {
    let (paths, must_exist) = match &flags.kubeconfig {
        Some(path) => (vec![path.clone()], true),
        None => (paths_of(env), false),
    };
    let mut config = Kubeconfig::default();
    let mut read = Vec::new();
    for path in &paths {
        if !must_exist && !path.exists() {
            continue;
        }
        let mut next = read_file(path)?;
        // An empty name counts as none, as with kubectl; the first file that sets it wins.
        next.current_context = next.current_context.filter(|name| !name.is_empty());
        config = config
            .merge(next)
            .map_err(|error| file_error(path, &error))?;
        read.push(path.display().to_string());
    }
    let place = if read.is_empty() {
        "kubeconfig".into()
    } else {
        read.join(", ")
    };
    Ok(Merged { config, place })
}

fn paths_of(env: &KubeEnv) -> Vec<PathBuf> {
    let listed: Vec<PathBuf> = env
        .kubeconfig
        .iter()
        .flat_map(std::env::split_paths)
        .filter(|path| !path.as_os_str().is_empty())
        .collect();
    if listed.is_empty() {
        env.home
            .iter()
            .map(|home| home.join(".kube").join("config"))
            .collect()
    } else {
        listed
    }
}

fn read_file(path: &Path) -> Result<Kubeconfig, Error> {
    Kubeconfig::read_from(path).map_err(|error| file_error(path, &error))
}

/// The parser's message is kept to its first line: the following ones quote the file, which holds credentials.
fn file_error(path: &Path, error: &KubeconfigError) -> Error {
    match error {
        KubeconfigError::ReadConfig(why, _) => {
            unusable(path.display(), why, "check the path and its permissions")
        }
        KubeconfigError::Parse(why) => {
            let text = why.to_string();
            let first = text.lines().next().unwrap_or_default().to_owned();
            unusable(
                path.display(),
                format!("is no kubeconfig: {first}"),
                "correct the file",
            )
        }
        other => unusable(path.display(), other, "correct the file"),
    }
}
