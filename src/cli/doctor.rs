//! `plimsoll doctor`: each step from the kubeconfig to the first lag number, and the right to ask for where one is missing.

use tokio::sync::mpsc;

use crate::{
    model::Source,
    net::kube::exec::Plugins,
    source::{
        clock,
        doctor::{self, Came, LAG, Step},
    },
};

use super::{
    Code, Complaint, Environment, Exit, Format, ReportSettings, Settings, connect,
    exit::printable,
    report::{Document, Missing, print_items},
};

/// The keys of an item, with the titles of the table.
const COLUMNS: &[(&str, &str)] = &[
    ("STEP", "step"),
    ("STATE", "state"),
    ("SECONDS", "seconds"),
    ("TRIED", "tried"),
    ("FOUND", "said"),
];

/// Examines, and tells. Exit codes: 0 all is well; 3 there is no lag to be had; 4 there is, and something else is missing.
pub(super) async fn make(report: &ReportSettings, settings: &Settings, env: &Environment) -> Exit {
    let plugins = if env.stdin_is_terminal {
        Plugins::MayAsk
    } else {
        Plugins::Silent
    };
    let (live, warnings) = match connect::live(settings, env, true, plugins) {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    let (tell, mut told) = mpsc::unbounded_channel();
    Box::pin(doctor::examine(live.servers(), report.timeout, tell)).await;
    let mut steps: Vec<Step> = Vec::new();
    while let Some(step) = told.recv().await {
        steps.push(step);
    }
    let text = match report.format {
        Format::Table | Format::Text => lay_out(&steps),
        Format::Json | Format::Csv => {
            let document = Document {
                kind: "doctor",
                at: clock::now(),
                site: live.site.clone(),
                missing: missing(&steps),
                items: steps.iter().map(Step::item).collect(),
            };
            print_items(&document, COLUMNS, report)
        }
    };
    Exit {
        text,
        complaints: warnings
            .into_iter()
            .map(|why| Complaint::new("--command-config", why))
            .collect(),
        ..Exit::quiet(code(&steps, live.kafka.is_some(), report.partial_ok))
    }
}

/// The sources that cannot be read while a step fails.
fn missing(steps: &[Step]) -> Vec<Missing> {
    let source = |step: &str| match step {
        "API server" | "identity" | "rights" => Source::Pods,
        "pod and node metrics" => Source::PodMetrics,
        "Prometheus" => Source::Series,
        "groups" | LAG => Source::Lag,
        _ => Source::Metadata,
    };
    let failed = steps.iter().filter(|step| step.came == Came::Failed);
    failed
        .map(|step| Missing {
            source: source(step.step),
            state: step.came.word(),
            why: Some(step.said.as_str().into()),
        })
        .collect()
}

fn code(steps: &[Step], reads_kafka: bool, partial_ok: bool) -> Code {
    let came = |step: &Step| step.came;
    let has_lag = steps
        .iter()
        .any(|step| step.step == LAG && came(step) == Came::Fine);
    let is_sick = |step: &Step| matches!(came(step), Came::Failed | Came::Partly);
    if reads_kafka && !has_lag {
        Code::Nothing
    } else if steps.iter().any(is_sick) && !partial_ok {
        Code::Partial
    } else {
        Code::Fine
    }
}

/// For people: a step with its time, below it what was tried and what came of it; the rules at the end, whole, to be pasted.
fn lay_out(steps: &[Step]) -> String {
    let width = steps.iter().map(|of| of.step.len()).max().unwrap_or(0);
    let mut text = String::new();
    for step in steps {
        let took = step
            .took
            .map_or_else(String::new, |took| format!("{:.3} s", took.as_secs_f64()));
        let line = format!("{:<8} {:<width$}  {took:>8}", step.came.word(), step.step);
        text.push_str(line.trim_end());
        text.push('\n');
        for part in [&step.tried, &step.said] {
            if !part.is_empty() {
                text.push_str("         ");
                text.push_str(&printable(part));
                text.push('\n');
            }
        }
    }
    let mut rules: Vec<&str> = steps.iter().filter_map(|of| of.rule.as_deref()).collect();
    rules.dedup();
    if !rules.is_empty() {
        text.push_str("\n# An administrator grants what is missing with: kubectl apply -f FILE\n");
        text.push_str(&rules.join("---\n"));
    }
    text
}
