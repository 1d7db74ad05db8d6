//! What the mouse does: nothing that a key does not do as well.

use crate::app::{App, Effect, Gesture, Mode, Mouse, Spot};

/// Lines that one step of the wheel moves.
const WHEEL: isize = 3;

impl App {
    pub(super) fn pointer(&mut self, mouse: Mouse) -> Vec<Effect> {
        let spot = self.seen.at(mouse.x, mouse.y);
        match (mouse.gesture, spot) {
            (Gesture::Release, _) => self.dragging = false,
            (Gesture::Press, Some(Spot::Divider)) => self.dragging = true,
            (Gesture::Drag, _) if self.dragging => {
                let (wide, _) = self.size;
                let share = (u32::from(mouse.x) + 1) * 100 / u32::from(wide.max(1));
                self.options.prefs.share = u16::try_from(share).unwrap_or(80).clamp(20, 80);
            }
            (Gesture::Press, Some(spot)) => return self.click(spot),
            (Gesture::Press, None) | (Gesture::Drag, _) => {}
            (Gesture::WheelUp, _) => self.wheel(-WHEEL),
            (Gesture::WheelDown, _) => self.wheel(WHEEL),
        }
        Vec::new()
    }

    fn click(&mut self, spot: Spot) -> Vec<Effect> {
        if self.mode != Mode::Normal {
            return match spot {
                Spot::Choice(place) => self.choose(place),
                _ => Vec::new(),
            };
        }
        match spot {
            Spot::Tab(id) => self.navigate(|app| app.show(id)),
            Spot::Line(line) => {
                if self.cursor_line() == Some(line) {
                    self.open_selected();
                } else if let Some(stop) = self.lines.stop_of(line) {
                    self.stand_at(stop);
                }
            }
            Spot::Header { section, column } => self.sort_by_title(section, column),
            Spot::Beside => self.open_selected(),
            Spot::Divider | Spot::Choice(_) => {}
        }
        Vec::new()
    }

    fn wheel(&mut self, by: isize) {
        let lines = self.help().len();
        let shown = self.help_height();
        match &mut self.mode {
            Mode::Help { top } => {
                let last = lines.saturating_sub(shown);
                *top = top.saturating_add_signed(by).min(last);
            }
            Mode::Normal | Mode::Filter { .. } => self.scroll(by),
            _ => {}
        }
    }

    /// Moves the page; the cursor stays on its row as long as that is on screen, and at the edge after that.
    fn scroll(&mut self, by: isize) {
        let height = self.body_height().max(1);
        let last = self.lines.len().saturating_sub(height);
        let top = self.view().top.saturating_add_signed(by).min(last);
        self.view_mut().top = top;
        let Some(line) = self.cursor_line() else {
            return;
        };
        let wanted = line.clamp(top, top + height - 1);
        // Standing on the first row one sees what is above it: who scrolls away from there leaves that row.
        let bound = self.view().at == 0 && top > 0;
        if wanted == line && !bound {
            return;
        }
        let wanted = if bound { wanted.max(line + 1) } else { wanted };
        if let Some(stop) = self.lines.stop_near(wanted, by > 0) {
            self.stand_at(stop);
        }
    }
}
