//! Calls the built program in a place of its own: no environment but what a test gives, an empty home.

use std::{
    path::Path,
    process::{Command, Stdio},
};

/// How a call ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// None when a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The program with these words, and `home` for everything that it might read or write.
pub(crate) fn command(words: &[&str], home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command
        .args(words)
        .env_clear()
        .env("HOME", home)
        .env("LANG", "C.UTF-8")
        .current_dir(home)
        .stdin(Stdio::null());
    command
}

/// Runs it to its end.
pub(crate) fn call(words: &[&str], home: &Path) -> Ended {
    let output = command(words, home).output().unwrap();
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
