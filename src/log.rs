//! Our own log: to a file, and to the log pane. Never to the terminal while the screen is up.

use std::{
    fmt::Write as _,
    io,
    path::{Path, PathBuf},
};

use tokio::sync::mpsc;
use tracing::{Event, Level, Subscriber, field::Visit};
use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::{
    EnvFilter, Layer, Registry, layer::Context, layer::SubscriberExt, util::SubscriberInitExt,
};

use crate::{
    app::{LogLevel, LogLine},
    source::clock,
};

/// Lines that wait for the log pane; more are dropped, and stand in the file alone.
const WAITING: usize = 256;
/// A log file larger than this is put aside at the start.
const LARGEST: u64 = 8 << 20;

/// The log at work. Dropping it writes what is left.
pub struct Log {
    pub lines: mpsc::Receiver<LogLine>,
    _writer: Option<WorkerGuard>,
}

/// Where the log goes and how much.
#[derive(Clone, Debug, Default)]
pub struct LogOptions {
    /// None: to the pane alone.
    pub file: Option<PathBuf>,
    /// 0 usual, 1 more, 2 and above everything.
    pub verbosity: u8,
}

/// Starts the log.
pub fn start(options: &LogOptions) -> io::Result<Log> {
    let (to, lines) = mpsc::channel(WAITING);
    let own = match options.verbosity {
        0 => "info",
        1 => "debug",
        _ => "trace",
    };
    // kube_client logs whole bodies at WARN, which may hold secrets.
    let filter = EnvFilter::new(format!(
        "warn,kube_client=error,kube_runtime=error,plimsoll={own}"
    ));
    let (file, writer) = match &options.file {
        Some(path) => {
            let (out, guard) = tracing_appender::non_blocking(open(path)?);
            let layer = tracing_subscriber::fmt::layer()
                .with_ansi(false)
                .with_writer(out);
            (Some(layer), Some(guard))
        }
        None => (None, None),
    };
    let subscriber = Registry::default()
        .with(filter)
        .with(file)
        .with(Pane { to });
    if subscriber.try_init().is_err() {
        tracing::debug!("a log is there already");
    }
    Ok(Log {
        lines,
        _writer: writer,
    })
}

fn open(path: &Path) -> io::Result<std::fs::File> {
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder)?;
    }
    if std::fs::metadata(path).is_ok_and(|known| known.len() > LARGEST) {
        std::fs::rename(path, path.with_extension("old"))?;
    }
    std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
}

/// Sends each event to the log pane.
struct Pane {
    to: mpsc::Sender<LogLine>,
}

#[derive(Default)]
struct Text {
    message: String,
    fields: String,
}

impl Visit for Text {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        // Writing to a String cannot fail.
        let _ = if field.name() == "message" {
            write!(self.message, "{value:?}")
        } else {
            write!(self.fields, " {}={value:?}", field.name())
        };
    }
}

impl<S: Subscriber> Layer<S> for Pane {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut text = Text::default();
        event.record(&mut text);
        let meta = event.metadata();
        let level = match *meta.level() {
            Level::ERROR => LogLevel::Error,
            Level::WARN => LogLevel::Warn,
            Level::INFO => LogLevel::Info,
            Level::DEBUG => LogLevel::Debug,
            Level::TRACE => LogLevel::Trace,
        };
        let line = LogLine {
            at: clock::now(),
            level,
            target: meta.target().to_owned(),
            text: text.message + &text.fields,
        };
        drop(self.to.try_send(line));
    }
}
