//! The first line: which site, how its systems are, and what may be done.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use crate::{
    app::{App, Cx, Role, width},
    model::{Health, Source, State, System},
    view::{Part, Theme, text},
};

use super::run;

/// From here on the systems stand side by side, with a mark each.
const TERSE: usize = 4;
/// Cells of a name that can still be told from another.
const SHORT: usize = 6;

/// How a system is doing, in words from the longest to the shortest, and what that means.
pub(super) struct Doing {
    words: Vec<String>,
    pub(super) role: Role,
}

impl Doing {
    fn new(role: Role, words: impl IntoIterator<Item = String>) -> Self {
        Doing {
            words: words.into_iter().collect(),
            role,
        }
    }

    /// The words where there is room for all but `less` of them.
    pub(super) fn at(&self, less: usize) -> &str {
        let last = self.words.len().saturating_sub(1);
        self.words.get(less.min(last)).map_or("", String::as_str)
    }
}

pub(super) fn doing(app: &App, cx: &Cx<'_>, system: System) -> Doing {
    let health = app.picture.site.health.iter();
    let of: Vec<(Source, &Health)> = health
        .filter(|(source, _)| source.system() == system)
        .map(|(source, health)| (*source, health))
        .collect();
    if of.is_empty() {
        return Doing::new(Role::Dim, ["-".to_owned()]);
    }
    let sick: Vec<(Source, &Health)> = of
        .iter()
        .copied()
        .filter(|(_, health)| health.report.state.is_sick())
        .collect();
    let worst = sick.iter().max_by_key(|(_, health)| {
        let known = health.last_ok.map_or(i64::MAX, |at| cx.now.since(at));
        // One that was well before has an age to tell.
        (
            health.last_ok.is_some(),
            health.report.state.word() == "unreachable",
            known,
        )
    });
    if let Some((source, health)) = worst {
        let word = health.report.state.word();
        let age = health
            .last_ok
            .map_or_else(String::new, |at| format!(" {}", cx.age(at)));
        let served = of
            .iter()
            .filter(|(_, health)| health.report.state != State::Missing);
        // What one source suffers must not read as if the whole system did.
        if sick.len() < served.count() {
            let count = sick.len();
            return Doing::new(
                Role::Warn,
                [
                    format!("! {source} {word}{age}"),
                    format!("! {source} {word}"),
                    format!("! {count} sick"),
                ],
            );
        }
        let mark = cx.mark("✗", "x");
        return Doing::new(
            Role::Bad,
            [
                format!("{mark} {word}{age}"),
                format!("{mark}{age}"),
                mark.to_owned(),
            ],
        );
    }
    let open = cx.mark("◌", "o");
    for (_, health) in &of {
        if let (Some(every), Some(at)) = (health.report.every, health.last_ok) {
            cx.rolls_at(at.plus(3 * every + 1));
            if let Some(age) = health.stale_for(cx.now) {
                let age = text::span(age);
                return Doing::new(
                    Role::Warn,
                    [format!("{open} stale {age}"), format!("{open} {age}")],
                );
            }
        }
    }
    if of
        .iter()
        .any(|(_, health)| health.report.state.word() == "syncing")
    {
        return Doing::new(Role::Warn, [format!("{open} syncing"), open.to_owned()]);
    }
    let cluster = app.picture.site.kafka.cluster.as_ref();
    let there = cluster.map(|cluster| cluster.value.brokers.len());
    if system == System::Kafka && there.is_some_and(|there| there < app.known_brokers()) {
        return Doing::new(Role::Bad, [cx.mark("✗", "x").to_owned()]);
    }
    Doing::new(Role::Good, [cx.mark("●", "*").to_owned()])
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
    let plain = theme.style(Part::Bar);
    let strong = theme.style(Part::Accent);
    let bar = if app.options.ascii { " | " } else { " │ " };
    buffer.set_style(area, plain);
    let site = &app.picture.site;
    let brokers = site
        .kafka
        .cluster
        .as_ref()
        .map(|cluster| cluster.value.brokers.len());
    let named = app.known_brokers();
    let until = app.acting.unlocked_until(cx.now);
    let mode = match (app.options.read_only, until) {
        _ if app.replay().is_some() => "REPLAY".to_owned(),
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
        words.extend([(bar, plain), ("PRODUCTION", theme.role(Role::Bad))]);
    }
    if app.options.demo {
        words.extend([(bar, plain), ("DEMO", strong)]);
    }
    words.extend([(bar, plain), (mode.as_str(), strong)]);
    let pods = match site.pods.len() {
        0 => String::new(),
        pods => format!(" {pods} pods"),
    };
    let brokers = brokers.map_or_else(String::new, |brokers| format!(" {brokers}/{named}"));
    let systems = [
        ("k8s", doing(app, cx, System::Kubernetes), pods),
        ("kafka", doing(app, cx, System::Kafka), brokers),
        ("prom", doing(app, cx, System::Prometheus), String::new()),
    ];
    let parts = |less: usize| -> Vec<(&str, Style)> {
        let between = if less < TERSE { bar } else { " " };
        let mut parts = Vec::new();
        for (place, (name, doing, extra)) in systems.iter().enumerate() {
            let between = if place == 0 { bar } else { between };
            parts.extend([(between, plain), (*name, plain), (" ", plain)]);
            parts.push((doing.at(less.saturating_sub(1)), theme.role(doing.role)));
            if less == 0 {
                parts.push((extra.as_str(), plain));
            }
        }
        parts
    };
    let program = if area.width < 60 { " " } else { " plimsoll" };
    let mut front = vec![(program, strong)];
    if program.len() > 1 {
        front.push((bar, plain));
    }
    let only = namespace(app);
    let only: Vec<(&str, Style)> = only.iter().fold(Vec::new(), |_, (words, role)| {
        vec![(bar, plain), (words.as_str(), theme.role(*role))]
    });
    let wide =
        |parts: &[(&str, Style)]| -> usize { parts.iter().map(|(part, _)| width(part)).sum() };
    // What may be done is never cut: how the systems are is said in fewer words, and of the name the end is shown.
    let room = usize::from(area.width).saturating_sub(wide(&words));
    let room_for_systems = room.saturating_sub(wide(&front) + wide(&only));
    let long = width(&site.name);
    let less = (0..TERSE)
        .find(|less| long + wide(&parts(*less)) <= room_for_systems)
        .unwrap_or(TERSE);
    let shown = parts(less);
    let room_for_name = room_for_systems.saturating_sub(wide(&shown)).max(SHORT);
    let name = text::cut_left(&site.name, room_for_name, app.options.ascii);
    front.push((&name, plain));
    front.extend(only);
    front.extend(shown);
    let kept = Rect {
        width: u16::try_from(room).unwrap_or(area.width),
        ..area
    };
    let ended = run(buffer, kept, area.x, &front);
    run(buffer, area, ended, &words);
}
