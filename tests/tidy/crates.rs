//! The crates that are built in: their licences, one of each where two would be a fault, and those that stay out.
//!
//! `.deny.toml` is the one list; cargo-deny reads the same. Bans hold for every platform (`Cargo.lock`), licences for what
//! is built on this one, since only that is there after a build.

use std::{fs, process::Command};

use super::{assert_complains, assert_tidy, root};

/// Of these there must be exactly one version: two would mean two sets of TLS settings, or two connection pools.
const SINGLE: &[&str] = &["rustls", "hyper", "tokio-rustls", "ring"];
/// Beginnings of names that stay out, beside the names in `.deny.toml`.
const OUT: &[&str] = &["openssl", "aws-lc", "native-tls", "boring"];
/// Looks for the system's certificates in files; OpenSSL itself is not in it.
const NOT_OPENSSL: &str = "openssl-probe";

/// Parts of an expression of licences: `MIT OR (Apache-2.0 AND ISC)`; older crates write `MIT/Apache-2.0`.
fn words(expression: &str) -> Vec<String> {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let mut words: Vec<String> = Vec::new();
    let mut parts = spaced.split_whitespace();
    while let Some(part) = parts.next() {
        match (part, words.last_mut()) {
            ("WITH", Some(licence)) => {
                *licence = format!("{licence} WITH {}", parts.next().unwrap_or_default());
            }
            _ => words.push(part.to_owned()),
        }
    }
    words
}

/// Whether the expression can be fulfilled with these licences alone. AND binds tighter than OR.
fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    fn either(
        words: &mut std::iter::Peekable<std::vec::IntoIter<String>>,
        allowed: &[String],
    ) -> bool {
        let mut fine = both(words, allowed);
        while words.next_if(|word| word == "OR").is_some() {
            fine |= both(words, allowed);
        }
        fine
    }
    fn both(
        words: &mut std::iter::Peekable<std::vec::IntoIter<String>>,
        allowed: &[String],
    ) -> bool {
        let mut fine = one(words, allowed);
        while words.next_if(|word| word == "AND").is_some() {
            fine &= one(words, allowed);
        }
        fine
    }
    fn one(
        words: &mut std::iter::Peekable<std::vec::IntoIter<String>>,
        allowed: &[String],
    ) -> bool {
        match words.next().as_deref() {
            Some("(") => {
                let fine = either(words, allowed);
                words.next();
                fine
            }
            Some(licence) => allowed.iter().any(|known| known == licence),
            None => false,
        }
    }
    either(&mut words(expression).into_iter().peekable(), allowed)
}

/// Packages, as name and licence, that the list does not allow.
fn check_licences(packages: &[(String, Option<String>)], allowed: &[String]) -> Vec<String> {
    packages
        .iter()
        .filter_map(|(name, licence)| {
            let licence = licence.as_deref().unwrap_or("no licence");
            (!is_allowed(licence, allowed)).then(|| {
                format!(
                    "{name}: {licence}: replace the crate, or have the licence checked and add it to .deny.toml"
                )
            })
        })
        .collect()
}

/// Packages, as name and version, that are there twice or at all.
fn check_packages(packages: &[(String, String)], banned: &[String]) -> Vec<String> {
    let mut complaints = Vec::new();
    for single in SINGLE {
        let versions: Vec<&str> = packages
            .iter()
            .filter(|(name, _)| name == single)
            .map(|(_, version)| version.as_str())
            .collect();
        if versions.len() != 1 {
            complaints.push(format!(
                "{single}: versions {versions:?}, there must be one: cargo tree -i {single} names who asks for the other"
            ));
        }
    }
    for (name, version) in packages {
        let out = banned.contains(name) || OUT.iter().any(|start| name.starts_with(start));
        if out && name != NOT_OPENSSL {
            complaints.push(format!(
                "{name} {version}: stays out, rustls with ring is the one TLS stack: cargo tree -i {name} names the \
                 crate whose feature brings it"
            ));
        }
    }
    complaints
}

fn deny() -> toml::Table {
    fs::read_to_string(root().join(".deny.toml"))
        .unwrap()
        .parse()
        .unwrap()
}

fn texts(list: &toml::Value, key: Option<&str>) -> Vec<String> {
    let parts = list.as_array().unwrap().iter();
    let text = |part: &toml::Value| key.map_or(part.clone(), |key| part[key].clone());
    parts
        .map(|part| text(part).as_str().unwrap().to_owned())
        .collect()
}

fn cargo(words: &[&str]) -> String {
    let run = Command::new(env!("CARGO"))
        .args(words)
        .current_dir(root())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&run.stderr).into_owned();
    assert!(run.status.success(), "cargo {}: {errors}", words.join(" "));
    String::from_utf8(run.stdout).unwrap()
}

#[test]
fn every_licence_is_allowed() {
    let version = cargo(&["--version", "--verbose"]);
    let host = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .unwrap();
    let metadata = [
        "metadata",
        "--format-version",
        "1",
        "--locked",
        "--offline",
        "--all-features",
        "--filter-platform",
        host,
    ];
    let metadata: serde_json::Value = serde_json::from_str(&cargo(&metadata)).unwrap();
    let packages: Vec<(String, Option<String>)> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| {
            let name = package["name"].as_str().unwrap().to_owned();
            (name, package["license"].as_str().map(str::to_owned))
        })
        .collect();
    assert!(
        packages.len() > 100,
        "cargo metadata told of {} packages only",
        packages.len()
    );
    let allowed = texts(&deny()["licenses"]["allow"], None);
    assert_tidy(&check_licences(&packages, &allowed));
}

#[test]
fn there_is_one_tls_stack() {
    let lock: toml::Table = fs::read_to_string(root().join("Cargo.lock"))
        .unwrap()
        .parse()
        .unwrap();
    let packages: Vec<(String, String)> = lock["package"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| {
            let text = |key: &str| package[key].as_str().unwrap().to_owned();
            (text("name"), text("version"))
        })
        .collect();
    let banned = texts(&deny()["bans"]["deny"], Some("crate"));
    assert!(!banned.is_empty());
    assert_tidy(&check_packages(&packages, &banned));
}

#[test]
fn a_licence_that_is_not_on_the_list_is_found() {
    let allowed = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned);
    let check = |licence: Option<&str>| {
        check_licences(
            &[("crate".to_owned(), licence.map(str::to_owned))],
            &allowed,
        )
    };
    for fine in [
        "MIT",
        "MIT OR GPL-3.0",
        "GPL-3.0/MIT",
        "(MIT OR GPL-3.0) AND ISC",
        "Apache-2.0 WITH LLVM-exception OR GPL-3.0",
    ] {
        assert_tidy(&check(Some(fine)));
    }
    for bad in [
        "GPL-3.0",
        "MIT AND GPL-3.0",
        "(MIT OR ISC) AND GPL-3.0",
        "Apache-2.0",
        "",
    ] {
        assert_complains(&check(Some(bad)), &["crate", ".deny.toml"]);
    }
    assert_complains(&check(None), &["no licence"]);
}

#[test]
fn a_second_rustls_and_an_openssl_are_found() {
    let fine = [
        ("rustls", "0.23.0"),
        ("hyper", "1.0.0"),
        ("tokio-rustls", "0.26.0"),
        ("ring", "0.17.0"),
    ];
    let with = |more: &[(&str, &str)]| -> Vec<String> {
        let all = fine
            .iter()
            .chain(more)
            .map(|(name, version)| ((*name).to_owned(), (*version).to_owned()));
        check_packages(&all.collect::<Vec<_>>(), &["left-pad".to_owned()])
    };
    assert_tidy(&with(&[("openssl-probe", "0.2.0")]));
    assert_complains(
        &with(&[("rustls", "0.22.0")]),
        &["0.22.0", "cargo tree -i rustls"],
    );
    for out in [
        "openssl-sys",
        "openssl",
        "aws-lc-rs",
        "native-tls",
        "left-pad",
    ] {
        assert_complains(&with(&[(out, "1.0.0")]), &[out, "cargo tree"]);
    }
}
