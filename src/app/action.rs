//! The one table of actions. Keys, footer, help, the go-to line and the README's key table are all made from it.

use crate::model::Noun;

use super::{Chord, PaneId};

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
    Filter,
    Goto,
    Help,
    Show(PaneId),
    NextPane,
    PreviousPane,
    SortNext,
    SortPrevious,
    SortReverse,
    NextSection,
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
    }
}

use Place::{Everywhere, Lists};

/// All actions, in the order of help.
pub static ACTIONS: &[ActionDef] = &[
    def(
        Action::Open,
        &["enter"],
        "open",
        "open what is selected: its neighbours, its evidence",
        Lists,
    ),
    def(
        Action::Back,
        &["esc", "backspace"],
        "back",
        "go back, or drop the filter",
        Everywhere,
    ),
    def(
        Action::Filter,
        &["/"],
        "filter",
        "filter the rows by words; !word leaves out",
        Lists,
    ),
    def(
        Action::Goto,
        &[":"],
        "go to",
        "go to a pane or an object by name",
        Everywhere,
    ),
    def(
        Action::Help,
        &["?", "f1"],
        "help",
        "show the keys",
        Everywhere,
    ),
    def(Action::Down, &["j", "down"], "", "down one row", Lists),
    def(Action::Up, &["k", "up"], "", "up one row", Lists),
    def(
        Action::PageDown,
        &["pgdn", "ctrl-f", "space"],
        "",
        "down one page",
        Lists,
    ),
    def(
        Action::PageUp,
        &["pgup", "ctrl-b"],
        "",
        "up one page",
        Lists,
    ),
    def(Action::First, &["g", "home"], "", "to the first row", Lists),
    def(Action::Last, &["G", "end"], "", "to the last row", Lists),
    def(
        Action::NextSection,
        &["p"],
        "next part",
        "to the next part of the page: members, partitions, pods",
        Lists,
    ),
    def(
        Action::SortNext,
        &["right", ">"],
        "sort",
        "sort by the column to the right",
        Lists,
    ),
    def(
        Action::SortPrevious,
        &["left", "<"],
        "",
        "sort by the column to the left",
        Lists,
    ),
    def(Action::SortReverse, &["r"], "", "reverse the order", Lists),
    def(
        Action::Show(PaneId::Home),
        &["1"],
        "",
        "Home: what hurts now, worst first",
        Everywhere,
    ),
    def(
        Action::Show(PaneId::Groups),
        &["2"],
        "",
        "Groups",
        Everywhere,
    ),
    def(
        Action::Show(PaneId::Topics),
        &["3"],
        "",
        "Topics",
        Everywhere,
    ),
    def(
        Action::Show(PaneId::Brokers),
        &["4", "b"],
        "",
        "Brokers",
        Everywhere,
    ),
    def(
        Action::Show(PaneId::Workloads),
        &["5"],
        "",
        "Workloads",
        Everywhere,
    ),
    def(
        Action::Show(PaneId::Nodes),
        &["6", "n"],
        "",
        "Nodes",
        Everywhere,
    ),
    def(
        Action::Show(PaneId::Sources),
        &["0"],
        "",
        "Sources: what is read, and how that goes",
        Everywhere,
    ),
    def(
        Action::Show(PaneId::Log),
        &["L"],
        "",
        "Log: our own log",
        Everywhere,
    ),
    def(
        Action::NextPane,
        &["tab"],
        "",
        "to the next pane",
        Everywhere,
    ),
    def(
        Action::PreviousPane,
        &["shift-tab"],
        "",
        "to the previous pane",
        Everywhere,
    ),
    def(
        Action::Refresh,
        &["ctrl-r", "f5"],
        "",
        "ask all sources again now",
        Everywhere,
    ),
    def(
        Action::Redraw,
        &["ctrl-l"],
        "",
        "draw the screen anew",
        Everywhere,
    ),
    def(
        Action::Suspend,
        &["ctrl-z"],
        "",
        "suspend; fg brings it back",
        Everywhere,
    ),
    def(Action::Quit, &["q", "ctrl-c"], "quit", "quit", Everywhere),
];

/// The action of a key.
pub fn find(chord: Chord) -> Option<&'static ActionDef> {
    ACTIONS
        .iter()
        .find(|def| def.keys.iter().any(|key| Chord::parse(key) == Some(chord)))
}

/// The key table of the README, as Markdown.
pub fn key_table() -> String {
    let mut table = String::from("| key | what it does |\n|---|---|\n");
    for def in ACTIONS {
        let keys: Vec<String> = def.keys.iter().map(|key| format!("`{key}`")).collect();
        table.extend(["| ", &keys.join(" "), " | ", def.doc, " |\n"]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

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
