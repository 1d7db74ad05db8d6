//! `plimsoll init`: writes a config file with what was found in the Kubernetes cluster, and all the rest in comments.

mod template;
mod write;

use std::{path::PathBuf, time::Duration};

use tokio::signal::unix::{SignalKind, signal};

use crate::net::{
    discover::{self, Cluster, choose_listener},
    kube::{Client, ErrorKind, exec::Plugins},
};

use super::{
    Code, Complaint, Environment, Exit,
    args::{CommandLine, values::write_duration},
    config,
    exit::printable,
    settings::{self, KubeChoice},
};

use template::Found;

/// What is to be done with the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Init {
    /// Write it though there is a file; that one is kept beside it.
    pub force: bool,
    /// Print it instead.
    pub print: bool,
    pub timeout: Duration,
}

/// Finds out, then writes. Exit codes: 0 it is written; 2 there is a file already, or no place for one; 3 the cluster was
/// not reached.
pub(super) async fn make(init: Init, line: &CommandLine, env: &Environment) -> Exit {
    let made = make_or_say(init, line, env);
    // Listened to before anything is asked.
    let mut interrupt = match signal(SignalKind::interrupt()) {
        Ok(interrupt) => interrupt,
        Err(error) => {
            return Exit::because(Code::Nothing, Complaint::new("signals", error.to_string()));
        }
    };
    tokio::select! {
        biased;
        _ = interrupt.recv() => Exit::quiet(Code::Interrupted),
        made = made => match made { Ok(exit) | Err(exit) => exit },
    }
}

async fn make_or_say(init: Init, line: &CommandLine, env: &Environment) -> Result<Exit, Exit> {
    let place = place(init, line, env)?;
    let kube = settings::choose_kube(line, env)?;
    let found = look(&kube, line, init.timeout, env).await?;
    let text = template::write(&settings::flags(line), &found);
    let Some(path) = place else {
        return Ok(Exit::text(text));
    };
    let kept = write::whole(&path, &text, init.force)?;
    let mut said = format!("{}: written\n{}\n", path.display(), summary(&found));
    if let Some(kept) = kept {
        said = format!("{said}what was there is in {}\n", kept.display());
    }
    Ok(Exit::text(said))
}

/// Where it goes; none where it is printed. A file that is there is no place.
fn place(init: Init, line: &CommandLine, env: &Environment) -> Result<Option<PathBuf>, Exit> {
    if init.print {
        return Ok(None);
    }
    let place = config::place(line.screen.config.as_deref(), env).ok_or_else(|| {
        let complaint = Complaint::new("init", "neither HOME nor XDG_CONFIG_HOME is set");
        Exit::usage(complaint.remedy("set one of them, or give --config FILE or --print"))
    })?;
    // A link that leads nowhere is there, too.
    if !init.force && place.symlink_metadata().is_ok() {
        return Err(Exit::usage(write::is_there(&place)));
    }
    Ok(Some(place))
}

/// What is in the cluster, for a file that names it.
async fn look(
    kube: &KubeChoice,
    line: &CommandLine,
    timeout: Duration,
    env: &Environment,
) -> Result<Found, Exit> {
    let context = kube.context.clone();
    if line.systems.no_kube || line.systems.no_kafka {
        return Ok(Found {
            context,
            clusters: None,
            login: None,
        });
    }
    let offline = "or give --no-kube for a file with the defaults alone";
    let Some(flags) = kube.flags.clone() else {
        let complaint = Complaint::new("init", "there is no kubeconfig to look for Kafka with");
        let remedy = format!("give --context or --kubeconfig, {offline}");
        return Err(Exit::usage(complaint.remedy(remedy)));
    };
    let plugins = if env.stdin_is_terminal {
        Plugins::MayAsk
    } else {
        Plugins::Silent
    };
    let client = Client::new(flags, env.kube(), plugins)
        .map_err(|error| Exit::usage(Complaint::from(&error)))?;
    let clusters = match tokio::time::timeout(timeout, discover::clusters(&client)).await {
        Ok(Ok(clusters)) => clusters,
        Ok(Err(error)) => {
            let code = match error.kind {
                ErrorKind::Config => Code::Usage,
                _ => Code::Nothing,
            };
            let complaint = Complaint::from(&error);
            let remedy = match complaint.remedy.as_str() {
                "" => format!("check --context, {offline}"),
                known => format!("{known}, {offline}"),
            };
            return Err(Exit::because(code, complaint.remedy(remedy)));
        }
        Err(_elapsed) => {
            let why = format!("no answer within {}", write_duration(timeout));
            let complaint = Complaint::new("Kubernetes", why).at(client.server());
            let remedy = format!("give a longer --timeout, {offline}");
            return Err(Exit::because(Code::Nothing, complaint.remedy(remedy)));
        }
    };
    Ok(Found {
        context,
        login: missing_login(&clusters, line),
        clusters: Some(clusters),
    })
}

/// Why the only cluster cannot be entered as things are.
fn missing_login(clusters: &[Cluster], line: &CommandLine) -> Option<String> {
    let [only] = clusters else { return None };
    if line.systems.command_config.is_some() || line.systems.kafka_user.is_some() {
        return None;
    }
    choose_listener(only, None, false)
        .err()
        .map(|why| why.to_string())
}

/// What was found, in one line.
fn summary(found: &Found) -> String {
    let place = match &found.context {
        Some(context) => format!("context {context}"),
        None => "no context".to_owned(),
    };
    let what = match found.clusters.as_deref() {
        None => "nothing was looked for; the file holds the defaults in comments".to_owned(),
        Some([]) => {
            "no Kafka cluster was found; the file holds the defaults in comments".to_owned()
        }
        Some([one]) => match &found.login {
            Some(why) => why.clone(),
            None => one.why.clone(),
        },
        Some(several) => {
            let names: Vec<String> = several.iter().map(ToString::to_string).collect();
            let names = names.join(", ");
            format!("Kafka clusters {names} were found: choose one in the file")
        }
    };
    printable(&format!("{place}: {what}"))
}
