//! The login: `SaslHandshake` version 1, then `SaslAuthenticate` until the mechanism is done.
use std::{io::Cursor, time::Duration};

use bytes::Bytes;
use kafka_protocol::{
    messages::{SaslAuthenticateRequest, SaslHandshakeRequest},
    protocol::StrBytes,
};
use rsasl::{
    config::SASLConfig,
    mechname::Mechname,
    prelude::{SASLClient, Session},
};
use secrecy::{ExposeSecret, SecretString};

use super::{Conn, Deadline};
use crate::net::kafka::{Code, Error, Result, Sasl, TokenSource};

/// Logs in; returns how long the login lasts, where the broker limits it.
pub(super) async fn login(
    conn: &Conn,
    method: &Sasl,
    deadline: Deadline,
) -> Result<Option<Duration>> {
    let login = Login {
        conn,
        mechanism: method.mechanism(),
        deadline,
    };
    login.choose().await?;
    match method {
        Sasl::Plain { user, password }
        | Sasl::ScramSha256 { user, password }
        | Sasl::ScramSha512 { user, password } => login.by_password(user, password).await,
        Sasl::OAuthBearer { token, extensions } => login.by_token(&**token, extensions).await,
    }
}

struct Login<'a> {
    conn: &'a Conn,
    mechanism: &'static str,
    deadline: Deadline,
}

impl Login<'_> {
    fn failed(&self, why: String) -> Error {
        Error::Auth {
            server: self.conn.server.to_string(),
            mechanism: self.mechanism.to_owned(),
            why,
            offered: Vec::new(),
        }
    }

    async fn choose(&self) -> Result<()> {
        let ask = SaslHandshakeRequest::default()
            .with_mechanism(StrBytes::from_static_str(self.mechanism));
        let answer = self
            .conn
            .send(1, &ask, self.deadline)
            .await
            .map_err(|why| self.cut(why))?;
        match Code::of(answer.error_code) {
            None => Ok(()),
            // UNSUPPORTED_SASL_MECHANISM
            Some(Code(33)) => Err(Error::Auth {
                server: self.conn.server.to_string(),
                mechanism: self.mechanism.to_owned(),
                why: "the listener does not have this mechanism".to_owned(),
                offered: answer.mechanisms.iter().map(|name| name.as_str().to_owned()).collect(),
            }),
            // ILLEGAL_SASL_STATE
            Some(Code(34)) => Err(self.failed(
                "this listener takes no login: use security.protocol=PLAINTEXT or SSL, or another port"
                    .to_owned(),
            )),
            Some(code) => Err(self.failed(code.to_string())),
        }
    }

    /// One step: what the client says, and what the broker answers to it.
    async fn step(&self, said: Vec<u8>) -> Result<(Bytes, Option<Duration>)> {
        let version = self.conn.version::<SaslAuthenticateRequest>()?;
        let ask = SaslAuthenticateRequest::default().with_auth_bytes(said.into());
        let sent = self.conn.send(version, &ask, self.deadline).await;
        let answer = sent.map_err(|why| self.cut(why))?;
        if let Some(code) = Code::of(answer.error_code) {
            let words = answer.error_message.as_deref().unwrap_or_default();
            return Err(self.failed(if words.is_empty() {
                format!("{code}: is the user name or the password wrong?")
            } else {
                format!("{words} ({})", code.name())
            }));
        }
        let lifetime = u64::try_from(answer.session_lifetime_ms)
            .ok()
            .filter(|ms| *ms > 0);
        Ok((answer.auth_bytes, lifetime.map(Duration::from_millis)))
    }

    /// A server that hangs up here means the login, not the network.
    fn cut(&self, why: Error) -> Error {
        match why {
            Error::Closed { why, .. } => self.failed(format!(
                "{why} during the login: wrong credentials, or a listener of another security.protocol?"
            )),
            other => other,
        }
    }

    async fn by_password(&self, user: &str, password: &SecretString) -> Result<Option<Duration>> {
        let mut session = self.session(user, password)?;
        let mut heard: Option<Bytes> = None;
        let mut lifetime = None;
        loop {
            let mut said = Cursor::new(Vec::new());
            let state = session
                .step(heard.as_deref(), &mut said)
                .map_err(|why| self.failed(format!("the broker's answer is refused: {why}")))?;
            let said = said.into_inner();
            if state.is_running() || !said.is_empty() {
                let (answer, limit) = self.step(said).await?;
                heard = Some(answer);
                lifetime = limit.or(lifetime);
            }
            if state.is_finished() {
                return Ok(lifetime);
            }
        }
    }

    fn session(&self, user: &str, password: &SecretString) -> Result<Session> {
        let failed = |why: String| self.failed(why);
        let secret = password.expose_secret().to_owned();
        let config = SASLConfig::with_credentials(None, user.to_owned(), secret)
            .map_err(|why| failed(why.to_string()))?;
        let name =
            Mechname::parse(self.mechanism.as_bytes()).map_err(|why| failed(why.to_string()))?;
        SASLClient::new(config)
            .start_suggested(&[name])
            .map_err(|why| failed(why.to_string()))
    }

    /// One message (RFC 7628), written here so that a refusal's reason can be read: the broker answers it as JSON
    /// and waits for one more byte before it fails the login.
    async fn by_token(
        &self,
        source: &dyn TokenSource,
        extensions: &[(String, String)],
    ) -> Result<Option<Duration>> {
        let token = source.token().await.map_err(|why| self.failed(why))?;
        let mut said = format!("n,,\u{1}auth=Bearer {}", token.expose_secret());
        for (name, value) in extensions {
            said.extend(["\u{1}", name, "=", value]);
        }
        said.push_str("\u{1}\u{1}");
        let (answer, lifetime) = self.step(said.into_bytes()).await?;
        if answer.is_empty() {
            return Ok(lifetime);
        }
        let reason = String::from_utf8_lossy(&answer).into_owned();
        let refused = format!("the broker refused the token: {reason}");
        match self.step(vec![1]).await {
            Ok(_) => Err(self.failed(refused)),
            Err(Error::Auth { why, .. }) => Err(self.failed(format!("{refused}; {why}"))),
            Err(other) => Err(other),
        }
    }
}
