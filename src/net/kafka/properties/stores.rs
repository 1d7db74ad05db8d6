//! `ssl.*` made into TLS settings: PEM or PKCS12, from files or inline.
use std::path::Path;

use super::{File, PropertiesError, ReadFile, lines::Entry};
use crate::net::tls::{self, Identity, TlsClient, TlsError, TlsSettings, Trust};

const NAMES: &str = "ssl.endpoint.identification.algorithm";
/// How JKS and JCEKS stores begin.
const JAVA_STORES: [[u8; 4]; 2] = [[0xFE, 0xED, 0xFE, 0xED], [0xCE, 0xCE, 0xCE, 0xCE]];

pub(super) fn tls(file: &mut File, read: ReadFile<'_>) -> Result<TlsClient, PropertiesError> {
    let trust = match trust(file, read)? {
        Some(roots) => Trust::Roots(roots),
        None => Trust::System,
    };
    let identity = identity(file, read)?;
    let check_host_name = match file.take(NAMES) {
        None => true,
        Some(entry) => match entry.value.trim().to_ascii_lowercase().as_str() {
            "" => false,
            "https" => true,
            other => {
                let why = format!("{other:?} is neither https nor empty (no check)");
                return Err(file.wrong(NAMES, &entry, &why));
            }
        },
    };
    let settings = TlsSettings {
        trust,
        identity,
        check_host_name,
    };
    settings.build().map_err(|TlsError(why)| file.lacks(&why))
}

fn trust(
    file: &mut File,
    read: ReadFile<'_>,
) -> Result<Option<Vec<rustls::pki_types::CertificateDer<'static>>>, PropertiesError> {
    let kind = file.take("ssl.truststore.type");
    let password = file.take("ssl.truststore.password");
    if let Some(entry) = file.take("ssl.truststore.certificates") {
        let key = "ssl.truststore.certificates";
        let roots = tls::roots_from_pem(rewrap(&entry.value).as_bytes(), "the value");
        return roots
            .map(Some)
            .map_err(|TlsError(why)| file.wrong(key, &entry, &why));
    }
    let key = "ssl.truststore.location";
    let Some(entry) = file.take(key) else {
        return Ok(None);
    };
    let store = Store::open(file, key, &entry, kind.as_ref(), read)?;
    let roots = match store.format {
        Format::Pem => tls::roots_from_pem(&store.bytes, &entry.value),
        Format::Pkcs12 => {
            tls::roots_from_pkcs12(&store.bytes, secret(password.as_ref()), &entry.value)
        }
    };
    roots
        .map(Some)
        .map_err(|TlsError(why)| file.wrong(key, &entry, &why))
}

fn identity(file: &mut File, read: ReadFile<'_>) -> Result<Option<Identity>, PropertiesError> {
    let kind = file.take("ssl.keystore.type");
    let password = file.take("ssl.keystore.password");
    // Of a PKCS12 store the key has the store's password; of PEM an encrypted key is refused below.
    file.take("ssl.key.password");
    let chain = file.take("ssl.keystore.certificate.chain");
    let key = file.take("ssl.keystore.key");
    if let (Some(chain), Some(key)) = (&chain, &key) {
        let (pem_chain, pem_key) = (rewrap(&chain.value), rewrap(&key.value));
        let identity =
            tls::identity_from_pem(pem_chain.as_bytes(), pem_key.as_bytes(), "the value");
        let wrong = |TlsError(why)| file.wrong("ssl.keystore.key", key, &why);
        return identity.map(Some).map_err(wrong);
    }
    if let Some(alone) = chain.or(key) {
        let why =
            "a client certificate takes both ssl.keystore.certificate.chain and ssl.keystore.key";
        return Err(file.wrong("ssl.keystore", &alone, why));
    }
    let location = "ssl.keystore.location";
    let Some(entry) = file.take(location) else {
        return Ok(None);
    };
    let store = Store::open(file, location, &entry, kind.as_ref(), read)?;
    let identity = match store.format {
        Format::Pem => tls::identity_from_pem(&store.bytes, &store.bytes, &entry.value),
        Format::Pkcs12 => {
            tls::identity_from_pkcs12(&store.bytes, secret(password.as_ref()), &entry.value)
        }
    };
    identity
        .map(Some)
        .map_err(|TlsError(why)| file.wrong(location, &entry, &why))
}

fn secret(password: Option<&Entry>) -> &str {
    password.map_or("", |entry| entry.value.as_str())
}

enum Format {
    Pem,
    Pkcs12,
}

struct Store {
    format: Format,
    bytes: Vec<u8>,
}

impl Store {
    /// Java's default type is JKS, which also opens PKCS12 files; so the content decides, and the type only where the
    /// content does not tell.
    fn open(
        file: &File,
        key: &str,
        location: &Entry,
        kind: Option<&Entry>,
        read: ReadFile<'_>,
    ) -> Result<Self, PropertiesError> {
        let path = location.value.trim();
        let word = kind
            .map_or("JKS", |kind| kind.value.trim())
            .to_ascii_uppercase();
        if !["JKS", "PKCS12", "PEM"].contains(&word.as_str()) {
            let why = format!("stores of type {word:?} are not supported: use PEM or PKCS12");
            return Err(file.wrong(key, kind.unwrap_or(location), &why));
        }
        let bytes = read(Path::new(path))
            .map_err(|why| file.wrong(key, location, &format!("{path}: cannot be read: {why}")))?;
        let java = JAVA_STORES.iter().any(|magic| bytes.starts_with(magic));
        let format = match (java, word.as_str()) {
            (false, "PEM") => Format::Pem,
            (false, "PKCS12") => Format::Pkcs12,
            // 0x30 begins every PKCS12 file.
            (false, _) if bytes.first() == Some(&0x30) => Format::Pkcs12,
            _ => {
                let to = format!("{}.p12", path.strip_suffix(".jks").unwrap_or(path));
                let why = format!(
                    "JKS stores are not supported; convert it: keytool -importkeystore -srckeystore {path} \
                     -srcstoretype JKS -destkeystore {to} -deststoretype PKCS12"
                );
                return Err(file.wrong(key, location, &why));
            }
        };
        Ok(Self { format, bytes })
    }
}

/// Puts the line breaks back that a properties value has usually lost, which PEM needs and Java does not.
fn rewrap(pem: &str) -> String {
    const DASHES: &str = "-----";
    let mut wrapped = String::with_capacity(pem.len() + 16);
    for (at, part) in pem.split(DASHES).enumerate() {
        // Between dashes stand in turn: nothing, BEGIN X, the body, END X.
        match at % 4 {
            1 | 3 => wrapped.extend([DASHES, part.trim(), DASHES, "\n"]),
            2 => {
                let body: String = part.split_whitespace().collect();
                wrapped.push_str(&body);
                wrapped.push('\n');
            }
            _ => {}
        }
    }
    wrapped
}
