//! What the `:` line may mean: a pane, an object, an action, a context, a theme, found by the letters of its name.

mod fuzzy;
mod objects;

use crate::{insight::Picture, model::Key};

use super::{ACTIONS, Action, ActionDef, Keymap, Pane, PaneId};

/// Where to go, or what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    Pane(PaneId),
    Object(Key),
    /// On what was under the cursor.
    Act(Action),
    Theme(String),
    Context(String),
}

/// One thing that the line may mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// What kind of thing it is: `pane`, `group`, `do`, `context`, `theme`.
    pub kind: &'static str,
    pub name: String,
    /// The letters of the name that were typed, as places in it, counted in characters.
    pub fits: Vec<usize>,
    /// The keys that do the same.
    pub keys: String,
    pub command: Command,
}

/// All that the line can mean.
pub struct Offer<'a> {
    pub picture: &'a Picture,
    pub panes: &'a [&'a dyn Pane],
    /// Whether an action means something here.
    pub applies: &'a dyn Fn(&ActionDef) -> bool,
    pub themes: &'a [String],
    pub contexts: &'a [String],
    pub keymap: &'a Keymap,
}

/// Candidates kept.
pub const CANDIDATES: usize = 50;

/// Words that stand before a name, with those by which `kubectl` and others shorten them.
const KINDS: &[(&str, &[&str])] = &[
    ("group", &["group", "groups", "g"]),
    ("topic", &["topic", "topics", "t"]),
    ("partition", &["partition", "partitions", "part"]),
    ("member", &["member", "members"]),
    ("broker", &["broker", "brokers", "b"]),
    ("pod", &["pod", "pods", "po"]),
    (
        "workload",
        &[
            "workload",
            "workloads",
            "deploy",
            "deployment",
            "sts",
            "statefulset",
        ],
    ),
    ("node", &["node", "nodes", "no"]),
    ("source", &["source", "sources"]),
    ("context", &["context", "contexts", "ctx"]),
    ("theme", &["theme", "themes"]),
    ("do", &["do", "action"]),
];

/// The best so far: few of many, so that a hundred thousand names cost no list of them.
struct Best {
    kept: Vec<(i32, Candidate)>,
    worst: i32,
}

impl Best {
    /// Offers a candidate that is made only if it is good enough.
    fn offer(&mut self, score: i32, make: impl FnOnce() -> Candidate) {
        if self.kept.len() >= CANDIDATES && score <= self.worst {
            return;
        }
        self.kept.push((score, make()));
        if self.kept.len() >= 2 * CANDIDATES {
            self.cut();
        }
    }

    fn cut(&mut self) {
        self.kept.sort_by(|(a, x), (b, y)| {
            (b, x.name.len(), &x.name, x.kind).cmp(&(a, y.name.len(), &y.name, y.kind))
        });
        self.kept.truncate(CANDIDATES);
        self.worst = self.kept.last().map_or(i32::MIN, |(score, _)| *score);
    }
}

/// What was typed: words that a name must hold, and the kind that the first of them may name.
struct Query<'t> {
    kind: Option<&'static str>,
    words: Vec<&'t str>,
}

impl<'t> Query<'t> {
    fn read(text: &'t str) -> Self {
        let mut words: Vec<&str> = text.split_whitespace().collect();
        let first = words.first().copied().unwrap_or_default().to_lowercase();
        let kind = KINDS
            .iter()
            .find(|(_, known)| known.contains(&&*first))
            .map(|(kind, _)| *kind)
            .filter(|kind| {
                // No pane and no object is called so: the kind itself is meant.
                let alone = matches!(*kind, "context" | "theme");
                alone || words.len() > 1 || text.ends_with(' ')
            });
        if kind.is_some() {
            words.remove(0);
        }
        Query { kind, words }
    }

    /// How well a name of this kind fits; a name whose kind was not asked for does not.
    fn fit(&self, kind: &str, name: &str) -> Option<fuzzy::Fit> {
        if self.kind.is_some_and(|only| only != kind) {
            return None;
        }
        let mut all = fuzzy::Fit::default();
        for word in &self.words {
            let one = fuzzy::fit(name, word)?;
            all.score += one.score;
            all.at.extend(one.at);
        }
        all.at.sort_unstable();
        all.at.dedup();
        // Of two that fit alike the shorter is meant.
        all.score -= i32::try_from(name.len() / 4).unwrap_or(0).min(12);
        Some(all)
    }

    /// The same where a word must stand as it is: a sentence holds the letters of most words somewhere.
    fn stand(&self, kind: &str, sentence: &str) -> Option<fuzzy::Fit> {
        let lower = sentence.to_lowercase();
        let stands = |word: &&str| lower.contains(&word.to_lowercase());
        let fit = self
            .words
            .iter()
            .all(stands)
            .then(|| self.fit(kind, sentence));
        fit.flatten()
    }

    fn is_empty(&self) -> bool {
        self.words.is_empty() && self.kind.is_none()
    }
}

/// What a name stands for.
type Make = fn(String) -> Command;

/// How much better a pane is than an action, and that than an object, when they fit alike.
const PANE: i32 = 30;
const ACT: i32 = 4;

/// What the text may mean, best first.
pub fn candidates(text: &str, offer: &Offer<'_>) -> Vec<Candidate> {
    let query = Query::read(text);
    let mut best = Best {
        kept: Vec::new(),
        worst: i32::MIN,
    };
    for (place, pane) in (0..).zip(offer.panes) {
        let name = pane.title().to_lowercase();
        if let Some(fit) = query.fit("pane", &name) {
            // All of them are shown before anything is typed, in the order of the tabs.
            let order = if query.is_empty() { 900 - place } else { PANE };
            best.offer(fit.score + order, || Candidate {
                kind: "pane",
                name,
                fits: fit.at,
                keys: offer.keymap.named(Action::Show(pane.id())),
                command: Command::Pane(pane.id()),
            });
        }
    }
    for (place, def) in (0..).zip(ACTIONS) {
        let hidden = matches!(def.action, Action::Show(_) | Action::Goto);
        if hidden || !(offer.applies)(def) {
            continue;
        }
        let name = if def.short.is_empty() {
            def.doc.to_owned()
        } else {
            format!("{}: {}", def.short, def.doc)
        };
        if let Some(fit) = query.stand("do", &name) {
            let order = match def.action {
                Action::Quit if text.trim() == "q" => 900,
                _ if query.is_empty() => 400 - place,
                _ => ACT,
            };
            best.offer(fit.score + order, || Candidate {
                kind: "do",
                name,
                fits: fit.at,
                keys: offer.keymap.named(def.action),
                command: Command::Act(def.action),
            });
        }
    }
    let named: [(&'static str, &[String], Make); 2] = [
        ("context", offer.contexts, Command::Context),
        ("theme", offer.themes, Command::Theme),
    ];
    for (kind, names, make) in named.into_iter().filter(|_| !query.is_empty()) {
        for name in names {
            if let Some(fit) = query.fit(kind, name) {
                best.offer(fit.score, || Candidate {
                    kind,
                    name: name.clone(),
                    fits: fit.at,
                    keys: String::new(),
                    command: make(name.clone()),
                });
            }
        }
    }
    if !query.is_empty() {
        objects::offer(&query, offer.picture, &mut best);
    }
    best.cut();
    // A name that happens to hold the letters somewhere is noise beside one that was meant.
    let first = best.kept.first().map_or(0, |(score, _)| *score);
    let noise = match first {
        1.. if !query.is_empty() => first * 11 / 20,
        _ => i32::MIN,
    };
    let kept = best.kept.into_iter().filter(|(score, _)| *score >= noise);
    kept.map(|(_, found)| found).collect()
}
