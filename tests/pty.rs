//! The program on a terminal of its own: a pseudo terminal, with a screen that is read.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and waits for a real process"
)]

#[path = "pty/program.rs"]
mod program;

use std::{
    process::{Command, Stdio},
    time::Instant,
};

use program::{Program, Running, SECOND};

#[test]
fn it_starts_and_quits_and_gives_the_terminal_back() {
    let mut program = Program::start((80, 24), &[]);
    program.wait_for("1 Home");
    program.wait_for("what hurts now");
    assert!(program.is_on_alternate_screen(), "{}", program.text());
    assert!(program.is_cursor_hidden());
    program.press("2");
    program.wait_for("─ Groups ─");
    program.press("q");
    assert_eq!(program.exit_code(), 0);
    program.assert_restored();
}

#[test]
fn signals_end_it_within_a_second_and_the_terminal_is_restored() {
    for signal in ["TERM", "HUP", "INT"] {
        let mut program = Program::start((80, 24), &[]);
        program.wait_for("what hurts now");
        let before = Instant::now();
        program.signal(signal);
        assert_eq!(program.exit_code(), 130, "ended by a signal");
        assert!(
            before.elapsed() < SECOND,
            "SIG{signal}: {:?}",
            before.elapsed()
        );
        program.assert_restored();
    }
}

#[test]
fn a_panic_gives_the_terminal_back_before_its_report() {
    let mut program = Program::panics((80, 24));
    program.wait_for("still here");
    let text = program.text();
    assert!(
        !text.contains("on purpose"),
        "a panic of a task leaves the screen alone: {text}"
    );
    assert!(program.is_on_alternate_screen());
    program.press("x");
    assert_eq!(program.exit_code(), 101);
    program.assert_restored();
    program.wait_for("here, on purpose");
}

#[test]
fn when_the_terminal_goes_away_the_process_ends_too() {
    let mut program = Program::start((80, 24), &[]);
    program.wait_for("what hurts now");
    program.close();
    program.assert_gone_within(SECOND);
}

#[test]
fn another_size_is_drawn_at_once() {
    let mut program = Program::start((80, 24), &[]);
    program.wait_for("what hurts now");
    program.resize(120, 40);
    program.wait_until("the frame is 120 wide and 40 high", |screen| {
        let rows: Vec<String> = screen.rows(0, 120).collect();
        rows[2].chars().count() == 120 && rows[38].starts_with('╰') && rows[39].contains("quit")
    });
    program.resize(20, 5);
    program.wait_until("one line is left", |screen| {
        let rows: Vec<String> = screen.rows(0, 20).collect();
        !rows[0].is_empty() && !rows.iter().any(|row| row.contains('╭'))
    });
    program.resize(80, 24);
    program.wait_for("what hurts now");
    program.press("q");
    assert_eq!(program.exit_code(), 0);
}

#[test]
fn ctrl_z_stops_it_with_the_terminal_restored_and_a_continue_brings_it_back() {
    let mut program = Program::start((80, 24), &[]);
    program.wait_for("what hurts now");
    program.press("\x1a");
    program.wait_for_state(Running::Stopped);
    program.assert_restored();
    program.signal("CONT");
    program.wait_for_state(Running::Yes);
    program.wait_for("what hurts now");
    assert!(program.is_on_alternate_screen());
    assert!(program.is_cursor_hidden());
    program.press("3");
    program.wait_for("─ Topics ─");
    program.press("q");
    assert_eq!(program.exit_code(), 0);
    program.assert_restored();
}

#[test]
fn nothing_but_the_screen_is_written_while_it_is_up() {
    // stderr is a file: what is written there would not be on the screen, and must not be anywhere.
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("stderr");
    let mut program = Program::with_stderr((80, 24), &["-vv"], &file);
    program.wait_for("what hurts now");
    for key in ["2", "\r", "L", "?", "q", "0"] {
        program.press(key);
    }
    program.wait_for("─ Sources ─");
    program.press("q");
    assert_eq!(program.exit_code(), 0);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "");
}

/// Whether any letter has a colour with these variables set.
fn coloured(environment: &[(&str, &str)]) -> bool {
    let mut program = Program::in_environment((80, 24), environment);
    program.wait_for("FALLING");
    let screen = program.screen();
    let cells = (0..24).flat_map(|row| (0..80).map(move |column| (row, column)));
    let found = cells
        .filter_map(|(row, column)| screen.cell(row, column))
        .any(|cell| cell.fgcolor() != vt100::Color::Default);
    program.press("q");
    assert_eq!(program.exit_code(), 0);
    program.assert_restored();
    found
}

#[test]
fn colours_are_for_terminals_that_want_them() {
    assert!(coloured(&[("TERM", "xterm-256color")]));
    assert!(!coloured(&[("TERM", "xterm-256color"), ("NO_COLOR", "1")]));
}

#[test]
fn ctrl_s_saves_what_was_said_and_it_can_be_played() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().to_str().unwrap();
    let mut program = Program::in_environment((100, 24), &[("XDG_STATE_HOME", state)]);
    program.wait_for("FALLING");
    for copies in 1..=2 {
        program.press("\x13");
        program.wait_for("saved /");
        let saved = std::fs::read_dir(folder.path().join("plimsoll/recordings")).unwrap();
        let saved: Vec<_> = saved.map(|entry| entry.unwrap().path()).collect();
        assert_eq!(saved.len(), copies, "none is written over: {saved:?}");
        program.press("2");
        program.wait_until("the word is gone", |screen| {
            !screen.contents().contains("saved /")
        });
    }
    program.press("q");
    assert_eq!(program.exit_code(), 0);

    let saved = std::fs::read_dir(folder.path().join("plimsoll/recordings")).unwrap();
    let file = saved.last().unwrap().unwrap().path();
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let mut program = Program::replays((80, 24), &file);
    program.wait_for("REPLAY");
    program.wait_for("FALLING");
    program.wait_for("paused");
    program.press("2");
    program.wait_for("─ Groups ─");
    program.press("q");
    assert_eq!(program.exit_code(), 0);
    program.assert_restored();
}

#[test]
fn the_mouse_is_taken_given_back_and_left_alone_when_told_so() {
    let mut program = Program::start((80, 24), &[]);
    program.wait_for("what hurts now");
    assert!(program.has_mouse());
    program.press("M");
    program.wait_for("the mouse is the terminal's");
    assert!(!program.has_mouse());
    program.press("M");
    program.wait_for("the mouse is ours");
    program.press("q");
    assert_eq!(program.exit_code(), 0);
    program.assert_restored();
    assert!(!program.has_mouse());
    let mut program = Program::start((80, 24), &["--no-mouse"]);
    program.wait_for("what hurts now");
    assert!(!program.has_mouse());
    program.press("q");
    assert_eq!(program.exit_code(), 0);
}

#[test]
fn a_theme_of_ones_own_is_shown_anew_when_it_is_saved() {
    let folder = tempfile::tempdir().unwrap();
    let themes = folder.path().join("plimsoll/themes");
    std::fs::create_dir_all(&themes).unwrap();
    let file = themes.join("mine.toml");
    std::fs::write(&file, "[text]\nfg = \"#102030\"\n").unwrap();
    let config = folder.path().to_str().unwrap();
    let environment = [("XDG_CONFIG_HOME", config), ("PLIMSOLL_THEME", "mine")];
    let mut program = Program::in_environment((80, 24), &environment);
    program.wait_for("what hurts now");
    save(&file, "[tetx]\n", 1_000_000_000);
    program.wait_for("[tetx] is no role");
    save(&file, "[text]\nfg = \"#405060\"\n", 1_000_000_100);
    program.wait_for("theme mine");
    program.press("q");
    assert_eq!(program.exit_code(), 0);
}

/// A file that is saved with another moment, whatever the clock of the file system can tell apart.
fn save(file: &std::path::Path, text: &str, seconds: u64) {
    std::fs::write(file, text).unwrap();
    let open = std::fs::File::options().write(true).open(file).unwrap();
    let moment = std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
    open.set_modified(moment).unwrap();
}

#[test]
fn a_config_file_is_read_again_when_it_is_saved_and_a_broken_one_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("plimsoll");
    std::fs::create_dir_all(&config).unwrap();
    let file = config.join("config.toml");
    let environment = [("XDG_CONFIG_HOME", folder.path().to_str().unwrap())];
    let mut program = Program::in_environment((80, 24), &environment);
    program.wait_for("what hurts now");
    program.press("2");
    program.wait_for("DRAIN");
    let text = "[columns]\ngroups = [\"GROUP\", \"LAG\"]\n[keys]\nshow-topics = \"f9\"\n";
    save(&file, text, 1_000_000_000);
    program.wait_for("config.toml: new: [keys], [columns]");
    program.wait_until("the columns are those of the file", |screen| {
        !screen.contents().contains("DRAIN")
    });
    save(&file, &format!("{text}refrsh = [\n"), 1_000_000_100);
    program.wait_for("config.toml:5:");
    save(&file, &format!("colums = 1\n{text}"), 1_000_000_200);
    program.wait_for("config.toml:1:1: unknown key \"colums\"");
    program.wait_for("did you mean columns?");
    // What held before still does.
    program.press("\x1b[20~");
    program.wait_for("─ Topics ─");
    save(&file, text, 1_000_000_300);
    program.wait_for("config.toml: read again");
    program.press("q");
    assert_eq!(program.exit_code(), 0);
}

#[test]
fn a_dumb_terminal_gets_no_colours() {
    assert!(!coloured(&[("TERM", "dumb")]));
}

#[test]
fn a_terminal_of_20x5_is_enough_for_one_readable_line() {
    let mut program = Program::start((20, 5), &[]);
    program.wait_for("FALLING fraud");
    program.press("q");
    assert_eq!(program.exit_code(), 0);
    program.assert_restored();
}

#[test]
fn without_a_terminal_it_says_so_and_what_to_do() {
    let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .arg("demo")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let words = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{words}");
    assert!(output.stdout.is_empty());
    for part in ["not a terminal", "ssh -t", "plimsoll lag"] {
        assert!(words.contains(part), "{part:?} is not in {words}");
    }
}
