//! Files of recordings: made new, for the user's eyes only, and never over another.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::PoisonError,
};

use crate::{
    model::{Recorded, Redaction, Reel, Time, read_recording, recording_header, recording_line},
    source::Kept,
};

/// Names that are tried for recordings of one second.
const TRIES: u32 = 100;

/// Makes a file that nobody else may read; an error where it is there already.
pub(super) fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600).open(path)
}

/// Where recordings are saved, in the directory of our state; without one, where the program was started.
pub(super) fn folder(state: Option<PathBuf>) -> PathBuf {
    state.map_or_else(PathBuf::new, |state| state.join("recordings"))
}

/// The site and the moment, as a name of a file.
fn name(site: &str, now: Time) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let site: String = site
        .chars()
        .map(|c| if safe(c) { c } else { '-' })
        .collect();
    let moment = jiff::Timestamp::from_millisecond(now.0).unwrap_or_default();
    format!("{site}-{}", moment.strftime("%Y%m%dT%H%M%SZ"))
}

/// Makes an empty file of that name, or with a number behind it where there is one already.
fn reserve(folder: &Path, name: &str) -> io::Result<PathBuf> {
    let mut tried = 1;
    loop {
        let end = if tried == 1 {
            String::new()
        } else {
            format!("-{tried}")
        };
        let path = folder.join(format!("{name}{end}.jsonl"));
        match create(&path) {
            Ok(_) => return Ok(path),
            Err(why) if why.kind() == io::ErrorKind::AlreadyExists && tried < TRIES => tried += 1,
            Err(why) => return Err(why),
        }
    }
}

/// Writes beside the file and puts that in its place: nobody ever sees half of it.
fn fill(path: &Path, text: &str) -> io::Result<()> {
    let beside = path.with_extension("part");
    let written = create(&beside).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    let placed = written.and_then(|()| fs::rename(&beside, path));
    if placed.is_err() {
        // The first failure is the one to tell.
        let _ = fs::remove_file(&beside);
        let _ = fs::remove_file(path);
    }
    placed
}

/// The recording with other names for hosts.
fn redact(text: &str) -> Result<String, String> {
    let Recorded {
        envelopes, from, ..
    } = read_recording(text).map_err(|why| why.to_string())?;
    let mut redaction = Redaction::default();
    let mut lines = envelopes
        .into_iter()
        .map(|envelope| recording_line(&redaction.hide(envelope)));
    let header = recording_header(from);
    let whole = header.and_then(|mut text| {
        lines.try_for_each(|line| line.map(|line| text.push_str(&line)))?;
        Ok(text)
    });
    whole.map_err(|why| why.to_string())
}

/// What is saved, and where.
#[derive(Clone)]
pub(super) struct Shelf {
    pub(super) kept: Kept,
    pub(super) folder: PathBuf,
    pub(super) site: String,
    pub(super) redact_hosts: bool,
}

/// Saves what was kept; returns the path, or in words why there is none.
pub(super) fn save(shelf: &Shelf, now: Time) -> Result<PathBuf, String> {
    let mut text = {
        let kept = shelf.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.gave_up() {
            return Err(format!(
                "this site says more than {} MiB in a minute, which is what is kept; use plimsoll record FILE",
                Reel::MOST >> 20
            ));
        }
        kept.text().map_err(|why| why.to_string())?
    };
    let mut site = shelf.site.as_str();
    if shelf.redact_hosts {
        text = redact(&text)?;
        site = "site";
    }
    let folder = &shelf.folder;
    let told = |why: io::Error| format!("{}: {why}", folder.display());
    if !folder.as_os_str().is_empty() {
        fs::create_dir_all(folder).map_err(told)?;
    }
    let path = reserve(folder, &name(site, now)).map_err(told)?;
    fill(&path, &text).map_err(told)?;
    Ok(path)
}
