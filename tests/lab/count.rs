//! A lab test that is declared and not run is as bad as one that fails.
use std::env::current_exe;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use crate::fixture::Answer;

/// Test functions in the sources of this directory; none may be ignored.
fn declared() -> usize {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lab");
    let mut count = 0;
    for entry in fs::read_dir(here).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for line in text.lines().map(str::trim) {
            count += usize::from(line == "#[test]" || line.starts_with("#[tokio::test"));
            assert!(
                !line.starts_with("#[ignore"),
                "{}: an ignored test",
                path.display()
            );
        }
    }
    count
}

#[test]
fn every_declared_lab_test_is_in_this_binary() {
    let list =
        Answer::of(Command::new(current_exe().unwrap()).args(["--list", "--format", "terse"]))
            .success();
    let here = list.lines().filter(|line| line.ends_with(": test")).count();
    // straight to the stream: the harness keeps what a passing test prints
    writeln!(
        std::io::stderr(),
        "lab tests: {} declared, {here} in this binary",
        declared()
    )
    .unwrap();
    assert_eq!(
        here,
        declared(),
        "a file of tests/lab is not a module of tests/lab/main.rs"
    );
}
