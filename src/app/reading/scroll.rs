//! Which rows of a long text are on the screen: lines that may take several rows each, seen from a place in them.

use std::ops::Range;

use crate::app::width;

/// One row of the screen: a part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextRow {
    /// The place of the line among those that can be seen.
    pub line: usize,
    /// Bytes of its text.
    pub part: Range<usize>,
    /// It begins the line: what stands before lines stands before this one.
    pub first: bool,
}

/// A place in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Scroll {
    /// The first line on the screen, and how many of its rows are above it.
    pub(super) top: usize,
    pub(super) skip: usize,
    /// Cells and rows there are for text.
    pub(super) room: (usize, usize),
}

/// A text as a scroll sees it: how many lines, and the parts of each.
pub(super) trait Lines {
    fn len(&self) -> usize;
    /// At least one; the last of a line that is empty is empty.
    fn parts(&self, line: usize) -> Vec<Range<usize>>;
}

/// A text in parts of at most `max` cells.
pub(super) fn parts(text: &str, max: usize) -> Vec<Range<usize>> {
    let max = max.max(1);
    let mut parts = Vec::new();
    let (mut from, mut used) = (0, 0);
    for (at, letter) in text.char_indices() {
        let wide = width(letter.encode_utf8(&mut [0; 4]));
        if used + wide > max && at > from {
            parts.push(from..at);
            (from, used) = (at, 0);
        }
        used += wide;
    }
    parts.push(from..text.len());
    parts
}

impl Scroll {
    /// The place from which the end of the text is just on the screen.
    fn end(&self, lines: &dyn Lines) -> (usize, usize) {
        let mut left = self.room.1;
        for line in (0..lines.len()).rev() {
            let rows = lines.parts(line).len();
            if rows >= left {
                return (line, rows - left);
            }
            left -= rows;
        }
        (0, 0)
    }

    /// The end comes on the screen.
    pub(super) fn show_end(&mut self, lines: &dyn Lines) {
        (self.top, self.skip) = self.end(lines);
    }

    /// No further down than the end.
    pub(super) fn settle(&mut self, lines: &dyn Lines) {
        let rows = |line| lines.parts(line).len();
        if self.skip > 0 && (self.top >= lines.len() || self.skip >= rows(self.top)) {
            self.skip = 0;
        }
        let end = self.end(lines);
        if (self.top, self.skip) > end {
            (self.top, self.skip) = end;
        }
    }

    /// Moves by rows, as far as there are any.
    pub(super) fn move_by(&mut self, by: isize, lines: &dyn Lines) {
        if lines.len() == 0 {
            return;
        }
        match by {
            isize::MIN => (self.top, self.skip) = (0, 0),
            isize::MAX => self.show_end(lines),
            by => {
                for _ in 0..by.unsigned_abs() {
                    if !(if by > 0 {
                        self.down(lines)
                    } else {
                        self.up(lines)
                    }) {
                        break;
                    }
                }
                self.settle(lines);
            }
        }
    }

    fn down(&mut self, lines: &dyn Lines) -> bool {
        if self.skip + 1 < lines.parts(self.top).len() {
            self.skip += 1;
        } else if self.top + 1 < lines.len() {
            (self.top, self.skip) = (self.top + 1, 0);
        } else {
            return false;
        }
        true
    }

    fn up(&mut self, lines: &dyn Lines) -> bool {
        if self.skip > 0 {
            self.skip -= 1;
        } else if let Some(line) = self.top.checked_sub(1) {
            (self.top, self.skip) = (line, lines.parts(line).len().saturating_sub(1));
        } else {
            return false;
        }
        true
    }

    /// The rows on the screen, from the top down.
    pub(super) fn rows(&self, lines: &dyn Lines) -> Vec<TextRow> {
        let mut rows = Vec::with_capacity(self.room.1);
        let mut skip = self.skip;
        for line in self.top..lines.len() {
            for (place, part) in lines.parts(line).into_iter().enumerate().skip(skip) {
                if rows.len() == self.room.1 {
                    return rows;
                }
                let first = place == 0;
                rows.push(TextRow { line, part, first });
            }
            skip = 0;
        }
        rows
    }

    /// Whether the line's first row is on the screen.
    pub(super) fn shows(&self, line: usize, lines: &dyn Lines) -> bool {
        self.rows(lines)
            .iter()
            .any(|row| row.line == line && row.first)
    }

    /// Moves no further than is needed to have a line on the screen.
    pub(super) fn reveal(&mut self, line: usize, lines: &dyn Lines) {
        if line < self.top || (line == self.top && self.skip > 0) {
            (self.top, self.skip) = (line, 0);
            return;
        }
        let mut used = 0;
        let mut top = line;
        loop {
            used += lines.parts(top).len();
            if used >= self.room.1 || top == self.top {
                break;
            }
            top -= 1;
        }
        if used > self.room.1 && top >= self.top {
            // What does not fit goes above the screen, but never the line itself.
            (self.top, self.skip) = (top, (used - self.room.1).min(lines.parts(top).len() - 1));
        } else if top > self.top {
            (self.top, self.skip) = (top, 0);
        }
    }

    /// Puts a line a third of the screen down, where there is so much before it.
    pub(super) fn centre(&mut self, line: usize, lines: &dyn Lines) {
        (self.top, self.skip) = (line, 0);
        for _ in 0..self.room.1 / 3 {
            self.up(lines);
        }
        self.settle(lines);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Text(Vec<&'static str>, usize);

    impl Lines for Text {
        fn len(&self) -> usize {
            self.0.len()
        }
        fn parts(&self, line: usize) -> Vec<Range<usize>> {
            parts(self.0[line], self.1)
        }
    }

    fn shown(scroll: &Scroll, text: &Text) -> String {
        let rows = scroll.rows(text);
        let rows = rows.iter().map(|row| {
            let line: &str = text.0[row.line];
            line.get(row.part.clone()).unwrap()
        });
        rows.collect::<Vec<&str>>().join("|")
    }

    #[test]
    fn a_line_takes_the_rows_that_it_needs_and_scrolling_goes_by_rows() {
        let text = Text(vec!["one", "abcdefgh", "", "漢字漢", "end"], 4);
        let mut scroll = Scroll {
            room: (4, 3),
            ..Scroll::default()
        };
        assert_eq!(shown(&scroll, &text), "one|abcd|efgh");
        scroll.move_by(2, &text);
        assert_eq!(shown(&scroll, &text), "efgh||漢字");
        scroll.move_by(isize::MAX, &text);
        assert_eq!(shown(&scroll, &text), "漢字|漢|end");
        scroll.move_by(1, &text);
        assert_eq!(shown(&scroll, &text), "漢字|漢|end");
        scroll.move_by(-3, &text);
        assert_eq!(shown(&scroll, &text), "abcd|efgh|");
        scroll.reveal(4, &text);
        assert_eq!(shown(&scroll, &text), "漢字|漢|end");
        scroll.reveal(3, &text);
        assert_eq!(shown(&scroll, &text), "漢字|漢|end");
        scroll.reveal(0, &text);
        assert_eq!(shown(&scroll, &text), "one|abcd|efgh");
        scroll.reveal(1, &text);
        assert_eq!(shown(&scroll, &text), "one|abcd|efgh");
        scroll.centre(3, &text);
        assert_eq!(shown(&scroll, &text), "|漢字|漢");
        scroll.room = (4, 30);
        scroll.settle(&text);
        assert_eq!(scroll.top, 0, "what fits is shown from its beginning");
        let none = Text(Vec::new(), 4);
        scroll.move_by(isize::MAX, &none);
        scroll.move_by(1, &none);
        assert_eq!(scroll.rows(&none), []);
    }
}
