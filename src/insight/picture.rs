//! A site and what was seen of it over time.

use crate::model::{Envelope, Name, Site};

use super::{History, Index, history::Seen};

/// What we know of a site, with its history. Envelopes go in here; replaying them gives the same picture.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    pub site: Site,
    pub history: History,
    /// Who belongs to whom in Kubernetes, as [`Picture::refresh`] found it.
    pub index: Index,
}

impl Picture {
    pub fn new(site: Name) -> Self {
        Picture {
            site: Site::new(site),
            ..Picture::default()
        }
    }

    pub fn apply(&mut self, envelope: Envelope) {
        let seen = Seen::of(&envelope);
        self.site.apply(envelope);
        self.history.observe(&self.site, &seen);
    }

    /// Brings the index up to date; called before it is read, not for every envelope.
    pub fn refresh(&mut self) {
        self.index.refresh(&self.site);
    }

    /// Changes with every envelope.
    pub fn generation(&self) -> u64 {
        self.site.generation()
    }
}
