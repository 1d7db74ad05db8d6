//! The screen as text: which pane stands for which report.

use ratatui::{buffer::Buffer, layout::Rect};
use unicode_width::UnicodeWidthStr;

use crate::{
    app::{App, Msg, Options, PaneId},
    cli::args::View,
    insight::Picture,
    model::Time,
    view::{self, Theme, panes},
};

use super::Subject;

/// The screen of a picture, without colours, a line for each row.
pub fn draw(
    picture: Picture,
    options: Options,
    theme: &Theme,
    now: Time,
    (columns, rows): (u16, u16),
) -> String {
    let mut app = App::new(panes::ALL, options, now);
    app.picture = picture;
    app.handle(Msg::Resize(columns, rows), now);
    app.settle();
    print(&app, theme)
}

/// The screen of an app, without colours, a line for each row.
pub fn print(app: &App, theme: &Theme) -> String {
    let (columns, rows) = app.size();
    let mut buffer = Buffer::empty(Rect::new(0, 0, columns, rows));
    view::draw(&mut buffer, app, theme);
    let mut text = String::new();
    for row in buffer.content.chunks(usize::from(columns)) {
        let mut line = String::new();
        let mut hidden = 0;
        for cell in row {
            // What stands behind a wide character is not seen.
            if hidden == 0 {
                line.push_str(cell.symbol());
                hidden = cell.symbol().width().saturating_sub(1);
            } else {
                hidden -= 1;
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// The pane that shows most of what the report holds.
pub(super) fn pane(subject: &Subject) -> PaneId {
    match subject {
        Subject::Lag(_) | Subject::Why(_) | Subject::Check(_) | Subject::View(View::Groups) => {
            PaneId::Groups
        }
        Subject::View(View::Home) => PaneId::Home,
        Subject::View(View::Topics | View::Partitions) => PaneId::Topics,
        Subject::View(View::Brokers) => PaneId::Brokers,
        Subject::View(View::Workloads) => PaneId::Workloads,
        Subject::View(View::Pods) => PaneId::Pods,
        Subject::View(View::Nodes) => PaneId::Nodes,
        Subject::View(View::Sources) => PaneId::Sources,
    }
}
