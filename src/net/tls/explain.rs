//! What a failed TLS handshake means.
use std::io;

use rustls::{AlertDescription, CertificateError, Error};

/// Says in words why a handshake with `name` failed, and what to do about it. `error` is what the stream
/// returned; texts carry no secrets.
pub fn explain(error: &io::Error, name: &str) -> String {
    let inner = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<Error>());
    match inner {
        Some(Error::InvalidCertificate(why)) => certificate(why, name),
        Some(Error::InvalidMessage(_)) => format!(
            "the answer is not TLS ({error}): is this a plaintext listener? then use another port or leave TLS off"
        ),
        Some(Error::AlertReceived(alert)) => alerted(*alert),
        Some(Error::PeerIncompatible(why)) => {
            format!("no TLS version or cipher in common with the server: {why:?}")
        }
        Some(other) => other.to_string(),
        None if error.kind() == io::ErrorKind::UnexpectedEof
            || error.kind() == io::ErrorKind::ConnectionReset =>
        {
            "the server hung up during the handshake: is this a plaintext listener? then use another port or leave TLS off"
                .to_owned()
        }
        None => error.to_string(),
    }
}

fn certificate(why: &CertificateError, name: &str) -> String {
    match why {
        CertificateError::UnknownIssuer => format!(
            "the certificate of {name} is signed by a CA that is not trusted here: give the CA that signed it \
             (ssl.truststore.*, certificate authority)"
        ),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            format!(
                "the certificate of {name} has expired{}: the server needs a new one",
                when(why)
            )
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => format!(
            "the certificate of {name} is not valid yet{}: is the clock of this machine right?",
            when(why)
        ),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!(
                "the certificate is not for the name {name}{}: use a name that it carries, or switch the check of \
                 host names off (ssl.endpoint.identification.algorithm=)",
                names(why)
            )
        }
        CertificateError::Revoked => format!("the certificate of {name} is revoked"),
        CertificateError::BadSignature => format!(
            "the certificate of {name} has a wrong signature: its CA has the trusted one's name but another key"
        ),
        other if format!("{other:?}").contains("CaUsedAsEndEntity") => format!(
            "the server {name} shows a self-signed CA certificate as its own, which is refused here (Java accepts it): \
             give the server a certificate that a CA signed"
        ),
        other => format!("the certificate of {name} is refused: {other}"),
    }
}

fn when(why: &CertificateError) -> String {
    let seconds = match why {
        CertificateError::ExpiredContext { not_after, .. } => not_after.as_secs(),
        CertificateError::NotValidYetContext { not_before, .. } => not_before.as_secs(),
        _ => return String::new(),
    };
    let at = i64::try_from(seconds)
        .ok()
        .and_then(|s| jiff::Timestamp::from_second(s).ok());
    at.map(|at| format!(" ({at})")).unwrap_or_default()
}

fn names(why: &CertificateError) -> String {
    match why {
        CertificateError::NotValidForNameContext { presented, .. } if !presented.is_empty() => {
            format!(" (it is for {})", presented.join(", "))
        }
        _ => String::new(),
    }
}

fn alerted(alert: AlertDescription) -> String {
    match alert {
        AlertDescription::CertificateRequired
        | AlertDescription::BadCertificate
        | AlertDescription::CertificateUnknown
        | AlertDescription::UnknownCA
        | AlertDescription::AccessDenied => format!(
            "the server wants a client certificate that it knows ({alert:?}): give one (ssl.keystore.*, client certificate)"
        ),
        AlertDescription::CertificateExpired => {
            "the server says that the client certificate has expired".to_owned()
        }
        AlertDescription::UnrecognisedName => {
            "the server does not know the name that was asked for (SNI)".to_owned()
        }
        AlertDescription::HandshakeFailure => {
            "the server refused the handshake: it may want a client certificate, or has no cipher in common"
                .to_owned()
        }
        other => format!("the server refused the handshake: {other:?}"),
    }
}
