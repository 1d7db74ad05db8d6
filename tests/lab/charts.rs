//! Charts in the pseudo-terminal, cell for cell against what Prometheus itself says of the same moment.
use std::process::Command;
use std::time::Duration;

use plimsoll::view::text;
use serde_json::Value;

use crate::fixture::{PROMETHEUS, steady};
use crate::screen::{Screen, line_with};
use crate::wait::until;

const FIRST: Duration = Duration::from_secs(40);
const SAMPLED: Duration = Duration::from_secs(150);
const LEFT: &str = "\x1b[D";
const RIGHT: &str = "\x1b[C";

/// What curl gets for an instant query: the values by a label.
fn ask(query: &str, at: i64, label: &str) -> Vec<(String, f64)> {
    let output = Command::new("curl")
        .args(["-sG", &format!("{PROMETHEUS}/api/v1/query")])
        .args(["--data-urlencode", &format!("query={query}")])
        .args(["--data-urlencode", &format!("time={at}")])
        .output()
        .unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["status"], "success", "{query}: {answer}");
    let result = answer["data"]["result"].as_array().unwrap();
    let of = |row: &Value| {
        let name = row["metric"][label].as_str().unwrap_or_default().to_owned();
        let value = row["value"][1].as_str().unwrap().parse().unwrap();
        (name, value)
    };
    result.iter().map(of).collect()
}

/// The moment under the cursor, in seconds since the epoch.
fn cursor(screen: &str) -> i64 {
    let line = line_with(screen, &["at ", " UTC"]).expect("a cursor");
    let clock = line.split("at ").last().unwrap();
    let parts: Vec<i64> = clock
        .split(' ')
        .next()
        .unwrap()
        .split(':')
        .map(|part| part.parse().unwrap())
        .collect();
    let of_day = parts[0] * 3_600 + parts[1] * 60 + parts[2];
    let now = jiff::Timestamp::now().as_second();
    let at = now - now % 86_400 + of_day;
    if at > now { at - 86_400 } else { at }
}

/// The value in the row of the table that begins with this name.
fn cell(screen: &str, name: &str) -> String {
    let row = line_with(screen, &[name]).unwrap_or_else(|| panic!("no {name}:\n{screen}"));
    let after = row.split(name).nth(1).unwrap();
    after
        .split("  ")
        .map(str::trim)
        .find(|part| !part.is_empty() && *part != "…")
        .unwrap()
        .to_owned()
}

#[test]
fn what_stands_under_the_cursor_is_what_prometheus_says() {
    let _lab = steady();
    let mut screen = Screen::open("lab-viewer");
    screen.wait("the program reads Prometheus", FIRST, |text| {
        text.contains("prom ●")
    });
    screen.press("8");
    screen.wait("charts of the brokers", FIRST, |text| {
        text.contains("Prometheus, every") && text.contains("bytes in")
    });
    // What this exporter does not have is named.
    screen.wait("requests are said to be missing", FIRST, |text| {
        text.contains("Prometheus has none of") && text.contains("kafka_network_requestmetrics")
    });
    screen.press("\r");
    // A server that has just started has nothing to show yet.
    screen.wait("samples of all brokers", SAMPLED, |text| {
        ["broker 1", "broker 2", "broker 3"]
            .iter()
            .all(|broker| text.contains(broker))
    });
    let shown = until("a cursor on samples of all brokers", SAMPLED, || {
        screen.press(&LEFT.repeat(2));
        let text = screen.wait("a cursor", FIRST, |text| text.contains("at cursor"));
        let known = |broker: &&str| cell(&text, broker) != "-";
        if ["broker 1", "broker 2", "broker 3"].iter().all(known) {
            return Some(text);
        }
        screen.press(&RIGHT.repeat(3));
        None
    });
    let at = cursor(&shown);
    // How long the window of a rate is follows from how often this server scrapes, and how long it has: of those that the
    // program may choose, one must give what is shown of all three brokers.
    let agrees = |window: &u32| {
        let query = format!(
            "sum by (kubernetes_pod_name) \
             (rate(kafka_server_brokertopicmetrics_bytesin_total{{topic=\"\"}}[{window}s]))"
        );
        let said = ask(&query, at, "kubernetes_pod_name");
        said.len() == 3
            && said.iter().all(|(pod, value)| {
                let broker = pod.replace("lab-broker-", "broker ");
                cell(&shown, &broker) == format!("{}/s", text::byte_rate(*value))
            })
    };
    let window = (60..=300).find(agrees);
    assert!(window.is_some(), "no window gives this at {at}:\n{shown}");
    // The lag of the group that is behind, and the memory of a pod of its own page.
    screen.press("\x1b");
    screen.press("p");
    // Of what was missing when the server was probed it is asked again after a while.
    screen.wait("charts of the groups", SAMPLED, |text| {
        text.contains("Metrics: groups") && text.contains("Prometheus, every")
    });
    screen.press("\r");
    let query = "sum by (consumergroup) (kafka_consumergroup_lag_sum{consumergroup=\"fraud\"})";
    // An exporter that has just started has said nothing of the group yet.
    let (shown, at, said) = until("a cursor on a sample of fraud", SAMPLED, || {
        screen.press("G");
        screen.press(&LEFT.repeat(2));
        let shown = screen.wait("one chart", FIRST, |text| text.contains("at cursor"));
        let at = cursor(&shown);
        let said = ask(query, at, "consumergroup");
        let known = !said.is_empty() && shown.contains("fraud ") && cell(&shown, "fraud ") != "-";
        known.then_some((shown, at, said))
    });
    let want = text::whole(said[0].1);
    assert_eq!(cell(&shown, "fraud "), want, "at {at}:\n{shown}");
    screen.press("\x1b");
    screen.press("p");
    screen.wait("charts of the pods", SAMPLED, |text| {
        text.contains("Metrics: pods") && text.contains("Prometheus, every")
    });
    screen.quit();
}
