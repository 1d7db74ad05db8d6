//! The second line: the panes, and the way to what is shown.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{App, Subject},
    view::{Part, Theme, text},
};

use super::run;

pub(in crate::view) fn draw(buffer: &mut Buffer, area: Rect, app: &App, theme: &Theme) {
    let here = app.stack().next().map(|view| &view.subject);
    let mut x = area.x;
    for pane in app.panes {
        let Some(digit) = pane.digit() else { continue };
        let active = here == Some(&Subject::Pane(pane.id()));
        let part = if active { Part::TabActive } else { Part::Tab };
        let key = format!(" {digit} ");
        x = run(
            buffer,
            area,
            x,
            &[
                (&key, theme.style(Part::Key)),
                (pane.title(), theme.style(part)),
            ],
        );
    }
    let trail: Vec<String> = app
        .stack()
        .filter_map(|view| match &view.subject {
            Subject::Object(key) => Some(key.to_string()),
            Subject::Read(what, key) => Some(format!("{} of {key}", what.word())),
            Subject::Pane(_) => None,
        })
        .collect();
    if !trail.is_empty() {
        let arrow = if app.options.ascii { " > " } else { " ▸ " };
        let room = usize::from(area.right().saturating_sub(x));
        let whole = format!("  {}", trail.join(arrow));
        let cut = text::cut(&whole, room, app.options.ascii);
        run(buffer, area, x, &[(&cut, theme.style(Part::Dim))]);
    }
}
