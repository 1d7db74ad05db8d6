//! Servers that die, hang and come back, seen on the screen: the right cells change within two polls of the
//! servers' own tools showing it, old data stays, nothing blanks, and all recovers without a key.
use std::time::Duration;

use serde_json::Value;

use crate::fixture::{Lab, alone, chaos, kubectl, lab, steady};
use crate::kafka_tools::live_brokers;
use crate::screen::{Screen, header, line_with};
use crate::wait::until;

/// Two polls of Kafka at the default interval, and a busy machine's delay.
const TWO_POLLS: Duration = Duration::from_secs(13);
/// Two polls of Prometheus at the default interval.
const TWO_METRIC_POLLS: Duration = Duration::from_secs(33);
const FIRST_SYNC: Duration = Duration::from_secs(20);
/// What a server needs to notice, and to be back.
const SERVER: Duration = Duration::from_secs(60);
const HEAL_TRIES: u32 = 20;
const GROUPS: [&str; 7] = [
    "analytics",
    "checkout",
    "fraud",
    "lab-share",
    "lab-streams",
    "ledger",
    "settlement",
];

/// Undoes a disturbance when the test ends, however it ends. Leaders that went to other brokers go home.
struct Heal(&'static [&'static str]);

impl Drop for Heal {
    fn drop(&mut self) {
        let _ = lab(self.0);
        let heal = || lab(&["chaos", "heal-brokers"]).code == 0 && lab(&["status"]).code == 0;
        for _ in 0..HEAL_TRIES {
            if heal() {
                return;
            }
            std::thread::sleep(Duration::from_secs(2));
        }
    }
}

fn all_groups(text: &str) -> bool {
    GROUPS.iter().all(|group| text.contains(group))
}

fn open_on(pane: char, shown: impl Fn(&str) -> bool) -> Screen {
    let mut screen = Screen::open("lab-admin");
    screen.wait("three live systems", FIRST_SYNC, |text| {
        header(text, "kafka").contains("3/3") && header(text, "k8s").contains('●')
    });
    screen.press(&pane.to_string());
    screen.wait("the pane has its rows", FIRST_SYNC, shown);
    screen
}

/// The groups pane, while a server is down and after it has come back.
fn disturb_groups(
    _lab: &Lab,
    heal: Heal,
    disturb: &[&str],
    noticed: impl Fn() -> bool,
    shown: impl Fn(&str) -> bool,
    polls: Duration,
) {
    let mut screen = open_on('2', all_groups);
    let calm = screen.text();
    assert!(!shown(&calm), "the screen says so before it is so\n{calm}");
    lab(disturb).success();
    until("the servers' own tools show it", SERVER, || {
        noticed().then_some(())
    });
    screen.wait_keeping("the screen shows it", polls, &shown, all_groups);
    screen.hold("old data stays", Duration::from_secs(3), all_groups);
    drop(heal);
    until("the servers' own tools show it healed", SERVER, || {
        (!noticed()).then_some(())
    });
    screen.wait_keeping(
        "it recovers without a key",
        polls * 2,
        |text| !shown(text),
        all_groups,
    );
    screen.quit();
}

#[test]
fn groups_of_four_types_brokers_and_pods_are_on_the_screen() {
    let _lab = steady();
    let mut screen = open_on('2', all_groups);
    let types = [
        ("checkout", "classic"),
        ("fraud", "consumer"),
        ("lab-share", "share"),
        ("lab-streams", "streams"),
    ];
    for (group, kind) in types {
        screen.go_to(&format!("group {group}"));
        screen.wait("the type of a group", TWO_POLLS, |text| {
            text.contains(&format!("group {group} ─"))
                && line_with(text, &["state", "Stable", kind]).is_some()
        });
    }
    screen.press("4");
    screen.wait(
        "each broker with its pod, node and zone",
        TWO_POLLS,
        |text| {
            [("1", "a"), ("2", "b"), ("3", "c")]
                .iter()
                .all(|(id, letter)| {
                    let words = [
                        format!("lab-broker-{id}"),
                        format!("lab-node-{letter}"),
                        format!("zone-{letter}"),
                    ];
                    line_with(text, &words.each_ref().map(String::as_str)).is_some()
                })
        },
    );
    screen.go_to("workload finance/ledger");
    screen.wait("its pods", TWO_POLLS, |text| {
        ["ledger-0", "ledger-1"]
            .iter()
            .all(|pod| line_with(text, &[pod, "Running"]).is_some())
    });
    screen.quit();
}

fn two_of_three(text: &str) -> bool {
    header(text, "kafka").contains("2/3")
}

#[test]
fn a_killed_broker_is_seen_and_its_return_too() {
    let held = alone();
    let heal = Heal(&["start", "kafka-3"]);
    disturb_groups(
        &held,
        heal,
        &["chaos", "broker-kill", "3"],
        || live_brokers() == 2,
        two_of_three,
        TWO_POLLS,
    );
}

#[test]
fn a_paused_broker_holds_nothing_up() {
    let held = alone();
    let heal = Heal(&["chaos", "broker-resume", "2"]);
    disturb_groups(
        &held,
        heal,
        &["chaos", "broker-pause", "2"],
        || live_brokers() == 2,
        two_of_three,
        TWO_POLLS,
    );
}

fn api_server_answers() -> bool {
    kubectl(&["get", "--raw", "/readyz", "--request-timeout=2s"]).code == 0
}

#[test]
fn pods_stay_on_the_screen_without_the_api_server() {
    let _lab = alone();
    let heal = Heal(&["start", "kube-apiserver"]);
    let pods = |text: &str| text.contains("ledger-0") && text.contains("ledger-1");
    let mut screen = open_on('5', |text| text.contains("ledger"));
    screen.go_to("workload finance/ledger");
    screen.wait("pods", TWO_POLLS, pods);
    lab(&["stop", "kube-apiserver"]).success();
    until("kubectl gets no answer", SERVER, || {
        (!api_server_answers()).then_some(())
    });
    let gone = |text: &str| !header(text, "k8s").contains('●');
    screen.wait_keeping("the header says so", TWO_POLLS, gone, pods);
    screen.hold("old pods stay", Duration::from_secs(5), pods);
    drop(heal);
    until("kubectl gets an answer", SERVER, || {
        api_server_answers().then_some(())
    });
    let back = |text: &str| header(text, "k8s").contains('●');
    screen.wait_keeping(
        "it recovers without a key",
        Duration::from_secs(40),
        back,
        pods,
    );
    screen.quit();
}

#[test]
fn a_stopped_prometheus_is_seen_and_its_return_too() {
    let held = alone();
    let heal = Heal(&["start", "prometheus"]);
    disturb_groups(
        &held,
        heal,
        &["stop", "prometheus"],
        || std::net::TcpStream::connect("127.0.0.1:29090").is_err(),
        |text| !header(text, "prom").contains('●'),
        TWO_METRIC_POLLS,
    );
}

/// STATUS as kubectl prints it, of one pod.
fn status_word(namespace: &str, pod: &str) -> String {
    let row = kubectl(&["-n", namespace, "get", "pod", pod, "--no-headers"]).success();
    row.split_whitespace().nth(2).unwrap_or_default().to_owned()
}

/// Heals a crash-looping pod of the shop when the test ends.
struct HealPod(String);

impl Drop for HealPod {
    fn drop(&mut self) {
        let _ = lab(&["chaos", "heal-pod", &self.0, "shop"]);
    }
}

#[test]
fn a_crash_looping_pod_is_seen_and_its_recovery_too() {
    let _lab = alone();
    let pods = kubectl(&[
        "-n",
        "shop",
        "get",
        "pods",
        "-l",
        "app=checkout",
        "-o",
        "json",
    ])
    .json();
    let name = Value::as_str(&pods["items"][0]["metadata"]["name"])
        .unwrap()
        .to_owned();
    let heal = HealPod(name.clone());
    let mut screen = open_on('5', |text| text.contains("checkout"));
    screen.go_to("workload shop/checkout");
    screen.wait("the pod runs", TWO_POLLS, |text| {
        line_with(text, &[&name, "Running"]).is_some()
    });
    chaos(&["crashloop", &name, "shop"]);
    let word = "CrashLoopBackOff";
    until("kubectl shows it", SERVER, || {
        (status_word("shop", &name) == word).then_some(())
    });
    screen.wait("its row shows it", TWO_POLLS, |text| {
        line_with(text, &[&name, word]).is_some()
    });
    drop(heal);
    until("kubectl shows it healed", SERVER, || {
        (status_word("shop", &name) == "Running").then_some(())
    });
    screen.wait("its row is well again", TWO_POLLS, |text| {
        line_with(text, &[&name, "Running"]).is_some()
    });
    screen.quit();
}
