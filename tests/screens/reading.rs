//! Events of objects and objects themselves; and the demo world behind the questions of a session.

use plimsoll::{
    app::{
        Chord, Effect, Msg,
        reading::{Answer, Ask, AskOf, Said},
    },
    model::{Key, PodId, SECOND, Time, WorkloadId},
    source::demo::{self, World},
};
use serde_json::json;

use crate::{
    screen::{Screen, Session, chords, options},
    world::START,
};

/// A session on the demo world, five minutes after its start, whose questions are answered.
pub(crate) struct Desk {
    pub(crate) session: Session,
    pub(crate) asks: Vec<Option<Ask>>,
    /// Nothing is answered but by the test.
    pub(crate) mute: bool,
    world: World,
    reader: demo::Reader,
    seconds: i64,
}

impl Desk {
    pub(crate) fn new(size: (u16, u16)) -> Self {
        Desk::seeded(7, 300, size)
    }

    pub(crate) fn seeded(seed: u64, seconds: i64, size: (u16, u16)) -> Self {
        let mut options = options();
        options.demo = true;
        options.site = "demo".into();
        let mut world = World::new(seed, 1.0, START);
        let mut session = Session::new(options, START, size);
        session.feed(world.opening());
        session.feed(world.step(START.plus(120 * SECOND)));
        for minute in 1.. {
            let to = (120 + minute * 60).min(seconds);
            session.feed(world.step(START.plus(to * SECOND)));
            if to == seconds {
                break;
            }
        }
        session.now = session.now.max(START.plus(seconds * SECOND));
        Desk {
            session,
            asks: Vec::new(),
            mute: false,
            world,
            reader: demo::Reader::default(),
            seconds,
        }
    }

    /// Presses keys and answers what is asked after each.
    pub(crate) fn press(&mut self, keys: &str) -> &mut Self {
        for chord in chords(keys) {
            self.key(chord);
        }
        self
    }

    pub(crate) fn key(&mut self, chord: Chord) {
        let mut effects = self.session.app.handle(Msg::Key(chord), self.session.now);
        effects.extend(self.session.paint().1);
        self.answer(effects);
    }

    pub(crate) fn type_in(&mut self, text: &str) -> &mut Self {
        for letter in text.chars() {
            self.key(Chord::plain(plimsoll::app::KeyCode::Char(letter)));
        }
        self
    }

    fn answer(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            if let Effect::Read(ask) = effect {
                self.asks.push(ask);
            }
        }
        let ask = self.asks.last().cloned().flatten().filter(|_| !self.mute);
        for answer in self.reader.read(&self.world, ask.as_ref()) {
            self.tell(answer);
        }
    }

    pub(crate) fn tell(&mut self, answer: Answer) {
        self.session
            .app
            .handle(Msg::Read(Box::new(answer)), self.session.now);
    }

    /// The generation of what is being read.
    pub(crate) fn generation(&self) -> u64 {
        self.asks
            .last()
            .cloned()
            .flatten()
            .expect("something is read")
            .generation
    }

    pub(crate) fn say(&mut self, said: Said) -> &mut Self {
        let (generation, at) = (self.generation(), self.session.now);
        self.tell(Answer {
            generation,
            at,
            said,
        });
        self
    }

    /// The world lives on for so long.
    pub(crate) fn live(&mut self, seconds: i64) -> &mut Self {
        self.seconds += seconds;
        let now = START.plus(self.seconds * SECOND);
        let said = self.world.step(now);
        self.session.feed(said);
        self.session.now = now;
        let effects = self.session.paint().1;
        self.answer(effects);
        self
    }

    pub(crate) fn screen(&mut self) -> Screen<'_> {
        self.session.screen()
    }

    /// The last question.
    pub(crate) fn asked(&self) -> Option<&AskOf> {
        self.asks.last()?.as_ref().map(|ask| &ask.of)
    }
}

fn workload(namespace: &str, name: &str) -> Key {
    Key::Workload(WorkloadId {
        namespace: namespace.into(),
        kind: "Deployment".into(),
        name: name.into(),
    })
}

#[test]
fn events_of_a_workload_are_those_of_its_pods_too_newest_first() {
    for (size, name) in [
        ((80, 24), "events-80x24"),
        ((120, 40), "events-120x40"),
        ((160, 50), "events-160x50"),
        ((40, 10), "events-40x10"),
    ] {
        let mut desk = Desk::new(size);
        desk.press("2 e");
        assert_eq!(
            desk.asked(),
            Some(&AskOf::Events(workload("finance", "fraud")))
        );
        let screen = desk.screen();
        assert_eq!(screen.title(), "events of Deployment finance/fraud");
        assert_eq!(
            screen.column(0, "REASON"),
            ["Started", "Created", "Pulled", "Scheduled"]
        );
        if size.0 >= 120 {
            screen
                .assert_cell("Scheduled", "TYPE", "Normal")
                .assert_cell("Scheduled", "COUNT", "1")
                .assert_cell("Scheduled", "OBJECT", "Pod/fraud-556xkdqdx9-mv2wj");
        }
        screen.snapshot(name);
    }
}

#[test]
fn events_are_kept_current_and_lead_to_what_they_are_about() {
    let mut desk = Desk::new((120, 40));
    desk.press("2 e");
    let fraud = |name: &str, reason: &str, about: &str, ago: i64| plimsoll::app::reading::Event {
        id: PodId {
            namespace: "finance".into(),
            name: name.into(),
        },
        kind: "Warning".into(),
        about: plimsoll::model::Owner {
            kind: "Pod".into(),
            name: about.into(),
        },
        reason: reason.into(),
        message: "it \u{1b}[31mburns".into(),
        count: 3,
        last: Some(Time(START.0 + 300_000 - ago)),
    };
    let pod = "fraud-556xkdqdx9-mv2wj";
    desk.say(Said::Events {
        set: vec![
            fraud("new", "Burning", pod, 2_000),
            fraud("gone", "Gone", "fraud-556xkdqdx9-bcdfg", 4_000),
            fraud("other", "Foreign", "fraud-check-556xkdqdx9-bcdfg", 1_000),
        ],
        gone: Vec::new(),
        whole: true,
    });
    let screen = desk.screen();
    let reasons = screen.column(0, "REASON");
    assert_eq!(reasons[..2], ["Burning", "Gone"], "{screen}");
    assert!(!screen.has("Foreign"), "of another workload:\n{screen}");
    screen
        .assert_cell("Burning", "AGE", "2s")
        .assert_cell("Burning", "TYPE", "Warning")
        .assert_cell("Burning", "COUNT", "3")
        .assert_cell("Burning", "MESSAGE", "it burns");
    desk.say(Said::Events {
        set: Vec::new(),
        gone: vec![PodId {
            namespace: "finance".into(),
            name: "gone".into(),
        }],
        whole: true,
    });
    assert!(!desk.screen().has("Gone"));
    desk.press("enter");
    assert_eq!(desk.screen().title(), format!("pod finance/{pod}"));
    assert_eq!(
        desk.asks.last(),
        Some(&None),
        "nothing is read behind another view"
    );
    desk.press("esc");
    let failed = Said::Failed {
        why: "events is forbidden: User \"u\" cannot list resource \"events\"".into(),
    };
    desk.press("ctrl-r").say(failed);
    desk.screen()
        .assert_has("no longer read: events is forbidden");
    // Events of another object begin with nothing.
    desk.press("1 n e");
    assert!(matches!(desk.asked(), Some(AskOf::Events(Key::Node(_)))));
    let failed = Said::Failed {
        why: "User \"u\" cannot list resource \"events\"".into(),
    };
    desk.press("ctrl-r").say(failed);
    desk.screen()
        .assert_has("the events cannot be read: User \"u\" cannot list");
}

#[test]
fn an_object_is_yaml_with_what_is_secret_taken_out() {
    for (size, name) in [
        ((80, 24), "object-80x24"),
        ((120, 40), "object-120x40"),
        ((160, 50), "object-160x50"),
        ((40, 10), "object-40x10"),
    ] {
        let mut desk = Desk::new(size);
        desk.press("5 / f r a u d enter y");
        assert_eq!(
            desk.asked(),
            Some(&AskOf::Object(workload("finance", "fraud")))
        );
        let screen = desk.screen();
        screen
            .assert_has("object of Deployment")
            .assert_has("read 0s ago")
            .assert_has("kind: Deployment");
        if size.1 >= 40 {
            screen
                .assert_has("      - name: SASL_PASSWORD")
                .assert_has("          value: (masked)")
                .assert_has("1 value masked")
                .assert_has("  managedFields: … ");
        }
        assert!(!screen.has("demo-secret"), "{screen}");
        screen.snapshot(name);
    }
}

/// The first cells of the rows of a text.
fn texts(screen: &Screen<'_>) -> Vec<String> {
    let rows = screen.lines.iter().skip(4).take(screen.lines.len() - 6);
    rows.map(|line| {
        let inner: String = line.chars().skip(2).collect();
        inner.trim_end().trim_end_matches('│').trim_end().to_owned()
    })
    .collect()
}

#[test]
fn blocks_fold_and_open_and_a_search_opens_what_hides_its_finding() {
    let mut desk = Desk::new((80, 24));
    desk.press("5 y");
    let value = json!({
        "kind": "Test", "metadata": {"name": "a", "managedFields": [{"x": 1}]},
        "spec": {"one": {"deep": "needle"}, "two": 2},
    });
    desk.say(Said::Object {
        value: Box::new(value),
        masked: 0,
    });
    let all = [
        "kind: Test",
        "metadata:",
        "  name: a",
        "  managedFields: … 1 lines",
        "spec:",
        "  one:",
        "    deep: needle",
        "  two: 2",
    ];
    assert_eq!(texts(&desk.screen())[..8], all);
    desk.screen().assert_has("9 lines · 1 folded");
    let shown = |desk: &mut Desk, keys: &str| {
        desk.press(keys);
        let rows = texts(&desk.screen());
        rows.into_iter()
            .filter(|row| !row.is_empty())
            .collect::<Vec<_>>()
    };
    assert_eq!(shown(&mut desk, "j enter")[1], "metadata: … 3 lines");
    assert_eq!(shown(&mut desk, "right")[2], "  name: a");
    // From a leaf one folds what is around it, and then what is around that.
    assert_eq!(shown(&mut desk, "G k left")[5], "  one: … 1 lines");
    assert_eq!(shown(&mut desk, "left")[4], "spec: … 3 lines");
    assert_eq!(shown(&mut desk, "z").len(), 9, "all open");
    assert_eq!(
        shown(&mut desk, "z")[3..5],
        ["  managedFields: … 1 lines", "spec:"]
    );
    desk.press("G left left g / n e e d l e enter");
    let screen = desk.screen();
    screen.assert_has("/needle").assert_has("▌    deep: needle");
    // The first esc drops the search, the next one leaves.
    desk.press("esc");
    desk.screen().assert_has("object of");
    desk.press("esc");
    assert_eq!(desk.screen().title(), "Workloads");
    assert_eq!(desk.asks.last(), Some(&None));
}

#[test]
fn the_doctor_is_asked_on_sources_and_told_step_by_step() {
    let mut desk = Desk::new((80, 24));
    desk.press("0 D");
    let asked = desk.asks.last().and_then(Option::as_ref);
    assert_eq!(asked.map(|ask| &ask.of), Some(&AskOf::Doctor));
    let step = |name: &str, state: &str| json!({"step": name, "state": state, "rule": null});
    let mut steps = vec![step("API server", "ok")];
    for next in [step("rights", "partly"), step("Kafka", "failed")] {
        desk.say(Said::Object {
            value: Box::new(steps.clone().into()),
            masked: 0,
        });
        steps.push(next);
    }
    desk.screen()
        .assert_has("╭─ doctor ─")
        .assert_has("- step: API server")
        .assert_has("- step: rights")
        .assert_has("  state: partly");
    // Of the last step nothing was told yet.
    assert!(!desk.screen().has("step: Kafka"));
    desk.press("esc");
    assert_eq!(desk.screen().title(), "Sources");
    assert_eq!(desk.asks.last(), Some(&None));
}

#[test]
fn a_search_leaves_alone_who_wrote_which_field_until_that_is_opened() {
    let mut desk = Desk::new((80, 24));
    desk.press("5 y");
    let value = json!({
        "metadata": {"managedFields": [{"manager": "kubectl"}], "name": "a"},
        "spec": {"manager": "me"},
    });
    desk.say(Said::Object {
        value: Box::new(value),
        masked: 0,
    });
    desk.press("/ m a n a g e r enter n n N");
    desk.screen()
        .assert_has("▌  manager: me")
        .assert_has("  managedFields: … 1 lines");
    desk.press("g j enter G n n n");
    desk.screen().assert_has("▌  - manager: kubectl");
}

#[test]
fn an_object_that_cannot_be_read_says_why_and_is_asked_for_again() {
    let mut desk = Desk::new((120, 40));
    desk.press("5 y");
    let first = desk.generation();
    let why = "deployments.apps \"analytics\" is forbidden: User \"u\" cannot get resource \"deployments\" in API group \"apps\"";
    desk.press("ctrl-r");
    assert_eq!(desk.generation(), first + 1);
    // A late answer to the first question changes nothing.
    let late = Answer {
        generation: first,
        at: desk.session.now,
        said: Said::Failed {
            why: "belated".into(),
        },
    };
    desk.tell(late);
    assert!(!desk.screen().has("belated"));
    desk.say(Said::Failed { why: why.into() });
    desk.screen()
        .assert_has("not read again: deployments.apps \"analytics\" is forbidden");
    desk.press("esc").press("j y");
    desk.session.wait(5_000);
    desk.screen().assert_has("read 5s ago");
}

#[test]
fn what_kafka_said_of_its_own_is_shown_without_being_asked_for() {
    let mut desk = Desk::new((120, 40));
    for (keys, lines) in [
        ("3 y", &["name: ", "partitions:", "- index: 0"][..]),
        ("2 y", &["id: fraud", "kind: consumer", "described:"]),
        ("4 y", &["id: 0", "controller: "]),
    ] {
        desk.press(keys);
        let screen = desk.screen();
        screen.assert_has("from Kafka, ");
        for line in lines {
            screen.assert_has(line);
        }
        assert_eq!(desk.asked(), None, "{keys}: nothing is asked for");
    }
}
