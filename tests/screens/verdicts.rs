//! What is claimed of a change, and what is not: answers that never came, old numbers, undo, keys that came too early.

use plimsoll::{
    app::{Effect, Mode, Step},
    model::{BrokerId, Envelope, OffsetKind, SECOND, Source, State, Update},
    plan::{Done, Elected, Failure, FailureKind, Order, Outcome, Said, Task},
};

use crate::{
    acting::{Play, assert_has},
    leaders::lead_elsewhere,
    world,
};

/// Presses the last key of a dialog; the order it gives is not obeyed.
fn last_key(play: &mut Play) -> Order {
    let effects = play.session.press("y");
    let order = effects.iter().find_map(|effect| match effect {
        Effect::Order(order) => Some((**order).clone()),
        _ => None,
    });
    order.unwrap()
}

#[test]
fn an_election_without_an_answer_is_unknown_and_one_that_was_refused_changed_nothing() {
    let unanswered = Failure::new(FailureKind::Unanswered, "no answer in 20 s");
    for refused in [false, true] {
        let mut play = Play::guarded((120, 40));
        lead_elsewhere(&mut play, BrokerId(2));
        play.press("4 g j j E enter y");
        let order = last_key(&mut play);
        let Task::Do(entry) = &order.task else {
            panic!("{order:?}")
        };
        let plimsoll::plan::Change::Elect { moves } = &entry.change else {
            panic!("{entry:?}")
        };
        let answer = if refused {
            let of = |of: &plimsoll::plan::LeaderMove| Elected {
                id: of.id.clone(),
                leader: of.from,
                refused: Some("NOT_CONTROLLER".to_owned()),
            };
            Ok(Done::Elected(moves.iter().map(of).collect()))
        } else {
            Err(unanswered.clone())
        };
        play.answer(order.ticket, Said::Done(answer));
        let entry = play.until_over(40);
        let kind = if refused {
            FailureKind::Rejected
        } else {
            FailureKind::Unanswered
        };
        assert_eq!(entry.outcome, Some(Outcome::Failed { kind }), "{entry:?}");
        assert!(entry.verdict.starts_with(kind.words()), "{}", entry.verdict);
        assert!(!play.text().contains("done, not steady"));
    }
}

#[test]
fn nothing_wakes_the_program_for_what_is_over() {
    let mut play = Play::guarded((120, 40));
    play.press("U y");
    play.session.wait(16 * 60 * SECOND);
    let (_, _) = play.session.paint();
    let wake = play.session.app.next_wake();
    assert!(wake.is_none_or(|at| at > play.session.now), "{wake:?}");
}

#[test]
fn a_confirmation_is_about_what_was_on_the_screen() {
    let mut play = Play::guarded((120, 40));
    play.press("1 enter s 6 enter");
    // The second key comes before the answer of the dry run was drawn.
    let effects = play.session.press("y");
    let Some(Effect::Order(tried)) = effects.last() else {
        panic!("{effects:?}")
    };
    play.answer(tried.ticket, Said::Tried(Ok(Vec::new())));
    assert_eq!(play.session.press("y"), []);
    assert!(matches!(&play.session.app.mode, Mode::Dialog(of) if of.step == Step::Confirm));
    // A terminal in which nothing of it can be read answers nothing.
    play.session.resize(30, 6);
    let (_, _) = play.session.paint();
    assert_eq!(play.session.press("y"), []);
    play.session.resize(120, 40);
    let (_, _) = play.session.paint();
    assert_eq!(play.session.press("ctrl-y"), []);
    // The context has locked itself while the confirmation was open.
    play.session.wait(16 * 60 * SECOND);
    let (_, _) = play.session.paint();
    assert_eq!(play.session.press("y"), []);
    assert!(matches!(play.session.app.mode, Mode::Unlock { .. }));
    let effects = play.session.press("y");
    assert!(
        matches!(effects.last(), Some(Effect::Order(order)) if matches!(order.task, Task::Try(_))),
        "the servers are asked again: {effects:?}"
    );
}

#[test]
fn undo_means_the_change_that_is_shown_and_one_that_failed_can_be_taken_back_again() {
    let mut play = Play::guarded((120, 40));
    play.press("1 enter s 6 enter y y");
    play.until_over(300);
    // What nothing takes back does not hide it.
    play.press("esc 3 / o r d e r s enter P enter y");
    play.until_over(30);
    assert_eq!(play.session.app.acting.activities.len(), 2);
    play.press("esc u");
    assert_has(
        &play.text(),
        &["scale Deployment finance/fraud", "--replicas=1"],
    );
    play.press("enter");
    let order = last_key(&mut play);
    let why = Failure::new(FailureKind::Conflict, "somebody was quicker").unsent();
    play.answer(order.ticket, Said::Done(Err(why)));
    let undo = &play.session.app.acting.activities.last().unwrap().entry;
    assert_eq!((undo.sent, undo.answered), (None, None), "it never left");
    play.press("esc u");
    assert_has(
        &play.text(),
        &["scale Deployment finance/fraud", "--replicas=1"],
    );
    // From the panel of the probe it is the probe that is meant.
    play.press("esc J j enter");
    assert_has(&play.text(), &["probe"]);
    play.press("u");
    assert_has(&play.text(), &["nothing to undo: the records go"]);
}

#[test]
fn pods_that_ended_are_not_waited_for_and_old_numbers_prove_nothing() {
    let mut play = Play::guarded((120, 40));
    play.press("1 enter s 6 enter y y");
    // One that was evicted before stays as a record.
    let site = &play.session.app.picture.site;
    let mut evicted = site
        .pods
        .iter()
        .find(|pod| pod.id.name.starts_with("fraud"))
        .unwrap()
        .clone();
    evicted.id.name = "fraud-evicted".into();
    evicted.uid = "gone".into();
    evicted.status = "Evicted".into();
    evicted.ip = None;
    evicted.ready = 0;
    evicted.ended = true;
    let now = play.session.now;
    let delta = plimsoll::model::Delta::set(vec![evicted]);
    play.session.feed([world::at(now, Update::Pods(delta))]);
    let entry = play.until_over(300);
    assert_eq!(entry.outcome, Some(Outcome::Steady), "{}", entry.verdict);
}

#[test]
fn a_preview_says_what_was_not_read() {
    let mut play = Play::guarded((120, 40));
    for (source, words) in [
        (
            Source::Members,
            "which groups its pods work for is not known for sure: members: unreachable",
        ),
        (
            Source::Autoscalers,
            "whether a HorizontalPodAutoscaler holds it is not known",
        ),
        (
            Source::ScaledObjects,
            "whether a ScaledObject holds it is not known: scaledobjects: unreachable",
        ),
    ] {
        let lost = world::health(source, State::Unreachable, "gone");
        play.session.feed([lost]);
        play.press("1 enter s 3");
        assert_has(&play.text(), &[words]);
        play.press("esc");
    }
}

#[test]
fn what_keda_holds_is_said_once_and_by_its_scaled_object() {
    let mut play = Play::guarded((160, 50));
    let key = ("shop".into(), "analytics".into());
    let site = |play: &Play| play.session.app.picture.site.clone();
    let mut scaled = site(&play).scaled_objects.get(&key).unwrap().clone();
    let keys = "a n a l y t i c s";
    play.press(&format!("5 / {keys} enter s 9"));
    let holds = "ScaledObject analytics (KEDA's) holds it between 1 and 8";
    let text = play.text();
    assert_has(
        &text,
        &[
            holds,
            "will undo this: 9 is above its most; change its bounds",
        ],
    );
    assert_eq!(text.matches("holds it between").count(), 1, "{text}");
    play.press("backspace 5");
    assert_has(&play.text(), &["its autoscaler decides again every 15 s"]);
    play.press("backspace 0");
    assert_has(&play.text(), &["0 is below its least"]);
    play.press("esc");
    let now = play.session.now;
    for (change, words) in [
        (
            (None, None, false),
            "0 lasts until one of its triggers is active",
        ),
        (
            (None, None, true),
            "holds it between 0 and 100, but is paused",
        ),
    ] {
        (scaled.min, scaled.max, scaled.paused) = change;
        let delta = plimsoll::model::Delta::set(vec![scaled.clone()]);
        play.session
            .feed([world::at(now, Update::ScaledObjects(delta))]);
        play.press("s 0");
        let text = play.text();
        assert_has(&text, &[words]);
        assert_eq!(text.contains("will undo this"), !scaled.paused, "{text}");
        play.press("esc");
    }
    // KEDA's autoscaler speaks for itself where its ScaledObject is not known.
    let gone = plimsoll::model::Delta::gone(vec![key]);
    play.session
        .feed([world::at(now, Update::ScaledObjects(gone))]);
    play.press("s 9");
    assert_has(
        &play.text(),
        &["HorizontalPodAutoscaler keda-hpa-analytics (KEDA's) holds it between 1 and 8"],
    );
}

#[test]
fn why_a_group_is_too_slow_names_the_autoscaler_that_is_at_its_maximum() {
    use plimsoll::{
        insight::{Cause, CauseKind, why},
        model::{Autoscaler, Delta, Owner, ScaledObjectRow},
    };
    let mut play = Play::guarded((160, 50));
    play.live(60);
    let slow = |play: &Play| -> Cause {
        let picture = &play.session.app.picture;
        let found = why(picture, &"fraud".into(), play.session.now).unwrap();
        let mut causes = found.causes.into_iter();
        causes
            .find(|cause| cause.kind == CauseKind::TooSlow)
            .unwrap()
    };
    let target = Owner {
        kind: "Deployment".into(),
        name: "fraud".into(),
    };
    let hpa = |max: u32, current: u32, desired: u32| Autoscaler {
        namespace: "finance".into(),
        name: "keda-hpa-fraud".into(),
        target: target.clone(),
        min: 1,
        max,
        current: Some(current),
        desired: Some(desired),
    };
    let scaled = |max: Option<u32>, paused: bool| ScaledObjectRow {
        namespace: "finance".into(),
        name: "fraud".into(),
        target: target.clone(),
        groups: Vec::new(),
        min: Some(1),
        max,
        paused,
    };
    let feed = |play: &mut Play, update: Update| {
        let now = play.session.now;
        play.session.feed([world::at(now, update)]);
    };
    assert!(!slow(&play).what.contains("maximum"), "{:?}", slow(&play));
    for (given, is_named) in [
        (hpa(1, 1, 1), true),
        (hpa(4, 1, 4), false),
        (hpa(4, 4, 2), false),
    ] {
        let of = format!("{given:?}");
        feed(&mut play, Update::Autoscalers(Delta::set(vec![given])));
        assert_eq!(
            slow(&play).what.contains("at its maximum"),
            is_named,
            "{of}"
        );
    }
    feed(
        &mut play,
        Update::Autoscalers(Delta::set(vec![hpa(1, 1, 1)])),
    );
    let cause = slow(&play);
    let told = "; HorizontalPodAutoscaler keda-hpa-fraud is at its maximum of 1 replicas";
    assert!(cause.what.ends_with(told), "{}", cause.what);
    let proof = cause.proofs.last().unwrap();
    assert_eq!(proof.value, "1");
    assert_eq!(proof.threshold.as_deref(), Some("maximum 1"));
    assert_eq!(proof.source, Source::Autoscalers);
    assert!(proof.age(play.session.now).is_some(), "{proof:?}");
    let shown = "kubectl -n finance get hpa keda-hpa-fraud";
    assert_eq!(proof.command.as_deref(), Some(shown));
    play.press("2 / f r a u d enter w");
    assert_has(&play.text(), &["is at its maximum of 1", shown]);
    // Its autoscaler is KEDA's own: what is set in the ScaledObject is said, and once.
    for (max, paused, is_named) in [
        (Some(1), false, true),
        (Some(1), true, false),
        (None, false, false),
    ] {
        let row = scaled(max, paused);
        feed(&mut play, Update::ScaledObjects(Delta::set(vec![row])));
        let what = slow(&play).what;
        let named = what.contains("ScaledObject fraud is at its maximum of 1 replicas");
        assert_eq!(named, is_named, "{what}");
        assert_eq!(
            what.matches("maximum").count(),
            usize::from(is_named),
            "{what}"
        );
    }
    let lost = world::health(Source::Autoscalers, State::Unreachable, "gone");
    play.session.feed([lost]);
    assert!(
        !slow(&play).what.contains("maximum"),
        "{}",
        slow(&play).what
    );
}

#[test]
fn what_a_pod_does_is_not_told_from_the_time_of_other_pods() {
    let mut play = Play::guarded((120, 40));
    play.press("1 enter s 6");
    assert_has(&play.text(), &["a pod does"]);
    play.press("enter y y");
    play.live(25);
    // The members came less than a minute ago.
    play.press("esc s 3");
    let text = play.text();
    assert_has(
        &text,
        &["members changed less than a minute ago: too early to say what"],
    );
    play.press("esc");
    play.live(75);
    play.press("s 3");
    assert!(
        !play.text().contains("less than a minute ago"),
        "{}",
        play.text()
    );
}

/// The leader of one of the six partitions that `fraud` reads does not answer.
fn without_one_end(of: &mut Envelope) {
    if let Update::Offsets(listing) = &mut of.update
        && listing.kind == OffsetKind::End
    {
        let payments = listing
            .topics
            .iter_mut()
            .filter(|of| &*of.topic == "payments");
        payments.for_each(|of| of.offsets.retain(|(partition, _)| *partition != 3));
    }
}

#[test]
fn a_sum_with_parts_missing_is_no_lag_that_went_away() {
    const LEFT_OUT: &str = "1 of 6 partitions unknown";
    let mut play = Play::guarded((120, 40));
    let whole = |play: &Play| {
        let history = play.session.app.picture.history.group("fraud").unwrap();
        history.ring.last().unwrap().1
    };
    let before = whole(&play);
    play.live_with(10, without_one_end);
    assert!((whole(&play) - before).abs() < f64::EPSILON, "no sample");
    assert_has(&play.text(), &["FALLING fraud", "lag at least"]);
    play.press("1 enter s 6");
    let text = play.text();
    let said = format!("now, {LEFT_OUT}: too little to say where it goes");
    assert_has(&text, &["lag at least", &said]);
    play.press("enter y y");
    play.live_with(10, without_one_end);
    let text = play.text();
    assert_has(
        &text,
        &["lag at least", LEFT_OUT, "… fraud was not read since"],
    );
    assert!(!text.contains("falling"), "{text}");
    assert!(!text.contains("lag        lag"), "{text}");
    // What is whole is compared, and it is said that it is of a while ago.
    play.live(25);
    assert!(play.session.app.acting.open().is_some(), "{}", play.text());
    let entry = loop {
        play.live_with(1, without_one_end);
        let last = play.session.app.acting.activities.last().unwrap();
        if !last.is_open() {
            break last.entry.clone();
        }
    };
    assert_eq!(entry.outcome, Some(Outcome::Steady), "{}", entry.verdict);
    let told = entry.verdict.split_once("; lag ").unwrap().1;
    assert!(told.starts_with(&format!("{:.0}", whole(&play))), "{told}");
    assert!(told.ends_with("of 6 partitions unknown)"), "{told}");
}

#[test]
fn nobody_leaves_in_the_middle_without_being_told() {
    let mut play = Play::guarded((120, 40));
    play.press("1 enter s");
    let text = play.text();
    assert_has(&text, &["type how many are wanted"]);
    assert!(!text.contains("NO it has"), "{text}");
    for told in ["same as", "undo", "--replicas"] {
        assert!(!text.contains(told), "nothing was wanted yet: {text}");
    }
    play.press("6 enter y y esc");
    assert_eq!(play.session.press("q"), []);
    assert_has(&play.text(), &["is not over: once more leaves it"]);
    let effects = play.session.press("q");
    assert_eq!(effects.last(), Some(&Effect::Quit));
}

#[test]
fn partitions_are_no_limit_to_a_share_group() {
    let mut play = Play::guarded((120, 40));
    play.press("5 / m a i l e r enter s 2 0");
    let text = play.text();
    assert_has(&text, &["group mailer"]);
    assert!(!text.contains("would be idle"), "{text}");
}
