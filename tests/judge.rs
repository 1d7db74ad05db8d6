//! The cases of `fixtures/judge`, put to the pure functions; and properties of those over what nobody wrote down.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::disallowed_methods,
    reason = "tests"
)]

mod judge {
    mod bisect;
    pub(crate) mod kinds;
    mod ordering;
    pub(crate) mod polls;
    pub(crate) mod simulation;
}

use judge::{kinds, polls, simulation};

use serde_json::Value;

/// Whether an answer has all that is expected, and where it differs first. What is not expected may be anything.
fn differs(answer: &Value, expected: &Value, at: &str) -> Option<String> {
    match (answer, expected) {
        (Value::Object(answer), Value::Object(expected)) if expected.is_empty() => {
            (!answer.is_empty()).then(|| format!("{at} is not empty"))
        }
        (Value::Object(answer), Value::Object(expected)) => {
            expected.iter().find_map(|(key, value)| {
                let at = format!("{at}.{key}");
                match answer.get(key) {
                    Some(answer) => differs(answer, value, &at),
                    None => Some(format!("{at} is missing")),
                }
            })
        }
        (Value::Array(answer), Value::Array(expected)) if answer.len() == expected.len() => answer
            .iter()
            .zip(expected)
            .enumerate()
            .find_map(|(index, (answer, value))| differs(answer, value, &format!("{at}[{index}]"))),
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            ((a - b).abs() > 1e-6).then(|| format!("{at} is {a} and not {b}"))
        }
        (answer, expected) => {
            (answer != expected).then(|| format!("{at} is {answer} and not {expected}"))
        }
    }
}

#[test]
fn every_case_is_answered_as_it_says() {
    let mut wrong = Vec::new();
    let mut asked = std::collections::BTreeSet::new();
    for entry in std::fs::read_dir("fixtures/judge").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "json") {
            continue;
        }
        let file: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        for case in file["cases"].as_array().unwrap() {
            let kind = case["kind"].as_str().unwrap();
            asked.insert(kind.to_owned());
            let name = format!("{}: {}", path.display(), case["name"]);
            match kinds::answer(kind, case["input"].clone()) {
                Ok(answer) => {
                    if let Some(why) = differs(&answer, &case["expect"], "") {
                        wrong.push(format!("{name}: {why}"));
                    }
                }
                Err(why) => wrong.push(format!("{name}: {why}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let asked: Vec<String> = asked.into_iter().collect();
    assert_eq!(asked.join(", "), kinds::names(), "a kind without a case");
}

#[test]
fn a_wrong_question_is_told_what_is_wrong() {
    for (kind, input, told) in [
        (
            "nothing",
            "{}",
            "no KIND is called \"nothing\"; there are assignor",
        ),
        ("lag", "{}", "missing field `partitions`"),
        (
            "lag",
            r#"[{"partitions":[]},{"partition":[]}]"#,
            "input 1: unknown field `partition`",
        ),
        (
            "status",
            r#"{"poll_seconds":0,"samples":[]}"#,
            "poll_seconds must be above 0",
        ),
        (
            "owner",
            r#"{"group":"g","pin":"orders"}"#,
            "\"orders\" is no namespace/Kind/name",
        ),
    ] {
        let why = kinds::answer(kind, serde_json::from_str(input).unwrap()).unwrap_err();
        assert!(why.contains(told), "{why}");
    }
}

#[test]
fn polled_statuses_are_right_where_the_truth_is_known() {
    use plimsoll::insight::Status;
    for every in [5.0, 10.0, 30.0] {
        let said = simulation::simulate(every, 3);
        let of = |name: &str| &said[name];
        let healthy: Vec<&str> = simulation::healthy()
            .filter(|name| !name.starts_with("bursts"))
            .collect();
        let wrong: Vec<f64> = healthy
            .iter()
            .map(|name| of(name).share(Status::is_bad))
            .collect();
        let share = wrong.iter().sum::<f64>() / wrong.len() as f64;
        assert!(
            share <= 0.001,
            "{every} s: {share}: {wrong:?} of {healthy:?}"
        );
        // A minute in which four times as much comes in as before is a lag that grows.
        let bursts = of("bursts of a minute");
        assert!(
            bursts.share(Status::is_bad) <= 0.14,
            "{every} s: {bursts:?}"
        );
        for (name, status) in [
            ("stalls at 300 s", Status::Stall),
            ("stops at 300 s", Status::Stop),
        ] {
            let right = of(name).share(|said| said == status);
            assert!(right >= 1.0, "{every} s, {name}: {:?}", of(name));
        }
        let back = of("goes back at 300 s").latest();
        assert!(
            back.is_some_and(|seconds| seconds <= 1.1 * every),
            "{every} s: {back:?}"
        );
        let found = |name: &str, within: f64| {
            let latest = of(name).latest();
            assert!(
                latest.is_some_and(|seconds| seconds <= within),
                "{every} s, {name}: {latest:?}"
            );
        };
        let slow = every > 10.0;
        found("overload 1000 to 900", if slow { 380.0 } else { 200.0 });
        found(
            "overload by a fifth, from 600 s",
            if slow { 380.0 } else { 200.0 },
        );
        if !slow {
            found(
                "overload twice, from 600 s",
                if every > 5.0 { 120.0 } else { 60.0 },
            );
        }
    }
}

#[test]
fn a_group_that_is_polled_less_often_than_before_is_judged_all_the_same() {
    use plimsoll::insight::Status;
    let mut picture = polls::world(1);
    let mut at = 0.0;
    let mut poll = |every: f64, times: usize, reads: bool| {
        let mut committed = 0;
        for _ in 0..times {
            at += every;
            let end = (1_000.0 * at) as i64;
            committed = if reads { end - 500 } else { committed.max(1) };
            polls::poll(&mut picture, at, &[(true, Some(committed), end)]);
        }
        picture.history.group("g0000").unwrap().status.worst
    };
    // Fewer samples reach as far back: first many fewer, then one fewer with each change.
    assert_eq!(poll(1.0, 192, true), Status::Ok);
    assert_eq!(poll(10.0, 200, true), Status::Ok);
    assert_eq!(poll(1.0, 192, true), Status::Ok);
    for slower in 0..100 {
        let every = 1.0 + f64::from(slower) / 100.0;
        assert_eq!(poll(every, 3, true), Status::Ok);
    }
    assert_eq!(poll(10.0, 60, false), Status::Stall);
}
