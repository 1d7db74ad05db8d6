//! Of a hundred thousand rows only those on screen are built.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use plimsoll::{
    app::{App, Cell, Column, Cx, List, Msg, Page, Pane, PaneId, Section, SortKey},
    model::{Key, Time},
    view::{self, text},
};
use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    screen::{chords, options, theme},
    world::{self, START},
};

const ROWS: usize = 100_000;
static CELLS: AtomicUsize = AtomicUsize::new(0);
static KEYS: AtomicUsize = AtomicUsize::new(0);

const COLUMNS: &[Column] = &[Column::left("NAME", 12).flex(1), Column::right("VALUE", 8)];

struct Many;

impl List for Many {
    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn len(&self) -> usize {
        ROWS
    }

    fn key(&self, row: usize) -> Key {
        KEYS.fetch_add(1, SeqCst);
        Key::Topic(format!("topic-{row:06}").into())
    }

    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        CELLS.fetch_add(1, SeqCst);
        match column {
            0 => Cell::text(format!("topic-{row:06}")),
            _ => Cell::text((row % 1_000).to_string()),
        }
    }

    fn sort_key(&self, row: usize, column: usize) -> SortKey<'_> {
        match column {
            0 => SortKey::Number(row as f64),
            _ => SortKey::Number((row % 1_000) as f64),
        }
    }
}

struct Crowd;
static CROWD: Crowd = Crowd;
static PANES: &[&dyn Pane] = &[&CROWD];

impl Pane for Crowd {
    fn id(&self) -> PaneId {
        PaneId::Home
    }

    fn title(&self) -> &'static str {
        "Crowd"
    }

    fn digit(&self) -> Option<char> {
        Some('1')
    }

    fn page<'a>(&self, _: &'a Cx<'a>) -> Page<'a> {
        Page {
            title: "Crowd".into(),
            facts: Vec::new(),
            sections: vec![Section {
                title: "".into(),
                list: Box::new(Many),
                empty: "nobody".into(),
                sort: Some((0, false)),
            }],
        }
    }

    fn object<'a>(&self, _: &'a Cx<'a>, _: &Key) -> Option<Page<'a>> {
        None
    }
}

fn draw(app: &mut App) -> String {
    app.before_draw();
    let mut buffer = Buffer::empty(Rect::new(0, 0, 80, 24));
    let roll = view::draw(&mut buffer, app, &theme());
    app.drawn(roll);
    text::lines(&buffer)
}

fn press(app: &mut App, keys: &str, now: Time) {
    for chord in chords(keys) {
        app.handle(Msg::Key(chord), now);
    }
}

#[test]
fn of_a_hundred_thousand_rows_those_on_screen_are_built() {
    let mut app = App::new(PANES, options(), START);
    app.handle(Msg::Resize(80, 24), START);
    draw(&mut app);
    let visible = app.body_height();
    assert_eq!(visible, 18);
    let mut cost = |keys: &str, shows: &str| {
        press(&mut app, keys, START);
        (CELLS.store(0, SeqCst), KEYS.store(0, SeqCst));
        let screen = draw(&mut app);
        assert!(screen.contains(shows), "{keys:?}:\n{screen}");
        let (cells, keys) = (CELLS.load(SeqCst), KEYS.load(SeqCst));
        assert_eq!(cells, visible * COLUMNS.len(), "{keys:?}: cells");
        assert!(keys <= visible + 4, "{keys:?}: {keys} keys");
        app.selected()
    };
    let topic = |row: usize| Some(Key::Topic(format!("topic-{row:06}").into()));
    assert_eq!(cost("", "topic-000000"), topic(0));
    assert_eq!(cost("j j", "topic-000002"), topic(2));
    assert_eq!(cost("pgdn", "topic-000018"), topic(18));
    assert_eq!(cost("G", "topic-099999"), topic(99_999));
    assert_eq!(cost("k k k", "topic-099996"), topic(99_996));
    assert_eq!(cost("right", "topic-099996"), topic(99_996));
    assert_eq!(cost("r", "topic-099996"), topic(99_996));
    assert_eq!(cost("g", "topic-000000"), topic(0));
    // An envelope that changes nothing here builds no row that is not seen.
    app.handle(Msg::Feed(Box::new(world::cluster(1, &[]))), START);
    (CELLS.store(0, SeqCst), KEYS.store(0, SeqCst));
    draw(&mut app);
    assert_eq!(CELLS.load(SeqCst), visible * COLUMNS.len());
    assert!(KEYS.load(SeqCst) <= visible + 4, "{KEYS:?}");
}

#[test]
fn a_filter_over_a_hundred_thousand_rows_finds_its_few() {
    let mut app = App::new(PANES, options(), START);
    app.handle(Msg::Resize(80, 24), START);
    press(&mut app, "/ 9 9 9 8 enter", START);
    let screen = draw(&mut app);
    assert!(
        screen.contains("topic-009998") && screen.contains("/100000"),
        "{screen}"
    );
    let columns = app.sorted_columns().unwrap().1;
    assert_eq!(columns.len(), 2);
}
