//! Nothing is written when nothing changed.

use std::time::Duration;

use plimsoll::{
    app::{App, Msg, PaneId},
    model::{Envelope, SECOND, Source, Time, Update},
    view::panes,
};
use tokio::sync::mpsc;

use crate::{
    rig::{play, script},
    screen::{chords, options},
    world::{self, START},
};

const MINUTE: Duration = Duration::from_secs(60);

fn app() -> App {
    App::new(panes::ALL, options(), START)
}

/// Envelopes that are sent at once.
fn sent(envelopes: Vec<Envelope>) -> (mpsc::Sender<Envelope>, mpsc::Receiver<Envelope>) {
    let (tx, rx) = mpsc::channel(envelopes.len().max(1));
    for envelope in envelopes {
        tx.try_send(envelope).unwrap();
    }
    (tx, rx)
}

fn keys(keys: &str) -> Vec<(Duration, Msg)> {
    let at_once = |chord| (Duration::ZERO, Msg::Key(chord));
    chords(keys).into_iter().map(at_once).collect()
}

#[tokio::test(start_paused = true)]
async fn an_idle_screen_writes_no_byte_in_a_minute() {
    for pane in ["1", "2", "3", "4", "5", "6", "0", "L", "?", ":"] {
        let mut app = app();
        let (_tx, feed) = sent(world::checkout());
        let ran = play(&mut app, (120, 40), script(keys(pane), 2 * MINUTE), feed).await;
        let first = Duration::from_millis(100);
        assert!(!ran.wire.writes.is_empty(), "{pane}: something was drawn");
        assert_eq!(ran.wire.after(first), 0, "{pane}: {:?}", ran.wire.writes);
        assert!(ran.stats.draws < 10, "{pane}: {:?}", ran.stats);
    }
}

#[tokio::test(start_paused = true)]
async fn the_only_thing_that_an_idle_page_of_pods_writes_are_ages() {
    let mut app = app();
    let (_tx, feed) = sent(world::checkout());
    // The pods are two hours old: the next step is an hour away.
    let ran = play(
        &mut app,
        (120, 40),
        script(keys("5 enter"), 59 * MINUTE),
        feed,
    )
    .await;
    assert_eq!(ran.wire.after(Duration::from_millis(100)), 0);
    let mut app = self::app();
    let (_tx, feed) = sent(world::checkout());
    let ran = play(
        &mut app,
        (120, 40),
        script(keys("5 enter"), 61 * MINUTE),
        feed,
    )
    .await;
    let wrote = ran.wire.after(Duration::from_millis(100));
    assert!(
        (1..200).contains(&wrote),
        "two ages of one letter each: {wrote}"
    );
}

/// One round of polls, as live sources send it.
fn round(at: Time) -> Vec<Envelope> {
    let mut said = world::checkout();
    said.retain(|envelope| {
        matches!(
            envelope.update.tag(),
            "health" | "metadata" | "groups" | "commits" | "offsets" | "members"
        )
    });
    for envelope in &mut said {
        envelope.at = at;
        if let Update::Health(report) = &mut envelope.update
            && report.source != Source::Pods
        {
            report.every = Some(5 * SECOND);
        }
    }
    said
}

#[tokio::test(start_paused = true)]
async fn a_poll_that_says_the_same_writes_no_byte() {
    for pane in ["1", "2", "2 enter", "3", "4", "5", "6", "0"] {
        let mut app = app();
        let (tx, feed) = mpsc::channel(64);
        let poller = tokio::spawn(async move {
            for envelope in world::checkout() {
                tx.send(envelope).await.unwrap();
            }
            for second in 0..1_260 {
                if second % 5 == 0 {
                    for envelope in round(START.plus(second * SECOND)) {
                        tx.send(envelope).await.unwrap();
                    }
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            tx.closed().await;
        });
        let ran = play(&mut app, (120, 40), script(keys(pane), 21 * MINUTE), feed).await;
        poller.abort();
        // What is drawn over time grows until it is full: a quarter of an hour of the load on Home.
        let full = Duration::from_secs(970);
        assert_eq!(ran.wire.after(full), 0, "{pane}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_source_that_falls_silent_is_called_stale_though_nothing_is_heard() {
    let mut app = app();
    let mut said = world::checkout();
    said.extend(round(START));
    let (_tx, feed) = sent(said);
    let ran = play(&mut app, (120, 40), script(keys("0"), MINUTE), feed).await;
    let late = |at: u64| ran.wire.after(Duration::from_secs(at));
    assert!(late(15) > 0, "at three polls it is stale");
    assert_eq!(late(1) - late(14), 0, "and not before");
    assert_eq!(
        app.view().subject,
        plimsoll::app::Subject::Pane(PaneId::Sources)
    );
}
