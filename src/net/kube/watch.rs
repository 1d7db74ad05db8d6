//! A kind of the API as an endless stream of rows, whatever the server does.
mod batch;
mod lines;
mod machine;

use std::time::Duration;

use futures::Stream;
use machine::Machine;

use crate::net::kube::{
    client::Client,
    error::Error,
    resource::{Resource, Scope},
    rows::{Key, Row},
};

/// What is watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchSpec {
    /// The kind.
    pub resource: Resource,
    /// Where.
    pub scope: Scope,
    /// The namespace to fall back to where listing all of them is forbidden.
    pub fallback: Option<String>,
    /// `fieldSelector`.
    pub fields: Option<String>,
    /// `labelSelector`.
    pub labels: Option<String>,
    /// List whole from the server's cache (`resourceVersion=0`): for kinds with few objects.
    pub from_cache: bool,
}

impl WatchSpec {
    /// All objects of a kind, in pages.
    pub fn new(resource: Resource, scope: Scope) -> Self {
        Self {
            resource,
            scope,
            fallback: None,
            fields: None,
            labels: None,
            from_cache: false,
        }
    }
}

/// What a watch tells. After `Begin` come pages, then `Listed`, then changes, until a new `Begin`.
#[derive(Clone, Debug, PartialEq)]
pub enum WatchEvent<R> {
    /// A list begins; rows already held stay until `Listed` says which are gone.
    Begin {
        /// What is listed.
        scope: Scope,
    },
    /// Listing all namespaces is forbidden; this one is listed instead. `Begin` follows.
    Narrowed {
        /// The namespace.
        namespace: String,
        /// The refusal.
        error: Error,
    },
    /// A page of the list.
    Page {
        /// Its rows.
        rows: Vec<R>,
        /// How many objects are still to come, if the server says.
        remaining: Option<u64>,
    },
    /// The list is complete.
    Listed {
        /// Rows delivered before this list, and not seen again in it.
        gone: Vec<Key>,
    },
    /// What has changed in about the last 100 ms, once per key.
    Changed {
        /// New or changed rows.
        set: Vec<R>,
        /// Deleted rows.
        gone: Vec<Key>,
    },
    /// The server was heard from: the watch is open, or a bookmark came. Ends a failure.
    Alive,
    /// It failed; rows already delivered are kept by whoever has them. It goes on by itself.
    Failed {
        /// Why.
        error: Error,
        /// After which time it tries again; [`Client::retry_now`] makes it at once.
        retry_in: Duration,
    },
}

/// Lists and watches for as long as the stream is polled; dropping it ends the requests. The stream never ends.
///
/// Lists come in pages of 500. A watch that ends or breaks resumes where it was; one that is too old (410) begins again. Failures are
/// told and retried: after 0.8 to 30 s, or what the server asks for; after 60 s where only an administrator can help.
pub fn watch<R: Row>(client: Client, spec: WatchSpec) -> impl Stream<Item = WatchEvent<R>> + Send {
    futures::stream::unfold(Machine::<R>::new(client, spec), |mut machine| async move {
        Some((machine.next_event().await, machine))
    })
}
