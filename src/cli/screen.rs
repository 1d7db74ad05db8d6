//! The screen, on live servers or on the demo world.

use tokio::sync::mpsc;

use crate::{
    app::{App, Effect, Options, PaneId},
    log::{self, LogOptions},
    model::{Envelope, Name},
    net::kube::exec::Plugins,
    run::{self, Session},
    source::{self, Feed, Running, clock},
    term::Terminal,
    view::{Theme, panes},
};

use super::{Code, Complaint, Environment, Exit, Settings, connect};

/// The theme that was asked for, with as many colours as the terminal should get.
pub fn theme(settings: &Settings) -> Result<Theme, Exit> {
    let name = settings.look.theme.as_deref().unwrap_or("default");
    let theme = Theme::named(name)
        .map_err(|error| Exit::usage(Complaint::new("--theme", error.to_string())))?;
    Ok(if settings.look.colourless {
        theme.without_colour()
    } else {
        theme
    })
}

/// What the app is told of the settings.
pub fn options(settings: &Settings, site: Name, pane: Option<PaneId>) -> Options {
    Options {
        site,
        namespace: settings.namespace.as_deref().map(Name::from),
        read_only: settings.read_only,
        ascii: settings.look.ascii,
        demo: settings.demo.is_some(),
        pane: pane.unwrap_or(PaneId::Home),
    }
}

/// Starts what is to be looked at: the site's name, and the sources where they are live.
async fn start(
    settings: &Settings,
    env: &Environment,
    to: mpsc::Sender<Envelope>,
) -> Result<(Name, Option<Running>), Exit> {
    if let Some(demo) = settings.demo {
        let site = Name::from(source::demo::SITE);
        tokio::spawn(source::demo::run(demo.seed, demo.scale, to, site.clone()));
        return Ok((site, None));
    }
    let (live, warnings) = connect::live(settings, env, false, Plugins::MayAsk)?;
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    if let Some(kube) = &live.kube {
        // A credential plugin may ask now, and never on the live screen.
        if let Err(error) = kube.kube().await {
            tracing::warn!("{error}");
        }
        kube.set_plugins(Plugins::Silent);
    }
    Ok((live.site.clone(), Some(live.start(to))))
}

/// Shows the screen until the user leaves.
pub async fn show(
    settings: &Settings,
    env: &Environment,
    pane: Option<PaneId>,
) -> Result<Code, Exit> {
    let theme = theme(settings)?;
    if !Terminal::is_there() {
        let complaint = Complaint::new("no terminal", "stdin or stdout is not a terminal");
        return Err(Exit::usage(complaint.remedy(
            "run it in a terminal (ssh -t), or use the headless commands: plimsoll snapshot, plimsoll lag",
        )));
    }
    let usual = || Some(env.state_dir()?.join("plimsoll.log"));
    let file = settings
        .log_file
        .clone()
        .or_else(|| usual().filter(|_| settings.demo.is_none()));
    let logging = LogOptions {
        file: file.clone(),
        verbosity: settings.verbosity,
    };
    let log = log::start(&logging).map_err(|error| {
        let place = file
            .map(|file| file.display().to_string())
            .unwrap_or_default();
        Exit::usage(
            Complaint::new("log file", error.to_string())
                .at(place)
                .remedy("choose another by --log-file"),
        )
    })?;
    let (to, feed) = mpsc::channel(Feed::CAPACITY);
    let (site, running) = start(settings, env, to).await?;
    let frame = if env.ssh { run::FRAME_SSH } else { run::FRAME };
    let app = App::new(panes::ALL, options(settings, site, pane), clock::now());
    let session = Session {
        app,
        theme,
        frame,
        feed,
        log,
    };
    let outside = |effect: &Effect| match (effect, &running) {
        (Effect::Interest(interest), Some(running)) => running.wishes.look_at(interest.clone()),
        (Effect::Refresh, Some(running)) => running.refresh(),
        _ => {}
    };
    let done = run::on_terminal(session, outside).await.map_err(|error| {
        Exit::because(
            Code::Nothing,
            Complaint::new("the terminal", error.to_string()),
        )
    })?;
    Ok(if done.interrupted {
        Code::Interrupted
    } else {
        Code::Fine
    })
}
