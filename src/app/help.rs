//! The help: the keys of this place first, then those of every place, then what works elsewhere.

use super::{ACTIONS, ActionDef, App, Place};

/// One line of the help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HelpLine {
    Title(String),
    Key { keys: String, doc: &'static str },
    Blank,
}

impl App {
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
            matches!(def.place, Place::Lists | Place::Pages) && self.applies(def.place)
        };
        let here = if self.is_text() {
            "on this page"
        } else {
            "in this list"
        };
        self.part(&mut lines, here, lists);
        self.part(&mut lines, "everywhere", |def| {
            def.place == Place::Everywhere
        });
        let elsewhere = |def: &ActionDef| !self.applies(def.place);
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
        lines.extend(of.map(|def| HelpLine::Key {
            keys: self.options.prefs.keymap.named(def.action),
            doc: def.doc,
        }));
    }

    /// Lines of the help that fit on the screen.
    pub fn help_height(&self) -> usize {
        usize::from(self.size().1)
            .saturating_sub(Self::CHROME)
            .max(1)
    }
}
