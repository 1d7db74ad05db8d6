//! Signals that end the program or bring it back.

use std::io;

use tokio::signal::unix::{Signal as Listener, SignalKind, signal};

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
