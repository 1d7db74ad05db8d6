//! The loop with scripted keys and envelopes, and a terminal that counts.

use std::{cell::RefCell, io, rc::Rc, time::Duration};

use futures::{Stream, stream};
use plimsoll::{
    app::{App, LogLine, Msg},
    model::{Envelope, Time},
    run::{FRAME, Inputs, Stats, run},
    view::Screen,
};
use ratatui::{
    backend::{Backend, ClearType, CrosstermBackend, WindowSize},
    buffer::Cell,
    layout::{Position, Size},
};
use tokio::{sync::mpsc, time::Instant};

use crate::{screen::theme, world::START};

/// What a terminal was sent, and when.
#[derive(Debug, Default)]
pub(crate) struct Wire {
    /// Moments of writes since the start, and how much was written in each.
    pub(crate) writes: Vec<(Duration, usize)>,
}

impl Wire {
    /// Bytes written after this moment.
    pub(crate) fn after(&self, moment: Duration) -> usize {
        let late = self.writes.iter().filter(|(at, _)| *at > moment);
        late.map(|(_, bytes)| bytes).sum()
    }
}

/// Where crossterm writes to.
struct Pipe {
    began: Instant,
    wire: Rc<RefCell<Wire>>,
}

impl io::Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let at = self.began.elapsed();
        self.wire.borrow_mut().writes.push((at, bytes.len()));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A terminal of a fixed size: what crossterm would write, counted.
struct Counting {
    inner: CrosstermBackend<Pipe>,
    size: Size,
}

type Done = io::Result<()>;

impl Backend for Counting {
    type Error = io::Error;

    fn draw<'a, I: Iterator<Item = (u16, u16, &'a Cell)>>(&mut self, content: I) -> Done {
        self.inner.draw(content)
    }

    fn hide_cursor(&mut self) -> Done {
        self.inner.hide_cursor()
    }

    fn show_cursor(&mut self) -> Done {
        self.inner.show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(Position::ORIGIN)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Done {
        self.inner.set_cursor_position(position)
    }

    fn clear(&mut self) -> Done {
        self.inner.clear()
    }

    fn clear_region(&mut self, region: ClearType) -> Done {
        self.inner.clear_region(region)
    }

    fn size(&self) -> io::Result<Size> {
        Ok(self.size)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize {
            columns_rows: self.size,
            pixels: Size::ZERO,
        })
    }

    fn flush(&mut self) -> Done {
        self.inner.flush()
    }
}

/// Messages, each at its moment since the start; then silence until `end`, then the keys end.
pub(crate) fn script(
    messages: Vec<(Duration, Msg)>,
    end: Duration,
) -> impl Stream<Item = Msg> + Unpin {
    let began = Instant::now();
    let steps = messages.into_iter();
    Box::pin(stream::unfold(steps, move |mut steps| async move {
        let Some((at, msg)) = steps.next() else {
            tokio::time::sleep_until(began + end).await;
            return None;
        };
        tokio::time::sleep_until(began + at).await;
        Some((msg, steps))
    }))
}

/// What a run left behind.
pub(crate) struct Ran {
    pub(crate) stats: Stats,
    pub(crate) wire: Wire,
}

/// Milliseconds of the paused clock, from [`START`] on.
pub(crate) fn clock() -> impl Fn() -> Time {
    let began = Instant::now();
    move || START.plus(i64::try_from(began.elapsed().as_millis()).unwrap())
}

/// Runs the app until the keys end.
pub(crate) async fn play(
    app: &mut App,
    size: (u16, u16),
    keys: impl Stream<Item = Msg> + Unpin,
    feed: mpsc::Receiver<Envelope>,
) -> Ran {
    let wire = Rc::new(RefCell::new(Wire::default()));
    let backend = Counting {
        inner: CrosstermBackend::new(Pipe {
            began: Instant::now(),
            wire: Rc::clone(&wire),
        }),
        size: size.into(),
    };
    let mut screen = Screen::new(backend, theme()).unwrap();
    let (_log, log) = mpsc::channel::<LogLine>(1);
    let (_answers, answers) = mpsc::channel(1);
    let mut inputs = Inputs {
        keys,
        feed,
        log,
        answers,
    };
    let stats = run(&mut screen, app, &mut inputs, FRAME, clock(), |_, _| None)
        .await
        .unwrap();
    drop(screen);
    Ran {
        stats,
        wire: Rc::try_unwrap(wire).unwrap().into_inner(),
    }
}
