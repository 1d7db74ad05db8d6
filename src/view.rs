//! How it looks: draws the app, and cannot change it.

mod body;
mod chrome;
pub mod panes;
mod plot;
mod screen;
mod table;
pub mod text;
mod theme;

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{App, Mode},
    model::Time,
};

use body::LABEL;
pub use screen::{Drawn, Screen};
pub use theme::{Part, Theme, ThemeError};

/// Draws the whole app. Returns the moment at which the picture is out of date by itself.
pub fn draw(buffer: &mut Buffer, app: &App, theme: &Theme) -> Option<Time> {
    let area = buffer.area;
    buffer.set_style(area, theme.style(Part::Text));
    let cx = app.cx();
    if area.width < 40 || area.height < 8 {
        chrome::tiny::draw(buffer, area, app, &cx, theme);
        return cx.roll();
    }
    let body = Rect::new(area.x, area.y + 2, area.width, area.height - 3);
    chrome::header::draw(buffer, Rect { height: 1, ..area }, app, &cx, theme);
    chrome::tabs::draw(
        buffer,
        Rect {
            y: area.y + 1,
            height: 1,
            ..area
        },
        app,
        theme,
    );
    body::draw(buffer, body, app, &cx, theme);
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
        Mode::Help { top } => chrome::help::draw(buffer, body, app, *top, theme),
        Mode::Goto { input, chosen } => {
            chrome::goto::draw(buffer, body, app, &input.text, *chosen, theme);
        }
        Mode::Dialog(_)
        | Mode::Unlock { .. }
        | Mode::Following { .. }
        | Mode::Journal { .. }
        | Mode::Unfinished => chrome::acting::draw(buffer, body, app, &cx, theme),
        Mode::Normal | Mode::Filter { .. } => {}
    }
    cx.roll()
}
