//! The screen, on live servers or on the demo world.

use std::{sync::Mutex, time::Duration};

use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};

use crate::{
    act::{self, Permit, journal::Journal},
    app::{App, Effect, Msg, Notice, Options, PaneId, Prefs, reading::Ask},
    insight::Reach,
    log::{self, Log, LogOptions},
    model::{Envelope, Name, Reel},
    net::kube::exec::Plugins,
    plan::{Entry, Order},
    run::{self, Session},
    source::{self, Feed, Kept, Reader, Running, Wishes, clock},
    term::Terminal,
    view::{Theme, panes},
};

use super::{
    Code, Complaint, Environment, Exit, Settings, connect,
    reload::Reload,
    save::{self, Shelf},
    themes::Themes,
};

/// Orders that may wait; a person gives them one at a time.
const ORDERS: usize = 64;
/// Envelopes that were recorded and wait for the app.
const PASSED: usize = 64;
/// How long the end of the program waits for orders that are under way.
const LAST_ORDERS: Duration = Duration::from_secs(3);

/// The theme that was asked for, with as many colours as the terminal should get.
pub fn theme(settings: &Settings, env: &Environment) -> Result<Theme, Exit> {
    let name = settings.look.theme.as_deref().unwrap_or(Theme::USUAL);
    Themes::new(env, settings.look.colourless)
        .theme(name)
        .map_err(|why| Exit::usage(Complaint::new("--theme", why)))
}

/// How a shell reaches the same servers.
pub fn reach(settings: &Settings) -> Reach {
    let kafka = settings.kafka.as_ref();
    let config = kafka.and_then(|kafka| kafka.command_config.as_ref());
    Reach {
        context: settings.context.clone(),
        bootstrap: kafka.and_then(|kafka| kafka.bootstrap_server.clone()),
        command_config: config.map(|file| file.display().to_string()),
    }
}

/// What the app is told of the settings.
pub fn options(settings: &Settings, site: Name, pane: Option<PaneId>) -> Options {
    Options {
        site,
        namespace: settings.namespace.as_deref().map(Name::from),
        read_only: settings.read_only,
        production: settings.production,
        ascii: settings.look.ascii,
        demo: settings.demo.is_some(),
        pane: pane.unwrap_or(PaneId::Home),
        prefs: Prefs {
            theme: settings
                .look
                .theme
                .clone()
                .unwrap_or_else(|| Theme::USUAL.to_owned()),
            mouse: settings.look.mouse,
            keymap: settings.likes.keymap.clone(),
            columns: settings.likes.columns.clone(),
            owners: settings.likes.owners.clone(),
            contexts: settings.contexts.clone(),
            reach: reach(settings),
            ..Prefs::default()
        },
    }
}

/// Who answers what is asked for one object.
enum Desk {
    Live(Box<Reader>),
    Demo(watch::Sender<Option<Ask>>),
}

impl Desk {
    fn ask(&mut self, ask: Option<Ask>) {
        match self {
            Desk::Live(reader) => reader.ask(ask),
            Desk::Demo(asks) => drop(asks.send_replace(ask)),
        }
    }
}

/// What runs behind the screen.
struct Behind {
    site: Name,
    /// None for the demo world.
    running: Option<Running>,
    /// None in read-only mode, where nobody takes orders.
    orders: Option<mpsc::Sender<Order>>,
    answers: mpsc::Receiver<Msg>,
    /// The other end of them, for whoever has something to say besides.
    say: mpsc::Sender<Msg>,
    /// Whoever makes changes; it ends when no more orders can come.
    hands: Option<JoinHandle<()>>,
    desk: Desk,
    /// What an earlier run left in the middle.
    unfinished: Vec<(u64, Entry)>,
}

/// Starts what is to be looked at, and who changes it where that is allowed.
async fn start(
    settings: &Settings,
    env: &Environment,
    to: mpsc::Sender<Envelope>,
    wishes: &Wishes,
) -> Result<Behind, Exit> {
    let permit = Permit::unless(settings.read_only);
    let (give, take) = mpsc::channel(ORDERS);
    let (say, answers) = mpsc::channel(ORDERS);
    let orders = permit.is_some().then_some(give);
    if let Some(demo) = settings.demo {
        let site = Name::from(source::demo::SITE);
        let (asks, asked) = watch::channel(None);
        let way = source::demo::Orders {
            orders: take,
            asks: asked,
            answers: say.clone(),
        };
        let world = source::demo::run(demo.seed, demo.scale, to, way, site.clone(), wishes.clone());
        tokio::spawn(world);
        return Ok(Behind {
            site,
            running: None,
            orders,
            answers,
            say,
            hands: None,
            desk: Desk::Demo(asks),
            unfinished: Vec::new(),
        });
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
    let desk = Desk::Live(Box::new(Reader::new(live.servers(), say.clone())));
    let mut unfinished = Vec::new();
    let hands = match (permit, env.state_dir()) {
        (Some(_), None) => {
            let complaint = Complaint::new(
                "the journal of changes",
                "there is no place for it: neither HOME nor XDG_STATE_HOME is set",
            );
            return Err(Exit::usage(
                complaint.remedy("set one of them, or give --read-only"),
            ));
        }
        (Some(permit), Some(dir)) => {
            let hands = connect::hands(&permit, settings, env, &live)?;
            let mut journal = Journal::new(dir);
            unfinished = journal.recall();
            Some(tokio::spawn(act::serve(
                hands,
                journal,
                take,
                say.clone(),
                clock::now,
            )))
        }
        (None, _) => None,
    };
    Ok(Behind {
        site: live.site.clone(),
        orders: orders.filter(|_| hands.is_some()),
        running: Some(live.start(to)),
        answers,
        say,
        hands,
        desk,
        unfinished,
    })
}

/// Saves apart from the screen, which is told how that went.
fn begin_saving(shelf: &Shelf, say: &mpsc::Sender<Msg>) {
    let (shelf, say) = (shelf.clone(), say.clone());
    tokio::task::spawn_blocking(move || {
        let notice = match save::save(&shelf, clock::now()) {
            Ok(path) => Notice::from(format!("saved {}", path.display())),
            Err(why) => Notice::bad(format!("nothing was saved: {why}")),
        };
        tracing::info!("{}", notice.text);
        // Whoever left in the meantime finds it in the log.
        let _ = say.blocking_send(Msg::Said(notice));
    });
}

/// How the screen was left.
pub enum Left {
    Ended(Code),
    /// For the site of this kubeconfig context.
    For(String),
}

/// Starts the log of a screen, and makes sure that there is a terminal to show it on.
pub fn prepare(settings: &Settings, env: &Environment) -> Result<Log, Exit> {
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
    log::start(&logging).map_err(|error| {
        let place = file
            .map(|file| file.display().to_string())
            .unwrap_or_default();
        Exit::usage(
            Complaint::new("log file", error.to_string())
                .at(place)
                .remedy("choose another by --log-file"),
        )
    })
}

/// Shows the screen until the user leaves; `said` is told first.
pub async fn show(
    settings: &Settings,
    env: &Environment,
    pane: Option<PaneId>,
    log: &mut Log,
    said: Option<String>,
    reload: Option<Reload>,
) -> Result<Left, Exit> {
    let theme = theme(settings, env)?;
    let (to, said_first) = mpsc::channel(Feed::CAPACITY);
    let (passed, feed) = mpsc::channel(PASSED);
    let kept = Kept::new(Mutex::new(Reel::of_late()));
    tokio::spawn(source::tap(said_first, passed, Kept::clone(&kept)));
    let wishes = Wishes::default();
    let Behind {
        site,
        running,
        orders,
        answers,
        say,
        hands,
        mut desk,
        unfinished,
    } = start(settings, env, to, &wishes).await?;
    if let Some(reload) = reload {
        tokio::spawn(reload.follow(say.clone()));
    }
    let frame = if env.ssh { run::FRAME_SSH } else { run::FRAME };
    let themes = Themes::new(env, settings.look.colourless);
    let shelf = Shelf {
        kept,
        folder: save::folder(env.state_dir()),
        site: site.to_string(),
        redact_hosts: settings.redact_hosts,
    };
    let mut options = options(settings, site, pane);
    options.prefs.themes = themes.names();
    let mut app = App::new(panes::ALL, options, clock::now());
    app.recall(unfinished);
    if let Some(said) = said {
        app.say(said);
    }
    let session = Session {
        app,
        theme,
        themes: Box::new(themes),
        tmux: env.tmux,
        frame,
        feed,
        answers,
    };
    let outside = |effect: &Effect| match (effect, &running) {
        (Effect::Read(ask), _) => desk.ask(ask.clone()),
        (Effect::Interest(interest), Some(running)) => running.wishes.look_at(interest.clone()),
        (Effect::Interest(interest), None) => wishes.look_at(interest.clone()),
        (Effect::Refresh, Some(running)) => running.refresh(),
        (Effect::Save, _) => begin_saving(&shelf, &say),
        (Effect::Cadence { kafka, prometheus }, Some(running)) => {
            running.set_cadence(*kafka, *prometheus);
        }
        (Effect::Order(order), _) => {
            let taken = orders
                .as_ref()
                .is_some_and(|to| to.try_send((**order).clone()).is_ok());
            if !taken {
                tracing::error!("an order was not taken: {:?}", order.task);
            }
        }
        _ => {}
    };
    let done = run::on_terminal(session, log, outside)
        .await
        .map_err(|error| {
            Exit::because(
                Code::Nothing,
                Complaint::new("the terminal", error.to_string()),
            )
        })?;
    // The last lines of the journal are written before the program ends.
    drop(orders);
    if let Some(hands) = hands {
        let _ = tokio::time::timeout(LAST_ORDERS, hands).await;
    }
    Ok(match done.switch {
        Some(context) => Left::For(context),
        None if done.interrupted => Left::Ended(Code::Interrupted),
        None => Left::Ended(Code::Fine),
    })
}
