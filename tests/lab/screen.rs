//! plimsoll in a pseudo-terminal: what it draws, and the keys that it gets.
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;

use crate::fixture::{PROMETHEUS, kubeconfig};
use crate::program::{BINARY, environment};

const COLUMNS: u16 = 160;
const ROWS: u16 = 45;
/// A frame may come in several writes: a screen is read when nothing has come for so long.
const QUIET: Duration = Duration::from_millis(80);
/// What a terminal answers to what programs ask of it.
const ANSWERS: [(&[u8], &[u8]); 4] = [
    (b"\x1b[c", b"\x1b[?62;22c"),
    (b"\x1b[6n", b"\x1b[1;1R"),
    (b"\x1b]11;?", b"\x1b]11;rgb:0000/0000/0000\x1b\\"),
    (b"\x1b[?u", b"\x1b[?0u"),
];

pub(crate) struct Screen {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    terminal: vt100::Parser,
    _master: Box<dyn MasterPty + Send>,
    home: TempDir,
}

impl Screen {
    /// The program as the lab's user of this context, on two brokers and Prometheus.
    pub(crate) fn open(context: &str) -> Self {
        let kubeconfig = kubeconfig();
        let bootstrap = "127.0.0.1:29192,127.0.0.1:29292";
        Self::run(&[
            "--kubeconfig",
            &kubeconfig,
            "--context",
            context,
            "--bootstrap-server",
            bootstrap,
            "--prometheus",
            PROMETHEUS,
        ])
    }

    pub(crate) fn run(args: &[&str]) -> Self {
        let size = PtySize {
            rows: ROWS,
            cols: COLUMNS,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pty = native_pty_system().openpty(size).unwrap();
        let home = tempfile::tempdir().unwrap();
        let mut command = CommandBuilder::new(BINARY);
        command.args(args);
        command.env_clear();
        for (name, value) in environment(home.path()) {
            command.env(name, value);
        }
        let child = pty.slave.spawn_command(command).unwrap();
        drop(pty.slave);
        let mut reader = pty.master.try_clone_reader().unwrap();
        let (sender, output) = channel();
        thread::spawn(move || {
            let mut buffer = vec![0; 1 << 16];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        let (rows, columns) = (
            NonZeroU16::new(ROWS).unwrap(),
            NonZeroU16::new(COLUMNS).unwrap(),
        );
        Self {
            child,
            keys: pty.master.take_writer().unwrap(),
            output,
            terminal: vt100::Parser::new(rows, columns, 0),
            _master: pty.master,
            home,
        }
    }

    /// The lines of the journal.
    pub(crate) fn journal(&self) -> Vec<serde_json::Value> {
        let path = self.home.path().join(".local/state/plimsoll/journal.jsonl");
        let text = std::fs::read_to_string(path).unwrap_or_default();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// Takes what has come so far without waiting for more; false when the program has ended.
    pub(crate) fn glance(&mut self) -> Option<String> {
        loop {
            match self.output.try_recv() {
                Ok(bytes) => self.terminal.process(&bytes),
                Err(std::sync::mpsc::TryRecvError::Empty) => {
                    return Some(self.terminal.screen().contents());
                }
                Err(std::sync::mpsc::TryRecvError::Disconnected) => return None,
            }
        }
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Goes to a pane or an object by its name.
    pub(crate) fn go_to(&mut self, name: &str) {
        self.press(&format!(":{name}"));
        self.settle();
        self.press("\r");
    }

    /// Takes what has been written until nothing has come for a moment; false when the program has ended.
    fn settle(&mut self) -> bool {
        loop {
            match self.output.recv_timeout(QUIET) {
                Ok(bytes) => {
                    for (question, answer) in ANSWERS {
                        if bytes
                            .windows(question.len())
                            .any(|window| window == question)
                        {
                            self.keys.write_all(answer).unwrap();
                        }
                    }
                    self.terminal.process(&bytes);
                }
                Err(RecvTimeoutError::Timeout) => return true,
                Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
    }

    /// The screen as it is now.
    pub(crate) fn text(&mut self) -> String {
        self.settle();
        self.terminal.screen().contents()
    }

    /// The screen once it is as wanted; fails with the screen as it is.
    #[track_caller]
    pub(crate) fn wait(
        &mut self,
        what: &str,
        limit: Duration,
        wanted: impl Fn(&str) -> bool,
    ) -> String {
        self.wait_keeping(what, limit, wanted, |_| true)
    }

    /// As `wait`; every screen on the way has to keep something as well: data that must not vanish.
    #[track_caller]
    pub(crate) fn wait_keeping(
        &mut self,
        what: &str,
        limit: Duration,
        wanted: impl Fn(&str) -> bool,
        kept: impl Fn(&str) -> bool,
    ) -> String {
        let begin = Instant::now();
        loop {
            let runs = self.settle();
            let text = self.terminal.screen().contents();
            assert!(runs, "the program has ended before: {what}\n{text}");
            assert!(
                kept(&text),
                "what must stay on the screen is gone, before: {what}\n{text}"
            );
            if wanted(&text) {
                return text;
            }
            assert!(
                begin.elapsed() < limit,
                "not within {limit:?}: {what}\n{text}"
            );
        }
    }

    /// Watches for a while; every screen has to be as wanted.
    #[track_caller]
    pub(crate) fn hold(&mut self, what: &str, time: Duration, wanted: impl Fn(&str) -> bool) {
        let begin = Instant::now();
        while begin.elapsed() < time {
            let text = self.text();
            assert!(wanted(&text), "not so all the time: {what}\n{text}");
        }
    }

    /// Leaves with `q`: the program ends well, and the terminal is as it was.
    #[track_caller]
    pub(crate) fn quit(mut self) {
        self.press("q");
        let begin = Instant::now();
        while self.settle() {
            assert!(
                begin.elapsed() < Duration::from_secs(10),
                "q does not end the program"
            );
        }
        assert_eq!(self.child.wait().unwrap().exit_code(), 0);
        assert!(
            !self.terminal.screen().alternate_screen(),
            "the alternate screen is still on"
        );
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The part of the first line that begins with this word: `k8s`, `kafka` or `prom`.
pub(crate) fn header<'a>(text: &'a str, name: &str) -> &'a str {
    let line = text.lines().next().unwrap_or_default();
    line.split('│')
        .map(str::trim)
        .find(|part| part.starts_with(name))
        .unwrap_or_default()
}

/// The first line that holds all of these words.
pub(crate) fn line_with<'a>(text: &'a str, words: &[&str]) -> Option<&'a str> {
    text.lines()
        .find(|line| words.iter().all(|word| line.contains(word)))
}
