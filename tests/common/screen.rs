//! A session without a terminal: envelopes and keys go in, a screen comes out whose cells can be named.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test file uses a part of it"
)]

use std::{collections::BTreeMap, fmt, fmt::Write as _, ops::Range};

use plimsoll::{
    app::{App, Chord, Column, Effect, Mode, Msg, Options, Page, PaneId, Prefs, RowRef, width},
    model::{Envelope, Key, Name, Time},
    view::{self, Theme, panes, text},
};
use ratatui::{buffer::Buffer, layout::Rect, style::Style};

/// The options of a session that is not the demo: everything is shown, nothing is special.
pub fn options() -> Options {
    Options {
        site: Name::from("prod"),
        namespace: None,
        read_only: true,
        production: false,
        ascii: false,
        demo: false,
        pane: PaneId::Home,
        prefs: Prefs {
            themes: Theme::names().map(str::to_owned).collect(),
            ..Prefs::default()
        },
    }
}

/// The theme that is used when none is asked for.
pub fn theme() -> Theme {
    Theme::named("default").unwrap()
}

/// Reads `2 enter ctrl-l`.
pub fn chords(keys: &str) -> Vec<Chord> {
    let parse = |key| Chord::parse(key).unwrap_or_else(|| panic!("{key:?} names no key"));
    keys.split_whitespace().map(parse).collect()
}

/// An app at a moment that the test sets.
pub struct Session {
    pub app: App,
    pub theme: Theme,
    pub now: Time,
    size: (u16, u16),
}

impl Session {
    pub fn new(options: Options, now: Time, size: (u16, u16)) -> Self {
        let mut app = App::new(panes::ALL, options, now);
        app.handle(Msg::Resize(size.0, size.1), now);
        Session {
            app,
            theme: theme(),
            now,
            size,
        }
    }

    pub fn feed(&mut self, envelopes: impl IntoIterator<Item = Envelope>) -> &mut Self {
        for envelope in envelopes {
            self.now = self.now.max(envelope.at);
            self.app.handle(Msg::Feed(Box::new(envelope)), self.now);
        }
        self
    }

    /// Time passes and nothing is heard.
    pub fn wait(&mut self, millis: i64) -> &mut Self {
        self.now = self.now.plus(millis);
        self.app.handle(Msg::Wake, self.now);
        self
    }

    pub fn resize(&mut self, columns: u16, rows: u16) -> &mut Self {
        self.size = (columns, rows);
        self.app.handle(Msg::Resize(columns, rows), self.now);
        self
    }

    /// Presses the keys, drawing after each as the loop does.
    pub fn press(&mut self, keys: &str) -> Vec<Effect> {
        let mut effects = Vec::new();
        for chord in chords(keys) {
            effects.extend(self.app.handle(Msg::Key(chord), self.now));
            effects.extend(self.paint().1);
        }
        effects
    }

    /// Presses the letters of a text, as they are typed into a line.
    pub fn type_in(&mut self, text: &str) -> &mut Self {
        for letter in text.chars() {
            let chord = Chord::plain(plimsoll::app::KeyCode::Char(letter));
            self.app.handle(Msg::Key(chord), self.now);
        }
        self
    }

    /// Draws, and tells the app so, as the loop does.
    pub fn paint(&mut self) -> (Buffer, Vec<Effect>) {
        let effects = self.app.before_draw();
        let area = Rect::new(0, 0, self.size.0, self.size.1);
        let mut buffer = Buffer::empty(area);
        let roll = view::draw(&mut buffer, &self.app, &self.theme);
        self.app.drawn(roll);
        (buffer, effects)
    }

    pub fn screen(&mut self) -> Screen<'_> {
        let (buffer, _) = self.paint();
        let lines = text::lines(&buffer).lines().map(str::to_owned).collect();
        Screen {
            session: self,
            buffer,
            lines,
        }
    }
}

/// What is on screen, with the app that made it, so that rows and columns can be found by what they are.
pub struct Screen<'a> {
    pub session: &'a Session,
    pub buffer: Buffer,
    pub lines: Vec<String>,
}

impl fmt::Display for Screen<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.lines.join("\n"))
    }
}

impl Screen<'_> {
    fn app(&self) -> &App {
        &self.session.app
    }

    fn with_page<T>(&self, what: impl FnOnce(&Page<'_>) -> T) -> T {
        let cx = self.app().cx();
        let page = self.app().page(&cx, &self.app().view().subject);
        what(&page.unwrap_or_else(|| panic!("there is no page:\n{self}")))
    }

    /// The first line of the page on screen, and the cells that the page is wide.
    fn body(&self) -> (usize, u16) {
        let columns = self.app().size().0;
        let wide = self.app().list_width().min(columns);
        (3 + usize::from(self.app().lines().pinned), wide)
    }

    /// What stands in the cells from `x` on, `wide` of them.
    fn read(&self, (x, y): (u16, u16), wide: u16) -> String {
        let mut out = String::new();
        let mut covered = 0;
        for at in x..(x + wide).min(self.buffer.area.right()) {
            if covered > 0 {
                covered -= 1;
                continue;
            }
            let symbol = self.buffer[(at, y)].symbol();
            out.push_str(symbol);
            covered = width(symbol).saturating_sub(1);
        }
        out.trim().to_owned()
    }

    /// The lines of the page that are on screen, with their row on it.
    fn visible(&self) -> Vec<(u16, RowRef)> {
        let (top, _) = self.body();
        let shown = self.app().lines().from(self.app().view().top());
        let rows = (top..top + self.app().body_height()).map(|y| u16::try_from(y).unwrap());
        rows.zip(shown).collect()
    }

    /// The keys of the rows on screen, from the top down.
    pub fn keys(&self) -> Vec<Key> {
        self.with_page(|page| {
            let of = |(_, line)| match line {
                RowRef::Row(section, row) => Some(page.sections[section].list.key(row)),
                _ => None,
            };
            self.visible().into_iter().filter_map(of).collect()
        })
    }

    /// The row on screen whose text holds all words of `words`.
    fn row_of(&self, words: &str) -> (u16, usize) {
        let (_, wide) = self.body();
        let holds = |y| {
            let text = self.read((2, y), wide - 3);
            words
                .split(' ')
                .all(|word| text.split(' ').any(|of| of == word))
        };
        let found: Vec<(u16, usize)> = self
            .visible()
            .into_iter()
            .filter_map(|(y, line)| match line {
                RowRef::Row(section, _) if holds(y) => Some((y, section)),
                _ => None,
            })
            .collect();
        match found.as_slice() {
            [one] => *one,
            other => panic!("{} rows hold {words:?}:\n{self}", other.len()),
        }
    }

    /// Where a column stands: its first cell and its width.
    fn column_of(&self, section: usize, title: &str) -> (u16, u16) {
        let (top, wide) = self.body();
        let header = if self.app().lines().pinned {
            u16::try_from(top - 1).unwrap()
        } else {
            let at = self.visible().into_iter();
            let found = at
                .filter(|(_, line)| *line == RowRef::Header(section))
                .map(|(y, _)| y)
                .next();
            found.unwrap_or_else(|| panic!("the header is not on screen:\n{self}"))
        };
        let mut slots: Vec<(&str, u16)> = Vec::new();
        self.with_page(|page| {
            let mut from = 2;
            for column in page.sections[section].list.columns() {
                let titles = page.sections[section].list.columns();
                let Some(at) = self.find_title(header, from..wide - 1, column.title, titles) else {
                    continue;
                };
                let ends = at + u16::try_from(column.title.len()).unwrap();
                from = ends;
                let starts = match column.align {
                    // The first column begins where rows do; its mark may stand in the gap behind it.
                    _ if slots.is_empty() => 2,
                    plimsoll::app::Align::Left => at,
                    plimsoll::app::Align::Right => {
                        let marked =
                            matches!(self.buffer[(ends, header)].symbol(), "↓" | "↑" | "v" | "^");
                        (ends + u16::from(marked)).saturating_sub(column.width)
                    }
                };
                slots.push((column.title, starts));
            }
        });
        let place = slots.iter().position(|(name, _)| *name == title);
        let place = place.unwrap_or_else(|| panic!("no column {title}:\n{self}"));
        let ends = slots.get(place + 1).map_or(wide - 1, |(_, next)| next - 1);
        (slots[place].1, ends - slots[place].1)
    }

    /// The first place within `x` where a title stands, perhaps with the mark of the order behind it. Where that takes
    /// the gap, two titles touch.
    fn find_title(&self, y: u16, x: Range<u16>, title: &str, titles: &[Column]) -> Option<u16> {
        let to = usize::from(x.end);
        let letters: Vec<&str> = (0..x.end).map(|x| self.buffer[(x, y)].symbol()).collect();
        let long = title.len();
        let blank = |s: &str| matches!(s, " " | "│" | "|" | "↓" | "↑" | "v" | "^");
        let ends = |at: usize| {
            let rest = letters[at..].concat();
            at == to || blank(letters[at]) || titles.iter().any(|of| rest.starts_with(of.title))
        };
        let first = usize::from(x.start);
        (first..to.saturating_sub(long - 1))
            .find(|at| {
                let begins = *at == first || blank(letters[at - 1]);
                begins && letters[*at..at + long].concat() == title && ends(at + long)
            })
            .map(|at| u16::try_from(at).unwrap())
    }

    /// What stands in the row that holds `row`, under the title `column`.
    pub fn cell(&self, row: &str, column: &str) -> String {
        let (y, section) = self.row_of(row);
        let (x, wide) = self.column_of(section, column);
        self.read((x, y), wide)
    }

    /// The style of that cell.
    pub fn style(&self, row: &str, column: &str) -> Style {
        let (y, section) = self.row_of(row);
        let (x, wide) = self.column_of(section, column);
        let filled = (x..x + wide).find(|x| self.buffer[(*x, y)].symbol() != " ");
        self.buffer[(filled.unwrap_or(x), y)].style()
    }

    /// What stands under a title, from the top down.
    pub fn column(&self, section: usize, title: &str) -> Vec<String> {
        let (x, wide) = self.column_of(section, title);
        let rows = self.visible().into_iter();
        rows.filter(|(_, line)| matches!(line, RowRef::Row(of, _) if *of == section))
            .map(|(y, _)| self.read((x, y), wide))
            .collect()
    }

    /// What stands behind the label of a fact.
    pub fn fact(&self, label: &str) -> String {
        let (_, wide) = self.body();
        let found = self
            .visible()
            .into_iter()
            .find(|(y, line)| matches!(line, RowRef::Fact(_)) && self.read((2, *y), 12) == label);
        let (y, _) = found.unwrap_or_else(|| panic!("no fact {label}:\n{self}"));
        self.read((15, y), wide.saturating_sub(16))
    }

    pub fn selected(&self) -> Option<Key> {
        self.app().selected()
    }

    pub fn title(&self) -> String {
        self.with_page(|page| page.title.to_string())
    }

    pub fn has(&self, words: &str) -> bool {
        self.lines.iter().any(|line| line.contains(words))
    }

    #[track_caller]
    pub fn assert_has(&self, words: &str) -> &Self {
        assert!(self.has(words), "{words:?} is not on the screen:\n{self}");
        self
    }

    #[track_caller]
    pub fn assert_cell(&self, row: &str, column: &str, want: &str) -> &Self {
        assert_eq!(self.cell(row, column), want, "{column} of {row}:\n{self}");
        self
    }

    #[track_caller]
    pub fn assert_fact(&self, label: &str, want: &str) -> &Self {
        let have = self.fact(label);
        assert!(
            have.contains(want),
            "{label} is {have:?}, not {want:?}:\n{self}"
        );
        self
    }

    /// The text, and below it the styles: for each line its runs of one style, equal lines in one.
    pub fn picture(&self) -> String {
        let mut names: BTreeMap<String, char> = BTreeMap::new();
        let mut legend = Vec::new();
        let mut maps: Vec<(u16, String)> = Vec::new();
        for y in 0..self.buffer.area.height {
            let mut runs: Vec<(char, usize)> = Vec::new();
            for x in 0..self.buffer.area.width {
                let name = style_name(self.buffer[(x, y)].style());
                let next = char::from(b'a' + u8::try_from(names.len()).unwrap());
                let letter = match name.as_str() {
                    "" => '.',
                    _ => *names.entry(name.clone()).or_insert_with(|| {
                        legend.push(format!("{next}: {name}"));
                        next
                    }),
                };
                match runs.last_mut() {
                    Some((last, count)) if *last == letter => *count += 1,
                    _ => runs.push((letter, 1)),
                }
            }
            let shown: Vec<String> = runs
                .iter()
                .map(|(of, count)| format!("{of}{count}"))
                .collect();
            let map = shown.join(" ");
            if maps.last().is_none_or(|(_, last)| *last != map) {
                maps.push((y, map));
            }
        }
        let mut out = format!("{self}\n\nstyles, from line on:\n");
        for (y, map) in maps {
            writeln!(out, "{y:2} {map}").unwrap();
        }
        out + &legend.join("\n")
    }

    /// No row reaches into the frame.
    #[track_caller]
    pub fn assert_framed(&self) -> &Self {
        let (_, wide) = self.body();
        let area = self.buffer.area;
        for y in 3..area.height - 2 {
            for x in [0, wide - 1, area.width - 1] {
                let symbol = self.buffer[(x, y)].symbol();
                let edge = matches!(symbol, "│" | "|" | "▌" | ">");
                assert!(edge, "{symbol:?} stands in the frame at {x},{y}:\n{self}");
            }
        }
        self
    }

    /// Compares text and styles with what was seen to be right before.
    pub fn snapshot(&self, name: &str) {
        let area = self.buffer.area;
        if area.width >= 40 && area.height >= 8 && self.app().mode == Mode::Normal {
            self.assert_framed();
        }
        insta::with_settings!({
            snapshot_path => "../snapshots",
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!(name, self.picture());
        });
    }
}

fn style_name(style: Style) -> String {
    let colour = |name: &str, colour: Option<ratatui::style::Color>| {
        let shown = colour.filter(|colour| *colour != ratatui::style::Color::Reset);
        shown.map(|colour| format!("{name} {colour}"))
    };
    let with = (!style.add_modifier.is_empty()).then(|| format!("{:?}", style.add_modifier));
    let parts = [colour("fg", style.fg), colour("bg", style.bg), with];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
