//! The house rules that no compiler checks: which room may use which, what pure rooms may not touch, sizes, lists that
//! must agree, and the crates that are let in. Each complaint names a place and says what to do.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "tidy/crates.rs"]
mod crates;
#[path = "tidy/lists.rs"]
mod lists;
#[path = "tidy/rooms.rs"]
mod rooms;
#[path = "tidy/scan.rs"]
mod scan;
#[path = "tidy/text.rs"]
mod text;

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Where the project lies.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Whether the path is that of Rust source.
fn is_rust(path: &str) -> bool {
    Path::new(path)
        .extension()
        .is_some_and(|ending| ending == "rs")
}

/// Text files of the project with their paths from its root, sorted. What others made or recorded is left out.
fn files(under: &str, endings: &[&str]) -> Vec<(String, String)> {
    const NOT_OURS: &[&str] = &["target", ".git", "fixtures"];
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = vec![root().join(under)];
    while let Some(folder) = folders.pop() {
        for entry in
            fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !NOT_OURS.contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                let text = fs::read_to_string(&path).unwrap();
                let short = path.strip_prefix(root()).unwrap();
                found.push((short.to_string_lossy().into_owned(), text));
            }
        }
    }
    assert!(
        !found.is_empty(),
        "no file under {under:?} ends with {endings:?}"
    );
    found.sort();
    found
}

/// Fails with all complaints at once.
fn assert_tidy(complaints: &[String]) {
    assert!(
        complaints.is_empty(),
        "{} complaints:\n{}",
        complaints.len(),
        complaints.join("\n")
    );
}

/// A check that was shown a fault must complain once, with these words.
fn assert_complains(complaints: &[String], words: &[&str]) {
    assert_eq!(complaints.len(), 1, "{complaints:#?}");
    for word in words {
        assert!(
            complaints[0].contains(word),
            "{word:?} in {:?}",
            complaints[0]
        );
    }
}
