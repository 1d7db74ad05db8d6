//! The views that were seen, to go back and forward through as in a browser.

use crate::app::{App, Subject, View};

/// What was seen before, and what was left by going back: each a pane with the objects opened from it.
#[derive(Clone, Debug, Default)]
pub(super) struct Trail {
    past: Vec<Vec<View>>,
    future: Vec<Vec<View>>,
}

/// Places kept.
pub(super) const KEPT: usize = 100;

impl App {
    fn place(&self) -> Vec<View> {
        self.stack().cloned().collect()
    }

    fn subjects(&self) -> Vec<Subject> {
        self.stack().map(|view| view.subject.clone()).collect()
    }

    /// Goes somewhere, and remembers where from.
    pub(super) fn navigate(&mut self, go: impl FnOnce(&mut Self)) {
        let (place, before) = (self.place(), self.subjects());
        go(self);
        if self.subjects() != before {
            self.trail.past.push(place);
            self.trail.future.clear();
            let over = self.trail.past.len().saturating_sub(KEPT);
            self.trail.past.drain(..over);
        }
    }

    /// To the place before this one; false if there is none.
    pub(super) fn backward(&mut self) -> bool {
        let Some(place) = self.trail.past.pop() else {
            return false;
        };
        let here = self.place();
        self.trail.future.push(here);
        self.stand(place);
        true
    }

    /// To the place that was left by going back; false if there is none.
    pub(super) fn forward(&mut self) -> bool {
        let Some(place) = self.trail.future.pop() else {
            return false;
        };
        let here = self.place();
        self.trail.past.push(here);
        self.stand(place);
        true
    }

    fn stand(&mut self, place: Vec<View>) {
        let mut place = place.into_iter();
        let Some(base) = place.next() else { return };
        self.show_view(base);
        self.above = place.collect();
    }
}
