//! Clients of the live systems, from settings. Nothing is sent here.

use std::{sync::Arc, time::Duration};

use crate::{
    model::Name,
    net::{
        kafka::{self, TcpDial, properties},
        kube::{self, KubeEnv, KubeFlags, exec::Plugins},
        prometheus,
    },
    source::Live,
};

use super::{
    Complaint, Environment, Exit, Settings,
    args::KubectlArgs,
    config::{KafkaLayer, PrometheusLayer},
};

fn flags(from: &KubectlArgs) -> KubeFlags {
    KubeFlags {
        kubeconfig: from.kubeconfig.clone(),
        context: from.context.first().cloned(),
        cluster: from.cluster.clone(),
        user: from.user.clone(),
        namespace: from.namespace.clone(),
        server: from.server.clone(),
        token: from
            .token
            .as_ref()
            .map(|token| secrecy::ExposeSecret::expose_secret(token).to_owned()),
        as_user: from.as_user.clone(),
        as_group: from.as_group.clone(),
        as_uid: from.as_uid.clone(),
        as_user_extra: from.as_user_extra.clone(),
        certificate_authority: from.certificate_authority.clone(),
        client_certificate: from.client_certificate.clone(),
        client_key: from.client_key.clone(),
        tls_server_name: from.tls_server_name.clone(),
        insecure_skip_tls_verify: from.insecure_skip_tls_verify.unwrap_or(false),
        request_timeout: from.request_timeout,
        cache_dir: from.cache_dir.clone(),
        disable_compression: from.disable_compression.unwrap_or(false),
    }
}

fn environment(from: &Environment) -> KubeEnv {
    KubeEnv {
        kubeconfig: from.kubeconfig.clone(),
        home: from.home.clone(),
        https_proxy: from.https_proxy.clone(),
        http_proxy: from.http_proxy.clone(),
        no_proxy: from.no_proxy.clone(),
        in_cluster: from.in_cluster,
    }
}

/// Whether kubectl itself would find a cluster: by flag, in a kubeconfig that exists, or around the pod we run in.
fn finds_a_cluster(args: &KubectlArgs, env: &Environment) -> bool {
    let listed = env
        .kubeconfig
        .iter()
        .flat_map(std::env::split_paths)
        .collect::<Vec<_>>();
    let home = env.home.iter().map(|home| home.join(".kube/config"));
    let files: Vec<_> = if listed.is_empty() {
        home.collect()
    } else {
        listed
    };
    args.names_a_cluster().is_some() || env.in_cluster || files.iter().any(|file| file.is_file())
}

fn kube(args: &KubectlArgs, env: &Environment, plugins: Plugins) -> Result<kube::Client, Exit> {
    kube::Client::new(flags(args), environment(env), plugins)
        .map_err(|error| Exit::usage(Complaint::new("Kubernetes", error.to_string())))
}

/// A client of Kafka, if it is known where Kafka is.
fn kafka(layer: &KafkaLayer, warn: &mut Vec<String>) -> Result<Option<kafka::Client>, Exit> {
    let mut config = match &layer.command_config {
        Some(path) => {
            let parsed = properties::load(path).map_err(|error| {
                Exit::usage(Complaint::new("--command-config", error.to_string()))
            })?;
            warn.extend(parsed.warnings);
            parsed.config
        }
        None => kafka::Config::default(),
    };
    if let Some(list) = &layer.bootstrap_server {
        config.bootstrap = kafka::Config::parse_bootstrap(list)
            .map_err(|why| Exit::usage(Complaint::new("--bootstrap-server", why)))?;
    }
    if config.bootstrap.is_empty() {
        return Ok(None);
    }
    Ok(Some(kafka::Client::new(Arc::new(TcpDial), config)))
}

fn prometheus(layer: &PrometheusLayer) -> Result<Option<prometheus::Client>, Exit> {
    let Some(url) = &layer.url else {
        return Ok(None);
    };
    let bearer = match &layer.bearer_token_file {
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|error| {
                let complaint = Complaint::new("Prometheus: bearer_token_file", error.to_string());
                Exit::usage(complaint.at(path.display().to_string()))
            })?;
            Some(text.trim().to_owned().into())
        }
        None => None,
    };
    let options = prometheus::Options {
        url: url.clone(),
        bearer,
        certificate_authority: layer.ca_file.clone(),
        insecure: layer.insecure_skip_tls_verify.unwrap_or(false),
        deadline: Some(Duration::from_secs(8)),
        ..prometheus::Options::default()
    };
    let client = prometheus::Client::new(&options)
        .map_err(|error| Exit::usage(Complaint::new("Prometheus", error.to_string())))?;
    Ok(Some(client))
}

/// The live sources that the settings ask for, and lines to be said about the settings.
pub fn live(
    settings: &Settings,
    env: &Environment,
    everything: bool,
    plugins: Plugins,
) -> Result<(Live, Vec<String>), Exit> {
    let mut warn = Vec::new();
    let kafka = settings
        .kafka
        .as_ref()
        .map_or(Ok(None), |layer| kafka(layer, &mut warn))?;
    let prometheus = settings.prometheus.as_ref().map_or(Ok(None), prometheus)?;
    let found = settings
        .kube
        .as_ref()
        .filter(|args| finds_a_cluster(args, env));
    let kube = found.map(|args| kube(args, env, plugins)).transpose()?;
    if kube.is_none() && kafka.is_none() && prometheus.is_none() {
        let nothing = Complaint::new(
            "nothing to observe",
            "there is no kubeconfig and no --bootstrap-server",
        );
        return Err(Exit::usage(nothing.remedy(
            "name a cluster by --context or --bootstrap-server, or look at the demo world: plimsoll demo",
        )));
    }
    let site: Name = match (
        &kube,
        settings
            .kafka
            .as_ref()
            .and_then(|layer| layer.bootstrap_server.as_ref()),
    ) {
        (Some(kube), _) => kube.context().unwrap_or(kube.server()).into(),
        (None, Some(bootstrap)) => bootstrap.as_str().into(),
        (None, None) => "local".into(),
    };
    let live = Live {
        site,
        kube,
        kafka: kafka.map(Arc::new),
        prometheus,
        refresh: settings.refresh,
        refresh_metrics: settings.refresh_metrics,
        everything,
    };
    Ok((live, warn))
}
