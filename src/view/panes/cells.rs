//! Cells and lists that several panes share.

use std::borrow::Cow;

use crate::{
    app::{Cell, Column, Cx, List, Role, SortKey},
    insight::{Confidence, GroupLag, Link},
    model::{Key, Name, PodRow, Source, Time, Usage},
    view::text,
};

/// A list made of a vector of values, for lists that are short or made anyway.
pub(super) struct Listed<'a, T> {
    pub(super) columns: &'static [Column],
    pub(super) rows: Vec<T>,
    pub(super) key: fn(&T) -> Key,
    #[expect(clippy::type_complexity, reason = "one closure, named once")]
    pub(super) cell: Box<dyn Fn(&T, usize) -> (Cell<'a>, SortKey<'a>) + 'a>,
}

impl<T> List for Listed<'_, T> {
    fn columns(&self) -> &'static [Column] {
        self.columns
    }

    fn len(&self) -> usize {
        self.rows.len()
    }

    fn key(&self, row: usize) -> Key {
        self.rows.get(row).map_or(Key::Log(0), self.key)
    }

    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        self.rows
            .get(row)
            .map_or_else(Cell::unknown, |of| (self.cell)(of, column).0)
    }

    fn sort_key(&self, row: usize, column: usize) -> SortKey<'_> {
        self.rows
            .get(row)
            .map_or(SortKey::Unknown, |of| (self.cell)(of, column).1)
    }
}

/// How old a fact is, if its source has let three polls go by since.
pub(super) fn stale_age(cx: &Cx<'_>, source: Source, at: Time) -> Option<String> {
    let every = cx.picture.site.health.get(&source)?.report.every?;
    let late = at.plus(3 * every + 1);
    cx.rolls_at(late);
    (cx.now >= late).then(|| cx.age(at))
}

/// The title of a pane, with what is wrong with the sources it lives on and how old what is shown is.
pub(super) fn title<'a>(cx: &Cx<'_>, name: &'static str, sources: &[Source]) -> Cow<'a, str> {
    for source in sources {
        let Some(health) = cx.picture.site.health.get(source) else {
            continue;
        };
        let state = &health.report.state;
        if state.is_sick() {
            let age = health
                .last_ok
                .map_or_else(String::new, |at| format!(", {} old", cx.age(at)));
            return format!("{name}: {source} {}{age}", state.word()).into();
        }
        if let Some(at) = health.last_ok
            && let Some(age) = stale_age(cx, *source, at)
        {
            return format!("{name}: {source} stale, {age} old").into();
        }
    }
    name.into()
}

/// A cell that sorts as it reads.
pub(super) fn words<'a>(text: impl Into<Cow<'a, str>>, role: Role) -> (Cell<'a>, SortKey<'a>) {
    let text = text.into();
    (Cell::new(text.clone(), role), SortKey::Text(text))
}

/// A name that may be missing.
pub(super) fn name<'a>(name: Option<&Name>) -> (Cell<'a>, SortKey<'a>) {
    match name {
        Some(name) => words(name.to_string(), Role::Text),
        None => (Cell::unknown(), SortKey::Unknown),
    }
}

/// A count that is bad when it is not 0.
pub(super) fn fault_count<'a>(count: usize, role: Role) -> (Cell<'a>, SortKey<'a>) {
    let role = if count == 0 { Role::Dim } else { role };
    (
        Cell::new(count.to_string(), role),
        SortKey::Number(count as f64),
    )
}

pub(super) fn number<'a>(value: Option<i64>) -> (Cell<'a>, SortKey<'a>) {
    match value {
        Some(value) => (
            Cell::text(text::count(value)),
            SortKey::Number(value as f64),
        ),
        None => (Cell::unknown(), SortKey::Unknown),
    }
}

/// A count of things.
pub(super) fn tally<'a>(count: usize) -> (Cell<'a>, SortKey<'a>) {
    (Cell::text(count.to_string()), SortKey::Number(count as f64))
}

/// A number with all its digits, for offsets.
pub(super) fn exact<'a>(value: Option<i64>) -> (Cell<'a>, SortKey<'a>) {
    match value {
        Some(value) => (Cell::text(value.to_string()), SortKey::Number(value as f64)),
        None => (Cell::unknown(), SortKey::Unknown),
    }
}

pub(super) fn bytes<'a>(value: Option<u64>) -> (Cell<'a>, SortKey<'a>) {
    match value {
        Some(value) => (
            Cell::text(text::bytes(value)),
            SortKey::Number(value as f64),
        ),
        None => (Cell::unknown(), SortKey::Unknown),
    }
}

/// A link's mark: ● sure, ◐ likely, ○ guess, ? outside this cluster.
pub(super) fn confidence(cx: &Cx<'_>, confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Sure => cx.mark("●", "*"),
        Confidence::Likely => cx.mark("◐", "+"),
        Confidence::Guess => cx.mark("○", "o"),
        Confidence::Outside => "?",
    }
}

/// Where a link leads, with its mark.
pub(super) fn linked<'a, T>(
    cx: &Cx<'_>,
    link: &Link<T>,
    shown: impl Fn(&T) -> String,
) -> (Cell<'a>, SortKey<'a>) {
    let mark = confidence(cx, link.confidence);
    match &link.to {
        Some(to) => {
            let shown = shown(to);
            (
                Cell::text(format!("{mark} {shown}")),
                SortKey::Text(shown.into()),
            )
        }
        None if link.confidence == Confidence::Outside => {
            (Cell::dim(format!("{mark} outside")), SortKey::Unknown)
        }
        None => (Cell::dim(format!("{mark} unclear")), SortKey::Unknown),
    }
}

/// The lag of a group: the sum of what is known, with `+` where parts are not known and `~` where parts count as 0.
pub(super) fn group_lag<'a>(lag: &GroupLag) -> (Cell<'a>, SortKey<'a>) {
    let Some(known) = lag.known else {
        return (Cell::unknown(), SortKey::Unknown);
    };
    let mark = match (lag.unknown, lag.ahead) {
        (0, 0) => "",
        (0, _) => "~",
        _ => "+?",
    };
    let role = if lag.is_marked() {
        Role::Warn
    } else {
        Role::Text
    };
    (
        Cell::new(format!("{}{mark}", text::count(known)), role),
        SortKey::Number(known as f64),
    )
}

/// What the word that kubectl prints for a pod means.
pub(super) fn pod_role(pod: &PodRow) -> Role {
    match &*pod.status {
        "Running" if pod.ready >= pod.containers => Role::Good,
        "Completed" | "Succeeded" | "Terminating" => Role::Dim,
        "Running" | "Pending" | "ContainerCreating" | "PodInitializing" => Role::Warn,
        status
            if status.starts_with("Init:")
                && !status.contains("Err")
                && !status.contains("Crash") =>
        {
            Role::Warn
        }
        _ => Role::Bad,
    }
}

/// How a number of use is shown that was read at this moment: one of a minute and a half ago is old.
fn usage_role(cx: &Cx<'_>, read: Option<Time>) -> Role {
    const OLD: i64 = 90_000;
    let Some(read) = read else { return Role::Text };
    cx.rolls_at(read.plus(OLD));
    if cx.now.since(read) >= OLD {
        Role::Stale
    } else {
        Role::Text
    }
}

/// CPU in thousandths of a core, read at this moment.
pub(super) fn cpu<'a>(
    cx: &Cx<'_>,
    usage: Option<Usage>,
    read: Option<Time>,
) -> (Cell<'a>, SortKey<'a>) {
    match usage {
        Some(usage) => (
            Cell::new(text::cores(usage.cpu), usage_role(cx, read)),
            SortKey::Number(usage.cpu as f64),
        ),
        None => (Cell::unknown(), SortKey::Unknown),
    }
}

/// Memory, read at this moment.
pub(super) fn memory<'a>(
    cx: &Cx<'_>,
    usage: Option<Usage>,
    read: Option<Time>,
) -> (Cell<'a>, SortKey<'a>) {
    match usage {
        Some(usage) => (
            Cell::new(text::bytes(usage.memory), usage_role(cx, read)),
            SortKey::Number(usage.memory as f64),
        ),
        None => (Cell::unknown(), SortKey::Unknown),
    }
}

/// A share as a bar and in percent; from the first bound on it is worth a look, from the second on it is bad.
pub(super) fn share<'a>(
    cx: &Cx<'_>,
    share: Option<f64>,
    (warn, bad): (f64, f64),
) -> (Cell<'a>, SortKey<'a>) {
    let Some(share) = share else {
        return (Cell::unknown(), SortKey::Unknown);
    };
    let role = match share {
        share if share >= bad => Role::Bad,
        share if share >= warn => Role::Warn,
        _ => Role::Text,
    };
    let bar = text::gauge(share, 5, cx.ascii);
    (
        Cell::new(format!("{bar} {:.0}%", share * 100.0), role),
        SortKey::Number(share),
    )
}

/// Memory in percent of the limit.
pub(super) fn percent_of_limit(used: Option<u64>, limit: Option<u64>) -> Option<f64> {
    let limit = limit.filter(|limit| *limit > 0)?;
    Some(used? as f64 * 100.0 / limit as f64)
}

/// Memory as a share of the limit.
pub(super) fn memory_share<'a>(used: Option<u64>, limit: Option<u64>) -> (Cell<'a>, SortKey<'a>) {
    let Some(percent) = percent_of_limit(used, limit) else {
        return (Cell::unknown(), SortKey::Unknown);
    };
    let role = match percent {
        p if p >= 95.0 => Role::Bad,
        p if p >= 85.0 => Role::Warn,
        _ => Role::Text,
    };
    (
        Cell::new(format!("{percent:.0}%"), role),
        SortKey::Number(percent),
    )
}
