//! Groups that are polled for an hour, and what is said of them at each poll: scenarios with a known truth, through the
//! model as polls of a cluster reach it.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a simulation with numbers of its own"
)]

use std::collections::BTreeMap;

use plimsoll::insight::Status;

use super::polls::{poll, world};

const STEP: f64 = 0.1;

/// Numbers that look random and are the same each time (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn choice(&mut self, of: &[f64]) -> f64 {
        of[(self.next() * of.len() as f64) as usize]
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * self.next().max(1e-12).ln()).sqrt() * (std::f64::consts::TAU * self.next()).cos()
    }
}

/// Records a second at a moment; None: there is no consumer.
type Flow = fn(f64, &mut Random) -> Option<f64>;

#[derive(Clone, Copy)]
struct Scenario {
    name: &'static str,
    inflow: Flow,
    capacity: Flow,
    /// Seconds between commits.
    commit: f64,
    expected: Status,
    /// Seconds after which it is as it should be.
    after: f64,
    /// Seconds after which the member leaves, and after which the committed offset goes back by a million.
    leaves: f64,
    rewinds: f64,
}

const NEVER: f64 = f64::INFINITY;

const fn scenario(
    name: &'static str,
    inflow: Flow,
    capacity: Flow,
    commit: f64,
    expected: Status,
    after: f64,
) -> Scenario {
    Scenario {
        name,
        inflow,
        capacity,
        commit,
        expected,
        after,
        leaves: NEVER,
        rewinds: NEVER,
    }
}

fn noisy(mean: f64, random: &mut Random) -> f64 {
    mean * random.choice(&[0.0, 0.5, 1.0, 1.5, 2.0])
}

fn log_normal(mean: f64, random: &mut Random) -> f64 {
    mean * (0.6 * random.normal() - 0.18).exp()
}

const SCENARIOS: &[Scenario] = &[
    scenario(
        "steady",
        |_, _| Some(1000.0),
        |_, _| Some(1500.0),
        5.0,
        Status::Ok,
        0.0,
    ),
    scenario(
        "noisy",
        |_, r| Some(noisy(1000.0, r)),
        |_, _| Some(1500.0),
        5.0,
        Status::Ok,
        0.0,
    ),
    scenario(
        "beats with the poll",
        |_, _| Some(1000.0),
        |_, _| Some(1500.0),
        4.97,
        Status::Ok,
        0.0,
    ),
    scenario(
        "commits each minute",
        |_, _| Some(1000.0),
        |_, _| Some(1500.0),
        60.0,
        Status::Ok,
        0.0,
    ),
    scenario(
        "two records a minute",
        |_, _| Some(1.0 / 30.0),
        |_, _| Some(10.0),
        5.0,
        Status::Ok,
        0.0,
    ),
    scenario(
        "overload 1000 to 900",
        |_, _| Some(1000.0),
        |_, _| Some(900.0),
        5.0,
        Status::Warn,
        0.0,
    ),
    scenario(
        "overload 1000 to 980",
        |_, _| Some(1000.0),
        |_, _| Some(980.0),
        5.0,
        Status::Warn,
        0.0,
    ),
    scenario(
        "noisy overload",
        |_, r| Some(noisy(1000.0, r)),
        |_, r| Some(noisy(900.0, r)),
        5.0,
        Status::Warn,
        0.0,
    ),
    scenario(
        "overload twice, from 600 s",
        |t, _| Some(if t < 600.0 { 500.0 } else { 1000.0 }),
        |t, _| Some(if t < 600.0 { 800.0 } else { 500.0 }),
        5.0,
        Status::Warn,
        600.0,
    ),
    scenario(
        "stalls at 300 s",
        |_, _| Some(1000.0),
        |t, _| Some(if t < 300.0 { 1500.0 } else { 0.0 }),
        5.0,
        Status::Stall,
        300.0,
    ),
    Scenario {
        leaves: 330.0,
        ..scenario(
            "stops at 300 s",
            |_, _| Some(1000.0),
            |t, _| (t < 300.0).then_some(1500.0),
            5.0,
            Status::Stop,
            330.0,
        )
    },
    Scenario {
        rewinds: 300.0,
        ..scenario(
            "goes back at 300 s",
            |_, _| Some(1000.0),
            |_, _| Some(1500.0),
            5.0,
            Status::Rewind,
            300.0,
        )
    },
    scenario(
        "bursts of a minute",
        |t, _| Some(if t % 600.0 < 60.0 { 4000.0 } else { 500.0 }),
        |_, _| Some(1500.0),
        5.0,
        Status::Ok,
        0.0,
    ),
    scenario(
        "catches up",
        |_, _| Some(1000.0),
        |t, _| Some(if t < 200.0 { 0.0 } else { 1500.0 }),
        5.0,
        Status::Ok,
        300.0,
    ),
    // Not those that the rules were made with.
    scenario(
        "log-normal",
        |_, r| Some(log_normal(800.0, r)),
        |_, _| Some(1500.0),
        5.0,
        Status::Ok,
        0.0,
    ),
    scenario(
        "commits each second",
        |_, _| Some(1000.0),
        |_, _| Some(1500.0),
        1.0,
        Status::Ok,
        0.0,
    ),
    scenario(
        "commits each 10 s",
        |_, r| Some(noisy(1000.0, r)),
        |_, _| Some(2500.0),
        10.0,
        Status::Ok,
        0.0,
    ),
    scenario(
        "commits each 15 s",
        |_, _| Some(1000.0),
        |_, _| Some(1500.0),
        15.0,
        Status::Ok,
        0.0,
    ),
    scenario(
        "commits each 30 s",
        |_, _| Some(1000.0),
        |_, _| Some(1500.0),
        30.0,
        Status::Ok,
        0.0,
    ),
    scenario(
        "95 % used",
        |_, _| Some(950.0),
        |_, _| Some(1000.0),
        5.0,
        Status::Ok,
        0.0,
    ),
    scenario(
        "more and more comes in",
        |t, _| Some(200.0 + t * 0.25),
        |_, _| Some(1500.0),
        5.0,
        Status::Ok,
        0.0,
    ),
    scenario(
        "three a second",
        |_, _| Some(3.0),
        |_, _| Some(10.0),
        5.0,
        Status::Ok,
        0.0,
    ),
    scenario(
        "overload by a fifth, from 600 s",
        |t, _| Some(if t < 600.0 { 800.0 } else { 1200.0 }),
        |_, _| Some(1000.0),
        5.0,
        Status::Warn,
        600.0,
    ),
];

struct Run {
    of: &'static Scenario,
    random: Random,
    end: f64,
    position: f64,
    committed: i64,
    since_commit: f64,
    has_member: bool,
    rewound: bool,
}

impl Run {
    fn new(of: &'static Scenario, seed: u64) -> Self {
        let mut random = Random(seed * 7_919 + of.name.len() as u64);
        Run {
            of,
            since_commit: random.next() * of.commit,
            random,
            end: 2_000_000.0,
            position: 2_000_000.0,
            committed: 2_000_000,
            has_member: true,
            rewound: false,
        }
    }

    fn step(&mut self, at: f64) {
        let of = self.of;
        self.end += (of.inflow)(at, &mut self.random).unwrap_or(0.0) * STEP;
        let capacity = (of.capacity)(at, &mut self.random);
        self.since_commit += STEP;
        if let Some(capacity) = capacity {
            self.position = self.end.min(self.position + capacity * STEP);
            // A consumer that takes nothing commits nothing new.
            if self.since_commit >= of.commit {
                self.committed = self.position as i64;
                self.since_commit -= of.commit;
            }
        }
        if at >= of.rewinds && !std::mem::replace(&mut self.rewound, at >= of.rewinds) {
            self.committed -= 1_000_000;
            self.position = self.committed as f64;
        }
        self.has_member = at < of.leaves;
    }
}

/// What was said of one scenario, over all of its runs.
#[derive(Default, Debug)]
pub(crate) struct Said {
    pub(crate) statuses: BTreeMap<Status, usize>,
    /// Seconds until what is expected was said first, of each run.
    pub(crate) first: Vec<Option<f64>>,
}

impl Said {
    pub(crate) fn share(&self, of: impl Fn(Status) -> bool) -> f64 {
        let all: usize = self.statuses.values().sum();
        let those: usize = self
            .statuses
            .iter()
            .filter(|(status, _)| of(**status))
            .map(|(_, n)| n)
            .sum();
        those as f64 / all.max(1) as f64
    }

    /// The latest of the first times; None where it was never said in one of the runs.
    pub(crate) fn latest(&self) -> Option<f64> {
        let all: Option<Vec<f64>> = self.first.iter().copied().collect();
        all?.into_iter().reduce(f64::max)
    }
}

/// Polls all scenarios for an hour, each with as many seeds.
pub(crate) fn simulate(every: f64, seeds: u64) -> BTreeMap<&'static str, Said> {
    const HOUR: f64 = 3_600.0;
    let mut runs: Vec<Run> = SCENARIOS
        .iter()
        .flat_map(|of| (1..=seeds).map(move |seed| Run::new(of, seed)))
        .collect();
    let mut picture = world(runs.len());
    let mut said: BTreeMap<&'static str, Said> = BTreeMap::new();
    let mut first: Vec<Option<f64>> = vec![None; runs.len()];
    let mut jitter = Random(99);
    let (mut at, mut next) = (0.0, every / 2.0);
    while at < HOUR {
        for run in &mut runs {
            run.step(at);
        }
        if at >= next {
            let polled = runs
                .iter()
                .map(|run| (run.has_member, Some(run.committed), run.end as i64));
            poll(&mut picture, at, &polled.collect::<Vec<_>>());
            next += every * (1.0 + 0.01 * jitter.normal());
            for (number, run) in runs.iter().enumerate() {
                let history = picture.history.group(&format!("g{number:04}")).unwrap();
                let status = history.status.worst;
                if at >= run.of.after && status == run.of.expected && first[number].is_none() {
                    first[number] = Some(at - run.of.after);
                }
                // Until as many samples are of after the change as the rules need, they tell of before.
                let settled = run.of.after + 11.0 * every * f64::from(u8::from(run.of.after > 0.0));
                if at >= settled && status != Status::Unknown {
                    let of = said.entry(run.of.name).or_default();
                    *of.statuses.entry(status).or_default() += 1;
                }
            }
        }
        at += STEP;
    }
    for (run, first) in runs.iter().zip(first) {
        said.entry(run.of.name).or_default().first.push(first);
    }
    said
}

/// The scenarios whose groups are well.
pub(crate) fn healthy() -> impl Iterator<Item = &'static str> {
    SCENARIOS
        .iter()
        .filter(|of| of.expected == Status::Ok)
        .map(|of| of.name)
}
