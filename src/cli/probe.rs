//! `plimsoll probe --topic T`: does the cluster take writes, and which broker is slow?

use serde_json::{Value, json};

use crate::{
    act::{self, Permit, journal::Journal},
    model::{BrokerId, Name, Time},
    net::kube::exec::Plugins,
    plan::{
        Change, Done, Entry, Failure, FailureKind, Outcome, ProbeReport, ProbedPartition, Said,
        Task,
    },
    source::{clock, demo},
};

use super::{
    Code, Complaint, Environment, Exit, Format, ReportSettings, Settings, connect,
    report::{Document, Item, print_items},
};

/// The keys of an item, with the titles of the table.
const COLUMNS: &[(&str, &str)] = &[
    ("TOPIC", "topic"),
    ("PARTITION", "partition"),
    ("LEADER", "leader"),
    ("OFFSET", "offset"),
    ("ACK-MS", "acknowledged_ms"),
    ("END-TO-END-MS", "end_to_end_ms"),
    ("FAILURE", "failure"),
];

/// Writes the records, reads them back, and tells. Exit codes: 0 every partition took its record and gave it back; 1 one
/// did not; 2 the topic may not be probed; 3 Kafka was not reached.
pub(super) async fn make(
    topic: &str,
    report: &ReportSettings,
    settings: &Settings,
    env: &Environment,
) -> Exit {
    let name = Name::from(topic);
    let found = match settings.demo {
        Some(of) => in_demo(&name, of.seed, of.scale),
        None => live(&name, settings, env).await,
    };
    let (site, probed) = match found {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    print(&name, &site, &probed, report)
}

fn in_demo(topic: &Name, seed: u64, scale: f64) -> Result<(Name, ProbeReport), Exit> {
    let now = clock::now();
    let mut world = demo::World::new(seed, scale, now);
    world.opening();
    let entry = entry(now, demo::SITE.into(), topic, Vec::new());
    match world.obey(&Task::Do(entry)) {
        Some(Said::Done(Ok(Done::Probed(report)))) => Ok((demo::SITE.into(), report)),
        Some(Said::Done(Err(failure))) => Err(failed(topic, &failure)),
        _ => Err(Exit::quiet(Code::Nothing)),
    }
}

fn entry(at: Time, site: Name, topic: &Name, partitions: Vec<i32>) -> Entry {
    Entry {
        at,
        site,
        change: Change::Probe {
            topic: topic.clone(),
            partitions,
        },
        command: format!("plimsoll probe --topic {topic}"),
        undo_of: None,
        sent: None,
        answered: None,
        outcome: None,
        verdict: String::new(),
        ended: None,
    }
}

async fn live(
    topic: &Name,
    settings: &Settings,
    env: &Environment,
) -> Result<(Name, ProbeReport), Exit> {
    let permit = Permit::unless(settings.read_only).ok_or_else(|| {
        let complaint = Complaint::new("probe", "it writes, and --read-only is given");
        Exit::usage(complaint.remedy("leave --read-only out, or read_only in the config"))
    })?;
    let dir = env.state_dir().ok_or_else(|| {
        let complaint = Complaint::new("journal", "no directory to keep it in");
        Exit::usage(complaint.remedy("set HOME or XDG_STATE_HOME"))
    })?;
    let (live, _) = connect::live(settings, env, true, Plugins::Silent)?;
    let kafka = live.kafka.clone();
    let partitions = match &kafka {
        Some(way) => {
            let client = way.client().await.map_err(|why| {
                Exit::because(Code::Nothing, Complaint::new("Kafka", why.to_string()))
            })?;
            act::probe::partitions(&client, topic)
                .await
                .map_err(|failure| failed(topic, &failure))?
        }
        None => Vec::new(),
    };
    let site = live.site.clone();
    let hands = connect::hands(&permit, settings, env, &live)?;
    let mut journal = Journal::new(dir);
    let mut entry = entry(clock::now(), site.clone(), topic, partitions);
    let done = act::once(&hands, &mut journal, &entry, clock::now).await;
    entry.sent = Some(entry.at);
    let ended = clock::now();
    entry.hear(&done, ended);
    entry.ended = Some(ended);
    let result = match done {
        Ok(Done::Probed(report)) => {
            let (outcome, verdict) = report.verdict();
            entry.outcome = Some(outcome);
            entry.verdict = verdict;
            Ok((site, report))
        }
        Ok(_) => Err(Exit::quiet(Code::Nothing)),
        Err(failure) => {
            entry.outcome = Some(Outcome::Failed { kind: failure.kind });
            entry.verdict = failure.to_string();
            Err(failed(topic, &failure))
        }
    };
    match journal.close(act::ONCE, &entry) {
        Ok(()) => result,
        Err(why) => Err(Exit::because(
            Code::Nothing,
            Complaint::new("journal", why).remedy("the records were written; see the topic"),
        )),
    }
}

/// A failure before any record was written.
fn failed(topic: &Name, failure: &Failure) -> Exit {
    let code = match failure.kind {
        FailureKind::Rejected => Code::Usage,
        _ => Code::Nothing,
    };
    Exit::because(
        code,
        Complaint::new("probe", failure.words.clone()).at(format!("topic {topic}")),
    )
}

fn item(topic: &Name, of: &ProbedPartition) -> Item {
    let millis = |time: Option<f64>| time.map(|time| (time * 10.0).round() / 10.0);
    let value = json!({
        "topic": topic,
        "partition": of.partition,
        "leader": of.leader.map(|BrokerId(id)| id),
        "offset": of.offset,
        "acknowledged_ms": millis(of.acknowledged),
        "end_to_end_ms": millis(of.end_to_end),
        "failure": of.failure,
    });
    match value {
        Value::Object(item) => item,
        _ => Item::new(),
    }
}

fn print(topic: &Name, site: &Name, probed: &ProbeReport, report: &ReportSettings) -> Exit {
    let document = Document {
        kind: "probe",
        at: clock::now(),
        site: site.clone(),
        missing: Vec::new(),
        items: probed.partitions.iter().map(|of| item(topic, of)).collect(),
    };
    let mut text = print_items(&document, COLUMNS, report);
    if matches!(report.format, Format::Table | Format::Text) {
        text.push_str(&probed.verdict().1);
        text.push('\n');
    }
    let whole = probed.fine() == probed.partitions.len() && !probed.partitions.is_empty();
    let code = if whole { Code::Fine } else { Code::No };
    Exit {
        text,
        ..Exit::quiet(code)
    }
}
