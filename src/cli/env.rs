//! The environment, read once. Everything else takes [`Environment`] as an argument.

#![expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the environment"
)]

use std::{
    env,
    ffi::OsString,
    fmt,
    io::{self, IsTerminal},
    path::PathBuf,
};

use crate::net::kube::KubeEnv;

#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
/// What of the process's surroundings changes what the program does. An empty variable counts as unset.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment {
    pub home: Option<PathBuf>,
    pub xdg_config_home: Option<PathBuf>,
    pub xdg_state_home: Option<PathBuf>,
    /// `KUBECONFIG`: paths separated as the platform separates `PATH`.
    pub kubeconfig: Option<OsString>,
    /// `PLIMSOLL_CONFIG`, as `--config`.
    pub config: Option<PathBuf>,
    /// `PLIMSOLL_THEME`, as `--theme`.
    pub theme: Option<String>,
    /// `PLIMSOLL_LOG`, as `--log-file`.
    pub log: Option<PathBuf>,
    /// `NO_COLOR` is set to anything but nothing.
    pub no_color: bool,
    pub term: Option<String>,
    pub colorterm: Option<String>,
    /// The character set comes from the first of these that is set.
    pub lc_all: Option<String>,
    pub lc_ctype: Option<String>,
    pub lang: Option<String>,
    /// `PLIMSOLL_COMPLETE`: the shell for which words are to be completed.
    pub complete: Option<String>,
    /// `TMUX` is set: the terminal is one of tmux.
    pub tmux: bool,
    /// `SSH_CONNECTION` is set: bytes to the terminal are dear.
    pub ssh: bool,
    /// Proxies, capital letters first. They may hold passwords.
    pub https_proxy: Option<String>,
    pub http_proxy: Option<String>,
    pub no_proxy: Option<String>,
    /// `KUBERNETES_SERVICE_HOST` is set: the process runs in a pod.
    pub in_cluster: bool,
    pub stdin_is_terminal: bool,
    pub stdout_is_terminal: bool,
}

impl Environment {
    /// Reads the process's own.
    pub fn read() -> Self {
        let os = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
        let path = |name: &str| os(name).map(PathBuf::from);
        let text = |name: &str| os(name).map(|value| value.to_string_lossy().into_owned());
        // The specification of these paths says that a relative one is to be ignored.
        let absolute = |name: &str| path(name).filter(|path| path.is_absolute());
        Environment {
            home: path("HOME"),
            xdg_config_home: absolute("XDG_CONFIG_HOME"),
            xdg_state_home: absolute("XDG_STATE_HOME"),
            kubeconfig: os("KUBECONFIG"),
            config: path("PLIMSOLL_CONFIG"),
            theme: text("PLIMSOLL_THEME"),
            log: path("PLIMSOLL_LOG"),
            no_color: os("NO_COLOR").is_some(),
            term: text("TERM"),
            colorterm: text("COLORTERM"),
            lc_all: text("LC_ALL"),
            lc_ctype: text("LC_CTYPE"),
            lang: text("LANG"),
            complete: text("PLIMSOLL_COMPLETE"),
            tmux: os("TMUX").is_some(),
            ssh: os("SSH_CONNECTION").is_some(),
            https_proxy: text("HTTPS_PROXY").or_else(|| text("https_proxy")),
            http_proxy: text("HTTP_PROXY").or_else(|| text("http_proxy")),
            no_proxy: text("NO_PROXY").or_else(|| text("no_proxy")),
            in_cluster: os("KUBERNETES_SERVICE_HOST").is_some(),
            stdin_is_terminal: io::stdin().is_terminal(),
            stdout_is_terminal: io::stdout().is_terminal(),
        }
    }

    /// Whether text may hold more than ASCII. Without any locale the answer is yes: containers and ssh often set none,
    /// and terminals that cannot show UTF-8 are rare.
    pub fn is_utf8(&self) -> bool {
        self.locale().is_none_or(|(_, locale)| {
            let charset = locale.split('@').next().and_then(|l| l.split_once('.'));
            charset.is_some_and(|(_, charset)| {
                charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
            })
        })
    }

    /// The variable that says which character set the terminal has, and its value.
    pub fn locale(&self) -> Option<(&'static str, &str)> {
        let all = [
            ("LC_ALL", &self.lc_all),
            ("LC_CTYPE", &self.lc_ctype),
            ("LANG", &self.lang),
        ];
        all.into_iter()
            .find_map(|(name, value)| Some((name, value.as_deref()?)))
    }

    /// What of it the Kubernetes client takes.
    pub fn kube(&self) -> KubeEnv {
        KubeEnv {
            kubeconfig: self.kubeconfig.clone(),
            home: self.home.clone(),
            https_proxy: self.https_proxy.clone(),
            http_proxy: self.http_proxy.clone(),
            no_proxy: self.no_proxy.clone(),
            in_cluster: self.in_cluster,
        }
    }

    /// Where the config file is when nobody says otherwise.
    pub fn default_config(&self) -> Option<PathBuf> {
        let base = self
            .xdg_config_home
            .clone()
            .or_else(|| Some(self.home.as_ref()?.join(".config")))?;
        Some(base.join("plimsoll").join("config.toml"))
    }

    /// Where logs go when nobody says otherwise.
    pub fn state_dir(&self) -> Option<PathBuf> {
        let base = self
            .xdg_state_home
            .clone()
            .or_else(|| Some(self.home.as_ref()?.join(".local").join("state")))?;
        Some(base.join("plimsoll"))
    }
}

/// Proxies are shown as present or not: they may hold passwords.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment")
            .field("home", &self.home)
            .field("kubeconfig", &self.kubeconfig)
            .field("config", &self.config)
            .field("theme", &self.theme)
            .field("term", &self.term)
            .field("https_proxy", &self.https_proxy.as_ref().map(|_| "…"))
            .field("http_proxy", &self.http_proxy.as_ref().map(|_| "…"))
            .field("in_cluster", &self.in_cluster)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_locale_that_is_set_decides() {
        let env = |all: &str, ctype: &str, lang: &str| Environment {
            lc_all: Some(all.to_owned()).filter(|s| !s.is_empty()),
            lc_ctype: Some(ctype.to_owned()).filter(|s| !s.is_empty()),
            lang: Some(lang.to_owned()).filter(|s| !s.is_empty()),
            ..Environment::default()
        };
        assert!(env("", "", "de_DE.UTF-8").is_utf8());
        assert!(env("", "", "en_US.utf8@euro").is_utf8());
        assert!(!env("C", "", "de_DE.UTF-8").is_utf8());
        assert!(!env("", "POSIX", "de_DE.UTF-8").is_utf8());
        assert!(!env("", "", "de_DE.ISO-8859-1").is_utf8());
        assert!(env("", "", "").is_utf8());
    }

    #[test]
    fn xdg_wins_over_home() {
        let mut env = Environment {
            home: Some("/home/ada".into()),
            ..Environment::default()
        };
        let path = |env: &Environment| env.default_config().unwrap().display().to_string();
        assert_eq!(path(&env), "/home/ada/.config/plimsoll/config.toml");
        env.xdg_config_home = Some("/etc/xdg".into());
        assert_eq!(path(&env), "/etc/xdg/plimsoll/config.toml");
        assert_eq!(Environment::default().default_config(), None);
    }

    #[test]
    fn a_proxy_password_is_not_shown() {
        let env = Environment {
            https_proxy: Some("http://ada:hunter2@proxy:3128".to_owned()),
            ..Environment::default()
        };
        assert!(!format!("{env:?}").contains("hunter2"));
    }
}
