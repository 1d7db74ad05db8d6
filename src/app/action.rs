//! The one table of actions. Keys, footer, help, the go-to line and the README's key table are all made from it.

use crate::model::Noun;

use super::{
    PaneId,
    reading::{TextAction, What},
};

mod table;

pub use table::ACTIONS;

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Down,
    Up,
    PageDown,
    PageUp,
    First,
    Last,
    Open,
    Back,
    Backward,
    Forward,
    Columns,
    Copy,
    Mark,
    MarkRange,
    Filter,
    Goto,
    Help,
    Show(PaneId),
    NextPane,
    PreviousPane,
    SortNext,
    SortPrevious,
    SortReverse,
    Scale,
    ElectLeaders,
    Probe,
    Undo,
    Journal,
    Lock,
    NextSection,
    Mouse,
    /// Reads something of the object that is meant.
    Read(What),
    Why,
    /// What only means something in a long text.
    Text(TextAction),
    ShorterRange,
    LongerRange,
    /// Saves what was said of late as a recording.
    Save,
    Pause,
    SeekBack,
    SeekForward,
    Slower,
    Faster,
    Refresh,
    Redraw,
    Suspend,
    Quit,
}

/// Where an action applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Everywhere,
    /// Pages with rows.
    Lists,
    /// Pages with rows, and long texts.
    Pages,
    /// While one of these is read. Here a key means this, and not what it means everywhere.
    Reading(&'static [What]),
    Charts,
    /// While a recording is played.
    Replay,
    /// While the cursor is on one of these, or the page is one of these.
    On(&'static [Noun]),
}

impl Place {
    /// Whether a key must not mean one thing here and another there. A text's own keys are told apart from all others.
    pub(super) fn meets(self, other: Place) -> bool {
        match (self, other) {
            (Place::Reading(one), Place::Reading(other)) => one.iter().any(|of| other.contains(of)),
            (Place::Reading(_), _) | (_, Place::Reading(_)) => false,
            _ => true,
        }
    }
}

/// One line of the table.
#[derive(Debug)]
pub struct ActionDef {
    pub action: Action,
    pub keys: &'static [&'static str],
    /// The word in the footer; empty for what goes without saying.
    pub short: &'static str,
    /// The sentence in help and README.
    pub doc: &'static str,
    pub place: Place,
    /// It is the beginning of a change: masked where nothing can be changed, where it shows the plan alone.
    pub changes: bool,
}

const fn def(
    action: Action,
    keys: &'static [&'static str],
    short: &'static str,
    doc: &'static str,
    place: Place,
) -> ActionDef {
    ActionDef {
        action,
        keys,
        short,
        doc,
        place,
        changes: false,
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it is made into another; a constant function cannot take it apart"
)]
const fn change(def: ActionDef) -> ActionDef {
    ActionDef {
        changes: true,
        ..def
    }
}

const LOGS: &[What] = &[What::Logs];
const OBJECT: &[What] = &[What::Object, What::Doctor];
const TEXTS: &[What] = &[What::Logs, What::Object, What::Doctor];
/// Nouns with pods behind them.
const WITH_PODS: &[Noun] = &[
    Noun::Pod,
    Noun::Workload,
    Noun::Member,
    Noun::Group,
    Noun::Broker,
];
/// Nouns of which Kubernetes tells events, and those with pods or a workload behind them.
const WITH_EVENTS: &[Noun] = &[
    Noun::Pod,
    Noun::Workload,
    Noun::Node,
    Noun::Member,
    Noun::Group,
    Noun::Broker,
];
/// Nouns of which a server has a description.
const WITH_OBJECTS: &[Noun] = &[
    Noun::Pod,
    Noun::Workload,
    Noun::Node,
    Noun::Topic,
    Noun::Group,
    Noun::Member,
    Noun::Broker,
];

const SOURCES: &[Noun] = &[Noun::Source];

/// Nouns of which it can be told why they are behind.
pub(super) const ASKED_WHY: &[Noun] = &[Noun::Group, Noun::Member];

/// The nouns of which something can be read.
pub(super) fn nouns_of(what: What) -> &'static [Noun] {
    match what {
        What::Logs => WITH_PODS,
        What::Events => WITH_EVENTS,
        What::Object => WITH_OBJECTS,
        What::Doctor => SOURCES,
    }
}

/// The key table of the README, as Markdown.
pub fn key_table() -> String {
    let mut table = String::from("| key | what it does | name |\n|---|---|---|\n");
    for def in ACTIONS {
        let keys: Vec<String> = def.keys.iter().map(|key| format!("`{key}`")).collect();
        let name = def.name();
        table.extend([
            "| ",
            &keys.join(" "),
            " | ",
            def.doc,
            " | `",
            &name,
            "` |\n",
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::{
        super::Chord,
        Place::{Everywhere, Pages, Reading},
        *,
    };

    #[test]
    fn every_key_can_be_typed_and_means_one_thing() {
        // On every page but in a text, and in each text: a text's own keys come first, and are told apart.
        let places: [&dyn Fn(&Place) -> bool; 3] = [
            &|place| !matches!(place, Reading(_)),
            &|place| matches!(place, Reading(of) if of.contains(&What::Logs)),
            &|place| matches!(place, Reading(of) if of.contains(&What::Object)),
        ];
        for applies in places {
            let mut seen = std::collections::BTreeMap::new();
            for def in ACTIONS.iter().filter(|def| applies(&def.place)) {
                for key in def.keys {
                    let chord = Chord::parse(key);
                    assert!(chord.is_some(), "{key} names no key");
                    let earlier = seen.insert(chord, def.doc);
                    assert_eq!(earlier, None, "{key} has two meanings in one place");
                }
            }
        }
    }

    #[test]
    fn a_text_hides_no_key_that_leads_out_of_it_or_explains_it() {
        let of_texts: Vec<&str> = ACTIONS
            .iter()
            .filter(|def| matches!(def.place, Place::Reading(_)))
            .flat_map(|def| def.keys)
            .copied()
            .collect();
        for def in ACTIONS
            .iter()
            .filter(|def| matches!(def.place, Everywhere | Pages))
        {
            let hidden = def.keys.iter().all(|key| of_texts.contains(key));
            assert!(!hidden, "{}: no key is left for it in a text", def.doc);
        }
    }
}
