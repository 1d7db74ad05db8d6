//! Every way in to the lab's brokers, and the wrong ones.
use std::{path::Path, sync::Arc, time::Duration};

use plimsoll::net::kafka::{Client, Error, TcpDial, properties};

use super::{PLAINTEXT, TIME, at, run_dir};

fn from_text(text: &str) -> Client {
    let read = &mut |path: &Path| std::fs::read(path);
    let parsed = properties::parse(text, Path::new("test.properties"), read).unwrap();
    Client::new(Arc::new(TcpDial), parsed.config)
}

fn from_file(name: &str) -> Client {
    let path = run_dir().join("clients").join(name);
    let parsed = properties::load(&path).unwrap();
    assert_eq!(parsed.warnings, Vec::<String>::new());
    Client::new(Arc::new(TcpDial), parsed.config)
}

#[tokio::test]
async fn every_way_in_sees_the_same_cluster() {
    let _lab = crate::fixture::steady();
    let cluster = at(PLAINTEXT)
        .metadata(TIME)
        .await
        .unwrap()
        .cluster_id
        .clone();
    for name in [
        "scram-admin",
        "plain-admin",
        "mtls-admin",
        "scram-viewer",
        "plain-viewer",
        "mtls-viewer",
    ] {
        let client = from_file(&format!("{name}.properties"));
        let metadata = client
            .metadata(TIME)
            .await
            .unwrap_or_else(|why| panic!("{name}: {why}"));
        assert_eq!(metadata.cluster_id, cluster, "{name}");
        assert_eq!(client.list_groups(TIME).await.len(), 3, "{name}");
    }
    let ca = run_dir().join("pki/kafka-ca.crt");
    let text = format!(
        "bootstrap.servers=localhost:29194\nsecurity.protocol=SASL_SSL\nsasl.mechanism=SCRAM-SHA-256\n\
         sasl.jaas.config=a.ScramLoginModule required username=admin password=admin-secret;\n\
         ssl.truststore.type=PEM\nssl.truststore.location={}\n",
        ca.display()
    );
    let metadata = from_text(&text).metadata(TIME).await.unwrap();
    assert_eq!(metadata.cluster_id, cluster);
}

#[tokio::test]
async fn wrong_ways_in_are_told_apart() {
    let _lab = crate::fixture::steady();
    let ca = run_dir().join("pki/kafka-ca.crt");
    let trust = format!(
        "ssl.truststore.type=PEM\nssl.truststore.location={}\n",
        ca.display()
    );
    let login = |protocol: &str, mechanism: &str, module: &str, password: &str| {
        format!(
            "security.protocol={protocol}\nsasl.mechanism={mechanism}\n\
             sasl.jaas.config={module} required username=admin password={password};\n"
        )
    };
    let own = rcgen::generate_simple_self_signed(["nobody".to_owned()])
        .unwrap()
        .cert
        .pem();
    let own = own.replace('\n', "\\n");
    let cases: Vec<(&str, String, &str, &[&str])> = vec![
        (
            "plaintext to TLS",
            "bootstrap.servers=localhost:29194\n".into(),
            "",
            &["TLS listener"],
        ),
        (
            "TLS to plaintext",
            format!("bootstrap.servers=localhost:29192\nsecurity.protocol=SSL\n{trust}"),
            "tls",
            &["plaintext listener"],
        ),
        (
            "wrong password",
            format!(
                "bootstrap.servers=localhost:29194\n{}{trust}",
                login("SASL_SSL", "SCRAM-SHA-512", "ScramLoginModule", "nope")
            ),
            "auth",
            &["SCRAM-SHA-512", "localhost:29194"],
        ),
        (
            "wrong PLAIN password",
            format!(
                "bootstrap.servers=localhost:29194\n{}{trust}",
                login("SASL_SSL", "PLAIN", "PlainLoginModule", "nope")
            ),
            "auth",
            &["PLAIN"],
        ),
        (
            "login to a listener without",
            format!(
                "bootstrap.servers=127.0.0.1:29192\n{}",
                login("SASL_PLAINTEXT", "PLAIN", "PlainLoginModule", "x")
            ),
            "auth",
            &["takes no login"],
        ),
        (
            "no login to a listener with one",
            format!("bootstrap.servers=localhost:29194\nsecurity.protocol=SSL\n{trust}"),
            "",
            &["login"],
        ),
        (
            "wrong CA",
            format!(
                "bootstrap.servers=localhost:29195\nsecurity.protocol=SSL\nssl.truststore.type=PEM\nssl.truststore.certificates={own}\n"
            ),
            "tls",
            &["CA that is not trusted"],
        ),
        (
            "no client certificate",
            format!("bootstrap.servers=localhost:29195\nsecurity.protocol=SSL\n{trust}"),
            "tls",
            &["client certificate"],
        ),
        (
            "unknown host",
            "bootstrap.servers=no-such-host.invalid:9092\n".into(),
            "",
            &["unknown host"],
        ),
        (
            "nothing listens",
            "bootstrap.servers=127.0.0.1:1\n".into(),
            "",
            &["connection refused"],
        ),
    ];
    for (name, text, kind, words) in cases {
        let why = from_text(&text)
            .metadata(Duration::from_secs(5))
            .await
            .unwrap_err();
        println!("{name}: {why}");
        match kind {
            "tls" => assert!(matches!(why, Error::Tls { .. }), "{name}: {why:?}"),
            "auth" => assert!(matches!(why, Error::Auth { .. }), "{name}: {why:?}"),
            _ => {}
        }
        for word in words {
            assert!(why.to_string().contains(word), "{name}: {why}");
        }
        assert!(!why.to_string().contains("nope"), "{why}");
    }
}

#[tokio::test]
async fn a_viewer_is_told_what_it_may_not_see() {
    let _lab = crate::fixture::steady();
    let client = from_file("scram-app.properties");
    client.metadata(TIME).await.unwrap();
    for (_, dirs) in client.describe_log_dirs(TIME).await {
        let why = dirs.unwrap_err();
        assert!(matches!(why, Error::Authorization { .. }), "{why}");
        assert!(why.to_string().contains("DESCRIBE on the cluster"), "{why}");
    }
}
