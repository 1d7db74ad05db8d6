//! Changes on the demo world: from the preview to the verdict and back, by keys alone.

use plimsoll::{
    app::{Effect, Mode, Msg, Options, Prefs, Step},
    model::{Envelope, Name, SECOND, Time},
    plan::{Answer, Change, Entry, Failure, FailureKind, Order, Outcome, Said, Task},
    source::demo::World,
};

use crate::screen::{Session, options};

const START: Time = Time(1_800_000_000_000);

/// A demo world that obeys what the app orders.
pub(crate) struct Play {
    pub(crate) session: Session,
    pub(crate) world: World,
    /// Every order that was given.
    pub(crate) orders: Vec<Order>,
}

impl Play {
    fn new(options: Options, size: (u16, u16)) -> Play {
        let mut play = Play {
            session: Session::new(options, START, size),
            world: World::new(7, 1.0, START),
            orders: Vec::new(),
        };
        let opening = play.world.opening();
        play.session.feed(opening);
        play.live(120);
        play
    }

    pub(crate) fn guarded(size: (u16, u16)) -> Play {
        let options = Options {
            read_only: false,
            demo: true,
            ..options()
        };
        Play::new(options, size)
    }

    /// Seconds go by.
    pub(crate) fn live(&mut self, seconds: i64) {
        self.live_with(seconds, |_| {});
    }

    /// Seconds go by, and what is said arrives as `change` leaves it.
    pub(crate) fn live_with(&mut self, seconds: i64, change: impl Fn(&mut Envelope)) {
        for _ in 0..seconds {
            let now = self.session.now.plus(SECOND);
            let mut said = self.world.step(now);
            said.iter_mut().for_each(&change);
            self.session.now = now;
            self.session.feed(said);
            let (_, effects) = self.session.paint();
            self.perform(effects);
        }
    }

    pub(crate) fn press(&mut self, keys: &str) -> &mut Play {
        for key in keys.split_whitespace() {
            let effects = self.session.press(key);
            self.perform(effects);
            // A person sees the screen between two keys.
            let (_, effects) = self.session.paint();
            self.perform(effects);
        }
        self
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            let Effect::Order(order) = effect else {
                continue;
            };
            self.orders.push((*order).clone());
            if let Some(said) = self.world.obey(&order.task) {
                self.answer(order.ticket, said);
            }
        }
    }

    pub(crate) fn answer(&mut self, ticket: u64, said: Said) {
        let answer = Box::new(Answer { ticket, said });
        let now = self.session.now;
        let effects = self.session.app.handle(Msg::Answer(answer), now);
        self.perform(effects);
    }

    pub(crate) fn text(&mut self) -> String {
        self.session.screen().to_string()
    }

    /// Lives until the last change is over, for so many seconds at most.
    pub(crate) fn until_over(&mut self, seconds: i64) -> Entry {
        for _ in 0..seconds {
            self.live(1);
            let last = self.session.app.acting.activities.last().unwrap();
            if !last.is_open() {
                return last.entry.clone();
            }
        }
        panic!("it is not over:\n{}", self.text());
    }

    fn closed(&self) -> Vec<&Entry> {
        let closed = self.orders.iter().filter_map(|order| match &order.task {
            Task::Close(entry) => Some(entry),
            _ => None,
        });
        closed.collect()
    }
}

/// The words, wherever lines break.
pub(crate) fn assert_has(text: &str, words: &[&str]) {
    let unframed = text.replace('│', " ");
    let flat = unframed.split_whitespace().collect::<Vec<_>>().join(" ");
    for word in words {
        assert!(flat.contains(word), "{word:?} is not in\n{text}");
    }
}

#[test]
fn moment_four_scale_what_falls_behind_see_it_drain_and_take_it_back() {
    for size in [(80, 24), (120, 40), (160, 50)] {
        let mut play = Play::guarded(size);
        assert_has(&play.text(), &["FALLING", "fraud", "GUARDED"]);
        // Three keys and a digit to the preview.
        play.press("1 enter s 6");
        let text = play.text();
        assert_has(
            &text,
            &[
                "scale Deployment finance/fraud on prod",
                "now 1",
                "useful counts: 1 2 3 6",
            ],
        );
        assert!(play.orders.is_empty(), "a preview asks nothing of anybody");
        play.press("enter");
        assert_has(&play.text(), &["unlock prod?", "[ Stay guarded ]"]);
        play.press("y");
        let text = play.text();
        assert_has(&text, &["[ Cancel ]", "Scale to 6", "UNLOCKED 15m"]);
        play.press("tab enter");
        assert!(matches!(play.session.app.mode, Mode::Following { .. }));
        let entry = play.until_over(120);
        assert_eq!(entry.outcome, Some(Outcome::Steady), "{}", entry.verdict);
        assert_has(
            &entry.verdict,
            &[
                "6 of 6 pods ready",
                "6 members in 6 of 6 pods",
                "falling by",
            ],
        );
        assert_has(&play.text(), &["verdict", "done"]);
        // Back again, with two keys and the confirmation.
        play.press("u");
        assert_has(&play.text(), &["undo: scale Deployment finance/fraud"]);
        play.press("enter y");
        let entry = play.until_over(180);
        let Change::Scale { from, to, .. } = entry.change else {
            panic!("{entry:?}")
        };
        assert_eq!((from, to, entry.undo_of.is_some()), (6, 1, true));
        assert_eq!(play.closed().len(), 2, "one line for each change");
        assert_eq!(play.session.app.acting.activities.len(), 2);
    }
}

#[test]
fn cancel_is_the_default_and_nothing_is_ordered_by_it() {
    let mut play = Play::guarded((80, 24));
    play.press("1 enter s 6 enter enter");
    assert!(
        matches!(play.session.app.mode, Mode::Dialog(_)),
        "staying guarded goes back to the preview"
    );
    assert!(play.orders.is_empty());
    play.press("enter y enter");
    assert_eq!(play.session.app.mode, Mode::Normal);
    assert!(
        play.orders
            .iter()
            .all(|order| matches!(order.task, Task::Try(_)))
    );
    play.press("s 6 enter");
    assert!(
        matches!(&play.session.app.mode, Mode::Dialog(of) if of.step == Step::Confirm),
        "it is unlocked now"
    );
    play.press("esc");
    // Fifteen minutes later it is locked again.
    play.live(901);
    play.press("s 6 enter");
    assert!(matches!(play.session.app.mode, Mode::Unlock { .. }));
}

#[test]
fn more_pods_than_partitions_an_autoscaler_and_no_change_are_said() {
    let mut play = Play::guarded((80, 24));
    play.press("1 enter s 9");
    assert_has(
        &play.text(),
        &[
            "WARNING",
            "3 of 9 pods would be idle",
            "kubectl --context prod -n finance scale deployment/fraud --current-replicas=1 --replicas=9",
        ],
    );
    play.press("backspace 1");
    assert_has(&play.text(), &["NO", "it has 1 already"]);
    play.press("enter");
    assert!(matches!(&play.session.app.mode, Mode::Dialog(of) if of.step == Step::Preview));
    play.press("esc");
    let scaled = play
        .session
        .app
        .picture
        .site
        .autoscalers
        .iter()
        .next()
        .unwrap()
        .clone();
    let keys: Vec<String> = scaled.target.name.chars().map(String::from).collect();
    play.press(&format!("5 / {} enter s 9", keys.join(" ")));
    assert_has(&play.text(), &["HorizontalPodAutoscaler", "will undo this"]);
}

#[test]
fn in_production_the_name_is_typed() {
    let options = Options {
        read_only: false,
        production: true,
        ..options()
    };
    let mut play = Play::new(options, (120, 40));
    play.press("1 enter s 6 enter y");
    assert_has(&play.text(), &["PRODUCTION", "type fraud and enter"]);
    play.press("y enter f r a u enter");
    assert!(
        play.orders
            .iter()
            .all(|order| matches!(order.task, Task::Try(_)))
    );
    play.press("ctrl-u f r a u d enter");
    assert!(
        matches!(play.session.app.mode, Mode::Following { .. }),
        "{}",
        play.text()
    );
}

#[test]
fn read_only_shows_the_plan_and_orders_nothing() {
    let mut play = Play::new(options(), (120, 40));
    play.press("1 enter");
    assert!(
        !play.text().contains("scale"),
        "what cannot be done is not offered"
    );
    play.press("s 6 enter");
    assert_has(
        &play.text(),
        &["READ-ONLY: it cannot be done from here", "--replicas=6"],
    );
    play.press("y enter enter U u");
    assert!(play.orders.is_empty());
    assert_has(&play.text(), &["nothing to undo"]);
}

#[test]
fn every_failure_is_said_as_it_was_and_nothing_is_sent_again() {
    let failures = [
        (FailureKind::Forbidden, "forbidden: nothing was changed"),
        (FailureKind::Conflict, "conflict: nothing was changed"),
        (FailureKind::Rejected, "rejected: nothing was changed"),
        (FailureKind::NotSent, "not sent: nothing was changed"),
    ];
    for (kind, words) in failures {
        let mut play = Play::guarded((120, 40));
        play.press("1 enter s 6 enter y");
        // The last step by hand: the order is given, and another answer comes than the world's.
        let effects = play.session.press("y");
        let order = effects.iter().find_map(|effect| match effect {
            Effect::Order(order) => Some((**order).clone()),
            _ => None,
        });
        let order = order.unwrap();
        assert!(matches!(order.task, Task::Do(_)));
        play.answer(order.ticket, Said::Done(Err(Failure::new(kind, "said so"))));
        assert_has(&play.text(), &[words, "said so", "failed"]);
        let closed = play.closed();
        assert_eq!(closed.len(), 1);
        assert_eq!(closed[0].outcome, Some(Outcome::Failed { kind }));
        play.live(30);
        assert!(
            !play
                .orders
                .iter()
                .any(|order| matches!(order.task, Task::Do(_))),
            "it is not sent again"
        );
    }
}

#[test]
fn sent_without_an_answer_is_unknown_until_it_is_seen() {
    let mut play = Play::guarded((120, 40));
    play.press("1 enter s 6 enter y");
    let effects = play.session.press("y");
    let order = effects.iter().find_map(|effect| match effect {
        Effect::Order(order) => Some((**order).clone()),
        _ => None,
    });
    let order = order.unwrap();
    let lost = Failure::new(FailureKind::Unanswered, "no answer in 15 s");
    // It was done, and the answer was lost.
    play.world.obey(&order.task);
    play.answer(order.ticket, Said::Done(Err(lost)));
    assert_has(
        &play.text(),
        &["whether it was done is unknown; it is not sent again"],
    );
    assert!(play.closed().is_empty(), "nothing is claimed yet");
    let entry = play.until_over(120);
    assert_eq!(
        entry.outcome,
        Some(Outcome::Steady),
        "what is seen counts: {}",
        entry.verdict
    );
}

pub(crate) fn entry(change: Change) -> Entry {
    Entry {
        at: START,
        site: Name::from("prod"),
        change,
        command: "kubectl".to_owned(),
        undo_of: None,
        sent: Some(START),
        answered: None,
        outcome: None,
        verdict: String::new(),
        ended: None,
    }
}

#[test]
fn nobody_leaves_a_change_that_is_still_followed() {
    let options = Options {
        read_only: false,
        demo: true,
        prefs: Prefs {
            contexts: vec!["staging".to_owned()],
            ..Prefs::default()
        },
        ..options()
    };
    let mut play = Play::new(options, (120, 40));
    play.press("2 s 6 enter y y esc");
    let effects = play.session.press(": c t x space s t a g enter");
    assert_eq!(effects, []);
    assert_has(&play.text(), &["is still being followed here"]);
    play.until_over(600);
    let effects = play.session.press("esc : c t x space s t a g enter");
    assert_eq!(effects.last(), Some(&Effect::Switch("staging".to_owned())));
}

#[test]
fn a_probe_names_the_slowest_broker_and_refuses_compacted_topics() {
    let mut play = Play::guarded((80, 24));
    play.press("3 / o r d e r s enter P");
    assert_has(
        &play.text(),
        &["probe topic orders", "header plimsoll-probe"],
    );
    play.press("enter y");
    assert_has(&play.text(), &["Write the records"]);
    play.press("y");
    assert_has(
        &play.text(),
        &[
            "partitions took the record and gave it back",
            "slowest to acknowledge is broker",
        ],
    );
    let compacted = play
        .session
        .app
        .picture
        .site
        .kafka
        .topics
        .iter()
        .find(|topic| {
            let config = topic
                .config
                .as_ref()
                .and_then(|config| config.cleanup_policy.as_ref());
            config.is_some_and(|policy| policy.contains("compact")) && !topic.meta.internal
        })
        .map(|topic| topic.meta.name.clone())
        .unwrap();
    let keys: Vec<String> = compacted.chars().map(String::from).collect();
    play.press(&format!("esc esc 3 / {} enter P", keys.join(" ")));
    assert_has(&play.text(), &["NO", "is compacted"]);
}

#[test]
fn what_an_earlier_run_left_in_the_middle_is_explained_and_noted() {
    let mut play = Play::guarded((80, 24));
    let workload = play
        .session
        .app
        .picture
        .site
        .workloads()
        .find(|w| &*w.id.name == "fraud")
        .unwrap()
        .id
        .clone();
    let entry = entry(Change::Scale {
        workload,
        from: 1,
        to: 6,
    });
    play.session.app.recall(vec![(u64::MAX, entry)]);
    assert_has(
        &play.text(),
        &[
            "an earlier run ended in the middle",
            "it had been sent and not been answered",
            "1 wanted, 1 ready",
        ],
    );
    play.press("enter");
    let closed = play.closed();
    assert_eq!(closed.len(), 1);
    assert_eq!(closed[0].outcome, Some(Outcome::Interrupted));
}
