//! The connection's configuration, found and merged as kubectl does it.
mod files;
mod proxy;
mod settle;

pub use files::{Contexts, list_contexts};
pub(crate) use settle::{Settled, settle};

use std::fmt::Display;

use crate::net::kube::error::{Error, ErrorKind};

/// A configuration that cannot be used. `place` is a file, or what stands for one.
fn unusable(place: impl Display, why: impl Display, remedy: &str) -> Error {
    Error {
        kind: ErrorKind::Config,
        server: place.to_string().into(),
        request: "".into(),
        why: why.to_string().into(),
        remedy: remedy.into(),
    }
}

/// A name that is not there, with the names that are, and the nearest one.
fn unknown_name(place: &str, what: &str, name: &str, known: &[&str]) -> Error {
    let why = format!("no {what} named {name:?}");
    if known.is_empty() {
        return unusable(place, why, &format!("it names no {what} at all"));
    }
    let nearest = known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .min()
        .filter(|(distance, candidate)| *distance <= candidate.len().max(name.len()) / 3);
    let guess = nearest
        .map(|(_, nearest)| format!("did you mean {nearest:?}? "))
        .unwrap_or_default();
    unusable(
        place,
        why,
        &format!("{guess}there are: {}", known.join(", ")),
    )
}
