//! The connection's configuration, found and merged as kubectl does it.
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
pub fn list_contexts(_flags: &KubeFlags, _env: &KubeEnv) -> Result<Contexts, Error> {
    Ok(Contexts::default())
}
