//! kubectl's connection flags as plain data, and the part of the environment that kubectl reads.
use std::{ffi::OsString, fmt, path::PathBuf, time::Duration};

/// kubectl's connection flags, under kubectl's names. `None`, empty or false means: not given.
///
/// `Debug` shows no token.
#[derive(Clone, Default)]
pub struct KubeFlags {
    /// `--kubeconfig`: this one file, and nothing else.
    pub kubeconfig: Option<PathBuf>,
    /// `--context`.
    pub context: Option<String>,
    /// `--cluster`: the cluster entry to use instead of the context's.
    pub cluster: Option<String>,
    /// `--user`: the user entry to use instead of the context's.
    pub user: Option<String>,
    /// `-n`: replaces the context's namespace.
    pub namespace: Option<String>,
    /// `--server`: URL of the API server.
    pub server: Option<String>,
    /// `--token`: bearer token; replaces every other credential.
    pub token: Option<String>,
    /// `--as`.
    pub as_user: Option<String>,
    /// `--as-group`, repeatable.
    pub as_group: Vec<String>,
    /// `--as-uid`.
    pub as_uid: Option<String>,
    /// `--as-user-extra key=value`, repeatable.
    pub as_user_extra: Vec<(String, String)>,
    /// `--certificate-authority`: PEM file.
    pub certificate_authority: Option<PathBuf>,
    /// `--client-certificate`: PEM file.
    pub client_certificate: Option<PathBuf>,
    /// `--client-key`: PEM file.
    pub client_key: Option<PathBuf>,
    /// `--tls-server-name`: the name that the server's certificate must bear.
    pub tls_server_name: Option<String>,
    /// `--insecure-skip-tls-verify`.
    pub insecure_skip_tls_verify: bool,
    /// `--request-timeout`; zero means no limit, as with kubectl. Not given: 15 s, lists 60 s.
    pub request_timeout: Option<Duration>,
    /// `--cache-dir`. Taken because kubectl takes it; nothing is cached on disk.
    pub cache_dir: Option<PathBuf>,
    /// `--disable-compression`: ask for no gzip.
    pub disable_compression: bool,
}

impl fmt::Debug for KubeFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KubeFlags")
            .field("kubeconfig", &self.kubeconfig)
            .field("context", &self.context)
            .field("cluster", &self.cluster)
            .field("user", &self.user)
            .field("namespace", &self.namespace)
            .field("server", &self.server)
            .field("token", &self.token.as_ref().map(|_| "…"))
            .field("as_user", &self.as_user)
            .field("as_group", &self.as_group)
            .finish_non_exhaustive()
    }
}

/// What of the environment reaches this client; read once by the caller, so that nothing here depends on the process.
#[derive(Clone, Default)]
pub struct KubeEnv {
    /// `KUBECONFIG`: paths separated as the platform separates `PATH`; empty counts as unset.
    pub kubeconfig: Option<OsString>,
    /// `HOME`.
    pub home: Option<PathBuf>,
    /// `HTTPS_PROXY`, else `https_proxy`. May hold a password: no `Debug`.
    pub https_proxy: Option<String>,
    /// `HTTP_PROXY`, else `http_proxy`: for a cluster at an `http` URL.
    pub http_proxy: Option<String>,
    /// `NO_PROXY`, else `no_proxy`.
    pub no_proxy: Option<String>,
    /// `KUBERNETES_SERVICE_HOST` is set: the process runs in a pod.
    pub in_cluster: bool,
}
