//! TLS client settings from the material that users have: PEM, PKCS12, the system's roots. Provider: ring.
mod build;
mod explain;
mod pem;
mod pkcs12;
mod verify;

use std::{fmt, sync::Arc};

pub use explain::explain;
use rustls::{
    ClientConfig,
    pki_types::{CertificateDer, PrivateKeyDer},
};

/// What a user gave.
#[derive(Debug, Default)]
pub struct TlsSettings {
    pub trust: Trust,
    /// Shown to servers that ask for it.
    pub identity: Option<Identity>,
    /// Whether the certificate must carry the server's name. The chain is checked either way.
    pub check_host_name: bool,
}

/// Whom to believe.
#[derive(Debug, Default)]
pub enum Trust {
    /// The roots of the operating system.
    #[default]
    System,
    /// These roots only, each as DER.
    Roots(Vec<CertificateDer<'static>>),
    /// Anyone: nothing is checked.
    Nobody,
}

/// A client certificate, its chain behind it, and its key.
pub struct Identity {
    pub chain: Vec<CertificateDer<'static>>,
    pub key: PrivateKeyDer<'static>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({} certificates)", self.chain.len())
    }
}

/// Why TLS material cannot be used: what, where, what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TlsError(pub String);

/// Settings made ready.
#[derive(Clone, Debug)]
pub struct TlsClient {
    pub config: Arc<ClientConfig>,
    /// `false`: a screen should say so.
    pub checks_host_name: bool,
    /// Nobody named the roots: a cluster that tells its own may replace them.
    pub trusts_system: bool,
}

impl TlsClient {
    /// The same, trusting these roots and no others.
    pub fn trusting(&self, roots: Vec<CertificateDer<'static>>) -> Result<Self, TlsError> {
        build::trusting(self, roots)
    }
}

impl TlsSettings {
    /// Settings that trust the given roots and check names.
    pub fn with_trust(trust: Trust) -> Self {
        Self {
            trust,
            identity: None,
            check_host_name: true,
        }
    }

    /// Makes a client configuration.
    pub fn build(self) -> Result<TlsClient, TlsError> {
        build::client(self)
    }
}

/// Roots from PEM text; `whence` names the file in errors. Other PEM blocks are passed over.
pub fn roots_from_pem(text: &[u8], whence: &str) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    pem::certificates(text, whence)
}

/// A certificate chain and a key from PEM text, which may be one file or two. An encrypted key is refused with
/// the command that decrypts it.
pub fn identity_from_pem(chain: &[u8], key: &[u8], whence: &str) -> Result<Identity, TlsError> {
    pem::identity(chain, key, whence)
}

/// The trusted certificates of a PKCS12 store.
pub fn roots_from_pkcs12(
    store: &[u8],
    password: &str,
    whence: &str,
) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    pkcs12::roots(store, password, whence)
}

/// The first private key of a PKCS12 store with its chain.
pub fn identity_from_pkcs12(
    store: &[u8],
    password: &str,
    whence: &str,
) -> Result<Identity, TlsError> {
    pkcs12::identity(store, password, whence)
}
