//! The pane of all pods, at each size, cell by cell.

use plimsoll::{
    app::PaneId,
    model::{Delta, Key, LastExit, PodUsage, Source, Update, Usage},
};

use crate::{
    screen::{Session, options},
    world::{self, START},
};

/// A shop with a pod that works for a group, one that crashes, and one that is done; and a pod of somebody else.
fn session(size: (u16, u16), namespace: Option<&str>) -> Session {
    let mut options = options();
    options.pane = PaneId::Pods;
    options.namespace = namespace.map(Into::into);
    let mut session = Session::new(options, START, size);
    session.feed(world::checkout());
    let mut sick = world::pod("shop/mailer-5f-zzzzz", "10.0.0.77", "node-2");
    sick.status = "CrashLoopBackOff".into();
    (sick.ready, sick.restarts) = (0, 12);
    sick.memory_limit = Some(100 << 20);
    sick.last_exit = Some(Box::new(LastExit {
        reason: "OOMKilled".into(),
        code: 137,
        at: None,
    }));
    let mut done = world::pod("shop/report-1-ddddd", "10.0.0.78", "node-1");
    done.status = "Completed".into();
    done.ready = 0;
    let other = world::pod("apps/web-7d-aaaaa", "10.0.0.79", "node-1");
    let usage = PodUsage {
        id: world::pod_id("shop/mailer-5f-zzzzz"),
        usage: Usage {
            cpu: 250,
            memory: 96 << 20,
        },
    };
    session.feed([
        world::live(Source::Pods, None),
        world::said(Update::Pods(Delta::set(vec![sick, done, other]))),
        world::said(Update::PodUsage(vec![usage])),
    ]);
    session
}

#[test]
fn at_80x24_all_pods_stand_by_namespace_and_name_with_how_they_are() {
    let mut session = session((80, 24), None);
    let screen = session.screen();
    assert_eq!(screen.title(), "Pods");
    assert_eq!(
        screen.keys()[0],
        Key::Pod(world::pod_id("apps/web-7d-aaaaa"))
    );
    screen
        .assert_cell("mailer-5f-zzzzz", "NAMESPACE", "shop")
        .assert_cell("mailer-5f-zzzzz", "READY", "0/1")
        .assert_cell("mailer-5f-zzzzz", "STATUS", "CrashLoopBackOff")
        .assert_cell("mailer-5f-zzzzz", "RESTARTS", "12")
        .assert_cell("mailer-5f-zzzzz", "CPU", "250m")
        .assert_cell("mailer-5f-zzzzz", "AGE", "2h")
        .assert_cell("report-1-ddddd", "STATUS", "Completed")
        .assert_cell("report-1-ddddd", "CPU", "-");
    screen.snapshot("pods-80x24");
}

#[test]
fn at_120x40_memory_its_share_of_the_limit_and_the_node_are_there_too() {
    let mut session = session((120, 40), None);
    let screen = session.screen();
    screen
        .assert_cell("mailer-5f-zzzzz", "MEM", "96Mi")
        .assert_cell("mailer-5f-zzzzz", "%LIMIT", "96%")
        .assert_cell("mailer-5f-zzzzz", "NODE", "node-2")
        .assert_cell("web-7d-aaaaa", "%LIMIT", "-");
    screen.snapshot("pods-120x40");
    session.press("/");
    session.type_in("mailer");
    session.press("enter");
    let screen = session.screen();
    assert_eq!(screen.keys().len(), 1);
    screen.assert_has("/mailer · 1/");
}

#[test]
fn at_160x50_the_page_of_the_selected_pod_stands_beside_the_list() {
    let mut session = session((160, 50), None);
    session.press("/");
    session.type_in("crash");
    session.press("enter");
    let screen = session.screen();
    screen
        .assert_cell("mailer-5f-zzzzz", "MEM", "96Mi")
        .assert_has("pod shop/mailer-5f-zzzzz")
        .assert_has("OOMKilled (code 137)");
    screen.snapshot("pods-160x50");
}

#[test]
fn at_40x10_a_pod_has_its_name_and_its_state() {
    let mut session = session((40, 10), None);
    session
        .screen()
        .assert_cell("mailer-5f-zzzzz", "STATUS", "CrashLoopBackOff");
    session.screen().snapshot("pods-40x10");
}

#[test]
fn wide_enough_a_pod_names_its_groups_its_address_and_what_runs_it() {
    let mut session = session((159, 50), None);
    let screen = session.screen();
    let works: Vec<String> = screen.column(0, "GROUPS");
    assert!(works.iter().any(|groups| groups == "checkout"), "{screen}");
    screen.assert_cell("mailer-5f-zzzzz", "IP", "10.0.0.77");
}

#[test]
fn with_a_namespace_only_its_pods_are_there_and_change() {
    let mut session = session((80, 24), Some("apps"));
    let only = Key::Pod(world::pod_id("apps/web-7d-aaaaa"));
    assert_eq!(session.screen().keys(), std::slice::from_ref(&only));
    let more = world::pod("apps/web-7d-bbbbb", "10.0.0.80", "node-1");
    let else_where = world::pod("shop/web-7d-ccccc", "10.0.0.81", "node-1");
    session.feed([world::said(Update::Pods(Delta::set(vec![
        more, else_where,
    ])))]);
    let screen = session.screen();
    assert_eq!(screen.keys().len(), 2);
    assert_eq!(screen.selected(), Some(only));
}

#[test]
fn the_cursor_stays_on_its_pod_while_others_come_and_go() {
    let mut session = session((80, 24), None);
    session.press("G k");
    let stays = session.screen().selected();
    let row = |name: &str| world::pod(name, "10.0.1.1", "node-1");
    for round in 0..20 {
        let name = format!("aaa/early-{round:02}-x");
        session.feed([world::said(Update::Pods(Delta::set(vec![row(&name)])))]);
        assert_eq!(session.screen().selected(), stays, "after {name}");
    }
    session.press("> >");
    assert_eq!(session.screen().selected(), stays, "in another order");
    let gone = (0..20).map(|round| world::pod_id(&format!("aaa/early-{round:02}-x")));
    session.feed([world::said(Update::Pods(Delta::gone(gone.collect())))]);
    assert_eq!(session.screen().selected(), stays);
}

#[test]
fn sorted_by_use_what_is_not_known_comes_last() {
    let mut session = session((120, 40), None);
    session.press("> > > > >");
    let cpu = session.screen().column(0, "CPU");
    assert_eq!(cpu[0], "250m");
    assert!(cpu[1..].iter().all(|cell| cell == "-"), "{cpu:?}");
    session.press("r");
    assert_eq!(session.screen().column(0, "CPU")[0], "250m");
}

#[test]
fn the_pane_is_reached_by_its_key_and_by_its_name() {
    for keys in ["O", ": p o d s enter"] {
        let mut session = session((80, 24), None);
        session.press("1");
        session.press(keys);
        assert_eq!(session.screen().title(), "Pods", "{keys}");
        let effects = session.press("enter");
        assert_eq!(session.screen().title(), "pod apps/web-7d-aaaaa");
        drop(effects);
    }
}
