//! What a watch says of a table.

use serde::{Deserialize, Serialize};

use super::Row;

/// A change of a watched table. A (re)list is `begin`, pages of `set`, then `done`, at which rows that were not seen
/// since `begin` are gone; between two lists, `set` and `gone` carry single changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    bound = "R: Serialize + serde::de::DeserializeOwned, R::Key: Serialize + serde::de::DeserializeOwned"
)]
pub struct Delta<R: Row> {
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub begin: bool,
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<R>,
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<R::Key>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub done: bool,
}

impl<R: Row> Default for Delta<R> {
    fn default() -> Self {
        Delta {
            begin: false,
            set: Vec::new(),
            gone: Vec::new(),
            done: false,
        }
    }
}

impl<R: Row> Delta<R> {
    /// A whole list in one piece.
    pub fn list(rows: Vec<R>) -> Self {
        Delta {
            begin: true,
            set: rows,
            gone: Vec::new(),
            done: true,
        }
    }

    /// A list begins: what is known stays until it is complete.
    pub fn begin() -> Self {
        Delta {
            begin: true,
            ..Delta::default()
        }
    }

    /// A list is complete.
    pub fn done() -> Self {
        Delta {
            done: true,
            ..Delta::default()
        }
    }

    /// Rows that are new or different.
    pub fn set(rows: Vec<R>) -> Self {
        Delta {
            set: rows,
            ..Delta::default()
        }
    }

    /// Rows that no longer exist.
    pub fn gone(keys: Vec<R::Key>) -> Self {
        Delta {
            gone: keys,
            ..Delta::default()
        }
    }
}
