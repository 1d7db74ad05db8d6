//! From merged files and flags to the one configuration that is used.
use std::path::Path;

use hyper_util::client::proxy::matcher::Intercept;
use kube::{
    Config,
    config::{AuthInfo, Cluster, Context, ExecAuthCluster, ExecConfig},
};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use secrecy::SecretString;

use super::{files, files::Merged, proxy, unknown_name, unusable};
use crate::net::kube::{
    error::Error,
    flags::{KubeEnv, KubeFlags},
};

/// A configuration ready for use, but for the credential that a plugin is still to bring.
pub(crate) struct Settled {
    /// For kube's layers; its `exec` is taken out.
    pub(crate) config: Config,
    /// The plugin to run.
    pub(crate) plugin: Option<ExecConfig>,
    /// The proxy to go through.
    pub(crate) proxy: Option<Intercept>,
    /// The context's name.
    pub(crate) context: Option<String>,
}

/// Reads the files anew each time, since a login may have written them in the meantime.
pub(crate) fn settle(flags: &KubeFlags, env: &KubeEnv) -> Result<Settled, Error> {
    let merged = files::read(flags, env)?;
    if merged.config.contexts.is_empty()
        && merged.config.clusters.is_empty()
        && flags.server.is_none()
    {
        return in_cluster(flags, env, &merged.place);
    }
    let chosen = choose(merged, flags)?;
    let server = chosen.cluster.server.clone().unwrap_or_default();
    let cluster_url: http::Uri = server
        .parse()
        .ok()
        .filter(|url: &http::Uri| matches!(url.scheme_str(), Some("http" | "https")))
        .ok_or_else(|| {
            let why = format!("the cluster's server {server:?} is no http(s) URL");
            unusable(
                &chosen.place,
                why,
                "correct the kubeconfig, or give --server",
            )
        })?;
    let mut config = Config::new(cluster_url);
    config.default_namespace = chosen
        .context
        .namespace
        .clone()
        .filter(|name| !name.is_empty())
        .unwrap_or("default".into());
    config.accept_invalid_certs = chosen.cluster.insecure_skip_tls_verify.unwrap_or(false);
    config.disable_compression = chosen.cluster.disable_compression.unwrap_or(false);
    config
        .tls_server_name
        .clone_from(&chosen.cluster.tls_server_name);
    let for_plugin = ExecAuthCluster::try_from(&chosen.cluster).map_err(|why| {
        unusable(
            &chosen.place,
            why,
            "check certificate-authority of the cluster",
        )
    })?;
    config.root_cert = for_plugin
        .certificate_authority_data
        .as_deref()
        .map(|pem| certificates(pem, &chosen.place))
        .transpose()?;
    let mut user = chosen.user;
    let mut plugin = user.exec.take();
    if let Some(plugin) = &mut plugin {
        plugin.cluster = plugin.provide_cluster_info.then_some(for_plugin);
    }
    config.auth_info = user;
    let proxy = proxy::proxy_for(
        &config.cluster_url,
        chosen.cluster.proxy_url.as_deref(),
        env,
    );
    finish(&mut config, flags);
    Ok(Settled {
        config,
        plugin,
        proxy,
        context: chosen.name,
    })
}

fn in_cluster(flags: &KubeFlags, env: &KubeEnv, place: &str) -> Result<Settled, Error> {
    if !env.in_cluster {
        return Err(unusable(
            place,
            "nothing is configured: no context in KUBECONFIG or ~/.kube/config",
            "give --kubeconfig or --server, or leave Kubernetes out with --no-kube",
        ));
    }
    let mut config = Config::incluster().map_err(|why| {
        unusable(
            "in-cluster configuration",
            why,
            "mount the pod's service account token",
        )
    })?;
    finish(&mut config, flags);
    Ok(Settled {
        config,
        plugin: None,
        proxy: None,
        context: None,
    })
}

/// The entries that the context and the flags point to, with the flags laid over them.
struct Chosen {
    name: Option<String>,
    context: Context,
    cluster: Cluster,
    user: AuthInfo,
    place: String,
}

fn choose(merged: Merged, flags: &KubeFlags) -> Result<Chosen, Error> {
    let Merged {
        config: files,
        place,
    } = merged;
    let name = flags.context.clone().or(files.current_context);
    let contexts: Vec<&str> = files
        .contexts
        .iter()
        .map(|named| named.name.as_str())
        .collect();
    let context = match &name {
        Some(name) => files
            .contexts
            .iter()
            .find(|named| named.name == *name)
            .and_then(|named| named.context.clone())
            .ok_or_else(|| unknown_name(&place, "context", name, &contexts))?,
        None if flags.server.is_some() || flags.cluster.is_some() => Context::default(),
        None => {
            let remedy = format!("give --context, one of: {}", contexts.join(", "));
            return Err(unusable(place, "no current-context is set", &remedy));
        }
    };
    let cluster_name = flags.cluster.as_deref().unwrap_or(&context.cluster);
    let found = files
        .clusters
        .iter()
        .find(|named| named.name == cluster_name);
    let cluster = match found.and_then(|named| named.cluster.clone()) {
        Some(cluster) => cluster,
        None if flags.server.is_some() && flags.cluster.is_none() => Cluster::default(),
        None => {
            let known: Vec<&str> = files
                .clusters
                .iter()
                .map(|named| named.name.as_str())
                .collect();
            return Err(unknown_name(&place, "cluster", cluster_name, &known));
        }
    };
    let user_name = flags.user.as_ref().or(context.user.as_ref());
    let found = user_name.and_then(|name| files.auth_infos.iter().find(|user| user.name == *name));
    if let (Some(asked), None) = (&flags.user, found) {
        let known: Vec<&str> = files
            .auth_infos
            .iter()
            .map(|named| named.name.as_str())
            .collect();
        return Err(unknown_name(&place, "user", asked, &known));
    }
    let user = found
        .and_then(|named| named.auth_info.clone())
        .unwrap_or_default();
    let mut chosen = Chosen {
        name,
        context,
        cluster,
        user,
        place,
    };
    lay_over(&mut chosen, flags);
    Ok(chosen)
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn lay_over(chosen: &mut Chosen, flags: &KubeFlags) {
    let cluster = &mut chosen.cluster;
    if let Some(server) = &flags.server {
        cluster.server = Some(server.clone());
    }
    if let Some(path) = &flags.certificate_authority {
        cluster.certificate_authority = Some(text(path));
        cluster.certificate_authority_data = None;
    }
    if flags.insecure_skip_tls_verify {
        cluster.insecure_skip_tls_verify = Some(true);
        cluster.certificate_authority = None;
        cluster.certificate_authority_data = None;
    }
    if let Some(name) = &flags.tls_server_name {
        cluster.tls_server_name = Some(name.clone());
    }
    if let Some(path) = &flags.client_certificate {
        chosen.user.client_certificate = Some(text(path));
        chosen.user.client_certificate_data = None;
    }
    if let Some(path) = &flags.client_key {
        chosen.user.client_key = Some(text(path));
        chosen.user.client_key_data = None;
    }
}

/// What holds for every configuration, wherever it came from.
fn finish(config: &mut Config, flags: &KubeFlags) {
    if let Some(namespace) = &flags.namespace {
        config.default_namespace.clone_from(namespace);
    }
    if flags.disable_compression {
        config.disable_compression = true;
    }
    let user = &mut config.auth_info;
    if let Some(token) = &flags.token {
        *user = AuthInfo {
            token: Some(SecretString::from(token.clone())),
            impersonate: user.impersonate.take(),
            impersonate_uid: user.impersonate_uid.take(),
            impersonate_groups: user.impersonate_groups.take(),
            impersonate_user_extra: user.impersonate_user_extra.take(),
            ..AuthInfo::default()
        };
    }
    if flags.as_user.is_some() {
        user.impersonate.clone_from(&flags.as_user);
    }
    if flags.as_uid.is_some() {
        user.impersonate_uid.clone_from(&flags.as_uid);
    }
    if !flags.as_group.is_empty() {
        user.impersonate_groups = Some(flags.as_group.clone());
    }
    for (key, value) in &flags.as_user_extra {
        let extra = user.impersonate_user_extra.get_or_insert_default();
        extra.entry(key.clone()).or_default().push(value.clone());
    }
}

fn certificates(pem: &[u8], place: &str) -> Result<Vec<Vec<u8>>, Error> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem)
        .map(|found| found.map(|der| der.to_vec()))
        .collect();
    match read {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(unusable(
            place,
            "the cluster's CA holds no certificate",
            "correct it",
        )),
        Err(why) => Err(unusable(
            place,
            format!("the cluster's CA is no PEM: {why}"),
            "correct it",
        )),
    }
}
