//! The brokers on Home: a mark each, and where there is room what each carries.

use std::collections::BTreeMap;

use crate::{
    app::{Cell, Cx, Fact, Role, width},
    insight::cluster_replication,
    model::{BrokerId, Signal, Source, State},
    view::{
        panes::{
            brokers::{full, latest},
            cells,
        },
        text,
    },
};

/// What is known of a broker.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    /// The cluster names it; others are only named by replicas.
    here: bool,
    leaders: usize,
    /// Replicas on it that are not in sync.
    lagging: usize,
}

fn known(cx: &Cx<'_>) -> BTreeMap<BrokerId, Known> {
    let kafka = &cx.picture.site.kafka;
    let brokers = kafka.cluster.iter().flat_map(|of| &of.value.brokers);
    let mut known: BTreeMap<BrokerId, Known> = BTreeMap::new();
    for broker in brokers {
        known.entry(broker.id).or_default().here = true;
    }
    for partition in kafka.topics.iter().flat_map(|topic| &topic.meta.partitions) {
        if let Some(leader) = partition.leader {
            known.entry(leader).or_default().leaders += 1;
        }
        for replica in &partition.replicas {
            known.entry(*replica).or_default();
        }
        for replica in partition.lagging() {
            known.entry(replica).or_default().lagging += 1;
        }
    }
    known
}

/// How much is said of the brokers, by the room there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Words {
    All,
    /// Of those that are well only how many.
    Sick,
    /// The same in short words.
    Short,
    /// Of all of them only how many.
    Counts,
}

/// Number and mark of one broker.
fn mark(cx: &Cx<'_>, id: BrokerId, of: Known, words: Words) -> (String, Role) {
    let cluster = cx.picture.site.kafka.cluster.as_ref();
    let crown = if cluster.and_then(|cluster| cluster.value.controller) == Some(id) {
        cx.mark("♛", "c")
    } else {
        ""
    };
    let (text, role) = match of {
        Known { here: false, .. } => (format!("{id}{} gone", cx.mark("✗", "x")), Role::Bad),
        Known { lagging: 0, .. } => (format!("{id}{}{crown}", cx.mark("●", "*")), Role::Good),
        Known { lagging, .. } => {
            let out = if words >= Words::Short {
                "out"
            } else {
                "out of sync"
            };
            (
                format!("{id}{}{crown} {lagging} {out}", cx.mark("◐", "+")),
                Role::Warn,
            )
        }
    };
    let role = if old(cx).is_some() { Role::Stale } else { role };
    (text, role)
}

/// What is not as it should be with all partitions, in words.
fn summary(cx: &Cx<'_>, words: Words) -> Cell<'static> {
    let short = words >= Words::Short;
    let word = |long, brief| if short { brief } else { long };
    let all = word("partitions", "parts");
    let count = cluster_replication(&cx.picture.site);
    let sick: Vec<String> = [
        (count.offline, "offline"),
        (count.under_min_isr, word("under min ISR", "<min ISR")),
        (
            count.under_replicated,
            word("under-replicated", "under-repl"),
        ),
        (cx.picture.site.kafka.reassignments.len(), "moving"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{count} {what}"))
    .collect();
    let partitions = count.partitions;
    if let Some(age) = old(cx) {
        let of = if sick.is_empty() {
            "all in sync".to_owned()
        } else {
            sick.join(", ")
        };
        Cell::new(format!("{partitions} {all}: {of} {age} ago"), Role::Stale)
    } else if sick.is_empty() {
        Cell::dim(format!("{partitions} {all}, all in sync"))
    } else {
        Cell::new(
            format!("{partitions} {all}: {}", sick.join(", ")),
            Role::Warn,
        )
    }
}

/// How old what is shown is, if it is not of now.
fn old(cx: &Cx<'_>) -> Option<String> {
    let at = cx.picture.site.kafka.cluster.as_ref()?.at;
    let sick = cx
        .picture
        .site
        .state(Source::Metadata)
        .is_some_and(State::is_sick);
    if sick {
        return Some(cx.age(at));
    }
    cells::stale_age(cx, Source::Metadata, at)
}

/// Why there are no brokers to show.
fn absent(cx: &Cx<'_>) -> Cell<'static> {
    match cx.picture.site.state(Source::Metadata) {
        None if !cx.picture.site.health.is_empty() => Cell::dim("no Kafka is read"),
        None | Some(State::Syncing { .. } | State::Live) => Cell::dim("not read yet"),
        Some(state) => Cell::new(format!("{}, see Sources (0)", state.word()), Role::Bad),
    }
}

/// The brokers in one line: with as many words as fit, for what is said last counts most.
pub(super) fn line<'a>(cx: &Cx<'a>, room: usize) -> Fact<'a> {
    if cx.picture.site.kafka.cluster.is_none() {
        return Fact::new("brokers", vec![absent(cx)]);
    }
    let all = known(cx);
    let fits = |cells: &Vec<Cell<'_>>| {
        let wide: usize = cells.iter().map(|cell| width(&cell.text) + 1).sum();
        wide <= room + 1
    };
    let said = [Words::All, Words::Sick, Words::Short].into_iter();
    let said = said.map(|words| said_of(cx, &all, words)).find(fits);
    let cells = said.unwrap_or_else(|| said_of(cx, &all, Words::Counts));
    Fact::new("brokers", cells)
}

fn said_of<'a>(cx: &Cx<'_>, all: &BTreeMap<BrokerId, Known>, words: Words) -> Vec<Cell<'a>> {
    let mut cells = Vec::new();
    let (mut well, mut sick) = (0, 0);
    for (id, of) in all {
        let is_well = of.here && of.lagging == 0;
        match words {
            Words::Sick | Words::Short | Words::Counts if is_well => well += 1,
            Words::Counts => sick += 1,
            _ => {
                let (text, role) = mark(cx, *id, *of, words);
                cells.push(Cell::new(text, role));
            }
        }
    }
    let counts = [(sick, "sick", Role::Bad), (well, "well", Role::Good)];
    let counts = counts.into_iter().filter(|(count, ..)| *count > 0);
    cells.extend(counts.map(|(count, what, role)| {
        let role = if old(cx).is_some() { Role::Stale } else { role };
        Cell::new(format!("{count} {what}"), role)
    }));
    cells.push(summary(cx, words));
    cells
}

/// Cells that a broker takes in the table.
const WIDE: usize = 10;

/// The brokers side by side with what each carries, where all of them fit.
pub(super) fn table<'a>(cx: &Cx<'a>, room: usize) -> Option<Vec<Fact<'a>>> {
    cx.picture.site.kafka.cluster.as_ref()?;
    let all = known(cx);
    if all.len() * (WIDE + 1) > room {
        return None;
    }
    let padded = |(text, role): (String, Role)| {
        let cut = text::cut(&text, WIDE, cx.ascii).into_owned();
        let blank = WIDE.saturating_sub(width(&cut));
        Cell::new(cut + &" ".repeat(blank), role)
    };
    let row = |label, of: &dyn Fn(BrokerId, Known) -> (String, Role)| {
        let cells = all.iter().map(|(id, known)| padded(of(*id, *known)));
        Fact::new(label, cells.collect())
    };
    let unknown = || ("-".to_owned(), Role::Dim);
    let rate = |signal| {
        move |id: BrokerId, _: Known| {
            latest(cx, id, signal).map_or_else(unknown, |value| {
                (format!("{}/s", text::byte_rate(value)), Role::Text)
            })
        }
    };
    let disk = |id: BrokerId, _: Known| {
        let (cell, _) = cells::share(cx, full(cx, id), (0.85, 0.97));
        (cell.text.into_owned(), cell.role)
    };
    let count = |count: usize, role| {
        let role = if count == 0 { Role::Dim } else { role };
        (count.to_string(), role)
    };
    let short = |id, of: Known| {
        let (text, role) = mark(cx, id, of, Words::All);
        let first = text.split(' ').next().unwrap_or_default().to_owned();
        (if of.here { first } else { text }, role)
    };
    let mut facts = vec![
        Fact::new("brokers", vec![summary(cx, Words::All)]),
        row("", &short),
        row("leaders", &|_, of| (of.leaders.to_string(), Role::Text)),
        row("out of sync", &|_, of| count(of.lagging, Role::Warn)),
        row("bytes in", &rate(Signal::BytesInPerSecond)),
        row("bytes out", &rate(Signal::BytesOutPerSecond)),
    ];
    // Sizes on disk are read while somebody looks at brokers or topics; Home does not ask for them.
    if all.keys().any(|id| full(cx, *id).is_some()) {
        facts.push(row("disk", &disk));
    }
    Some(facts)
}
