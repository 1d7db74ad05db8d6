//! Credential plugins (`aws eks get-token`, `gke-gcloud-auth-plugin`, `kubelogin`): run once per credential, never on a live screen.
//!
//! kube's own way runs a plugin up to three times per client, blocks the thread, and lends it the terminal. So they are run here, by
//! the protocol of `client.authentication.k8s.io`, and only their result is handed on.
use std::{process::Stdio, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use kube::config::{AuthInfo, ExecConfig, ExecInteractiveMode};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;
use tokio::process::Command;

use crate::net::kube::error::{Error, ErrorKind};

/// Whether a credential plugin may use the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plugins {
    /// It may ask on the terminal, as with kubectl. Only before the screen is up.
    MayAsk,
    /// It gets no terminal, and its words are kept for the error message.
    Silent,
}

/// A plugin without a terminal has this long. One that asks a person has no limit.
const SILENT_LIMIT: Duration = Duration::from_secs(30);

#[derive(Deserialize)]
struct Credential {
    status: Option<Status>,
}

/// Holds secrets: it has no `Debug`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    expiration_timestamp: Option<Timestamp>,
    token: Option<String>,
    client_certificate_data: Option<String>,
    client_key_data: Option<String>,
}

/// Runs the plugin, puts what it answers into `user`, and returns when that expires, if it says so.
pub(crate) async fn fill_in(
    user: &mut AuthInfo,
    plugin: &ExecConfig,
    plugins: Plugins,
    server: &str,
) -> Result<Option<Timestamp>, Error> {
    let name = plugin.command.as_deref().unwrap_or_default();
    let failed = |why: String, remedy: &str| Error {
        kind: ErrorKind::Unauthorized,
        server: server.into(),
        request: format!("credential plugin {name}").into(),
        why: why.into(),
        remedy: remedy.into(),
    };
    let asks =
        plugins == Plugins::MayAsk && plugin.interactive_mode != Some(ExecInteractiveMode::Never);
    if !asks && plugin.interactive_mode == Some(ExecInteractiveMode::Always) {
        let why = "it must ask on the terminal, which the screen occupies".into();
        return Err(failed(why, "log in with kubectl in another terminal"));
    }
    let mut command = prepare(plugin, asks).map_err(|why| failed(why, "correct the kubeconfig"))?;
    let limit = if asks { Duration::MAX } else { SILENT_LIMIT };
    let ended = tokio::time::timeout(limit, command.output())
        .await
        .map_err(|_elapsed| failed("no answer in 30 s".into(), "log in with kubectl first"))?;
    let output = ended.map_err(|why| {
        let hint = plugin
            .install_hint
            .as_deref()
            .unwrap_or("install it, or correct PATH");
        failed(format!("cannot be run: {why}"), hint.trim())
    })?;
    if !output.status.success() {
        let why = format!("{}: {}", output.status, last_words(&output.stderr));
        return Err(failed(why, "run it by hand, or log in with kubectl"));
    }
    // The parser's message could quote the credential: only the fact is told.
    let credential: Credential = serde_json::from_slice(&output.stdout).map_err(|_why| {
        failed(
            "its answer is no ExecCredential in JSON".into(),
            "run it by hand",
        )
    })?;
    let Some(status) = credential.status else {
        return Err(failed("its answer has no status".into(), "run it by hand"));
    };
    if let (Some(certificate), Some(key)) = (status.client_certificate_data, status.client_key_data)
    {
        user.client_certificate_data = Some(BASE64_STANDARD.encode(&certificate));
        user.client_key_data = Some(SecretString::from(BASE64_STANDARD.encode(&key)));
    } else if status.token.is_none() {
        return Err(failed(
            "its answer has neither token nor certificate".into(),
            "run it by hand",
        ));
    }
    user.token = status.token.map(SecretString::from);
    Ok(status.expiration_timestamp)
}

fn prepare(plugin: &ExecConfig, asks: bool) -> Result<Command, String> {
    let program = plugin
        .command
        .as_ref()
        .ok_or("the kubeconfig names no command")?;
    let info = json!({
        "apiVersion": plugin.api_version,
        "kind": "ExecCredential",
        "spec": {"interactive": asks, "cluster": plugin.cluster},
    });
    let mut command = Command::new(program);
    command
        .args(plugin.args.iter().flatten())
        .env("KUBERNETES_EXEC_INFO", info.to_string())
        .stdin(if asks {
            Stdio::inherit()
        } else {
            Stdio::null()
        })
        .stderr(if asks {
            Stdio::inherit()
        } else {
            Stdio::piped()
        })
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    if !asks {
        // Out of the terminal's foreground group: opening /dev/tty to ask stops it instead of eating our keys.
        command.process_group(0);
    }
    for variable in plugin.env.iter().flatten() {
        if let (Some(name), Some(value)) = (variable.get("name"), variable.get("value")) {
            command.env(name, value);
        }
    }
    Ok(command)
}

/// The last line of what a plugin said, without control characters, at most 300 characters.
fn last_words(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let line = text
        .lines()
        .rev()
        .find(|line| !line.trim().is_empty())
        .unwrap_or("it said nothing");
    line.trim()
        .chars()
        .filter(|c| !c.is_control())
        .take(300)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_line_of_a_plugin_is_repeated() {
        assert_eq!(
            last_words(b"loading\nlogin \x1b[31mexpired\n\n"),
            "login [31mexpired"
        );
        assert_eq!(last_words(b""), "it said nothing");
        assert_eq!(last_words("x".repeat(500).as_bytes()).len(), 300);
    }
}
