//! Which room may use which, and what each may not touch.

use super::{
    assert_complains, assert_tidy, files,
    scan::{Token, Used, paths, scan, without_tests},
};

/// Each room, and the rooms that it may use. `src/ARCHITECTURE.md` says why.
const ROOMS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("insight", &["model"]),
    ("plan", &["model", "insight"]),
    ("app", &["model", "insight", "plan"]),
    ("view", &["model", "insight", "plan", "app"]),
    ("net", &[]),
    ("source", &["model", "plan", "app", "net"]),
    ("act", &["model", "plan", "app", "net"]),
    ("term", &[]),
    ("log", &["model", "app", "source"]),
    (
        "run",
        &["model", "app", "view", "source", "act", "log", "term"],
    ),
    (
        "cli",
        &[
            "model", "insight", "plan", "app", "view", "net", "source", "act", "term", "log", "run",
        ],
    ),
    ("main", &["cli", "term"]),
    ("lib", &[]),
];

/// What one room or several may not touch, and what to do instead.
struct Ban {
    rooms: &'static [&'static str],
    /// Beginnings of paths.
    paths: &'static [&'static [&'static str]],
    /// Words anywhere in a path.
    words: &'static [&'static str],
    macros: &'static [&'static str],
    methods: &'static [&'static str],
    instead: &'static str,
}

const PURE: &[&str] = &["model", "insight", "plan", "app"];

const BANS: &[Ban] = &[
    Ban {
        rooms: PURE,
        paths: &[
            &["tokio"],
            &["futures"],
            &["hyper"],
            &["reqwest"],
            &["rustls"],
            &["kafka_protocol"],
            &["k8s_openapi"],
            &["tracing"],
            &["std", "fs"],
            &["std", "net"],
            &["std", "env"],
            &["std", "io"],
            &["std", "process"],
            &["std", "thread"],
        ],
        words: &["Instant", "SystemTime"],
        macros: &["println", "eprintln", "print", "eprint"],
        methods: &[],
        instead: "this room is pure: take it as an argument, or return an Effect for the shell",
    },
    Ban {
        rooms: PURE,
        paths: &[&["ratatui"], &["crossterm"]],
        words: &[],
        macros: &[],
        methods: &[],
        instead: "this room knows meaning, not looks: give a Role or a number, and let view draw it",
    },
    Ban {
        rooms: PURE,
        paths: &[],
        words: &[],
        macros: &["panic", "unreachable", "todo", "unimplemented"],
        methods: &["unwrap", "expect"],
        instead: "this room never panics: make a bad value None, or a note in Health",
    },
    Ban {
        rooms: &[
            "model", "insight", "plan", "app", "view", "source", "term", "log", "run",
        ],
        paths: &[&["rskafka"]],
        words: &["Writer", "Admin", "Hands", "Permit"],
        macros: &[],
        methods: &[],
        instead: "only act holds clients that write, and only cli makes them: give an Order",
    },
    Ban {
        rooms: &["view"],
        paths: &[
            &["tokio"],
            &["std", "fs"],
            &["std", "net"],
            &["std", "env"],
            &["std", "process"],
            &["std", "thread"],
        ],
        words: &["Instant", "SystemTime"],
        macros: &[],
        methods: &[],
        instead: "view only draws: let the shell do it and put what is to be shown into App",
    },
    Ban {
        rooms: &[
            "model", "insight", "plan", "app", "view", "net", "source", "act", "cli", "run",
        ],
        paths: &[],
        words: &["HashMap", "HashSet"],
        macros: &[],
        methods: &[],
        instead: "its order differs from run to run: use BTreeMap or BTreeSet",
    },
];

/// The modules from the crate's root to a file: `src/app/state/lines.rs` is `app`, `state`, `lines`.
fn module(path: &str) -> Vec<&str> {
    let inner = path.strip_prefix("src/").unwrap_or(path);
    inner
        .strip_suffix(".rs")
        .unwrap_or(inner)
        .split('/')
        .collect()
}

/// What a path means from the crate's root; None for what is not of this crate.
fn resolve(module: &[&str], path: &[String]) -> Option<Vec<String>> {
    let up = |supers: usize| {
        let kept = module.len().saturating_sub(supers);
        module[..kept].iter().map(|part| (*part).to_owned())
    };
    let first = path.first()?;
    if first == "crate" || first == "plimsoll" {
        return Some(path[1..].to_vec());
    }
    let supers = path.iter().take_while(|part| *part == "super").count();
    (supers > 0).then(|| up(supers).chain(path[supers..].iter().cloned()).collect())
}

fn code(path: &str, text: &str) -> Vec<Token> {
    // A module file of its own for tests is built with tests only.
    if path.ends_with("/tests.rs") || path.contains("/tests/") {
        return Vec::new();
    }
    without_tests(&scan(text).tokens)
}

/// Rooms that the file uses and may not.
fn check_order(path: &str, text: &str) -> Vec<String> {
    let module = module(path);
    let room = module[0];
    let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
        return vec![format!(
            "{path}: {room} is no room: put the file into a room, or the room into ROOMS of tests/tidy/rooms.rs, \
             DESIGN and src/ARCHITECTURE.md"
        )];
    };
    let mut complaints = Vec::new();
    for Used { path: used, line } in paths(&code(path, text)) {
        let Some(other) = resolve(&module, &used).and_then(|whole| whole.first().cloned()) else {
            continue;
        };
        if other != room && !allowed.contains(&other.as_str()) {
            let may = if allowed.is_empty() {
                "no room".to_owned()
            } else {
                allowed.join(", ")
            };
            complaints.push(format!(
                "{path}:{line}: {} in {room}, which may use {may}: move what both need into a room that both may use",
                used.join("::")
            ));
        }
    }
    complaints
}

/// What the file touches and may not.
fn check_bans(path: &str, text: &str) -> Vec<String> {
    let room = module(path)[0];
    let code = code(path, text);
    let mut complaints = Vec::new();
    let mut complain = |line: usize, what: &str, instead: &str| {
        complaints.push(format!("{path}:{line}: {what} in {room}; {instead}"));
    };
    for ban in BANS.iter().filter(|ban| ban.rooms.contains(&room)) {
        for Used { path: used, line } in paths(&code) {
            let banned = ban
                .paths
                .iter()
                .any(|start| used.iter().take(start.len()).eq(start.iter()))
                || ban
                    .words
                    .iter()
                    .any(|word| used.iter().any(|part| part == word));
            if banned {
                complain(line, &used.join("::"), ban.instead);
            }
        }
        for three in code.windows(3) {
            let [before, word, after] = [&three[0].text, &three[1].text, &three[2].text];
            if after == "!" && ban.macros.contains(&word.as_str()) {
                complain(three[1].line, &format!("{word}!"), ban.instead);
            }
            if before == "." && after == "(" && ban.methods.contains(&word.as_str()) {
                complain(three[1].line, &format!(".{word}()"), ban.instead);
            }
        }
    }
    complaints
}

/// Drawing gets the app to look at, never to change.
fn check_drawing(path: &str, text: &str) -> Vec<String> {
    code(path, text)
        .windows(3)
        .filter(|three| {
            three
                .iter()
                .map(|t| t.text.as_str())
                .eq(["&", "mut", "App"])
        })
        .map(|three| {
            format!(
                "{path}:{}: &mut App in view; change the app in App::handle or App::settle",
                three[0].line
            )
        })
        .collect()
}

#[test]
fn rooms_use_only_rooms_above_them() {
    let all = files("src", &[".rs"]);
    let complaints: Vec<String> = all
        .iter()
        .flat_map(|(path, text)| check_order(path, text))
        .collect();
    assert_tidy(&complaints);
}

#[test]
fn pure_rooms_touch_nothing_outside_and_never_panic() {
    let all = files("src", &[".rs"]);
    let complaints: Vec<String> = all
        .iter()
        .flat_map(|(path, text)| check_bans(path, text))
        .collect();
    assert_tidy(&complaints);
}

#[test]
fn drawing_cannot_change_the_app() {
    let all = files("src/view", &[".rs"]);
    let complaints: Vec<String> = all
        .iter()
        .flat_map(|(path, text)| check_drawing(path, text))
        .collect();
    assert_tidy(&complaints);
}

#[test]
fn a_use_of_a_room_below_is_found_however_it_is_written() {
    for planted in [
        "use crate::view::Theme;",
        "use crate::{model::Time, view::Theme};",
        "fn f() { crate::view::draw() }",
        "use super::super::view::Theme;",
        "use super::{super::{view::{self}}, Action};",
    ] {
        assert_complains(
            &check_order("src/app/state.rs", planted),
            &["src/app/state.rs:1", "view", "move"],
        );
    }
    assert_complains(
        &check_order("src/net/kafka/conn.rs", "\nuse crate::model::Time;"),
        &[":2", "no room"],
    );
    assert_complains(&check_order("src/util.rs", ""), &["util is no room"]);
    for fine in [
        "use crate::model::Time;",
        "use super::super::model::Time;",
        "use super::view::Theme;",
        "// crate::view\nconst A: &str = \"crate::view\";",
        "#[cfg(test)]\nmod tests { use crate::view::Theme; }",
    ] {
        assert_tidy(&check_order("src/app/state.rs", fine));
    }
}

#[test]
fn a_clock_a_file_a_colour_and_a_panic_are_found_in_pure_rooms() {
    let planted: &[(&str, &str)] = &[
        ("use std::time::Instant;", "argument"),
        (
            "fn f() { let _ = std::time::SystemTime::now(); }",
            "argument",
        ),
        ("use std::{collections::BTreeMap, fs};", "argument"),
        ("use tokio::sync::mpsc;", "argument"),
        ("use ratatui::style::Color;", "Role"),
        ("fn f() { x.unwrap(); }", "never panics"),
        ("fn f() { x\n .expect(\"y\"); }", "never panics"),
        ("fn f() { panic!(\"no\"); }", "never panics"),
        ("use std::collections::HashMap;", "BTreeMap"),
    ];
    for (text, words) in planted {
        assert_complains(
            &check_bans("src/insight/lag.rs", text),
            &["src/insight/lag.rs:", words],
        );
    }
    assert_complains(
        &check_bans("src/view/body.rs", "use std::env;"),
        &["view only draws"],
    );
    assert_complains(
        &check_drawing("src/view/body.rs", "fn f(app: &mut App) {}"),
        &["App::handle"],
    );
    assert_tidy(&check_bans(
        "src/insight/lag.rs",
        "fn f() { x.unwrap_or(0); }",
    ));
    assert_tidy(&check_bans(
        "src/insight/lag.rs",
        "#[cfg(test)]\nmod t { fn f() { x.unwrap(); } }",
    ));
    assert_tidy(&check_bans(
        "src/source/clock.rs",
        "use std::time::SystemTime;",
    ));
}
