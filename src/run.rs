//! The loop: input first, then what sources say; draws when something changed, at most once a frame, and sleeps until
//! something happens.

mod input;
mod saved;
mod signals;

use std::{io, path::PathBuf, time::Duration};

use futures::{Stream, StreamExt};
use ratatui::backend::{Backend, CrosstermBackend};
use tokio::sync::{mpsc, watch};

use crate::{
    app::{App, Effect, LogLine, Msg, Notice},
    log::Log,
    model::{Envelope, Time},
    source::clock,
    term::Terminal,
    view::{Screen, Theme},
};

pub use input::translate;
pub use signals::Signals;

/// The shortest time between two frames that no key asked for.
pub const FRAME: Duration = Duration::from_millis(33);
/// The same over SSH, where every frame is a packet.
pub const FRAME_SSH: Duration = Duration::from_millis(100);
/// Envelopes taken in before a draw is thought of.
const DRAIN: usize = 256;
/// The same for answers, of which each may hold many lines.
const DRAIN_ANSWERS: usize = 16;

/// Milliseconds that go by before the keys are looked at again, however much there is to take in.
const TURN: i64 = 4;

/// What the loop did, for tests and benchmarks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Times that the app was drawn into the buffer.
    pub draws: u64,
    /// Draws that wrote something.
    pub writes: u64,
    pub turns: u64,
    /// The keys ended, by a signal or with the terminal; the user did not quit.
    pub interrupted: bool,
    /// The user left for the site of this kubeconfig context.
    pub switch: Option<String>,
}

/// What comes in.
pub struct Inputs<S> {
    pub keys: S,
    pub feed: mpsc::Receiver<Envelope>,
    pub log: mpsc::Receiver<LogLine>,
    /// What is said to effects that ask for an answer.
    pub answers: mpsc::Receiver<Msg>,
}

/// Runs until the user quits or the keys end. `perform` does what the app asks for, and may have an answer to it.
pub async fn run<B: Backend, S: Stream<Item = Msg> + Unpin>(
    screen: &mut Screen<B>,
    app: &mut App,
    inputs: &mut Inputs<S>,
    frame: Duration,
    now: impl Fn() -> Time,
    mut perform: impl FnMut(Effect, &mut Screen<B>) -> Option<Msg>,
) -> Result<Stats, B::Error> {
    let mut stats = Stats::default();
    let (columns, rows) = screen.size();
    app.handle(Msg::Resize(columns, rows), now());
    let mut pending = true;
    let mut at_once = true;
    let mut drawn_at: Option<Time> = None;
    let frame_millis = i64::try_from(frame.as_millis()).unwrap_or(i64::MAX);
    loop {
        stats.turns += 1;
        pending |= app.take_dirty();
        let due = drawn_at.map_or_else(&now, |at| at.plus(frame_millis));
        // Half of a round is no picture to show, unless a key asks for one.
        if pending && (at_once || (now() >= due && !app.has_work())) {
            for effect in app.before_draw() {
                perform(effect, screen);
            }
            let drawn = screen.draw(app)?;
            stats.draws += 1;
            stats.writes += u64::from(drawn.cells > 0);
            app.drawn(drawn.seen);
            drawn_at = Some(now());
            (pending, at_once) = (app.take_dirty(), false);
            continue;
        }
        let wake = if pending { Some(due) } else { app.next_wake() };
        let sleep =
            wake.map(|at| Duration::from_millis(u64::try_from(at.since(now())).unwrap_or(0)));
        let msg = tokio::select! {
            biased;
            key = inputs.keys.next() => {
                let Some(key) = key else {
                    stats.interrupted = true;
                    return Ok(stats);
                };
                key
            }
            () = std::future::ready(()), if app.has_work() => {
                app.work();
                continue;
            }
            Some(envelope) = inputs.feed.recv() => Msg::Feed(Box::new(envelope)),
            Some(answer) = inputs.answers.recv() => answer,
            Some(line) = inputs.log.recv() => Msg::Log(line),
            () = wait(sleep) => {
                if pending {
                    continue;
                }
                Msg::Wake
            }
        };
        at_once |= matches!(
            msg,
            Msg::Key(_) | Msg::Mouse(_) | Msg::Resize(..) | Msg::Resumed
        );
        if let Msg::Resize(columns, rows) = msg {
            screen.resize(columns, rows);
        }
        let mut effects = app.handle(msg, now());
        let began = now();
        for _ in 0..DRAIN {
            if now().since(began) >= TURN {
                break;
            }
            let Ok(envelope) = inputs.feed.try_recv() else {
                break;
            };
            effects.extend(app.handle(Msg::Feed(Box::new(envelope)), now()));
        }
        for _ in 0..DRAIN_ANSWERS {
            let Ok(answer) = inputs.answers.try_recv() else {
                break;
            };
            effects.extend(app.handle(answer, now()));
        }
        for effect in effects {
            let answer = match effect {
                Effect::Quit => return Ok(stats),
                Effect::Switch(context) => {
                    stats.switch = Some(context);
                    return Ok(stats);
                }
                Effect::Redraw => {
                    screen.forget();
                    None
                }
                other => perform(other, screen),
            };
            // What an answer asks for has no answer of its own.
            for effect in answer.into_iter().flat_map(|msg| app.handle(msg, now())) {
                perform(effect, screen);
            }
        }
    }
}

async fn wait(time: Option<Duration>) {
    match time {
        Some(time) => tokio::time::sleep(time).await,
        None => std::future::pending().await,
    }
}

/// Where themes come from.
pub trait Themes {
    /// The theme of this name, or in words why there is none.
    fn find(&self, name: &str) -> Result<Theme, String>;
    /// The file that it was read from, if it is one that can change.
    fn file(&self, name: &str) -> Option<PathBuf>;
}

/// How the screen is to look, and what it is to show.
pub struct Session {
    pub app: App,
    pub theme: Theme,
    pub themes: Box<dyn Themes>,
    /// The terminal is one of tmux.
    pub tmux: bool,
    pub frame: Duration,
    pub feed: mpsc::Receiver<Envelope>,
    pub answers: mpsc::Receiver<Msg>,
}

/// Runs on the real terminal until the user quits, a signal ends it, or the terminal is gone. Returns what it did.
pub async fn on_terminal(
    session: Session,
    log: &mut Log,
    mut outside: impl FnMut(&Effect),
) -> io::Result<Stats> {
    let Session {
        mut app,
        theme,
        themes,
        tmux,
        frame,
        feed,
        answers,
    } = session;
    let signals = Signals::listen()?;
    let mut terminal = Some(Terminal::enter(app.options.prefs.mouse)?);
    let mut screen = Screen::new(CrosstermBackend::new(io::stdout()), theme)?;
    let file = themes.file(&app.options.prefs.theme);
    let known = file.as_deref().and_then(saved::stamp);
    let (shown, file) = watch::channel(file);
    let (say, saved) = mpsc::channel(1);
    tokio::spawn(saved::watch(file, known, say));
    let keys = input::stream(signals, saved);
    let mut inputs = Inputs {
        keys: Box::pin(keys),
        feed,
        answers,
        log: std::mem::replace(&mut log.lines, mpsc::channel(1).1),
    };
    let perform = |effect: Effect, screen: &mut Screen<_>| match effect {
        Effect::Suspend => {
            match terminal.take().map(Terminal::suspend) {
                Some(Ok(taken)) => terminal = Some(taken),
                Some(Err(error)) => {
                    tracing::error!("the terminal could not be taken again: {error}");
                }
                None => {}
            }
            screen.forget();
            None
        }
        Effect::Copy(text) => {
            let copied = terminal.as_ref().map(|_| Terminal::copy(&text, tmux));
            copied
                .and_then(Result::err)
                .map(|error| Msg::Said(Notice::bad(format!("nothing was copied: {error}"))))
        }
        Effect::Mouse(ours) => {
            if let Some(Err(error)) = terminal.as_mut().map(|terminal| terminal.mouse(ours)) {
                tracing::error!("the mouse could not be switched: {error}");
            }
            None
        }
        Effect::Theme(name) => {
            shown.send_replace(themes.file(&name));
            match themes.find(&name) {
                Ok(theme) => {
                    screen.set_theme(theme);
                    None
                }
                Err(why) => Some(Msg::Said(Notice::bad(why))),
            }
        }
        other => {
            outside(&other);
            None
        }
    };
    let done = run(
        &mut screen,
        &mut app,
        &mut inputs,
        frame,
        clock::now,
        perform,
    )
    .await;
    log.lines = inputs.log;
    done
}
