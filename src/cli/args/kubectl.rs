//! The connection flags of kubectl, under their names and with their short forms.

use std::{path::PathBuf, time::Duration};

use clap::Args;
use secrecy::{ExposeSecret, SecretString};

use crate::net::kube::KubeFlags;

use super::values;

/// As kubectl takes them. A flag of kubectl's that is true or false may be given as `--flag`, `--flag=true` or
/// `--flag=false`.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Kubernetes, as kubectl")]
pub struct KubectlArgs {
    /// Path of the kubeconfig file, instead of KUBECONFIG and ~/.kube/config.
    #[arg(long, global = true, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// The kubeconfig context to use.
    #[arg(long, global = true, value_name = "NAME", action = clap::ArgAction::Append)]
    pub context: Vec<String>,
    /// Show this namespace only.
    #[arg(short, long, global = true, value_name = "NAME")]
    pub namespace: Option<String>,
    /// Show all namespaces (the default).
    #[arg(short = 'A', long, global = true, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub all_namespaces: Option<bool>,
    /// The kubeconfig cluster to use.
    #[arg(long, global = true, value_name = "NAME")]
    pub cluster: Option<String>,
    /// The kubeconfig user to use.
    #[arg(long, global = true, value_name = "NAME")]
    pub user: Option<String>,
    /// Address and port of the API server.
    #[arg(short, long, global = true, value_name = "URL")]
    pub server: Option<String>,
    /// Bearer token for the API server.
    #[arg(long, global = true, value_name = "TOKEN")]
    pub token: Option<SecretString>,
    /// User to impersonate.
    #[arg(long = "as", global = true, value_name = "USER")]
    pub as_user: Option<String>,
    /// Group to impersonate; may be repeated.
    #[arg(long, global = true, value_name = "GROUP", action = clap::ArgAction::Append)]
    pub as_group: Vec<String>,
    /// UID to impersonate.
    #[arg(long, global = true, value_name = "UID")]
    pub as_uid: Option<String>,
    /// Extra field to impersonate; may be repeated.
    #[arg(long, global = true, value_name = "KEY=VALUE", value_parser = values::key_value, action = clap::ArgAction::Append)]
    pub as_user_extra: Vec<(String, String)>,
    /// PEM file of the authority to trust for the API server.
    #[arg(long, global = true, value_name = "FILE")]
    pub certificate_authority: Option<PathBuf>,
    /// PEM file of our certificate for the API server.
    #[arg(long, global = true, value_name = "FILE")]
    pub client_certificate: Option<PathBuf>,
    /// PEM file of our key for the API server.
    #[arg(long, global = true, value_name = "FILE")]
    pub client_key: Option<PathBuf>,
    /// The name that the API server's certificate must bear.
    #[arg(long, global = true, value_name = "NAME")]
    pub tls_server_name: Option<String>,
    /// Do not verify the API server's certificate.
    #[arg(long, global = true, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub insecure_skip_tls_verify: Option<bool>,
    /// Limit of one request to the API server; a bare number means seconds, 0 no limit.
    #[arg(long, global = true, value_name = "DURATION", value_parser = values::request_timeout)]
    pub request_timeout: Option<Duration>,
    /// Taken as kubectl takes it; nothing is cached on disk.
    #[arg(long, global = true, value_name = "DIR")]
    pub cache_dir: Option<PathBuf>,
    /// Ask the API server for answers that are not compressed.
    #[arg(long, global = true, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub disable_compression: Option<bool>,
}

impl KubectlArgs {
    /// As the client takes them.
    pub fn flags(&self) -> KubeFlags {
        let token = self.token.as_ref();
        KubeFlags {
            kubeconfig: self.kubeconfig.clone(),
            context: self.context.first().cloned(),
            cluster: self.cluster.clone(),
            user: self.user.clone(),
            namespace: self.namespace.clone(),
            server: self.server.clone(),
            token: token.map(|token| token.expose_secret().to_owned()),
            as_user: self.as_user.clone(),
            as_group: self.as_group.clone(),
            as_uid: self.as_uid.clone(),
            as_user_extra: self.as_user_extra.clone(),
            certificate_authority: self.certificate_authority.clone(),
            client_certificate: self.client_certificate.clone(),
            client_key: self.client_key.clone(),
            tls_server_name: self.tls_server_name.clone(),
            insecure_skip_tls_verify: self.insecure_skip_tls_verify.unwrap_or(false),
            request_timeout: self.request_timeout,
            cache_dir: self.cache_dir.clone(),
            disable_compression: self.disable_compression.unwrap_or(false),
        }
    }

    /// The first flag given that names a live cluster or how to reach it.
    pub fn names_a_cluster(&self) -> Option<&'static str> {
        [
            ("--kubeconfig", self.kubeconfig.is_some()),
            ("--context", !self.context.is_empty()),
            ("--cluster", self.cluster.is_some()),
            ("--user", self.user.is_some()),
            ("--server", self.server.is_some()),
            ("--token", self.token.is_some()),
        ]
        .into_iter()
        .find_map(|(flag, given)| given.then_some(flag))
    }
}
