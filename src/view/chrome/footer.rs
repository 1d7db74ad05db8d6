//! The last line: the keys that mean something here, or the line that is being typed.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{ACTIONS, Action, ActionDef, App, GRAMMAR, Mode, Place, SEARCH, width},
    view::{Part, Theme, text},
};

use super::{acting, run};

pub(in crate::view) fn draw(buffer: &mut Buffer, area: Rect, app: &App, theme: &Theme) {
    match &app.mode {
        Mode::Filter { input, .. } => {
            let grammar = if app.is_text() { SEARCH } else { GRAMMAR };
            let help = format!("{grammar}  enter keeps it, esc drops it");
            let fault = app.lines().fault.as_deref();
            let behind = fault.map_or((&*help, Part::Dim), |why| (why, Part::Bad));
            typed(buffer, area, ("/", &input.text), behind, app, theme);
        }
        Mode::Goto { input, .. } => {
            let help = "any pane, object, action, context or theme; enter goes, tab chooses";
            let behind = (help, Part::Dim);
            typed(buffer, area, (":", &input.text), behind, app, theme);
        }
        Mode::Help { .. } => {
            let words = ["j k", "pgdn pgup", "esc"].into_iter();
            let chips = words.zip(["scroll", "by page", "close"]);
            keys(buffer, area, &chips.collect::<Vec<_>>(), app, theme);
        }
        Mode::Columns(_) => {
            let chips = [
                ("space", "show or hide"),
                ("J K", "move"),
                ("r", "as before"),
                ("enter", "keep"),
                ("esc", "drop"),
            ];
            keys(buffer, area, &chips, app, theme);
        }
        Mode::Copy { .. } => {
            let chips = [("j k", "choose"), ("enter", "copy"), ("esc", "close")];
            keys(buffer, area, &chips, app, theme);
        }
        Mode::Dialog(_)
        | Mode::Unlock { .. }
        | Mode::Following { .. }
        | Mode::Journal { .. }
        | Mode::Unfinished => keys(buffer, area, &[("esc", "closes")], app, theme),
        Mode::Normal => normal(buffer, area, app, theme),
    }
}

/// What was said last, or the keys that mean something here.
fn normal(buffer: &mut Buffer, area: Rect, app: &App, theme: &Theme) {
    if let Some(notice) = app.notice() {
        let room = usize::from(area.width).saturating_sub(2);
        let shown = text::cut(&notice.text, room, app.options.ascii);
        let parts = [(&*shown, theme.role(notice.role))];
        run(buffer, area, area.x + 1, &parts);
        return;
    }
    let words = acting::under_way(app);
    let wide = words.as_deref().map_or(0, width);
    let wide = u16::try_from(wide).unwrap_or(0).min(area.width);
    let left = Rect {
        width: area.width - wide,
        ..area
    };
    let chips: Vec<(&str, &str)> = offered(app)
        .into_iter()
        .filter_map(|def| {
            let first = app.options.prefs.keymap.keys(def.action).next()?;
            let enter = first == "enter" && !app.options.ascii;
            // There it moves in time.
            let later = def.action == Action::SortNext && app.charts().is_some();
            let word = if later { "later" } else { def.short };
            Some((if enter { "⏎" } else { first }, word))
        })
        .collect();
    keys(buffer, left, &chips, app, theme);
    if let Some(words) = words {
        run(
            buffer,
            area,
            left.right(),
            &[(&words, theme.style(Part::Accent))],
        );
    }
}

/// A line that is being typed, and behind it what helps.
fn typed(
    buffer: &mut Buffer,
    area: Rect,
    (sign, input): (&str, &str),
    (help, part): (&str, Part),
    app: &App,
    theme: &Theme,
) {
    let ascii = app.options.ascii;
    let cursor = if ascii { "_" } else { "█" };
    let key = theme.style(Part::Key);
    // The end of what is typed stays on screen, however long it is.
    let room = usize::from(area.width).saturating_sub(5);
    let shown = text::cut_left(input, room, ascii);
    let sign = format!(" {sign} ");
    let parts = [
        (sign.as_str(), key),
        (&*shown, theme.style(Part::Input)),
        (cursor, key),
    ];
    let x = run(buffer, area, area.x, &parts).saturating_add(2);
    let left = usize::from(area.right().saturating_sub(x));
    let help = text::cut(help, left, ascii);
    run(buffer, area, x, &[(&help, theme.style(part))]);
}

/// Keys with their words, as many as fit; help is always among them, and a mark says that there are more.
fn keys(buffer: &mut Buffer, area: Rect, chips: &[(&str, &str)], app: &App, theme: &Theme) {
    let (key, text) = (theme.style(Part::Key), theme.style(Part::Text));
    let wide = |(key, word): &(&str, &str)| width(key) + width(word) + 3;
    let help = ACTIONS.iter().find(|def| def.action == Action::Help);
    let help =
        help.and_then(|def| Some((app.options.prefs.keymap.keys(def.action).next()?, def.short)));
    let help = help.filter(|help| chips.contains(help));
    let room = usize::from(area.width);
    let all: usize = chips.iter().map(wide).sum();
    let more = if app.options.ascii { "~" } else { "…" };
    let kept = help.as_ref().map_or(0, wide);
    let mut used = 0;
    let mut x = area.x;
    let mut chip = |x: u16, (name, word): (&str, &str)| {
        let parts = [
            (" ", text),
            (name, key),
            (" ", text),
            (word, text),
            (" ", text),
        ];
        run(buffer, area, x, &parts)
    };
    for each in chips {
        let is_help = help.as_ref() == Some(each);
        if all > room && (is_help || used + wide(each) + kept + 2 > room) {
            continue;
        }
        used += wide(each);
        x = chip(x, *each);
    }
    if all > room {
        if let Some(help) = help {
            x = chip(x, help);
        }
        run(buffer, area, x, &[(more, theme.style(Part::Dim))]);
    }
}

/// The actions that mean something here, and have a word for it. Those of a text and of a recording come first: they are what it is opened for;
/// then what can be done with the object under the cursor, which is why one is here; what works everywhere comes last.
fn offered(app: &App) -> Vec<&'static ActionDef> {
    let named = ACTIONS.iter().filter(|def| !def.short.is_empty());
    let mut here: Vec<_> = named.filter(|def| app.offers(def)).collect();
    here.sort_by_key(|def| match (def.place, def.action) {
        (Place::Reading(_) | Place::Replay, _) => 0,
        (_, Action::Open) => 1,
        (Place::On(_) | Place::Charts, _) => 2,
        (Place::Lists, _) if app.charts().is_some() => 2,
        _ => 3,
    });
    here
}
