//! Logins and TLS: what works, and what each failure says.
use std::{sync::Arc, time::Duration};

use plimsoll::net::{
    kafka::{Client, Config, Error, LiteralToken, Result, Sasl, TokenFile},
    tls::{Identity, TlsClient, TlsSettings, Trust},
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
    server::WebPkiClientVerifier,
};

use crate::common::fake_broker::{FakeCluster, Login, World};

const TIME: Duration = Duration::from_secs(10);

pub(crate) fn password(mechanism: &str, password: &str) -> Sasl {
    let (user, password) = ("alice".to_owned(), password.to_owned().into());
    match mechanism {
        "PLAIN" => Sasl::Plain { user, password },
        "SCRAM-SHA-256" => Sasl::ScramSha256 { user, password },
        _ => Sasl::ScramSha512 { user, password },
    }
}

fn token(token: &str) -> Sasl {
    let token = Arc::new(LiteralToken(token.to_owned().into()));
    Sasl::OAuthBearer {
        token,
        extensions: vec![("tenant".into(), "a".into())],
    }
}

async fn log_in(login: Option<Login>, sasl: Option<Sasl>) -> Result<usize> {
    let mut world = World::new(1).topic("orders", 3);
    world.login = login;
    let fake = FakeCluster::new(world);
    let client = Client::new(
        fake.dial(),
        Config {
            sasl,
            ..FakeCluster::config()
        },
    );
    Ok(client.metadata(TIME).await?.topics.len())
}

#[tokio::test]
async fn every_mechanism_lets_the_right_one_in() {
    for mechanism in ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] {
        let sasl = Some(password(mechanism, "secret"));
        assert_eq!(
            log_in(Some(Login::by(mechanism)), sasl).await,
            Ok(1),
            "{mechanism}"
        );
    }
    assert_eq!(
        log_in(Some(Login::by("OAUTHBEARER")), Some(token("good-token"))).await,
        Ok(1)
    );
}

#[tokio::test]
async fn a_token_is_read_from_its_file_each_time() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let from_file = || {
        let token = Arc::new(TokenFile(file.path().to_owned()));
        Some(Sasl::OAuthBearer {
            token,
            extensions: Vec::new(),
        })
    };
    let login = || Some(Login::by("OAUTHBEARER"));
    let why = log_in(login(), from_file()).await.unwrap_err().to_string();
    assert!(
        why.contains("is empty") && why.contains(&file.path().display().to_string()),
        "{why}"
    );
    std::fs::write(file.path(), "good-token\n").unwrap();
    assert_eq!(log_in(login(), from_file()).await, Ok(1));
}

#[tokio::test]
async fn every_refusal_names_the_server_the_mechanism_and_what_to_do() {
    let by = |mechanism: &'static str| Some(Login::by(mechanism));
    let hangs_up = Some(Login {
        hangs_up: true,
        ..Login::by("PLAIN")
    });
    let cases: Vec<(Option<Login>, Option<Sasl>, &[&str])> = vec![
        (
            by("PLAIN"),
            Some(password("PLAIN", "wrong")),
            &["PLAIN", "Invalid username or password"],
        ),
        (
            by("SCRAM-SHA-256"),
            Some(password("SCRAM-SHA-256", "wrong")),
            &["SCRAM-SHA-256", "SASL_AUTHENTICATION_FAILED"],
        ),
        (
            by("SCRAM-SHA-512"),
            Some(password("PLAIN", "secret")),
            &[
                "does not have this mechanism",
                "offers SCRAM-SHA-512",
                "sasl.mechanism",
            ],
        ),
        (
            hangs_up,
            Some(password("PLAIN", "wrong")),
            &["hung up during the login", "credentials"],
        ),
        (
            None,
            Some(password("PLAIN", "secret")),
            &["takes no login", "security.protocol"],
        ),
        (
            by("OAUTHBEARER"),
            Some(token("bad-token")),
            &["invalid_token", "OAUTHBEARER"],
        ),
    ];
    for (login, sasl, words) in cases {
        let why = log_in(login, sasl).await.unwrap_err();
        assert!(matches!(why, Error::Auth { .. }), "{why:?}");
        for word in words.iter().chain(&["boot.fake:9092"]) {
            assert!(why.to_string().contains(word), "{why}");
        }
        assert!(
            !why.to_string().contains("wrong\"") && !why.to_string().contains("bad-token"),
            "{why}"
        );
    }
    let why = log_in(by("PLAIN"), None).await.unwrap_err().to_string();
    assert!(why.contains("does this listener want a login?"), "{why}");
}

#[test]
fn debug_output_shows_no_secret() {
    let shown = format!("{:?} {:?}", password("PLAIN", "hunter2"), token("hunter3"));
    assert!(
        shown.contains("alice") && !shown.contains("hunter"),
        "{shown}"
    );
}

struct Ca(CertifiedIssuer<'static, KeyPair>);

impl Ca {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, name);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn der(&self) -> CertificateDer<'static> {
        self.0.der().clone()
    }

    fn issue(&self, name: &str, expired: bool) -> Identity {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        if expired {
            params.not_before = rcgen::date_time_ymd(2019, 1, 1);
            params.not_after = rcgen::date_time_ymd(2020, 1, 1);
        }
        let key = KeyPair::generate().unwrap();
        let leaf = params.signed_by(&key, &self.0).unwrap();
        Identity {
            chain: vec![leaf.der().clone()],
            key: pkcs8(&key),
        }
    }

    fn trust(&self) -> TlsSettings {
        TlsSettings::with_trust(Trust::Roots(vec![self.der()]))
    }
}

fn pkcs8(key: &KeyPair) -> PrivateKeyDer<'static> {
    PrivatePkcs8KeyDer::from(key.serialize_der()).into()
}

fn server(identity: Identity, clients: Option<&Ca>) -> ServerConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap();
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(ca) => {
            let mut roots = RootCertStore::empty();
            roots.add(ca.der()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().unwrap())
        }
    };
    builder
        .with_single_cert(identity.chain, identity.key)
        .unwrap()
}

async fn over(server: Option<ServerConfig>, tls: Option<TlsClient>) -> Result<usize> {
    let world = World::new(1).topic("orders", 3);
    let fake = match server {
        Some(server) => FakeCluster::with_tls(world, server),
        None => FakeCluster::new(world),
    };
    let client = Client::new(
        fake.dial(),
        Config {
            tls,
            ..FakeCluster::config()
        },
    );
    Ok(client.metadata(TIME).await?.topics.len())
}

#[tokio::test]
async fn tls_with_a_ca_of_ones_own_and_a_client_certificate() {
    let (ca, clients) = (Ca::new("servers"), Ca::new("clients"));
    let plain = server(ca.issue("boot.fake", false), None);
    assert_eq!(
        over(Some(plain), Some(ca.trust().build().unwrap())).await,
        Ok(1)
    );
    let mutual = || server(ca.issue("boot.fake", false), Some(&clients));
    let identity = Some(clients.issue("me", false));
    let settings = TlsSettings {
        identity,
        ..ca.trust()
    };
    assert_eq!(
        over(Some(mutual()), Some(settings.build().unwrap())).await,
        Ok(1)
    );
    let why = over(Some(mutual()), Some(ca.trust().build().unwrap()))
        .await
        .unwrap_err();
    assert!(matches!(why, Error::Tls { .. }), "{why:?}");
    assert!(why.to_string().contains("client certificate"), "{why}");
}

#[tokio::test]
async fn every_tls_failure_says_what_is_wrong() {
    let (ca, other) = (Ca::new("servers"), Ca::new("others"));
    let tls = |ca: &Ca| Some(ca.trust().build().unwrap());
    let own = server(
        Identity {
            chain: vec![ca.der()],
            key: pkcs8(ca.0.key()),
        },
        None,
    );
    let cases: Vec<(Option<ServerConfig>, Option<TlsClient>, &[&str])> = vec![
        (
            Some(server(ca.issue("boot.fake", false), None)),
            tls(&other),
            &["CA that is not trusted", "ssl.truststore"],
        ),
        (
            Some(server(ca.issue("boot.fake", true), None)),
            tls(&ca),
            &["has expired", "2020-01-01"],
        ),
        (
            Some(server(ca.issue("other.name", false), None)),
            tls(&ca),
            &["not for the name boot.fake", "other.name"],
        ),
        (Some(own), tls(&ca), &["self-signed CA certificate"]),
        (None, tls(&ca), &["is this a plaintext listener?"]),
    ];
    for (server, tls, words) in cases {
        let why = over(server, tls).await.unwrap_err();
        assert!(matches!(why, Error::Tls { .. }), "{why:?}");
        for word in words.iter().chain(&["boot.fake:9092"]) {
            assert!(why.to_string().contains(word), "{why}");
        }
    }
    let plain = over(Some(server(ca.issue("boot.fake", false), None)), None)
        .await
        .unwrap_err();
    assert!(plain.to_string().contains("TLS listener"), "{plain}");
}

#[tokio::test]
async fn the_name_alone_or_everything_can_be_left_unchecked() {
    let (ca, other) = (Ca::new("servers"), Ca::new("others"));
    let nameless = |ca: &Ca| {
        TlsSettings {
            check_host_name: false,
            ..ca.trust()
        }
        .build()
        .unwrap()
    };
    assert!(!nameless(&ca).checks_host_name);
    let wrong_name = || Some(server(ca.issue("other.name", false), None));
    assert_eq!(over(wrong_name(), Some(nameless(&ca))).await, Ok(1));
    let why = over(wrong_name(), Some(nameless(&other)))
        .await
        .unwrap_err()
        .to_string();
    assert!(
        why.contains("CA that is not trusted"),
        "the chain still counts: {why}"
    );
    let anything = TlsSettings::with_trust(Trust::Nobody).build().unwrap();
    assert_eq!(over(wrong_name(), Some(anything)).await, Ok(1));
}

#[tokio::test]
async fn without_a_ca_the_systems_roots_count() {
    let ca = Ca::new("servers");
    // A machine without roots is told so.
    let why = match TlsSettings::with_trust(Trust::System).build() {
        Err(why) => why.to_string(),
        Ok(tls) => {
            let server = server(ca.issue("boot.fake", false), None);
            over(Some(server), Some(tls)).await.unwrap_err().to_string()
        }
    };
    assert!(why.contains("give the CA"), "{why}");
}
