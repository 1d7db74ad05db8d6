//! The program: arguments, colour of error reports, exit code.

use std::process::{ExitCode, Termination};

use plimsoll::{cli, term};

fn main() -> ExitCode {
    // Reports of our own bugs go to whoever runs us; they say where to send them.
    if color_eyre::config::HookBuilder::default()
        .display_env_section(false)
        .install()
        .is_ok()
    {
        term::hook_panics();
    }
    cli::main().report()
}
