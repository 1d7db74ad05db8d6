//! The terminal's cells: what stands there, what should, and only the difference is written.

use ratatui::{
    backend::Backend,
    buffer::Buffer,
    layout::{Rect, Size},
};

use crate::app::{App, Seen};

use super::{Theme, draw};

/// What a draw did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// Cells that were written. With none, not one byte goes to the terminal.
    pub cells: usize,
    /// When the picture is out of date by itself, and what can be clicked.
    pub seen: Seen,
}

/// Two buffers and the backend behind them.
pub struct Screen<B: Backend> {
    backend: B,
    theme: Theme,
    shown: Buffer,
    next: Buffer,
    /// What the terminal shows is not known: everything is written.
    unknown: bool,
}

impl<B: Backend> Screen<B> {
    pub fn new(backend: B, theme: Theme) -> Result<Self, B::Error> {
        let Size { width, height } = backend.size()?;
        let area = Rect::new(0, 0, width, height);
        Ok(Screen {
            backend,
            theme,
            shown: Buffer::empty(area),
            next: Buffer::empty(area),
            unknown: true,
        })
    }

    pub fn backend(&self) -> &B {
        &self.backend
    }

    pub fn size(&self) -> (u16, u16) {
        (self.next.area.width, self.next.area.height)
    }

    pub fn resize(&mut self, columns: u16, rows: u16) {
        let area = Rect::new(0, 0, columns, rows);
        if area != self.next.area {
            self.shown = Buffer::empty(area);
            self.next = Buffer::empty(area);
            self.unknown = true;
        }
    }

    /// Draws in this theme from now on; returns whether it is another than before.
    pub fn set_theme(&mut self, theme: Theme) -> bool {
        let other = self.theme != theme;
        self.theme = theme;
        other
    }

    /// Forgets what the terminal shows.
    pub fn forget(&mut self) {
        self.unknown = true;
    }

    /// Draws the app and writes what changed.
    pub fn draw(&mut self, app: &App) -> Result<Drawn, B::Error> {
        self.next.reset();
        let seen = draw(&mut self.next, app, &self.theme);
        if self.unknown {
            self.backend.clear()?;
            self.shown.reset();
            self.unknown = false;
        }
        let changes = self.shown.diff(&self.next);
        let cells = changes.len();
        if cells > 0 {
            self.backend.draw(changes.into_iter())?;
            self.backend.flush()?;
        }
        std::mem::swap(&mut self.shown, &mut self.next);
        Ok(Drawn { cells, seen })
    }
}
