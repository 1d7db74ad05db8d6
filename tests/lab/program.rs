//! plimsoll itself, in an environment that holds nothing of the machine's user.
use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

use crate::fixture::{Answer, BOOTSTRAP, kubeconfig};

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_plimsoll");

/// No KUBECONFIG, no configuration file, UTF-8.
pub(crate) fn environment(home: &std::path::Path) -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        ("HOME", home.display().to_string()),
        ("LC_ALL", "C.UTF-8".into()),
        ("PATH", "/usr/local/bin:/usr/bin:/bin".into()),
        ("TERM", "xterm-256color".into()),
        ("COLORTERM", "truecolor".into()),
    ])
}

/// Runs a headless command to its end.
pub(crate) fn plimsoll(args: &[&str]) -> Answer {
    let home = tempfile::tempdir().unwrap();
    Answer::of(
        Command::new(BINARY)
            .args(args)
            .env_clear()
            .envs(environment(home.path())),
    )
}

/// `plimsoll snapshot VIEW -o json` as a user of the lab; its items.
#[track_caller]
pub(crate) fn snapshot(view: &str, context: &str) -> Vec<Value> {
    let kubeconfig = kubeconfig();
    let answer = plimsoll(&[
        "snapshot",
        view,
        "-o",
        "json",
        "--kubeconfig",
        &kubeconfig,
        "--context",
        context,
        "--bootstrap-server",
        BOOTSTRAP,
    ]);
    items(view, &answer.json())
}

/// The items of a complete report of this kind.
#[track_caller]
pub(crate) fn items(kind: &str, report: &Value) -> Vec<Value> {
    assert_eq!(report["plimsoll"], 1, "{report}");
    assert_eq!(report["kind"], kind, "{report}");
    assert_eq!(report["complete"], true, "{report}");
    report["items"].as_array().unwrap().clone()
}
