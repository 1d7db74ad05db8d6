//! Floods of envelopes cost few frames, and keys come first.

use std::time::Duration;

use plimsoll::{
    app::{App, Msg, PaneId, Subject},
    model::{GroupKind, OffsetKind},
    view::panes,
};
use tokio::sync::mpsc;

use crate::{
    rig::{play, script},
    screen::{chords, options},
    world::{START, cluster, commits, groups, offsets},
};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn ten_thousand_updates_in_ten_seconds_are_at_most_310_draws() {
    let mut app = App::new(panes::ALL, options(), START);
    let (tx, feed) = mpsc::channel(1_024);
    let flood = tokio::spawn(async move {
        let first = [
            cluster(1, &[("orders", 1)]),
            groups(&[("a", GroupKind::Classic, "Stable")]),
            offsets(OffsetKind::End, "orders", &[(0, 20_000)]),
        ];
        for envelope in first {
            tx.send(envelope).await.unwrap();
        }
        for step in 0..10_000 {
            let envelope = commits("a", &[("orders", &[Some(step)])]);
            tx.send(envelope).await.unwrap();
            // The ends close a round: its commits are shown.
            let ends = offsets(OffsetKind::End, "orders", &[]);
            tx.send(ends).await.unwrap();
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tx.closed().await;
    });
    let keys = chords("2")
        .into_iter()
        .map(|chord| (Duration::ZERO, Msg::Key(chord)));
    let ran = play(
        &mut app,
        (80, 24),
        script(keys.collect(), 11 * SECOND),
        feed,
    )
    .await;
    flood.abort();
    assert!((100..=310).contains(&ran.stats.draws), "{:?}", ran.stats);
    let group = app.picture.history.group("a").unwrap();
    assert_eq!(group.lag.known, Some(20_000 - 9_999), "all were taken in");
}

#[tokio::test(start_paused = true)]
async fn a_key_is_drawn_at_once_and_a_flood_does_not_starve_it() {
    let mut app = App::new(panes::ALL, options(), START);
    let (tx, feed) = mpsc::channel(1_024);
    // As fast as the channel takes them, for ever.
    let flood = tokio::spawn(async move {
        let mut step = 0;
        while tx
            .send(commits("a", &[("orders", &[Some(step)])]))
            .await
            .is_ok()
        {
            step += 1;
            if step % 4_096 == 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
    });
    let presses: Vec<(Duration, Msg)> = chords("2 3 4 5 6")
        .into_iter()
        .zip(1..)
        .map(|(chord, step)| (step * Duration::from_millis(7), Msg::Key(chord)))
        .collect();
    let moments: Vec<Duration> = presses.iter().map(|(at, _)| *at).collect();
    let ran = play(&mut app, (80, 24), script(presses, SECOND / 4), feed).await;
    flood.abort();
    assert_eq!(app.view().subject, Subject::Pane(PaneId::Nodes));
    // All within one frame of 33 ms, yet each is seen when it is pressed.
    for moment in moments {
        let drawn = ran
            .wire
            .writes
            .iter()
            .any(|(at, _)| *at >= moment && *at <= moment + Duration::from_millis(2));
        assert!(drawn, "the key at {moment:?}: {:?}", ran.wire.writes);
    }
}

#[tokio::test(start_paused = true)]
async fn frames_that_nobody_asked_for_are_33_ms_apart() {
    let mut app = App::new(panes::ALL, options(), START);
    let (tx, feed) = mpsc::channel(1_024);
    let flood = tokio::spawn(async move {
        tx.send(cluster(1, &[("orders", 1)])).await.unwrap();
        tx.send(groups(&[("a", GroupKind::Classic, "Stable")]))
            .await
            .unwrap();
        tx.send(offsets(OffsetKind::End, "orders", &[(0, 20_000)]))
            .await
            .unwrap();
        for step in 0..500 {
            tx.send(commits("a", &[("orders", &[Some(step * 17)])]))
                .await
                .unwrap();
            let ends = offsets(OffsetKind::End, "orders", &[]);
            tx.send(ends).await.unwrap();
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        tx.closed().await;
    });
    let press = chords("2")
        .into_iter()
        .map(|chord| (Duration::ZERO, Msg::Key(chord)));
    let ran = play(
        &mut app,
        (80, 24),
        script(press.collect(), 2 * SECOND),
        feed,
    )
    .await;
    flood.abort();
    let moments: Vec<Duration> = ran.wire.writes.iter().map(|(at, _)| *at).collect();
    let late: Vec<&Duration> = moments
        .iter()
        .filter(|at| **at > Duration::from_millis(50))
        .collect();
    assert!(late.len() > 20, "{moments:?}");
    for pair in late.windows(2) {
        let apart = pair[1].saturating_sub(*pair[0]);
        assert!(
            apart.is_zero() || apart >= Duration::from_millis(33),
            "{apart:?}"
        );
    }
}
