//! From what happened to an [`Error`]: its kind, the server's own words, and what to do.
use std::{error::Error as StdError, io, time::Duration};

use http::StatusCode;
use serde::Deserialize;

use super::{ask::Ask, guard::Refusal};
use crate::net::kube::error::{Error, ErrorKind};

/// metav1.Status, as far as it is told.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Status {
    pub(crate) code: u16,
    pub(crate) message: String,
    reason: String,
    details: Option<Details>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Details {
    retry_after_seconds: Option<u64>,
}

const LONGEST_WHY: usize = 300;

fn fail(kind: ErrorKind, server: &str, ask: &Ask, why: impl Into<Box<str>>, remedy: &str) -> Error {
    Error {
        kind,
        server: server.into(),
        request: ask.words().into(),
        why: why.into(),
        remedy: remedy.into(),
    }
}

pub(super) fn timed_out(server: &str, ask: &Ask, deadline: Duration) -> Error {
    let why = format!("no answer in {} s", deadline.as_secs_f32());
    fail(
        ErrorKind::Timeout,
        server,
        ask,
        why,
        "the server may be overloaded or stopped; --request-timeout changes the limit",
    )
}

pub(super) fn undecodable(server: &str, ask: &Ask, why: &serde_json::Error) -> Error {
    let why = format!("the answer is not what the API promises: {why}");
    fail(
        ErrorKind::Decode,
        server,
        ask,
        why,
        "check that the URL is an API server's",
    )
}

pub(super) fn malformed(server: &str, ask: &Ask, why: &http::Error) -> Error {
    fail(
        ErrorKind::Config,
        server,
        ask,
        why.to_string(),
        "check names and flags",
    )
}

/// The connection broke in the middle of a body.
pub(super) fn broken(server: &str, ask: &Ask, why: &(dyn StdError + 'static)) -> Error {
    fail(
        ErrorKind::Unreachable,
        server,
        ask,
        format!("the answer broke off: {}", root_words(why)),
        "",
    )
}

pub(super) fn shutting_down(server: &str) -> Error {
    Error {
        kind: ErrorKind::Unreachable,
        server: server.into(),
        request: "".into(),
        why: "the program is ending".into(),
        remedy: "".into(),
    }
}

/// The configuration's files do not make a client.
pub(super) fn unbuildable(server: &str, why: &kube::Error) -> Error {
    let (kind, remedy) = match why {
        kube::Error::Auth(_) => (
            ErrorKind::Unauthorized,
            "correct the user's credentials in the kubeconfig",
        ),
        kube::Error::ProxyProtocolUnsupported { .. } => (
            ErrorKind::Config,
            "use a proxy of scheme http, https, socks5 or socks5h",
        ),
        _ => (
            ErrorKind::Config,
            "correct the user's certificate and key in the kubeconfig",
        ),
    };
    // A proxy's URL in the message may hold a password, but it was parted from it before.
    Error {
        kind,
        server: server.into(),
        request: "".into(),
        why: clean(&root_words(why)).into(),
        remedy: remedy.into(),
    }
}

/// The server did not answer.
pub(super) fn unanswered(server: &str, ask: &Ask, error: &kube::Error) -> Error {
    let told = |kind, why: String, remedy: &str| fail(kind, server, ask, clean(&why), remedy);
    if let Some(refusal) = find::<Refusal>(error) {
        return told(ErrorKind::Refused, refusal.to_string(), "");
    }
    if let Some(why) = find::<rustls::Error>(error) {
        return told(ErrorKind::Tls, tls_words(why), tls_remedy(why));
    }
    if let Some(why) = find::<kube::client::AuthError>(error) {
        return told(
            ErrorKind::Unauthorized,
            why.to_string(),
            "log in again, as for kubectl",
        );
    }
    let remedy = "check the server's address, the network, and that the server runs";
    told(ErrorKind::Unreachable, root_words(error), remedy)
}

/// The server did not open a port-forward.
pub(super) fn unforwarded(server: &str, ask: &Ask, error: &kube::Error) -> Error {
    match error {
        kube::Error::Api(said) => {
            let parsed = Status::default();
            let mut error = by_status(server, ask, said.code, &clean(&said.message), &parsed, None);
            if let ErrorKind::Forbidden { verb, resource, .. } = &error.kind {
                let namespace = ask.namespace.as_deref().unwrap_or_default();
                let remedy =
                    format!("ask for the verbs {verb} on {resource} in namespace {namespace}");
                error.remedy = remedy.into();
            }
            error
        }
        kube::Error::UpgradeConnection(why) => fail(
            ErrorKind::Unreachable,
            server,
            ask,
            format!("no websocket came of it: {}", root_words(why)),
            "a proxy in front of the API server may not let websockets through",
        ),
        other => unanswered(server, ask, other),
    }
}

fn tls_words(error: &rustls::Error) -> String {
    use rustls::{CertificateError, Error as Tls};
    match error {
        Tls::InvalidCertificate(CertificateError::UnknownIssuer) => {
            "the server's certificate is not signed by the trusted CA".into()
        }
        Tls::InvalidCertificate(
            CertificateError::Expired | CertificateError::ExpiredContext { .. },
        ) => "the server's certificate has expired".into(),
        Tls::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => "the server's certificate bears another name".into(),
        Tls::InvalidMessage(_) => "what the server speaks is not TLS".into(),
        Tls::AlertReceived(alert) => format!("the server ended the handshake: {alert:?}"),
        other => other.to_string(),
    }
}

fn tls_remedy(error: &rustls::Error) -> &'static str {
    use rustls::{CertificateError, Error as Tls};
    match error {
        Tls::InvalidCertificate(CertificateError::UnknownIssuer) => {
            "check certificate-authority of the cluster, or give --certificate-authority"
        }
        Tls::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => "use the name in the certificate, or give --tls-server-name",
        Tls::InvalidCertificate(_) => {
            "renew the server's certificate, and check this machine's clock"
        }
        Tls::InvalidMessage(_) => "check scheme and port of the server's URL",
        Tls::AlertReceived(_) => "check the user's client certificate",
        _ => "",
    }
}

/// The server answered with an error status.
pub(super) fn refused(
    server: &str,
    ask: &Ask,
    status: StatusCode,
    body: &[u8],
    retry_after: Option<Duration>,
) -> Error {
    let parsed: Option<Status> = serde_json::from_slice(body).ok();
    let said = match &parsed {
        Some(status) if !status.message.is_empty() => status.message.clone(),
        _ => plain_words(body),
    };
    let said = if said.is_empty() {
        status.to_string()
    } else {
        clean(&said)
    };
    by_status(
        server,
        ask,
        status.as_u16(),
        &said,
        &parsed.unwrap_or_default(),
        retry_after,
    )
}

/// A Status object that came within a watch.
pub(crate) fn from_status(server: &str, ask: &Ask, status: &Status) -> Error {
    by_status(
        server,
        ask,
        status.code,
        &clean(&status.message),
        status,
        None,
    )
}

fn by_status(
    server: &str,
    ask: &Ask,
    code: u16,
    said: &str,
    status: &Status,
    retry_after: Option<Duration>,
) -> Error {
    let told = |kind, remedy: &str| fail(kind, server, ask, said, remedy);
    let asked = retry_after.or_else(|| {
        Some(Duration::from_secs(
            status.details.as_ref()?.retry_after_seconds?,
        ))
    });
    match code {
        401 => told(ErrorKind::Unauthorized, "log in again, as for kubectl"),
        403 => told(
            ErrorKind::Forbidden {
                verb: ask.verb.into(),
                resource: ask.resource.as_str().into(),
                namespace: ask.namespace.as_deref().map(Into::into),
            },
            "ask an administrator for this right, or choose another context",
        ),
        404 => told(ErrorKind::Missing, ""),
        410 => told(ErrorKind::Gone, ""),
        429 => told(
            ErrorKind::Throttled { retry_after: asked },
            "the server limits requests; they are sent more slowly",
        ),
        // An expired resource version may also come as 500 with this reason, within a watch.
        _ if status.reason == "Expired" || status.reason == "Gone" => told(ErrorKind::Gone, ""),
        504 => told(ErrorKind::Timeout, "the server may be overloaded"),
        500.. => told(ErrorKind::Unreachable, "the server has trouble of its own"),
        _ => told(
            ErrorKind::Rejected { status: code },
            "check the server's address and version",
        ),
    }
}

/// A body that is no Status: text as it is, of HTML nothing.
fn plain_words(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    if text.trim_start().starts_with('<') {
        String::new()
    } else {
        text.trim().to_owned()
    }
}

/// One line, without control characters, of bounded length.
fn clean(text: &str) -> String {
    let spaced: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let mut line: String = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() > LONGEST_WHY {
        line = line
            .chars()
            .take(LONGEST_WHY)
            .chain(std::iter::once('…'))
            .collect();
    }
    line
}

/// The first error of a type in the chain. An `io::Error` hides its cause from `source`, so it is opened.
fn find<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = deeper(error);
    }
    None
}

fn deeper<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    if let Some(inner) = error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref)
    {
        return Some(inner);
    }
    error.source()
}

/// The words of the innermost cause, which is the one that says something.
pub(crate) fn root_words(error: &(dyn StdError + 'static)) -> String {
    let mut last = error;
    loop {
        let ended = last.downcast_ref::<io::Error>().map(io::Error::kind);
        if ended == Some(io::ErrorKind::UnexpectedEof) {
            return "the connection was closed".into();
        }
        match deeper(last) {
            Some(next) => last = next,
            None => return last.to_string(),
        }
    }
}
