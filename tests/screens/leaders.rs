//! Preferred leader election on the demo world, of one broker and of all that is marked.

use plimsoll::{
    model::{BrokerId, PartitionId},
    plan::{Change, LeaderMove, Outcome, Said, Task},
};

use crate::acting::{Play, assert_has, entry};

/// Every partition that this broker should lead is led by its second replica, as after a restart.
pub(crate) fn lead_elsewhere(play: &mut Play, broker: BrokerId) -> usize {
    let topics = &play.session.app.picture.site.kafka.topics;
    let mut moves = Vec::new();
    for topic in topics.iter() {
        for partition in &topic.meta.partitions {
            if partition.leader == Some(broker) && partition.replicas[0] == broker {
                let id = PartitionId {
                    topic: topic.meta.name.clone(),
                    partition: partition.index,
                };
                moves.push(LeaderMove {
                    id,
                    from: partition.leader,
                    to: partition.replicas[1],
                });
            }
        }
    }
    let count = moves.len();
    let done = play.world.obey(&Task::Do(entry(Change::Elect { moves })));
    assert!(matches!(done, Some(Said::Done(Ok(_)))));
    play.live(10);
    count
}

#[test]
fn preferred_leaders_come_home_after_a_broker_was_away() {
    let mut play = Play::guarded((120, 40));
    let lost = lead_elsewhere(&mut play, BrokerId(2));
    assert!(lost > 5);
    play.press("4 g j j E");
    let text = play.text();
    assert_has(
        &text,
        &[
            "partitions that prefer broker 2",
            &format!("{lost} change their leader"),
            "broker 2: leads 0",
        ],
    );
    play.press("enter y y");
    let entry = play.until_over(30);
    assert_eq!(entry.outcome, Some(Outcome::Steady));
    assert_has(
        &entry.verdict,
        &[
            &format!("{lost} of {lost} partitions"),
            "the metadata agrees",
        ],
    );
    let home = |of: &plimsoll::model::Partition| {
        of.replicas[0] != BrokerId(2) || of.leader == Some(BrokerId(2))
    };
    let topics = play.session.app.picture.site.kafka.topics.iter();
    assert!(topics.flat_map(|topic| &topic.meta.partitions).all(home));
    play.press("esc u");
    assert_has(&play.text(), &["nothing to undo"]);
    play.press("E");
    assert_has(
        &play.text(),
        &["NO", "led by its preferred replica already"],
    );
}

#[test]
fn an_election_takes_all_that_is_marked_and_what_takes_one_thing_says_so() {
    let mut play = Play::guarded((120, 40));
    lead_elsewhere(&mut play, BrokerId(1));
    lead_elsewhere(&mut play, BrokerId(2));
    play.press("4 g j space space E");
    assert_has(
        &play.text(),
        &["partitions that prefer broker 1, partitions that prefer broker 2"],
    );
    play.press("enter y y");
    assert_eq!(play.until_over(30).outcome, Some(Outcome::Steady));
    let topics = play.session.app.picture.site.kafka.topics.iter();
    let away = topics.flat_map(|topic| &topic.meta.partitions);
    assert_eq!(
        away.filter(|of| of.leader != of.replicas.first().copied())
            .count(),
        0
    );

    play.press("esc 3 space space");
    play.press("P");
    assert_has(
        &play.text(),
        &["2 are marked, and one can be probed at a time"],
    );
    play.press("esc 2 space space s");
    assert_has(
        &play.text(),
        &["2 are marked, and one can be scaled at a time"],
    );
    assert_eq!(play.session.app.acting.activities.len(), 1);
}
