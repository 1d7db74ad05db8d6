//! Where in a recording we are: how fast it is played, the moment, and a line from its beginning to its end.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{App, Replay, width},
    model::Time,
    view::{Part, Theme, text},
};

use super::run;

/// Minutes and seconds since the beginning, hours where there are any.
fn since(start: Time, at: Time) -> String {
    let seconds = at.since(start) / 1_000;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes:02}:{seconds:02}")
    }
}

pub(in crate::view) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    app: &App,
    replay: &Replay,
    theme: &Theme,
) {
    let ascii = app.options.ascii;
    let (plain, strong) = (theme.style(Part::Bar), theme.style(Part::Accent));
    buffer.set_style(area, plain);
    let (start, end, now) = (replay.start(), replay.end(), app.now());
    let mark = match (replay.is_paused(), ascii) {
        (true, _) => "||",
        (false, true) => ">",
        (false, false) => "▶",
    };
    let state = if replay.is_paused() {
        format!(" {mark} paused ")
    } else {
        format!(" {mark} {}x ", replay.speed())
    };
    let place = format!("{} / {} ", since(start, now), since(start, end));
    let moment = format!(" {} UTC ", text::clock(now));
    let taken = width(&state) + width(&place) + width(&moment);
    let room = usize::from(area.width).saturating_sub(taken);
    let whole = usize::try_from(end.since(start)).unwrap_or(0).max(1);
    let gone = usize::try_from(now.since(start)).unwrap_or(0);
    let knob = gone.saturating_mul(room.saturating_sub(1)) / whole;
    let (line, dot) = if ascii { ("-", "#") } else { ("─", "●") };
    let (before, behind) = (
        line.repeat(knob),
        line.repeat(room.saturating_sub(knob + 1)),
    );
    let dot = if room == 0 { "" } else { dot };
    let parts = [
        (state.as_str(), strong),
        (place.as_str(), plain),
        (before.as_str(), strong),
        (dot, strong),
        (behind.as_str(), plain),
        (moment.as_str(), plain),
    ];
    run(buffer, area, area.x, &parts);
}
