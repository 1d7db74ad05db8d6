//! Pages of the demo world five minutes after its start.

use plimsoll::model::Key;

use crate::{
    screen::{Session, options},
    world::{self, START},
};

/// A demo session; seed 7 has no trouble on at that moment but the group that is always slow.
fn session(size: (u16, u16)) -> Session {
    let mut options = options();
    options.demo = true;
    options.site = "demo".into();
    let mut session = Session::new(options, START, size);
    session.feed(world::demo(7, 300));
    session
}

const SMALL: (u16, u16) = (80, 24);
const MIDDLE: (u16, u16) = (120, 40);
const WIDE: (u16, u16) = (160, 50);
const TINY: (u16, u16) = (40, 10);

#[test]
fn home_shows_the_worst_first_with_the_cursor_on_it() {
    for (size, name) in [
        (SMALL, "home-80x24"),
        (MIDDLE, "home-120x40"),
        (WIDE, "home-160x50"),
        (TINY, "home-40x10"),
    ] {
        let mut session = session(size);
        let screen = session.screen();
        screen
            .assert_cell("fraud", "WHAT", "FALLING")
            .assert_has("fraud: lag 1100967, +488/s over the");
        match size {
            SMALL => {
                screen
                    .assert_fact("brokers", "0● 1●♛ 2● 3● 4● 5● 213 partitions, all in sync")
                    .assert_fact("produce", "/s")
                    .assert_fact("consume", "15m, 0 to ")
                    .assert_fact("lag", "15m, 0 to ");
            }
            MIDDLE | WIDE => {
                screen
                    .assert_fact("brokers", "213 partitions, all in sync")
                    .assert_fact("leaders", "35         36")
                    .assert_fact("out of sync", "0          0")
                    .assert_fact("bytes in", "Ki/s")
                    .assert_fact("bytes out", "Ki/s")
                    .assert_fact("load", "produce ")
                    .assert_fact("load", "consume ")
                    .assert_fact("load", "lag 1");
            }
            _ => {}
        }
        if size != TINY {
            screen.assert_cell("dlq-review", "WHAT", "BEHIND");
            assert!(
                screen
                    .cell("fraud", "WHY")
                    .starts_with("lag 1100967, +488/s")
            );
        }
        assert_eq!(screen.selected(), Some(Key::Group("fraud".into())));
        assert_eq!(screen.keys()[0], Key::Group("fraud".into()));
        if size == WIDE {
            screen
                .assert_has("─ group fraud ─")
                .assert_has("finance/Deployment/fraud");
        }
        screen.snapshot(name);
    }
}

#[test]
fn groups_stand_by_lag_with_their_workloads() {
    for (size, name) in [
        (SMALL, "groups-80x24"),
        (MIDDLE, "groups-120x40"),
        (WIDE, "groups-160x50"),
        (TINY, "groups-40x10"),
    ] {
        let mut session = session(size);
        session.press("2");
        let screen = session.screen();
        screen
            .assert_cell("fraud", "GROUP", "fraud")
            .assert_cell("fraud", "LAG", "1.10M")
            .assert_cell("ledger", "LAG", "8315");
        if size != TINY {
            screen
                .assert_cell("fraud", "/S", "+488")
                .assert_cell("fraud", "STATUS", "WARN 6/6")
                .assert_cell("fraud", "DRAIN", "never")
                .assert_cell("fraud", "PODS", "1/1")
                .assert_cell("fraud", "WORKLOAD", "● finance/fraud")
                .assert_cell("dlq-review", "STATUS", "STOP 3/3")
                .assert_cell("dlq-review", "WORKLOAD", "-");
        }
        if size == MIDDLE {
            screen
                .assert_cell("fraud", "STATE", "Stable")
                .assert_cell("fraud", "MEM", "1")
                .assert_cell("dlq-review", "STATE", "Empty")
                .assert_cell("demo-connect", "LAG", "-")
                .assert_cell("fraud", "TREND", "▇▇▇▇██████");
        }
        assert_eq!(screen.selected(), Some(Key::Group("fraud".into())));
        screen.snapshot(name);
    }
}

#[test]
fn a_group_has_its_members_on_pods_and_its_partitions() {
    for (size, name) in [(SMALL, "group-80x24"), (MIDDLE, "group-120x40")] {
        let mut session = session(size);
        session.press("2 enter");
        let screen = session.screen();
        assert_eq!(screen.title(), "group fraud");
        screen
            .assert_fact("lag", "1.10M +488/s over 1m")
            .assert_fact("workload", "● finance/Deployment/fraud")
            .assert_fact("coordinator", "broker 3")
            .assert_cell("worker-c2", "PARTS", "6")
            .assert_cell("worker-c2", "LAG", "1.10M")
            .assert_cell("186368", "PART", "1")
            .assert_cell("186368", "COMMITTED", "72683985")
            .assert_cell("186368", "STATUS", "WARN");
        assert_eq!(screen.column(1, "PART"), ["1", "2", "0", "5", "3", "4"]);
        if size == MIDDLE {
            screen
                .assert_cell("worker-c2", "POD", "● finance/fraud-556xkdqdx9-mv2wj")
                .assert_cell("worker-c2", "HOST", "10.64.0.26")
                .assert_cell("worker-c2", "POD STATE", "Running")
                .assert_cell("186368", "END", "72870353")
                .assert_cell("186368", "STATE", "ok")
                .assert_cell("186368", "LEADER", "4")
                .assert_cell("186368", "OWNER", "fraud-556xkdqd…");
        }
        screen.snapshot(name);
    }
}

#[test]
fn a_member_says_which_pod_it_is_and_how_that_is_known() {
    let mut session = session(SMALL);
    session.press("2 enter enter");
    let screen = session.screen();
    screen
        .assert_fact("group", "fraud")
        .assert_fact("pod", "● finance/fraud-556xkdqdx9-mv2wj")
        .assert_fact(
            "evidence",
            "host 10.64.0.26 is the IP of pod finance/fraud-556xkdqdx9-mv2wj",
        )
        .assert_fact("pod state", "Running")
        .assert_fact("node", "worker-c2")
        .assert_fact("workload", "finance/Deployment/fraud");
    assert_eq!(screen.column(0, "PART"), ["1", "2", "0", "5", "3", "4"]);
    screen.snapshot("member-80x24");
}

#[test]
fn topics_and_their_partitions() {
    let mut session = session(SMALL);
    session.press("3");
    let screen = session.screen();
    screen
        .assert_cell("payments", "PARTS", "6")
        .assert_cell("payments", "RF", "3")
        .assert_cell("payments", "MIN ISR", "2")
        .assert_cell("payments", "OFFLINE", "0")
        .assert_cell("payments", "BYTES", "607Gi")
        .assert_cell("payments", "IN/S", "689/s");
    screen.snapshot("topics-80x24");

    session.press(": t o p i c space p a y m e n t s enter");
    let screen = session.screen();
    assert_eq!(screen.title(), "topic payments");
    screen
        .assert_fact("min ISR", "2")
        .assert_cell("4,3,2", "HEALTH", "ok")
        .assert_cell("4,3,2", "PART", "1");
    screen.snapshot("topic-80x24");

    session.press("j enter");
    let screen = session.screen();
    assert_eq!(screen.title(), "partition payments-1");
    screen
        .assert_fact("leader", "broker 4")
        .assert_fact("offsets", "end 72870353")
        .assert_cell("leader", "POD", "● kafka/demo-kafka-4")
        .assert_cell("leader", "NODE", "worker-b2")
        .assert_cell("fraud", "LAG", "186368")
        .assert_cell("ledger", "LAG", "1719");
    screen.snapshot("partition-80x24");
}

#[test]
fn brokers_stand_on_pods_nodes_and_racks() {
    let mut session = session(SMALL);
    session.press("b");
    let screen = session.screen();
    screen
        .assert_cell("kafka/demo-kafka-1", "ID", "♛1")
        .assert_cell("kafka/demo-kafka-2", "POD", "● kafka/demo-kafka-2")
        .assert_cell("kafka/demo-kafka-2", "NODE", "worker-c1")
        .assert_cell("kafka/demo-kafka-2", "RACK", "eu-1c")
        .assert_cell("kafka/demo-kafka-2", "LEADERS", "36")
        .assert_cell("kafka/demo-kafka-2", "REPL", "108")
        .assert_cell("kafka/demo-kafka-2", "UNDER", "0")
        .assert_cell("kafka/demo-kafka-2", "DISK", "264Gi");
    screen.snapshot("brokers-80x24");
    session.press("enter");
    let screen = session.screen();
    screen
        .assert_fact("pod", "● kafka/demo-kafka-0 Running")
        .assert_fact("node", "worker-a1 zone eu-1a")
        .assert_fact("partitions", "35 led, 107 replicas 0 out of sync")
        .assert_fact("disk", "315Gi")
        .assert_fact("measured", "/s in")
        .assert_fact("strimzi", "Kafka demo")
        .assert_cell("__consumer_offsets", "LED", "9");
    screen.snapshot("broker-80x24");
}

#[test]
fn workloads_and_their_pods() {
    let mut session = session(MIDDLE);
    session.press("5");
    let screen = session.screen();
    screen
        .assert_cell("checkout", "NAMESPACE", "shop")
        .assert_cell("checkout", "READY", "3/3")
        .assert_cell("checkout", "RESTARTS", "3")
        .assert_cell("checkout", "REASON", "was OOMKilled")
        .assert_cell("checkout", "CPU", "820m")
        .assert_cell("pricing", "KIND", "StatefulSet");
    screen.snapshot("workloads-120x40");
    session.press("enter");
    let screen = session.screen();
    assert_eq!(screen.title(), "Deployment shop/analytics");
    screen
        .assert_fact("ready", "2 of 2")
        .assert_fact("autoscaler", "1 to 8, wants 2")
        .assert_fact("group", "analytics lag 592")
        .assert_cell("worker-c3", "STATUS", "Running")
        .assert_cell("worker-c3", "READY", "1/1")
        .assert_cell("worker-c3", "OF LIMIT", "66%");
    screen.snapshot("workload-120x40");
    session.press("p enter");
    let screen = session.screen();
    screen
        .assert_fact("status", "Running 1/1 ready 0 restarts")
        .assert_fact("memory", "68% limit 1.00Gi")
        .assert_cell("analytics", "PARTS", "4")
        .assert_cell("analytics", "LAG OF GROUP", "592");
    screen.snapshot("pod-120x40");
}

#[test]
fn nodes_and_what_runs_on_them() {
    let mut session = session(SMALL);
    session.press("n");
    let screen = session.screen();
    screen
        .assert_cell("worker-b2", "READY", "ready")
        .assert_cell("worker-b2", "ZONE", "eu-1b")
        .assert_cell("worker-b2", "PODS", "5")
        .assert_cell("worker-b2", "BROKERS", "4")
        .assert_cell("worker-b2", "CPU", "2162m");
    screen.snapshot("nodes-80x24");
    session.press("enter");
    let screen = session.screen();
    screen
        .assert_fact("zone", "eu-1a")
        .assert_fact("broker", "0")
        .assert_cell("kafka/demo-kafka-0", "STATUS", "Running")
        .assert_cell("kafka/demo-kafka-0", "CPU", "802m");
    screen.snapshot("node-80x24");
}

#[test]
fn sources_say_how_they_are() {
    let mut session = session(SMALL);
    session.press("0");
    let screen = session.screen();
    screen
        .assert_cell("pods", "STATE", "live")
        .assert_cell("pods", "EVERY", "watch")
        .assert_cell("lag", "LAST", "now")
        .assert_cell("lag", "EVERY", "5s");
    screen.snapshot("sources-80x24");
    session.press(": s o u r c e space l a g enter");
    let screen = session.screen();
    screen
        .assert_fact("reads", "groups, committed and end offsets")
        .assert_fact("state", "live");
    screen.snapshot("source-80x24");
}

#[test]
fn help_lists_the_keys_and_scrolls() {
    let mut session = session(SMALL);
    session.press("?");
    let screen = session.screen();
    screen
        .assert_has("enter             open what is selected")
        .assert_has("esc close");
    screen.snapshot("help-80x24");
    session.press(&"j ".repeat(41));
    session.screen().assert_has("q ctrl-c          quit");
    session.press("esc");
    assert!(!session.screen().has("esc close"));
}

#[test]
fn the_go_to_line_suggests_and_goes() {
    let mut session = session(SMALL);
    session.press(": f r a");
    let screen = session.screen();
    screen
        .assert_has("▌group    fraud")
        .assert_has("│ workload finance/fraud")
        .assert_has(" : fra█");
    screen.snapshot("goto-80x24");
    session.press("enter");
    assert_eq!(session.screen().title(), "group fraud");
    session.press(": n o s u c h enter");
    session.screen().assert_has("nothing is called \"nosuch\"");
    session.press("esc esc");
    assert_eq!(session.screen().title(), "Home");
}

#[test]
fn the_filter_narrows_the_rows_as_it_is_typed() {
    let mut session = session(SMALL);
    session.press("2 / f i n");
    let screen = session.screen();
    assert_eq!(
        screen.column(0, "GROUP"),
        ["fraud", "ledger", "settlement", "archive"]
    );
    screen.assert_has("/fin · 4/14").assert_has(" / fin█");
    screen.snapshot("filter-80x24");
    session.press("esc");
    assert_eq!(
        session.screen().keys().len(),
        14,
        "esc drops what was typed"
    );
    session.press("/ ! f i n enter");
    assert_eq!(session.screen().keys().len(), 10);
    session.press("esc");
    assert_eq!(session.screen().keys().len(), 14);
    session.press("/ z z z enter");
    session
        .screen()
        .assert_has("no row passes the filter; esc drops it");
}

#[test]
fn a_terminal_of_20x5_shows_one_readable_line() {
    let mut session = session((20, 5));
    let screen = session.screen();
    assert_eq!(screen.lines[0], "FALLING fraud: lag");
    screen.snapshot("home-20x5");
}

/// Before there are rates of partitions, what Prometheus remembers says that the lag grows.
#[test]
fn a_lag_that_grows_is_said_with_the_number_that_says_so() {
    let mut options = options();
    options.demo = true;
    options.site = "demo".into();
    let mut session = Session::new(options, START, MIDDLE);
    session.feed(world::demo(7, 10));
    session.press("2 w");
    session
        .screen()
        .assert_has("too slow: the lag grows with 1 member")
        .assert_has("growth of the lag a second: 5")
        .assert_has("(limit what commits and polls explain), prometheus");
}
