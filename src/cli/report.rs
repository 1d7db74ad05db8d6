//! Reports: what the model knows, once, without a screen.
//!
//! [`run`] listens to a channel of envelopes, live ones or those of the demo world, until every source that feeds the
//! asked view has answered, or the time is over; then [`compose`] makes items of the model, and they are printed as a
//! table, as JSON or as CSV. One item is one JSON object, and table and CSV are made from the same objects.

mod check;
mod csv;
mod json;
mod lag;
mod needs;
mod snapshot;
mod table;
mod text;
mod why;

use std::{
    collections::{BTreeMap, BTreeSet},
    pin::Pin,
    time::Duration,
};

use tokio::sync::mpsc;

use crate::{
    app::{Interest, PaneId},
    insight::{Picture, Reach, Want, group_partitions},
    model::{Envelope, Name, System, Time, WorkloadId},
    source::Wishes,
};

use super::{
    args::{Format, View},
    exit::{Code, Complaint, Exit, nearest},
    settings::ReportSettings,
};

pub use check::LagCheck;
pub use json::{Document, Item};
pub use needs::Missing;
pub use text::{draw, print as print_screen};

/// Items that are made elsewhere, printed as those of a report.
pub fn print_items(
    document: &Document,
    columns: &[(&str, &str)],
    settings: &ReportSettings,
) -> String {
    match settings.format {
        Format::Json => document.print(settings.indent),
        Format::Csv => csv::print_columns(columns, &document.items),
        Format::Table | Format::Text => table::lay_out(columns, &document.items),
    }
}

/// What a report is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Subject {
    /// Lag of these groups, or of all when none is named.
    Lag(Vec<String>),
    /// Why these groups are behind.
    Why(Vec<String>),
    Check(LagCheck),
    View(View),
}

impl Subject {
    /// The word in the JSON's `kind`.
    pub fn kind(&self) -> &'static str {
        match self {
            Subject::Lag(_) => "lag",
            Subject::Why(_) => "why",
            Subject::Check(_) => "check",
            Subject::View(view) => view.word(),
        }
    }

    /// The groups that are named.
    fn groups(&self) -> &[String] {
        match self {
            Subject::Lag(groups) | Subject::Why(groups) => groups,
            Subject::Check(check) => std::slice::from_ref(&check.group),
            Subject::View(_) => &[],
        }
    }

    /// The pane that shows it.
    pub fn pane(&self) -> PaneId {
        text::pane(self)
    }

    /// The system without which there is nothing to show; None where any will do.
    pub fn system(&self) -> Option<System> {
        needs::system(self)
    }
}

/// Draws a pane of a picture as text of so many columns and rows, lines separated by breaks.
pub type Draw<'a> = &'a dyn Fn(Picture, Time, PaneId, (u16, u16)) -> String;

/// What a report is made with.
pub struct Session<'a> {
    pub site: Name,
    /// The systems that were asked for or found. Only these can be missing.
    pub systems: &'a [System],
    /// Show this namespace only.
    pub namespace: Option<&'a str>,
    pub feed: mpsc::Receiver<Envelope>,
    /// What live sources are wished to read besides.
    pub wishes: Option<&'a Wishes>,
    /// Owners of groups that the user named.
    pub pins: BTreeMap<Name, WorkloadId>,
    pub reach: Reach,
    pub now: &'a dyn Fn() -> Time,
    /// Makes the text of [`Format::Text`].
    pub draw: Draw<'a>,
}

/// Listens, then makes the report. The exit holds the text for stdout, a line for each source that is missing, and the
/// code.
pub async fn run(subject: &Subject, settings: &ReportSettings, mut session: Session<'_>) -> Exit {
    let mut picture = Picture::new(session.site.clone());
    picture.index.pin(session.pins.clone());
    picture.reach = session.reach.clone();
    let answered = |picture: &Picture| needs::answered(&picture.site, subject, session.systems);
    let sampling = settings.sample_for;
    let timeout = Box::pin(tokio::time::sleep(settings.timeout));
    listen(&mut session.feed, &mut picture, timeout, answered).await;
    look_closer(subject, &session, &picture);
    if let Some(span) = sampling {
        let end = Box::pin(tokio::time::sleep(span));
        listen(&mut session.feed, &mut picture, end, |_| false).await;
    }
    picture.refresh();
    let now = (session.now)();
    let missing = needs::missing(&picture.site, subject, session.systems, now);
    let missing = missing.explained(settings.timeout);
    let document = compose(subject, &picture, session.namespace, now, missing.list);
    let verdict = judge(subject, &picture, &document, missing.nothing, settings);
    let text = match settings.format {
        Format::Json => document.print(settings.indent),
        _ if verdict.code == Code::Nothing => String::new(),
        Format::Table => table::print(subject, &document.items),
        Format::Csv => csv::print(subject, &document.items),
        Format::Text => (session.draw)(picture, now, subject.pane(), settings.size),
    };
    Exit { text, ..verdict }
}

/// Wishes for what is read of named groups only: their members each round, and the timestamps of what they will read next.
fn look_closer(subject: &Subject, session: &Session<'_>, picture: &Picture) {
    let (Some(wishes), named @ [_, ..]) = (session.wishes, subject.groups()) else {
        return;
    };
    let site = &picture.site;
    let groups: BTreeSet<Name> = named.iter().map(|name| name.as_str().into()).collect();
    let rows = groups
        .iter()
        .filter_map(|id| site.kafka.groups.get(id))
        .flat_map(|group| group_partitions(site, group, Want::Committed));
    let behind = rows
        .filter(|row| row.lag.is_some_and(|lag| lag > 0))
        .map(|row| row.id);
    wishes.look_at(Interest {
        behind: behind.collect(),
        groups,
        usage: true,
        ..Interest::default()
    });
}

/// Takes envelopes in until `enough` says so, the time is over, or nobody sends any more.
async fn listen(
    feed: &mut mpsc::Receiver<Envelope>,
    picture: &mut Picture,
    mut end: Pin<Box<tokio::time::Sleep>>,
    enough: impl Fn(&Picture) -> bool,
) {
    while !enough(picture) {
        tokio::select! {
            biased;
            () = &mut end => return,
            envelope = feed.recv() => match envelope {
                Some(envelope) => picture.apply(envelope),
                None => return,
            },
        }
        while let Ok(envelope) = feed.try_recv() {
            picture.apply(envelope);
        }
    }
}

/// Makes the items of a picture. `missing` are the sources that could not contribute.
pub fn compose(
    subject: &Subject,
    picture: &Picture,
    namespace: Option<&str>,
    now: Time,
    missing: Vec<Missing>,
) -> Document {
    let items = match subject {
        Subject::Lag(groups) => lag::items(picture, groups, now),
        Subject::Why(groups) => why::items(picture, groups, now),
        Subject::Check(check) => check::items(check, picture, now),
        Subject::View(view) => snapshot::items(*view, picture, namespace, now),
    };
    Document {
        kind: subject.kind(),
        at: now,
        site: picture.site.name.clone(),
        missing,
        items,
    }
}

/// The exit code and what is said on stderr.
fn judge(
    subject: &Subject,
    picture: &Picture,
    document: &Document,
    nothing: bool,
    settings: &ReportSettings,
) -> Exit {
    let mut complaints = needs::complaints(&document.missing);
    // Without the source of the rows, no row is no news.
    let blind = document
        .missing
        .iter()
        .any(|missing| needs::gives_rows(subject, missing.source));
    let absent = if blind {
        Vec::new()
    } else {
        absent_groups(subject, picture)
    };
    let code = if nothing || (document.items.is_empty() && blind) {
        Code::Nothing
    } else if !absent.is_empty() {
        complaints.extend(absent);
        Code::Usage
    } else if let (Subject::Check(_), Some(answer)) = (subject, document.items.first()) {
        let why = answer.get("why").and_then(serde_json::Value::as_str);
        let (code, remedy) = match answer.get("answer").and_then(serde_json::Value::as_bool) {
            Some(true) => (Code::Fine, None),
            Some(false) => (Code::No, Some("plimsoll why names the causes")),
            None => (Code::Nothing, None),
        };
        complaints.extend(why.map(|why| {
            let complaint = Complaint::new("lag", why);
            match remedy {
                Some(remedy) => complaint.remedy(remedy),
                None => complaint,
            }
        }));
        code
    } else if document.missing.is_empty() || settings.partial_ok {
        Code::Fine
    } else {
        Code::Partial
    };
    Exit {
        complaints,
        ..Exit::quiet(code)
    }
}

/// Groups that were named and do not exist.
fn absent_groups(subject: &Subject, picture: &Picture) -> Vec<Complaint> {
    let named = subject.groups();
    let groups = &picture.site.kafka.groups;
    named
        .iter()
        .filter(|name| groups.get(&Name::from(name.as_str())).is_none())
        .map(|name| {
            let known = groups.iter().map(|group| group.listed.id.as_str());
            let remedy = match nearest(name, known) {
                Some(near) => format!("did you mean {near}?"),
                None => "plimsoll snapshot groups lists them all".to_owned(),
            };
            Complaint::new("group", "does not exist")
                .at(format!("{name:?}"))
                .remedy(remedy)
        })
        .collect()
}

/// `10s`, `1.5s`, as in a message.
fn spoken(time: Duration) -> String {
    format!("{}s", time.as_secs_f64())
}

#[cfg(test)]
mod tests;
