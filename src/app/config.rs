//! What a config file says that was saved while the program runs.

use std::{collections::BTreeMap, time::Duration};

use crate::model::{Name, WorkloadId};

use super::{App, Effect, Keymap, ListName, Mode, Notice};

/// What holds from now on, as far as it is not what held before. What the user chose since by a key stays where the file
/// says of it what it said before.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfigNews {
    pub theme: Option<String>,
    pub ascii: Option<bool>,
    pub mouse: Option<bool>,
    /// Nothing can be changed any more; this is never taken back.
    pub read_only: bool,
    pub production: Option<bool>,
    /// How often Kafka and Prometheus are read.
    pub cadence: Option<(Duration, Duration)>,
    pub keymap: Option<Keymap>,
    pub columns: Vec<(ListName, Option<Vec<String>>)>,
    pub owners: Option<BTreeMap<Name, WorkloadId>>,
    pub said: Notice,
}

impl App {
    /// Takes over what is new.
    pub(super) fn reconfigure(&mut self, news: ConfigNews) -> Vec<Effect> {
        let mut effects = Vec::new();
        let options = &mut self.options;
        options.ascii = news.ascii.unwrap_or(options.ascii);
        options.production = news.production.unwrap_or(options.production);
        if news.read_only && !options.read_only {
            options.read_only = true;
            self.acting.lock();
            // Nobody is asked to confirm what will not be done.
            if matches!(self.mode, Mode::Dialog(_) | Mode::Unlock { .. }) {
                self.mode = Mode::Normal;
            }
        }
        let prefs = &mut options.prefs;
        if let Some(ours) = news.mouse {
            prefs.mouse = ours;
            effects.push(Effect::Mouse(ours));
        }
        if let Some(keymap) = news.keymap {
            prefs.keymap = keymap;
        }
        for (list, titles) in news.columns {
            match titles {
                Some(titles) => prefs.columns.choose(list, titles),
                None => prefs.columns.forget(&list),
            }
        }
        if let Some(owners) = news.owners {
            prefs.owners.clone_from(&owners);
            self.picture.index.pin(owners);
        }
        if let Some(theme) = news.theme {
            prefs.theme.clone_from(&theme);
            effects.push(Effect::Theme(theme));
        }
        if let Some((kafka, prometheus)) = news.cadence {
            effects.push(Effect::Cadence { kafka, prometheus });
        }
        self.say(news.said);
        effects
    }
}
