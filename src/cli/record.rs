//! `plimsoll record FILE`: what sources say, written down line by line as it is said.

use std::{
    fs::File,
    io::{self, Write},
    path::Path,
    time::Duration,
};

use tokio::sync::mpsc;

use crate::{
    model::{Envelope, Redaction, Update, recording_header, recording_line},
    source::discreet,
};

use super::{Code, Complaint, Environment, Exit, ReportSettings, Settings, headless, save};

/// How long is recorded where `--for` is not given.
const RECORDED: Duration = Duration::from_secs(600);

/// Why a recording ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The time was over, or nobody says anything any more.
    Over,
    Full,
    Interrupted,
}

/// A recording being written. Each line is one write, so that whoever ends the program leaves whole lines.
struct Tape {
    file: File,
    bytes: u64,
    envelopes: u64,
    /// Something other than how sources are was said.
    heard: bool,
    redaction: Option<Redaction>,
}

impl Tape {
    fn write(&mut self, line: &str) -> io::Result<()> {
        self.bytes += line.len() as u64;
        self.file.write_all(line.as_bytes())
    }

    /// Writes an envelope; false where it would be too much.
    fn take(&mut self, envelope: &Envelope, most: u64) -> io::Result<bool> {
        let heard = !matches!(envelope.update, Update::Health(_));
        let clean = discreet(envelope);
        let line = match &mut self.redaction {
            Some(redaction) => recording_line(&redaction.hide(clean.into_owned()))?,
            None => recording_line(&clean)?,
        };
        if self.bytes + line.len() as u64 > most {
            return Ok(false);
        }
        self.write(&line)?;
        self.envelopes += 1;
        self.heard |= heard;
        Ok(true)
    }
}

/// Records; exit codes: 0 as long as was asked for; 2 the file cannot be written; 3 no source answered; 4 it became too
/// large before that; 130 ended by ctrl-c. What was written until then can be played.
pub(super) async fn make(
    file: &Path,
    most: u64,
    report: &ReportSettings,
    settings: &Settings,
    env: &Environment,
) -> Exit {
    match record(file, most, report, settings, env).await {
        Ok(exit) | Err(exit) => exit,
    }
}

async fn record(
    path: &Path,
    most: u64,
    report: &ReportSettings,
    settings: &Settings,
    env: &Environment,
) -> Result<Exit, Exit> {
    let place = path.display().to_string();
    let _log = headless::open_log(settings)?;
    let mut interrupt = headless::interrupts()?;
    let wrong = |why: io::Error| {
        let complaint = if why.kind() == io::ErrorKind::AlreadyExists {
            Complaint::new("record", "the file is there already").remedy("name another")
        } else {
            Complaint::new("record", why.to_string()).remedy("choose another place")
        };
        Exit::usage(complaint.at(place.clone()))
    };
    let mut started = headless::start(settings, env)?;
    let mut tape = Tape {
        file: save::create(path).map_err(wrong)?,
        bytes: 0,
        envelopes: 0,
        heard: false,
        redaction: settings.redact_hosts.then(Redaction::default),
    };
    let header = recording_header(None).map_err(io::Error::from);
    header.and_then(|line| tape.write(&line)).map_err(wrong)?;
    let span = report.sample_for.unwrap_or(RECORDED);
    let end = tokio::select! {
        biased;
        _ = interrupt.recv() => End::Interrupted,
        end = listen(&mut started.feed, &mut tape, most, span) => end.map_err(wrong)?,
    };
    tape.file.sync_all().map_err(wrong)?;
    Ok(tell(&tape, end, most, report, &place, started.warnings))
}

async fn listen(
    feed: &mut mpsc::Receiver<Envelope>,
    tape: &mut Tape,
    most: u64,
    span: Duration,
) -> io::Result<End> {
    let mut over = Box::pin(tokio::time::sleep(span));
    loop {
        let envelope = tokio::select! {
            biased;
            () = &mut over => return Ok(End::Over),
            envelope = feed.recv() => envelope,
        };
        let Some(envelope) = envelope else {
            return Ok(End::Over);
        };
        if !tape.take(&envelope, most)? {
            return Ok(End::Full);
        }
    }
}

fn tell(
    tape: &Tape,
    end: End,
    most: u64,
    report: &ReportSettings,
    place: &str,
    mut complaints: Vec<Complaint>,
) -> Exit {
    let said = match tape.envelopes {
        1 => "one update".to_owned(),
        several => format!("{several} updates"),
    };
    let code = match end {
        End::Interrupted => Code::Interrupted,
        _ if !tape.heard => {
            let why = "no source answered: it holds nothing but that";
            let remedy = "plimsoll snapshot sources says how they are";
            complaints.push(Complaint::new("record", why).at(place).remedy(remedy));
            Code::Nothing
        }
        End::Over => Code::Fine,
        End::Full => {
            let why = format!("it ended early, at {} MiB", most >> 20);
            let remedy = "allow more with --max-mib, or record for less time with --for";
            complaints.push(Complaint::new("record", why).at(place).remedy(remedy));
            if report.partial_ok {
                Code::Fine
            } else {
                Code::Partial
            }
        }
    };
    let kib = tape.bytes.div_ceil(1 << 10);
    Exit {
        text: format!("{said}, {kib} KiB; to see it: plimsoll replay {place}\n"),
        complaints,
        ..Exit::quiet(code)
    }
}
