//! `--read-only`: whatever keys are pressed, the API server sees reads alone.
use std::collections::BTreeMap;
use std::time::Duration;

use crate::fixture::{PROMETHEUS, kubeconfig, lab, steady};
use crate::screen::Screen;

const FIRST_SYNC: Duration = Duration::from_secs(20);
const KEYS: usize = 5_000;
/// Keys of a hand that means harm; those that end the program are left out, and so is the letter that spells it.
const HAND: &[&str] = &[
    "s", "s", "E", "E", "P", "P", "u", "U", "J", "\r", "\r", "\r", "\r", "y", "y", "\t", "6", "9",
    "+", "-", "1", "2", "3", "4", "5", "0", "j", "k", "j", "g", "G", "p", "b", "n", "\x1b", "\x1b",
    "/", ":", "a", "o", "r", "?", ">", "<", " ", "\x7f", "l", "e", "C", "[", "]", "Y",
];

/// A small generator: the same keys in each run.
fn next(state: &mut u64) -> usize {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*state >> 33).unwrap()
}

/// What of each kind was seen.
fn press_at_random(context: &str) -> BTreeMap<&'static str, usize> {
    let kubeconfig = kubeconfig();
    let bootstrap = "127.0.0.1:29192,127.0.0.1:29292";
    let mut screen = Screen::run(&[
        "--read-only",
        "--kubeconfig",
        &kubeconfig,
        "--context",
        context,
        "--bootstrap-server",
        bootstrap,
        "--prometheus",
        PROMETHEUS,
    ]);
    screen.wait("the pods and Kafka", FIRST_SYNC, |text| {
        text.contains("READ-ONLY") && text.contains("kafka ● 3/3") && text.contains("pods")
    });
    let mut seen: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut state = 20_261_121;
    for key in 0..KEYS {
        // A new pane and a way out of lines that are being typed, now and then.
        if key % 40 == 0 {
            screen.press("\x1b");
            std::thread::sleep(Duration::from_millis(60));
            screen.press(["1", "2", "3", "4", "5", "6", "0"][next(&mut state) % 7]);
        }
        screen.press(HAND[next(&mut state) % HAND.len()]);
        std::thread::sleep(Duration::from_millis(2));
        let text = screen
            .glance()
            .unwrap_or_else(|| panic!("the program ended after {key} keys"));
        for (kind, words) in [
            ("panes", "╭─ "),
            ("dialogs", "| preview"),
            ("confirmations", "READ-ONLY: it cannot be done from here"),
        ] {
            *seen.entry(kind).or_default() += usize::from(text.contains(words));
        }
        assert!(
            !text.contains("[ Cancel ]"),
            "nothing can be confirmed\n{text}"
        );
    }
    screen.press("\x1b");
    seen
}

#[test]
fn five_thousand_keys_in_read_only_mode_change_nothing() {
    let _lab = steady();
    for context in ["lab-admin", "lab-viewer"] {
        let since = jiff::Timestamp::now().to_string();
        let seen = press_at_random(context);
        println!("{context}: {seen:?}");
        for (kind, count) in &seen {
            assert!(*count > 0, "{context}: no {kind} reached: {seen:?}");
        }
        assert_eq!(seen.len(), 3);
        let audit = lab(&[
            "audit",
            "--user",
            context,
            "--agent",
            "plimsoll",
            "--since",
            &since,
            "--readonly",
        ]);
        assert_eq!(audit.code, 0, "something was changed:\n{}", audit.stdout);
        assert!(
            audit.stdout.contains("list"),
            "the audit log knows us: {}",
            audit.stdout
        );
    }
}
