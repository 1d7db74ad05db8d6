//! Clap's errors, each as one line of ours.

use clap::{
    CommandFactory,
    error::{ContextKind, ContextValue, ErrorKind},
};

use super::{
    args::{CommandLine, PANES},
    exit::{Complaint, Exit},
};

/// What clap said, as help on stdout or as a line on stderr.
pub(super) fn explain(error: &clap::Error) -> Exit {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        return Exit::text(error.to_string());
    }
    Exit::usage(complaint(error))
}

fn complaint(error: &clap::Error) -> Complaint {
    let texts = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.as_str()],
        Some(ContextValue::Strings(texts)) => texts.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    let text = |kind| texts(kind).first().copied().unwrap_or_default();
    let arg = text(ContextKind::InvalidArg);
    let value = text(ContextKind::InvalidValue);
    match error.kind() {
        ErrorKind::UnknownArgument if arg.starts_with('-') => {
            let near = text(ContextKind::SuggestedArg);
            let flags: Vec<String> = CommandLine::command()
                .get_arguments()
                .filter_map(|arg| arg.get_long().map(|long| format!("--{long}")))
                .collect();
            let near = if near.is_empty() {
                super::exit::nearest(arg, flags.iter().map(String::as_str)).unwrap_or_default()
            } else {
                near
            };
            Complaint::new("unknown flag", arg).remedy(if near.is_empty() {
                "see plimsoll --help".to_owned()
            } else {
                format!("did you mean {near}?")
            })
        }
        ErrorKind::UnknownArgument => {
            Complaint::new("unexpected argument", arg).remedy("see plimsoll --help")
        }
        ErrorKind::InvalidValue if arg == "[PANE]" && !value.is_empty() => no_such_pane(value),
        ErrorKind::InvalidValue if value.is_empty() => {
            Complaint::new(name_of(arg), "a value is missing").remedy("see plimsoll --help")
        }
        ErrorKind::InvalidValue => Complaint::new(name_of(arg), format!("{value:?} is unknown"))
            .remedy(list(value, &texts(ContextKind::ValidValue))),
        ErrorKind::ValueValidation => {
            let why = std::error::Error::source(error).map(ToString::to_string);
            Complaint::new(
                name_of(arg),
                format!("{value:?}: {}", why.unwrap_or_default()),
            )
        }
        _ => Complaint::new("usage", first_paragraph(error)).remedy("see plimsoll --help"),
    }
}

/// `--output <FORMAT>` without its value's name, `[VIEW]` without brackets.
fn name_of(arg: &str) -> String {
    let bare = arg.trim_matches(['[', ']']);
    let end = bare.find([' ', '=', '[']).unwrap_or(bare.len());
    bare.split_at(end).0.to_owned()
}

fn list(value: &str, valid: &[&str]) -> String {
    let near = super::exit::nearest(value, valid.iter().copied());
    let all = format!("one of: {}", valid.join(" "));
    near.map_or_else(|| all.clone(), |near| format!("did you mean {near}? {all}"))
}

/// The first word was neither a command nor a pane. All of both are named, since either may have been meant.
fn no_such_pane(word: &str) -> Complaint {
    let line = CommandLine::command();
    let commands: Vec<&str> = line
        .get_subcommands()
        .filter(|command| !command.is_hide_set())
        .map(clap::Command::get_name)
        .collect();
    let panes: Vec<&str> = PANES.iter().map(|(word, _)| word.as_str()).collect();
    let all = panes.iter().chain(&commands).copied();
    let why = format!(
        "panes: {}; commands: {}",
        panes.join(" "),
        commands.join(" ")
    );
    Complaint::new("unknown command or pane", why)
        .at(format!("{word:?}"))
        .remedy(match super::exit::nearest(word, all) {
            Some(near) => format!("did you mean {near}?"),
            None => "see plimsoll --help".to_owned(),
        })
}

fn first_paragraph(error: &clap::Error) -> String {
    let text = error.to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    text.split("\n\n").next().unwrap_or(text).to_owned()
}
