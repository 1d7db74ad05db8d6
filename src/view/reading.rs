//! Long texts: logs and objects. Only the rows on the screen are looked at.

use std::ops::Range;

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use crate::{
    app::{
        App, Cx, Role,
        reading::{DocLine, DocPart, Document, LineKind, LogAsk, Logs, Reading, Search},
        width,
    },
    model::Time,
};

use super::{Part, Theme, body, text};

/// The colours that streams take in turn; their names stand beside them.
const SOURCES: [Part; 6] = [
    Part::Source1,
    Part::Source2,
    Part::Source3,
    Part::Source4,
    Part::Source5,
    Part::Source6,
];

pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    title: &str,
    app: &App,
    cx: &Cx<'_>,
    theme: &Theme,
) {
    let filter = &app.view().filter;
    let (found, words) = (app.search(), filter.text());
    let search = if filter.is_empty() {
        String::new()
    } else {
        format!("/{words}")
    };
    let inner = body::frame(buffer, area, title, &search, app, theme);
    let facts = Rect {
        x: inner.x + 1,
        width: inner.width.saturating_sub(1),
        height: 1,
        ..inner
    };
    let rows = Rect {
        y: inner.y + 1,
        height: inner.height.saturating_sub(1),
        ..inner
    };
    match app.reading() {
        Some(Reading::Logs(logs)) => {
            line_of_facts(buffer, facts, &facts_of_logs(logs, cx), cx, theme);
            Painter {
                buffer,
                rows,
                search: &found,
                cx,
                theme,
            }
            .logs(logs);
        }
        Some(Reading::Object(document)) => {
            line_of_facts(buffer, facts, &facts_of_object(document, cx), cx, theme);
            Painter {
                buffer,
                rows,
                search: &found,
                cx,
                theme,
            }
            .object(document);
        }
        Some(Reading::Events(_)) | None => {}
    }
}

type Facts = Vec<(String, Role)>;

fn facts_of_logs(logs: &Logs, cx: &Cx<'_>) -> Facts {
    let (lines, bytes) = logs.kept();
    let mut facts = vec![if logs.follow {
        (format!("{} following", cx.mark("●", "*")), Role::Good)
    } else {
        (format!("{} standing still", cx.mark("◌", "o")), Role::Warn)
    }];
    let since = if logs.previous {
        "previous container".to_owned()
    } else {
        logs.since.words()
    };
    facts.push((since, Role::Strong));
    facts.push((format!("{lines} lines"), Role::Text));
    if logs.dropped > 0 {
        facts.push((format!("{} dropped", logs.dropped), Role::Warn));
    }
    match logs.pods {
        Some((_, 0)) => facts.push(("no pod is left".to_owned(), Role::Warn)),
        Some((read, all)) if read < all => facts.push((
            format!("{read} of {all} pods (at most {} streams)", LogAsk::STREAMS),
            Role::Warn,
        )),
        Some((1, _)) | None => {}
        Some((_, all)) => facts.push((format!("{all} pods"), Role::Text)),
    }
    if logs.only {
        facts.push(("only found".to_owned(), Role::Warn));
    }
    facts.push((
        format!(
            "{} of {}",
            text::bytes(bytes as u64),
            text::bytes(Logs::BYTES as u64)
        ),
        Role::Dim,
    ));
    if logs.left > 0 && !logs.look.wrap {
        facts.push((format!("from column {}", logs.left), Role::Dim));
    }
    facts
}

fn facts_of_object(document: &Document, cx: &Cx<'_>) -> Facts {
    let mut facts = Vec::new();
    // First, since what stands first is cut where there is no room, and what stands behind is left out.
    if let (Some(_), Some(why)) = (document.at, &document.failed) {
        facts.push((format!("not read again: {why}"), Role::Bad));
    }
    match document.at {
        Some(at) if document.from_kafka => {
            facts.push((format!("from Kafka, {} ago", cx.age(at)), Role::Text));
        }
        Some(at) => facts.push((format!("read {} ago", cx.age(at)), Role::Text)),
        None if document.failed.is_none() => facts.push(("reading".to_owned(), Role::Dim)),
        None => {}
    }
    let (all, shown) = document.lines();
    if all > 0 {
        facts.push((format!("{all} lines"), Role::Text));
    }
    if shown < all {
        facts.push((format!("{} folded", all - shown), Role::Dim));
    }
    match document.masked {
        0 => {}
        1 => facts.push(("1 value masked".to_owned(), Role::Warn)),
        many => facts.push((format!("{many} values masked"), Role::Warn)),
    }
    facts
}

/// As many facts as fit, the most important first.
fn line_of_facts(buffer: &mut Buffer, at: Rect, facts: &Facts, cx: &Cx<'_>, theme: &Theme) {
    let between = cx.mark(" · ", " | ");
    let mut x = at.x;
    for (place, (fact, role)) in facts.iter().enumerate() {
        let gap = if place == 0 { "" } else { between };
        let room = usize::from(at.right().saturating_sub(x));
        // A fault is cut rather than left out.
        if place > 0 && *role != Role::Bad && width(gap) + width(fact) > room {
            break;
        }
        let shown = text::cut(fact, room, cx.ascii);
        (x, _) = buffer.set_stringn(x, at.y, gap, room, theme.style(Part::Dim));
        let room = usize::from(at.right().saturating_sub(x));
        (x, _) = buffer.set_stringn(x, at.y, shown, room, theme.role(*role));
    }
}

/// What the rows of a text are painted with.
struct Painter<'a> {
    buffer: &'a mut Buffer,
    rows: Rect,
    search: &'a Search,
    cx: &'a Cx<'a>,
    theme: &'a Theme,
}

impl Painter<'_> {
    /// A sentence in place of rows.
    fn say(&mut self, words: &str, role: Role) {
        let room = usize::from(self.rows.width.saturating_sub(2));
        let lines = text::wrap(words, room);
        for (y, line) in (self.rows.y..self.rows.bottom()).zip(lines) {
            self.buffer
                .set_stringn(self.rows.x + 1, y, line, room, self.theme.role(role));
        }
    }

    /// A part of a text from `x` on, letter by letter, each in its style.
    fn letters(
        &mut self,
        (x, y): (u16, u16),
        text: &str,
        part: Range<usize>,
        skip: usize,
        style: impl Fn(usize) -> Style,
    ) {
        let begin = part.start;
        let shown = text.get(part).unwrap_or_default();
        let mut at = 0;
        for (place, letter) in shown.char_indices() {
            let mut bytes = [0; 4];
            let letter: &str = letter.encode_utf8(&mut bytes);
            let wide = width(letter);
            if at >= skip {
                let x = usize::from(x) + at - skip;
                if x + wide > usize::from(self.rows.right()) {
                    break;
                }
                let x = u16::try_from(x).unwrap_or(u16::MAX);
                let symbol = match letter {
                    "…" if self.cx.ascii => "~",
                    other if self.cx.ascii && !other.is_ascii() => "?",
                    letter => letter,
                };
                self.buffer
                    .set_stringn(x, y, symbol, wide, style(begin + place));
            }
            at += wide;
        }
    }

    fn marks(&self, text: &str) -> Vec<Range<usize>> {
        self.search.spans(text)
    }

    fn logs(mut self, logs: &Logs) {
        if logs.count() == 0 {
            let words = match (logs.pods, logs.kept().0) {
                (_, 1..) => "no line is found by the search; & shows all again",
                (None | Some((0, _)), _) => "there is no pod to read the log of",
                (Some(_), 0) => "nothing was written so far",
            };
            return self.say(words, Role::Dim);
        }
        let prefixes = logs.prefixes();
        let margin = u16::try_from(logs.margin()).unwrap_or(0);
        let left = if logs.look.wrap { 0 } else { logs.left };
        for (y, row) in (self.rows.y..self.rows.bottom()).zip(logs.rows()) {
            let Some(line) = logs.line(row.line) else {
                continue;
            };
            if logs.found == Some(row.line) {
                let mark = self.cx.mark("▌", ">");
                self.buffer
                    .set_string(self.rows.x, y, mark, self.theme.style(Part::Accent));
            }
            let mut x = self.rows.x + 1;
            let source = usize::from(line.stream);
            if let Some(prefix) = prefixes.get(source).filter(|_| row.first) {
                let part = SOURCES
                    .get(source % SOURCES.len())
                    .copied()
                    .unwrap_or(Part::Label);
                let shown = text::cut(prefix, Logs::PREFIX, self.cx.ascii);
                self.buffer.set_string(x, y, shown, self.theme.style(part));
            }
            x += margin;
            if logs.look.stamps && row.first {
                let stamp = u16::try_from(Logs::STAMP).unwrap_or(0) + 1;
                let at = x.saturating_sub(stamp);
                self.buffer
                    .set_string(at, y, clock(line.at), self.theme.style(Part::Dim));
            }
            let plain = match line.kind {
                LineKind::Log => self.theme.role(level(&line.text)),
                LineKind::Note => self.theme.style(Part::Dim),
                LineKind::Fault => self.theme.style(Part::Bad),
            };
            let (marks, found) = (self.marks(&line.text), self.theme.style(Part::Found));
            self.letters((x, y), &line.text, row.part, left, |at| {
                if marks.iter().any(|mark| mark.contains(&at)) {
                    found
                } else {
                    plain
                }
            });
        }
    }

    fn object(mut self, document: &Document) {
        match (&document.failed, document.at) {
            (Some(why), None) => return self.say(why, Role::Bad),
            (None, None) => return self.say("reading", Role::Dim),
            _ => {}
        }
        for (y, row) in (self.rows.y..self.rows.bottom()).zip(document.rows()) {
            let (Some((line, _)), Some(text)) = (document.line(row.line), document.text(row.line))
            else {
                continue;
            };
            let (key, value) = parts_of(line);
            let style = |at: usize| match at {
                at if at < key => self.theme.role(Role::Label),
                at if at >= value => self.theme.role(Role::Dim),
                _ if line.part == DocPart::Masked => self.theme.role(Role::Warn),
                _ if line.part == DocPart::Literal => self.theme.role(Role::Strong),
                _ => self.theme.role(Role::Text),
            };
            let styles: Vec<Style> = row.part.clone().map(style).collect();
            let (marks, found) = (self.marks(&text), self.theme.style(Part::Found));
            let begin = row.part.start;
            self.letters((self.rows.x + 1, y), &text, row.part, 0, |at| {
                if marks.iter().any(|mark| mark.contains(&at)) {
                    found
                } else {
                    styles.get(at - begin).copied().unwrap_or_default()
                }
            });
            if document.cursor == row.line {
                let whole = Rect {
                    y,
                    height: 1,
                    ..self.rows
                };
                self.buffer
                    .set_style(whole, self.theme.style(Part::Selected));
                let mark = self.cx.mark("▌", ">");
                self.buffer
                    .set_string(self.rows.x, y, mark, self.theme.style(Part::Accent));
            }
        }
    }
}

/// Where the key of a line ends, and where its value does.
fn parts_of(line: &DocLine) -> (usize, usize) {
    (line.indent + line.key.len(), line.text().len())
}

/// How grave a line calls itself, by the word in its first part.
fn level(text: &str) -> Role {
    const BAD: &[&str] = &["ERROR", "FATAL", "SEVERE", "PANIC", "CRITICAL"];
    let beginning = text
        .char_indices()
        .nth(120)
        .map_or(text, |(at, _)| text.get(..at).unwrap_or(text));
    let mut words = beginning.split(|letter: char| !letter.is_ascii_alphanumeric());
    let role = words.find_map(|word| {
        let word = word.to_ascii_uppercase();
        match word.as_str() {
            word if BAD.contains(&word) => Some(Role::Bad),
            "WARN" | "WARNING" => Some(Role::Warn),
            "INFO" | "DEBUG" | "TRACE" => Some(Role::Text),
            _ => None,
        }
    });
    role.unwrap_or(Role::Text)
}

/// The time of day, UTC, with milliseconds.
fn clock(at: Time) -> String {
    let millis = at.0.rem_euclid(86_400_000);
    let (second, millis) = (millis / 1_000, millis % 1_000);
    format!(
        "{:02}:{:02}:{:02}.{millis:03}",
        second / 3_600,
        second / 60 % 60,
        second % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_as_grave_as_it_calls_itself() {
        for (text, role) in [
            ("2027-01-15 ERROR it broke", Role::Bad),
            ("{\"level\":\"warn\",\"msg\":\"error\"}", Role::Warn),
            ("INFO no error here", Role::Text),
            ("terror", Role::Text),
        ] {
            assert_eq!(level(text), role, "{text}");
        }
        assert_eq!(clock(Time(1_800_000_000_034)), "08:00:00.034");
    }
}
