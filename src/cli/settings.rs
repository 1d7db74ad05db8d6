//! What holds for this run: defaults, then the config file, its section for the context, the environment, the flags.
//! Resolved once; everything after this takes plain data.

use std::{path::PathBuf, time::Duration};

use crate::{
    model::System,
    net::kube::{KubeFlags, config::list_contexts},
};

use super::{
    args::{CommandLine, Format},
    check,
    config::{ConfigFile, KafkaLayer, Layer, Likes, PrometheusLayer},
    env::Environment,
    exit::{Complaint, Exit},
};

/// Poll interval of Kafka when nobody says otherwise.
pub const REFRESH: Duration = Duration::from_secs(5);
/// Poll interval of Prometheus when nobody says otherwise.
pub const REFRESH_METRICS: Duration = Duration::from_secs(15);
/// Longest wait of a headless command.
pub const TIMEOUT: Duration = Duration::from_secs(10);
/// Size of `-o text`.
pub const SIZE: (u16, u16) = (120, 40);
/// Seed of the demo world.
pub const SEED: u64 = 1;

/// Everything that was asked for, apart from the command itself.
#[derive(Clone, Debug)]
pub struct Settings {
    /// None where it is left out or not configured, in the demo world and in a recording.
    pub kube: Option<KubeFlags>,
    /// The kubeconfig context in use, named or current; its section of the config holds even with `--no-kube`.
    pub context: Option<String>,
    /// All contexts of the kubeconfig, in its order; none where Kubernetes is left out.
    pub contexts: Vec<String>,
    /// Show this namespace only; None shows all.
    pub namespace: Option<String>,
    /// None where it is left out or not configured, and in the demo world.
    pub kafka: Option<KafkaLayer>,
    /// None where it is left out or not configured, and in the demo world.
    pub prometheus: Option<PrometheusLayer>,
    /// Some for the demo world; then there are no live systems.
    pub demo: Option<Demo>,
    pub read_only: bool,
    /// The context is marked as production in the config.
    pub production: bool,
    pub refresh: Duration,
    pub refresh_metrics: Duration,
    pub look: Look,
    /// Keys and columns.
    pub likes: Likes,
    pub log_file: Option<PathBuf>,
    /// Recordings name no hosts.
    pub redact_hosts: bool,
    /// What flags, environment and config file say, put on one another.
    pub layer: Layer,
    /// 0 usual, 1 more, 2 and above everything.
    pub verbosity: u8,
}

impl Settings {
    /// The systems that are observed; the demo world has all of them.
    pub fn systems(&self) -> Vec<System> {
        [
            (System::Kubernetes, self.kube.is_some()),
            (System::Kafka, self.kafka.is_some()),
            (System::Prometheus, self.prometheus.is_some()),
        ]
        .into_iter()
        .filter_map(|(system, there)| (there || self.demo.is_some()).then_some(system))
        .collect()
    }
}

/// The demo world that was asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Demo {
    pub seed: u64,
    /// 1 is the usual size.
    pub scale: f64,
}

/// How the screen is to look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// None: chosen by what the terminal can do.
    pub theme: Option<String>,
    /// No colours whatever the theme: `NO_COLOR`.
    pub colourless: bool,
    pub ascii: bool,
    pub mouse: bool,
}

/// How a report is made and printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportSettings {
    pub format: Format,
    /// One line of JSON for programs, indented on a terminal.
    pub indent: bool,
    /// Columns and rows of [`Format::Text`].
    pub size: (u16, u16),
    pub timeout: Duration,
    /// Sample for this long first.
    pub sample_for: Option<Duration>,
    /// A missing source does not change the exit code.
    pub partial_ok: bool,
}

/// What the kubeconfig says: the flags to use it with, if there is a cluster to use, and the name of the context.
pub struct KubeChoice {
    pub flags: Option<KubeFlags>,
    pub context: Option<String>,
    contexts: Vec<String>,
}

impl KubeChoice {
    /// What was chosen for these settings.
    pub fn of(settings: &Settings) -> Self {
        KubeChoice {
            flags: settings.kube.clone(),
            context: settings.context.clone(),
            contexts: settings.contexts.clone(),
        }
    }
}

/// The cluster and the context in use.
///
/// # Errors
/// A kubeconfig that cannot be read.
pub fn choose_kube(line: &CommandLine, env: &Environment) -> Result<KubeChoice, Exit> {
    let flags = line.kubectl.flags();
    if check::is_demo(line) || check::is_replay(line) || line.systems.no_kube {
        return Ok(KubeChoice {
            context: flags.context,
            flags: None,
            contexts: Vec::new(),
        });
    }
    let contexts = list_contexts(&flags, &env.kube()).map_err(|error| {
        let complaint = Complaint::from(&error);
        Exit::usage(complaint.or_remedy("correct it, or leave Kubernetes out with --no-kube"))
    })?;
    let named = line.kubectl.names_a_cluster().is_some();
    let there = named || env.in_cluster || !contexts.names.is_empty();
    Ok(KubeChoice {
        flags: there.then_some(flags),
        context: contexts.current,
        contexts: contexts.names,
    })
}

/// What each source says, the strongest first.
pub struct Sources {
    pub flags: Layer,
    pub environment: Layer,
    /// The section of the context in use.
    pub section: Layer,
    /// The rest of the config file.
    pub base: Layer,
}

impl Sources {
    pub fn new(
        line: &CommandLine,
        file: &ConfigFile,
        context: Option<&str>,
        env: &Environment,
    ) -> Self {
        let section = context.and_then(|name| file.contexts.get(name));
        Sources {
            flags: flags(line),
            environment: environment(env),
            section: section.cloned().unwrap_or_default(),
            base: file.base.clone(),
        }
    }

    /// The four put on one another.
    pub fn merged(&self) -> Layer {
        let upper = self.flags.clone().over(self.environment.clone());
        upper.over(self.section.clone()).over(self.base.clone())
    }
}

/// Puts the layers on one another.
///
/// # Errors
/// A kubeconfig that cannot be read, and nothing at all to observe.
pub fn resolve(line: &CommandLine, file: &ConfigFile, env: &Environment) -> Result<Settings, Exit> {
    let settings = settle(line, choose_kube(line, env)?, file, env);
    if settings.systems().is_empty() && !check::is_replay(line) {
        return Err(Exit::usage(nothing_to_observe(line)));
    }
    Ok(settings)
}

/// The same for a cluster and a context that were chosen before.
pub fn settle(
    line: &CommandLine,
    kube: KubeChoice,
    file: &ConfigFile,
    env: &Environment,
) -> Settings {
    let demo = check::is_demo(line);
    let offline = demo || check::is_replay(line);
    let KubeChoice {
        flags: kube,
        context,
        contexts,
    } = kube;
    let layer = Sources::new(line, file, context.as_deref(), env).merged();
    let said = layer.clone();
    let is_read = |left_out: bool| !offline && !left_out;
    let kafka = Some(layer.kafka)
        .filter(|kafka| {
            // What is not named is looked for where there is a Kubernetes cluster to look in.
            kube.is_some() || kafka.bootstrap_server.is_some() || kafka.command_config.is_some()
        })
        .filter(|_| is_read(line.systems.no_kafka));
    let prometheus = Some(layer.prometheus)
        .filter(|prometheus| prometheus.url.is_some())
        .filter(|_| is_read(line.systems.no_prometheus));
    Settings {
        kube,
        kafka,
        prometheus,
        namespace: line
            .kubectl
            .namespace
            .clone()
            .filter(|_| line.kubectl.all_namespaces != Some(true)),
        demo: demo.then_some(Demo {
            seed: line.report.seed.unwrap_or(SEED),
            scale: line.report.scale.unwrap_or(1.0),
        }),
        read_only: layer.read_only.unwrap_or(false),
        production: layer.production.unwrap_or(false),
        refresh: layer.refresh.unwrap_or(REFRESH),
        refresh_metrics: layer.refresh_metrics.unwrap_or(REFRESH_METRICS),
        look: Look {
            theme: layer.theme,
            // A terminal that says it can do nothing is taken at its word.
            colourless: env.no_color || env.term.as_deref() == Some("dumb"),
            ascii: layer.ascii.unwrap_or(!env.is_utf8()),
            mouse: layer.mouse.unwrap_or(true),
        },
        likes: file.likes.clone(),
        log_file: layer.log_file,
        redact_hosts: line.screen.redact_hosts,
        layer: said,
        verbosity: line.screen.verbosity,
        context,
        contexts,
    }
}

fn nothing_to_observe(line: &CommandLine) -> Complaint {
    let kube = if line.systems.no_kube {
        "Kubernetes is left out"
    } else {
        "there is no kubeconfig"
    };
    Complaint::new(
        "nothing to observe",
        format!("{kube}, and neither Kafka nor Prometheus is configured"),
    )
    .remedy(
        "give --context, --bootstrap-server or --prometheus, or see it work with: plimsoll demo",
    )
}

/// A flag that is not given says nothing; none of them can say no.
pub fn flags(line: &CommandLine) -> Layer {
    let given = |flag: bool| flag.then_some(true);
    Layer {
        theme: line.screen.theme.clone(),
        ascii: given(line.screen.ascii),
        mouse: line.screen.no_mouse.then_some(false),
        read_only: given(line.systems.read_only),
        production: None,
        refresh: line.systems.refresh,
        refresh_metrics: line.systems.refresh_metrics,
        log_file: line.screen.log_file.clone(),
        kafka: KafkaLayer {
            bootstrap_server: line.systems.bootstrap_server.clone(),
            command_config: line.systems.command_config.clone(),
            cluster: line.systems.kafka_cluster.clone(),
            user: line.systems.kafka_user.clone(),
        },
        prometheus: PrometheusLayer {
            url: line.systems.prometheus.clone(),
            ..PrometheusLayer::default()
        },
    }
}

fn environment(env: &Environment) -> Layer {
    Layer {
        theme: env.theme.clone(),
        log_file: env.log.clone(),
        ..Layer::default()
    }
}

/// What the flags say of a report.
pub fn resolve_report(line: &CommandLine, env: &Environment) -> ReportSettings {
    ReportSettings {
        format: line.report.output.unwrap_or(Format::Table),
        indent: env.stdout_is_terminal,
        size: line.report.size.unwrap_or(SIZE),
        timeout: line.report.timeout.unwrap_or(TIMEOUT),
        sample_for: line.report.sample_for,
        partial_ok: line.report.partial_ok,
    }
}
