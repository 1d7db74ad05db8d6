//! The login of a Strimzi user, from the Secret that the user operator keeps for it.

use base64::{Engine, prelude::BASE64_STANDARD};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::{Cluster, Unfound};
use crate::net::{
    kafka::{Config, Sasl},
    kube::{Client, Resource, object},
    tls::{self, TlsError, TlsSettings},
};

/// The logins that the Secret makes possible, the one to be preferred first: a listener takes one of them. `wanted` is `NAME`
/// in the namespace of the cluster, or `NAMESPACE/NAME`.
pub(in crate::net) async fn logins(
    kube: &Client,
    cluster: &Cluster,
    wanted: &str,
) -> Result<Vec<Config>, Unfound> {
    let (namespace, name) = wanted
        .split_once('/')
        .unwrap_or((&cluster.namespace, wanted));
    let secret = object::get(kube, &Resource::SECRETS, namespace, name).await?;
    let wrong = |why: String| Unfound::Login(format!("Secret {namespace}/{name}: {why}"));
    let held = read(&secret).map_err(wrong)?;
    held.configs(name).map_err(|TlsError(why)| wrong(why))
}

/// What the Secret of a user holds.
enum Held {
    Password(SecretString),
    /// A certificate and its key, as PEM.
    Certificate {
        chain: SecretString,
        key: SecretString,
    },
}

fn read(secret: &Value) -> Result<Held, String> {
    let value = |key: &str| -> Option<Result<SecretString, String>> {
        let text = secret.get("data")?.get(key)?.as_str()?;
        let decoded = BASE64_STANDARD.decode(text).ok();
        let decoded = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
        Some(
            decoded
                .map(SecretString::from)
                .ok_or_else(|| format!("{key} is no text")),
        )
    };
    match (value("user.crt"), value("user.key"), value("password")) {
        (Some(chain), Some(key), _) => Ok(Held::Certificate {
            chain: chain?,
            key: key?,
        }),
        (_, _, Some(password)) => Ok(Held::Password(password?)),
        _ => Err(
            "neither password nor user.crt and user.key are in it: it is not that of a Strimzi user; correct --kafka-user"
                .to_owned(),
        ),
    }
}

impl Held {
    fn configs(self, name: &str) -> Result<Vec<Config>, TlsError> {
        let secure = |identity| {
            TlsSettings {
                identity,
                check_host_name: true,
                ..TlsSettings::default()
            }
            .build()
        };
        match self {
            Held::Password(password) => {
                let login = Config {
                    sasl: Some(Sasl::ScramSha512 {
                        user: name.to_owned(),
                        password,
                    }),
                    ..Config::default()
                };
                let encrypted = Config {
                    tls: Some(secure(None)?),
                    ..login.clone()
                };
                Ok(vec![encrypted, login])
            }
            Held::Certificate { chain, key } => {
                let (chain, key) = (chain.expose_secret(), key.expose_secret());
                let identity = tls::identity_from_pem(
                    chain.as_bytes(),
                    key.as_bytes(),
                    "user.crt and user.key",
                )?;
                Ok(vec![Config {
                    tls: Some(secure(Some(identity))?),
                    ..Config::default()
                }])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_password_is_for_scram_and_encrypted_where_that_can_be() {
        let secret = json!({"data": {"password": BASE64_STANDARD.encode("open sesame")}});
        let configs = read(&secret).unwrap().configs("ali").unwrap();
        let told: Vec<(bool, String)> = configs
            .iter()
            .map(|of| (of.tls.is_some(), format!("{:?}", of.sasl)))
            .collect();
        let login = "Some(SCRAM-SHA-512 as ali)".to_owned();
        assert_eq!(told, [(true, login.clone()), (false, login)]);
        assert!(!format!("{configs:?}").contains("sesame"));
    }

    #[test]
    fn what_is_no_users_secret_is_refused_without_its_values() {
        let other = json!({"data": {"token": BASE64_STANDARD.encode("hush")}});
        let why = read(&other).err().unwrap();
        assert!(why.contains("neither password nor user.crt"), "{why}");
        let broken = json!({"data": {"password": "%%hush"}});
        assert_eq!(read(&broken).err().unwrap(), "password is no text");
    }
}
