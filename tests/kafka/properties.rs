//! Java client properties files: what is read, and what each mistake says.
use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use p12_keystore::{
    Certificate, EncryptionAlgorithm, KeyStore, KeyStoreEntry, PrivateKey, PrivateKeyChain,
};
use plimsoll::net::kafka::properties::{Parsed, PropertiesError, load, parse};
use proptest::prelude::*;
use rcgen::{CertificateParams, KeyPair};

fn read(text: &str) -> Result<Parsed, PropertiesError> {
    with_file(text, b"")
}

/// Parses with one file `store` beside it.
fn with_file(text: &str, store: &[u8]) -> Result<Parsed, PropertiesError> {
    let mut files = |path: &Path| {
        if path == Path::new("store") {
            Ok(store.to_vec())
        } else {
            Err(io::ErrorKind::NotFound.into())
        }
    };
    parse(text, Path::new("client.properties"), &mut files)
}

fn pem() -> (String, String, KeyPair) {
    let key = KeyPair::generate().unwrap();
    let cert = CertificateParams::new(vec!["me".to_owned()])
        .unwrap()
        .self_signed(&key)
        .unwrap();
    (cert.pem(), key.serialize_pem(), key)
}

#[test]
fn a_file_for_scram_over_tls() {
    let (cert, ..) = pem();
    let text = "\
# written for Java
bootstrap.servers = a.example.com:9093 , b.example.com:9093
security.protocol: SASL_SSL
sasl.mechanism SCRAM-SHA-512
sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required \\
    username=\"alice\" \\
    password=\"p\\\\\"w;d\";
ssl.truststore.type=PEM
ssl.truststore.location=store
ssl.endpoint.identification.algorithm=
client.id=on-call
request.timeout.ms=5000
";
    let parsed = with_file(text, cert.as_bytes()).unwrap();
    let config = parsed.config;
    let hosts: Vec<String> = config.bootstrap.iter().map(ToString::to_string).collect();
    assert_eq!(hosts, ["a.example.com:9093", "b.example.com:9093"]);
    assert_eq!(
        format!("{:?}", config.sasl.unwrap()),
        "SCRAM-SHA-512 as alice"
    );
    assert!(!config.tls.unwrap().checks_host_name);
    assert_eq!(
        (&*config.client_id, config.request_timeout),
        ("on-call", Duration::from_secs(5))
    );
    assert_eq!(parsed.warnings, Vec::<String>::new());
}

#[test]
fn nothing_at_all_is_plaintext() {
    let parsed = read("").unwrap();
    assert!(parsed.config.tls.is_none() && parsed.config.sasl.is_none());
    assert!(parsed.config.bootstrap.is_empty());
}

#[test]
fn unknown_keys_and_keys_without_effect_are_warnings_with_their_lines() {
    let text =
        "security.protocol=PLAINTEXT\nacks=all\n\nsasl.mechanism=PLAIN\nssl.protocol=TLSv1.3\n";
    let warnings = read(text).unwrap().warnings;
    let about = |key: &str| warnings.iter().find(|line| line.contains(key)).unwrap();
    assert_eq!(warnings.len(), 3);
    assert!(about("acks").starts_with("client.properties:2: acks: "));
    assert!(about("sasl.mechanism").contains(":4:"));
    assert!(about("sasl.mechanism").contains("security.protocol is without SASL"));
    assert!(about("ssl.protocol").contains("without TLS"));
}

#[test]
fn inline_pem_may_have_lost_its_line_breaks() {
    let (cert, key, _) = pem();
    for between in ["\\n", " ", "\\\n  ", " \\\n  "] {
        let inline = |pem: &str| pem.trim_end().replace('\n', between);
        let text = format!(
            "security.protocol=SSL\nssl.truststore.type=PEM\nssl.truststore.certificates={}\n\
             ssl.keystore.type=PEM\nssl.keystore.certificate.chain={}\nssl.keystore.key={}\n",
            inline(&cert),
            inline(&cert),
            inline(&key)
        );
        let parsed = read(&text).unwrap_or_else(|why| panic!("{between:?}: {why}"));
        assert!(
            parsed
                .config
                .tls
                .unwrap()
                .config
                .client_auth_cert_resolver
                .has_certs()
        );
    }
}

fn pkcs12(password: &str) -> Vec<u8> {
    let (.., key) = pem();
    let cert = CertificateParams::new(vec!["me".to_owned()])
        .unwrap()
        .self_signed(&key)
        .unwrap();
    let cert = Certificate::from_der(cert.der()).unwrap();
    let chain = PrivateKeyChain::new(
        "1",
        PrivateKey::from_der(&key.serialize_der()).unwrap(),
        [cert.clone()],
    );
    let mut store = KeyStore::new();
    store.add_entry("me", KeyStoreEntry::PrivateKeyChain(chain));
    store.add_entry("ca", KeyStoreEntry::Certificate(cert));
    let writer = store
        .writer(password)
        .encryption_algorithm(EncryptionAlgorithm::PbeWithHmacSha256AndAes256);
    writer
        .encryption_iterations(1000)
        .mac_iterations(1000)
        .write()
        .unwrap()
}

#[test]
fn pkcs12_stores_are_read_also_under_javas_default_type() {
    let store = pkcs12("changeit");
    for kind in [
        "ssl.truststore.type=PKCS12\nssl.keystore.type=PKCS12",
        "ssl.truststore.type=JKS",
        "",
    ] {
        let text = format!(
            "security.protocol=SSL\n{kind}\nssl.truststore.location=store\nssl.truststore.password=changeit\n\
             ssl.keystore.location=store\nssl.keystore.password=changeit\nssl.key.password=changeit\n"
        );
        let parsed = with_file(&text, &store).unwrap_or_else(|why| panic!("{kind}: {why}"));
        assert!(
            parsed
                .config
                .tls
                .unwrap()
                .config
                .client_auth_cert_resolver
                .has_certs()
        );
        assert_eq!(parsed.warnings, Vec::<String>::new());
    }
}

#[test]
fn every_mistake_names_file_line_key_and_what_to_do() {
    let (cert, _, _) = pem();
    let store = pkcs12("changeit");
    let tls = "security.protocol=SSL\n";
    let sasl = "security.protocol=SASL_SSL\nsasl.mechanism=";
    let cases: Vec<(String, &[u8], &[&str])> = vec![
        (
            "bootstrap.servers=a:9092,b".into(),
            b"",
            &["properties:1: bootstrap.servers", "\"b\"", "HOST:PORT"],
        ),
        ("bootstrap.servers=a:99999".into(), b"", &["HOST:PORT"]),
        (
            "\nrequest.timeout.ms=5s".into(),
            b"",
            &["properties:2: request.timeout.ms", "milliseconds"],
        ),
        (
            "security.protocol=TLS".into(),
            b"",
            &["properties:1: security.protocol", "SASL_SSL"],
        ),
        (
            "security.protocol=SASL_SSL".into(),
            b"",
            &["sasl.mechanism is missing", "GSSAPI"],
        ),
        (
            format!("{sasl}GSSAPI"),
            b"",
            &["properties:2: sasl.mechanism", "Kerberos", "SCRAM-SHA-512"],
        ),
        (format!("{sasl}DIGEST"), b"", &["none of PLAIN"]),
        (
            format!("{sasl}PLAIN"),
            b"",
            &[
                "sasl.jaas.config is missing",
                "PlainLoginModule required username",
            ],
        ),
        (
            format!(
                "{sasl}PLAIN\nsasl.jaas.config=a.ScramLoginModule required username=u password=pw1;"
            ),
            b"",
            &["properties:3: sasl.jaas.config", "is PlainLoginModule"],
        ),
        (
            format!("{sasl}PLAIN\nsasl.jaas.config=a.PlainLoginModule required password=pw1;"),
            b"",
            &["option username is missing"],
        ),
        (
            format!(
                "{sasl}PLAIN\nsasl.jaas.config=a.PlainLoginModule required username=u password=\"pw1"
            ),
            b"",
            &["quote is not closed"],
        ),
        (
            format!("{sasl}OAUTHBEARER\nsasl.oauthbearer.token.endpoint.url=https://x/t"),
            b"",
            &["properties:3: sasl.oauthbearer", "file:"],
        ),
        (format!("{sasl}OAUTHBEARER"), b"", &["oauth.access.token"]),
        (
            format!("{tls}ssl.endpoint.identification.algorithm=none"),
            b"",
            &["neither https nor empty"],
        ),
        (
            format!("{tls}ssl.truststore.location=nowhere\nssl.truststore.type=PEM"),
            b"",
            &[
                "properties:2: ssl.truststore.location",
                "nowhere: cannot be read",
            ],
        ),
        (
            format!("{tls}ssl.truststore.location=store\nssl.truststore.type=BCFKS"),
            b"",
            &["properties:3", "use PEM or PKCS12"],
        ),
        (
            format!("{tls}ssl.truststore.location=store\nssl.truststore.type=PEM"),
            b"hello",
            &["no certificate in it"],
        ),
        (
            format!("{tls}ssl.truststore.location=store\nssl.truststore.type=PKCS12"),
            cert.as_bytes(),
            &["this is PEM, not PKCS12"],
        ),
        (
            format!("{tls}ssl.truststore.location=store\nssl.truststore.password=nope1"),
            &store,
            &["password", "wrong"],
        ),
        (
            format!("{tls}ssl.keystore.location=store\nssl.keystore.type=PEM"),
            cert.as_bytes(),
            &["no usable private key"],
        ),
        (
            format!("{tls}ssl.keystore.key=x"),
            b"",
            &["both ssl.keystore.certificate.chain and ssl.keystore.key"],
        ),
    ];
    for (text, store, words) in cases {
        let why = with_file(&text, store)
            .err()
            .unwrap_or_else(|| panic!("accepted: {text}"))
            .to_string();
        for word in words.iter().chain(&["client.properties"]) {
            assert!(why.contains(word), "{text}\n{why}");
        }
        assert!(
            !why.contains("pw1") && !why.contains("nope1"),
            "a secret is shown: {why}"
        );
    }
}

#[test]
fn jks_is_refused_with_the_command_that_converts_it() {
    for kind in [
        "",
        "ssl.truststore.type=JKS\n",
        "ssl.truststore.type=PKCS12\n",
    ] {
        let text = format!("security.protocol=SSL\n{kind}ssl.truststore.location=store\n");
        let why = with_file(&text, b"\xFE\xED\xFE\xED\0\0\0\x02")
            .unwrap_err()
            .to_string();
        let command = "keytool -importkeystore -srckeystore store -srcstoretype JKS -destkeystore store.p12 \
                       -deststoretype PKCS12";
        assert!(why.contains(command), "{why}");
    }
}

#[test]
fn an_encrypted_pem_key_is_refused_with_the_command_that_decrypts_it() {
    let (cert, ..) = pem();
    let key = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let text = "security.protocol=SSL\nssl.keystore.type=PEM\nssl.keystore.location=store\nssl.key.password=pw1\n";
    let why = with_file(text, format!("{cert}{key}").as_bytes())
        .unwrap_err()
        .to_string();
    assert!(
        why.contains("encrypted") && why.contains("openssl pkcs8 -in store"),
        "{why}"
    );
}

#[test]
fn tokens_come_from_an_option_or_a_file() {
    let sasl = "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=OAUTHBEARER\n";
    for source in [
        "sasl.jaas.config=a.OAuthBearerLoginModule required oauth.access.token=\"abc\" extension_tenant=a;",
        "sasl.oauthbearer.token.endpoint.url=file:///var/run/token",
        "sasl.oauthbearer.token.endpoint.url=file:/var/run/token\nsasl.jaas.config=a.OAuthBearerLoginModule required;",
    ] {
        let parsed = read(&format!("{sasl}{source}\n")).unwrap();
        assert_eq!(format!("{:?}", parsed.config.sasl.unwrap()), "OAUTHBEARER");
        assert_eq!(parsed.warnings, Vec::<String>::new());
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let why = load(&PathBuf::from("/no/such/file.properties"))
        .unwrap_err()
        .to_string();
    assert!(
        why.contains("/no/such/file.properties: cannot be read"),
        "{why}"
    );
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(bootstrap.servers|security.protocol|sasl.jaas.config|[a-z.]{0,9}|[ \t=:\\\\#!\"';\r\n]|SASL_SSL|PLAIN|u[0-9a-f]{0,5}|\\PC){0,40}") {
        let _ = read(&text);
    }

    #[test]
    fn no_login_module_makes_it_panic(jaas in "\\PC{0,60}") {
        let _ = read(&format!("security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.jaas.config={jaas}"));
    }
}
