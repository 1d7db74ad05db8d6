//! `plimsoll why` on groups that are healthy, slow, or harmed on purpose: the cause is named, ahead of what follows from
//! it, and its numbers are those of the servers' own tools.
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::fixture::{BOOTSTRAP, alone, chaos, kafka, kubeconfig, kubectl, lab};
use crate::kafka_tools::{Progress, lag, members};
use crate::program::{items, plimsoll};
use crate::quiet::scale;
use crate::wait::until;

/// How long and how often is looked.
type Look = &'static [&'static str];

/// For what shows at once, and for rates.
const QUICK: Look = &["--for", "25s", "--refresh", "1s"];
/// For growth: three thirds of a window.
const GROWTH: Look = &["--for", "75s", "--refresh", "1s"];
/// Of what was never seen to be committed it takes 90 seconds to say that it stands still. More polls do not help.
const STILL: Look = &["--for", "105s"];
/// A second look, where the first was too early.
const NAMED: Duration = Duration::from_secs(120);
/// Pods that were healed, their members, and a stable group.
const SETTLES: Duration = Duration::from_secs(90);
const UNDO_TRIES: u32 = 5;

/// Commands of the lab that undo what a test did, the last one first; however it ends. A pod that crashed is replaced, for
/// one that was healed has restarts to show for ten minutes more.
#[derive(Default)]
struct Undo(Vec<Vec<String>>);

impl Undo {
    fn by(&mut self, command: &[&str]) {
        self.0
            .push(command.iter().map(|word| (*word).into()).collect());
    }
}

impl Drop for Undo {
    fn drop(&mut self) {
        for command in self.0.iter().rev() {
            let words: Vec<&str> = command.iter().map(String::as_str).collect();
            let _ = (0..UNDO_TRIES).any(|_| lab(&words).code == 0);
        }
    }
}

/// What is expected of one group's answer: a name for the failure, the group, and the test.
type Wanted<'a> = (&'a str, &'a str, &'a dyn Fn(&Value) -> bool);

/// The answers by group, in one run of the command.
fn why(groups: &[&str], how: Look) -> BTreeMap<String, Value> {
    let kubeconfig = kubeconfig();
    let mut args = [&["why", "-o", "json"], groups, how].concat();
    args.extend(["--context", "lab-admin", "--kubeconfig", &kubeconfig]);
    args.extend(["--bootstrap-server", BOOTSTRAP]);
    let answers = items("why", &plimsoll(&args).json());
    let by_group = |item: Value| (item["group"].as_str().unwrap().to_owned(), item);
    answers.into_iter().map(by_group).collect()
}

/// Asks until each expectation was met once; what each was met by.
fn named(groups: &[&str], how: Look, wanted: &[Wanted<'_>]) -> BTreeMap<String, Value> {
    let begin = Instant::now();
    let mut met: BTreeMap<String, Value> = BTreeMap::new();
    until("the causes are named", NAMED * 2, || {
        let answers = why(groups, how);
        for (name, group, is) in wanted {
            if !met.contains_key(*name) && is(&answers[*group]) {
                met.insert((*name).into(), answers[*group].clone());
            }
        }
        let missing = wanted.iter().filter(|(name, ..)| !met.contains_key(*name));
        let missing: Vec<String> = missing
            .map(|(name, group, _)| format!("{name}; the last answer: {:#}", answers[*group]))
            .collect();
        assert!(
            missing.is_empty() || begin.elapsed() < NAMED,
            "not named within {NAMED:?}: {}",
            missing.join("\n")
        );
        missing.is_empty().then_some(())
    });
    met
}

fn causes(answer: &Value) -> &[Value] {
    answer["causes"].as_array().unwrap()
}

fn place_of(answer: &Value, kind: &str) -> Option<usize> {
    causes(answer)
        .iter()
        .position(|cause| cause["cause"] == kind)
}

/// The cause of a kind that says this, in its sentence or its subject.
fn cause_with<'a>(answer: &'a Value, kind: &str, words: &str) -> Option<&'a Value> {
    causes(answer).iter().find(|cause| {
        let says = |field: &str| cause[field].as_str().unwrap().contains(words);
        cause["cause"] == kind && (says("what") || says("subject"))
    })
}

fn first_fault(answer: &Value) -> Option<&Value> {
    causes(answer).iter().find(|cause| cause["fault"] == true)
}

fn first_fault_is(answer: &Value, kind: &str) -> bool {
    first_fault(answer).is_some_and(|cause| cause["cause"] == kind)
}

/// The evidence whose name begins so, and what its name goes on with.
#[track_caller]
fn evidence<'a>(cause: &'a Value, name: &str) -> (&'a Value, &'a str) {
    let list = cause["evidence"].as_array().unwrap();
    let found = list.iter().find_map(|proof| {
        let rest = proof["name"].as_str()?.strip_prefix(name)?;
        Some((proof, rest))
    });
    found.unwrap_or_else(|| panic!("no evidence {name:?} in {cause:#}"))
}

#[track_caller]
fn number(text: &Value) -> i64 {
    let text = text.as_str().unwrap();
    text.parse()
        .unwrap_or_else(|_| panic!("{text:?} is no number"))
}

/// The ready pods of a service, as kubectl names them, when there are as many as there should be.
fn ready_pods(namespace: &str, app: &str, count: usize) -> Vec<String> {
    let label = format!("app={app}");
    let args = ["-n", namespace, "get", "pods", "-l", &label, "-o", "json"];
    until(&format!("{count} ready pods of {app}"), SETTLES, || {
        let answer = kubectl(&args).json();
        let pods = answer["items"].as_array().unwrap();
        let is_ready = |pod: &&Value| {
            let stays = pod["metadata"]["deletionTimestamp"].is_null();
            stays && pod["status"]["containerStatuses"][0]["ready"] == true
        };
        let name = |pod: &Value| pod["metadata"]["name"].as_str().unwrap().to_owned();
        let ready: Vec<String> = pods.iter().filter(is_ready).map(name).collect();
        (ready.len() == count && pods.len() == count).then_some(ready)
    })
}

fn has_members(group: &str, count: usize) {
    until(&format!("{group} has {count} members"), SETTLES, || {
        (members(group).len() == count).then_some(())
    });
}

/// Its pods are new, and it has lost what was behind. One pod is too slow: it is never as little behind as six are.
fn fraud_begins_anew(pods: usize) {
    let little = if pods > 1 { 500 } else { 3_000 };
    ready_pods("finance", "fraud", pods);
    has_members("fraud", pods);
    until("fraud has no backlog", SETTLES, || {
        (lag("fraud") < little).then_some(())
    });
}

fn pod_field(namespace: &str, pod: &str, field: &str) -> String {
    let path = format!("jsonpath={{{field}}}");
    kubectl(&["-n", namespace, "get", "pod", pod, "-o", &path]).success()
}

fn restarts(namespace: &str, pod: &str) -> i64 {
    let field = ".status.containerStatuses[0].restartCount";
    pod_field(namespace, pod, field).parse().unwrap()
}

fn pod_name(pod: &str, namespace: &str) -> String {
    format!("{namespace}/{pod}")
}

/// A member's id in the group, by the address of its pod.
fn member_at(group: &str, ip: &str) -> Option<String> {
    let text = kafka("consumer-groups", &["--describe", "--group", group]);
    let row = text
        .lines()
        .find(|line| line.contains(&format!("/{ip} ")))?;
    row.split_whitespace().nth(6).map(str::to_owned)
}

#[test]
fn a_healthy_group_has_no_fault_and_a_slow_one_is_called_too_slow() {
    let _lab = alone();
    ready_pods("finance", "ledger", 2);
    ready_pods("finance", "fraud", 1);
    // A new pod works off a backlog partition by partition, and of the others there is nothing to be seen for minutes.
    let mut undo = Undo::default();
    undo.by(&["chaos", "heal-group", "fraud"]);
    chaos(&["behind-start", "fraud", "orders"]);
    drop(undo);
    fraud_begins_anew(1);
    let before = Progress::of("fraud");
    let answers = why(&["ledger", "fraud"], GROWTH);
    let possible = before.lags_until(&Progress::of("fraud"));

    let ledger = &answers["ledger"];
    assert_eq!(first_fault(ledger), None, "{ledger:#}");
    let verdict = ledger["verdict"].as_str().unwrap();
    assert!(verdict.starts_with("nothing wrong found"), "{verdict}");
    assert_eq!(ledger["too_early"], Value::Null, "{ledger:#}");
    let looked = ledger["looked_at"].as_array().unwrap();
    for at in ["partitions", "coordinator", "members", "pods", "rates"] {
        assert!(
            looked.iter().any(|look| look["at"] == at),
            "{at}: {looked:?}"
        );
    }

    let slow = first_fault(&answers["fraud"]);
    let slow = slow.filter(|cause| cause["cause"] == "too_slow");
    let slow = slow.unwrap_or_else(|| panic!("{:#}", answers["fraud"]));
    let told = number(&evidence(slow, "lag").0["value"]);
    assert!(
        possible.contains(&told),
        "{told} is not within {possible:?}, by what Kafka's tool prints"
    );
}

#[test]
fn the_exit_code_says_whether_a_group_is_near_its_end() {
    let _lab = alone();
    until("fraud is behind", SETTLES, || {
        (lag("fraud") > 0).then_some(())
    });
    let kubeconfig = kubeconfig();
    let site = ["--context", "lab-admin", "--kubeconfig", &kubeconfig];
    let kafka = ["--bootstrap-server", BOOTSTRAP];
    let checks = [
        ("ledger", "--max", "100000", 0),
        ("fraud", "--max", "0", 1),
        ("nosuch", "--max", "1", 2),
        ("ledger", "--max-seconds", "120", 0),
    ];
    let mut wrong = Vec::new();
    for (group, flag, limit, code) in checks {
        let question = ["check", "lag", group, flag, limit];
        let answer = plimsoll(&[&question[..], &site, &kafka].concat());
        if answer.code != code {
            wrong.push(format!("{question:?} is {code}, not {answer:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A member that stands still beside one that works; and one whose fellow crashes, which may be why, and comes first.
#[test]
fn a_stuck_member_is_named_and_after_a_crashing_pod_where_both_are_there() {
    let _lab = alone();
    let mut undo = Undo::default();
    let alone = ready_pods("finance", "ledger", 2).remove(0);
    let pods = ready_pods("shop", "checkout", 2);
    has_members("ledger", 2);
    has_members("checkout", 2);
    let [stuck, crashing] = &pods[..] else {
        panic!("{pods:?}");
    };
    let ip = pod_field("finance", &alone, ".status.podIP");
    let member = member_at("ledger", &ip).unwrap();
    undo.by(&["chaos", "heal-group", "ledger"]);
    undo.by(&["chaos", "heal-group", "checkout"]);
    chaos(&["stuck", &alone, "finance"]);
    chaos(&["stuck", stuck, "shop"]);
    chaos(&["crashloop", crashing, "shop"]);
    let [of_alone, of_stuck, of_crashing] = [
        pod_name(&alone, "finance"),
        pod_name(stuck, "shop"),
        pod_name(crashing, "shop"),
    ];
    let is_stuck = |answer: &Value| cause_with(answer, "stuck", &of_alone).is_some();
    let both = |answer: &Value| {
        cause_with(answer, "pod_crashes", &of_crashing).is_some()
            && cause_with(answer, "stuck", &of_stuck).is_some()
    };
    let met = named(
        &["ledger", "checkout"],
        STILL,
        &[("stuck", "ledger", &is_stuck), ("both", "checkout", &both)],
    );
    let cause = cause_with(&met["stuck"], "stuck", &of_alone).unwrap();
    assert_eq!(cause["subject"], format!("member {member}"), "{cause:#}");
    assert_eq!(evidence(cause, "still a member").0["value"], member);
    assert_eq!(
        member_at("ledger", &ip),
        Some(member),
        "as Kafka's tool has it"
    );
    assert!(
        place_of(&met["both"], "pod_crashes") < place_of(&met["both"], "stuck"),
        "{:#}",
        met["both"]
    );
}

/// Three groups, and what befalls the pods of one is not said of another.
#[test]
fn a_frozen_a_crashing_and_a_killed_pod_are_told_apart() {
    let _lab = alone();
    let mut undo = Undo::default();
    let frozen = ready_pods("shop", "checkout", 2).remove(0);
    let crashing = ready_pods("finance", "fraud", 1).remove(0);
    let killed = ready_pods("finance", "ledger", 2).remove(0);
    has_members("checkout", 2);
    for group in ["checkout", "fraud", "ledger"] {
        undo.by(&["chaos", "heal-group", group]);
    }
    chaos(&["crashloop", &crashing, "finance"]);
    chaos(&["oom", &killed, "finance"]);
    chaos(&["dead", &frozen, "shop"]);

    let [of_frozen, of_crashing, of_killed] = [
        pod_name(&frozen, "shop"),
        pod_name(&crashing, "finance"),
        pod_name(&killed, "finance"),
    ];
    let is_no_member = |answer: &Value| cause_with(answer, "not_a_member", &of_frozen).is_some();
    let crashes_first = |pod: &str, word: &str, answer: &Value| {
        first_fault_is(answer, "pod_crashes")
            && cause_with(answer, "pod_crashes", pod)
                .is_some_and(|cause| cause["what"].as_str().unwrap().contains(word))
    };
    let crashes = |answer: &Value| crashes_first(&of_crashing, "", answer);
    let is_killed = |answer: &Value| crashes_first(&of_killed, "OOMKilled", answer);
    let before = restarts("finance", &crashing);
    let met = named(
        &["checkout", "fraud", "ledger"],
        QUICK,
        &[
            ("frozen", "checkout", &is_no_member),
            ("crashing", "fraud", &crashes),
            ("killed", "ledger", &is_killed),
        ],
    );
    let after = restarts("finance", &crashing);
    let cause = cause_with(&met["crashing"], "pod_crashes", &of_crashing).unwrap();
    let told = number(&evidence(cause, "restarts").0["value"]);
    assert!(
        (before..=after).contains(&told),
        "{told} restarts are not within {before} and {after}, which kubectl prints"
    );
    assert_eq!(place_of(&met["frozen"], "pod_crashes"), None, "{met:#?}");
}

/// Log starts of a topic's partitions, `orders-3` for instance, as Kafka's own tool prints them.
fn log_starts(topic: &str) -> BTreeMap<String, i64> {
    let text = kafka("offsets", &["--topic", topic, "--time", "earliest"]);
    let start = |line: &str| {
        let mut parts = line.trim().rsplitn(3, ':');
        let (offset, partition, topic) = (parts.next()?, parts.next()?, parts.next()?);
        Some((format!("{topic}-{partition}"), offset.parse().ok()?))
    };
    text.lines().filter_map(start).collect()
}

struct ScaleBack;

impl Drop for ScaleBack {
    fn drop(&mut self) {
        let _ = scale("finance", "fraud", "1");
    }
}

/// The loss takes the backlog away, without which one partition could not have most of it.
#[test]
fn lost_records_are_named_and_then_a_hot_partition() {
    let _lab = alone();
    ready_pods("finance", "fraud", 1);
    let _one_pod = ScaleBack;
    assert!(scale("finance", "fraud", "6"));
    ready_pods("finance", "fraud", 6);
    has_members("fraud", 6);
    let mut undo = Undo::default();
    undo.by(&["chaos", "heal-group", "fraud"]);
    chaos(&["behind-start", "fraud", "orders"]);
    let is_lost = |answer: &Value| place_of(answer, "lost").is_some();
    let met = named(&["fraud"], STILL, &[("lost", "fraud", &is_lost)]);
    let cause = cause_with(&met["lost"], "lost", "").unwrap();
    let (start, partition) = evidence(cause, "log start of ");
    assert_eq!(
        Some(&number(&start["value"])),
        log_starts("orders").get(partition),
        "{cause:#}"
    );

    drop(undo);
    fraud_begins_anew(6);
    let mut undo = Undo::default();
    undo.by(&["chaos", "cool", "orders"]);
    chaos(&["hot-partition", "orders"]);
    let is_hot = |answer: &Value| place_of(answer, "hot_partition").is_some();
    let met = named(&["fraud"], QUICK, &[("hot", "fraud", &is_hot)]);
    let cause = cause_with(&met["hot"], "hot_partition", "").unwrap();
    let partition = cause["subject"].as_str().unwrap().to_owned();
    assert_eq!(hottest("fraud"), partition, "{cause:#}");
}

/// The partition with most of a group's lag, as Kafka's own tool prints it.
fn hottest(group: &str) -> String {
    let text = kafka("consumer-groups", &["--describe", "--group", group]);
    let row = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let lag: i64 = words.get(5)?.parse().ok()?;
        Some((lag, format!("partition {}-{}", words[1], words[2])))
    };
    text.lines().filter_map(row).max().unwrap().1
}

/// Stops the producer that hangs, and aborts what it left open: where it is, Kafka's own tool knows.
struct AbortHanging;

impl AbortHanging {
    fn abort() -> Option<()> {
        let id = ["--transactional-id", "lab-hanging"];
        let text = lab(&[&["kafka", "transactions", "describe"], &id[..]].concat()).stdout;
        let cells: Vec<&str> = text.lines().nth(1)?.split('\t').map(str::trim).collect();
        let (producer, place) = (*cells.get(2)?, *cells.get(8)?);
        let (topic, partition) = place.rsplit_once('-')?;
        let at = ["--topic", topic, "--partition", partition];
        let open = lab(&[&["kafka", "transactions", "describe-producers"], &at[..]].concat());
        let of_producer = |line: &str| {
            let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
            (cells.first() == Some(&producer)).then(|| cells.get(5).map(ToString::to_string))?
        };
        let start = open.stdout.lines().find_map(of_producer)?;
        let from = ["--start-offset", &start];
        lab(&[&["kafka", "transactions", "abort"], &at[..], &from].concat());
        Some(())
    }
}

impl Drop for AbortHanging {
    fn drop(&mut self) {
        let _ = lab(&["stop", "hang-txn"]);
        let _ = Self::abort();
    }
}

#[test]
fn an_open_transaction_and_a_rebalance_storm_are_named() {
    let _lab = alone();
    ready_pods("finance", "settlement", 1);
    ready_pods("shop", "checkout", 2);
    has_members("settlement", 1);
    let _abort = AbortHanging;
    let mut undo = Undo::default();
    undo.by(&["chaos", "calm", "checkout", "shop"]);
    // One that was left hanging would end of itself, fifteen minutes after it began.
    let _ = lab(&["stop", "hang-txn"]);
    chaos(&["hang-txn"]);
    chaos(&["storm", "checkout", "shop"]);
    let is_held = |answer: &Value| place_of(answer, "transaction").is_some();
    let storms = |answer: &Value| place_of(answer, "storm").is_some();
    let met = named(
        &["settlement", "checkout"],
        STILL,
        &[
            ("held", "settlement", &is_held),
            ("storm", "checkout", &storms),
        ],
    );
    let cause = cause_with(&met["held"], "transaction", "").unwrap();
    let stable = number(&evidence(cause, "last stable offset of tx-").0["value"]);
    let end = number(&evidence(cause, "end of tx-").0["value"]);
    assert!(stable < end, "{cause:#}");
    let cause = cause_with(&met["storm"], "storm", "").unwrap();
    let (rebalances, _) = evidence(cause, "rebalances in 10 minutes");
    let count = rebalances["value"].as_str().unwrap();
    let count: i64 = count.trim_start_matches("at least ").parse().unwrap();
    assert!(count >= 3, "{cause:#}");
}
