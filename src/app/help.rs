//! The help: the keys of this place first, then those of every place, then what works elsewhere.

use super::{ACTIONS, ActionDef, App, Place, width, wrap};

/// One line of the help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HelpLine {
    Title(String),
    /// The keys are empty where it goes on from the line before.
    Key {
        keys: String,
        doc: String,
    },
    Blank,
}

impl App {
    /// Columns that the help takes at most, and of those its keys at least.
    pub const HELP: (u16, usize) = (84, 18);

    /// The lines of the help at this place.
    pub fn help(&self) -> Vec<HelpLine> {
        let mut lines = Vec::new();
        let target = self.selected().map(|key| key.to_string());
        let on = |def: &ActionDef| matches!(def.place, Place::On(_));
        let here = match &target {
            Some(target) => format!("on {target}"),
            None => "here".to_owned(),
        };
        self.part(&mut lines, &here, |def| on(def) && self.applies(def.place));
        let texts =
            |def: &ActionDef| matches!(def.place, Place::Reading(_)) && self.applies(def.place);
        self.part(&mut lines, "in this text", texts);
        let lists = |def: &ActionDef| {
            let here = matches!(def.place, Place::Lists | Place::Pages | Place::Charts);
            here && self.takes(def)
        };
        let here = if self.is_text() {
            "on this page"
        } else if self.charts().is_some() {
            "on these charts"
        } else {
            "in this list"
        };
        self.part(&mut lines, here, lists);
        let replay = |def: &ActionDef| def.place == Place::Replay && self.applies(def.place);
        self.part(&mut lines, "in this recording", replay);
        self.part(&mut lines, "everywhere", |def| {
            def.place == Place::Everywhere
        });
        // Another command has the keys of recordings.
        let elsewhere = |def: &ActionDef| !self.takes(def) && def.place != Place::Replay;
        self.part(&mut lines, "in other places", elsewhere);
        lines
    }

    fn part(&self, lines: &mut Vec<HelpLine>, title: &str, wanted: impl Fn(&ActionDef) -> bool) {
        let mut of = ACTIONS.iter().filter(|def| wanted(def)).peekable();
        if of.peek().is_none() {
            return;
        }
        if !lines.is_empty() {
            lines.push(HelpLine::Blank);
        }
        lines.push(HelpLine::Title(title.to_owned()));
        let (wide, least) = Self::HELP;
        let room = usize::from(self.size().0.min(wide).saturating_sub(4));
        for def in of {
            let mut keys = self.options.prefs.keymap.named(def.action);
            let room = room.saturating_sub(least.max(width(&keys) + 1));
            lines.extend(wrap(def.doc, room).into_iter().map(|doc| HelpLine::Key {
                keys: std::mem::take(&mut keys),
                doc,
            }));
        }
    }

    /// Lines of the help that fit on the screen.
    pub fn help_height(&self) -> usize {
        usize::from(self.size().1)
            .saturating_sub(self.chrome())
            .max(1)
    }
}
