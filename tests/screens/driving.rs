//! Driving it: help of the place, marks, back and forward, the mouse, columns, copies, keys of one's own.

use plimsoll::{
    app::{Chord, Effect, Gesture, ListName, Mouse, Msg, PaneId, Spot, Subject},
    model::{Key, Noun},
};

use crate::{
    screen::{Session, options},
    world::{self, START},
};

fn demo(size: (u16, u16)) -> Session {
    let mut session = Session::new(options(), START, size);
    session.feed(world::demo(7, 300));
    session
}

/// The screen line that holds all of these words.
fn line(session: &mut Session, words: &str) -> usize {
    let screen = session.screen();
    let found = screen.lines.iter().position(|line| line.contains(words));
    found.unwrap_or_else(|| panic!("{words:?} is not on the screen:\n{screen}"))
}

fn mouse(session: &mut Session, gesture: Gesture, x: u16, y: usize) -> Vec<Effect> {
    let y = u16::try_from(y).unwrap();
    session.paint();
    let effects = session
        .app
        .handle(Msg::Mouse(Mouse { gesture, x, y }), session.now);
    session.paint();
    effects
}

fn click(session: &mut Session, x: u16, y: usize) -> Vec<Effect> {
    mouse(session, Gesture::Press, x, y);
    mouse(session, Gesture::Release, x, y)
}

#[test]
fn help_shows_the_keys_of_this_place_first() {
    let mut session = demo((100, 30));
    session.press("2 ?");
    let here = line(&mut session, "on group fraud");
    let list = line(&mut session, "in this list");
    assert!(here < list, "{}", session.screen());
    let scale = line(&mut session, "scale the workload");
    assert!(here < scale && scale < list, "{}", session.screen());
    session.press("esc 3 ?");
    let screen = session.screen();
    assert!(
        !screen.has("scale the workload"),
        "no workload is behind a topic:\n{screen}"
    );
    session.press("G");
    session
        .screen()
        .assert_has("in other places")
        .assert_has("(end)");
    session.press("g pgdn pgup k j k");
    session.screen().assert_has("on topic ");
    session.press("x z");
    session.screen().assert_has("more below");
    session.press("esc");
    for close in ["esc", "q", "?"] {
        session.press("?");
        session.screen().assert_has("more below");
        assert_eq!(session.press(close), [], "{close} closes help alone");
        assert!(!session.screen().has("more below"), "{close}");
    }
}

#[test]
fn marks_follow_their_rows_through_order_and_filter() {
    let mut session = demo((120, 40));
    session.press("2 space j space");
    let marked = session.app.view().marks.clone();
    assert_eq!(marked.len(), 2);
    session.screen().assert_has("2 marked · 14");
    session.press("right right r");
    assert_eq!(session.app.view().marks, marked, "the order changed");
    assert_eq!(session.app.targets(&[Noun::Group]).len(), 2);
    assert_eq!(session.app.targets(&[Noun::Topic]), []);
    let first = marked.first().unwrap().clone();
    let Key::Group(name) = &first else {
        panic!("{first:?}")
    };
    session.press("/");
    session.type_in(&format!("group={name}"));
    session.press("enter");
    session.screen().assert_has("2 marked, 1 hidden");
    assert_eq!(
        session.app.targets(&[Noun::Group]),
        [first],
        "hidden rows are left alone"
    );
    session.press("esc");
    assert!(
        session.app.view().marks.is_empty(),
        "esc drops the marks first"
    );
    session.screen().assert_has("/group=");
    session.press("esc");
    let under = session.screen().selected().unwrap();
    assert_eq!(
        session.app.targets(&[Noun::Group]),
        [under],
        "without marks the one under the cursor"
    );
}

#[test]
fn a_range_is_marked_from_the_last_mark_to_the_cursor() {
    let mut session = demo((120, 40));
    session.press("2 g space j j V");
    assert_eq!(session.app.view().marks.len(), 4);
    session.press("esc G V");
    assert_eq!(
        session.app.view().marks.len(),
        1,
        "without a mark the row itself"
    );
    session.press("space");
    assert_eq!(session.app.view().marks.len(), 0, "again takes it away");
    let screen = session.screen();
    assert!(!screen.has("marked"), "{screen}");
}

#[test]
fn marked_rows_are_copied_together() {
    let mut session = demo((120, 40));
    session.press("2 g space space");
    let names = session.app.marks_seen();
    let [Key::Group(first), Key::Group(second)] = names.as_slice() else {
        panic!("{names:?}")
    };
    let copied = |effects: &[Effect]| match effects.last() {
        Some(Effect::Copy(text)) => text.clone(),
        other => panic!("{other:?}"),
    };
    let effects = session.press("Y enter");
    assert_eq!(copied(&effects), format!("{first}\n{second}"));
    let effects = session.press("Y j enter");
    let rows = copied(&effects);
    let rows: Vec<&str> = rows.lines().collect();
    assert_eq!(rows.len(), 2);
    assert!(rows[0].contains(&format!("\t{first}\t")), "{rows:?}");
    assert!(rows[1].contains(&format!("\t{second}\t")), "{rows:?}");
}

#[test]
fn a_marked_row_bears_a_mark() {
    let mut session = demo((80, 24));
    session.press("2 space");
    let row = line(&mut session, "✓WARN 6/6  fraud");
    assert!(row > 2);
}

#[test]
fn back_and_forward_lead_through_what_was_seen() {
    let mut session = demo((120, 40));
    let title = |session: &mut Session, keys: &str| {
        session.press(keys);
        session.screen().title()
    };
    assert_eq!(title(&mut session, "2 enter"), "group fraud");
    assert_eq!(title(&mut session, "3"), "Topics");
    assert_eq!(title(&mut session, "["), "group fraud");
    assert_eq!(title(&mut session, "["), "Groups");
    assert_eq!(title(&mut session, "["), "Home");
    session.press("[");
    session.screen().assert_has("this was the first view");
    assert_eq!(title(&mut session, "] ]"), "group fraud");
    assert_eq!(title(&mut session, "]"), "Topics");
    assert_eq!(title(&mut session, "[ esc"), "Groups", "esc is as before");
    assert_eq!(
        title(&mut session, "["),
        "group fraud",
        "and a step of its own"
    );
    session.press("] ]");
    session.screen().assert_has("this was the last view");
}

#[test]
fn a_click_selects_a_click_on_the_selected_opens_and_the_wheel_scrolls() {
    let mut session = demo((80, 24));
    session.press("3");
    let y = line(&mut session, " payments ");
    click(&mut session, 10, y);
    assert_eq!(
        session.screen().selected(),
        Some(Key::Topic("payments".into()))
    );
    assert_eq!(session.app.view().subject, Subject::Pane(PaneId::Topics));
    click(&mut session, 10, y);
    assert_eq!(
        session.app.view().subject,
        Subject::Object(Key::Topic("payments".into()))
    );
    session.resize(80, 12);
    session.press("3 g");
    let top = session.app.view().top();
    mouse(&mut session, Gesture::WheelDown, 10, 10);
    assert_eq!(session.app.view().top(), top + 3);
    mouse(&mut session, Gesture::WheelUp, 10, 10);
    assert_eq!(session.app.view().top(), top);
    for _ in 0..50 {
        mouse(&mut session, Gesture::WheelDown, 10, 10);
    }
    let lines = session.app.lines().len();
    assert_eq!(session.app.view().top(), lines - session.app.body_height());
}

#[test]
fn titles_sort_and_tabs_show() {
    let mut session = demo((120, 40));
    session.press("2");
    let header = line(&mut session, "GROUP  ");
    let screen = session.screen();
    let at = screen.lines[header].find("STATE").unwrap();
    let x = u16::try_from(screen.lines[header].get(..at).unwrap().chars().count()).unwrap();
    click(&mut session, x + 1, header);
    let states = session.screen().column(0, "STATE");
    assert!(states.is_sorted(), "{states:?}");
    click(&mut session, x + 1, header);
    let states = session.screen().column(0, "STATE");
    assert!(states.is_sorted_by(|a, b| a >= b), "{states:?}");
    let tab = session.screen().lines[1].find("Topics").unwrap();
    click(&mut session, u16::try_from(tab).unwrap(), 1);
    assert_eq!(session.screen().title(), "Topics");
}

#[test]
fn the_divider_is_dragged_where_there_is_one() {
    let mut session = demo((160, 40));
    session.press("2");
    assert_eq!(session.app.list_width(), 88);
    mouse(&mut session, Gesture::Press, 88, 20);
    mouse(&mut session, Gesture::Drag, 99, 20);
    assert_eq!(session.app.list_width(), 99);
    mouse(&mut session, Gesture::Drag, 159, 20);
    assert_eq!(
        session.app.list_width(),
        128,
        "the object beside keeps a fifth"
    );
    mouse(&mut session, Gesture::Release, 120, 20);
    mouse(&mut session, Gesture::Drag, 60, 20);
    assert_eq!(session.app.list_width(), 128, "it was let go");
    session.resize(159, 40);
    assert_eq!(session.app.list_width(), 159);
}

#[test]
fn the_mouse_is_left_to_the_terminal_and_taken_again() {
    let mut session = demo((80, 24));
    assert!(session.press("M").contains(&Effect::Mouse(false)));
    session.screen().assert_has("the mouse is the terminal's");
    assert_eq!(session.press("M"), [Effect::Mouse(true)]);
    // A notice that fades is gone after a while, and the app asks to be woken for that.
    assert!(session.app.next_wake().is_some());
    session.wait(5_000);
    assert!(!session.screen().has("the mouse is ours"));
}

#[test]
fn columns_are_chosen_moved_and_kept() {
    let mut session = demo((120, 40));
    session.press("2 C");
    session
        .screen()
        .assert_has("[x] LAG")
        .assert_has("[x] COORD");
    // LAG is hidden.
    session.press("j j space enter");
    let header = |session: &mut Session| {
        let screen = session.screen();
        screen.lines[3].clone()
    };
    assert!(
        !header(&mut session).contains("LAG"),
        "{}",
        header(&mut session)
    );
    session.press("3 2 C");
    let screen = session.screen();
    screen.assert_has("[ ] LAG");
    session.press("j j K K enter");
    let shown = header(&mut session);
    let (rate, group) = (shown.find("/S").unwrap(), shown.find("GROUP").unwrap());
    assert!(rate < group, "{shown}");
    session.press("C space space esc");
    assert_eq!(header(&mut session), shown, "esc drops what was chosen");
    session.press("C r enter");
    let whole = header(&mut session);
    assert!(
        whole.contains("LAG") && whole.find("GROUP") < whole.find("/S"),
        "{whole}"
    );
}

#[test]
fn the_last_column_cannot_be_hidden_and_columns_come_from_the_config() {
    let mut with = options();
    let titles = vec!["LAG".to_owned(), "GROUP".to_owned()];
    with.prefs
        .columns
        .choose(ListName::pane(PaneId::Groups), titles);
    let mut session = Session::new(with, START, (120, 40));
    session.feed(world::demo(7, 300));
    session.press("2");
    let header = session.screen().lines[3].clone();
    let words: Vec<&str> = header.split_whitespace().collect();
    assert_eq!(words, ["│", "LAG↓", "GROUP", "│"]);
    session.press("C space j space enter");
    let header = session.screen().lines[3].clone();
    assert!(
        header.contains("GROUP") && !header.contains("LAG"),
        "{header}"
    );
}

#[test]
fn names_rows_cells_and_commands_are_copied() {
    let mut session = demo((100, 30));
    session.press("2 Y");
    session
        .screen()
        .assert_has("name      fraud")
        .assert_has("kafka-consumer-groups.sh --bootstrap-server demo-kafka-0")
        .assert_has("STATE     Stable");
    let copied = |effects: Vec<Effect>| {
        effects.into_iter().find_map(|effect| match effect {
            Effect::Copy(text) => Some(text),
            _ => None,
        })
    };
    assert_eq!(copied(session.press("enter")), Some("fraud".to_owned()));
    session.screen().assert_has("copied the name: fraud");
    let row = copied(session.press("Y j enter")).unwrap();
    assert!(
        row.starts_with("WARN 6/6\tfraud\t") && row.contains("\tStable\t"),
        "{row:?}"
    );
    let command = copied(session.press("Y j j enter")).unwrap();
    assert!(command.ends_with("--describe --group fraud"), "{command}");
    // What stands on lines of its own is told apart on one.
    session.press("space j space Y");
    session.screen().assert_has("fraud ⏎ analytics");
    session.press("esc esc");
    session.press("5 / f r a u d enter enter p Y");
    session.screen().assert_has("kubectl logs fraud-");
    assert_eq!(copied(session.press("esc")), None);
}

#[test]
fn keys_of_ones_own_work_and_are_shown() {
    let mut with = options();
    with.prefs.keymap.bind("filter", &["f".to_owned()]).unwrap();
    with.prefs.keymap.bind("refresh", &[]).unwrap();
    let mut session = Session::new(with, START, (120, 40));
    session.feed(world::demo(7, 300));
    session.press("2");
    session.screen().assert_has("f filter");
    session.press("f f r a");
    session.screen().assert_has(" / fra█");
    session.press("esc /");
    assert!(!session.screen().has(" / █"), "its old key does nothing");
    session.press("?");
    session
        .screen()
        .assert_has("f                 filter the rows");
    assert!(!session.press("esc ctrl-r").contains(&Effect::Refresh));
}

#[test]
fn every_spot_on_the_screen_is_on_the_screen() {
    let mut session = demo((160, 50));
    for keys in ["1", "2", "2 enter", "5", "0", ": f r a", "2 C", "2 Y"] {
        session.press("esc esc");
        session.press(keys);
        session.app.before_draw();
        let area = ratatui::layout::Rect::new(0, 0, 160, 50);
        let mut buffer = ratatui::buffer::Buffer::empty(area);
        let seen = plimsoll::view::draw(&mut buffer, &session.app, &session.theme);
        for (area, spot) in &seen.spots {
            assert!(
                area.x + area.width <= 160 && area.y + area.height <= 50,
                "{keys}: {spot:?} {area:?}"
            );
        }
        let tabs = seen
            .spots
            .iter()
            .filter(|(_, spot)| matches!(spot, Spot::Tab(_)))
            .count();
        assert_eq!(
            tabs,
            session
                .app
                .panes
                .iter()
                .filter(|pane| pane.digit().is_some())
                .count()
        );
    }
    assert_eq!(
        Chord::parse("shift-up").map(|chord| chord.to_string()),
        Some("shift-up".to_owned())
    );
}

#[test]
fn a_namespace_with_nothing_in_it_says_so() {
    for (only, words) in [
        ("shop", "│ -n shop │"),
        ("nosuch", "-n nosuch: nothing is in it"),
    ] {
        let mut with = options();
        with.namespace = Some(only.into());
        let mut session = Session::new(with, START, (120, 40));
        session.feed(world::demo(7, 300));
        let screen = session.screen();
        screen.assert_has(words);
    }
}

#[test]
fn nothing_depends_on_colour_alone() {
    use plimsoll::app::Role;
    let session = demo((120, 40));
    let cx = session.app.cx();
    let mut compared = 0;
    let mut subjects: Vec<Subject> = Vec::new();
    for pane in session.app.panes {
        subjects.push(Subject::Pane(pane.id()));
        for section in pane.page(&cx).sections {
            let rows = 0..section.list.len().min(20);
            subjects.extend(rows.map(|row| Subject::Object(section.list.key(row))));
        }
    }
    for subject in &subjects {
        let Some(page) = session.app.page(&cx, subject) else {
            continue;
        };
        for section in &page.sections {
            for (at, column) in section.list.columns().iter().enumerate() {
                let mut seen: Vec<(String, Role)> = Vec::new();
                for row in 0..section.list.len() {
                    let cell = section.list.cell(row, at);
                    if !matches!(cell.role, Role::Good | Role::Warn | Role::Bad) {
                        continue;
                    }
                    let text = cell.text.to_string();
                    if text.is_empty() {
                        continue;
                    }
                    let other = seen
                        .iter()
                        .find(|(known, role)| *known == text && *role != cell.role);
                    assert!(
                        other.is_none(),
                        "{subject:?}: {} {text:?} is {other:?} and {:?}: only colour tells",
                        column.title,
                        cell.role
                    );
                    compared += 1;
                    seen.push((text, cell.role));
                }
            }
        }
    }
    assert!(compared > 100, "{compared}");
}
