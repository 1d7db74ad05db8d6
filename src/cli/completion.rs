//! Completion and the manual page, from the definition of the arguments. Groups, topics and namespaces are those of the
//! live cluster: a tab is worth a second.

use std::{
    ffi::{OsStr, OsString},
    path::Path,
    sync::Arc,
    time::Duration,
};

use clap::{Args, Command, CommandFactory, FromArgMatches};
use clap_complete::{
    CompletionCandidate,
    engine::{ArgValueCandidates, complete},
    env::Shells,
};
use serde_json::Value;

use crate::net::kube::{KubeFlags, config::list_contexts};

use super::{
    Complaint, Environment, Exit, Format, Subject, View,
    args::{CommandLine, KubectlArgs, ReportArgs, ScreenArgs, Shell, SystemArgs},
    headless, load_config, settings,
    themes::Themes,
};

/// kubectl finds its plugins by their names.
const PLUGIN: &str = "kubectl-plimsoll";
const PLUGIN_COMPLETION: &str = "kubectl_complete-plimsoll";
/// Tells the program that it is asked by a shell.
const VARIABLE: &str = "PLIMSOLL_COMPLETE";
/// Nobody waits longer for a tab.
const PATIENCE: Duration = Duration::from_secs(2);

/// The name under which the program was called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Called {
    Plimsoll,
    Plugin,
    PluginCompletion,
}

impl Called {
    pub(super) fn by(name: Option<&OsString>) -> Self {
        let stem = name.and_then(|name| Path::new(name).file_stem());
        match stem.and_then(|stem| stem.to_str()) {
            Some(PLUGIN_COMPLETION) => Called::PluginCompletion,
            Some(stem) if stem.starts_with("kubectl-") => Called::Plugin,
            _ => Called::Plimsoll,
        }
    }

    /// The command line in the words of who called.
    pub(super) fn command(self) -> Command {
        let command = CommandLine::command();
        match self {
            Called::Plimsoll => command,
            Called::Plugin | Called::PluginCompletion => command.bin_name("kubectl plimsoll"),
        }
    }
}

/// Who asks for a completion, and the words so far; the last one is unfinished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    shell: Option<String>,
    words: Vec<OsString>,
}

impl Asked {
    /// Nothing where the program was called for something else.
    pub(super) fn read(
        args: impl IntoIterator<Item = OsString>,
        env: &Environment,
    ) -> Option<Self> {
        let mut args = args.into_iter();
        let name = args.next();
        let mut rest: Vec<OsString> = args.collect();
        if let Some(shell) = &env.complete {
            // A shell writes `-- plimsoll WORDS`.
            let words = rest.iter().position(|word| word == "--")? + 1;
            return Some(Asked {
                shell: Some(shell.clone()),
                words: rest.split_off(words),
            });
        }
        let by_name = Called::by(name.as_ref()) == Called::PluginCompletion;
        let by_word = rest.first().is_some_and(|word| word == "__complete");
        if by_word {
            rest.remove(0);
        }
        (by_name || by_word).then(|| {
            rest.insert(0, "plimsoll".into());
            Asked {
                shell: None,
                words: rest,
            }
        })
    }
}

/// What is put into a shell's start-up file, or into a file on the path for kubectl.
pub(super) fn script(shell: Shell) -> Result<String, Exit> {
    let name = match shell {
        Shell::Bash => "bash",
        Shell::Elvish => "elvish",
        Shell::Fish => "fish",
        Shell::Powershell => "powershell",
        Shell::Zsh => "zsh",
        Shell::Kubectl => {
            return Ok(format!(
                "#!/bin/sh\n# Save as {PLUGIN_COMPLETION} on the PATH, executable: kubectl runs it for `kubectl plimsoll` and tab.\nexec {PLUGIN} __complete \"$@\"\n"
            ));
        }
    };
    let mut text = Vec::new();
    let shells = Shells::builtins();
    let completer = shells
        .completer(name)
        .ok_or_else(|| unfit(&format!("{name} is not known")))?;
    completer
        .write_registration(VARIABLE, "plimsoll", "plimsoll", "plimsoll", &mut text)
        .map_err(|error| unfit(&error.to_string()))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// The manual page.
pub(super) fn manual() -> Result<String, Exit> {
    let mut text = Vec::new();
    clap_mangen::Man::new(CommandLine::command())
        .render(&mut text)
        .map_err(|error| unfit(&error.to_string()))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn unfit(why: &str) -> Exit {
    Exit::usage(Complaint::new("completion", why))
}

/// What fits in place of the last word, one in a line. Whatever fails, nothing is said of it: a message would be written
/// into the user's command line.
pub(super) fn answer(asked: Asked, env: &Environment) -> Exit {
    let mut command = with_live(CommandLine::command(), &asked.words, env);
    let mut text = Vec::new();
    if let Some(shell) = &asked.shell {
        let shells = Shells::builtins();
        let written = shells
            .completer(shell)
            .map(|shell| shell.write_complete(&mut command, asked.words, None, &mut text));
        return match written {
            Some(Ok(())) => Exit::text(String::from_utf8_lossy(&text).into_owned()),
            _ => Exit::text(String::new()),
        };
    }
    let last = asked.words.len().saturating_sub(1);
    // As with kubectl's own words, flags are offered to who has begun one.
    let wants_flags = asked.words.last().is_some_and(|word| is_flag(word));
    let found = complete(&mut command, asked.words, last, None).unwrap_or_default();
    let mut lines = String::new();
    let found = found.iter().filter(|candidate| {
        !candidate.is_hide_set() && (wants_flags || !is_flag(candidate.get_value()))
    });
    for candidate in found {
        lines.push_str(&candidate.get_value().to_string_lossy());
        if let Some(help) = candidate.get_help() {
            let help = help.to_string();
            lines.push('\t');
            lines.push_str(help.lines().next().unwrap_or_default());
        }
        lines.push('\n');
    }
    // Cobra's word for: these are all, no files.
    lines.push_str(":4\n");
    Exit::text(lines)
}

fn is_flag(word: &OsStr) -> bool {
    word.as_encoded_bytes().starts_with(b"-")
}

/// The command line whose values are completed from the kubeconfig and the live cluster.
fn with_live(command: Command, words: &[OsString], env: &Environment) -> Command {
    let live = Arc::new(Live {
        line: line_so_far(words),
        env: env.clone(),
    });
    let values = |of: fn(&Live) -> Vec<String>| {
        let live = Arc::clone(&live);
        ArgValueCandidates::new(move || {
            let values = of(&live).into_iter();
            values.map(CompletionCandidate::new).collect()
        })
    };
    let groups = || values(|live| live.names(&Subject::Lag(Vec::new()), "group"));
    command
        .mut_arg("context", |arg| arg.add(values(Live::contexts)))
        .mut_arg("theme", |arg| arg.add(values(Live::themes)))
        .mut_arg("namespace", |arg| {
            arg.add(values(|live| {
                live.names(&Subject::View(View::Workloads), "namespace")
            }))
        })
        .mut_subcommand("lag", |lag| lag.mut_arg("groups", |arg| arg.add(groups())))
        .mut_subcommand("why", |why| why.mut_arg("groups", |arg| arg.add(groups())))
        .mut_subcommand("check", |check| {
            check.mut_subcommand("lag", |lag| lag.mut_arg("group", |arg| arg.add(groups())))
        })
        .mut_subcommand("probe", |probe| {
            probe.mut_arg("topic", |arg| {
                arg.add(values(|live| {
                    live.names(&Subject::View(View::Topics), "topic")
                }))
            })
        })
}

fn read<T: Args + FromArgMatches + Default>(matches: &clap::ArgMatches) -> T {
    T::from_arg_matches(matches).unwrap_or_default()
}

/// The flags among the words so far: they say which servers to ask.
fn line_so_far(words: &[OsString]) -> Option<CommandLine> {
    let finished = words.split_last()?.1;
    let matches = CommandLine::command()
        .ignore_errors(true)
        .try_get_matches_from(finished)
        .ok()?;
    Some(CommandLine {
        pane: None,
        command: None,
        kubectl: read::<KubectlArgs>(&matches),
        systems: read::<SystemArgs>(&matches),
        screen: read::<ScreenArgs>(&matches),
        report: read::<ReportArgs>(&matches),
    })
}

/// What can be asked for values.
struct Live {
    line: Option<CommandLine>,
    env: Environment,
}

impl Live {
    fn contexts(&self) -> Vec<String> {
        let flags = KubeFlags {
            kubeconfig: self
                .line
                .as_ref()
                .and_then(|line| line.kubectl.kubeconfig.clone()),
            ..KubeFlags::default()
        };
        let contexts = list_contexts(&flags, &self.env.kube());
        contexts.map_or_else(|_| Vec::new(), |contexts| contexts.names)
    }

    fn themes(&self) -> Vec<String> {
        Themes::new(&self.env, false).names()
    }

    /// The names in a report of the live cluster.
    fn names(&self, subject: &Subject, key: &str) -> Vec<String> {
        tokio::task::block_in_place(|| {
            let asked = self.ask(subject, key);
            tokio::runtime::Handle::current().block_on(asked)
        })
        .unwrap_or_default()
    }

    async fn ask(&self, subject: &Subject, key: &str) -> Option<Vec<String>> {
        let line = self.line.as_ref()?;
        let file = load_config(line, &self.env).ok()?;
        let all = settings::resolve(line, &file, &self.env).ok()?;
        let report = settings::ReportSettings {
            format: Format::Json,
            timeout: PATIENCE,
            partial_ok: true,
            ..settings::resolve_report(line, &self.env)
        };
        let exit = headless::make(subject, &report, &all, &self.env).await;
        let document: Value = serde_json::from_str(&exit.text).ok()?;
        let items = document.get("items")?.as_array()?;
        let name = |item: &Value| Some(item.get(key)?.as_str()?.to_owned());
        let mut names: Vec<String> = items.iter().filter_map(name).collect();
        names.sort_unstable();
        names.dedup();
        Some(names)
    }
}
