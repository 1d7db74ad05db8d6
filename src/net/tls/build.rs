//! From settings to a client configuration.
use std::sync::Arc;

use rustls::{
    ClientConfig, RootCertStore,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier},
    crypto::CryptoProvider,
    pki_types::CertificateDer,
};

use super::{
    TlsClient, TlsError, TlsSettings, Trust,
    verify::{AnyCertificate, AnyName},
};

pub(super) fn client(settings: TlsSettings) -> Result<TlsClient, TlsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let checked = settings.check_host_name;
    let trusts_system = matches!(settings.trust, Trust::System);
    let believes_all = matches!(settings.trust, Trust::Nobody);
    let verifier = verifier(settings.trust, &provider)?;
    let verifier = if checked {
        verifier
    } else {
        Arc::new(AnyName(verifier)) as _
    };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|why| TlsError(format!("no TLS version can be offered: {why}")))?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let config = match settings.identity {
        None => builder.with_no_client_auth(),
        Some(identity) => builder
            .with_client_auth_cert(identity.chain, identity.key)
            .map_err(|why| TlsError(format!("the client certificate and its key: {why}")))?,
    };
    Ok(TlsClient {
        config: Arc::new(config),
        checks_host_name: checked && !believes_all,
        trusts_system,
    })
}

/// The same, with other roots.
pub(super) fn trusting(
    client: &TlsClient,
    roots: Vec<CertificateDer<'static>>,
) -> Result<TlsClient, TlsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let named = verifier(Trust::Roots(roots), &provider)?;
    let verifier = if client.checks_host_name {
        named
    } else {
        Arc::new(AnyName(named)) as _
    };
    let mut config = ClientConfig::clone(&client.config);
    config.dangerous().set_certificate_verifier(verifier);
    Ok(TlsClient {
        config: Arc::new(config),
        trusts_system: false,
        ..client.clone()
    })
}

fn verifier(
    trust: Trust,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, TlsError> {
    match trust {
        Trust::System => rustls_platform_verifier::Verifier::new(Arc::clone(provider))
            .map(|verifier| Arc::new(verifier) as _)
            .map_err(|why| {
                TlsError(format!(
                    "the system's trusted roots cannot be read: {why}; give the CA certificate itself"
                ))
            }),
        Trust::Roots(roots) => {
            let store = store(roots)?;
            WebPkiServerVerifier::builder_with_provider(Arc::new(store), Arc::clone(provider))
                .build()
                .map(|verifier| verifier as _)
                .map_err(|why| TlsError(format!("the trusted certificates: {why}")))
        }
        Trust::Nobody => Ok(Arc::new(AnyCertificate(Arc::clone(provider)))),
    }
}

fn store(roots: Vec<CertificateDer<'static>>) -> Result<RootCertStore, TlsError> {
    let mut store = RootCertStore::empty();
    for root in roots {
        store
            .add(root)
            .map_err(|why| TlsError(format!("a trusted certificate: {why}")))?;
    }
    Ok(store)
}
