//! Logs, events and objects on the screen, compared with kubectl.
use std::{collections::BTreeSet, time::Duration};

use crate::{
    fixture::{self, kubectl},
    screen::{Screen, header},
    wait::until,
};

const SOON: Duration = Duration::from_secs(30);

/// The screen once it has read the pods.
fn screen() -> Screen {
    let mut screen = Screen::open("lab-viewer");
    screen.wait("pods are read", SOON, |text| {
        header(text, "k8s").contains("pods")
    });
    screen
}

/// The name of a running pod of a Deployment.
fn pod_of(namespace: &str, app: &str) -> String {
    pods_of(namespace, app).swap_remove(0)
}

fn pods_of(namespace: &str, app: &str) -> Vec<String> {
    let selector = format!("app={app}");
    let names = [
        "-n",
        namespace,
        "get",
        "pods",
        "-l",
        &selector,
        "--field-selector=status.phase=Running",
        "-o",
        "name",
    ];
    let names = kubectl(&names).success();
    let names = names.lines().map(|line| line.strip_prefix("pod/").unwrap());
    names.map(str::to_owned).collect()
}

/// Numbers of requests in the noise that every fake pod writes, in the order of the screen.
fn requests(text: &str) -> Vec<u64> {
    let ids = text
        .lines()
        .filter_map(|line| line.split_once("request id="));
    ids.filter_map(|(_, rest)| rest.split(' ').next()?.parse().ok())
        .collect()
}

#[test]
fn the_log_of_a_broker_is_that_of_kubectl() {
    let _lab = fixture::steady();
    let mut screen = screen();
    screen.go_to("pod lab-broker-1");
    screen.wait("the pod", SOON, |text| {
        text.contains("pod kafka/lab-broker-1")
    });
    screen.press("l");
    screen.wait("its log", SOON, |text| {
        text.contains("● following") && text.contains("lines")
    });
    let theirs = kubectl(&["-n", "kafka", "logs", "lab-broker-1", "--tail=12"]).success();
    let theirs: Vec<String> = theirs
        .lines()
        .map(|line| line.chars().take(100).collect())
        .collect();
    assert!(theirs.len() > 5, "{theirs:?}");
    screen.wait("the last lines of kubectl", SOON, |text| {
        theirs
            .iter()
            .filter(|line| text.contains(line.trim_end()))
            .count()
            >= 5
    });
    screen.press("p");
    screen.wait("the previous container", SOON, |text| {
        text.contains("previous container")
    });
    screen.press("q");
}

#[test]
fn a_pod_that_is_replaced_is_followed_in_its_successor_and_no_line_is_told_twice() {
    let _lab = fixture::alone();
    let mut screen = screen();
    // On the list the logs are those of the workload, on its page those of the pod under the cursor.
    screen.press("5");
    screen.wait("the workloads", SOON, |text| text.contains("checkout"));
    screen.press("/");
    screen.press("checkout\r");
    screen.press("l");
    screen.wait("its logs", SOON, |text| requests(text).len() > 20);
    let victim = pod_of("shop", "checkout");
    let before: BTreeSet<String> = short_names(&screen.text());
    kubectl(&["-n", "shop", "delete", "pod", &victim, "--wait=true"]).success();
    // The lab's controllers may still be coming back from an API server that was started anew.
    until(
        "kubectl sees the successor",
        Duration::from_secs(120),
        || {
            let ready = ["-n", "shop", "get", "deployment", "checkout", "-o"];
            let ready = [
                &ready[..],
                &["jsonpath={.status.readyReplicas}/{.spec.replicas}"],
            ]
            .concat();
            let ready = kubectl(&ready).success();
            let (have, wanted) = ready.split_once('/')?;
            (have == wanted && pods_of("shop", "checkout").iter().all(|pod| *pod != victim))
                .then_some(())
        },
    );
    let fresh = |text: &str| short_names(text).difference(&before).next().cloned();
    let text = screen.wait("its successor", Duration::from_secs(60), |text| {
        fresh(text).is_some()
    });
    // Each pod writes the same numbers, each once.
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("request id="))
        .collect();
    let unique: BTreeSet<&str> = lines.iter().copied().collect();
    assert_eq!(lines.len(), unique.len(), "a line stands twice:\n{text}");
    screen.quit();
}

/// The names before the lines of the noise.
fn short_names(text: &str) -> BTreeSet<String> {
    let noise = text
        .lines()
        .filter(|line| line.contains("INFO request id="));
    let names = noise.filter_map(|line| line.trim_start_matches(['│', ' ', '▌']).split(' ').next());
    names.map(str::to_owned).collect()
}

#[test]
fn events_of_a_pod_are_those_of_kubectl() {
    let _lab = fixture::steady();
    let pod = pod_of("shop", "checkout");
    let selector = format!("--field-selector=involvedObject.name={pod},involvedObject.kind=Pod");
    let mut screen = screen();
    // On the pod's own page they would be those of what is under the cursor there.
    screen.press("O");
    screen.wait("the pods", SOON, |text| text.contains("checkout"));
    screen.press("/");
    screen.press(&format!("{pod}\r"));
    screen.press("e");
    until("the same events as kubectl", SOON, || {
        let theirs = kubectl(&[
            "-n",
            "shop",
            "get",
            "events",
            &selector,
            "-o",
            "jsonpath={.items[*].reason}",
        ]);
        let theirs = theirs.success();
        let text = screen.text();
        let all = theirs
            .split_whitespace()
            .all(|reason| text.contains(reason));
        (!theirs.is_empty() && all && text.contains("events of pod")).then_some(())
    });
    screen.quit();
}

#[test]
fn a_deployment_is_shown_as_kubectl_prints_it() {
    let _lab = fixture::steady();
    let mut screen = screen();
    screen.press("5");
    screen.wait("the workloads", SOON, |text| text.contains("checkout"));
    screen.press("/");
    screen.press("checkout\r");
    screen.press("y");
    let theirs = kubectl(&["-n", "shop", "get", "deployment", "checkout", "-o", "yaml"]).success();
    // The status changes, and annotations are long: what is compared is the specification.
    let spec: Vec<&str> = theirs
        .lines()
        .skip_while(|line| *line != "spec:")
        .take(20)
        .collect();
    screen.wait("the object", SOON, |text| text.contains("kind: Deployment"));
    let mut shown = BTreeSet::new();
    for _ in 0..8 {
        let rows = screen.text();
        let rows = rows.lines().map(|row| row.trim_matches(['│', '▌', ' ']));
        shown.extend(rows.map(str::to_owned));
        screen.press("\x1b[6~");
    }
    let missing: Vec<&&str> = spec
        .iter()
        .filter(|line| !shown.contains(line.trim().trim_start_matches("- ")))
        .filter(|line| !shown.contains(line.trim()))
        .collect();
    assert!(
        missing.is_empty(),
        "{missing:?} of\n{theirs}\nis not in\n{shown:#?}"
    );
    screen.quit();
}
