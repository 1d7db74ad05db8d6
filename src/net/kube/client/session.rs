//! A stack with its credential, and when to make a new one.
use std::sync::{
    Arc, PoisonError, RwLock,
    atomic::{AtomicBool, Ordering},
};

use jiff::{SignedDuration, Timestamp};
use tokio::{sync::Mutex, time::Instant};

use super::{classify, guard::Rights, now, stack, stack::Tally};
use crate::net::kube::{
    certificate,
    config::{Settled, settle},
    error::Error,
    exec::{self, Plugins},
    flags::{KubeEnv, KubeFlags},
};

/// A credential is renewed this long before it expires.
const MARGIN: SignedDuration = SignedDuration::from_secs(60);
/// A session that was never accepted is not replaced more often: its credential would be the same.
const LEAST_AGE: std::time::Duration = std::time::Duration::from_secs(10);

/// One stack with one credential.
pub(super) struct Session {
    pub(super) kube: kube::Client,
    expires: Option<Timestamp>,
    made: Instant,
    accepted: AtomicBool,
    /// End of the client certificate's validity, if there is one.
    certificate_ends: Option<Timestamp>,
}

impl Session {
    /// The server has taken our credential.
    pub(super) fn mark_accepted(&self) {
        self.accepted.store(true, Ordering::Relaxed);
    }

    fn is_spent(&self) -> bool {
        self.expires
            .is_some_and(|expires| Timestamp::now() + MARGIN >= expires)
            && now() - self.made >= LEAST_AGE
    }

    fn is_worth_replacing(&self) -> bool {
        self.accepted.load(Ordering::Relaxed) || now() - self.made >= LEAST_AGE
    }

    /// Why the server does not know us, where we can tell: it says no more than "Unauthorized".
    pub(super) fn reason_for_401(&self) -> Option<String> {
        let ended = self
            .certificate_ends
            .filter(|end| *end < Timestamp::now())?;
        Some(format!("the client certificate expired on {ended}"))
    }
}

/// The current session, and all that is needed to make the next one.
pub(super) struct Sessions {
    flags: KubeFlags,
    env: KubeEnv,
    may_ask: AtomicBool,
    rights: Rights,
    tally: Arc<Tally>,
    server: String,
    namespace: String,
    context: Option<String>,
    current: RwLock<Option<Arc<Session>>>,
    making: Mutex<Option<Failure>>,
}

/// A session could not be made: repeated to all who ask within [`LEAST_AGE`], so that ten watches do not run ten plugins.
struct Failure {
    at: Instant,
    error: Error,
}

impl Sessions {
    pub(super) fn new(
        flags: KubeFlags,
        env: KubeEnv,
        plugins: Plugins,
        rights: Rights,
        tally: Arc<Tally>,
    ) -> Result<Self, Error> {
        let Settled {
            config, context, ..
        } = settle(&flags, &env)?;
        Ok(Self {
            flags,
            env,
            may_ask: AtomicBool::new(plugins == Plugins::MayAsk),
            rights,
            tally,
            server: shown(&config.cluster_url),
            namespace: config.default_namespace,
            context,
            current: RwLock::default(),
            making: Mutex::default(),
        })
    }

    pub(super) fn set_plugins(&self, plugins: Plugins) {
        self.may_ask
            .store(plugins == Plugins::MayAsk, Ordering::Relaxed);
    }

    pub(super) fn server(&self) -> &str {
        &self.server
    }

    pub(super) fn namespace(&self) -> &str {
        &self.namespace
    }

    pub(super) fn context(&self) -> Option<&str> {
        self.context.as_deref()
    }

    fn get(&self) -> Option<Arc<Session>> {
        self.current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// A session whose credential has not expired.
    pub(super) async fn current(&self) -> Result<Arc<Session>, Error> {
        if let Some(session) = self.get().filter(|session| !session.is_spent()) {
            return Ok(session);
        }
        let mut last_failure = self.making.lock().await;
        match self.get().filter(|session| !session.is_spent()) {
            Some(session) => Ok(session),
            None => self.make(&mut last_failure).await,
        }
    }

    /// Another session than this one, which the server did not accept; `None` where another would fare no better.
    pub(super) async fn renew(&self, stale: &Arc<Session>) -> Result<Option<Arc<Session>>, Error> {
        let mut last_failure = self.making.lock().await;
        match self.get() {
            Some(session) if !Arc::ptr_eq(&session, stale) => Ok(Some(session)),
            _ if stale.is_worth_replacing() => self.make(&mut last_failure).await.map(Some),
            _ => Ok(None),
        }
    }

    async fn make(&self, last: &mut Option<Failure>) -> Result<Arc<Session>, Error> {
        if let Some(failure) = last
            .as_ref()
            .filter(|failure| now() - failure.at < LEAST_AGE)
        {
            return Err(failure.error.clone());
        }
        let made = self.build().await;
        *last = made.as_ref().err().map(|error| Failure {
            at: now(),
            error: error.clone(),
        });
        made
    }

    async fn build(&self) -> Result<Arc<Session>, Error> {
        let Settled {
            mut config,
            plugin,
            proxy,
            ..
        } = settle(&self.flags, &self.env)?;
        let mut expires = None;
        // A token given on the command line or in the file needs no plugin.
        if let Some(plugin) = plugin.filter(|_| config.auth_info.token.is_none()) {
            let ask = self.may_ask.load(Ordering::Relaxed);
            let plugins = if ask {
                Plugins::MayAsk
            } else {
                Plugins::Silent
            };
            expires = exec::fill_in(&mut config.auth_info, &plugin, plugins, &self.server).await?;
        }
        let certificate_ends = certificate::end_of_validity(&config.auth_info);
        let (rights, tally) = (self.rights, Arc::clone(&self.tally));
        // Building reads certificate and token files: not on a thread that others wait for.
        let built = tokio::task::spawn_blocking(move || {
            stack::build(config, proxy.as_ref(), rights, &tally)
        });
        let kube = match built.await {
            Ok(built) => built.map_err(|why| classify::unbuildable(&self.server, &why))?,
            Err(_cancelled) => return Err(classify::shutting_down(&self.server)),
        };
        let session = Arc::new(Session {
            kube,
            expires,
            made: now(),
            accepted: AtomicBool::new(false),
            certificate_ends,
        });
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        *current = Some(Arc::clone(&session));
        Ok(session)
    }
}

/// The URL without userinfo and without the slash that `http::Uri` adds.
fn shown(url: &http::Uri) -> String {
    let scheme = url.scheme_str().unwrap_or("https");
    let host = url.host().unwrap_or_default();
    let port = url
        .port()
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    format!(
        "{scheme}://{host}{port}{}",
        url.path().trim_end_matches('/')
    )
}
