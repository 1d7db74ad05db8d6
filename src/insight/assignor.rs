//! What Kafka's `range` assignor gives to whom: each topic apart, its partitions in a row, to the members that subscribe
//! to it in order; so that the first members get the most, topic by topic.

use std::collections::BTreeMap;

/// A member, as the assignor sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscriber {
    pub member: String,
    /// Static members keep their place by it, whatever member id they get.
    pub instance: Option<String>,
    pub topics: Vec<String>,
}

impl Subscriber {
    /// Members with an instance id come before those without, each kind by its id.
    fn place(&self) -> (bool, &str) {
        match &self.instance {
            Some(instance) => (false, instance),
            None => (true, &self.member),
        }
    }
}

/// Topic and partitions of each member, by member id.
pub type Assignment = BTreeMap<String, Vec<(String, Vec<i32>)>>;

/// Assigns the partitions of topics (name and count) to subscribers.
pub fn range(topics: &BTreeMap<String, i32>, subscribers: &[Subscriber]) -> Assignment {
    let mut given: Assignment = subscribers
        .iter()
        .map(|of| (of.member.clone(), Vec::new()))
        .collect();
    for (topic, count) in topics {
        let mut of_topic: Vec<&Subscriber> = subscribers
            .iter()
            .filter(|of| of.topics.contains(topic))
            .collect();
        of_topic.sort_by(|a, b| a.place().cmp(&b.place()));
        let Ok(members) = i32::try_from(of_topic.len()) else {
            continue;
        };
        if members == 0 {
            continue;
        }
        let (each, more) = (count / members, count % members);
        let mut next = 0;
        for (index, of) in (0..).zip(of_topic) {
            let until = next + each + i32::from(index < more);
            if until > next
                && let Some(own) = given.get_mut(&of.member)
            {
                own.push((topic.clone(), (next..until).collect()));
            }
            next = until;
        }
    }
    given
}
