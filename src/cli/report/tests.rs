//! Reports on the demo world, and on sources that fail.

#![expect(
    clippy::disallowed_methods,
    reason = "the clock of these tests is paused"
)]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::*;
use crate::{
    model::{HealthReport, Source, State, Update},
    source::demo::World,
};

const START: Time = Time(1_700_000_000_000);
const ALL: &[System] = &[System::Kubernetes, System::Kafka, System::Prometheus];

fn settings(format: Format) -> ReportSettings {
    ReportSettings {
        format,
        indent: false,
        size: (80, 24),
        timeout: Duration::from_secs(10),
        sample_for: None,
        partial_ok: false,
    }
}

fn views() -> Vec<Subject> {
    use clap::ValueEnum;
    let views = View::value_variants()
        .iter()
        .map(|view| Subject::View(*view));
    std::iter::once(Subject::Lag(Vec::new()))
        .chain(views)
        .collect()
}

/// What the demo world says in its first minute.
fn world() -> Vec<Envelope> {
    let mut world = World::new(7, 1.0, START);
    let mut said = world.opening();
    said.extend(world.step(START.plus(60_000)));
    said
}

/// Runs a report on these envelopes, after which the sources say no more but stay there.
async fn report_on(
    envelopes: Vec<Envelope>,
    subject: &Subject,
    settings: &ReportSettings,
    systems: &[System],
) -> Exit {
    let (to, feed) = mpsc::channel(envelopes.len().max(1));
    for envelope in envelopes {
        to.try_send(envelope).unwrap();
    }
    let session = Session {
        wishes: None,
        pins: BTreeMap::new(),
        reach: Reach::default(),
        site: "demo".into(),
        systems,
        namespace: None,
        feed,
        now: &|| START.plus(60_000),
        draw: &|picture, _, pane, size| format!("{} {pane:?} {size:?}\n", picture.site.name),
    };
    let exit = run(subject, settings, session).await;
    drop(to);
    exit
}

fn health(source: Source, state: State, why: &str) -> Envelope {
    Envelope {
        at: START,
        site: "lab".into(),
        update: Update::Health(HealthReport::new(source, state).because(why)),
    }
}

fn items(exit: &Exit) -> Vec<Item> {
    let document: Value = serde_json::from_str(&exit.text).unwrap();
    let items = document.get("items").and_then(Value::as_array).unwrap();
    items
        .iter()
        .map(|item| item.as_object().unwrap().clone())
        .collect()
}

#[tokio::test(start_paused = true)]
async fn every_report_on_the_demo_world_is_whole() {
    for subject in views() {
        let exit = report_on(world(), &subject, &settings(Format::Json), ALL).await;
        let said: Vec<String> = exit.lines().collect();
        assert_eq!(exit.code, Code::Fine, "{subject:?}: {said:#?}");
        assert!(!items(&exit).is_empty(), "{subject:?}");
        assert_eq!(exit.text.lines().count(), 1, "{subject:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn csv_has_the_keys_of_the_json_and_a_table_has_a_line_for_each_item() {
    for subject in views() {
        let json = report_on(world(), &subject, &settings(Format::Json), ALL).await;
        let csv = report_on(world(), &subject, &settings(Format::Csv), ALL)
            .await
            .text;
        let table = report_on(world(), &subject, &settings(Format::Table), ALL)
            .await
            .text;
        let items = items(&json);
        let rows = match &subject {
            Subject::Lag(_) => lag::flat(&items).len(),
            Subject::View(_) | Subject::Check(_) => items.len(),
            Subject::Why(_) => why::flat(&items).len(),
        };
        assert_eq!(table.lines().count(), rows + 1, "{subject:?}");
        assert_eq!(csv.lines().count(), rows + 1, "{subject:?}");
        let header: BTreeSet<&str> = csv.lines().next().unwrap().split(',').collect();
        let Subject::View(_) = subject else { continue };
        for item in &items {
            let keys: BTreeSet<&str> = item
                .iter()
                .filter(|(key, _)| *key != "partitions" || item.contains_key("topic"))
                .map(|(key, _)| key.as_str())
                .collect();
            assert_eq!(keys, header, "{subject:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_lag_of_a_group_is_the_sum_of_its_partitions() {
    let subject = Subject::Lag(Vec::new());
    let exit = report_on(world(), &subject, &settings(Format::Json), ALL).await;
    let mut summed = 0;
    for group in items(&exit) {
        let partitions = group.get("partitions").and_then(Value::as_array).unwrap();
        let lags = partitions.iter().map(|p| p.get("lag").unwrap().as_i64());
        let known: Vec<i64> = lags.flatten().map(|lag| lag.max(0)).collect();
        let sum = (!known.is_empty()).then(|| known.iter().sum::<i64>());
        let states: Vec<_> = partitions
            .iter()
            .filter_map(|p| p.get("state")?.as_str())
            .collect();
        if !states.contains(&"deleted") {
            assert_eq!(group.get("lag").unwrap().as_i64(), sum, "{group:?}");
            summed += 1;
        }
    }
    assert!(summed > 3);
}

#[tokio::test(start_paused = true)]
async fn groups_that_are_named_are_shown_and_one_that_is_not_there_is_said() {
    let all = report_on(
        world(),
        &Subject::Lag(Vec::new()),
        &settings(Format::Json),
        ALL,
    )
    .await;
    let name = |item: &Item| item.get("group").unwrap().as_str().unwrap().to_owned();
    let first = name(items(&all).first().unwrap());
    let wrong = format!("{first}x");
    let subject = Subject::Lag(vec![first.clone(), wrong.clone()]);
    let exit = report_on(world(), &subject, &settings(Format::Json), ALL).await;
    let shown: Vec<String> = items(&exit).iter().map(name).collect();
    assert_eq!(shown, std::slice::from_ref(&first));
    assert_eq!(exit.code, Code::Usage);
    let said: String = exit.lines().collect();
    assert!(said.contains(&wrong), "{said}");
    assert!(said.contains(&format!("did you mean {first}?")), "{said}");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_reached_is_told_at_once_and_nothing_is_made_up() {
    let refused = "127.0.0.1:1: connection refused; check --bootstrap-server";
    let said = [Source::Metadata, Source::Lag]
        .map(|source| health(source, State::Unreachable, refused))
        .to_vec();
    let began = tokio::time::Instant::now();
    let subject = Subject::Lag(Vec::new());
    let exit = report_on(said, &subject, &settings(Format::Json), &[System::Kafka]).await;
    assert_eq!(began.elapsed(), Duration::ZERO);
    assert_eq!(exit.code, Code::Nothing);
    assert!(items(&exit).is_empty());
    let lines: Vec<String> = exit.lines().collect();
    let line = format!("plimsoll: kafka: lag, metadata unreachable: {refused}");
    assert_eq!(
        lines,
        [line],
        "one reason, one line; sources that said nothing add none"
    );
}

#[tokio::test(start_paused = true)]
async fn a_source_that_is_missing_beside_others_makes_the_report_partial() {
    let without = |envelope: &Envelope| match &envelope.update {
        Update::Health(report) => report.source != Source::PodMetrics,
        _ => true,
    };
    let mut said: Vec<Envelope> = world().into_iter().filter(without).collect();
    let forbidden = State::Forbidden {
        verb: "list".into(),
        resource: "pods".into(),
    };
    said.push(health(
        Source::PodMetrics,
        forbidden,
        "no right to list pods",
    ));
    let subject = Subject::View(View::Pods);
    let mut wanted = settings(Format::Json);
    let exit = report_on(said.clone(), &subject, &wanted, ALL).await;
    assert_eq!(exit.code, Code::Partial);
    assert!(!items(&exit).is_empty());
    assert!(
        exit.text
            .contains(r#""source":"pod metrics","system":"kubernetes","state":"forbidden""#)
    );
    // What is not asked for cannot be missing.
    let nodes = Subject::View(View::Topics);
    assert_eq!(
        report_on(said.clone(), &nodes, &wanted, ALL).await.code,
        Code::Fine
    );
    wanted.partial_ok = true;
    assert_eq!(
        report_on(said, &subject, &wanted, ALL).await.code,
        Code::Fine
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_come_ends_with_the_time() {
    let syncing = State::Syncing { got: 10, of: None };
    let said = vec![Envelope {
        at: START,
        site: "lab".into(),
        update: Update::Health(HealthReport::new(Source::Pods, syncing)),
    }];
    let began = tokio::time::Instant::now();
    let subject = Subject::View(View::Pods);
    let exit = report_on(
        said,
        &subject,
        &settings(Format::Table),
        &[System::Kubernetes],
    )
    .await;
    assert_eq!(began.elapsed(), Duration::from_secs(10));
    assert_eq!((exit.code, exit.text.as_str()), (Code::Nothing, ""));
    let said: String = exit.lines().collect();
    assert!(said.contains("no whole answer within 10s"), "{said}");
}

#[tokio::test(start_paused = true)]
async fn sampling_goes_on_for_as_long_as_was_asked() {
    let mut wanted = settings(Format::Json);
    wanted.sample_for = Some(Duration::from_secs(30));
    let began = tokio::time::Instant::now();
    report_on(world(), &Subject::View(View::Home), &wanted, ALL).await;
    assert_eq!(began.elapsed(), Duration::from_secs(30));
}

#[tokio::test(start_paused = true)]
async fn text_is_the_pane_that_was_asked_for() {
    let subject = Subject::View(View::Brokers);
    let exit = report_on(world(), &subject, &settings(Format::Text), ALL).await;
    assert_eq!(exit.text, "demo Brokers (80, 24)\n");
}

#[test]
fn a_namespace_filters_what_is_shown_and_not_the_join() {
    let mut picture = Picture::new("demo".into());
    for envelope in world() {
        picture.apply(envelope);
    }
    picture.refresh();
    let pods = |namespace| {
        let subject = Subject::View(View::Pods);
        compose(&subject, &picture, namespace, START, Vec::new()).items
    };
    let of = |item: &Item| item.get("namespace").unwrap().as_str().unwrap().to_owned();
    let namespaces: BTreeSet<String> = pods(None).iter().map(of).collect();
    let first = namespaces.first().unwrap();
    let shown: BTreeSet<String> = pods(Some(first)).iter().map(of).collect();
    assert_eq!(shown, BTreeSet::from([first.clone()]));
    assert!(namespaces.len() > 1);
    let groups = Subject::View(View::Groups);
    let with = compose(&groups, &picture, Some(first), START, Vec::new()).items;
    assert_eq!(
        with,
        compose(&groups, &picture, None, START, Vec::new()).items
    );
}

#[tokio::test(start_paused = true)]
async fn a_group_is_called_absent_only_where_groups_can_be_seen() {
    let subject = Subject::Lag(vec!["nobody".to_owned()]);
    let wanted = settings(Format::Json);
    let refused = |source| health(source, State::Unreachable, "connection refused");
    let mut said: Vec<Envelope> = world().into_iter().collect();
    said.push(refused(Source::Pods));
    let exit = report_on(said.clone(), &subject, &wanted, ALL).await;
    assert_eq!(exit.code, Code::Usage);
    assert!(
        exit.lines()
            .any(|line| line.contains("\"nobody\": does not exist"))
    );
    said.push(refused(Source::Lag));
    let exit = report_on(said, &subject, &wanted, ALL).await;
    assert_eq!(exit.code, Code::Nothing);
    assert!(exit.lines().all(|line| !line.contains("does not exist")));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_known_has_the_reason_that_holds() {
    let group = "fraud".to_owned();
    let mut said = world();
    for envelope in &mut said {
        let Update::Commits(commits) = &mut envelope.update else {
            continue;
        };
        for of in commits.iter_mut().filter(|of| *of.group == *group) {
            let partitions = of.topics.iter_mut().flat_map(|(_, partitions)| partitions);
            partitions.for_each(|partition| partition.offset = None);
        }
    }
    let exit = report_on(
        said,
        &Subject::Lag(vec![group]),
        &settings(Format::Json),
        ALL,
    )
    .await;
    let items = items(&exit);
    assert_eq!(items[0]["lag"], Value::Null);
    assert_eq!(items[0]["unknown_because"], "nothing is committed");
}
