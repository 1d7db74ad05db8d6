//! Rows put under their topics.

use std::{collections::BTreeMap, sync::Arc};

/// Rows by topic. Rows of one topic mostly come one after the other: then its name is not looked up again.
#[derive(Debug)]
pub struct ByTopic<T> {
    places: BTreeMap<Arc<str>, usize>,
    topics: Vec<(Arc<str>, Vec<T>)>,
    last: usize,
}

impl<T> Default for ByTopic<T> {
    fn default() -> Self {
        ByTopic {
            places: BTreeMap::new(),
            topics: Vec::new(),
            last: 0,
        }
    }
}

impl<T> ByTopic<T> {
    /// The rows of a topic, to be added to.
    pub fn rows(&mut self, topic: &Arc<str>) -> &mut Vec<T> {
        let same = self.topics.get(self.last);
        if !same.is_some_and(|(name, _)| Arc::ptr_eq(name, topic)) {
            let new = self.topics.len();
            self.last = *self.places.entry(Arc::clone(topic)).or_insert(new);
            if self.last == new {
                self.topics.push((Arc::clone(topic), Vec::new()));
            }
        }
        let place = self.last;
        #[expect(
            clippy::indexing_slicing,
            reason = "the place of a topic was taken from here"
        )]
        let (_, rows) = &mut self.topics[place];
        rows
    }

    /// All of them, sorted by the names of topics; rows as they came.
    pub fn sorted(self) -> Vec<(Arc<str>, Vec<T>)> {
        let mut topics = self.topics;
        topics.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        topics
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rows_are_under_their_topics_in_the_order_in_which_they_came(
            rows in proptest::collection::vec((0_usize..4, 0..100), 0..40), shared in any::<bool>(),
        ) {
            let names: Vec<Arc<str>> = ["d", "a", "c", "b"].map(Arc::from).to_vec();
            let mut by_topic = ByTopic::default();
            let mut expected: BTreeMap<Arc<str>, Vec<i32>> = BTreeMap::new();
            for (topic, row) in rows {
                let name = if shared { Arc::clone(&names[topic]) } else { Arc::from(&*names[topic]) };
                by_topic.rows(&name).push(row);
                expected.entry(name).or_default().push(row);
            }
            prop_assert_eq!(by_topic.sorted(), expected.into_iter().collect::<Vec<_>>());
        }
    }
}
