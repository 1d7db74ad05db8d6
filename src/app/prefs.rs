//! What the user likes: settled in the config, and changed by keys while it runs.

use std::collections::BTreeMap;

use crate::model::{Name, WorkloadId};

use super::{Columns, Keymap};
use crate::insight::Reach;

/// What the user likes.
#[derive(Clone, Debug, PartialEq)]
pub struct Prefs {
    /// The theme that is shown.
    pub theme: String,
    /// The themes that can be shown by name.
    pub themes: Vec<String>,
    /// The kubeconfig contexts that can be switched to by name.
    pub contexts: Vec<String>,
    pub keymap: Keymap,
    pub columns: Columns,
    /// The workload behind a group, where the user says so.
    pub owners: BTreeMap<Name, WorkloadId>,
    pub reach: Reach,
    /// The mouse is ours; the terminal's own selection needs shift then.
    pub mouse: bool,
    /// Hundredths of a wide screen that the list gets; the object beside it has the rest.
    pub share: u16,
}

impl Default for Prefs {
    fn default() -> Self {
        Prefs {
            theme: String::new(),
            themes: Vec::new(),
            contexts: Vec::new(),
            keymap: Keymap::default(),
            owners: BTreeMap::new(),
            columns: Columns::default(),
            reach: Reach::default(),
            mouse: true,
            share: 55,
        }
    }
}
