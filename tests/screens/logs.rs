//! Logs on the screen: of pods and of all pods of a workload, followed, searched, bounded.

use plimsoll::{
    app::{
        KeyCode, Msg,
        reading::{AskOf, LogAsk, Logs, RawLine, Reading, Said, Since, Stream},
    },
    model::{Key, SECOND, Time},
};

use crate::{
    reading::Desk,
    screen::Screen,
    world::{self, START},
};

fn logs(desk: &Desk) -> &Logs {
    match desk.session.app.reading() {
        Some(Reading::Logs(logs)) => logs,
        other => panic!("no logs: {other:?}"),
    }
}

fn asked(desk: &Desk) -> &LogAsk {
    match desk.asked() {
        Some(AskOf::Logs(ask)) => ask,
        other => panic!("no logs are asked for: {other:?}"),
    }
}

fn stream(pod: &str) -> Stream {
    Stream {
        pod: pod.into(),
        container: None,
    }
}

fn lines(pod: &str, lines: &[(i64, &str)]) -> Said {
    let raw = |(at, text): &(i64, &str)| RawLine {
        at: Some(START.plus(300 * SECOND + at)),
        text: (*text).to_owned(),
        cut: 0,
    };
    Said::Lines {
        stream: stream(pod),
        lines: lines.iter().map(raw).collect(),
    }
}

/// The rows of the log on the screen, without frame and mark.
fn rows(screen: &Screen<'_>) -> Vec<String> {
    let rows = screen.lines.iter().skip(4).take(screen.lines.len() - 6);
    let rows = rows.map(|line| {
        let inner: String = line.chars().skip(2).collect();
        inner.trim_end().trim_end_matches('│').trim_end().to_owned()
    });
    rows.filter(|row| !row.is_empty()).collect()
}

/// Logs of the one pod of `fraud`, of which nothing is said but by the test.
fn quiet(size: (u16, u16)) -> Desk {
    let mut desk = Desk::new(size);
    desk.mute = true;
    desk.press("2 l");
    assert_eq!(asked(&desk).pods.len(), 1);
    desk
}

#[test]
fn logs_of_a_group_are_those_of_all_pods_of_its_workload() {
    for (size, name) in [
        ((80, 24), "logs-80x24"),
        ((120, 40), "logs-120x40"),
        ((160, 50), "logs-160x50"),
        ((40, 10), "logs-40x10"),
    ] {
        let mut desk = Desk::new(size);
        desk.press("2 / c h e c k o u t enter l");
        let pods: Vec<String> = asked(&desk)
            .pods
            .iter()
            .map(|pod| pod.id.name.to_string())
            .collect();
        assert_eq!(pods.len(), 3);
        assert!(pods.iter().all(|pod| pod.starts_with("checkout-")));
        let prefixes: Vec<String> = logs(&desk).prefixes();
        let screen = desk.screen();
        screen
            .assert_has("logs of Deployment")
            .assert_has("● following")
            .assert_has("last 200");
        if size.0 >= 80 {
            screen.assert_has("600 lines").assert_has("3 pods");
        }
        // Each line bears the name of its pod, short and in a colour of its own.
        let shown = rows(&screen);
        assert_eq!(shown.len(), usize::from(size.1) - 6, "{screen}");
        let mut styles = std::collections::BTreeSet::new();
        for (y, row) in (4..).zip(&shown) {
            let prefix = row.split(' ').next().unwrap();
            assert!(
                prefixes.iter().any(|known| known == prefix),
                "{row:?} of {prefixes:?}"
            );
            assert!(pods.iter().any(|pod| pod.ends_with(prefix)));
            styles.insert((
                prefix.to_owned(),
                format!("{:?}", screen.buffer[(2, y)].style().fg),
            ));
        }
        let names: std::collections::BTreeSet<_> = styles.iter().map(|(name, _)| name).collect();
        let colours: std::collections::BTreeSet<_> =
            styles.iter().map(|(_, colour)| colour).collect();
        assert_eq!(
            (names.len(), colours.len()),
            (styles.len(), styles.len()),
            "{styles:?}"
        );
        screen.snapshot(name);
    }
}

#[test]
fn lines_of_several_pods_stand_in_the_order_of_time() {
    let mut desk = Desk::new((120, 40));
    desk.press("2 / c h e c k o u t enter l");
    let at: Vec<Time> = (0..logs(&desk).count())
        .map(|at| logs(&desk).line(at).unwrap().at)
        .collect();
    assert!(at.len() == 600 && at.is_sorted());
    assert!(desk.press("T").screen().has(" 08:0"), "with their times");
}

#[test]
fn what_is_written_is_followed_until_one_scrolls_up_and_again_from_the_end() {
    let mut desk = Desk::new((80, 24));
    desk.press("2 l");
    let last = |desk: &mut Desk| rows(&desk.screen()).pop().unwrap();
    let before = last(&mut desk);
    desk.live(5);
    let after = last(&mut desk);
    assert_ne!(before, after, "new lines come by themselves");
    desk.press("k");
    desk.screen().assert_has("◌ standing still");
    let standing = rows(&desk.screen());
    desk.live(5);
    assert_eq!(
        rows(&desk.screen()),
        standing,
        "what is read stays where it is"
    );
    desk.press("g");
    let first = rows(&desk.screen())[0].clone();
    desk.press("pgdn j k pgup");
    assert_eq!(rows(&desk.screen())[0], first);
    desk.press("G");
    desk.screen().assert_has("● following");
    assert_ne!(last(&mut desk), after);
    desk.press("f");
    desk.screen().assert_has("◌ standing still");
}

#[test]
fn nothing_is_read_behind_another_view_and_late_lines_are_dropped() {
    let mut desk = Desk::new((80, 24));
    desk.press("2 enter l");
    let generation = desk.generation();
    desk.press("esc");
    assert_eq!(desk.asks.last(), Some(&None));
    desk.press("l");
    assert_eq!(desk.generation(), generation + 1);
    let count = logs(&desk).count();
    desk.tell(plimsoll::app::reading::Answer {
        generation,
        at: desk.session.now,
        said: lines("fraud-x", &[(0, "late")]),
    });
    assert_eq!(logs(&desk).count(), count);
    // A pane that is shown by its key ends it too.
    desk.press("1");
    assert_eq!(desk.asks.last(), Some(&None));
}

#[test]
fn since_and_previous_ask_anew() {
    let mut desk = Desk::new((80, 24));
    desk.press("2 l");
    let mut seen = vec![asked(&desk).since];
    for words in ["1m", "5m", "15m", "1h", "all", "last 200"] {
        let generation = desk.generation();
        desk.press("S");
        assert_eq!(desk.generation(), generation + 1);
        desk.screen().assert_has(words);
        seen.push(asked(&desk).since);
    }
    assert_eq!(seen[0], Since::Tail);
    assert_eq!(seen[2], Since::Minutes(5));
    assert_eq!((seen[5], seen[6]), (Since::All, Since::Tail));
    desk.press("p");
    assert!(asked(&desk).previous);
    desk.screen()
        .assert_has("previous container")
        .assert_has("previous terminated container");
    desk.press("p");
    assert!(!asked(&desk).previous);
}

#[test]
fn a_search_marks_what_it_finds_goes_from_one_to_the_next_and_leaves_out_the_rest() {
    let mut desk = quiet((80, 24));
    let texts: Vec<String> = (0..60)
        .map(|n| format!("line {n}{}", if n % 20 == 0 { " Needle" } else { "" }))
        .collect();
    let said: Vec<(i64, &str)> = (0..)
        .zip(&texts)
        .map(|(at, text)| (10_000 + at, text.as_str()))
        .collect();
    desk.say(lines("fraud-556xkdqdx9-mv2wj", &said));
    desk.press("/").type_in("needle");
    assert!(
        desk.screen().has("/ needle"),
        "it is typed into the line below"
    );
    // Nothing of it is on the screen: the nearest before comes there.
    desk.press("enter");
    desk.screen().assert_has("▌line 40 Needle");
    let found = |desk: &mut Desk| {
        let screen = desk.screen();
        let y = (4..22)
            .find(|y| screen.buffer[(1, *y)].symbol() == "▌")
            .expect("a mark");
        let style = |x: u16| screen.buffer[(x, y)].style();
        assert_ne!(
            style(2).add_modifier,
            style(10).add_modifier,
            "the word is marked:\n{screen}"
        );
        screen.lines[usize::from(y)]
            .trim_matches(['│', '▌', ' '])
            .to_owned()
    };
    assert_eq!(found(desk.press("N")), "line 20 Needle");
    assert_eq!(found(desk.press("n")), "line 40 Needle");
    desk.screen().assert_has("standing still");
    desk.press("&");
    let screen = desk.screen();
    screen.assert_has("only found");
    assert_eq!(
        rows(&screen),
        ["line 0 Needle", "line 20 Needle", "line 40 Needle"]
    );
    desk.say(lines(
        "fraud-556xkdqdx9-mv2wj",
        &[(20_000, "another"), (20_001, "needle again")],
    ));
    assert_eq!(rows(&desk.screen()).len(), 4);
    // What comes late stands where it belongs.
    desk.say(lines(
        "fraud-556xkdqdx9-mv2wj",
        &[(15_000, "late needle"), (15_001, "late")],
    ));
    let shown = rows(&desk.screen());
    assert_eq!(
        shown,
        [
            "line 0 Needle",
            "line 20 Needle",
            "line 40 Needle",
            "late needle",
            "needle again"
        ]
    );
    desk.press("&");
    assert_eq!(found(&mut desk), "line 40 Needle");
    // `n` shows nodes again elsewhere; the key of the pane does so here.
    desk.press("6");
    assert_eq!(desk.screen().title(), "Nodes");
}

#[test]
fn long_lines_go_on_in_the_next_row_or_are_looked_at_sideways() {
    let mut desk = quiet((40, 10));
    let long: String = ('a'..='z').cycle().take(80).collect();
    desk.say(lines(
        "fraud-556xkdqdx9-mv2wj",
        &[(10_000, &long), (10_001, "short")],
    ));
    let from = |at: usize, count: usize| long.get(at..at + count).unwrap().to_owned();
    assert_eq!(rows(&desk.screen()), [from(0, 37), "short".to_owned()]);
    desk.press("right");
    assert_eq!(rows(&desk.screen())[0], from(20, 37));
    desk.press("left W");
    let wrapped = rows(&desk.screen());
    assert_eq!(
        wrapped,
        [from(0, 36), from(36, 36), from(72, 8), "short".to_owned()]
    );
    // The look is kept from view to view.
    desk.press("esc l");
    assert!(logs(&desk).look.wrap);
}

#[test]
fn nothing_in_a_line_reaches_the_terminal_but_letters() {
    let mut desk = quiet((80, 24));
    let raw = |text: &str, cut| RawLine {
        at: Some(START.plus(400 * SECOND)),
        text: text.into(),
        cut,
    };
    let said = vec![
        raw(
            "\u{1b}[31mERROR\u{1b}[0m größe 漢字 \u{1b}]0;title\u{7}end",
            0,
        ),
        raw("10%\r20%\u{8}\u{9b}2Jx\u{202e}y", 0),
        raw("cut", 1_234),
    ];
    desk.say(Said::Lines {
        stream: stream("fraud-556xkdqdx9-mv2wj"),
        lines: said,
    });
    let screen = desk.screen();
    assert_eq!(
        rows(&screen),
        [
            "ERROR größe 漢字 end",
            "10%·20%·x·y",
            "cut [1234 more bytes]"
        ]
    );
    let symbols = screen
        .buffer
        .content()
        .iter()
        .flat_map(|cell| cell.symbol().chars());
    assert!(!symbols.clone().any(char::is_control), "{screen}");
}

#[test]
fn what_is_too_much_is_dropped_and_counted_and_memory_stays_bounded() {
    let mut desk = quiet((80, 24));
    let text = "x".repeat(60_000);
    for round in 0..20_i64 {
        let batch: Vec<(i64, &str)> = (0..20)
            .map(|n| (10_000 + round * 20 + n, text.as_str()))
            .collect();
        desk.say(lines("fraud-556xkdqdx9-mv2wj", &batch));
    }
    let (kept, bytes) = logs(&desk).kept();
    assert!(
        bytes <= Logs::BYTES && bytes > Logs::BYTES - 2 * 60_000,
        "{bytes}"
    );
    assert_eq!(kept as u64 + logs(&desk).dropped, 400);
    let dropped = logs(&desk).dropped;
    desk.screen().assert_has(&format!("{dropped} dropped"));
    // A line of many rows is scrolled through by rows.
    desk.press("W g j j G");
    desk.screen().assert_has("following");
}

#[test]
fn only_as_many_streams_are_read_as_is_said() {
    let mut desk = Desk::new((120, 40));
    let mut pods = Vec::new();
    for n in 0..20 {
        let name = format!(
            "shop/many-5f7d-{}",
            ["aa", "bb", "cc", "dd"][n % 4].to_owned() + &n.to_string()
        );
        pods.push(world::pod(&name, &format!("10.9.0.{n}"), "node-1"));
    }
    desk.session
        .feed([world::said(plimsoll::model::Update::Pods(
            plimsoll::model::Delta::set(pods),
        ))]);
    desk.session
        .feed(world::deployment("shop/many", "5f7d", 20));
    desk.press("5 / m a n y enter l");
    assert_eq!(asked(&desk).pods.len(), LogAsk::STREAMS);
    desk.screen()
        .assert_has("16 of 20 pods (at most 16 streams)");
}

#[test]
fn pods_that_come_later_are_read_too_and_faults_are_lines() {
    let mut desk = Desk::new((120, 40));
    desk.press("2 / c h e c k o u t enter l");
    let generation = desk.generation();
    let deployment = match &desk.session.app.view().subject {
        plimsoll::app::Subject::Read(_, Key::Workload(id)) => id.clone(),
        other => panic!("{other:?}"),
    };
    let known = asked(&desk).pods[0].id.name.to_string();
    let set = known.rsplit_once('-').unwrap().0.to_owned();
    let pod = world::pod(
        &format!("{}/{set}-zzzzz", deployment.namespace),
        "10.9.9.9",
        "worker-a1",
    );
    desk.session
        .feed([world::said(plimsoll::model::Update::Pods(
            plimsoll::model::Delta::set(vec![pod]),
        ))]);
    desk.live(1);
    assert_eq!(asked(&desk).pods.len(), 4);
    assert_eq!(desk.generation(), generation, "what is being read goes on");
    let why = "pods \"x\" is forbidden: User \"u\" cannot get resource \"pods/log\"";
    let stream = stream(&format!("{set}-zzzzz"));
    desk.say(Said::Note {
        stream,
        text: why.into(),
        bad: true,
    });
    desk.screen().assert_has(&format!("zzzzz {why}"));
}

#[test]
fn a_view_of_logs_with_nothing_to_read_says_so() {
    let mut desk = Desk::new((80, 24));
    desk.press("2 / d l q enter l");
    assert_eq!(desk.asked(), None);
    desk.screen()
        .assert_has("there is no pod to read the log of");
    desk.press("esc esc 1");
    let chord = plimsoll::app::Chord::plain(KeyCode::Char('S'));
    let effects = desk.session.app.handle(Msg::Key(chord), desk.session.now);
    assert!(
        effects.is_empty(),
        "a key of a text means nothing on a list"
    );
}
