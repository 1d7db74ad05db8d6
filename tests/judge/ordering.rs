//! Why the offsets of a poll are asked for in one order: log starts, commits, ends. A model of a log with one reader, whose
//! work goes on between the requests in every way there is, and what the law and the judge say of what was answered.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a model with numbers of its own"
)]

use plimsoll::{
    insight::{
        Circumstances, Facts, Lawful, PartitionState, Rules, Sample, Series, Status, Want,
        group_partitions, judge, law,
    },
    model::{GroupKind, OffsetKind, OffsetListing, Time, TopicOffsets, Update},
};
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner},
};

use super::polls;

/// What may happen between two requests, and how many milliseconds it takes.
#[derive(Clone, Copy, Debug)]
enum Step {
    Append(i64, i64),
    Read(i64, i64),
    Commit(i64),
    /// Retention, by so many hundredths of what it may delete.
    Delete(i64, i64),
}

/// What retention may delete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Retention {
    Committed,
    Read,
    Anything,
}

/// Of which requests the answers of a poll come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    StartCommitEnd,
    EndCommitStart,
}

/// What happens before each of the three requests of a poll, and whether it asks for the log start at all: between two
/// sweeps the start that was read last stands.
#[derive(Clone, Debug)]
struct Poll {
    before: [Vec<Step>; 3],
    sweeps: bool,
}

#[derive(Clone, Debug)]
struct Case {
    retention: Retention,
    /// Whether the group has committed before.
    is_known: bool,
    /// Milliseconds between polls, and between commits at most.
    every: i64,
    commits: i64,
    polls: Vec<Poll>,
}

/// A log on one leader, and its one reader, which starts over where what it would read is deleted.
struct World {
    now: i64,
    start: i64,
    end: i64,
    position: i64,
    committed: Option<i64>,
    /// When it committed last: by the clock, and in the order of all that happens.
    committed_at: i64,
    commit: u64,
    happened: u64,
    commits: i64,
    retention: Retention,
}

impl World {
    fn new(case: &Case) -> Self {
        World {
            now: 0,
            start: 0,
            end: 1_000,
            position: 500,
            committed: case.is_known.then_some(500),
            committed_at: 0,
            commit: 0,
            happened: 0,
            commits: case.commits,
            retention: case.retention,
        }
    }

    fn commit(&mut self) {
        self.happened += 1;
        self.committed = Some(self.position);
        self.committed_at = self.now;
        self.commit = self.happened;
    }

    /// Time passes, and no longer than it may without a commit.
    fn pass(&mut self, millis: i64) {
        let until = self.now + millis;
        while self.committed_at + self.commits <= until {
            self.now = self.committed_at + self.commits;
            self.commit();
        }
        self.now = until;
    }

    fn step(&mut self, step: Step) {
        self.happened += 1;
        match step {
            Step::Append(records, millis) => {
                self.pass(millis);
                self.end += records;
            }
            Step::Read(records, millis) => {
                self.pass(millis);
                self.position = self.end.min(self.position.max(self.start) + records);
            }
            Step::Commit(millis) => {
                self.pass(millis);
                self.commit();
            }
            Step::Delete(hundredths, millis) => {
                self.pass(millis);
                let to = match self.retention {
                    Retention::Committed => self.committed.unwrap_or(self.start),
                    Retention::Read => self.position,
                    Retention::Anything => self.end,
                };
                self.start += (to - self.start).max(0) * hundredths / 100;
            }
        }
    }
}

/// What a poll was answered, and what was true.
#[derive(Clone, Copy, Debug)]
struct Answered {
    at: Time,
    start: i64,
    committed: Option<i64>,
    end: i64,
    /// The commit was made after the log start was read, at which the reader was not before it.
    must_be_within: bool,
}

impl Answered {
    fn law(&self) -> Lawful {
        law(&Facts {
            start: Some(self.start),
            committed: self.committed,
            end: Some(self.end),
            ..Facts::of(GroupKind::Classic)
        })
    }

    fn sample(&self) -> Sample {
        Sample {
            at: self.at,
            committed: self.committed,
            end: self.end,
            start: Some(self.start),
            stable: None,
            owned: true,
        }
    }
}

/// Polls the world of a case.
fn answers(case: &Case, order: Order) -> Vec<Answered> {
    let mut world = World::new(case);
    let mut start = (0, 0, true);
    let mut polls = Vec::new();
    for (number, poll) in (1..).zip(&case.polls) {
        let (mut committed, mut end) = ((None, 0), 0);
        for (place, steps) in poll.before.iter().enumerate() {
            for step in steps {
                world.step(*step);
            }
            match (order, place) {
                (_, 1) => committed = (world.committed, world.commit),
                (Order::StartCommitEnd, 0) | (Order::EndCommitStart, 2) => {
                    if poll.sweeps {
                        let is_within = world.position >= world.start;
                        start = (world.start, world.happened, is_within);
                    }
                }
                _ => end = world.end,
            }
        }
        polls.push(Answered {
            at: Time(polls::BEGAN + world.now),
            start: start.0,
            committed: committed.0,
            end,
            must_be_within: start.2 && committed.1 > start.1,
        });
        world.pass((number * case.every - world.now).max(0));
    }
    polls
}

/// The statuses of the judge, which is told how often is committed.
fn judged(case: &Case, polls: &[Answered]) -> Vec<Status> {
    let samples: Vec<Sample> = polls.iter().map(Answered::sample).collect();
    let rules = Rules::new(case.commits as f64 / 1_000.0);
    let poll = case.every as f64 / 1_000.0;
    let at = |count: usize| {
        let samples = &samples[..count];
        let now = samples[count - 1].at;
        judge(
            &[Series { samples, poll }],
            &rules,
            Circumstances::default(),
            now,
        )
        .status
    };
    (1..=samples.len()).map(at).collect()
}

/// The state and the lag of a partition, where something is committed.
type Row = Option<(PartitionState, Option<i64>)>;

/// The same through the model, as polls of a cluster reach it.
fn shown(polls: &[Answered]) -> Vec<(Row, Status)> {
    let mut picture = polls::world(1);
    let name = "g0000".into();
    let mut said = Vec::new();
    for of in polls {
        let start = OffsetListing {
            kind: OffsetKind::Start,
            topics: vec![TopicOffsets {
                topic: "t0000".into(),
                offsets: vec![(0, of.start)],
            }],
        };
        let seconds = (of.at.0 - polls::BEGAN) as f64 / 1_000.0;
        polls::say(&mut picture, seconds, Update::Offsets(start));
        polls::poll(&mut picture, seconds, &[(true, of.committed, of.end)]);
        let group = picture.site.kafka.groups.get(&name).unwrap();
        let status = picture.history.group(&name).unwrap().status.worst;
        let rows = group_partitions(&picture.site, group, Want::All);
        let row = rows.first().map(|row| (row.state, row.lag));
        said.push((row, status));
    }
    said
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (1_i64..50, 0_i64..400).prop_map(|(n, took)| Step::Append(n, took)),
        (1_i64..80, 0_i64..400).prop_map(|(n, took)| Step::Read(n, took)),
        (0_i64..400).prop_map(Step::Commit),
        (1_i64..=100, 0_i64..400).prop_map(|(share, took)| Step::Delete(share, took)),
    ];
    vec(step, 0..5)
}

fn cases() -> impl Strategy<Value = Case> {
    let retention = prop_oneof![
        Just(Retention::Committed),
        Just(Retention::Read),
        Just(Retention::Anything),
    ];
    let poll = ([steps(), steps(), steps()], prop::bool::weighted(0.7))
        .prop_map(|(before, sweeps)| Poll { before, sweeps });
    (
        retention,
        any::<bool>(),
        1_000_i64..12_000,
        1_000_i64..30_000,
        vec(poll, 1..40),
    )
        .prop_map(|(retention, is_known, every, commits, polls)| Case {
            retention,
            is_known,
            every,
            commits,
            polls,
        })
}

/// Tries the same cases each time.
fn over_all(count: u32, test: impl Fn(&Case) -> Result<(), String>) -> Result<(), String> {
    let config = Config {
        cases: count,
        failure_persistence: None,
        ..Config::default()
    };
    let random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let tried = TestRunner::new_with_rng(config, random)
        .run(&cases(), |case| test(&case).map_err(TestCaseError::fail));
    match tried {
        Ok(()) => Ok(()),
        Err(TestError::Fail(why, case)) => Err(format!("{why}: {case:?}")),
        Err(other) => panic!("{other}"),
    }
}

fn never_negative(polls: &[Answered]) -> Result<(), String> {
    let negative = |of: &&Answered| {
        let told = of.law();
        told.lag.is_some_and(|lag| lag < 0) || told.state == PartitionState::Ahead
    };
    match polls.iter().find(negative) {
        Some(of) => Err(format!("a lag below 0 in {of:?}")),
        None => Ok(()),
    }
}

/// What is deleted was committed before, so no commit is ever before the log start.
fn never_below_the_start(case: &Case, polls: &[Answered]) -> Result<(), String> {
    let below = |of: &&Answered| {
        let state = of.law().state;
        matches!(state, PartitionState::AtRisk | PartitionState::Lost)
    };
    match polls.iter().find(below) {
        Some(of) if case.retention == Retention::Committed && case.is_known => {
            Err(format!("a commit before the start in {of:?}"))
        }
        Some(of) if of.must_be_within => Err(format!("a commit of after the start in {of:?}")),
        _ => Ok(()),
    }
}

#[test]
fn in_the_right_order_no_lag_is_below_zero_and_no_commit_before_the_start() {
    over_all(400, |case| {
        let polls = answers(case, Order::StartCommitEnd);
        never_negative(&polls)?;
        never_below_the_start(case, &polls)
    })
    .unwrap();
}

#[test]
fn a_reader_that_retention_does_not_overtake_and_that_commits_in_time_has_lost_nothing() {
    over_all(400, |case| {
        let polls = answers(case, Order::StartCommitEnd);
        let lost = judged(case, &polls).contains(&Status::Lost);
        if lost && case.retention != Retention::Anything {
            return Err(format!("lost, in {polls:?}"));
        }
        Ok(())
    })
    .unwrap();
}

#[test]
fn what_is_shown_of_the_polls_is_what_the_law_says_and_nothing_is_lost() {
    over_all(300, |case| {
        // How often it commits is not told here, but seen. Between polls this far apart there is time for a commit, whatever
        // was seen of those before.
        let case = &Case {
            commits: case.commits.min(5_000),
            every: case.every.max(10_000),
            ..case.clone()
        };
        let polls = answers(case, Order::StartCommitEnd);
        for (of, (row, status)) in polls.iter().zip(shown(&polls)) {
            let told = of.law();
            if row != of.committed.map(|_| (told.state, told.lag)) {
                return Err(format!("{row:?} of {of:?}"));
            }
            if status == Status::Ahead {
                return Err(format!("ahead, in {polls:?}"));
            }
            if status == Status::Lost && case.retention != Retention::Anything {
                return Err(format!("lost, in {polls:?}"));
            }
        }
        Ok(())
    })
    .unwrap();
}

#[test]
fn in_the_reverse_order_both_faults_are_found() {
    let negative = over_all(400, |case| {
        never_negative(&answers(case, Order::EndCommitStart))
    });
    let told = negative.expect_err("no lag below 0 was found");
    assert!(told.starts_with("a lag below 0"), "{told}");
    let below = over_all(400, |case| {
        never_below_the_start(case, &answers(case, Order::EndCommitStart))
    });
    let told = below.expect_err("no commit before the start was found");
    assert!(told.starts_with("a commit before the start"), "{told}");
}

#[test]
fn a_reader_that_stops_and_is_overtaken_has_lost_records() {
    let poll = Poll {
        before: [
            vec![Step::Append(10, 0), Step::Delete(100, 0)],
            vec![],
            vec![],
        ],
        sweeps: true,
    };
    let case = Case {
        retention: Retention::Anything,
        is_known: true,
        every: 5_000,
        commits: 5_000,
        polls: vec![poll; 20],
    };
    let polls = answers(&case, Order::StartCommitEnd);
    assert_eq!(judged(&case, &polls).last(), Some(&Status::Lost));
    let (row, status) = shown(&polls)[19];
    assert_eq!(row.map(|(state, _)| state), Some(PartitionState::AtRisk));
    assert_eq!(status, Status::Lost);
}
