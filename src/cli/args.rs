//! What may be written on the command line. No I/O, and no meaning beyond the words: that is [`super::settings`].

mod kubectl;
pub mod values;

use std::{ffi::OsString, path::PathBuf, sync::LazyLock, time::Duration};

use clap::{
    Args, Parser, Subcommand, ValueEnum,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser},
};

use crate::{
    app::{PaneId, Replay},
    view::panes,
};

pub use kubectl::KubectlArgs;
pub use values::Place;

/// The panes of the screen by the word on the command line, in the order of the tabs.
pub(super) static PANES: LazyLock<Vec<(String, PaneId)>> = LazyLock::new(|| {
    let panes = panes::ALL.iter();
    panes
        .map(|pane| (pane.title().to_lowercase(), pane.id()))
        .collect()
});

fn pane() -> impl TypedValueParser<Value = PaneId> {
    let words = PANES
        .iter()
        .map(|(word, _)| PossibleValue::new(word.as_str()));
    PossibleValuesParser::new(words).try_map(|word| {
        let found = PANES.iter().find(|(known, _)| *known == word);
        found.map(|(_, pane)| *pane).ok_or("no such pane")
    })
}

const EXAMPLES: &str = "\
Examples:
  plimsoll demo                                          a world of its own: no network, no files
  plimsoll --context prod groups                         the screen, on the pane of consumer groups
  plimsoll lag billing -o json --bootstrap-server k:9092 lag of one group, for a script

Exit codes: 0 fine, 1 the check says no, 2 wrong usage or configuration, 3 nothing to show, 4 shown but a source is missing, 130 interrupted.
Environment: KUBECONFIG PLIMSOLL_CONFIG PLIMSOLL_THEME PLIMSOLL_LOG NO_COLOR";

/// The whole command line.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "plimsoll",
    version,
    about = "Lag and its cause for Kafka on Kubernetes, joined on one terminal screen",
    after_help = EXAMPLES,
    disable_help_subcommand = true,
    args_override_self = true,
    max_term_width = 100
)]
pub struct CommandLine {
    /// The pane to start on.
    #[arg(value_parser = pane())]
    pub pane: Option<PaneId>,
    #[command(subcommand)]
    pub command: Option<Subcommands>,
    #[command(flatten)]
    pub kubectl: KubectlArgs,
    #[command(flatten)]
    pub systems: SystemArgs,
    #[command(flatten)]
    pub screen: ScreenArgs,
    #[command(flatten)]
    pub report: ReportArgs,
}

/// What to do, where it is not the screen on live servers.
#[derive(Clone, Debug, Subcommand)]
pub enum Subcommands {
    /// The same screen on the seeded demo world: no network, no files.
    Demo {
        /// The pane to start on.
        #[arg(value_parser = pane())]
        pane: Option<PaneId>,
    },
    /// Consumer lag, headless.
    Lag {
        /// The groups to show; all if none is named.
        #[arg(value_name = "GROUP")]
        groups: Vec<String>,
    },
    /// Why a group is behind: ranked causes, each with its numbers and the command that prints them. Samples for
    /// 105 seconds first, or as long as --for says.
    Why {
        #[arg(value_name = "GROUP", required = true)]
        groups: Vec<String>,
    },
    /// A question whose answer is the exit code: 0 yes, 1 no.
    Check {
        #[command(subcommand)]
        what: CheckWhat,
    },
    /// Write one marked record to each partition of a topic and read it back: does it take writes, and which broker is
    /// slow? Exit code 1 where a partition fails.
    Probe {
        /// The topic; it is never created, and must not be compacted.
        #[arg(long, value_name = "TOPIC")]
        topic: String,
        /// Do it though the context is marked as production.
        #[arg(long)]
        yes: bool,
    },
    /// Go from the kubeconfig to the first lag number step by step: what was tried, how long it took, what failed, and the
    /// exact right to ask for.
    Doctor,
    /// Write down all that the sources say, for plimsoll replay; without a screen. It ends after --for [default: 10m],
    /// at --max-mib, or by ctrl-c.
    Record {
        /// The file. It must not be there yet.
        file: PathBuf,
        /// MiB that the file may have.
        #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u64).range(1..=256))]
        max_mib: u64,
    },
    /// The screen on a recording: no network. Made by plimsoll record, or by ctrl-s on the screen.
    Replay {
        file: PathBuf,
        #[command(flatten)]
        show: ShowArgs,
    },
    /// Print what makes a shell complete our words, with the groups and topics of the live cluster among them.
    Completion {
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Print the manual page.
    Man,
    /// What a shell or kubectl asks for when the tab key is pressed: the words so far, the last of them unfinished.
    #[command(name = "__complete", hide = true)]
    Complete {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<OsString>,
    },
    /// One view, headless.
    Snapshot {
        /// The view to print.
        #[arg(value_enum, default_value = "home")]
        view: View,
    },
    /// Write a commented config file, with the Kafka cluster that is found in Kubernetes and with what the flags say.
    Init {
        /// Replace a file that is there; it is kept beside the new one.
        #[arg(long)]
        force: bool,
        /// Print it instead.
        #[arg(long)]
        print: bool,
    },
    /// What holds, and where it is from.
    #[command(arg_required_else_help = false)]
    Config {
        #[command(subcommand)]
        what: ConfigWhat,
    },
}

/// What can be done with the settings.
#[derive(Clone, Debug, Subcommand)]
pub enum ConfigWhat {
    /// Print what holds now, as a config file that says the same; with -o as a table, CSV or JSON.
    Show {
        /// Say where each setting is from: the default, a line of the config file, a variable or a flag.
        #[arg(long)]
        origin: bool,
    },
}

/// How a recording is shown.
#[derive(Clone, Debug, PartialEq, Args)]
pub struct ShowArgs {
    /// The pane to start on.
    #[arg(value_parser = pane())]
    pub pane: Option<PaneId>,
    /// How many times as fast as it was.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(i64).range(1..=Replay::FASTEST))]
    pub speed: i64,
    /// Where to begin: so long after its beginning, as 90s or 5m, or a moment, as 2027-01-15T08:05:00Z.
    #[arg(long, value_name = "TIME", value_parser = values::place)]
    pub at: Option<Place>,
}

/// The shells that can complete our words, and kubectl, which asks by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    Bash,
    Elvish,
    Fish,
    Kubectl,
    Powershell,
    Zsh,
}

/// What can be asked.
#[derive(Clone, Debug, Subcommand)]
pub enum CheckWhat {
    /// Is a group no further behind than so many records, or so many seconds?
    #[command(group = clap::ArgGroup::new("limit").required(true).multiple(true))]
    Lag {
        #[arg(value_name = "GROUP")]
        group: String,
        /// Records.
        #[arg(long, value_name = "N", group = "limit", value_parser = clap::value_parser!(i64).range(0..))]
        max: Option<i64>,
        /// Seconds since the oldest record that was not read came in.
        #[arg(long, value_name = "SECONDS", group = "limit", value_parser = values::seconds)]
        max_seconds: Option<f64>,
    },
}

/// The views that can be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum View {
    Home,
    Groups,
    Topics,
    Partitions,
    Brokers,
    Workloads,
    Pods,
    Nodes,
    Sources,
}

impl View {
    /// The word on the command line and in `kind`.
    pub fn word(self) -> &'static str {
        match self {
            View::Home => "home",
            View::Groups => "groups",
            View::Topics => "topics",
            View::Partitions => "partitions",
            View::Brokers => "brokers",
            View::Workloads => "workloads",
            View::Pods => "pods",
            View::Nodes => "nodes",
            View::Sources => "sources",
        }
    }
}

/// Kafka, Prometheus, and what is left out.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Kafka and Prometheus")]
pub struct SystemArgs {
    /// Kafka brokers to start from, instead of the cluster that is found in Kubernetes.
    #[arg(long, global = true, value_name = "HOST:PORT[,...]", value_parser = values::bootstrap)]
    pub bootstrap_server: Option<String>,
    /// A Java client properties file, as Kafka's own tools take it.
    #[arg(long, global = true, value_name = "FILE")]
    pub command_config: Option<PathBuf>,
    /// Which of the Kafka clusters found in the Kubernetes cluster, where there are several: NAME or NAMESPACE/NAME.
    #[arg(long, global = true, value_name = "NAME")]
    pub kafka_cluster: Option<String>,
    /// Log in to the cluster that is found as this Strimzi user, by what its Secret holds: NAME, or NAMESPACE/NAME.
    #[arg(long, global = true, value_name = "NAME")]
    pub kafka_user: Option<String>,
    /// Base URL of Prometheus.
    #[arg(long, global = true, value_name = "URL", value_parser = values::url)]
    pub prometheus: Option<String>,
    /// Leave Kubernetes out.
    #[arg(long, global = true)]
    pub no_kube: bool,
    /// Leave Kafka out.
    #[arg(long, global = true)]
    pub no_kafka: bool,
    /// Leave Prometheus out.
    #[arg(long, global = true)]
    pub no_prometheus: bool,
    /// Poll interval of Kafka [default: 5s].
    #[arg(long, global = true, value_name = "DURATION", value_parser = values::refresh)]
    pub refresh: Option<Duration>,
    /// Poll interval of Prometheus [default: 15s].
    #[arg(long, global = true, value_name = "DURATION", value_parser = values::refresh)]
    pub refresh_metrics: Option<Duration>,
    /// Nothing can be changed; cannot be unlocked.
    #[arg(long, global = true)]
    pub read_only: bool,
}

/// How the program looks and what it writes down.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Program")]
pub struct ScreenArgs {
    /// The config file, instead of plimsoll/config.toml in the XDG config directory.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The theme.
    #[arg(long, global = true, value_name = "NAME")]
    pub theme: Option<String>,
    /// Draw with ASCII only.
    #[arg(long, global = true)]
    pub ascii: bool,
    /// Leave the mouse to the terminal.
    #[arg(long, global = true)]
    pub no_mouse: bool,
    /// In recordings, give hosts, addresses, nodes and the site other names.
    #[arg(long, global = true)]
    pub redact_hosts: bool,
    /// Write the log to this file.
    #[arg(long, global = true, value_name = "FILE")]
    pub log_file: Option<PathBuf>,
    /// Log more; twice for everything.
    #[arg(short, long = "verbose", global = true, action = clap::ArgAction::Count)]
    pub verbosity: u8,
}

/// Reports, and the demo world that they too can be made of.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Headless commands")]
pub struct ReportArgs {
    /// How to print; text is the screen at --size [default: table].
    #[arg(short, long, global = true, value_enum, value_name = "FORMAT")]
    pub output: Option<Format>,
    /// Columns and rows of -o text [default: 120x40].
    #[arg(long, global = true, value_name = "WxH", value_parser = values::size)]
    pub size: Option<(u16, u16)>,
    /// Longest wait for the servers [default: 10s].
    #[arg(long, global = true, value_name = "DURATION", value_parser = values::positive_duration)]
    pub timeout: Option<Duration>,
    /// Sample for this long first, so that growth can be known; of record, how long it goes on.
    #[arg(long = "for", global = true, value_name = "DURATION", value_parser = values::positive_duration)]
    pub sample_for: Option<Duration>,
    /// Exit with 0 although a source is missing.
    #[arg(long, global = true)]
    pub partial_ok: bool,
    /// Use the demo world instead of live servers.
    #[arg(long, global = true)]
    pub demo: bool,
    /// The seed of the demo world [default: 1].
    #[arg(long, global = true, value_name = "N")]
    pub seed: Option<u64>,
    /// The size of the demo world, 1 being the usual.
    #[arg(long, global = true, value_name = "FACTOR", value_parser = values::scale)]
    pub scale: Option<f64>,
}

/// How a report is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Table,
    Json,
    Csv,
    Text,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn a_pane_and_flags_stand_in_any_order() {
        let read = |args: &[&str]| CommandLine::try_parse_from(args).unwrap();
        let given = read(&["plimsoll", "--context", "lab", "groups", "-n", "shop"]);
        assert_eq!(given.pane, Some(PaneId::Groups));
        assert_eq!(given.kubectl.context, ["lab"]);
        assert_eq!(given.kubectl.namespace.as_deref(), Some("shop"));

        let given = read(&["plimsoll", "-n", "shop", "lag", "a", "-o", "json", "b"]);
        assert!(matches!(given.command, Some(Subcommands::Lag { groups }) if groups == ["a", "b"]));
        assert_eq!(given.kubectl.namespace.as_deref(), Some("shop"));
        assert_eq!(given.report.output, Some(Format::Json));

        let given = read(&["plimsoll", "demo", "groups", "--seed", "7"]);
        let pane = Some(PaneId::Groups);
        assert!(matches!(given.command, Some(Subcommands::Demo { pane: p }) if p == pane));
        assert_eq!(given.report.seed, Some(7));
    }

    #[test]
    fn the_last_of_two_values_stands_as_with_kubectl() {
        let args = [
            "plimsoll",
            "-n",
            "a",
            "-n",
            "b",
            "--as-group",
            "x",
            "--as-group",
            "y",
        ];
        let given = CommandLine::try_parse_from(args).unwrap();
        assert_eq!(given.kubectl.namespace.as_deref(), Some("b"));
        assert_eq!(given.kubectl.as_group, ["x", "y"]);
    }

    #[test]
    fn flags_of_kubectl_take_true_and_false() {
        let skip = |arg: &str| {
            let given = CommandLine::try_parse_from(["plimsoll", arg, "groups"]).unwrap();
            (given.kubectl.insecure_skip_tls_verify, given.pane)
        };
        let pane = Some(PaneId::Groups);
        assert_eq!(skip("--insecure-skip-tls-verify"), (Some(true), pane));
        assert_eq!(
            skip("--insecure-skip-tls-verify=false"),
            (Some(false), pane)
        );
    }

    #[test]
    fn what_comes_later_is_absent() {
        for absent in ["flow", "timeline", "why", "--watch"] {
            assert!(
                CommandLine::try_parse_from(["plimsoll", absent]).is_err(),
                "{absent}"
            );
        }
    }
}
