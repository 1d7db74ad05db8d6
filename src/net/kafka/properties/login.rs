//! `sasl.*` made into a login.
use std::{path::PathBuf, sync::Arc};

use secrecy::SecretString;

use super::{
    File, PropertiesError,
    jaas::{self, Module},
    lines::Entry,
};
use crate::net::kafka::{LiteralToken, Sasl, TokenFile, TokenSource};

const MECHANISM: &str = "sasl.mechanism";
const JAAS: &str = "sasl.jaas.config";
const TOKEN_URL: &str = "sasl.oauthbearer.token.endpoint.url";

pub(super) fn sasl(file: &mut File) -> Result<Sasl, PropertiesError> {
    let Some(mechanism) = file.take(MECHANISM) else {
        return Err(file.lacks(
            "sasl.mechanism is missing, and its default, GSSAPI (Kerberos), is not supported: set PLAIN, \
             SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER",
        ));
    };
    let jaas = file.take(JAAS);
    let module = match &jaas {
        None => None,
        Some(entry) => {
            Some(jaas::parse(&entry.value).map_err(|why| file.wrong(JAAS, entry, &why))?)
        }
    };
    let name = mechanism.value.trim().to_ascii_uppercase();
    match name.as_str() {
        "PLAIN" => {
            let (user, password) = password(file, jaas.as_ref(), module, "PlainLoginModule")?;
            Ok(Sasl::Plain { user, password })
        }
        "SCRAM-SHA-256" => {
            let (user, password) = password(file, jaas.as_ref(), module, "ScramLoginModule")?;
            Ok(Sasl::ScramSha256 { user, password })
        }
        "SCRAM-SHA-512" => {
            let (user, password) = password(file, jaas.as_ref(), module, "ScramLoginModule")?;
            Ok(Sasl::ScramSha512 { user, password })
        }
        "OAUTHBEARER" => token(file, jaas.as_ref(), module),
        "GSSAPI" => Err(file.wrong(
            MECHANISM,
            &mechanism,
            "GSSAPI (Kerberos) is not supported: use a listener with PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER",
        )),
        other => {
            let why =
                format!("{other:?} is none of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER");
            Err(file.wrong(MECHANISM, &mechanism, &why))
        }
    }
}

fn password(
    file: &File,
    entry: Option<&Entry>,
    module: Option<Module>,
    class: &str,
) -> Result<(String, SecretString), PropertiesError> {
    let (Some(entry), Some(mut module)) = (entry, module) else {
        return Err(file.lacks(&format!(
            "sasl.jaas.config is missing: want ...{class} required username=\"...\" password=\"...\";"
        )));
    };
    if module.class != class {
        let why = format!(
            "the login module for this sasl.mechanism is {class}, not {}",
            module.class
        );
        return Err(file.wrong(JAAS, entry, &why));
    }
    let mut option = |name: &str| {
        let missing = || file.wrong(JAAS, entry, &format!("the option {name} is missing"));
        module.options.remove(name).ok_or_else(missing)
    };
    Ok((option("username")?, option("password")?.into()))
}

/// The token itself as the option `oauth.access.token`, or a `file:` URL that something else keeps fresh.
fn token(
    file: &mut File,
    entry: Option<&Entry>,
    module: Option<Module>,
) -> Result<Sasl, PropertiesError> {
    let mut options = module.map(|module| module.options).unwrap_or_default();
    let extensions = options
        .iter()
        .filter_map(|(name, value)| {
            Some((name.strip_prefix("extension_")?.to_owned(), value.clone()))
        })
        .collect();
    let url = file.take(TOKEN_URL);
    let source: Arc<dyn TokenSource> = match (options.remove("oauth.access.token"), url) {
        (Some(token), _) => Arc::new(LiteralToken(token.into())),
        (None, Some(url)) => match url.value.trim().strip_prefix("file:") {
            // file:/path and file:///path name the same file.
            Some(path) => {
                let path = format!("/{}", path.trim_start_matches('/'));
                Arc::new(TokenFile(PathBuf::from(path)))
            }
            None => {
                return Err(file.wrong(
                    TOKEN_URL,
                    &url,
                    "only file: URLs are supported: have the token written to a file and name that",
                ));
            }
        },
        (None, None) => {
            let why = "no token: give the option oauth.access.token, or sasl.oauthbearer.token.endpoint.url=file:///...";
            return Err(match entry {
                Some(entry) => file.wrong(JAAS, entry, why),
                None => file.lacks(why),
            });
        }
    };
    Ok(Sasl::OAuthBearer {
        token: source,
        extensions,
    })
}
