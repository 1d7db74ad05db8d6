//! Sizes of files, their names, and what must not be left lying about in them.

use super::{assert_complains, assert_tidy, files, is_rust, scan::scan};

/// Lines that a file may have.
const LONGEST: usize = 500;
const READ_BY_PEOPLE: &[&str] = &[
    ".rs", ".md", ".py", ".sh", ".toml", ".yaml", ".yml", ".java", ".go", ".in", "run",
];

fn check_size(path: &str, text: &str) -> Vec<String> {
    let lines = text.lines().count();
    if lines <= LONGEST {
        return Vec::new();
    }
    vec![format!(
        "{path}: {lines} lines, {LONGEST} at most: give a part that has a name of its own its own file"
    )]
}

fn check_name(path: &str) -> Vec<String> {
    let stem = path.rsplit('/').next().unwrap_or(path);
    if stem == "mod.rs" {
        return vec![format!(
            "{path}: write foo.rs beside foo/, so that a file is found by its name"
        )];
    }
    let vague = [
        "util", "utils", "helper", "helpers", "manager", "misc", "common",
    ];
    if path.starts_with("src/") && vague.iter().any(|word| stem == format!("{word}.rs")) {
        return vec![format!("{path}: name it after what it holds")];
    }
    Vec::new()
}

/// Marks of work that was put off.
fn check_marks(path: &str, text: &str) -> Vec<String> {
    const MARKS: &[&str] = &["TODO", "FIXME", "XXX", "HACK"];
    let lines: Vec<(usize, String)> = if is_rust(path) {
        let documentation = text
            .lines()
            .enumerate()
            .map(|(at, line)| (at + 1, line.trim().to_owned()));
        let documentation =
            documentation.filter(|(_, line)| line.starts_with("///") || line.starts_with("//!"));
        scan(text)
            .comments
            .into_iter()
            .chain(documentation)
            .collect()
    } else {
        text.lines()
            .enumerate()
            .map(|(at, line)| (at + 1, line.to_owned()))
            .collect()
    };
    let words = |line: &str, mark: &str| {
        line.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
            .any(|word| word == mark)
    };
    lines
        .iter()
        .filter_map(|(at, line)| {
            let mark = MARKS.iter().find(|mark| words(line, mark))?;
            Some(format!(
                "{path}:{at}: {mark}: do it now, or write an issue and leave no mark"
            ))
        })
        .collect()
}

/// Code that is kept in comments, and prints that are left from a search for a fault.
fn check_leftovers(path: &str, text: &str) -> Vec<String> {
    let scan = scan(text);
    let looks_like_code = |comment: &str| {
        comment.ends_with([';', '{', '}'])
            || comment.ends_with("},")
            || comment.ends_with(");")
            || comment.starts_with("#[")
    };
    let dead = scan.comments.iter().filter(|(_, comment)| {
        // The last line decides in a comment of several.
        looks_like_code(comment.lines().last().unwrap_or_default().trim())
    });
    let mut complaints: Vec<String> = dead
        .map(|(line, _)| {
            format!("{path}:{line}: code in a comment: delete it, the history keeps it")
        })
        .collect();
    for pair in scan.tokens.windows(2) {
        if pair[0].text == "dbg" && pair[1].text == "!" {
            complaints.push(format!("{path}:{}: dbg!: remove it", pair[0].line));
        }
    }
    complaints
}

#[test]
fn no_file_is_too_long() {
    let all = files("", READ_BY_PEOPLE);
    let complaints: Vec<String> = all
        .iter()
        .flat_map(|(path, text)| check_size(path, text))
        .collect();
    assert_tidy(&complaints);
}

#[test]
fn files_are_named_after_what_they_hold() {
    let all = files("", &[".rs"]);
    let complaints: Vec<String> = all.iter().flat_map(|(path, _)| check_name(path)).collect();
    assert_tidy(&complaints);
}

#[test]
fn nothing_is_left_lying_about() {
    let all = files("", READ_BY_PEOPLE);
    let mut complaints = Vec::new();
    for (path, text) in &all {
        // These rules name the marks that they look for.
        if path != "tests/tidy/text.rs" {
            complaints.extend(check_marks(path, text));
        }
        if is_rust(path) {
            complaints.extend(check_leftovers(path, text));
        }
    }
    assert_tidy(&complaints);
}

#[test]
fn a_long_file_a_bad_name_and_leftovers_are_found() {
    assert_complains(
        &check_size("src/a.rs", &"x\n".repeat(501)),
        &["501", "file"],
    );
    assert_tidy(&check_size("src/a.rs", &"x\n".repeat(500)));
    assert_complains(&check_name("src/app/mod.rs"), &["foo.rs"]);
    assert_complains(&check_name("src/app/helpers.rs"), &["what it holds"]);
    assert_complains(
        &check_marks("src/a.rs", "fn a() {} // TODO later"),
        &["src/a.rs:1", "issue"],
    );
    assert_complains(&check_marks("src/a.rs", "\n/// FIXME"), &["src/a.rs:2"]);
    assert_complains(&check_marks("tests/lab/a.py", "# TODO"), &["a.py:1"]);
    assert_tidy(&check_marks("src/a.rs", "const WORD: &str = \"TODO\";"));
    for dead in [
        "// let a = 1;",
        "// if a {",
        "/* fn a() {} */",
        "// #[test]",
    ] {
        assert_complains(&check_leftovers("src/a.rs", dead), &["history"]);
    }
    assert_complains(
        &check_leftovers("src/a.rs", "fn a() { dbg!(1); }"),
        &["dbg!"],
    );
    assert_tidy(&check_leftovers(
        "src/a.rs",
        "// A sentence; and another.\nfn a() {}",
    ));
}
