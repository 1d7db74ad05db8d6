//! How it looks: draws the app, and cannot change it.

mod body;
mod charts;
mod chrome;
pub mod panes;
mod plot;
mod reading;
mod screen;
mod table;
pub mod text;
mod theme;

use ratatui::{buffer::Buffer, layout::Rect};

use crate::app::{App, Area, Mode, Seen};

use body::LABEL;
pub use screen::{Drawn, Screen};
pub use theme::{Part, Theme, ThemeError};

/// Cells of the screen, as the app knows them.
fn area(of: Rect) -> Area {
    Area {
        x: of.x,
        y: of.y,
        width: of.width,
        height: of.height,
    }
}

/// Draws the whole app. Returns when the picture is out of date by itself, and what can be clicked.
pub fn draw(buffer: &mut Buffer, app: &App, theme: &Theme) -> Seen {
    let area = buffer.area;
    buffer.set_style(area, theme.style(Part::Text));
    let cx = app.cx();
    if app.is_too_small() {
        chrome::tiny::draw(buffer, area, app, &cx, theme);
        return cx.seen();
    }
    let foot = 1 + u16::from(app.replay().is_some());
    let body = Rect::new(area.x, area.y + 2, area.width, area.height - 2 - foot);
    chrome::header::draw(buffer, Rect { height: 1, ..area }, app, &cx, theme);
    chrome::tabs::draw(
        buffer,
        Rect {
            y: area.y + 1,
            height: 1,
            ..area
        },
        app,
        &cx,
        theme,
    );
    body::draw(buffer, body, app, &cx, theme);
    if let Some(replay) = app.replay() {
        let at = Rect {
            y: body.bottom(),
            height: 1,
            ..area
        };
        chrome::slider::draw(buffer, at, app, replay, theme);
    }
    chrome::footer::draw(
        buffer,
        Rect {
            y: area.bottom() - 1,
            height: 1,
            ..area
        },
        app,
        theme,
    );
    match &app.mode {
        Mode::Help { top } => chrome::help::draw(buffer, body, app, *top, &cx, theme),
        Mode::Goto { input, chosen } => {
            chrome::palette::draw(buffer, body, app, (&input.text, *chosen), &cx, theme);
        }
        Mode::Dialog(_)
        | Mode::Unlock { .. }
        | Mode::Following { .. }
        | Mode::Journal { .. }
        | Mode::Unfinished => chrome::acting::draw(buffer, body, app, &cx, theme),
        Mode::Columns(of) => chrome::menu::columns(buffer, body, of, &cx, theme),
        Mode::Copy { choices, chosen } => {
            chrome::menu::copy(buffer, body, (choices, *chosen), &cx, theme);
        }
        Mode::Normal | Mode::Filter { .. } => {}
    }
    cx.seen()
}
