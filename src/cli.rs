//! How the program is called: arguments, environment, config, and the reports that need no screen.
//!
//! [`parse`] turns words into an [`Invocation`] or an [`Exit`]; it reads the config file and nothing else. Only this
//! room reads the environment, and only [`out`] writes to stdout and stderr.

pub mod args;
mod check;
mod completion;
pub mod config;
pub mod connect;
mod doctor;
pub mod env;
pub mod exit;
pub mod headless;
mod init;
pub mod out;
mod probe;
mod record;
pub mod reload;
mod replay;
pub mod report;
mod save;
pub mod screen;
pub mod settings;
mod show;
pub mod themes;
mod usage;

use std::{ffi::OsString, path::PathBuf, time::Duration};

use clap::FromArgMatches;

use crate::{app::PaneId, model::System};

pub use args::{Format, Place, ShowArgs, View};
pub use env::Environment;
pub use exit::{Code, Complaint, Exit};
pub use init::Init;
pub use report::{LagCheck, Subject};
pub use settings::{Demo, Look, ReportSettings, Settings};

use args::{CheckWhat, CommandLine, ConfigWhat, KubectlArgs, Subcommands};
use config::ConfigFile;
use reload::Reload;
use themes::Themes;

/// How long is sampled where a question needs samples and `--for` is not given.
const WHY_SAMPLES: Duration = Duration::from_secs(105);
const CHECK_SAMPLES: Duration = Duration::from_secs(15);

/// What to do, and what holds while it is done.
#[derive(Clone, Debug)]
pub struct Invocation {
    pub command: Command,
    pub settings: Settings,
    line: CommandLine,
}

impl Invocation {
    /// What holds with a kubeconfig context, by the config file as it is now.
    fn settings_for(&self, context: &str, env: &Environment) -> Result<Settings, Exit> {
        let line = self.line_for(Some(context));
        settings::resolve(&line, &load_config(&line, env)?, env)
    }

    /// The command line as it is meant for a context. Flags that say which servers to speak to meant those of the first
    /// one; who to be and what not to do stays.
    fn line_for(&self, context: Option<&str>) -> CommandLine {
        let mut line = self.line.clone();
        let Some(context) = context else { return line };
        if self.settings.context.as_deref() == Some(context) {
            // By its name: another one may be the current one of the kubeconfig by now.
            line.kubectl.context = vec![context.to_owned()];
            return line;
        }
        let kubectl = &line.kubectl;
        line.kubectl = KubectlArgs {
            context: vec![context.to_owned()],
            kubeconfig: kubectl.kubeconfig.clone(),
            as_user: kubectl.as_user.clone(),
            as_group: kubectl.as_group.clone(),
            as_uid: kubectl.as_uid.clone(),
            as_user_extra: kubectl.as_user_extra.clone(),
            request_timeout: kubectl.request_timeout,
            cache_dir: kubectl.cache_dir.clone(),
            disable_compression: kubectl.disable_compression,
            ..KubectlArgs::default()
        };
        line.systems.bootstrap_server = None;
        line.systems.command_config = None;
        line.systems.kafka_cluster = None;
        line.systems.kafka_user = None;
        line.systems.prometheus = None;
        line
    }
}

fn load_config(line: &CommandLine, env: &Environment) -> Result<ConfigFile, Exit> {
    config::load(line.screen.config.as_deref(), env).map_err(|complaints| Exit {
        complaints,
        ..Exit::quiet(Code::Usage)
    })
}

/// What to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// The screen, on this pane; on live servers or on the demo world, as [`Settings::demo`] says.
    Screen { pane: Option<PaneId> },
    /// A report, made once and printed.
    Report {
        subject: Subject,
        report: ReportSettings,
    },
    /// Each step to the first lag number.
    Doctor { report: ReportSettings },
    /// What the sources say, written to a file, at most so many bytes of it.
    Record {
        file: PathBuf,
        most: u64,
        report: ReportSettings,
    },
    /// The screen on a recording, or its text.
    Replay {
        file: PathBuf,
        show: ShowArgs,
        report: ReportSettings,
    },
    /// One record to each partition of the topic, read back.
    Probe {
        topic: String,
        report: ReportSettings,
    },
    /// A new config file.
    Init(Init),
}

/// Reads the command line, the program's name first, and the config file.
///
/// # Errors
/// Help and version are an [`Exit`] with [`Code::Fine`] and a text; everything that cannot be used is one with
/// [`Code::Usage`] and a line for each fault.
pub fn parse(
    args: impl IntoIterator<Item = OsString>,
    env: &Environment,
) -> Result<Invocation, Exit> {
    let args: Vec<OsString> = args.into_iter().collect();
    let raw: Vec<String> = args
        .iter()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let called = completion::Called::by(args.first());
    let line = called
        .command()
        .try_get_matches_from(args)
        .and_then(|matches| CommandLine::from_arg_matches(&matches))
        .map_err(|error| usage::explain(&error))?;
    match &line.command {
        Some(Subcommands::Completion { shell }) => {
            return Err(Exit::text(completion::script(*shell)?));
        }
        Some(Subcommands::Man) => return Err(Exit::text(completion::manual()?)),
        _ => {}
    }
    check::combinations(&line, &raw)?;
    let settings = settings_of(&line, env)?;
    let report = settings::resolve_report(&line, env);
    let command = match line.command.clone() {
        None => Command::Screen { pane: line.pane },
        Some(Subcommands::Demo { pane }) => Command::Screen { pane },
        Some(Subcommands::Lag { groups }) => Command::Report {
            subject: Subject::Lag(groups),
            report,
        },
        Some(Subcommands::Why { groups }) => Command::Report {
            subject: Subject::Why(groups),
            report: ReportSettings {
                sample_for: report.sample_for.or(Some(WHY_SAMPLES)),
                ..report
            },
        },
        Some(Subcommands::Check { what }) => lag_check(what, &report),
        Some(Subcommands::Probe { topic, yes }) => {
            if settings.production && !yes {
                let why = "it writes to the topic, and this context is marked as production";
                return Err(Complaint::new("probe", why)
                    .remedy("give --yes to do it")
                    .into());
            }
            Command::Probe { topic, report }
        }
        Some(Subcommands::Doctor) => Command::Doctor { report },
        Some(Subcommands::Record { file, max_mib }) => Command::Record {
            file,
            most: max_mib << 20,
            report,
        },
        Some(Subcommands::Replay { file, show }) => Command::Replay { file, show, report },
        // They were answered above: no settings are needed for them.
        Some(
            Subcommands::Completion { .. }
            | Subcommands::Man
            | Subcommands::Complete { .. }
            | Subcommands::Config { .. },
        ) => return Err(Exit::quiet(Code::Fine)),
        Some(Subcommands::Init { force, print }) => Command::Init(Init {
            force,
            print,
            timeout: report.timeout,
        }),
        Some(Subcommands::Snapshot { view }) => Command::Report {
            subject: Subject::View(view),
            report,
        },
    };
    check_command(&command, &settings)?;
    Ok(Invocation {
        command,
        settings,
        line,
    })
}

/// A question about the time that a group is behind needs samples.
fn lag_check(what: CheckWhat, report: &ReportSettings) -> Command {
    let CheckWhat::Lag {
        group,
        max,
        max_seconds,
    } = what;
    let samples = max_seconds.map(|_| CHECK_SAMPLES);
    Command::Report {
        subject: Subject::Check(LagCheck {
            group,
            max,
            max_seconds,
        }),
        report: ReportSettings {
            sample_for: report.sample_for.or(samples),
            ..report.clone()
        },
    }
}

/// Refuses what these settings give nothing to do with.
fn check_command(command: &Command, settings: &Settings) -> Result<(), Complaint> {
    match command {
        Command::Report { subject, .. } => {
            check_systems(subject.kind(), subject.system(), settings)
        }
        Command::Probe { .. } => check_systems("probe", Some(System::Kafka), settings),
        Command::Doctor { .. } if settings.demo.is_some() => Err(Complaint::new(
            "doctor",
            "the demo world has no servers to examine",
        )
        .remedy("leave out --demo")),
        _ => Ok(()),
    }
}

/// What holds for a command. To show that is a command itself, and its answer an exit.
fn settings_of(line: &CommandLine, env: &Environment) -> Result<Settings, Exit> {
    let (file, settings) = match &line.command {
        Some(Subcommands::Config {
            what: ConfigWhat::Show { origin },
        }) => return Err(show::print(line, &load_config(line, env)?, *origin, env)?),
        // What is there is not read, but replaced; it says by itself where nothing can be looked for.
        Some(Subcommands::Init { .. }) => {
            let file = ConfigFile::default();
            let kube = settings::choose_kube(line, env)?;
            let settings = settings::settle(line, kube, &file, env);
            (file, settings)
        }
        _ => {
            let file = load_config(line, env)?;
            let settings = settings::resolve(line, &file, env)?;
            (file, settings)
        }
    };
    check_theme(&settings, &file, env)?;
    Ok(settings)
}

/// A report needs the system that gives its rows.
fn check_systems(kind: &str, needed: Option<System>, settings: &Settings) -> Result<(), Complaint> {
    let systems = settings.systems();
    let (system, remedy) = match needed {
        Some(system) if !systems.contains(&system) => match system {
            System::Kubernetes => ("Kubernetes", "give --context or --kubeconfig"),
            System::Kafka => ("Kafka", "give --bootstrap-server or --command-config"),
            System::Prometheus => ("Prometheus", "give --prometheus"),
        },
        _ => return Ok(()),
    };
    let why = format!("{system} is left out or not configured");
    Err(Complaint::new(kind, why).remedy(format!("{remedy}, or try --demo")))
}

fn check_theme(settings: &Settings, file: &ConfigFile, env: &Environment) -> Result<(), Complaint> {
    let mut known = Themes::new(env, false).names();
    known.push("default".to_owned());
    let name = settings.look.theme.as_deref();
    let Some(name) = name.filter(|name| !known.iter().any(|known| known == name)) else {
        return Ok(());
    };
    let near = exit::nearest(name, known.iter().map(String::as_str));
    let near = near.map_or_else(String::new, |near| format!("did you mean {near}? "));
    let complaint = match file.origin_of_theme(name, settings.context.as_deref()) {
        Some(place) => {
            Complaint::new("config file: theme", format!("{name:?}: no such theme")).at(place)
        }
        None => Complaint::new("theme", "no such theme").at(format!("{name:?}")),
    };
    Err(complaint.remedy(format!("{near}themes: {}", known.join(" "))))
}

/// Runs the program.
pub fn main() -> Exit {
    let env = Environment::read();
    let words = completion::Asked::read(std::env::args_os(), &env);
    let asked = match &words {
        Some(_) => None,
        None => match parse(std::env::args_os(), &env) {
            Ok(asked) => Some(asked),
            Err(exit) => return exit,
        },
    };
    // One provider of cryptography for every library in the tree.
    if rustls::crypto::ring::default_provider()
        .install_default()
        .is_err()
    {
        tracing::debug!("a provider of cryptography is there already");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            return Exit::because(
                Code::Nothing,
                Complaint::new("the runtime", error.to_string()),
            );
        }
    };
    let exit = runtime.block_on(async {
        match (asked, words) {
            (Some(asked), _) => perform(&asked, &env).await,
            (None, Some(words)) => completion::answer(words, &env),
            (None, None) => Exit::quiet(Code::Fine),
        }
    });
    // Tasks that hang in a system call must not keep the process.
    runtime.shutdown_background();
    exit
}

/// What was read of one site and is not configured for the next.
fn lacking(context: &str, before: &Settings, now: &Settings) -> Option<String> {
    let (had, has) = (before.systems(), now.systems());
    let lost = had.iter().filter(|system| !has.contains(system));
    let lost: Vec<&str> = lost
        .map(|system| match system {
            System::Kubernetes => "Kubernetes",
            System::Kafka => "Kafka",
            System::Prometheus => "Prometheus",
        })
        .collect();
    (!lost.is_empty()).then(|| {
        format!(
            "no {} is configured for {context}: flags were for another context, see [contexts.{context}] in the config",
            lost.join(" and no ")
        )
    })
}

/// Shows one site after the other, as the user goes from context to context.
async fn show(asked: &Invocation, env: &Environment, pane: Option<PaneId>) -> Result<Code, Exit> {
    let mut settings = asked.settings.clone();
    let mut log = screen::prepare(&settings, env)?;
    let mut said = None;
    let mut before: Option<Settings> = None;
    loop {
        let words = |exit: &Exit| {
            let whys: Vec<String> = exit.complaints.iter().map(ToString::to_string).collect();
            Some(whys.join("; "))
        };
        // A site that cannot be shown leaves the one before it on the screen.
        let line = asked.line_for(settings.context.as_deref());
        let reload = Reload::new(line, &settings, env);
        let shown = screen::show(&settings, env, pane, &mut log, said.take(), reload);
        let shown = Box::pin(shown);
        match shown.await {
            Ok(screen::Left::Ended(code)) => return Ok(code),
            Ok(screen::Left::For(context)) => match asked.settings_for(&context, env) {
                Ok(other) => {
                    said = lacking(&context, &settings, &other);
                    before = Some(std::mem::replace(&mut settings, other));
                }
                Err(exit) => said = words(&exit),
            },
            Err(exit) => match before.take() {
                Some(known) => {
                    said = words(&exit);
                    settings = known;
                }
                None => return Err(exit),
            },
        }
    }
}

async fn perform(asked: &Invocation, env: &Environment) -> Exit {
    let settings = &asked.settings;
    match &asked.command {
        Command::Screen { pane } => match Box::pin(show(asked, env, *pane)).await {
            Ok(code) => Exit::quiet(code),
            Err(exit) => exit,
        },
        Command::Report { subject, report } => headless::make(subject, report, settings, env).await,
        Command::Doctor { report } => doctor::make(report, settings, env).await,
        Command::Probe { topic, report } => probe::make(topic, report, settings, env).await,
        Command::Record { file, most, report } => {
            record::make(file, *most, report, settings, env).await
        }
        Command::Replay { file, show, report } => {
            replay::make(file, show, report, settings, env).await
        }
        Command::Init(init) => init::make(*init, &asked.line, env).await,
    }
}

#[cfg(test)]
mod tests;
