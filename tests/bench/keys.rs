//! From a key to its frame, in the program's own loop, while sources send without a pause.

use std::{
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use futures::stream;
use plimsoll::{
    app::{Chord, LogLine, Msg, PaneId},
    model::Envelope,
    run::{FRAME, Inputs, run},
    source::clock,
    view::Screen,
};
use ratatui::{
    backend::{Backend, ClearType, CrosstermBackend, WindowSize},
    buffer::Cell,
    layout::{Position, Size},
};
use tokio::sync::mpsc;

use crate::{
    Figure,
    crowd::{self, Names},
    events::{app, draw, feed},
    screen,
};

const ROWS: usize = 100_000;
/// Between two keys: a fast typist.
const PACE: Duration = Duration::from_millis(40);

/// Keys that were pressed, and when the frame of each was out.
#[derive(Default)]
struct Times {
    taken: AtomicUsize,
    pressed: Mutex<Vec<Instant>>,
    drawn: Mutex<Vec<Instant>>,
}

impl Times {
    fn note_frame(&self) {
        let taken = self.taken.load(Ordering::SeqCst);
        self.drawn.lock().unwrap().resize(taken, Instant::now());
    }
}

struct Sink;

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A terminal that notes when a frame is out.
struct Watch {
    inner: CrosstermBackend<Sink>,
    times: Arc<Times>,
}

type Done = io::Result<()>;

impl Backend for Watch {
    type Error = io::Error;
    fn draw<'a, I: Iterator<Item = (u16, u16, &'a Cell)>>(&mut self, content: I) -> Done {
        self.inner.draw(content)
    }
    fn hide_cursor(&mut self) -> Done {
        Ok(())
    }
    fn show_cursor(&mut self) -> Done {
        Ok(())
    }
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(Position::ORIGIN)
    }
    fn set_cursor_position<P: Into<Position>>(&mut self, _: P) -> Done {
        Ok(())
    }
    fn clear(&mut self) -> Done {
        Ok(())
    }
    fn clear_region(&mut self, _: ClearType) -> Done {
        Ok(())
    }
    fn size(&self) -> io::Result<Size> {
        Ok(Size::new(120, 40))
    }
    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize {
            columns_rows: Size::new(120, 40),
            pixels: Size::ZERO,
        })
    }
    fn flush(&mut self) -> Done {
        self.times.note_frame();
        Ok(())
    }
}

/// Down, sorted by each column in turn and backwards, filtered letter by letter.
fn script(word: &str) -> Vec<Chord> {
    let typed: String = word.chars().flat_map(|letter| [letter, ' ']).collect();
    let part = format!(
        "j j j > j j > j r j pgdn j > j j / {typed} enter j j esc G k k g j > j / {typed} esc"
    );
    let parts = vec![part; 12];
    screen::chords(&parts.join(" "))
}

/// Runs the loop on an app that knows all there is, with envelopes that `source` makes until the keys are over.
fn measure(
    name: &'static str,
    pane: PaneId,
    opening: Vec<Envelope>,
    word: &str,
    mut source: impl FnMut(usize) -> Vec<Envelope> + Send + 'static,
) -> Figure {
    let mut app = app(pane);
    feed(&mut app, opening);
    draw(&mut app);
    let times = Arc::new(Times::default());
    let over = Arc::new(AtomicBool::new(false));
    let (keys_to, keys_from) = mpsc::unbounded_channel();
    let (to, from) = mpsc::channel::<Envelope>(plimsoll::source::Feed::CAPACITY);
    let sender = {
        let over = Arc::clone(&over);
        thread::spawn(move || {
            let mut sent = 0;
            let mut turn = 0;
            while !over.load(Ordering::SeqCst) {
                for envelope in source(turn) {
                    sent += 1;
                    if to.blocking_send(envelope).is_err() {
                        return sent;
                    }
                }
                turn += 1;
                thread::sleep(Duration::from_millis(10));
            }
            sent
        })
    };
    let chords = script(word);
    let typist = {
        let (times, over, chords) = (Arc::clone(&times), Arc::clone(&over), chords.clone());
        thread::spawn(move || {
            for chord in chords {
                thread::sleep(PACE);
                times.pressed.lock().unwrap().push(Instant::now());
                if keys_to.send(chord).is_err() {
                    return;
                }
            }
            thread::sleep(PACE);
            over.store(true, Ordering::SeqCst);
        })
    };
    let keys = stream::unfold((keys_from, Arc::clone(&times)), |(mut from, times)| async {
        // Asked for another key: the frame of the one before is out, though it may look like the frame before it.
        times.note_frame();
        let chord = from.recv().await?;
        times.taken.fetch_add(1, Ordering::SeqCst);
        Some((Msg::Key(chord), (from, times)))
    });
    let backend = Watch {
        inner: CrosstermBackend::new(Sink),
        times: Arc::clone(&times),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut screen = Screen::new(backend, screen::theme()).unwrap();
        let (_log, log) = mpsc::channel::<LogLine>(1);
        let (_answers, answers) = mpsc::channel::<Msg>(1);
        let mut inputs = Inputs {
            keys: Box::pin(keys),
            feed: from,
            log,
            answers,
        };
        run(
            &mut screen,
            &mut app,
            &mut inputs,
            FRAME,
            clock::now,
            |_, _| None,
        )
        .await
        .unwrap();
    });
    typist.join().unwrap();
    let sent = sender.join().unwrap();
    let pressed = times.pressed.lock().unwrap();
    let drawn = times.drawn.lock().unwrap();
    let mut waits: Vec<f64> = pressed
        .iter()
        .zip(drawn.iter())
        .map(|(pressed, drawn)| (*drawn - *pressed).as_secs_f64() * 1e3)
        .collect();
    if std::env::var_os("BENCH_KEYS").is_some() {
        for (wait, chord) in waits.iter().zip(&chords) {
            println!("{wait:6.2} {chord:?}");
        }
    }
    waits.sort_by(f64::total_cmp);
    let at = |share: f64| waits[((waits.len() - 1) as f64 * share).ceil() as usize];
    Figure {
        name,
        unit: "ms p99",
        bound: 16.0,
        measured: at(0.99),
        beside: format!(
            "{} keys: median {:.1}, longest {:.1} ms; {sent} envelopes came meanwhile",
            waits.len(),
            at(0.5),
            at(1.0)
        ),
    }
}

pub(crate) fn pods() -> Figure {
    let mut names = Names::default();
    let mut opening = crowd::around(&mut names, ROWS);
    opening.extend(crowd::pods(&mut names, ROWS));
    measure(
        "key to frame, pods pane of 100,000 rows, 2,000 pod events a second",
        PaneId::Pods,
        opening,
        "team-04",
        move |turn| vec![crowd::changes(&mut names, ROWS, turn, 20)],
    )
}

pub(crate) fn groups() -> Figure {
    const PODS: usize = 10_000;
    const GROUPS: usize = 15_000;
    let mut names = Names::default();
    let mut opening = crowd::around(&mut names, PODS);
    opening.extend(crowd::pods(&mut names, PODS));
    opening.push(crowd::cluster(&mut names));
    for round in 0..2 {
        opening.extend(crowd::round(&mut names, GROUPS, round));
    }
    opening.extend(crowd::members(&mut names, GROUPS));
    let mut rounds = 2;
    measure(
        "key to frame, groups pane of 15,000 groups and 40,000 partitions, a refresh every 5 s, 2,000 pod events a second",
        PaneId::Groups,
        opening,
        "of-0123",
        move |turn| {
            let mut said = vec![crowd::changes(&mut names, PODS, turn, 20)];
            if turn % 500 == 250 {
                said.extend(crowd::round(&mut names, GROUPS, rounds));
                rounds += 1;
            }
            said
        },
    )
}
