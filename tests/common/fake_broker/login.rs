//! The brokers' side of a login.
use std::io::Cursor;

use bytes::Bytes;
use rsasl::{
    callback::{Context, Request, SessionCallback, SessionData},
    config::SASLConfig,
    mechanisms::scram::properties::ScramStoredPassword,
    mechname::Mechname,
    prelude::{SASLServer, Session, SessionError, Validation},
    property::AuthId,
    validate::{Validate, ValidationError},
};

/// The salt and rounds of the stored passwords.
const SALT: &[u8] = b"a grain of salt";
const ROUNDS: u32 = 4096;

/// Who may come in: user `alice` with password `secret`, or the token `good-token`.
#[derive(Clone, Debug)]
pub struct Login {
    /// What the listener offers.
    pub mechanisms: Vec<&'static str>,
    /// How long a login lasts; 0: for ever.
    pub lifetime_ms: i64,
    /// Hang up on a wrong password instead of an error.
    pub hangs_up: bool,
}

impl Login {
    pub fn by(mechanism: &'static str) -> Self {
        Self {
            mechanisms: vec![mechanism],
            lifetime_ms: 0,
            hangs_up: false,
        }
    }
}

/// One login that is going on.
pub(super) enum Exchange {
    Plain,
    Scram(Box<Session<Accepted>>),
    Token { refused: bool },
}

/// What one step of a login leads to.
pub(super) enum Step {
    Done(Bytes),
    More(Bytes),
    Refused,
}

impl Exchange {
    pub(super) fn begin(mechanism: &str) -> Self {
        if mechanism == "PLAIN" {
            return Self::Plain;
        }
        if mechanism == "OAUTHBEARER" {
            return Self::Token { refused: false };
        }
        let config = SASLConfig::builder()
            .with_defaults()
            .with_callback(Stored)
            .unwrap();
        let name = Mechname::parse(mechanism.as_bytes()).unwrap();
        let session = SASLServer::<Accepted>::new(config)
            .start_suggested(name)
            .unwrap();
        Self::Scram(Box::new(session))
    }

    pub(super) fn step(&mut self, said: &[u8]) -> Step {
        match self {
            Self::Plain if said == b"\0alice\0secret" => Step::Done(Bytes::new()),
            Self::Plain | Self::Token { refused: true } => Step::Refused,
            Self::Token { refused } => {
                if said.starts_with(b"n,,\x01auth=Bearer good-token\x01")
                    && said.ends_with(b"\x01\x01")
                {
                    return Step::Done(Bytes::new());
                }
                *refused = true;
                Step::More(Bytes::from_static(b"{\"status\":\"invalid_token\"}"))
            }
            Self::Scram(session) => {
                let mut out = Cursor::new(Vec::new());
                match session.step(Some(said), &mut out) {
                    Ok(state) if state.is_finished() => match session.validation() {
                        Some(true) => Step::Done(out.into_inner().into()),
                        _ => Step::Refused,
                    },
                    Ok(_) => Step::More(out.into_inner().into()),
                    Err(_) => Step::Refused,
                }
            }
        }
    }
}

/// Whether the user is the known one.
pub(super) struct Accepted;

impl Validation for Accepted {
    type Value = bool;
}

struct Stored;

/// `PBKDF2("secret", SALT, ROUNDS)` and the keys from it, as RFC 5802 derives them, computed elsewhere.
const KEYS_256: (&str, &str) = (
    "481200542d9acd5a5b4c3a3378880acce5d7d530085b5f5a0b5f2749581fbf21",
    "2dfc02dc704c4aaaf40de94d4865f016485e6fd808afe90e84b6af1bbcac8b50",
);
const KEYS_512: (&str, &str) = (
    "66d7d596c3bbba4c7cb79f1cf2387b68dc2e035ccc1748ddef7aa354f6f3b6cc7f952ec1ba22f1d845eeadb62055797538364d9f02aaf5c6be162bedbc45eb64",
    "72556d79cc54dae54806b6d6707505d64400f1a022294f319d14bb42d70f9eddee14d2aac48fa40eade3904cc9d4be091c45b7dc63a07e26768302fff65272af",
);

impl SessionCallback for Stored {
    fn callback(
        &self,
        session: &SessionData,
        context: &Context<'_>,
        request: &mut Request<'_>,
    ) -> Result<(), SessionError> {
        if context.get_ref::<AuthId>() == Some("alice") {
            let long = session.mechanism().mechanism.as_str() == "SCRAM-SHA-512";
            let (stored, server) = if long { KEYS_512 } else { KEYS_256 };
            let (stored, server) = (unhex(stored), unhex(server));
            let password = ScramStoredPassword::new(ROUNDS, SALT, &stored, &server);
            request.satisfy::<ScramStoredPassword<'_>>(&password)?;
        }
        Ok(())
    }

    fn validate(
        &self,
        _session: &SessionData,
        context: &Context<'_>,
        validate: &mut Validate<'_>,
    ) -> Result<(), ValidationError> {
        validate.with::<Accepted, _>(|| Ok(context.get_ref::<AuthId>() == Some("alice")))?;
        Ok(())
    }
}

fn unhex(text: &str) -> Vec<u8> {
    let pairs = text
        .as_bytes()
        .chunks(2)
        .map(|pair| std::str::from_utf8(pair).unwrap());
    pairs
        .map(|pair| u8::from_str_radix(pair, 16).unwrap())
        .collect()
}
