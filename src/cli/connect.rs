//! Clients of the live systems, from settings. Nothing is sent here.

use std::time::Duration;

use crate::{
    act::{Hands, Permit},
    model::Name,
    net::{
        kafka::{self, properties},
        kube::{self, KubeFlags, exec::Plugins},
        prometheus,
        reach::{Login, Way},
    },
    source::Live,
};

use super::{
    Complaint, Environment, Exit, Settings,
    config::{KafkaLayer, PrometheusLayer},
};

fn kube(flags: &KubeFlags, env: &Environment, plugins: Plugins) -> Result<kube::Client, Exit> {
    kube::Client::new(flags.clone(), env.kube(), plugins)
        .map_err(|error| Exit::usage(Complaint::from(&error)))
}

/// Servers that are named are used as they are; else the cluster is looked for where `kube` leads.
fn kafka(
    layer: &KafkaLayer,
    kube: Option<&kube::Client>,
    warn: &mut Vec<String>,
) -> Result<Way, Exit> {
    let mut login = match &layer.command_config {
        Some(path) => {
            let parsed = properties::load(path).map_err(|error| {
                Exit::usage(Complaint::new("--command-config", error.to_string()))
            })?;
            warn.extend(parsed.warnings);
            Some(parsed.config)
        }
        None => None,
    };
    if let Some(list) = &layer.bootstrap_server {
        login.get_or_insert_default().bootstrap = kafka::Config::parse_bootstrap(list)
            .map_err(|why| Exit::usage(Complaint::new("--bootstrap-server", why)))?;
    }
    // A cluster that is chosen by name, or by one of its users, is looked for, though a file that Java shares names servers, too.
    let chosen = layer.cluster.is_some() || layer.user.is_some();
    let sought = layer.bootstrap_server.is_none() && chosen;
    let other = match layer {
        KafkaLayer { user: None, .. } => None,
        KafkaLayer {
            bootstrap_server: Some(_),
            ..
        } => Some("bootstrap_server"),
        KafkaLayer {
            command_config: Some(_),
            ..
        } => Some("command_config"),
        _ => None,
    };
    if let Some(other) = other {
        let why = format!(
            "a user is of a cluster that is found, and logs in by its Secret: not with {other}"
        );
        let complaint = Complaint::new("kafka.user", why);
        return Err(Exit::usage(complaint.remedy("leave one of the two out")));
    }
    let named = login
        .as_ref()
        .is_some_and(|login| !login.bootstrap.is_empty());
    match (login, kube) {
        (Some(config), _) if named && !sought => Ok(Way::given(config)),
        (login, Some(kube)) => {
            let login = match (layer.user.clone(), login) {
                (Some(user), _) => Login::User(user),
                (None, Some(config)) => Login::Given(config),
                (None, None) => Login::Nobody,
            };
            Ok(Way::sought(kube.clone(), login, layer.cluster.clone()))
        }
        (_, None) if chosen => {
            let flag = layer
                .cluster
                .as_ref()
                .map_or("--kafka-user", |_| "--kafka-cluster");
            let complaint = Complaint::new(flag, "there is no Kubernetes to look in");
            Err(Exit::usage(
                complaint.remedy("give --context or --bootstrap-server"),
            ))
        }
        (_, None) => {
            let complaint = Complaint::new("--command-config", "names no bootstrap.servers");
            Err(Exit::usage(complaint.remedy("give --bootstrap-server")))
        }
    }
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

/// The clients that write, of the site that `live` reads. Nothing is sent, and no plugin runs, before there is an order.
pub fn hands(
    permit: &Permit,
    settings: &Settings,
    env: &Environment,
    live: &Live,
) -> Result<Hands, Exit> {
    let flags = settings.kube.as_ref();
    let kube = flags
        .map(|flags| kube::Writer::new(flags.clone(), env.kube(), Plugins::Silent))
        .transpose()
        .map_err(|error| Exit::usage(Complaint::from(&error)))?;
    Ok(Hands::new(
        permit,
        live.site.clone(),
        kube,
        live.kafka.clone(),
    ))
}

/// The live sources that the settings ask for, and lines to be said about the settings.
pub fn live(
    settings: &Settings,
    env: &Environment,
    everything: bool,
    plugins: Plugins,
) -> Result<(Live, Vec<String>), Exit> {
    let mut warn = Vec::new();
    let prometheus = settings.prometheus.as_ref().map_or(Ok(None), prometheus)?;
    let flags = settings.kube.as_ref();
    let kube = flags.map(|flags| kube(flags, env, plugins)).transpose()?;
    let layer = settings.kafka.as_ref();
    let kafka = layer
        .map(|layer| kafka(layer, kube.as_ref(), &mut warn))
        .transpose()?;
    let first = |kafka: &Way| kafka.bootstrap().first().map(ToString::to_string);
    let site: Name = match (&kube, &kafka, &prometheus) {
        (Some(kube), ..) => kube.context().unwrap_or(kube.server()).into(),
        (None, Some(kafka), _) => first(kafka).unwrap_or_default().into(),
        (None, None, Some(prometheus)) => prometheus.server().into(),
        (None, None, None) => Name::default(),
    };
    let live = Live {
        site,
        kube,
        kafka,
        prometheus,
        refresh: settings.refresh,
        refresh_metrics: settings.refresh_metrics,
        everything,
    };
    Ok((live, warn))
}
