//! Lists that say the same thing twice: files and panes, panes and keys, the map and what is there.

use std::collections::BTreeSet;

use plimsoll::{
    app::{ACTIONS, Action, ActionDef, PaneId},
    view::panes,
};

use super::{
    assert_complains, assert_tidy, files, is_rust,
    scan::{paths, scan},
};

/// Files beside the panes that are none.
const NO_PANES: &[&str] = &["cells"];

/// Files of `src/view/panes` that are in no list, by their stems.
fn check_pane_files(stems: &[&str], list: &str) -> Vec<String> {
    let used: Vec<String> = paths(&scan(list).tokens)
        .iter()
        .map(|used| used.path.join("::"))
        .collect();
    stems
        .iter()
        .filter(|stem| !NO_PANES.contains(stem))
        .filter(|stem| !used.contains(&format!("{stem}::PANE")))
        .map(|stem| {
            format!(
                "src/view/panes/{stem}.rs is no pane of the list: write `mod {stem};` and `&{stem}::PANE` into src/view/panes.rs, \
                 or make it a file of the pane that it belongs to (src/view/panes/PANE/{stem}.rs)"
            )
        })
        .collect()
}

/// Panes that no key shows, and keys that show no pane. A pane is its id, its title and its digit.
fn check_pane_keys(panes: &[(PaneId, &str, Option<char>)], actions: &[ActionDef]) -> Vec<String> {
    let mut complaints = Vec::new();
    for (id, title, digit) in panes {
        let Some(def) = actions.iter().find(|def| def.action == Action::Show(*id)) else {
            complaints.push(format!(
                "{title}: no key shows it: add Action::Show(PaneId::{id:?}) to src/app/action.rs"
            ));
            continue;
        };
        let digit = digit.map(String::from);
        if digit
            .as_deref()
            .is_some_and(|digit| !def.keys.contains(&digit))
        {
            complaints.push(format!(
                "{title}: its digit {digit:?} is not among its keys {:?}: make src/app/action.rs and the pane agree",
                def.keys
            ));
        }
        if !def.doc.starts_with(title) {
            complaints.push(format!(
                "{title}: the sentence of its key must begin with it, not {:?}",
                def.doc
            ));
        }
    }
    for def in actions {
        if let Action::Show(shown) = def.action
            && !panes.iter().any(|(id, ..)| *id == shown)
        {
            complaints.push(format!(
                "{:?} shows {shown:?}, which is not in src/view/panes.rs: remove it",
                def.keys
            ));
        }
    }
    complaints
}

/// Texts between backticks.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// Rooms that the map leaves out, and files that it names and that are not there.
fn check_map(map: &str, rooms: &[String], exists: impl Fn(&str) -> bool) -> Vec<String> {
    let quoted: BTreeSet<&str> = map.lines().flat_map(quoted).collect();
    let mut complaints: Vec<String> = rooms
        .iter()
        .filter(|room| {
            !quoted.contains(format!("{room}/").as_str())
                && !quoted.contains(format!("{room}.rs").as_str())
        })
        .map(|room| {
            format!(
                "src/ARCHITECTURE.md: nothing about {room}/: say in the code map what it is for"
            )
        })
        .collect();
    let gone = quoted
        .iter()
        .filter(|name| is_rust(name) && !name.contains("NAME"))
        .filter(|name| !exists(name));
    complaints.extend(
        gone.map(|name| format!("src/ARCHITECTURE.md: {name} is not there: correct the code map")),
    );
    complaints
}

/// Invariants without a test that is there.
fn check_invariants(map: &str, is_test: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found = 0;
    let mut complaints = Vec::new();
    for paragraph in map
        .split("\n\n")
        .flat_map(|part| part.split("\n- "))
        .filter(|part| part.contains("**Invariant"))
    {
        found += 1;
        let guards = paragraph
            .split_once("Guard")
            .map_or("", |(_, guards)| guards);
        let names = quoted(guards);
        let start: String = paragraph.chars().take(60).collect();
        if names.is_empty() {
            complaints.push(format!(
                "src/ARCHITECTURE.md: {start:?}: name the test that guards it: Guard: `test`"
            ));
        }
        for name in names.iter().filter(|name| !is_test(name)) {
            complaints.push(format!("src/ARCHITECTURE.md: {start:?}: there is no test {name}: write it, or correct the name"));
        }
    }
    if found == 0 {
        complaints.push("src/ARCHITECTURE.md: no **Invariant**".to_owned());
    }
    complaints
}

#[test]
fn every_pane_is_in_the_list() {
    let all = files("src/view/panes", &[".rs"]);
    let stems: Vec<&str> = all
        .iter()
        .filter_map(|(path, _)| path.strip_prefix("src/view/panes/")?.strip_suffix(".rs"))
        .filter(|stem| !stem.contains('/'))
        .collect();
    let list = files("src", &["panes.rs"]);
    assert_tidy(&check_pane_files(&stems, &list[0].1));
}

#[test]
fn every_pane_has_its_key() {
    let panes: Vec<_> = panes::ALL
        .iter()
        .map(|pane| (pane.id(), pane.title(), pane.digit()))
        .collect();
    assert_tidy(&check_pane_keys(&panes, ACTIONS));
    let titles: BTreeSet<&str> = panes.iter().map(|(_, title, _)| *title).collect();
    assert_eq!(titles.len(), panes.len(), "two panes have one title");
}

#[test]
fn the_map_names_what_is_there() {
    let map = include_str!("../../src/ARCHITECTURE.md");
    let sources = files("src", &[".rs"]);
    let rooms: BTreeSet<String> = sources
        .iter()
        .filter_map(|(path, _)| path.strip_prefix("src/"))
        .map(|inner| {
            inner
                .split('/')
                .next()
                .unwrap()
                .trim_end_matches(".rs")
                .to_owned()
        })
        .filter(|room| !["lib", "main"].contains(&room.as_str()))
        .collect();
    let rooms: Vec<String> = rooms.into_iter().collect();
    let all: Vec<String> = sources
        .iter()
        .chain(&files("tests", &[".rs"]))
        .map(|(path, _)| format!("/{path}"))
        .collect();
    // The map may leave out the room that it speaks of.
    let exists = |name: &str| all.iter().any(|path| path.ends_with(&format!("/{name}")));
    assert_tidy(&check_map(map, &rooms, exists));
}

#[test]
fn every_invariant_names_a_test_that_is_there() {
    let map = include_str!("../../src/ARCHITECTURE.md");
    let mut code = files("src", &[".rs"]);
    code.extend(files("tests", &[".rs"]));
    let is_test = |name: &str| {
        code.iter()
            .any(|(_, text)| text.contains(&format!("fn {name}(")))
    };
    assert_tidy(&check_invariants(map, is_test));
}

#[test]
fn a_pane_that_was_forgotten_is_found() {
    let list = "mod home;\nmod cells;\npub static ALL: &[&dyn Pane] = &[&home::PANE];";
    assert_tidy(&check_pane_files(&["home", "cells"], list));
    assert_complains(
        &check_pane_files(&["flow", "home"], list),
        &["flow.rs", "&flow::PANE"],
    );
    let panes = [(PaneId::Home, "Home", Some('1'))];
    let def = |keys, doc| ActionDef {
        action: Action::Show(PaneId::Home),
        keys,
        short: "",
        doc,
        place: plimsoll::app::Place::Everywhere,
        changes: false,
    };
    assert_tidy(&check_pane_keys(&panes, &[def(&["1"], "Home: all")]));
    assert_complains(&check_pane_keys(&panes, &[]), &["no key shows it"]);
    assert_complains(&check_pane_keys(&panes, &[def(&["2"], "Home")]), &["digit"]);
    assert_complains(
        &check_pane_keys(&panes, &[def(&["1"], "House")]),
        &["begin"],
    );
    assert_complains(
        &check_pane_keys(&[], &[def(&["1"], "Home")]),
        &["remove it"],
    );
}

#[test]
fn a_map_that_is_out_of_date_is_found() {
    let rooms = ["app".to_owned()];
    assert_tidy(&check_map("`app/` holds `app/key.rs`", &rooms, |name| {
        name == "app/key.rs"
    }));
    assert_complains(&check_map("", &rooms, |_| true), &["app/", "code map"]);
    assert_complains(
        &check_map("`app/` `app/old.rs`", &rooms, |_| false),
        &["app/old.rs"],
    );
    assert_tidy(&check_invariants(
        "- **Invariant 1** it holds. Guard: `it_holds`",
        |name| name == "it_holds",
    ));
    assert_complains(
        &check_invariants("**Invariant** `x` holds.", |_| true),
        &["name the test"],
    );
    assert_complains(
        &check_invariants("**Invariant** it holds. Guard: `it_fails`", |_| false),
        &["it_fails"],
    );
    assert_complains(
        &check_invariants("nothing", |_| true),
        &["no **Invariant**"],
    );
}
