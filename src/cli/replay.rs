//! `plimsoll replay FILE`: the screen on a recording, without any server.

use std::{fs, path::Path};

use tokio::sync::mpsc;

use crate::{
    app::{App, Msg, Replay},
    model::{FormatError, Name, Recorded, Time, read_recording},
    run::{self, Session},
    source::clock,
    view::panes,
};

use super::{
    Code, Complaint, Environment, Exit, Format, Place, ReportSettings, Settings, ShowArgs,
    report::print_screen, screen, themes::Themes,
};

/// Bytes of the largest file that is read.
const LARGEST: u64 = 512 << 20;

/// Shows a recording.
pub(super) async fn make(
    file: &Path,
    show: &ShowArgs,
    report: &ReportSettings,
    settings: &Settings,
    env: &Environment,
) -> Exit {
    match Box::pin(play(file, show, report, settings, env)).await {
        Ok(exit) | Err(exit) => exit,
    }
}

async fn play(
    file: &Path,
    show: &ShowArgs,
    report: &ReportSettings,
    settings: &Settings,
    env: &Environment,
) -> Result<Exit, Exit> {
    let recorded = read(file)?;
    let said = left_out(&recorded);
    let site = recorded.envelopes.first().map(|first| first.site.clone());
    let replay = Replay::new(recorded.envelopes, recorded.from)
        .ok_or_else(|| wrong(file, "nothing was recorded", "record for longer"))?;
    let begin = begin(&replay, show.at)?;
    // What is not there can be changed by nobody.
    let settings = Settings {
        read_only: true,
        ..settings.clone()
    };
    let site = site.unwrap_or_else(|| Name::from("recording"));
    let mut options = screen::options(&settings, site, show.pane);
    let theme = screen::theme(&settings, env)?;
    if report.format == Format::Text {
        let mut app = App::new(panes::ALL, options, begin);
        app.play(replay.at(begin, begin, show.speed));
        let (columns, rows) = report.size;
        app.handle(Msg::Resize(columns, rows), begin);
        // What it asks for is answered by nobody.
        app.before_draw();
        let complaints = said.map(|said| Complaint::new("recording", said).at(place(file)));
        return Ok(Exit {
            complaints: complaints.into_iter().collect(),
            ..Exit::text(print_screen(&app, &theme.without_colour()))
        });
    }
    let mut log = screen::prepare(&settings, env)?;
    let themes = Themes::new(env, settings.look.colourless);
    options.prefs.themes = themes.names();
    let now = clock::now();
    let mut app = App::new(panes::ALL, options, now);
    app.play(replay.at(begin, now, show.speed));
    if let Some(said) = said {
        app.say(said);
    }
    let session = Session {
        app,
        theme,
        themes: Box::new(themes),
        tmux: env.tmux,
        frame: if env.ssh { run::FRAME_SSH } else { run::FRAME },
        feed: mpsc::channel(1).1,
        answers: mpsc::channel(1).1,
    };
    let done = run::on_terminal(session, &mut log, |_| ()).await;
    let done = done.map_err(|error| {
        Exit::because(
            Code::Nothing,
            Complaint::new("the terminal", error.to_string()),
        )
    })?;
    Ok(Exit::quiet(if done.interrupted {
        Code::Interrupted
    } else {
        Code::Fine
    }))
}

fn place(file: &Path) -> String {
    file.display().to_string()
}

fn wrong(file: &Path, why: impl Into<String>, remedy: &str) -> Exit {
    Exit::usage(
        Complaint::new("recording", why)
            .at(place(file))
            .remedy(remedy),
    )
}

fn read(file: &Path) -> Result<Recorded, Exit> {
    let unread = |why: std::io::Error| {
        let remedy = "name a file of plimsoll record, or one that ctrl-s saved";
        wrong(file, why.to_string(), remedy)
    };
    if fs::metadata(file).map_err(unread)?.len() > LARGEST {
        let why = format!("larger than {} MiB", LARGEST >> 20);
        return Err(wrong(file, why, "record less, with --for or --max-mib"));
    }
    let bytes = fs::read(file).map_err(unread)?;
    // What is no text is none of a recording's; it is told with its line.
    let text = String::from_utf8_lossy(&bytes);
    read_recording(&text).map_err(|why| {
        let remedy = match &why {
            FormatError::NoHeader => "name a file of plimsoll record, or one that ctrl-s saved",
            FormatError::TooNew { .. } => "",
            FormatError::Line { .. } => {
                "the file was changed or damaged since: take out that line, or record anew"
            }
        };
        wrong(file, why.to_string(), remedy)
    })
}

/// What of the file is not shown, in words.
fn left_out(recorded: &Recorded) -> Option<String> {
    let unknown = (recorded.skipped > 0).then(|| {
        let lines = recorded.skipped;
        format!("{lines} lines are of kinds that a newer plimsoll knows, and left out")
    });
    let broken = recorded.broken_off.map(|line| {
        format!("line {line} breaks off and is left out: the recording ends before it")
    });
    let said: Vec<String> = broken.into_iter().chain(unknown).collect();
    (!said.is_empty()).then(|| said.join("; "))
}

/// The moment to begin at.
fn begin(replay: &Replay, at: Option<Place>) -> Result<Time, Exit> {
    let (start, end) = (replay.start(), replay.end());
    let moment = match at {
        None => return Ok(start),
        Some(Place::At(moment)) => moment,
        Some(Place::After(span)) => start.plus(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)),
    };
    if (start..=end).contains(&moment) {
        return Ok(moment);
    }
    let told = |at: Time| {
        let moment = jiff::Timestamp::from_millisecond(at.0);
        moment.map_or_else(|_| at.0.to_string(), |moment| moment.to_string())
    };
    let why = "not in the recording";
    let remedy = format!("it goes from {} to {}", told(start), told(end));
    Err(Complaint::new("--at", why).remedy(remedy).into())
}
