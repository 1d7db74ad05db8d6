//! The built program on a pseudo terminal.

use std::{
    io::{Read, Write},
    num::NonZero,
    path::Path,
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

pub(crate) const SECOND: Duration = Duration::from_secs(1);
/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(10);

fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).unwrap()
}

/// What the kernel says of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Running {
    Yes,
    Stopped,
    Gone,
}

pub(crate) struct Program {
    child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
    keys: Option<Box<dyn Write + Send>>,
    screen: Arc<Mutex<vt100::Parser>>,
    reader: Option<thread::JoinHandle<()>>,
    /// The reader is to let go of the terminal with the next bytes it gets.
    closing: Arc<AtomicBool>,
    pid: u32,
}

impl Program {
    /// `plimsoll demo` on a terminal of this many columns and rows.
    pub(crate) fn start(size: (u16, u16), arguments: &[&str]) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_plimsoll"));
        command.args(["demo", "--seed", "7"]);
        command.args(arguments);
        Self::spawn(size, command, &[])
    }

    /// The same with these variables set.
    pub(crate) fn in_environment(size: (u16, u16), environment: &[(&str, &str)]) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_plimsoll"));
        command.args(["demo", "--seed", "7"]);
        Self::spawn(size, command, environment)
    }

    /// The same with stderr in a file.
    pub(crate) fn with_stderr(size: (u16, u16), arguments: &[&str], file: &Path) -> Self {
        let mut command = CommandBuilder::new("sh");
        command.args(["-c", "exec \"$0\" \"$@\" 2>\"$STDERR\""]);
        command.args([env!("CARGO_BIN_EXE_plimsoll"), "demo", "--seed", "7"]);
        command.args(arguments);
        Self::spawn(size, command, &[("STDERR", file.to_str().unwrap())])
    }

    /// `plimsoll replay` of this file.
    pub(crate) fn replays(size: (u16, u16), file: &Path) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_plimsoll"));
        command.args(["replay", file.to_str().unwrap()]);
        Self::spawn(size, command, &[])
    }

    /// The example that panics.
    pub(crate) fn panics(size: (u16, u16)) -> Self {
        let tests = std::env::current_exe().unwrap();
        let built = tests.parent().unwrap().parent().unwrap();
        let program = built.join("examples/panics");
        let hint = "`cargo test` builds it; for a test alone: cargo build --examples";
        assert!(
            program.exists(),
            "{} is not there: {hint}",
            program.display()
        );
        let command = CommandBuilder::new(program);
        Self::spawn(size, command, &[])
    }

    fn spawn(
        (cols, rows): (u16, u16),
        mut command: CommandBuilder,
        environment: &[(&str, &str)],
    ) -> Self {
        let size = PtySize {
            rows,
            cols,
            ..PtySize::default()
        };
        command.env_clear();
        command.env("PATH", std::env::var("PATH").unwrap_or_default());
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        for (name, value) in environment {
            command.env(name, value);
        }
        let pair = native_pty_system().openpty(size).unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let screen = Arc::new(Mutex::new(vt100::Parser::new(cells(rows), cells(cols), 0)));
        let mut from = pair.master.try_clone_reader().unwrap();
        let shown = Arc::clone(&screen);
        let closing = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&closing);
        let reader = thread::spawn(move || {
            let mut bytes = [0; 4_096];
            while let Ok(count @ 1..) = from.read(&mut bytes) {
                shown.lock().unwrap().process(&bytes[..count]);
                if ends.load(Ordering::SeqCst) {
                    return;
                }
            }
        });
        Program {
            pid: child.process_id().unwrap(),
            child,
            keys: Some(pair.master.take_writer().unwrap()),
            master: Some(pair.master),
            screen,
            reader: Some(reader),
            closing,
        }
    }

    pub(crate) fn press(&mut self, bytes: &str) {
        let keys = self.keys.as_mut().unwrap();
        keys.write_all(bytes.as_bytes()).unwrap();
        keys.flush().unwrap();
    }

    pub(crate) fn screen(&self) -> vt100::Screen {
        self.screen.lock().unwrap().screen().clone()
    }

    pub(crate) fn text(&self) -> String {
        self.screen().contents()
    }

    /// Waits until something holds of the screen.
    #[track_caller]
    pub(crate) fn wait_until(&mut self, what: &str, holds: impl Fn(&vt100::Screen) -> bool) {
        let began = Instant::now();
        while !holds(&self.screen()) {
            let text = self.text();
            assert!(began.elapsed() < PATIENCE, "never came: {what}:\n{text}");
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("it ended ({status:?}) before {what}:\n{text}");
            }
            thread::sleep(POLL);
        }
    }

    #[track_caller]
    pub(crate) fn wait_for(&mut self, words: &str) {
        self.wait_until(words, |screen| screen.contents().contains(words));
    }

    pub(crate) fn is_on_alternate_screen(&self) -> bool {
        self.screen().alternate_screen()
    }

    pub(crate) fn is_cursor_hidden(&self) -> bool {
        self.screen().hide_cursor()
    }

    /// Whether the terminal was asked to tell of the mouse.
    pub(crate) fn has_mouse(&self) -> bool {
        self.screen().mouse_protocol_mode() != vt100::MouseProtocolMode::None
    }

    /// The terminal is as it was: the usual screen, a cursor, and no raw mode.
    #[track_caller]
    pub(crate) fn assert_restored(&self) {
        let began = Instant::now();
        while self.is_on_alternate_screen() || self.is_cursor_hidden() {
            assert!(began.elapsed() < SECOND, "not restored:\n{}", self.text());
            thread::sleep(POLL);
        }
        let mode = self.master.as_ref().unwrap().get_termios();
        if let Some(mode) = mode {
            let shown = format!("{:?}", mode.local_flags);
            assert!(
                shown.contains("ICANON") && shown.contains("ECHO"),
                "{shown}"
            );
        }
    }

    pub(crate) fn resize(&mut self, cols: u16, rows: u16) {
        let size = PtySize {
            rows,
            cols,
            ..PtySize::default()
        };
        self.screen
            .lock()
            .unwrap()
            .screen_mut()
            .set_size(cells(rows), cells(cols));
        self.master.as_ref().unwrap().resize(size).unwrap();
    }

    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &self.pid.to_string()])
            .status();
        assert!(sent.unwrap().success(), "kill -{name}");
    }

    /// The terminal is closed, as a window is. The key makes the program write, and so the reader let go.
    pub(crate) fn close(&mut self) {
        self.closing.store(true, Ordering::SeqCst);
        self.press("?");
        self.reader.take().unwrap().join().unwrap();
        self.keys = None;
        self.master = None;
    }

    /// The fields of `/proc/PID/stat` behind the name.
    fn stat(&self) -> Option<Vec<String>> {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.pid)).ok()?;
        let (_, rest) = text.rsplit_once(')')?;
        Some(rest.split_whitespace().map(str::to_owned).collect())
    }

    fn state(&self) -> Running {
        match self.stat().as_ref().map(|fields| fields[0].as_str()) {
            None | Some("Z" | "X") => Running::Gone,
            Some("T") => Running::Stopped,
            Some(_) => Running::Yes,
        }
    }

    #[track_caller]
    pub(crate) fn wait_for_state(&self, wanted: Running) {
        let began = Instant::now();
        while self.state() != wanted {
            let state = self.state();
            assert!(began.elapsed() < PATIENCE, "{state:?}, not {wanted:?}");
            thread::sleep(POLL);
        }
    }

    #[track_caller]
    pub(crate) fn assert_gone_within(&mut self, time: Duration) {
        let began = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            assert!(began.elapsed() < time, "it goes on: {:?}", self.stat());
            thread::sleep(POLL);
        }
    }

    /// Waits for the end.
    #[track_caller]
    pub(crate) fn exit_code(&mut self) -> u32 {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            let text = self.text();
            assert!(began.elapsed() < PATIENCE, "it goes on:\n{text}");
            thread::sleep(POLL);
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
