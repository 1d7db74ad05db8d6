//! PKCS12 material, as Java's keytool and OpenSSL write it.
use p12_keystore::{Pkcs12Archive, error::Error};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use super::{Identity, TlsError};

pub(super) fn roots(
    store: &[u8],
    password: &str,
    whence: &str,
) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let archive = open(store, password, whence)?;
    // Java marks the trusted ones; OpenSSL marks none, and then all that belong to no key are meant.
    let marked = archive.certs.iter().any(|bag| bag.trusted);
    let roots: Vec<_> = archive
        .certs
        .iter()
        .filter(|bag| {
            if marked {
                bag.trusted
            } else {
                bag.local_key_id.is_none()
            }
        })
        .map(|bag| CertificateDer::from(bag.cert.as_der().to_vec()))
        .collect();
    if roots.is_empty() {
        return Err(TlsError(format!(
            "{whence}: no trusted certificate in this PKCS12 store"
        )));
    }
    Ok(roots)
}

pub(super) fn identity(store: &[u8], password: &str, whence: &str) -> Result<Identity, TlsError> {
    let archive = open(store, password, whence)?;
    let Some(key) = archive.keys.first() else {
        return Err(TlsError(format!(
            "{whence}: no private key in this PKCS12 store"
        )));
    };
    let id = key.local_key_id.as_ref().map(AsRef::<[u8]>::as_ref);
    let leaf = archive
        .certs
        .iter()
        .find(|bag| id.is_some() && bag.local_key_id.as_deref() == id)
        .or_else(|| archive.certs.iter().find(|bag| !bag.trusted))
        .ok_or_else(|| TlsError(format!("{whence}: the private key has no certificate")))?;
    let mut chain = vec![&leaf.cert];
    while let Some(last) = chain.last() {
        let issuer = last.issuer();
        let next = archive
            .certs
            .iter()
            .map(|bag| &bag.cert)
            .find(|cert| cert.subject() == issuer && !chain.contains(cert));
        match next {
            // A self-signed root need not be sent.
            Some(cert) if cert.subject() != cert.issuer() => chain.push(cert),
            _ => break,
        }
    }
    Ok(Identity {
        chain: chain
            .iter()
            .map(|cert| CertificateDer::from(cert.as_der().to_vec()))
            .collect(),
        key: PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.key.as_der().to_vec())),
    })
}

fn open(store: &[u8], password: &str, whence: &str) -> Result<Pkcs12Archive, TlsError> {
    if store.starts_with(&[0xFE, 0xED, 0xFE, 0xED]) {
        return Err(TlsError(format!(
            "{whence}: this is a JKS store, not PKCS12"
        )));
    }
    if store.starts_with(b"-----BEGIN") {
        return Err(TlsError(format!(
            "{whence}: this is PEM, not PKCS12: set the type to PEM"
        )));
    }
    Pkcs12Archive::from_pkcs12(store, password).map_err(|why| match why {
        Error::MacError(_) => TlsError(format!(
            "{whence}: the password of this PKCS12 store is wrong"
        )),
        Error::Pkcs5Error(_) | Error::UnpadError => TlsError(format!(
            "{whence}: cannot be decrypted: {why}; is the password right?"
        )),
        other => TlsError(format!("{whence}: not readable as PKCS12: {other}")),
    })
}
