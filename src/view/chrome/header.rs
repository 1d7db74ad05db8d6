//! The first line: which site, how its systems are, and what may be done.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{App, Cx, Role},
    model::{Health, Source, State, System},
    view::{Part, Theme, text},
};

use super::run;

/// How a system is doing: a mark, a word where one is needed, and what that means.
pub(super) fn system(app: &App, cx: &Cx<'_>, system: System) -> (String, Role) {
    let of: Vec<&Health> = app
        .picture
        .site
        .health
        .iter()
        .filter(|(source, _)| source.system() == system)
        .map(|(_, health)| health)
        .collect();
    if of.is_empty() {
        return ("-".to_owned(), Role::Dim);
    }
    let sick = of
        .iter()
        .filter(|health| health.report.state.is_sick())
        .max_by_key(|health| {
            let known = health.last_ok.map_or(i64::MAX, |at| cx.now.since(at));
            // One that was well before has an age to tell.
            (
                health.last_ok.is_some(),
                health.report.state.word() == "unreachable",
                known,
            )
        });
    if let Some(sick) = sick {
        let mark = cx.mark("✗", "x");
        let age = sick
            .last_ok
            .map_or_else(String::new, |at| format!(" {}", cx.age(at)));
        return (
            format!("{mark} {}{age}", sick.report.state.word()),
            Role::Bad,
        );
    }
    for health in &of {
        if let (Some(every), Some(at)) = (health.report.every, health.last_ok) {
            cx.rolls_at(at.plus(3 * every + 1));
            if let Some(age) = health.stale_for(cx.now) {
                return (
                    format!("{} stale {}", cx.mark("◌", "o"), text::span(age)),
                    Role::Warn,
                );
            }
        }
    }
    if of
        .iter()
        .any(|health| health.report.state.word() == "syncing")
    {
        return (format!("{} syncing", cx.mark("◌", "o")), Role::Warn);
    }
    (cx.mark("●", "*").to_owned(), Role::Good)
}

/// The only namespace that is shown, and whether there is anything in it.
fn namespace(app: &App) -> Option<(String, Role)> {
    let only = app.options.namespace.as_deref()?;
    let site = &app.picture.site;
    let is_read = |source| {
        let health = site.health.get(&source);
        health.is_some_and(|health| health.report.state == State::Live)
    };
    let empty = is_read(Source::Pods)
        && is_read(Source::Deployments)
        && !site.pods.iter().any(|pod| &*pod.id.namespace == only)
        && !site
            .workloads()
            .any(|workload| &*workload.id.namespace == only);
    Some(if empty {
        (format!("-n {only}: nothing is in it"), Role::Warn)
    } else {
        (format!("-n {only}"), Role::Text)
    })
}

pub(in crate::view) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    app: &App,
    cx: &Cx<'_>,
    theme: &Theme,
) {
    let text = theme.style(Part::Bar);
    let strong = theme.style(Part::Accent);
    let bar = if app.options.ascii { " | " } else { " │ " };
    buffer.set_style(area, text);
    let site = &app.picture.site;
    let brokers = site
        .kafka
        .cluster
        .as_ref()
        .map(|cluster| cluster.value.brokers.len());
    let named = app.known_brokers();
    let counts = [
        (System::Kubernetes, "k8s", site.pods.len(), "pods"),
        (System::Kafka, "kafka", 0, ""),
        (System::Prometheus, "prom", 0, ""),
    ];
    let mut x = run(
        buffer,
        area,
        area.x,
        &[(" plimsoll", strong), (bar, text), (&site.name, text)],
    );
    if let Some((words, role)) = namespace(app) {
        let parts = [(bar, text), (words.as_str(), theme.role(role))];
        x = run(buffer, area, x, &parts);
    }
    for (of, name, pods, unit) in counts {
        let (state, role) = system(app, cx, of);
        let extra = match (of, brokers) {
            (System::Kubernetes, _) if pods > 0 => format!(" {pods} {unit}"),
            (System::Kafka, Some(brokers)) => format!(" {brokers}/{named}"),
            _ => String::new(),
        };
        x = run(
            buffer,
            area,
            x,
            &[
                (bar, text),
                (name, text),
                (" ", text),
                (&state, theme.role(role)),
                (&extra, text),
            ],
        );
    }
    let until = app.acting.unlocked_until(cx.now);
    let mode = match (app.options.read_only, until) {
        (true, _) => "READ-ONLY".to_owned(),
        (false, Some(until)) => {
            let minutes = (until.since(cx.now) + 59_999) / 60_000;
            cx.rolls_at(until.plus(-(minutes - 1) * 60_000));
            format!("UNLOCKED {minutes}m")
        }
        (false, None) => "GUARDED".to_owned(),
    };
    let mut words = Vec::new();
    if app.options.production {
        words.push((bar, text));
        words.push(("PRODUCTION", theme.role(Role::Bad)));
    }
    if app.options.demo {
        words.push((bar, text));
        words.push(("DEMO", strong));
    }
    words.push((bar, text));
    words.push((&mode, strong));
    run(buffer, area, x, &words);
}
