//! A program that takes the terminal as plimsoll does, waits for a key, and panics: on the thread that draws, or on another
//! one first.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "it is there to panic"
)]

use std::io::{Read, Write};

use plimsoll::term::{self, Terminal};

fn main() {
    term::hook_panics();
    let _terminal = Terminal::enter(true).unwrap();
    let elsewhere = std::thread::spawn(|| panic!("elsewhere, on purpose"));
    assert!(elsewhere.join().is_err());
    print!("still here");
    std::io::stdout().flush().unwrap();
    let mut key = [0];
    std::io::stdin().read_exact(&mut key).unwrap();
    panic!("here, on purpose");
}
