//! The journal: one JSON line for each change, on disk before anybody is told.
//!
//! A change that is under way has a file of its own beside the journal, written and synced before anything is sent and
//! locked for as long as the program lives. When the change has ended, its line goes into the journal and the file goes
//! away. A file that nobody holds is a change that the program did not live to see the end of.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use crate::plan::Entry;

/// Where the lines go.
#[derive(Debug)]
pub struct Journal {
    dir: PathBuf,
    open: BTreeMap<u64, (PathBuf, File)>,
}

fn told<T>(path: &Path, result: std::io::Result<T>) -> Result<T, String> {
    result.map_err(|why| format!("{}: {why}", path.display()))
}

impl Journal {
    /// The file of the lines, in the directory of our state.
    pub fn file(dir: &Path) -> PathBuf {
        dir.join("journal.jsonl")
    }

    pub fn new(dir: PathBuf) -> Self {
        Journal {
            dir,
            open: BTreeMap::new(),
        }
    }

    /// Writes down what is about to be done, or how far it has come.
    pub(super) fn begin(&mut self, ticket: u64, entry: &Entry) -> Result<(), String> {
        if !self.open.contains_key(&ticket) {
            told(&self.dir, fs::create_dir_all(&self.dir))?;
            let name = format!(
                "journal-{}-{}-{ticket}.open",
                std::process::id(),
                entry.at.0
            );
            let path = self.dir.join(name);
            let options = OpenOptions::new()
                .read(true)
                .write(true)
                .create_new(true)
                .open(&path);
            let file = told(&path, options)?;
            told(&path, file.lock())?;
            self.open.insert(ticket, (path, file));
        }
        let Some((path, file)) = self.open.get_mut(&ticket) else {
            return Ok(());
        };
        let line = serde_json::to_string(entry).map_err(|why| why.to_string())?;
        let write = || -> std::io::Result<()> {
            file.seek(SeekFrom::Start(0))?;
            file.set_len(0)?;
            file.write_all(line.as_bytes())?;
            file.sync_all()
        };
        told(path, { write }())
    }

    /// The change has ended: its line, then its file.
    pub fn close(&mut self, ticket: u64, entry: &Entry) -> Result<(), String> {
        told(&self.dir, fs::create_dir_all(&self.dir))?;
        let path = Self::file(&self.dir);
        let mut line = serde_json::to_string(entry).map_err(|why| why.to_string())?;
        line.push('\n');
        let file = told(
            &path,
            OpenOptions::new().append(true).create(true).open(&path),
        )?;
        let write = |mut file: File| -> std::io::Result<()> {
            // One write, so that two programs never mix their lines.
            file.write_all(line.as_bytes())?;
            file.sync_all()
        };
        told(&path, write(file))?;
        if let Some((path, file)) = self.open.remove(&ticket) {
            drop(file);
            told(&path, fs::remove_file(&path))?;
        }
        Ok(())
    }

    /// Takes over what earlier runs left in the middle, oldest first, each with the ticket under which it is closed:
    /// they are counted from the far end, so that no order of this run has one of them. What another program that still
    /// runs holds is left alone.
    pub fn recall(&mut self) -> Vec<(u64, Entry)> {
        let mut found: Vec<(Entry, PathBuf, File)> = Vec::new();
        for path in unfinished_files(&self.dir) {
            let Ok(mut file) = OpenOptions::new().read(true).write(true).open(&path) else {
                continue;
            };
            if file.try_lock().is_err() {
                continue;
            }
            let mut text = String::new();
            if file.read_to_string(&mut text).is_err() {
                continue;
            }
            match serde_json::from_str(&text) {
                Ok(entry) => found.push((entry, path, file)),
                Err(why) => tracing::warn!("{}: {why}", path.display()),
            }
        }
        found.sort_by_key(|(entry, ..)| entry.at);
        let mut entries = Vec::new();
        for (ticket, (entry, path, file)) in (0..).map(|n| u64::MAX - n).zip(found) {
            self.open.insert(ticket, (path, file));
            entries.push((ticket, entry));
        }
        entries
    }
}

fn unfinished_files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|of| of == "open"))
        .collect();
    files.sort();
    files
}
