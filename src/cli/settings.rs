//! What holds for this run: defaults, then the config file, its section for the context, the environment, the flags.
//! Resolved once; everything after this takes plain data.

use std::{path::PathBuf, time::Duration};

use super::{
    args::{CommandLine, Format, KubectlArgs},
    config::{ConfigFile, KafkaLayer, Layer, PrometheusLayer},
    env::Environment,
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
    /// None with `--no-kube`, and in the demo world.
    pub kube: Option<KubectlArgs>,
    /// The context, if one is named; else it is the kubeconfig's current one.
    pub context: Option<String>,
    /// Show this namespace only; None shows all.
    pub namespace: Option<String>,
    /// None with `--no-kafka`, and in the demo world.
    pub kafka: Option<KafkaLayer>,
    /// None with `--no-prometheus`, and in the demo world.
    pub prometheus: Option<PrometheusLayer>,
    /// Some for the demo world; then there are no live systems.
    pub demo: Option<Demo>,
    pub read_only: bool,
    /// The context is marked as production in the config.
    pub production: bool,
    pub refresh: Duration,
    pub refresh_metrics: Duration,
    pub look: Look,
    pub log_file: Option<PathBuf>,
    /// 0 usual, 1 more, 2 and above everything.
    pub verbosity: u8,
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

/// Puts the layers on one another.
pub fn resolve(line: &CommandLine, demo: bool, file: ConfigFile, env: &Environment) -> Settings {
    let context = line.kubectl.context.first().cloned();
    let mut contexts = file.contexts;
    let section = context.as_ref().and_then(|name| contexts.remove(name));
    let layer = flags(line)
        .over(environment(env))
        .over(section.unwrap_or_default())
        .over(file.base);
    let live = |left_out: bool| !demo && !left_out;
    Settings {
        kube: live(line.systems.no_kube).then(|| line.kubectl.clone()),
        namespace: line
            .kubectl
            .namespace
            .clone()
            .filter(|_| line.kubectl.all_namespaces != Some(true)),
        kafka: live(line.systems.no_kafka).then_some(layer.kafka),
        prometheus: live(line.systems.no_prometheus).then_some(layer.prometheus),
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
            colourless: env.no_color,
            ascii: layer.ascii.unwrap_or(!env.is_utf8()),
            mouse: layer.mouse.unwrap_or(true),
        },
        log_file: layer.log_file,
        verbosity: line.screen.verbosity,
        context,
    }
}

/// A flag that is not given says nothing; none of them can say no.
fn flags(line: &CommandLine) -> Layer {
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
