//! Answers one question of the pure functions, so that cases can be put to them from outside:
//! `cargo run --example judge -- KIND < input.json`. A list of inputs is answered by a list. The kinds and their schemas are
//! in `fixtures/judge/README.md`.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "it is a filter"
)]

mod kinds;

use std::{io::Read, process::ExitCode};

fn run() -> Result<String, String> {
    let kind = std::env::args()
        .nth(1)
        .ok_or_else(|| format!("which KIND? one of: {}", kinds::names()))?;
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| format!("stdin: {error}"))?;
    let input =
        serde_json::from_str(&text).map_err(|error| format!("stdin is no JSON: {error}"))?;
    let answer = kinds::answer(&kind, input)?;
    serde_json::to_string_pretty(&answer).map_err(|error| error.to_string())
}

fn main() -> ExitCode {
    match run() {
        Ok(answer) => {
            println!("{answer}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("judge: {why}");
            ExitCode::from(2)
        }
    }
}
