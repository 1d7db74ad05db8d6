//! Reads typed values out of a TOML table and remembers every fault with its place, so that one run names them all.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    time::Duration,
};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::cli::{
    args::values,
    exit::{Complaint, nearest},
    show::bare,
};

/// The text being read, and what was wrong with it.
pub(super) struct Reader<'a> {
    text: &'a str,
    path: &'a Path,
    home: Option<&'a Path>,
    /// By offset, so that they are told in the file's order.
    faults: Vec<(usize, Complaint)>,
    /// Where each key that was asked for stands.
    lines: Lines,
}

/// The line of each key of a file, by the key with its tables and dots between.
pub type Lines = BTreeMap<String, usize>;

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, path: &'a Path, home: Option<&'a Path>) -> Self {
        Reader {
            text,
            path,
            home,
            faults: Vec::new(),
            lines: Lines::new(),
        }
    }

    /// A complaint about the byte at `offset`, as `file:line:column`; columns count characters.
    pub(super) fn complaint(&self, offset: usize, what: &str, why: &str) -> Complaint {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line = self.line(offset);
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        Complaint::new(format!("config file: {what}"), why)
            .at(format!("{}:{line}:{column}", self.path.display()))
    }

    fn line(&self, offset: usize) -> usize {
        let before = self.text.get(..offset).unwrap_or(self.text);
        before.matches('\n').count() + 1
    }

    /// The lines of all keys, or all complaints in the file's order.
    pub(super) fn finish(mut self) -> Result<Lines, Vec<Complaint>> {
        if self.faults.is_empty() {
            return Ok(self.lines);
        }
        self.faults.sort_by_key(|(offset, _)| *offset);
        Err(self.faults.into_iter().map(|(_, fault)| fault).collect())
    }

    /// Reads one table; keys that `read` did not ask for are faults.
    pub(super) fn section(
        &mut self,
        prefix: &str,
        table: &DeTable<'_>,
        read: impl FnOnce(&mut Section<'_, 'a>),
    ) {
        let mut section = Section {
            reader: self,
            table,
            prefix: prefix.to_owned(),
            known: BTreeSet::new(),
        };
        read(&mut section);
        section.refuse_the_rest();
    }
}

/// One table of the file.
pub(super) struct Section<'r, 'a> {
    reader: &'r mut Reader<'a>,
    table: &'r DeTable<'r>,
    /// The table's own name with a dot behind it; empty at the top.
    prefix: String,
    known: BTreeSet<String>,
}

impl<'r> Section<'r, '_> {
    /// The keys that are there, whatever they are called.
    pub(super) fn names(&self) -> Vec<String> {
        self.table
            .keys()
            .map(|key| key.get_ref().to_string())
            .collect()
    }

    fn value(&mut self, key: &str) -> Option<&'r Spanned<DeValue<'r>>> {
        self.known.insert(key.to_owned());
        let (name, value) = self.table.get_key_value(key)?;
        let line = self.reader.line(name.span().start);
        let full = format!("{}{key}", self.prefix);
        self.reader.lines.insert(full, line);
        Some(value)
    }

    fn fault(&mut self, value: &Spanned<DeValue<'_>>, key: &str, why: &str) {
        let at = value.span().start;
        let what = format!("{}{key}", self.prefix);
        let complaint = self.reader.complaint(at, &what, why);
        self.reader.faults.push((at, complaint));
    }

    fn wrong_type(&mut self, value: &Spanned<DeValue<'_>>, key: &str, wanted: &str) {
        let found = match value.get_ref().type_str() {
            kind @ ("integer" | "array") => format!("an {kind}"),
            kind => format!("a {kind}"),
        };
        self.fault(value, key, &format!("found {found}, wanted {wanted}"));
    }

    pub(super) fn boolean(&mut self, key: &str) -> Option<bool> {
        let value = self.value(key)?;
        let read = value.get_ref().as_bool();
        if read.is_none() {
            self.wrong_type(value, key, "true or false");
        }
        read
    }

    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        self.string(key, "a string", |text| Ok(text.to_owned()))
    }

    pub(super) fn bootstrap(&mut self, key: &str) -> Option<String> {
        self.string(key, "a string such as \"kafka:9092\"", values::bootstrap)
    }

    pub(super) fn url(&mut self, key: &str) -> Option<String> {
        self.string(
            key,
            "a string such as \"http://prometheus:9090\"",
            values::url,
        )
    }

    pub(super) fn refresh(&mut self, key: &str) -> Option<Duration> {
        self.string(key, "a duration in quotes such as \"5s\"", values::refresh)
    }

    /// A path: `~/` is the home directory, and what is relative is taken from the file's own directory.
    pub(super) fn path(&mut self, key: &str) -> Option<PathBuf> {
        let text = self.string(key, "a path in quotes", |text| match text {
            "" => Err("an empty path".to_owned()),
            path => Ok(path.to_owned()),
        })?;
        let home = self.reader.home;
        Some(match (text.strip_prefix("~/"), home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => self
                .reader
                .path
                .parent()
                .map_or_else(|| PathBuf::from(&text), |folder| folder.join(&text)),
        })
    }

    pub(super) fn string<T>(
        &mut self,
        key: &str,
        wanted: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let value = self.value(key)?;
        let Some(text) = value.get_ref().as_str() else {
            self.wrong_type(value, key, wanted);
            return None;
        };
        match parse(text) {
            Ok(read) => Some(read),
            Err(why) => {
                // A URL may hold a password, though it be no URL for a slip.
                self.fault(value, key, &format!("{:?}: {why}", bare(text)));
                None
            }
        }
    }

    /// A string, or a list of strings, each checked; what is wrong with one is told at its own place.
    pub(super) fn strings(
        &mut self,
        key: &str,
        check: impl Fn(&str) -> Result<String, String>,
    ) -> Option<Vec<String>> {
        let value = self.value(key)?;
        let many = value.get_ref().as_array();
        let all: Vec<&Spanned<DeValue<'_>>> = match many {
            Some(many) => many.iter().collect(),
            None => vec![value],
        };
        let mut read = Vec::new();
        for each in all {
            match each.get_ref().as_str().map(&check) {
                Some(Ok(text)) => read.push(text),
                Some(Err(why)) => self.fault(each, key, &why),
                None => self.wrong_type(each, key, "a string or a list of strings"),
            }
        }
        Some(read)
    }

    /// Names that may stand here, though nothing is asked of them.
    pub(super) fn knows(&mut self, names: impl IntoIterator<Item = String>) {
        self.known.extend(names);
    }

    /// Refuses the value of a key for what it means.
    pub(super) fn refuse(&mut self, key: &str, why: &str) {
        if let Some(value) = self.value(key) {
            self.fault(value, key, why);
        }
    }

    /// Reads the table under `key`, if there is one.
    pub(super) fn table(&mut self, key: &str, read: impl FnOnce(&mut Section<'_, '_>)) {
        let Some(value) = self.value(key) else { return };
        match value.get_ref().as_table() {
            Some(table) => {
                let prefix = format!("{}{key}.", self.prefix);
                self.reader.section(&prefix, table, read);
            }
            None => self.wrong_type(value, key, "a table"),
        }
    }

    fn refuse_the_rest(self) {
        for key in self.table.keys() {
            let name = key.get_ref();
            if self.known.contains(&**name) {
                continue;
            }
            let at = key.span().start;
            let known = self.known.iter().map(String::as_str);
            let remedy = match nearest(name, known.clone()) {
                Some(near) => format!("did you mean {}{near}?", self.prefix),
                None => format!("known here: {}", known.collect::<Vec<_>>().join(" ")),
            };
            let what = format!("unknown key {:?}", format!("{}{name}", self.prefix));
            let complaint = self.reader.complaint(at, &what, "no such key");
            self.reader.faults.push((at, complaint.remedy(remedy)));
        }
    }
}
