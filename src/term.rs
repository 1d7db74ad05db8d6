//! The terminal: entered once, and given back once, whatever happens.

use std::{
    io::{self, IsTerminal, Write},
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    thread::ThreadId,
};

use crossterm::{
    cursor, execute,
    terminal::{self, EnterAlternateScreen, LeaveAlternateScreen},
};

/// Whether the terminal is ours now. Only the one who clears it restores.
static OURS: AtomicBool = AtomicBool::new(false);
static SCREEN_THREAD: OnceLock<ThreadId> = OnceLock::new();

/// The terminal while it is ours. Dropping it gives it back.
#[derive(Debug)]
pub struct Terminal(());

impl Terminal {
    /// Whether there is a terminal to draw on and to read keys from.
    pub fn is_there() -> bool {
        io::stdin().is_terminal() && io::stdout().is_terminal()
    }

    /// Takes the terminal: raw mode, the alternate screen, no cursor.
    pub fn enter() -> io::Result<Terminal> {
        SCREEN_THREAD.get_or_init(|| std::thread::current().id());
        OURS.store(true, Ordering::SeqCst);
        let taken = terminal::enable_raw_mode()
            .and_then(|()| execute!(io::stdout(), EnterAlternateScreen, cursor::Hide));
        if let Err(error) = taken {
            restore();
            return Err(error);
        }
        Ok(Terminal(()))
    }

    /// Stops the process as ctrl-z does in a shell; returns when it goes on, with the terminal taken again.
    pub fn suspend(self) -> io::Result<Terminal> {
        drop(self);
        signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)?;
        Terminal::enter()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back, if it is ours. A terminal that is gone cannot be helped.
fn restore() {
    if OURS.swap(false, Ordering::SeqCst) {
        drop(execute!(io::stdout(), LeaveAlternateScreen, cursor::Show));
        drop(terminal::disable_raw_mode());
        drop(io::stdout().flush());
    }
}

/// On a panic of the thread that draws, gives the terminal back before the report is printed. A panic of a task leaves
/// the screen alone: it is logged, and the screen goes on.
pub fn hook_panics() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let drawing = SCREEN_THREAD.get() == Some(&std::thread::current().id());
        if drawing {
            restore();
        }
        if OURS.load(Ordering::SeqCst) {
            tracing::error!("a task panicked: {panic}");
        } else {
            report(panic);
        }
    }));
}
