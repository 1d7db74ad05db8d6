//! What single flags allow and their combination does not. Nothing that was given is ever ignored in silence.

use super::{
    args::{CommandLine, Format, Subcommands},
    exit::{Complaint, Exit},
};

/// Refuses what contradicts itself. `raw` are the words as they were written.
pub(super) fn combinations(line: &CommandLine, raw: &[String]) -> Result<(), Exit> {
    let checks = [
        one_command,
        one_site,
        demo_or_live,
        no_demo,
        left_out,
        report_flags,
    ];
    for check in checks {
        check(line)?;
    }
    both_sides(line, raw).map_err(Exit::usage)
}

fn refuse(flag: &str, why: &str, remedy: &str) -> Result<(), Complaint> {
    Err(Complaint::new(flag, why).remedy(remedy))
}

fn one_command(line: &CommandLine) -> Result<(), Complaint> {
    match (&line.pane, &line.command) {
        (Some(_), Some(Subcommands::Demo { .. })) => refuse(
            "usage",
            "a pane in front of a command",
            "write it behind: plimsoll demo PANE",
        ),
        (Some(_), Some(_)) => refuse("usage", "a pane and a command", "give one of them"),
        _ => Ok(()),
    }
}

fn one_site(line: &CommandLine) -> Result<(), Complaint> {
    if line.kubectl.context.len() > 1 {
        return refuse(
            "--context",
            "several sites are not supported yet",
            "give it once",
        );
    }
    Ok(())
}

/// Whether the demo world was asked for.
pub(super) fn is_demo(line: &CommandLine) -> bool {
    line.report.demo || matches!(line.command, Some(Subcommands::Demo { .. }))
}

/// Whether a recording is shown.
pub(super) fn is_replay(line: &CommandLine) -> bool {
    matches!(line.command, Some(Subcommands::Replay { .. }))
}

fn demo_or_live(line: &CommandLine) -> Result<(), Complaint> {
    let systems = &line.systems;
    let is_replay = is_replay(line);
    if is_replay && is_demo(line) {
        return refuse("--demo", "a recording is shown", "leave out this flag");
    }
    if !is_demo(line) {
        let world = [
            ("--seed", line.report.seed.is_some()),
            ("--scale", line.report.scale.is_some()),
        ];
        if let Some((flag, _)) = world.into_iter().find(|(_, given)| *given) {
            return refuse(
                flag,
                "belongs to the demo world",
                "add --demo, or use plimsoll demo",
            );
        }
        if !is_replay {
            return Ok(());
        }
    }
    let named = [
        ("--bootstrap-server", systems.bootstrap_server.is_some()),
        ("--command-config", systems.command_config.is_some()),
        ("--kafka-cluster", systems.kafka_cluster.is_some()),
        ("--kafka-user", systems.kafka_user.is_some()),
        ("--prometheus", systems.prometheus.is_some()),
        ("--no-kube", systems.no_kube),
        ("--no-kafka", systems.no_kafka),
        ("--no-prometheus", systems.no_prometheus),
    ];
    let named = named
        .into_iter()
        .find_map(|(flag, given)| given.then_some(flag))
        .or_else(|| line.kubectl.names_a_cluster());
    match named {
        Some(flag) if is_replay => refuse(
            flag,
            "a recording uses no live system",
            "leave out this flag",
        ),
        Some(flag) => refuse(
            flag,
            "the demo world uses no live system",
            "leave out this flag, or the demo",
        ),
        None => Ok(()),
    }
}

fn is_about_settings(line: &CommandLine) -> bool {
    matches!(
        line.command,
        Some(Subcommands::Config { .. } | Subcommands::Init { .. })
    )
}

/// The demo world has no servers that a config file could name.
fn no_demo(line: &CommandLine) -> Result<(), Complaint> {
    if line.report.demo && is_about_settings(line) {
        return refuse("--demo", "settings are for live systems", "leave it out");
    }
    Ok(())
}

fn left_out(line: &CommandLine) -> Result<(), Complaint> {
    let systems = &line.systems;
    let contradictions = [
        (
            systems.no_kafka,
            systems.bootstrap_server.is_some(),
            "--no-kafka and --bootstrap-server",
        ),
        (
            systems.no_kafka,
            systems.command_config.is_some(),
            "--no-kafka and --command-config",
        ),
        (
            systems.no_kafka,
            systems.kafka_cluster.is_some(),
            "--no-kafka and --kafka-cluster",
        ),
        (
            systems.no_kube,
            systems.kafka_cluster.is_some(),
            "--no-kube and --kafka-cluster",
        ),
        (
            systems.bootstrap_server.is_some(),
            systems.kafka_cluster.is_some(),
            "--bootstrap-server and --kafka-cluster",
        ),
        (
            systems.no_kafka || systems.no_kube,
            systems.kafka_user.is_some(),
            "--no-kafka or --no-kube, and --kafka-user",
        ),
        (
            systems.bootstrap_server.is_some() || systems.command_config.is_some(),
            systems.kafka_user.is_some(),
            "--bootstrap-server or --command-config, and --kafka-user",
        ),
        (
            systems.no_prometheus,
            systems.prometheus.is_some(),
            "--no-prometheus and --prometheus",
        ),
    ];
    for (out, named, flags) in contradictions {
        if out && named {
            return refuse(flags, "contradict one another", "give one of them");
        }
    }
    if systems.no_kube && systems.no_kafka && systems.no_prometheus {
        return refuse(
            "--no-kube --no-kafka --no-prometheus",
            "nothing is left to observe",
            "leave one of them out, or run plimsoll demo",
        );
    }
    Ok(())
}

fn report_flags(line: &CommandLine) -> Result<(), Complaint> {
    let report = &line.report;
    if let Some(Subcommands::Doctor) = line.command {
        let other = [
            ("--for", report.sample_for.is_some()),
            ("--size", report.size.is_some()),
        ];
        if let Some((flag, _)) = other.into_iter().find(|(_, given)| *given) {
            return refuse(flag, "means nothing to the doctor", "leave it out");
        }
    }
    if let Some(Subcommands::Record { .. } | Subcommands::Replay { .. }) = &line.command {
        return recording_flags(line);
    }
    if matches!(
        line.command,
        Some(
            Subcommands::Lag { .. }
                | Subcommands::Why { .. }
                | Subcommands::Check { .. }
                | Subcommands::Snapshot { .. }
                | Subcommands::Probe { .. }
                | Subcommands::Doctor
        )
    ) {
        if report.size.is_some() && report.output != Some(Format::Text) {
            return refuse("--size", "is the size of -o text", "add -o text");
        }
        if line.screen.redact_hosts {
            let remedy = "use it with plimsoll record, or with the screen";
            return refuse("--redact-hosts", "is for recordings", remedy);
        }
        return Ok(());
    }
    let asks = matches!(line.command, Some(Subcommands::Init { .. }));
    let prints = matches!(line.command, Some(Subcommands::Config { .. }));
    if prints && report.output == Some(Format::Text) {
        return refuse("-o text", "is the screen", "leave it out, or give -o table");
    }
    let given = [
        ("--output", report.output.is_some() && !prints),
        ("--size", report.size.is_some()),
        ("--timeout", report.timeout.is_some() && !asks),
        ("--for", report.sample_for.is_some()),
        ("--partial-ok", report.partial_ok),
    ];
    match given
        .into_iter()
        .find_map(|(flag, given)| given.then_some(flag))
    {
        Some(flag) if line.command.is_some() && !is_demo(line) => {
            refuse(flag, "belongs to reports", "leave it out")
        }
        Some(flag) => refuse(
            flag,
            "belongs to headless commands, not to the screen",
            "use plimsoll snapshot or plimsoll lag",
        ),
        None => Ok(()),
    }
}

/// A recording is written, or shown on the screen, or printed as text.
fn recording_flags(line: &CommandLine) -> Result<(), Complaint> {
    let report = &line.report;
    let records = !is_replay(line);
    let as_text = !records && report.output == Some(Format::Text);
    let given = [
        ("--output", report.output.is_some() && !as_text),
        ("--size", report.size.is_some() && !as_text),
        ("--timeout", report.timeout.is_some()),
        ("--for", report.sample_for.is_some() && !records),
        ("--partial-ok", report.partial_ok && !records),
        ("--redact-hosts", line.screen.redact_hosts && !records),
    ];
    let mut given = given.into_iter().filter(|(_, given)| *given);
    match given.next() {
        Some((flag, _)) => refuse(
            flag,
            "means nothing here",
            "record takes --for, --partial-ok and --redact-hosts, replay takes -o text and --size",
        ),
        None => Ok(()),
    }
}

/// Of a flag that may be repeated, the values in front of a command would be lost when it is given behind it as well.
fn both_sides(line: &CommandLine, raw: &[String]) -> Result<(), Complaint> {
    let kubectl = &line.kubectl;
    let repeated = [
        ("--context", kubectl.context.len()),
        ("--as-group", kubectl.as_group.len()),
        ("--as-user-extra", kubectl.as_user_extra.len()),
    ];
    for (flag, taken) in repeated {
        let written = raw
            .iter()
            .filter(|word| {
                word.strip_prefix(flag)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
            })
            .count();
        if written > taken {
            return refuse(
                flag,
                "is given in front of the command and behind it",
                "give it on one side only",
            );
        }
    }
    Ok(())
}
