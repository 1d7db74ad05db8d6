//! The main job: the worst group is found on Home, its one pod behind it, and scaling that pod is seen to help.
use std::collections::BTreeSet;
use std::time::Duration;

use crate::fixture::{alone, kubectl};
use crate::kafka_tools::{lag, members};
use crate::quiet::scale;
use crate::screen::Screen;
use crate::wait::until;

const TWO_POLLS: Duration = Duration::from_secs(13);
const FIRST_SYNC: Duration = Duration::from_secs(20);
/// The rate of growth is known after a minute.
const RANKED: Duration = Duration::from_secs(90);
const SCALED: Duration = Duration::from_secs(60);
const PARTITIONS: usize = 12;

struct ScaleBack;

impl Drop for ScaleBack {
    fn drop(&mut self) {
        let _ = scale("finance", "fraud", "1");
    }
}

/// Name, node and IP of every pod of fraud.
fn pods() -> Vec<(String, String, String)> {
    let format =
        "jsonpath={range .items[*]}{.metadata.name} {.spec.nodeName} {.status.podIP}{\"\\n\"}{end}";
    let text = kubectl(&[
        "-n",
        "finance",
        "get",
        "pods",
        "-l",
        "app=fraud",
        "-o",
        format,
    ])
    .success();
    let pod = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        (words.len() == 3).then(|| {
            (
                words[0].to_owned(),
                words[1].to_owned(),
                words[2].to_owned(),
            )
        })
    };
    text.lines().filter_map(pod).collect()
}

#[test]
fn fraud_is_the_worst_group_and_six_pods_are_seen_to_help() {
    let _lab = alone();
    let pod = until("fraud runs in one pod", SCALED, || match &pods()[..] {
        [pod] => Some(pod.clone()),
        _ => None,
    });
    let mut before = lag("fraud");
    until(
        "Kafka's own tool shows fraud falling behind",
        SCALED,
        || {
            let now = lag("fraud");
            let grows = now > before;
            before = now;
            grows.then_some(())
        },
    );
    let mut screen = Screen::open("lab-admin");
    screen.wait("three live systems", FIRST_SYNC, |text| {
        text.contains("kafka ● 3/3")
    });
    screen.wait("the cursor stands on fraud, the worst", RANKED, |text| {
        text.lines()
            .any(|line| line.contains("▌") && line.contains("fraud"))
    });
    screen.press("\r");
    screen.wait("its one pod, node and partitions", TWO_POLLS, |text| {
        text.contains(&pod.0)
            && text.contains(&pod.1)
            && text.matches("orders").count() >= PARTITIONS
    });

    let _scale_back = ScaleBack;
    let behind = lag("fraud");
    assert!(scale("finance", "fraud", "6"));
    until("Kafka's own tool shows six members", SCALED, || {
        (members("fraud").len() == 6).then_some(())
    });
    let pods = pods();
    let hosts: BTreeSet<String> = members("fraud").into_iter().collect();
    assert_eq!(
        hosts,
        pods.iter().map(|pod| pod.2.clone()).collect(),
        "members are on their pods"
    );
    screen.wait("six members on six pods", TWO_POLLS, |text| {
        pods.iter().all(|(name, ..)| text.contains(name))
    });
    until("the lag falls", SCALED, || {
        (lag("fraud") < behind).then_some(())
    });
    screen.press("2");
    screen.wait("fraud is in the list with six members", TWO_POLLS, |text| {
        text.lines()
            .any(|line| line.contains("fraud") && line.contains('6'))
    });
    screen.quit();
}
