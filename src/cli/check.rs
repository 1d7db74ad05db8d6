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

fn demo_or_live(line: &CommandLine) -> Result<(), Complaint> {
    let systems = &line.systems;
    if !is_demo(line) {
        let flag = match (line.report.seed, line.report.scale) {
            (Some(_), _) => "--seed",
            (_, Some(_)) => "--scale",
            _ => return Ok(()),
        };
        return refuse(
            flag,
            "belongs to the demo world",
            "add --demo, or use plimsoll demo",
        );
    }
    let named = [
        ("--bootstrap-server", systems.bootstrap_server.is_some()),
        ("--command-config", systems.command_config.is_some()),
        ("--kafka-cluster", systems.kafka_cluster.is_some()),
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
    if matches!(
        line.command,
        Some(
            Subcommands::Lag { .. }
                | Subcommands::Why { .. }
                | Subcommands::Check { .. }
                | Subcommands::Snapshot { .. }
                | Subcommands::Probe { .. }
        )
    ) {
        if report.size.is_some() && report.output != Some(Format::Text) {
            return refuse("--size", "is the size of -o text", "add -o text");
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
