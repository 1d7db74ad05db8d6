//! Live, demo and replay say the same things in the same way.

use std::{collections::BTreeSet, fs, path::Path};

use plimsoll::{
    model::{Envelope, SECOND, Update},
    source::demo::World,
};

use crate::{
    screen::{Session, options},
    world::{self, START},
};

const KEYS: &[&str] = &[
    "2",
    "j j enter",
    "esc",
    "/ s enter",
    "3",
    "j enter",
    "b",
    "enter",
    "p",
    "n",
    "5",
    "right r",
    "1",
    "enter",
];

fn screens(said: &[Envelope], resize: (u16, u16)) -> Vec<String> {
    let mut session = Session::new(options(), START, (100, 30));
    let part = said.len() / KEYS.len();
    let mut screens = Vec::new();
    for (envelopes, keys) in said.chunks(part.max(1)).zip(KEYS) {
        session.feed(envelopes.iter().cloned());
        session.press(keys);
        screens.push(session.screen().picture());
    }
    session.resize(resize.0, resize.1);
    screens.push(session.screen().picture());
    screens
}

#[test]
fn a_recording_replayed_with_the_same_keys_shows_the_same_screens() {
    let said = world::demo(11, 200);
    let lines: Vec<String> = said
        .iter()
        .map(|envelope| serde_json::to_string(envelope).unwrap())
        .collect();
    let read: Vec<Envelope> = lines
        .iter()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect();
    let (live, replayed) = (screens(&said, (160, 50)), screens(&read, (160, 50)));
    assert_eq!(live.len(), KEYS.len() + 1);
    assert_eq!(live, replayed);
    let other: Vec<Envelope> = world::demo(12, 200);
    assert_ne!(
        live,
        screens(&other, (160, 50)),
        "other envelopes show other screens"
    );
}

/// The updates that files under a folder of `src/source` send, found in their text.
fn constructed(under: &Path, into: &mut BTreeSet<String>) {
    if under.is_dir() {
        for entry in fs::read_dir(under).unwrap() {
            constructed(&entry.unwrap().path(), into);
        }
        return;
    }
    let text = fs::read_to_string(under).unwrap();
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    for part in text.split("Update::").skip(1) {
        let name: String = part.chars().take_while(|c| c.is_alphanumeric()).collect();
        into.insert(name);
    }
}

/// `StatefulSets` for `statefulsets`, `PodUsage` for `pod_usage`.
fn plain(name: &str) -> String {
    name.replace('_', "").to_lowercase()
}

#[test]
fn the_demo_world_says_what_live_sources_say_and_no_more() {
    let all: BTreeSet<String> = Update::TAGS.iter().map(|tag| plain(tag)).collect();
    let mut live = BTreeSet::new();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/source");
    for file in [
        "kafka",
        "kafka.rs",
        "kube",
        "kube.rs",
        "prometheus.rs",
        "feed.rs",
        "prometheus",
    ] {
        let path = source.join(file);
        if path.exists() {
            constructed(&path, &mut live);
        }
    }
    let live: BTreeSet<String> = live.iter().map(|name| plain(name)).collect();
    let mut world = World::new(5, 1.0, START);
    let mut demo: BTreeSet<String> = BTreeSet::new();
    let mut said = world.opening();
    for minute in 1..=20 {
        said.extend(world.step(START.plus(minute * 60 * SECOND)));
        demo.extend(said.drain(..).map(|envelope| plain(envelope.update.tag())));
    }
    // Charts are only said to somebody who asks for them.
    let ask = plimsoll::model::ChartAsk {
        generation: 1,
        of: plimsoll::model::ChartOf::Brokers,
        range: 900_000,
        only: Vec::new(),
    };
    demo.insert(plain(world.answer(&ask).update.tag()));
    assert_eq!(live, all, "live sources send every update there is");
    assert_eq!(demo, all, "the demo world does too");
}
