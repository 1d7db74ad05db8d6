//! The only places where this room writes: stdout for what was asked, stderr for what went wrong.

use std::io::{self, Write};

/// Writes all of `text` to stdout. A reader that went away (`| head`) is no error: nobody is left to be told.
pub fn write_stdout(text: &str) -> io::Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    let mut out = io::stdout().lock();
    quiet(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// A closed pipe ends quietly; everything else is an error.
fn quiet(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Stderr, held so that lines of two threads do not mix.
#[derive(Debug)]
pub struct Stderr(io::StderrLock<'static>);

impl Stderr {
    pub fn lock() -> Self {
        Stderr(io::stderr().lock())
    }

    /// Writes one line. When stderr itself is gone, there is nowhere left to say so.
    pub fn line(&mut self, line: &str) {
        drop(writeln!(self.0, "{line}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_closed_pipe_is_quiet() {
        assert!(quiet(Err(io::ErrorKind::BrokenPipe.into())).is_ok());
        assert!(quiet(Err(io::ErrorKind::StorageFull.into())).is_err());
        assert!(quiet(Ok(())).is_ok());
    }
}
