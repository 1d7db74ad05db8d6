//! Reports on live servers and on the demo world: starts the sources, waits for the report, ends them.

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::mpsc,
};

use crate::{
    log::{self, LogOptions},
    model::{Envelope, Name, System},
    net::kube::exec::Plugins,
    source::{self, Feed, Running, clock},
};

use super::{
    Code, Complaint, Environment, Exit, ReportSettings, Settings, Subject, connect,
    report::{self, Session},
    screen,
};

/// What a report is made from. The sources end when this is dropped.
pub(super) struct Started {
    site: Name,
    systems: Vec<System>,
    pub(super) feed: mpsc::Receiver<Envelope>,
    pub(super) warnings: Vec<Complaint>,
    running: Option<Running>,
}

pub(super) fn start(settings: &Settings, env: &Environment) -> Result<Started, Exit> {
    let (to, feed) = mpsc::channel(Feed::CAPACITY);
    if let Some(demo) = settings.demo {
        let site = Name::from(source::demo::SITE);
        tokio::spawn(source::demo::run(
            demo.seed,
            demo.scale,
            to,
            source::demo::Orders::none(),
            site.clone(),
            source::Wishes::default(),
        ));
        return Ok(Started {
            site,
            systems: settings.systems(),
            feed,
            warnings: Vec::new(),
            running: None,
        });
    }
    let plugins = if env.stdin_is_terminal {
        Plugins::MayAsk
    } else {
        Plugins::Silent
    };
    let (live, warnings) = connect::live(settings, env, true, plugins)?;
    Ok(Started {
        site: live.site.clone(),
        systems: live.systems(),
        feed,
        warnings: warnings
            .into_iter()
            .map(|warning| Complaint::new("--command-config", warning))
            .collect(),
        running: Some(live.start(to)),
    })
}

/// Makes the report; ctrl-c ends it without one.
pub async fn make(
    subject: &Subject,
    settings: &ReportSettings,
    all: &Settings,
    env: &Environment,
) -> Exit {
    match prepare_and_run(subject, settings, all, env).await {
        Ok(exit) | Err(exit) => exit,
    }
}

async fn prepare_and_run(
    subject: &Subject,
    settings: &ReportSettings,
    all: &Settings,
    env: &Environment,
) -> Result<Exit, Exit> {
    let theme = screen::theme(all, env)?.without_colour();
    let _log = open_log(all)?;
    // Listened to before anything is started, so that no moment is left in which ctrl-c is not heard.
    let mut interrupt = interrupts()?;
    let started = start(all, env)?;
    let options = screen::options(all, started.site.clone(), Some(subject.pane()));
    let session = Session {
        site: started.site,
        systems: &started.systems,
        namespace: all.namespace.as_deref(),
        feed: started.feed,
        wishes: started.running.as_ref().map(|running| &running.wishes),
        pins: all.likes.owners.clone(),
        reach: screen::reach(all),
        now: &clock::now,
        draw: &|picture, now, _, size| report::draw(picture, options.clone(), &theme, now, size),
    };
    tokio::select! {
        biased;
        _ = interrupt.recv() => Ok(Exit::quiet(Code::Interrupted)),
        mut exit = report::run(subject, settings, session) => {
            exit.complaints.splice(0..0, started.warnings);
            Ok(exit)
        }
    }
}

/// Hears ctrl-c from now on.
pub(super) fn interrupts() -> Result<Signal, Exit> {
    signal(SignalKind::interrupt())
        .map_err(|error| Exit::because(Code::Nothing, Complaint::new("signals", error.to_string())))
}

/// A headless command logs only where it is told to.
pub(super) fn open_log(settings: &Settings) -> Result<Option<log::Log>, Exit> {
    let Some(file) = settings.log_file.clone() else {
        return Ok(None);
    };
    let options = LogOptions {
        file: Some(file.clone()),
        verbosity: settings.verbosity,
    };
    let log = log::start(&options).map_err(|error| {
        let complaint = Complaint::new("log file", error.to_string());
        let place = file.display().to_string();
        Exit::usage(complaint.at(place).remedy("choose another by --log-file"))
    })?;
    Ok(Some(log))
}
