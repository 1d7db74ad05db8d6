//! Signals that end the program or bring it back.

use std::{io, time::Duration};

use tokio::signal::unix::{Signal as Listener, SignalKind, signal};

/// How long the screen has to end by itself when its terminal is gone.
const GRACE: Duration = Duration::from_millis(300);
/// The exit code of a program that a signal ended.
const INTERRUPTED: i32 = 130;

/// Ends the process when the terminal hangs up and the screen does not. Reading from a terminal that is gone, crossterm
/// can go round and round on the thread of the screen without ever coming back to us, and no signal is heard there then.
fn end_with_the_terminal() -> io::Result<()> {
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        if hangup.recv().await.is_some() {
            tokio::time::sleep(GRACE).await;
            std::process::exit(INTERRUPTED);
        }
    });
    Ok(())
}

/// What a signal means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    /// SIGTERM, SIGINT, or SIGHUP: the terminal is gone.
    End,
    /// SIGCONT.
    Continued,
}

/// The signals that are listened to.
#[derive(Debug)]
pub struct Signals {
    term: Listener,
    hangup: Listener,
    interrupt: Listener,
    continued: Listener,
}

impl Signals {
    pub fn listen() -> io::Result<Self> {
        end_with_the_terminal()?;
        Ok(Signals {
            term: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            continued: signal(SignalKind::from_raw(signal_hook::consts::SIGCONT))?,
        })
    }

    pub(super) async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.term.recv() => Signal::End,
            _ = self.hangup.recv() => Signal::End,
            _ = self.interrupt.recv() => Signal::End,
            _ = self.continued.recv() => Signal::Continued,
        }
    }
}
