//! A terminal too small for a page.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{App, Cx, Mode, Role},
    model::System,
    view::{Part, Theme, text},
};

use super::{header::doing, run};

/// One readable line of what is worst.
pub(in crate::view) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    app: &App,
    cx: &Cx<'_>,
    theme: &Theme,
) {
    let sick: Vec<String> = [
        (System::Kubernetes, "k8s"),
        (System::Kafka, "kafka"),
        (System::Prometheus, "prom"),
    ]
    .into_iter()
    .map(|(of, name)| (name, doing(app, cx, of)))
    .filter(|(_, doing)| matches!(doing.role, Role::Bad | Role::Warn))
    .map(|(name, doing)| format!("{name} {}", doing.at(0)))
    .collect();
    let line = match app.findings.first() {
        _ if !matches!(app.mode, Mode::Normal) => {
            "what is open here needs a larger terminal; esc closes it".to_owned()
        }
        Some(worst) => format!("{} {}: {}", worst.severity.word(), worst.what, worst.why),
        None if app.is_reading() => "reading; nothing wrong found so far".to_owned(),
        None if sick.is_empty() => "nothing is wrong".to_owned(),
        None => sick.join(", "),
    };
    for (row, part) in (0..area.height).zip(text::wrap(&line, usize::from(area.width))) {
        let at = Rect {
            y: area.y + row,
            height: 1,
            ..area
        };
        run(buffer, at, at.x, &[(&part, theme.style(Part::Text))]);
    }
}
