//! The second line: the panes, and the way to what is shown.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{App, Cx, Pane, Spot, Subject, width},
    view::{self, Part, Theme},
};

use super::run;

/// The panes with a digit, each with the words of its tab. Where not all of them fit, only the digit and the name of the
/// one that is shown: nothing is cut off.
fn tabs(app: &App, room: u16) -> Vec<(char, &'static str, &'static dyn Pane)> {
    let here = app.stack().next().map(|view| &view.subject);
    let all = app
        .panes
        .iter()
        .filter_map(|pane| Some((pane.digit()?, *pane)));
    let wide: usize = all.clone().map(|(_, pane)| width(pane.title()) + 3).sum();
    let fits = wide <= usize::from(room);
    all.map(|(digit, pane)| {
        let named = fits || here == Some(&Subject::Pane(pane.id()));
        (digit, if named { pane.title() } else { "" }, pane)
    })
    .collect()
}

pub(in crate::view) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    app: &App,
    cx: &Cx<'_>,
    theme: &Theme,
) {
    let here = app.stack().next().map(|view| &view.subject);
    let mut x = area.x;
    for (digit, title, pane) in tabs(app, area.width) {
        let active = here == Some(&Subject::Pane(pane.id()));
        let part = if active { Part::TabActive } else { Part::Tab };
        let key = format!(" {digit} ");
        let parts = [
            (key.as_str(), theme.style(Part::Key)),
            (title, theme.style(part)),
        ];
        let from = x;
        x = run(buffer, area, x, &parts);
        let tab = Rect {
            x: from,
            width: x - from,
            ..area
        };
        cx.spot(view::area(tab), Spot::Tab(pane.id()));
    }
    let trail: Vec<String> = app
        .stack()
        .filter_map(|view| match &view.subject {
            Subject::Object(key) => Some(key.to_string()),
            Subject::Read(what, key) => Some(what.title(key)),
            Subject::Charts(_) => Some("charts".to_owned()),
            Subject::Why(_) => Some("why".to_owned()),
            Subject::Pane(_) => None,
        })
        .collect();
    let room = usize::from(area.right().saturating_sub(x));
    if let Some(way) = way(&trail, room, app.options.ascii) {
        run(buffer, area, x, &[(&way, theme.style(Part::Dim))]);
    }
}

/// The way in words, or as much of its end as there is room for: names that are cut say nothing.
fn way(trail: &[String], room: usize, ascii: bool) -> Option<String> {
    let (arrow, more) = if ascii {
        (" > ", "~")
    } else {
        (" ▸ ", "…")
    };
    let mut ends = (0..trail.len()).map(|from| {
        let rest = trail.get(from..).unwrap_or_default().join(arrow);
        let before = if from > 0 {
            [more, arrow].concat()
        } else {
            String::new()
        };
        format!("  {before}{rest}")
    });
    ends.find(|way| width(way) <= room)
}
