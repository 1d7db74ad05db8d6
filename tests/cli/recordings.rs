//! Recordings from outside: written, played, refused.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use crate::call::{Ended, call};

/// Words in a folder of their own, where files are.
fn run(words: &str, home: &Path) -> Ended {
    call(&words.split(' ').collect::<Vec<_>>(), home)
}

fn record(home: &Path) -> Ended {
    run("record world.jsonl --demo --seed 7 --for 7s", home)
}

#[test]
fn what_is_recorded_is_shown_on_a_machine_that_has_nothing_but_the_file() {
    let home = tempfile::tempdir().unwrap();
    let ended = record(home.path());
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    assert!(
        ended
            .stdout
            .ends_with("to see it: plimsoll replay world.jsonl\n"),
        "{}",
        ended.stdout
    );
    let file = home.path().join("world.jsonl");
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let before = fs::read(&file).unwrap();

    let other = tempfile::tempdir().unwrap();
    fs::write(other.path().join("copy.jsonl"), &before).unwrap();
    let words = "replay copy.jsonl groups -o text --size 80x24 --at 0s";
    let ended = run(words, other.path());
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    for words in ["REPLAY", "Groups", "fraud", " ▶ 1x 00:00 / 00:0"] {
        assert!(ended.stdout.contains(words), "{words}:\n{}", ended.stdout);
    }
    assert_eq!(run(words, other.path()).stdout, ended.stdout);
    let there = fs::read_dir(other.path()).unwrap().count();
    assert_eq!(there, 1, "nothing else is written");

    let ended = record(home.path());
    assert_eq!(ended.code, Some(2));
    assert_eq!(
        ended.stderr,
        "plimsoll: record: world.jsonl: the file is there already; name another\n"
    );
    assert_eq!(fs::read(&file).unwrap(), before, "it is as it was");
}

#[test]
fn a_recording_that_becomes_too_large_ends_and_says_so() {
    let home = tempfile::tempdir().unwrap();
    let words = "record world.jsonl --demo --scale 100 --for 20s --max-mib 1";
    let ended = run(words, home.path());
    assert_eq!(ended.code, Some(4), "{}", ended.stderr);
    assert!(
        ended
            .stderr
            .contains("it ended early, at 1 MiB; allow more with --max-mib")
    );
    let size = fs::metadata(home.path().join("world.jsonl")).unwrap().len();
    assert!(size <= 1 << 20, "{size}");
}

#[test]
fn where_no_source_answers_the_exit_code_says_so() {
    let home = tempfile::tempdir().unwrap();
    let words = "record none.jsonl --no-kube --bootstrap-server 127.0.0.1:1 --for 1s";
    let ended = run(words, home.path());
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("no source answered"),
        "{}",
        ended.stderr
    );
}

#[test]
fn what_is_no_recording_is_refused_with_its_line_and_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    let header = "{\"plimsoll\":1}\n";
    let line = "{\"at\":1800000000000,\"site\":\"prod\",\"t\":\"commits\",\"d\":[]}\n";
    for (name, text, words) in [
        ("empty", String::new(), "line 1: no header"),
        (
            "other",
            "hello\n".to_owned(),
            "name a file of plimsoll record",
        ),
        (
            "newer",
            "{\"plimsoll\":2}\n".to_owned(),
            "use a newer plimsoll",
        ),
        (
            "bare",
            header.to_owned(),
            "nothing was recorded; record for longer",
        ),
        (
            "damaged",
            format!("{header}{line}nonsense\n{line}"),
            "line 3: expected ident at line 1 column 2; the file was changed or damaged since",
        ),
    ] {
        fs::write(home.path().join(name), text).unwrap();
        let ended = run(&format!("replay {name} -o text"), home.path());
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{name}");
        let begins = format!("plimsoll: recording: {name}: ");
        assert!(ended.stderr.starts_with(&begins), "{}", ended.stderr);
        assert!(ended.stderr.contains(words), "{words}: {}", ended.stderr);
        assert_eq!(ended.stderr.lines().count(), 1);
    }
    let ended = run("replay missing", home.path());
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.stderr.contains("missing: No such file"),
        "{}",
        ended.stderr
    );
}

#[test]
fn a_recording_that_breaks_off_is_shown_as_far_as_it_goes() {
    let home = tempfile::tempdir().unwrap();
    assert_eq!(record(home.path()).code, Some(0));
    let file = home.path().join("world.jsonl");
    let whole = fs::read_to_string(&file).unwrap();
    fs::write(&file, whole.split_at(whole.len() - 9).0).unwrap();
    let ended = run("replay world.jsonl -o text", home.path());
    assert_eq!(ended.code, Some(0));
    assert!(ended.stdout.contains("REPLAY"));
    let told = format!("line {} breaks off and is left out", whole.lines().count());
    assert!(ended.stderr.contains(&told), "{}", ended.stderr);
}

#[test]
fn hosts_have_other_names_where_that_is_asked_for() {
    let home = tempfile::tempdir().unwrap();
    let plain = run("record plain.jsonl --demo --seed 7 --for 1s", home.path());
    let words = "record hidden.jsonl --demo --seed 7 --for 1s --redact-hosts";
    let hidden = run(words, home.path());
    assert_eq!((plain.code, hidden.code), (Some(0), Some(0)));
    let text = |name: &str| fs::read_to_string(home.path().join(name)).unwrap();
    let (plain, hidden) = (text("plain.jsonl"), text("hidden.jsonl"));
    let is_address = |word: &&str| {
        let parts: Vec<&str> = word.split('.').collect();
        parts.len() == 4 && parts.iter().all(|part| part.parse::<u8>().is_ok())
    };
    let words = |text: &str| {
        let words = text.split(|letter: char| !(letter.is_alphanumeric() || letter == '.'));
        words.filter(is_address).count()
    };
    assert!(words(&plain) > 20);
    assert_eq!(words(&hidden), 0);
    assert!(plain.contains("\"site\":\"demo\"") && !hidden.contains("\"site\":\"demo\""));
    // What is joined by address is joined still.
    let shown = run(
        "replay hidden.jsonl groups -o text --size 160x40",
        home.path(),
    );
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    assert!(shown.stdout.contains("● "), "{}", shown.stdout);
}

#[test]
fn what_contradicts_a_recording_is_refused() {
    let home = tempfile::tempdir().unwrap();
    assert_eq!(record(home.path()).code, Some(0));
    for (flags, words) in [
        ("--at 2h", "--at: not in the recording; it goes from 20"),
        ("--at 2020-01-01T00:00:00Z", "--at: not in the recording"),
        ("--at soon", "no place: write it as 90s"),
        ("--speed 0", "--speed"),
        (
            "--bootstrap-server k:9092",
            "a recording uses no live system",
        ),
        ("--context prod", "a recording uses no live system"),
        ("--demo", "a recording is shown"),
        ("--seed 3", "belongs to the demo world"),
        ("--for 5s", "means nothing here"),
        ("-o json", "means nothing here"),
    ] {
        let ended = run(&format!("replay world.jsonl {flags}"), home.path());
        assert_eq!(ended.code, Some(2), "{flags}: {}", ended.stderr);
        assert!(ended.stderr.contains(words), "{flags}: {}", ended.stderr);
    }
    let ended = run("record again.jsonl --demo -o json", home.path());
    assert_eq!(ended.code, Some(2));
    assert!(!home.path().join("again.jsonl").exists());
}
