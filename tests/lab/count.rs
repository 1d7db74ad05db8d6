//! A lab test that is declared and not run is as bad as one that fails.
use std::env::current_exe;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::fixture::Answer;

/// The one reason to be left out: it is no test, it writes what tests read.
const RECORDER: &str = "#[ignore = \"writes fixtures";

fn sources(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// Test functions and recorders in the sources of this directory.
fn declared() -> (usize, usize) {
    let (mut tests, mut recorders) = (0, 0);
    for path in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lab")) {
        let text = fs::read_to_string(&path).unwrap();
        for line in text.lines().map(str::trim) {
            tests += usize::from(line == "#[test]" || line.starts_with("#[tokio::test"));
            let ignored = line.starts_with("#[ignore");
            recorders += usize::from(ignored);
            let allowed = !ignored || line.starts_with(RECORDER);
            assert!(allowed, "{}: an ignored test", path.display());
        }
    }
    (tests, recorders)
}

#[test]
fn every_declared_lab_test_is_in_this_binary() {
    let mut command = Command::new(current_exe().unwrap());
    let list = Answer::of(command.args(["--list", "--format", "terse"])).success();
    let here = list.lines().filter(|line| line.ends_with(": test")).count();
    let (tests, recorders) = declared();
    let message = "a file of tests/lab is not a module of tests/lab/main.rs";
    assert_eq!(here, tests, "{message}");
    // straight to the stream: the harness keeps what a passing test prints
    let run = tests - recorders;
    writeln!(std::io::stderr(), "\nlab tests declared: {run}").unwrap();
}
