//! The one table of actions. Keys, footer, help, the go-to line and the README's key table are all made from it.

use crate::model::Noun;

use super::PaneId;

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
    /// While the cursor is on one of these, or the page is one of these.
    On(&'static [Noun]),
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
    use super::{super::Chord, *};

    #[test]
    fn every_key_can_be_typed_and_means_one_thing() {
        let mut seen = std::collections::BTreeMap::new();
        for def in ACTIONS {
            for key in def.keys {
                let chord = Chord::parse(key);
                assert!(chord.is_some(), "{key} names no key");
                let earlier = seen.insert(chord, def.doc);
                assert_eq!(earlier, None, "{key} has two meanings");
            }
        }
    }
}
