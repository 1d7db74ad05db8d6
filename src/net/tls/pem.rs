//! PEM material.
use rustls::pki_types::{
    CertificateDer, PrivateKeyDer,
    pem::{PemObject, SectionKind},
};

use super::{Identity, TlsError};

pub(super) fn certificates(
    text: &[u8],
    whence: &str,
) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text).collect();
    let found = found.map_err(|why| TlsError(format!("{whence}: not readable as PEM: {why}")))?;
    if found.is_empty() {
        return Err(TlsError(format!(
            "{whence}: no certificate in it: want PEM with -----BEGIN CERTIFICATE-----"
        )));
    }
    Ok(found)
}

pub(super) fn identity(chain: &[u8], key: &[u8], whence: &str) -> Result<Identity, TlsError> {
    let chain = certificates(chain, whence)?;
    refuse_encrypted(key, whence)?;
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|why| {
        TlsError(format!(
            "{whence}: no usable private key: {why}; want PEM with -----BEGIN PRIVATE KEY-----"
        ))
    })?;
    Ok(Identity { chain, key })
}

fn refuse_encrypted(key: &[u8], whence: &str) -> Result<(), TlsError> {
    let mut sections = <(SectionKind, Vec<u8>)>::pem_slice_iter(key).flatten();
    let plain = sections.any(|(kind, _)| {
        matches!(
            kind,
            SectionKind::PrivateKey | SectionKind::RsaPrivateKey | SectionKind::EcPrivateKey
        )
    });
    let text = String::from_utf8_lossy(key);
    let encrypted =
        text.contains("BEGIN ENCRYPTED PRIVATE KEY") || text.contains("Proc-Type: 4,ENCRYPTED");
    if encrypted && (!plain || text.contains("Proc-Type: 4,ENCRYPTED")) {
        return Err(TlsError(format!(
            "{whence}: the private key is encrypted, which is not supported in PEM; decrypt it with \
             `openssl pkcs8 -in {whence} -out key.pem` or put it into a PKCS12 store"
        )));
    }
    Ok(())
}
