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
    Command,
    clipboard::CopyToClipboard,
    cursor, execute,
    terminal::{self, EnterAlternateScreen, LeaveAlternateScreen},
};

/// Asks for presses, drags and the wheel, in coordinates without a bound. Mere movement is not asked for: it would wake
/// the program, and send bytes over a slow line, for nothing.
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1002h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1002l\x1b[?1000l";

/// Whether the terminal is ours now. Only the one who clears it restores.
static OURS: AtomicBool = AtomicBool::new(false);
static SCREEN_THREAD: OnceLock<ThreadId> = OnceLock::new();

/// The terminal while it is ours. Dropping it gives it back.
#[derive(Debug)]
pub struct Terminal {
    mouse: bool,
}

impl Terminal {
    /// Whether there is a terminal to draw on and to read keys from.
    pub fn is_there() -> bool {
        io::stdin().is_terminal() && io::stdout().is_terminal()
    }

    /// Takes the terminal: raw mode, the alternate screen, no cursor, and the mouse if it is wanted.
    pub fn enter(mouse: bool) -> io::Result<Terminal> {
        SCREEN_THREAD.get_or_init(|| std::thread::current().id());
        OURS.store(true, Ordering::SeqCst);
        let taken = terminal::enable_raw_mode()
            .and_then(|()| execute!(io::stdout(), EnterAlternateScreen, cursor::Hide))
            .and_then(|()| if mouse { write(MOUSE_ON) } else { Ok(()) });
        if let Err(error) = taken {
            restore();
            return Err(error);
        }
        Ok(Terminal { mouse })
    }

    /// Puts a text on the terminal's clipboard by OSC 52. In tmux it is sent twice: as it is, for `set-clipboard on`, and
    /// wrapped, for `allow-passthrough on`; whichever is off ignores its own.
    pub fn copy(text: &str, tmux: bool) -> io::Result<()> {
        let mut sequence = String::new();
        let plain = CopyToClipboard::to_clipboard_from(text);
        if Command::write_ansi(&plain, &mut sequence).is_err() {
            return Ok(());
        }
        write(&sequence)?;
        if tmux {
            let inner = sequence.replace('\x1b', "\x1b\x1b");
            write(&format!("\x1bPtmux;{inner}\x1b\\"))?;
        }
        Ok(())
    }

    /// Takes the mouse, or leaves it to the terminal.
    pub fn mouse(&mut self, ours: bool) -> io::Result<()> {
        self.mouse = ours;
        write(if ours { MOUSE_ON } else { MOUSE_OFF })
    }

    /// Stops the process as ctrl-z does in a shell; returns when it goes on, with the terminal taken again.
    pub fn suspend(self) -> io::Result<Terminal> {
        let mouse = self.mouse;
        drop(self);
        signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)?;
        Terminal::enter(mouse)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        restore();
    }
}

fn write(sequence: &str) -> io::Result<()> {
    let mut out = io::stdout();
    out.write_all(sequence.as_bytes())?;
    out.flush()
}

/// Gives the terminal back, if it is ours. A terminal that is gone cannot be helped.
fn restore() {
    if OURS.swap(false, Ordering::SeqCst) {
        // Whatever was asked for: what is off already is not hurt.
        drop(write(MOUSE_OFF));
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
