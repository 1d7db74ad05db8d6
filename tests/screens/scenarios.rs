//! Scenarios made by hand: what one system says while another is silent, refuses, or moves.

use plimsoll::model::{
    BrokerId, CommittedPartition, GroupCommits, GroupKind, HealthReport, Key, OffsetKind, SECOND,
    Source, State, Update,
};

use crate::{
    screen::{Session, options},
    world::{self, START, at, commits, groups, health, live, member, members, offsets, pod, said},
};

/// `checkout` as it should be.
fn session(size: (u16, u16)) -> Session {
    let mut session = Session::new(options(), START, size);
    session.feed(world::checkout());
    session
}

#[test]
fn members_stand_beside_their_pods_and_nodes() {
    let mut session = session((120, 40));
    session.press("2 enter");
    let screen = session.screen();
    screen
        .assert_fact("lag", "23")
        .assert_fact(
            "workload",
            "● shop/Deployment/checkout 0.98: members have its pods' addresses (2); it is named like the group",
        )
        .assert_cell("client-m1", "HOST", "10.0.0.1")
        .assert_cell("client-m1", "POD", "● shop/checkout-5f7d-aaaaa")
        .assert_cell("client-m1", "NODE", "node-1")
        .assert_cell("client-m1", "PARTS", "2")
        .assert_cell("client-m1", "LAG", "20")
        .assert_cell("client-m2", "POD", "● shop/checkout-5f7d-bbbbb")
        .assert_cell("client-m2", "NODE", "node-2")
        .assert_cell("client-m2", "LAG", "3")
        .assert_cell("120", "COMMITTED", "100")
        .assert_cell("120", "OWNER", "checkout-5f7d-…");
    screen.snapshot("checkout");
}

#[test]
fn while_a_group_rebalances_the_last_owners_stay_and_say_so() {
    let mut session = session((120, 40));
    session.feed([
        groups(&[("checkout", GroupKind::Classic, "PreparingRebalance")]),
        members(
            "checkout",
            "PreparingRebalance",
            vec![
                member("m1", "10.0.0.1", "orders", &[]),
                member("m2", "10.0.0.2", "orders", &[]),
            ],
        ),
    ]);
    session.press("2");
    let screen = session.screen();
    screen
        .assert_cell("checkout", "STATE", "Preparing…")
        .assert_cell("checkout", "LAG", "23");
    session.press("enter");
    let screen = session.screen();
    screen
        .assert_has("members: 2 (owners of before the rebalance)")
        .assert_fact("state", "PreparingRebalance")
        .assert_cell("client-m1", "PARTS", "2")
        .assert_cell("120", "OWNER", "checkout-5f7d-…");
    screen.snapshot("rebalancing");
}

#[test]
fn a_forbidden_source_names_the_right_that_is_missing() {
    let forbidden = State::Forbidden {
        verb: "list".into(),
        resource: "deployments.apps".into(),
    };
    let mut session = Session::new(options(), START, (120, 40));
    session.feed([
        live(Source::Pods, None),
        health(
            Source::Deployments,
            forbidden,
            "User \"viewer\" cannot list deployments.apps; ask for a Role",
        ),
    ]);
    let screen = session.screen();
    screen
        .assert_has("k8s ! deployments forbidden")
        .assert_cell("Kubernetes", "WHAT", "SOURCE");
    let why = screen.cell("Kubernetes", "WHY");
    assert!(
        why.starts_with("forbidden (list deployments.apps): User \"viewer\""),
        "{why}"
    );
    session.press("5");
    session
        .screen()
        .assert_has("workloads cannot be read: no right to list deployments.apps");
    session.press("0");
    let screen = session.screen();
    screen
        .assert_cell("deployments", "STATE", "forbidden")
        .assert_cell("deployments", "LAST", "never")
        .assert_cell("pods", "STATE", "live");
    session.press("/ d e p l enter enter");
    let screen = session.screen();
    screen
        .assert_fact("right", "list deployments.apps")
        .assert_fact("why", "ask for a Role");
    screen.snapshot("forbidden");
}

#[test]
fn when_nothing_can_be_reached_the_old_data_stays_with_its_age() {
    let mut session = session((120, 40));
    let pages = ["1", "2", "2 enter", "3", "4", "5", "6"];
    let mut before = Vec::new();
    for keys in pages {
        session.press(keys);
        before.push(session.screen().keys());
        session.press("esc");
    }
    let later = START.plus(300 * SECOND);
    for source in [Source::Pods, Source::Metadata, Source::Lag] {
        let report = HealthReport::new(source, State::Unreachable).because("connection refused");
        session.feed([at(later, Update::Health(report))]);
    }
    for (keys, before) in pages.iter().zip(before).skip(1) {
        session.press(keys);
        let screen = session.screen();
        assert_eq!(screen.keys(), before, "{keys}");
        screen
            .assert_has("k8s ✗ unreachable 0s")
            .assert_has("kafka ✗ unreachable 5m");
        session.press("esc");
    }
    session.press("2 enter");
    let screen = session.screen();
    screen
        .assert_fact("lag", "read 5m ago")
        .assert_cell("120", "END", "120")
        .assert_cell("120", "LAG", "20")
        .assert_cell("120", "STATE", "stale 5m");
    screen.snapshot("unreachable-group");
    session.press("0");
    session
        .screen()
        .assert_cell("lag", "STATE", "unreachable")
        .assert_cell("lag", "LAST", "5m")
        .snapshot("unreachable-sources");
    session.press("1");
    let screen = session.screen();
    screen.assert_cell("Kafka", "WHAT", "SOURCE");
    screen.snapshot("unreachable-home");
}

#[test]
fn pods_that_share_an_address_are_told_apart_or_not_told_at_all() {
    let on_host = |name: &str| plimsoll::model::PodRow {
        host_network: true,
        ..pod(name, "192.168.0.9", "node-1")
    };
    let mut session = Session::new(options(), START, (120, 40));
    let mut named = member("m2", "192.168.0.9", "orders", &[1]);
    named.client_id = "agent-x-bbbbb-0".into();
    let mut gone = pod("shop/batch-x-ccccc", "10.0.0.3", "node-1");
    gone.status = "Completed".into();
    let mut alone = pod("shop/alone-x-ddddd", "192.168.0.8", "node-2");
    alone.host_network = true;
    session.feed([
        world::nodes(&["node-1", "node-2"]),
        world::pods(vec![
            on_host("shop/agent-x-aaaaa"),
            on_host("shop/agent-x-bbbbb"),
            pod("shop/web-x-eeeee", "10.0.0.5", "node-2"),
            gone,
            alone,
        ]),
        world::cluster(3, &[("orders", 5)]),
        groups(&[("agents", GroupKind::Consumer, "Stable")]),
        members(
            "agents",
            "Stable",
            vec![
                member("m1", "192.168.0.9", "orders", &[0]),
                named,
                member("m3", "10.0.0.3", "orders", &[2]),
                member("m4", "192.168.0.8", "orders", &[3]),
                member("m5", "10.9.9.9", "orders", &[4]),
                member("m6", "10.0.0.5", "orders", &[]),
            ],
        ),
    ]);
    session.press("2 enter");
    let screen = session.screen();
    screen
        .assert_cell("agent-x-bbbbb-0", "POD", "◐ shop/agent-x-bbbbb")
        .assert_cell("client-m3", "POD", "○ shop/batch-x-ccccc")
        .assert_cell("client-m4", "POD", "◐ shop/alone-x-ddddd")
        .assert_cell("10.9.9.9", "NODE", "-")
        .assert_cell("client-m6", "POD", "● shop/web-x-eeeee");
    assert_eq!(screen.cell("unclear 192.168.0.9", "POD"), "○ unclear");
    assert!(screen.cell("10.9.9.9", "POD").starts_with('?'));
    screen.snapshot("confidence");
    session.press("/ m 1 enter enter");
    session
        .screen()
        .assert_fact("evidence", "host 192.168.0.9 is shared by 2 pods");
}

#[test]
fn partitions_say_what_their_numbers_are_worth() {
    let mut session = Session::new(options(), START, (120, 40));
    let mut metadata = world::metadata(3, &[("orders", 6)]);
    metadata.topics[0].partitions[4].leader = None;
    session.feed([
        said(Update::Metadata(metadata)),
        groups(&[("odd", GroupKind::Classic, "Empty")]),
        offsets(
            OffsetKind::Start,
            "orders",
            &[(0, 0), (1, 50), (2, 0), (3, 0), (4, 0)],
        ),
        offsets(
            OffsetKind::End,
            "orders",
            &[(0, 110), (1, 120), (2, 130), (3, 140), (4, 150)],
        ),
        commits(
            "odd",
            &[
                ("gone", &[Some(7)]),
                (
                    "orders",
                    &[Some(101), Some(40), Some(133), None, Some(1), Some(9)],
                ),
            ],
        ),
        members(
            "odd",
            "Stable",
            vec![member("m1", "10.0.0.1", "orders", &[3])],
        ),
    ]);
    session.press("2");
    // 9 + 80 + 0 for the one ahead; two of them are not known.
    session.screen().assert_cell("odd", "LAG", "89+?");
    session.press("enter p");
    let screen = session.screen();
    screen
        .assert_cell("101", "STATE", "ok")
        .assert_cell("101", "LAG", "9")
        .assert_cell("40", "STATE", "at risk")
        .assert_cell("40", "LAG", "80")
        .assert_cell("133", "STATE", "ahead")
        .assert_cell("133", "LAG", "-3")
        .assert_cell("uncommitted", "COMMITTED", "-")
        .assert_cell("uncommitted", "LAG", "-")
        .assert_cell("no leader", "LAG", "-")
        .assert_cell("no leader", "END", "-")
        .assert_cell("unknown", "COMMITTED", "9")
        .assert_cell("unknown", "LAG", "-")
        .assert_cell("deleted", "TOPIC", "gone")
        .assert_cell("deleted", "LAG", "-")
        .assert_fact("lag", "89+?")
        .assert_fact("lag", "1 ahead")
        .assert_fact("lag", "1 behind the log start");
    screen.snapshot("partition-states");
    session.press("3");
    session
        .screen()
        .assert_cell("orders", "OFFLINE", "1")
        .assert_cell("orders", "BYTES", "-");
    session.press("1");
    session.screen().assert_cell("orders", "WHAT", "OFFLINE");
}

#[test]
fn the_lag_of_a_share_group_is_what_the_broker_says() {
    let mut session = Session::new(options(), START, (120, 40));
    let row = |partition, offset, lag| CommittedPartition {
        partition,
        offset,
        lag,
    };
    session.feed([
        world::cluster(3, &[("jobs", 2)]),
        groups(&[("workers", GroupKind::Share, "Stable")]),
        offsets(OffsetKind::End, "jobs", &[(0, 500), (1, 500)]),
        said(Update::Commits(vec![GroupCommits {
            group: "workers".into(),
            topics: vec![(
                "jobs".into(),
                vec![row(0, Some(100), Some(17)), row(1, Some(200), None)],
            )],
        }])),
    ]);
    session.press("2");
    session
        .screen()
        .assert_cell("workers", "LAG", "17+?")
        .assert_cell("workers", "STATUS", "OK");
    session.press("enter");
    let screen = session.screen();
    screen
        .assert_cell("100", "LAG", "17")
        .assert_cell("100", "STATE", "ok")
        .assert_cell("200", "LAG", "-")
        .assert_cell("200", "STATE", "unknown");
    screen.snapshot("share-group");
}

#[test]
fn the_first_sync_shows_its_progress_by_kind() {
    let mut session = Session::new(options(), START, (80, 24));
    let syncing = |source, got, of| health(source, State::Syncing { got, of }, "first list");
    session.feed([
        syncing(Source::Pods, 500, Some(10_000)),
        syncing(Source::Nodes, 12, None),
    ]);
    let screen = session.screen();
    screen
        .assert_has("k8s ◌ syncing")
        .assert_fact("brokers", "no Kafka is read")
        .assert_fact("load", "no Kafka is read")
        .assert_fact("reading", "pods 500/10000 nodes 12");
    screen.snapshot("first-sync");
    session.press("0");
    session
        .screen()
        .assert_cell("nodes", "STATE", "syncing 12")
        .assert_cell("nodes", "LAST", "never");
    session.feed([live(Source::Pods, None), live(Source::Nodes, None)]);
    session.press("1");
    assert!(!session.screen().has("reading"));
}

#[test]
fn rows_come_with_the_first_page_of_a_list() {
    let mut session = Session::new(options(), START, (80, 24));
    let page = |rows, begin, done| {
        said(Update::Pods(plimsoll::model::Delta {
            begin,
            set: rows,
            gone: Vec::new(),
            done,
        }))
    };
    session.feed(world::deployment("shop/web", "5f", 2));
    session.feed([page(
        vec![pod("shop/web-5f-aaaaa", "10.0.0.1", "node-1")],
        true,
        false,
    )]);
    session.press("5 enter");
    assert_eq!(session.screen().keys().len(), 1);
    session.feed([page(
        vec![pod("shop/web-5f-bbbbb", "10.0.0.2", "node-1")],
        false,
        true,
    )]);
    assert_eq!(session.screen().keys().len(), 2);
    session.feed([page(Vec::new(), true, false)]);
    assert_eq!(session.screen().keys().len(), 2, "a relist blanks nothing");
}

#[test]
fn a_broker_that_left_stays_on_the_list_and_says_so() {
    let mut session = session((120, 40));
    let mut metadata = world::metadata(3, &[("orders", 3)]);
    metadata.cluster.brokers.pop();
    for partition in &mut metadata.topics[0].partitions {
        partition.isr.retain(|id| *id != BrokerId(3));
        if partition.leader == Some(BrokerId(3)) {
            partition.leader = partition.isr.first().copied();
        }
    }
    session.feed([said(Update::Metadata(metadata))]);
    let screen = session.screen();
    screen
        .assert_fact("brokers", "3 partitions: 3 under-replicated")
        .assert_fact("", "1●♛        2●         3✗ gone")
        .assert_fact("out of sync", "0          0          3")
        .assert_cell("broker 3", "WHAT", "BROKER");
    assert!(screen.has("kafka ✗ 2/3"), "{screen}");
    session.press("b");
    let screen = session.screen();
    screen
        .assert_cell("not in the cluster", "ID", "3")
        .assert_cell("not in the cluster", "UNDER", "3")
        .assert_cell("not in the cluster", "LEADERS", "0");
    screen.snapshot("broker-gone");
    session.press("3 enter");
    session.screen().assert_cell("3,1,2", "ISR", "1,2");
}

#[test]
fn what_is_wrong_with_all_partitions_can_be_read_at_80_columns() {
    let mut session = session((80, 24));
    let mut metadata = world::metadata(7, &[("orders", 213)]);
    metadata.cluster.brokers.pop();
    let mut strip = |gone: &[i32]| {
        for partition in &mut metadata.topics[0].partitions {
            partition.isr.retain(|id| !gone.contains(&id.0));
            partition.leader = partition.isr.first().copied();
        }
        session.feed([said(Update::Metadata(metadata.clone()))]);
        session.screen().fact("brokers")
    };
    assert_eq!(
        strip(&[7]),
        "1●♛ 2● 3● 4● 5● 6● 7✗ gone 213 partitions: 90 under-replicated"
    );
    assert_eq!(
        strip(&[7, 6]),
        "6◐ 90 out 7✗ gone 5 well 213 parts: 120 under-repl"
    );
    assert_eq!(
        strip(&[7, 6, 5, 4, 3]),
        "5 sick 2 well 213 parts: 91 offline, 122 under-repl"
    );
}

#[test]
fn a_pod_that_goes_away_is_missed_and_not_shown() {
    let mut session = session((80, 24));
    session.press("5 enter j enter");
    assert_eq!(session.screen().title(), "pod shop/checkout-5f7d-bbbbb");
    let gone = plimsoll::model::Delta::gone(vec![world::pod_id("shop/checkout-5f7d-bbbbb")]);
    session.feed([said(Update::Pods(gone))]);
    let (buffer, _) = session.paint();
    let text = plimsoll::view::text::lines(&buffer);
    assert!(
        text.contains("pod shop/checkout-5f7d-bbbbb is not there, or no longer"),
        "{text}"
    );
    session.press("esc");
    let screen = session.screen();
    assert_eq!(
        screen.keys(),
        [Key::Pod(world::pod_id("shop/checkout-5f7d-aaaaa"))]
    );
}
