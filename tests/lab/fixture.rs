//! The lab as a fixture: brought up once, shared or held alone, asked through `lab.py`.
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

use crate::wait::until;

pub(crate) const BOOTSTRAP: &str = "127.0.0.1:29192";
pub(crate) const PROMETHEUS: &str = "http://127.0.0.1:29090";

/// A health check may answer late on a busy machine: an unhealthy lab is asked so many times.
const HEALTH_TRIES: u32 = 6;
const HEALTH_PAUSE: Duration = Duration::from_secs(5);
/// What groups need after the last test that disturbed them.
const STABLE: Duration = Duration::from_secs(60);

static GATE: RwLock<()> = RwLock::new(());
static READY: OnceLock<Result<(), String>> = OnceLock::new();

/// The right to use the lab, until it is dropped.
pub(crate) struct Lab {
    _gate: Gate,
}

#[allow(dead_code, reason = "the guards are held, never read")]
enum Gate {
    Shared(RwLockReadGuard<'static, ()>),
    Alone(RwLockWriteGuard<'static, ()>),
}

/// The healthy lab for a test that only looks; others may look at the same time.
pub(crate) fn steady() -> Lab {
    let guard = GATE.read().unwrap_or_else(PoisonError::into_inner);
    demand_healthy();
    Lab {
        _gate: Gate::Shared(guard),
    }
}

/// The healthy lab for a test that disturbs it; nobody else has it meanwhile.
pub(crate) fn alone() -> Lab {
    let guard = GATE.write().unwrap_or_else(PoisonError::into_inner);
    demand_healthy();
    until("every consumer group is stable", STABLE, || {
        let states = kafka(
            "consumer-groups",
            &["--describe", "--all-groups", "--state"],
        );
        let groups = states.lines().filter(|line| line.contains("127.0.0.1"));
        let unstable = groups.filter(|line| !line.contains("Stable")).count();
        (unstable == 0).then_some(())
    });
    Lab {
        _gate: Gate::Alone(guard),
    }
}

fn demand_healthy() {
    if let Err(why) = READY.get_or_init(bring_up) {
        panic!("the lab is needed, and is not there: {why}");
    }
}

fn bring_up() -> Result<(), String> {
    let wanted = lab(&["up", "--dry-run"]).success();
    let state = states();
    if wanted
        .lines()
        .filter_map(|line| line.split('\t').next())
        .any(|name| !state.contains_key(name))
    {
        let up = lab(&["up"]);
        if up.code != 0 {
            return Err(format!("`lab.py up` failed:\n{}{}", up.stdout, up.stderr));
        }
    }
    for _ in 0..HEALTH_TRIES {
        let pods = [
            "wait",
            "--for=condition=Ready",
            "pods",
            "--all",
            "-A",
            "--timeout=20s",
        ];
        if lab(&["status"]).code == 0 && kubectl(&pods).code == 0 {
            return Ok(());
        }
        sleep(HEALTH_PAUSE);
    }
    let pods = kubectl(&["get", "pods", "-A"]).stdout;
    Err(format!(
        "it is not healthy:\n{}{pods}",
        lab(&["status"]).stdout
    ))
}

/// What `lab.py status` says of each process.
pub(crate) fn states() -> BTreeMap<String, String> {
    let text = lab(&["status", "--json"]).stdout;
    let rows: Vec<Value> = serde_json::from_str(&text).unwrap();
    let pair = |row: &Value| Some((row["name"].as_str()?.into(), row["state"].as_str()?.into()));
    rows.iter().filter_map(pair).collect()
}

/// What a command has said.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Answer {
    pub(crate) fn of(command: &mut Command) -> Self {
        let output = command.stdin(Stdio::null()).output().unwrap();
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The standard output of a command that has to succeed.
    #[track_caller]
    pub(crate) fn success(self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.stdout, self.stderr);
        self.stdout
    }

    #[track_caller]
    pub(crate) fn json(self) -> Value {
        let stderr = self.stderr.clone();
        let text = self.success();
        serde_json::from_str(&text).unwrap_or_else(|why| panic!("no JSON: {why}\n{text}{stderr}"))
    }
}

pub(crate) fn lab(args: &[&str]) -> Answer {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lab/lab.py");
    Answer::of(Command::new("python3").arg(script).args(args))
}

/// Kafka's own tools, by the names that `lab.py kafka` knows.
pub(crate) fn kafka(tool: &str, args: &[&str]) -> String {
    lab(&[&["kafka", tool], args].concat()).success()
}

pub(crate) fn kubectl(args: &[&str]) -> Answer {
    lab(&[&["k"], args].concat())
}

pub(crate) fn chaos(args: &[&str]) {
    lab(&[&["chaos"], args].concat()).success();
}

/// A directory of the lab, `LAB_RUN` or `LAB_CACHE`; or `KUBECONFIG`, the file with every context.
pub(crate) fn place(name: &str) -> PathBuf {
    let text = lab(&["env"]).success();
    let prefix = format!("export {name}=");
    let line = text.lines().find_map(|line| line.strip_prefix(&prefix));
    PathBuf::from(line.unwrap())
}

pub(crate) fn kubeconfig() -> String {
    place("KUBECONFIG").display().to_string()
}
